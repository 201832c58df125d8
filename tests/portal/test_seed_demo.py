"""What a first look at the portal shows: the two real documents, a fictional town, people to sign in as."""

import datetime
import io
import json

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.contrib.auth.password_validation import validate_password
from django.core.management import call_command

from consultations.models import ActionPlan
from portal.audit.models import Entry
from portal.management import country
from portal.management.commands.seed_demo import ACCOUNTS, PLATFORM_ADMINISTRATOR
from portal.municipalities.models import Membership, Municipality, Role
from programs.calendar import read_calendar
from programs.models import Phase, Program, Status, SupportingDocument, Task
from programs.rules import TaskState

NOW = datetime.datetime(2026, 11, 22, 12, tzinfo=datetime.UTC)


@pytest.fixture(autouse=True)
def _own_installation(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    with time_machine.travel(NOW, tick=False):
        yield


def seed(*options):
    out = io.StringIO()
    call_command("seed_demo", *options, stdout=out)
    return out.getvalue()


def everything(settings):
    """All rows and all files, as they are."""
    out = io.StringIO()
    call_command("dumpdata", stdout=out)
    return json.loads(out.getvalue()), files(settings)


def files(settings):
    return {path: path.read_bytes() for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()}


def calendars(slug):
    programs = Program.objects.for_calendar_page().filter(municipality__slug=slug).order_by("year")
    return [read_calendar(program, program.municipality.today()) for program in programs]


def test_seeding_again_changes_nothing(db, settings):
    seed()
    first = everything(settings)
    with time_machine.travel(NOW + datetime.timedelta(days=40), tick=False):
        seed()
    assert everything(settings) == first


def test_what_people_entered_is_left_alone(db):
    seed()
    Task.objects.filter(phase__program__municipality__slug="nefta").update(title_ar="عنوان جديد", done=True)
    Program.objects.filter(status=Status.DRAFT).delete()
    Municipality.objects.filter(slug="kenitra").update(name_fr="Autre nom")
    get_user_model().objects.get(email="council@exemple.example").memberships.all().delete()
    counts = Program.objects.count(), Membership.objects.count(), Entry.objects.count()
    seed()
    assert (Program.objects.count(), Membership.objects.count(), Entry.objects.count()) == counts
    assert set(
        Task.objects.filter(phase__program__municipality__slug="nefta").values_list("title_ar", flat=True)
    ) == {"عنوان جديد"}
    assert Municipality.objects.get(slug="kenitra").name_fr == "Autre nom"


def test_the_real_documents_are_there_as_they_are_and_nothing_is_invented(db):
    seed()
    (nefta,) = calendars("nefta")
    assert (nefta.program.year, nefta.program.status) == (2022, Status.PUBLISHED)
    assert len(nefta.phases) == 5
    assert [row.state for row in nefta.rows] == [TaskState.NOT_STATED] * 19
    assert [(row.reckoning.days, row.reckoning.is_kept) for row in nefta.delays] == [(11, True)]
    plan = ActionPlan.objects.get(municipality__slug="kenitra")
    assert (plan.status, plan.projects.count()) == ("published", 1)
    real = Municipality.objects.filter(slug__in=["nefta", "kenitra"])
    assert not real.filter(is_fictional=True).exists()
    assert not SupportingDocument.objects.filter(
        expected_document__task__phase__program__municipality__in=real
    ).exists()
    assert [town.population for town in real] == [None, None]


@pytest.mark.parametrize(
    "today",
    [
        NOW,
        datetime.datetime(2028, 2, 29, 12, tzinfo=datetime.UTC),
        datetime.datetime(2026, 12, 31, 23, 30, tzinfo=datetime.UTC),
    ],
)
def test_the_fictional_town_shows_every_state_whatever_the_day(db, today):
    with time_machine.travel(today, tick=False):
        seed()
        shown = calendars("exemple")
    states = {row.state for calendar in shown for row in calendar.rows}
    assert states >= set(TaskState) - {TaskState.TODAY}
    assert {calendar.program.status for calendar in shown} == {
        Status.DRAFT,
        Status.PUBLISHED,
        Status.APPROVED,
    }
    assert {row.reckoning.is_kept for calendar in shown for row in calendar.delays} == {True, False}
    assert any(row.documents_internal for calendar in shown for row in calendar.rows)
    assert any(calendar.next_task for calendar in shown)


def test_on_its_first_day_something_is_due_today(db):
    seed()
    assert TaskState.TODAY in {row.state for calendar in calendars("exemple") for row in calendar.rows}


def test_the_fictional_town_says_so_and_its_plan_shows_every_state(db):
    seed()
    town = Municipality.objects.get(is_fictional=True)
    assert "fictive" in town.name_fr.lower()
    assert "خيالي" in town.name_ar
    projects = ActionPlan.objects.get(municipality=town).projects.all()
    percents = [sorted(activity.percent for activity in project.activities.all()) for project in projects]
    assert [] in percents
    assert any(group and set(group) == {100} for group in percents)
    assert any(set(group) - {0, 100} for group in percents)
    assert any(group and set(group) == {0} for group in percents)


def test_every_page_of_it_can_be_read(client, db):
    seed()
    pages = ["", "programs/", "plans/"]
    for town in Municipality.objects.all():
        own = f"m/{town.slug}/"
        pages.append(own)
        pages += [f"{own}programs/{program.year}/" for program in Program.objects.of(town).published()]
        for plan in ActionPlan.objects.of(town).published():
            pages.append(f"{own}plans/{plan.slug}/")
            pages += [f"{own}plans/{plan.slug}/projects/{row.number}/" for row in plan.projects.all()]
    paths = [f"/{language}/{page}" for page in pages for language in ("ar", "fr")]
    assert len(pages) > 15
    assert {path: client.get(path).status_code for path in paths} == dict.fromkeys(paths, 200)


# --- people ------------------------------------------------------------------------------------------


def test_the_password_belongs_to_this_installation_and_to_its_owner(db, settings, tmp_path):
    told = seed()
    path = settings.DATA_DIR / "demo-password"
    password = path.read_text()
    assert path.stat().st_mode & 0o777 == 0o600
    assert password in told
    assert validate_password(password) is None
    settings.DATA_DIR = tmp_path / "another"
    settings.DATA_DIR.mkdir()
    get_user_model().objects.all().delete()
    seed()
    assert (settings.DATA_DIR / "demo-password").read_text() != password


def test_a_lost_password_is_said_to_be_lost(db, settings):
    """The accounts keep theirs, so a new one would be a lie."""
    seed()
    (settings.DATA_DIR / "demo-password").unlink()
    assert "changepassword" in seed()
    assert not (settings.DATA_DIR / "demo-password").exists()


def test_there_is_a_person_for_each_role_it_tells_and_each_can_sign_in(client, db, settings):
    told = seed()
    password = (settings.DATA_DIR / "demo-password").read_text()
    for email, slug, role in ACCOUNTS:
        assert email in told
        assert Membership.objects.get(user__email=email).role == role
        response = client.post("/fr/sign-in/", {"username": email, "password": password})
        assert response.status_code == 302
        assert client.get("/fr/staff/")["Location"] == f"/fr/m/{slug}/staff/"
        client.post("/fr/sign-out/")
    administrator = get_user_model().objects.get(email=PLATFORM_ADMINISTRATOR)
    assert administrator.is_superuser
    assert not administrator.memberships.exists()
    assert {role for _, _, role in ACCOUNTS} == set(Role)


# --- the country of the benchmarks -------------------------------------------------------------------


def test_a_country_is_added_once_and_all_of_it_is_fictional(client, db, monkeypatch):
    monkeypatch.setattr(country, "TUNISIAN", 2)
    monkeypatch.setattr(country, "MOROCCAN", 3)
    seed("--scale", "country")
    towns = Municipality.objects.filter(slug__startswith="commune-")
    assert towns.count() == 5
    assert not towns.filter(is_fictional=False).exists()
    assert Program.objects.filter(municipality__in=towns).count() == 2 * country.YEARS
    assert Phase.objects.filter(program__municipality__in=towns).count() == 2 * country.YEARS * 5
    assert "commune-ma-3" in client.get("/fr/", {"q": "commune ma 3"}).content.decode()
    program = Program.objects.filter(municipality__in=towns).first()
    assert client.get(f"/ar/m/{program.municipality.slug}/programs/{program.year}/").status_code == 200
    before = Program.objects.count(), Task.objects.count()
    seed("--scale", "country")
    assert (Program.objects.count(), Task.objects.count()) == before

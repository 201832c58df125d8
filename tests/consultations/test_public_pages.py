"""The public pages and the paper of a plan: what they say, to whom, at what cost."""

import datetime
import html
import re
import shutil
import subprocess
import unicodedata

import pypdfium2
import pytest
import time_machine
from django.conf import settings
from django.core.management import call_command
from django.urls import reverse
from django.utils.translation import override

from consultations.models import ActionPlan, Activity, PlanStatus, Project, Stage
from consultations.services.plans import publish, withdraw
from tests.consultations import factories
from tests.factories import MembershipFactory, MunicipalityFactory

NOW = datetime.datetime(2026, 11, 22, 12, tzinfo=datetime.UTC)
SOURCE = settings.PROJECT_DIR / "demo" / "sources" / "kenitra-open-government-project.txt"
LIST, PLAN, PROJECT = (
    "/ar/plans/",
    "/ar/m/kenitra/plans/openness/",
    "/ar/m/kenitra/plans/openness/projects/1/",
)


@pytest.fixture(autouse=True)
def _on_a_fixed_day():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def plan(kenitra):
    """A running plan: an axis with a project in each state, and a project outside it."""
    plan = factories.ActionPlanFactory(municipality=kenitra, published=True)
    for level, state in [(1, Stage.State.DONE), (2, Stage.State.DONE), (1, Stage.State.CURRENT), (1, "")]:
        factories.StageFactory(plan=plan, level=level, state=state)
    axis = factories.AxisFactory(plan=plan, number=1)
    for number, percent, start, end in [(1, 60, 10, 12), (2, 100, 1, 6), (3, 10, 1, 6), (4, 0, 12, 12)]:
        project = factories.ProjectFactory(plan=plan, axis=axis, number=number)
        start, end = datetime.date(2026, start, 1), datetime.date(2026, end, 1)
        factories.ActivityFactory(project=project, percent=percent, starts_on=start, ends_on=end)
    factories.ProjectFactory(plan=plan, number=5)
    return plan


@pytest.fixture
def sheet(kenitra):
    """The real project sheet, as it was published."""
    call_command("import_plan", str(SOURCE), municipality="kenitra", publish=True, verbosity=0)
    return Project.objects.get()


def address(name="project", slug="kenitra", language="ar", **more):
    defaults = {"plan": "openness"} | ({"number": 1} if name.startswith("project") else {})
    with override(language):
        return reverse(name, kwargs={"slug": slug} | defaults | more)


def read(client, path):
    response = client.get(path)
    assert response.status_code == 200, path
    return response.content.decode()


# --- what they say -----------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["ar", "fr", "en"])
def test_the_plan_shows_its_stages_and_every_project(client, plan, language):
    page = read(client, address("plan", language=language))
    assert f'<html lang="{language}" dir="{"rtl" if language == "ar" else "ltr"}">' in page
    assert page.count('aria-current="step"') == 1
    for project in Project.objects.all():
        assert project.title_ar in page
        assert address(number=project.number, language=language) in page
    for status in ("done", "late", "todo", "none"):
        assert f"m-status--{status}" in page


def test_a_project_of_which_nothing_is_known_has_no_bar(client, plan):
    page = read(client, PLAN)
    assert page.count("<progress") == Project.objects.count() - 1


def test_an_empty_plan_says_so(client, kenitra):
    factories.ActionPlanFactory(municipality=kenitra, published=True)
    assert "m-empty" in read(client, PLAN)


def test_an_axis_without_project_is_there(client, kenitra):
    axis = factories.AxisFactory(plan=factories.ActionPlanFactory(municipality=kenitra, published=True))
    page = read(client, PLAN)
    assert axis.title_ar in page
    assert "m-empty" not in page


@pytest.mark.parametrize("language", ["ar", "fr", "en"])
def test_the_real_sheet_is_shown_to_the_letter(client, sheet, language):
    page = html.unescape(read(client, address(language=language)))
    for name in ("problem", "solution", "results"):
        for point in sheet.points(name):
            assert point.text in page
    for row in (*sheet.indicators.all(), *sheet.activities.all()):
        assert row.title_ar in page
    assert "///" in page
    assert "الميزانية الجماعية" in page
    assert page.count('<li class="none">') == len(Project.PRINCIPLES) + len(Project.QUESTIONS)
    assert "La période de la consultation est achevée (mai 2021)" in page


def test_the_real_schedule_is_over(client, sheet):
    page = read(client, PROJECT)
    assert page.count("m-status--late") == 3
    assert 'x="20%" y="32%" width="60%"' in page
    assert "m-gantt__today" not in page
    assert "m-gantt__done" not in page
    assert '<time datetime="2024-12">دجنبر 2024</time>' in page


def test_a_running_schedule_is_marked_with_today_and_what_is_done(client, plan):
    page = read(client, PROJECT)
    assert '<line class="m-gantt__today" x1="54.67%"' in page
    assert '<rect class="m-gantt__done" x="20%" y="32%" width="36%"' in page
    assert "m-status--late" not in page


def test_content_in_arabic_says_so_once_in_a_french_page_and_carries_its_direction(client, sheet):
    page = read(client, address(language="fr"))
    assert page.count("m-note--info") == 1
    assert '<h1 lang="ar" dir="rtl">' in page
    assert '<ol class="m-plain m-stages" lang="ar" dir="rtl">' in page
    assert "m-note--info" not in read(client, PROJECT)


def test_a_project_without_activities_or_axis_is_whole(client, plan):
    page = read(client, address(number=5))
    assert "m-gantt" not in page
    assert "<progress" not in page
    assert page.count("m-unsaid") >= 5


def test_hostile_text_is_shown_as_text_and_keeps_to_its_place(client, plan):
    hostile = "<script>x()</script>\u202e"
    Project.objects.update(title_ar=hostile, problem_ar=f"• {hostile}", amount_printed="<img src=x>")
    Activity.objects.update(title_ar=hostile)
    ActionPlan.objects.update(title_ar=hostile)
    for path in (LIST, PLAN, PROJECT):
        page = read(client, path)
        assert "<script>x" not in page
        assert "<img src=x" not in page
        assert "&lt;script&gt;x()" in page
    assert "<bdi>&lt;script&gt;x()&lt;/script&gt;\u202e</bdi></a> · " in read(client, PROJECT)


def test_the_list_names_each_plan_with_its_municipality(client, plan):
    page = read(client, LIST)
    assert address("plan") in page
    assert plan.title_ar in page
    assert "القنيطرة" in page


def test_an_empty_list_says_so(client, db):
    assert "m-empty" in read(client, LIST)


# --- to whom -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["plan", "project", "project-sheet"])
@pytest.mark.parametrize("language", ["ar", "fr"])
def test_a_draft_does_not_exist_for_the_public(client, plan, name, language):
    ActionPlan.objects.update(status=PlanStatus.DRAFT)
    assert client.get(address(name, language=language)).status_code == 404


@pytest.mark.parametrize("name", ["plan", "project", "project-sheet"])
@pytest.mark.parametrize("more", [{"slug": "nefta"}, {"slug": "nowhere"}, {"plan": "other"}])
def test_another_town_or_plan_does_not_exist(client, plan, nefta, name, more):
    assert client.get(address(name, **more)).status_code == 404


@pytest.mark.parametrize("name", ["project", "project-sheet"])
def test_another_project_does_not_exist(client, plan, name):
    factories.ProjectFactory(plan=factories.ActionPlanFactory(slug="draft"), number=9)
    assert client.get(address(name, number=9)).status_code == 404


def test_a_draft_is_in_no_list(client, plan):
    ActionPlan.objects.update(status=PlanStatus.DRAFT)
    for path in ("/ar/", LIST, "/ar/m/kenitra/"):
        assert "/plans/openness/" not in read(client, path)


@pytest.mark.parametrize("role", ["editor", "council_reader", "auditor"])
def test_the_municipalitys_people_see_a_draft(client, plan, role):
    ActionPlan.objects.update(status=PlanStatus.DRAFT)
    client.force_login(MembershipFactory(municipality=plan.municipality, role=role).user)
    response = client.get(address("plan-preview"))
    page = response.content.decode()
    assert "noindex" in page
    assert Project.objects.first().title_ar in page
    assert address(number=1) not in page
    assert response["Cache-Control"] == "private, no-store"


def test_the_preview_of_a_public_plan_leads_to_its_projects(client, plan):
    client.force_login(MembershipFactory(municipality=plan.municipality).user)
    page = read(client, address("plan-preview"))
    assert "noindex" not in page
    assert address(number=1) in page


@pytest.mark.parametrize("route", [{"name": "plan-preview"}, {"name": "project-preview", "number": 1}])
def test_a_stranger_and_a_visitor_see_no_preview(client, plan, publisher, route):
    assert client.get(address(**route)).status_code == 302
    client.force_login(publisher)
    assert client.get(address(**route)).status_code == 404


def test_a_project_of_a_draft_is_previewed_without_its_paper(client, plan):
    ActionPlan.objects.update(status=PlanStatus.DRAFT)
    client.force_login(MembershipFactory(municipality=plan.municipality).user)
    assert address("project-preview", number=1) in read(client, address("plan-preview"))
    page = read(client, address("project-preview", number=1))
    assert "noindex" in page
    assert "sheet.pdf" not in page
    assert client.get(address("project-preview", number=999)).status_code == 404


# --- at what cost ------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [3, 300])
def test_the_plans_queries_do_not_depend_on_its_length(client, kenitra, count, django_assert_num_queries):
    plan = factories.ActionPlanFactory(municipality=kenitra, published=True)
    axis = factories.AxisFactory(plan=plan)
    numbers = range(1, count + 1)
    projects = Project.objects.bulk_create(
        Project(plan=plan, axis=axis, number=n, title_ar=f"بند {n}") for n in numbers
    )
    Activity.objects.bulk_create(Activity(project=project, title_ar="نشاط") for project in projects)
    with django_assert_num_queries(8):
        page = read(client, PLAN)
    assert page.count('class="m-title"') == count


@pytest.mark.parametrize("count", [3, 300])
def test_the_projects_queries_do_not_depend_on_its_length(client, kenitra, count, django_assert_num_queries):
    plan = factories.ActionPlanFactory(municipality=kenitra, published=True)
    factories.StageFactory.create_batch(3, plan=plan)
    project = factories.ProjectFactory(plan=plan, number=1)
    for model in (factories.ActivityFactory, factories.IndicatorFactory):
        rows = model.build_batch(count, project=project)
        type(rows[0]).objects.bulk_create(rows)
    with django_assert_num_queries(9):
        page = read(client, PROJECT)
    assert page.count('<th role="rowheader"') == count
    assert page.count("عدد المشاركين") == count


@pytest.mark.parametrize("count", [3, 30])
def test_the_lists_queries_do_not_depend_on_its_length(client, db, count, django_assert_num_queries):
    for _ in range(count):
        factories.ActionPlanFactory(published=True)
    with django_assert_num_queries(3):
        page = read(client, LIST)
    assert page.count("<h2") == count


def test_a_long_list_has_pages(client, db):
    factories.ActionPlanFactory.create_batch(31, published=True)
    assert read(client, LIST).count("<h2") == 30
    assert read(client, f"{LIST}?page=2").count("<h2") == 1


@pytest.mark.parametrize("path", [LIST, PLAN, PROJECT, f"{PROJECT}sheet.pdf"])
def test_nothing_changed_is_answered_without_rendering(client, plan, path, django_assert_num_queries):
    etag = client.get(path)["ETag"]
    with django_assert_num_queries(1):
        response = client.get(path, headers={"If-None-Match": etag})
    assert response.status_code == 304
    assert response.content == b""


@pytest.mark.parametrize("path", [PLAN, PROJECT, f"{PROJECT}sheet.pdf"])
def test_the_same_rows_a_day_later_are_another_page(client, plan, path):
    etag = client.get(path)["ETag"]
    with time_machine.travel(NOW + datetime.timedelta(days=1), tick=False):
        assert client.get(path, headers={"If-None-Match": etag}).status_code == 200


def test_each_language_has_its_own_validator(client, plan):
    assert client.get(address(language="ar"))["ETag"] != client.get(address(language="fr"))["ETag"]


def test_publishing_and_withdrawing_are_seen_at_once(client, plan):
    etag = client.get(LIST)["ETag"]
    withdraw(plan=plan, actor=None)
    response = client.get(LIST, headers={"If-None-Match": etag})
    assert response.status_code == 200
    publish(plan=plan, actor=None)
    assert client.get(LIST, headers={"If-None-Match": response["ETag"]}).status_code == 200


@pytest.mark.parametrize("path", [LIST, PLAN, PROJECT])
def test_reading_sets_no_cookie_and_holds_no_token(client, plan, path):
    response = client.get(path)
    assert not response.cookies
    assert "csrf" not in response.content.decode()
    assert response["Cache-Control"] == "public, no-cache"


# --- on paper ----------------------------------------------------------------------------------------

needs_poppler = pytest.mark.skipif(
    shutil.which("pdftotext") is None, reason="no poppler: Debian's poppler-utils is not on this machine"
)


def letters(text):
    """A text as extractors may be compared by: no marks of direction, no spaces, one form of each letter."""
    plain = re.sub("[\u200e\u200f\u202a-\u202e\u2066-\u2069\u061c\\s]", "", text)
    return unicodedata.normalize("NFKC", plain)


def text_of(pdf):
    run = subprocess.run(["pdftotext", "-", "-"], input=pdf, capture_output=True, check=True)
    return letters(run.stdout.decode())


@needs_poppler
@pytest.mark.parametrize("language", ["ar", "fr"])
def test_the_sheet_is_read_in_order_out_of_the_paper(client, sheet, language):
    response = client.get(address("project-sheet", language=language))
    assert response["Content-Type"] == "application/pdf"
    found = text_of(response.content)
    texts = [point.text for name in ("problem", "solution", "results") for point in sheet.points(name)]
    texts += [indicator.title_ar for indicator in sheet.indicators.all()]
    texts += [activity.title_ar for activity in sheet.activities.all()]
    texts.append("La période de la consultation est achevée")
    place = found.index(letters(sheet.title_ar))
    for text in texts:
        place = found.index(letters(text), place)


def pages_of(pdf):
    with pypdfium2.PdfDocument(pdf) as document:
        return len(document)


@needs_poppler
def test_the_real_sheet_fits_one_page_and_says_when_it_was_made(client, sheet):
    content = client.get(address("project-sheet")).content
    assert pages_of(content) == 1
    assert len(content) < 60_000
    assert letters("22 نونبر 2026") in text_of(content)


@needs_poppler
def test_a_long_and_hostile_sheet_is_whole(client, plan):
    points = [f"بند رقم {n} من الإشكالية" for n in range(1, 151)]
    project = Project.objects.get(number=1)
    lines = ["<img src='file:///etc/passwd'>", *points]
    Project.objects.filter(pk=project.pk).update(problem_ar="\n".join(f"• {line}" for line in lines))
    factories.ActivityFactory.create_batch(40, project=project)
    found = text_of(client.get(address("project-sheet")).content)
    assert "file:///etc/passwd" in found
    assert [point for point in points if letters(point) not in found] == []
    activities = Activity.objects.filter(project=project)
    assert [row for row in activities if letters(row.title_ar) not in found] == []


@needs_poppler
def test_a_sheet_of_which_nothing_is_stated_is_a_paper_all_the_same(client, plan):
    assert letters(Project.objects.get(number=5).title_ar) in text_of(
        client.get(address("project-sheet", number=5)).content
    )


def test_the_paper_is_made_once_for_a_version(client, plan, monkeypatch):
    made = []
    monkeypatch.setattr(
        "portal.papers.pages.render_pdf", lambda *, html, **how: made.append(html) or b"%PDF-1.7 stand-in"
    )
    for _ in range(2):
        assert client.get(address("project-sheet")).content.startswith(b"%PDF")
    assert len(made) == 1


def test_the_drawing_runs_from_the_right_in_arabic_only(client, plan, monkeypatch):
    made = []
    monkeypatch.setattr(
        "portal.papers.pages.render_pdf", lambda *, html, **how: made.append(html) or b"%PDF-1.7 stand-in"
    )
    for language in ("ar", "fr"):
        client.get(address("project-sheet", language=language))
    assert ["scale(-1 1)" in paper for paper in made] == [True, False]
    assert not any("<text" in paper for paper in made)


def test_the_same_municipality_name_elsewhere_changes_nothing(client, plan):
    other = MunicipalityFactory()
    factories.ProjectFactory(
        plan=factories.ActionPlanFactory(municipality=other, published=True), number=1, title_ar="غيره"
    )
    assert "غيره" not in read(client, PROJECT)

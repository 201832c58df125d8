"""What the public page of a plan tells of its stages, its committee, its documents and consultations."""

import datetime

import pytest
import time_machine
from django.conf import settings
from django.core.management import call_command
from django.urls import reverse
from django.utils.translation import override

from consultations.models import ActionPlan, CommitteeMember, PlanStatus, Project, ProjectStep, Stage
from consultations.services.plans import change_plan, publish
from consultations.services.structure import save_stages
from tests.consultations import factories
from tests.consultations.participation import ConsultationFactory
from tests.consultations.plan_rows import CommitteeMemberFactory, StageFileFactory, edit
from tests.factories import MembershipFactory
from tests.portal.meetings.factories import MeetingFactory

NOW = datetime.datetime(2026, 11, 22, 12, tzinfo=datetime.UTC)
SOURCE = settings.PROJECT_DIR / "demo" / "sources" / "kenitra-open-government-project.txt"


@pytest.fixture(autouse=True)
def _on_a_fixed_day():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def plan(kenitra):
    return factories.ActionPlanFactory(municipality=kenitra, published=True)


@pytest.fixture
def stage(plan):
    return factories.StageFactory(plan=plan, position=1, state=Stage.State.CURRENT)


def address(plan, name="plan", language="ar", **more):
    with override(language):
        return reverse(name, kwargs={"slug": plan.municipality.slug, "plan": plan.slug} | more)


def read(client, plan, language="ar"):
    response = client.get(address(plan, language=language))
    assert response.status_code == 200
    return response.content.decode()


# --- stages ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "end", "told"),
    [
        ((2026, 3, 1), (2026, 3, 31), "مارس 2026"),
        ((2026, 4, 1), (2026, 5, 31), "أبريل 2026 – ماي 2026"),
        ((2026, 6, 2), (2026, 6, 20), "2 – 20 يونيو 2026"),
    ],
)
def test_a_stage_tells_when_it_is(client, plan, start, end, told):
    step = factories.StageFactory(plan=plan, position=1, title_ar="المصادقة")
    Stage.objects.filter(pk=step.pk).update(starts_on=datetime.date(*start), ends_on=datetime.date(*end))
    assert told in read(client, plan)


@pytest.mark.parametrize(
    ("known", "told"),
    [("starts_on", "from 1 September 2026"), ("ends_on", "until 1 September 2026")],
)
def test_a_stage_with_one_known_end_says_which(client, plan, stage, known, told):
    Stage.objects.update(**{known: datetime.date(2026, 9, 1)})
    assert told in read(client, plan, "en")


def test_a_stage_leads_to_its_public_meetings_alone(client, plan, stage):
    shown = MeetingFactory(municipality=plan.municipality, published=True, title_ar="ورشة عمومية")
    hidden = MeetingFactory(municipality=plan.municipality, title_ar="اجتماع داخلي")
    stage.meetings.add(shown, hidden)
    page = read(client, plan)
    assert f'href="/ar/m/kenitra/meetings/{shown.pk}/">ورشة عمومية</a>' in page
    assert "اجتماع داخلي" not in page


# --- documents ---------------------------------------------------------------------------------------


def test_a_public_document_is_listed_and_fetched(client, plan, stage):
    file = StageFileFactory(stage=stage, caption_ar="محضر المصادقة")
    path = address(plan, "plan-file", pk=file.pk)
    page = read(client, plan)
    assert path in page
    assert "محضر المصادقة" in page
    response = client.get(path)
    assert b"".join(response.streaming_content) == b"%PDF-1.7"
    assert response["X-Content-Type-Options"] == "nosniff"


def test_an_internal_document_does_not_exist_for_the_public(client, plan, stage):
    file = StageFileFactory(stage=stage, is_public=False, name="secret.pdf")
    assert client.get(address(plan, "plan-file", pk=file.pk)).status_code == 404
    assert "secret.pdf" not in read(client, plan)


@pytest.mark.parametrize("where", [{"slug": "nefta"}, {"plan": "other"}, {"pk": 99}])
def test_a_document_is_found_under_its_own_plan_only(client, plan, stage, nefta, where):
    file = StageFileFactory(stage=stage)
    kwargs = {"slug": "kenitra", "plan": plan.slug, "pk": file.pk} | where
    assert client.get(reverse("plan-file", kwargs=kwargs)).status_code == 404


def test_a_document_of_a_draft_does_not_exist_for_the_public(client, plan, stage):
    file = StageFileFactory(stage=stage)
    ActionPlan.objects.update(status=PlanStatus.DRAFT)
    assert client.get(address(plan, "plan-file", pk=file.pk)).status_code == 404


def test_the_preview_leads_to_the_desks_copy(client, plan, stage):
    file = StageFileFactory(stage=stage)
    ActionPlan.objects.update(status=PlanStatus.DRAFT)
    client.force_login(MembershipFactory(municipality=plan.municipality, role="council_reader").user)
    page = client.get(address(plan, "plan-preview")).content.decode()
    path = reverse("staff-stage-file", kwargs={"slug": "kenitra", "pk": file.pk})
    assert path in page
    assert client.get(path).status_code == 200


# --- committee, focal point, summary -----------------------------------------------------------------


@pytest.fixture
def committee(plan):
    for group, name, is_named in [
        ("elected", "سلمى", True),
        ("elected", "أحمد", False),
        ("civil_society", "كريم", False),
        ("administration", "هند", False),
    ]:
        CommitteeMemberFactory(plan=plan, group=group, name=name, is_named=is_named)


def test_the_committee_is_counted_by_group_and_named_with_consent_only(client, plan, committee):
    CommitteeMember.objects.filter(name="كريم").update(quality_fr="Association Nour")
    page = " ".join(read(client, plan, "en").split())
    assert "4 members: 2 elected, 1 from civil society, 1 from the administration." in page
    assert "سلمى" in page
    assert "Association Nour" in page
    assert [name for name in ("أحمد", "كريم", "هند") if name in page] == []


def test_the_focal_point_and_the_summary_are_shown_in_their_language(client, plan):
    ActionPlan.objects.update(focal_point_fr="Secrétariat du conseil", summary_fr="Un résumé\n\net la suite")
    page = read(client, plan)
    assert '<bdi lang="fr" dir="ltr">Secrétariat du conseil</bdi>' in page
    assert '<div lang="fr" dir="ltr"><p>Un résumé</p>' in page
    assert page.count("m-note--info") == 1


def test_hostile_texts_are_shown_as_texts(client, plan, stage):
    hostile = "<script>x()</script>"
    CommitteeMemberFactory(plan=plan, name=hostile, is_named=True, quality_ar=hostile)
    StageFileFactory(stage=stage, name=hostile)
    MeetingFactory(municipality=plan.municipality, published=True, title_ar=hostile).plan_stages.add(stage)
    ActionPlan.objects.update(focal_point_ar=hostile, summary_ar=hostile)
    page = read(client, plan)
    assert "<script>x" not in page
    assert page.count("&lt;script&gt;x()") == 6


# --- projects and consultations ----------------------------------------------------------------------


def test_a_project_tells_how_firm_it_is(client, kenitra):
    plan = factories.ActionPlanFactory(municipality=kenitra)
    for number in (1, 2):
        factories.ProjectFactory(plan=plan, number=number)
    Project.objects.filter(number=2).update(step=ProjectStep.ADOPTED)
    publish(plan=plan, actor=None)
    page = " ".join(read(client, plan, "en").split())
    assert '<span class="m-tag">Draft · version <bdi dir="ltr">1</bdi></span>' in page
    assert '<span class="m-tag">Adopted · version <bdi dir="ltr">1</bdi></span>' in page


def test_what_was_read_from_a_file_states_no_step_of_its_own(client, kenitra):
    call_command("import_plan", str(SOURCE), municipality="kenitra", publish=True, verbosity=0)
    plan = ActionPlan.objects.get()
    page = read(client, plan)
    assert "m-tag" not in page.split("<main")[1]
    assert "m-cols" not in page
    assert [row.title_ar for row in plan.stages.all() if row.title_ar not in page] == []
    assert Project.objects.get().title_ar in page


def test_a_consultation_about_the_plan_leads_the_page(client, plan):
    consultation = ConsultationFactory(plan=plan, open=True)
    ConsultationFactory(municipality=plan.municipality, open=True, title_ar="غيرها")
    page = read(client, plan)
    path = reverse("consultation", kwargs={"slug": "kenitra", "number": consultation.number})
    assert f'href="{path}"' in page
    assert page.index("m-cols__lead") < page.index("m-cols__main")
    assert "غيرها" not in page


# --- at what cost ------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [2, 40])
def test_the_queries_do_not_depend_on_what_belongs_to_the_stages(
    client, plan, count, django_assert_num_queries
):
    for position in range(1, count + 1):
        row = factories.StageFactory(plan=plan, position=position)
        StageFileFactory(stage=row)
        row.meetings.add(MeetingFactory(municipality=plan.municipality, published=True))
        CommitteeMemberFactory(plan=plan)
        factories.ActivityFactory(project=factories.ProjectFactory(plan=plan))
    with django_assert_num_queries(10):
        page = read(client, plan)
    assert page.count("adoption.pdf") == count


def test_a_change_of_a_stage_is_seen_at_once(client, plan, stage):
    etag = client.get(address(plan))["ETag"]
    assert client.get(address(plan), headers={"If-None-Match": etag}).status_code == 304
    save_stages(plan=plan, edits=[edit(stage, title_ar="طور جديد")], actor=None)
    response = client.get(address(plan), headers={"If-None-Match": etag})
    assert "طور جديد" in response.content.decode()
    change_plan(plan=plan, values={"title_ar": "برنامج آخر"}, actor=None)
    assert client.get(address(plan), headers={"If-None-Match": response["ETag"]}).status_code == 200

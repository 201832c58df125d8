"""What plans and consultations give to the file of a session."""

import pytest
from django.utils.translation import override

from consultations.models import ActionPlan, Contribution
from consultations.pack import share, subjects
from tests.consultations.crowds import answer_all, publish
from tests.consultations.factories import ActionPlanFactory, ProjectFactory, StageFactory
from tests.consultations.participation import ConsultationFactory
from tests.consultations.printed import ordered
from tests.portal.meetings.factories import MeetingFactory

pytestmark = pytest.mark.django_db
CITIZEN = ("citizen", "36-50")


@pytest.fixture(autouse=True)
def _in_english():
    with override("en"):
        yield


@pytest.fixture
def meeting(nefta):
    return MeetingFactory(municipality=nefta)


@pytest.fixture
def plan(meeting):
    plan = ActionPlanFactory(municipality=meeting.municipality, published=True, title_fr="Programme")
    StageFactory(plan=plan).meetings.add(meeting)
    ProjectFactory(plan=plan, number=1, title_fr="Publier les PV")
    return plan


def shared(meeting, more=(), kind="council-pack"):
    return share(ordered(kind, meeting.municipality, pk=meeting.pk), meeting, [*subjects(meeting), *more])


def test_a_plan_with_a_stage_in_the_meeting_is_a_subject_once(meeting, plan):
    StageFactory(plan=plan).meetings.add(meeting)
    StageFactory(plan=ActionPlanFactory(municipality=meeting.municipality, slug="other"))
    assert subjects(meeting) == [("plan", plan.pk)]


def test_another_towns_plan_is_none(meeting):
    StageFactory(plan=ActionPlanFactory()).meetings.add(meeting)
    assert subjects(meeting) == []


def test_its_booklet_is_to_be_decided(meeting, plan):
    [section] = shared(meeting).sections
    assert (section.title, section.note) == ("Programme", "1 project")
    assert section.decision == "Adoption of the action plan"
    assert "Publier les PV" in section.html
    assert "<h1" not in section.html


def test_a_draft_says_so_and_is_for_the_municipalitys_people_alone(meeting, plan):
    ActionPlan.objects.update(status="draft")
    assert shared(meeting).sections[0].note == "1 project, a draft that is not public yet"
    assert shared(meeting, kind="plan-booklet").sections == []


def test_consultations_about_any_subject_are_reported(meeting, plan):
    project = plan.projects.get()
    town = meeting.municipality
    about = [("plan", plan.pk), ("project", project.pk), ("program", 7), ("program", 8)]
    for number, (kind, pk) in enumerate(about, 1):
        ConsultationFactory(
            closed=True,
            municipality=town,
            number=number,
            subject_kind=kind,
            subject_id=pk,
            title_fr=f"Avis {number}",
        )
    ConsultationFactory(plan=plan, number=5, title_fr="Pas publique")
    ConsultationFactory(before=True, plan=plan, number=7, title_fr="Pas ouverte")
    ConsultationFactory(closed=True, subject_kind="program", subject_id=7, number=6, title_fr="Ailleurs")
    found = shared(meeting, [("program", 7)])
    titles = [section.title for section in found.sections[1:]]
    assert titles == [f"Report of the consultation: Avis {number}" for number in (1, 2, 3)]
    assert {section.decision for section in found.sections[1:]} == {""}


def test_overdue_answers_are_missing(meeting, plan):
    consultation = ConsultationFactory(closed=True, plan=plan, number=1, title_fr="Avis")
    publish(consultation, *[CITIZEN] * 2, days_ago=60, text="Un mot public")
    publish(consultation, CITIZEN, days_ago=1)
    answer_all(consultation, publish(consultation, CITIZEN, days_ago=60))
    [hidden] = publish(consultation, CITIZEN, text="canari", days_ago=60)
    Contribution.objects.filter(pk=hidden.pk).update(status="pending")
    found = shared(meeting)
    assert found.missing == ["2 answers that are overdue: Avis"]
    assert found.sections[1].note == "4 contributions, 1 answered"
    assert "Un mot public" in found.sections[1].html
    assert "canari" not in found.sections[1].html
    assert found.pages >= 2


def test_a_meeting_without_subjects_has_nothing(meeting):
    found = shared(meeting)
    assert (found.sections, found.missing, found.pages) == ([], [], 0)

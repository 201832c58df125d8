"""What a program has for the file of a session, and what it says is missing there."""

import datetime
import re

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from portal.papers.orders import Order
from portal.papers.packs import Share
from programs.models import Envelope, Program, Status, Task
from programs.pack import share, subjects
from tests import factories
from tests.portal.meetings.factories import MeetingFactory
from tests.programs.printed_projects import many_steps, program_to_print

DAY = datetime.date(2022, 7, 1)
ALLOCATION = "جلسة المجلس لتوزيع موارد القرب على المناطق"
APPROVAL = "دورة المجلس للمصادقة على برنامج الاستثمار"


@pytest.fixture(autouse=True)
def _noon():
    with time_machine.travel(datetime.datetime(2022, 7, 1, 12, tzinfo=datetime.UTC), tick=False):
        yield


@pytest.fixture
def program(nefta):
    return program_to_print(nefta)


@pytest.fixture
def phase(program):
    return factories.PhaseFactory(program=program, number=5, title_ar="الأعمال النهائية")


@pytest.fixture
def meeting(nefta):
    return MeetingFactory(municipality=nefta, kind="deciding_body", date=DAY)


@pytest.fixture
def approval(phase, meeting):
    """The task of approval, done in the meeting; its decision is written there."""
    task = factories.TaskFactory(phase=phase, number=5, title_ar=APPROVAL, session_date=DAY)
    factories.ExpectedDocumentFactory(task=task, title_ar="مداولة")
    task.meetings.add(meeting)
    return task


def shared(meeting, about=None, language="en", **kwargs) -> Share:
    order = Order(
        "council-pack", meeting.municipality, {"pk": meeting.pk}, language, "https://x.example", **kwargs
    )
    with override(language):
        return share(order, meeting, subjects(meeting) if about is None else about)


def titles(found: Share) -> list[str]:
    return [section.title for section in found.sections]


def test_a_session_is_about_the_programs_whose_tasks_are_done_in_it(program, meeting, approval):
    assert subjects(meeting) == [("program", program.pk)]


@pytest.mark.parametrize(
    ("phase_title", "task_title"),
    [("التشخيص الفني والمالي", "جلسة"), ("Diagnostic technique", "Séance"), ("مرحلة", ALLOCATION)],
)
def test_it_is_about_the_diagnosis_where_a_task_is_of_it_or_rests_on_it(
    program, meeting, phase_title, task_title
):
    phase = factories.PhaseFactory(program=program, number=2, title_ar=phase_title)
    factories.TaskFactory(phase=phase, title_ar=task_title).meetings.add(meeting)
    assert subjects(meeting) == [("program", program.pk), ("diagnosis", program.pk)]


def test_a_meeting_of_no_program_has_nothing(meeting):
    assert subjects(meeting) == []
    assert shared(meeting) == Share()


def test_each_part_is_a_chapter_with_what_is_to_be_decided(meeting, approval):
    found = shared(meeting)
    assert [(section.title, bool(section.decision), section.is_lying) for section in found.sections] == [
        ("Calendar and what was done of it, 2022", False, True),
        ("Distribution of the resources, 2022", True, False),
        ("Project cards, 2022", True, False),
        ("Provisional calendar, 2022", True, True),
    ]
    assert all(not re.search('<h1|pj-card-qr|class="cols sign', section.html) for section in found.sections)
    assert found.pages >= 7


def test_the_diagnosis_is_a_chapter_where_the_session_is_about_it(program, meeting, approval):
    found = shared(meeting, [("program", program.pk), ("diagnosis", program.pk)])
    assert titles(found)[1] == "Technical and financial diagnosis, 2022"
    assert "السوق اليومية" in found.sections[1].html


def test_members_read_what_is_not_public_yet(program, meeting, approval):
    Program.objects.filter(pk=program.pk).update(status=Status.DRAFT)
    cards = shared(meeting).sections[2]
    assert "مقترح داخلي" in cards.html
    assert cards.note == "3 cards, one a page"


def test_what_was_approved_before_is_for_information(program, meeting, approval):
    Program.objects.filter(pk=program.pk).update(approved_on=DAY)
    assert any(section.decision for section in shared(meeting).sections)
    Program.objects.filter(pk=program.pk).update(approved_on=DAY - datetime.timedelta(days=1))
    assert not any(section.decision for section in shared(meeting).sections)


def test_broken_delays_are_told_beside_the_calendar(program, phase, meeting, approval):
    first = factories.TaskFactory(phase=phase, number=1, session_date=DAY - datetime.timedelta(days=2))
    factories.DelayRuleFactory(program=program, from_task=first, to_task=approval, min_days=7)
    assert shared(meeting).sections[0].note == "1 delay is not kept: the reason is in the file"


def test_documents_without_a_file_are_named_with_their_task(phase, meeting, approval):
    before = factories.TaskFactory(phase=phase, number=1, session_date=DAY - datetime.timedelta(days=3))
    factories.ExpectedDocumentFactory(task=before, title_ar="نسخة من التقرير")
    handed_in = factories.ExpectedDocumentFactory(task=before, position=2, title_ar="صور")
    factories.SupportingDocumentFactory(expected_document=handed_in)
    later = factories.TaskFactory(phase=phase, number=6, session_date=DAY + datetime.timedelta(days=1))
    factories.ExpectedDocumentFactory(task=later, title_ar="تعليق")
    (line,) = shared(meeting, language="ar").missing
    assert '<bdi dir="ltr">1-5</bdi>' in line
    assert "نسخة من التقرير" in line
    assert '<bdi dir="ltr">5.1</bdi>' in shared(meeting, language="fr").missing[0]


def test_what_the_session_makes_is_missed_once_it_is_over(meeting, approval):
    assert shared(meeting).missing == []
    with time_machine.travel(datetime.datetime(2022, 7, 2, 12, tzinfo=datetime.UTC), tick=False):
        assert "مداولة" in shared(meeting).missing[0]


def test_parts_of_which_nothing_is_entered_are_named_where_the_session_needs_them(nefta, meeting):
    empty = factories.ProgramFactory(municipality=nefta, year=2023)
    phase = factories.PhaseFactory(program=empty, number=1)
    Task.objects.create(phase=phase, number=1, title_ar=APPROVAL).meetings.add(meeting)
    found = shared(meeting)
    assert titles(found) == ["Calendar and what was done of it, 2023"]
    assert [line.split(":")[0] for line in found.missing] == [
        "The resources of the program 2023",
        "The project cards of the program 2023",
        "The provisional calendar of the program 2023",
    ]
    Task.objects.filter(phase=phase).update(title_ar=ALLOCATION)
    assert [line.split(":")[0] for line in shared(meeting).missing] == [
        "The diagnosis of the program 2023",
        "The resources of the program 2023",
        "The project cards of the program 2023",
    ]
    Task.objects.filter(phase=phase).update(title_ar="عمل")
    assert shared(meeting).missing == []


def test_a_program_of_another_town_is_never_shared(kenitra, meeting, approval):
    foreign = factories.ProgramFactory(municipality=kenitra)
    assert shared(meeting, [("program", foreign.pk), ("diagnosis", foreign.pk)]) == Share()


def test_another_kind_of_subject_is_not_a_program(program, meeting):
    assert shared(meeting, [("plan", program.pk)]) == Share()


def test_large_type_takes_more_pages(meeting, approval):
    assert shared(meeting, is_large=True).pages > shared(meeting).pages


def test_reading_costs_the_same_whatever_the_length(program, meeting, approval):
    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            shared(meeting)
        return len(found)

    before = queries()
    many_steps(program, projects=3, steps=2)
    assert queries() == before
    assert Envelope.objects.filter(program=program).exists()

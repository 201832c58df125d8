"""The state of a task in words, and how the design shows it."""

import datetime

import pytest
from django.utils.translation import override

from programs.calendar import read_calendar
from programs.models import Program
from tests import factories

TODAY = datetime.date(2021, 11, 9)
DAY = datetime.timedelta(days=1)


@pytest.fixture
def read(nefta):
    """Lays out a calendar of one task for a reader of English."""

    def read_one(*, date=None, done=None, handed_in=(), before=None):
        program = factories.ProgramFactory(municipality=nefta)
        phase = factories.PhaseFactory(program=program, number=1)
        if before is not None:
            factories.TaskFactory(phase=phase, number=1, session_date=before)
        task = factories.TaskFactory(phase=phase, number=2, session_date=date, done=done)
        for position, has_file in enumerate(handed_in):
            document = factories.ExpectedDocumentFactory(task=task, position=position)
            if has_file:
                factories.SupportingDocumentFactory(expected_document=document)
        with override("en"):
            row = read_calendar(Program.objects.for_calendar_page().get(), TODAY).rows[-1]
            return row.words, row.tone, row.drawing

    return read_one


@pytest.mark.parametrize(
    ("facts", "shown"),
    [
        ({"done": True}, ("Done", "done", "check")),
        ({"done": True, "handed_in": [True]}, ("Done", "done", "check")),
        ({"done": True, "handed_in": [False]}, ("Done, without evidence", "bare", "check")),
        ({"done": True, "handed_in": [True, False]}, ("Done, evidence incomplete", "bare", "check")),
        ({"done": False, "date": TODAY - DAY}, ("Late by 1 day", "late", "alert")),
        ({"done": False, "date": TODAY - 2 * DAY}, ("Late by 2 days", "late", "alert")),
        ({"date": TODAY - DAY}, ("Not stated", "none", "")),
        ({"date": TODAY}, ("Today", "next", "")),
        ({"date": TODAY, "before": TODAY}, ("Today", "next", "")),
        ({"date": TODAY + DAY}, ("Next date", "next", "")),
        ({"date": TODAY + DAY, "before": TODAY}, ("Upcoming", "todo", "")),
        ({}, ("No date yet", "todo", "")),
    ],
)
def test_words_and_drawing(read, facts, shown):
    assert read(**facts) == shown

"""The journal in words."""

import datetime

import pytest
from django.utils.translation import override

from portal.audit.log import record
from portal.audit.models import Entry
from portal.audit.reading import Change, read_entry
from tests import factories


@pytest.fixture
def task(nefta):
    return factories.TaskFactory(phase__program__municipality=nefta)


@pytest.fixture(autouse=True)
def _in_english():
    with override("en"):
        yield


def test_an_act_is_told_with_the_names_of_its_fields(editor, task, nefta):
    changes = {"done": (None, True), "session_date": (datetime.date(2021, 11, 2), None), "notes": ("", "x")}
    line = read_entry(
        record(actor=editor, action="row.changed", obj=task, municipality=nefta, changes=changes)
    )
    assert (line.sentence, line.kind) == ("Changed", "task")
    assert line.changes == (
        Change("done", "–", "Yes"),
        Change("session date", "2021-11-02", "–"),
        Change("notes", "–", "x"),
    )


def test_a_choice_is_told_by_its_name(task, nefta):
    program = task.phase.program
    changes = {"status": ("draft", "published")}
    entry = record(actor=None, action="program.published", obj=program, municipality=nefta, changes=changes)
    assert read_entry(entry).changes == (Change("status", "Draft", "Published"),)


@pytest.mark.parametrize("kind", ["programs.removed", "gone.model", "no model at all"])
def test_what_nothing_explains_any_more_is_shown_as_written(nefta, kind):
    entry = Entry(action="x.done", object_type=kind, changes={"old": [1, False]}, municipality=nefta)
    line = read_entry(entry)
    assert (line.sentence, line.kind) == ("x.done", kind)
    assert line.changes == (Change("old", "1", "No"),)


def test_the_clock_is_the_municipalitys(nefta):
    at = datetime.datetime(2021, 11, 2, 23, 30, tzinfo=datetime.UTC)
    assert read_entry(Entry(action="x", at=at, municipality=nefta)).when == "2021/11/03 00:30"
    assert read_entry(Entry(action="x", at=at)).when == "2021/11/02 23:30 UTC"

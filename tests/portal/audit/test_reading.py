"""The journal in words."""

import datetime
import uuid

import pytest
from django.utils.translation import override

from portal.audit.log import record
from portal.audit.models import Entry
from portal.audit.reading import Change, read_entry, read_groups
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
        Change("done", "Not stated", "Yes"),
        Change("session date", "2021/11/02", "–"),
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


def test_what_is_no_column_has_a_name_too(nefta, task):
    changes = {"documents_ar": (["محضر", "صور"], ["محضر", ""]), "undoes": (None, 12), "unheard_of": (1, 2)}
    entry = record(actor=None, action="task.edited", obj=task, municipality=nefta, changes=changes)
    assert read_entry(entry).changes == (
        Change("expected documents (Arabic)", "محضر · صور", "محضر"),
        Change("takes back entry", "–", "12"),
        Change("unheard_of", "1", "2"),
    )


@pytest.mark.parametrize(
    ("written", "read"),
    [("2021-11-30", "2021/11/30"), ("2021-13-30", "2021-13-30"), ("on 2021-11-30", "on 2021-11-30")],
)
def test_a_date_is_known_by_its_spelling(nefta, written, read):
    entry = Entry(action="x", object_type="gone.model", changes={"old": [written, []]}, municipality=nefta)
    assert read_entry(entry).changes == (Change("old", read, "–"),)


def test_a_note_that_looks_like_a_date_stays_as_it_was_typed(nefta, task):
    changes = {"notes": ("", "2021-11-30")}
    entry = record(actor=None, action="task.edited", obj=task, municipality=nefta, changes=changes)
    assert read_entry(entry).changes == (Change("notes", "–", "2021-11-30"),)


def test_rows_of_one_act_stand_together(nefta, task):
    def act(batch, after):
        return record(
            actor=None,
            action="task.edited",
            obj=task,
            municipality=nefta,
            changes={"done": (None, after)},
            batch=batch,
        )

    first, second = uuid.uuid4(), uuid.uuid4()
    for batch, after in [
        (None, True),
        (None, True),
        (first, True),
        (first, True),
        (second, True),
        (second, False),
    ]:
        act(batch, after)
    groups = read_groups(Entry.objects.all())
    assert [group.count for group in groups] == [2, 2, 1, 1]
    assert [group.common for group in groups[:2]] == [None, Change("done", "Not stated", "Yes")]
    numbers = [entry.pk for entry in Entry.objects.all()]
    assert groups[0].numbers == f"{numbers[1]}–{numbers[0]}"
    assert groups[3].numbers == str(numbers[5])


def test_a_breakdown_is_told_part_by_part(nefta, task):
    entry = record(
        actor=None,
        action="envelope.saved",
        obj=task,
        municipality=nefta,
        changes={"by_category": ({}, {"roads": "10.000", "water": "5.000"})},
    )
    (change,) = read_entry(entry).changes
    assert (change.before, change.after) == ("–", "roads: 10.000 · water: 5.000")

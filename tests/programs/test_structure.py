"""Rows of the calendar added, moved, numbered, removed; several tasks at once; taking back."""

import datetime

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.translation import override

from portal.audit.models import Entry
from portal.editing.cells import Clash, Seen
from portal.files.uploads import check_upload
from portal.municipalities.models import Municipality
from programs.models import MovedDate, Phase, Program, Status, Task
from programs.services import structure
from programs.services.cells import (
    ReasonNeeded,
    save_phase_cell,
    save_program_cell,
    save_task_cell,
)
from programs.services.evidence import attach_evidence
from programs.services.undo import NothingToUndo, last_act, undo
from tests import factories

DAY = datetime.date(2021, 11, 2)
WEEK = datetime.timedelta(days=7)


@pytest.fixture
def program(nefta):
    """Phase 1 with three tasks, phase 2 with two, all dated a week apart."""
    program = factories.ProgramFactory(municipality=nefta)
    for number, tasks in ((1, 3), (2, 2)):
        phase = factories.PhaseFactory(program=program, number=number)
        for n in range(1, tasks + 1):
            date = DAY + WEEK * (3 * (number - 1) + n)
            factories.TaskFactory(phase=phase, number=n, title_ar=f"عمل {number}.{n}", session_date=date)
    return program


@pytest.fixture
def act(program, editor):
    def act(function, **kwargs):
        return function(program=program, actor=editor, **kwargs)

    return act


def task(code):
    phase, number = code.split(".")
    return Task.objects.get(phase__number=phase, number=number)


def order():
    return {row.code: row.title_ar for row in Task.objects.select_related("phase")}


def acts():
    return list(Entry.objects.order_by("pk").values_list("action", flat=True))


# --- adding -----------------------------------------------------------------------------------------------


def test_a_task_is_added_at_the_end_of_its_phase(act):
    added = act(structure.add_task, phase_id=Phase.objects.get(number=1).pk, title_ar="عمل جديد")
    assert added.code == "1.4"
    assert acts() == ["task.added"]


def test_a_phase_is_added_after_the_last(act):
    assert act(structure.add_phase, title_fr="Clôture").number == 3
    assert acts() == ["phase.added"]


def test_nothing_is_added_without_a_title(act):
    with pytest.raises(ValidationError):
        act(structure.add_task, phase_id=Phase.objects.get(number=1).pk)
    with pytest.raises(ValidationError):
        act(structure.add_phase)
    assert acts() == []


def test_numbers_have_an_end(act):
    last = Phase.objects.get(number=2)
    Phase.objects.filter(pk=last.pk).update(number=99)
    Task.objects.filter(phase=last, number=2).update(number=999)
    with override("en"):
        with pytest.raises(ValidationError, match="99 is the last number"):
            act(structure.add_phase, title_ar="x")
        with pytest.raises(ValidationError, match="999 is the last number"):
            act(structure.add_task, phase_id=last.pk, title_ar="x")


# --- moving -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("place", "titles"),
    [
        (1, ["1.3", "1.1", "1.2"]),
        (2, ["1.1", "1.3", "1.2"]),
        (3, ["1.1", "1.2", "1.3"]),
        (99, ["1.1", "1.2", "1.3"]),
        (None, ["1.1", "1.2", "1.3"]),
        (-5, ["1.3", "1.1", "1.2"]),
    ],
)
def test_a_task_moves_to_a_place_of_its_phase(act, place, titles):
    act(structure.move_task, task_id=task("1.3").pk, phase_id=task("1.3").phase_id, place=place)
    assert [order()[f"1.{n}"] for n in (1, 2, 3)] == [f"عمل {title}" for title in titles]
    assert acts() == ([] if titles[2] == "1.3" else ["task.moved"])


def test_a_task_moves_to_another_phase(act):
    moved = act(structure.move_task, task_id=task("1.1").pk, phase_id=Phase.objects.get(number=2).pk, place=2)
    assert moved.code == "2.2"
    assert order() == {
        "1.1": "عمل 1.2",
        "1.2": "عمل 1.3",
        "2.1": "عمل 2.1",
        "2.2": "عمل 1.1",
        "2.3": "عمل 2.2",
    }
    assert Entry.objects.get().changes == {"code": ["1.1", "2.2"]}


def test_a_task_takes_the_same_number_in_another_phase(act):
    moved = act(
        structure.move_task, task_id=task("1.3").pk, phase_id=Phase.objects.get(number=2).pk, place=None
    )
    assert moved.code == "2.3"
    assert set(order()) == {"1.1", "1.2", "2.1", "2.2", "2.3"}


def test_rows_that_are_numbered_in_passing_are_journalled(act):
    Task.objects.filter(phase__number=1, number=3).update(number=7)
    before = Municipality.objects.get().revision
    act(structure.move_task, task_id=task("1.1").pk, phase_id=task("1.1").phase_id, place=1)
    assert "1.3" in order()
    assert acts() == ["program.renumbered"]
    assert Municipality.objects.get().revision > before


def test_a_closed_calendar_keeps_its_rows(act):
    Program.objects.update(status=Status.CLOSED)
    for kwargs in ({"phase_id": Phase.objects.get(number=1).pk, "title_ar": "x"},):
        with pytest.raises(ValidationError):
            act(structure.add_task, **kwargs)
    with pytest.raises(ValidationError):
        act(structure.renumber)


def test_a_moved_row_is_another_version(act):
    before = {row.pk: row.version for row in Task.objects.all()}
    act(structure.move_task, task_id=task("1.3").pk, phase_id=task("1.3").phase_id, place=1)
    changed = {pk for pk, version in before.items() if Task.objects.get(pk=pk).version != version}
    assert changed == set(Task.objects.filter(phase__number=1).values_list("pk", flat=True))


def test_a_phase_moves_with_its_tasks(act):
    act(structure.move_phase, phase_id=Phase.objects.get(number=2).pk, place=1)
    assert order()["1.1"] == "عمل 2.1"
    assert acts() == ["phase.moved"]
    act(structure.move_phase, phase_id=Phase.objects.get(number=1).pk, place=1)
    assert acts() == ["phase.moved"]


def test_what_belongs_to_another_program_does_not_move(act, nefta):
    other = factories.PhaseFactory(program=factories.ProgramFactory(municipality=nefta, year=2030))
    with pytest.raises(Phase.DoesNotExist):
        act(structure.move_phase, phase_id=other.pk, place=1)
    with pytest.raises(Phase.DoesNotExist):
        act(structure.move_task, task_id=task("1.1").pk, phase_id=other.pk, place=1)


def test_gaps_are_closed(act):
    task("1.2").delete()
    Phase.objects.filter(number=2).update(number=7)
    assert act(structure.renumber) == 2
    assert list(order()) == ["1.1", "1.2", "2.1", "2.2"]
    assert act(structure.renumber) == 0
    assert acts() == ["program.renumbered"]


# --- removing ---------------------------------------------------------------------------------------------


def test_a_task_is_removed_and_the_journal_keeps_what_it_said(act):
    factories.ExpectedDocumentFactory(task=task("1.2"), title_ar="محضر")
    act(structure.remove_task, task_id=task("1.2").pk)
    assert "1.2" not in order()
    changes = Entry.objects.get().changes
    assert changes["title_ar"] == ["عمل 1.2", None]
    assert changes["documents"] == [["محضر"], None]


def test_a_task_with_evidence_stays(act, editor):
    document = factories.ExpectedDocumentFactory(task=task("1.2"))
    upload = check_upload(SimpleUploadedFile("a.pdf", b"%PDF-1.4\n%%EOF\n"))
    attach_evidence(document=document, upload=upload, is_public=False, actor=editor)
    with pytest.raises(ValidationError):
        act(structure.remove_task, task_id=task("1.2").pk)
    assert "1.2" in order()


def test_what_the_public_reads_is_removed_by_whoever_may_publish(act):
    Program.objects.update(status=Status.PUBLISHED)
    with pytest.raises(PermissionDenied):
        act(structure.remove_task, task_id=task("1.2").pk)
    assert "1.2" in order()
    act(structure.remove_task, task_id=task("1.2").pk, may_change_public=True)
    assert "1.2" not in order()


def test_the_journal_keeps_the_delays_that_go_with_a_task(act, program):
    rule = factories.DelayRuleFactory(
        program=program, from_task=task("1.1"), to_task=task("1.2"), text_ar="سبعة أيام", reason="سبب"
    )
    act(structure.remove_task, task_id=rule.to_task_id)
    (told,) = Entry.objects.get().changes["delays"][0]
    assert "سبعة أيام" in told
    assert "سبب" in told


def test_only_an_empty_phase_is_removed(act):
    phase = Phase.objects.get(number=2)
    with pytest.raises(ValidationError):
        act(structure.remove_phase, phase_id=phase.pk)
    phase.tasks.all().delete()
    act(structure.remove_phase, phase_id=phase.pk)
    assert Phase.objects.count() == 1
    assert acts() == ["phase.removed"]


# --- several at once --------------------------------------------------------------------------------------


def test_several_are_marked_as_done_in_one_act(act):
    chosen = [task("1.1").pk, task("2.1").pk]
    assert act(structure.mark_tasks, task_ids=chosen, done=True) == 2
    assert act(structure.mark_tasks, task_ids=[*chosen, task("1.2").pk], done=True) == 1
    first, second, third = Entry.objects.order_by("pk")
    assert first.batch == second.batch != third.batch


@pytest.mark.parametrize("days", [14, -14])
def test_several_dates_shift_together(act, days):
    before = {row.pk: row.session_date for row in Task.objects.all()}
    Task.objects.filter(pk=task("2.2").pk).update(session_date=None)
    assert act(structure.shift_tasks, task_ids=before, days=days) == 4
    for row in Task.objects.exclude(session_date=None):
        assert row.session_date == before[row.pk] + datetime.timedelta(days=days)


@pytest.mark.parametrize("days", [30, -30])
def test_a_delay_between_two_that_shift_together_is_not_broken_in_passing(act, days, program):
    factories.DelayRuleFactory(program=program, from_task=task("1.1"), to_task=task("1.2"), min_days=7)
    chosen = [task("1.1").pk, task("1.2").pk]
    assert act(structure.shift_tasks, task_ids=chosen, days=days) == 2


def test_nothing_shifts_without_a_reason_where_one_is_needed(act, program):
    Program.objects.update(status=Status.PUBLISHED)
    chosen = [task("1.1").pk, task("1.2").pk]
    with pytest.raises(ReasonNeeded):
        act(structure.shift_tasks, task_ids=chosen, days=1)
    assert acts() == []
    assert act(structure.shift_tasks, task_ids=chosen, days=1, reason="عطلة") == 2
    assert MovedDate.objects.filter(reason="عطلة").count() == 2


def test_a_date_that_no_calendar_has_is_refused(act):
    with pytest.raises(ValidationError):
        act(structure.shift_tasks, task_ids=[task("1.1").pk], days=10**9)


# --- taking back ------------------------------------------------------------------------------------------


@pytest.fixture
def edit(program, editor):
    def edit(code, field, value, actor=editor):
        row = task(code)
        seen = Seen(row.version, getattr(row, field))
        save_task_cell(program=program, task_id=row.pk, field=field, value=value, seen=seen, actor=actor)

    return edit


def test_the_last_change_is_taken_back_and_journalled(act, edit, editor):
    edit("1.1", "notes", "first")
    edit("1.1", "notes", "second")
    act(undo)
    assert task("1.1").notes == "first"
    act(undo)
    assert task("1.1").notes == ""
    with pytest.raises(NothingToUndo):
        act(undo)
    changes = [entry.changes["notes"] for entry in Entry.objects.order_by("pk")]
    assert changes == [["", "first"], ["first", "second"], ["second", "first"], ["first", ""]]
    assert set(Entry.objects.values_list("actor", flat=True)) == {editor.pk}


def test_dates_come_back_as_dates(act, edit):
    edit("1.1", "session_date", None)
    act(undo)
    assert task("1.1").session_date == DAY + WEEK


def test_an_act_of_several_rows_is_taken_back_whole(act):
    act(structure.mark_tasks, task_ids=Task.objects.values_list("pk", flat=True), done=True)
    assert len(act(undo)) == 5
    assert not Task.objects.exclude(done=None).exists()
    with pytest.raises(NothingToUndo):
        act(undo)


def test_an_act_of_more_rows_than_are_looked_through_is_taken_back_whole(act, monkeypatch):
    monkeypatch.setattr("programs.services.undo.REACH", 2)
    act(structure.mark_tasks, task_ids=Task.objects.values_list("pk", flat=True), done=True)
    assert len(act(undo)) == 5
    assert not Task.objects.exclude(done=None).exists()


def test_titles_of_phases_and_of_the_program_are_taken_back_too(act, program, editor):
    phase = Phase.objects.get(number=1)
    seen = Seen(phase.version, phase.title_ar)
    save_phase_cell(
        program=program, phase_id=phase.pk, field="title_ar", value="أخرى", seen=seen, actor=editor
    )
    seen = Seen(program.version, program.title_fr)
    save_program_cell(program=program, field="title_fr", value="Autre", seen=seen, actor=editor)
    act(undo)
    assert Program.objects.get().title_fr == program.title_fr
    act(undo)
    assert Phase.objects.get(number=1).title_ar == phase.title_ar
    with pytest.raises(NothingToUndo):
        act(undo)
    assert [bool(entry.changes.get("undoes")) for entry in Entry.objects.order_by("pk")] == [
        False,
        False,
        True,
        True,
    ]


def test_a_title_that_another_changed_since_is_not_taken_back(act, program, editor, publisher):
    for person, value in ((editor, "mine"), (publisher, "theirs")):
        row = Program.objects.get()
        seen = Seen(row.version, row.title_fr)
        save_program_cell(program=program, field="title_fr", value=value, seen=seen, actor=person)
    with pytest.raises(Clash):
        act(undo)
    assert Program.objects.get().title_fr == "theirs"


def test_nobody_takes_back_what_another_did(act, edit, publisher, program):
    edit("1.1", "notes", "theirs", actor=publisher)
    with pytest.raises(NothingToUndo):
        act(undo)
    assert [entry.actor for entry in last_act(program=program, actor=publisher)] == [publisher]


def test_what_another_changed_since_is_not_taken_back(act, edit, publisher):
    edit("1.1", "notes", "mine")
    edit("1.1", "notes", "theirs", actor=publisher)
    with pytest.raises(Clash) as clash:
        act(undo)
    assert (clash.value.mine, clash.value.theirs) == ("", "theirs")
    assert task("1.1").notes == "theirs"


def test_taking_back_a_public_date_needs_a_reason_too(act, edit):
    edit("1.1", "session_date", DAY)
    Program.objects.update(status=Status.PUBLISHED)
    with pytest.raises(ReasonNeeded):
        act(undo)
    act(undo, reason="خطأ")
    assert MovedDate.objects.get().new_date == DAY + WEEK

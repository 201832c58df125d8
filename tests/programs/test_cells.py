"""One cell of the calendar: saved, refused, told from another's, and explained where it must be."""

import datetime

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile

from portal.audit.models import Entry
from portal.editing.cells import Clash, Seen
from portal.files.uploads import check_upload
from portal.municipalities.models import Municipality
from programs.forms_cells import cell_text, read_cell
from programs.models import ExpectedDocument, MovedDate, Program, Status, Task
from programs.services import cells
from programs.services.cells import (
    ReasonNeeded,
    cell_value,
    give_reason,
    save_phase_cell,
    save_program_cell,
    save_task_cell,
)
from programs.services.evidence import attach_evidence
from tests import factories

DAY = datetime.date(2021, 11, 2)


@pytest.fixture
def program(nefta):
    return factories.ProgramFactory(municipality=nefta)


@pytest.fixture
def task(program):
    return factories.TaskFactory(phase__program=program, session_date=DAY)


@pytest.fixture
def save(program, editor):
    def save(task, field, value, seen=None, **kwargs):
        seen = seen or Seen(Task.objects.get(pk=task.pk).version, cell_value(task, field))
        return save_task_cell(
            program=program, task_id=task.pk, field=field, value=value, seen=seen, actor=editor, **kwargs
        )

    return save


@pytest.fixture
def rule(program, task):
    """The session of ``later`` at least seven days after ``task``, kept by eleven."""
    later = factories.TaskFactory(phase=task.phase, session_date=DAY + datetime.timedelta(days=11))
    return factories.DelayRuleFactory(program=program, from_task=task, to_task=later, min_days=7)


def lines(task, column="title_ar"):
    return list(task.expected_documents.order_by("position").values_list(column, flat=True))


# --- saved ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title_ar", "عنوان آخر"),
        ("title_fr", "Un titre"),
        ("session_date", datetime.date(2021, 11, 9)),
        ("session_date", None),
        ("done", True),
        ("done", False),
        ("notes", "سطر\nوسطر"),
        ("responsible", "منية"),
    ],
)
def test_a_cell_is_saved_counted_and_journalled(task, save, field, value, editor):
    old, before = getattr(task, field), Municipality.objects.get(slug="nefta").revision
    saved = save(task, field, value)
    assert saved.is_changed
    stored = Task.objects.get(pk=task.pk)
    assert (getattr(stored, field), stored.version, saved.row.version) == (value, 2, 2)
    entry = Entry.objects.get()
    assert (entry.actor, entry.action, entry.object_id) == (editor, "task.edited", str(task.pk))
    assert entry.changes == {field: [cells_plain(old), cells_plain(value)]}
    assert Municipality.objects.get(slug="nefta").revision == before + 1


def cells_plain(value):
    return value.isoformat() if isinstance(value, datetime.date) else value


def test_the_feeds_are_told_that_the_calendar_changed(program, task, save):
    before = Program.objects.get().updated_at
    save(task, "notes", "x")
    assert Program.objects.get().updated_at > before


def test_what_stands_there_already_is_no_change(task, save):
    assert not save(task, "notes", task.notes).is_changed
    assert not Entry.objects.exists()
    assert Task.objects.get().version == 1


def test_titles_of_phases_and_of_the_program(program, task, editor):
    save_phase_cell(
        program=program, phase_id=task.phase_id, field="title_fr", value="Phase", seen=Seen(1), actor=editor
    )
    save_program_cell(program=program, field="title_fr", value="Programme", seen=Seen(1), actor=editor)
    task.phase.refresh_from_db()
    assert (task.phase.title_fr, task.phase.version) == ("Phase", 2)
    assert Program.objects.get().title_fr == "Programme"
    assert set(Entry.objects.values_list("action", flat=True)) == {"phase.edited", "program.edited"}


# --- refused ----------------------------------------------------------------------------------------------


def test_a_row_keeps_a_title(task, save):
    with pytest.raises(ValidationError) as refusal:
        save(task, "title_ar", "")
    assert set(refusal.value.message_dict) == {"title_ar"}
    assert Task.objects.get().title_ar == task.title_ar


def test_a_text_that_is_too_long_is_refused_at_its_cell(task, save):
    with pytest.raises(ValidationError) as refusal:
        save(task, "responsible", "x" * 201)
    assert set(refusal.value.message_dict) == {"responsible"}
    assert not Entry.objects.exists()


def test_a_row_of_another_program_is_not_there(task, program, editor):
    elsewhere = factories.ProgramFactory(municipality=program.municipality, year=2030)
    with pytest.raises(Task.DoesNotExist):
        save_task_cell(
            program=elsewhere, task_id=task.pk, field="notes", value="x", seen=Seen(1), actor=editor
        )


def test_a_cell_that_cannot_be_journalled_is_not_saved(task, save, monkeypatch):
    def fail(**kwargs):
        raise RuntimeError("no room left")

    monkeypatch.setattr(cells, "record", fail)
    with pytest.raises(RuntimeError):
        save(task, "notes", "x")
    assert Task.objects.get().notes == ""


# --- two people -------------------------------------------------------------------------------------------


def test_the_second_of_two_sees_both_values(task, save):
    first = Seen(1, "")
    save(task, "notes", "mine", seen=first)
    with pytest.raises(Clash) as clash:
        save(task, "notes", "yours", seen=first)
    assert (clash.value.mine, clash.value.theirs, clash.value.version) == ("yours", "mine", 2)
    assert Task.objects.get().notes == "mine"
    save(task, "notes", "yours", seen=Seen(clash.value.version, clash.value.theirs))
    assert Task.objects.get().notes == "yours"


def test_two_people_may_change_different_cells_of_a_row(task, save):
    save(task, "notes", "mine", seen=Seen(1, ""))
    save(task, "responsible", "yours", seen=Seen(1, ""))
    stored = Task.objects.get()
    assert (stored.notes, stored.responsible) == ("mine", "yours")


def test_without_the_value_seen_any_other_version_is_a_clash(task, save):
    save(task, "notes", "mine", seen=Seen(1))
    with pytest.raises(Clash):
        save(task, "responsible", "yours", seen=Seen(1))


def test_two_people_of_one_mind_do_not_clash(task, save):
    save(task, "notes", "same", seen=Seen(1, ""))
    assert not save(task, "notes", "same", seen=Seen(1, "")).is_changed


def test_a_change_made_in_the_admin_counts_too(task, save):
    row = Task.objects.get()
    row.notes = "from the admin"
    row.save()
    with pytest.raises(Clash):
        save(task, "notes", "x", seen=Seen(1, ""))


# --- documents --------------------------------------------------------------------------------------------


@pytest.fixture
def documents(task):
    return [
        factories.ExpectedDocumentFactory(task=task, position=n, title_ar=title)
        for n, title in enumerate(("محضر", "صور"), start=1)
    ]


def test_documents_are_one_cell_with_a_line_for_each(task, documents, save):
    save(task, "documents_ar", ["محضر", "صور", "بطاقة الحضور"])
    assert lines(task) == ["محضر", "صور", "بطاقة الحضور"]
    assert Entry.objects.get().changes == {"documents_ar": [["محضر", "صور"], ["محضر", "صور", "بطاقة الحضور"]]}
    assert Task.objects.get().version == 2


def test_a_document_whose_line_moves_keeps_its_files(task, documents, save, editor):
    upload = check_upload(SimpleUploadedFile("a.pdf", b"%PDF-1.4\n%%EOF\n"))
    attach_evidence(document=documents[1], upload=upload, is_public=False, actor=editor)
    save(task, "documents_ar", ["صور", "محضر"])
    assert lines(task) == ["صور", "محضر"]
    assert ExpectedDocument.objects.get(title_ar="صور").files.count() == 1


def test_a_title_that_is_written_anew_keeps_its_files(task, documents, save, editor):
    upload = check_upload(SimpleUploadedFile("a.pdf", b"%PDF-1.4\n%%EOF\n"))
    attach_evidence(document=documents[1], upload=upload, is_public=False, actor=editor)
    save(task, "documents_ar", ["محضر", "صور الجلسة"])
    assert ExpectedDocument.objects.get(pk=documents[1].pk).title_ar == "صور الجلسة"


def test_a_document_with_files_is_not_taken_from_the_list(task, documents, save, editor):
    upload = check_upload(SimpleUploadedFile("a.pdf", b"%PDF-1.4\n%%EOF\n"))
    attach_evidence(document=documents[1], upload=upload, is_public=False, actor=editor)
    Entry.objects.all()
    with pytest.raises(ValidationError) as refusal:
        save(task, "documents_ar", ["محضر"])
    assert "صور" in refusal.value.message_dict["documents_ar"][0]
    assert lines(task) == ["محضر", "صور"]


@pytest.mark.parametrize("gone", [["محضر"], ["محضر", ""], ["", "محضر"]])
def test_a_line_that_is_gone_takes_its_document_away(task, documents, save, gone):
    save(task, "documents_ar", gone)
    assert lines(task) == ["محضر"]


def test_the_other_language_is_written_beside(task, documents, save):
    save(task, "documents_fr", ["", "Photos"])
    assert lines(task, "title_fr") == ["", "Photos"]
    assert cell_value(task, "documents_fr") == ["", "Photos"]


def test_a_document_that_the_other_language_names_stays(task, documents, save):
    save(task, "documents_fr", ["Procès-verbal", "Photos"])
    save(task, "documents_ar", ["صور"])
    assert lines(task, "title_fr") == ["Photos", "Procès-verbal"]
    assert lines(task) == ["صور", ""]


def test_a_document_may_be_known_in_french_alone(task, save):
    save(task, "documents_fr", ["Procès-verbal"])
    assert (lines(task), lines(task, "title_fr")) == ([""], ["Procès-verbal"])


# --- reasons ----------------------------------------------------------------------------------------------


def test_a_delay_that_would_break_asks_for_a_reason(task, rule, save):
    with pytest.raises(ReasonNeeded) as needed:
        save(rule.to_task, "session_date", DAY + datetime.timedelta(days=6))
    assert not needed.value.is_moved
    (broken,) = needed.value.broken
    assert (broken.rule, broken.reckoning.missing) == (rule, 1)
    rule.to_task.refresh_from_db()
    assert rule.to_task.session_date == DAY + datetime.timedelta(days=11)


def test_with_a_reason_the_delay_is_broken_and_explained(task, rule, save):
    save(rule.to_task, "session_date", DAY + datetime.timedelta(days=6), reason="القاعة مشغولة")
    rule.refresh_from_db()
    assert rule.reason == "القاعة مشغولة"
    assert set(Entry.objects.values_list("action", flat=True)) == {"delay.explained", "task.edited"}
    assert not MovedDate.objects.exists()


def test_a_delay_that_is_explained_asks_again_only_when_it_gets_worse(task, rule, save):
    save(rule.to_task, "session_date", DAY + datetime.timedelta(days=5), reason="القاعة مشغولة")
    save(rule.to_task, "session_date", DAY + datetime.timedelta(days=6))
    with pytest.raises(ReasonNeeded):
        save(rule.to_task, "session_date", DAY + datetime.timedelta(days=4))


def test_what_was_said_of_a_delay_that_is_kept_again_is_forgotten(task, rule, save):
    save(rule.to_task, "session_date", DAY + datetime.timedelta(days=5), reason="القاعة مشغولة")
    save(rule.to_task, "session_date", DAY + datetime.timedelta(days=7))
    rule.refresh_from_db()
    assert rule.reason == ""
    with pytest.raises(ReasonNeeded):
        save(rule.to_task, "session_date", DAY + datetime.timedelta(days=5))


def test_a_date_that_the_public_saw_moves_with_a_reason(task, save, editor):
    Program.objects.update(status=Status.PUBLISHED)
    with pytest.raises(ReasonNeeded) as needed:
        save(task, "session_date", datetime.date(2021, 11, 5))
    assert needed.value.is_moved
    assert not needed.value.broken
    save(task, "session_date", datetime.date(2021, 11, 5), reason="  تعذر النصاب ")
    move = MovedDate.objects.get()
    assert (move.old_date, move.new_date, move.reason, move.moved_by) == (
        DAY,
        datetime.date(2021, 11, 5),
        "تعذر النصاب",
        editor,
    )


def test_a_date_that_was_taken_away_in_public_is_not_forgotten(task, save):
    Program.objects.update(status=Status.PUBLISHED)
    save(task, "session_date", None, reason="القاعة مغلقة")
    with pytest.raises(ReasonNeeded) as needed:
        save(task, "session_date", datetime.date(2021, 11, 20))
    assert needed.value.is_moved
    save(task, "session_date", datetime.date(2021, 11, 20), reason="وُجدت قاعة")
    moves = MovedDate.objects.order_by("pk").values_list("old_date", "new_date")
    assert list(moves) == [(DAY, None), (DAY, datetime.date(2021, 11, 20))]


def test_what_no_page_can_hold_is_left_out_of_a_reason(task, save):
    Program.objects.update(status=Status.PUBLISHED)
    save(task, "session_date", datetime.date(2021, 11, 5), reason=" a\0b\x08 ")
    assert MovedDate.objects.get().reason == "ab"


@pytest.mark.parametrize(
    ("field", "value"), [("notes", "x"), ("session_date", None), ("documents_ar", ["x"])]
)
def test_a_closed_calendar_no_longer_changes(task, save, field, value):
    Program.objects.update(status=Status.CLOSED)
    with pytest.raises(ValidationError) as refusal:
        save(task, field, value)
    assert set(refusal.value.message_dict) == {field}
    assert not Entry.objects.exists()


def test_a_first_date_and_a_draft_need_no_reason(task, save):
    save(task, "session_date", None)
    Program.objects.update(status=Status.PUBLISHED)
    save(task, "session_date", DAY)
    assert not MovedDate.objects.exists()


def test_a_reason_that_is_too_long_is_refused_as_such(task, save):
    Program.objects.update(status=Status.PUBLISHED)
    with pytest.raises(ValidationError) as refusal:
        save(task, "session_date", datetime.date(2021, 11, 5), reason="x" * 1001)
    assert set(refusal.value.message_dict) == {"reason"}
    assert Task.objects.get().session_date == DAY
    assert not MovedDate.objects.exists()


def test_a_delay_can_be_explained_by_itself(rule, program, editor):
    give_reason(rule=rule, reason=" سبب ", program=program, actor=editor)
    rule.refresh_from_db()
    assert rule.reason == "سبب"
    with pytest.raises(ValidationError):
        give_reason(rule=rule, reason="x" * 1001, program=program, actor=editor)


# --- what people type -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        ("title_ar", "  عنوان \n آخر ", "عنوان آخر"),
        ("notes", " a\r\nb\x00 ", "a\nb"),
        ("session_date", "2021/11/13", datetime.date(2021, 11, 13)),
        ("session_date", "13/11/2021", datetime.date(2021, 11, 13)),
        ("session_date", "١٣ نوفمبر ٢٠٢١", datetime.date(2021, 11, 13)),
        ("session_date", " ", None),
        ("done", "yes", True),
        ("done", "no", False),
        ("done", "", None),
        ("documents_ar", "محضر\n\nصور\n\n", ["محضر", "", "صور"]),
    ],
)
def test_what_is_typed_is_read_and_written_back(field, text, value):
    assert read_cell(field, text) == value
    assert read_cell(field, cell_text(value)) == value


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("session_date", "soon"),
        ("session_date", "30/02/2021"),
        ("done", "maybe"),
        ("documents_fr", "x\n" * 51),
    ],
)
def test_what_cannot_be_read_is_refused_at_its_cell(field, text):
    with pytest.raises(ValidationError) as refusal:
        read_cell(field, text)
    assert set(refusal.value.message_dict) == {field}

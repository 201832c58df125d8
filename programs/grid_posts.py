"""What a form of the sheet brings back: compared with what was shown, saved as a whole or not at all."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.audit.models import Entry
from portal.editing.cells import UNSEEN, Clash, Seen
from portal.municipalities.turns import take_turn
from programs.forms_cells import cell_text, read_cell
from programs.grid import FIELDS, NAMES, Typed, in_words, mark_of
from programs.grid_notes import Note, say_rules
from programs.models import LAST_TASK, Phase, Program, Task
from programs.querysets import ProgramQuerySet
from programs.services.cells import (
    ReasonNeeded,
    cell_value,
    save_phase_cell,
    save_program_cell,
    save_task_cell,
)
from programs.services.structure import move_task

_NAME = re.compile(r"(task|phase|program)-(\d{1,18})-([a-z_]{1,20})")
_CHOICE = re.compile(r"mine:(\d{1,9})|theirs")


@dataclass(frozen=True, slots=True)
class PostedCell:
    """A cell as it came back, with what its sender had before them."""

    kind: str
    pk: int
    field: str
    text: str
    version: int
    mark: str
    """The mark of the text that was shown; empty when that is not known."""
    choice: str = ""
    """``mine:<version>`` or ``theirs``, after a clash."""
    reason: str = ""

    @property
    def name(self) -> str:
        return f"{self.kind}-{self.pk}-{self.field}"

    @property
    def is_touched(self) -> bool:
        """Whether something else is in it than was shown."""
        return self.mark != mark_of(self.text) and self.choice != "theirs"


@dataclass(frozen=True, slots=True)
class Posted:
    """The whole form."""

    texts: Mapping[str, str]
    chosen: frozenset[int]

    def cells(self) -> Iterator[PostedCell]:
        for name, text in self.texts.items():
            found = _NAME.fullmatch(name)
            if found and found[3] in FIELDS[found[1]]:
                yield self._cell(found[1], int(found[2]), found[3], text)

    def _cell(self, kind: str, pk: int, name: str, text: str) -> PostedCell:
        row = f"{kind}-{pk}"
        marks = self.texts.get(f"{row}-seen", "").split(" ")
        place = FIELDS[kind].index(name)
        choice = self.texts.get(f"choice-{row}-{name}", "")
        return PostedCell(
            kind=kind,
            pk=pk,
            field=name,
            text=text,
            version=_number(self.texts.get(f"{row}-version", "")),
            mark=marks[place] if len(marks) == len(FIELDS[kind]) else "",
            choice=choice if _CHOICE.fullmatch(choice) else "",
            reason=self.texts.get(f"reason-{pk}", "") if name == "session_date" else "",
        )


def read_posted(data: QueryDict) -> Posted:
    """Read a form of the sheet; lines end as everywhere here."""
    texts = {name: str(text).replace("\r\n", "\n") for name, text in data.items()}
    chosen = frozenset(_number(pk) for pk in data.getlist("chosen"))
    return Posted(texts, chosen)


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 19 else 0


@dataclass
class Saving:
    """What became of a form."""

    saved: int = 0
    notes: dict[str, Note] = field(default_factory=dict)
    lost: list[str] = field(default_factory=list)
    """Texts that were typed into rows which are no longer there."""

    @property
    def is_refused(self) -> bool:
        return bool(self.notes or self.lost)

    def typed(self, posted: Posted) -> Typed:
        return Typed(posted.texts, self.notes, posted.chosen)


class _Writer:
    """Saves cells one after the other over what stood there when it began."""

    def __init__(self, program: Program, actor: User) -> None:
        self.program, self.actor, self.batch = program, actor, uuid.uuid4()
        self.rows = _rows(program)
        self.before = {key: row.version for key, row in self.rows.items()}
        self.values: dict[tuple[str, int, str], Any] = {}
        self.saving = Saving()

    def save(self, cell: PostedCell, *, reason: str = "") -> bool:
        """Save a cell, or note why not; ``False`` where only a reason is missing."""
        try:
            self._save(cell, reason)
        except ReasonNeeded as needed:
            self.saving.notes[cell.name] = note_of_reason(cell, needed, self.program)
            return False
        except ValidationError as refusal:
            self.saving.notes[cell.name] = note_of_refusal(cell, refusal)
        except Clash as clash:
            self.saving.notes[cell.name] = note_of_clash(cell, clash)
        else:
            self.saving.notes.pop(cell.name, None)
        return True

    def _save(self, cell: PostedCell, reason: str) -> None:
        row = self.rows.get((cell.kind, cell.pk))
        if row is None:
            if cell.text.strip() and cell.field not in ("place", "done"):
                self.saving.lost.append(cell.text.strip())
            return
        value = read_cell(cell.field, cell.text)
        saved = save_cell(
            program=self.program,
            cell=cell,
            value=value,
            seen=self._seen(cell, row),
            actor=self.actor,
            reason=reason,
            batch=self.batch,
        )
        self.saving.saved += saved

    def _seen(self, cell: PostedCell, row: Task | Phase | Program) -> Seen:
        """What the sender had before them, as far as it is what stood there when saving began."""
        version = _number(cell.choice.removeprefix("mine:")) if cell.choice else cell.version
        stood = cell_value(row, cell.field)
        is_known = version == self.before[cell.kind, cell.pk] or cell.mark == mark_of(cell_text(stood))
        return Seen(version, stood if is_known else UNSEEN)


def _rows(program: Program) -> dict[tuple[str, int], Task | Phase | Program]:
    tasks = Task.objects.filter(phase__program=program).select_related("phase")
    rows: dict[tuple[str, int], Task | Phase | Program] = {("task", task.pk): task for task in tasks}
    rows |= {("phase", phase.pk): phase for phase in program.phases.order_by("number")}
    return rows | {("program", program.pk): Program.objects.get(pk=program.pk)}


def save_cell(
    *,
    program: Program,
    cell: PostedCell,
    value: Any,
    seen: Seen,
    actor: User,
    reason: str = "",
    batch: uuid.UUID | None = None,
) -> bool:
    """Save a cell of whichever row; return whether that changed it. Raises as the cells' services do."""
    if cell.kind == "task":
        return save_task_cell(
            program=program,
            task_id=cell.pk,
            field=cell.field,
            value=value,
            seen=seen,
            actor=actor,
            reason=reason,
            batch=batch,
        ).is_changed
    if cell.kind == "phase":
        saved = save_phase_cell(
            program=program, phase_id=cell.pk, field=cell.field, value=value, seen=seen, actor=actor
        )
        return saved.is_changed
    if cell.pk != program.pk:
        raise Program.DoesNotExist
    return save_program_cell(
        program=program, field=cell.field, value=value, seen=seen, actor=actor
    ).is_changed


def save_posted(*, program: Program, posted: Posted, actor: User) -> Saving:
    """Save every cell that was touched. The caller's transaction takes all back where it is refused.

    Dates are saved after the rest, and those that want a reason after the others: what two dates of one
    form keep between them is reckoned when both are there.
    """
    take_turn(program.municipality)
    touched = [cell for cell in posted.cells() if cell.is_touched]
    writer = _Writer(program, actor)
    for cell in touched:
        if cell.field not in ("session_date", "place"):
            writer.save(cell)
    _save_dates(writer, [cell for cell in touched if cell.field == "session_date"])
    places = [cell for cell in touched if cell.field == "place"]
    for cell in sorted(places, key=lambda cell: _number(cell.text)):
        _move(writer, cell)
    return writer.saving


def _save_dates(writer: _Writer, dates: list[PostedCell]) -> None:
    while dates:
        waiting = [cell for cell in dates if not writer.save(cell)]
        if len(waiting) == len(dates):
            break
        dates = waiting
    for cell in dates:
        writer.save(cell, reason=cell.reason)


def _move(writer: _Writer, cell: PostedCell) -> None:
    row = writer.rows.get(("task", cell.pk))
    place = _number(cell.text.strip())
    if row is None:
        return
    if not 1 <= place <= LAST_TASK:
        refusal = ValidationError(_("Give a place from 1 to %(last)s.") % {"last": LAST_TASK})
        writer.saving.notes[cell.name] = note_of_refusal(cell, refusal)
        return
    phase_id = Task.objects.values_list("phase_id", flat=True).get(pk=cell.pk)
    move_task(program=writer.program, task_id=cell.pk, phase_id=phase_id, place=place, actor=writer.actor)
    writer.saving.saved += 1


# Why a cell is not saved


def note_of_refusal(cell: PostedCell, refusal: ValidationError) -> Note:
    return Note(
        cell.kind, cell.pk, cell.field, label_of(cell), refusals=tuple(refusal.messages), reason=cell.reason
    )


def note_of_clash(cell: PostedCell, clash: Clash) -> Note:
    """Both values, and who wrote the other one when, as far as the journal knows."""
    entry = _last_writer(cell)
    return Note(
        cell.kind,
        cell.pk,
        cell.field,
        label_of(cell),
        is_clash=True,
        mine=in_words(cell.field, clash.mine),
        theirs=in_words(cell.field, clash.theirs),
        theirs_text=cell_text(clash.theirs),
        version=clash.version,
        who=str(entry.actor) if entry and entry.actor else "",
        at=entry.at if entry else None,
        reason=cell.reason,
    )


def _last_writer(cell: PostedCell) -> Entry | None:
    entries = Entry.objects.filter(
        object_type=f"programs.{cell.kind}", object_id=str(cell.pk), changes__has_key=cell.field
    )
    return entries.select_related("actor").order_by("-pk").first()


def note_of_reason(cell: PostedCell, needed: ReasonNeeded, program: Program) -> Note:
    listed = _listed(program)
    return Note(
        cell.kind,
        cell.pk,
        cell.field,
        label_of(cell),
        is_moved=needed.is_moved,
        rules=say_rules(needed, listed),
        asks_reason=True,
        reason=cell.reason,
    )


def _listed(program: Program) -> Program:
    """The program with its rows as they are now, other cells of the form among them."""
    programs: ProgramQuerySet = Program.objects.filter(pk=program.pk)
    listed = programs.prefetch_related("phases__tasks").get()
    listed.municipality = program.municipality
    return listed


def label_of(cell: PostedCell) -> str:
    return str(NAMES[cell.field])

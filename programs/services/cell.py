"""The cell that prepares a program, its notice to the staff and its communication plan."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from django.db import transaction

from portal.accounts.models import User
from portal.audit.log import record
from portal.editing.rows import RowEdit, RowsRefused, write_rows
from portal.municipalities.turns import take_turn
from programs.models import Cell, CellMember, Program
from programs.services.diagnosis import touch


@transaction.atomic
def save_cell(*, program: Program, edits: Sequence[RowEdit], actor: User | None) -> int:
    """Write the decision that set the cell up, and its members, all or nothing.

    Return how many rows changed. Raises ``RowsRefused``.
    """
    take_turn(program.municipality)
    own = [edit for edit in edits if isinstance(edit.row, Cell) and not _says_nothing(edit)]
    members = [edit for edit in edits if isinstance(edit.row, CellMember)]
    batch = uuid.uuid4() if len(edits) > 1 else None
    count, refused = _write(program, Cell.objects.filter(program=program), own, actor, batch)
    cell = Cell.objects.filter(program=program).first()
    if cell is None and members and not refused:
        cell = Cell.objects.create(program=program)
        record(actor=actor, action="row.added", obj=cell, municipality=program.municipality, batch=batch)
    if cell is not None:
        for edit in members:
            edit.row.cell = cell  # type: ignore[attr-defined]  # sorted out above
        more, also = _write(program, cell.members.all(), members, actor, batch)
        count += more
        refused.errors |= also.errors
        refused.clashes |= also.clashes
    if refused:
        raise refused
    return count


def _says_nothing(edit: RowEdit) -> bool:
    return edit.is_new and not any(edit.values.values())


def _write(
    program: Program, rows: object, edits: Sequence[RowEdit], actor: User | None, batch: uuid.UUID | None
) -> tuple[int, RowsRefused]:
    """Write some of the rows; what is refused is told with the rest."""
    try:
        count = write_rows(
            rows=rows,  # type: ignore[arg-type]
            edits=edits,
            municipality=program.municipality,
            actor=actor,
            after=lambda: touch(program),
            batch=batch,
        )
    except RowsRefused as refused:
        return 0, refused
    return count, RowsRefused()


def save_announcements(*, program: Program, edits: Sequence[RowEdit], actor: User | None) -> int:
    """Write lines of the communication plan; return how many changed. Raises ``RowsRefused``."""
    return write_rows(
        rows=program.announcements.select_related("program"),
        edits=edits,
        municipality=program.municipality,
        actor=actor,
        after=lambda: touch(program),
    )

"""Reading the cell's moves (1.1–1.5) and the coordination with operators (2.4) for a page."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.core.exceptions import ObjectDoesNotExist

from portal.bilingual import Localized
from programs.models import Announcement, Cell, Coordination, Program, SupportingDocument

FileAddress = Callable[[SupportingDocument], str]


@dataclass(frozen=True, slots=True)
class AnnouncementRow:
    """A line of the communication plan, with the address of its proof where this reader may fetch it."""

    announcement: Announcement
    proof_url: str

    @property
    def text(self) -> Localized:
        return self.announcement.text

    @property
    def has_internal_proof(self) -> bool:
        return self.announcement.proof is not None and not self.proof_url


@dataclass(frozen=True, slots=True)
class OperatorRow:
    """A letter to an operator or a meeting with it; its projects one by one."""

    coordination: Coordination
    plans: list[str]
    plans_text: Localized

    @property
    def operator(self) -> Localized:
        return self.coordination.operator


@dataclass(frozen=True, slots=True)
class Preparation:
    """How the program is prepared, as far as it is stated."""

    cell: Cell | None
    notices: list[AnnouncementRow]
    """What told the staff (1.3)."""
    plan: list[AnnouncementRow]
    """What told everybody (1.5)."""
    operators: list[OperatorRow]

    @property
    def is_stated(self) -> bool:
        return bool(self.cell or self.notices or self.plan or self.operators)


def read_preparation(program: Program, file_address: FileAddress) -> Preparation:
    """Lay the preparation out; asks the database nothing.

    ``program`` comes from ``for_preparation_page()``; ``file_address`` gives the address of a public file.
    """
    rows = [_announcement_row(line, file_address) for line in program.announcements.all()]
    return Preparation(
        cell=_cell_of(program),
        notices=_dated_first(row for row in rows if row.announcement.is_to_staff),
        plan=_dated_first(row for row in rows if not row.announcement.is_to_staff),
        operators=[_operator_row(line) for line in program.coordinations.all()],
    )


def _cell_of(program: Program) -> Cell | None:
    try:
        return program.cell
    except ObjectDoesNotExist:
        return None


def _announcement_row(line: Announcement, file_address: FileAddress) -> AnnouncementRow:
    # A file that another has replaced is no longer shown to the public.
    is_shown = line.proof is not None and line.proof.is_public and line.proof.replaced_by_id is None
    return AnnouncementRow(line, file_address(line.proof) if line.proof and is_shown else "")


def _dated_first(rows: Iterable[AnnouncementRow]) -> list[AnnouncementRow]:
    """By date; those without one last, whichever way the database sorts them."""
    return sorted(rows, key=lambda row: (row.announcement.on is None, row.announcement.on or 0))


def _operator_row(line: Coordination) -> OperatorRow:
    text = line.plans
    plans = [plan.strip() for plan in text.text.splitlines() if plan.strip()]
    return OperatorRow(line, plans, text)

"""What was handed in for a program, read once for everything that is bound or packed of it."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Protocol

from django.db.models.fields.files import FieldFile
from django.http import Http404

from portal.accounts.models import User
from portal.bilingual import Localized
from portal.files.uploads import type_name
from portal.locales import sheet_date
from portal.municipalities.models import Membership, Municipality
from portal.papers.orders import Order
from portal.publications.models import Publication
from programs.calendar import Calendar, PhaseRow, TaskRow, read_calendar
from programs.models import Program, SupportingDocument
from programs.views.lookup import program_of

PLATFORM = "platform_administrator"


class StoredRow(Protocol):
    """A row with a file, of any table."""

    pk: int
    file: FieldFile
    name: str
    size: int
    content_type: str
    sha256: str
    is_public: bool
    uploaded_at: datetime.datetime
    uploaded_by_id: int | None


@dataclass(frozen=True, slots=True)
class Piece:
    """A file of evidence, wherever it was handed in."""

    file: FieldFile
    name: str
    size: int
    content_type: str
    sha256: str
    is_public: bool
    received_at: datetime.datetime
    """In the municipality's time."""
    roles: tuple[str, ...]
    """What the person who handed it in is in the municipality; nobody is named."""
    publication: Publication | None = None
    """The entry of the register that it certifies, where the portal made it."""

    @property
    def kind(self) -> str:
        return type_name(self.content_type)

    @property
    def received_on(self) -> str:
        return sheet_date(self.received_at.date())

    @property
    def fingerprint_lines(self) -> tuple[str, str]:
        """The SHA-256 in two even lines of groups, as it is compared by eye."""
        groups = [self.sha256[start : start + 4] for start in range(0, 64, 4)]
        return " ".join(groups[:8]), " ".join(groups[8:])


@dataclass(frozen=True, slots=True)
class Slot:
    """An expected document, and what was handed in for it."""

    title: Localized
    titles: tuple[str, str]
    """In both languages, either of which may be empty."""
    pieces: list[Piece]


@dataclass(frozen=True, slots=True)
class TaskSlots:
    """A task with what it expects."""

    row: TaskRow
    slots: list[Slot]

    @property
    def number(self) -> str:
        """``2.6``: as the portal names a task in data, and in the names of files."""
        return f"{self.row.phase_number}.{self.row.task.number}"

    @property
    def pieces(self) -> list[Piece]:
        return [piece for slot in self.slots for piece in slot.pieces]


@dataclass(frozen=True, slots=True)
class PhaseSlots:
    phase: PhaseRow
    tasks: list[TaskSlots]


@dataclass(frozen=True, slots=True)
class Gathering:
    """A program, whatever its status, with all that was handed in for it."""

    program: Program
    calendar: Calendar
    phases: list[PhaseSlots]
    people: dict[int, tuple[str, ...]] = field(default_factory=dict)

    @property
    def tasks(self) -> list[TaskSlots]:
        return [task for phase in self.phases for task in phase.tasks]

    @property
    def slots(self) -> list[tuple[TaskSlots, Slot]]:
        return [(task, slot) for task in self.tasks for slot in task.slots]

    @property
    def missing(self) -> list[tuple[TaskSlots, Slot]]:
        """The expected documents without any file."""
        return [(task, slot) for task, slot in self.slots if not slot.pieces]

    @property
    def pieces(self) -> list[Piece]:
        return [piece for task in self.tasks for piece in task.pieces]

    @property
    def size(self) -> int:
        """In bytes."""
        return sum(piece.size for piece in self.pieces)


def gather(municipality: Municipality, year: int) -> Gathering:
    """Read a program of a municipality for its own people. Raises ``Http404``.

    What was replaced by another file stays in the portal's history and is not gathered.
    """
    program = program_of(municipality, year, Program.objects.for_calendar_page())
    calendar = read_calendar(program, municipality.today())
    files = list(
        SupportingDocument.objects.current()
        .filter(expected_document__task__phase__program=program)
        .select_related("publication")
        .order_by("uploaded_at", "pk")
    )
    people = roles_of_people(municipality, {file.uploaded_by_id for file in files if file.uploaded_by_id})
    by_document: dict[int, list[Piece]] = defaultdict(list)
    for file in files:
        piece = piece_of(file, municipality, people, publication=file.publication)
        by_document[file.expected_document_id].append(piece)
    phases = [
        PhaseSlots(phase, [_task_slots(row, by_document) for row in phase.tasks]) for phase in calendar.phases
    ]
    return Gathering(program, calendar, phases, people)


def gather_for(order: Order) -> Gathering:
    """What a paper of a program's evidence is made of. Raises ``Http404``."""
    try:
        year = int(order.arguments["year"])
    except (KeyError, ValueError) as fault:
        raise Http404 from fault
    return gather(order.municipality, year)


def piece_of(
    row: StoredRow,
    municipality: Municipality,
    people: dict[int, tuple[str, ...]],
    *,
    publication: Publication | None = None,
) -> Piece:
    """A stored file as evidence; ``people`` is what :func:`roles_of_people` tells of its uploader."""
    return Piece(
        file=row.file,
        name=row.name,
        size=row.size,
        content_type=row.content_type,
        sha256=row.sha256,
        is_public=row.is_public,
        received_at=row.uploaded_at.astimezone(municipality.zone_info),
        roles=people.get(row.uploaded_by_id or 0, ()),
        publication=publication,
    )


def roles_of_people(municipality: Municipality, people: Iterable[int]) -> dict[int, tuple[str, ...]]:
    """What each person is in the municipality today, by their keys; two queries at most."""
    people = set(people)
    if not people:
        return {}
    found: dict[int, list[str]] = defaultdict(list)
    members = Membership.objects.filter(municipality=municipality, user__in=people).order_by("role")
    for user, role in members.values_list("user_id", "role"):
        found[user].append(role)
    for user in User.objects.filter(pk__in=people, is_superuser=True).values_list("pk", flat=True):
        found[user].append(PLATFORM)
    return {user: tuple(roles) for user, roles in found.items()}


def _task_slots(row: TaskRow, pieces: dict[int, list[Piece]]) -> TaskSlots:
    documents = zip(row.task.listed_documents, row.documents, strict=True)
    slots = [
        Slot(read.title, (document.title_ar, document.title_fr), pieces.get(document.pk, []))
        for document, read in documents
    ]
    return TaskSlots(row, slots)

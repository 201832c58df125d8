"""The annexes of the evaluation file: what the portal has for each, read from the program's evidence."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from portal.bilingual import Localized, localized, page_language, spoken
from portal.locales import full_date, long_date
from portal.meetings.models import FileKind, Kind, Meeting
from portal.municipalities.models import Country, Municipality
from portal.papers.orders import Order
from portal.publications.models import Publication
from programs.models import Program, Task
from programs.papers.gathering import Gathering, Piece, piece_of, roles_of_people
from programs.rules_evaluation import ANNEXES, Annex, AnnexKey, annex_of, is_approval


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that the portal knows of an annex, in words."""

    label: str
    text: Localized
    address: str = ""
    """Where everybody can see it."""


@dataclass(frozen=True, slots=True)
class Found:
    """A file of an annex, and where it was handed in."""

    piece: Piece
    title: Localized
    """Of the expected document, or of the meeting."""
    code: str = ""
    """Of the task, as the page's language writes it."""


@dataclass(frozen=True, slots=True)
class AnnexRow:
    """An annex with what there is of it."""

    annex: Annex
    facts: list[Fact] = field(default_factory=list)
    found: list[Found] = field(default_factory=list)
    minutes: list[int] = field(default_factory=list)
    """The keys of the meetings whose minutes are public: the portal prints them."""

    @property
    def is_made(self) -> bool:
        """Whether the portal itself makes papers for it."""
        return bool(self.minutes) or (self.annex.key is AnnexKey.PROGRAM and bool(self.facts))

    @property
    def is_missing(self) -> bool:
        """Whether the municipality has to attach it: no file was handed in, and the portal makes none."""
        return not self.found and not self.is_made


def is_evaluated(municipality: Municipality) -> bool:
    """Whether such a file is asked for where the municipality is: it is a rule of Tunisia."""
    return municipality.country == Country.TUNISIA


def read_annexes(order: Order, gathering: Gathering) -> list[AnnexRow]:
    """Every annex in its order, in the language of the moment."""
    program, town = gathering.program, order.municipality
    meetings = _meetings(town, program)
    of_annex = {
        AnnexKey.PUBLIC_MEETING: [meeting for meeting in meetings if _is_general(meeting)],
        AnnexKey.DELIBERATION: [meeting for meeting in meetings if _approves(meeting)],
    }
    facts = {
        AnnexKey.PROGRAM: _program_facts(order, program),
        AnnexKey.DELIBERATION: _approval_facts(order, program),
        AnnexKey.PARTICIPATION: _register_facts(order, program),
    }
    found = _found(gathering)
    for key, file in _meeting_files(town, meetings):
        found[key].append(file)
    return [
        AnnexRow(
            annex,
            facts.get(annex.key, []) + _meeting_facts(order, of_annex.get(annex.key, [])),
            found[annex.key],
            [meeting.pk for meeting in of_annex.get(annex.key, []) if _has_public_minutes(meeting)],
        )
        for annex in ANNEXES
    ]


def _has_public_minutes(meeting: Meeting) -> bool:
    minutes = getattr(meeting, "minutes", None)
    return meeting.is_public and minutes is not None and minutes.is_public


# Files


def _found(gathering: Gathering) -> dict[AnnexKey, list[Found]]:
    found: dict[AnnexKey, list[Found]] = {key: [] for key in AnnexKey}
    for task, slot in gathering.slots:
        row = task.row
        key = annex_of(slot.titles, (row.task.title_ar, row.task.title_fr))
        if key:
            found[key] += [Found(piece, slot.title, row.code) for piece in slot.pieces]
    return found


def _meeting_files(municipality: Municipality, meetings: Iterable[Meeting]) -> list[tuple[AnnexKey, Found]]:
    """The files of the program's meetings that belong to an annex."""
    chosen = [
        (key, meeting, file)
        for meeting in meetings
        for file in meeting.listed_files
        if (key := _annex_of_file(meeting, file.kind))
    ]
    people = roles_of_people(
        municipality, {row.uploaded_by_id for _k, _m, row in chosen if row.uploaded_by_id}
    )
    return [
        (key, Found(piece_of(file, municipality, people), meeting.title)) for key, meeting, file in chosen
    ]


def _annex_of_file(meeting: Meeting, kind: str) -> AnnexKey | None:
    if kind == FileKind.SIGNED_MINUTES:
        if _is_general(meeting):
            return AnnexKey.PUBLIC_MEETING
        return AnnexKey.DELIBERATION if _approves(meeting) else None
    return AnnexKey.PARTICIPATION if _is_general(meeting) and kind != FileKind.OTHER else None


# Facts


def _meetings(municipality: Municipality, program: Program) -> list[Meeting]:
    """Those of the program's tasks, the oldest first."""
    tasks = Task.objects.filter(phase__program=program)
    meetings = Meeting.objects.of(municipality).filter(tasks__in=tasks, is_cancelled=False).distinct()
    found = list(meetings.for_meeting_page().prefetch_related("tasks").order_by("date", "pk"))
    for meeting in found:
        meeting.municipality = municipality
    return found


def _is_general(meeting: Meeting) -> bool:
    return meeting.kind == Kind.GENERAL


def _approves(meeting: Meeting) -> bool:
    is_deciding = meeting.kind == Kind.DECIDING_BODY
    return is_deciding and any(is_approval((task.title_ar, task.title_fr)) for task in meeting.tasks.all())


def _program_facts(order: Order, program: Program) -> list[Fact]:
    """Where the program is public, and since when; nothing while it is a draft."""
    if not program.is_public:
        return []
    facts = [_address(_("Public page"), order.address("program", year=program.year))]
    last = Publication.objects.of_object(program).newest()
    if last:
        day = _day(order, last.at.astimezone(order.municipality.zone_info).date())
        words = _("%(day)s, version %(version)s, entry %(number)s of the register") % {
            "day": day,
            "version": last.version,
            "number": last.number,
        }
        address = order.address("publication", number=last.number)
        facts.append(Fact(_("Published"), spoken(words), address))
    return facts


def _approval_facts(order: Order, program: Program) -> list[Fact]:
    facts = []
    if program.approved_on:
        facts.append(Fact(_("Approved on"), spoken(_day(order, program.approved_on))))
    if program.deliberation:
        facts.append(Fact(_("Number of the deliberation"), spoken(program.deliberation)))
    if program.deciding_body:
        facts.append(Fact(_("Deciding body"), localized(program.deciding_body, "title")))
    return facts


def _meeting_facts(order: Order, meetings: Iterable[Meeting]) -> list[Fact]:
    """Each meeting with its day; the address where its page is public."""
    facts = []
    for meeting in meetings:
        day = full_date(meeting.date, order.municipality.country, page_language())
        address = order.address("meeting", pk=meeting.pk) if meeting.is_public else ""
        facts.append(Fact(day, meeting.title, address))
        minutes = getattr(meeting, "minutes", None)
        if minutes and minutes.total is not None:
            facts.append(Fact(_("Present"), spoken(str(minutes.total))))
    return facts


def _register_facts(order: Order, program: Program) -> list[Fact]:
    if not program.is_public:
        return []
    return [_address(_("Publications register"), order.address("publications"))]


def _address(label: str, address: str) -> Fact:
    return Fact(label, spoken(""), address)


def _day(order: Order, day: datetime.date) -> str:
    return long_date(day, order.municipality.country, page_language())

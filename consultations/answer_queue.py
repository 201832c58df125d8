"""What waits for an official answer, by the last day of it; and what was drafted or proposed already."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.urls import reverse

from consultations.models import Consultation, Contribution, OfficialAnswer, Question
from consultations.rules_contributions import answer_due
from portal.accounts.models import User
from portal.municipalities.models import Municipality
from portal.subjects import Part, parts_of

ROWS_A_PAGE = 50
MOST_TOGETHER = 200
"""How many contributions one form takes: more would be no group any more."""
SHOWN = ("late", "mine", "unwritten", "written")
"""Which of those that wait: overdue, handed over to me, without any draft, with one."""


@dataclass(frozen=True, slots=True)
class Filters:
    """Which contributions a list of the answers shows."""

    show: str = ""
    consultation: int | None = None
    """Its number in the municipality."""
    question: int | None = None
    part: str = ""

    def __bool__(self) -> bool:
        return self != Filters()

    def query(self, **changes: Any) -> str:
        """The query of the same list with something else chosen; with ``?`` where there is any."""
        found = replace(self, **changes)
        pairs = {
            name: value
            for name in ("show", "consultation", "question", "part")
            if (value := getattr(found, name))
        }
        return f"?{urlencode(pairs)}" if pairs else ""


def filters_of(query: Mapping[str, str]) -> Filters:
    """What an address asks for; what it cannot mean is left out."""
    show = query.get("show", "")
    consultation = _number(query.get("consultation", ""))
    return Filters(
        show=show if show in SHOWN else "",
        consultation=consultation,
        question=_number(query.get("question", "")) if consultation else None,
        part=query.get("part", "")[:60] if consultation else "",
    )


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and text.isascii() and len(text) < 10 else None


@dataclass(frozen=True, slots=True)
class Tally:
    """How many wait, and why somebody looks at them."""

    all: int
    late: int
    mine: int
    unwritten: int
    written: int


@dataclass(frozen=True, slots=True)
class Chip:
    """A way to look at the list, with how many stand there."""

    show: str
    address: str
    count: int
    is_current: bool


@dataclass(frozen=True, slots=True)
class Waiting:
    """A contribution that waits for its answer."""

    contribution: Contribution
    due: datetime.date
    days_left: int
    like: int
    """How many others that say the same wait with it, without a draft."""
    together: str
    """The address of one answer for all that say the same; empty where it is alone."""

    @property
    def days_late(self) -> int:
        return max(0, -self.days_left)

    @property
    def is_late(self) -> bool:
        return self.days_left < 0

    @property
    def is_near(self) -> bool:
        return 0 <= self.days_left <= 2


@dataclass(frozen=True, slots=True)
class Queue:
    """A page of the list, and what it may be narrowed to."""

    rows: list[Waiting]
    page: Page
    tally: Tally
    chips: list[Chip]
    filters: Filters
    consultations: list[Consultation]
    questions: list[Question]
    parts: list[Part]
    prepared: list[OfficialAnswer]
    """Drafts and proposals, with their contributions as ``listed``."""


@dataclass(frozen=True, slots=True)
class _Light:
    """Of a contribution as much as its place in the list depends on."""

    pk: int
    consultation_id: int
    received_at: datetime.datetime
    likeness: str
    handed_to_id: int | None
    answer_id: int | None
    due: datetime.date


def read_queue(municipality: Municipality, filters: Filters, user: User, page_number: Any) -> Queue:
    """The contributions that wait for an answer, the nearest deadline first; 50 a page."""
    consultations = _consultations(municipality)
    chosen = next((row for row in consultations.values() if row.number == filters.consultation), None)
    light = _light(municipality, consultations, filters)
    today = municipality.today()
    kept = [row for row in light if _is_shown(row, filters.show, user, today)]
    page = Paginator(kept, ROWS_A_PAGE).get_page(page_number)
    tally = _tally(light, user, today)
    return Queue(
        rows=_rows(page.object_list, light, municipality, today),
        page=page,
        tally=tally,
        chips=_chips(filters, tally),
        filters=filters,
        consultations=list(consultations.values()),
        questions=list(chosen.questions.order_by("position", "pk")) if chosen else [],
        parts=_parts(municipality, chosen) if chosen else [],
        prepared=_prepared(municipality),
    )


def _consultations(municipality: Municipality) -> dict[int, Consultation]:
    return {row.pk: row for row in Consultation.objects.of(municipality).published().order_by("-number")}


def _light(
    municipality: Municipality, consultations: Mapping[int, Consultation], filters: Filters
) -> list[_Light]:
    """Everything that waits within the consultation, the question and the part that are chosen."""
    found = Contribution.objects.of(municipality).awaiting_answer()
    if filters.consultation:
        found = found.filter(consultation__number=filters.consultation)
    if filters.question:
        found = found.filter(question_id=filters.question)
    if filters.part:
        found = found.filter(part=filters.part)
    names = ("pk", "consultation_id", "received_at", "likeness", "handed_to_id", "answer_id")
    rows = [
        _Light(**row, due=_due(consultations[row["consultation_id"]], row["received_at"], municipality))
        for row in found.values(*names)
        if row["consultation_id"] in consultations
    ]
    return sorted(rows, key=lambda row: (row.due, row.received_at, row.pk))


def due_of(contribution: Contribution, municipality: Municipality) -> datetime.date:
    """The last day of the answer to a contribution."""
    return _due(contribution.consultation, contribution.received_at, municipality)


def _due(
    consultation: Consultation, received_at: datetime.datetime, municipality: Municipality
) -> datetime.date:
    return answer_due(consultation, received_at.astimezone(municipality.zone_info).date())


def _is_shown(row: _Light, show: str, user: User, today: datetime.date) -> bool:
    return {
        "late": row.due < today,
        "mine": row.handed_to_id == user.pk,
        "unwritten": row.answer_id is None,
        "written": row.answer_id is not None,
    }.get(show, True)


def _tally(rows: Iterable[_Light], user: User, today: datetime.date) -> Tally:
    counts = Counter(show for row in rows for show in ("", *SHOWN) if _is_shown(row, show, user, today))
    return Tally(
        all=counts[""],
        late=counts["late"],
        mine=counts["mine"],
        unwritten=counts["unwritten"],
        written=counts["written"],
    )


def _chips(filters: Filters, tally: Tally) -> list[Chip]:
    return [
        Chip(show, filters.query(show=show) or "?", getattr(tally, show or "all"), show == filters.show)
        for show in ("", *SHOWN)
    ]


def _rows(
    shown: Iterable[_Light], all_rows: Iterable[_Light], municipality: Municipality, today: datetime.date
) -> list[Waiting]:
    shown = list(shown)
    loaded = (
        Contribution.objects.filter(pk__in=[row.pk for row in shown])
        .select_related("consultation", "question", "answer", "handed_to")
        .in_bulk()
    )
    groups = _groups(all_rows)
    return [
        _waiting(
            row, loaded[row.pk], groups.get((row.consultation_id, row.likeness), []), municipality, today
        )
        for row in shown
        if row.pk in loaded
    ]


def _groups(rows: Iterable[_Light]) -> dict[tuple[int, str], list[int]]:
    """Those that say the same and have no draft, by their consultation and fingerprint."""
    groups: dict[tuple[int, str], list[int]] = {}
    for row in rows:
        if row.likeness and row.answer_id is None:
            groups.setdefault((row.consultation_id, row.likeness), []).append(row.pk)
    return groups


def _waiting(
    row: _Light,
    contribution: Contribution,
    group: list[int],
    municipality: Municipality,
    today: datetime.date,
) -> Waiting:
    group = group[:MOST_TOGETHER]
    others = len(group) - 1 if row.pk in group else 0
    return Waiting(
        contribution=contribution,
        due=row.due,
        days_left=(row.due - today).days,
        like=others,
        together=new_answer_address(municipality, group) if others else "",
    )


def new_answer_address(municipality: Municipality, keys: Iterable[int]) -> str:
    """The page of a new answer for the contributions of these keys."""
    query = urlencode([("c", key) for key in keys])
    return f"{reverse('answer-new', kwargs={'slug': municipality.slug})}?{query}"


def _parts(municipality: Municipality, consultation: Consultation) -> list[Part]:
    parts = parts_of(municipality, consultation.subject_kind, consultation.subject_id)
    return list({part.key: part for part in (*parts.for_comments, *parts.for_ideas)}.values())


def _prepared(municipality: Municipality) -> list[OfficialAnswer]:
    found = OfficialAnswer.objects.of_municipality(municipality).unpublished()
    return list(found.select_related("consultation", "written_by").with_contributions())


def candidates(
    consultation: Consultation, group: Iterable[Contribution], limit: int = 20
) -> list[Contribution]:
    """What else the same answer may answer: first what says the same, then what has the same question."""
    members = list(group)
    likenesses = {row.likeness for row in members if row.likeness}
    questions = {row.question_id for row in members}
    free = (
        Contribution.objects.published()
        .filter(consultation=consultation, answer=None)
        .exclude(pk__in=[row.pk for row in members])
        .select_related("question")
        .order_by("number")
    )
    return sorted(
        free, key=lambda row: (row.likeness not in likenesses, row.question_id not in questions, row.number)
    )[:limit]


def services_used(municipality: Municipality) -> tuple[list[str], list[str]]:
    """The services that answered before, in Arabic and in French, to choose from."""
    found = (
        OfficialAnswer.objects.of_municipality(municipality)
        .order_by()
        .values_list("service_ar", "service_fr")
    )
    pairs = set(found)
    return sorted({ar for ar, _fr in pairs if ar}), sorted({fr for _ar, fr in pairs if fr})

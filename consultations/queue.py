"""The moderators' queue: texts that say the same as one line, the oldest first, each with its last day."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.core.paginator import Page, Paginator
from django.db.models import Case, CharField, Count, F, Max, Min, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Cast, Concat
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from consultations.asked import Lists, lists_of
from consultations.marks import Piece, personal, pieces, words
from consultations.models import UNSAID, Consultation, Contribution, Original
from consultations.periods import rules_of
from consultations.rules_moderation import MOST_AT_ONCE, listed_rules, read_by
from consultations.services.moderation import TEXTS, dealt_with, marks_of_row
from portal.accounts.models import User
from portal.audit.models import Entry
from portal.audit.reading import Line, read_entries
from portal.bilingual import Localized, direction
from portal.municipalities.models import Municipality
from portal.subjects import parts_of
from portal.workdays.days import Workdays, workdays_of

ROWS_A_PAGE = 25
MOST_LISTED = 30
"""Of the others that say the same, and of the acts on a contribution, so many are told."""
LONGEST_WORDS = 100
Status = Contribution.Status

_UNREAD = Q(status=Status.PENDING)
_AFTER = Q(status=Status.PUBLISHED, moderated_at=None)
_OPEN = _UNREAD | _AFTER
_MARKED = ~Q(flags=[])
_REFERENCE = re.compile(r"(?:[cC][-\u2010-\u2015 ]?)?(\d{1,9})")

UNREAD, AFTER, MARKED, MINE, PUBLISHED, REFUSED, ALL = SHOWN = (
    "unread",
    "after",
    "marked",
    "mine",
    "published",
    "refused",
    "all",
)
"""Which lines a list shows; the first is what a moderator comes for."""
LABELS: dict[str, Promise] = {
    UNREAD: pgettext_lazy("contributions", "To read"),
    AFTER: gettext_lazy("Published, not read yet"),
    MARKED: gettext_lazy("Marked"),
    MINE: gettext_lazy("Handed over to me"),
    PUBLISHED: pgettext_lazy("contributions", "Published"),
    REFUSED: pgettext_lazy("contributions", "Not published"),
    ALL: pgettext_lazy("contributions", "All"),
}
_WITHIN = {
    UNREAD: _UNREAD,
    AFTER: _AFTER,
    MARKED: _OPEN,
    MINE: _OPEN,
    PUBLISHED: Q(status=Status.PUBLISHED, moderated_at__isnull=False),
    REFUSED: Q(status=Status.REFUSED),
    ALL: ~Q(status=Status.WITHDRAWN),
}
_NEWEST_FIRST = (PUBLISHED, REFUSED, ALL)

_SAME = Case(
    When(likeness="", then=Concat(Value("pk"), Cast("pk", CharField()))),
    default=F("likeness"),
    output_field=CharField(),
)
"""The same for contributions that say the same; of a short one its own."""
_READ = Case(When(moderated_at=None, then=Value("0")), default=Value("1"), output_field=CharField())
_KEY = ("consultation_id", "status", "was_read", "same")
"""What the contributions of one line have in common."""


# What is asked for


@dataclass(frozen=True, slots=True)
class Filters:
    """Which lines a list shows."""

    show: str = UNREAD
    consultation: int | None = None
    """Its number in the municipality."""
    words: str = ""
    """A reference number, or words of the text."""
    page: int = 1

    def query(self, **changes: Any) -> str:
        """The query of the same list with something else chosen; with ``?`` where there is any."""
        found = replace(self, **changes)
        pairs = {
            "show": found.show if found.show != UNREAD else "",
            "consultation": found.consultation,
            "q": found.words,
            "page": found.page if found.page > 1 else "",
        }
        given = {name: value for name, value in pairs.items() if value}
        return f"?{urlencode(given)}" if given else ""

    @property
    def here(self) -> str:
        """The query of this very list."""
        return self.query()

    @property
    def earlier(self) -> str:
        return self.query(page=self.page - 1)

    @property
    def later(self) -> str:
        return self.query(page=self.page + 1)


def filters_of(query: Mapping[str, str]) -> Filters:
    """What an address asks for; what it cannot mean is left out."""
    words = " ".join(query.get("q", "").replace("\0", "").split())[:LONGEST_WORDS]
    show = query.get("show", "")
    return Filters(
        show=show if show in SHOWN else (ALL if words else UNREAD),
        consultation=_number(query.get("consultation", "")),
        words=words,
        page=_number(query.get("page", "")) or 1,
    )


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and text.isascii() and len(text) < 10 else None


# Lines


@dataclass(frozen=True, slots=True)
class Stamp:
    """A line as a page showed it: who acts on it acts on what was shown, and on nothing that came since."""

    first: int
    last: int
    count: int
    versions: int

    def __str__(self) -> str:
        return f"{self.first}-{self.last}-{self.count}-{self.versions}"


def stamp_of(text: str) -> Stamp | None:
    """A stamp as a page sends it back; ``None`` for what this portal never wrote."""
    parts = text.split("-")
    numbers = [_number(part) for part in parts]
    if len(numbers) != 4 or None in numbers:
        return None
    return Stamp(*(number or 0 for number in numbers))


@dataclass(frozen=True, slots=True)
class Deadline:
    """By when a contribution is to be read."""

    on: datetime.date
    days_left: int
    """Working days; negative when it is past."""

    @property
    def days_late(self) -> int:
        return max(0, -self.days_left)

    @property
    def is_late(self) -> bool:
        return self.days_left < 0

    @property
    def is_near(self) -> bool:
        return 0 <= self.days_left <= 1


@dataclass(frozen=True, slots=True)
class Item:
    """A line of the queue: one contribution, or several that say the same."""

    contribution: Contribution
    stamp: Stamp
    deadline: Deadline | None
    """``None`` for what was read."""
    profile: str
    age: str
    marks: tuple[str, ...]

    @property
    def count(self) -> int:
        return self.stamp.count


@dataclass(frozen=True, slots=True)
class Tab:
    """A way to look at the queue; ``count`` is ``None`` where nobody waits for anything."""

    show: str
    label: Promise
    address: str
    count: int | None
    is_current: bool


@dataclass(frozen=True, slots=True)
class Queue:
    """A page of the queue."""

    items: list[Item]
    page: Page
    filters: Filters
    tabs: list[Tab]
    consultations: list[Consultation]
    rules: list[Localized | Promise]
    publish_days: int

    def after(self, pk: int) -> int | None:
        """The contribution of the line behind that of ``pk``; before it where it is the last."""
        listed = [item.contribution.pk for item in self.items]
        if pk not in listed:
            return None
        place = listed.index(pk)
        near = listed[place + 1 : place + 2] or listed[max(0, place - 1) : place]
        return near[0] if near else None


class Desk:
    """What every line of a municipality's queue is told with, read once."""

    def __init__(self, municipality: Municipality) -> None:
        self.municipality = municipality
        self.rules = rules_of(municipality)
        self.workdays: Workdays = workdays_of(municipality)
        self.lists: Lists = lists_of(municipality)
        self.today = municipality.today()

    def deadline(self, row: Contribution) -> Deadline | None:
        if (row.moderated_at and row.status != Status.PENDING) or row.status == Status.REFUSED:
            return None
        received_on = row.received_at.astimezone(self.municipality.zone_info).date()
        on = read_by(self.workdays, received_on, self.rules.publish_days)
        return Deadline(on, self.workdays.between(self.today, on))

    def profile(self, row: Contribution) -> str:
        return self.lists.profile(row.profile) if row.profile != UNSAID else ""

    def age(self, row: Contribution) -> str:
        return self.lists.age(row.age) if row.age != UNSAID else ""


def read_queue(desk: Desk, filters: Filters, user: User) -> Queue:
    """A page of the queue: as many questions for ten lines as for ten thousand."""
    municipality = desk.municipality
    consultations = _consultations(municipality)
    chosen = [row for row in consultations if row.number == filters.consultation]
    among = Contribution.objects.filter(consultation__in=chosen or consultations)
    page = Paginator(_lines(among, filters, user), ROWS_A_PAGE).get_page(filters.page)
    filters = replace(filters, page=page.number)
    by_key = {row.pk: row for row in consultations}
    return Queue(
        items=_items(desk, list(page.object_list), by_key),
        page=page,
        filters=filters,
        tabs=_tabs(among, filters, user),
        consultations=consultations,
        rules=listed_rules(desk.rules),
        publish_days=desk.rules.publish_days,
    )


def _consultations(municipality: Municipality) -> list[Consultation]:
    """Those that anything came in for, the newest first."""
    rows = Consultation.objects.of(municipality).filter(last_number__gt=0).order_by("-number")
    return [_with_municipality(row, municipality) for row in rows]


def _with_municipality(row: Consultation, municipality: Municipality) -> Consultation:
    row.municipality = municipality
    return row


def _lines(among: QuerySet, filters: Filters, user: User) -> QuerySet:
    """A line for each text that is said, once or often, with what its stamp is made of."""
    lines = _grouped(among.filter(_WITHIN[filters.show]))
    asked = {MARKED: _MARKED, MINE: Q(handed_to=user)}.get(filters.show)
    for condition in filter(None, (asked, _searched(filters.words))):
        lines = lines.annotate(found=Count("pk", filter=condition)).filter(found__gt=0)
    newest_first = filters.show in _NEWEST_FIRST
    return lines.order_by("-since", "-first") if newest_first else lines.order_by("since", "first")


def _grouped(among: QuerySet) -> QuerySet:
    return (
        among.order_by()
        .annotate(same=_SAME, was_read=_READ)
        .values(*_KEY)
        .annotate(
            first=Min("pk"),
            last=Max("pk"),
            count=Count("pk"),
            versions=Sum("version"),
            since=Min("received_at"),
        )
    )


def _searched(words: str) -> Q | None:
    if not words:
        return None
    found = Q(*((f"{name}__icontains", words) for name in TEXTS), _connector=Q.OR)
    reference = _REFERENCE.fullmatch(words)
    return found | Q(number=int(reference[1])) if reference else found


def _items(desk: Desk, lines: list[dict[str, Any]], consultations: Mapping[int, Consultation]) -> list[Item]:
    rows = Contribution.objects.select_related("handed_to").in_bulk([line["first"] for line in lines])
    found = []
    for line in lines:
        row = rows[line["first"]]
        row.consultation = consultations[row.consultation_id]
        found.append(_item(desk, row, _stamp(line)))
    return found


def _stamp(line: Mapping[str, Any]) -> Stamp:
    return Stamp(line["first"], line["last"], line["count"], line["versions"])


def _item(desk: Desk, row: Contribution, stamp: Stamp) -> Item:
    return Item(
        contribution=row,
        stamp=stamp,
        deadline=desk.deadline(row),
        profile=desk.profile(row),
        age=desk.age(row),
        marks=tuple(words(row.flags)),
    )


def _tabs(among: QuerySet, filters: Filters, user: User) -> list[Tab]:
    """With how many lines wait; "all" is only told where it is looked at."""
    line = Concat(*(part for name in _KEY for part in (Cast(name, CharField()), Value(" "))))
    conditions = {UNREAD: _UNREAD, AFTER: _AFTER, MARKED: _OPEN & _MARKED, MINE: _OPEN & Q(handed_to=user)}
    counts = (
        among.filter(_OPEN)
        .order_by()
        .annotate(same=_SAME, was_read=_READ)
        .annotate(line=line)
        .aggregate(**{show: Count("line", filter=asked, distinct=True) for show, asked in conditions.items()})
    )
    return [
        Tab(
            show=show,
            label=LABELS[show],
            address=filters.query(show=show, words="", page=1) or "?",
            count=counts.get(show),
            is_current=show == filters.show,
        )
        for show in SHOWN
        if show != ALL or filters.show == ALL
    ]


# Acting on lines


def members(municipality: Municipality, stamps: Iterable[Stamp]) -> list[Contribution]:
    """The contributions of lines, as they were shown; call it while holding the turn.

    Of a line with more than can be dealt with at once those that were stored first. Raises
    ``ValidationError`` where somebody dealt with one of them since.
    """
    stamps = list(stamps)
    own = Contribution.objects.of(municipality).select_related("consultation")
    firsts = own.in_bulk([stamp.first for stamp in stamps])
    found: dict[int, Contribution] = {}
    for stamp in stamps:
        first = firsts.get(stamp.first)
        if first is None:
            raise ValidationError(_("One of these contributions is not here any more."), code="stale")
        first.consultation.municipality = municipality
        for row in _of_line(first, stamp):
            row.consultation = first.consultation
            found[row.pk] = row
    return list(found.values())


def _of_line(first: Contribution, stamp: Stamp) -> list[Contribution]:
    if stamp.count == 1:
        if first.version != stamp.versions:
            raise dealt_with(first)
        return [first]
    rows = _alike(first).filter(pk__lte=stamp.last)
    now = rows.aggregate(count=Count("pk"), versions=Sum("version"))
    if (now["count"], now["versions"]) != (stamp.count, stamp.versions):
        raise dealt_with(first)
    return list(rows.order_by("pk")[:MOST_AT_ONCE])


def _alike(row: Contribution) -> QuerySet[Contribution]:
    """Those of the line that a contribution stands in, itself among them."""
    if not row.likeness:
        return Contribution.objects.filter(pk=row.pk)
    return Contribution.objects.filter(
        consultation=row.consultation_id,
        likeness=row.likeness,
        status=row.status,
        moderated_at__isnull=row.moderated_at is None,
    )


def line_of(row: Contribution) -> Stamp:
    """The line that a contribution stands in; it stands alone if another moderator moved it meanwhile."""
    line = next(iter(_grouped(_alike(row))), None)
    return _stamp(line) if line else Stamp(row.pk, row.pk, 1, row.version)


# One contribution


@dataclass(frozen=True, slots=True)
class MarkedParagraph:
    """A paragraph, cut at the marks in it."""

    pieces: tuple[Piece, ...]
    dir: str


@dataclass(frozen=True, slots=True)
class Passage:
    """One of the texts of a contribution."""

    name: str
    label: str
    paragraphs: tuple[MarkedParagraph, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """A contribution as a moderator reads it."""

    contribution: Contribution
    item: Item
    passages: list[Passage]
    originals: list[Passage]
    """What the author wrote, of a redacted one; empty for who does not moderate."""
    marks: list[str]
    has_personal_data: bool
    part: Localized | None
    others: list[Contribution]
    """Those that say the same, whatever became of them."""
    history: list[Line]

    @property
    def stamp(self) -> Stamp:
        return self.item.stamp

    @property
    def received(self) -> datetime.datetime:
        """By the municipality's clock."""
        row = self.contribution
        return row.received_at.astimezone(row.consultation.municipality.zone_info)

    @property
    def received_on(self) -> datetime.date:
        return self.received.date()

    @property
    def received_time(self) -> str:
        return f"{self.received:%H:%M}"

    @property
    def is_waiting(self) -> bool:
        """Whether a moderator is still to read it."""
        row = self.contribution
        return row.status == Status.PENDING or (row.status == Status.PUBLISHED and row.moderated_at is None)


def read_contribution(desk: Desk, row: Contribution, *, may_moderate: bool) -> Reading:
    """One contribution with all that a decision about it needs."""
    row.consultation.municipality = desk.municipality
    original = Original.objects.filter(contribution=row).first() if may_moderate else None
    found = marks_of_row(row)
    return Reading(
        contribution=row,
        item=_item(desk, row, line_of(row)),
        passages=_passages(row, row),
        originals=_passages(original, row) if original else [],
        marks=words(found),
        has_personal_data=bool(personal(found)),
        part=_part(row),
        others=_others(row),
        history=_history(row),
    )


def _part(row: Contribution) -> Localized | None:
    if not row.part:
        return None
    about = row.consultation
    return parts_of(about.municipality, about.subject_kind, about.subject_id).label(row.part)


def _others(row: Contribution) -> list[Contribution]:
    if not row.likeness:
        return []
    same = Contribution.objects.filter(consultation=row.consultation_id, likeness=row.likeness)
    return list(same.exclude(pk=row.pk).defer(*TEXTS).order_by("number")[:MOST_LISTED])


def _history(row: Contribution) -> list[Line]:
    acts = Entry.objects.filter(
        municipality=row.consultation.municipality_id,
        object_type=Contribution._meta.label_lower,
        object_id=str(row.pk),
    )
    return read_entries(acts.select_related("actor", "municipality")[:MOST_LISTED])


def _passages(source: Contribution | Original, row: Contribution) -> list[Passage]:
    labels = {
        "text": _("The problem"),
        "solution": _("The proposed solution"),
        "effect": _("The expected effect"),
    }
    return [
        Passage(name, labels[name] if row.is_idea else "", _paragraphs(text))
        for name in TEXTS
        if (text := getattr(source, name))
    ]


def _paragraphs(text: str) -> tuple[MarkedParagraph, ...]:
    lines: list[list[Piece]] = [[]]
    for piece in pieces(text):
        first, *rest = piece.text.split("\n")
        lines[-1].append(replace(piece, text=first))
        lines += [[replace(piece, text=part)] for part in rest]
    said = [tuple(piece for piece in line if piece.text) for line in lines]
    return tuple(
        MarkedParagraph(line, direction("".join(piece.text for piece in line), default="rtl"))
        for line in said
        if line
    )

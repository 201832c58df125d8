"""Decisions of moderation that need no row: what a redacted text may be, and by when one is read."""

from __future__ import annotations

import dataclasses
import datetime
import re
from collections.abc import Sequence

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from consultations.models import ParticipationRules
from portal.bilingual import Localized
from portal.workdays.days import Workdays

TAKEN_OUT = "[…]"
"""What stands in the public text for a part that was taken out."""
MOST_AT_ONCE = 500
"""Contributions that one act deals with: while it writes, whoever contributes waits."""
_MARK = re.compile(r"[\[(]\s*(?:\.{2,}|…)\s*[\])]")
_PART = re.compile(r"\s+|\w+|[^\w\s]")

RULES: tuple[Promise, ...] = (
    _("What is about the subject is published, whether it agrees or not: criticism, however sharp, stays."),
    _("Nothing is published that insults or threatens a person, or calls to hatred or violence."),
    _("Telephone numbers, identity numbers, addresses and names of private persons are taken out."),
    _("Nobody advertises or campaigns here."),
    _("Spelling, dialect and style are no reason to refuse."),
    _("Where a part can be taken out, the rest is published."),
    _("Every refusal has a reason from the list, and its author is told."),
)
"""The rules of moderation of a municipality that wrote none of its own."""


def listed_rules(rules: ParticipationRules) -> list[Localized | Promise]:
    """A municipality's own rules of moderation, one a line, else :data:`RULES`."""
    own = rules.rules
    lines = [line.strip(" •-–\t") for line in own.text.splitlines()]
    return [dataclasses.replace(own, text=line) for line in lines if line] or list(RULES)


class NotACut(ValueError):  # noqa: N818 - it says what the text is not
    """The text is not the original with parts taken out: something was added or changed."""


def cut(original: str, wanted: str) -> str:
    """The original with parts taken out, as ``wanted`` asks for: every gap is marked by ``[…]``.

    A moderator deletes, or writes ``[…]`` (also ``[...]`` and ``(…)``) where something is to go; nothing
    can be put into a person's mouth. Raises :class:`NotACut` where a word was added or changed.
    """
    marked = _MARK.sub(TAKEN_OUT, wanted)
    if _flat(marked) == _flat(original):
        return original
    pieces = [_parts(piece) for piece in marked.split(TAKEN_OUT)]
    parts = _parts(original)
    kept = _between(parts, pieces) if len(pieces) > 1 else None
    if kept is None:
        kept = _found(parts, [part for piece in pieces for part in piece])
    if kept is None:
        raise NotACut
    return _written(parts, kept)


def _flat(text: str) -> str:
    return " ".join(text.split())


def _parts(text: str) -> list[str]:
    """Words, signs and white space; of white space only that there is some matters."""
    return _PART.findall(text)


def _same(one: str, other: str) -> bool:
    return one == other or (one.isspace() and other.isspace())


def _between(parts: Sequence[str], pieces: Sequence[Sequence[str]]) -> set[int] | None:
    """The places of what stays, where each piece between two marks stands somewhere as it is, in order."""
    kept: set[int] = set()
    start = 0
    for number, piece in enumerate(pieces):
        said = _trimmed(piece)
        is_first, is_last = number == 0, number == len(pieces) - 1
        place = _place(parts, said, start, is_first=is_first, is_last=is_last)
        if place is None:
            return None
        kept.update(range(place, place + len(said)))
        start = place + len(said)
    return kept


def _trimmed(piece: Sequence[str]) -> Sequence[str]:
    said = [number for number, part in enumerate(piece) if not part.isspace()]
    return piece[said[0] : said[-1] + 1] if said else []


def _place(
    parts: Sequence[str], said: Sequence[str], start: int, *, is_first: bool, is_last: bool
) -> int | None:
    """Where a piece begins: the first one at the head of the text, the last one at its end."""
    if not said:
        return len(parts) if is_last else start
    places = range(start, len(parts) - len(said) + 1)
    if is_first:
        places = places[:1]
    elif is_last:
        places = places[-1:]
    return next((place for place in places if all(map(_same, said, parts[place : place + len(said)]))), None)


def _found(parts: Sequence[str], wanted: Sequence[str]) -> set[int] | None:
    """The places of the wanted parts in their order: from both ends first, so that one cut stays one."""
    head = _common(parts, wanted)
    tail = _common(parts[head:][::-1], wanted[head:][::-1])
    kept = {*range(head), *range(len(parts) - tail, len(parts))}
    place = head
    for part in wanted[head : len(wanted) - tail]:
        if part.isspace():
            continue
        place = next((at for at in range(place, len(parts) - tail) if parts[at] == part), -1) + 1
        if not place:
            return None
        kept.add(place - 1)
    return kept


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    count = 0
    for left, right in zip(one, other, strict=False):
        if not _same(left, right):
            break
        count += 1
    return count


def _written(parts: Sequence[str], kept: set[int]) -> str:
    """What stays, with a mark for every gap in which a word or a sign went."""
    text, gap = "", ""
    for place, part in enumerate(parts):
        if place not in kept:
            gap += part
            continue
        text, gap = text + _gap(gap, text) + part, ""
    return (text + _gap(gap, text)).strip()


def _gap(gap: str, before: str) -> str:
    """The mark for what went, between the white space that stood around it."""
    if not gap.strip():
        return gap
    head = gap[: len(gap) - len(gap.lstrip())]
    tail = gap[len(gap.rstrip()) :]
    if before and not before[-1].isspace():
        head = head or " "
    return f"{head}{TAKEN_OUT}{tail}"


def says_something(*texts: str) -> bool:
    """Whether anything but marks is left."""
    return any(sign.isalnum() for text in texts for sign in text.replace(TAKEN_OUT, ""))


def read_by(workdays: Workdays, received_on: datetime.date, days: int) -> datetime.date:
    """The last working day on which a contribution of a day is to be read."""
    return workdays.later(received_on, days)

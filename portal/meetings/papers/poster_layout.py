"""How large each part of a poster is set: one page holds it all, and nothing of its title or place is cut.

WeasyPrint cannot shrink a text until it fits, so the heights are reckoned here, from the widths that letters
have in the fonts of papers; the sizes themselves are classes of ``pdf/meetings.css``.
"""

from __future__ import annotations

import datetime
import math
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from portal.bilingual import page_language
from portal.meetings.models import Meeting, Mode
from portal.meetings.reading import AgendaLine, agenda_lines

ROOM = 186.0
"""Millimetres between the call above the title and the line for the hour of posting, without the gaps."""
CODE_HEIGHT, LOW_CODE_HEIGHT, BARE_CODE_HEIGHT = 72.0, 50.0, 48.0
"""Of the code with the words below it; where there is little room for it; and with the words beside it."""
SAVED = 10.0
"""By the narrower gaps of a poster on which there is little room."""
STAMP_HEIGHT, BOX_PADDING, ONE_DAY, TWO_DAYS, HOUR, FREE_LINE = 29.0, 12.0, 64.0, 74.0, 20.0, 6.5
FREE_LETTERS = 42
HEADING = 11.0
REMARK_LENGTH = 90
"""An invitation of so few letters is printed below the place; a longer one is for the letter and the page."""
ARABIC_WIDTH = 0.72
"""Of a Latin letter, in the fonts of papers."""


@dataclass(frozen=True, slots=True)
class Step:
    """A size of letters."""

    name: str
    """The class that has it."""
    letters: int
    """How many Latin letters are a line."""
    most: int
    """How many lines of this size are tried before the next smaller one."""
    height: float
    """Of a line, in millimetres."""
    gap: float = 0
    """Between two texts."""


TITLE_STEPS = (
    Step("t1", 21, 1, 19.5),
    Step("t2", 27, 2, 15.8),
    Step("t3", 37, 3, 12.1),
    Step("t4", 48, 4, 9.6),
    Step("t5", 58, 6, 7.7),
)
PLACE_STEPS = (
    Step("p1", 20, 3, 9.9),
    Step("p2", 26, 4, 8.0),
    Step("p3", 34, 6, 6.5),
    Step("p4", 44, 9, 5.3),
)
AGENDA_STEPS = (
    Step("a1", 33, 6, 8.3, 4.3),
    Step("a2", 43, 8, 6.3, 1.8),
    Step("a3", 52, 60, 5.1, 1.2),
)


@dataclass(frozen=True, slots=True)
class PosterSheet:
    """A poster laid out."""

    title: str
    place: str
    agenda: list[AgendaLine]
    agenda_size: str
    has_times: bool
    left_out: int
    """Points of the agenda for which there is no room: the page has them."""
    remark: str
    """The invitation, where it is as short as «Free entry» and there is room."""
    is_full: bool
    """There is little room: the gaps are narrower and the code is smaller."""
    first_day: str
    last_day: str
    """Numbers of days as they are printed large: ``1er`` in French."""


def lay_out(meeting: Meeting) -> PosterSheet:
    """Choose the sizes of a poster, in the language of the moment."""
    title = _step([meeting.title.text], TITLE_STEPS)
    place = _step(_place(meeting), PLACE_STEPS)
    room = ROOM - _height([meeting.title.text], title) - (STAMP_HEIGHT if meeting.is_cancelled else 0)
    remark = _remark(meeting)
    lines = [] if meeting.is_cancelled else agenda_lines(meeting)
    left = room - _box(meeting, place, remark)
    is_full = left < (CODE_HEIGHT if lines else BARE_CODE_HEIGHT)
    if is_full:
        remark, left = "", room + SAVED - _box(meeting, place, "")
    size, shown = _agenda([line.item.title.text for line in lines], max(left, LOW_CODE_HEIGHT) - HEADING)
    return PosterSheet(
        title=title.name,
        place=place.name,
        agenda=lines[:shown],
        agenda_size=size.name,
        has_times=any(line.starts_at for line in lines[:shown]),
        left_out=len(lines) - shown,
        remark=remark,
        is_full=is_full,
        first_day=_day_number(meeting.date),
        last_day=_day_number(meeting.last_day),
    )


def text_width(text: str) -> float:
    """How wide a text is, in Latin letters; marks above and below a letter take no room."""
    letters = [unicodedata.bidirectional(letter) for letter in text]
    arabic, marks = letters.count("AL"), letters.count("NSM")
    return len(letters) - marks - arabic * (1 - ARABIC_WIDTH)


def _place(meeting: Meeting) -> list[str]:
    place = _("Remote") if meeting.mode == Mode.REMOTE else meeting.place.text
    return [place, meeting.municipality.title]


def _remark(meeting: Meeting) -> str:
    text = meeting.invitation.text.strip()
    return text if len(text) <= REMARK_LENGTH and not meeting.is_cancelled else ""


def _box(meeting: Meeting, place: Step, remark: str) -> float:
    """The height of the box with the date, which is as high as the higher of its two halves."""
    days = ONE_DAY if meeting.last_day == meeting.date else TWO_DAYS
    free = math.ceil(text_width(remark) / FREE_LETTERS) + (2 if meeting.is_remote else 0)
    return BOX_PADDING + max(days, HOUR + _height(_place(meeting), place) + free * FREE_LINE)


def _agenda(texts: Sequence[str], room: float) -> tuple[Step, int]:
    """The largest size in which an agenda has room; else the smallest, and for how many points it has."""
    for step in AGENDA_STEPS:
        if sum(_lines(text, step) for text in texts) <= step.most and _height(texts, step) <= room:
            return step, len(texts)
    smallest, count, below = AGENDA_STEPS[-1], 0, AGENDA_STEPS[1].height + AGENDA_STEPS[1].gap
    while count < len(texts) and _height(texts[: count + 1], smallest) <= room - below:
        count += 1
    return smallest, count


def _step(texts: Sequence[str], steps: Sequence[Step]) -> Step:
    """The largest size in which the texts take no more than its lines, each its own; else the smallest."""
    fitting = (step for step in steps if sum(_lines(text, step) for text in texts) <= step.most)
    return next(fitting, steps[-1])


def _height(texts: Sequence[str], step: Step) -> float:
    return sum(_lines(text, step) * step.height + step.gap for text in texts)


def _lines(text: str, step: Step) -> int:
    return math.ceil(text_width(text) / step.letters) or 1


def _day_number(date: datetime.date) -> str:
    return "1er" if date.day == 1 and page_language() == "fr" else str(date.day)

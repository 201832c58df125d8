"""Delays that the title of a task states itself: so many days at least after another task."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate

from portal.folding import fold, folded_words
from programs.importers.grammar import (
    AFTER,
    AND,
    AND_FRENCH,
    ARTICLES,
    AT_LEAST,
    DAYS,
    DEFINITE_OPENINGS,
    PARTICLES,
    WORKING,
)

MIN_OVERLAP = 0.7
"""The share of a phrase's words that the title of the task it means must hold."""


def _one_of(phrases: Iterable[str]) -> str:
    return "|".join(sorted((re.escape(fold(phrase)) for phrase in phrases), key=len, reverse=True))


_ENDS = ".;:،,()"
_AMOUNT = rf"(?<!\d)(\d{{1,3}}) (?:{_one_of(DAYS)})\b( (?:{_one_of(WORKING)})\b)?"
_DELAY = re.compile(
    rf"\b(?:{_AMOUNT} (?:{_one_of(AT_LEAST)})|(?:{_one_of(AT_LEAST)}) {_AMOUNT})"
    rf" (?:{_one_of(AFTER)}) (?P<event>[^{_ENDS}]+)"
)
_WEIGHTLESS = {fold(word) for word in (*AND, *AND_FRENCH, *ARTICLES, *PARTICLES)}
_OPENINGS = tuple(f"{and_}{opening}" for opening in DEFINITE_OPENINGS for and_ in (*AND, ""))


@dataclass(frozen=True, slots=True)
class StatedDelay:
    """At least `min_days` days after `event`, as a title says it; `text` is the statement, to the letter."""

    min_days: int
    in_working_days: bool
    event: str
    text: str


def find_delay(title: str) -> StatedDelay | None:
    """Return the delay that a title states, `None` where it states none."""
    if not any(map(str.isdecimal, title)):
        return None
    words = list(re.finditer(r"\S+", title))
    folded = [fold(word.group()) for word in words]
    found = _DELAY.search(" ".join(folded))
    if found is None or not int(found[1] or found[3]):
        return None
    starts = list(accumulate((len(word) + 1 for word in folded), initial=0))
    first, last = (bisect_right(starts, place) - 1 for place in (found.start(), found.end() - 1))
    return StatedDelay(
        min_days=int(found[1] or found[3]),
        in_working_days=bool(found[2] or found[4]),
        event=found["event"],
        text=title[words[first].start() : words[last].end()].rstrip(_ENDS),
    )


def find_event(event: str, titles: Sequence[frozenset[str]]) -> int | None:
    """Return which title names the event, given the weighty words of each.

    It is the one that shares most words with it; `None` where none shares enough, or several as many.
    """
    wanted = weighty_words(event)
    if not wanted:
        return None
    shares = [len(wanted & title) / len(wanted) for title in titles]
    best = max(shares, default=0.0)
    return shares.index(best) if best >= MIN_OVERLAP and shares.count(best) == 1 else None


def weighty_words(text: str) -> frozenset[str]:
    """Return the words that tell one event from another, without their articles."""
    return frozenset(_without_article(word) for word in folded_words(text) if word not in _WEIGHTLESS)


def _without_article(word: str) -> str:
    opening = next((opening for opening in _OPENINGS if word.startswith(opening)), "")
    return word.removeprefix(opening) or word

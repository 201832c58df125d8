"""The documents that one cell lists, each to the letter.

Whatever the cell, the items joined contain every word of it except the "and" that joined them.
"""

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from portal.folding import fold, folded_words
from programs.importers.grammar import (
    AND,
    AND_FRENCH,
    ARTICLES,
    DEFINITE_ENDINGS,
    DEFINITE_OPENINGS,
    OR,
    PARTICLES,
)

_AND = {fold(word) for word in AND}
_AND_FRENCH = {fold(word) for word in AND_FRENCH}
_OR = {fold(word) for word in OR}
_JOINED_ON = {fold(word) for word in (*PARTICLES, *ARTICLES)}
_DEFINITE_OPENINGS = tuple(map(fold, DEFINITE_OPENINGS))
_DEFINITE_ENDINGS = tuple(map(fold, DEFINITE_ENDINGS))
_WRITTEN_ON = tuple(AND)
_SHORTEST_AFTER_WRITTEN_ON = 3
_SHORTEST_GLUED = 2

# A dash with space on both sides or on one, a tatweel that stands for one, a bullet, a semicolon, a new line.
_LIST_MARK = re.compile(
    r"(?P<dash>(?<!\S)[-–—−](?=\S)|(?<=\S)[-–—−](?!\S)|(?<!\S)[-–—−ـ](?!\S))|[\n;؛•▪●◦■□➢►*\uf000-\uf0ff]"
)
_PLUS = re.compile(r"(?<!\S)\+|\+(?!\S)")
_NUMBERING = re.compile(r"(?<!\S)(?P<number>\d{1,2})\s?[-–.)/](?=\s|[^\W\d])")
_PARENTHESES = re.compile(r"\([^()]*\)")
_TOKEN = re.compile(r"\S+")
_COMMAS = "،,"
BULLETS = "•▪●◦■□➢►*"

Span = tuple[int, int]


def split_documents(cells: Sequence[str]) -> list[list[str]]:
    """Return, for every cell of one calendar, the documents it lists, in order.

    The cells are read together: an "and" written onto the next word parts two documents only where another
    place of the calendar shows that this word opens one.
    """
    apart = [list(_split_openly(cell)) for cell in cells]
    openings = {word for items in apart for item in items for word in folded_words(item.text)[:1]}
    return [[text for item in items for text in item.split_on(openings)] for items in apart]


@dataclass(frozen=True, slots=True)
class _Item:
    """A document so far, and whether it may hold others still."""

    text: str
    is_open: bool

    def split_on(self, openings: Collection[str]) -> list[str]:
        return _cut(self.text, _joints_before(self.text, openings)) if self.is_open else [self.text]


def bulleted(titles: Sequence[str]) -> str:
    """Return documents as a cell that `split_documents` parts into exactly these, whatever they hold.

    The bullet is one that no title holds; where each is in some title the cell may be parted otherwise.
    """
    bullet = next((sign for sign in BULLETS if not any(sign in title for title in titles)), BULLETS[0])
    return "\n".join(f"{bullet} {title}" for title in titles)


def _bulleted_lines(cell: str) -> list[str]:
    """Return the lines of a cell that each open with one bullet, found nowhere else; else nothing."""
    lines = cell.split("\n")
    if not cell or cell[0] not in BULLETS or cell.count(cell[0]) != len(lines):
        return []
    if not all(line.startswith(f"{cell[0]} ") for line in lines):
        return []
    return [text for line in lines if (text := line[1:].strip())]


def _split_openly(cell: str) -> Iterator[_Item]:
    """Yield what visible separators part. List marks part alone; alternatives stay together."""
    if lines := _bulleted_lines(cell):
        yield from (_Item(line, is_open=False) for line in lines)
        return
    marks = _list_marks(cell)
    for part in _cut(cell, marks):
        for text in _cut(part, _spans(_PLUS, part)):
            if marks or _OR & set(fold(text).split()):
                yield _Item(text, is_open=False)
            else:
                yield from (_Item(item, is_open=True) for item in _cut(text, _joints(text)))


def _cut(text: str, spans: Iterable[Span]) -> list[str]:
    """Return what stands between the spans, each on one line, without the pieces that hold no word."""
    edges = [0, *(edge for span in spans for edge in span), len(text)]
    pieces = (
        " ".join(text[start:end].split("\n")).strip()
        for start, end in zip(edges[::2], edges[1::2], strict=True)
    )
    return [piece for piece in pieces if any(map(str.isalnum, piece))]


def _spans(pattern: re.Pattern[str], text: str) -> list[Span]:
    """Return where the pattern matches outside parentheses."""
    closed = [found.span() for found in _PARENTHESES.finditer(text)] if "(" in text else []
    return [match.span() for match in pattern.finditer(text) if not _is_inside(match.start(), closed)]


def _is_inside(place: int, closed: Sequence[Span]) -> bool:
    before = bisect_left(closed, (place, 0))
    return before > 0 and place < closed[before - 1][1]


# List marks


def _list_marks(cell: str) -> list[Span]:
    """Return the separators of a list; the numbers of a numbered one are words and stay."""
    if numbering := _numbering(cell):
        return numbering
    marks: list[Span] = []
    for start, end in _spans(_LIST_MARK, cell):
        if cell[start] not in "-–—−" or _dash_parts(cell[marks[-1][1] if marks else 0 : start], cell[end:]):
            marks.append((start, end))
    return marks


def _numbering(cell: str) -> list[Span]:
    """Return where the items of a list numbered 1, 2, 3 … begin, as empty spans; else nothing."""
    found = list(_NUMBERING.finditer(cell))
    numbers = [int(match["number"]) for match in found]
    if len(found) < 2 or found[0].start() > 0 or numbers != list(range(1, len(found) + 1)):
        return []
    return [(match.start(), match.start()) for match in found]


def _dash_parts(before: str, after: str) -> bool:
    """Return whether a dash parts what stands before and after it.

    It does not between two numbers, between a number and its "and", or after the number that opens an item.
    """
    before, after = before.strip(), after.lstrip()
    if not before[-1:].isdecimal():
        return True
    return not (before.isdecimal() or after[:1].isdecimal() or _opens_with_and(after))


def _opens_with_and(text: str) -> bool:
    return any(text.startswith(word) and not text[len(word) :][:1].isalpha() for word in AND)


# "And"


def _joints(text: str) -> list[Span]:
    """Return every "and" or comma that an indefinite word follows."""
    tokens = _spans(_TOKEN, text)
    joints: list[Span] = []
    for (start, end), after in pairwise([*tokens, (0, 0)]):
        word = text[start:end]
        if word.strip(_COMMAS) in _AND:
            joint = (start, end)
        elif word[-1] in _COMMAS:
            joint = (start + len(word.rstrip(_COMMAS)), end)
        else:
            continue
        if _may_open(text[slice(*after)]):
            joints.append(joint)
    return joints


def _joints_before(text: str, openings: Collection[str]) -> list[Span]:
    """Return every written-on or French "and" before a word that is known to open a document."""
    tokens = _spans(_TOKEN, text)
    joints = []
    for (start, end), after in pairwise([*tokens[1:], (0, 0)]):
        word = text[start:end]
        if word.casefold() in _AND_FRENCH and _is_known(text[slice(*after)], openings):
            joints.append((start, end))
        elif word.startswith(_WRITTEN_ON) and _is_known(word[1:], openings):
            joints.append((start, start + 1))
    return joints


def _is_known(word: str, openings: Collection[str]) -> bool:
    return len(word) >= _SHORTEST_AFTER_WRITTEN_ON and _may_open(word) and folded_words(word)[0] in openings


def _may_open(word: str) -> bool:
    """Return whether a word can open a document: an indefinite one, no number, no particle."""
    return word[:1].isalpha() and not _is_joined_on(folded_words(word)[0])


def _is_joined_on(word: str) -> bool:
    return word in _JOINED_ON or word.startswith(_DEFINITE_OPENINGS) or word.endswith(_DEFINITE_ENDINGS)


# Run together


@dataclass(frozen=True, slots=True)
class Glued:
    """An item with a whole other item of the calendar inside: perhaps two that run together."""

    cell: int
    item: str
    other: str


def find_glued(cells: Sequence[Sequence[str]]) -> list[Glued]:
    """Return the items that seem to be two, given the items of every cell."""
    known = _Known(cells)
    found = []
    for cell, items in enumerate(cells):
        for item in items:
            if other := known.inside(folded_words(item), cell):
                found.append(Glued(cell, item, other))
    return found


class _Known:
    """Every item of a calendar by its words, with the cells it stands in."""

    def __init__(self, cells: Sequence[Sequence[str]]) -> None:
        self.cells: dict[tuple[str, ...], set[int]] = defaultdict(set)
        self.texts: dict[tuple[str, ...], str] = {}
        self.lengths: dict[tuple[str, ...], set[int]] = defaultdict(set)
        for cell, items in enumerate(cells):
            for item in items:
                words = folded_words(item)
                if len(words) >= _SHORTEST_GLUED:
                    self.cells[words].add(cell)
                    self.texts.setdefault(words, item)
                    self.lengths[words[:_SHORTEST_GLUED]].add(len(words))

    def inside(self, words: tuple[str, ...], cell: int) -> str | None:
        """Return the longest item of another cell that stands inside the words, not at their beginning."""
        found = [part for part in self._parts(words) if self.cells.get(part, set()) - {cell}]
        return self.texts[max(found, key=len)] if found else None

    def _parts(self, words: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        for start in range(1, len(words) - 1):
            if _is_joined_on(words[start]) or words[start - 1] in _JOINED_ON | _AND | _AND_FRENCH | _OR:
                continue
            for length in self.lengths.get(words[start : start + _SHORTEST_GLUED], ()):
                yield words[start : start + length]

"""Which attributes may be known of whom: what stands beside comments, and what tables say.

A profile or an age bracket is shown of :data:`SMALLEST` contributions at once or of none, and nothing that
is shown lets anybody reckon how many there are in a group of fewer. The rule, why it is this one and what
it cannot do stand in ``docs/decisions/0010-small-cells.md``. Nothing here asks the database.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

SMALLEST = 5
"""The smallest group that is shown (k)."""

Cell = tuple[str, str]
"""A profile's code and an age bracket's code."""
Tally = Mapping[datetime.date, Mapping[Cell, int]]
"""How many contributions were first published on each day, by cell. Those withdrawn, refused or erased
later are among them: counts only grow, so nothing that was shown once is taken back."""

NOTHING: Cell = ("", "")
"""Neither profile nor age bracket."""


@dataclass(frozen=True, slots=True)
class Disclosure:
    """What may stand beside the contributions of a consultation on a day."""

    before: datetime.date
    """Contributions published on this day or later show nothing: labels change once a day."""
    cells: frozenset[Cell] = frozenset()
    """Profile and age bracket are shown of these."""
    alone: frozenset[str] = frozenset()
    """The profile is shown of their other contributions."""

    def label(self, cell: Cell, published_on: datetime.date | None) -> Cell:
        """What may be known of a contribution: profile and age bracket, the profile alone, or neither."""
        if published_on is None or published_on >= self.before:
            return NOTHING
        if cell in self.cells:
            return cell
        return (cell[0], "") if cell[0] in self.alone else NOTHING


@dataclass(frozen=True, slots=True)
class Table:
    """A table of which the small rows are hidden, and as many others as it takes."""

    rows: tuple[tuple[str, int], ...]
    """What is shown: code and count, in the order in which the codes were given."""
    hidden: tuple[str, ...]
    """The codes of the rows that are not shown."""
    rest: int
    """How many contributions the hidden rows have together."""

    @property
    def total(self) -> int:
        return self.rest + sum(count for _code, count in self.rows)


def disclose(
    tally: Tally, today: datetime.date, *, profiles: Collection[str], ages: Collection[str]
) -> Disclosure:
    """What may stand beside the contributions on ``today``.

    The days are gone through one by one, so that what was shown on one is shown on all that follow: taking
    a label away would tell whoever remembers it what came since.

    Args:
        profiles: every code that people could choose from, "prefer not to say" among them.
        ages: the same for age brackets.
    """
    total: Counter[Cell] = Counter()
    named: frozenset[str] = frozenset()
    shown: dict[str, frozenset[str]] = {}
    for day in sorted(day for day in tally if day < today):
        total.update(tally[day])
        named = widened(named, _by_profile(total), profiles)
        for profile in named:
            counts = _ages_of(total, profile)
            shown[profile] = widened(shown.get(profile, frozenset()), counts, ages)
    cells = frozenset((profile, age) for profile, found in shown.items() for age in found)
    alone = frozenset(profile for profile in named if _left(total, profile, shown[profile]) >= SMALLEST)
    return Disclosure(today, cells, alone)


def widened(shown: frozenset[str], counts: Mapping[str, int], known: Collection[str]) -> frozenset[str]:
    """What is shown from now on among the groups of one total: ``shown``, and what may join it.

    Groups of :data:`SMALLEST` or more join, the largest first, as long as the groups that stay hidden
    cannot be told from their sum: see :func:`is_safe`. Groups of one size join together. The hidden ones
    decide by their number and their sum alone, so those below :data:`SMALLEST` could change places without
    any difference to what is shown.

    Args:
        counts: how many each group has.
        known: every group there could be, empty ones too.
    """
    hidden = {code: counts.get(code, 0) for code in {*known, *counts} - shown}
    total = sum(hidden.values())
    if _may_be_full(total, len(hidden)):
        # Were it shown that none of them has reached the smallest size, each would have one less exactly.
        return shown
    for size in sorted({count for count in hidden.values() if count >= SMALLEST}):
        joining = {code: count for code, count in hidden.items() if count >= size}
        if is_safe(total - sum(joining.values()), len(hidden) - len(joining)):
            return shown | joining.keys()
    return shown


def is_safe(total: int, groups: int) -> bool:
    """Whether so many hidden groups with this sum can stay hidden.

    A single one is told by the sum. Fewer than :data:`SMALLEST` together are a small group themselves. And
    where all are known to be below :data:`SMALLEST`, the greatest possible sum tells each of them.
    """
    if groups == 1:
        return False
    return total == 0 or (total >= SMALLEST and not _may_be_full(total, groups))


def label_table(labels: Iterable[str], known: Collection[str]) -> Table:
    """The table of labels as they stand beside contributions, so that it tells nothing more than they do.

    Args:
        labels: one for each contribution, ``""`` for one that shows none.
        known: the codes in the order of the rows.
    """
    counts = Counter(labels)
    rest = counts.pop("", 0)
    order = list(dict.fromkeys((*known, *sorted(counts))))
    rows = tuple((code, counts[code]) for code in order if counts[code])
    return Table(rows, tuple(code for code in order if not counts[code]), rest)


def plain_table(counts: Mapping[str, int], known: Collection[str]) -> Table:
    """The table of an attribute that is shown nowhere else, for once: a second one could be subtracted.

    Args:
        counts: how many contributions each code has.
        known: every code that there could be, in the order of the rows.
    """
    order = list(dict.fromkeys((*known, *sorted(counts))))
    shown = widened(frozenset(), counts, order)
    hidden = tuple(code for code in order if code not in shown)
    rows = tuple((code, counts.get(code, 0)) for code in order if code in shown)
    return Table(rows, hidden, sum(counts.get(code, 0) for code in hidden))


def tally_of(published: Iterable[tuple[datetime.date, str, str, int]]) -> Tally:
    """Count by day and cell, from rows of day, profile, age bracket and how many."""
    tally: dict[datetime.date, Counter[Cell]] = {}
    for day, profile, age, count in published:
        tally.setdefault(day, Counter())[profile, age] += count
    return tally


def _may_be_full(total: int, groups: int) -> bool:
    return groups > 0 and total == (SMALLEST - 1) * groups


def _by_profile(total: Mapping[Cell, int]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for (profile, _age), count in total.items():
        counts[profile] += count
    return counts


def _ages_of(total: Mapping[Cell, int], profile: str) -> dict[str, int]:
    return {age: count for (of, age), count in total.items() if of == profile}


def _left(total: Mapping[Cell, int], profile: str, shown: Collection[str]) -> int:
    return sum(count for age, count in _ages_of(total, profile).items() if age not in shown)

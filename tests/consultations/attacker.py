"""Somebody who knows the rule of disclosure, remembers every day's page and reckons with all of it.

A world is a guess of what each contribution's author chose. The attacker keeps the worlds in which every
day's page would have looked as it did; what is the same in all of them is known.
"""

from __future__ import annotations

import datetime
import itertools
import math
import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from consultations.disclosure import NOTHING, SMALLEST, Cell, Tally, disclose, label_table

FIRST = datetime.date(2026, 11, 2)
DAY = datetime.timedelta(days=1)
MOST_WORLDS = 4_000
"""An attacker who would have to try more gives up."""


class TooManyWorldsError(Exception):
    """It is not known whether anything can be derived: too much would have to be tried."""


@dataclass(frozen=True)
class Town:
    """A consultation: the lists people chose from, and the cell and the day of each contribution."""

    profiles: tuple[str, ...]
    ages: tuple[str, ...]
    contributions: tuple[tuple[datetime.date, Cell], ...]
    days: tuple[datetime.date, ...]
    """The days on which the attacker looks at the page."""
    gone: tuple[tuple[int, datetime.date], ...] = ()
    """Which of them are withdrawn, and since when: they show nothing any more."""

    @property
    def tally(self) -> Tally:
        tally: dict[datetime.date, Counter[Cell]] = {}
        for day, cell in self.contributions:
            tally.setdefault(day, Counter())[cell] += 1
        return tally

    def with_cells(self, cells: list[Cell]) -> Town:
        moved = tuple((day, cell) for (day, _), cell in zip(self.contributions, cells, strict=True))
        return Town(self.profiles, self.ages, moved, self.days, self.gone)


Page = tuple[object, ...]
"""All that is public on a day."""
Rule = Callable[[Town], tuple[Page, ...]]
"""What a rule of disclosure makes of a town: the pages of its days."""


def random_town(chance: random.Random) -> Town:
    """A small place whose people come over a few days, unevenly, as people do."""
    profiles = ("citizen", "association", "student", "unsaid")[-chance.randint(2, 4) :]
    ages = ("16-25", "26-35", "36-50", "unsaid")[-chance.randint(2, 4) :]
    cells = list(itertools.product(profiles, ages))
    weights = [chance.choice((0, 0, 1, 1, 2, 6)) for _ in cells]
    weights[chance.randrange(len(cells))] = 6
    length = chance.randint(1, 5)
    contributions = []
    for offset in range(length):
        for _ in range(chance.choice((1, 1, 2, 4, 6, 9, 12))):
            contributions.append((FIRST + offset * DAY, chance.choices(cells, weights)[0]))
    days = tuple(FIRST + offset * DAY for offset in range(length + 1))
    gone = tuple(
        (index, day + datetime.timedelta(chance.randint(0, 2)))
        for index, (day, _cell) in enumerate(contributions)
        if chance.random() < 0.1
    )
    return Town(profiles, ages, tuple(contributions), days, gone)


def random_month(chance: random.Random) -> Town:
    """A place whose people come over a month, few on a day; the attacker looks at the page of each day."""
    profiles = ("citizen", "association", "student", "unsaid")[-chance.randint(2, 4) :]
    ages = ("16-25", "26-35", "36-50", "unsaid")[-chance.randint(2, 4) :]
    cells = list(itertools.product(profiles, ages))
    weights = [chance.choice((0, 0, 1, 1, 2, 6)) for _ in cells]
    weights[chance.randrange(len(cells))] = 6
    contributions = tuple(
        (FIRST + offset * DAY, chance.choices(cells, weights)[0])
        for offset in range(30)
        for _ in range(chance.choice((0, 0, 0, 1, 1, 2, 4)))
    )
    days = tuple(FIRST + offset * DAY for offset in range(31))
    gone = tuple(
        (index, day + chance.randint(0, 9) * DAY)
        for index, (day, _cell) in enumerate(contributions)
        if chance.random() < 0.1
    )
    return Town(profiles, ages, contributions, days, gone)


def derived(town: Town, rule: Rule) -> list[str]:
    """The groups of 1 to 4 whose size the attacker knows after all those days.

    Raises ``TooManyWorldsError`` rather than to say that something is known, or is not, without having tried.
    """
    seen = rule(town)
    secrets = {name: size for name, size in sizes(town).items() if 0 < size < SMALLEST}
    open_secrets = dict(secrets)
    for world in _worlds(town, seen):
        if not open_secrets:
            break
        others = {name for name, size in sizes(world).items() if open_secrets.get(name, size) != size}
        if others and rule(world) == seen:
            for name in others:
                del open_secrets[name]
    return sorted(open_secrets)


def sizes(town: Town) -> dict[str, int]:
    """How many chose each profile, and each profile with each bracket, on the whole."""
    counts = Counter(cell for _day, cell in town.contributions)
    by_cell = {f"{p}/{a}": counts[p, a] for p in town.profiles for a in town.ages}
    by_profile = {p: sum(counts[p, a] for a in town.ages) for p in town.profiles}
    return by_cell | by_profile


def _worlds(town: Town, seen: tuple[Page, ...]) -> Iterator[Town]:
    """Every world worth a try: those near the truth first, since two values are found among them at once."""
    yield from _near(town)
    yield from _all(town, seen)


def _near(town: Town) -> Iterator[Town]:
    cells = [cell for _day, cell in town.contributions]
    for profile in town.profiles:
        for one, other in itertools.combinations(town.ages, 2):
            turn = {(profile, one): (profile, other), (profile, other): (profile, one)}
            yield town.with_cells([turn.get(cell, cell) for cell in cells])
    for one, other in itertools.combinations(town.profiles, 2):
        turned = {one: other, other: one}
        yield town.with_cells([(turned.get(profile, profile), age) for profile, age in cells])
    for index in reversed(range(len(cells))):
        for cell in itertools.product(town.profiles, town.ages):
            if cell != cells[index]:
                yield town.with_cells([*cells[:index], cell, *cells[index + 1 :]])


def _all(town: Town, seen: tuple[Page, ...]) -> Iterator[Town]:
    """Every world, those of the same day and the same labels being one as good as another."""
    groups: dict[object, list[int]] = {}
    for index, (day, _cell) in enumerate(town.contributions):
        groups.setdefault((day, tuple(page[0][index] for page in seen)), []).append(index)
    cells = list(itertools.product(town.profiles, town.ages))
    choices = []
    for (_day, labels), members in groups.items():
        told = [label for label in labels if label]
        possible = [cell for cell in cells if all(_fits(cell, label) for label in told)]
        choices.append((members, possible))
    if math.prod(math.comb(len(c) + len(m) - 1, len(m)) for m, c in choices) > MOST_WORLDS:
        raise TooManyWorldsError
    for guess in itertools.product(
        *(itertools.combinations_with_replacement(possible, len(members)) for members, possible in choices)
    ):
        guessed: list[Cell] = [("", "")] * len(town.contributions)
        for (members, _possible), taken in zip(choices, guess, strict=True):
            for index, cell in zip(members, taken, strict=True):
                guessed[index] = cell
        yield town.with_cells(guessed)


def _fits(cell: Cell, label: Cell) -> bool:
    return all(shown in ("", chosen) for shown, chosen in zip(label, cell, strict=True))


# --- rules --------------------------------------------------------------------------------------------


def _pages(town: Town, label_on: Callable, tables_on: Callable) -> tuple[Page, ...]:
    """All that is public on each day: labels (none beside what is gone) and tables."""
    gone, pages = dict(town.gone), []
    for day in town.days:
        label = label_on(town, day)
        shown = [label(cell, on) if on <= day else None for on, cell in town.contributions]
        beside = tuple(
            NOTHING if index in gone and gone[index] <= day else found for index, found in enumerate(shown)
        )
        pages.append((beside, tables_on(town, day, [found for found in shown if found is not None])))
    return tuple(pages)


def the_rule(town: Town) -> tuple[Page, ...]:
    """Ours, at its most generous: with tables on each day, though the portal releases them once."""
    return _pages(
        town,
        lambda town, day: disclose(town.tally, day, profiles=town.profiles, ages=town.ages).label,
        lambda town, day, labels: (
            label_table((profile for profile, _age in labels), town.profiles),
            label_table((age for _profile, age in labels), town.ages),
        ),
    )


def without_secondary(town: Town) -> tuple[Page, ...]:
    """Cells, profiles and rows of tables are hidden where they are below five, and nothing else is."""

    def label_on(town, day):
        cells = Counter(cell for on, cell in town.contributions if on <= day)
        profiles = Counter(cell[0] for cell in cells.elements())

        def label(cell, _on):
            if cells[cell] >= SMALLEST:
                return cell
            return (cell[0], "") if profiles[cell[0]] >= SMALLEST else NOTHING

        return label

    def tables_on(town, day, _labels):
        cells = [cell for on, cell in town.contributions if on <= day]
        tables = (Counter(cell[0] for cell in cells), Counter(cell[1] for cell in cells))
        return tuple(tuple((code, n) for code, n in table.items() if n >= SMALLEST) for table in tables)

    return _pages(town, label_on, lambda *args: tuple(map(frozenset, tables_on(*args))))


def without_memory(town: Town) -> tuple[Page, ...]:
    """Secondary suppression day by day, taking back labels that were shown before."""

    def label_on(town, day):
        so_far = {FIRST: Counter(cell for on, cell in town.contributions if on < day)}
        return disclose(so_far, day + DAY, profiles=town.profiles, ages=town.ages).label

    return _pages(town, label_on, lambda *_args: ())


@dataclass
class Found:
    """What the attacker has learnt of some towns."""

    learnt: list[tuple[int, str]] = field(default_factory=list)
    towns: int = 0
    """Those of which it is known whether anything can be derived."""
    undecided: int = 0
    secrets: int = 0
    """The groups of 1 to 4 that there were to be learnt."""
    labelled: int = 0
    """The towns in which something is shown beside a contribution."""


def found(rule: Rule, seeds: Iterable[int], town_of: Callable[[random.Random], Town] = random_town) -> Found:
    """Set the attacker on a town for each seed."""
    result = Found()
    for seed in seeds:
        town = town_of(random.Random(seed))
        try:
            known = derived(town, rule)
        except TooManyWorldsError:
            result.undecided += 1
            continue
        result.towns += 1
        result.secrets += sum(0 < size < SMALLEST for size in sizes(town).values())
        result.labelled += any(age for _profile, age in filter(None, rule(town)[-1][0]))
        result.learnt += [(seed, name) for name in known]
    return result

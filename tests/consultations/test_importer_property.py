"""Whatever a sheet of the model says, in whatever order and with whatever bullets, comes back the same."""

import datetime
import random
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consultations.importers.labels import (
    COLUMN_HEADS,
    CURRENCIES,
    FORM_LABELS,
    HEADS,
    LINE_BULLETS,
    NO,
    NO_AMOUNT,
    PRINCIPLES,
    YES,
    Head,
    Principle,
)
from consultations.importers.lines import key
from consultations.importers.plan import read_plan
from portal.importing.month_names import MONTH_NAMES

INLINE_BULLETS = "•●▪➢\uf0fc\uf0b7"
TABLES = (*HEADS.values(), *PRINCIPLES.values(), YES, NO, COLUMN_HEADS, FORM_LABELS, NO_AMOUNT)
LABELS = {key(label) for labels in TABLES for label in labels}
MONTHS = {key(name) for names in MONTH_NAMES.values() for name in names}
CURRENCY_WORDS = {word for names in CURRENCIES.values() for name in names for word in key(name).split()}

LETTERS = "ابتثجحخدذرزسشصضطظعغفقكلمنهويةىأإآئءéabcdeè"
ENDINGS = ("", "", "", ".", " - x", " / x", "/x", " (x)", "، x", " 2", " 100%x")


def random_text(pick: random.Random) -> str:
    words = ["".join(pick.choices(LETTERS, k=pick.randint(2, 8))) for _ in range(pick.randint(1, 6))]
    return " ".join(words) + pick.choice(ENDINGS)


def is_plain(value: str) -> bool:
    """Whether the text is no label, and could be no part of a date or an amount."""
    return key(value) not in LABELS and not set(key(value).split()) & (MONTHS | CURRENCY_WORDS)


# Drawn once: letter by letter, most of the time of a case would go into its texts.
TEXTS = [*filter(is_plain, map(random_text, [random.Random(7)] * 1_000))]
text = st.sampled_from(TEXTS)
tick = st.sampled_from([None, None, True, False])


@dataclass
class RandomSheet:
    """What a sheet says before it is written; ``seed`` decides how, ``missing`` heads are left out."""

    stages: list[tuple[str, int]]
    title: str
    axis: str
    lists: dict[Head, list[tuple[str, bool]]]
    principles: dict[Principle, bool | None]
    questions: list[bool | None]
    amount: Decimal | None
    funding: str
    activities: list[tuple[str, datetime.date, datetime.date, str, int]]
    progress: int
    comments: int
    seed: int
    missing: set[Head] = field(default_factory=set)

    def as_json(self) -> dict[str, Any]:
        return {
            "number": 1,
            "title": self.title,
            "axis": "" if Head.PROBLEM in self.missing else self.axis,
            "problem": self._texts(Head.PROBLEM),
            "solution": self._texts(Head.SOLUTION),
            "principles": {str(name): mark for name, mark in self.principles.items()},
            "questions": self.questions,
            "amount": None if self.amount is None else f"{self.amount:.2f}",
            "funding_source": self.funding,
            "results": self._texts(Head.RESULTS),
            "indicators": self._texts(Head.INDICATORS),
            "activities": [] if Head.ACTIVITIES in self.missing else [*map(activity_json, self.activities)],
            "comment_count": self.comments,
        }

    def _texts(self, head: Head) -> list[str]:
        return [] if head in self.missing else [item for item, _is_point in self.lists[head]]


def activity_json(activity: tuple[str, datetime.date, datetime.date, str, int]) -> dict[str, Any]:
    title, start, end, precision, percent = activity
    form = "%Y-%m" if precision == "month" else "%Y-%m-%d"
    return {"title": title, "start": f"{start:{form}}", "end": f"{end:{form}}", "percent": percent}


@st.composite
def activities(draw: st.DrawFn) -> tuple[str, datetime.date, datetime.date, str, int]:
    day = st.dates(datetime.date(1995, 1, 1), datetime.date(2095, 1, 1))
    start, end = sorted([draw(day), draw(day)])
    precision = draw(st.sampled_from(["month", "day"]))
    return draw(text), start, end, precision, draw(st.integers(0, 100))


items = st.lists(st.tuples(text, st.booleans()), min_size=1, max_size=20)
sheets = st.builds(
    RandomSheet,
    stages=st.lists(st.tuples(text, st.sampled_from([1, 2])), min_size=1, max_size=12),
    title=text,
    axis=text | st.sampled_from(PRINCIPLES[Principle.PARTICIPATION]),
    lists=st.fixed_dictionaries(
        dict.fromkeys((Head.PROBLEM, Head.SOLUTION, Head.RESULTS, Head.INDICATORS), items)
    ),
    principles=st.fixed_dictionaries(dict.fromkeys(Principle, tick)),
    questions=st.lists(tick, min_size=2, max_size=2),
    amount=st.none() | st.decimals(0, 99_999_999, places=2),
    funding=text,
    activities=st.lists(activities(), min_size=1, max_size=8),
    progress=st.integers(0, 100),
    comments=st.integers(0, 999),
    seed=st.integers(0, 2**32),
    missing=st.sets(
        st.sampled_from([Head.PROBLEM, Head.SOLUTION, Head.RESULTS, Head.ACTIVITIES]), max_size=3
    ),
)


class Writer:
    """Writes a sheet down in one of the many ways of the model."""

    def __init__(self, sheet: RandomSheet) -> None:
        self.sheet = sheet
        self.pick = random.Random(sheet.seed)

    def text(self) -> str:
        parts = {
            Head.TITLE: [self.sheet.title],
            Head.PROBLEM: [self.sheet.axis, *self.items(Head.PROBLEM)],
            Head.RESULTS: self.items(Head.RESULTS),
            Head.INDICATORS: self.items(Head.INDICATORS),
            Head.ACTIVITIES: [line for activity in self.sheet.activities for line in self.activity(activity)],
        }
        bodies = [
            [self.head(head), *lines] for head, lines in parts.items() if head not in self.sheet.missing
        ]
        bodies.append(self.solution_and_form())
        self.pick.shuffle(bodies)
        lines = [
            *self.top(),
            *(line for body in bodies for line in body),
            f"Nombre de commentaires {self.sheet.comments}",
        ]
        return self.pick.choice(["\n", "\r\n"]).join(self.spaced(lines))

    def head(self, head: Head) -> str:
        return self.pick.choice(HEADS[head]) + self.pick.choice(["", " :", " *"])

    def top(self) -> list[str]:
        counts = iter(range(1, 100))
        stages = [
            f"{next(counts)}. {title}" if level == 2 else self.pick.choice(["• ", ""]) + title
            for title, level in self.sheet.stages
        ]
        progress = [f"{self.sheet.progress}%", self.head(Head.PROGRESS)]
        self.pick.shuffle(progress)
        return [self.head(Head.PROCESS), *stages, "• " + HEADS[Head.PLAN][0], "", *progress]

    def items(self, head: Head) -> list[str]:
        """Lines of points and paragraphs; several points may share a line."""
        # A list with dashes in its sentences and before its points has two readings; it is warned about.
        has_dashes = any(" - " in item for item, _is_point in self.sheet.lists[head])
        bullet = self.pick.choice([*INLINE_BULLETS, *LINE_BULLETS.replace("-" if has_dashes else "", "")])
        lines: list[str] = []
        for item, is_point in self.sheet.lists[head]:
            is_joined = bullet not in LINE_BULLETS and is_point and lines and self.pick.random() < 0.5
            line = f"{bullet}{self.pick.choice([' ', '  '])}{item}" if is_point else item
            lines[len(lines) - bool(is_joined) :] = [f"{lines[-1]} {line}" if is_joined else line]
        return lines

    def solution_and_form(self) -> list[str]:
        has_solution = Head.SOLUTION not in self.sheet.missing
        with_heads = not has_solution or self.pick.random() < 0.5
        money = ["///" if self.sheet.amount is None else self.amount(self.sheet.amount), self.sheet.funding]
        parts = [
            (Head.PRINCIPLES, [self.principle(name, mark) for name, mark in self.sheet.principles.items()]),
            (Head.QUESTIONS, self.questions()),
            (Head.AMOUNT, money[:1]),
            (Head.FUNDING, money[1:]),
        ]
        form = [line for head, lines in parts for line in ([self.head(head)] if with_heads else []) + lines]
        return ([self.head(Head.SOLUTION), *self.items(Head.SOLUTION)] if has_solution else []) + form

    def principle(self, name: Principle, mark: bool | None) -> str:
        return self.mark(mark) + self.pick.choice(PRINCIPLES[name])

    def mark(self, mark: bool | None) -> str:
        return {None: "", True: self.pick.choice(["✓ ", "☑ "]), False: "☐ "}[mark]

    def questions(self) -> list[str]:
        """Two questions; the choice that is left may stand alone unless it would pair with its neighbour."""
        answers = self.sheet.questions
        if answers != [True, False] and None not in answers and self.pick.random() < 0.5:
            return [self.pick.choice(YES if answer else NO) for answer in answers]
        lines = []
        for answer in answers:
            marks = (None, None) if answer is None else (answer, not answer)
            lines += [
                self.mark(mark) + self.pick.choice(names)
                for mark, names in zip(marks, (YES, NO), strict=True)
            ]
        return lines

    def amount(self, amount: Decimal) -> str:
        thousands, decimal = self.pick.choice([(".", ","), (" ", ","), ("\u202f", ","), ("", ","), ("", ".")])
        figures = f"{amount:,.2f}".replace(",", "T").replace(".", decimal).replace("T", thousands)
        return figures + self.pick.choice(["", " درهم .", " DH"])

    def activity(self, activity: tuple[str, datetime.date, datetime.date, str, int]) -> list[str]:
        title, start, end, precision, percent = activity
        dates = [self.date(date, precision) for date in (start, end)]
        row = self.pick.choice([[" ".join([title, *dates])], [title, *dates], [title, " ".join(dates)]])
        return [*row, f"{percent}%", *([f"{percent}% Complete"] if self.pick.random() < 0.5 else [])]

    def date(self, date: datetime.date, precision: str) -> str:
        month = self.pick.choice(MONTH_NAMES[date.month])
        if precision == "month":
            return f"{month} {date.year}"
        return self.pick.choice(
            [f"{date:%d/%m/%Y}", f"{date:%Y/%m/%d}", f"{date:%Y-%m-%d}", f"{date.day} {month} {date.year}"]
        )

    def spaced(self, lines: list[str]) -> list[str]:
        """The lines indented, and with blank lines between those of the body."""
        stages = len(self.sheet.stages) + 2
        return [
            self.pick.choice(["", "    "]) + line + ("\n" if at > stages and self.pick.random() < 0.1 else "")
            for at, line in enumerate(lines)
        ]


@settings(max_examples=300, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(sheet=sheets)
def test_any_sheet_comes_back_the_same(sheet):
    reading = read_plan("sheet.txt", Writer(sheet).text().encode())

    assert reading.project.as_json(1) == sheet.as_json()
    assert [(stage.title, stage.level) for stage in reading.stages] == sheet.stages
    assert reading.project.printed_progress == sheet.progress
    assert reading.title == HEADS[Head.PLAN][0]
    for head, found in (
        (Head.PROBLEM, reading.project.problem),
        (Head.SOLUTION, reading.project.solution),
        (Head.RESULTS, reading.project.results),
        (Head.INDICATORS, reading.project.indicators),
    ):
        expected = [] if head in sheet.missing else sheet.lists[head]
        assert [(item.text, item.is_point) for item in found] == expected

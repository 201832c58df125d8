"""Random programs, taken out in every format and language and imported over themselves, do not change."""

import datetime
import random

import pytest
from django.db import transaction
from django.utils.translation import override
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from programs.calendar import read_calendar
from programs.exports.csv_file import csv_file
from programs.exports.data import json_file
from programs.exports.document import Letterhead, document
from programs.exports.table import official_table
from programs.exports.workbook import workbook
from programs.models import DayKind, DelayRule, ExpectedDocument, Phase, Program, Task
from tests.programs.round_trips import differences

PIECES = (
    *("محضر", "جلسة", "اللافتات", "وصور", "بلاغ", "procès-verbal", "réunion", "2022", "07", "1-2", "3.1"),
    *(" و ", " - ", "- ", " أو ", " + ", " et ", ", ", "، ", "; ", "؛", " | ", "\t", "\n", "\r\n", ": "),
    *("=", "+", "-", "@", "'", '"', "(", ")", ".", "/", "•", "▪ ", "*", "\u202e", "\u200f", "\u00a0", "ـ"),
    *(
        "نعم",
        "non",
        "المرحلة",
        "التاريخ",
        "2021/10/13",
        "13 نوفمبر 2021",
        "أ-1",
        "ب)",
        "7 أيام على الأقل بعد ",
    ),
)
TODAY = datetime.date(2024, 3, 1)

pytestmark = pytest.mark.django_db


def text(chance: random.Random, most: int = 6) -> str:
    """A text with at least one letter, as the forms of the portal keep it."""
    pieces = chance.choices(PIECES, k=chance.randint(1, most))
    pieces.insert(chance.randrange(len(pieces) + 1), chance.choice("بسمنfgh"))
    return "".join(pieces).strip()


def titles(chance: random.Random) -> dict[str, str]:
    """A title in one language or in both."""
    found = {"title_ar": text(chance), "title_fr": text(chance)}
    missing = chance.choice(("title_ar", "title_fr", "title_fr", None))
    return {name: value for name, value in found.items() if name != missing}


def random_program(chance: random.Random, municipality) -> Program:
    program = Program.objects.create(municipality=municipality, year=2024, **titles(chance))
    numbers = sorted(chance.sample(range(1, 8), chance.randint(1, 3)))
    phases = Phase.objects.bulk_create(
        Phase(program=program, number=number, label=_label(chance, number), **titles(chance))
        for number in numbers
    )
    tasks = Task.objects.bulk_create(
        Task(phase=phase, number=number, **_task(chance))
        for phase in phases
        for number in sorted(chance.sample(range(1, 7), chance.randint(phase is phases[0], 3)))
    )
    ExpectedDocument.objects.bulk_create(
        ExpectedDocument(task=task, position=position, **titles(chance))
        for task in tasks
        for position in range(1, chance.choice((1, 1, 2, 3, 4)))
    )
    if len(tasks) > 1 and chance.random() < 0.5:
        DelayRule.objects.create(
            program=program,
            from_task=tasks[0],
            to_task=tasks[-1],
            min_days=chance.randint(1, 30),
            day_kind=chance.choice(DayKind.values),
            text_ar=chance.choice(("", text(chance))),
        )
    return program


def _label(chance: random.Random, number: int) -> str:
    return chance.choice(
        ("", "", f"{number}- {text(chance, 2)}", f"{number + 1}- {text(chance, 2)}", text(chance))
    )


def _task(chance: random.Random) -> dict:
    return {
        **titles(chance),
        "session_date": TODAY + datetime.timedelta(days=chance.randrange(90))
        if chance.random() < 0.7
        else None,
        "done": chance.choice((None, None, True, False)),
        "notes": text(chance, 9) if chance.random() < 0.4 else "",
        "responsible": text(chance, 3) if chance.random() < 0.3 else "",
    }


def files(program: Program, language: str) -> dict[str, bytes]:
    stored = Program.objects.for_calendar_page().select_related("municipality").get(pk=program.pk)
    with override(language):
        calendar = read_calendar(stored, TODAY)
        table = official_table(calendar)
        head = Letterhead("x", "TN", language, stored.updated_at)
        return {
            "csv": csv_file(table),
            "xlsx": workbook(table, name="x", is_rtl=language == "ar"),
            "docx": document(table, head),
            "json": json_file(calendar),
        }


@example(219207, "ar")
@given(st.integers(0, 2**32), st.sampled_from(["ar", "fr", "en"]))
@settings(
    max_examples=200,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
def test_random_programs_come_back_as_they_were(nefta, seed, language):
    with transaction.atomic():
        program = random_program(random.Random(seed), nefta)
        for format, content in files(program, language).items():
            found = differences(program, content)
            assert (format, found.changes, found.conflicts, found.absent) == (format, [], [], [])
        transaction.set_rollback(True)

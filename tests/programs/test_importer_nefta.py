"""The real calendar is read whole and right, also when the file was saved, pasted or mangled otherwise."""

import csv
import io
import json
import re
from pathlib import Path

import pytest
from django.utils import translation

from portal.importing.tables import read_table
from programs.importers.calendar import read_calendar

SOURCE = Path(__file__).parents[2] / "demo/sources/nefta-2022-calendar.txt"
EXPECTED = Path(__file__).parent / "expected/nefta-2022.json"

TEXT = SOURCE.read_text(encoding="utf-8")
LINES = TEXT.split("\n")
TITLE, HEADS = LINES[2], LINES[4]
# The table with every row in one direction: the second half of the source runs backwards.
ROWS = [line.split("\t") for line in LINES[5:17]] + [line.split("\t")[::-1] for line in LINES[18:25]]


def read(data: bytes | str, year: int | None = 2022):
    data = data.encode() if isinstance(data, str) else data
    with translation.override("en"):
        return read_calendar(read_table("nefta-2022-calendar.txt", data), year=year)


def report(data: bytes | str):
    return read(data).as_json(municipality="nefta")


def expected():
    return json.loads(EXPECTED.read_text(encoding="utf-8"))


def warnings(calendar):
    return [(warning.code, warning.line) for warning in calendar.warnings]


def as_text(rows, heads=HEADS):
    return "\n".join([TITLE, *([heads] if heads else []), *("\t".join(row) for row in rows)])


def test_every_field_is_as_the_hand_made_expectation_says():
    assert report(SOURCE.read_bytes()) == expected()


def test_the_answer_key_of_documents():
    counts = [[len(task.documents) for task in phase.tasks] for phase in read(TEXT).phases]

    assert counts == [[1, 2, 1, 2, 3], [2, 1, 3, 1, 2, 2, 0], [0], [5], [1, 1, 1, 3, 1]]


def test_every_task_knows_its_line():
    assert [task.line for task in read(TEXT).tasks] == [*range(6, 18), *range(19, 26)]


def test_the_delay_keeps_the_words_that_state_it():
    (rule,) = read(TEXT).delay_rules

    assert rule.text == "07 أيام على الأقل بعد نشر التشخيص الفني و المالي"
    assert not rule.in_working_days


def test_what_was_guessed_is_told():
    guesses = {guess.code: (guess.line, guess.value) for guess in read(TEXT).guesses}

    assert guesses == {
        "columns": (5, "phase | task | documents | date | done | notes"),
        "mirrored_rows": (19, "turn"),
        "code_order": (7, "task-phase"),
        "date_order": (6, "ymd"),
        "empty_done": (6, "none"),
    }


def test_another_year_than_the_titles_is_a_warning():
    calendar = read(TEXT, year=2023)

    assert calendar.year == 2023
    assert warnings(calendar)[0] == ("year_differs", 3)
    assert len(calendar.warnings) == 4


def test_without_a_year_the_titles_counts():
    assert read(TEXT, year=None).year == 2022


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-be", "cp1256"])
def test_in_other_encodings(encoding):
    assert report(TEXT.encode(encoding)) == expected()


OTHERWISE_WRITTEN = {
    "Windows line ends": TEXT.replace("\n", "\r\n"),
    "old Mac line ends": TEXT.replace("\n", "\r"),
    "direction marks": re.sub(r"(\d)", "\u200f\\1\u200e", TEXT).replace("\t", "\u202c\t\u202b"),
    "non-breaking spaces": TEXT.replace(" ", "\u00a0"),
    "narrow non-breaking spaces": TEXT.replace(" ", "\u202f"),
    "tatweel and vowels in heads": TEXT.replace("المراحل", "المراحـــل", 1).replace("تاريخ", "تَـاريخ", 1),
    "phase first in codes": re.sub(r"\t(\d)-(\d) ", r"\t\2.\1 ", TEXT),
    "Arabic-Indic codes": re.sub(
        r"\t(\d)-(\d) ", lambda code: code[0].translate(str.maketrans("12345", "١٢٣٤٥")), TEXT
    ),
    "day first in dates": re.sub(r"(\d{4})/(\d\d)/(\d\d)", r"\3/\2/\1", TEXT),
    "dashes in dates": re.sub(r"(\d{4})/(\d\d)/(\d\d)", r"\1-\2-\3", TEXT),
    "dashes, day first": re.sub(r"(\d{4})/(\d\d)/(\d\d)", r"\3-\2-\1", TEXT),
    "Arabic-Indic dates": re.sub(
        r"\d{4}/\d\d/\d\d", lambda day: day[0].translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")), TEXT
    ),
    "months of Tunisia": TEXT.replace("2021/10/13", "13 أكتوبر 2021").replace("2021/11/13", "13 نوفمبر 2021"),
    "months of Morocco": TEXT.replace("2021/11/02", "2 نونبر 2021"),
    "French months": TEXT.replace("2021/10/21", "jeudi 21 octobre 2021"),
}


@pytest.mark.parametrize("way", OTHERWISE_WRITTEN)
def test_otherwise_written(way):
    assert report(OTHERWISE_WRITTEN[way]) == expected()


def as_csv(rows, **options):
    out = io.StringIO()
    csv.writer(out, **options).writerows(rows)
    return out.getvalue()


ORDER = (3, 5, 1, 0, 4, 2)
PHASE_APART = [row for cells in ROWS for row in ([[cells[0]], cells[1:]] if cells[0] else [cells[1:]])]
OTHERWISE_LAID_OUT = {
    "CSV": as_csv(line.split("\t") for line in LINES),
    "CSV with semicolons, padded": as_csv(
        ((line.split("\t") + [""] * 5)[:6] for line in LINES), delimiter=";"
    ),
    "CSV with a wide title": "\n".join([f"{TITLE},,,,,", as_csv(line.split("\t") for line in LINES[4:])]),
    "without heads": as_text(ROWS, heads=None),
    "without heads, half of it backwards": "\n".join(LINES[:4] + LINES[5:]),
    "without blank lines": "\n".join(filter(None, LINES)),
    "wholly backwards": as_text([row[::-1] for row in ROWS], heads="\t".join(HEADS.split("\t")[::-1])),
    "wholly backwards without heads": as_text([row[::-1] for row in ROWS], heads=None),
    "columns in another order": as_text(
        [[row[place] for place in ORDER] for row in ROWS],
        heads="\t".join(HEADS.split("\t")[place] for place in ORDER),
    ),
    "columns in another order without heads": as_text(
        [[row[place] for place in ORDER] for row in ROWS], heads=None
    ),
    "every other row backwards": as_text([row[::-1] if place % 2 else row for place, row in enumerate(ROWS)]),
    "empty cells lost at the end": "\n".join(line.rstrip("\t") for line in LINES),
    "empty cells lost at both ends": "\n".join(line.strip("\t") for line in LINES),
    "the phase on every row": as_text(
        [
            [next(above[0] for above in ROWS[place::-1] if above[0]), *row[1:]]
            for place, row in enumerate(ROWS)
        ]
    ),
    "the phase on a line of its own": as_text(PHASE_APART, heads="\t".join(HEADS.split("\t")[1:])),
    "the phase on a row of its own": as_text(
        [[*row, *[""] * 5] if len(row) == 1 else ["", *row] for row in PHASE_APART]
    ),
    "codes in a column of their own": as_text(
        [[*reversed(row[1].split(" ", 1)[:1]), row[0], row[1].split(" ", 1)[1], *row[2:]] for row in ROWS],
        heads="الرمز\t" + HEADS,
    ),
    "heads again in the middle": as_text([*ROWS[:9], HEADS.split("\t"), *ROWS[9:]]),
    "lines above the title": f"الجمهورية التونسية\nوزارة الداخلية\n{TEXT}",
}


@pytest.mark.parametrize("way", OTHERWISE_LAID_OUT)
def test_otherwise_laid_out(way):
    read_again = report(OTHERWISE_LAID_OUT[way])

    for part in ("program", "phases", "delay_rules"):
        assert read_again[part] == expected()[part]
    assert {warning["code"] for warning in read_again["warnings"]} <= {
        "glued_documents",
        "mirrored_rows",
        "phase_number",
    }

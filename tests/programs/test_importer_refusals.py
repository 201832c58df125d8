"""What is no calendar, or not all of it, is refused: which line, which column, what was expected."""

from pathlib import Path

import pytest
from django.utils import translation

from portal.importing.refusals import ImportRefused
from portal.importing.tables import read_table
from programs.importers.calendar import read_calendar

ROOT = Path(__file__).parents[2]
HEADS = "المرحلة\tالعمل\tالوثائق\tالتاريخ\tالإنجاز\tملاحظات"
FIRST = "1- الإعداد\t1.1 تكوين الخلية\tقرار\t2023/06/09\t\t"
SECOND = "\t1.2 جمع المعطيات\tجدول\t2023/06/10\t\t"
CALENDAR = f"رزنامة 2023\n{HEADS}\n{FIRST}\n{SECOND}\n"

TASK_CODE = "the code of the task before its title, such as 2-1 or 1.2"
NO_CALENDAR = "a calendar: a table with columns of phases, tasks, documents and dates"


def refusal(text: str | bytes) -> ImportRefused:
    data = text.encode() if isinstance(text, str) else text
    with translation.override("en"), pytest.raises(ImportRefused) as refused:
        read_calendar(read_table("calendar.txt", data), year=2023)
    return refused.value


def test_the_calendar_that_the_refusals_change_is_sound():
    assert len(read_calendar(read_table("calendar.txt", CALENDAR.encode())).tasks) == 2


REFUSED = {
    "empty": ("", 1, 1, "a table; the file is empty"),
    "no table": ("محضر جلسة\nحضر السادة\n", 1, 1, NO_CALENDAR),
    "another table": ("الاسم\tالصفة\tالإمضاء\nفلان\tعضو\t\n", 1, 1, NO_CALENDAR),
    "heads alone": (f"رزنامة\n{HEADS}\n", 2, 1, "rows of tasks under the heads"),
    "unknown columns": (
        "المرحلة\tكذا\tالتاريخ\n1\tشيء\t2023/06/09\n2\tشيء\t2023/06/10\n",
        1,
        1,
        "a column of tasks, under a head such as “الأعمال”",
    ),
    "neither heads nor dates": (
        "1.1 تكوين\tقرار\n1.2 جمع\tجدول\n",
        1,
        1,
        "a row of heads or a column of dates: without either, columns cannot be told apart",
    ),
    "impossible date": (CALENDAR.replace("2023/06/10", "2023/02/31"), 4, 4, "a day that exists"),
    "impossible year": (CALENDAR.replace("2023/06/10", "0023/06/10"), 4, 4, "a year from 1990 to 2100"),
    "no date": (
        CALENDAR.replace("2023/06/10", "قريبا"),
        4,
        4,
        "a date such as 2023/06/09, 09/06/2023 or 9 juin 2023",
    ),
    "doubled code": (
        CALENDAR.replace("1.2", "1.1"),
        4,
        2,
        "a code that no other task has; task 1 of phase 1 stands on line 3 already",
    ),
    "code of phase 0": (
        CALENDAR.replace("1.2", "1.0"),
        4,
        2,
        "a code of a phase from 1 to 99 and a task from 1 to 999",
    ),
    "no code": (CALENDAR.replace("1.2 ", ""), 4, 2, TASK_CODE),
    "no code in the last row, with a date": (CALENDAR + "\t\tصور\t2023/06/11\t\t\n", 5, 2, TASK_CODE),
    "no title": (CALENDAR.replace("1.2 جمع المعطيات", "1.2"), 4, 2, "the title of the task after its code"),
    "too many cells": (
        CALENDAR.replace("2023/06/10", "2023/06/10\tأ\tب\tج"),
        4,
        7,
        "at most 6 cells, as the table has columns",
    ),
    "long title": (CALENDAR.replace("جمع", "ج" * 1001), 4, 2, "a text of at most 1000 characters"),
    "long document": (CALENDAR.replace("جدول", "ج" * 1001), 4, 3, "a text of at most 1000 characters"),
    "long notes": (
        CALENDAR.replace("2023/06/10\t\t", "2023/06/10\t\t" + "ج" * 4001),
        4,
        6,
        "a text of at most 4000 characters",
    ),
    "long title of the program": (
        CALENDAR.replace("رزنامة", "ر" * 1001),
        1,
        1,
        "a title of at most 1000 characters",
    ),
}


@pytest.mark.parametrize("reason", REFUSED)
def test_refused(reason):
    text, line, column, expected = REFUSED[reason]
    refused = refusal(text)

    assert (refused.line, refused.column, refused.expected) == (line, column, expected)
    with translation.override("en"):
        assert str(refused).startswith(f"calendar.txt:{line}:{column}: expected {expected}")


def test_a_refusal_in_a_mirrored_row_names_the_column_of_the_file():
    mirrored = "\t".join(SECOND.replace("2023/06/10", "2023/02/31").split("\t")[::-1])
    refused = refusal(CALENDAR.replace(SECOND, mirrored))

    assert (refused.line, refused.column, refused.found) == (4, 3, "2023/02/31")


def test_a_cell_of_several_lines_is_refused_at_the_line_of_its_row():
    quoted = 'المرحلة,العمل,الوثائق,التاريخ\n1- أ,1.1 ب,"قرار\nصور",2023/06/09\n,1.2 ج,جدول,2023/13/10\n'

    assert refusal(quoted).line == 4


def test_the_sheet_of_a_project_is_no_calendar():
    refused = refusal((ROOT / "demo/sources/kenitra-open-government-project.txt").read_bytes())

    assert (refused.line, refused.expected) == (1, NO_CALENDAR)


def test_a_truncated_calendar_is_refused():
    data = (ROOT / "demo/sources/nefta-2022-calendar.txt").read_bytes()

    assert refusal(data[:4001]).line == 20


@pytest.mark.parametrize("data", [b"\x00\x01\x02", b"PK\x03\x04\x00\x00", "الم".encode()[:-1]])
def test_unreadable_bytes(data):
    assert refusal(data).expected == "readable text, as UTF-8, UTF-16, Windows-1256 or Windows-1252"

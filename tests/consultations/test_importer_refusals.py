"""What is no project sheet, or an impossible one, is refused with its place and what was expected."""

from pathlib import Path

import pytest

from consultations.importers.labels import HEADS, Head
from consultations.importers.plan import read_plan
from portal.importing.refusals import ImportRefused

SOURCE = Path(__file__).resolve().parents[2] / "demo/sources/kenitra-open-government-project.txt"
SCHEDULE = "عنوان المشروع\nعنوان\nجدولة الأنشطة\n  {}\n"


def refusal(content: str | bytes) -> ImportRefused:
    with pytest.raises(ImportRefused) as caught:
        read_plan("sheet.txt", content if isinstance(content, bytes) else content.encode())
    return caught.value


def place(refused: ImportRefused) -> tuple[str, int, int]:
    return refused.file, refused.line, refused.column


@pytest.mark.parametrize("text", ["", "\n\n", "phase\ttask\n1\t2\n", "عنوان المشروع\nعنوان\n"])
def test_a_file_without_the_heads_of_a_sheet(text):
    refused = refusal(text)

    assert place(refused) == ("sheet.txt", 1, 1)
    assert HEADS[Head.TITLE][0] in refused.expected
    assert HEADS[Head.PROBLEM][0] in refused.expected


def test_a_sheet_without_the_head_of_its_title():
    refused = refusal("\n  الحل المقترح\nحل\n")

    assert place(refused) == ("sheet.txt", 2, 3)
    assert HEADS[Head.TITLE][0] in refused.expected


def test_a_title_head_without_a_title():
    refused = refusal("\n عنوان المشروع\nالحل المقترح\nحل\n")

    assert place(refused) == ("sheet.txt", 2, 2)
    assert refused.found == "عنوان المشروع"


def test_a_head_twice_in_one_sheet():
    refused = refusal("عنوان المشروع\nعنوان\nالمؤشرات\nعدد\nالحل المقترح\nحل\nالمؤشرات\nعدد\n")

    assert place(refused) == ("sheet.txt", 7, 1)
    assert "3" in refused.expected


@pytest.mark.parametrize(
    ("line", "column", "found"),
    [
        ("نشاط août 2024 août 2024 101%", 28, "101%"),
        ("نشاط août 2024 août 2024 -1%", 28, "-1%"),
        ("نشاط 31/02/2024 01/03/2024 5%", 8, "31/02/2024"),
        ("نشاط 13/2024 14/2024 5%", 16, "14/2024"),
        ("نشاط août 1824 août 2024 5%", 8, "août 1824"),
        ("نشاط 01/12/2024 01/10/2024 5%", 19, "01/10/2024"),
        ("نشاط décembre 2024 octobre 2024 5%", 22, "octobre 2024"),
        ("août 2024 août 2024", 3, "août 2024 août 2024"),
    ],
)
def test_an_impossible_activity(line, column, found):
    refused = refusal(SCHEDULE.format(line))

    assert place(refused) == ("sheet.txt", 4, column)
    assert refused.found == found
    assert refused.expected


def test_dates_after_the_dates_of_an_activity():
    refused = refusal(SCHEDULE.format("نشاط août 2024 août 2024\naoût 2024"))

    assert place(refused) == ("sheet.txt", 5, 1)


def test_a_printed_progress_over_100():
    refused = refusal("نسبة تقدم المشروع\n 120%\nعنوان المشروع\nعنوان\nالمؤشرات\nعدد\n")

    assert place(refused) == ("sheet.txt", 2, 2)
    assert refused.found == "120%"


def test_bytes_that_are_no_text():
    assert place(refusal(b"abc\n\x01abc")) == ("sheet.txt", 2, 1)


def test_a_file_larger_than_any_sheet():
    assert place(refusal(b"a" * 1_000_001)) == ("sheet.txt", 1, 1)


def test_a_line_longer_than_any_of_a_sheet():
    assert place(refusal("a\n" + "a" * 20_001)) == ("sheet.txt", 2, 20_001)


def test_more_lines_than_any_sheet():
    assert place(refusal("a\n" * 5_000)) == ("sheet.txt", 5_001, 1)


def test_a_month_that_is_misspelt_is_refused_and_not_taken_for_a_title():
    wrong = SOURCE.read_text(encoding="utf-8").replace("Octobre 2024", "Octembre 2024", 1)
    refused = refusal(wrong)

    assert refused.line == 48
    assert refused.found == "Octembre 2024"

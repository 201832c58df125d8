import csv
import io
import random

import pytest

from portal.importing.refusals import ImportRefused
from portal.importing.tables import Limits, read_table

TEXT = "عنوان الرزنامة\n\nالمرحلة\tالعمل\tالتاريخ\n1\t1-1 عمل\t2021/10/13\n"


def rows(data: bytes | str):
    data = data.encode() if isinstance(data, str) else data
    return [(row.line, row.cells) for row in read_table("file", data).rows]


def refusal(data: bytes, limits: Limits | None = None) -> ImportRefused:
    with pytest.raises(ImportRefused) as refused:
        read_table("file", data, limits)
    return refused.value


def test_text_with_tabs_keeps_its_lines():
    assert rows(TEXT) == [
        (1, ("عنوان الرزنامة",)),
        (2, ("",)),
        (3, ("المرحلة", "العمل", "التاريخ")),
        (4, ("1", "1-1 عمل", "2021/10/13")),
    ]


@pytest.mark.parametrize("delimiter", ["\t", ";", ",", "|"])
def test_the_delimiter_is_found(delimiter):
    table = read_table("file", TEXT.replace("\t", delimiter).encode())

    assert table.delimiter == delimiter
    assert table.rows[3].cells == ("1", "1-1 عمل", "2021/10/13")


def test_the_delimiter_is_the_one_that_agrees_with_itself():
    data = "a;x, y, z;c\nd;e, f;g\nh;i;j, k, l\n"

    assert rows(data)[0] == (1, ("a", "x, y, z", "c"))


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_line_end_counts_as_one(end):
    assert [line for line, _cells in rows(f"a,b{end}{end}c,d{end}e,f")] == [1, 2, 3, 4]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_quoted_cell_may_hold_lines_and_the_next_rows_keep_their_numbers(end):
    assert rows(f'a,"one{end}two ""2"", three",c{end}d,e,f{end}') == [
        (1, ("a", f'one{end}two "2", three', "c")),
        (3, ("d", "e", "f")),
    ]


def test_a_quote_that_is_only_a_quote_stays():
    assert rows('a\t"b" c\t"d\ne\tf"\tg\n') == [(1, ("a", '"b" c', '"d')), (2, ("e", 'f"', "g"))]


def test_cells_are_clean():
    assert rows("\u200f 1\u00a0\t\u2067x\u2069\n") == [(1, ("1", "x"))]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1256"])
def test_arabic_in_every_encoding(encoding):
    assert rows(TEXT.encode(encoding)) == rows(TEXT)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252"])
def test_french_in_every_encoding(encoding):
    text = "Étape;Activité;Échéance\nPréparation;Réunion à Kénitra;13 août 2021\n"

    assert rows(text.encode(encoding)) == rows(text)


def test_french_words_in_an_arabic_file():
    text = "المرحلة;العمل\nالأولى;réunion à côté\n"

    assert rows(text.encode("cp1256")) == rows(text)


def test_what_python_writes_as_csv_comes_back():
    chance = random.Random(7)
    written = [
        ["".join(chance.choices('أب",;\n\t x1-', k=chance.randint(1, 8))).strip() + "." for _cell in range(4)]
        for _row in range(200)
    ]
    out = io.StringIO()
    csv.writer(out).writerows(written)

    assert [list(cells) for _line, cells in rows(out.getvalue())] == written


def test_an_empty_file_is_refused():
    for data in (b"", b" \n\t\n", b"\xef\xbb\xbf", b"\xff\xfe"):
        assert str(refusal(data)) == "file:1:1: expected a table; the file is empty"


def test_bytes_that_are_no_text_are_refused_where_they_stand():
    refused = refusal("سطر\nسطر آخر\n".encode() + b"ab\x00\x01\n")

    assert (refused.line, refused.column) == (3, 3)
    assert refused.expected == "readable text, as UTF-8, UTF-16, Windows-1256 or Windows-1252"
    assert refused.found == "0x00"


@pytest.mark.parametrize(
    "data",
    [
        b"PK\x03\x04\x14\x00\x06\x00\x08\x00",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\x00\x00",
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
        b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n\x00\x01",
        b"\xff\xfea\x00b",
    ],
)
def test_files_of_another_kind_are_refused(data):
    assert "readable text" in refusal(data).expected


def test_damaged_utf8_is_not_taken_for_another_encoding():
    refused = refusal(TEXT.encode()[:-1] + "م".encode()[:1] + b"\n")

    assert (refused.line, refused.found) == (4, "0xD9")


@pytest.mark.parametrize(
    ("data", "line", "column", "expected"),
    [
        (b"x" * 1_000_001, 1, 1, "a file of at most 1 MB"),
        (b"a,b\n" * 11, 11, 1, "at most 10 rows"),
        (b"a,b\n" + b"," * 20, 2, 6, "at most 5 cells in a row"),
        (b"a,b\nc," + b"d" * 101, 2, 2, "at most 100 characters in a cell"),
    ],
)
def test_limits(data, line, column, expected):
    refused = refusal(data, Limits(bytes=1_000_000, rows=10, cells_in_row=5, characters_in_cell=100))

    assert (refused.line, refused.column, refused.expected) == (line, column, expected)


HOSTILE = {
    "cells": (b"," * 5_000_000, "at most 200 cells in a row"),
    "quotes": (b'"' * 5_000_000, "at most 20000 characters in a cell"),
    "open quotes": (b',"a' * 1_500_000, "at most 200 cells in a row"),
    "rows": (b"a,b\n" * 1_200_000, "at most 20000 rows"),
    "rows of many cells": ((b"1," * 150 + b"\n") * 15_000, "at most 300000 cells in all"),
    "one cell": (b"a" * 5_000_000, "at most 20000 characters in a cell"),
    "size": (b"a,b\n" * 1_250_001, "a file of at most 5 MB"),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_large_hostile_files_are_refused(kind):
    data, expected = HOSTILE[kind]

    assert refusal(data).expected == expected


def test_columns_parted_by_spaces_as_in_a_mail():
    text = "عنوان\n\nالمرحلة   العمل     التاريخ\n1- أولى   1-1 عمل, آخر   2021/10/13\n"
    text += "1- أولى  2-1 عمل  2021/10/14\n"

    table = read_table("mail", text.encode())

    assert table.delimiter == "  "
    assert [(row.line, row.cells) for row in table.rows if not row.is_blank] == [
        (1, ("عنوان",)),
        (3, ("المرحلة", "العمل", "التاريخ")),
        (4, ("1- أولى", "1-1 عمل, آخر", "2021/10/13")),
        (5, ("1- أولى", "2-1 عمل", "2021/10/14")),
    ]


def test_a_table_framed_by_bars():
    text = "عنوان\n+---+---+\n| أ | ب |\n|:--|--:|\n| 1-1 عمل | 2021/10/13 |\n| | ج |\n"

    assert [cells for _line, cells in rows(text) if any(cells)] == [
        ("عنوان",),
        ("أ", "ب"),
        ("1-1 عمل", "2021/10/13"),
        ("", "ج"),
    ]


def test_bars_between_cells_alone_are_no_frame():
    assert rows("a|b|\nc|d|e\n") == [(1, ("a", "b", "")), (2, ("c", "d", "e"))]


def test_the_apostrophe_that_keeps_a_cell_from_running_is_taken_off():
    assert rows("'- محضر\t'=1+1\t'أ\n") == [(1, ("- محضر", "=1+1", "'أ"))]

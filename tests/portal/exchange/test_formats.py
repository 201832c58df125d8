"""Tables as files: nothing in them runs, and nothing of them is lost on the way."""

import csv
import io
import json
import re
import zipfile

import openpyxl
import pytest
import tablib
from hypothesis import example, given
from hypothesis import strategies as st

from portal.exchange import formats
from portal.exchange.formats import Csv, Json, UnreadableTable, Xlsx
from portal.importing.inert import as_written, as_written_in_csv, inert, inert_in_csv

MARKS = "\u200f\u202b\u2067\u200e\ufeff"
HOSTILE = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    " =1",
    "\n=1",
    "'=1",
    '"=1',
    "\u200f=cmd|' /C calc'!A0",
    f"{MARKS}-2+3",
    "＝1",
    "\u00a0@x",
]
HARMLESS = ["", "نص", "a=b", "1-2", "• نقطة", "2021-10-13", "'quoted'", "l’eau"]


def runs(cell):
    return isinstance(cell, str) and cell.strip(MARKS + ' \u00a0\t\r\n"').startswith(
        ("=", "+", "-", "@", "＝")
    )


@pytest.mark.parametrize("text", HOSTILE)
def test_a_formula_leaves_as_text_and_comes_back(text):
    assert inert(text) == f"'{text}"
    assert as_written(inert(text)) == text


@pytest.mark.parametrize("text", [*HARMLESS, None, 5, True])
def test_what_no_spreadsheet_runs_stays(text):
    assert inert(text) == text
    assert as_written(text) == text


@given(st.text())
@example("''=1")
@example("'\r")
def test_the_way_back_is_exact(text):
    assert as_written(inert(text)) == text
    assert not runs(inert(text))


@pytest.fixture
def dataset():
    data = tablib.Dataset(headers=["number", "text"])
    for number, text in enumerate([*HOSTILE, *HARMLESS[1:]], start=1):
        data.append([number, text])
    return data


@pytest.mark.parametrize("file_format", [Csv, Xlsx, Json])
def test_a_table_survives_the_round_trip(dataset, file_format):
    """Line ends apart: a workbook knows only one kind."""
    back = file_format().create_dataset(file_format().export_data(dataset))
    assert back.headers == dataset.headers
    assert [str(row[1]).replace("\r", "\n") for row in back] == [
        row[1].replace("\r", "\n") for row in dataset
    ]
    assert [int(row[0]) for row in back] == [row[0] for row in dataset]


def test_no_cell_of_a_csv_runs(dataset):
    text = Csv().export_data(dataset)
    assert text.startswith("\ufeff")
    cells = [cell for row in csv.reader(io.StringIO(text.removeprefix("\ufeff"))) for cell in row]
    assert len(cells) == 2 * (len(dataset) + 1)
    assert not [cell for cell in cells if runs(cell)]


def test_no_cell_of_a_workbook_is_a_formula(dataset):
    sheet = openpyxl.load_workbook(io.BytesIO(Xlsx().export_data(dataset))).active
    cells = [cell for row in sheet.iter_rows() for cell in row]
    assert len(cells) == 2 * (len(dataset) + 1)
    assert {cell.data_type for cell in cells} == {"n", "s"}
    assert not [cell.value for cell in cells if runs(cell.value)]


def test_json_is_for_programs(dataset):
    assert json.loads(Json().export_data(dataset))[0] == {"number": 1, "text": "=1+1"}


def test_characters_that_a_workbook_cannot_hold_are_replaced():
    data = tablib.Dataset(headers=["a"])
    data.append(["x\x0by\ufffez"])
    read = Xlsx().create_dataset(Xlsx().export_data(data))
    assert read[0] == ("x\N{REPLACEMENT CHARACTER}y\N{REPLACEMENT CHARACTER}z",)


def test_a_text_that_a_workbook_would_cut_is_refused():
    data = tablib.Dataset(headers=["a"])
    data.append(["x" * 40_000])
    with pytest.raises(ValueError, match="CSV"):
        Xlsx().export_data(data)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1256", "utf-16"])
def test_csv_as_spreadsheets_write_it(delimiter, encoding):
    text = delimiter.join(["a", "b"]) + "\r\n" + delimiter.join(["نفطة", '"x\ny"']) + "\r\n\r\n"
    data = Csv().create_dataset(text.encode(encoding))
    assert (data.headers, list(data)) == (["a", "b"], [("نفطة", "x\ny")])


def test_rows_shorter_than_the_headings_are_filled():
    assert list(Csv().create_dataset(b"a,b,c,,\n1\n,,\n2,3,4,,\n")) == [("1", None, None), ("2", "3", "4")]


def test_keys_of_json_stand_in_any_order():
    data = Json().create_dataset(b'[{"a": 1, "b": 2}, {"b": 3, "a": 4}, {"b": 5, "c": null}]')
    assert data.headers == ["a", "b", "c"]
    assert list(data) == [(1, 2, None), (4, 3, None), (None, 5, None)]


@pytest.mark.parametrize(
    ("file_format", "data"),
    [
        (Csv, b""),
        (Csv, b",\n1,2\n"),
        (Csv, b"a,a\n1,2\n"),
        (Csv, b"a\n1,2\n"),
        (Csv, b"a\n" + b"x" * 50 + b"\x00\n"),
        (Json, b"{"),
        (Json, b'{"a": 1}'),
        (Json, b"[1]"),
        (Json, b'[{"a": [1]}]'),
        (Json, b'[{"a": NaN}]'),
        (Json, b'[{"a": "\\ud800"}]'),
        (Json, b'[{"a": "\\u0000"}]'),
        (Json, b"[" * 100_000),
        (Xlsx, b"no workbook"),
    ],
)
def test_what_is_no_table_is_refused(file_format, data):
    with pytest.raises(UnreadableTable, match=r"\w"):
        file_format().create_dataset(data)


def test_more_rows_than_anybody_types_are_refused(monkeypatch):
    monkeypatch.setattr(formats, "MOST_ROWS", 3)
    with pytest.raises(UnreadableTable, match="3"):
        Csv().create_dataset(b"a\n1\n2\n3\n4\n")


def test_a_workbook_that_grows_when_unpacked_is_refused(monkeypatch):
    monkeypatch.setattr(formats, "MOST_UNPACKED_BYTES", 10_000)
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 100_000)
    assert len(bomb.getvalue()) < 1000
    with pytest.raises(UnreadableTable, match=r"\w"):
        Xlsx().create_dataset(bomb.getvalue())


def test_what_a_workbook_says_of_its_size_is_not_believed():
    data = tablib.Dataset(headers=["a"])
    data.append(["x"])
    honest = io.BytesIO(Xlsx().export_data(data))
    lying = io.BytesIO()
    with zipfile.ZipFile(honest) as old, zipfile.ZipFile(lying, "w") as new:
        for entry in old.infolist():
            content = old.read(entry)
            if entry.filename == "xl/worksheets/sheet1.xml":
                assert b'ref="A1:A2"' in content
                content = content.replace(b'ref="A1:A2"', b'ref="A1:XFD1048576"')
            new.writestr(entry, content)
    assert list(Xlsx().create_dataset(lying.getvalue())) == [("x",)]


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ('a",=1+1', "a\",'=1+1"),
        ("a; =1+1;-2", "a;' =1+1;'-2"),
        ("a\n=1", "a\n'=1"),
        ("=1\t\u200f@x", "'=1\t'\u200f@x"),
        ("1,'=2", "1,''=2"),
        ("un, deux; trois\nquatre", "un, deux; trois\nquatre"),
    ],
)
def test_in_csv_a_formula_within_a_text_is_guarded_too(text, written):
    assert inert_in_csv(text) == written
    assert as_written_in_csv(written) == text


@given(st.one_of(st.text(), st.text(alphabet="a ,;\t\n\r'\"=-@\u200f")))
@example("'\r")
@example("'\t=1")
def test_the_way_back_from_csv_is_exact_and_no_part_runs(text):
    written = inert_in_csv(text)
    assert as_written_in_csv(written) == text
    assert not any(runs(part) for part in re.split("[,;\t\r\n]", written))

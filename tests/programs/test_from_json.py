"""Reading a calendar out of JSON: the shape, and every refusal with the path of the wrong value."""

import copy
import datetime
import json

import pytest
from django.utils.translation import override

from portal.importing.refusals import ImportRefused
from portal.importing.tables import Limits
from programs.importers.from_json import is_json, read_json


@pytest.fixture(autouse=True)
def _in_english():
    with override("en"):
        yield


SMALL = {
    "program": {"title": "برنامج 2022", "year": 2022, "municipality": "nefta"},
    "phases": [
        {
            "number": 1,
            "title": "البداية",
            "label": "1- البداية",
            "tasks": [
                {"number": 1, "title": "لقاء", "documents": ["محضر و صور", "بلاغ - نسخة"], "done": True},
                {"number": 2, "title": "=1+1", "session_date": "2021-10-13", "notes": "س\r\nع"},
            ],
        }
    ],
    "delay_rules": [{"from": "1.1", "to": "1.2", "min_days": 7, "day_kind": "working", "text": "أجل"}],
    "warnings": [],
}


def encoded(value):
    return json.dumps(value, ensure_ascii=False).encode()


def changed(path, value):
    """The small calendar with the value at a path replaced."""
    whole = copy.deepcopy(SMALL)
    *way, last = path
    at = whole
    for step in way:
        at = at[step]
    at[last] = value
    return whole


def refusal(data, **options):
    with pytest.raises(ImportRefused) as refused:
        read_json("file.json", data, **options)
    return refused.value


def test_a_calendar_is_read_to_the_letter():
    reading = read_json("file.json", encoded(SMALL))
    first, second = reading.tasks

    assert (reading.title, reading.year) == ("برنامج 2022", 2022)
    assert (reading.phases[0].title, reading.phases[0].label) == ("البداية", "1- البداية")
    assert first.documents == ("محضر و صور", "بلاغ - نسخة")
    assert (first.done, second.done) == (True, None)
    assert second.title == "=1+1"
    assert (second.session_date, second.notes) == (datetime.date(2021, 10, 13), "س\nع")
    (rule,) = reading.delay_rules
    assert (rule.from_code, rule.to_code, rule.min_days, rule.in_working_days) == ("1.1", "1.2", 7, True)


def test_what_import_prints_is_read():
    reading = read_json("file.json", encoded(SMALL))

    assert read_json("again", encoded(reading.as_json(municipality="nefta"))).phases == reading.phases


def test_keys_that_are_not_known_and_keys_that_are_missing_do_no_harm():
    reading = read_json("file.json", encoded({"program": {}, "more": [1], "phases": [{"number": 3, "x": 1}]}))

    assert (reading.title, reading.year, reading.phases[0].title) == ("", None, "")


def test_another_year_is_a_warning():
    reading = read_json("file.json", encoded(SMALL), year=2023)

    assert reading.year == 2023
    assert [warning.code for warning in reading.warnings] == ["year_differs"]


def test_a_brace_tells_json_from_a_table():
    assert is_json(b"\xef\xbb\xbf \n{}")
    assert not is_json("المرحلة,العمل".encode())
    assert not is_json(b"")


TASK = ("phases", 0, "tasks", 1)
WRONG = {
    "no object": ([], "$"),
    "no program": ({"phases": []}, "program"),
    "program a text": (changed(["program"], "x"), "program"),
    "year a text": (changed(["program", "year"], "2022"), "program.year"),
    "year impossible": (changed(["program", "year"], 20222), "program.year"),
    "title a number": (changed(["program", "title"], 5), "program.title"),
    "phases an object": (changed(["phases"], {}), "phases"),
    "phase a text": (changed(["phases", 0], "x"), "phases[0]"),
    "phase without number": (changed(["phases", 0, "number"], None), "phases[0].number"),
    "phase 100": (changed(["phases", 0, "number"], 100), "phases[0].number"),
    "phase twice": (changed(["phases"], SMALL["phases"] * 2), "phases[1].number"),
    "tasks a text": (changed(["phases", 0, "tasks"], "x"), "phases[0].tasks"),
    "task true": (changed([*TASK, "number"], True), "phases[0].tasks[1].number"),
    "task twice": (changed([*TASK, "number"], 1), "phases[0].tasks[1].number"),
    "task without title": (changed([*TASK, "title"], " "), "phases[0].tasks[1].title"),
    "title too long": (changed([*TASK, "title"], "x" * 1001), "phases[0].tasks[1].title"),
    "surrogate": (changed([*TASK, "title"], "\ud800"), "phases[0].tasks[1].title"),
    "nul": (changed([*TASK, "notes"], "a\0b"), "phases[0].tasks[1].notes"),
    "date": (changed([*TASK, "session_date"], "13/10/2021"), "phases[0].tasks[1].session_date"),
    "day": (changed([*TASK, "session_date"], "2021-02-31"), "phases[0].tasks[1].session_date"),
    "date of old": (changed([*TASK, "session_date"], "1821-02-01"), "phases[0].tasks[1].session_date"),
    "done a word": (changed([*TASK, "done"], "yes"), "phases[0].tasks[1].done"),
    "done 1": (changed([*TASK, "done"], 1), "phases[0].tasks[1].done"),
    "document null": (changed([*TASK, "documents"], ["a", None]), "phases[0].tasks[1].documents[1]"),
    "delay from nowhere": (changed(["delay_rules", 0, "from"], "9.9"), "delay_rules[0].from"),
    "delay to itself": (changed(["delay_rules", 0, "to"], "1.1"), "delay_rules[0].to"),
    "delay twice": (changed(["delay_rules"], SMALL["delay_rules"] * 2), "delay_rules[1].to"),
    "delay of none": (changed(["delay_rules", 0, "min_days"], 0), "delay_rules[0].min_days"),
    "kind of days": (changed(["delay_rules", 0, "day_kind"], "lunar"), "delay_rules[0].day_kind"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_refusal_names_the_path_of_the_wrong_value(case):
    value, path = WRONG[case]

    assert refusal(json.dumps(value).encode()).expected.endswith(f" at {path}")


@pytest.mark.parametrize(
    "data",
    [b"{", b'{"a": NaN}', b'{"a": \xff}', b'{"a":' + b"[" * 100_000, b'{"a": ' + b"9" * 5000 + b"}"],
    ids=["cut off", "no number", "no UTF-8", "nested", "endless number"],
)
def test_what_is_no_json(data):
    assert refusal(data).expected == "JSON, in UTF-8"


def test_a_syntax_error_has_its_line_and_column():
    error = refusal(b'{\n  "program": }')

    assert (error.line, error.column) == (2, 14)


def test_a_file_beyond_the_limit():
    assert refusal(encoded(SMALL), limits=Limits(bytes=10)).expected.startswith("a file of at most")

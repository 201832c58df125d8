"""The real sheet of Kénitra comes back whole, against an answer made by hand from the source."""

import json
import re
from decimal import Decimal
from pathlib import Path

import pytest

from consultations.importers.plan import read_plan
from consultations.importers.readings import PlanReading
from portal.folding import folded_words

ROOT = Path(__file__).parents[2]
SOURCES = ROOT / "demo" / "sources"
SHEET = SOURCES / "kenitra-open-government-project.txt"
EXPECTED = Path(__file__).parent / "expected" / "kenitra.json"

# Words of the source that are also English, or names of the code: they cannot tell where they come from.
ENGLISH = {"complete", "consultation", "date", "est", "fin", "planning", "profile", "site"}


@pytest.fixture(scope="module")
def reading() -> PlanReading:
    return read_plan(SHEET.name, SHEET.read_bytes())


def without_messages(report: dict) -> dict:
    """The report without the words of its warnings, which speak the reader's language."""
    warnings = [dict(warning) for warning in report["warnings"]]
    assert all(warning.pop("message") for warning in warnings)
    return report | {"warnings": warnings}


def test_the_report_equals_the_answer_made_by_hand(reading):
    report = reading.as_json(municipality="kenitra", slug="openness")

    assert without_messages(report) == json.loads(EXPECTED.read_text())


def test_what_the_report_does_not_show_is_kept(reading):
    project = reading.project

    assert reading.commune == "جماعة القنيطرة"
    assert project.printed_progress == 0
    assert project.answers.amount.printed == "///"
    assert project.answers.amount.is_ambiguous is False
    assert project.note == "La période de la consultation est achevée (mai 2021)"


def test_points_and_paragraphs_are_told_apart(reading):
    project = reading.project

    assert [item.is_point for item in project.problem] == [True] * 14 + [False] * 2
    assert [item.is_point for item in project.solution] == [True] * 3
    assert [item.is_point for item in project.results] == [False] * 3 + [True] * 3
    assert [item.is_point for item in project.indicators] == [False] * 2


def test_every_part_says_its_line(reading):
    project = reading.project

    assert [stage.line for stage in reading.stages] == [2, 3, 4, 5, 6, 7, 8]
    assert (reading.title_line, reading.commune_line, project.line, project.axis_line) == (9, 11, 18, 20)
    assert [item.line for item in project.problem] == [21] * 14 + [22, 23]
    assert (project.answers.amount.line, project.answers.funding_line) == (34, 35)
    assert [item.line for item in project.results] == [37, 38, 39, 40, 41, 42]
    assert [activity.line for activity in project.activities] == [48, 51, 54]


def test_every_word_of_the_sheet_is_read_or_is_a_label(reading):
    """Nothing is lost: what no field holds stands in the tables of labels, or is a number or a date."""
    report = json.dumps(reading.as_json(municipality="", slug=""), ensure_ascii=False)
    kept = {*folded_words(report), *folded_words(reading.commune), *folded_words(reading.project.note)}
    labels = set(folded_words((ROOT / "consultations" / "importers" / "labels.py").read_text()))
    months = {"octobre", "decembre"}

    words = folded_words(SHEET.read_text())

    assert {word for word in words if not word.isdigit()} - kept - labels - months == set()


WRITTEN_OTHERWISE = {
    "Windows line ends": lambda text: text.replace("\n", "\r\n"),
    "no-break spaces and marks": lambda text: text.replace("  ", "\u00a0\u200f"),
    "Arabic digits": lambda text: text.replace("0%", "٠٪").replace("2024", "٢٠٢٤"),
    "round bullets": lambda text: text.replace("\uf0fc", "•"),
    "bullets of another font": lambda text: text.replace("\uf0fc", "\uf0b7"),
    "Moroccan months": lambda text: text.replace("Octobre", "أكتوبر").replace("Décembre", "دجنبر"),
    "hamza and tatweel in a head": lambda text: text.replace("الإشكالية", "الاشكالـية"),
}


@pytest.mark.parametrize("way", WRITTEN_OTHERWISE)
def test_the_way_it_is_written_changes_nothing(reading, way):
    again = read_plan(SHEET.name, WRITTEN_OTHERWISE[way](SHEET.read_text()).encode())

    assert again.project.as_json(1) == reading.project.as_json(1)
    assert again.stages == reading.stages


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le"])
def test_the_encoding_changes_nothing(reading, encoding):
    assert read_plan(SHEET.name, SHEET.read_text().encode(encoding)) == reading


def test_an_amount_in_the_place_of_the_strokes_is_read(reading):
    text = SHEET.read_text().replace("///", "500.000,00 درهم .")

    answers = read_plan(SHEET.name, text.encode()).project.answers

    assert answers.amount.value == Decimal("500000.00")
    assert answers.amount.printed == "500.000,00 درهم ."
    assert answers.funding_source == reading.project.answers.funding_source


def test_no_word_of_the_two_documents_stands_in_the_reader():
    documents = {word for path in SOURCES.glob("*.txt") for word in folded_words(path.read_text())}
    words = {word for word in documents if len(word) > 2 and not re.search(r"\d", word)} - ENGLISH

    found = {
        path.name: sorted(words & set(folded_words(path.read_text())))
        for path in (ROOT / "consultations" / "importers").glob("*.py")
        if path.name != "labels.py"
    }

    assert {name: words for name, words in found.items() if words} == {}
    assert words & set(folded_words((ROOT / "consultations" / "importers" / "labels.py").read_text()))

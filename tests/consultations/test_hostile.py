"""Texts of people who mean harm, put into the rows past every door, and shown everywhere.

What comes in by a form is cleaned first (tests of consultations.plaintext); here nothing was.
"""

import csv
import html
import io
import re

import openpyxl
import pytest
from django.urls import reverse

from consultations.models import Contribution
from consultations.plaintext import cleaned
from portal.importing.inert import as_written_in_csv, is_formula_like
from tests.consultations.crowds import publish
from tests.consultations.participation import ConsultationFactory, OfficialAnswerFactory
from tests.consultations.printed import printed
from tests.factories import MunicipalityFactory
from tests.papers import poppler_text

pytestmark = pytest.mark.django_db

CITIZEN = ("citizen", "36-50")
OVERRIDE, ISOLATE = "\u202e", "\u2067"
TEXTS = {
    "script": "<script>window.pwn=1</script><img src=x onerror=window.pwn=1>",
    "attribute": "\" onmouseover='window.pwn=1' autofocus onfocus=window.pwn=1 x=\"",
    "template": "{{ 7|add:7 }}{% load i18n %}{% debug %}${7*7}",
    "entity": "&lt;script&gt;&#60;b&#62;&amp;",
    "comment": "--></article></li></ol><!-- ]]> <svg/onload=alert(1)>",
    "override": f"مرحبا {OVERRIDE}exe.cod{OVERRIDE} {ISOLATE}abc",
    "marks": "ا" + "\u0651" * 100_000,
    "word": "W" * 4000,
    "arabic word": "ـ" * 4000,
    "formula": '=HYPERLINK("https://example.org","cliquez")',
    "formula behind marks": f"\u200f{ISOLATE} @SUM(1+1)*cmd|' /C calc'!A0",
    "lines": "\n\n\n\r\n-1\t2\r+3\n" * 50,
    "controls": "a\x07b\x1bc\x0bd\ufffe",
    "astral": "𐎀🏴\U000e0067\U000e007f👩‍👩‍👧‍👦" * 20,
}


@pytest.fixture
def consultation():
    return ConsultationFactory(open=True, municipality=MunicipalityFactory(tunisian=True))


@pytest.fixture(params=TEXTS)
def hostile(request, consultation):
    """A text as comment, as the three texts of an idea and, cut to its column, as the public name."""
    text = TEXTS[request.param]
    publish(consultation, *[CITIZEN] * 5, text="قبل")
    publish(consultation, CITIZEN, text=text, name=text[:120], is_name_public=True)
    publish(consultation, CITIZEN, kind="idea", text=text, solution=text, effect=text)
    rows = publish(consultation, CITIZEN, text="بعد")
    OfficialAnswerFactory(published=True, consultation=consultation, contributions=rows, text_ar=text)
    return text


def _take(client, consultation, route):
    return client.get(reverse(route, kwargs={"slug": "nefta", "number": consultation.number}))


def test_on_the_page_it_is_text(client, consultation, hostile):
    page = _take(client, consultation, "consultation").content.decode()

    names = set(re.findall(r"<\s*([a-zA-Z/!][\w-]*)", page))
    assert not names & {"script", "img", "debug"} - _own_tags(client)
    assert not re.search(r"<[^>]*\son\w+\s*=", page)
    assert "window.pwn=1</script>" not in page
    assert page.count("<article>") == page.count("</article>") == 8
    assert page.count("<bdi") == page.count("</bdi>")
    assert "14" not in re.findall(r"\$\{(.*?)\}", page)
    shown = html.unescape(re.sub(r"<[^>]+>", "", page))
    sample = cleaned(hostile).splitlines()[0][:60].strip()
    assert sample in shown


def _own_tags(client):
    """The tags of a page that shows nobody's words."""
    page = client.get(reverse("meetings", kwargs={"slug": "nefta"})).content.decode()
    return set(re.findall(r"<\s*([a-zA-Z/!][\w-]*)", page))


def test_a_name_cannot_turn_what_stands_beside_it(client, consultation):
    publish(consultation, CITIZEN, name=f"سالم{OVERRIDE}", is_name_public=True)

    page = _take(client, consultation, "consultation").content.decode()

    assert "<bdi>سالم</bdi>" in page
    assert OVERRIDE not in page


def test_in_csv_nothing_is_a_formula_and_no_cell_moves(client, consultation, hostile):
    content = _take(client, consultation, "consultation-csv").content.decode("utf-8-sig")

    rows = list(csv.reader(io.StringIO(content, newline="")))
    assert {len(row) for row in rows} == {18}
    assert [row[0] for row in rows[1:]] == [f"C-{number}" for number in range(1, 9)]
    assert not [cell for row in rows for cell in row if _runs(cell)]
    assert as_written_in_csv(rows[6][5]) == cleaned(hostile)


def test_in_a_workbook_every_cell_is_text(client, consultation, hostile):
    content = _take(client, consultation, "consultation-xlsx").content

    rows = list(openpyxl.load_workbook(io.BytesIO(content)).active.iter_rows())
    assert len(rows) == 9
    assert {cell.data_type for row in rows for cell in row} <= {"s", "n", "d", "inlineStr"}
    assert not [cell for row in rows for cell in row if _runs(cell.value)]
    assert [row[0].value for row in rows[1:]] == [f"C-{number}" for number in range(1, 9)]


def _runs(cell):
    """Whether a spreadsheet may run a cell: an apostrophe in front keeps it from that."""
    return isinstance(cell, str) and not cell.startswith("'") and is_formula_like(cell)


def test_on_paper_it_is_text(consultation, hostile, tmp_path):
    content = printed("consultation-report", consultation.municipality, number=consultation.number)

    assert b"/JavaScript" not in content
    assert b"/Launch" not in content
    assert "C-8" in poppler_text(content, tmp_path)


def test_a_withdrawn_one_leaves_nothing_of_it(client, consultation):
    publish(consultation, CITIZEN, text=TEXTS["script"], name="<b>x", is_name_public=True)
    Contribution.objects.update(status="withdrawn")

    page = _take(client, consultation, "consultation").content.decode()

    assert "pwn" not in page
    assert "&lt;b&gt;x" not in page

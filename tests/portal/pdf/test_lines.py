"""A line of Arabic is set once, and is the line that WeasyPrint sets twice by itself."""

import pytest
from weasyprint.formatting_structure.boxes import LineBox
from weasyprint.layout import float as floats
from weasyprint.layout import inline

from portal.pdf import render
from portal.pdf.lines import set_lines_once
from portal.pdf.render import render_pdf

LONG = "تقرير حول تقدم إنجاز البرنامج السنوي للاستثمار التشاركي لبلدية نفطة (PAI) بتاريخ 2021-11-02 " * 6
BODIES = {
    "a paragraph": f"<p>{LONG}</p>",
    "French in it": f'<p>{LONG} <bdi dir="ltr">Plan annuel d’investissement</bdi> {LONG} <b>عمل</b></p>',
    "French around it": f'<p dir="ltr">Municipalité de Nefta : <bdi dir="rtl">{LONG}</bdi></p>',
    "a table": f"<table class='cal'><tr><th>رقم<td>{LONG}<td>1,500<tr><th>2<td><td>{LONG}</table>",
    "a float": f"<div><p style='float: left; width: 40mm'>{LONG}</p><p>{LONG}{LONG}</p></div>",
    "a float in a line": f"<p>{LONG}<span style='float: right; width: 30mm'>{LONG}</span>{LONG}{LONG}</p>",
    "on both sides": f"<p style='text-align: justify; text-indent: 9mm'>{LONG}</p>",
    "in the middle": f"<p style='text-align: center'>{LONG}<br>{LONG}</p>",
    "boxes in a line": f"<p>{LONG}<span style='display: inline-block; width: 30mm'>{LONG}</span>{LONG}</p>",
    "a list": f"<ol><li>{LONG}<li><p>{LONG}</ol>",
    "words that do not fit": f"<p style='width: 9mm'>{LONG}</p><p style='width: 33.3mm'>{LONG}</p>",
    "nothing": "<p> </p><p></p>",
}


def page(body: str, direction: str) -> str:
    return f'<html lang="ar" dir="{direction}"><title>x</title><body class="port">{body}</body></html>'


@pytest.fixture
def as_it_comes(monkeypatch):
    """WeasyPrint without the short cut."""
    monkeypatch.setattr(inline, "avoid_collisions", floats.avoid_collisions)
    monkeypatch.setattr(render, "set_lines_once", lambda inline: None)


@pytest.fixture
def settings_and_lines(monkeypatch):
    """How often a line was set, and how many lines there are."""
    counted = [0, 0]
    split, line = inline.split_inline_box, inline.get_next_linebox

    def splitting(context, box, *rest):
        counted[0] += isinstance(box, LineBox)
        return split(context, box, *rest)

    def lining(*arguments):
        counted[1] += 1
        return line(*arguments)

    monkeypatch.setattr(inline, "split_inline_box", splitting)
    monkeypatch.setattr(inline, "get_next_linebox", lining)
    return counted


@pytest.mark.parametrize("direction", ["rtl", "ltr"])
def test_a_line_is_set_once(settings_and_lines, direction):
    render_pdf(html=page(BODIES["a paragraph"] + BODIES["a table"], direction))
    settings, lines = settings_and_lines
    assert settings == lines > 10


@pytest.mark.usefixtures("as_it_comes")
def test_weasyprint_by_itself_sets_arabic_twice(settings_and_lines):
    """Once this fails, WeasyPrint has learnt it: ``portal.pdf.lines`` can go."""
    render_pdf(html=page(BODIES["a paragraph"], "rtl"))
    settings, lines = settings_and_lines
    assert settings == 2 * lines


@pytest.mark.parametrize("direction", ["rtl", "ltr"])
@pytest.mark.parametrize("body", BODIES)
def test_it_is_the_same_paper(request, body, direction):
    html = page(BODIES[body], direction)
    short = render_pdf(html=html)
    request.getfixturevalue("as_it_comes")
    assert render_pdf(html=html) == short


def test_it_is_done_once():
    render.load()
    cut = inline.avoid_collisions
    set_lines_once(inline)
    assert inline.avoid_collisions is cut is not floats.avoid_collisions

"""A paper is given the parts of the sheet that say something about it, and looks as with all of them."""

import re

import pydyf
import pytest

from portal.pdf import finishing, render
from portal.pdf.render import render_pdf
from portal.pdf.sheets import classes_in, imports_and_rest, selectors_of

PARTS = [path.name for path in sorted(render.sheet_path().with_suffix("").glob("*.css"))]
TEXT = "تقرير التقدم <b>2022</b>"
PAGES = {
    "nothing of ours": f"<p>{TEXT}</p>",
    "a calendar": f"<table class='cal pr-plan'><tr><th class=n>1<td class=job>{TEXT}<td class=ok>x</table>",
    "cards": f'<div class="pj-card"><div class="cols pj-card-head"><div>{TEXT}</div></div></div>',
    "a letter": f'<div class="letter"><div class="row long"><h2>x</h2><div>{TEXT}</div></div></div>',
    "a poster": f'<div class="wall"><div class="owner"><div>{TEXT}</div></div><div class="band"></div></div>',
    "rows to sign": f'<table class="rows small-rows"><tbody><tr><th>1<td>{TEXT}</table>',
    "figures": f'<div class="cols cover-figures"><div><b>1</b></div><div>{TEXT}</div></div>',
    "a certificate": f'<div class="cert"><div class="cols check"><div>{TEXT}</div></div></div>',
}


def page(body: str) -> str:
    return f'<html lang="ar" dir="rtl"><title>x</title><body class="port">{body}</body></html>'


def press():
    render.load()
    return render._press(render._sheets_time(), False)


@pytest.mark.parametrize("body", PAGES)
def test_a_paper_looks_as_with_the_whole_sheet(monkeypatch, body):
    some = render_pdf(html=page(PAGES[body]))
    monkeypatch.setattr("portal.pdf.sheets.Part.concerns", lambda part, classes: True)
    assert render_pdf(html=page(PAGES[body])) == some


def test_every_part_concerns_some_paper_and_a_calendar_few():
    assert len(press().parts) == len(PARTS)
    every = {classes for part in press().parts for classes in part.selectors}
    assert all(part.concerns(frozenset.union(*every)) for part in press().parts)
    assert len(press().sheets_for(page(PAGES["a calendar"]))) < len(PARTS) / 2
    assert len(press().sheets_for(page(PAGES["cards"]))) < len(PARTS)


def test_a_part_lays_out_pages_that_are_asked_for_by_name_only():
    """A rule for every page would count for papers that the part does not concern."""
    for part in render.sheet_path().with_suffix("").glob("*.css"):
        assert not re.findall(r"@(?!page [a-z-]+[ :{]|top-|bottom-)[^{;]*", part.read_text()), part.name


def test_classes_of_a_page():
    html = "<p class=\"a b-1\"><b class='c  d'><i class=e>class</i><u CLASS = \"f\" data-x='g'>"
    assert classes_in(html) == {"a", "b-1", "c", "d", "e", "f"}


def test_classes_of_a_selector():
    assert selectors_of(".a > .b-1, td.c:not(.d) { width: 1.5em } h4 {} @page x { margin: 0 }") == (
        {"a", "b-1"},
        {"c"},
        set(),
    )


def test_what_a_sheet_imports():
    assert imports_and_rest('/* x */@import "a.css";\n@import "b/c.css"; p { color: red }') == (
        ["a.css", "b/c.css"],
        "/* x */\n p { color: red }",
    )


def test_every_object_of_a_file_is_made_once(monkeypatch):
    packed = []
    compressor = pydyf.zlib.compressobj
    monkeypatch.setattr(pydyf.zlib, "compressobj", lambda **how: packed.append(how) or compressor(**how))
    once = render_pdf(html=page(PAGES["a calendar"]), is_tagged=True)
    streams = len(packed)
    monkeypatch.setattr(finishing, "_made_once", lambda kind: kind)
    assert render_pdf(html=page(PAGES["a calendar"]), is_tagged=True) == once
    assert len(packed) - streams > 1.5 * streams

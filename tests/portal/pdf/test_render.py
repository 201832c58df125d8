"""A paper out of a page: accessible, in its own fonts, from its own files only."""

import io
import logging
import re
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cssselect2
import pikepdf
import pytest
import tinycss2

from portal.pdf import render
from portal.pdf.qr import qr_svg
from portal.pdf.render import (
    MOST_MARKS,
    IncompletePageError,
    PdfUnavailableError,
    RefusedResourceError,
    render_pdf,
    without_piles,
)
from tests.papers import not_in_order, pdfium_text, poppler_text, words_missing

PROJECT = Path(__file__).resolve().parents[3]
SOURCES = sorted(PROJECT.glob("demo/sources/*.txt"))
ARABIC = re.compile("[\u0621-\u064a]")
# What staff write besides the letters of the two documents.
OTHER_LETTERS = (
    "0123456789 é à ç œ Œ ù É « » – — · … ’ “ ” € ° % / ( ) : ، ؛ ؟ ٠١٢٣٤٥٦٧٨٩ ٪ ڨ ڤ ڭ ݣ\u202f\u00a0."
)
TABLE = """
<table class="cal"><thead><tr><th scope="col" class="n">رقم</th><th scope="col">الوثائق</th></tr></thead>
<tbody><tr class="ph"><th scope="rowgroup" colspan="2">الأعمال التحضيرية</th></tr>
<tr><th scope="row" class="n"><bdi dir="ltr">2-1</bdi></th><td>محضر جلسة</td></tr></tbody></table>
"""


def page(body: str, lang: str = "ar", title: str = "رزنامة 2022", head: str = "") -> str:
    direction = "rtl" if lang == "ar" else "ltr"
    return (
        f'<!doctype html><html lang="{lang}" dir="{direction}"><head><title>{title}</title>'
        f'<meta name="author" content="بلدية نفطة">{head}</head><body class="port">{body}</body></html>'
    )


def opened(content: bytes) -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(content))


def font_names(pdf: pikepdf.Pdf) -> set[str]:
    return {
        re.sub("^/[A-Z]{6}\\+", "", str(font.BaseFont))
        for sheet in pdf.pages
        for font in sheet.Resources.get("/Font", {}).values()
    }


def structure(pdf: pikepdf.Pdf, kind: str) -> list[pikepdf.Dictionary]:
    return [
        item
        for item in pdf.objects
        if isinstance(item, pikepdf.Dictionary) and item.get("/S") == pikepdf.Name(kind)
    ]


@pytest.mark.parametrize("lang", ["ar", "fr", "en"])
def test_paper_is_tagged_and_says_what_it_is(lang):
    pdf = opened(render_pdf(html=page("<h1>رزنامة</h1><p>Calendrier</p>", lang)))
    assert len(pdf.pages) == 1
    assert pdf.Root.Lang == lang
    assert pdf.Root.MarkInfo.Marked
    assert pdf.Root.ViewerPreferences.DisplayDocTitle
    assert pdf.docinfo.Title == "رزنامة 2022"
    assert pdf.docinfo.Author == "بلدية نفطة"
    assert "/CreationDate" not in pdf.docinfo
    assert pdf.open_metadata()["pdfuaid:part"] == "1"


def test_archival_copy():
    metadata = opened(render_pdf(html=page("<p>محضر</p>"), archive=True)).open_metadata()
    assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("3", "A")


def test_body_class_turns_the_page():
    html = page("<p>رزنامة</p>")
    upright = opened(render_pdf(html=html))
    lying = opened(render_pdf(html=html.replace('class="port"', 'class="land"')))
    assert [round(float(side)) for side in upright.pages[0].MediaBox] == [0, 0, 595, 842]
    assert [round(float(side)) for side in lying.pages[0].MediaBox] == [0, 0, 842, 595]


def test_header_cells_say_what_they_head():
    pdf = opened(render_pdf(html=page(TABLE)))
    assert [str(cell.A.Scope) for cell in structure(pdf, "/TH")] == ["/Column", "/Column", "/Row", "/Row"]


def test_links_are_printed_and_described():
    pdf = opened(render_pdf(html=page('<a href="https://example.org/ar/">الصفحة</a>')))
    link = pdf.pages[0].Annots[0]
    assert (int(link.F), str(link.Contents)) == (4, "https://example.org/ar/")


def test_square_code_has_a_text_instead():
    code = qr_svg(address="https://example.org/ar/m/nefta/programs/2022/", title="رابط الصفحة <الحية>")
    pdf = opened(render_pdf(html=page(f'<div class="qr">{code}</div>')))
    assert [str(figure.Alt) for figure in structure(pdf, "/Figure")] == ["رابط الصفحة <الحية>"]


@pytest.mark.parametrize("lang", ["ar", "fr"])
@pytest.mark.parametrize("tag", ["p", "b", "h2"])
def test_every_letter_is_in_our_own_fonts(lang, tag, caplog):
    text = "".join(
        sorted({*OTHER_LETTERS, *"".join(path.read_text("utf-8") for path in SOURCES)} - {"\uf0fc"})
    )
    text = text.replace("&", "&amp;").replace("<", "&lt;")
    pdf = opened(render_pdf(html=page(f"<{tag}>{text}</{tag}>", lang)))
    assert {name.split("-")[0] for name in font_names(pdf)} == {"Musharaka"}
    assert ".notdef" not in caplog.text
    for item in pdf.objects:
        if isinstance(item, pikepdf.Dictionary) and item.get("/Type") == pikepdf.Name.FontDescriptor:
            assert len(item.FontFile2.read_bytes()) > 500


def test_bold_is_bold_in_both_scripts():
    pdf = opened(render_pdf(html=page("<p>عادي normal 1 <b>غليظ gras 2</b></p>", "fr")))
    assert font_names(pdf) == {
        "Musharaka-Sans",
        "Musharaka-Sans-L",
        "Musharaka-Sans-Semi-Bold",
        "Musharaka-Sans-L-Semi-Bold",
    }


@pytest.mark.parametrize("lang", ["ar", "fr"])
@pytest.mark.parametrize("tag", ["p", "b", "h2"])
def test_text_of_both_documents_can_be_read_back(lang, tag, tmp_path):
    """Letter for letter and in order by poppler; 99 % of the words by pdfium, which turns brackets."""
    cells = [
        cell.strip()
        for path in SOURCES
        for cell in re.split("[\n\t\uf0fc•]", path.read_text(encoding="utf-8"))
        if ARABIC.search(cell)
    ]
    items = [cell.removeprefix("- ") for cell in cells]  # poppler takes it for a hyphenated word
    body = "".join(f'<div dir="rtl"><{tag}>{item}</{tag}></div>' for item in items)
    content = render_pdf(html=page(body, lang))
    assert not_in_order(items, poppler_text(content, tmp_path)) == []
    words = sum(len(item.split()) for item in items)
    assert len(words_missing(items, pdfium_text(content))) <= words * 0.01 + 1


def test_same_page_gives_the_same_bytes():
    html = page(TABLE)
    with ThreadPoolExecutor(max_workers=4) as threads:
        papers = list(threads.map(lambda _: render_pdf(html=html), range(8)))
    assert len(set(papers)) == 1


def test_sheet_is_understood_in_whole(caplog):
    render._press.cache_clear()
    with caplog.at_level(logging.WARNING, logger="weasyprint"):
        render_pdf(html=page(TABLE))
    assert caplog.messages == []


def test_rules_of_the_sheet_name_an_element_or_a_class():
    """Any other, as one that ends in ``> *``, would be tried against every element of every paper."""
    sheet = render.sheet_path()
    read = "\n".join(path.read_text() for path in (sheet, *sheet.with_suffix("").glob("*.css")))
    rules = tinycss2.parse_stylesheet(read, skip_comments=True, skip_whitespace=True)
    heads = [tinycss2.serialize(rule.prelude) for rule in rules if rule.type == "qualified-rule"]
    matcher = cssselect2.Matcher()
    for head in ",".join(heads).split(","):
        for selector in cssselect2.compile_selector_list(head):
            matcher.add_selector(selector, head.strip())
    assert len(heads) > 500
    assert {rule[-1] for rule in matcher.other_selectors} == {":root", ":root:lang(fr)", ":root:lang(en)"}


def test_file_tells_nothing_of_the_machine():
    pdf = opened(render_pdf(html=page('<p>نص</p><img src="musharaka/img/mark.svg" alt="علامة">')))
    everything = b"".join(
        item.read_bytes() if isinstance(item, pikepdf.Stream) else item.unparse(resolved=True)
        for item in pdf.objects
    )
    assert str(PROJECT).encode() not in everything
    assert b"static.invalid" not in everything


REFUSED = {
    "attachment": '<link rel="attachment" href="file:///etc/passwd">',
    "sheet elsewhere": '<link rel="stylesheet" href="http://127.0.0.1:9/a.css">',
    "import": "<style>@import url(http://127.0.0.1:9/a.css);</style>",
    "import of a file": "<style>@import 'file:///etc/hostname';</style>",
    "ground": "<style>p { background: url(http://127.0.0.1:9/a.png) }</style>",
    "font of the machine": "<style>@font-face { font-family: x; src: url(file:///etc/hostname) }</style>",
    "picture over http": '<img alt="" src="http://127.0.0.1:9/a.png">',
    "picture without scheme": '<img alt="" src="//127.0.0.1:9/a.png">',
    "picture of the machine": '<img alt="" src="file:///etc/hostname">',
    "picture in the address": '<img alt="" src="data:image/png;base64,AAAA">',
    "climbing": '<img alt="" src="../pyproject.toml">',
    "climbing in disguise": '<img alt="" src="musharaka/%2e%2e/%2e%2e/manage.py">',
    "absolute path": '<img alt="" src="/etc/hostname">',
    "nothing there": '<img alt="" src="musharaka/img/none.svg">',
    "another base": '<base href="file:///etc/"><img alt="" src="hostname">',
    "object": '<object data="http://127.0.0.1:9/a.svg"></object>',
    "embed": '<embed src="http://127.0.0.1:9/a.svg">',
}


@pytest.mark.parametrize("markup", REFUSED.values(), ids=REFUSED)
def test_paper_reads_static_files_only(markup):
    with pytest.raises(RefusedResourceError):
        render_pdf(html=page(f"<p>نص</p>{markup}", head=markup if markup.startswith("<base") else ""))


def test_drawing_cannot_read_the_machine(tmp_path, caplog):
    """WeasyPrint leaves such a drawing out instead of stopping."""
    drawing = tmp_path / "drawing.svg"
    drawing.write_text(
        '<svg xmlns="http://www.w3.org/2000/svg"><rect width="9" height="9" fill="red"/></svg>'
    )
    image = f'<image width="9" height="9" href="{drawing.as_uri()}"/>'
    pdf = opened(render_pdf(html=page(f'<svg width="9" height="9">{image}</svg>')))
    assert "Failed to render SVG image" in caplog.text
    assert b"1 0 0 rg" not in b"".join(
        item.read_bytes() for item in pdf.objects if isinstance(item, pikepdf.Stream)
    )


def test_sheet_is_held_to_the_same_files(tmp_path, monkeypatch):
    """A sheet that asks for a font that is not there must not print in a font of the machine."""
    sheet = tmp_path / "static" / "musharaka" / "pdf.css"
    sheet.parent.mkdir(parents=True)
    sheet.write_text('@font-face { font-family: "x"; src: url("../none.woff2"); } p { font-family: "x"; }')
    monkeypatch.setattr(render, "PROJECT", tmp_path)
    render._press.cache_clear()
    with pytest.raises(RefusedResourceError):
        render_pdf(html=page("<p>نص</p>"))


def test_paper_after_a_refusal_is_printed():
    with pytest.raises(RefusedResourceError):
        render_pdf(html=page('<img alt="" src="file:///etc/hostname">'))
    assert render_pdf(html=page("<p>نص</p>")).startswith(b"%PDF-")


@pytest.mark.parametrize(
    "html",
    ["<html lang=ar dir=rtl><p>نص", "<html dir=rtl><title>رزنامة</title><p>نص"],
    ids=["no title", "no language"],
)
def test_page_must_say_its_title_and_language(html):
    with pytest.raises(IncompletePageError):
        render_pdf(html=html)


def test_missing_library_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    with pytest.raises(PdfUnavailableError, match="weasyprint"):
        render_pdf(html=page("<p>نص</p>"))


def test_a_pile_of_marks_on_one_letter_is_cut():
    """Tens of thousands of them would end the process that prints."""
    pile = "é" + "\u0301\u0650" * 50_000
    assert without_piles(f"<p>{pile}</p>") == "<p>é" + "\u0301\u0650" * (MOST_MARKS // 2) + "</p>"
    vocalised = "<p>مُشَارَكَةٌ نّّ</p>"
    assert without_piles(vocalised) == vocalised

"""A paper in parts is one paper: its pages, tags, bookmarks, links and feet."""

import io
import re

import pikepdf
import pypdfium2
import pytest
from PIL import Image

from portal.pdf.joining import joined, page_count
from portal.pdf.render import Attachment, render_pdf
from tests.papers import letters, poppler_text

PART = """<h1 id="top-{0}">الجزء {0}</h1><p><a href="#end-{0}">إلى الآخر</a></p>
<table class="cal"><thead><tr><th scope="col">العدد</th></tr></thead>
<tbody><tr><td>{0}</td></tr></tbody></table>
<h2 id="end-{0}" style="break-before: page">آخر الجزء {0}</h2>"""
FOOT = '<div class="foot">صفحة <span class="page-number"></span> من <span class="page-total"></span></div>'
HEAD = '<!doctype html><html lang="ar" dir="rtl"><head><title>تقرير</title></head><body class="port">'


def part(number: int, **options) -> bytes:
    return render_pdf(html=f"{HEAD}{PART.format(number)}</body></html>", **options)


def feet(pages: int) -> bytes:
    leaves = '<p class="leaf">&#160;</p>' * pages
    return render_pdf(html=f"{HEAD}{FOOT}{leaves}</body></html>", is_tagged=False)


@pytest.fixture(scope="module")
def whole() -> bytes:
    return joined([part(1), part(2), part(3)], feet=feet(6))


@pytest.fixture
def pdf(whole):
    with pikepdf.open(io.BytesIO(whole)) as opened:
        yield opened


def elements(pdf: pikepdf.Pdf) -> list[pikepdf.Dictionary]:
    """Every tag below the document's, top down."""
    found, waiting = [], list(pdf.Root.StructTreeRoot.K[0].K)
    while waiting:
        element = waiting.pop(0)
        found.append(element)
        waiting += [
            kid for kid in element.get("/K", []) if isinstance(kid, pikepdf.Dictionary) and "/S" in kid
        ]
    return found


def test_all_parts_are_there_in_order(whole, tmp_path):
    assert page_count(whole) == 6
    text = letters(poppler_text(whole, tmp_path))
    places = [text.index(letters(f"الجزء {number}")) for number in (1, 2, 3)]
    assert places == sorted(places)


def test_every_page_has_the_foot_of_its_number(whole, tmp_path):
    text = letters(poppler_text(whole, tmp_path))
    assert re.findall(r"صفحة(\d)من(\d)", text) == [(str(page), "6") for page in range(1, 7)]


def test_a_part_that_repeats_the_last_heading_goes_on_below_it(tmp_path):
    on = '<div class="goes-on h1">الجزء 1</div><h2>ما بعده</h2><h1>الجزء 2</h1>'
    both = joined([part(1), render_pdf(html=f"{HEAD}{on}</body></html>")])
    with pikepdf.open(io.BytesIO(both)) as pdf, pdf.open_outline() as outline:
        first, second = outline.root
        assert [plain(item) for item in (first, *first.children, second)] == [
            "الجزء 1",
            "آخر الجزء 1",
            "ما بعده",
            "الجزء 2",
        ]
    assert letters(poppler_text(both, tmp_path)).count(letters("الجزء 1")) == 2, (
        "its name is not printed again"
    )


def plain(item: pikepdf.OutlineItem) -> str:
    return item.title.strip("\u200f")


def test_feet_are_drawn_where_their_own_page_has_them(whole):
    """Upright at the bottom, whatever the page below did to its axes."""

    def bottom(content: bytes) -> Image.Image:
        page = pypdfium2.PdfDocument(content)[3].render(scale=1).to_pil().convert("L")
        return page.crop((0, page.height - 60, page.width, page.height))

    assert bottom(whole).getextrema()[0] < 200, "something stands there"
    assert bottom(whole).tobytes() == bottom(feet(6)).tobytes()


def test_feet_belong_to_no_text(pdf):
    """What is drawn over the pages is an artifact, and has no tags of its own within it."""
    drawn = pdf.pages[3].Resources.XObject["/MusharakaFoot3"].read_bytes()
    assert b"BDC" not in drawn
    assert b"Q /Artifact BMC q /MusharakaFoot3 Do Q EMC" in pdf.pages[3].Contents[-1].read_bytes()


def test_each_page_points_at_its_own_tags(pdf):
    numbers = list(pdf.Root.StructTreeRoot.ParentTree.Nums)
    tags = dict(zip(map(int, numbers[::2]), numbers[1::2], strict=True))
    assert len(tags) * 2 == len(numbers)
    for page in pdf.pages:
        own = tags[int(page.obj.StructParents)]
        assert {element.Pg.objgen for element in own} == {page.obj.objgen}
        for annotation in page.obj.get("/Annots", []):
            assert tags[int(annotation.StructParent)].S == "/Link"


def test_cells_name_the_heads_of_their_own_part(pdf):
    heads = [str(element.ID) for element in elements(pdf) if element.S == "/TH"]
    named = [str(head) for element in elements(pdf) if element.S == "/TD" for head in element.A.Headers]
    assert len(set(heads)) == 3
    assert named == heads


def test_bookmarks_lead_into_their_parts(pdf):
    with pdf.open_outline() as outline:
        tops = list(outline.root)
        assert [item.title.replace("\u200f", "") for item in tops] == ["الجزء 1", "الجزء 2", "الجزء 3"]
        pages = [page.obj.objgen for page in pdf.pages]
        assert [pages.index(item.destination[0].objgen) for item in tops] == [0, 2, 4]
        assert [len(item.children) for item in tops] == [1, 1, 1]


def test_links_within_a_part_still_lead_there(pdf):
    flat = list(pdf.Root.Names.Dests.Names)
    places = dict(zip(map(str, flat[::2]), flat[1::2], strict=True))
    pages = [page.obj.objgen for page in pdf.pages]
    for number in (1, 2, 3):
        at = places[f"end-{number}"]
        at = at.D if isinstance(at, pikepdf.Dictionary) else at
        assert pages.index(at[0].objgen) == 2 * number - 1


def test_an_archive_copy_stays_one_with_its_data():
    data = Attachment("data.json", b"{}", "The data")
    whole = joined([part(1, archive=True, attachments=[data]), part(2, archive=True)])
    with pikepdf.open(io.BytesIO(whole)) as pdf:
        metadata = pdf.open_metadata()
        assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("3", "A")
        assert pdf.attachments["data.json"].get_file().read_bytes() == b"{}"


def test_the_same_parts_give_the_same_bytes(whole):
    assert joined([part(1), part(2), part(3)], feet=feet(6)) == whole


def test_feet_of_another_number_of_pages_are_refused():
    with pytest.raises(ValueError, match="zip"):
        joined([part(1), part(2)], feet=feet(3))


def test_a_bookmark_shows_no_stand_in(pdf):
    with pdf.open_outline() as outline:
        assert "\u08ad" not in "".join(item.title for item in outline.root)

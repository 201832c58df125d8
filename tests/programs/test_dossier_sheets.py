"""A file of evidence as pages to be bound: what is taken over, what stays behind, what is refused."""

import hashlib
import io
import re

import pikepdf
import pytest
from PIL import Image

from programs.papers import sheets
from programs.papers.sheets import Obstacle, sheets_of
from tests.papers import pdfium_text
from tests.programs.evidence_files import (
    JPEG,
    PDF,
    PNG,
    hostile_pdf,
    layered_pdf,
    locked_pdf,
    pdf_of,
    picture,
    stamped_pdf,
)


@pytest.fixture
def read(tmp_path):
    """What becomes of a file, and the file of its pages."""

    def do(content: bytes, content_type: str = PDF, **more):
        path, target = tmp_path / "kept", tmp_path / "pages.pdf"
        path.write_bytes(content)
        known = {"sha256": hashlib.sha256(content).hexdigest()} | more
        return sheets_of(path=path, content_type=content_type, target=target, **known)

    return do


def drawn_size(pdf: pikepdf.Pdf) -> tuple[float, float]:
    """Width and height of the picture on the page, in points."""
    found = re.match(rb"q ([\d.]+) 0 0 ([\d.]+) ", pdf.pages[0].Contents.read_bytes())
    return float(found.group(1)), float(found.group(2))


def test_pages_of_a_pdf_are_taken_over(read):
    found = read(pdf_of("first", "second"))
    assert (found.pages, found.obstacle, found.words) == (2, None, "")
    text = pdfium_text(found.path.read_bytes())
    assert text.index("first") < text.index("second")


def test_nothing_but_the_page_is_taken_over(read):
    found = read(hostile_pdf())
    content = found.path.read_bytes()
    with pikepdf.open(io.BytesIO(content)) as pdf:
        page = pdf.pages[0]
        assert set(page.obj.keys()) <= {"/Type", "/Parent", "/MediaBox", "/Resources", "/Contents"}
        assert set(pdf.Root.keys()) == {"/Type", "/Pages"}
        whole = "".join(repr(item) for item in pdf.objects)
    for trace in ("JavaScript", "Launch", "SubmitForm", "EmbeddedFile", "Filespec", "/AF", "/AA", "evil"):
        assert trace not in whole
    assert "harmless words" in pdfium_text(content)


def test_a_stamp_stays_on_the_page(read):
    found = read(stamped_pdf())
    with pikepdf.open(found.path) as pdf:
        assert "/Annots" not in pdf.pages[0]
    assert "APPROVED" in pdfium_text(found.path.read_bytes())


def test_a_stream_kept_in_another_file_is_not_asked_for(read):
    with pikepdf.open(io.BytesIO(pdf_of("here"))) as pdf:
        pdf.pages[0].Contents.F = "/etc/passwd"
        out = io.BytesIO()
        pdf.save(out)
    found = read(out.getvalue())
    with pikepdf.open(found.path) as pdf:
        assert "/F" not in pdf.pages[0].Contents


@pytest.mark.parametrize(
    ("content", "content_type", "obstacle"),
    [
        (locked_pdf(), PDF, Obstacle.LOCKED),
        (locked_pdf(user=""), PDF, Obstacle.LOCKED),
        (b"%PDF-1.7\nnot a file", PDF, Obstacle.DAMAGED),
        (layered_pdf(), PDF, Obstacle.LAYERS),
        (b"PK\x03\x04", "application/zip", Obstacle.OTHER),
        (b"ftyp", "video/mp4", Obstacle.OTHER),
        (picture("PNG")[:40], PNG, Obstacle.DAMAGED),
        (b"", JPEG, Obstacle.DAMAGED),
    ],
)
def test_what_cannot_be_bound_says_why(read, content, content_type, obstacle):
    found = read(content, content_type)
    assert (found.pages, found.path, found.obstacle) == (0, None, obstacle)
    assert found.words
    assert found.is_in_archive


def test_a_file_of_too_many_pages_is_not_bound(read, monkeypatch):
    monkeypatch.setattr(sheets, "MOST_PAGES", 2)
    assert read(pdf_of("1", "2")).pages == 2
    assert read(pdf_of("1", "2", "3")).obstacle is Obstacle.LONG


def test_a_picture_of_too_many_points_is_not_unpacked(read, monkeypatch):
    monkeypatch.setattr(sheets, "MAX_PIXELS", 100)
    assert read(picture("PNG", (20, 20)), PNG).obstacle is Obstacle.DAMAGED


def test_a_file_that_was_changed_on_the_disk_is_no_evidence(read):
    found = read(pdf_of("other words"), sha256="0" * 64)
    assert found.obstacle is Obstacle.CHANGED


def test_a_file_that_the_disk_has_lost_says_so(tmp_path):
    found = sheets_of(path=tmp_path / "gone", content_type=PDF, sha256="", target=tmp_path / "pages.pdf")
    assert found.obstacle is Obstacle.MISSING
    assert not found.is_in_archive


def test_a_photograph_is_kept_to_the_byte_and_not_enlarged(read):
    content = picture(size=(60, 40))
    found = read(content, JPEG)
    with pikepdf.open(found.path) as pdf:
        assert pdf.pages[0].Resources.XObject.Picture.read_raw_bytes() == content
        assert drawn_size(pdf) == (45, 30)  # 96 points an inch
        assert pdf.pages[0].MediaBox[2] > pdf.pages[0].MediaBox[3]


@pytest.mark.parametrize(("size", "is_lying"), [((3000, 500), True), ((500, 3000), False)])
def test_a_large_picture_is_fitted_to_the_sheet(read, size, is_lying):
    found = read(picture(size=size), JPEG)
    with pikepdf.open(found.path) as pdf:
        width, height = (float(pdf.pages[0].MediaBox[side]) for side in (2, 3))
        assert (width > height) is is_lying
        drawn = drawn_size(pdf)
        assert drawn[0] <= width - 79
        assert drawn[1] <= height - 79
        assert drawn[0] / drawn[1] == pytest.approx(size[0] / size[1], rel=0.01)


def test_a_picture_that_lies_on_its_side_is_turned(read):
    turned = Image.Exif()
    turned[0x0112] = 6
    found = read(picture(size=(60, 40), exif=turned), JPEG)
    with pikepdf.open(found.path) as pdf:
        assert drawn_size(pdf) == (30, 45)


@pytest.mark.parametrize(
    ("content", "content_type"),
    [
        (picture("PNG", mode="RGBA"), PNG),
        (picture("PNG", mode="P"), PNG),
        (picture("PNG", mode="1"), PNG),
        (picture("WEBP", mode="RGBA"), "image/webp"),
        (picture("JPEG", mode="CMYK"), JPEG),
        (picture("JPEG", mode="L"), JPEG),
    ],
)
def test_every_kind_of_picture_becomes_one_page(read, content, content_type):
    found = read(content, content_type)
    assert (found.pages, found.obstacle) == (1, None)
    with pikepdf.open(found.path) as pdf:
        image = pikepdf.PdfImage(pdf.pages[0].Resources.XObject.Picture).as_pil_image()
        assert image.size == (60, 40)


def test_what_is_seen_through_is_white(read):
    found = read(picture("PNG", mode="RGBA"), PNG)
    with pikepdf.open(found.path) as pdf:
        image = pikepdf.PdfImage(pdf.pages[0].Resources.XObject.Picture).as_pil_image()
        assert image.getpixel((5, 5)) == (255, 255, 255)

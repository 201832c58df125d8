"""Files as people hand them in, and as nobody should: made in memory, small."""

import hashlib
import io

import pikepdf
from django.core.files.base import ContentFile
from pikepdf import Array, Dictionary, Name
from PIL import Image

from tests import factories

PDF, JPEG, PNG = "application/pdf", "image/jpeg", "image/png"


def _page(pdf: pikepdf.Pdf, text: str) -> None:
    pdf.add_blank_page(page_size=(300, 200))
    page = pdf.pages[-1]
    font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
    page.Resources = Dictionary(Font=Dictionary(F=font))
    page.Contents = pdf.make_stream(f"BT /F 12 Tf 20 100 Td ({text}) Tj ET".encode())


def saved(pdf: pikepdf.Pdf, **options) -> bytes:
    out = io.BytesIO()
    pdf.save(out, **options)
    return out.getvalue()


def pdf_of(*texts: str, **options) -> bytes:
    """A PDF with a page for each text."""
    pdf = pikepdf.new()
    for text in texts:
        _page(pdf, text)
    return saved(pdf, **options)


def script(code: str = "app.alert(1)") -> Dictionary:
    return Dictionary(S=Name.JavaScript, JS=code)


def hostile_pdf() -> bytes:
    """One page with everything that a PDF can do besides showing a page."""
    pdf = pikepdf.new()
    _page(pdf, "harmless words")
    page, launch = pdf.pages[0], Dictionary(S=Name.Launch, F="calc.exe")
    field = Dictionary(
        Type=Name.Annot,
        Subtype=Name.Widget,
        FT=Name.Btn,
        T="button",
        Rect=[10, 10, 60, 30],
        A=Dictionary(S=Name.SubmitForm, F="https://example.org/"),
        AA=Dictionary(E=script()),
    )
    link = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=[0, 0, 9, 9], A=launch)
    page.Annots = pdf.make_indirect(Array([pdf.make_indirect(field), pdf.make_indirect(link)]))
    page.AA = Dictionary(O=script())
    attached = pdf.make_stream(b"MZ", Type=Name.EmbeddedFile)
    spec = pdf.make_indirect(Dictionary(Type=Name.Filespec, F="evil.exe", EF=Dictionary(F=attached)))
    page.AF = Array([spec])
    page.Contents.AF = Array([spec])
    pdf.Root.OpenAction = script()
    pdf.Root.AA = Dictionary(WC=script())
    pdf.Root.AcroForm = Dictionary(Fields=Array([page.Annots[0]]))
    pdf.Root.Names = Dictionary(
        JavaScript=Dictionary(Names=Array(["run", script()])),
        EmbeddedFiles=Dictionary(Names=Array(["evil.exe", spec])),
    )
    return saved(pdf)


def stamped_pdf() -> bytes:
    """A page that somebody put a stamp on: an annotation with a drawing of its own."""
    pdf = pikepdf.new()
    _page(pdf, "decision")
    font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
    drawing = pdf.make_stream(
        b"BT /F 12 Tf 2 5 Td (APPROVED) Tj ET",
        Type=Name.XObject,
        Subtype=Name.Form,
        BBox=[0, 0, 100, 20],
        Resources=Dictionary(Font=Dictionary(F=font)),
    )
    stamp = Dictionary(
        Type=Name.Annot, Subtype=Name.Stamp, Rect=[20, 20, 120, 40], F=4, AP=Dictionary(N=drawing)
    )
    pdf.pages[0].Annots = Array([pdf.make_indirect(stamp)])
    return saved(pdf)


def layered_pdf() -> bytes:
    """A page with a layer that is switched off."""
    pdf = pikepdf.new()
    _page(pdf, "map")
    layer = pdf.make_indirect(Dictionary(Type=Name.OCG, Name="hidden"))
    pdf.Root.OCProperties = Dictionary(OCGs=Array([layer]), D=Dictionary(OFF=Array([layer])))
    return saved(pdf)


def locked_pdf(user: str = "secret") -> bytes:
    return pdf_of("locked", encryption=pikepdf.Encryption(owner="owner", user=user))


def picture(kind: str = "JPEG", size: tuple[int, int] = (60, 40), mode: str = "RGB", **options) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, "green" if mode == "RGB" else 0).save(out, kind, **options)
    return out.getvalue()


def hand_in(document, content: bytes, name: str, content_type: str = PDF, **more):
    """A file of an expected document, kept as an upload is."""
    return factories.SupportingDocumentFactory(
        expected_document=document,
        name=name,
        size=len(content),
        content_type=content_type,
        sha256=hashlib.sha256(content).hexdigest(),
        file=ContentFile(content, name),
        **more,
    )

"""The form on paper: a serial for each copy, everything the form on the screen asks, and nothing stored."""

import re

import pypdfium2
import pytest
from django.urls import reverse
from django.utils import translation

from consultations import receipts
from consultations.models import Contribution
from consultations.papers_forms import form_paper
from portal.pdf.render import PdfUnavailableError
from tests.consultations.participation import ConsultationFactory, QuestionFactory
from tests.factories import ZoneFactory
from tests.papers import pdfium_text, words_missing

pytestmark = pytest.mark.django_db

SERIAL = re.compile(r"(?:[0-9A-HJKMNP-TV-Z]{4} ){5}[0-9A-HJKMNP-TV-Z]")


@pytest.fixture
def consultation(nefta):
    consultation = ConsultationFactory(open=True, municipality=nefta, title_fr="Marché hebdomadaire")
    QuestionFactory(consultation=consultation, text_ar="متى يُفتح؟", text_fr="Quand ouvrir ?")
    ZoneFactory(municipality=nefta, name_ar="الواحة", name_fr="L’oasis")
    return consultation


def _address(consultation, language="fr", query=""):
    kwargs = {"slug": consultation.municipality.slug, "number": consultation.number}
    with translation.override(language):
        return reverse("paper-form", kwargs=kwargs) + query


def _serials(content):
    """Those of each page; a serial stands on the form and on the part to keep."""
    pages = (page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(content))
    return [[found.replace(" ", "") for found in SERIAL.findall(page)] for page in pages]


@pytest.mark.parametrize("language", ["ar", "fr"])
def test_it_asks_what_the_form_on_the_screen_asks(client, consultation, language):
    response = client.get(_address(consultation, language))
    assert (response.status_code, response["Content-Type"]) == (200, "application/pdf")
    assert "no-store" in response["Cache-Control"]
    asked = {
        "ar": ["متى", "الواحة", "جمعية", "16–25", "INPDP", "2004-63"],
        "fr": ["Marché hebdomadaire", "Quand", "L’oasis", "Association", "16–25", "Commune", "INPDP"],
    }
    text = pdfium_text(response.content)
    assert words_missing(asked[language], text) == []
    assert "/follow/" in text
    assert len(pypdfium2.PdfDocument(response.content)) == 1


def test_each_copy_has_a_serial_of_its_own_twice_and_nothing_is_stored(client, consultation, editor):
    client.force_login(editor)
    pages = _serials(client.get(_address(consultation, query="?copies=3")).content)
    assert [len(page) for page in pages] == [2, 2, 2]
    serials = {serial for page in pages for serial in page}
    assert len(serials) == 3
    assert all(receipts.is_well_formed(serial) for serial in serials)
    assert not Contribution.objects.exists()


@pytest.mark.parametrize("kind", ["comments", "ideas", "both"])
def test_the_part_to_keep_is_on_the_sheet_that_is_handed_in(client, nefta, editor, kind):
    client.force_login(editor)
    title = "Publier les procès-verbaux du conseil municipal : que pensez-vous de la deuxième version ?"
    consultation = ConsultationFactory(open=True, municipality=nefta, kind=kind, title_fr=title)
    for number in (1, 2, 3):
        QuestionFactory(consultation=consultation, text_fr=f"Question {number} : cinq jours suffisent-ils ?")
    pages = _serials(client.get(_address(consultation, query="?copies=2")).content)
    assert [len(page) for page in pages] == [2, 2]


def test_the_square_leads_to_the_page_of_its_serial(consultation, monkeypatch):
    drawn = []
    monkeypatch.setattr(
        "consultations.papers_forms.qr_svg", lambda *, address, title: drawn.append(address) or ""
    )
    with translation.override("ar"):
        content = form_paper(consultation, copies=1, address=lambda path: f"https://portal.example{path}")
    (serials,) = _serials(content)
    assert drawn == [f"https://portal.example/ar/follow/{serials[0]}/"]


@pytest.mark.parametrize(
    ("query", "copies"), [("", 1), ("?copies=0", 1), ("?copies=x", 1), ("?copies=-2", 1), ("?copies=٣", 1)]
)
def test_any_other_number_of_copies_is_one(client, consultation, query, copies):
    assert len(_serials(client.get(_address(consultation, query=query)).content)) == copies


@pytest.mark.parametrize(("who", "most"), [("anybody", 1), ("stranger", 1), ("editor", 50)])
def test_many_copies_are_for_the_staff(request, client, consultation, monkeypatch, who, most):
    made = []
    monkeypatch.setattr(
        "consultations.views.contributing.form_paper",
        lambda _consultation, *, copies, address: made.append(copies) or b"%PDF-",
    )
    if who != "anybody":
        client.force_login(request.getfixturevalue(who))
    assert client.get(_address(consultation, query="?copies=9999")).status_code == 200
    assert made == [most]


def test_where_paper_is_no_channel_there_is_no_form(client, nefta):
    for consultation in (
        ConsultationFactory(open=True, municipality=nefta, channels=["web"]),
        ConsultationFactory(municipality=nefta),
    ):
        assert client.get(_address(consultation)).status_code == 404


def test_without_the_program_for_papers_it_says_so(client, consultation, monkeypatch):
    def missing(*_given, **_named):
        raise PdfUnavailableError("no library")

    monkeypatch.setattr("consultations.papers_forms.render_pdf", missing)
    assert client.get(_address(consultation)).status_code == 503


def test_hostile_words_of_the_staff_are_only_words(client, nefta):
    consultation = ConsultationFactory(open=True, municipality=nefta, title_fr="<script>x</script> & y")
    text = pdfium_text(client.get(_address(consultation)).content)
    assert "<script>x</script>" in text.replace("\r\n", "")

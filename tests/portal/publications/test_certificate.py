"""The certificate of publication: one page that says what was published when, with the data within it."""

import datetime
import io
from functools import cache

import pikepdf
import pytest
import time_machine
from django.http import Http404
from django.utils.translation import override

from portal.papers import pages
from portal.papers.orders import Copy, Order, draft_of
from portal.pdf import press
from portal.publications.certificate import title_size
from portal.publications.codes import code_of
from portal.publications.models import Publication
from programs.services.statuses import publish, withdraw
from tests import factories
from tests.papers import not_in_order, pdfium_text, poppler_text, words_missing
from tests.portal.publications.registers import published, tamper

ORIGIN = "https://musharaka.example"
MOMENT = datetime.datetime(2027, 3, 31, 23, 30, 7, tzinfo=datetime.UTC)
TITLE = "إعداد رزنامة عمل الخلية المتصلة بالأشغال التحضيرية لإعداد و تنفيذ برنامج الإستثمار السنوي"


@cache
def print_once(html, archive, is_large, attachments):
    """The same page gives the same bytes, so each is printed once for all tests."""
    return press.render_pdf(html=html, archive=archive, is_large=is_large, attachments=attachments)


@pytest.fixture(autouse=True)
def _printer(monkeypatch):
    def printed(*, html, archive=False, is_large=False, attachments=()):
        return print_once(html, archive, is_large, tuple(attachments))

    monkeypatch.setattr(pages, "render_pdf", printed)


@pytest.fixture
def entry(nefta, kenitra):
    with time_machine.travel(MOMENT, tick=False):
        published(kenitra)
        return published(nefta, act="program.published", title=TITLE)


def order_for(entry, language="ar", copy=Copy.READING, *, is_large=False):
    arguments = {"number": entry.number}
    return Order("certificate", entry.municipality, arguments, language, ORIGIN, copy, is_large)


def printed(entry, language="ar", copy=Copy.READING, *, is_large=False):
    return draft_of(order_for(entry, language, copy, is_large=is_large)).make(lambda *told: None)


def opened(content):
    return pikepdf.open(io.BytesIO(content))


@pytest.mark.parametrize(("language", "day"), [("ar", "الخميس 1 أفريل 2027"), ("fr", "jeudi 1er avril 2027")])
def test_it_says_what_when_and_where_in_order(entry, tmp_path, language, day):
    seals = [
        seal[start : start + 8]
        for seal in (entry.content_sha256, entry.hash, entry.previous_hash)
        for start in range(0, 64, 8)
    ]
    content = printed(entry, language)
    text = poppler_text(content, tmp_path)
    told = [TITLE, f"{ORIGIN}/ar/m/nefta/", *seals, f"/{language}/verify/{code_of(entry)}/"]
    assert not_in_order(told, text) == []
    for short in ("00:30:07", "UTC+01:00", code_of(entry)):
        assert short in text
    # Where most letters of a page are Latin, poppler puts figures before the Arabic that they follow.
    assert words_missing([day], pdfium_text(content)) == []


@pytest.mark.parametrize("is_large", [False, True])
@pytest.mark.parametrize("length", [40, 300, 1000])
def test_the_longest_title_leaves_it_on_one_page(nefta, length, is_large):
    title = ("برنامج الاستثمار السنوي Programme annuel 2027 " * 25)[:length].strip()
    publication = published(nefta, title=title)
    assert len(opened(printed(publication, is_large=is_large)).pages) == 1


def test_a_title_of_many_letters_is_set_smaller():
    assert [title_size("x" * length) for length in (70, 71, 161, 401)] == ["", "long", "longer", "longest"]


def test_the_archive_copy_carries_what_was_published_and_its_entry(entry):
    pdf = opened(printed(entry, copy=Copy.ARCHIVE))
    files = {name: bytes(file.get_file().read_bytes()) for name, file in pdf.attachments.items()}
    assert files["content.json"] == entry.content.encode()
    assert entry.hash.encode() in files["entry.json"]
    assert "pdfaid" in str(pdf.open_metadata())


def test_the_copy_for_reading_carries_nothing(entry):
    pdf = opened(printed(entry))
    assert len(pdf.attachments) == 0
    assert (pdf.Root.Lang, "pdfuaid" in str(pdf.open_metadata())) == ("ar", True)


def test_on_any_day_the_same_bytes(entry):
    first = printed(entry, copy=Copy.ARCHIVE)
    print_once.cache_clear()
    with time_machine.travel(MOMENT + datetime.timedelta(days=400), tick=False):
        assert printed(entry, copy=Copy.ARCHIVE) == first


def test_moroccan_time_is_called_so(kenitra, tmp_path):
    with time_machine.travel(MOMENT, tick=False):
        publication = published(kenitra)
    with override("en"):
        text = poppler_text(printed(publication, "en"), tmp_path)
    assert "Moroccan time" in text
    assert "None: it is the first entry of the register." in text


def test_of_a_withdrawal_it_says_so(nefta, publisher, tmp_path):
    program = factories.ProgramFactory(municipality=nefta)
    factories.TaskFactory(phase__program=program)
    publish(program=program, actor=publisher)
    withdraw(program=program, actor=publisher)
    text = poppler_text(printed(Publication.objects.get(number=2), "en"), tmp_path)
    assert "Certificate of withdrawal" in text
    assert "was withdrawn at the moment given" in " ".join(text.split())


def test_the_address_hands_it_out(client, entry):
    response = client.get(f"/fr/m/nefta/publications/{entry.number}/certificate.pdf?copy=archive")
    assert (response.status_code, response["Content-Type"]) == (200, "application/pdf")
    assert f'filename="nefta-certificate-{entry.number}.pdf"' in response["Content-Disposition"]
    again = client.get(
        f"/fr/m/nefta/publications/{entry.number}/certificate.pdf?copy=archive",
        HTTP_IF_NONE_MATCH=response["ETag"],
    )
    assert again.status_code == 304


def test_of_another_municipality_or_none_there_is_none(client, entry, kenitra):
    for place in ("kenitra/publications/2", "nefta/publications/1", "nefta/publications/9"):
        assert client.get(f"/fr/m/{place}/certificate.pdf").status_code == 404


def test_it_is_not_made_of_an_entry_that_was_tampered_with(entry, triggers_off):
    tamper(triggers_off, "UPDATE publications_publication SET title = 'x' WHERE number = %s", entry.number)
    with pytest.raises(Http404):
        draft_of(order_for(entry))


def test_the_register_links_each_certificate_and_its_check(client, entry):
    for address in ("/fr/m/nefta/publications/", f"/fr/m/nefta/publications/{entry.number}/"):
        page = client.get(address).content.decode()
        assert f"/fr/m/nefta/publications/{entry.number}/certificate.pdf" in page
        assert f"/fr/verify/{code_of(entry)}/" in page

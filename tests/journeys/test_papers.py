"""What is printed, and what proves it: the page of papers, a long paper, a certificate that is checked."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from portal.municipalities.models import Municipality
from portal.papers.models import Printing
from portal.papers.working import work
from portal.publications.codes import code_of
from portal.publications.models import Publication
from tests.journeys.conftest import EACH_LANGUAGE_AND_WIDTH, Reader, sign_in

pytestmark = pytest.mark.django_db(transaction=True)


def fetched(reader: Reader, address: str) -> tuple[str, bytes]:
    """What a link of the page hands out, with the reader's own session."""
    answer = reader.page.request.get(address, timeout=60_000)
    assert answer.status == 200, address
    return answer.headers["content-type"], answer.body()


@EACH_LANGUAGE_AND_WIDTH
def test_every_paper_of_a_program_is_behind_its_link(demo, reader, language, width):
    reader.page.set_viewport_size({"width": width, "height": 800})
    assert reader.open(f"/{language}/m/exemple/programs/2026/papers/") == 200
    links = reader.page.locator('.m-papers h3 a[href$=".pdf"]')
    addresses = [link.get_attribute("href") for link in links.all()]
    assert len(addresses) >= 5
    for address in addresses:
        kind, content = fetched(reader, f"{reader.address}{address}")
        assert (kind, content[:5]) == ("application/pdf", b"%PDF-"), address


@EACH_LANGUAGE_AND_WIDTH
def test_a_dossier_is_ordered_made_and_fetched(demo, reader, language, width):
    """The page that offers, the page that waits, the page that has it; each without a barrier."""
    reader.page.set_viewport_size({"width": width, "height": 800})
    sign_in(reader, "editor@exemple.example")
    assert reader.open(f"/{language}/m/exemple/staff/programs/2026/dossier.pdf") == 200
    assert reader.barriers() == []
    reader.page.locator("main button.btn-primary").click()
    expect(reader.page.locator("main [role=status]").first).to_be_visible()
    assert reader.barriers() == []
    assert reader.overflow() == 0
    work("journey", once=True)
    # The page opens the file by itself, which would take the browser away from it.
    reader.page.route("**/file/", lambda route: route.fulfill(status=204))
    reader.page.reload()
    link = reader.page.locator("main .m-result a.btn-primary").get_attribute("href")
    assert reader.barriers() == []
    kind, content = fetched(reader, f"{reader.address}{link}")
    assert (kind, content[:5]) == ("application/pdf", b"%PDF-")
    assert Printing.objects.get().is_finished


@EACH_LANGUAGE_AND_WIDTH
def test_a_certificate_is_printed_checked_and_recognised(demo, reader, language, width, tmp_path):
    """From the register to its paper, from its code to what was published, and back from the file."""
    reader.page.set_viewport_size({"width": width, "height": 800})
    entry = Publication.objects.of(Municipality.objects.get(slug="exemple")).latest("number")
    town = f"/{language}/m/exemple/publications"
    kind, paper = fetched(reader, f"{reader.address}{town}/{entry.number}/certificate.pdf")
    assert kind == "application/pdf"
    assert reader.open(f"/{language}/verify/{code_of(entry)}/") == 200
    expect(reader.page.locator(".m-result")).to_be_visible()
    assert reader.barriers() == []
    assert reader.overflow() == 0
    file = tmp_path / "certificate.pdf"
    file.write_bytes(paper)
    reader.open(f"/{language}/verify/file/")
    reader.page.locator("input[type=file]").set_input_files(file)
    reader.page.locator("main button[type=submit]").first.click()
    expect(reader.page.locator(".m-result--ok")).to_be_visible()
    middle = len(paper) // 2
    file.write_bytes(paper[:middle] + bytes([paper[middle] ^ 1]) + paper[middle + 1 :])
    reader.open(f"/{language}/verify/file/")
    reader.page.locator("input[type=file]").set_input_files(file)
    reader.page.locator("main button[type=submit]").first.click()
    expect(reader.page.locator("main h1")).to_be_visible()
    assert reader.page.locator(".m-result--ok").count() == 0
    assert reader.barriers() == []


def test_a_wrong_code_is_never_called_forged(demo, reader):
    assert reader.open("/fr/verify/1-AAAA-AAAA/") == 404
    heading = reader.page.locator("main h1").inner_text().casefold()
    assert "faux" not in heading
    assert "falsifi" not in heading
    assert reader.barriers() == []

"""A paper as the answer to a request: at once, as it was kept, or the offer to have it made."""

import os
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal.municipalities.models import Municipality
from portal.papers.answers import RETRY_AFTER
from portal.pdf.turns import PdfBusyError
from tests.portal.papers import made_up

pytestmark = pytest.mark.django_db
# Where it is, how much of it the municipality has changed, and what time it is there.
QUERIES_OF_A_PUBLIC_PAPER = 1


def address(how="fine", kind="short", language="fr", query=""):
    return f"/{language}/m/nefta/made-up/{kind}/{how}.pdf{query}"


def change(municipality):
    Municipality.objects.filter(pk=municipality.pk).update(revision=municipality.revision + 1)


# --- short ones -------------------------------------------------------------------------------------


def test_a_short_paper_is_made_at_once(client, nefta):
    response = client.get(address())
    assert (response.status_code, response.content) == (200, b"%PDF-1.7 made up")
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"].startswith('inline; filename="paper-fine.pdf"')
    assert response["Cache-Control"] == "public, no-cache"


def test_who_has_it_is_told_that_it_is_the_same(client, nefta):
    etag = client.get(address())["ETag"]
    with CaptureQueriesContext(connection) as queries:
        response = client.get(address(), headers={"if-none-match": etag})
    assert (response.status_code, response.content) == (304, b"")
    assert (response["ETag"], response["Cache-Control"]) == (etag, "public, no-cache")
    assert len(queries) == QUERIES_OF_A_PUBLIC_PAPER
    change(nefta)
    assert client.get(address(), headers={"if-none-match": etag}).status_code == 200


def test_a_second_print_makes_nothing_and_asks_nothing_more(client, nefta):
    client.get(address())
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address()).content == b"%PDF-1.7 made up"
    assert made_up.MADE == ["fine fr"]
    assert len(queries) == QUERIES_OF_A_PUBLIC_PAPER


def test_each_copy_language_and_host_is_a_paper_of_its_own(client, nefta):
    for query in ("", "?copy=archive", "?type=large", "?copy=archive&type=large", "?copy=nonsense"):
        client.get(address(query=query))
    client.get(address(language="ar"))
    client.get(address(), headers={"host": "localhost"})
    assert made_up.MADE == ["fine fr"] * 4 + ["fine ar", "fine fr"]


def test_a_large_file_is_handed_out_as_it_is(client, nefta):
    response = client.get(address("file"))
    assert (response["Content-Type"], response.content) == ("application/zip", b"PK large")


def test_while_the_press_is_busy_the_page_comes_back_by_itself(client, nefta):
    response = client.get(address("busy"))
    assert response.status_code == 503
    assert response["Retry-After"] == response["Refresh"] == str(RETRY_AFTER)
    assert "ETag" not in response
    assert "busy fr" in response.text


def test_a_busy_press_keeps_nobody_from_what_is_made(client, nefta, monkeypatch):
    client.get(address())

    def busy():
        raise PdfBusyError

    monkeypatch.setattr("portal.pdf.responses.press_turn", busy)
    assert client.get(address()).status_code == 200
    assert client.get(address("steps")).status_code == 503


@pytest.mark.parametrize("how", ["unavailable", "hangs"])
def test_why_there_is_none(client, nefta, how):
    response = client.get(address(how))
    assert response.status_code == 503
    assert response.context["is_missing"] is (how == "unavailable")
    assert "ETag" not in response


def test_what_is_not_there_is_not_there(client, nefta):
    made_up.WITHDRAWN.add("fine")
    assert client.get(address()).status_code == 404
    assert client.get(address("steps").replace("nefta", "nowhere")).status_code == 404


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_a_paper_is_only_read(client, nefta, method):
    assert getattr(client, method)(address()).status_code == 405


# --- of the staff -----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["staff-short", "staff-long"])
def test_a_paper_of_the_staff_is_kept_by_no_browser(client, publisher, kind):
    client.force_login(publisher)
    response = client.get(address(kind=kind))
    assert response.status_code == 200
    assert response["Cache-Control"] == "private, no-store"
    assert "ETag" not in response


@pytest.mark.parametrize("kind", ["staff-short", "staff-long"])
def test_a_paper_of_the_staff_is_for_who_may(client, nefta, editor, stranger, kind):
    response = client.get(address(kind=kind))
    assert (response.status_code, response["Location"].split("?")[0]) == (302, "/fr/sign-in/")
    client.force_login(editor)
    assert client.get(address(kind=kind)).status_code == 403
    client.force_login(stranger)
    assert client.get(address(kind=kind)).status_code == 404
    assert made_up.MADE == []


# --- long ones --------------------------------------------------------------------------------------


def heading(response):
    """What stands above the question; a bare figure could be found in the form's token too."""
    return re.search(r'id="ask-h">(.*?)</h2>', response.text)[1]


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_a_long_paper_is_offered(client, nefta, language):
    response = client.get(address("steps", "long", language))
    assert response.status_code == 200
    assert response["Cache-Control"] == "private, no-store"
    assert "ETag" not in response
    assert "64" in heading(response)
    assert f'action="/{language}/m/nefta/papers/"' in response.text
    assert [step in response.text for step in made_up.STEPS] == [True, True, True]
    assert made_up.MADE == []


def test_an_archive_is_not_told_in_pages(client, nefta):
    assert heading(client.get(address("file", "long"))) == "Une archive de fichiers"


def test_what_somebody_else_asked_for_is_shown_instead(client, asked):
    printing = asked()
    response = client.get(address(kind="long"))
    assert f'href="/fr/m/nefta/papers/{printing.key}/"' in response.text
    assert 'name="order"' not in response.text


def test_what_failed_is_offered_again(client, finished):
    finished("broken")
    assert 'name="order"' in client.get(address("broken", "long")).text


def test_a_long_paper_that_is_made_is_handed_out_at_its_own_address(client, finished):
    finished()
    response = client.get(address(kind="long"))
    assert (response.status_code, response.getvalue()) == (200, b"%PDF-1.7 made up")
    assert response["Cache-Control"] == "public, no-cache"
    again = client.get(address(kind="long"), headers={"if-none-match": response["ETag"]})
    assert again.status_code == 304


def test_after_a_change_it_is_offered_anew(client, finished, nefta):
    finished()
    change(nefta)
    assert 'name="order"' in client.get(address(kind="long")).text


def test_where_the_disk_lost_it_it_is_offered_anew(client, finished):
    os.unlink(finished().file.path)  # noqa: PTH108
    assert 'name="order"' in client.get(address(kind="long")).text

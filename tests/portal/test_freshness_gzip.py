"""Which answers are compressed: public texts, for readers who take gzip, and nothing else."""

import gzip

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from portal.freshness import answer

TEXT = "رزنامة " * 100


def asked(accepted="gzip, br", etag=""):
    headers = {"Accept-Encoding": accepted} | ({"If-None-Match": etag} if etag else {})
    return RequestFactory().get("/ar/", headers=headers)


def page(content_type="text/html; charset=utf-8"):
    return lambda: HttpResponse(TEXT, content_type=content_type)


@pytest.mark.parametrize("content_type", ["text/html; charset=utf-8", "text/calendar; charset=utf-8"])
def test_a_text_is_compressed(content_type):
    response = answer(asked(), 'W/"a"', page(content_type))
    assert response["Content-Encoding"] == "gzip"
    assert gzip.decompress(response.content).decode() == TEXT
    assert int(response["Content-Length"]) == len(response.content) < len(TEXT.encode()) / 4
    assert response["ETag"] == 'W/"a"'


@pytest.mark.parametrize(
    ("accepted", "content_type"), [("", "text/html"), ("br", "text/html"), ("gzip", "application/pdf")]
)
def test_anything_else_goes_as_it_is(accepted, content_type):
    response = answer(asked(accepted), 'W/"a"', page(content_type))
    assert "Content-Encoding" not in response
    assert response.content.decode() == TEXT


@pytest.mark.parametrize("accepted", ["gzip", ""])
@pytest.mark.parametrize("etag", ["", 'W/"a"'])
def test_a_cache_between_keeps_the_two_apart(accepted, etag):
    assert answer(asked(accepted, etag), 'W/"a"', page())["Vary"] == "Accept-Encoding"


def test_a_page_with_a_token_is_never_compressed(client, db):
    """Its length would tell what the token is like (BREACH)."""
    response = client.get("/ar/sign-in/", headers={"Accept-Encoding": "gzip"})
    assert "csrfmiddlewaretoken" in response.content.decode()
    assert "Content-Encoding" not in response

"""Only reading and sending a form are ways to ask; the rest is refused before anything is looked up."""

import pytest


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_what_pages_are_made_for_gets_to_them(client, method):
    assert client.generic(method, "/healthz").status_code == (405 if method == "POST" else 200)


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"])
@pytest.mark.parametrize("address", ["/healthz", "/admin/", "/fr/nowhere/"])
def test_everything_else_is_refused(client, method, address):
    answer = client.generic(method, address)
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, HEAD, POST")

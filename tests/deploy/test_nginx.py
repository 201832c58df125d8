"""The site of nginx, tried on loopback with a certificate of its own."""

import json
import subprocess

import pytest
from django.conf import settings

from portal.failures import pages
from tests.deploy.served import HOST, NGINX, copied_database, environment, proxying, serving

PROJECT = settings.PROJECT_DIR


@pytest.fixture
def portal(transactional_db, nefta, tmp_path):
    """nginx, and the portal behind it at a socket in the file system."""
    with proxying(tmp_path) as proxied, copied_database(tmp_path) as database:
        bind = f"unix:{tmp_path}/run/web.sock"
        with serving(tmp_path, environment(tmp_path, database), bind=bind):
            yield proxied


def test_the_portal_behind_it(portal):
    page = portal.get("/ar/m/nefta/", **{"X-Request-ID": "f" * 32, "X-Forwarded-For": "1.2.3.4"})
    assert page.status == 200
    assert page.headers["X-Request-ID"] != "f" * 32
    assert page.headers["Strict-Transport-Security"].startswith("max-age=31536000")
    assert "gunicorn" not in str(page.headers)
    assert page.headers["Server"] == "nginx"
    assert portal.get("/static/musharaka/theme.css").status == 200
    assert portal.get("/readyz").status == 200
    assert portal.get("/.well-known/security.txt").status == 200

    moved = portal.plain("/ar/?a=1")
    assert (moved.status, moved.headers["Location"]) == (301, f"https://{HOST}/ar/?a=1")

    outside = portal.get("/readyz", source="127.0.0.2")
    assert outside.status == 403, "the watchman's address is for this machine"

    for path in ("/fr/follow/7KQ4M9TD2XWC5RBH8JPVZ/", "/fr/?q=fatma", "/fr/m/fatma%20b/", "/ar/m/nefta/x/y/"):
        portal.get(path, **{"User-Agent": "fatma", "Referer": "https://fatma/"})
    lines = [json.loads(line) for line in portal.lines()]
    assert {line["path"] for line in lines} >= {"/fr/", "/ar/m/nefta/", "/static/"}
    written = "\n".join(portal.lines())
    assert not [word for word in ("fatma", "7KQ4", "127.0.0", "y/") if word in written]
    assert page.headers["X-Request-ID"] in written


def test_what_nginx_says_by_itself(tmp_path):
    """No portal behind it: the pages are the portal's own, with the number of the request put in by nginx."""
    with proxying(tmp_path) as proxied:
        for language in pages.LANGUAGES:
            away = proxied.get(f"/{language}/m/nefta/")
            text = away.body.decode()
            assert (away.status, away.headers["Retry-After"]) == (503, "5")
            assert f'<html lang="{language}"' in text
            assert f">{away.headers['X-Request-ID']}</bdi>" in text
            assert "default-src 'none'" in away.headers["Content-Security-Policy"]
            assert away.headers["Content-Type"] == "text/html; charset=utf-8"
        large = proxied.get("/fr/x", Cookie="a" * 40_000)
        assert large.status == 400
        assert "illisible" in large.body.decode()
        answers = [proxied.get("/ar/follow/x/") for _ in range(60)]
        refused = [answer for answer in answers if answer.status == 429]
        assert refused
        assert refused[0].headers["Retry-After"] == "60"
        assert "429" in refused[0].body.decode()


def test_nginx_finds_no_fault_with_it(tmp_path):
    """As text that ``nginx -t`` reads, and with every header that the portal sets on a failure of its own."""
    with proxying(tmp_path) as proxied:
        tried = subprocess.run(
            [NGINX, "-t", "-p", str(tmp_path), "-c", f"{tmp_path}/nginx.conf"],
            capture_output=True,
            check=False,
        )
        assert b"test is successful" in tried.stderr
        assert proxied.get("/ar/").headers["X-Content-Type-Options"] == "nosniff"

"""What a request may change, and what every answer says to browsers and to caches on its way."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.db import transaction
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.test import Client
from django.test.utils import override_settings
from django.urls import resolve, reverse
from django.utils import timezone
from lxml import html

from tests.house import permission_table
from tests.house.permission_cast import Cast, sign_in
from tests.house.permission_table import Row
from tests.queries import asked
from tests.trust.serving import COOKIE

ROWS = permission_table.rows()
ELSEWHERE = "https://elsewhere.example"
DONE = frozenset({"200", "302", "303", "400", "422"})
BY_TOKEN = frozenset({"subscription-end"})
"""Mail programs post here by themselves (RFC 8058): the token in the address is the right to do it, and all
that can be done is to stop letters."""
TELLS_BY_WRITING = frozenset({"ready"})
"""What a watchman is told depends on whether the database can be written to."""
_WRITES = re.compile(r"^\s*(INSERT|UPDATE|DELETE|REPLACE)\b", re.IGNORECASE)


@pytest.fixture
def own(db) -> Cast:
    return Cast("nefta")


@pytest.fixture
def foreign(db) -> Cast:
    return Cast("kenitra")


@pytest.fixture
def one_moment(own, foreign) -> Iterator[None]:
    """Nothing is written because time went on, as the end of a session is once in a minute."""
    with time_machine.travel(timezone.now(), tick=False):
        yield


@pytest.fixture(autouse=True)
def _no_press(monkeypatch) -> None:
    """What stands on papers is another check's."""
    monkeypatch.setattr("portal.papers.pages.render_pdf", lambda **_paper: b"%PDF-1.4")


def _without(left_out: str) -> override_settings:
    """Without one of the layers around every view."""
    return override_settings(MIDDLEWARE=[name for name in settings.MIDDLEWARE if name != left_out])


# --- state changes by a POST of our own pages alone -----------------------------------------------------


def _strict(visitor: str, own: Cast, foreign: Cast) -> Client:
    """Signed in, in a browser that holds the portal's cookie, and checked as in production."""
    known = sign_in(visitor, own.municipality, foreign.municipality)
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    for name, kept in known.cookies.items():
        client.cookies[name] = kept.value
    client.cookies["csrftoken"] = COOKIE
    return client


def _who_may(row: Row) -> str:
    """Somebody whom the table lets through, the least of them first; nobody for what takes no POST."""
    order = (
        "anonymous",
        "editor",
        "moderator",
        "answerer",
        "publisher",
        "auditor",
        "municipal_admin",
        "platform",
    )
    return next((name for name in order if row.answers[name] in DONE), "")


def _mutating() -> list[tuple[str, Row]]:
    rows = [(_who_may(row), row) for row in ROWS if row.method == "POST"]
    return [(who, row) for who, row in rows if who and row.route not in BY_TOKEN]


def _sent(client: Client, method: str, address: str, **headers: Any) -> tuple[HttpResponseBase, list[str]]:
    """The answer, and what was written on the way to it."""
    cookies = client.cookies.copy()
    data = {"csrfmiddlewaretoken": headers.pop("token")} if "token" in headers else {}
    with transaction.atomic(), asked() as queries:
        if method == "POST":
            response = client.post(address, data | {"post": "yes"}, **headers)
        else:
            response = client.generic(method, address, **headers)
        transaction.set_rollback(True)
    client.cookies = cookies
    return response, [query["sql"] for query in queries if _WRITES.match(query["sql"])]


FORGED: dict[str, dict[str, str]] = {
    "without a token": {},
    "with a token of its own": {"token": "b" * 32},
    "from elsewhere": {"token": COOKIE, "HTTP_ORIGIN": ELSEWHERE},
    "from a page that hides where it is": {"token": COOKIE, "HTTP_ORIGIN": "null"},
}


def _let_through(asked: Iterable[tuple[str, Row]], own: Cast, foreign: Cast) -> list[str]:
    """The forged requests that did something, and the honest ones that were taken for forged."""
    clients: dict[str, Client] = {}
    wrong = []
    for who, row in asked:
        client = clients.setdefault(who, _strict(who, own, foreign))
        address = own.address(row)
        for kind, headers in FORGED.items():
            response, written = _sent(client, "POST", address, **headers)
            if written or not _is_refused(response, address):
                wrong.append(f"{row} {kind}: {response.status_code} {written[:1]}")
        response, _ = _sent(client, "POST", address, token=COOKIE)
        if response.status_code == 403:
            wrong.append(f"{row} with its token: 403")
    return wrong


def _is_refused(response: HttpResponseBase, address: str) -> bool:
    """A page says so; the forms of people without an account are shown again, with all that was typed."""
    view = resolve(address.partition("?")[0]).func
    is_shown_again = getattr(view, "asks_for_csrf", False) and response.status_code in (200, 422)
    return response.status_code == 403 or is_shown_again


def _changed_by_reading(asked: Iterable[tuple[str, Row]], own: Cast, foreign: Cast) -> list[str]:
    clients: dict[str, Client] = {}
    wrong = []
    for who, row in asked:
        client = clients.setdefault(who, _strict(who, own, foreign))
        for method in ("GET", "HEAD"):
            response, written = _sent(client, method, own.address(row))
            if written or response.status_code >= 500:
                wrong.append(f"{method} {row}: {response.status_code} {written[:1]}")
    return wrong


def test_state_changes(trust, own, foreign, one_moment, monkeypatch):
    check = trust(
        8,
        "State changes by a POST of our own pages alone",
        target="100 % of the routes that change something",
    )
    mutating = _mutating()
    read = [
        ("municipal_admin", row) for row in ROWS if row.method == "GET" and row.route not in TELLS_BY_WRITING
    ]
    chance = random.Random(8)
    read = chance.sample(read, trust.count(quick=50, full=len(read)))
    forged = chance.sample(mutating, trust.count(quick=70, full=len(mutating)))
    wrong = _let_through(forged, own, foreign)
    wrong += _changed_by_reading([*forged, *read], own, foreign)
    with _without("django.middleware.csrf.CsrfViewMiddleware"):
        check.catches("no check of the token", bool(_let_through(forged[:10], own, foreign)))
    with monkeypatch.context() as broken:
        broken.setattr("portal.municipalities.access.concerns", lambda town: town.save())
        desk = [(who, row) for who, row in read if row.route.startswith("staff-")]
        check.catches("a page that writes as it is read", bool(_changed_by_reading(desk, own, foreign)))
    check.holds(
        not wrong,
        f"{len(wrong)} of {len(forged)} routes ({len(mutating)} in all) x {len(FORGED)} forgeries"
        f" let through, or changed by GET and HEAD, with {len(read)} pages more {wrong[:5] or ''}",
    )


# --- what every answer says ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Answer:
    """One answer, and whose it was."""

    who: str
    kind: str
    address: str
    response: Any
    body: bytes = b""

    def __str__(self) -> str:
        return f"{self.kind} {self.who} {self.address}"


def _ask(client: Client, who: str, kind: str, address: str, method: str = "GET", **headers: Any) -> Answer:
    cookies = client.cookies.copy()
    with transaction.atomic():
        response = client.generic(method, address, **headers)
        # Read to its end: a stream that is closed before would close the database with it.
        body = b"".join(response.streaming_content) if response.streaming else response.content
        transaction.set_rollback(True)
    client.cookies = cookies
    return Answer(who, kind, address, response, body)


def _pages(own: Cast, foreign: Cast, count: int) -> Iterator[Answer]:
    """The addresses of the whole map, as a reader and as two of the desk open them, and as nobody may."""
    visitors = ("anonymous", "municipal_admin", "platform", "editor", "stranger")
    clients = {name: sign_in(name, own.municipality, foreign.municipality) for name in visitors}
    rows = [row for row in ROWS if row.method == "GET"]
    firsts = [(who, row) for row in rows for who in ("anonymous", "municipal_admin")]
    others = [(who, row) for row in rows for who in visitors[2:]]
    chance = random.Random(44)
    for who, row in [*chance.sample(firsts, len(firsts)), *chance.sample(others, len(others))][:count]:
        yield _ask(clients[who], who, row.answers[who], own.address(row))


def _special(own: Cast, monkeypatch: pytest.MonkeyPatch) -> Iterator[Answer]:
    """The kinds of answers that no address of the map gives by itself."""
    client = Client(raise_request_exception=False, enforce_csrf_checks=True)
    for language in ("ar", "fr"):
        town = f"/{language}/m/{own.municipality.slug}/"
        yield _ask(client, "anonymous", "missing", f"/{language}/nowhere/")
        yield _ask(client, "anonymous", "forged", f"/{language}/sign-in/", "POST")
        yield _ask(client, "anonymous", "no slash", f"/{language}/m/{own.municipality.slug}")
        yield _ask(client, "anonymous", "wrong host", town, HTTP_HOST="elsewhere.example")
        yield _ask(client, "anonymous", "other method", town, "PUT")
        with monkeypatch.context() as broken:
            broken.setattr("portal.views.render", _fails)
            yield _ask(client, "anonymous", "broken", f"/{language}/")
    yield _ask(client, "anonymous", "missing", "/nowhere")
    yield _ask(client, "anonymous", "missing file", "/static/nowhere.css")
    yield _ask(client, "anonymous", "static", "/static/musharaka/theme.css")
    yield _ask(client, "anonymous", "static", "/static/admin/css/base.css")
    yield _ask(
        client, "anonymous", "not changed", "/static/musharaka/theme.css", HTTP_IF_MODIFIED_SINCE=_LATER
    )


_LATER = "Fri, 01 Jan 2100 00:00:00 GMT"


def _fails(*_arguments: object, **_named: object) -> HttpResponse:
    raise RuntimeError("broken on purpose")


def _unsafe(answer: Answer) -> list[str]:
    """What an answer leaves open in a browser."""
    headers = answer.response.headers
    told = headers.get("Content-Security-Policy", "").split(";")
    pairs = (each.strip().partition(" ") for each in told)
    directives = {name: values.split() for name, _, values in pairs}
    sources = [source for values in directives.values() for source in values]
    wrong = [
        f"allows {source}"
        for source in sources
        if "unsafe" in source or source in ("*", "data:", "http:", "https:")
    ]
    expected = {
        "X-Content-Type-Options": {"nosniff"},
        "Cross-Origin-Opener-Policy": {"same-origin"},
        "Referrer-Policy": {"same-origin", "no-referrer"},
    }
    wrong += [name for name, values in expected.items() if headers.get(name) not in values]
    wrong += [] if directives.get("default-src") == ["'none'"] else ["default-src"]
    wrong += [] if directives.get("frame-ancestors") == ["'none'"] else ["frame-ancestors"]
    wrong += [] if "camera=()" in headers.get("Permissions-Policy", "") else ["Permissions-Policy"]
    return wrong + _inline(answer)


_INLINE = (
    "//style | //@style | //script[not(@src)][not(@type='application/json')]"
    " | //@*[starts-with(name(), 'on')] | //@href[starts-with(normalize-space(.), 'javascript:')]"
)


def _inline(answer: Answer) -> list[str]:
    if "html" not in answer.response.headers.get("Content-Type", "") or not answer.body.strip():
        return []
    return [f"inline {str(each)[:40]}" for each in html.fromstring(answer.body).xpath(_INLINE)][:3]


def _badly_kept(answer: Answer) -> list[str]:
    """What a cache on the way may keep and give to somebody else."""
    headers = answer.response.headers
    told = {each.strip() for each in headers.get("Cache-Control", "").split(",")}
    varies = {each.strip().lower() for each in headers.get("Vary", "").split(",")}
    wrong = []
    if answer.response.cookies and not told & {"no-store", "private"}:
        wrong.append(
            f"sets {sorted(answer.response.cookies)} and may be kept: {headers.get('Cache-Control')}"
        )
    is_desk = "/staff/" in answer.address or answer.address.startswith("/admin/")
    if is_desk and answer.response.status_code == 200 and not (told & {"no-store"} or _is_file(answer)):
        wrong.append(f"of the desk, and kept: {headers.get('Cache-Control')}")
    language = re.match(r"/(ar|fr|en)/", answer.address)
    if language and "html" in headers.get("Content-Type", "") and answer.body:
        written = html.fromstring(answer.body).get("lang")
        if written != language[1]:
            wrong.append(f"written in {written}")
    elif answer.address in ("/", "/nowhere") and "accept-language" not in varies:
        wrong.append("chosen by the reader's language, and does not say so")
    if answer.who != "anonymous" and "public" in told and "no-store" in told:
        wrong.append("public and not to be kept")
    return wrong


def _is_file(answer: Answer) -> bool:
    """A file of the desk is asked for again each time, by whoever may have it: private, no-cache."""
    told = answer.response.headers.get("Cache-Control", "")
    return "Content-Disposition" in answer.response.headers and "private" in told


POISONS = {
    "HTTP_HOST": "poison.example",
    "HTTP_X_FORWARDED_HOST": "poison.example",
    "HTTP_X_FORWARDED_SERVER": "poison.example",
    "HTTP_FORWARDED": "host=poison.example",
    "HTTP_X_ORIGINAL_URL": "/poison.example/",
    "HTTP_X_REWRITE_URL": "/poison.example/",
    "HTTP_X_FORWARDED_PREFIX": "/poison.example",
}


def _reflected(own: Cast, count: int) -> tuple[int, list[str]]:
    """Answers with a word that came in as the name of a host: a cache would lead everybody there."""
    rows = [
        row for row in ROWS if row.method == "GET" and row.answers["anonymous"] in ("200", "302", "sign-in")
    ]
    asked = [(row, name) for row in random.Random(46).sample(rows, len(rows)) for name in POISONS]
    # The page that names its own address is asked in any case.
    asked = [(row, name) for row in rows for name in POISONS if row.route == "security-txt"] + asked
    client, wrong = Client(raise_request_exception=False), []
    for row, name in asked[:count]:
        answer = _ask(client, "anonymous", row.route, own.address(row), **{name: POISONS[name]})
        text = answer.body.decode(errors="replace") + str(dict(answer.response.headers))
        if "poison.example" in text:
            wrong.append(f"{name} {answer.address}")
    return len(asked[:count]), wrong


def test_answers(trust, own, foreign, monkeypatch, request):
    headers = trust(
        44, "Headers of every answer", target="100 % of 300 answers of every kind, nothing inline"
    )
    caches = trust(46, "Caches", target="0 of 300 answers kept wrongly, 0 hosts reflected")
    served = override_settings(WHITENOISE_USE_FINDERS=True, WHITENOISE_AUTOREFRESH=True, DEBUG=False)
    served.enable()
    request.addfinalizer(served.disable)
    answers = [*_special(own, monkeypatch), *_pages(own, foreign, trust.count(quick=320, full=100_000))]
    unsafe = {str(answer): wrong for answer in answers if (wrong := _unsafe(answer))}
    kinds = Counter(answer.response.status_code for answer in answers)
    every_kind = {200, 302, 400, 403, 404, 405, 500} <= set(kinds)
    with _without("csp.middleware.CSPMiddleware"):
        headers.catches("no policy", bool(_unsafe(_ask(Client(), "anonymous", "page", reverse("home")))))
    planted = HttpResponse(
        "<html><body><p style='x'>a</p></body></html>", headers=dict(answers[-1].response.headers)
    )
    planted.headers["Content-Type"] = "text/html"
    headers.catches("a style within a page", bool(_inline(Answer("", "", "", planted, planted.content))))
    types = {answer.response.headers.get("Content-Type", "").partition(";")[0] for answer in answers}
    headers.holds(
        not unsafe and len(answers) >= 300 and every_kind,
        f"{len(unsafe)} of {len(answers)} answers ({dict(sorted(kinds.items()))}, {len(types)} types)"
        f" {list(unsafe.items())[:6] or ''}",
    )
    kept = {str(answer): wrong for answer in answers if (wrong := _badly_kept(answer))}
    asked, reflected = _reflected(own, trust.count(quick=200, full=100_000))
    with override_settings(USE_X_FORWARDED_HOST=True, ALLOWED_HOSTS=["*"]):
        caches.catches("a host that anybody may name", bool(_reflected(own, 7)[1]))
    with_cookie = HttpResponse("", headers={"Cache-Control": "public, max-age=60"})
    with_cookie.set_cookie("a", "b")
    caches.catches(
        "a cookie that is kept for all", bool(_badly_kept(Answer("anonymous", "", "/x", with_cookie)))
    )
    caches.holds(
        not kept and not reflected and len(answers) >= 300,
        f"{len(kept)} of {len(answers)} answers kept wrongly, {len(reflected)} of {asked} hosts reflected"
        f" {list(kept.items())[:6] or ''} {reflected[:3] or ''}",
    )

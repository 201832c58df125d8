"""Who may do what to whose rows, by the table of docs/permissions.md; and fields that nobody may set."""

from __future__ import annotations

import datetime
import random
import re
import statistics
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
from django import forms
from django.apps import apps
from django.db import transaction
from django.template.response import SimpleTemplateResponse
from django.test import Client
from django.urls import resolve, reverse
from lxml import html

from consultations.models import Consultation
from consultations.periods import desk_consultation
from portal.accounts.forms import AccountForm
from portal.municipalities.access import ALLOWED, Act
from portal.municipalities.models import Municipality, Role
from tests.house import permission_table
from tests.house.permission_cast import Cast, ask, in_words, sign_in
from tests.house.permission_table import Row
from tests.queries import asked
from tests.trust.forms_walk import Field, Form, Walk, keep_forms, post

ROWS = permission_table.rows()
VISITORS = list(ROWS[0].answers)
OTHER_METHODS = ("HEAD", "PUT", "PATCH", "DELETE")
REFUSED = ("400", "403", "404", "405", "422")
MISSING = 90_000_000
"""No row has such a key."""


@pytest.fixture
def undrawn(monkeypatch) -> None:
    """Whether somebody gets a page is decided before it is drawn, which is what takes the time."""
    monkeypatch.setattr(SimpleTemplateResponse, "rendered_content", property(lambda response: ""))
    monkeypatch.setattr("portal.papers.pages.render_pdf", lambda **_paper: b"%PDF-1.4")


@pytest.fixture
def own(db) -> Cast:
    return Cast("nefta")


@pytest.fixture
def foreign(db) -> Cast:
    return Cast("kenitra")


# --- the table ----------------------------------------------------------------------------------------


Cell = tuple[str, Row]


def _cells(count: int) -> list[Cell]:
    """So many cells of the table: one of each route at least, the rest by lot."""
    every = [(visitor, row) for row in ROWS for visitor in VISITORS]
    chance = random.Random(14)
    firsts = {row.route: (chance.choice(VISITORS), row) for row in ROWS}
    cells = [*firsts.values(), *chance.sample(every, len(every))]
    return list({f"{visitor} {row}": (visitor, row) for visitor, row in cells}.values())[:count]


def _wrong(cells: Iterable[Cell], own: Cast, foreign: Cast) -> list[str]:
    """The cells that answer otherwise than the table says."""
    clients = {name: sign_in(name, own.municipality, foreign.municipality) for name in VISITORS}
    found = []
    for visitor, row in cells:
        answer = ask(clients[visitor], row, own.address(row))
        if answer != row.answers[visitor]:
            found.append(f"{visitor} {row}: {answer}, not {row.answers[visitor]}")
    return found


def _disabled(own: Cast, foreign: Cast, count: int) -> tuple[int, list[str]]:
    """How often somebody asked whose account was closed while signed in, and where they were let in."""
    client = sign_in(Role.MUNICIPAL_ADMIN, own.municipality, foreign.municipality)
    apps.get_model("accounts.User").objects.filter(pk=client.session["_auth_user_id"]).update(is_active=False)
    rows = random.Random(8).sample(ROWS, min(count, len(ROWS)))
    wrong = [str(row) for row in rows if ask(client, row, own.address(row)) != row.answers["anonymous"]]
    return len(rows), wrong


def _by_other_methods(own: Cast, foreign: Cast, count: int) -> tuple[int, list[str]]:
    """HEAD answers as GET does; what no page is made for is refused."""
    visitors = ("municipal_admin", "stranger", "anonymous")
    clients = {name: sign_in(name, own.municipality, foreign.municipality) for name in visitors}
    read = [row for row in ROWS if row.method == "GET"]
    asked = [(visitor, method, row) for row in read for visitor in visitors for method in OTHER_METHODS]
    chosen = random.Random(46).sample(asked, min(count, len(asked)))
    wrong = []
    for visitor, method, row in chosen:
        told = _by(clients[visitor], method, own.address(row))
        expected = row.answers[visitor]
        is_refused = told == "405"
        if told != expected if method == "HEAD" else not is_refused:
            wrong.append(f"{method} {visitor} {row}: {told}, GET {expected}")
    return len(chosen), wrong


def _by(client: Client, method: str, address: str) -> str:
    cookies = client.cookies.copy()
    with transaction.atomic():
        answer = in_words(client, client.generic(method, address))
        transaction.set_rollback(True)
    client.cookies = cookies
    return answer


# --- what is foreign is as what is missing --------------------------------------------------------------


@dataclass(frozen=True)
class Pair:
    """Two addresses that must not be told apart: of a row of others, and of none."""

    row: Row
    foreign: str
    missing: str


def _pairs(own: Cast, foreign: Cast) -> Iterator[Pair]:
    for row in ROWS:
        address = foreign.address(row)
        path, mark, query = address.partition("?")
        match = resolve(path)
        if not match.kwargs and not match.args:
            continue
        if row.route.startswith("admin:"):
            if row.answers["stranger"] == "404" and match.kwargs.get("object_id", "").isdigit():
                missing = re.sub(rf"/{match.kwargs['object_id']}/", f"/{MISSING}/", address)
                yield Pair(row, address, missing)
            continue
        if row.state == "draft":
            # That there is such a municipality everybody may know; not what it has not published.
            yield Pair(row, address, reverse(row.route, kwargs=match.kwargs | _unknown(match.kwargs)))
        elif row.answers["stranger"] == "404" and "slug" in match.kwargs:
            nowhere = reverse(row.route, kwargs=match.kwargs | {"slug": "nowhere"})
            yield Pair(row, address, f"{nowhere}{mark}{query}")
        if query and row.method == "GET":
            here = reverse(row.route, kwargs=match.kwargs | {"slug": own.municipality.slug})
            yield Pair(row, f"{here}?{query}", f"{here}?{re.sub(r'[0-9]+', str(MISSING), query)}")
        named = {name: MISSING for name in ("pk", "file_pk") if name in match.kwargs}
        if named and "slug" in match.kwargs:
            here = match.kwargs | {"slug": own.municipality.slug}
            yield Pair(row, reverse(row.route, kwargs=here), reverse(row.route, kwargs=here | named))


def _unknown(kwargs: dict[str, Any]) -> dict[str, Any]:
    """What stands for the outermost thing that is named, for one that there is not."""
    others = {"year": 1999, "plan": "nowhere", "number": MISSING, "pk": MISSING}
    name = next((name for name in others if name in kwargs), "key")
    return {name: others.get(name) or kwargs[name][::-1]}


@dataclass(frozen=True)
class Seen:
    """What an answer shows to whoever looks for a difference."""

    status: int
    answer: str
    """In the table's words: one whom the admin leads to its door is told there that it is not theirs."""
    headers: tuple[tuple[str, str], ...]
    body: bytes
    queries: int
    seconds: float


def _see(client: Client, method: str, address: str) -> Seen:
    cookies = client.cookies.copy()
    with transaction.atomic():
        with asked() as queries:
            started = time.process_time()
            response = client.generic(method, address)
            seconds = time.process_time() - started
        answer = in_words(client, response)
        transaction.set_rollback(True)
    client.cookies = cookies
    own_words = {"X-Request-ID", "Content-Length", "Set-Cookie"}
    headers = tuple(
        (name, _from_now(text) if name == "Expires" else _blank(text, address))
        for name, text in response.headers.items()
        if name not in own_words
    )
    body = b"".join(response.streaming_content) if response.streaming else response.content
    told = _blank(body.decode(errors="replace"), address)
    told = re.sub(re.escape(response.headers.get("X-Request-ID", "-")), "", told)
    told = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", told)
    return Seen(response.status_code, answer, headers, told.encode(), len(queries), seconds)


def _from_now(moment: str) -> str:
    """The second at which it was asked is no difference between two answers."""
    return "at once" if abs(parsedate_to_datetime(moment).timestamp() - time.time()) < 5 else moment


def _blank(text: str, address: str) -> str:
    """Without the address that was asked for, which a page may repeat in its links to other languages."""
    path, mark, query = address.partition("?")
    bare = re.sub(r"^/\w\w/", "/", path)
    text = re.sub(rf"{re.escape(mark + query)}(?!\w)", "", text) if query else text
    return text.replace(path, "").replace(bare, "").replace(path.replace("/", "%2F"), "")


def _told_apart(
    pairs: list[Pair], own: Cast, foreign: Cast, members: Iterable[str]
) -> tuple[list[str], list[float]]:
    """Where a row of others does not answer as none does; and by how much longer each takes."""
    wrong, longer = [], []
    for member in members:
        client = sign_in(member, own.municipality, foreign.municipality)
        for pair in pairs:
            there = _see(client, pair.row.method, pair.foreign)
            nowhere = _see(client, pair.row.method, pair.missing)
            again = _see(client, pair.row.method, pair.foreign)
            longer.append(min(there.seconds, again.seconds) / max(nowhere.seconds, 1e-6))
            differ = [
                name
                for name in ("status", "answer", "headers", "body", "queries")
                if getattr(there, name) != getattr(nowhere, name)
            ]
            if differ or nowhere.answer not in REFUSED:
                wrong.append(f"{member} {pair.row} {pair.foreign}: {there.answer} {nowhere.answer} {differ}")
    return wrong, longer


def _draft_and_all(municipality: Municipality, number: int, **_also: Any) -> Consultation:
    return desk_consultation(municipality, number)


def test_matrix(trust, undrawn, own, foreign, monkeypatch):
    check = trust(
        14,
        "Every route, role and method, own and foreign",
        target="0 wrong of 2,000 cells; what is foreign as what is missing",
    )
    cells = _cells(trust.count(quick=1_300, full=len(ROWS) * len(VISITORS)))
    wrong = _wrong(cells, own, foreign)
    closed, let_in = _disabled(own, foreign, trust.count(quick=100, full=len(ROWS)))
    others, let_through = _by_other_methods(own, foreign, trust.count(quick=500, full=100_000))
    pairs = list(_pairs(own, foreign))
    chosen = random.Random(1).sample(pairs, trust.count(quick=130, full=len(pairs)))
    members = trust_members(trust)
    apart, longer = _told_apart(chosen, own, foreign, members)
    asked = len(cells) + closed + others + len(chosen) * len(members)
    faults = [*wrong, *let_in, *let_through, *apart]
    ratio = statistics.median(longer)
    some = [cell for cell in cells if cell[0] in ("stranger", "auditor")][:200]
    with monkeypatch.context() as broken:
        broken.setattr("portal.municipalities.access.is_member", lambda *_: True)
        broken.setattr("portal.municipalities.access.allows", lambda *_: True)
        check.catches("a door that forgets whose municipality it is", bool(_wrong(some, own, foreign)))
        opened, _ = _told_apart(chosen[:40], own, foreign, ["editor"])
        check.catches("a foreign row that answers otherwise than none", bool(opened))
    with monkeypatch.context() as broken:
        broken.setattr("consultations.views.contributing.consultation_of", _draft_and_all)
        drafts = [pair for pair in pairs if pair.row.route == "contribute"]
        told, _ = _told_apart(drafts, own, foreign, ["editor"])
        check.catches("a draft that takes one question more than none", bool(told))
    with monkeypatch.context() as broken:
        broken.setitem(ALLOWED, Act.EDIT, ALLOWED[Act.EDIT] | {Role.AUDITOR})
        check.catches("a role that may more than the table says", bool(_wrong(some, own, foreign)))
    untold = set(permission_table.routes()) - {row.route for row in ROWS[1:] if row.route != "health"}
    check.catches("a route without a row", bool(untold))
    check.holds(
        not faults
        and asked >= 2_000
        and len(set(permission_table.routes()) - {row.route for row in ROWS}) == 0
        and 0.8 <= ratio <= 1.25,
        f"{len(faults)} wrong of {asked:,} cells of {len({row.route for row in ROWS})} routes"
        f" ({len(chosen) * len(members)} pairs of foreign and missing; foreign takes {ratio:.2f} of the time)"
        f" {faults[:5] or ''}",
    )


def trust_members(trust: Any) -> list[str]:
    return [role.value for role in Role] if trust.is_full else ["municipal_admin"]


# --- fields that nobody may set -------------------------------------------------------------------------

WALKERS = ("anonymous", "municipal_admin", "platform")
PROTECTED = frozenset(
    {
        *("municipality", "status", "version", "revision", "is_staff", "is_superuser", "is_active", "role"),
        *("published_at", "created_at", "created_by", "uploaded_by", "invited_by", "approved_at", "user"),
        *("decided_by", "is_public", "is_fictional", "publishing_needs_two", "sha256", "receipt_hash"),
    }
)
LONG_AGO = "1999-01-01"


def _poison(own: Cast, foreign: Cast) -> dict[str, str]:
    town, person = str(foreign.municipality.pk), str(foreign.objects["accounts_user"].pk)
    by_name = dict.fromkeys(PROTECTED, "on") | {
        "municipality": town,
        "status": "published",
        "version": "987654",
        "revision": "987654",
        "role": "municipal_admin",
        "roles": "municipal_admin",
        "municipality_id": town,
        "groups": "1",
        "sha256": "f" * 64,
        "receipt_hash": "f" * 64,
    }
    by_name |= {name: person for name in PROTECTED if name.endswith("_by") or name == "user"}
    return by_name | {name: f"{LONG_AGO}T00:00:00Z" for name in PROTECTED if name.endswith("_at")}


def _state() -> Counter[tuple[str, ...]]:
    """What stands in the columns that no form may set; of a moment whether it is the one that was sent."""
    found: Counter[tuple[str, ...]] = Counter()
    for model in apps.get_models():
        names = [field.attname for field in model._meta.concrete_fields if field.name in PROTECTED]
        if names and model.__module__.partition(".")[0] in ("portal", "programs", "consultations"):
            for values in model._base_manager.values_list(*names):
                found[(model._meta.label, *(_plain(value) for value in values))] += 1
    return found


def _plain(value: Any) -> str:
    return ("1999" if value.year == 1999 else "some day") if hasattr(value, "year") else str(value)


def _forms_of(own: Cast, foreign: Cast) -> Walk:
    """Every form of every route, as the pages of the whole map show it."""
    clients = {name: sign_in(name, own.municipality, foreign.municipality) for name in WALKERS}
    found = Walk(clients)
    posts = {row.route: row.answers for row in ROWS if row.method == "POST" and not row.state}
    for row in ROWS:
        sent = posts.get(row.route, row.answers)
        for walker in WALKERS:
            if row.method == "GET" and not row.state and row.answers[walker] == "200":
                # What a municipality's administrator reads alone, the platform's may change.
                is_same = sent["municipal_admin"] == sent["platform"]
                if walker == "platform" and row.answers["municipal_admin"] == "200" and is_same:
                    continue
                address = own.address(row)
                response = clients[walker].get(address)
                if "html" in response.headers.get("Content-Type", "") and response.content:
                    keep_forms(found, walker, address, html.fromstring(response.content))
    return found


def _bare_forms(found: Walk, own: Cast) -> list[Form]:
    """A form without fields for each route that takes a POST and shows none."""
    shown = {form.route for form in found.posts}
    rows = [row for row in ROWS if row.method == "POST" and row.route not in shown and not row.state]
    bare = []
    for row in rows:
        walker = next(
            (name for name in WALKERS if row.answers[name] in ("200", "302", "303", "422", "400")), ""
        )
        if walker and row.route not in ("sign-out", "admin:logout"):
            bare.append(Form(walker, row.route, own.address(row), "post", (), False))
    return bare


def _set(found: Walk, form: Form, poison: dict[str, str]) -> tuple[bool, bool]:
    """Whether the form was accepted, and whether what it has no field for changed anything."""
    # A box that was left unticked is a field as well, but it counts as one for the platform's administrator
    # alone, who makes others of their kind: anybody else's are sent ticked and may change nothing protected.
    offered = form.unticked if form.walker == "platform" else frozenset()
    has = {re.sub(r".*-", "", name) for name in (*(each.name for each in form.fields), *offered)}
    extra = [Field(name, "hidden", value, False) for name, value in poison.items() if name not in has]
    states: list[Counter[tuple[str, ...]]] = []
    told = []
    for sent in (form, replace(form, fields=(*form.fields, *extra))):
        told.append(post(found, sent, {}, is_drawn=False, look=lambda: states.append(_state())))
    differs = states[0] != states[1] or told[0].status != told[1].status
    return told[0].was_accepted, differs


class _Generous(AccountForm):
    class Meta(AccountForm.Meta):
        fields = (*AccountForm.Meta.fields, "is_superuser")

    is_superuser = forms.BooleanField(required=False)


def test_fields_that_nobody_may_set(trust, own, foreign, monkeypatch):
    check = trust(15, "Fields that nobody may set", target="100 % of forms, 0 columns changed")
    monkeypatch.setattr("portal.papers.pages.render_pdf", lambda **_paper: b"%PDF-1.4")
    monkeypatch.setattr("consultations.tokens.SHORTEST", datetime.timedelta(0))
    found = _forms_of(own, foreign)
    poison = _poison(own, foreign)
    every = [form for form in [*found.posts, *_bare_forms(found, own)] if "sign-out" not in form.route]
    chosen = random.Random(15).sample(every, min(len(every), trust.count(quick=90, full=100_000)))
    outcome = {form: _set(found, form, poison) for form in chosen}
    wrong = [f"{form.route} {form.walker}" for form, (_, differs) in outcome.items() if differs]
    accepted = sum(was_accepted for was_accepted, _ in outcome.values())
    account = next(form for form in every if form.route == "account")
    with monkeypatch.context() as broken:
        broken.setattr("portal.accounts.views.AccountForm", _Generous)
        check.catches("a form that takes is_superuser", _set(found, account, poison)[1])
    check.holds(
        not wrong and accepted >= len(chosen) // 5,
        f"{len(wrong)} of {len(chosen)} forms of {len({form.route for form in chosen})} routes,"
        f" {accepted} accepted,"
        f" {len(poison)} names each {wrong[:5] or ''}",
    )

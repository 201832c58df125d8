"""Every form and every address of the portal, found as people find them: by following the links of the demo.

What a person may not see is not offered, so several people walk. What only a script sends is named by hand.
"""

from __future__ import annotations

import inspect
import re
import traceback
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl, quote

from django.apps import apps
from django.db import transaction
from django.template.backends.django import Template
from django.test import Client
from django.urls import Resolver404, ResolverMatch, resolve
from django.utils.translation import override
from lxml import html

from portal.accounts.models import User
from programs.models import Task
from tests.trust.corpus import CORPUS, in_address

BOUNDARY = "a-boundary-of-the-walk"
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
WALKERS = {
    "anonymous": "",
    "manager": "manager@exemple.example",
    "publisher": "publisher@exemple.example",
    "moderator": "moderator@exemple.example",
    "answerer": "answerer@exemple.example",
    "platform": "admin@musharaka.example",
}
_STARTS = ("/ar/", "/ar/m/exemple/", "/ar/m/nefta/", "/ar/m/kenitra/", "/ar/m/exemple/staff/", "/admin/")
# Following these would end the walk; papers are walked where papers are checked.
_LEFT_OUT = re.compile(r"sign-out|logout|\.(pdf|zip|docx|xlsx|csv|ics|json|py)$")
_PARAMETER = re.compile(r"""(?:GET|data|query|asked|given)(?:\.get|\.getlist)?[\[(]\s*f?["']([\w-]+)["']""")


@dataclass(frozen=True)
class Field:
    """One control of a form: what it is called, what kind it is, and what a person would leave in it."""

    name: str
    kind: str
    value: str
    is_free: bool
    """Whether a person types into it."""


@dataclass(frozen=True)
class Form:
    """A form as one person sees it."""

    walker: str
    route: str
    address: str
    method: str
    fields: tuple[Field, ...]
    is_multipart: bool
    unticked: frozenset[str] = frozenset()
    """The boxes that it offers and sends nothing of."""

    @cached_property
    def distinct(self) -> list[Field]:
        """One control of each kind, those for words first: the same of other rows differ in their numbers."""
        kinds: dict[str, Field] = {}
        for each in sorted(self.fields, key=lambda each: not each.is_free):
            kinds.setdefault(re.sub(r"\d+", "#", each.name), each)
        return list(kinds.values())

    @property
    def key(self) -> tuple[str, frozenset[str]]:
        """Two forms of one route with the same controls are one; rows are told by numbers only."""
        return self.route, frozenset(re.sub(r"\d+", "#", each.name) for each in self.fields)


@dataclass
class Walk:
    """What was found: pages, the forms in them, and by route an address with each person who can open it."""

    clients: dict[str, Client]
    forms: dict[tuple[str, frozenset[str]], Form] = field(default_factory=dict)
    addresses: dict[str, tuple[str, str]] = field(default_factory=dict)
    parameters: dict[str, set[str]] = field(default_factory=dict)
    pages: list[tuple[str, str]] = field(default_factory=list)

    @property
    def posts(self) -> list[Form]:
        return [form for form in self.forms.values() if form.method == "post" and form.fields]


def signed_in() -> dict[str, Client]:
    """A client for each walker; an error of the portal is an answer 500, not an exception."""
    clients = {}
    for name, email in WALKERS.items():
        client = clients[name] = Client(raise_request_exception=False)
        if email:
            client.force_login(User.objects.get(email=email))
    return clients


def walk(clients: dict[str, Client], *, each: int = 1) -> Walk:
    """Follow the links from the first pages, ``each`` addresses of every kind that nobody opened before."""
    found, opened = Walk(clients), Counter[str]()
    for walker, client in clients.items():
        waiting, seen, tried = list(_STARTS), set(_STARTS), Counter[str]()
        while waiting:
            address = waiting.pop(0)
            match = match_of(address)
            if match is None or (match.namespace == "admin" and walker != "platform"):
                continue
            kind = _kind(match, address)
            if address not in _STARTS and (opened[kind] >= each or tried[kind] > each):
                continue
            tried[kind] += 1
            links = list(_look(found, walker, client, address, match))
            opened[kind] += bool(links)
            waiting += [link for link in links if link not in seen]
            seen.update(links)
    _add_scripts(found)
    return found


def match_of(address: str) -> ResolverMatch | None:
    """The route of an address, if it has one."""
    path = address.partition("?")[0]
    try:
        # Not in the language of whatever was asked for last: all walk in Arabic.
        with override("ar"):
            return resolve(path)
    except Resolver404:
        return None


def _kind(match: ResolverMatch, address: str) -> str:
    """What counts as another page of one route: one that shows something else by a name in its query."""
    names = sorted({name for name, _ in parse_qsl(address.partition("?")[2], keep_blank_values=True)})
    if match.namespace == "admin":
        return match.view_name
    return f"{match.view_name} {names if len(names) == 1 else bool(names)}"


def _look(found: Walk, walker: str, client: Client, address: str, match: ResolverMatch) -> Iterator[str]:
    if not _LEFT_OUT.search(address.partition("?")[0]):
        response = client.get(address)
    else:
        found.addresses.setdefault(match.view_name, (walker, address))
        return
    if "Location" in response.headers:
        yield response.headers["Location"]
    if response.status_code != 200 or "html" not in response.headers.get("Content-Type", ""):
        return
    found.addresses.setdefault(match.view_name, (walker, address))
    found.pages.append((walker, address))
    tree = html.fromstring(response.content)
    keep_forms(found, walker, address, tree)
    for link in tree.xpath("//a/@href"):
        bare = link.partition("#")[0]
        path = f"{address.partition('?')[0]}{bare}" if bare.startswith("?") else bare
        if path.startswith("/"):
            yield path


def keep_forms(found: Walk, walker: str, page: str, tree: html.HtmlElement) -> None:
    """Note the forms of a page that one person opened."""
    for form in tree.iter("form"):
        _keep(found, walker, page, form)


def _keep(found: Walk, walker: str, page: str, element: html.FormElement) -> None:
    action = element.get("action") or page
    address = action if action.startswith("/") else page.partition("?")[0] + action
    match = match_of(address)
    if match is None:
        return
    method = (element.get("method") or "get").lower()
    fields = tuple(_controls(element))
    if method == "get":
        found.parameters.setdefault(match.view_name, set()).update(each.name for each in fields)
    is_multipart = "multipart" in (element.get("enctype") or "")
    boxes = element.xpath(".//input[@type='checkbox' and not(@checked) and not(@disabled)]/@name")
    unticked = frozenset(map(str, boxes)) - {each.name for each in fields}
    form = Form(walker, match.view_name, address, method, fields, is_multipart, unticked)
    found.forms.setdefault(form.key, form)


def _controls(element: html.FormElement) -> Iterator[Field]:
    for control in element.xpath(".//input | .//select | .//textarea | .//button"):
        name, kind = control.get("name"), control.get("type") or control.tag
        if not name or name == "csrfmiddlewaretoken" or "disabled" in control.attrib:
            continue
        if control.tag == "select":
            chosen = [option.get("value", option.text or "") for option in control.iter("option")]
            held = [option.get("value", "") for option in control.xpath(".//option[@selected]")]
            value = next((each for each in held + chosen if each), "") or _first_row(control)
            yield Field(name, "select", value, False)
        elif control.tag == "textarea":
            yield Field(name, "textarea", (control.text or "").strip() or "نص texte", True)
        elif kind in ("checkbox", "radio"):
            if "checked" in control.attrib or "required" in control.attrib:
                yield Field(name, kind, control.get("value", "on"), False)
        else:
            is_free = kind in (
                "text",
                "search",
                "email",
                "tel",
                "url",
                "number",
                "date",
                "time",
                "password",
                "input",
            )
            yield Field(name, kind, control.get("value") or _plausible(kind, name), is_free)


def _first_row(control: html.HtmlElement) -> str:
    """What somebody would find in the admin's search within a list, which a page does not hold."""
    if not control.get("data-model-name"):
        return ""
    model = apps.get_model(control.get("data-app-label"), control.get("data-model-name"))
    related = model._meta.get_field(control.get("data-field-name")).related_model
    row = related._base_manager.order_by("-pk").first()  # type: ignore[union-attr]
    return str(row.pk) if row else ""


def _plausible(kind: str, name: str) -> str:
    by_kind = {"email": "a@example.org", "url": "https://example.org/", "number": "3", "date": "2027-05-04"}
    if kind in by_kind:
        return by_kind[kind]
    if kind == "time":
        return "10:30"
    if re.search(r"date|_on$|since|until", name):
        return "2027-05-04"
    if re.search(r"amount|cost|number|population|count|percent|year|days", name):
        return "3"
    return "نص texte" if kind in ("text", "input", "search", "tel") else ""


def _add_scripts(found: Walk) -> None:
    """What a page's script sends without a form: one cell of the sheet, and that somebody is there."""
    base = "/ar/m/exemple/staff/programs/2028/"
    task = Task.objects.filter(phase__program__year=2028, phase__program__municipality__slug="exemple")[0]
    for field_name in ("title_ar", "title_fr", "session_date"):
        told = {
            "kind": "task",
            "pk": str(task.pk),
            "field": field_name,
            "version": str(task.version),
            "value": "2027-05-04" if field_name == "session_date" else "x",
            "base": str(getattr(task, field_name) or ""),
            "reason": "نص",
            "seen": "",
        }
        form = _sent_by_script("program-cells", f"{base}cells/", told)
        found.forms["program-cells", frozenset({field_name})] = form
    place = {"place": f"task-{task.pk}-title_fr"}
    present = _sent_by_script("program-presence", f"{base}presence/", place)
    found.forms["program-presence", frozenset()] = present


def _sent_by_script(route: str, address: str, told: dict[str, str]) -> Form:
    fields = tuple(Field(name, "text", value, True) for name, value in told.items())
    return Form("manager", route, address, "post", fields, False)


# Posts


@dataclass(frozen=True)
class Answer:
    """What became of one request."""

    route: str
    address: str
    changed: tuple[tuple[str, str], ...]
    status: int
    was_accepted: bool
    error: str = ""

    def __str__(self) -> str:
        changed = {name: ascii(text[:60]) for name, text in self.changed[:3]}
        return f"{self.status} {self.route} {self.address} {changed} {self.error}"


def post(
    walk_: Walk,
    form: Form,
    changed: dict[str, str],
    *,
    language: str = "ar",
    is_drawn: bool = True,
    look: Callable[[], object] = lambda: None,
) -> Answer:
    """Send a form with some of its fields changed; ``look`` at what it did, which then is taken back.

    Drawing the page of an answer takes most of the time: without it a form is read, judged and kept all the
    same.
    """
    form = replace(form, address=re.sub(r"^/ar/", f"/{language}/", form.address))
    pairs = [(each.name, changed.get(each.name, each.value), each.kind) for each in form.fields]
    body, kind = _multipart(pairs) if form.is_multipart else _encoded(pairs)
    client = walk_.clients[form.walker]
    cookies = client.cookies.copy()
    with transaction.atomic(), nullcontext() if is_drawn else _undrawn():
        response = client.generic("POST", form.address, body, content_type=kind)
        answer = _answer(form, changed, response)
        look()
        transaction.set_rollback(True)
    client.cookies = cookies
    return answer


@contextmanager
def _undrawn() -> Iterator[None]:
    drawn = Template.render
    Template.render = lambda *_arguments: ""  # type: ignore[method-assign]
    try:
        yield
    finally:
        Template.render = drawn  # type: ignore[method-assign]


def _answer(form: Form, changed: dict[str, str], response: Any) -> Answer:
    where = response.headers.get("Location", "")
    went_on = response.status_code in (301, 302, 303) and "sign-in" not in where
    was_saved = '"outcome": "saved"' in response.headers.get("HX-Trigger", "")
    return Answer(
        form.route,
        form.address,
        tuple(changed.items()),
        response.status_code,
        went_on or was_saved,
        _said(response),
    )


def _said(response: Any) -> str:
    """The error behind an answer, and where in our code it came from."""
    error = getattr(response, "exc_info", None)
    if not error:
        return ""
    frames = [frame for frame in traceback.extract_tb(error[2]) if "site-packages" not in frame.filename]
    where = "/".join(frames[-1].filename.split("/")[-3:]) + f":{frames[-1].lineno}" if frames else ""
    return f"{error[0].__name__}: {str(error[1])[:200]} {where}"


def _encoded(pairs: Sequence[tuple[str, str, str]]) -> tuple[bytes, str]:
    body = "&".join(f"{quote(name)}={in_address(value)}" for name, value, kind in pairs if kind != "file")
    return body.encode(), "application/x-www-form-urlencoded"


def _multipart(pairs: Sequence[tuple[str, str, str]]) -> tuple[bytes, str]:
    parts: list[str | bytes] = []
    for name, value, kind in pairs:
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"'
        if kind == "file":
            head += f'; filename="{_file_name(value)}"\r\nContent-Type: application/pdf'
        parts += [f"{head}\r\n\r\n", PDF if kind == "file" else value, "\r\n"]
    parts.append(f"--{BOUNDARY}--\r\n")
    body = b"".join(
        part if isinstance(part, bytes) else part.encode("utf-8", "surrogatepass") for part in parts
    )
    return body, f"multipart/form-data; boundary={BOUNDARY}"


def _file_name(value: str) -> str:
    """As browsers write it into a header."""
    return value.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A") or "a.pdf"


def hostile_posts(
    forms: Sequence[Form], count: int, texts: Sequence[str] = CORPUS
) -> Iterator[tuple[Form, dict[str, str]]]:
    """``count`` posts: mostly one hostile text in one field, each fifth one of them in many fields at once.

    Forms, their fields and strings take turns, so that each field meets others each time round.
    """
    for number in range(count):
        form, round_ = forms[number % len(forms)], number // len(forms)
        free = [each for each in form.distinct if each.is_free]
        chosen = form.distinct[round_ % len(form.distinct)]
        at = number * 31 + round_ * 7
        if number % 5 or not free:
            yield form, {chosen.name: texts[at % len(texts)]}
        else:
            yield form, {each.name: texts[(at + k * 13) % len(texts)] for k, each in enumerate(free[:30])}


# Addresses


def hostile_addresses(
    walk_: Walk, count: int, texts: Sequence[str] = CORPUS
) -> Iterator[tuple[str, str, str]]:
    """``count`` addresses (walker, route, address) with one name in the path or the query changed."""
    places = [place for route in sorted(walk_.addresses) for place in _places(walk_, route)]
    for number in range(count):
        walker, route, build = places[number * 104_729 % len(places)]
        text = texts[(number * 31 + number // len(places)) % len(texts)]
        address = build[0] + in_address(text) + build[1]
        yield walker, route, re.sub(r"^/ar/", "/fr/", address) if number % 2 else address


def _places(walk_: Walk, route: str) -> Iterator[tuple[str, str, tuple[str, str]]]:
    walker, address = walk_.addresses[route]
    path = address.partition("?")[0]
    match = match_of(path)
    assert match, path
    for value in {str(value) for value in match.kwargs.values() if value}:
        before, _, after = path.partition(f"/{value}/") if f"/{value}/" in path else (path, "", "")
        if before != path:
            yield walker, route, (f"{before}/", f"/{after}")
    names = parameters_of(match) | walk_.parameters.get(route, set())
    names |= {name for name, _ in parse_qsl(address.partition("?")[2], keep_blank_values=True)}
    for name in sorted(names - {"csrfmiddlewaretoken"}) or ["x"]:
        yield walker, route, (f"{path}?{quote(name)}=", "")
    yield walker, route, (f"{path}?", "=x")


def parameters_of(match: ResolverMatch) -> set[str]:
    """The names that the module of a view reads from a query."""
    module = inspect.getmodule(inspect.unwrap(match.func))
    source = (
        inspect.getsource(module)
        if module and module.__name__.startswith(("portal", "programs", "consultations"))
        else ""
    )
    admins = {"q", "p", "o", "all", "e", "_changelist_filters", "id__exact", "status__exact"}
    return set(_PARAMETER.findall(source)) | (admins if match.namespace == "admin" else set())


def get(walk_: Walk, walker: str, route: str, address: str) -> Answer:
    """Ask for an address."""
    client = walk_.clients[walker]
    with transaction.atomic():
        response = client.get(address)
        transaction.set_rollback(True)
    return Answer(
        route, address[:200], (), response.status_code, response.status_code == 200, _said(response)
    )


def faults(answers: Iterable[Answer]) -> list[str]:
    """The errors of ours among the answers, one line for each kind."""
    kinds: dict[tuple[str, str], Answer] = {}
    for answer in answers:
        if answer.status >= 500:
            kinds.setdefault((answer.route, answer.error[:80]), answer)
    return [str(answer) for answer in kinds.values()]

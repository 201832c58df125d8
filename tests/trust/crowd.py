"""Who sends the form of a consultation: people, each in their own way, and programs that pretend to be some.

Both read the page as it is and send what its form holds, through a client that keeps cookies and whose CSRF
check is not left out. Time is a travelling clock's.
"""

from __future__ import annotations

import datetime
import random
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import lxml.html
from django.test import Client
from django.utils import timezone

from consultations import tokens
from consultations.models import Consultation
from consultations.receipts import fingerprint, normalised
from consultations.views.contributing import TRAP
from tests.consultations.contribution_posts import code_in, filled_in, form_address
from tests.trust.serving import COOKIE

SECOND = datetime.timedelta(seconds=1)
NETWORKS = 50
SPAM = "crédit rapide sans dossier"
_UNSEEN = ("d-none", "visually-hidden")


def network(number: int) -> str:
    """An address in one of fifty networks."""
    return f"198.18.{number % NETWORKS}.{number // NETWORKS % 250 + 1}"


def visitor(number: int) -> Client:
    return Client(enforce_csrf_checks=True, REMOTE_ADDR=network(number))


@dataclass
class Form:
    """A form as a browser holds it."""

    values: dict[str, str]
    seen: set[str]
    """The fields that a person sees, or is read aloud."""
    autofilled: dict[str, str]
    """The fields that a browser fills in by itself, and with what."""

    @classmethod
    def of(cls, page: bytes) -> Form:
        form = next(form for form in lxml.html.fromstring(page).forms if form.method == "POST")
        seen, autofilled = set(), {}
        for control in form.inputs:
            unseen = any(
                name in (parent.get("class") or "").split()
                for parent in (control, *control.iterancestors())
                for name in _UNSEEN
            )
            if control.name and control.get("type") != "hidden" and not unseen:
                seen.add(control.name)
                autofilled[control.name] = control.get("autocomplete", "")
        kept = {name: kind for name, kind in autofilled.items() if kind in ("name", "email")}
        return cls(dict(form.form_values()), seen, kept)


# --- people -----------------------------------------------------------------------------------------

WAYS = ("keyboard", "autofill", "mistaken", "screen reader", "double click", "two tabs", "another network")
_SUBJECTS = (
    "الإنارة",
    "النقل المدرسي",
    "la collecte des ordures",
    "المكتبة العمومية",
    "le marché",
    "الحدائق",
)
_WISHES = (
    "نطلب تحسين {} في حينا قبل نهاية السنة، رقم {}.",
    "Je propose de revoir {} au quartier n° {}, merci.",
    "بغينا {} تكون أحسن فالحومة {}",
    "Pourquoi rien n’est fait pour {} depuis {} mois ?",
)


@dataclass
class Person:
    """Somebody who takes part, and what became of it."""

    number: int
    consultation: Consultation
    clock: Any
    way: str = field(init=False)
    text: str = field(init=False)
    pressed: int = 0
    receipts: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.number)
        self.way = WAYS[self.number % len(WAYS)]
        wish = self.chance.choice(_WISHES)
        self.text = wish.format(self.chance.choice(_SUBJECTS), self.number)
        self.client = visitor(self.number)
        self.thinks = self.chance.uniform(600 if self.way == "screen reader" else 20, 1200) * SECOND
        self.address = form_address(self.consultation, self.chance.choice(("ar", "fr")))

    def take_part(self) -> None:
        """Read, think for twenty seconds to twenty minutes, write, send."""
        form = self._open()
        if self.way == "two tabs":
            self._open()
        self.clock.shift(self.thinks)
        if self.way == "another network":
            self.client.defaults["REMOTE_ADDR"] = network(self.number + 7)
        if self.way == "mistaken":
            form = self._mistake(form)
        self._fill(form)
        for _ in range(2 if self.way == "double click" else 1):
            self._press(form)

    @property
    def was_refused(self) -> bool:
        """Whether anything but one receipt came of it, or another text than theirs is stored."""
        if len(self.receipts) != 1:
            return True
        row = self.consultation.contributions.filter(receipt_hash=fingerprint(next(iter(self.receipts))))
        return list(row.values_list("text", flat=True)) != [self.text]

    def _open(self) -> Form:
        page = self.client.get(self.address)
        assert page.status_code == 200
        return Form.of(page.content)

    def _fill(self, form: Form) -> None:
        typed = {"profile": "citizen", "age": self.chance.choice(("26-35", "36-50", "unsaid"))}
        typed |= {"kind": "comment", "text": self.text}
        assert typed.keys() <= form.seen
        form.values |= typed
        if self.way == "autofill":
            own = {"name": "Amel", "email": f"amel{self.number}@example.org"}
            form.values |= {name: own[kind] for name, kind in form.autofilled.items()}

    def _mistake(self, form: Form) -> Form:
        """Forget what has to be chosen; the page comes back, and is filled in to the end."""
        page = self.client.post(self.address, form.values)
        assert page.status_code == 422
        self.clock.shift(self.chance.uniform(5, 60) * SECOND)
        return Form.of(page.content)

    def _press(self, form: Form) -> None:
        self.pressed += 1
        answer = self.client.post(self.address, form.values)
        if answer.status_code == 303:
            self.receipts.add(normalised(code_in(answer["Location"])))


# --- programs ---------------------------------------------------------------------------------------

Kit = Callable[[int, Consultation, Any], int]
"""Sends what its number makes of a form; returns how often it did."""


def _sent(client: Client, consultation: Consultation, number: int, **values: str) -> Any:
    form = {"text": f"{SPAM} {number} ☎ maintenant"} | values
    return client.post(form_address(consultation), filled_in(form.pop("token", ""), **form))


def _opened(client: Client, consultation: Consultation) -> dict[str, str]:
    """What a program takes from the page: the form's token, and what goes with the cookie."""
    client.cookies["csrftoken"] = COOKIE
    return {"token": tokens.issue(consultation.pk), "csrfmiddlewaretoken": COOKIE}


def blind(number: int, consultation: Consultation, clock: Any) -> int:
    """Never read the form."""
    _sent(visitor(number), consultation, number)
    return 1


def instant(number: int, consultation: Consultation, clock: Any) -> int:
    """Reads and sends as fast as it can."""
    client = visitor(number)
    form = _opened(client, consultation)
    clock.shift(random.Random(number).uniform(0.05, 2.5) * SECOND)
    _sent(client, consultation, number, **form)
    return 1


def insistent(number: int, consultation: Consultation, clock: Any) -> int:
    """The same, and sends whatever page comes back once more."""
    client = visitor(number)
    form = _opened(client, consultation)
    for tried in (1, 2):
        clock.shift(SECOND)
        answer = _sent(client, consultation, number, **form)
        if answer.status_code == 303:
            return tried
        form = {name: Form.of(answer.content).values[name] for name in form}
    return 2


def gullible(number: int, consultation: Consultation, clock: Any) -> int:
    """Waits, and fills in every field there is."""
    client = visitor(number)
    form = _opened(client, consultation)
    clock.shift(random.Random(number).uniform(4, 90) * SECOND)
    _sent(client, consultation, number, **form, **{TRAP: "https://example.org"})
    return 1


def cookieless(number: int, consultation: Consultation, clock: Any) -> int:
    """Waits, and keeps no cookie."""
    form = _opened(visitor(number), consultation)
    clock.shift(9 * SECOND)
    _sent(visitor(number), consultation, number, token=form["token"])
    return 1


def _borrowed(number: int, consultation: Consultation, token: str) -> int:
    client = visitor(number)
    _sent(client, consultation, number, **_opened(client, consultation) | {"token": token})
    return 1


@dataclass
class Replaying:
    """A form that somebody had sent by hand, sent by everybody again with other words."""

    recorded: str = ""

    def __call__(self, number: int, consultation: Consultation, clock: Any) -> int:
        if not self.recorded:
            client = visitor(number)
            form = _opened(client, consultation)
            clock.shift(40 * SECOND)
            by_hand = form | {"text": "نريد إنارة أفضل في الحي القديم"}
            assert _sent(client, consultation, number, **by_hand).status_code == 303
            self.recorded = form["token"]
        return _borrowed(number, consultation, self.recorded)


def stale(number: int, consultation: Consultation, clock: Any) -> int:
    """A form of the days before."""
    then = timezone.now()
    clock.shift(-datetime.timedelta(hours=25 + number % 100))
    token = tokens.issue(consultation.pk)
    clock.move_to(then)
    return _borrowed(number, consultation, token)


def elsewhere(number: int, consultation: Consultation, clock: Any) -> int:
    """The form of another consultation."""
    token = tokens.issue(consultation.pk + 1)
    clock.shift(9 * SECOND)
    return _borrowed(number, consultation, token)


def made_up(number: int, consultation: Consultation, clock: Any) -> int:
    """A token of its own making, or one with a changed letter."""
    token = tokens.issue(consultation.pk)
    clock.shift(9 * SECOND)
    place = number % len(token)
    spliced = token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]
    return _borrowed(number, consultation, spliced if number % 2 else secrets.token_urlsafe(60))


def kinds() -> dict[str, Kit]:
    """Every kind of program, by what it does."""
    return {
        "without reading": blind,
        "at once": instant,
        "at once, and again": insistent,
        "every field filled in": gullible,
        "no cookies": cookieless,
        "replayed": Replaying(),
        "stale": stale,
        "of another consultation": elsewhere,
        "made up": made_up,
    }


def patient(number: int, consultation: Consultation, clock: Any) -> Any:
    """A program that reads, waits, keeps cookies and skips what people do not see; from one network."""
    client = visitor(0)
    form = _opened(client, consultation)
    clock.shift(4 * SECOND)
    return _sent(client, consultation, number, **form)


def attack(count: int, consultation: Consultation, clock: Any) -> Iterator[tuple[str, int]]:
    """Send so many, of each kind in turn; yield the kind and how many were sent."""
    sent, number, every = 0, 0, kinds()
    while sent < count:
        for name, kit in every.items():
            number += 1
            tried = kit(number, consultation, clock)
            sent += tried
            yield name, tried

"""Readers of whom everything can be found again, what they do on the portal, and every place to look in."""

from __future__ import annotations

import base64
import binascii
import gzip
import io
import ipaddress
import json
import logging
import random
import re
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.utils.module_loading import import_string

from consultations import tokens
from consultations.models import Consultation
from portal.limits import counting
from portal.limits.models import DaySalt
from tests.consultations.contribution_posts import filled_in, form_address
from tests.trust.serving import COOKIE


@dataclass
class Canary:
    """A reader with an address, a browser and cookies that nobody else has."""

    number: int
    is_behind_proxy: bool
    marks: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        chance = random.Random(f"canary {self.number}")
        # 240.0.0.0/4 and 2001:db8::/32 belong to nobody: what is found of them is ours.
        own = self.number + 1
        v4 = str(ipaddress.ip_address((240 << 24) + (own << 8) + chance.randint(2, 254)))
        v6 = str(ipaddress.ip_address((0x20010DB8 << 96) + (own << 64) + chance.getrandbits(48)))
        token = f"{chance.getrandbits(64):016x}"
        self.marks = {
            "address": v6 if self.number % 3 == 0 else v4,
            "browser": f"Canary{token}b",
            "cookie": f"Canary{token}c",
            "referrer": f"canary{token}r",
            "language": f"x-{token[:8]}",
        }

    @property
    def network(self) -> str:
        request = RequestFactory().get("/", REMOTE_ADDR=self.marks["address"])
        return counting.network_of(request)

    @property
    def signs(self) -> dict[str, str]:
        """What must not be found anywhere."""
        start = (
            self.network.partition("::/")[0] + ":" if ":" in self.network else self.network[: -len("0/24")]
        )
        return self.marks | {"network": start}

    def client(self) -> Client:
        """Its browser; a proxy of ours in front of the portal tells the address, or nobody does."""
        address = self.marks["address"]
        place = {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": f"192.0.2.1, {address}"}
        found = Client(
            raise_request_exception=False,
            enforce_csrf_checks=True,
            HTTP_USER_AGENT=f"Mozilla/5.0 {self.marks['browser']}",
            HTTP_REFERER=f"http://testserver/{self.marks['referrer']}/",
            HTTP_ACCEPT_LANGUAGE=f"fr, {self.marks['language']}",
            **(place if self.is_behind_proxy else {"REMOTE_ADDR": address}),
        )
        found.cookies["visitor"] = self.marks["cookie"]
        found.cookies["csrftoken"] = COOKIE
        return found


# --- what they do -------------------------------------------------------------------------------------


@dataclass
class Town:
    """What there is to visit."""

    consultation: Consultation
    code: str
    """A receipt."""
    subscription: str
    """The token of a letter."""
    staff: str
    """The e-mail of somebody with an account, and the password."""
    password: str
    clock: Any

    @property
    def slug(self) -> str:
        return self.consultation.municipality.slug

    @property
    def own(self) -> str:
        return f"/fr/m/{self.slug}/consultations/{self.consultation.number}"


def acts(town: Town, number: int) -> dict[str, Any]:
    """Every public form, and what goes wrong with them, each as ``act(client)``."""

    def post(address: str, **values: Any) -> Any:
        return lambda client: client.post(address, values | {"csrfmiddlewaretoken": COOKIE})

    def contribute(**values: Any) -> Any:
        def act(client: Client) -> HttpResponse:
            token = tokens.issue(town.consultation.pk)
            town.clock.shift(10)
            form = filled_in(token, text=f"رأي عن الساحة العمومية رقم {number}", csrfmiddlewaretoken=COOKIE)
            return client.post(form_address(town.consultation), form | values)

        return act

    file = SimpleUploadedFile("paper.pdf", b"%PDF-1.4\n%%EOF\n", content_type="application/pdf")
    return {
        "contribute": contribute(),
        "contribute, trapped": contribute(website="x"),
        "contribute, forged": contribute(csrfmiddlewaretoken="b" * 32),
        "contribute, wrong": contribute(text=""),
        "be told": post(f"{town.own}/notify/", email=f"reader{number}@example.org"),
        "follow, wrong": lambda client: client.get("/fr/follow/AAAAAAAAAAAAAAAAAAAA5/"),
        "follow": lambda client: client.get(f"/fr/follow/{town.code}/"),
        "correct": lambda client: client.get(f"/fr/follow/{town.code}/correct/"),
        "helped": post(f"/fr/follow/{town.code}/helped/", helped="yes"),
        "confirm": post(f"/fr/subscriptions/{town.subscription}/confirm/"),
        "sign in, wrong": post("/fr/sign-in/", username=f"nobody{number}@example.org", password="wrong"),
        "sign in": post("/fr/sign-in/", username=town.staff, password=town.password),
        "forgotten": post("/fr/sign-in/forgotten/", email=f"nobody{number}@example.org"),
        "reset, unknown": lambda client: client.get("/fr/sign-in/reset/unknown/"),
        "invitation, unknown": lambda client: client.get("/fr/invitation/unknown/"),
        "compare": post("/fr/verify/file/", file=file),
        "check": lambda client: client.get("/fr/verify/?code=42-7K3Q-9XPD"),
        "search": lambda client: client.get("/fr/?q=nefta"),
        "desk, unsent": post(f"/fr/m/{town.slug}/staff/zones/", name="x"),
        "missing": lambda client: client.get("/fr/nowhere/"),
        "admin": post("/admin/login/", username="admin", password="admin"),
        "language": lambda client: client.get("/"),
    }


# --- where to look ------------------------------------------------------------------------------------


def database() -> Iterator[tuple[str, str]]:
    """Every row of every table as text, bytes and packed values opened."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            for row in cursor.fetchall():
                yield table, " ".join(opened(value) for value in row)


def opened(value: object) -> str:
    """A value of a column as somebody reads it who tries."""
    if isinstance(value, memoryview | bytes | bytearray):
        return bytes(value).decode("latin-1")
    text = json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else str(value)
    return f"{text} {_unpacked(text)}"


def _unpacked(text: str) -> str:
    """What a signed text of Django's holds, as session data does."""
    packed = text.partition(":")[0]
    if not re.fullmatch(r"\.?[\w-]{16,}", packed):
        return ""
    try:
        raw = base64.urlsafe_b64decode(packed.lstrip(".") + "=" * (-len(packed.lstrip(".")) % 4))
        return (zlib.decompress(raw) if packed.startswith(".") else raw).decode("latin-1")
    except (binascii.Error, zlib.error, ValueError):
        return ""


def files(*places: Path) -> Iterator[tuple[str, str]]:
    """Every file below the places, unpacked where it is packed."""
    for path in (path for place in places for path in place.rglob("*") if path.is_file()):
        content = path.read_bytes()
        if path.suffix == ".gz":
            content = gzip.decompress(content)
        yield path.name, content.decode("latin-1")


class Log:
    """What the portal writes about itself, as in production."""

    def __init__(self) -> None:
        self.stream = io.StringIO()
        self.handler = logging.StreamHandler(self.stream)
        self.handler.setFormatter(import_string("portal.logs.JsonLines")())
        self.handler.addFilter(import_string("portal.logs.WithoutSecrets")())

    def __enter__(self) -> Log:
        logging.getLogger().addHandler(self.handler)
        return self

    def __exit__(self, *_error: object) -> None:
        logging.getLogger().removeHandler(self.handler)

    @property
    def lines(self) -> list[str]:
        return self.stream.getvalue().splitlines()


def hits(signs: Iterable[str], texts: Iterable[tuple[str, str]]) -> dict[str, int]:
    """In which places how many of the signs were found."""
    pattern = re.compile("|".join(re.escape(sign) for sign in sorted(set(signs), key=len, reverse=True)))
    found: dict[str, set[str]] = {}
    for place, text in texts:
        for hit in pattern.findall(text):
            found.setdefault(place, set()).add(hit)
    return {place: len(those) for place, those in found.items()}


def keys_of(canaries: Iterable[Canary]) -> set[str]:
    """The keys under which their networks are counted today."""
    [salt] = DaySalt.objects.all()
    requests = (RequestFactory().get("/", REMOTE_ADDR=each.marks["address"]) for each in canaries)
    return {counting._under(bytes(salt.salt), request) for request in requests}


def proxies(count: int) -> None:
    settings.TRUSTED_PROXIES = count

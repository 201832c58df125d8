"""What somebody typed whose session had ended: kept until the person is signed in again.

Nothing of it can be read in the database. It is sealed with a key that exists in the browser's cookie alone,
so it is of use to nobody but that browser, and gone with the cookie, or after :data:`KEPT`. Files that were
handed in are not kept. What is too large to be kept, or too often, is shown for copying instead.
"""

from __future__ import annotations

import base64
import binascii
import datetime
import hashlib
import hmac
import json
import secrets
import zlib
from dataclasses import dataclass, field

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.limits.counting import count
from portal.municipalities.models import UnsentForm

KEPT = datetime.timedelta(hours=2)
"""Signing in takes minutes; a forgotten password, or a telephone left at home, somewhat longer."""
MOST_AN_HOUR = 60
"""Forms of one network, such as a town hall's, that are kept in an hour."""
MOST_BYTES = 256 * 1024
"""Of one form, compressed: some ten times what the longest page of the desk holds."""
KEY_BYTES = 32
NONCE_BYTES = 16
TAG_BYTES = 32
MARK = "unsent"
"""The field by which a form that is sent again says which one it was."""
_NOT_TYPED = frozenset({"csrfmiddlewaretoken", MARK})


class CannotBeKept(Exception):  # noqa: N818 - says what becomes of the form
    """Too large, or too many from this network."""


@dataclass(frozen=True, slots=True)
class Form:
    """What was sent: to which address, and its fields in their order."""

    path: str
    fields: list[tuple[str, str]]
    had_files: bool = False
    pk: int = field(default=0, compare=False)

    @property
    def words(self) -> list[str]:
        """The values that people type, as far as that can be told: texts, not keys and codes."""
        typed = (pair for pair in self.fields if not pair[0].startswith("initial-"))
        texts = [value for name, value in typed if not name.endswith("seen")]
        return [text for text in dict.fromkeys(texts) if " " in text.strip() or not text.isascii()]


# The door


def asks_to_sign_in(request: HttpRequest) -> HttpResponse:
    """Send whoever is not signed in to do so, and back; of a form that was posted nothing is lost."""
    form = posted(request)
    if not form.fields or _is_of_a_script(request):
        return redirect_to_login(request.get_full_path())
    text = _("You were signed out before this was saved. What you typed is kept: sign in and send it.")
    return _kept(request, form, redirect_to_login(reverse("unsent")), text)


def of_own_page(request: HttpRequest) -> HttpResponse | None:
    """What to answer where the check against forged requests fails for a form of the desk's own.

    It fails for whoever signed in anew in another window, as that changes the token. Nothing is done; the
    person looks through the form and sends it again. ``None`` for whatever the browser does not say to be
    from here, and for every page but the desk's: others may have asked for a password.
    """
    view = request.resolver_match.func if request.resolver_match else None
    is_own = request.headers.get("Origin") == f"{request.scheme}://{request.get_host()}"
    form = posted(request)
    if not is_own or not hasattr(view, "act") or not form.fields or _is_of_a_script(request):
        return None
    if not request.user.is_authenticated:
        return asks_to_sign_in(request)
    return _kept(request, form, redirect("unsent"), _("You signed in anew since you opened that page."))


def _kept(request: HttpRequest, form: Form, onward: HttpResponse, text: str) -> HttpResponse:
    key = _key_of(request) or secrets.token_bytes(KEY_BYTES)
    try:
        keep(request, form, key)
    except CannotBeKept:
        return render(request, "municipalities/unsent_copy.html", {"form": form}, status=403)
    messages.warning(request, text)
    onward.set_cookie(
        _cookie(),
        base64.urlsafe_b64encode(key).decode().rstrip("="),
        max_age=KEPT,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return onward


def _is_of_a_script(request: HttpRequest) -> bool:
    """Whether a script of the page sent it, which keeps the text in the page itself."""
    mode = request.headers.get("Sec-Fetch-Mode", "navigate")
    return mode != "navigate" or "HX-Request" in request.headers


# Keeping and opening


def posted(request: HttpRequest) -> Form:
    """What a request would do, without the token that only its page had."""
    fields = [
        (name, value)
        for name, values in request.POST.lists()
        if name not in _NOT_TYPED
        for value in values
        if isinstance(value, str)
    ]
    is_said = any(value.strip() for _name, value in fields)
    return Form(request.get_full_path(), fields if is_said else [], had_files=bool(request.FILES))


def keep(request: HttpRequest, form: Form, key: bytes) -> None:
    """Store a form under a browser's key, in the place of the one that it is sent again of.

    Raises :class:`CannotBeKept`.
    """
    said = {"path": form.path, "fields": form.fields, "had_files": form.had_files}
    data = zlib.compress(json.dumps(said).encode())
    if len(data) > MOST_BYTES or count(request, "unsent-form") > MOST_AN_HOUR:
        raise CannotBeKept
    _outlived().delete()
    _settled(request, key)
    UnsentForm.objects.create(owner=_owner(key), sealed=_sealed(key, data))


def waiting(request: HttpRequest) -> list[Form]:
    """The forms that wait in this browser, the oldest first."""
    key = _key_of(request)
    if key is None:
        return []
    rows = UnsentForm.objects.filter(owner=_owner(key), kept_at__gt=timezone.now() - KEPT)
    return [form for row in rows.order_by("pk") if (form := _opened(key, row))]


def settle(request: HttpRequest, response: HttpResponseBase) -> None:
    """Forget the form that was just sent again, once the page that it was for has it."""
    key = _key_of(request)
    if (
        key is None
        or MARK not in request.POST
        or (response.status_code >= 400 and response.status_code != 422)
    ):
        return
    _settled(request, key)
    if not UnsentForm.objects.filter(owner=_owner(key)).exists():
        response.delete_cookie(_cookie(), samesite="Lax")


def discard(request: HttpRequest, response: HttpResponseBase) -> None:
    """Throw everything away that waits in this browser."""
    key = _key_of(request)
    if key is not None:
        UnsentForm.objects.filter(owner=_owner(key)).delete()
    response.delete_cookie(_cookie(), samesite="Lax")


def forget() -> str:
    """Remove what nobody came back for."""
    removed, _kinds = _outlived().delete()
    return f"{removed} unsent forms removed"


def _outlived() -> models.QuerySet[UnsentForm]:
    return UnsentForm.objects.filter(kept_at__lte=timezone.now() - KEPT)


def _settled(request: HttpRequest, key: bytes) -> None:
    pk = request.POST.get(MARK, "")
    if pk.isascii() and pk.isdecimal() and len(pk) <= 18:
        UnsentForm.objects.filter(owner=_owner(key), pk=pk).delete()


# Sealing


def _cookie() -> str:
    return "__Host-unsent" if settings.SESSION_COOKIE_SECURE else "unsent"


def _key_of(request: HttpRequest) -> bytes | None:
    """The key in the browser's cookie; ``None`` where there is none, or none of ours."""
    text = request.COOKIES.get(_cookie(), "")
    try:
        key = base64.urlsafe_b64decode(f"{text}=")
    except (binascii.Error, ValueError):
        return None
    return key if len(key) == KEY_BYTES else None


def _owner(key: bytes) -> str:
    """By what a row is found. It does not lead back to the key."""
    return hmac.new(key, b"owner", hashlib.sha256).hexdigest()


def _sealed(key: bytes, data: bytes) -> bytes:
    nonce = secrets.token_bytes(NONCE_BYTES)
    closed = _veiled(key, nonce, data)
    return nonce + _tag(key, nonce + closed) + closed


def _opened(key: bytes, row: UnsentForm) -> Form | None:
    """The form of a row; ``None`` where something but this key sealed it."""
    sealed = bytes(row.sealed)
    nonce, tag, closed = (
        sealed[:NONCE_BYTES],
        sealed[NONCE_BYTES : NONCE_BYTES + TAG_BYTES],
        sealed[NONCE_BYTES + TAG_BYTES :],
    )
    if not hmac.compare_digest(tag, _tag(key, nonce + closed)):
        return None
    said = json.loads(zlib.decompress(_veiled(key, nonce, closed)))
    fields = [(name, value) for name, value in said["fields"]]
    return Form(said["path"], fields, said["had_files"], row.pk)


def _veiled(key: bytes, nonce: bytes, data: bytes) -> bytes:
    """The data under a stream that nobody can make without the key, or back: SHAKE256 of a fresh nonce."""
    stream = hashlib.shake_256(b"stream" + key + nonce).digest(len(data))
    return (int.from_bytes(data) ^ int.from_bytes(stream)).to_bytes(len(data))


def _tag(key: bytes, data: bytes) -> bytes:
    return hmac.new(key, b"tag" + data, hashlib.sha256).digest()

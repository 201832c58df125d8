"""The second factor: a code of an authenticator app (TOTP, RFC 6238), or a recovery code.

Kept and reckoned by django-allauth's ``mfa``, with three things of our own:

- what stands in the database is not the secret but what it is derived from, under ``SECRET_KEY``: a copy of
  the table alone gives no code (:class:`Adapter`);
- which code was used last stands beside it, so that no worker takes a code a second time;
- a person whose second factor is missing is *nobody* to every page but the ones that complete the sign-in
  (:func:`complete_people`): a page that is written tomorrow is behind it too.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from allauth.mfa.adapter import DefaultMFAAdapter, get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.functional import SimpleLazyObject

from portal.accounts.session_store import SessionStore
from portal.folding import western_digits

if TYPE_CHECKING:
    from portal.accounts.models import User

STATE = "second_factor"
WANTED = "wanted"
PASSED = "passed"
SECRET_BYTES = 20
"""As long as the digest that RFC 6238 reckons with."""
_SALT = "portal.accounts.second_factor"


class Adapter(DefaultMFAAdapter):
    """What allauth calls decrypting is deriving here: the database never held the secret."""

    def decrypt(self, encrypted_text: str) -> str:
        secret = salted_hmac(_SALT, encrypted_text, algorithm="sha256").digest()[:SECRET_BYTES]
        return base64.b32encode(secret).decode()


# --- whom it concerns --------------------------------------------------------------------------------


def is_required(user: User) -> bool:
    """Whether the person must have one: everybody with a role, where the installation asks for it."""
    return settings.REQUIRE_SECOND_FACTOR and (user.is_superuser or user.memberships.exists())


def has_one(user: User) -> bool:
    return Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists()


def ask_for(request: HttpRequest, user: User) -> None:
    """After a password: note in the session that a code is to come, where the person has a second factor."""
    request.session[STATE] = WANTED if has_one(user) else ""


def pass_with(request: HttpRequest) -> None:
    """Note that the second factor was shown in this session, which goes on under a new key."""
    request.session.cycle_key()
    request.session[STATE] = PASSED


def complete_people(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable:
    """Middleware after Django's own: ``request.user`` is nobody while the second factor is missing.

    Lazy like the original: a public page looks nobody up. It also notes that the person is still there.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        signed_in = request.user
        request.user = cast("User", SimpleLazyObject(lambda: _complete(request, signed_in)))
        return get_response(request)

    return middleware


def whoever(request: HttpRequest) -> User | None:
    """Whoever is signed in, with or without the second factor: for the pages that ask for it alone."""
    if request.user.is_authenticated:
        return request.user
    return getattr(request, "incomplete_user", None)


def _complete(request: HttpRequest, signed_in: User | AnonymousUser) -> User | AnonymousUser:
    if not signed_in.is_authenticated:
        return signed_in
    if isinstance(request.session, SessionStore):
        request.session.see()
    state = request.session.get(STATE)
    if state == WANTED or (state != PASSED and is_required(signed_in)):
        request.incomplete_user = signed_in  # type: ignore[attr-defined]
        return AnonymousUser()
    return signed_in


# --- codes -------------------------------------------------------------------------------------------


def seed_for(user: User, session: SessionBase) -> str:
    """What the secret of a new device is derived from: the same while a session lasts, and kept nowhere."""
    return salted_hmac(f"{_SALT}.new", f"{user.pk} {session.session_key}", algorithm="sha256").hexdigest()


def secret_of(seed: str) -> str:
    """The secret in Base32, as it is shown and as apps take it."""
    return get_adapter().decrypt(seed)


def address_of(user: User, secret: str) -> str:
    """The ``otpauth:`` address that apps read from the picture."""
    return get_adapter().build_totp_url(user, secret)


def step_of(seed: str, code: str) -> int | None:
    """The step of time (30 s) whose code this is, now or within the tolerance; ``None`` where it is none."""
    digits = normal_code(code)
    for step in yield_hotp_counters_from_time():
        if constant_time_compare(digits, format_hotp_value(hotp_value(secret_of(seed), step))):
            return step
    return None


def takes(user: User, code: str) -> bool:
    """Whether ``code`` is one of the person's device or an unused recovery code. It is used up by that."""
    return _takes_of_device(user, code) or _takes_recovery(user, code)


@transaction.atomic
def _takes_of_device(user: User, code: str) -> bool:
    device = _locked(user, Authenticator.Type.TOTP)
    step = step_of(device.data["secret"], code) if device else None
    if device is None or step is None or step <= device.data.get("last_step", 0):
        return False
    device.data["last_step"] = step
    device.record_usage()
    device.save(update_fields=["data"])
    return True


@transaction.atomic
def _takes_recovery(user: User, code: str) -> bool:
    kept = _locked(user, Authenticator.Type.RECOVERY_CODES)
    if kept is None or not RecoveryCodes(kept).validate_code(normal_code(code)):
        return False
    kept.refresh_from_db()
    kept.record_usage()
    return True


def codes_left(user: User) -> int:
    """How many recovery codes the person has not used."""
    kept = Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).first()
    return len(RecoveryCodes(kept).get_unused_codes()) if kept else 0


def normal_code(code: str) -> str:
    """A code as it is compared: without spaces, whatever digits the keyboard writes."""
    return "".join(sign for sign in western_digits(code) if sign.isalnum() and sign.isascii())


# --- changing it: called by services alone -----------------------------------------------------------


def put(user: User, seed: str, step: int) -> None:
    """Make the device whose secret is derived from ``seed`` the person's one; ``step`` is used up."""
    Authenticator.objects.update_or_create(
        user=user, type=Authenticator.Type.TOTP, defaults={"data": {"secret": seed, "last_step": step}}
    )


def put_recovery_codes(user: User) -> list[str]:
    """New recovery codes in the place of the old: this is the one time that they can be told."""
    Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).delete()
    return RecoveryCodes.activate(user).generate_codes()


def remove(user: User) -> bool:
    """Remove device and recovery codes; tell whether there was a device."""
    had_one = has_one(user)
    Authenticator.objects.filter(user=user).delete()
    return had_one


def _locked(user: User, kind: str) -> Authenticator | None:
    return Authenticator.objects.select_for_update().filter(user=user, type=kind).first()

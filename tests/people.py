"""People who sign in: what a test does for them where the second factor counts.

``client.force_login(user)`` is enough where ``settings.REQUIRE_SECOND_FACTOR`` is off, as it is for the whole
suite. Where a test switches it on, :func:`come_in` opens the desk, and the rest goes the way of a person.
"""

from __future__ import annotations

import time
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.contrib.auth.base_user import AbstractBaseUser
from django.test import Client

from portal.accounts import second_factor
from tests import factories

PERIOD = 30


def come_in(client: Client, user: AbstractBaseUser) -> None:
    """Sign in at once, as if password and second factor had been shown."""
    client.force_login(user)
    session = client.session
    session[second_factor.STATE] = second_factor.PASSED
    session.save()


def give_device(user: Any, seed: str = "a seed of the tests") -> str:
    """Give the person a device none of whose codes was used yet; return its seed."""
    second_factor.put(user, seed, 0)
    return seed


def code_at(seed: str, moment: float | None = None) -> str:
    """What the device shows at a moment, in seconds since 1970; now, unless told."""
    step = int((time.time() if moment is None else moment) // PERIOD)
    return format_hotp_value(hotp_value(second_factor.secret_of(seed), step))


def code_of(user: Any) -> str:
    """What the person's device shows now."""
    return code_at(Authenticator.objects.get(user=user, type="totp").data["secret"])


def show_password(client: Client, user: Any, password: str = factories.PASSWORD, **more: Any) -> Any:
    """The first step of signing in."""
    return client.post("/en/sign-in/", {"username": user.email, "password": password}, **more)


def show_code(client: Client, code: str, **more: Any) -> Any:
    """The second."""
    return client.post("/en/sign-in/code/", {"code": code}, **more)

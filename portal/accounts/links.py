"""Links in letters to people with an account: single use, dead after a day and by every other path.

Nothing is stored. A link is signed over what it depends on, so it dies with any of it: the password, the
e-mail, whether the account is switched on, and the person's ``stamp``, which changes whenever earlier links
must be worth nothing. To use a link is to change one of these.
"""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.core import signing
from django.utils.crypto import constant_time_compare, salted_hmac

from portal.accounts.models import User

_EMAIL_SALT = "portal.accounts.links.email"


class _ResetTokens(PasswordResetTokenGenerator):
    """Django's tokens, over everything that ends them; they live ``PASSWORD_RESET_TIMEOUT`` seconds."""

    key_salt = "portal.accounts.links.reset"

    def _make_hash_value(self, user: User, timestamp: int) -> str:
        return f"{state_of(user)} {user.last_login} {timestamp}"


RESET = _ResetTokens()


def state_of(user: User) -> str:
    """What every link to the person depends on, as one line."""
    return f"{user.pk} {user.password} {user.email} {user.is_active} {user.stamp}"


def reset_code(user: User) -> str:
    """The code of a link that lets the person set a new password."""
    return f"{user.pk}-{RESET.make_token(user)}"


def user_of_reset(code: str) -> User | None:
    """Whose password the code may set; ``None`` for one that is wrong, too old, used or dead."""
    pk, _dash, token = code.partition("-")
    user = User.objects.filter(pk=pk, is_active=True).first() if _is_number(pk) else None
    return user if user and RESET.check_token(user, token) else None


def email_code(user: User, email: str) -> str:
    """The code of a link that proves that letters to ``email`` reach the person."""
    return signing.dumps({"user": user.pk, "email": email, "state": _fingerprint(user)}, salt=_EMAIL_SALT)


def change_of_email(code: str) -> tuple[User, str] | None:
    """Whose e-mail the code changes, and into which; ``None`` for one that is not, or no longer, good."""
    try:
        said = signing.loads(code, salt=_EMAIL_SALT, max_age=settings.PASSWORD_RESET_TIMEOUT)
    except signing.BadSignature:
        return None
    user = User.objects.filter(pk=said["user"], is_active=True).first()
    if user is None or not constant_time_compare(said["state"], _fingerprint(user)):
        return None
    return user, said["email"]


def _fingerprint(user: User) -> str:
    return salted_hmac(_EMAIL_SALT, state_of(user), algorithm="sha256").hexdigest()


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 18

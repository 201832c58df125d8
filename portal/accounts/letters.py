"""Letters about an account, each in the person's own language.

They are sent by a thread of its own, after the answer: how long a mail server takes must not tell whether
there is such an account. Nothing of them is stored: they hold the keys to an account. One that is lost is
asked for again.
"""

from __future__ import annotations

import logging
from concurrent.futures import Future, ThreadPoolExecutor
from functools import lru_cache

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.functional import Promise

from portal.accounts import links
from portal.accounts.models import User
from portal.notifications.writing import Letter, site_address

logger = logging.getLogger(__name__)


def send_reset(user: User) -> None:
    """The link that sets a new password. For somebody unknown it is written all the same, and not sent."""
    with translation.override(user.language):
        address = site_address("reset-password", code=links.reset_code(user))
        letter = _written("reset", address=address)
    if user.pk:
        post(letter, user.email, user.language)
    else:
        _pool().submit(len, letter.body)


def send_new_email(user: User, email: str, *, is_free: bool) -> None:
    """The link that proves an address; nothing is sent to one that belongs to another account."""
    with translation.override(user.language):
        letter = _written(
            "new_email", address=site_address("confirm-email", code=links.email_code(user, email))
        )
    if is_free:
        post(letter, email, user.language)
    else:
        _pool().submit(len, letter.body)


def tell(user: User, what: str | Promise, *, email: str = "") -> None:
    """Tell the person what was changed about the account, so that nobody does it unseen.

    Args:
        user: whose account it is.
        what: a sentence, to be translated into the person's language.
        email: where to, if not to the account's own address: the one that it had before.
    """
    with translation.override(user.language):
        letter = _written("changed", what=str(what), address=site_address("forgot-password"))
    post(letter, email or user.email, user.language)


def post(letter: Letter, email: str, language: str) -> Future[None]:
    """Send a letter soon, in the thread that does nothing else."""
    headers = {"Content-Language": language, "Auto-Submitted": "auto-generated"}
    message = EmailMessage(letter.subject, letter.body, settings.DEFAULT_FROM_EMAIL, [email], headers=headers)
    return _pool().submit(_send, message)


def _send(message: EmailMessage) -> None:
    try:
        message.send()
    except Exception as failure:
        # Without the text of the failure: mail servers like to repeat the address in it.
        logger.error("A letter about an account was not sent: %s", type(failure).__name__)


def _written(name: str, **context: str) -> Letter:
    subject, _, body = render_to_string(f"accounts/letters/{name}.txt", context).strip().partition("\n")
    return Letter(subject, body.strip())


@lru_cache(maxsize=1)
def _pool() -> ThreadPoolExecutor:
    """One for each process, made when the first letter is: a thread does not survive the server's fork."""
    return ThreadPoolExecutor(max_workers=1, thread_name_prefix="letters")


def settle() -> None:
    """Wait until everything that was posted before is sent: for tests and for the end of a command."""
    _pool().submit(len, "").result()

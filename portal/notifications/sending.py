"""Sending what is due, each letter once, by any number of processes at the same time.

A letter is claimed before it is sent: the next attempt is put off by an update that only one process can
make. Nothing is locked while the mail server is spoken to, which on SQLite would keep everybody from
writing. Where a process is killed after it claimed a letter, the next attempt sends it. Where it is
killed after the server took the letter and before that was noted, the letter goes out a second time
under the same Message-ID, by which mail programs know it: no order of steps can rule that out.
"""

from __future__ import annotations

import datetime
import hashlib
import logging
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db.models import Q, QuerySet
from django.utils import timezone, translation

from portal.notifications.models import Delivery
from portal.notifications.writing import one_line, site_address

BACK_OFF = (
    datetime.timedelta(minutes=5),
    datetime.timedelta(hours=1),
    datetime.timedelta(hours=6),
    datetime.timedelta(days=1),
    datetime.timedelta(days=1),
    datetime.timedelta(days=1),
)
"""How long each attempt is given before the next. After the last one the letter is given up."""
MOST_ATTEMPTS = len(BACK_OFF)
INTERRUPTED = "The sending was interrupted."
_REASON_LENGTH = 300

logger = logging.getLogger(__name__)


def send_due() -> str:
    """Send every letter that is due; return in words how many were sent and how many failed.

    Raises ``OSError`` (as ``smtplib`` does) where no mail server answers: the letters wait, and no attempt of
    theirs is counted.
    """
    sent = failed = 0
    connection = get_connection()
    try:
        while _due().exists():
            connection.open()
            letter = _claimed()
            if letter is None:
                continue
            if _send(letter, connection):
                sent += 1
            else:
                failed += 1
    finally:
        connection.close()
    return f"{sent} letters sent, {failed} failed"


def _due() -> QuerySet[Delivery]:
    return Delivery.objects.filter(
        Q(subscription__isnull=False) | Q(user__isnull=False),
        sent_at=None,
        due_at__lte=timezone.now(),
        attempts__lt=MOST_ATTEMPTS,
    )


def _claimed() -> Delivery | None:
    """The next letter, when this process was the first to count the attempt; else ``None``."""
    letter = _due().select_related("subscription", "user").first()
    if letter is None:
        return None
    # As it was read, or somebody else has it: one update cannot be made twice.
    as_read = Delivery.objects.filter(
        pk=letter.pk, sent_at=None, attempts=letter.attempts, due_at=letter.due_at
    )
    taken = as_read.update(
        attempts=letter.attempts + 1,
        due_at=timezone.now() + BACK_OFF[letter.attempts],
        failure=INTERRUPTED,
    )
    return letter if taken else None


def _send(letter: Delivery, connection: BaseEmailBackend) -> bool:
    row = Delivery.objects.filter(pk=letter.pk)
    try:
        connection.send_messages([message_of(letter)])
    except Exception as failure:
        reason = _reason(failure, letter)
        logger.warning("Letter %s was not sent: %s", letter.pk, reason)
        row.update(failure=reason)
        # What a failure left of the connection is not to be trusted with the next letter.
        connection.close()
        return False
    row.update(sent_at=timezone.now(), failure="")
    return True


def message_of(letter: Delivery) -> EmailMessage:
    """The letter as it is sent."""
    headers = {
        "Message-ID": _message_id(letter),
        "Content-Language": letter.language,
        "Auto-Submitted": "auto-generated",
    }
    if letter.subscription:
        with translation.override(letter.language):
            stop = site_address("subscription-end", token=letter.subscription.token)
        # RFC 8058: mail programs offer a button that stops it, by one POST to this address.
        headers |= {"List-Unsubscribe": f"<{stop}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    return EmailMessage(
        one_line(letter.subject),
        letter.body,
        settings.DEFAULT_FROM_EMAIL,
        [_recipient(letter)],
        headers=headers,
    )


def _recipient(letter: Delivery) -> str:
    if letter.subscription:
        return letter.subscription.email
    return letter.user.email if letter.user else ""


def _message_id(letter: Delivery) -> str:
    """The same at every attempt."""
    name = hashlib.sha256(letter.key.encode()).hexdigest()[:32]
    return f"<{name}@{urlsplit(settings.SITE_URL).hostname or 'musharaka.invalid'}>"


def _reason(failure: Exception, letter: Delivery) -> str:
    """Why it failed, without the address, which servers like to repeat."""
    text = one_line(f"{type(failure).__name__}: {failure}").replace(_recipient(letter), "…")
    return text[:_REASON_LENGTH]

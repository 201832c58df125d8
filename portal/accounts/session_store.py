"""Where sessions are kept: in the database, under a digest of the key that the cookie holds.

A session of somebody who is signed in ends after ``SESSION_IDLE`` seconds without a request, and
``SESSION_COOKIE_AGE`` seconds after the sign-in whatever happens (OWASP ASVS 5.0, 7.3.1 and 7.3.2). The row
says until when, so one look at it answers all.
"""

from __future__ import annotations

import datetime
import hashlib
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends import db
from django.db import DatabaseError, transaction
from django.utils import timezone

from portal.accounts.models import Session

STARTED = "started"
"""When the person signed in, in seconds since 1970; kept when the key changes."""
SEEN_EVERY = datetime.timedelta(minutes=1)
"""How often at most it is written down that somebody is still there."""


def digest(session_key: str | None) -> str:
    """The key of a session's row. 160 bits: as hard to guess as the key itself."""
    return hashlib.sha256((session_key or "").encode()).hexdigest()[:40]


def ends(started: datetime.datetime, seen: datetime.datetime) -> datetime.datetime:
    """When a session ends of somebody who signed in and was seen last at the given moments."""
    idle = seen + datetime.timedelta(seconds=settings.SESSION_IDLE)
    return min(idle, started + datetime.timedelta(seconds=settings.SESSION_COOKIE_AGE))


class SessionStore(db.SessionStore):
    """Django's sessions in the database. This server answers synchronously: so does the store."""

    row: Session | None = None
    """What the session was read from."""

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def load(self) -> dict[str, Any]:
        rows = Session.objects.filter(session_key=digest(self.session_key), expire_date__gt=timezone.now())
        self.row = rows.first()
        if self.row is None:
            self._session_key = None
            return {}
        return self.decode(self.row.session_data)

    def exists(self, session_key: str | None) -> bool:
        return Session.objects.filter(session_key=digest(session_key)).exists()

    def delete(self, session_key: str | None = None) -> None:
        Session.objects.filter(session_key=digest(session_key or self.session_key)).delete()

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        now = timezone.now()
        user_id = data.get(SESSION_KEY)
        if user_id:
            data.setdefault(STARTED, now.timestamp())
        started = datetime.datetime.fromtimestamp(data.get(STARTED, now.timestamp()), datetime.UTC)
        return Session(
            session_key=digest(self._get_or_create_session_key()),  # type: ignore[attr-defined]
            session_data=self.encode(data),
            expire_date=ends(started, now) if user_id else self.get_expiry_date(),
            user_id=user_id,
            started_at=started,
            seen_at=now,
        )

    def see(self) -> None:
        """Write down that the person is still there, where that was not done lately.

        The one thing that reading a page may write; and where nothing can be written, reading goes on.
        """
        now = timezone.now()
        if self.row is None or now - self.row.seen_at < SEEN_EVERY:
            return
        try:
            with transaction.atomic():
                Session.objects.filter(pk=self.row.pk).update(
                    seen_at=now, expire_date=ends(self.row.started_at, now)
                )
        except DatabaseError:
            return
        self.row.seen_at = now

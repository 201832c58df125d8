"""Sessions of a person: beginning one, listing them, ending them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth import login, update_session_auth_hash
from django.contrib.sessions.backends.base import SessionBase
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from portal.accounts import second_factor
from portal.accounts.models import Session
from portal.accounts.session_store import STARTED, digest

if TYPE_CHECKING:
    from portal.accounts.models import User


def begin(request: HttpRequest, user: User) -> None:
    """Sign ``user`` in with what has been proven by now, a password or an invitation, under a new key.

    Where the person has a second factor, or needs one, nothing of desk and admin opens before that.
    """
    login(request, user)
    request.session[STARTED] = timezone.now().timestamp()
    second_factor.ask_for(request, user)


def go_on(request: HttpRequest, user: User) -> None:
    """Keep this one session alive over a change of the password, under a new key."""
    update_session_auth_hash(request, user)


def running(user: User) -> QuerySet[Session]:
    """The person's sessions that still open something, the one seen last on top."""
    return Session.objects.filter(user=user, expire_date__gt=timezone.now())


def key_of(session: SessionBase) -> str:
    """The key by which a session stands in the list: of no use as a cookie."""
    return digest(session.session_key)


def end(user: User, key: str) -> bool:
    """End one session of the person's own; tell whether there was one."""
    ended, _kinds = Session.objects.filter(user=user, pk=key).delete()
    return bool(ended)


def end_all(user: User, keep: SessionBase | None = None) -> int:
    """End the person's sessions, at once and everywhere, but for the one to keep; return how many.

    To be called in the transaction of whatever makes it necessary: a role that was taken away, a password
    that was changed, an account that was switched off.
    """
    rows = Session.objects.filter(user=user)
    if keep is not None and keep.session_key:
        rows = rows.exclude(pk=key_of(keep))
    return rows.delete()[0]


def forget() -> str:
    """Remove the sessions that have ended by themselves."""
    removed, _kinds = Session.objects.filter(expire_date__lte=timezone.now()).delete()
    return f"{removed} ended sessions removed"

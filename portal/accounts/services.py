"""Changes of accounts. Each ends what the change makes stale, is journalled, and is told to the person."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from django.contrib.sessions.backends.base import SessionBase
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.accounts import letters, second_factor, sessions
from portal.accounts.models import User, new_stamp
from portal.audit.log import record

if TYPE_CHECKING:
    from portal.municipalities.models import Municipality

PASSWORD_CHANGED = gettext_lazy("The password of your account was changed.")
EMAIL_CHANGED = gettext_lazy("The e-mail of your account was changed. It is not this address any more.")
FACTOR_ADDED = gettext_lazy("A device was set up that gives the codes to sign in with.")
FACTOR_REMOVED = gettext_lazy("The device that gave the codes to sign in with was removed from your account.")
CODES_RENEWED = gettext_lazy("New recovery codes were made. The old ones are worth nothing any more.")


@transaction.atomic
def set_password(
    *, user: User, password: str, by_link: bool = False, keep: SessionBase | None = None
) -> None:
    """Give the account a new password, which was checked; ends all of its sessions but ``keep``.

    The second factor stays: whoever reads a person's letters does not get in by that.
    """
    user.set_password(password)
    user.stamp = new_stamp()
    user.save(update_fields=["password", "stamp"])
    sessions.end_all(user, keep)
    record(
        actor=user, action="password.reset" if by_link else "password.changed", obj=user, municipality=None
    )
    _tell(user, PASSWORD_CHANGED)


def change_email(*, user: User, email: str, keep: SessionBase | None = None) -> None:
    """Give the account another e-mail, which was proven; ends all of its sessions but ``keep``.

    Raises ``ValidationError`` where somebody else has taken the address meanwhile.
    """
    old = user.email
    try:
        with transaction.atomic():
            user.email, user.stamp = email, new_stamp()
            user.save(update_fields=["email", "stamp"])
            sessions.end_all(user, keep)
            record(actor=user, action="email.changed", obj=user, municipality=None)
            _tell(user, EMAIL_CHANGED, email=old)
    except IntegrityError:
        raise ValidationError(_("This e-mail is already in use.")) from None


@transaction.atomic
def set_up_second_factor(*, user: User, seed: str, step: int, keep: SessionBase | None = None) -> list[str]:
    """Make a device the person's second factor, in the place of any other; return new recovery codes.

    Args:
        user: whose device it is.
        seed: what its secret is derived from (``second_factor.seed_for``).
        step: the step of time whose code was shown as a proof.
        keep: the session in which it was shown; the others end.
    """
    second_factor.put(user, seed, step)
    codes = second_factor.put_recovery_codes(user)
    sessions.end_all(user, keep)
    record(actor=user, action="second_factor.added", obj=user, municipality=None)
    _tell(user, FACTOR_ADDED)
    return codes


@transaction.atomic
def renew_recovery_codes(*, user: User) -> list[str]:
    """Make new recovery codes in the place of the old, and return them: they can be told this once."""
    codes = second_factor.put_recovery_codes(user)
    record(actor=user, action="recovery_codes.renewed", obj=user, municipality=None)
    _tell(user, CODES_RENEWED)
    return codes


@transaction.atomic
def drop_second_factor(
    *,
    user: User,
    actor: User | None,
    municipality: Municipality | None = None,
    keep: SessionBase | None = None,
) -> bool:
    """Remove the person's second factor and end the sessions; tell whether there was one.

    Args:
        user: whose it is, for instance somebody who lost the telephone.
        actor: who removes it; ``None`` for a command.
        municipality: in whose journal it is written down.
        keep: the session of a person who removes the own one.

    Raises ``PermissionDenied`` where a person reaches further than the actor does: see
    :func:`may_drop_second_factor`.
    """
    if actor is not None and not may_drop_second_factor(actor, user):
        raise PermissionDenied
    had_one = second_factor.remove(user)
    user.stamp = new_stamp()
    user.save(update_fields=["stamp"])
    sessions.end_all(user, keep)
    record(actor=actor, action="second_factor.removed", obj=user, municipality=municipality)
    _tell(user, FACTOR_REMOVED)
    return had_one


def may_drop_second_factor(actor: User, user: User) -> bool:
    """Whether the actor may take the person's second factor away.

    Oneself; the platform administrator; or whoever manages every municipality that the person is a member
    of, or the administrator of a small town could open the desk of a big one.
    """
    from portal.municipalities.access import Act, allows

    if actor.is_superuser or actor == user:
        return actor.is_active
    towns = set(user.memberships.values_list("municipality_id", flat=True))
    return bool(towns) and not user.is_superuser and all(allows(actor, Act.MANAGE, town) for town in towns)


@transaction.atomic
def switch_off(*, user: User, actor: User | None) -> None:
    """Switch an account off: its next request is refused, and every link to it is dead for good."""
    user.is_active, user.stamp = False, new_stamp()
    user.save(update_fields=["is_active", "stamp"])
    sessions.end_all(user)
    record(actor=actor, action="person.switched_off", obj=user, municipality=None)


def _tell(user: User, what: str | Promise, *, email: str = "") -> None:
    """Once it is certain."""
    transaction.on_commit(partial(letters.tell, user, what, email=email))

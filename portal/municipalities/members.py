"""Who works for a municipality: reading it, giving and taking roles.

Roles are read with every request, so whoever loses one is refused at the next; the sessions end besides.
"""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field

from allauth.mfa.models import Authenticator
from django.contrib.sessions.backends.base import SessionBase
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from portal.accounts import sessions
from portal.accounts.models import User
from portal.audit.log import Changes, record
from portal.locales import sheet_date
from portal.municipalities.invitations import withdraw_all_of
from portal.municipalities.models import Membership, Municipality, Role
from portal.municipalities.turns import take_turn

GIVEN = "role.given"
TAKEN = "role.taken"
REMOVED = "member.removed"


@dataclass(slots=True)
class Member:
    """A person with the roles held in one municipality, in the order of :class:`Role`."""

    user: User
    memberships: list[Membership] = field(default_factory=list)
    has_second_factor: bool = False

    @property
    def roles(self) -> list[str]:
        return [membership.role for membership in self.memberships]

    @property
    def labels(self) -> list[str]:
        return [membership.get_role_display() for membership in self.memberships]

    @property
    def since(self) -> datetime.date | None:
        """The day of the first role; ``None`` where one of them is older than its record."""
        moments = [membership.since for membership in self.memberships]
        known = [moment for moment in moments if moment]
        zone = self.memberships[0].municipality.zone_info
        return min(known).astimezone(zone).date() if len(known) == len(moments) else None


def members_of(municipality: Municipality, pk: int | None = None) -> list[Member]:
    """The people with a role in the municipality by name, or the one of them with the key ``pk``."""
    rows = Membership.objects.filter(municipality=municipality).select_related("user")
    rows = rows.filter(user=pk) if pk is not None else rows
    found: dict[int, Member] = {}
    for row in sorted(rows, key=lambda row: Role.values.index(row.role)):
        row.municipality = municipality
        found.setdefault(row.user_id, Member(row.user)).memberships.append(row)
    devices = Authenticator.objects.filter(user__in=list(found), type=Authenticator.Type.TOTP)
    armed = set(devices.values_list("user_id", flat=True))
    for member in found.values():
        member.has_second_factor = member.user.pk in armed
    return sorted(found.values(), key=lambda member: (str(member.user).casefold(), member.user.pk))


def moment(at: datetime.datetime, municipality: Municipality) -> str:
    """A moment by the clocks of the municipality, as sheets write it."""
    local = at.astimezone(municipality.zone_info)
    return f"{sheet_date(local)} {local:%H:%M}"


# Writing


@transaction.atomic
def change_roles(
    *,
    municipality: Municipality,
    user: User,
    roles: Iterable[str],
    actor: User,
    keep: SessionBase | None = None,
) -> bool:
    """Give a member exactly these roles; tell whether that changed anything.

    The person's sessions end but for ``keep``, the one in which somebody changes the own roles.

    Raises ``ValidationError`` at ``roles`` for no role at all, for somebody who is no member any more, and
    where the municipality would be left without an administrator.
    """
    take_turn(municipality)
    wanted = set(roles)
    if not wanted:
        raise ValidationError({"roles": _("Choose at least one role, or remove the member.")})
    held = {row.role: row for row in Membership.objects.filter(municipality=municipality, user=user)}
    if not held:
        raise ValidationError({"roles": _("This person is no member any more.")})
    if wanted == held.keys():
        return False
    if Role.MUNICIPAL_ADMIN in held.keys() - wanted:
        _check_not_last(municipality, user, "roles")
    batch = uuid.uuid4()
    for role in Role:
        if role in wanted - held.keys():
            _give(municipality, user, role, actor, batch)
        elif role in held.keys() - wanted:
            _take(held[role], TAKEN, actor, batch)
    _let_go(municipality, user, actor, is_still_admin=Role.MUNICIPAL_ADMIN in wanted, keep=keep)
    return True


@transaction.atomic
def remove_member(*, municipality: Municipality, user: User, actor: User) -> bool:
    """Take every role from a member; tell whether there was one. Ends the person's sessions.

    Raises ``ValidationError`` where the municipality would be left without an administrator.
    """
    take_turn(municipality)
    held = list(Membership.objects.filter(municipality=municipality, user=user))
    if any(row.role == Role.MUNICIPAL_ADMIN for row in held):
        _check_not_last(municipality, user, None)
    batch = uuid.uuid4()
    for row in held:
        _take(row, REMOVED, actor, batch)
    if held:
        _let_go(municipality, user, actor, is_still_admin=False)
    return bool(held)


def _give(municipality: Municipality, user: User, role: str, actor: User, batch: uuid.UUID) -> None:
    row = Membership.objects.create(municipality=municipality, user=user, role=role)
    _record(GIVEN, row, {"role": (None, row.role)}, actor, batch)


def _take(row: Membership, action: str, actor: User, batch: uuid.UUID) -> None:
    key, changes = row.pk, {"role": (row.role, None)}
    row.delete()
    row.pk = key
    _record(action, row, changes, actor, batch)


def _record(action: str, row: Membership, changes: Changes, actor: User, batch: uuid.UUID) -> None:
    record(actor=actor, action=action, obj=row, municipality=row.municipality, changes=changes, batch=batch)


def _check_not_last(municipality: Municipality, user: User, field: str | None) -> None:
    """Raises ``ValidationError`` where nobody else who can sign in administers the municipality."""
    others = Membership.objects.filter(municipality=municipality, role=Role.MUNICIPAL_ADMIN)
    if others.filter(user__is_active=True).exclude(user=user).exists():
        return
    text = _("This is the last administrator of the municipality. Make somebody else administrator first.")
    raise ValidationError({field: text} if field else text)


def _let_go(
    municipality: Municipality,
    user: User,
    actor: User,
    *,
    is_still_admin: bool,
    keep: SessionBase | None = None,
) -> None:
    """End the sessions of somebody whose roles changed, and the invitations given by a right that is gone."""
    sessions.end_all(user, keep)
    if not is_still_admin:
        withdraw_all_of(municipality=municipality, inviter=user, actor=actor)

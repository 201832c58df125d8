"""Invitations: a role offered by letter, with a link that works once and within a day.

No account is made before somebody accepts, so no other way into an account, such as a forgotten password,
gives an invitation another life. A link is dead once it was used, withdrawn, replaced by a newer letter or
a day old; once whoever sent it may no longer invite; and once the person's account is switched off or
holds the role. :func:`find_open` is the only way from a link to its invitation.
"""

from __future__ import annotations

import datetime
import hashlib
import secrets
from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.db import IntegrityError, models, transaction
from django.db.models import Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.audit.log import record
from portal.locales import sheet_date
from portal.municipalities.access import Act, allows
from portal.municipalities.models import Invitation, Membership, Municipality
from portal.municipalities.turns import take_turn
from portal.notifications.writing import Letter, one_line, render_letter, site_address

LIFETIME = datetime.timedelta(hours=24)
KEPT = datetime.timedelta(days=30)
"""How long after its end a row stays, for the limits and for whoever wonders what became of it."""
HOUR = datetime.timedelta(hours=1)
MOST_AN_HOUR = 20
"""Letters that one municipality sends in an hour."""
MOST_TO_ONE = 3
"""Letters that one address gets in an hour from one municipality."""
TOKEN_BYTES = 32


class DeadInvitation(Exception):  # noqa: N818 - says what the invitation is
    """The invitation ended while its page was open."""


# Reading


def waiting(municipality: Municipality) -> models.QuerySet[Invitation]:
    """The invitations of a municipality that can still be accepted, the newest first."""
    return _unanswered().filter(municipality=municipality).select_related("municipality")


def find_open(token: str) -> Invitation | None:
    """The invitation whose letter held ``token``, while it is good for something."""
    rows = _unanswered().filter(token_digest=digest(token))
    found = rows.select_related("municipality", "invited_by").first()
    return found if found and is_good(found, account_of(found)) else None


def is_good(invitation: Invitation, account: User | None) -> bool:
    """Whether the people on both sides of an unanswered invitation still allow it."""
    if not allows(invitation.invited_by, Act.MANAGE, invitation.municipality_id):
        return False
    if account is None:
        return True
    holds = Membership.objects.filter(
        municipality=invitation.municipality_id, user=account, role=invitation.role
    )
    return account.is_active and not account.is_superuser and not holds.exists()


def account_of(invitation: Invitation) -> User | None:
    """The account of the address that was invited, which may be younger than the letter."""
    return User.objects.filter(email=invitation.email).first()


def digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def _unanswered() -> models.QuerySet[Invitation]:
    return Invitation.objects.filter(accepted_at=None, withdrawn_at=None, expires_at__gt=timezone.now())


# Sending


@transaction.atomic
def invite(
    *, municipality: Municipality, email: str, name: str, role: str, language: str, actor: User
) -> tuple[Invitation, str]:
    """Offer a role to an address; return the invitation and the token of its link, which is kept nowhere.

    An earlier offer of the same role to the same address ends. Whether the address has an account makes no
    difference here. Raises ``ValidationError`` where the person holds the role, and beyond the limits.
    """
    take_turn(municipality)
    email = email.lower()
    if Membership.objects.filter(municipality=municipality, user__email=email, role=role).exists():
        raise ValidationError({"email": _("This person holds the role already.")})
    _check_limits(municipality, email)
    earlier = waiting(municipality).filter(email=email, role=role)
    _end(earlier, actor)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    now = timezone.now()
    invitation = Invitation.objects.create(
        municipality=municipality,
        email=email,
        name=name,
        role=role,
        language=language,
        token_digest=digest(token),
        invited_by=actor,
        sent_at=now,
        expires_at=now + LIFETIME,
    )
    _record("invitation.sent", invitation, actor, {"role": (None, role)})
    return invitation, token


def invite_again(*, invitation: Invitation, actor: User) -> tuple[Invitation, str]:
    """Offer the same anew by a new link; the old one is dead. Raises as :func:`invite`."""
    return invite(
        municipality=invitation.municipality,
        email=invitation.email,
        name=invitation.name,
        role=invitation.role,
        language=invitation.language,
        actor=actor,
    )


@transaction.atomic
def withdraw(*, invitation: Invitation, actor: User) -> bool:
    """End an invitation; tell whether it was still waiting."""
    take_turn(invitation.municipality)
    return bool(_end(waiting(invitation.municipality).filter(pk=invitation.pk), actor))


def withdraw_all_of(*, municipality: Municipality, inviter: User, actor: User) -> None:
    """End what somebody offered who may no longer; within the caller's transaction and turn."""
    _end(waiting(municipality).filter(invited_by=inviter), actor)


def send(invitation: Invitation, token: str) -> None:
    """Send the letter, at once: the outbox would keep its link.

    Raises ``OSError`` (as ``smtplib`` does) where no server takes it.
    """
    with translation.override(invitation.language):
        letter = _letter(invitation, token)
    message = EmailMessage(
        letter.subject, letter.body, to=[invitation.email], headers={"Auto-Submitted": "auto-generated"}
    )
    message.send()


def _letter(invitation: Invitation, token: str) -> Letter:
    until = invitation.expires_at.astimezone(invitation.municipality.zone_info)
    context = {
        "name": one_line(invitation.name),
        "municipality": one_line(invitation.municipality.title),
        "inviter": one_line(invitation.invited_by),
        "role": invitation.get_role_display(),
        "link": site_address("invitation", token=token),
        "until": f"{sheet_date(until)} {until:%H:%M}",
    }
    return render_letter("invitation", context)


def _check_limits(municipality: Municipality, email: str) -> None:
    """Raises ``ValidationError``, at ``email`` where it is the address that gets too much."""
    lately = Invitation.objects.filter(municipality=municipality, sent_at__gt=timezone.now() - HOUR)
    if lately.filter(email=email).count() >= MOST_TO_ONE:
        raise ValidationError({"email": _("This address got several invitations in the last hour. Wait.")})
    if lately.count() >= MOST_AN_HOUR:
        told = _("At most %(count)d invitations are sent in an hour. Try again later.")
        raise ValidationError(told % {"count": MOST_AN_HOUR})


# Accepting


@transaction.atomic
def accept_as_new(*, token: str, name: str, language: str, password: str) -> User:
    """Make the account of whoever was invited, with a password that was checked, and give the role.

    Raises :class:`DeadInvitation`, also where the address has got an account meanwhile.
    """
    invitation = _taken(token)
    try:
        with transaction.atomic():
            user = User.objects.create_user(invitation.email, password, name=name, language=language)
    except IntegrityError:
        raise DeadInvitation from None
    _accept(invitation, user)
    return user


@transaction.atomic
def accept_as_member(*, token: str, user: User) -> Municipality:
    """Give the role to the person who is signed in; return the municipality.

    Raises :class:`DeadInvitation`, also for anybody but the person who was invited.
    """
    invitation = _taken(token)
    if user.email != invitation.email:
        raise DeadInvitation
    _accept(invitation, user)
    return invitation.municipality


def _taken(token: str) -> Invitation:
    """The invitation, in the municipality's turn: of two who use a link at once one comes too late."""
    found = find_open(token)
    if found is None:
        raise DeadInvitation
    take_turn(found.municipality)
    found = find_open(token)
    if found is None:
        raise DeadInvitation
    return found


def _accept(invitation: Invitation, user: User) -> None:
    invitation.accepted_at = timezone.now()
    invitation.save(update_fields=["accepted_at"])
    membership = Membership.objects.create(
        municipality=invitation.municipality, user=user, role=invitation.role
    )
    record(
        actor=user,
        action="invitation.accepted",
        obj=membership,
        municipality=invitation.municipality,
        changes={"role": (None, invitation.role), "invitation": (None, f"#{invitation.pk}")},
    )


# Ending and forgetting


def forget() -> str:
    """Remove invitations a month after their end: addresses of people who may never have answered."""
    before = timezone.now() - KEPT
    ended = Q(expires_at__lt=before) | Q(accepted_at__lt=before) | Q(withdrawn_at__lt=before)
    removed, _kinds = Invitation.objects.filter(ended).delete()
    return f"{removed} ended invitations removed"


def _end(rows: Iterable[Invitation], actor: User) -> int:
    ended = list(rows)
    for invitation in ended:
        invitation.withdrawn_at = timezone.now()
        invitation.save(update_fields=["withdrawn_at"])
        _record("invitation.withdrawn", invitation, actor)
    return len(ended)


def _record(
    action: str, invitation: Invitation, actor: User, changes: dict[str, tuple[object, object]] | None = None
) -> None:
    record(actor=actor, action=action, obj=invitation, municipality=invitation.municipality, changes=changes)

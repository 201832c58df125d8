"""The only answers to "may this person do this here?".

A stranger to a municipality is told the same as for an address that does not exist (404); a member
whose role does not allow the act is told so (403); nobody signed in is asked to sign in.
The table :data:`ALLOWED` is the permission table of ``docs/permissions.md``; a test holds both equal.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from functools import wraps
from typing import TYPE_CHECKING, Any, cast

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase

from portal.municipalities.models import Membership, Municipality, Role
from portal.municipalities.unsent import asks_to_sign_in, settle
from portal.tracing import concerns

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from portal.accounts.models import User


class Act(StrEnum):
    """What can be done in a municipality."""

    SEE_DESK = "see_desk"
    SEE_DRAFTS = "see_drafts"
    EDIT = "edit"
    PUBLISH = "publish"
    SEE_CONTRIBUTIONS = "see_contributions"
    MODERATE = "moderate"
    ANSWER = "answer"
    SEE_JOURNAL = "see_journal"
    MANAGE = "manage"


_EVERY_ROLE = frozenset(Role)
ALLOWED: dict[Act, frozenset[Role]] = {
    Act.SEE_DESK: _EVERY_ROLE,
    Act.SEE_DRAFTS: _EVERY_ROLE,
    Act.EDIT: frozenset({Role.EDITOR, Role.PUBLISHER, Role.MUNICIPAL_ADMIN}),
    Act.PUBLISH: frozenset({Role.PUBLISHER, Role.MUNICIPAL_ADMIN}),
    Act.SEE_CONTRIBUTIONS: frozenset({Role.MODERATOR, Role.ANSWERER, Role.PUBLISHER, Role.MUNICIPAL_ADMIN}),
    Act.MODERATE: frozenset({Role.MODERATOR, Role.MUNICIPAL_ADMIN}),
    Act.ANSWER: frozenset({Role.ANSWERER, Role.PUBLISHER, Role.MUNICIPAL_ADMIN}),
    Act.SEE_JOURNAL: frozenset({Role.AUDITOR, Role.MUNICIPAL_ADMIN}),
    Act.MANAGE: frozenset({Role.MUNICIPAL_ADMIN}),
}


def roles_of(user: User | AnonymousUser, municipality_id: int) -> frozenset[str]:
    """The person's roles there; asked once a request for each person, whatever the municipality."""
    return _memberships(user).get(municipality_id, frozenset())


def is_member(user: User, municipality_id: int) -> bool:
    return user.is_superuser or bool(roles_of(user, municipality_id))


def allows(user: User | AnonymousUser, act: Act, municipality_id: int) -> bool:
    """Whether the person may do ``act`` in the municipality. The platform administrator may."""
    if not user.is_active or user.is_anonymous:
        return False
    return user.is_superuser or bool(ALLOWED[act] & roles_of(user, municipality_id))


def allows_anywhere(user: User | AnonymousUser, act: Act) -> bool:
    """Whether there is any municipality where the person may do ``act``."""
    if not user.is_active or user.is_anonymous:
        return False
    return user.is_superuser or any(ALLOWED[act] & roles for roles in _memberships(user).values())


def municipality_ids(user: User | AnonymousUser, act: Act) -> list[int]:
    """Where the person may do ``act``: the scope of every staff list (not for the platform administrator)."""
    return [pk for pk, roles in _memberships(user).items() if ALLOWED[act] & roles]


def municipality_for(user: User, slug: str, act: Act) -> Municipality:
    """Look the municipality up for an act of a person who is signed in.

    Raises ``Http404`` for a stranger exactly as for an unknown slug, ``PermissionDenied`` for a
    member whose role does not allow the act.
    """
    municipality = Municipality.objects.filter(slug=slug).first()
    # Asked for an unknown slug too: what takes longer would tell that there is such a desk.
    may_enter = is_member(user, municipality.pk if municipality else 0)
    if municipality is None or not may_enter:
        raise Http404
    concerns(municipality)
    if not allows(user, act, municipality.pk):
        raise PermissionDenied
    return municipality


def person(request: HttpRequest) -> User:
    """Whoever asks, behind a door that only lets people in who are signed in: ``staff_page``, the admin."""
    return cast("User", request.user)


StaffView = Callable[..., HttpResponseBase]


def staff_page(act: Act) -> Callable[[StaffView], StaffView]:
    """Guard a staff view ``view(request, municipality, ...)`` whose address has ``slug``."""

    def decorate(view: StaffView) -> StaffView:
        @wraps(view)
        def inner(request: HttpRequest, slug: str, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return asks_to_sign_in(request)
            response = view(request, municipality_for(request.user, slug, act), **kwargs)
            response.setdefault("Cache-Control", "private, no-store")
            if request.method == "POST":
                settle(request, response)
            return response

        inner.act = act  # type: ignore[attr-defined]
        return inner

    return decorate


def _memberships(user: User | AnonymousUser) -> dict[int, frozenset[str]]:
    known = getattr(user, "_roles_by_municipality", None)
    if known is None:
        known = {}
        if user.is_authenticated:
            for municipality_id, role in Membership.objects.filter(user=user).values_list(
                "municipality_id", "role"
            ):
                known[municipality_id] = known.get(municipality_id, frozenset()) | {role}
        user._roles_by_municipality = known  # type: ignore[union-attr]
    return known

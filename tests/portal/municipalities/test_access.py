"""Who may do what where: members by role, strangers, people who are not signed in."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.test import RequestFactory

from portal.municipalities.access import (
    ALLOWED,
    Act,
    allows,
    allows_anywhere,
    is_member,
    municipality_for,
    municipality_ids,
    roles_of,
    staff_page,
)
from portal.municipalities.models import Role
from tests import factories


@pytest.mark.parametrize("act", Act)
@pytest.mark.parametrize("role", Role)
def test_a_role_allows_what_the_table_says(nefta, act, role):
    user = factories.MembershipFactory(municipality=nefta, role=role).user
    assert allows(user, act, nefta.pk) is (role in ALLOWED[act])
    assert (nefta.pk in municipality_ids(user, act)) is (role in ALLOWED[act])


@pytest.mark.parametrize("act", Act)
def test_a_right_ends_at_the_municipality(nefta, kenitra, act):
    user = factories.MembershipFactory(municipality=nefta, role=Role.MUNICIPAL_ADMIN).user
    assert not allows(user, act, kenitra.pk)
    assert not is_member(user, kenitra.pk)
    assert municipality_ids(user, act) in ([nefta.pk], [])


def test_several_roles_add_up(nefta):
    user = factories.MembershipFactory(municipality=nefta, role=Role.EDITOR).user
    factories.MembershipFactory(user=user, municipality=nefta, role=Role.AUDITOR)
    assert roles_of(user, nefta.pk) == {Role.EDITOR, Role.AUDITOR}
    assert allows(user, Act.EDIT, nefta.pk)
    assert allows(user, Act.SEE_JOURNAL, nefta.pk)
    assert not allows(user, Act.PUBLISH, nefta.pk)


@pytest.mark.parametrize("act", Act)
def test_the_platform_administrator_may_everything(nefta, act):
    boss = factories.UserFactory(is_superuser=True)
    assert allows(boss, act, nefta.pk)
    assert allows_anywhere(boss, act)
    assert municipality_for(boss, "nefta", act) == nefta


@pytest.mark.parametrize("act", Act)
def test_nobody_signed_in_may_nothing(nefta, act):
    assert not allows(AnonymousUser(), act, nefta.pk)
    assert not allows_anywhere(AnonymousUser(), act)


@pytest.mark.parametrize("is_superuser", [True, False])
def test_an_account_that_was_switched_off_may_nothing(nefta, is_superuser):
    user = factories.UserFactory(is_active=False, is_superuser=is_superuser)
    factories.MembershipFactory(user=user, municipality=nefta, role=Role.MUNICIPAL_ADMIN)
    assert not allows(user, Act.EDIT, nefta.pk)
    assert not allows_anywhere(user, Act.EDIT)


def test_the_lookup_gives_the_municipality(nefta, editor):
    assert municipality_for(editor, "nefta", Act.EDIT) == nefta


def test_a_role_that_does_not_allow_is_refused(nefta, editor):
    with pytest.raises(PermissionDenied):
        municipality_for(editor, "nefta", Act.PUBLISH)


@pytest.mark.parametrize("slug", ["nefta", "nowhere"])
def test_a_stranger_is_told_the_same_as_for_nothing(nefta, stranger, slug):
    with pytest.raises(Http404) as refusal:
        municipality_for(stranger, slug, Act.SEE_DESK)
    assert str(refusal.value) == ""


def test_memberships_are_asked_once_a_request(nefta, kenitra, editor, django_assert_num_queries):
    with django_assert_num_queries(1):
        for municipality in (nefta, kenitra):
            for act in Act:
                allows(editor, act, municipality.pk)


def test_a_guarded_view_sends_to_the_sign_in_and_is_never_kept(nefta, editor):
    view = staff_page(Act.SEE_DESK)(lambda request, municipality: HttpResponse(municipality.slug))
    request = RequestFactory().get("/ar/m/nefta/staff/")
    request.user = AnonymousUser()
    assert "next=/ar/m/nefta/staff/" in view(request, slug="nefta")["Location"]
    request.user = editor
    response = view(request, slug="nefta")
    assert response.content == b"nefta"
    assert response["Cache-Control"] == "private, no-store"

"""The members of a municipality: their roles, and that whoever loses one is refused at once."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from portal.audit.models import Entry
from portal.municipalities import invitations, members
from portal.municipalities.models import Membership, Role
from tests import factories
from tests.threads import at_once, in_thread, shared_database  # noqa: F401

MEMBERS = "/en/m/nefta/staff/members/"


def member(municipality, *roles, **person):
    user = factories.UserFactory(**person)
    for role in roles:
        factories.MembershipFactory(municipality=municipality, user=user, role=role)
    return user


@pytest.fixture
def manager(nefta):
    return member(nefta, Role.MUNICIPAL_ADMIN, name="Amel")


@pytest.fixture
def desk(client, manager):
    client.force_login(manager)
    return client


def roles(user, municipality):
    return set(Membership.objects.filter(user=user, municipality=municipality).values_list("role", flat=True))


def page(user, *rest):
    return "/".join([f"{MEMBERS}{user.pk}", *rest, ""])


# --- the list ----------------------------------------------------------------------------------------


def test_the_list_names_everybody_with_every_role(desk, nefta, kenitra):
    two = member(nefta, Role.PUBLISHER, Role.EDITOR, name="Zied")
    foreign = member(kenitra, Role.EDITOR, name="Foreign")
    html = desk.get(MEMBERS).content.decode()
    assert html.index("Amel") < html.index("Zied")
    row = html[html.index("Zied") :].partition("</tr>")[0]
    assert row.index("Editor") < row.index("Publisher")
    assert two.email in row
    assert "Not set up" in row
    assert foreign.email not in html


def test_the_number_of_queries_does_not_grow(desk, nefta, django_assert_max_num_queries):
    for _ in range(10):
        member(nefta, Role.EDITOR, Role.PUBLISHER)
    with django_assert_max_num_queries(17):
        desk.get(MEMBERS)


def test_a_role_older_than_its_record_has_no_day(nefta, editor):
    (found,) = members.members_of(nefta)
    assert found.since == nefta.today()
    Membership.objects.update(since=None)
    assert members.members_of(nefta)[0].since is None


@pytest.mark.parametrize("role", [role for role in Role if role != Role.MUNICIPAL_ADMIN])
def test_nobody_else_sees_it(client, nefta, role):
    client.force_login(member(nefta, role))
    assert client.get(MEMBERS).status_code == 403


# --- changing roles ----------------------------------------------------------------------------------


def test_roles_are_changed_and_each_is_journalled_once(desk, nefta, manager):
    person = member(nefta, Role.EDITOR, Role.MODERATOR)
    response = desk.post(page(person), {"roles": ["editor", "publisher"]}, follow=True)
    assert "The roles are changed" in response.content.decode()
    assert roles(person, nefta) == {"editor", "publisher"}
    entries = Entry.objects.filter(actor=manager).order_by("action")
    assert [(entry.action, entry.changes) for entry in entries] == [
        ("role.given", {"role": [None, "publisher"]}),
        ("role.taken", {"role": ["moderator", None]}),
    ]
    assert len({entry.batch for entry in entries}) == 1
    assert all(person.email not in entry.object_label for entry in entries)


def test_the_journal_never_holds_an_address(nefta, manager):
    person = member(nefta, Role.EDITOR, name="")
    members.change_roles(municipality=nefta, user=person, roles=["publisher"], actor=manager)
    assert not Entry.objects.filter(object_label__contains="@").exists()


def test_the_same_roles_change_nothing(desk, nefta):
    person = member(nefta, Role.EDITOR)
    response = desk.post(page(person), {"roles": ["editor"]}, follow=True)
    assert "Nothing was changed" in response.content.decode()
    assert not Entry.objects.exists()


@pytest.mark.parametrize("sent", [[], ["king"]])
def test_no_role_and_an_unknown_role_are_refused_at_the_field(desk, nefta, sent):
    person = member(nefta, Role.EDITOR)
    response = desk.post(page(person), {"roles": sent})
    assert response.status_code == 200
    assert response.context["form"].errors["roles"]
    assert roles(person, nefta) == {"editor"}


def test_somebody_who_is_no_member_here_is_nobody(desk, kenitra):
    foreign = member(kenitra, Role.EDITOR)
    for rest in ([], ["remove"], ["second-step"]):
        address, missing = page(foreign, *rest), page(foreign, *rest).replace(str(foreign.pk), "9999")
        found = desk.get(address).content.decode()
        assert found.replace(address[3:], missing[3:]) == desk.get(missing).content.decode()
        assert desk.post(page(foreign, *rest), {"roles": "editor"}).status_code == 404
    assert roles(foreign, kenitra) == {"editor"}


def test_a_demoted_person_is_refused_at_the_next_request(nefta, manager):
    person = member(nefta, Role.PUBLISHER)
    at_work, untouched = Client(), Client()
    for browser in (at_work, untouched):
        browser.force_login(person)
    assert at_work.get("/en/m/nefta/staff/").status_code == 200
    members.change_roles(municipality=nefta, user=person, roles=["council_reader"], actor=manager)
    assert "/sign-in/" in at_work.get("/en/m/nefta/staff/").headers["Location"]
    at_work.force_login(person)
    assert at_work.get("/en/m/nefta/staff/zones/").status_code == 403


def test_whoever_changes_the_own_roles_stays_signed_in_under_a_new_key(desk, nefta, manager):
    member(nefta, Role.MUNICIPAL_ADMIN)
    before = desk.session.session_key
    response = desk.post(page(manager), {"roles": ["editor"]})
    assert response.headers["Location"] == "/en/staff/"
    assert desk.session.session_key != before
    assert desk.get("/en/m/nefta/staff/").status_code == 200
    assert desk.get(MEMBERS).status_code == 403


# --- removing ----------------------------------------------------------------------------------------


def test_removing_asks_first_and_refuses_the_next_request(desk, nefta):
    person = member(nefta, Role.EDITOR, Role.MODERATOR, name="Zied")
    browser = Client()
    browser.force_login(person)
    assert browser.get("/en/m/nefta/staff/").status_code == 200
    asked = desk.get(page(person, "remove")).content.decode()
    assert "Zied" in asked
    assert "Editor, Moderator" in asked
    assert roles(person, nefta)
    assert desk.post(page(person, "remove")).status_code == 302
    assert roles(person, nefta) == set()
    assert browser.get("/en/m/nefta/staff/").status_code == 302
    browser.force_login(person)
    assert browser.get("/en/m/nefta/staff/").status_code == 404
    assert Entry.objects.filter(action="member.removed").count() == 2


def test_a_role_is_read_with_every_request(nefta, editor):
    """Even where nothing ended the session."""
    browser = Client()
    browser.force_login(editor)
    assert browser.get("/en/m/nefta/staff/").status_code == 200
    Membership.objects.filter(user=editor).delete()
    assert browser.get("/en/m/nefta/staff/").status_code == 404


@pytest.mark.parametrize("others", ["none", "switched off"])
def test_the_last_administrator_stays(desk, nefta, manager, others):
    if others == "switched off":
        member(nefta, Role.MUNICIPAL_ADMIN, is_active=False)
    removed = desk.post(page(manager, "remove"))
    assert "This is the last administrator" in removed.content.decode()
    demoted = desk.post(page(manager), {"roles": ["editor"]})
    assert "This is the last administrator" in str(demoted.context["form"].errors["roles"])
    assert roles(manager, nefta) == {"municipal_admin"}
    assert not Entry.objects.exists()


def test_the_last_administrator_can_be_given_more(desk, nefta, manager):
    assert desk.post(page(manager), {"roles": ["municipal_admin", "auditor"]}).status_code == 302
    assert roles(manager, nefta) == {"municipal_admin", "auditor"}


@pytest.mark.django_db(transaction=True)
def test_two_who_remove_each_other_leave_one(nefta, shared_database):  # noqa: F811
    pair = [member(nefta, Role.MUNICIPAL_ADMIN) for _ in range(2)]
    shared_database()

    def remove(user):
        try:
            return members.remove_member(municipality=nefta, user=user, actor=user)
        except ValidationError:
            return "refused"

    assert sorted(map(str, at_once(remove, pair))) == ["True", "refused"]
    assert in_thread(Membership.objects.filter(role=Role.MUNICIPAL_ADMIN).count) == 1


def test_what_somebody_offered_ends_with_the_right_to_offer_it(nefta, manager):
    other = member(nefta, Role.MUNICIPAL_ADMIN)
    invitation, token = invitations.invite(
        municipality=nefta, email="new@nefta.example", name="", role="editor", language="ar", actor=other
    )
    members.change_roles(municipality=nefta, user=other, roles=["editor"], actor=manager)
    assert invitations.find_open(token) is None
    members.change_roles(municipality=nefta, user=other, roles=["municipal_admin"], actor=manager)
    assert invitations.find_open(token) is None
    invitation.refresh_from_db()
    assert invitation.withdrawn_at


# --- the second step ---------------------------------------------------------------------------------


@pytest.fixture
def armed(nefta):
    from portal.accounts import second_factor

    person = member(nefta, Role.EDITOR, name="Zied")
    second_factor.put(person, "seed", 1)
    return person


def test_the_second_step_is_shown_and_reset(desk, nefta, armed):
    assert "Set up" in desk.get(MEMBERS).content.decode()
    assert reverse("staff-member-factor", args=["nefta", armed.pk]).removeprefix("/ar") in (
        desk.get(page(armed)).content.decode()
    )
    assert "Zied" in desk.get(page(armed, "second-step")).content.decode()
    assert desk.post(page(armed, "second-step")).status_code == 302
    assert not members.members_of(nefta, armed.pk)[0].has_second_factor
    assert Entry.objects.filter(action="second_factor.removed", municipality=nefta).count() == 1


def test_the_second_step_of_somebody_who_reaches_further_is_not_reset_here(desk, nefta, kenitra, armed):
    factories.MembershipFactory(user=armed, municipality=kenitra, role=Role.PUBLISHER)
    assert "second-step" not in desk.get(page(armed)).content.decode()
    assert desk.post(page(armed, "second-step")).status_code == 403
    assert members.members_of(nefta, armed.pk)[0].has_second_factor

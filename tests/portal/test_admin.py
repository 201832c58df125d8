"""The admin as such: who enters, what they find, in which language, and what the journal keeps."""

import pytest
from django.contrib import admin
from django.urls import reverse

from portal.audit.log import record
from portal.audit.models import Entry
from portal.municipalities.models import DecidingBody, Membership, Municipality, Role
from tests import factories
from tests.admin_forms import as_shown, errors_of

MODELS = [model._meta.label_lower.replace(".", "_") for model in admin.site._registry]


@pytest.fixture
def boss(db):
    """The platform administrator."""
    return factories.UserFactory(is_superuser=True)


@pytest.fixture
def manager(nefta):
    return factories.MembershipFactory(municipality=nefta, role=Role.MUNICIPAL_ADMIN).user


@pytest.fixture
def signed_in(client):
    def sign_in(user):
        client.force_login(user)
        return client

    return sign_in


def page(name, *args):
    return reverse(f"admin:{name}", args=args)


# --- entering ---------------------------------------------------------------------------------------


def test_an_editor_sees_what_an_editor_edits(signed_in, editor):
    apps = signed_in(editor).get(page("index")).context["app_list"]
    names = {model["object_name"] for app in apps for model in app["models"]}
    calendar = {"Program", "Phase", "Task", "ExpectedDocument"}
    diagnosis = {
        "Cell",
        "Announcement",
        "InfrastructureLine",
        "Facility",
        "BudgetLine",
        "TaxRecovery",
        "Coordination",
    }
    projects = {"ProjectCard", "ScheduleStep", "Envelope", "Need"}
    meetings = {"Meeting", "Minutes"}
    plans = {"ActionPlan", "Project", "Consultation", "ParticipationRules"}
    assert names == calendar | diagnosis | projects | meetings | plans | {"Municipality", "Recipient"}


def test_a_municipal_administrator_sees_people_and_journal_too(signed_in, manager):
    apps = signed_in(manager).get(page("index")).context["app_list"]
    names = {model["object_name"] for app in apps for model in app["models"]}
    assert {"Membership", "Entry"} <= names
    assert "User" not in names


def test_nobody_signed_in_is_asked_to(client, db):
    response = client.get(page("index"), follow=True)
    assert response.redirect_chain[-1][0] == f"{reverse('sign-in')}?next=/admin/"


@pytest.mark.parametrize("view", ["index", "jsi18n", "password_change", "programs_program_changelist"])
def test_nothing_of_it_is_kept_by_a_cache(signed_in, editor, view):
    kept = signed_in(editor).get(reverse(f"admin:{view}"))["Cache-Control"]
    assert {"private", "no-store"} <= set(kept.split(", "))


@pytest.mark.parametrize("view", ["password_change", "password_change_done"])
def test_a_new_password_is_chosen_where_everybody_does(signed_in, editor, view):
    response = signed_in(editor).get(reverse(f"admin:{view}"))
    assert response.status_code == 302
    assert response["Location"] == reverse("account-password")


@pytest.mark.parametrize("role", [Role.MODERATOR, Role.ANSWERER, Role.COUNCIL_READER])
def test_a_role_without_editing_does_not_enter(signed_in, nefta, role):
    user = factories.MembershipFactory(municipality=nefta, role=role).user
    assert signed_in(user).get(page("index"), follow=True).status_code == 403


READ_ONLY = {
    "audit_entry",
    "notifications_subscription",
    "notifications_delivery",
    "consultations_consultation",
    "consultations_participationrules",
    "consultations_contribution",
    "consultations_officialanswer",
    "papers_printing",
    "papers_worker",
}
"""What the admin shows and never writes."""


def test_djangos_groups_are_gone():
    assert "auth_group" not in MODELS


@pytest.mark.parametrize("model", MODELS)
def test_every_list_and_every_form_opens(signed_in, boss, model):
    client = signed_in(boss)
    assert client.get(page(f"{model}_changelist")).status_code == 200
    assert client.get(page(f"{model}_changelist"), {"q": "نفطة"}).status_code == 200
    add = 403 if model in READ_ONLY else 200
    assert client.get(page(f"{model}_add")).status_code == add


@pytest.mark.parametrize("model", MODELS)
def test_no_list_is_edited_in_place(model):
    model_admin = next(
        a for m, a in admin.site._registry.items() if m._meta.label_lower.replace(".", "_") == model
    )
    assert not model_admin.list_editable


# --- language ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("language", "direction"), [("ar", "rtl"), ("fr", "ltr"), ("en", "ltr")])
def test_the_admin_speaks_the_persons_language(signed_in, boss, language, direction):
    boss.language = language
    boss.save()
    response = signed_in(boss).get(page("index"), HTTP_ACCEPT_LANGUAGE="en")
    assert f'<html lang="{language}" dir="{direction}">' in response.content.decode()
    assert response["Content-Language"] == language


def test_whoever_is_signed_in_may_change_the_language(signed_in, editor):
    response = signed_in(editor).post(
        page("accounts_user_language"), {"language": "fr", "next": "/admin/programs/"}
    )
    assert response["Location"] == "/admin/programs/"
    editor.refresh_from_db()
    assert editor.language == "fr"


@pytest.mark.parametrize(
    ("language", "back"), [("xx", "/admin/"), ("", "/admin/"), ("ar", "https://elsewhere.example/")]
)
def test_a_language_or_a_way_back_that_is_not_ours_is_ignored(signed_in, editor, language, back):
    response = signed_in(editor).post(page("accounts_user_language"), {"language": language, "next": back})
    assert response["Location"] == "/admin/"
    editor.refresh_from_db()
    assert editor.language == "ar"


def test_outside_the_admin_the_address_says_the_language(signed_in, editor, nefta):
    editor.language = "fr"
    editor.save()
    response = signed_in(editor).get("/ar/")
    assert response["Content-Language"] == "ar"


# --- municipalities ---------------------------------------------------------------------------------


def test_the_municipal_administrator_changes_the_municipality(signed_in, manager, nefta):
    client = signed_in(manager)
    address = page("municipalities_municipality_change", nefta.pk)
    data = as_shown(client.get(address), population=21654)
    assert client.post(address, data).status_code == 302
    nefta.refresh_from_db()
    assert (nefta.population, nefta.revision) == (21654, 2)
    entry = Entry.objects.get()
    assert (entry.action, entry.actor, entry.municipality) == ("row.changed", manager, nefta)
    assert entry.changes == {"population": [None, 21654]}


def test_a_change_of_name_is_found_by_the_search(signed_in, manager, nefta):
    client = signed_in(manager)
    address = page("municipalities_municipality_change", nefta.pk)
    client.post(address, as_shown(client.get(address), name_fr="Nefta el Oued"))
    assert Municipality.objects.matching("oued").get() == nefta


def test_what_somebody_else_changed_meanwhile_stays(signed_in, manager, nefta, monkeypatch):
    """The form writes its own columns: above all not the revision, which must never go back."""
    client = signed_in(manager)
    address = page("municipalities_municipality_change", nefta.pk)
    data = as_shown(client.get(address), population=5)
    save = Municipality.save

    def meanwhile(self, *args, **kwargs):
        Municipality.objects.filter(pk=nefta.pk).update(revision=40)
        save(self, *args, **kwargs)

    monkeypatch.setattr(Municipality, "save", meanwhile)
    client.post(address, data)
    nefta.refresh_from_db()
    assert (nefta.population, nefta.revision) == (5, 41)


def test_saving_without_a_change_writes_nothing(signed_in, manager, nefta):
    client = signed_in(manager)
    address = page("municipalities_municipality_change", nefta.pk)
    assert client.post(address, as_shown(client.get(address))).status_code == 302
    nefta.refresh_from_db()
    assert nefta.revision == 1
    assert not Entry.objects.exists()


def test_parts_are_journalled_one_by_one(signed_in, manager, nefta):
    body = factories.DecidingBodyFactory(municipality=nefta)
    gone = factories.ZoneFactory(municipality=nefta, number=1)
    kept = factories.ZoneFactory(municipality=nefta, number=2)
    client = signed_in(manager)
    address = page("municipalities_municipality_change", nefta.pk)
    data = as_shown(client.get(address)) | {
        "zones-0-DELETE": "on",
        "zones-1-name_fr": "Le centre",
        "zones-TOTAL_FORMS": "3",
        "zones-2-number": "3",
        "zones-2-name_ar": "الواحة",
        "zones-2-municipality": nefta.pk,
        "deciding_bodies-0-since": "2023-03-09",
    }
    assert client.post(address, data).status_code == 302
    acts = {(entry.action, entry.object_type, entry.object_id) for entry in Entry.objects.all()}
    added = nefta.zones.get(number=3)
    assert acts == {
        ("row.deleted", "municipalities.zone", str(gone.pk)),
        ("row.changed", "municipalities.zone", str(kept.pk)),
        ("row.added", "municipalities.zone", str(added.pk)),
        ("row.changed", "municipalities.decidingbody", str(body.pk)),
    }
    assert Entry.objects.get(object_type="municipalities.decidingbody").changes == {
        "since": [None, "2023-03-09"]
    }
    assert DecidingBody.objects.get().since.year == 2023


def test_an_editor_reads_the_municipality_and_cannot_change_it(signed_in, editor, nefta):
    client = signed_in(editor)
    address = page("municipalities_municipality_change", nefta.pk)
    assert client.get(address).status_code == 200
    assert client.post(address, {"name_ar": "x", "name_fr": "x"}).status_code == 403


@pytest.mark.parametrize("field", ["revision", "slug", "is_fictional", "country", "search_text"])
def test_posting_what_the_form_does_not_show_changes_nothing(signed_in, manager, nefta, field):
    client = signed_in(manager)
    address = page("municipalities_municipality_change", nefta.pk)
    before = getattr(nefta, field)
    client.post(address, as_shown(client.get(address), **{field: "99"}))
    nefta.refresh_from_db()
    assert getattr(nefta, field) == before


def test_nobody_deletes_a_municipality(signed_in, boss, nefta):
    assert (
        signed_in(boss)
        .post(page("municipalities_municipality_delete", nefta.pk), {"post": "yes"})
        .status_code
        == 403
    )


def test_the_list_costs_the_same_for_3_and_60(signed_in, boss, django_assert_num_queries):
    factories.MunicipalityFactory.create_batch(3)
    client = signed_in(boss)
    client.get(page("municipalities_municipality_changelist"))
    with django_assert_num_queries(5):
        client.get(page("municipalities_municipality_changelist"))
    factories.MunicipalityFactory.create_batch(57)
    with django_assert_num_queries(5):
        response = client.get(page("municipalities_municipality_changelist"))
    assert len(response.context["cl"].result_list) == 60


# --- what is out of reach ---------------------------------------------------------------------------


@pytest.mark.parametrize("view", ["change", "delete", "history"])
def test_a_foreign_row_is_answered_like_a_missing_one(signed_in, editor, kenitra, view):
    program = factories.ProgramFactory(municipality=kenitra)
    client = signed_in(editor)
    foreign = client.get(page(f"programs_program_{view}", program.pk))
    missing = client.get(page(f"programs_program_{view}", program.pk + 1000))
    assert foreign.status_code == missing.status_code == 404
    assert foreign.content == missing.content


# --- memberships ------------------------------------------------------------------------------------


def test_the_platform_administrator_gives_a_role(signed_in, boss, nefta):
    person = factories.UserFactory(email="amal@example.org")
    data = {"municipality": nefta.pk, "user": " Amal@example.org ", "role": Role.PUBLISHER}
    assert signed_in(boss).post(page("municipalities_membership_add"), data).status_code == 302
    assert Membership.objects.get(user=person).role == Role.PUBLISHER
    entry = Entry.objects.get()
    assert entry.action == "row.added"
    assert entry.changes == {
        "municipality": [None, "نفطة"],
        "user": [None, person.name],
        "role": [None, "publisher"],
    }


def test_an_unknown_person_is_named_as_such(signed_in, boss, nefta):
    data = {"municipality": nefta.pk, "user": "nobody@example.org", "role": Role.EDITOR}
    response = signed_in(boss).post(page("municipalities_membership_add"), data)
    assert "nobody" not in str(errors_of(response, "user"))
    assert len(errors_of(response, "user")) == 1


def test_a_municipal_administrator_sees_the_own_members_and_invites_them_elsewhere(
    signed_in, manager, nefta, stranger
):
    """Nobody becomes a member unasked, and which addresses have an account is not told."""
    client = signed_in(manager)
    own = Membership.objects.get(user=manager)
    listed = client.get(page("municipalities_membership_changelist")).content.decode()
    assert manager.email in listed
    assert stranger.email not in listed
    data = {"municipality": nefta.pk, "user": stranger.email, "role": Role.PUBLISHER}
    assert client.post(page("municipalities_membership_add"), data).status_code == 403
    change = page("municipalities_membership_change", own.pk)
    assert client.get(change).status_code == 200
    assert client.post(change, {"role": Role.EDITOR}).status_code == 403
    assert client.post(page("municipalities_membership_delete", own.pk), {"post": "yes"}).status_code == 403
    assert Membership.objects.get(user=manager).role == Role.MUNICIPAL_ADMIN


@pytest.mark.parametrize("field", ["user", "municipality"])
def test_a_membership_does_not_move(signed_in, boss, nefta, kenitra, stranger, field):
    membership = factories.MembershipFactory(municipality=nefta)
    before = getattr(membership, field)
    client = signed_in(boss)
    address = page("municipalities_membership_change", membership.pk)
    new = {"user": stranger.email, "municipality": kenitra.pk}[field]
    client.post(address, {"role": Role.AUDITOR, field: new})
    membership.refresh_from_db()
    assert getattr(membership, field) == before
    assert membership.role == Role.AUDITOR


def test_taking_a_role_is_journalled_with_what_it_was(signed_in, boss, nefta):
    membership = factories.MembershipFactory(municipality=nefta)
    signed_in(boss).post(page("municipalities_membership_delete", membership.pk), {"post": "yes"})
    entry = Entry.objects.get()
    assert (entry.action, entry.object_id) == ("row.deleted", str(membership.pk))
    assert entry.changes["role"] == ["editor", None]


def test_several_roles_are_taken_at_once_with_a_line_for_each(signed_in, boss, nefta, kenitra):
    own = factories.MembershipFactory.create_batch(2, municipality=nefta)
    other = factories.MembershipFactory(municipality=kenitra)
    data = {"action": "delete_selected", "_selected_action": [m.pk for m in own], "post": "yes"}
    signed_in(boss).post(page("municipalities_membership_changelist"), data)
    assert Entry.objects.filter(action="row.deleted").count() == 2
    assert set(Membership.objects.filter(role=Role.EDITOR)) == {other}


def test_an_editor_manages_nobody(signed_in, editor, nefta):
    client = signed_in(editor)
    assert client.get(page("municipalities_membership_changelist")).status_code == 403
    assert client.get(page("municipalities_membership_add")).status_code == 403


# --- accounts ---------------------------------------------------------------------------------------


def test_the_platform_administrator_makes_an_account(signed_in, boss, django_user_model):
    data = {
        "email": "Amal@Example.org",
        "name": "Amal",
        "language": "fr",
        "usable_password": "true",
        "password1": "a long enough word",
        "password2": "a long enough word",
    }
    assert signed_in(boss).post(page("accounts_user_add"), data).status_code == 302
    person = django_user_model.objects.get(email="amal@example.org")
    assert person.check_password("a long enough word")
    assert not person.is_superuser
    entry = Entry.objects.get()
    assert "password" not in entry.changes
    assert entry.changes["language"] == [None, "fr"]


def test_the_journal_keeps_no_address_of_a_person(signed_in, boss, editor, nefta):
    """Nothing can be taken out of it again: a person without a name is a number there."""
    type(editor).objects.filter(pk=editor.pk).update(name="")
    client = signed_in(boss)
    data = {"email": "moved@example.org", "name": "", "language": "fr", "is_active": "on"}
    assert client.post(page("accounts_user_change", editor.pk), data).status_code == 302
    data = {"municipality": nefta.pk, "user": "moved@example.org", "role": Role.AUDITOR}
    assert client.post(page("municipalities_membership_add"), data).status_code == 302
    of_person, of_role = Entry.objects.order_by("pk")
    assert of_person.object_label == f"#{editor.pk}"
    assert of_person.changes["email"] == [None, None]
    assert of_role.changes["user"] == [None, f"#{editor.pk}"]
    assert "@" not in "".join(f"{entry.object_label} {entry.changes}" for entry in (of_person, of_role))


@pytest.mark.parametrize("password", ["short", "password1234", "aaaa bbbb cccc"])
def test_two_passwords_must_be_equal_and_good(signed_in, boss, password, django_user_model):
    data = {"email": "amal@example.org", "language": "fr", "usable_password": "true"}
    data |= {"password1": password, "password2": password + "x" * (password == "aaaa bbbb cccc")}
    response = signed_in(boss).post(page("accounts_user_add"), data)
    assert errors_of(response, "password2") or errors_of(response, "password1")
    assert not django_user_model.objects.filter(email="amal@example.org").exists()


def test_an_e_mail_is_taken_whatever_its_case(signed_in, boss, editor, django_user_model):
    data = {"email": editor.email.upper(), "language": "fr", "usable_password": "false"}
    response = signed_in(boss).post(page("accounts_user_add"), data)
    assert response.status_code == 200
    assert django_user_model.objects.count() == 2


def test_a_new_password_is_journalled_without_it(signed_in, boss, editor):
    data = {"password1": "another long word", "password2": "another long word", "usable_password": "true"}
    data["set-password"] = "1"
    response = signed_in(boss).post(page("auth_user_password_change", editor.pk), data)
    assert response.status_code == 302
    editor.refresh_from_db()
    assert editor.check_password("another long word")
    entry = Entry.objects.get()
    assert (entry.object_id, entry.municipality, entry.changes) == (
        str(editor.pk),
        None,
        {"password": [None, None]},
    )


@pytest.mark.parametrize("field", ["is_superuser", "is_active"])
def test_nobody_takes_their_own_rights_away(signed_in, boss, field):
    client = signed_in(boss)
    address = page("accounts_user_change", boss.pk)
    data = as_shown(client.get(address), name="Boss")
    data.pop(field, None)
    client.post(address, data)
    boss.refresh_from_db()
    assert boss.name == "Boss"
    assert getattr(boss, field)


def test_an_account_is_switched_off_not_deleted(signed_in, boss, editor):
    client = signed_in(boss)
    assert client.post(page("accounts_user_delete", editor.pk), {"post": "yes"}).status_code == 403
    address = page("accounts_user_change", editor.pk)
    data = as_shown(client.get(address))
    del data["is_active"]
    client.post(address, data)
    editor.refresh_from_db()
    assert not editor.is_active


@pytest.mark.parametrize("view", ["changelist", "add"])
def test_accounts_are_for_the_platform_administrator(signed_in, manager, view):
    assert signed_in(manager).get(page(f"accounts_user_{view}")).status_code == 403


def test_one_cannot_raise_oneself(signed_in, manager):
    address = page("accounts_user_change", manager.pk)
    assert signed_in(manager).post(address, {"email": manager.email, "is_superuser": "on"}).status_code == 404
    manager.refresh_from_db()
    assert not manager.is_superuser


# --- journal ----------------------------------------------------------------------------------------


@pytest.fixture
def entries(nefta, kenitra, editor):
    task = factories.TaskFactory(phase__program__municipality=nefta)
    foreign = factories.TaskFactory(phase__program__municipality=kenitra)
    own = record(
        actor=editor, action="row.changed", obj=task, municipality=nefta, changes={"done": (None, True)}
    )
    record(actor=None, action="row.added", obj=foreign, municipality=kenitra)
    record(actor=None, action="row.changed", obj=editor, municipality=None)
    return own, task


def test_the_journal_is_read_within_the_municipality(signed_in, manager, entries):
    response = signed_in(manager).get(page("audit_entry_changelist"))
    assert list(response.context["cl"].result_list) == [entries[0]]


def test_the_platform_administrator_reads_all_of_it(signed_in, boss, entries):
    client = signed_in(boss)
    assert len(client.get(page("audit_entry_changelist")).context["cl"].result_list) == 3
    found = client.get(page("audit_entry_changelist"), {"act": "row.added"})
    assert len(found.context["cl"].result_list) == 1


def test_an_entry_is_told_in_words(signed_in, manager, entries):
    manager.language = "en"
    manager.save()
    html = signed_in(manager).get(page("audit_entry_change", entries[0].pk)).content.decode()
    assert "<p>done: <del>Not stated</del> → <ins>Yes</ins></p>" in html
    assert "Changed" in html


def test_the_history_of_a_row_is_its_part_of_the_journal(signed_in, editor, entries):
    lines = signed_in(editor).get(page("programs_task_history", entries[1].pk)).context["lines"]
    assert [line.entry for line in lines] == [entries[0]]


@pytest.mark.parametrize("view", ["change", "delete"])
def test_the_journal_cannot_be_written(signed_in, boss, entries, view):
    address = page(f"audit_entry_{view}", entries[0].pk)
    assert signed_in(boss).post(address, {"post": "yes", "action": "x"}).status_code == 403
    assert Entry.objects.count() == 3


def test_an_editor_does_not_read_the_journal(signed_in, editor, entries):
    assert signed_in(editor).get(page("audit_entry_changelist")).status_code == 403

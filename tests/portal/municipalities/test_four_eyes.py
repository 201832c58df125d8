"""Publishing with four eyes: whoever changed a thing last neither publishes nor withdraws it."""

from __future__ import annotations

import datetime

import pytest
from django.core.exceptions import ValidationError

from consultations.models import Axis, PlanStatus
from consultations.services import plans
from portal.audit.models import Entry
from portal.editing.cells import Seen
from portal.editing.rows import RowEdit, write_rows
from portal.municipalities.four_eyes import ask_for_second_person, is_asked
from portal.municipalities.models import Membership, Role
from programs.models import Status
from programs.services import statuses
from programs.services.cells import save_task_cell
from tests import factories
from tests.consultations.factories import ActionPlanFactory, ProjectFactory

PUBLISH = "/en/m/nefta/staff/programs/2022/publish/"
MEMBERS = "/en/m/nefta/staff/members/"


@pytest.fixture
def pair(nefta):
    """Two who may publish, where a second person is asked for."""
    nefta.publishing_needs_two = True
    nefta.save()
    return [
        factories.MembershipFactory(municipality=nefta, role=role).user
        for role in (Role.PUBLISHER, Role.MUNICIPAL_ADMIN)
    ]


@pytest.fixture
def program(nefta):
    program = factories.ProgramFactory(municipality=nefta, title_fr="Programme")
    phase = factories.PhaseFactory(program=program, number=1)
    factories.TaskFactory(phase=phase, number=1, session_date=datetime.date(2021, 11, 2))
    return program


def edit(program, actor):
    task = program.phases.get(number=1).tasks.get()
    save_task_cell(
        program=program,
        task_id=task.pk,
        field="notes",
        value=f"par {actor.pk}, {task.version}",
        seen=Seen(task.version, task.notes),
        actor=actor,
    )


def is_refused(act, **values):
    """Whether a second person is asked for; any other refusal is one of the test."""
    with pytest.raises(ValidationError) as refusal:
        act(**values)
    return refusal.value.code == "second_person"


# --- programs ----------------------------------------------------------------------------------------


def test_the_last_editor_asks_a_colleague(program, pair):
    one, other = pair
    edit(program, one)
    assert is_refused(statuses.publish, program=program, actor=one)
    statuses.publish(program=program, actor=other)
    program.refresh_from_db()
    assert program.status == Status.PUBLISHED
    assert is_refused(statuses.withdraw, program=program, actor=one)
    edit(program, other)
    assert is_refused(statuses.publish_anew, program=program, actor=other)
    statuses.publish_anew(program=program, actor=one)
    assert is_refused(statuses.withdraw, program=program, actor=other)
    statuses.withdraw(program=program, actor=one)


def test_a_refusal_stands_beside_the_button_and_nothing_was_done(client, program, pair):
    edit(program, pair[0])
    client.force_login(pair[0])
    seen = client.get(PUBLISH).context["seen"]
    html = client.post(PUBLISH, {"step": "publish", "seen": seen}).content.decode()
    assert "You made the last change yourself" in html
    program.refresh_from_db()
    assert program.status == Status.DRAFT


def test_the_admin_refuses_too(client, program, pair):
    edit(program, pair[0])
    client.force_login(pair[0])
    address = f"/admin/programs/program/{program.pk}/transition/publish/"
    client.post(address)
    program.refresh_from_db()
    assert program.status == Status.DRAFT


def test_a_removal_counts_though_nothing_is_left_to_tell_whose_part_it_was(program, pair):
    one, other = pair
    edit(program, other)
    phase = factories.PhaseFactory(program=program, number=2)
    client_page = f"/admin/programs/phase/{phase.pk}/delete/"
    from django.test import Client

    browser = Client()
    browser.force_login(one)
    assert browser.post(client_page, {"post": "yes"}).status_code == 302
    assert is_refused(statuses.publish, program=program, actor=one)
    statuses.publish(program=program, actor=other)


@pytest.mark.parametrize("why", ["not asked for", "only one may publish", "the other is switched off"])
def test_where_no_second_person_is_asked_for_or_there_is_none(program, pair, nefta, why):
    one, other = pair
    edit(program, one)
    if why == "not asked for":
        nefta.publishing_needs_two = False
        nefta.save()
    elif why == "only one may publish":
        Membership.objects.filter(user=other).update(role=Role.EDITOR)
    else:
        other.is_active = False
        other.save()
    statuses.publish(program=program, actor=one)


def test_a_command_publishes(program, pair):
    edit(program, pair[0])
    statuses.publish(program=program, actor=None)


# --- plans -------------------------------------------------------------------------------------------


@pytest.fixture
def plan(nefta):
    plan = ActionPlanFactory(municipality=nefta, slug="openness")
    ProjectFactory(plan=plan, number=1)
    return plan


def test_the_last_editor_of_a_plan_asks_a_colleague(plan, pair):
    one, other = pair
    plans.change_plan(plan=plan, values={"title_fr": "Plan"}, actor=one)
    assert is_refused(plans.publish, plan=plan, actor=one)
    plans.publish(plan=plan, actor=other)
    plan.refresh_from_db()
    assert is_refused(plans.withdraw, plan=plan, actor=one)
    plans.change_plan(plan=plan, values={"title_fr": "Un plan"}, actor=other)
    assert is_refused(plans.publish_anew, plan=plan, actor=other)
    assert is_refused(plans.withdraw, plan=plan, actor=other)
    plans.withdraw(plan=plan, actor=one, reason="Erreur")
    plan.refresh_from_db()
    assert plan.status == PlanStatus.DRAFT


def test_a_row_removed_from_a_plan_counts(plan, pair, nefta):
    one, other = pair
    axis = Axis.objects.create(plan=plan, number=1, title_fr="Axe")
    plans.change_plan(plan=plan, values={"title_fr": "Plan"}, actor=other)
    removal = RowEdit(name="axis", row=axis, version=1, values={}, seen={}, is_removed=True)
    write_rows(rows=Axis.objects.filter(plan=plan), edits=[removal], municipality=nefta, actor=one)
    assert is_refused(plans.publish, plan=plan, actor=one)
    plans.publish(plan=plan, actor=other)


def test_a_plan_is_not_withdrawn_by_its_last_editor_on_the_desk(client, plan, pair):
    one, other = pair
    plans.publish(plan=plan, actor=other)
    plan.refresh_from_db()
    plans.change_plan(plan=plan, values={"title_fr": "Plan"}, actor=one)
    client.force_login(one)
    address = "/en/m/nefta/staff/plans/openness/publish/"
    html = client.post(address, {"act": "withdraw", "reason": "Erreur"}).content.decode()
    assert "You made the last change yourself" in html
    assert "Erreur" in html


# --- the setting -------------------------------------------------------------------------------------


def test_the_administrator_asks_for_it_and_it_is_journalled(client, nefta, pair):
    nefta.publishing_needs_two = False
    nefta.save()
    client.force_login(pair[1])
    assert (
        "From now on whoever"
        in client.post(f"{MEMBERS}second-person/", {"needed": "on"}, follow=True).content.decode()
    )
    assert is_asked(nefta)
    assert (
        "Nothing was changed"
        in client.post(f"{MEMBERS}second-person/", {"needed": "on"}, follow=True).content.decode()
    )
    client.post(f"{MEMBERS}second-person/")
    assert not is_asked(nefta)
    entries = Entry.objects.filter(action="municipality.second_person").order_by("pk")
    assert [entry.changes["publishing_needs_two"] for entry in entries] == [[False, True], [True, False]]


def test_a_publisher_does_not_decide_it(client, nefta, pair):
    client.force_login(pair[0])
    assert client.post(f"{MEMBERS}second-person/").status_code == 403
    nefta.refresh_from_db()
    assert ask_for_second_person(municipality=nefta, is_asked=True, actor=None) is False

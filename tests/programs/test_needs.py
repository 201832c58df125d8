"""Needs: they come back every year by themselves, until a project answers them or they are dropped."""

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from portal.audit.models import Entry
from programs.models import Need
from programs.needs import needs_for
from programs.services.needs import add_need, change_need, drop_need, link_need, take_up_need
from tests import factories
from tests.programs.project_rows import FUNDED, CardFactory, NeedFactory, at_stage

VALUES = {"title_ar": "تعبيد نهج 4", "category": "roads", "asked_in": 2020}


@pytest.fixture
def program(nefta):
    return factories.ProgramFactory(municipality=nefta, year=2022, published=True)


@pytest.fixture
def next_program(nefta):
    return factories.ProgramFactory(municipality=nefta, year=2023, published=True)


@pytest.fixture
def need(nefta):
    return NeedFactory(municipality=nefta, asked_in=2020)


def listed(program, public=True):
    needs = needs_for(program, public=public)
    return {
        kind: [(row.need, row.years) for row in getattr(needs, kind)]
        for kind in ("waiting", "answered", "dropped")
        if getattr(needs, kind)
    }


# Which come back


def test_an_unfunded_need_comes_back_with_the_years_it_waited(program, next_program, need):
    assert listed(program) == {"waiting": [(need, 2)]}
    assert listed(next_program) == {"waiting": [(need, 3)]}


def test_the_longest_waiting_stands_first(program, nefta, need):
    older = NeedFactory(municipality=nefta, asked_in=2015)
    assert listed(program)["waiting"] == [(older, 7), (need, 2)]
    assert needs_for(program, public=True).longest == 7


def test_what_was_asked_in_the_program_s_year_or_elsewhere_is_not_in_its_list(program, nefta, kenitra):
    NeedFactory(municipality=nefta, asked_in=2022)
    NeedFactory(municipality=kenitra, asked_in=2015)
    assert not needs_for(program, public=True)


def test_a_project_of_an_approved_program_answers_its_needs(program, next_program, need):
    card = at_stage(CardFactory(program=program, **FUNDED), "prepare", "retain")
    link_need(need=need, card=card, actor=None)
    assert listed(program) == {"answered": [(need, 2)]}
    assert listed(next_program) == {"waiting": [(need, 3)]}
    factories.approved(program)
    assert listed(program) == {"answered": [(need, 2)]}
    assert listed(next_program) == {}


def test_a_project_that_is_not_retained_answers_nothing(program, need):
    card = at_stage(CardFactory(program=program), "prepare")
    link_need(need=need, card=card, actor=None)
    at_stage(card, "leave-out", reason="كلفة")
    assert listed(program) == {"waiting": [(need, 2)]}


def test_the_public_is_not_told_of_proposals(program, need):
    link_need(need=need, card=CardFactory(program=program), actor=None)
    assert listed(program) == {"waiting": [(need, 2)]}
    assert listed(program, public=False) == {"answered": [(need, 2)]}


def test_what_is_dropped_says_why(program, need):
    drop_need(need=need, reason=" من مشمولات الوزارة ", actor=None)
    assert listed(program) == {"dropped": [(need, 2)]}
    need.refresh_from_db()
    assert need.dropped_because == "من مشمولات الوزارة"
    take_up_need(need=need, actor=None)
    assert listed(program) == {"waiting": [(need, 2)]}


# Written


def test_needs_are_numbered_in_their_municipality(nefta, kenitra, editor):
    numbers = [
        add_need(municipality=town, values=VALUES, actor=editor).number for town in (nefta, nefta, kenitra)
    ]
    assert numbers == [1, 2, 1]
    assert Entry.objects.filter(action="need.added", actor=editor).count() == 3


def test_a_change_is_journalled_once(need, editor):
    change_need(need=need, values={"street": "نهج 4"}, actor=editor)
    change_need(need=need, values={"street": "نهج 4"}, actor=editor)
    assert Entry.objects.get().changes == {"street": ["", "نهج 4"]}


def test_refusals(nefta, kenitra, program, need):
    with pytest.raises(ValidationError):
        add_need(municipality=nefta, values={**VALUES, "title_ar": ""}, actor=None)
    with pytest.raises(ValidationError):
        add_need(municipality=nefta, values={**VALUES, "asked_in": 1800}, actor=None)
    foreign = factories.ZoneFactory(municipality=kenitra)
    with pytest.raises(ValidationError):
        change_need(need=need, values={"zone": foreign}, actor=None)
    foreign_card = CardFactory(program__municipality=kenitra)
    with pytest.raises(ValidationError):
        link_need(need=need, card=foreign_card, actor=None)
    with pytest.raises(ValidationError):
        drop_need(need=need, reason="  ", actor=None)
    card = CardFactory(program=program)
    link_need(need=need, card=card, actor=None)
    with pytest.raises(ValidationError):
        drop_need(need=need, reason="x", actor=None)


def test_what_an_approved_program_answered_stays_answered(program, next_program, need):
    card = at_stage(CardFactory(program=program, **FUNDED), "prepare", "retain")
    link_need(need=need, card=card, actor=None)
    factories.approved(program)
    for other in (None, CardFactory(program=next_program)):
        with override("en"), pytest.raises(ValidationError, match="approved program"):
            link_need(need=need, card=other, actor=None)


def test_a_dropped_need_is_answered_by_no_project(program, need):
    drop_need(need=need, reason="x", actor=None)
    with pytest.raises(ValidationError):
        link_need(need=need, card=CardFactory(program=program), actor=None)


# Pages


def test_the_public_page(client, program, need):
    html = client.get("/fr/m/nefta/programs/2022/needs/").content.decode()
    assert need.title_ar in html


@pytest.mark.parametrize("count", [3, 60])
def test_the_cost_of_the_page_does_not_grow(client, program, nefta, count):
    card = at_stage(CardFactory(program=program), "prepare")
    zone = factories.ZoneFactory(municipality=nefta)
    for _ in range(count):
        NeedFactory(municipality=nefta, zone=zone, card=card)
    with CaptureQueriesContext(connection) as queries:
        assert client.get("/fr/m/nefta/programs/2022/needs/").status_code == 200
    assert len(queries) == 4


DESK = "/en/m/nefta/staff/programs/2022/needs/"


@pytest.fixture
def desk(client, editor):
    client.force_login(editor)
    return client


def as_typed(form, **changes):
    data = {}
    for bound in form:
        value = bound.field.prepare_value(bound.initial) if not form.is_bound else bound.value()
        value = getattr(value, "pk", value)
        data[bound.html_name] = data[bound.html_initial_name] = "" if value is None else value
    return data | changes


def test_a_need_is_written_changed_linked_and_dropped_at_the_desk(desk, program, nefta):
    zone = factories.ZoneFactory(municipality=nefta)
    data = {"title_fr": "Paver", "category": "roads", "zone": zone.pk, "asked_in": "2020"}
    assert desk.post(f"{DESK}new/", data).status_code == 302
    need = Need.objects.get()
    address = f"{DESK}{need.number}/"
    form = desk.get(address).context["form"]
    assert desk.post(address, as_typed(form, street="4")).status_code == 302
    card = CardFactory(program=program)
    assert desk.post(f"{address}link/", {"card": card.pk}).status_code == 302
    need.refresh_from_db()
    assert (need.street, need.card) == ("4", card)
    assert desk.post(f"{address}link/", {"card": ""}).status_code == 302
    assert desk.post(f"{address}drop/", {"dropped_because": "x"}).status_code == 302
    assert desk.post(f"{address}drop/", {"take-up": "1"}).status_code == 302
    need.refresh_from_db()
    assert (need.card, need.dropped_because) == (None, "")


def test_what_is_wrong_stands_beside_the_field(desk, program, need):
    response = desk.post(f"{DESK}new/", {"title_fr": "", "category": "roads", "asked_in": "2020"})
    assert "title_ar" in response.context["form"].errors
    response = desk.post(f"{DESK}{need.number}/drop/", {"dropped_because": ""})
    assert "dropped_because" in response.context["drop"].errors
    assert 'id="drop-dropped_because_error"' in response.content.decode()


def test_two_people_at_one_need(desk, program, need):
    address = f"{DESK}{need.number}/"
    mine = as_typed(desk.get(address).context["form"], street="4")
    change_need(need=need, values={"street": "5", "where_asked": "lettre"}, actor=None)
    response = desk.post(address, mine)
    assert "\u20685\u2069" in response.context["form"].errors["street"][0]
    assert desk.post(address, as_typed(response.context["form"])).status_code == 302
    need.refresh_from_db()
    assert (need.street, need.where_asked) == ("4", "lettre")


def test_the_lists_of_the_desk(desk, program, need, nefta):
    newer = NeedFactory(municipality=nefta, asked_in=2022)
    response = desk.get(DESK)
    assert [row.need for row in response.context["needs"].waiting] == [need]
    assert response.context["newer"] == [newer]

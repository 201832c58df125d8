"""The resources of a program: whole by every route, read with their shares, looked at for fairness."""

import json
from decimal import Decimal

import pytest
from django.core import serializers
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, connection, models, transaction
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import override

from portal.audit.models import Entry
from portal.bilingual import Localized
from programs.models import Envelope, InfrastructureLine, ProjectCard, amounts_of
from programs.money import per_inhabitant, read_money
from programs.services.money import save_envelope
from programs.sum_triggers import hold_sums, let_sums_go
from tests import factories
from tests.admin_forms import as_shown
from tests.programs.project_rows import FUNDED, CardFactory, EnvelopeFactory, at_stage

TOTAL = Decimal(1_200_000)


@pytest.fixture
def program(nefta):
    return factories.ProgramFactory(municipality=nefta, published=True)


@pytest.fixture
def zones(nefta):
    populations = {1: 6200, 2: 4900, 3: None}
    return [
        factories.ZoneFactory(municipality=nefta, number=number, population=population)
        for number, population in populations.items()
    ]


@pytest.fixture
def values(zones):
    return {
        "total": TOTAL,
        "by_category": {"roads": Decimal(700_000), "lighting": Decimal(500_000)},
        "by_zone": {zones[0].pk: Decimal(360_000), zones[1].pk: Decimal(840_000)},
        "rule_fr": "Selon la population",
    }


@pytest.fixture
def envelope(program, values):
    return save_envelope(program=program, values=values, actor=None)


# Saved


def test_saved_whole_and_journalled(program, values, editor):
    envelope = save_envelope(program=program, values=values, actor=editor)
    save_envelope(program=program, values=values, actor=editor)
    envelope.refresh_from_db()
    assert amounts_of(envelope.by_category) == values["by_category"]
    assert {zone.pk for zone in envelope.zones.all()} == set(values["by_zone"])
    entry = Entry.objects.get()
    assert (entry.action, entry.actor) == ("envelope.saved", editor)


def test_zeros_are_left_out_and_breakdowns_may_come_later(program):
    envelope = save_envelope(
        program=program, values={"total": TOTAL, "by_category": {"roads": Decimal(0)}}, actor=None
    )
    assert envelope.by_category == {}


def test_each_wrong_breakdown_says_by_how_much(program, values, zones):
    values["by_category"]["roads"] += Decimal("0.001")
    values["by_zone"][zones[0].pk] -= Decimal(500)
    with override("en"), pytest.raises(ValidationError) as refusal:
        save_envelope(program=program, values=values, actor=None)
    assert refusal.value.message_dict == {
        "by_category": ["The parts are 0,001\u00a0TND more than the total."],
        "by_zone": ["The parts are 500,000\u00a0TND less than the total."],
    }
    assert not Envelope.objects.exists()
    assert not Entry.objects.exists()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"by_category": {"moon": TOTAL}}, "by_category"),
        ({"by_zone": {0: TOTAL}}, "by_zone"),
        ({"total": Decimal(-1)}, "total"),
    ],
)
def test_what_cannot_be(program, values, change, field):
    with pytest.raises(ValidationError) as refusal:
        save_envelope(program=program, values={**values, **change}, actor=None)
    assert field in refusal.value.message_dict


def test_a_zone_of_another_municipality_has_no_share(program, values, kenitra):
    foreign = factories.ZoneFactory(municipality=kenitra)
    with pytest.raises(ValidationError):
        save_envelope(program=program, values={**values, "by_zone": {foreign.pk: TOTAL}}, actor=None)


def test_a_closed_program_keeps_its_money(program, values):
    type(program).objects.update(status="closed")
    with override("en"), pytest.raises(ValidationError, match="closed"):
        save_envelope(program=program, values=values, actor=None)


def test_a_zone_with_a_share_cannot_be_removed(envelope, zones, program, values):
    with pytest.raises(models.ProtectedError):
        zones[0].delete()
    values["by_zone"] = {zones[1].pk: TOTAL}
    save_envelope(program=program, values=values, actor=None)
    zones[0].delete()


# No route past the sums


def test_rows_are_held_to_their_sums_however_they_are_saved(envelope, program):
    card = CardFactory(program=program, **FUNDED)
    for row, change in (
        (envelope, {"total": Decimal(1)}),
        (envelope, {"by_category": {"roads": "1.000"}}),
        (card, {"cost": Decimal(1)}),
        (card, {"funding": {"own": "1.000"}}),
        (card, {"funding": {"own": "many"}}),
        (card, {"funding": {"own": "-84000"}}),
        (card, {"funding": ["84000"]}),
    ):
        fresh = type(row).objects.get(pk=row.pk)
        for name, value in change.items():
            setattr(fresh, name, value)
        for save in (fresh.save, lambda row=fresh, names=change: row.save(update_fields=list(names))):
            with pytest.raises(ValidationError):
                save()
        with pytest.raises(PermissionDenied):
            type(row).objects.filter(pk=row.pk).update(**change)
        with pytest.raises(PermissionDenied):
            type(row).objects.bulk_update([fresh], list(change))
        with pytest.raises(PermissionDenied):
            type(row).objects.bulk_create([fresh])
        with pytest.raises(ValidationError):
            type(row).objects.update_or_create(pk=row.pk, defaults=change)


def test_relations_do_not_lead_past_the_sums_either(envelope, program):
    CardFactory(program=program, **FUNDED)
    with pytest.raises(PermissionDenied):
        program.cards.update(cost=1)
    with pytest.raises(PermissionDenied):
        ProjectCard._base_manager.update(cost=1)
    with pytest.raises(ValidationError):
        ProjectCard.objects.create(program=program, number=9, cost=1, funding={"own": "2"}, category="roads")
    assert ProjectCard.objects.update(partner="x") == 1


def test_a_stale_row_stores_what_was_checked(envelope, program, zones):
    stale = Envelope.objects.get()
    fresh = Envelope.objects.get()
    fresh.total, fresh.by_category, fresh.by_zone = Decimal(5), {"roads": "5.000"}, {}
    fresh.save(update_fields=["total"])
    assert not envelope.zones.exists()
    stale.rule_fr = "Autre"
    stale.save(update_fields=["rule_fr"])
    assert not envelope.zones.exists()
    stored = Envelope.objects.get()
    assert (stored.total, stored.by_category, stored.by_zone) == (5, {"roads": "5.000"}, {})
    stale.save(update_fields=["total"])
    stored.refresh_from_db()
    assert (stored.total, stored.by_category) == (TOTAL, stale.by_category)
    assert set(envelope.zones.all()) == set(zones[:2])


WRONG = [
    (Envelope, {"total": Decimal(1)}),
    (Envelope, {"by_category": {"roads": "1199999.999"}}),
    (Envelope, {"by_zone": {"1": "1200000.001"}}),
    (Envelope, {"by_category": {"roads": "1200000.000", "water": "many"}}),
    (Envelope, {"by_category": {"roads": "1200001.000", "water": "-1.000"}}),
    (Envelope, {"by_category": ["1200000.000"]}),
    (ProjectCard, {"cost": Decimal("84000.001")}),
    (ProjectCard, {"cost": None}),
    (ProjectCard, {"funding": {"own": "83999.999"}}),
    (ProjectCard, {"funding": {"own": "84000.000", "grant": None}}),
]


@pytest.fixture
def rows(envelope, program):
    CardFactory(program=program, **FUNDED)


def changed(model, change):
    row = model.objects.get()
    for name, value in change.items():
        setattr(row, name, value)
    return row


def as_fixture(row):
    (loaded,) = serializers.deserialize("json", serializers.serialize("json", [row]))
    loaded.save()


def copied(row):
    """A new row, by a manager that asks nothing."""
    program = factories.ProgramFactory(municipality=row.program.municipality, year=2031)
    row.pk, row.program = None, program
    QuerySet(type(row)).bulk_create([row])


ROUTES = {
    "update": lambda row, change: QuerySet(type(row)).filter(pk=row.pk).update(**change),
    "bulk_update": lambda row, change: QuerySet(type(row)).bulk_update([row], list(change)),
    "bulk_create": lambda row, change: copied(row),
    "save_base": lambda row, change: row.save_base(),
    "fixture": lambda row, change: as_fixture(row),
}


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize(("model", "change"), WRONG)
def test_the_database_refuses_what_goes_past_the_model(rows, route, model, change):
    with pytest.raises(DatabaseError, match="is not its total"), transaction.atomic():
        ROUTES[route](changed(model, change), change)


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize(
    ("model", "change"),
    [
        (Envelope, {"total": Decimal("0.3"), "by_category": {"roads": "0.1", "water": "0.2"}, "by_zone": {}}),
        (Envelope, {"total": Decimal(7), "by_category": {}, "by_zone": {}}),
        (ProjectCard, {"cost": Decimal("99999999999.999"), "funding": {"own": "99999999999.999"}}),
        (ProjectCard, {"cost": None, "funding": {}}),
    ],
)
def test_the_database_takes_what_adds_up(rows, route, model, change):
    ROUTES[route](changed(model, change), change)
    stored = model.objects.order_by("-pk")[0]
    assert {name: getattr(stored, name) for name in change} == change


@pytest.mark.parametrize(
    ("table", "column"), [("programs_envelope", "total"), ("programs_projectcard", "cost")]
)
def test_the_database_refuses_statements_by_hand(rows, table, column):
    with (
        pytest.raises(DatabaseError, match="is not its total"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"UPDATE {table} SET {column} = 1")


def test_the_triggers_can_be_taken_away_and_set_twice(rows):
    hold_sums(connection, "programs_projectcard", "cost", ["funding"])
    let_sums_go(connection, "programs_projectcard")
    assert QuerySet(ProjectCard).update(cost=1) == 1
    QuerySet(ProjectCard).update(**FUNDED)
    hold_sums(connection, "programs_projectcard", "cost", ["funding"])
    with pytest.raises(DatabaseError, match="is not its total"):
        QuerySet(ProjectCard).update(cost=1)


def test_the_admin_refuses_a_breakdown_that_is_not_its_total(client, envelope, editor):
    client.force_login(editor)
    address = reverse("admin:programs_envelope_change", args=[envelope.pk])
    shown = as_shown(client.get(address))
    wrong = json.dumps({"roads": "1199999.999"})
    response = client.post(address, shown | {"by_category": wrong})
    assert "by_category" in response.context["adminform"].form.errors
    right = json.dumps({"roads": "1200000"})
    assert client.post(address, shown | {"by_category": right}).status_code == 302
    envelope.refresh_from_db()
    assert envelope.by_category == {"roads": "1200000.000"}


# Read


def test_shares_and_sums(envelope, zones, program):
    cards = [CardFactory(program=program, category="roads") for _ in range(2)]
    with override("fr"):
        money = read_money(envelope, zones=zones, cards=cards, infrastructure=[])
    assert money.total == "1\u202f200\u202f000,000"
    assert [(row.percent, row.projects) for row in money.categories] == [(58, 2), (42, 0)]
    assert [row.percent for row in money.zones] == [30, 70]
    assert money.has_both
    assert money.rule == Localized("Selon la population", "fr", "ltr")


def test_a_category_with_projects_is_shown_without_a_share(envelope, zones, program):
    cards = [CardFactory(program=program, category=category) for category in ("roads", "water", "water")]
    with override("fr"):
        money = read_money(envelope, zones=zones, cards=cards, infrastructure=[])
    assert [(row.amount, row.projects) for row in money.categories] == [
        ("700\u202f000,000", 1),
        ("500\u202f000,000", 0),
        ("0,000", 2),
    ]
    assert sum(row.projects for row in money.categories) == money.projects
    envelope.by_category = {}
    money = read_money(envelope, zones=zones, cards=cards, infrastructure=[])
    assert (money.categories, money.has_both) == ([], False)


def test_fairness_shows_every_zone_beside_what_it_lacks(envelope, zones, program):
    InfrastructureLine.objects.create(program=program, zone=zones[0], network="paving", total=100, served=59)
    InfrastructureLine.objects.create(program=program, zone=zones[1], network="lighting", total=0, served=0)
    money = read_money(envelope, zones=zones, cards=[], infrastructure=program.infrastructure.all())
    first, second, third = money.fairness
    assert (first.per_inhabitant, second.per_inhabitant) == ("58,065", "171,429")
    assert (third.amount, third.population, third.per_inhabitant) == ("0,000", None, "")
    assert [need.percent for need in first.needs] == [41, None]
    assert [need.percent for need in second.needs] == [None, None]


@pytest.mark.parametrize(
    ("amount", "people", "currency", "each"),
    [
        ("360000", 6200, "TND", "58.065"),
        ("1", 3, "MAD", "0.33"),
        ("1", 0, "TND", None),
        ("1", None, "TND", None),
    ],
)
def test_an_amount_for_each_inhabitant(amount, people, currency, each):
    found = per_inhabitant(Decimal(amount), people, currency)
    assert found == (Decimal(each) if each else None)


# The public page


def test_the_page_of_the_resources(client, envelope, program, zones):
    at_stage(CardFactory(program=program, **FUNDED), "prepare")
    html = client.get("/fr/m/nefta/programs/2022/money/").content.decode()
    assert "1\u202f200\u202f000,000" in html
    assert "58,065" in html
    assert "Selon la population" in html
    assert "/fr/m/nefta/programs/2022/projects/" in html


def test_before_the_decision_the_page_says_so(client, program):
    with override("en"):
        html = client.get("/en/m/nefta/programs/2022/money/").content.decode()
    assert "Not decided yet" in html


@pytest.mark.parametrize("page", ["projects", "projects/1", "money", "needs", "schedule"])
def test_a_draft_has_no_public_page(client, nefta, page):
    draft = factories.ProgramFactory(municipality=nefta, year=2030)
    at_stage(CardFactory(program=draft, number=1), "prepare")
    EnvelopeFactory(program=draft)
    assert client.get(f"/fr/m/nefta/programs/2030/{page}/").status_code == 404


@pytest.mark.parametrize("count", [3, 60])
def test_the_cost_of_the_page_does_not_grow(client, envelope, program, nefta, count):
    for number in range(10, 10 + count):
        at_stage(CardFactory(program=program, number=number), "prepare")
        factories.ZoneFactory(municipality=nefta, number=number)
    with CaptureQueriesContext(connection) as queries:
        assert client.get("/fr/m/nefta/programs/2022/money/").status_code == 200
    assert len(queries) == 8


# The desk's grid


@pytest.fixture
def desk(client, editor):
    client.force_login(editor)
    return client


def as_typed(response, **changes):
    """What a browser sends of the grid that was just shown."""
    form = response.context["form"]
    data = {"unit": form.unit}
    for bound in form:
        value = bound.value()
        data[bound.html_name] = "" if value is None else value
        if bound.field.show_hidden_initial:
            data[bound.html_initial_name] = "" if value is None else value
    return data | changes


GRID = "/en/m/nefta/staff/programs/2022/money/"


def test_the_grid_saves_what_was_typed(desk, program, zones):
    data = as_typed(desk.get(GRID), total="1 200", unit="thousand", rule_fr="Selon la population")
    data |= {"category_roads": "1 200", f"zone_{zones[0].pk}": "360,5", f"zone_{zones[1].pk}": "839,5"}
    assert desk.post(GRID, data).status_code == 302
    envelope = Envelope.objects.get()
    assert envelope.total == TOTAL
    assert envelope.by_zone == {str(zones[0].pk): "360500.000", str(zones[1].pk): "839500.000"}


def test_a_wrong_sum_is_refused_beside_its_table_and_nothing_is_lost(desk, envelope, zones):
    name = f"zone_{zones[1].pk}"
    response = desk.post(GRID, as_typed(desk.get(GRID), **{name: "839 500,000"}))
    assert response.status_code == 200
    form = response.context["form"]
    assert form.elsewhere == {"by_zone": ["The parts are 500,000\u00a0TND less than the total."]}
    assert (form.zone_tally.missing, form.category_tally.is_equal) == ("500,000", True)
    assert [bound.name for bound in form.changed_zones] == [name]
    html = response.content.decode()
    assert 'value="839 500,000"' in html
    assert f'href="#id_{name}"' in html
    assert html.count('<tr class="is-bad">') == 1
    envelope.refresh_from_db()
    assert envelope.by_zone[str(zones[1].pk)] == "840000.000"


def test_sums_are_reckoned_without_saving(desk, program, zones):
    data = as_typed(desk.get(GRID), total="10", category_roads="4", category_water="7", reckon="1")
    response = desk.post(GRID, data)
    assert response.context["form"].category_tally.beyond == "1,000"
    assert not Envelope.objects.exists()


def test_another_unit_shows_the_same_amounts(desk, envelope, zones):
    data = as_typed(desk.get(GRID)) | {"category_roads": "1.234", "show-in": "thousand"}
    response = desk.post(GRID, data)
    html = response.content.decode()
    assert response.context["form"].unit == "thousand"
    assert 'name="total" value="1\u202f200"' in html
    # What cannot be read stays as it was typed.
    assert 'value="1.234"' in html


def test_what_can_be_meant_in_two_ways_is_asked_about(desk, envelope):
    response = desk.post(GRID, as_typed(desk.get(GRID), total="1.200"))
    (message,) = response.context["form"].errors["total"]
    assert "can be 1 200 or 1,200" in message


def test_two_people_in_different_fields_do_not_disturb_each_other(desk, envelope, program, values):
    mine = as_typed(desk.get(GRID), rule_ar="قاعدة")
    save_envelope(program=program, values={**values, "deliberation": "9/2021"}, actor=None)
    assert desk.post(GRID, mine).status_code == 302
    envelope.refresh_from_db()
    assert (envelope.rule_ar, envelope.deliberation) == ("قاعدة", "9/2021")


def test_two_people_in_the_same_field_are_told(desk, envelope, program, values):
    mine = as_typed(desk.get(GRID), rule_fr="Moitié")
    save_envelope(program=program, values={**values, "rule_fr": "Tiers"}, actor=None)
    response = desk.post(GRID, mine)
    (message,) = response.context["form"].errors["rule_fr"]
    assert "\u2068Tiers\u2069" in message
    assert "\u2068Moitié\u2069" in message
    # Sent once more, it is saved over what was told.
    assert desk.post(GRID, as_typed(response)).status_code == 302
    envelope.refresh_from_db()
    assert envelope.rule_fr == "Moitié"

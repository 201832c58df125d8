"""Cards, steps and needs as tables and in the admin: out, in again, and nothing past the sums."""

from decimal import Decimal

import pytest
import tablib
from django.core.exceptions import ValidationError
from django.urls import reverse

from portal.audit.models import Entry
from portal.exchange.formats import Xlsx
from programs.models import Need, ProjectCard, ScheduleStep
from programs.resources_cards import CardResource, NeedResource, StepResource
from tests import factories
from tests.admin_forms import as_shown
from tests.programs.project_rows import FUNDED, CardFactory, NeedFactory, ScheduleStepFactory, at_stage


@pytest.fixture
def program(nefta):
    return factories.ProgramFactory(municipality=nefta, published=True)


@pytest.fixture
def zone(nefta):
    return factories.ZoneFactory(municipality=nefta, number=2)


@pytest.fixture
def card(program, zone):
    return CardFactory(program=program, number=1, zone=zone, is_continuing=False, **FUNDED)


def bring(user, dataset, resource=CardResource):
    return resource(user=user).import_data(
        dataset, rollback_on_validation_errors=True, file_name="cards.xlsx"
    )


def wrong(result):
    return {row.number: ValidationError(row.error).update_error_dict({}) for row in result.invalid_rows}


def table(resource, *rows):
    headers = list(dict.fromkeys(name for row in rows for name in row))
    return tablib.Dataset(*[[row.get(name, "") for name in headers] for row in rows], headers=headers)


ROW = {"municipality": "nefta", "year": 2022, "number": 7, "title_ar": "مشروع", "category": "roads"}


@pytest.mark.parametrize(
    ("resource", "make"),
    [
        (CardResource, lambda card: card),
        (StepResource, lambda card: ScheduleStepFactory(card=card, percent=40)),
        (NeedResource, lambda card: NeedFactory(municipality=card.program.municipality, zone=card.zone)),
    ],
)
def test_a_workbook_comes_back_without_a_difference(resource, make, card, editor):
    make(card)
    dataset = resource(user=editor).export(force_native_type=True)
    again = Xlsx().create_dataset(Xlsx().export_data(dataset))
    assert len(again) == 1
    result = bring(editor, again, resource)
    assert result.totals["skip"] == 1, wrong(result) or [row.errors for row in result.rows]
    assert not Entry.objects.exists()


def test_a_new_card_is_a_proposal_whatever_the_file_says(program, zone, editor):
    row = {**ROW, "stage": "program", "category": "Roads", "zone": 2, "cost": "84000", "funding_own": "84000"}
    result = bring(editor, table(CardResource, row))
    assert result.totals["new"] == 1, wrong(result)
    card = ProjectCard.objects.get()
    assert (card.stage, card.category, card.zone, card.funding) == (
        "proposal",
        "roads",
        zone,
        {"own": "84000.000"},
    )
    assert Entry.objects.filter(action="row.added").count() == 1


@pytest.mark.parametrize(
    ("change", "column"),
    [
        ({"cost": "84000", "funding_own": "83999.999"}, "funding"),
        ({"funding_own": "1"}, "cost"),
        ({"cost": "84,5"}, "cost"),
        ({"category": "moon"}, "category"),
        ({"zone": 9}, "zone"),
        ({"year": 2031}, "year"),
        ({"municipality": "kenitra"}, "municipality"),
        ({"starts_on": "2022-05-01", "ends_on": "2022-04-30"}, "ends_on"),
    ],
)
def test_one_wrong_row_and_none_is_imported(program, zone, kenitra, editor, change, column):
    result = bring(editor, table(CardResource, {**ROW, "number": 6}, {**ROW, **change}))
    assert list(wrong(result)) == [2]
    assert column in wrong(result)[2]
    assert not ProjectCard.objects.exists()
    assert not Entry.objects.exists()


def test_a_changed_row_cannot_part_a_cost_from_its_sources(card, editor):
    result = bring(editor, table(CardResource, {**ROW, "number": 1, "cost": "1"}))
    assert "funding" in wrong(result)[1]
    row = {**ROW, "number": 1, "cost": "90000", "funding_own": "30000", "title_ar": card.title_ar}
    assert bring(editor, table(CardResource, row)).totals["update"] == 1
    card.refresh_from_db()
    assert card.amounts == {"grant": Decimal(60_000), "own": Decimal(30_000)}


def test_a_public_card_changes_with_its_reason_and_keeps_the_version(card, editor):
    at_stage(card, "prepare")
    row = {**ROW, "number": 1, "partner": "Agence"}
    assert "reason" in wrong(bring(editor, table(CardResource, row)))[1]
    assert card.versions.count() == 1
    assert bring(editor, table(CardResource, {**row, "reason": "Accord"})).totals["update"] == 1
    version = card.versions.order_by("number").last()
    assert (version.number, version.reason, version.made_by) == (2, "Accord", editor)
    assert version.content["partner"] == "Agence"


def test_a_closed_program_takes_no_rows(card, editor):
    type(card.program).objects.update(status="closed")
    assert wrong(bring(editor, table(CardResource, {**ROW, "number": 1, "partner": "x"})))
    step = {"municipality": "nefta", "year": 2022, "card": 1, "position": 1, "title_ar": "x"}
    step |= {"starts_on": "2022-01-01", "ends_on": "2022-02-28"}
    assert wrong(bring(editor, table(StepResource, step), StepResource))


def test_steps_need_their_card(card, editor):
    step = {"municipality": "nefta", "year": 2022, "card": 1, "position": 1, "title_ar": "أشغال"}
    step |= {"starts_on": "2022-01-01", "ends_on": "2022-02-28", "percent": 40}
    result = bring(editor, table(StepResource, {**step, "card": 9}), StepResource)
    assert "card" in wrong(result)[1]
    result = bring(editor, table(StepResource, {**step, "percent": 101}), StepResource)
    assert "percent" in wrong(result)[1]
    assert bring(editor, table(StepResource, step), StepResource).totals["new"] == 1
    assert ScheduleStep.objects.get().percent == 40


def test_two_steps_at_one_position_are_told(card, editor):
    for _ in range(2):
        ScheduleStepFactory(card=card, position=1)
    step = {"municipality": "nefta", "year": 2022, "card": 1, "position": 1, "title_fr": "x"}
    assert "position" in wrong(bring(editor, table(StepResource, step), StepResource))[1]


def test_needs_come_in_by_their_number(zone, editor, nefta):
    row = {
        "municipality": "nefta",
        "number": 3,
        "title_ar": "x",
        "category": "water",
        "zone": 2,
        "asked_in": 2020,
    }
    assert bring(editor, table(NeedResource, row), NeedResource).totals["new"] == 1
    assert bring(editor, table(NeedResource, {**row, "zone": 9}), NeedResource).totals["invalid"] == 1
    assert Need.objects.get().zone == zone


# The admin


@pytest.fixture
def admin(client, editor):
    client.force_login(editor)
    return client


def test_the_admin_keeps_the_version_and_asks_for_the_reason(admin, card):
    at_stage(card, "prepare")
    address = reverse("admin:programs_projectcard_change", args=[card.pk])
    shown = as_shown(admin.get(address))
    response = admin.post(address, shown | {"partner": "Agence"})
    assert "reason" in response.context["adminform"].form.errors
    assert admin.post(address, shown | {"partner": "Agence", "reason": "Accord"}).status_code == 302
    assert [version.reason for version in card.versions.order_by("number")] == ["", "Accord"]


def test_the_admin_holds_a_card_to_its_sums(admin, card):
    address = reverse("admin:programs_projectcard_change", args=[card.pk])
    shown = as_shown(admin.get(address))
    response = admin.post(address, shown | {"cost": "1"})
    assert "funding" in response.context["adminform"].form.errors
    response = admin.post(address, shown | {"funding": '{"own": "1e40"}'})
    assert "funding" in response.context["adminform"].form.errors
    assert admin.post(address, shown | {"cost": "1", "funding": '{"own": "1"}'}).status_code == 302
    card.refresh_from_db()
    assert card.funding == {"own": "1.000"}


def test_the_admin_does_not_remove_what_has_versions(admin, card):
    at_stage(card, "prepare")
    address = reverse("admin:programs_projectcard_delete", args=[card.pk])
    admin.post(address, {"post": "yes"})
    assert ProjectCard.objects.filter(pk=card.pk).exists()


def test_the_admin_shows_only_what_is_within_reach(client, card, stranger):
    client.force_login(stranger)
    assert client.get(reverse("admin:programs_projectcard_change", args=[card.pk])).status_code == 404
    html = client.get(reverse("admin:programs_projectcard_changelist")).content.decode()
    assert card.title_ar not in html


def test_a_closed_program_is_closed_in_the_admin_too(admin, card):
    type(card.program).objects.update(status="closed")
    address = reverse("admin:programs_projectcard_change", args=[card.pk])
    response = admin.post(address, as_shown(admin.get(address)) | {"partner": "x"})
    assert response.context["adminform"].form.non_field_errors()

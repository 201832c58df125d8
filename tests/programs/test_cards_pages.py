"""The cards' pages: what everybody reads, and the forms of the desk."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from programs.models import CardStage, ProjectCard
from programs.services.cards import change_card, remove_card
from programs.services.needs import link_need
from tests import factories
from tests.programs.project_rows import FUNDED, CardFactory, NeedFactory, at_stage

PAGE = "/en/m/nefta/programs/2022/projects/"
DESK = "/en/m/nefta/staff/programs/2022/projects/"


@pytest.fixture
def program(nefta):
    return factories.ProgramFactory(municipality=nefta, published=True)


@pytest.fixture
def zone(nefta):
    return factories.ZoneFactory(municipality=nefta, number=2)


@pytest.fixture
def card(program, zone):
    return at_stage(CardFactory(program=program, number=1, zone=zone, **FUNDED), "prepare")


@pytest.fixture
def desk(client, editor):
    client.force_login(editor)
    return client


# Everybody


def test_the_list_has_what_is_public(client, program, card):
    CardFactory(program=program, number=2)
    response = client.get(PAGE)
    assert response.context["cards"] == [card]
    assert response.context["cost"] == Decimal(84_000)


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("", 2),
        ("zone=2", 1),
        ("zone=3", 0),
        ("category=roads", 1),
        ("stage=updated", 1),
        ("zone=2&stage=updated", 0),
        ("zone=x&category=moon&stage=moon", 2),
    ],
)
def test_the_list_by_zone_category_and_stage(client, program, card, query, count):
    at_stage(CardFactory(program=program, number=2, category="water"), "prepare", "update")
    assert len(client.get(f"{PAGE}?{query}").context["cards"]) == count


def test_the_sum_of_the_list_says_what_it_leaves_out(client, program, card):
    html = client.get(PAGE).content.decode()
    assert 'Together: <bdi dir="ltr">84\u202f000,000' in html
    at_stage(CardFactory(program=program, number=2, **FUNDED), "prepare", "leave-out", reason="x")
    response = client.get(PAGE)
    assert (len(response.context["cards"]), response.context["left_out"]) == (2, 1)
    assert "Together, without the 1 that was not retained: <bdi" in response.content.decode()
    response = client.get(PAGE, {"stage": "left_out"})
    assert response.context["cost"] is None
    assert "Together" not in response.content.decode()


def test_the_list_tells_what_became_of_the_draft(client, program, card):
    at_stage(CardFactory(program=program, number=2), "prepare", "leave-out", reason="Trop cher")
    html = client.get(PAGE).content.decode()
    assert "Trop cher" in html


def test_a_card_tells_funding_needs_and_versions(client, card, nefta):
    link_need(
        need=NeedFactory(municipality=nefta, title_ar="طريق المدرسة", asked_in=2020), card=card, actor=None
    )
    change_card(card=card, values={"streets": "نهج 1\nنهج 4"}, actor=None, reason="ملاحظة في الجلسة")
    html = client.get(f"{PAGE}1/").content.decode()
    for text in (
        "84\u202f000,000",
        "طريق المدرسة",
        "waited 2 years",
        "نهج 4",
        "ملاحظة في الجلسة",
        "Version 2",
    ):
        assert text in html


def test_an_earlier_version_is_read_as_it_was(client, card):
    change_card(card=card, values={"title_ar": "عنوان آخر"}, actor=None, reason="x")
    response = client.get(f"{PAGE}1/?version=1")
    assert response.context["facts"].title.text == "مشروع 1"
    assert "This is an earlier version" in response.content.decode()
    assert client.get(f"{PAGE}1/").context["facts"].title.text == "عنوان آخر"
    assert client.get(f"{PAGE}1/?version=9").status_code == 404
    assert client.get(f"{PAGE}1/?version=x").status_code == 404


def test_proposals_and_unknown_numbers_do_not_exist(client, program):
    CardFactory(program=program, number=2)
    assert client.get(f"{PAGE}2/").status_code == 404
    assert client.get(f"{PAGE}7/").status_code == 404


def test_a_change_is_seen_at_once(client, card):
    etag = client.get(f"{PAGE}1/")["ETag"]
    assert client.get(f"{PAGE}1/", headers={"if-none-match": etag}).status_code == 304
    change_card(card=card, values={"partner": "وكالة"}, actor=None, reason="x")
    assert client.get(f"{PAGE}1/", headers={"if-none-match": etag}).status_code == 200


@pytest.mark.parametrize("count", [3, 60])
def test_the_cost_of_the_pages_does_not_grow(client, program, zone, nefta, count):
    for number in range(1, count + 1):
        card = at_stage(CardFactory(program=program, number=number, zone=zone), "prepare")
    for _ in range(count):
        NeedFactory(municipality=nefta, card=card)
    for path, queries_of_page in ((PAGE, 6), (f"{PAGE}{count}/", 6)):
        with CaptureQueriesContext(connection) as queries:
            assert client.get(path).status_code == 200
        assert len(queries) == queries_of_page


# The desk


def as_typed(form, **changes):
    """What a browser sends of a form, with what somebody typed into it."""
    data = {"unit": form.unit}
    for bound in form:
        value = bound.value()
        value = getattr(value, "pk", value)
        text = "" if value is None else value
        if value is not False:
            data[bound.html_name] = text
        if bound.field.show_hidden_initial:
            data[bound.html_initial_name] = form.data.get(bound.html_initial_name, text)
    return data | changes


def test_a_card_is_begun(desk, program, zone):
    data = as_typed(
        desk.get(f"{DESK}new/").context["form"],
        title_fr="Pavage",
        category="roads",
        zone=zone.pk,
        streets="a\r\nb",
        starts_on="2022/03/01",
    )
    data |= {"unit": "thousand", "cost": "84", "fund_grant": "60", "fund_own": "24"}
    assert desk.post(f"{DESK}new/", data).status_code == 302
    card = ProjectCard.objects.get()
    assert (card.cost, card.amounts) == (Decimal(84_000), {"grant": Decimal(60_000), "own": Decimal(24_000)})
    assert (card.streets, card.zone, str(card.starts_on)) == ("a\nb", zone, "2022-03-01")


def test_what_is_wrong_stands_beside_its_field_and_nothing_is_lost(desk, program):
    data = as_typed(desk.get(f"{DESK}new/").context["form"], title_fr="Pavage", category="roads")
    data |= {"cost": "84 000", "fund_own": "83 999,999", "starts_on": "some day"}
    response = desk.post(f"{DESK}new/", data)
    form = response.context["form"]
    assert "starts_on" in form.errors
    assert form.tally.missing == "0,001"
    response = desk.post(f"{DESK}new/", data | {"starts_on": ""})
    assert response.context["form"].elsewhere["funding"] == [
        "The parts are 0,001\u00a0TND less than the total."
    ]
    assert 'value="83 999,999"' in response.content.decode()
    assert not ProjectCard.objects.exists()


def test_a_public_card_asks_for_the_reason(desk, card):
    form = desk.get(f"{DESK}1/").context["form"]
    response = desk.post(f"{DESK}1/", as_typed(form, partner="Agence"))
    assert "reason" in response.context["form"].errors
    assert desk.post(f"{DESK}1/", as_typed(form, partner="Agence", reason="Accord")).status_code == 302
    card.refresh_from_db()
    assert card.partner == "Agence"
    assert card.versions.count() == 2


def test_two_people_at_one_card(desk, card):
    mine = as_typed(desk.get(f"{DESK}1/").context["form"], partner="Agence", reason="x")
    change_card(card=card, values={"partner": "Office", "streets": "4"}, actor=None, reason="y")
    response = desk.post(f"{DESK}1/", mine)
    (message,) = response.context["form"].errors["partner"]
    assert "\u2068Office\u2069" in message
    assert desk.post(f"{DESK}1/", as_typed(response.context["form"])).status_code == 302
    card.refresh_from_db()
    assert (card.partner, card.streets) == ("Agence", "4")


def test_another_unit_shows_the_same_amounts(desk, card):
    form = desk.get(f"{DESK}1/").context["form"]
    response = desk.post(f"{DESK}1/", as_typed(form) | {"show-in": "millime"})
    html = response.content.decode()
    assert 'name="cost" value="84\u202f000\u202f000"' in html
    data = as_typed(response.context["form"], partner="Agence", reason="x")
    assert desk.post(f"{DESK}1/", data).status_code == 302
    card.refresh_from_db()
    assert (card.cost, card.partner) == (Decimal(84_000), "Agence")


def test_steps_are_taken_at_the_desk(desk, card):
    assert desk.post(f"{DESK}1/step/", {"row": card.pk, "step": "retain", "reason": ""}).status_code == 302
    card.refresh_from_db()
    assert card.stage == CardStage.IN_PROGRAM
    response = desk.post(f"{DESK}1/step/", {"row": card.pk, "step": "release", "reason": ""})
    assert "reason" in response.context["step_form"].errors
    response = desk.post(f"{DESK}1/step/", {"row": card.pk, "step": "prepare"})
    assert response.context["step_form"].non_field_errors()


def test_a_proposal_is_removed_at_the_desk(desk, program):
    CardFactory(program=program, number=2)
    page = desk.get(f"{DESK}2/")
    row = page.context["step_form"]["row"].value()
    assert page.content.decode().count(f'name="row" value="{row}"') == 2
    assert desk.post(f"{DESK}2/step/", {"row": row, "step": "remove"}).status_code == 302
    assert not ProjectCard.objects.exists()


def test_a_card_that_took_over_a_number_is_not_overwritten(desk, program):
    removed = CardFactory(program=program, number=2, title_fr="Le mien")
    mine = as_typed(desk.get(f"{DESK}2/").context["form"], partner="Agence")
    remove_card(card=removed, actor=None)
    # A proposal between them, so that the database does not give the same key again.
    CardFactory(program=program, number=3)
    other = CardFactory(program=program, number=2, title_fr="Le sien")
    assert (other.version, other.pk) != (removed.version, removed.pk)
    for address, data, form in (
        (f"{DESK}2/", mine, "form"),
        (f"{DESK}2/", {name: value for name, value in mine.items() if name != "row"}, "form"),
        (f"{DESK}2/step/", {"row": mine["row"], "step": "remove"}, "step_form"),
        (f"{DESK}2/step/", {"row": mine["row"], "step": "prepare"}, "step_form"),
    ):
        response = desk.post(address, data)
        assert "something else has its number now" in str(response.context[form].non_field_errors())
        # Sent once more it is refused again.
        again = desk.post(address, data)
        assert again.status_code == 200
    stored = ProjectCard.objects.get(number=2)
    assert (stored.title_fr, stored.partner, stored.stage) == ("Le sien", "", CardStage.PROPOSAL)


def test_the_list_of_the_desk_has_proposals_too(desk, program, card):
    CardFactory(program=program, number=2)
    assert len(desk.get(DESK).context["cards"]) == 2
    assert len(desk.get(f"{DESK}?stage=proposal").context["cards"]) == 1


def test_a_reader_of_the_council_reads_and_writes_nothing(client, nefta, program, card):
    client.force_login(factories.MembershipFactory(municipality=nefta, role="council_reader").user)
    html = client.get(DESK).content.decode()
    assert "projects/new/" not in html
    assert client.get(f"{DESK}1/").status_code == 403
    assert client.post(f"{DESK}1/step/", {"step": "retain"}).status_code == 403

"""Project cards: what may be written, the steps, the versions; and what of it the public sees."""

import datetime
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import ProtectedError
from django.utils.translation import override

from portal.audit.models import Entry
from programs.cards import changes_of, content_of, difference_rows, draft_and_final, period_in_months
from programs.models import CardStage, CardVersion, ProjectCard
from programs.rules_cards import STEPS, differences, steps_from, years_waited
from programs.services.cards import add_card, change_card, remove_card, take_step
from tests import factories
from tests.programs.project_rows import FUNDED, CardFactory, at_stage

MAY, APRIL = datetime.date(2022, 5, 1), datetime.date(2022, 4, 30)
SOURCES = {"grant": Decimal(60_000), "own": Decimal(24_000)}
VALUES = {"title_ar": "تعبيد نهج", "category": "roads", "cost": Decimal(84_000), "funding": SOURCES}


@pytest.fixture
def program(nefta):
    return factories.ProgramFactory(municipality=nefta, published=True)


@pytest.fixture
def card(program):
    return CardFactory(program=program, **FUNDED)


# Written


def test_a_card_begins_as_a_proposal_with_the_next_number(program, editor):
    CardFactory(program=program, number=4)
    card = add_card(program=program, values=VALUES, actor=editor)
    assert (card.number, card.stage, card.versions.count()) == (5, CardStage.PROPOSAL, 0)
    entry = Entry.objects.get()
    assert entry.action == "card.added"
    assert entry.changes["cost"] == [None, "84000"]


def test_amounts_are_kept_to_the_millime(program):
    values = {**VALUES, "cost": Decimal("84"), "funding": {"own": Decimal("84"), "loan": Decimal(0)}}
    card = add_card(program=program, values=values, actor=None)
    assert card.funding == {"own": "84.000"}
    assert card.amounts == {"own": Decimal("84.000")}


@pytest.mark.parametrize(
    ("change", "field", "sentence"),
    [
        ({"title_ar": ""}, "title_ar", "Give the title"),
        ({"category": "nothing"}, "category", "not a valid choice"),
        ({"cost": Decimal("83999.999")}, "funding", "0,001\u00a0TND more"),
        ({"cost": Decimal("84000.001")}, "funding", "0,001\u00a0TND less"),
        ({"cost": None}, "cost", "Give the cost"),
        ({"funding": {"lottery": Decimal(84_000)}}, "funding", "Unknown source"),
        ({"starts_on": MAY, "ends_on": APRIL}, "ends_on", "before the start"),
    ],
)
def test_what_a_card_cannot_hold(program, change, field, sentence):
    with override("en"):
        with pytest.raises(ValidationError) as refusal:
            add_card(program=program, values={**VALUES, **change}, actor=None)
        assert any(sentence in message for message in refusal.value.message_dict[field])
    assert not ProjectCard.objects.exists()


def test_a_zone_of_another_municipality_is_refused(program, kenitra):
    foreign = factories.ZoneFactory(municipality=kenitra)
    with pytest.raises(ValidationError) as refusal:
        add_card(program=program, values={**VALUES, "zone": foreign}, actor=None)
    assert "zone" in refusal.value.message_dict


def test_a_centime_is_the_smallest_coin_of_a_moroccan_card(kenitra):
    program = factories.ProgramFactory(municipality=kenitra)
    values = {"title_ar": "مشروع", "category": "roads", "cost": Decimal("10.001")}
    with override("en"), pytest.raises(ValidationError, match="2 decimals"):
        add_card(program=program, values=values, actor=None)


def test_a_change_is_written_and_journalled_once(card, editor):
    change_card(card=card, values={"streets": "نهج 1"}, actor=editor)
    change_card(card=card, values={"streets": "نهج 1"}, actor=editor)
    card.refresh_from_db()
    assert (card.streets, card.version) == ("نهج 1", 2)
    assert Entry.objects.filter(action="card.edited").count() == 1
    assert not card.versions.exists()


def test_a_card_the_public_has_seen_changes_with_a_reason(card, editor):
    at_stage(card, "prepare")
    with override("en"), pytest.raises(ValidationError) as refusal:
        change_card(card=card, values={"streets": "نهج 1"}, actor=editor)
    assert "reason" in refusal.value.message_dict
    change_card(card=card, values={"streets": "نهج 1"}, actor=editor, reason=" ملاحظة ")
    version = card.versions.order_by("number").last()
    assert (version.number, version.reason, version.made_by) == (2, "ملاحظة", editor)
    assert version.content["streets"] == "نهج 1"


def test_before_the_program_is_public_no_reason_is_asked_but_the_version_is_kept(nefta):
    draft = factories.ProgramFactory(municipality=nefta, year=2030)
    card = at_stage(CardFactory(program=draft), "prepare")
    change_card(card=card, values={"streets": "نهج 1"}, actor=None)
    assert [version.stage for version in card.versions.order_by("number")] == ["preliminary"] * 2


def test_nothing_changes_in_a_closed_program(card):
    type(card.program).objects.update(status="closed")
    for act in (
        lambda: change_card(card=card, values={"streets": "x"}, actor=None, reason="x"),
        lambda: take_step(card=card, code="prepare", actor=None),
        lambda: remove_card(card=card, actor=None),
        lambda: add_card(program=card.program, values=VALUES, actor=None),
    ):
        with override("en"), pytest.raises(ValidationError, match="closed"):
            act()


# Steps


def test_every_step_makes_a_version(card):
    card = at_stage(card, "prepare", "update", "retain")
    assert card.stage == CardStage.IN_PROGRAM
    rows = [(version.number, version.stage) for version in card.versions.order_by("number")]
    assert rows == [(1, "preliminary"), (2, "updated"), (3, "program")]
    assert Entry.objects.filter(action="card.stepped").count() == 3


def test_an_original_card_may_go_into_the_program(card):
    assert at_stage(card, "prepare", "retain").stage == CardStage.IN_PROGRAM


@pytest.mark.parametrize("code", ["update", "retain", "release", "take-up", "fly"])
def test_there_is_no_step_from_just_anywhere(card, code):
    with pytest.raises(ValidationError):
        take_step(card=card, code=code, actor=None, reason="x")
    assert not card.versions.exists()


def test_leaving_out_needs_a_reason(card):
    with pytest.raises(ValidationError) as refusal:
        take_step(card=card, code="leave-out", actor=None, reason=" ")
    assert "reason" in refusal.value.message_dict
    card = take_step(card=card, code="leave-out", actor=None, reason="كلفة")
    assert take_step(card=card, code="take-up", actor=None, reason="x").stage == CardStage.PROPOSAL


def test_the_program_needs_cost_and_funding(program):
    card = at_stage(CardFactory(program=program), "prepare")
    with pytest.raises(ValidationError) as refusal:
        take_step(card=card, code="retain", actor=None)
    assert set(refusal.value.message_dict) == {"cost", "funding"}


def test_what_was_approved_does_not_go_back(card):
    assert {step.code for step in steps_from(CardStage.IN_PROGRAM, "published")} == {"release"}
    assert steps_from(CardStage.IN_PROGRAM, "approved") == []
    card = at_stage(card, "prepare", "retain")
    factories.approved(card.program)
    with pytest.raises(ValidationError):
        take_step(card=card, code="release", actor=None, reason="x")


def test_no_step_leads_from_a_stage_to_itself():
    assert all(step.old != step.new for step in STEPS)
    assert len({(step.old, step.code) for step in STEPS}) == len(STEPS)


# Kept


def test_versions_are_neither_changed_nor_removed(card):
    at_stage(card, "prepare")
    version = card.versions.get()
    version.reason = "other"
    for act in (
        version.save,
        version.delete,
        lambda: CardVersion.objects.update(reason="x"),
        lambda: CardVersion.objects.all().delete(),
        lambda: CardVersion.objects.bulk_update([version], ["reason"]),
        lambda: CardVersion.objects.bulk_create([version]),
        lambda: card.versions.update(reason="x"),
    ):
        with pytest.raises(PermissionDenied):
            act()
    with pytest.raises(ProtectedError):
        card.delete()


def test_a_proposal_without_versions_may_be_removed(card, editor):
    remove_card(card=card, actor=editor)
    assert not ProjectCard.objects.exists()
    assert Entry.objects.get().action == "card.removed"


def test_a_card_with_versions_is_left_out_instead(card):
    at_stage(card, "prepare")
    with override("en"), pytest.raises(ValidationError, match="leave it out"):
        remove_card(card=card, actor=None)


# Differences


def test_what_changed_between_two_versions_is_told_in_words(card, nefta):
    zone = factories.ZoneFactory(municipality=nefta, name_fr="Médina")
    old = content_of(card)
    card.title_fr, card.zone, card.cost, card.funding = "Pavage", zone, Decimal(61_500), {}
    with override("fr"):
        rows = {(row.old, row.new) for row in difference_rows(old, content_of(card), nefta)}
    assert {("", "Pavage"), ("", "Médina"), ("84\u202f000,000\u00a0DT", "61\u202f500,000\u00a0DT")} <= rows
    assert len(rows) == 4


def test_nothing_and_nothing_is_no_difference():
    assert differences({"a": None, "b": ""}, {"a": "", "b": None, "c": 1}, ["a", "b"]) == []


def test_the_draft_is_what_stood_before_the_program(card):
    at_stage(card, "prepare", "update")
    change_card(card=card, values={"streets": "نهج 4"}, actor=None, reason="جلسة")
    card = at_stage(card, "retain")
    draft, final = draft_and_final(list(card.versions.all()))
    # The program only took over the last draft: then the first card is what it is held against.
    assert (draft.number, final.number) == (1, 4)
    change_card(card=card, values={"partner": "وكالة"}, actor=None, reason="اتفاقية")
    draft, final = draft_and_final(list(card.versions.all()))
    assert (draft.number, final.number) == (3, 5)


def test_without_a_program_there_is_nothing_to_compare(card):
    assert draft_and_final([]) is None
    at_stage(card, "prepare", "update")
    assert draft_and_final(list(card.versions.all())) is None


def test_changes_of_a_program(program, card):
    other = at_stage(CardFactory(program=program), "prepare")
    at_stage(other, "leave-out", reason="كلفة")
    at_stage(card, "prepare")
    change_card(card=card, values={"streets": "نهج 4"}, actor=None, reason="جلسة")
    at_stage(card, "retain")
    at_stage(CardFactory(program=program, **FUNDED), "prepare", "retain")
    cards = ProjectCard.objects.of(program).published().for_list_page()
    changed, left_out = sorted(changes_of(cards, program.municipality), key=lambda row: row.is_left_out)
    assert (changed.card, changed.reasons, len(changed.rows)) == (card, ["جلسة"], 1)
    assert (left_out.card, left_out.reasons) == (other, ["كلفة"])


# Public


def test_the_public_sees_cards_from_the_preliminary_one_on(program, card):
    CardFactory(program=program)
    left_out_unseen = at_stage(CardFactory(program=program), "leave-out", reason="x")
    seen = at_stage(CardFactory(program=program), "prepare", "leave-out", reason="x")
    at_stage(card, "prepare")
    shown = set(ProjectCard.objects.of(program).published())
    assert shown == {card, seen}
    assert left_out_unseen not in shown
    type(program).objects.update(status="draft")
    assert not ProjectCard.objects.of(program).published()


def test_years_waited_are_never_negative():
    assert (years_waited(2020, 2023), years_waited(2024, 2023)) == (3, 0)


@pytest.mark.parametrize(
    ("starts", "ends", "text"),
    [
        ((2027, 3), (2027, 6), "mars – juin 2027"),
        ((2027, 3), (2027, 3), "mars 2027"),
        ((2026, 11), (2027, 2), "novembre 2026 – février 2027"),
        ((2027, 3), None, "mars 2027"),
        (None, None, ""),
    ],
)
def test_a_period_in_months(starts, ends, text):
    days = [datetime.date(*pair, 1) if pair else None for pair in (starts, ends)]
    with override("fr"):
        assert period_in_months(*days, "TN") == text

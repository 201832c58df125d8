"""What a row of the dispatch list must keep, whichever way it is written."""

from datetime import date

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from portal.dispatches.models import Dispatch, Recipient
from portal.dispatches.papers import lists_of
from tests.portal.dispatches.factories import (
    DispatchFactory,
    DispatchLineFactory,
    DispatchProofFactory,
    RecipientFactory,
)
from tests.portal.publications.registers import published

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _on_a_fixed_day():
    with time_machine.travel("2026-11-22 12:00Z", tick=False):
        yield


def test_a_copy_that_was_sent_and_received_is_whole(nefta):
    line = DispatchLineFactory(
        dispatch__municipality=nefta, sent_on=date(2026, 11, 20), received_on=date(2026, 11, 22)
    )
    line.full_clean()
    assert str(line) == line.recipient.name_ar


def test_a_name_belongs_to_one_recipient_of_a_municipality(nefta, kenitra):
    first = RecipientFactory(municipality=nefta, name_ar="", name_fr="Amis de l’oasis")
    RecipientFactory(municipality=kenitra, name_ar="", name_fr="Amis de l’oasis")
    RecipientFactory(municipality=nefta, name_ar="", name_fr="Une autre")
    assert list(Recipient.objects.of(nefta).named("Amis de l’oasis")) == [first]
    with pytest.raises(ValidationError, match=r"already|déjà|السجل|مسجّلة"):
        Recipient(municipality=nefta, name_fr="Amis de l’oasis").full_clean()


@pytest.mark.parametrize(
    ("values", "field"),
    [({"name_ar": " "}, "name_ar"), ({"email": "nobody"}, "email"), ({"phone": "ask at noon"}, "phone")],
)
def test_what_is_no_recipient_is_refused(nefta, values, field):
    recipient = Recipient(**{"municipality": nefta, "name_ar": "جمعية"} | values)
    with pytest.raises(ValidationError) as refusal:
        recipient.full_clean()
    assert list(refusal.value.message_dict) == [field]


@pytest.mark.parametrize(
    ("days", "field"),
    [
        ({"sent_on": date(2026, 11, 23)}, "sent_on"),
        ({"sent_on": date(2026, 11, 20), "received_on": date(2026, 11, 23)}, "received_on"),
        ({"received_on": date(2026, 11, 20)}, "sent_on"),
        ({"sent_on": date(2026, 11, 20), "received_on": date(2026, 11, 19)}, "received_on"),
    ],
)
def test_days_that_cannot_be_are_refused_at_their_field(nefta, days, field):
    line = DispatchLineFactory(dispatch__municipality=nefta)
    for name, day in days.items():
        setattr(line, name, day)
    with pytest.raises(ValidationError) as refusal:
        line.clean()
    assert list(refusal.value.message_dict) == [field]


def test_the_database_too_knows_that_nothing_arrives_before_it_leaves(nefta):
    with pytest.raises(IntegrityError), transaction.atomic():
        DispatchLineFactory(dispatch__municipality=nefta, received_on=date(2026, 11, 20))


def test_a_recipient_or_an_entry_of_another_municipality_is_refused(nefta, kenitra):
    line = DispatchLineFactory(dispatch__municipality=nefta)
    line.recipient = RecipientFactory(municipality=kenitra)
    with pytest.raises(ValidationError) as refusal:
        line.clean()
    assert list(refusal.value.message_dict) == ["recipient"]
    with pytest.raises(ValidationError) as refusal:
        DispatchFactory(municipality=nefta, publication=published(kenitra)).clean()
    assert list(refusal.value.message_dict) == ["publication"]


def test_what_was_sent_is_said(nefta):
    with pytest.raises(ValidationError) as refusal:
        Dispatch(municipality=nefta).full_clean()
    assert list(refusal.value.message_dict) == ["title_ar"]


def test_a_proof_is_never_public(nefta):
    with pytest.raises(IntegrityError), transaction.atomic():
        DispatchProofFactory(line__dispatch__municipality=nefta, is_public=True)


def test_the_lists_about_subjects_come_with_everything_their_papers_show(
    nefta, kenitra, django_assert_num_queries
):
    other = DispatchFactory(municipality=nefta, subject_kind="program", subject_pk=8)
    DispatchFactory(municipality=kenitra, subject_kind="program", subject_pk=7)
    DispatchFactory(municipality=nefta)
    wanted = DispatchFactory(municipality=nefta, subject_kind="program", subject_pk=7)
    for _ in range(2):
        DispatchProofFactory(line__dispatch=wanted)
    with django_assert_num_queries(3):
        found = lists_of(nefta, [("program", 7), ("plan", 8)])
        assert [len(line.listed_proofs) for each in found for line in each.listed_lines] == [1, 1]
    assert found == [wanted]
    assert lists_of(nefta, [("program", 7), ("program", 8)]) == [other, wanted]
    assert lists_of(nefta, []) == []

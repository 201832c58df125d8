"""What moderators do: all or nothing, never over what another one did, and never a text in the journal."""

from __future__ import annotations

import datetime
import json

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError

from consultations import letters
from consultations.audit import ACTIONS
from consultations.marks import marks_of
from consultations.models import Contribution, Original
from consultations.plaintext import likeness
from consultations.rules_moderation import MOST_AT_ONCE
from consultations.services import moderation
from consultations.services.contributions import withdraw
from consultations.services.moderation import (
    hand_over,
    publish_contributions,
    readers,
    redact,
    refuse_contributions,
    restore,
)
from portal.audit.models import Entry
from portal.municipalities.models import Municipality
from tests.consultations.participation import ConsultationFactory, ContributionFactory
from tests.factories import MembershipFactory

Status = Contribution.Status
CANARY = "نص سري 20 123 456 لا يكتب في السجل"


@pytest.fixture
def moderator(nefta):
    return MembershipFactory(municipality=nefta, role="moderator", user__name="Amel").user


@pytest.fixture
def other(nefta):
    return MembershipFactory(municipality=nefta, role="moderator", user__name="Badr").user


@pytest.fixture
def consultation(nefta):
    return ConsultationFactory(open=True, municipality=nefta)


@pytest.fixture
def waiting(consultation):
    return ContributionFactory(consultation=consultation)


@pytest.fixture
def told(monkeypatch):
    """The contributions whose authors are told, with the state they are told of."""
    found: list[tuple[int, str]] = []
    monkeypatch.setattr(
        letters, "contribution_moderated", lambda row: found.append((row.number, str(row.status)))
    )
    return found


ACTS = {
    "contribution.published",
    "contribution.read",
    "contribution.refused",
    "contribution.restored",
    "contribution.redacted",
    "contribution.made_whole",
    "contribution.handed_over",
}


def _last(row):
    return Entry.objects.filter(object_type="consultations.contribution", object_id=str(row.pk)).first()


def _acts():
    return sorted(Entry.objects.filter(action__in=ACTS).values_list("action", flat=True))


# Publishing


def test_publishing(waiting, moderator, told, nefta):
    (row,) = publish_contributions(contributions=[waiting], actor=moderator)
    waiting.refresh_from_db()
    assert row == waiting
    assert (waiting.status, waiting.published_on) == (Status.PUBLISHED, nefta.today())
    assert waiting.moderated_at is not None
    assert waiting.version == 2
    assert (_last(waiting).action, _last(waiting).actor) == ("contribution.published", moderator)
    assert told == [(waiting.number, "published")]


def test_publishing_changes_the_public_pages(waiting, moderator, nefta):
    before = Municipality.objects.get(pk=nefta.pk).revision
    publish_contributions(contributions=[waiting], actor=moderator)
    assert Municipality.objects.get(pk=nefta.pk).revision > before


def test_several_are_one_act_with_an_entry_each(consultation, moderator, told):
    rows = ContributionFactory.create_batch(3, consultation=consultation)
    publish_contributions(contributions=rows, actor=moderator)
    batches = set(Entry.objects.filter(action="contribution.published").values_list("batch", flat=True))
    assert len(batches) == 1
    assert None not in batches
    assert len(told) == 3


def test_personal_data_needs_an_explicit_tick(consultation, moderator):
    row = ContributionFactory(consultation=consultation, text="كلموني على 20 123 456")
    with pytest.raises(ValidationError) as refusal:
        publish_contributions(contributions=[row], actor=moderator)
    assert "confirmed_marks" in refusal.value.message_dict
    publish_contributions(contributions=[row], actor=moderator, confirmed_marks=True)
    row.refresh_from_db()
    assert row.status == Status.PUBLISHED


def test_what_was_marked_when_it_was_stored_needs_the_tick_too(consultation, moderator):
    """As the page shows it: the search for marks may have learnt since that it is an amount."""
    row = ContributionFactory(consultation=consultation, text="اتصلوا بي على 20 000 000", flags=["phone"])
    with pytest.raises(ValidationError) as caught:
        publish_contributions(contributions=[row], actor=moderator)
    assert list(caught.value.message_dict) == ["confirmed_marks"]
    (row,) = publish_contributions(contributions=[row], actor=moderator, confirmed_marks=True)
    assert row.status == Status.PUBLISHED


def test_an_offensive_word_alone_needs_no_tick(consultation, moderator):
    row = ContributionFactory(consultation=consultation, text="أنتم حثالة")
    assert marks_of(row.text) == ["insult"]
    assert publish_contributions(contributions=[row], actor=moderator)[0].status == Status.PUBLISHED


def test_all_or_none_is_published(consultation, moderator):
    rows = [
        ContributionFactory(consultation=consultation),
        ContributionFactory(consultation=consultation, text="CIN 01234567"),
    ]
    with pytest.raises(ValidationError):
        publish_contributions(contributions=rows, actor=moderator)
    assert not Contribution.objects.filter(status=Status.PUBLISHED).exists()
    assert _acts() == []


def test_what_was_published_at_once_is_kept_as_read(consultation, moderator, told):
    row = ContributionFactory(consultation=consultation, published=True, moderated_at=None)
    day = row.published_on
    publish_contributions(contributions=[row], actor=moderator)
    row.refresh_from_db()
    assert row.moderated_at is not None
    assert row.published_on == day
    assert _last(row).action == "contribution.read"
    assert told == []


def test_nothing_is_published_twice(consultation, moderator):
    row = ContributionFactory(consultation=consultation, published=True)
    with pytest.raises(ValidationError) as refusal:
        publish_contributions(contributions=[row], actor=moderator)
    assert refusal.value.code == "not_possible"


@pytest.mark.parametrize("trait", ["refused"])
def test_what_was_refused_is_not_published_by_the_way(consultation, moderator, trait):
    row = ContributionFactory(consultation=consultation, **{trait: True})
    with pytest.raises(ValidationError):
        publish_contributions(contributions=[row], actor=moderator)


def test_what_its_author_took_back_is_touched_by_nobody(waiting, moderator):
    withdraw(contribution=waiting)
    for act in (
        lambda row: publish_contributions(contributions=[row], actor=moderator),
        lambda row: refuse_contributions(contributions=[row], reason="insult", actor=moderator),
        lambda row: restore(contribution=row, actor=moderator),
        lambda row: redact(contribution=row, text="", reason="insult", actor=moderator),
        lambda row: hand_over(contribution=row, to=moderator, actor=moderator),
    ):
        with pytest.raises(ValidationError):
            act(Contribution.objects.get(pk=waiting.pk))


def test_nothing_is_nothing(moderator):
    with pytest.raises(ValidationError):
        publish_contributions(contributions=[], actor=moderator)


def test_too_many_at_once_are_refused(consultation, moderator, monkeypatch):
    rows = ContributionFactory.create_batch(3, consultation=consultation)
    monkeypatch.setattr(moderation, "MOST_AT_ONCE", 2)
    with pytest.raises(ValidationError) as refusal:
        publish_contributions(contributions=rows, actor=moderator)
    assert refusal.value.code == "too_many"
    assert MOST_AT_ONCE >= 100


def test_contributions_of_two_municipalities_are_no_one_act(waiting, moderator, kenitra):
    foreign = ContributionFactory(consultation=ConsultationFactory(open=True, municipality=kenitra))
    with pytest.raises(ValidationError):
        publish_contributions(contributions=[waiting, foreign], actor=moderator)
    foreign.refresh_from_db()
    assert foreign.status == Status.PENDING


# Refusing


def test_refusing_with_reason_and_note(waiting, moderator, told):
    refuse_contributions(
        contributions=[waiting], reason="off_subject", note=" راسلوا المصلحة ", actor=moderator
    )
    waiting.refresh_from_db()
    assert (waiting.status, waiting.refusal_reason) == (Status.REFUSED, "off_subject")
    assert waiting.note_to_author == "راسلوا المصلحة"
    assert waiting.published_on is None
    assert _last(waiting).changes["refusal_reason"] == ["", "off_subject"]
    assert told == [(waiting.number, "refused")]


@pytest.mark.parametrize("reason", ["", "because"])
def test_refusing_needs_a_reason_from_the_list(waiting, moderator, reason):
    with pytest.raises(ValidationError) as refusal:
        refuse_contributions(contributions=[waiting], reason=reason, actor=moderator)
    assert list(refusal.value.message_dict) == ["reason"]


def test_a_note_that_is_too_long_is_refused(waiting, moderator):
    with pytest.raises(ValidationError) as refusal:
        refuse_contributions(contributions=[waiting], reason="insult", note="x" * 9000, actor=moderator)
    assert list(refusal.value.message_dict) == ["note"]


def test_taking_down_what_was_published_keeps_its_day(consultation, moderator):
    row = ContributionFactory(consultation=consultation, published=True)
    refuse_contributions(contributions=[row], reason="insult", actor=moderator)
    day = row.published_on
    row.refresh_from_db()
    assert (row.status, row.published_on) == (Status.REFUSED, day)


def test_all_or_none_is_refused(consultation, moderator):
    rows = [
        ContributionFactory(consultation=consultation),
        ContributionFactory(consultation=consultation, refused=True),
    ]
    with pytest.raises(ValidationError):
        refuse_contributions(contributions=rows, reason="insult", actor=moderator)
    assert Contribution.objects.filter(status=Status.PENDING).count() == 1


def test_publishing_after_all(consultation, moderator, told, nefta):
    row = ContributionFactory(consultation=consultation, refused=True, note_to_author="لا")
    restore(contribution=row, actor=moderator)
    row.refresh_from_db()
    assert (row.status, row.published_on) == (Status.PUBLISHED, nefta.today())
    assert (row.refusal_reason, row.note_to_author) == ("", "")
    assert _last(row).action == "contribution.restored"
    assert _last(row).changes["refusal_reason"] == ["insult", ""]
    assert told == [(row.number, "published")]


def test_only_what_was_refused_is_restored(waiting, moderator):
    with pytest.raises(ValidationError):
        restore(contribution=waiting, actor=moderator)


def test_restoring_personal_data_needs_the_tick(consultation, moderator):
    row = ContributionFactory(consultation=consultation, refused=True, text="a@example.org هو عنواني")
    with pytest.raises(ValidationError):
        restore(contribution=row, actor=moderator)
    assert restore(contribution=row, actor=moderator, confirmed_marks=True).status == Status.PUBLISHED


# Two at the same time


def test_the_second_moderator_is_told_what_the_first_did(waiting, moderator, other):
    seen = Contribution.objects.get(pk=waiting.pk)
    with time_machine.travel("2026-11-20 09:30:00+00:00", tick=False):
        publish_contributions(contributions=[waiting], actor=moderator)
    with pytest.raises(ValidationError) as refusal:
        refuse_contributions(contributions=[seen], reason="insult", actor=other)
    assert refusal.value.code == "stale"
    (told,) = refusal.value.messages
    assert waiting.reference in told
    assert "Amel" in told
    assert "2026/11/20 10:30" in told
    waiting.refresh_from_db()
    assert waiting.status == Status.PUBLISHED


def test_a_version_that_was_not_seen_is_not_acted_upon(waiting, moderator):
    with pytest.raises(ValidationError):
        publish_contributions(
            contributions=[waiting], actor=moderator, seen={waiting.pk: waiting.version + 1}
        )
    assert publish_contributions(contributions=[waiting], actor=moderator, seen={waiting.pk: waiting.version})


# Redaction


def test_taking_a_part_out(consultation, moderator, told):
    row = ContributionFactory(
        consultation=consultation,
        text="كلموا السيد علي على 20 123 456 شكرا",
        flags=["phone", "name", "crowded"],
    )
    row.likeness = likeness(row.text)
    row.save()
    before = row.text
    redact(contribution=row, text="كلموا شكرا", reason="personal_data", actor=moderator)
    row.refresh_from_db()
    assert row.text == "كلموا […] شكرا"
    assert (row.is_redacted, row.status, row.flags) == (True, Status.PENDING, ["crowded"])
    assert row.original.text == before
    assert row.original.made_by == moderator
    assert row.likeness != likeness(before)
    assert _last(row).changes == {"fields": [None, ["text"]], "refusal_reason": [None, "personal_data"]}
    assert publish_contributions(contributions=[row], actor=moderator)[0].status == Status.PUBLISHED


def test_a_second_cut_keeps_the_first_original(waiting, moderator):
    original = waiting.text
    redact(contribution=waiting, text=original.rsplit(" ", 1)[0], reason="insult", actor=moderator)
    waiting.refresh_from_db()
    redact(contribution=waiting, text=original.rsplit(" ", 3)[0], reason="insult", actor=moderator)
    assert Original.objects.get().text == original


def test_what_was_taken_out_by_mistake_comes_back_from_the_original(waiting, moderator):
    original = waiting.text
    redact(contribution=waiting, text=original.rsplit(" ", 2)[0], reason="insult", actor=moderator)
    waiting.refresh_from_db()
    redact(contribution=waiting, text=original, reason="insult", actor=moderator)
    waiting.refresh_from_db()
    assert (waiting.text, waiting.is_redacted) == (original, False)
    assert not Original.objects.exists()
    assert _last(waiting).action == "contribution.made_whole"


def test_a_published_one_is_redacted_and_its_author_told(consultation, moderator, told):
    row = ContributionFactory(consultation=consultation, published=True)
    redact(contribution=row, text=row.text.split(" ", 1)[1], reason="insult", actor=moderator)
    assert told == [(row.number, "published")]


def test_an_idea_is_redacted_in_each_of_its_texts(consultation, moderator):
    row = ContributionFactory(consultation=consultation, idea=True, solution="حاويات يصنعها السيد علي")
    redact(
        contribution=row,
        text=row.text,
        solution="حاويات",
        effect=row.effect,
        reason="personal_data",
        actor=moderator,
    )
    row.refresh_from_db()
    assert row.solution == "حاويات […]"
    assert _last(row).changes["fields"] == [None, ["solution"]]


@pytest.mark.parametrize(
    ("text", "field"),
    [("نص آخر كتبه المشرف", "text"), ("[…]", "text"), ("", "text"), (None, "text")],
)
def test_a_redaction_that_is_none_is_refused(waiting, moderator, text, field):
    with pytest.raises(ValidationError) as refusal:
        redact(
            contribution=waiting,
            text=waiting.text if text is None else text,
            reason="insult",
            actor=moderator,
        )
    assert field in refusal.value.message_dict
    assert not Original.objects.exists()


def test_a_redaction_needs_a_reason(waiting, moderator):
    with pytest.raises(ValidationError):
        redact(contribution=waiting, text="نريد", reason="", actor=moderator)


# Handing over


def test_handing_over_with_a_note(waiting, moderator, publisher):
    hand_over(contribution=waiting, to=publisher, note="هل هذا   قانوني؟", actor=moderator)
    waiting.refresh_from_db()
    assert waiting.handed_to == publisher
    assert _last(waiting).changes == {"handed_to": [None, str(publisher)], "note": [None, "هل هذا قانوني؟"]}


def test_who_was_handed_it_hands_it_back(waiting, moderator, publisher):
    hand_over(contribution=waiting, to=publisher, actor=moderator)
    waiting.refresh_from_db()
    hand_over(contribution=waiting, to=moderator, actor=publisher)
    waiting.refresh_from_db()
    assert waiting.handed_to == moderator


def test_who_only_sees_contributions_hands_over_no_others(waiting, publisher):
    with pytest.raises(PermissionDenied):
        hand_over(contribution=waiting, to=publisher, actor=publisher)


def test_nothing_is_handed_to_who_may_not_see_it(waiting, moderator, editor, stranger):
    for person in (editor, stranger):
        with pytest.raises(ValidationError) as refusal:
            hand_over(contribution=waiting, to=person, actor=moderator)
        assert list(refusal.value.message_dict) == ["to"]


def test_readers_are_active_members_of_the_roles_that_see(nefta, moderator, publisher, editor, stranger):
    gone = MembershipFactory(municipality=nefta, role="answerer", user__is_active=False).user
    assert set(readers(nefta)) == {moderator, publisher}
    assert gone not in readers(nefta)


def test_the_same_again_is_no_act(waiting, moderator, publisher):
    hand_over(contribution=waiting, to=publisher, actor=moderator)
    waiting.refresh_from_db()
    hand_over(contribution=waiting, to=publisher, actor=moderator)
    assert _acts() == ["contribution.handed_over"]


# Figures


@pytest.fixture
def released(monkeypatch):
    found: list[int] = []
    monkeypatch.setattr(moderation, "release_if_due", lambda consultation: found.append(consultation.pk))
    return found


def test_figures_are_asked_for_with_the_last_one_of_a_closed_consultation(nefta, moderator, released):
    closed = ConsultationFactory(closed=True, municipality=nefta)
    first, second = ContributionFactory.create_batch(2, consultation=closed)
    publish_contributions(contributions=[first], actor=moderator)
    assert released == []
    refuse_contributions(contributions=[second], reason="insult", actor=moderator)
    assert released == [closed.pk]


def test_figures_of_an_open_consultation_are_not_asked_for(waiting, moderator, released):
    publish_contributions(contributions=[waiting], actor=moderator)
    assert released == []


# The journal


def test_the_journal_holds_no_text_name_or_profile(consultation, moderator, publisher, other):
    row = ContributionFactory(
        consultation=consultation, text=CANARY, name="فاطمة السرية", profile="journalist", age="36-50"
    )

    def anew():
        return Contribution.objects.get(pk=row.pk)

    hand_over(contribution=row, to=publisher, actor=moderator)
    publish_contributions(contributions=[anew()], actor=moderator, confirmed_marks=True)
    redact(contribution=anew(), text="نص […] السجل", reason="personal_data", actor=moderator)
    refuse_contributions(contributions=[anew()], reason="insult", note="ملاحظة سرية", actor=moderator)
    restore(contribution=anew(), actor=moderator)
    entries = Entry.objects.filter(object_id=str(row.pk)).values("object_label", "changes", "action")
    said = json.dumps(list(entries), ensure_ascii=False)
    assert len(entries) == 5
    for secret in ("نص", "سري", "20 123", "فاطمة", "journalist", "36-50", "ملاحظة"):
        assert secret not in said


def test_every_act_has_its_sentence():
    assert set(ACTIONS) >= ACTS


def test_deadlines_are_not_moved_by_reading(waiting, moderator):
    received = waiting.received_at
    with time_machine.travel(received + datetime.timedelta(days=1)):
        publish_contributions(contributions=[waiting], actor=moderator)
    waiting.refresh_from_db()
    assert waiting.received_at == received

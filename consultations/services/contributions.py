"""Contributions as they come in, and what their authors do with them afterwards."""

from __future__ import annotations

import dataclasses
import hashlib
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from consultations import letters
from consultations.asked import lists_of
from consultations.marks import marks_of
from consultations.models import (
    CONTRIBUTION_LENGTH,
    SHORTEST_CONTRIBUTION,
    UNSAID,
    Channel,
    Consultation,
    Contribution,
    Original,
    Question,
)
from consultations.plaintext import cleaned, likeness, seen_length
from consultations.receipts import fingerprint
from consultations.rules_contributions import Actor, may_become
from consultations.rules_receiving import CROWDED, is_correctable, is_in_time, is_published_at_once
from portal.accounts.models import User
from portal.audit.log import record, touch
from portal.municipalities.models import Municipality, Zone
from portal.municipalities.turns import take_turn
from portal.subjects import parts_of

Kind = Contribution.Kind
Status = Contribution.Status
NAME_LENGTH = 120
ADDRESS_LENGTH = 254
"""What the notifications keep of an e-mail address."""
_TEXTS = ("text", "solution", "effect")


class Closed(Exception):  # noqa: N818
    """The consultation took no contributions any more, or not yet, when this one would have been stored."""

    def __init__(self, consultation: Consultation) -> None:
        super().__init__(str(consultation))
        self.consultation = consultation


@dataclass(frozen=True, slots=True)
class Words:
    """What somebody contributes. For an idea ``text`` is the problem."""

    kind: str
    text: str
    solution: str = ""
    effect: str = ""
    question: Question | None = None
    part: str = ""
    profile: str = UNSAID
    age: str = UNSAID
    zone: Zone | None = None
    name: str = ""
    is_name_public: bool = False

    def tidied(self) -> Words:
        """The same as it is stored: texts cleaned, and no name published where there is none."""
        texts: dict[str, Any] = {name: cleaned(getattr(self, name)) for name in _TEXTS}
        name = " ".join(cleaned(self.name).split())
        is_public = self.is_name_public and bool(name)
        return dataclasses.replace(self, **texts, name=name, is_name_public=is_public)


WORDS = tuple(field.name for field in dataclasses.fields(Words))


@dataclass(frozen=True, slots=True)
class Received:
    """A contribution that is stored."""

    contribution: Contribution
    code: str
    is_new: bool
    """False where the same form, or a paper form of the same serial, had come in before."""
    says_the_same: bool = True
    """Whether what came in before has the same words; else these words are stored nowhere."""


@transaction.atomic
def receive(
    *,
    consultation: Consultation,
    words: Words,
    code: str,
    language: str,
    key: str = "",
    email: str = "",
    channel: str = Channel.WEB,
    entered_by: User | None = None,
    marks: list[str],
) -> Received:
    """Store a contribution, once for each ``key`` and each ``code``; numbers of a consultation have no gap.

    Args:
        code: the receipt's, normalised. Its hash alone is stored.
        language: of the form, which is the one the author is answered in.
        key: the form's own key; the hash alone is stored.
        email: where the author wants to be told; kept apart from the contribution.
        entered_by: the member of staff who types in what came on paper, by telephone or in a meeting;
            possible until ten days after the closing.
        marks: what a moderator should look at; with any, it waits for one.

    Raises:
        Closed: it would have been stored before the opening or after the closing.
        ValidationError: by field.
    """
    _hold(consultation.municipality, entered_by)
    # The one lock that numbers wait for. It also shows the moments as they are, not as they were read.
    current = Consultation.objects.select_for_update(no_key=True).get(pk=consultation.pk)
    current.municipality = consultation.municipality
    words, email = words.tidied(), email.strip()
    known = _known(current, key, code)
    if known is not None:
        return Received(known, code, is_new=False, says_the_same=words_of(known) == words)
    _check_time(current, entered_by)
    check_words(current, words, email=email)
    contribution = Contribution(
        consultation=current,
        channel=channel,
        language=language,
        receipt_hash=fingerprint(code),
        key_hash=_hash(key) if key else None,
        entered_by=entered_by,
    )
    _store(contribution, words, marks)
    letters.contribution_received(contribution, email)
    if entered_by is not None:
        _journal(contribution, "contribution.entered", entered_by)
    # The last thing before the commit: what is acknowledged was in time, and what was not is not stored.
    _check_time(current, entered_by)
    return Received(contribution, code, is_new=True)


@transaction.atomic
def correct(*, contribution: Contribution, words: Words) -> Contribution:
    """Replace what a contribution says, for its author, while nobody has read it.

    Raises ``ValidationError``: by field, or of the whole where it is too late.
    """
    current = _held(contribution)
    words = words.tidied()
    if words_of(current) == words:
        return current
    if not is_correctable(current, timezone.now()):
        raise ValidationError(_("It can no longer be corrected: the time is over, or somebody has read it."))
    check_words(current.consultation, words)
    _write(current, words)
    # What is known of the way it came in does not change with its words.
    current.flags = [*marks_of(*_texts_of(words)), *(flag for flag in current.flags if flag == CROWDED)]
    current.save()
    _journal(current, "contribution.corrected")
    return current


@transaction.atomic
def withdraw(*, contribution: Contribution) -> Contribution:
    """Take a contribution back for its author: nobody reads its text any more, that it was there stays."""
    current = _held(contribution)
    if current.status == Status.WITHDRAWN:
        return current
    _leave(current)
    current.save()
    letters.contribution_forgotten(current)
    _journal(current, "contribution.withdrawn")
    return current


@transaction.atomic
def erase(*, contribution: Contribution) -> Contribution:
    """Remove for good, for its author, all that a contribution says and who said it.

    That there was one stays, with its number, its days, its profile, age bracket and zone: published
    figures are not made wrong, and nobody is known by them.
    """
    current = _held(contribution)
    if current.erased_at:
        return current
    if current.status != Status.WITHDRAWN:
        _leave(current)
    Original.objects.filter(contribution=current).delete()
    for name in (*_TEXTS, "name", "note_to_author", "likeness"):
        setattr(current, name, "")
    current.is_name_public, current.flags, current.erased_at = False, [], timezone.now()
    current.save()
    letters.contribution_forgotten(current)
    _journal(current, "contribution.erased")
    return current


@transaction.atomic
def say_helped(*, contribution: Contribution, was_helped: bool) -> Contribution:
    """Keep whether the official answer answers the author. Raises ``ValidationError`` where there is none."""
    current = _held(contribution)
    if current.answer is None or not current.answer.is_public:
        raise ValidationError(_("There is no answer yet."))
    if current.was_helped != was_helped:
        current.was_helped = was_helped
        current.save(update_fields=["was_helped"])
        touch(current.consultation.municipality)
    return current


def check_words(consultation: Consultation, words: Words, *, email: str = "") -> None:
    """Raise ``ValidationError`` by field where tidied words are none that the consultation takes."""
    found = (
        _text_problems(words) | _kind_problems(consultation, words) | _choice_problems(consultation, words)
    )
    if len(words.name) > NAME_LENGTH:
        found["name"] = _too_long(len(words.name), NAME_LENGTH)
    if email and not _is_address(email):
        found["email"] = _("This is no e-mail address. Write one such as name@example.org, or none.")
    if found:
        raise ValidationError(found)


def _is_address(email: str) -> bool:
    try:
        validate_email(email)
    except ValidationError:
        return False
    return len(email) <= ADDRESS_LENGTH


def _text_problems(words: Words) -> dict[str, Any]:
    lengths = {name: seen_length(getattr(words, name)) for name in _TEXTS}
    found: dict[str, Any] = {
        name: _too_long(length, CONTRIBUTION_LENGTH)
        for name, length in lengths.items()
        if length > CONTRIBUTION_LENGTH
    }
    needed = ("text", "solution") if words.kind == Kind.IDEA else ("text",)
    for name in needed:
        if lengths[name] < SHORTEST_CONTRIBUTION:
            found[name] = ngettext(
                "Write %(count)d character at least.",
                "Write %(count)d characters at least.",
                SHORTEST_CONTRIBUTION,
            ) % {"count": SHORTEST_CONTRIBUTION}
    return found


def _too_long(length: int, most: int) -> str:
    return ngettext(
        "There is room for %(most)d characters: shorten it by %(count)d.",
        "There is room for %(most)d characters: shorten it by %(count)d.",
        length - most,
    ) % {"most": most, "count": length - most}


def _kind_problems(consultation: Consultation, words: Words) -> dict[str, Any]:
    taken: dict[str, bool] = {Kind.COMMENT: consultation.takes_comments, Kind.IDEA: consultation.takes_ideas}
    if not taken.get(words.kind, False):
        return {"kind": _("Choose what you want to write.")}
    if words.kind == Kind.COMMENT and (words.solution or words.effect):
        # Nothing that somebody wrote is left out in silence.
        return {"kind": _("You filled in what belongs to an idea: choose “idea”, or move it to the comment.")}
    return {}


def _choice_problems(consultation: Consultation, words: Words) -> dict[str, Any]:
    found: dict[str, Any] = {}
    lists = lists_of(consultation.municipality)
    if words.profile not in {choice.code for choice in lists.profiles}:
        found["profile"] = _("Choose your profile from the list, or “prefer not to say”.")
    if words.age not in {choice.code for choice in lists.ages}:
        found["age"] = _("Choose your age bracket from the list, or “prefer not to say”.")
    if words.zone and words.zone.municipality_id != consultation.municipality_id:
        found["zone"] = _("This zone belongs to another municipality.")
    if words.question and words.question.consultation_id != consultation.pk:
        found["question"] = _("This question is not asked here any more.")
    if words.part and words.part not in _part_keys(consultation):
        found["part"] = _("This part is gone: choose again.")
    return found


def _part_keys(consultation: Consultation) -> set[str]:
    """What either kind may be about: the form offers both lists, and who chose is not sent back for it."""
    parts = parts_of(consultation.municipality, consultation.subject_kind, consultation.subject_id)
    return {part.key for part in (*parts.for_comments, *parts.for_ideas)}


def _hold(municipality: Municipality, entered_by: User | None) -> None:
    """Hold the municipality's row before any other, in the order in which everybody holds rows.

    For the staff it is their turn; what a citizen sends marks the pages as changed at the same place,
    since doing so at the end would hold the two rows the other way round than the staff's acts do.
    """
    if entered_by is not None:
        take_turn(municipality)
    else:
        touch(municipality)


def _held(contribution: Contribution) -> Contribution:
    """The contribution as it is now, held to the end of the transaction."""
    take_turn(contribution.consultation.municipality)
    found = (
        Contribution.objects.select_for_update(of=("self",)).select_related("answer").get(pk=contribution.pk)
    )
    found.consultation = contribution.consultation
    return found


def _known(consultation: Consultation, key: str, code: str) -> Contribution | None:
    same_form = Q(receipt_hash=fingerprint(code)) | (Q(key_hash=_hash(key)) if key else Q())
    known = Contribution.objects.filter(same_form).select_related("question", "zone", "original").first()
    if known is not None and known.consultation_id != consultation.pk:
        raise ValidationError({"code": _("This code belongs to a contribution to another consultation.")})
    return known


def _check_time(consultation: Consultation, entered_by: User | None) -> None:
    if not is_in_time(consultation, timezone.now(), by_staff=entered_by is not None):
        raise Closed(consultation)


def _store(contribution: Contribution, words: Words, marks: list[str]) -> None:
    consultation = contribution.consultation
    consultation.last_number += 1
    Consultation.objects.filter(pk=consultation.pk).update(last_number=consultation.last_number)
    contribution.number = consultation.last_number
    contribution.received_at = timezone.now()
    _write(contribution, words)
    contribution.flags = list(marks)
    if is_published_at_once(consultation, contribution.flags):
        contribution.status = Status.PUBLISHED
        contribution.published_on = consultation.municipality.today()
    contribution.save(force_insert=True)


def _write(contribution: Contribution, words: Words) -> None:
    for name in WORDS:
        setattr(contribution, name, getattr(words, name))
    contribution.likeness = likeness(*_texts_of(words))


def _leave(contribution: Contribution) -> None:
    if not may_become(contribution.status, Status.WITHDRAWN, Actor.AUTHOR):
        raise ValidationError(_("It cannot be withdrawn."))
    contribution.status = Status.WITHDRAWN


def _texts_of(words: Words) -> list[str]:
    return [getattr(words, name) for name in _TEXTS]


def words_of(contribution: Contribution) -> Words:
    """What its author wrote: of a redacted contribution the original."""
    words = Words(**{name: getattr(contribution, name) for name in WORDS})
    if not contribution.is_redacted or not hasattr(contribution, "original"):
        return words
    return dataclasses.replace(words, **{name: getattr(contribution.original, name) for name in _TEXTS})


def _journal(contribution: Contribution, action: str, actor: User | None = None) -> None:
    record(
        actor=actor,
        action=action,
        obj=contribution,
        municipality=contribution.consultation.municipality,
    )


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()

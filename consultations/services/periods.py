"""What staff do to a consultation: announced, changed, published, withdrawn; the rules and lists behind it.

What changes for the public enters the register of publications, and those who follow are told.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import override

from consultations import letters
from consultations.asked import BUILT_IN
from consultations.models import (
    UNSAID,
    AskedChoice,
    Consultation,
    Contribution,
    Figures,
    ParticipationRules,
    Question,
)
from consultations.published.periods import WITHDRAWAL, content_of, withdrawal_of
from consultations.typed_moments import shown_moment
from portal.accounts.models import User
from portal.audit.log import Changes, record
from portal.bilingual import original
from portal.editing.changes import changes_of
from portal.editing.rows import RowEdit, RowsRefused, write_rows
from portal.municipalities.models import Municipality
from portal.municipalities.turns import take_turn
from portal.publications.models import Publication
from portal.publications.register import enter
from portal.subjects import read_subject

FIELDS = (
    "subject_kind",
    "subject_id",
    "title_ar",
    "title_fr",
    "summary_ar",
    "summary_fr",
    "kind",
    "channels",
    "opens_at",
    "closes_at",
    "moderation",
    "answer_days",
)
"""What staff write of a consultation."""
REASONED = frozenset({"kind", "opens_at", "closes_at", "answer_days"})
"""What people were promised: in public it changes with a reason."""
_CODE_LENGTH = AskedChoice._meta.get_field("code").max_length or 20


# Announcing and changing


@transaction.atomic
def add_consultation(
    *, municipality: Municipality, values: Mapping[str, Any], actor: User | None
) -> Consultation:
    """Begin a consultation, which only staff see, under the next number. Raises ``ValidationError`` by field.

    ``values`` are columns by their names, some or all of :data:`FIELDS`; moments are aware.
    """
    take_turn(municipality)
    consultation = Consultation(municipality=municipality, number=_next_number(municipality), **values)
    _check(consultation)
    consultation.save(force_insert=True)
    changes: Changes = {name: (None, value) for name, value in values.items() if value not in (None, "")}
    _journal(consultation, "consultation.added", changes, actor)
    return consultation


def change_consultation(
    *,
    consultation: Consultation,
    values: Mapping[str, Any],
    actor: User | None,
    reason: str = "",
    questions: Iterable[RowEdit] = (),
) -> Consultation:
    """Write what is given of a consultation, and its questions; nothing where it stands there already.

    What is public enters the register anew, with the reason, and those who follow it are told. Raises
    ``ValidationError`` by field, at ``reason`` where the public is owed one, and
    :class:`~portal.editing.rows.RowsRefused` for the questions.
    """
    current, _rows = _change(consultation, values, list(questions), actor, reason.strip())
    return current


def save_questions(
    *, consultation: Consultation, edits: Iterable[RowEdit], actor: User | None, reason: str = ""
) -> int:
    """Write the rows of the questions; return how many changed. Raises as :func:`change_consultation`."""
    _current, rows = _change(consultation, {}, list(edits), actor, reason.strip())
    return rows


@transaction.atomic
def _change(
    consultation: Consultation,
    values: Mapping[str, Any],
    edits: Sequence[RowEdit],
    actor: User | None,
    reason: str,
) -> tuple[Consultation, int]:
    """The consultation as it is now, and how many questions changed."""
    take_turn(consultation.municipality)
    current = _stored(consultation)
    changes = changes_of(current, values)
    _check_reason(current, changes, edits, reason)
    if changes:
        _check_change(current, changes)
        for name, (_old, new) in changes.items():
            setattr(current, name, new)
        _check(current)
        current.save(update_fields=[*changes, "updated_at"])
    rows = _write_questions(current, edits, actor)
    if rows and not changes:
        # Its questions are part of it: who looked at it before has seen another version.
        current.save(update_fields=["updated_at"])
    if changes or rows:
        _tell_change(current, changes, reason, actor)
    return current, rows


@transaction.atomic
def remove_consultation(*, consultation: Consultation, actor: User | None) -> None:
    """Remove a draft that was never public. Raises ``ValidationError`` for any other."""
    take_turn(consultation.municipality)
    current = _stored(consultation)
    if current.is_public or _was_published(current) or current.contributions.exists():
        raise ValidationError(_("A consultation that was public once is not removed."))
    _journal(current, "consultation.removed", {"title": (str(current), None)}, actor)
    current.delete()


# In public


@transaction.atomic
def publish_consultation(
    *, consultation: Consultation, actor: User | None, subject_follows: bool = False
) -> Consultation:
    """Announce a consultation to everybody; it opens and closes by itself. Nothing where it is public.

    Args:
        subject_follows: somebody said that the page of its subject, a draft yet, will be public.

    Raises ``ValidationError`` by field for what the public must know.
    """
    take_turn(consultation.municipality)
    current = _stored(consultation)
    if current.is_public:
        return current
    if errors := obstacles(current, subject_follows=subject_follows):
        raise ValidationError(errors)
    current.status = Consultation.Status.PUBLISHED
    _check(current)
    current.save(update_fields=["status", "updated_at"])
    changes: Changes = {"status": (Consultation.Status.DRAFT.value, Consultation.Status.PUBLISHED.value)}
    _enter(current, "consultation.published", content_of(current), changes, actor)
    letters.consultation_published(current)
    return current


def obstacles(consultation: Consultation, *, subject_follows: bool = False) -> dict[str, str]:
    """What keeps a draft from being published, by the field where it is to be told."""
    errors: dict[str, str] = {}
    if not original(consultation, "title").strip():
        errors["title_ar"] = _("Give the title in at least one language.")
    if consultation.opens_at is None:
        errors["opens_at"] = _("Say when it opens.")
    if consultation.closes_at is None:
        errors["closes_at"] = _("Say when it closes.")
    subject = read_subject(consultation.municipality, consultation.subject_kind, consultation.subject_id)
    if subject is None:
        errors["subject"] = _("What it is about is no longer there: choose another subject.")
    elif not subject.is_public and not subject_follows:
        errors["subject"] = _(
            "What it is about is a draft, which people cannot read. Publish it first, or say that its page"
            " follows."
        )
    return errors


@transaction.atomic
def withdraw_consultation(*, consultation: Consultation, actor: User | None, reason: str) -> None:
    """Make a consultation a draft again: its pages answer 404, the register keeps why.

    What people contributed stays stored, and each reads it with their receipt. Raises ``ValidationError``
    at ``reason`` without one. Nothing happens where it is not public.
    """
    take_turn(consultation.municipality)
    current = _stored(consultation)
    if not current.is_public:
        return
    if not reason.strip():
        raise ValidationError({"reason": _("Say why: the public reads it.")})
    current.status = Consultation.Status.DRAFT
    current.save(update_fields=["status", "updated_at"])
    changes: Changes = {
        "status": (Consultation.Status.PUBLISHED.value, Consultation.Status.DRAFT.value),
        "reason": (None, reason.strip()),
    }
    _enter(current, WITHDRAWAL, withdrawal_of(current, reason.strip()), changes, actor)
    letters.consultation_withdrawn(current, reason.strip())


# The rules and the lists of a municipality


def save_rules(*, municipality: Municipality, edits: Iterable[RowEdit], actor: User | None) -> int:
    """Write how the municipality deals with contributions. Raises :class:`RowsRefused`."""
    rows = ParticipationRules.objects.filter(municipality=municipality)
    return write_rows(rows=rows, edits=edits, municipality=municipality, actor=actor)


@transaction.atomic
def save_lists(*, municipality: Municipality, edits: Iterable[RowEdit], actor: User | None) -> int:
    """Write the municipality's own lists; a new choice is given its code. Raises :class:`RowsRefused`.

    A choice that contributions name is not removed: it can be offered no more, and keeps its words.
    """
    take_turn(municipality)
    rows = AskedChoice.objects.filter(municipality=municipality)
    found = list(edits)
    _refuse_removing_named(municipality, found)
    taken = {(row.asked, row.code) for row in rows}
    for edit in found:
        if edit.is_new and not edit.is_removed:
            choice: Any = edit.row
            choice.code = _free_code(choice.asked, edit.values, taken)
            taken.add((choice.asked, choice.code))
    return write_rows(rows=rows, edits=found, municipality=municipality, actor=actor)


@transaction.atomic
def begin_list(*, municipality: Municipality, asked: str, actor: User | None) -> None:
    """Take the built-in list over as the municipality's own, to be changed. Nothing where it has one."""
    take_turn(municipality)
    if AskedChoice.objects.filter(municipality=municipality, asked=asked).exists():
        return
    rows = [
        AskedChoice(
            municipality=municipality, asked=asked, code=code, position=position, label_ar=ar, label_fr=fr
        )
        for position, (code, ar, fr) in enumerate(BUILT_IN[asked], start=1)
    ]
    AskedChoice.objects.bulk_create(rows)
    words = [original(row, "label") for row in rows]
    record(
        actor=actor,
        action="choices.begun",
        obj=rows[0],
        municipality=municipality,
        changes={AskedChoice.Asked(asked).value: (None, words)},
    )


def _refuse_removing_named(municipality: Municipality, edits: Iterable[RowEdit]) -> None:
    refused = RowsRefused()
    for edit in edits:
        choice: Any = edit.row
        if edit.is_removed and not edit.is_new and _is_named(municipality, choice):
            refused.errors[edit.name] = ValidationError(
                _("Contributions name this choice. Let it be offered no more: then it keeps its words.")
            )
    if refused:
        raise refused


def _is_named(municipality: Municipality, choice: AskedChoice) -> bool:
    column = "profile" if choice.asked == AskedChoice.Asked.PROFILE else "age"
    return Contribution.objects.of(municipality).filter(**{column: choice.code}).exists()


def _free_code(asked: str, values: Mapping[str, Any], taken: set[tuple[str, str]]) -> str:
    """What contributions will keep: from the French words where there are any; never used for another."""
    known = {code for kind, code in taken if kind == asked} | {row[0] for row in BUILT_IN[asked]} | {UNSAID}
    stem = slugify(values.get("label_fr") or "")[: _CODE_LENGTH - 4].strip("-") or asked
    candidates = (stem, *(f"{stem}-{n}" for n in range(2, 1000)))
    return next(code for code in candidates if code not in known)


# What the acts share


def _stored(consultation: Consultation) -> Consultation:
    """The consultation as it is now: the turn is taken.

    Raises ``ValidationError`` for a draft that somebody removed meanwhile.
    """
    found = Consultation.objects.select_related("municipality").filter(pk=consultation.pk).first()
    if found is None:
        raise ValidationError(_("Somebody removed this draft."))
    return found


def _next_number(municipality: Municipality) -> int:
    last = Consultation.objects.of(municipality).aggregate(last=models.Max("number"))["last"] or 0
    return last + 1


def _check(consultation: Consultation) -> None:
    """Raises ``ValidationError`` by field."""
    if consultation.opens_at and consultation.closes_at and consultation.closes_at <= consultation.opens_at:
        raise ValidationError({"closes_at": _("It closes before it opens.")})
    if read_subject(consultation.municipality, consultation.subject_kind, consultation.subject_id) is None:
        raise ValidationError({"subject": _("Choose what it is about.")})
    consultation.full_clean(exclude=["municipality"])


def _check_reason(current: Consultation, changes: Changes, edits: Sequence[RowEdit], reason: str) -> None:
    owed = bool(REASONED & set(changes)) or any(_says_something(edit) for edit in edits)
    if current.is_public and owed and not reason:
        raise ValidationError({"reason": _("People count on what was announced: say why it changes.")})


def _says_something(edit: RowEdit) -> bool:
    if edit.is_new or edit.is_removed:
        return not (edit.is_new and edit.is_removed)
    return any(value != edit.seen[name] for name, value in edit.values.items())


def _check_change(current: Consultation, changes: Changes) -> None:
    """What no longer changes once people have read it, or have taken part."""
    errors: dict[str, str] = {}
    if {"subject_kind", "subject_id"} & set(changes) and (current.is_public or current.last_number):
        errors["subject"] = _("What it is about does not change any more.")
    if current.is_public:
        errors |= _moment_obstacles(current, changes)
    elif current.last_number:
        emptied = [name for name in ("opens_at", "closes_at") if changes.get(name, ("", ""))[1] is None]
        errors |= dict.fromkeys(emptied, _("Contributions came in: this moment stays stated."))
    if "closes_at" in changes and not errors and _is_released(current):
        # Neither while it is withdrawn: figures that grew after their release could be subtracted.
        errors["closes_at"] = _("Its figures are released: it is not opened again.")
    if errors:
        raise ValidationError(errors)


def _moment_obstacles(current: Consultation, changes: Changes) -> dict[str, str]:
    now, errors = timezone.now(), {}
    opens_at, _closes_at = current.moments
    if "opens_at" in changes and opens_at <= now:
        errors["opens_at"] = _("It has opened already: this moment stays.")
    if "closes_at" in changes:
        new = changes["closes_at"][1]
        if new is None or new <= now:
            errors["closes_at"] = _("It can close from now on, not in the past.")
    return errors


def _is_released(consultation: Consultation) -> bool:
    return Figures.objects.filter(consultation=consultation).exists()


def _write_questions(current: Consultation, edits: Sequence[RowEdit], actor: User | None) -> int:
    refused = RowsRefused()
    for edit in edits:
        if edit.is_removed and not edit.is_new and Contribution.objects.filter(question=edit.row.pk).exists():
            refused.errors[edit.name] = ValidationError(_("Contributions answer this question: it stays."))
    if refused:
        raise refused
    rows = Question.objects.filter(consultation=current)
    return write_rows(rows=rows, edits=edits, municipality=current.municipality, actor=actor)


def _was_published(consultation: Consultation) -> bool:
    return Publication.objects.of_object(consultation).exists()


def _tell_change(current: Consultation, changes: Changes, reason: str, actor: User | None) -> None:
    """Journal a change; in public it enters the register too, and those who follow are told of the reason."""
    told: Changes = {**changes, "reason": (None, reason)} if reason else changes
    if not current.is_public:
        if changes:
            _journal(current, "consultation.edited", told, actor)
        return
    _enter(current, "consultation.changed", content_of(current, reason), told, actor)
    if reason:
        letters.consultation_changed(current, reason)


def _enter(
    consultation: Consultation, action: str, content: dict[str, Any], changes: Changes, actor: User | None
) -> None:
    slug = consultation.municipality.slug
    with override(settings.LANGUAGE_CODE):
        address = reverse("consultation", kwargs={"slug": slug, "number": consultation.number})
    enter(
        municipality=consultation.municipality,
        act=action,
        obj=consultation,
        title=original(consultation, "title"),
        address=address,
        content=content,
        actor=actor,
        changes=_as_told(consultation, changes),
    )


def _journal(consultation: Consultation, action: str, changes: Changes, actor: User | None) -> None:
    record(
        actor=actor,
        action=action,
        obj=consultation,
        municipality=consultation.municipality,
        changes=_as_told(consultation, changes),
    )


def _as_told(consultation: Consultation, changes: Changes) -> Changes:
    """Moments as the municipality's clocks show them."""
    zone = consultation.municipality.zone_info
    return {
        name: (shown_moment(old, zone), shown_moment(new, zone))
        if name in ("opens_at", "closes_at")
        else (old, new)
        for name, (old, new) in changes.items()
    }

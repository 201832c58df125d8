"""What moderators do with contributions: each act with its entry in the journal, which never holds a text."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models, transaction
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from consultations import letters
from consultations.marks import marks_of, personal, words
from consultations.models import TEXT_LENGTH, Consultation, Contribution, Original, RefusalReason
from consultations.plaintext import cleaned, likeness
from consultations.rules_contributions import Actor, may_become
from consultations.rules_moderation import MOST_AT_ONCE, NotACut, cut, says_something
from consultations.rules_receiving import CROWDED
from consultations.services.figures import release_if_due
from portal.accounts.models import User
from portal.audit.log import Changes, record
from portal.audit.models import Entry
from portal.audit.reading import read_entry
from portal.municipalities.access import ALLOWED, Act, allows
from portal.municipalities.models import Municipality
from portal.municipalities.turns import take_turn

Status = Contribution.Status
TEXTS = ("text", "solution", "effect")
NOTE_LENGTH = 300
"""Characters of a note in the journal."""
_NAMED = 3


@transaction.atomic
def publish_contributions(
    *,
    contributions: Iterable[Contribution],
    actor: User | None,
    confirmed_marks: bool = False,
    restores: bool = False,
    seen: Mapping[int, int] | None = None,
) -> list[Contribution]:
    """Let contributions through, all or none; return them as they stand now.

    What waits is published. What was published at once stays so, and is kept as read.

    Args:
        confirmed_marks: whether the moderator saw the marks of personal data and publishes all the same.
        seen: the version of each row that the moderator had before them; that of the rows given where
            there is none.
        restores: whether what was refused is published after all, as :func:`restore` does.

    Raises:
        ValidationError: at ``confirmed_marks`` for personal data that nobody confirmed; of the whole where
            somebody dealt with one of them meanwhile, or where one cannot be published.
    """
    rows = _held(contributions, seen)
    waiting = [row for row in rows if row.status == Status.PENDING]
    unread = [row for row in rows if row.status == Status.PUBLISHED and row.moderated_at is None]
    refused = [row for row in rows if restores and row.status == Status.REFUSED]
    done = {row.pk for row in (*waiting, *unread, *refused)}
    for row in rows:
        if row.pk not in done:
            raise _not_possible(row)
    _check_marks(rows, is_confirmed=confirmed_marks)
    batch = _batch(rows)
    _let_through(waiting, Status.PUBLISHED, "contribution.published", actor, batch)
    _let_through(refused, Status.PUBLISHED, "contribution.restored", actor, batch)
    _write(unread, {"moderated_at": timezone.now()})
    for row in unread:
        _journal(row, "contribution.read", {}, actor, batch)
    _release(rows)
    return _anew(rows)


@transaction.atomic
def refuse_contributions(
    *,
    contributions: Iterable[Contribution],
    reason: str,
    note: str = "",
    actor: User | None,
    seen: Mapping[int, int] | None = None,
) -> list[Contribution]:
    """Do not publish contributions, or take them down, all or none; return them as they stand now.

    Args:
        reason: a code of ``RefusalReason``; the public counts them.
        note: to the authors, who alone read it.
        seen: as of :func:`publish_contributions`.

    Raises:
        ValidationError: at ``reason`` or ``note``, or of the whole as there.
    """
    _check_reason(reason)
    note = _checked_note(note, TEXT_LENGTH)
    rows = _held(contributions, seen)
    for row in rows:
        if not may_become(row.status, Status.REFUSED, Actor.MODERATOR):
            raise _not_possible(row)
    values = {
        "status": Status.REFUSED,
        "refusal_reason": reason,
        "note_to_author": note,
        "moderated_at": timezone.now(),
    }
    _write(rows, values)
    batch = _batch(rows)
    for row in rows:
        changes: Changes = {"status": (row.status, Status.REFUSED), "refusal_reason": ("", reason)}
        _journal(row, "contribution.refused", changes, actor, batch)
    found = _anew(rows)
    _tell_authors(found)
    _release(rows)
    return found


@transaction.atomic
def restore(
    *,
    contribution: Contribution,
    actor: User | None,
    confirmed_marks: bool = False,
    seen: Mapping[int, int] | None = None,
) -> Contribution:
    """Publish what was refused. Raises ``ValidationError`` as :func:`publish_contributions` does."""
    rows = _held([contribution], seen)
    if rows[0].status != Status.REFUSED or not may_become(Status.REFUSED, Status.PUBLISHED, Actor.MODERATOR):
        raise _not_possible(rows[0])
    _check_marks(rows, is_confirmed=confirmed_marks)
    _let_through(rows, Status.PUBLISHED, "contribution.restored", actor, None)
    return _anew(rows)[0]


@transaction.atomic
def redact(
    *,
    contribution: Contribution,
    text: str,
    solution: str = "",
    effect: str = "",
    reason: str,
    actor: User | None,
    seen: Mapping[int, int] | None = None,
) -> Contribution:
    """Take parts out of what the public reads, or put them back; return the contribution as it stands now.

    The texts are those that shall remain: the original with parts deleted or replaced by ``[…]``. What the
    author wrote is kept apart, for moderators alone. The status stays.

    Args:
        reason: a code of ``RefusalReason``: why the part may not be read.
        seen: as of :func:`publish_contributions`.

    Raises:
        ValidationError: at a text where a word was added or changed, or nothing remains; at ``reason``; of
            the whole where somebody dealt with it meanwhile.
    """
    _check_reason(reason)
    (row,) = _held([contribution], seen)
    if row.status == Status.WITHDRAWN or row.erased_at:
        raise _not_possible(row)
    original = Original.objects.filter(contribution=row).first()
    before = {name: getattr(original or row, name) for name in TEXTS}
    after = _cuts(before, {"text": text, "solution": solution, "effect": effect})
    touched = [name for name in TEXTS if after[name] != getattr(row, name)]
    if not touched:
        raise ValidationError({"text": _("Nothing is taken out yet: delete the part that is to go.")})
    is_whole = after == before
    _keep_original(row, original, before, actor, is_whole=is_whole)
    others = [flag for flag in row.flags if flag == CROWDED]
    values = after | {
        "is_redacted": not is_whole,
        "flags": [*marks_of(*after.values()), *others],
        # What no longer says the same is dealt with apart.
        "likeness": likeness(*after.values()),
        "moderated_at": row.moderated_at if row.status != Status.PENDING else timezone.now(),
    }
    _write([row], values)
    changes: Changes = {"fields": (None, touched), "refusal_reason": (None, reason)}
    _journal(row, "contribution.made_whole" if is_whole else "contribution.redacted", changes, actor)
    (row,) = _anew([row])
    _tell_authors([row])
    return row


@transaction.atomic
def hand_over(*, contribution: Contribution, to: User, note: str = "", actor: User | None) -> Contribution:
    """Hand a contribution to a member who may see it; the note stands in the journal.

    Nothing happens where it is handed to the same person without a note. Raises ``ValidationError`` at
    ``to`` or ``note``, and ``PermissionDenied`` for somebody who neither moderates nor was handed it.
    """
    (row,) = _held([contribution], {})
    municipality = row.consultation.municipality
    if actor and not (allows(actor, Act.MODERATE, municipality.pk) or row.handed_to_id == actor.pk):
        raise PermissionDenied
    note = " ".join(_checked_note(note, NOTE_LENGTH).split())
    if not is_reader(to, municipality):
        raise ValidationError({"to": _("Choose somebody who may see contributions here.")})
    if row.status == Status.WITHDRAWN:
        raise _not_possible(row)
    if row.handed_to_id == to.pk and not note:
        return row
    changes: Changes = {"handed_to": (row.handed_to and str(row.handed_to), str(to))}
    if note:
        changes["note"] = (None, note)
    _write([row], {"handed_to": to})
    _journal(row, "contribution.handed_over", changes, actor)
    return _anew([row])[0]


def is_reader(user: User, municipality: Municipality) -> bool:
    """Whether contributions of the municipality can be handed to somebody: a member who may see them."""
    return user in readers(municipality)


def readers(municipality: Municipality) -> models.QuerySet[User]:
    """The members who may see contributions, by name."""
    roles = ALLOWED[Act.SEE_CONTRIBUTIONS]
    found = User.objects.filter(
        is_active=True, memberships__municipality=municipality, memberships__role__in=roles
    )
    return found.distinct().order_by("name", "email")


# What every act begins with


def _held(contributions: Iterable[Contribution], seen: Mapping[int, int] | None) -> list[Contribution]:
    """The rows as they are now, held to the end of the transaction; they are as the moderator saw them."""
    given = {row.pk: row for row in contributions}
    if not given:
        raise ValidationError(_("Choose at least one contribution."))
    if len(given) > MOST_AT_ONCE:
        raise ValidationError(
            _("At most %(count)d contributions at once.") % {"count": MOST_AT_ONCE}, code="too_many"
        )
    municipality = next(iter(given.values())).consultation.municipality
    take_turn(municipality)
    rows = list(
        Contribution.objects.of(municipality)
        .filter(pk__in=given)
        .select_for_update(of=("self",))
        .select_related("consultation", "handed_to")
        .order_by("received_at", "pk")
    )
    if len(rows) != len(given):
        raise ValidationError(_("Choose contributions of one municipality."))
    versions = {pk: row.version for pk, row in given.items()} if seen is None else seen
    for row in rows:
        row.consultation.municipality = municipality
        if versions.get(row.pk, row.version) != row.version:
            raise dealt_with(row)
    return rows


def dealt_with(row: Contribution) -> ValidationError:
    """Tell the second of two what the first one did."""
    last = _last_act(row)
    if last is None:
        text = _("%(reference)s changed since you opened the page: look at it, then decide again.")
        return ValidationError(text % {"reference": row.reference}, code="stale")
    line = read_entry(last)
    text = _(
        "%(reference)s changed since you opened the page: %(act)s, by %(who)s, %(when)s."
        " Look at it, then decide again."
    )
    who = str(last.actor) if last.actor else _("its author")
    told = {"reference": row.reference, "act": line.sentence, "who": who, "when": line.when}
    return ValidationError(text % told, code="stale")


def _last_act(row: Contribution) -> Entry | None:
    of_row = Entry.objects.filter(
        municipality=row.consultation.municipality_id,
        object_type=Contribution._meta.label_lower,
        object_id=str(row.pk),
    )
    return of_row.select_related("actor", "municipality").order_by("-pk").first()


def _not_possible(row: Contribution) -> ValidationError:
    text = _("%(reference)s is in the state “%(status)s”: from there this step does not lead on.")
    return ValidationError(
        text % {"reference": row.reference, "status": row.get_status_display()}, code="not_possible"
    )


def _check_reason(reason: str) -> None:
    if reason not in RefusalReason.values:
        raise ValidationError({"reason": _("Choose the reason from the list.")})


def _checked_note(note: str, length: int) -> str:
    note = cleaned(note)
    if len(note) > length:
        raise ValidationError({"note": _("At most %(count)d characters.") % {"count": length}})
    return note


def _check_marks(rows: Sequence[Contribution], *, is_confirmed: bool) -> None:
    if is_confirmed:
        return
    marked = {row.reference: found for row in rows if (found := personal(marks_of_row(row)))}
    if not marked:
        return
    named = ", ".join(list(marked)[:_NAMED]) + ("…" if len(marked) > _NAMED else "")
    text = ngettext(
        "%(count)d text seems to hold personal data (%(what)s): %(named)s."
        " Take them out, or confirm that they may be read.",
        "%(count)d texts seem to hold personal data (%(what)s): %(named)s."
        " Take them out, or confirm that they may be read.",
        len(marked),
    )
    kinds = words(dict.fromkeys(code for found in marked.values() for code in found))
    told = {"count": len(marked), "what": ", ".join(kinds), "named": named}
    raise ValidationError({"confirmed_marks": text % told})


def marks_of_row(row: Contribution) -> list[str]:
    """The marks of what the public would read: those found today, then those found when it was stored."""
    found = marks_of(*(getattr(row, name) for name in TEXTS))
    return list(dict.fromkeys((*found, *row.flags)))


# What every act ends with


def _let_through(
    rows: Sequence[Contribution], new: Status, action: str, actor: User | None, batch: uuid.UUID | None
) -> None:
    if not rows:
        return
    for row in rows:
        if not may_become(row.status, new, Actor.MODERATOR):
            raise _not_possible(row)
    today = rows[0].consultation.municipality.today()
    values = {
        "status": new,
        "published_on": Coalesce("published_on", models.Value(today), output_field=models.DateField()),
        "moderated_at": timezone.now(),
        "refusal_reason": "",
        "note_to_author": "",
    }
    _write(rows, values)
    for row in rows:
        changes: Changes = {"status": (row.status, new)}
        if row.refusal_reason:
            changes["refusal_reason"] = (row.refusal_reason, "")
        _journal(row, action, changes, actor, batch)
    _tell_authors(_anew(rows))


def _write(rows: Sequence[Contribution], values: Mapping[str, Any]) -> None:
    if rows:
        found = Contribution.objects.filter(pk__in=[row.pk for row in rows])
        found.update(**values, version=models.F("version") + 1)


def _anew(rows: Sequence[Contribution]) -> list[Contribution]:
    """The rows as they were written, in the same order."""
    consultations = {row.consultation_id: row.consultation for row in rows}
    found = Contribution.objects.in_bulk([row.pk for row in rows])
    for row in found.values():
        row.consultation = consultations[row.consultation_id]
    return [found[row.pk] for row in rows]


def _batch(rows: Sequence[Contribution]) -> uuid.UUID | None:
    return uuid.uuid4() if len(rows) > 1 else None


def _journal(
    row: Contribution, action: str, changes: Changes, actor: User | None, batch: uuid.UUID | None = None
) -> None:
    municipality = row.consultation.municipality
    record(actor=actor, action=action, obj=row, municipality=municipality, changes=changes, batch=batch)


def _tell_authors(rows: Iterable[Contribution]) -> None:
    for row in rows:
        letters.contribution_moderated(row)


def _release(rows: Iterable[Contribution]) -> None:
    """Release the figures of the consultations that are over and have nothing left to be read."""
    consultations: dict[int, Consultation] = {row.consultation_id: row.consultation for row in rows}
    now = timezone.now()
    over = [row for row in consultations.values() if row.is_public and row.moments[1] <= now]
    for consultation in over:
        if not consultation.contributions.filter(status=Status.PENDING).exists():
            release_if_due(consultation)


# Redaction


def _cuts(before: Mapping[str, str], wanted: Mapping[str, str]) -> dict[str, str]:
    errors, after = {}, {}
    for name, text in wanted.items():
        try:
            after[name] = cut(before[name], cleaned(text))
        except NotACut:
            errors[name] = _(
                "Parts can be taken out; no word can be added or changed."
                " Where something is to go, delete it or write […]."
            )
    if errors:
        raise ValidationError(errors)
    if not says_something(*after.values()):
        raise ValidationError({"text": _("Nothing would remain: do not publish it instead.")})
    return after


def _keep_original(
    row: Contribution,
    original: Original | None,
    before: Mapping[str, str],
    actor: User | None,
    *,
    is_whole: bool,
) -> None:
    if original is None:
        Original.objects.create(contribution=row, made_by=actor, **before)
    elif is_whole:
        original.delete()

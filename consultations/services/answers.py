"""What is done to an official answer: written, proposed, returned, published, changed, taken back.

Each act is journalled once, on the answer; what the public reads enters the register of publications.
Contributions are named by their references alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from consultations import letters
from consultations.answers import CHANGED
from consultations.models import Consultation, Contribution, OfficialAnswer
from consultations.plaintext import cleaned
from consultations.published.answers import WITHDRAWAL, content_of, withdrawal_of
from consultations.rules_answers import WRITTEN, check_complete, why_not_published, why_not_taken_back
from consultations.said import answer_address
from portal.accounts.models import User
from portal.audit.log import Changes, record
from portal.bilingual import original
from portal.municipalities.turns import take_turn
from portal.publications.models import Publication
from portal.publications.register import enter

FIELDS = (
    "verdict",
    "text_ar",
    "text_fr",
    "did_ar",
    "did_fr",
    "service_ar",
    "service_fr",
    "outcome",
)
"""What people write of an answer; ``outcome`` as :class:`portal.subjects.Outcome` is kept, or ``None``."""

_DRAFTED, _EDITED = WRITTEN
Status = OfficialAnswer.Status
_TITLE = 1000


# Writing


@transaction.atomic
def write_answer(
    *,
    consultation: Consultation,
    contributions: Iterable[Contribution],
    values: Mapping[str, Any],
    actor: User | None,
    answer: OfficialAnswer | None = None,
) -> OfficialAnswer:
    """Write a draft for a group of contributions, or change what nobody reads yet.

    Nothing happens where everything stands there already.

    Args:
        contributions: the whole group as it is to be. Those that come to it are published and have no
            other answer; the others were there.
        values: by the names of :data:`FIELDS`; what is not given stays.
        answer: the draft or proposal to change; a new draft without.

    Raises ``ValidationError`` by field; at ``contributions`` for the group.
    """
    take_turn(consultation.municipality)
    current = _take_turn(answer) if answer else OfficialAnswer(consultation=consultation, written_by=actor)
    if current.is_public:
        raise ValidationError(_("The answer is public by now: it changes with a reason, or is taken back."))
    old, new = _group_of(current), _checked_group(current, contributions)
    changes = _set(current, values)
    current.full_clean(exclude=["consultation", "written_by", "approved_by"])
    if answer is None:
        current.save(force_insert=True)
    elif changes:
        current.save(update_fields=list(changes))
    _regroup(current, old, new)
    if set(old) != set(new):
        changes["contributions"] = (_references(old.values()) or None, _references(new.values()))
    if changes:
        _journal(current, _EDITED if answer else _DRAFTED, changes, actor)
    return _stored(current)


def _checked_group(answer: OfficialAnswer, wanted: Iterable[Contribution]) -> dict[int, Contribution]:
    """The group as it is to be, read anew; raises ``ValidationError`` at ``contributions``."""
    keys = {contribution.pk for contribution in wanted}
    found = Contribution.objects.filter(pk__in=keys, consultation_id=answer.consultation_id)
    group = {row.pk: row for row in found.order_by("number")}
    if not group or len(group) < len(keys):
        text = _("Choose at least one contribution, all of the same consultation.")
        raise ValidationError({"contributions": text})
    new = [row for row in group.values() if row.answer_id is None or row.answer_id != answer.pk]
    _check_published(new)
    taken = [row for row in new if row.answer_id]
    if taken:
        text = _("These have an answer, or the draft of one: %(names)s.")
        raise ValidationError({"contributions": text % {"names": _references(taken)}})
    return group


def _check_published(contributions: Iterable[Contribution]) -> None:
    hidden = [row for row in contributions if row.status != Contribution.Status.PUBLISHED]
    if hidden:
        text = _(
            "These are not published, so they have no public answer: %(names)s. Whoever wrote one that "
            "is not published was told the reason."
        )
        raise ValidationError({"contributions": text % {"names": _references(hidden)}})


def _regroup(
    answer: OfficialAnswer, old: Mapping[int, Contribution], new: Mapping[int, Contribution]
) -> None:
    for pk, row in {**old, **new}.items():
        if (pk in old) != (pk in new):
            row.answer = answer if pk in new else None
            row.save(update_fields=["answer"])


# Steps before anybody reads it


@transaction.atomic
def propose_answer(*, answer: OfficialAnswer, actor: User | None) -> OfficialAnswer:
    """Hand a draft to the second person; nothing happens where it was proposed already.

    Raises ``ValidationError`` by field for what an answer needs.
    """
    current = _take_turn(answer)
    if current.status == Status.PROPOSED:
        return current
    if current.is_public:
        raise ValidationError(_("Somebody published this answer already."))
    check_complete(current)
    _check_public_group(current)
    return _step(current, Status.PROPOSED, "answer.proposed", actor)


@transaction.atomic
def return_answer(*, answer: OfficialAnswer, note: str, actor: User | None) -> OfficialAnswer:
    """Return a proposal to whoever wrote it. Raises ``ValidationError`` at ``note`` without a reason."""
    current = _take_turn(answer)
    if current.status != Status.PROPOSED:
        raise ValidationError(_("This answer is no proposal any more."))
    if not note.strip():
        raise ValidationError({"note": _("Say what is to be changed.")})
    return _step(current, Status.DRAFT, "answer.returned", actor, {"note": (None, note.strip())})


@transaction.atomic
def remove_answer(*, answer: OfficialAnswer, actor: User | None) -> None:
    """Remove a draft that was never public; its contributions wait for an answer again.

    Raises ``ValidationError`` for any other answer.
    """
    current = _take_turn(answer)
    if current.status != Status.DRAFT or Publication.objects.of_object(current).exists():
        raise ValidationError(_("An answer that was proposed or public is not removed."))
    group = _group_of(current)
    _regroup(current, group, {})
    told: Changes = {"contributions": (_references(group.values()), None)}
    _journal(current, "answer.removed", told, actor)
    current.delete()


# The public


@transaction.atomic
def publish_answer(*, answer: OfficialAnswer, actor: User | None, seen: int | None = None) -> OfficialAnswer:
    """Show an answer to everybody and tell the authors; nothing happens where it is public already.

    Args:
        seen: the version that the person had before them: what somebody changed since is not approved.

    Raises ``ValidationError`` by field for what an answer needs, and where the municipality asks for a
    second person and ``actor`` is not the one.
    """
    current = _take_turn(answer)
    if current.is_public:
        return current
    if seen is not None and seen != current.version:
        raise ValidationError(_("Somebody changed this answer since you opened it. Read it, then publish."))
    refusal = why_not_published(current, actor)
    if refusal:
        raise ValidationError(refusal)
    check_complete(current)
    group = _check_public_group(current)
    changes: Changes = {"status": (current.status, Status.PUBLISHED)}
    current.status, current.approved_by, current.published_at = Status.PUBLISHED, actor, timezone.now()
    current.save(update_fields=["status", "approved_by", "published_at"])
    _enter(current, "answer.published", content_of(current), changes, actor)
    letters.contribution_answered(current, group)
    return _stored(current)


@transaction.atomic
def change_answer(
    *, answer: OfficialAnswer, values: Mapping[str, Any], reason: str, actor: User | None
) -> OfficialAnswer:
    """Change what the public reads, and enter it anew; nothing happens where everything stands there.

    Raises ``ValidationError`` by field: at ``reason`` without one, and where the municipality asks for a
    second person, who would not have seen it: such an answer is taken back and proposed again.
    """
    current = _take_turn(answer)
    if not current.is_public:
        raise ValidationError(_("Somebody took this answer back: it is a draft now."))
    changes = _set(current, values)
    if not changes:
        return current
    refusal = why_not_published(current, actor, is_change=True)
    if refusal:
        raise ValidationError(refusal)
    _check_reason(reason)
    current.full_clean(exclude=["consultation", "written_by", "approved_by"])
    check_complete(current)
    current.save(update_fields=list(changes))
    changes["reason"] = (None, reason.strip())
    _enter(current, CHANGED, content_of(current, reason=reason.strip()), changes, actor)
    public = [row for row in _group_of(current).values() if row.status == Contribution.Status.PUBLISHED]
    letters.contribution_answered(current, public, is_change=True)
    return _stored(current)


@transaction.atomic
def take_back_answer(*, answer: OfficialAnswer, reason: str, actor: User | None) -> OfficialAnswer:
    """Take an answer out of the public: it is a draft again, and its contributions wait again.

    Nothing happens where it is not public. Raises ``ValidationError`` at ``reason`` without one, and where
    the municipality asks for a second person and the role of ``actor`` does not publish.
    """
    current = _take_turn(answer)
    if not current.is_public:
        return current
    refusal = why_not_taken_back(current, actor)
    if refusal:
        raise ValidationError(refusal)
    _check_reason(reason)
    content = withdrawal_of(current, reason=reason.strip())
    current.status, current.published_at, current.approved_by = Status.DRAFT, None, None
    current.save(update_fields=["status", "published_at", "approved_by"])
    changes: Changes = {"status": (Status.PUBLISHED, Status.DRAFT), "reason": (None, reason.strip())}
    _enter(current, WITHDRAWAL, content, changes, actor)
    return _stored(current)


def _check_reason(reason: str) -> None:
    if not reason.strip():
        raise ValidationError({"reason": _("The public has read this answer: say why.")})


def _check_public_group(answer: OfficialAnswer) -> list[Contribution]:
    """The group as it is; raises ``ValidationError`` where one of it cannot be read in public."""
    if not answer.consultation.is_public:
        raise ValidationError(_("The consultation is not public."))
    group = list(_group_of(answer).values())
    if not group:
        raise ValidationError({"contributions": _("The answer answers nothing: add a contribution.")})
    _check_published(group)
    return group


# What every act does


def _take_turn(answer: OfficialAnswer) -> OfficialAnswer:
    """The answer as it is, once it is our turn to write in its municipality.

    Raises ``ValidationError`` for a draft that somebody removed meanwhile.
    """
    take_turn(answer.consultation.municipality)
    if not OfficialAnswer.objects.filter(pk=answer.pk).exists():
        raise ValidationError(_("Somebody removed this draft."))
    return _stored(answer)


def _stored(answer: OfficialAnswer) -> OfficialAnswer:
    return OfficialAnswer.objects.select_related("consultation__municipality").get(pk=answer.pk)


def _group_of(answer: OfficialAnswer) -> dict[int, Contribution]:
    if answer.pk is None:
        return {}
    return {row.pk: row for row in answer.contributions.order_by("number")}


def _set(answer: OfficialAnswer, values: Mapping[str, Any]) -> Changes:
    """Put the values on the answer; what became different."""
    unknown = set(values) - set(FIELDS)
    if unknown:
        raise ValueError(f"An answer has no {sorted(unknown)}.")
    changes = _differences(answer, values)
    for name, (_old, new) in changes.items():
        setattr(answer, name, new)
    return changes


def says(answer: OfficialAnswer, values: Mapping[str, Any]) -> bool:
    """Whether an answer says all of these already, by the names of :data:`FIELDS`."""
    return not _differences(answer, values)


def _differences(answer: OfficialAnswer, values: Mapping[str, Any]) -> Changes:
    pairs = {name: (getattr(answer, name), _plain(value)) for name, value in values.items()}
    return {name: (old, new) for name, (old, new) in pairs.items() if (old or None) != (new or None)}


def _plain(value: Any) -> Any:
    """A text that is harmless wherever it is shown or printed, with nothing around it."""
    return cleaned(value) if isinstance(value, str) else value


def _step(
    answer: OfficialAnswer, status: str, action: str, actor: User | None, more: Changes | None = None
) -> OfficialAnswer:
    changes: Changes = {"status": (answer.status, status), **(more or {})}
    answer.status = status
    answer.save(update_fields=["status"])
    _journal(answer, action, changes, actor)
    return _stored(answer)


def _references(contributions: Iterable[Contribution]) -> str:
    return ", ".join(row.reference for row in contributions)


def _journal(answer: OfficialAnswer, action: str, changes: Changes, actor: User | None) -> None:
    municipality = answer.consultation.municipality
    record(actor=actor, action=action, obj=answer, municipality=municipality, changes=_told(changes))


def _enter(
    answer: OfficialAnswer, action: str, content: dict[str, Any], changes: Changes, actor: User | None
) -> Publication:
    consultation = answer.consultation
    with override(settings.LANGUAGE_CODE):
        address = answer_address(consultation, answer.pk)
    references = _references(_group_of(answer).values())
    return enter(
        municipality=consultation.municipality,
        act=action,
        obj=answer,
        title=f"{original(consultation, 'title')} · {references}"[:_TITLE],
        address=address,
        content=content,
        actor=actor,
        changes=_told(changes),
    )


def _told(changes: Changes) -> Changes:
    """What changed as the journal tells it: of what an answer points at, its words."""
    if "outcome" not in changes:
        return changes
    old, new = (_outcome_words(kept) for kept in changes["outcome"])
    return {**changes, "outcome": (old, new)}


def _outcome_words(kept: dict[str, Any] | None) -> str | None:
    return (kept["label_ar"] or kept["label_fr"]) if kept else None

"""What an official answer needs before the public reads it, and who may show it."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from consultations.models import OfficialAnswer, Verdict
from consultations.periods import rules_of
from portal.accounts.models import User
from portal.audit.models import Entry
from portal.bilingual import original
from portal.municipalities.access import Act, allows
from portal.municipalities.models import Municipality

SHORTEST_REASON = 20
"""Characters of an answer that does not accept what was said: fewer give no reason."""
NEEDS_REASON = frozenset({Verdict.NOT_ACCEPTED, Verdict.OUTSIDE_COMPETENCE})
WRITTEN = ("answer.drafted", "answer.edited")
"""The acts by which somebody becomes a writer of an answer that is not public."""


def check_complete(answer: OfficialAnswer) -> None:
    """Raises ``ValidationError`` by field for what an answer lacks that the public reads."""
    errors: dict[str, str] = {}
    if not answer.verdict:
        errors["verdict"] = _("Choose what became of it.")
    longest = max(len(answer.text_ar.strip()), len(answer.text_fr.strip()))
    if not longest:
        errors["text_ar"] = _("Write the answer in at least one language.")
    elif answer.verdict in NEEDS_REASON and longest < SHORTEST_REASON:
        text = _("Give the reason in at least %(count)d characters: people are owed it.")
        errors["text_ar" if answer.text_ar.strip() else "text_fr"] = text % {"count": SHORTEST_REASON}
    if not original(answer, "service").strip():
        errors["service_ar"] = _("Name the service that answers, in at least one language.")
    if errors:
        raise ValidationError(errors)


def writers_of(answer: OfficialAnswer) -> frozenset[int]:
    """Who wrote the answer as it stands: who began it, and who changed it last."""
    last = (
        Entry.objects.filter(
            object_type=answer._meta.label_lower, object_id=str(answer.pk), action__in=WRITTEN
        )
        .order_by("-pk")
        .values_list("actor_id", flat=True)
        .first()
    )
    return frozenset(pk for pk in (answer.written_by_id, last) if pk is not None)


def publishing_act(*, needs_approval: bool) -> Act:
    """What somebody must be allowed to do who shows an answer to the public or takes it back."""
    return Act.PUBLISH if needs_approval else Act.ANSWER


def why_not_published(answer: OfficialAnswer, actor: User | None, *, is_change: bool = False) -> str:
    """Why ``actor`` may not show the answer, or a change of it, to the public; empty where they may.

    A command, which has no actor, may: whoever gives it holds the whole installation.
    """
    municipality = answer.consultation.municipality
    needs_approval = rules_of(municipality).needs_approval
    if actor is None:
        return ""
    if not _may_publish(actor, municipality, needs_approval=needs_approval):
        return _("Your role does not publish answers here: propose it to somebody whose role does.")
    if not needs_approval:
        return ""
    if is_change:
        return _(
            "Here a second person reads every answer before the public does. Take it back, change it, and "
            "propose it again."
        )
    if answer.status != OfficialAnswer.Status.PROPOSED:
        return _("Here a second person publishes an answer: propose it first.")
    if actor.pk in writers_of(answer):
        return _("You wrote this answer, or changed it last: somebody else publishes it.")
    return ""


def why_not_taken_back(answer: OfficialAnswer, actor: User | None) -> str:
    """Why ``actor`` may not take the answer out of the public; empty where they may, as a command may."""
    municipality = answer.consultation.municipality
    if actor is None:
        return ""
    if _may_publish(actor, municipality, needs_approval=rules_of(municipality).needs_approval):
        return ""
    return _("Your role does not take answers back here: ask somebody whose role publishes them.")


def _may_publish(actor: User, municipality: Municipality, *, needs_approval: bool) -> bool:
    return allows(actor, publishing_act(needs_approval=needs_approval), municipality.pk)

"""What is told by e-mail, and to whom: authors of their own contribution, followers of a consultation.

Every function is called at the end of the act it tells of, in its transaction. No letter holds what
somebody wrote, a receipt code or an address; it names a contribution by its reference and says where to look.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from consultations.countdown import last_day_of
from consultations.models import Consultation, Contribution, OfficialAnswer
from consultations.periods import standing_of
from consultations.rules_contributions import answer_due
from consultations.talk import talk_address
from portal.bilingual import page_language
from portal.locales import full_date
from portal.municipalities.models import Municipality
from portal.notifications.dispatch import (
    Letter,
    Write,
    followed,
    forget,
    subscribe,
    take_back,
    tell,
    tell_subscriber,
)
from portal.notifications.models import Subscription
from portal.notifications.writing import one_line, render_letter, site_address

CONSULTATION, CONTRIBUTION = "consultation", "contribution"
OPENED, CLOSING, ANSWERS = "consultation.opened", "consultation.closing", "consultation.answers"
BEFORE_CLOSING = datetime.timedelta(days=2)
MORNING = datetime.time(8)
"""When a day's letters go out, by the municipality's clock."""


# --- authors -------------------------------------------------------------------------------------


def contribution_received(contribution: Contribution, email: str) -> None:
    """Keep the address that an author left, and confirm the receipt; nothing happens for an empty one."""
    if not email.strip():
        return
    consultation = contribution.consultation
    subscribe(
        municipality=consultation.municipality,
        topic=CONTRIBUTION,
        topic_id=contribution.pk,
        email=email,
        language=contribution.language,
        is_confirmed=True,
    )
    _tell_author(contribution, consultation, "received", str(contribution.pk))


def contribution_moderated(contribution: Contribution) -> None:
    """Tell the author where it stands now: published, with or without a part, or not, with the reason."""
    event = {Contribution.Status.PUBLISHED: "published", Contribution.Status.REFUSED: "refused"}.get(
        Contribution.Status(contribution.status)
    )
    if event is None:
        return
    at = contribution.moderated_at.isoformat() if contribution.moderated_at else ""
    key = f"{contribution.pk}:{at}"
    if event == "published":
        # A part may be taken out of what is public already; of what is not, nobody need hear.
        key = f"{key}:{contribution.version}"
    _tell_author(contribution, contribution.consultation, event, key)


def contribution_forgotten(contribution: Contribution) -> None:
    """Forget the author's address and letters: the contribution was withdrawn or erased."""
    forget(topic=CONTRIBUTION, topic_id=contribution.pk)


def contribution_answered(
    answer: OfficialAnswer, contributions: Iterable[Contribution], *, is_change: bool = False
) -> None:
    """Tell the authors that the official answer is there, or another one; the followers once a day."""
    group = {contribution.pk: contribution for contribution in contributions}
    for pk in sorted(followed(topic=CONTRIBUTION, topic_ids=group)):
        key = f"{answer.pk}:{answer.version}:{pk}"
        _tell_author(group[pk], answer.consultation, "answered", key, answer=answer, is_change=is_change)
    _tell_of_answers(answer.consultation)


def _tell_author(
    contribution: Contribution, consultation: Consultation, event: str, key: str, **context: Any
) -> None:
    contribution.consultation = consultation

    def write(language: str) -> Letter:
        about = {"contribution": contribution, "reason": contribution.get_refusal_reason_display()}
        return render_letter(f"contribution_{event}", _author_context(contribution) | about | context)

    tell(
        municipality=consultation.municipality,
        topic=CONTRIBUTION,
        topic_id=contribution.pk,
        event=f"contribution.{event}",
        write=write,
        key=key,
    )


def _author_context(contribution: Contribution) -> dict[str, Any]:
    consultation = contribution.consultation
    zone, is_public = (
        consultation.municipality.zone_info,
        contribution.status == Contribution.Status.PUBLISHED,
    )
    due = answer_due(consultation, contribution.received_at.astimezone(zone).date())
    is_awaited = due >= consultation.municipality.today() and not (
        contribution.answer and contribution.answer.is_public
    )
    return _context(consultation) | {
        "reference": contribution.reference,
        "is_public": is_public,
        "place": settings.SITE_URL + talk_address(contribution) if is_public else "",
        "follow": site_address("follow-door"),
        "due": full_date(due, consultation.municipality.country, page_language()) if is_awaited else "",
    }


# --- followers -----------------------------------------------------------------------------------


def consultation_published(consultation: Consultation) -> None:
    """Write to the followers what is to be told when it opens and before it closes."""
    for event, due_at in _to_come(consultation):
        _tell_followers(consultation, event, _scheduled_key(consultation, event), due_at=due_at)


def welcome(subscription: Subscription) -> None:
    """Write to a new follower what the others were written already and is still to be told."""
    consultation = followed_consultation(subscription)
    if consultation is None:
        return
    for event, due_at in _to_come(consultation):
        tell_subscriber(
            subscription,
            event=event,
            write=_writer(consultation, event),
            key=_scheduled_key(consultation, event),
            due_at=due_at,
        )


def consultation_changed(consultation: Consultation, reason: str) -> None:
    """Tell the followers that something changed and why; what was not sent yet moves with the moments."""
    for event in (OPENED, CLOSING):
        _take_back(consultation, event)
    consultation_published(consultation)
    _tell_followers(consultation, "consultation.changed", _act_key(consultation), reason=reason)


def consultation_withdrawn(consultation: Consultation, reason: str) -> None:
    """Tell the followers that it is off the portal; what else was to be told is not told any more."""
    for event in (OPENED, CLOSING, ANSWERS):
        _take_back(consultation, event)
    _tell_followers(consultation, "consultation.withdrawn", _act_key(consultation), reason=reason)


def figures_released(consultation: Consultation) -> None:
    """Tell the followers that the figures are there."""
    standing = standing_of(consultation, timezone.now())
    _tell_followers(consultation, "consultation.figures", str(consultation.pk), standing=standing)


def followed_consultation(subscription: Subscription) -> Consultation | None:
    """The public consultation that somebody follows."""
    found = Consultation.objects.published().select_related("municipality")
    return found.filter(pk=subscription.topic_id, municipality=subscription.municipality_id).first()


def next_morning(municipality: Municipality, now: datetime.datetime) -> datetime.datetime:
    """The next moment after ``now`` at which a day's letters go out there."""
    local = now.astimezone(municipality.zone_info)
    days = 0 if local.time() < MORNING else 1
    day = local.date() + datetime.timedelta(days=days)
    return datetime.datetime.combine(day, MORNING, municipality.zone_info)


def _to_come(consultation: Consultation) -> list[tuple[str, datetime.datetime]]:
    """What the clock will bring, with the moments at which it is told: nothing that has passed."""
    opens_at, closes_at = consultation.moments
    warned_at = closes_at - BEFORE_CLOSING
    now, found = timezone.now(), []
    if opens_at > now:
        found.append((OPENED, opens_at))
    if warned_at > max(now, opens_at):
        found.append((CLOSING, warned_at))
    return found


def _tell_of_answers(consultation: Consultation) -> None:
    """One letter a day, however many answers: it waits for the morning, and then says how many there are."""
    now = timezone.now()
    due_at = next_morning(consultation.municipality, now)
    key = f"{consultation.pk}:{due_at.date().isoformat()}"
    standing = standing_of(consultation, now)
    _tell_followers(consultation, ANSWERS, key, due_at=due_at, replaces=True, standing=standing)


def _tell_followers(
    consultation: Consultation,
    event: str,
    key: str,
    *,
    due_at: datetime.datetime | None = None,
    replaces: bool = False,
    **context: Any,
) -> None:
    tell(
        municipality=consultation.municipality,
        topic=CONSULTATION,
        topic_id=consultation.pk,
        event=event,
        write=_writer(consultation, event, **context),
        key=key,
        due_at=due_at,
        replaces=replaces,
    )


def _take_back(consultation: Consultation, event: str) -> None:
    town = consultation.municipality
    take_back(municipality=town, topic=CONSULTATION, topic_id=consultation.pk, event=event)


def _writer(consultation: Consultation, event: str, **context: Any) -> Write:
    template = event.replace(".", "_")
    return lambda language: render_letter(template, _context(consultation) | context)


def _scheduled_key(consultation: Consultation, event: str) -> str:
    """It opens once for a follower; a closing that was put off is told of again."""
    if event == OPENED:
        return str(consultation.pk)
    return f"{consultation.pk}:{consultation.moments[1].isoformat()}"


def _act_key(consultation: Consultation) -> str:
    """Every journalled act counts the municipality's revision up: the same act has one, the next another."""
    towns = Municipality.objects.filter(pk=consultation.municipality_id)
    return f"{consultation.pk}:{towns.values_list('revision', flat=True).get()}"


def _context(consultation: Consultation) -> dict[str, Any]:
    """What every letter may name, in the active language."""
    town = consultation.municipality
    place = {"slug": town.slug, "number": consultation.number}
    opens_at, closes_at = consultation.moments
    return {
        "title": one_line(consultation.title),
        "municipality": one_line(town.title),
        "address": site_address("consultation", **place),
        "contribute": site_address("contribute", **place),
        "opens": _moment(opens_at, town),
        "closes": _moment(closes_at, town, is_end=True),
        "answer_days": consultation.answer_days,
    }


def _moment(moment: datetime.datetime, town: Municipality, *, is_end: bool = False) -> str:
    """A day and an hour by the municipality's clock; an end at midnight is that of the day before."""
    local = moment.astimezone(town.zone_info)
    if is_end and local.time() == datetime.time():
        day = full_date(last_day_of(moment, town.zone_info), town.country, page_language())
        return _("%(day)s, at the end of the day") % {"day": day}
    day = full_date(local.date(), town.country, page_language())
    return _("%(day)s at %(time)s") % {"day": day, "time": f"{local:%H:%M}"}

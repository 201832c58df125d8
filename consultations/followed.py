"""A contribution as its author follows it: what became of it, what comes next and by when."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from enum import StrEnum

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from consultations.answers import AnswerRow, Paragraph, paragraphs, read_answer
from consultations.asked import lists_of
from consultations.local_moments import LocalMoment, local_moment
from consultations.models import Channel, Contribution, ParticipationRules
from consultations.periods import rules_of
from consultations.rules_contributions import Actor, answer_due, may_become
from consultations.rules_receiving import correctable_until
from consultations.talk import talk_address
from portal.bilingual import Localized, page_language
from portal.locales import long_date
from portal.municipalities.models import Municipality
from portal.subjects import parts_of
from portal.workdays.days import workdays_of

Status = Contribution.Status


class Outcome(StrEnum):
    """What the page of a contribution says first."""

    WAITS = "waits"
    PUBLISHED = "published"
    ANSWERED = "answered"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    ERASED = "erased"


@dataclass(frozen=True, slots=True)
class Step:
    """A step of what follows."""

    name: str
    note: str
    node: str
    """The variant of its node: ``done``, ``todo`` or ``late``."""
    address: str = ""
    label: str = ""
    """The reference number, which links to ``address``."""

    @property
    def is_done(self) -> bool:
        return self.node == "done"


@dataclass(frozen=True, slots=True)
class Passage:
    """A field that its author filled in."""

    name: str
    label: str
    paragraphs: tuple[Paragraph, ...]


@dataclass(frozen=True, slots=True)
class Followed:
    """The page of one contribution."""

    contribution: Contribution
    state: Outcome
    heading: str
    steps: list[Step]
    passages: list[Passage]
    facts: list[tuple[str, Localized | str]]
    answer: AnswerRow | None
    rules: ParticipationRules
    received: LocalMoment
    correctable_until: LocalMoment | None
    """``None`` when that is over."""

    @property
    def may_withdraw(self) -> bool:
        return may_become(self.contribution.status, Status.WITHDRAWN, Actor.AUTHOR)

    @property
    def may_erase(self) -> bool:
        return self.contribution.erased_at is None

    @property
    def was_typed_in(self) -> bool:
        """Whether the staff typed it in, so that its author may check what they read."""
        return self.contribution.channel != Channel.WEB


def read_followed(contribution: Contribution) -> Followed:
    """Lay a contribution out for whoever has its code.

    Args:
        contribution: with its consultation, that one's municipality, its answer, question and zone.
    """
    municipality = contribution.consultation.municipality
    rules = rules_of(municipality)
    answer = read_answer(contribution.answer, municipality)
    state = _state(contribution, answer)
    consultation, until = contribution.consultation, correctable_until(contribution)
    is_correctable = until is not None and timezone.now() < until
    return Followed(
        contribution=contribution,
        state=state,
        heading=_heading(state, answer),
        steps=_steps(contribution, municipality, rules, answer),
        passages=_passages(contribution) if state not in (Outcome.WITHDRAWN, Outcome.ERASED) else [],
        facts=_facts(contribution, municipality),
        answer=answer,
        rules=rules,
        received=local_moment(contribution.received_at, consultation),
        correctable_until=local_moment(until, consultation) if until and is_correctable else None,
    )


def _state(contribution: Contribution, answer: AnswerRow | None) -> Outcome:
    if contribution.erased_at:
        return Outcome.ERASED
    if contribution.status == Status.WITHDRAWN:
        return Outcome.WITHDRAWN
    if contribution.status == Status.REFUSED:
        return Outcome.REFUSED
    if answer:
        return Outcome.ANSWERED
    return Outcome.PUBLISHED if contribution.status == Status.PUBLISHED else Outcome.WAITS


def _heading(state: Outcome, answer: AnswerRow | None) -> str:
    if state == Outcome.ANSWERED and answer:
        return _("The municipality answered: %(verdict)s") % {"verdict": answer.verdict_label}
    return {
        Outcome.WAITS: _("Your contribution waits to be read"),
        Outcome.PUBLISHED: _("Your contribution is published"),
        Outcome.REFUSED: _("Your contribution was not published"),
        Outcome.WITHDRAWN: _("You withdrew your contribution"),
        Outcome.ERASED: _("Your contribution was erased"),
    }[state]


def _steps(
    contribution: Contribution,
    municipality: Municipality,
    rules: ParticipationRules,
    answer: AnswerRow | None,
) -> list[Step]:
    local = contribution.received_at.astimezone(municipality.zone_info)
    at = pgettext("list separator", ", ").join((_day(local, municipality), f"{local:%H:%M}"))
    received = Step(_("Received"), at, "done")
    steps = [received, _reading_step(contribution, municipality, rules, local.date())]
    if contribution.status in (Status.PENDING, Status.PUBLISHED) or answer:
        steps.append(_answer_step(contribution, municipality, answer, local.date()))
    return steps


def _reading_step(
    contribution: Contribution, municipality: Municipality, rules: ParticipationRules, day: datetime.date
) -> Step:
    if contribution.status == Status.WITHDRAWN:
        name = _("Erased") if contribution.erased_at else _("Withdrawn by you")
        return Step(name, _("That there was a contribution stays, without its text."), "done")
    if contribution.status == Status.REFUSED:
        moment = contribution.moderated_at
        note = _day(moment.astimezone(municipality.zone_info), municipality) if moment else ""
        return Step(_("Read, and not published"), note, "late")
    if contribution.status == Status.PUBLISHED and contribution.published_on:
        note = _day(contribution.published_on, municipality)
        is_shown = contribution.consultation.is_public
        address = talk_address(contribution) if is_shown else ""
        return Step(pgettext("contribution", "Published"), note, "done", address, contribution.reference)
    within = ngettext(
        "Within %(count)d working day, by %(day)s. If it is not published, you find the reason here.",
        "Within %(count)d working days, by %(day)s. If it is not published, you find the reason here.",
        rules.publish_days,
    )
    due = workdays_of(municipality).later(day, rules.publish_days)
    note = within % {"count": rules.publish_days, "day": _day(due, municipality)}
    return Step(_("It is read and published"), note, "todo")


def _answer_step(
    contribution: Contribution, municipality: Municipality, answer: AnswerRow | None, day: datetime.date
) -> Step:
    if answer:
        days = (answer.published_on - day).days
        after = ngettext("%(day)s, after %(count)d day", "%(day)s, after %(count)d days", days)
        return Step(_("Answered"), after % {"count": days, "day": answer.day}, "done")
    due = _day(answer_due(contribution.consultation, day), municipality)
    return Step(_("The municipality answers"), _("By %(day)s at the latest.") % {"day": due}, "todo")


def _passages(contribution: Contribution) -> list[Passage]:
    labels = {
        "text": _("The problem") if contribution.is_idea else "",
        "solution": _("Proposed solution"),
        "effect": _("Expected effect"),
    }
    texts = ((name, label, getattr(contribution, name)) for name, label in labels.items())
    return [Passage(name, label, paragraphs(text)) for name, label, text in texts if text]


def _facts(contribution: Contribution, municipality: Municipality) -> list[tuple[str, Localized | str]]:
    """What else is kept of it, so that its author sees all of it."""
    consultation, lists = contribution.consultation, lists_of(municipality)
    facts: list[tuple[str, Localized | str]] = []
    if contribution.question:
        facts.append((_("Question"), contribution.question.text))
    if contribution.part:
        parts = parts_of(municipality, consultation.subject_kind, consultation.subject_id)
        facts.append((_("Part"), parts.label(contribution.part) or contribution.part))
    facts += [
        (_("Profile"), lists.profile(contribution.profile)),
        (_("Age bracket"), lists.age(contribution.age)),
    ]
    if contribution.zone:
        facts.append((_("Zone"), contribution.zone.name))
    if contribution.name:
        may = contribution.is_name_public
        label = _("Name, which may be published") if may else _("Name, never published")
        facts.append((label, contribution.name))
    if contribution.channel != Channel.WEB:
        facts.append((_("Came in by"), contribution.get_channel_display()))
    return facts


def _day(day: datetime.date, municipality: Municipality) -> str:
    return long_date(day, municipality.country, page_language())

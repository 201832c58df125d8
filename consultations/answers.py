"""Official answers as people read them: in the list of contributions, on a receipt, among the outcomes."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable
from dataclasses import dataclass

from consultations.models import OfficialAnswer, Verdict
from portal.bilingual import Localized, direction, page_language
from portal.locales import long_date
from portal.municipalities.models import Municipality
from portal.publications.models import Publication
from portal.subjects import Outcome

TAGS = {
    Verdict.ACCEPTED: "",
    Verdict.ACCEPTED_IN_PART: "",
    Verdict.NOT_ACCEPTED: "warn",
    Verdict.ALREADY_PLANNED: "info",
    Verdict.OUTSIDE_COMPETENCE: "warn",
    Verdict.CLARIFICATION: "info",
}
"""The variant of the tag beside each verdict, as in ``m-tag--warn``; empty for the plain one."""

ANSWERED_ONLY = frozenset({Verdict.NOT_ACCEPTED, Verdict.OUTSIDE_COMPETENCE, Verdict.CLARIFICATION})
"""After these nothing was done: the page of outcomes says "we answered", not "we did"."""

CHANGED = "answer.changed"
"""The act by which a public answer became another one."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of an answer, with the direction of its first strong letter."""

    text: str
    dir: str


@dataclass(frozen=True, slots=True)
class ChangedThing:
    """What an answer points at as changed: ``Project 3, version 2`` and its page, where there is one."""

    label: Localized
    address: str


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """A published answer in the reader's language. Template: ``consultations/official_answer.html``."""

    pk: int
    verdict: str
    verdict_label: str
    tag: str
    """The variant of the tag: ``m-tag--<tag>``, empty for the plain one."""
    is_done: bool
    """Whether something was done, so "we did" and not "we answered"."""
    service: Localized
    published_on: datetime.date
    day: str
    text: Localized
    paragraphs: tuple[Paragraph, ...]
    did: Localized
    outcome: ChangedThing | None
    changed_on: str
    """The day of the last change after publication, in words; empty where there was none."""


def read_answer(answer: OfficialAnswer | None, municipality: Municipality) -> AnswerRow | None:
    """The answer as the public reads it; ``None`` for a draft, a proposal, or no answer at all.

    Asks the register once for the day of the last change, unless the row brings it along: for several
    answers use :func:`read_answers` (one query for all of them).
    """
    if answer is None:
        return None
    return read_answers([answer], municipality).get(answer.pk)


def read_answers(
    answers: Iterable[OfficialAnswer | None], municipality: Municipality
) -> dict[int, AnswerRow]:
    """The published ones among ``answers`` by their key, each once; one query whatever their number."""
    public = {answer.pk: answer for answer in answers if answer is not None and answer.is_public}
    changed = _changed_at(public) if public else {}
    return {pk: row_of(answer, municipality, changed.get(pk)) for pk, answer in public.items()}


def row_of(
    answer: OfficialAnswer, municipality: Municipality, changed_at: datetime.datetime | None = None
) -> AnswerRow:
    """An answer in whatever status as it reads, or would; of a draft the day is today."""
    published_on = _day(answer.published_at, municipality) if answer.published_at else municipality.today()
    return AnswerRow(
        pk=answer.pk,
        verdict=answer.verdict,
        verdict_label=answer.get_verdict_display(),
        tag=TAGS.get(answer.verdict, ""),  # type: ignore[call-overload]
        is_done=answer.verdict not in ANSWERED_ONLY,
        service=answer.service,
        published_on=published_on,
        day=_in_words(published_on, municipality),
        text=answer.text,
        paragraphs=paragraphs(answer.text.text),
        did=answer.did,
        outcome=read_outcome(answer.outcome),
        changed_on=_in_words(_day(changed_at, municipality), municipality) if changed_at else "",
    )


def read_outcome(kept: dict | None) -> ChangedThing | None:
    """What an answer points at, from how it was kept with it."""
    if not kept:
        return None
    outcome = Outcome(**kept)
    return ChangedThing(outcome.label, outcome.address)


def paragraphs(text: str) -> tuple[Paragraph, ...]:
    """A text parted at its empty lines; single line ends stay within their paragraph."""
    parts = re.split(r"\n\s*\n", text.replace("\r\n", "\n").strip())
    return tuple(Paragraph(part.strip(), direction(part)) for part in parts if part.strip())


def _changed_at(public: dict[int, OfficialAnswer]) -> dict[int, datetime.datetime]:
    """When each was last changed since it was published, as the register knows."""
    found = Publication.objects.filter(
        object_type=OfficialAnswer._meta.label_lower, object_id__in=[str(pk) for pk in public], act=CHANGED
    )
    changed: dict[int, datetime.datetime] = {}
    for object_id, at in found.order_by("number").values_list("object_id", "at"):
        published_at = public[int(object_id)].published_at
        if published_at and at > published_at:
            changed[int(object_id)] = at
    return changed


def _day(moment: datetime.datetime, municipality: Municipality) -> datetime.date:
    return moment.astimezone(municipality.zone_info).date()


def _in_words(day: datetime.date, municipality: Municipality) -> str:
    return long_date(day, municipality.country, page_language())

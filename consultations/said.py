"""We asked, you said, we did: what a consultation led to, question by question. Never who said it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from django.core.paginator import Page, Paginator
from django.urls import reverse
from django.utils import timezone
from django.utils.text import Truncator

from consultations.answers import TAGS, AnswerRow, read_answers
from consultations.gauge import Gauge, gauge_of
from consultations.models import Consultation, Contribution, OfficialAnswer, Question, Verdict
from consultations.periods import Standing, standing_of
from consultations.talk import entry_address
from portal.bilingual import direction
from portal.folding import one_line

QUOTE_LENGTH = 220
PAIRS_A_PAGE = 50
_NAMED = re.compile(r"answer-(\d{1,12})")


@dataclass(frozen=True, slots=True)
class Pair:
    """What several people said in their words, and what came of it."""

    reference: str
    """Of the first that was published: its words stand for all that say the like."""
    address: str
    """Where it stands in the list of contributions."""
    quote: str
    quote_dir: str
    is_redacted: bool
    count: int
    """How many contributions of the section the answer answers."""
    answer: AnswerRow
    is_first: bool
    """Whether the answer is shown here for the first time: here its anchor is."""


@dataclass(frozen=True, slots=True)
class Section:
    """A question and what came of it; without a question, what belongs to none."""

    question: Question | None
    pairs: list[Pair]
    waiting: int
    """How many of its published contributions have no published answer."""
    is_continued: bool
    """Whether it began on an earlier page."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many contributions had one outcome."""

    label: str
    tag: str
    count: int


@dataclass(frozen=True, slots=True)
class Said:
    """A page of what a consultation led to."""

    standing: Standing
    gauge: Gauge
    sections: list[Section]
    outcomes: list[Outcome]
    page: Page
    has_answers: bool

    @property
    def answered(self) -> int:
        """How many contributions that may be read have an answer: the sum of the outcomes."""
        return sum(outcome.count for outcome in self.outcomes)


@dataclass(frozen=True, slots=True)
class _Light:
    """Of a published contribution as much as its place on the page depends on."""

    pk: int
    question_id: int | None
    answer_id: int | None


@dataclass(frozen=True, slots=True)
class _Entry:
    """A line of the page: an answer with the contributions of a question that it answers, or none yet."""

    question: Question | None
    keys: list[int] = field(default_factory=list)
    answer_id: int | None = None
    is_first: bool = False
    opens: bool = False
    """Whether its section begins with it."""


def read_said(consultation: Consultation, page_number: str | None = None) -> Said:
    """A page of a public consultation that was read for its page; six queries, whatever its size.

    Args:
        page_number: as it stands in an address: a number, or ``answer-12`` for the page that shows that
            answer first. Anything else is the first page.
    """
    found = Contribution.objects.filter(consultation=consultation, status=Contribution.Status.PUBLISHED)
    rows = [_Light(*row) for row in found.order_by("number").values_list("pk", "question_id", "answer_id")]
    answers = _answers(consultation)
    entries, waiting = _entries(consultation, rows, answers)
    page = Paginator(entries, PAIRS_A_PAGE).get_page(_page_of(entries, page_number))
    return Said(
        standing=standing_of(consultation, timezone.now()),
        gauge=gauge_of(consultation),
        sections=_sections(consultation, list(page.object_list), answers, waiting),
        outcomes=_outcomes(rows, answers),
        page=page,
        has_answers=any(entry.answer_id for entry in entries),
    )


def answer_address(consultation: Consultation, answer_pk: int) -> str:
    """Where a published answer stands among the outcomes, whatever is answered before it later on."""
    slug, number = consultation.municipality.slug, consultation.number
    address = reverse("said-done", kwargs={"slug": slug, "number": number})
    return f"{address}?page=answer-{answer_pk}#answer-{answer_pk}"


def _answers(consultation: Consultation) -> dict[int, AnswerRow]:
    found = OfficialAnswer.objects.of(consultation).published()
    return read_answers(found, consultation.municipality)


def _entries(
    consultation: Consultation, rows: Iterable[_Light], answers: Mapping[int, AnswerRow]
) -> tuple[list[_Entry], Counter[int | None]]:
    """The lines of all pages: each question in its order, then what belongs to none, where there is any.

    Within a question what most people said comes first, then as it came in. With them how many wait.
    """
    groups: dict[int | None, dict[int, list[int]]] = {}
    waiting: Counter[int | None] = Counter()
    for row in rows:
        if row.answer_id and row.answer_id in answers:
            groups.setdefault(row.question_id, {}).setdefault(row.answer_id, []).append(row.pk)
        else:
            waiting[row.question_id] += 1
    entries: list[_Entry] = []
    shown: set[int] = set()
    for question in (*consultation.questions.all(), None):
        key = question.pk if question else None
        found = sorted(groups.get(key, {}).items(), key=lambda item: -len(item[1]))
        for position, (answer_id, keys) in enumerate(found):
            entries.append(_Entry(question, keys, answer_id, answer_id not in shown, position == 0))
            shown.add(answer_id)
        if not found and (question or waiting[key]):
            entries.append(_Entry(question, opens=True))
    return entries, waiting


def _page_of(entries: Sequence[_Entry], page_number: str | None) -> int | str | None:
    named = _NAMED.fullmatch(page_number or "")
    if named is None:
        return page_number
    found = (place for place, entry in enumerate(entries) if entry.answer_id == int(named[1]))
    return next(found, 0) // PAIRS_A_PAGE + 1


def _sections(
    consultation: Consultation,
    entries: Sequence[_Entry],
    answers: Mapping[int, AnswerRow],
    waiting: Mapping[int | None, int],
) -> list[Section]:
    quoted = Contribution.objects.only("number", "text", "is_redacted").in_bulk(
        [entry.keys[0] for entry in entries if entry.keys]
    )
    slug = consultation.municipality.slug
    address = reverse("consultation", kwargs={"slug": slug, "number": consultation.number})
    sections = []
    for question, found in groupby(entries, key=lambda entry: entry.question):
        lines = list(found)
        pairs = [
            _pair(line, quoted[line.keys[0]], answers[line.answer_id], address)
            for line in lines
            if line.answer_id
        ]
        count = waiting[question.pk if question else None]
        sections.append(Section(question, pairs, count, is_continued=not lines[0].opens))
    return sections


def _pair(entry: _Entry, first: Contribution, answer: AnswerRow, address: str) -> Pair:
    text = one_line(first.text)
    return Pair(
        reference=first.reference,
        address=entry_address(address, first.number),
        quote=Truncator(text).chars(QUOTE_LENGTH),
        quote_dir=direction(text),
        is_redacted=first.is_redacted,
        count=len(entry.keys),
        answer=answer,
        is_first=entry.is_first,
    )


def _outcomes(rows: Iterable[_Light], answers: Mapping[int, AnswerRow]) -> list[Outcome]:
    """Contributions by what became of them; an outcome that nobody had is left out."""
    found = (answers.get(row.answer_id or 0) for row in rows)
    counts = Counter(answer.verdict for answer in found if answer)
    return [
        Outcome(str(verdict.label), TAGS[verdict], counts[verdict]) for verdict in Verdict if counts[verdict]
    ]

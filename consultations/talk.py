"""The public list of contributions, with their official answers."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import cast

from django.core.paginator import Page, Paginator
from django.urls import reverse
from django.utils.translation import gettext as _

from consultations.answers import AnswerRow, Paragraph, paragraphs, read_answers
from consultations.asked import Lists
from consultations.disclosure import Disclosure, disclose, tally_of
from consultations.models import UNSAID, Consultation, Contribution, OfficialAnswer
from consultations.plaintext import cleaned
from consultations.querysets_contributions import ContributionQuerySet
from consultations.rules_contributions import answer_due
from portal.bilingual import Localized, direction, page_language, script_language
from portal.locales import long_date
from portal.municipalities.models import Municipality
from portal.subjects import Parts, parts_of

PER_PAGE = 50
_NAMED = re.compile(r"c-(\d{1,9})")


@dataclass(frozen=True, slots=True)
class Passage:
    """A text of somebody: its paragraphs, each in its own direction, and the language it seems to be in."""

    label: str
    """What it is, of an idea's three texts; empty for a comment."""
    text: Localized
    paragraphs: tuple[Paragraph, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """A contribution as the public reads it, or the place of one that was withdrawn."""

    number: int
    reference: str
    kind: str
    is_idea: bool
    is_withdrawn: bool
    is_redacted: bool
    profile: str
    """The words for the profile; empty where it is not shown or not said."""
    age: str
    name: str
    """Empty unless the author gave one to be published."""
    published_on: datetime.date
    day: str
    question: Localized | None
    part: Localized | None
    texts: tuple[str, str, str]
    """As they were written: the comment or the problem, the proposed solution, the expected effect."""
    answer: AnswerRow | None
    due_on: datetime.date | None
    """Until when an answer is to be given; ``None`` where there is one."""
    due: str
    is_overdue: bool

    @property
    def passages(self) -> tuple[Passage, ...]:
        """The texts that there are, laid out."""
        labels = (_("The problem"), _("The proposed solution"), _("The expected effect"))
        return tuple(
            _passage(label if self.is_idea else "", text)
            for label, text in zip(labels, self.texts, strict=True)
            if text
        )

    @property
    def anchor(self) -> str:
        """Its place on the page: ``c-16``."""
        return f"c-{self.number}"


@dataclass(frozen=True, slots=True)
class Talk:
    """A page of the list. Template: ``consultations/talk.html``."""

    entries: tuple[Entry, ...]
    page: Page
    country: str
    is_labelled: bool
    """Whether a profile or an age bracket stands anywhere in the list."""

    @property
    def total(self) -> int:
        return self.page.paginator.count

    def __bool__(self) -> bool:
        return self.total > 0


def read_talk(
    consultation: Consultation, lists: Lists, page_number: int | str | None, per_page: int = PER_PAGE
) -> Talk:
    """A page of the published contributions in the order of their numbers.

    At most six queries and what the provider of the subject asks for its parts, whatever the number.

    Args:
        consultation: with its ``municipality``.
        page_number: as it stands in an address: a number, or ``c-16`` for the page that has that one.
            Anything else is the first page.
    """
    found = listed(consultation)
    paginator = Paginator(found.for_talk_page(), per_page)
    page = paginator.get_page(_page_of(found, page_number, per_page))
    disclosure = disclosure_of(consultation, lists)
    entries = read_entries(consultation, lists, list(page.object_list), disclosure)
    return Talk(
        entries=entries,
        page=page,
        country=consultation.municipality.country,
        is_labelled=bool(disclosure.cells or disclosure.alone),
    )


def listed(consultation: Consultation) -> ContributionQuerySet:
    """What the list of a consultation names; nothing while it is no public one."""
    return Contribution.objects.in_talk().filter(consultation=consultation)


def disclosure_of(consultation: Consultation, lists: Lists, today: datetime.date | None = None) -> Disclosure:
    """What may stand beside the contributions of a consultation today. One query."""
    rows = Contribution.objects.filter(consultation=consultation).tallied()
    return disclose(
        tally_of(rows),
        today or consultation.municipality.today(),
        profiles=known_codes(lists.profiles),
        ages=known_codes(lists.ages),
    )


def known_codes(choices: Iterable) -> list[str]:
    """The codes that people can choose: what is offered, "prefer not to say" last."""
    return [choice.code for choice in choices if choice.is_offered]


def read_entries(
    consultation: Consultation, lists: Lists, rows: Sequence[Contribution], disclosure: Disclosure
) -> tuple[Entry, ...]:
    """The rows of ``for_talk_page`` as the public reads them. Queries: for their answers, and for parts."""
    municipality = consultation.municipality
    answers = read_answers((_harmless(row.answer) for row in rows if _is_open(row)), municipality)
    parts = _parts(consultation, rows)
    return tuple(
        _entry(row, consultation, lists, disclosure, answers.get(row.answer_id or 0), parts) for row in rows
    )


def talk_address(contribution: Contribution) -> str:
    """Where a published contribution stands in the list, whatever is published before it later on."""
    consultation = contribution.consultation
    kwargs = {"slug": consultation.municipality.slug, "number": consultation.number}
    return entry_address(reverse("consultation", kwargs=kwargs), contribution.number)


def entry_address(page_address: str, number: int) -> str:
    """The address of contribution ``number`` in the list of the page at ``page_address``."""
    return f"{page_address}?page=c-{number}#c-{number}"


def _page_of(found: ContributionQuerySet, page_number: int | str | None, per_page: int) -> int | str | None:
    named = _NAMED.fullmatch(str(page_number or ""))
    if named is None:
        return page_number
    return found.filter(number__lt=int(named[1])).count() // per_page + 1


def _is_open(row: Contribution) -> bool:
    return row.status == Contribution.Status.PUBLISHED


def _parts(consultation: Consultation, rows: Sequence[Contribution]) -> Parts:
    if not any(row.part for row in rows):
        return Parts()
    return parts_of(consultation.municipality, consultation.subject_kind, consultation.subject_id)


def _entry(
    row: Contribution,
    consultation: Consultation,
    lists: Lists,
    disclosure: Disclosure,
    answer: AnswerRow | None,
    parts: Parts,
) -> Entry:
    is_withdrawn = not _is_open(row)
    profile, age = ("", "") if is_withdrawn else disclosure.label((row.profile, row.age), row.published_on)
    # Only what was published once is listed, so there is a day.
    published_on = cast("datetime.date", row.published_on)
    municipality = consultation.municipality
    due_on = None if answer or is_withdrawn else _due_on(row, consultation)
    return Entry(
        number=row.number,
        reference=row.reference,
        kind=row.get_kind_display(),
        is_idea=row.is_idea,
        is_withdrawn=is_withdrawn,
        is_redacted=row.is_redacted and not is_withdrawn,
        profile=lists.profile(profile) if profile not in ("", UNSAID) else "",
        age=lists.age(age) if age not in ("", UNSAID) else "",
        name=cleaned(row.name) if row.is_name_public and not is_withdrawn else "",
        published_on=published_on,
        day=_in_words(published_on, municipality),
        question=None if is_withdrawn or row.question is None else row.question.text,
        part=None if is_withdrawn or not row.part else parts.label(row.part),
        texts=("", "", "") if is_withdrawn else _texts(row),
        answer=answer,
        due_on=due_on,
        due=_in_words(due_on, municipality) if due_on else "",
        is_overdue=due_on is not None and due_on < disclosure.before,
    )


def _due_on(row: Contribution, consultation: Consultation) -> datetime.date:
    received_on = row.received_at.astimezone(consultation.municipality.zone_info).date()
    return answer_due(consultation, received_on)


def _texts(row: Contribution) -> tuple[str, str, str]:
    # Cleaned when they came in, and again: ten thousand marks on a letter stop a program that sets type.
    return cleaned(row.text), cleaned(row.solution), cleaned(row.effect)


def _harmless(answer: OfficialAnswer | None) -> OfficialAnswer | None:
    """The answer as it is read, which is never saved, with its texts cleaned as those of people are."""
    if answer is not None:
        answer.text_ar, answer.text_fr = cleaned(answer.text_ar), cleaned(answer.text_fr)
    return answer


def _passage(label: str, text: str) -> Passage:
    lang = script_language(text)
    shown = Localized(text, lang, direction(text), is_foreign=lang != page_language())
    return Passage(label, shown, paragraphs(text))


def _in_words(day: datetime.date, municipality: Municipality) -> str:
    return long_date(day, municipality.country, page_language())

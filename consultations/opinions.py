"""The register of opinions, questions and answers of a municipality, by year.

Tunisia, local authorities' code (organic law 2018-29), article 30: the local authority keeps a register of
the opinions and questions of residents and of the answers to them. It is made of what was contributed:
nothing is written twice. No name and no address of anybody is in it, nor a profile or an age.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import tablib
from django.db import models, transaction
from django.db.models.functions import ExtractYear
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consultations.models import Contribution
from portal.accounts.models import User
from portal.audit.log import record
from portal.bilingual import Localized
from portal.exchange.formats import Csv, Xlsx
from portal.municipalities.models import Municipality

FORMATS: dict[str, Any] = {"xlsx": Xlsx, "csv": Csv}
_QUESTION = re.compile(r"[?؟]\s*($|[\s»”\")])", re.MULTILINE)


class Kind(models.TextChoices):
    """What a line of the register is."""

    OPINION = "opinion", gettext_lazy("Opinion")
    QUESTION = "question", gettext_lazy("Question")
    IDEA = "idea", gettext_lazy("Idea")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the register."""

    number: int
    """In the year, in the order in which they were entered."""
    day: datetime.date
    kind: str
    consultation: int
    title: Localized
    reference: str
    channel: str
    text: str
    """As published; empty where it is not, or not any more: of a withdrawn consultation too."""
    state: str
    verdict: str
    answer: Localized | None
    service: Localized | None
    answered_on: datetime.date | None


def kind_of(contribution: Contribution) -> Kind:
    """A comment in which a sentence ends with a question mark is a question, any other an opinion."""
    if contribution.is_idea:
        return Kind.IDEA
    return Kind.QUESTION if _QUESTION.search(contribution.text) else Kind.OPINION


def years_of(municipality: Municipality) -> list[int]:
    """The years in which anything came in, by the municipality's clocks, the newest first."""
    year = ExtractYear("received_at", tzinfo=municipality.zone_info)
    found = (
        Contribution.objects.of(municipality).order_by().annotate(year=year).values_list("year", flat=True)
    )
    return sorted(set(found.distinct()), reverse=True)


def entries_of(municipality: Municipality, year: int) -> models.QuerySet:
    """What came in within a year, in the order in which it was entered."""
    first, after = (datetime.datetime(y, 1, 1, tzinfo=municipality.zone_info) for y in (year, year + 1))
    found = Contribution.objects.of(municipality).filter(received_at__gte=first, received_at__lt=after)
    return found.select_related("consultation", "answer").order_by("pk")


def read_lines(
    contributions: Iterable[Contribution], municipality: Municipality, first_number: int = 1
) -> list[Line]:
    """Contributions as lines of the register, numbered from ``first_number``."""
    rows = enumerate(contributions, start=first_number)
    return [_line(number, contribution, municipality) for number, contribution in rows]


def _line(number: int, contribution: Contribution, municipality: Municipality) -> Line:
    consultation, answer = contribution.consultation, contribution.answer
    shown = answer if answer and answer.is_public else None
    is_public = contribution.status == Contribution.Status.PUBLISHED and consultation.is_public
    return Line(
        number=number,
        day=contribution.received_at.astimezone(municipality.zone_info).date(),
        kind=str(kind_of(contribution).label),
        consultation=consultation.number,
        title=consultation.title,
        reference=contribution.reference,
        channel=contribution.get_channel_display(),
        text=_text_of(contribution) if is_public else "",
        state=_state_of(contribution),
        verdict=shown.get_verdict_display() if shown else "",
        answer=shown.text if shown else None,
        service=shown.service if shown else None,
        answered_on=_day(shown.published_at, municipality) if shown else None,
    )


def _text_of(contribution: Contribution) -> str:
    texts = (contribution.text, contribution.solution, contribution.effect)
    return "\n".join(text for text in texts if text)


def _state_of(contribution: Contribution) -> str:
    state = contribution.get_status_display()
    if contribution.status == Contribution.Status.REFUSED:
        return _("%(state)s: %(reason)s") % {
            "state": state,
            "reason": contribution.get_refusal_reason_display(),
        }
    is_public = contribution.status == Contribution.Status.PUBLISHED
    if is_public and not contribution.consultation.is_public:
        return _("Consultation withdrawn")
    return _("Published, a part was taken out") if is_public and contribution.is_redacted else state


def _day(moment: datetime.datetime | None, municipality: Municipality) -> datetime.date | None:
    return moment.astimezone(municipality.zone_info).date() if moment else None


def headings() -> list[str]:
    return [
        _("Number"),
        _("Day"),
        _("Kind"),
        _("Consultation"),
        _("Title of the consultation"),
        _("Reference"),
        _("Channel"),
        _("Text as published"),
        _("State"),
        _("Outcome"),
        _("Official answer"),
        _("Answering service"),
        _("Day of the answer"),
    ]


def _cells(line: Line) -> list[Any]:
    return [
        line.number,
        line.day.isoformat(),
        line.kind,
        line.consultation,
        str(line.title),
        line.reference,
        line.channel,
        line.text,
        line.state,
        line.verdict,
        str(line.answer or ""),
        str(line.service or ""),
        line.answered_on.isoformat() if line.answered_on else "",
    ]


@transaction.atomic
def take_out(*, municipality: Municipality, year: int, suffix: str, actor: User | None) -> tuple[bytes, str]:
    """The register of a year as a file, and its content type; that somebody took it out is journalled.

    Cells that a spreadsheet would run are made inert. Raises ``KeyError`` for an unknown suffix.
    """
    file_format = FORMATS[suffix]()
    lines = read_lines(entries_of(municipality, year), municipality)
    dataset = tablib.Dataset(*[_cells(line) for line in lines], headers=headings())
    content = file_format.export_data(dataset)
    record(
        actor=actor,
        action="opinions.exported",
        obj=municipality,
        municipality=municipality,
        changes={"year": (None, year), "format": (None, suffix), "rows": (None, len(lines))},
    )
    body = content.encode() if isinstance(content, str) else content
    return body, file_format.get_content_type()

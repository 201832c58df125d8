"""An official answer as the register of publications keeps it: no text and no trait of a citizen."""

from __future__ import annotations

import datetime
from types import SimpleNamespace
from typing import Any

from django.utils import timezone

from consultations.answers import paragraphs, read_outcome
from consultations.models import OfficialAnswer, Verdict
from portal.bilingual import Localized, localized, page_language
from portal.locales import long_date

TEMPLATE = "consultations/published_answer.html"
WITHDRAWAL = "answer.withdrawn"
"""The act after which what was published before is public no more."""
FORMAT = "musharaka-answer-1"

Content = dict[str, Any]


def content_of(answer: OfficialAnswer, *, reason: str = "") -> Content:
    """Everything that is public of an answer; ``reason`` says why it became another one."""
    zone = answer.consultation.municipality.zone_info
    return {
        **_head(answer),
        "status": "public",
        "verdict": answer.verdict,
        **_pair(answer, "text"),
        **_pair(answer, "did"),
        **_pair(answer, "service"),
        "outcome": answer.outcome or None,
        "published_on": timezone.localdate(answer.published_at, zone).isoformat(),
        "reason": reason,
    }


def withdrawal_of(answer: OfficialAnswer, *, reason: str) -> Content:
    """What the register keeps when an answer is taken back: that it was and why, and nothing of it."""
    return {**_head(answer), "status": "withdrawn", "reason": reason}


def _head(answer: OfficialAnswer) -> Content:
    consultation = answer.consultation
    town = consultation.municipality
    numbers = answer.contributions.order_by("number").values_list("number", flat=True)
    return {
        "format": FORMAT,
        "municipality": {"slug": town.slug, **_pair(town, "name"), "country": town.country},
        "consultation": {"number": consultation.number, **_pair(consultation, "title")},
        "contributions": [f"C-{number}" for number in numbers],
    }


def _pair(row: Any, name: str) -> Content:
    return {f"{name}_ar": getattr(row, f"{name}_ar"), f"{name}_fr": getattr(row, f"{name}_fr")}


def page_context(content: Content) -> dict[str, Any]:
    """What :data:`TEMPLATE` needs to show a content as it was; no row of today is asked."""
    is_withdrawal = content["status"] == "withdrawn"
    context: dict[str, Any] = {
        "content": content,
        "is_withdrawal": is_withdrawal,
        "consultation_title": _text(content["consultation"], "title"),
    }
    if is_withdrawal:
        return context
    text = _text(content, "text")
    return {
        **context,
        "verdict": _verdict(content["verdict"]),
        "text": text,
        "paragraphs": paragraphs(text.text),
        "did": _text(content, "did"),
        "service": _text(content, "service"),
        "day": _day(content),
        "outcome": read_outcome(content["outcome"]),
    }


def _verdict(code: str) -> str:
    return str(Verdict(code).label) if code in Verdict.values else code


def _text(content: Content, name: str) -> Localized:
    return localized(SimpleNamespace(**content), name)


def _day(content: Content) -> str:
    day = datetime.date.fromisoformat(content["published_on"])
    return long_date(day, content["municipality"]["country"], page_language())

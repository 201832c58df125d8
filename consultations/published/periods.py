"""A consultation as the register of publications keeps it: the same rows always give the same content.

What people contributed is no part of it: the register forgets nothing, and what people said is theirs to
withdraw.
"""

from __future__ import annotations

import datetime
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

from consultations.countdown import last_day_of
from consultations.models import Channel, Consultation
from consultations.period_box import clock_in
from portal.bilingual import localized, page_language
from portal.locales import full_date
from portal.subjects import Subject, kinds, read_subject

TEMPLATE = "consultations/period_published.html"
WITHDRAWAL = "consultation.withdrawn"
"""The act after which what was published before is public no more."""
FORMAT = "musharaka-consultation-1"

Content = dict[str, Any]


def content_of(consultation: Consultation, reason: str = "") -> Content:
    """Everything that is announced of a public consultation, read anew from its rows.

    ``reason`` says why it is another than before; empty at the first publication.
    """
    row = Consultation.objects.for_consultation_page().get(pk=consultation.pk)
    subject = read_subject(row.municipality, row.subject_kind, row.subject_id)
    opens_at, closes_at = row.moments
    return {
        **_head(row),
        "status": "public",
        "reason": reason,
        "subject": {"kind": row.subject_kind, "id": row.subject_id, **_named(subject)},
        **_pair(row, "summary"),
        "kind": row.kind,
        "questions": [_pair(question, "text") for question in row.questions.all()],
        "channels": list(row.channels),
        "opens_at": _utc(opens_at),
        "closes_at": _utc(closes_at),
        "time_zone": row.municipality.time_zone,
        "moderation": row.moderation,
        "answer_days": row.answer_days,
    }


def withdrawal_of(consultation: Consultation, reason: str) -> Content:
    """What the register keeps when a consultation is withdrawn: that it was, and why."""
    return {**_head(consultation), "status": "withdrawn", "reason": reason}


def _head(consultation: Consultation) -> Content:
    town = consultation.municipality
    return {
        "format": FORMAT,
        "municipality": {"slug": town.slug, **_pair(town, "name"), "country": town.country},
        "number": consultation.number,
        **_pair(consultation, "title"),
    }


def _pair(row: Any, name: str) -> Content:
    return {f"{name}_ar": getattr(row, f"{name}_ar"), f"{name}_fr": getattr(row, f"{name}_fr")}


def _named(subject: Subject | None) -> Content:
    """The subject in the language it has: the register is read long after it."""
    if subject is None:
        return {"title_ar": "", "title_fr": ""}
    title = subject.title
    return {"title_ar": "", "title_fr": "", f"title_{title.lang if title.lang == 'ar' else 'fr'}": title.text}


def _utc(moment: datetime.datetime) -> str:
    return moment.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def page_context(content: Content) -> dict[str, Any]:
    """What :data:`TEMPLATE` needs to show a content as it was; no row of today is asked."""
    is_withdrawal = content["status"] == "withdrawn"
    context = {
        "title": _text(content, "title"),
        "reason": content["reason"],
        "is_withdrawal": is_withdrawal,
        "content": content,
    }
    if is_withdrawal:
        return context
    return {
        **context,
        "subject": _text(content["subject"], "title"),
        "subject_kind": dict(kinds()).get(content["subject"]["kind"], ""),
        "summary": _text(content, "summary"),
        "kind": Consultation.Kind(content["kind"]).label,
        "questions": [_text(question, "text") for question in content["questions"]],
        "channels": [Channel(channel).label for channel in content["channels"]],
        "opens": _moment(content, "opens_at"),
        "closes": _moment(content, "closes_at", is_end=True),
        "moderation": Consultation.Moderation(content["moderation"]).label,
    }


def _text(content: Content, name: str) -> Any:
    return localized(SimpleNamespace(**content), name)


def _moment(content: Content, name: str, *, is_end: bool = False) -> tuple[str, str]:
    """The day and the time by the municipality's clocks; an end at midnight is 24:00 of the last day."""
    at, zone = datetime.datetime.fromisoformat(content[name]), ZoneInfo(content["time_zone"])
    day = last_day_of(at, zone) if is_end else at.astimezone(zone).date()
    country = content["municipality"]["country"]
    return full_date(day, country, page_language()), clock_in(at, zone, is_end=is_end)

"""The consultations of the fictional municipality: one in each state, with what its residents said."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path
from typing import Any

from django.conf import settings

from consultations.marks import marks_of
from consultations.models import (
    ActionPlan,
    Consultation,
    Contribution,
    OfficialAnswer,
    ParticipationRules,
    Question,
)
from consultations.plaintext import likeness
from consultations.receipts import code_for, fingerprint, shown
from consultations.services.answers import publish_answer, write_answer
from consultations.services.figures import release_if_due
from consultations.services.moderation import refuse_contributions
from consultations.services.periods import add_consultation, publish_consultation
from portal.bilingual import script_language
from portal.municipalities.models import Municipality
from portal.subjects import outcomes_of
from programs.models import Program

RECEIPT = "demo-receipt"
"""The key of a contribution that whoever tries the portal can follow."""


Group = dict[str, Any]
"""What several people said in one sense: ``question`` (0: none), ``texts``, and what was answered."""


# Enough of some to be shown beside a comment, too few of others.
PEOPLE = (
    *(("citizen", "36-50"),) * 4,
    ("association", "unsaid"),
    *(("citizen", "26-35"),) * 3,
    ("student", "16-25"),
    ("association", "unsaid"),
    ("citizen", "o65"),
)


def seed_participation(town: Municipality, plan: ActionPlan, program: Program, today: datetime.date) -> None:
    """A consultation in each state: answered, open, closed with answers due, and to come."""
    ParticipationRules.objects.create(
        municipality=town,
        contact_ar="كتابة المجلس، قصر البلدية (خيالي)",
        contact_fr="Secrétariat du conseil, hôtel de ville (fictif)",
    )
    data = json.loads(Path(settings.PROJECT_DIR, "demo", "participation.json").read_text(encoding="utf-8"))
    subjects = {
        "plan": plan.pk,
        "project": plan.projects.get(number=3).pk,
        "diagnosis": program.pk,
        "program": program.pk,
    }
    for period in data["periods"]:
        consultation, questions = _seed_period(town, period, subjects[period["subject"]], today)
        _seed_contributions(consultation, period, questions, data["service"], today)
        release_if_due(consultation)


def demo_receipt() -> str:
    """The code of a contribution that is there to be followed."""
    return shown(code_for(RECEIPT))


def _seed_period(
    town: Municipality, period: dict[str, Any], subject: int, today: datetime.date
) -> tuple[Consultation, list[Question]]:
    """``first`` and ``last`` are its days, counted from today."""
    values = period["values"] | {
        "subject_kind": period["subject"],
        "subject_id": subject,
        "opens_at": _moment(town, today + datetime.timedelta(days=period["first"]), datetime.time(8)),
        "closes_at": _moment(town, today + datetime.timedelta(days=period["last"]), datetime.time(23, 59)),
    }
    consultation = add_consultation(municipality=town, values=values, actor=None)
    questions = [
        Question.objects.create(consultation=consultation, position=position, text_ar=ar, text_fr=fr)
        for position, (ar, fr) in enumerate(period["questions"], start=1)
    ]
    publish_consultation(consultation=consultation, actor=None)
    consultation.refresh_from_db()
    return consultation, questions


def _seed_contributions(
    consultation: Consultation,
    period: dict[str, Any],
    questions: list[Question],
    service: dict[str, str],
    today: datetime.date,
) -> None:
    people, days = cycle(PEOPLE), _days(consultation, today)
    for group in period.get("said", []):
        question = questions[group["question"] - 1] if group["question"] else None
        rows = [
            _contribute(consultation, text, next(people), next(days), question) for text in group["texts"]
        ]
        if "verdict" in group:
            _answer(consultation, group, rows, service)
    for text in period.get("pending", []):
        _contribute(consultation, text, next(people), next(days), None, status="pending")
    for text, reason in period.get("refused", []):
        row = _contribute(consultation, text, next(people), next(days), None, status="pending")
        refuse_contributions(contributions=[row], reason=reason, note="", actor=None)
    Consultation.objects.filter(pk=consultation.pk).update(last_number=consultation.contributions.count())


def _days(consultation: Consultation, today: datetime.date) -> Iterator[datetime.date]:
    """The days of the consultation so far, again and again."""
    zone = consultation.municipality.zone_info
    opens_at, closes_at = consultation.moments
    first = opens_at.astimezone(zone).date()
    last = min(closes_at.astimezone(zone).date(), today - datetime.timedelta(days=1))
    count = max((last - first).days, 0) + 1
    return cycle(first + datetime.timedelta(days=day) for day in range(count))


def _contribute(
    consultation: Consultation,
    text: str,
    person: tuple[str, str],
    day: datetime.date,
    question: Question | None,
    status: str = "published",
) -> Contribution:
    number = consultation.contributions.count() + 1
    zones = list(consultation.municipality.zones.order_by("number"))
    received = _moment(consultation.municipality, day, datetime.time(9 + number % 10, number % 60))
    key = RECEIPT if consultation.number == 2 and number == 3 else f"demo-{consultation.pk}-{number}"
    return Contribution.objects.create(
        consultation=consultation,
        number=number,
        kind=Contribution.Kind.COMMENT,
        channel="paper" if number % 4 == 0 else "web",
        language=script_language(text),
        question=question,
        text=text,
        profile=person[0],
        # Most say where they live, and most of those live in the old town.
        zone=zones[number % 2 * (number % len(zones))] if number % 3 else None,
        age=person[1],
        status=status,
        received_at=received,
        published_on=day if status == "published" else None,
        moderated_at=None if status == "pending" else received,
        flags=marks_of(text),
        likeness=likeness(text),
        receipt_hash=fingerprint(code_for(key)),
    )


def _answer(
    consultation: Consultation, group: Group, rows: list[Contribution], service: dict[str, str]
) -> None:
    town = consultation.municipality
    outcomes = outcomes_of(town, consultation.subject_kind, consultation.subject_id)
    key = group.get("outcome")
    outcome = next((found for found in outcomes if key and found.key.startswith(key)), None)
    values = {
        "verdict": group["verdict"],
        "text_ar": group["answer_ar"],
        "text_fr": group["answer_fr"],
        "did_ar": group.get("did_ar", ""),
        "did_fr": group.get("did_fr", ""),
        "outcome": outcome.kept() if outcome else None,
        **service,
    }
    answer = write_answer(consultation=consultation, contributions=rows, values=values, actor=None)
    publish_answer(answer=answer, actor=None)
    # Answered some days after the last of them came in, not at the moment of seeding.
    answered = max(row.received_at for row in rows) + datetime.timedelta(days=3)
    OfficialAnswer.objects.filter(pk=answer.pk).update(
        published_at=min(answered, _moment(town, town.today(), datetime.time(0, 1)))
    )


def _moment(town: Municipality, day: datetime.date, time: datetime.time) -> datetime.datetime:
    return datetime.datetime.combine(day, time, tzinfo=town.zone_info)

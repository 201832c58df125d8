"""Many contributions at once, for what depends on how many there are."""

from __future__ import annotations

import datetime
import hashlib
import itertools

from django.utils import timezone

from consultations.models import Consultation, Contribution, OfficialAnswer, Verdict
from tests.consultations.participation import OfficialAnswerFactory

_receipts = itertools.count()


def publish(
    consultation: Consultation, *cells: tuple[str, str], days_ago: int = 2, **values
) -> list[Contribution]:
    """A published comment for each profile and age bracket, first published so many days ago."""
    received = timezone.now() - datetime.timedelta(days_ago)
    rows = []
    for profile, age in cells:
        consultation.last_number += 1
        rows.append(
            Contribution(
                consultation=consultation,
                number=consultation.last_number,
                kind=values.get("kind", Contribution.Kind.COMMENT),
                text=values.get("text", f"نقترح أن يُنشر ملخص رقم {consultation.last_number}"),
                profile=profile,
                age=age,
                status=Contribution.Status.PUBLISHED,
                received_at=received,
                published_on=received.astimezone(consultation.municipality.zone_info).date(),
                moderated_at=received,
                receipt_hash=hashlib.sha256(f"voice {next(_receipts)}".encode()).hexdigest(),
                **{name: value for name, value in values.items() if name not in ("kind", "text")},
            )
        )
    consultation.save(update_fields=["last_number"])
    return Contribution.objects.bulk_create(rows)


def answer_all(consultation: Consultation, rows: list[Contribution]) -> None:
    """A published answer of its own for each."""
    answers = OfficialAnswer.objects.bulk_create(
        OfficialAnswerFactory.build(
            consultation=consultation,
            published=True,
            written_by=None,
            verdict=Verdict.ACCEPTED,
            text_ar="يُضاف ملخص لا يتجاوز نصف صفحة إلى أنموذج المحضر، ابتداء من الجلسة القادمة.",
        )
        for _ in rows
    )
    for row, answer in zip(rows, answers, strict=True):
        row.answer = answer
    Contribution.objects.bulk_update(rows, ["answer"])

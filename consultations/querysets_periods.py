"""Questions over consultations, named after the pages that ask them."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Count, Max, Prefetch, Q

if TYPE_CHECKING:
    from portal.municipalities.models import Municipality


class ConsultationQuerySet(models.QuerySet):
    def published(self) -> Self:
        """What the public may see, said once."""
        return self.filter(status="published")

    def of(self, municipality: Municipality) -> Self:
        return self.filter(municipality=municipality)

    def of_subject(self, kind: str, subject_id: int) -> Self:
        return self.filter(subject_kind=kind, subject_id=subject_id)

    def open_at(self, moment: datetime.datetime) -> Self:
        """Those that take contributions at a moment."""
        return self.published().filter(opens_at__lte=moment, closes_at__gt=moment)

    def counted(self) -> Self:
        """With how many contributions came in, how many of them are answered and may be read.

        What was refused or withdrawn counts nowhere.
        """
        counts = Q(contributions__status__in=["pending", "published"])
        answered = counts & Q(contributions__answer__status="published")
        return self.annotate(
            received_count=Count("contributions", filter=counts),
            answered_count=Count("contributions", filter=answered),
            published_count=Count("contributions", filter=Q(contributions__status="published")),
            last_waiting_at=Max("contributions__received_at", filter=counts & ~answered),
        )

    def for_consultation_page(self) -> Self:
        """With its municipality and its questions."""
        from consultations.models import Question

        questions = Question.objects.order_by("position", "pk")
        return self.select_related("municipality").prefetch_related(Prefetch("questions", questions))

"""Questions over contributions and answers, named after the pages that ask them."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Self

from django.db import models

if TYPE_CHECKING:
    from consultations.models import Consultation
    from portal.municipalities.models import Municipality


class ContributionQuerySet(models.QuerySet):
    def of(self, municipality: Municipality) -> Self:
        return self.filter(consultation__municipality=municipality)

    def published(self) -> Self:
        """What the public may read, said once: of public consultations alone."""
        return self.filter(status="published", consultation__status="published")

    def pending(self) -> Self:
        """What nobody has read yet, the oldest first."""
        return self.filter(status="pending").order_by("received_at", "pk")

    def awaiting_answer(self) -> Self:
        """What the public reads without an official answer; one that is drafted or proposed is none yet."""
        return self.published().filter(models.Q(answer=None) | ~models.Q(answer__status="published"))

    def in_talk(self) -> Self:
        """What the public list names: what may be read, and the places of what was withdrawn since."""
        withdrawn = models.Q(status="withdrawn", published_on__isnull=False)
        return self.filter(models.Q(status="published") | withdrawn, consultation__status="published")

    def for_talk_page(self) -> Self:
        """In the order of their numbers, with question and answer."""
        return self.select_related("question", "answer").order_by("number")

    def tallied(self) -> list[tuple[datetime.date, str, str, int]]:
        """How many were first published on each day, by profile and age bracket, whatever became of them."""
        ever = self.filter(published_on__isnull=False).order_by()
        columns = ("published_on", "profile", "age")
        return list(ever.values_list(*columns).annotate(count=models.Count("pk")))

    def last_published_on(self) -> datetime.date | None:
        """The last day on which any of these was first published."""
        return self.aggregate(last=models.Max("published_on"))["last"]


class OfficialAnswerQuerySet(models.QuerySet):
    def published(self) -> Self:
        return self.filter(status="published")

    def of(self, consultation: Consultation) -> Self:
        return self.filter(consultation=consultation)

    def of_municipality(self, municipality: Municipality) -> Self:
        return self.filter(consultation__municipality=municipality)

    def unpublished(self) -> Self:
        """Drafts and proposals, the oldest first."""
        return self.exclude(status="published").order_by("created_at", "pk")

    def with_contributions(self) -> Self:
        """With what each answers as ``listed``, by number."""
        from consultations.models import Contribution

        listed = Contribution.objects.order_by("number")
        return self.prefetch_related(models.Prefetch("contributions", listed, to_attr="listed"))

    def for_answer_page(self) -> Self:
        """With its consultation, and who wrote and approved it."""
        return self.select_related("consultation__municipality", "written_by", "approved_by")

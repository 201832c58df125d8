"""Questions over contributions and answers, named after the pages that ask them."""

from __future__ import annotations

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


class OfficialAnswerQuerySet(models.QuerySet):
    def published(self) -> Self:
        return self.filter(status="published")

    def of(self, consultation: Consultation) -> Self:
        return self.filter(consultation=consultation)

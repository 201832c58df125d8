"""Questions over copies that were sent, named after the pages that ask them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Count, Prefetch, Q

if TYPE_CHECKING:
    from portal.municipalities.models import Municipality


class RecipientQuerySet(models.QuerySet):
    def of(self, municipality: Municipality) -> RecipientQuerySet:
        return self.filter(municipality=municipality)

    def offered(self) -> RecipientQuerySet:
        """Those to whom something new may be sent."""
        return self.filter(is_active=True)

    def named(self, name: str) -> RecipientQuerySet:
        """By the name of the register: the Arabic one, the French one where there is no other."""
        return self.filter(Q(name_ar=name) | Q(name_ar="", name_fr=name))


class DispatchQuerySet(models.QuerySet):
    def of(self, municipality: Municipality) -> DispatchQuerySet:
        return self.filter(municipality=municipality)

    def about(self, subjects: list[tuple[str, int]]) -> DispatchQuerySet:
        """Copies of any of these, as ``portal.subjects`` knows them."""
        keys = (Q(subject_kind=kind, subject_pk=pk) for kind, pk in subjects)
        matches = Q(pk__in=())
        for key in keys:
            matches |= key
        return self.filter(matches)

    def for_dispatches_page(self) -> DispatchQuerySet:
        """With how many copies there are, how many are sent and how many received."""
        return (
            self.select_related("publication")
            .defer("publication__content")
            .annotate(
                line_count=Count("lines"),
                sent_count=Count("lines", filter=Q(lines__sent_on__isnull=False)),
                received_count=Count("lines", filter=Q(lines__received_on__isnull=False)),
            )
        )

    def for_dispatch_page(self) -> DispatchQuerySet:
        """With its copies, whom they went to and their proofs, in a constant number of queries."""
        from portal.dispatches.models import DispatchLine, DispatchProof

        proofs: Any = Prefetch("proofs", DispatchProof.objects.order_by("uploaded_at", "pk"), "listed_proofs")
        lines = DispatchLine.objects.select_related("recipient").order_by("pk").prefetch_related(proofs)
        return (
            self.select_related("publication")
            .defer("publication__content")
            .prefetch_related(Prefetch("lines", lines, "listed_lines"))
        )


class DispatchProofQuerySet(models.QuerySet):
    def of(self, municipality: Municipality) -> DispatchProofQuerySet:
        return self.filter(line__dispatch__municipality=municipality)

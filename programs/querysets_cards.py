"""Questions over project cards and needs, named after the pages that ask them; and what keeps sums whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn, Self

from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import Exists, OuterRef, Prefetch, Q

if TYPE_CHECKING:
    from portal.municipalities.models import Municipality
    from programs.models import Program

_BY_THE_ROW = "Amounts are saved with the row, which holds them to their total."


class SumsQuerySet(models.QuerySet):
    """Rows whose parts must equal their total: saved one by one, each held to it."""

    @property
    def _summed(self) -> frozenset[str]:
        return getattr(self.model, "SUMMED", frozenset())

    def update(self, **kwargs: Any) -> int:
        if self._summed & set(kwargs):
            raise PermissionDenied(_BY_THE_ROW)
        return super().update(**kwargs)

    def bulk_update(self, objs: Any, fields: Any, batch_size: int | None = None) -> int:
        if self._summed & set(fields):
            raise PermissionDenied(_BY_THE_ROW)
        return super().bulk_update(objs, fields, batch_size)

    def bulk_create(self, objs: Any, *args: Any, **kwargs: Any) -> NoReturn:
        raise PermissionDenied(_BY_THE_ROW)


class CardQuerySet(SumsQuerySet):
    def of(self, program: Program) -> Self:
        return self.filter(program=program)

    def published(self) -> Self:
        """What the public may see of the cards of public programs, said once.

        Proposals are the municipality's own papers; so is what was left out before anybody saw it.
        """
        from programs.models import PUBLIC_STATUSES, CardStage, CardVersion

        was_shown = CardVersion.objects.filter(card=OuterRef("pk"), stage=CardStage.PRELIMINARY)
        shown = (CardStage.PRELIMINARY, CardStage.UPDATED, CardStage.IN_PROGRAM)
        return self.filter(program__status__in=PUBLIC_STATUSES).filter(
            Q(stage__in=shown) | Q(Exists(was_shown), stage=CardStage.LEFT_OUT)
        )

    def kept(self) -> Self:
        """Without those that were not retained."""
        from programs.models import CardStage

        return self.exclude(stage=CardStage.LEFT_OUT)

    def for_list_page(self) -> Self:
        """By number, each with its zone and its versions."""
        from programs.models import CardVersion

        versions = CardVersion.objects.order_by("number")
        return (
            self.select_related("zone")
            .prefetch_related(Prefetch("versions", versions, "listed_versions"))
            .order_by("number")
        )

    def for_schedule_page(self) -> Self:
        """By number, each with its zone, its steps and what was recorded of its progress."""
        from programs.models import ExecutionUpdate, ScheduleStep

        steps = ScheduleStep.objects.order_by("position", "pk")
        updates = ExecutionUpdate.objects.order_by("on", "pk")
        return (
            self.select_related("zone")
            .prefetch_related(
                Prefetch("steps", steps, "listed_steps"), Prefetch("updates", updates, "listed_updates")
            )
            .order_by("number")
        )


class NeedQuerySet(models.QuerySet):
    def of(self, municipality: Municipality) -> Self:
        return self.filter(municipality=municipality)

    def before(self, program: Program) -> Self:
        """What was asked before the year of a program, and was not funded by then.

        A card of an approved program of an earlier year answers its needs: they no longer come back.
        """
        from programs.models import CardStage, Status

        answered = Q(
            card__stage=CardStage.IN_PROGRAM,
            card__program__status__in=(Status.APPROVED, Status.CLOSED),
            card__program__year__lt=program.year,
        )
        return self.filter(municipality=program.municipality_id, asked_in__lt=program.year).exclude(answered)

    def for_list_page(self) -> Self:
        """The longest waiting first, each with its zone and the project that answers it."""
        return self.select_related("zone", "card__program").order_by("asked_in", "number")

"""Entries about a thing and everything that is, or was, part of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from django.db import models
from django.db.models import Q
from django.db.models.functions import Cast

from portal.audit.models import Entry
from portal.municipalities.models import Municipality


def about(parts: Mapping[type[models.Model], Q]) -> Q:
    """What entries about the rows answer that meet the condition of their model."""
    wanted = Q()
    for model, condition in parts.items():
        wanted |= Q(object_type=model._meta.label_lower, object_id__in=_keys(model, condition))
    return wanted


def last_editor(
    *,
    municipality: Municipality,
    entries: models.QuerySet[Entry],
    parts: Iterable[type[models.Model]],
    steps: Collection[str],
) -> int | None:
    """Who changed a thing last; ``None`` where the journal knows nobody.

    Args:
        entries: those about the thing and its parts.
        parts: the models of the parts. Of a part that was removed nothing tells any more what it was a part
            of, so since the thing's last step every removal of such a row in the municipality counts.
        steps: the acts that change nothing of what is read, such as its publication.
    """
    step = entries.filter(action__in=steps).order_by("-pk").values_list("pk", flat=True).first()
    kinds = [model._meta.label_lower for model in parts]
    is_removal = Q(action="row.deleted") | Q(action__endswith=".removed")
    removals = Q(is_removal, municipality=municipality, object_type__in=kinds, pk__gt=step or 0)
    # Two questions instead of one with OR: each finds its own index.
    edits = entries.exclude(action__in=steps), Entry.objects.filter(removals)
    hands = [
        found
        for query in edits
        if (found := query.exclude(actor=None).order_by("-pk").values_list("pk", "actor_id").first())
    ]
    return max(hands)[1] if hands else None


def _keys(model: type[models.Model], condition: Q) -> models.QuerySet:
    rows = model._default_manager.filter(condition).order_by()
    return rows.annotate(key=Cast("pk", models.CharField())).values("key")

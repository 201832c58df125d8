"""Run by ``test_backup`` in a process of its own, on another database: a portal as it was long ago.

``upgrading.py old ROWS`` makes the tables of the first release and fills them, goes on to the first one with
contributions and fills those. ``upgrading.py sums`` reads, of each table that was there then, how many rows
it has and a fingerprint of what its columns of then hold. Both write one line of JSON.
"""

from __future__ import annotations

import datetime
import decimal
import json
import random
import sys
import uuid
from typing import Any

import django

OLDEST = [
    ("accounts", "0001_initial"),
    ("municipalities", "0001_initial"),
    ("audit", "0001_initial"),
    ("programs", "0001_initial"),
    ("consultations", "0001_initial"),
    ("sessions", "0001_initial"),
]
WITH_CONTRIBUTIONS = ("consultations", "0002_participation")
MOMENT = datetime.datetime(2026, 3, 31, 8, 15, 0, 123456, tzinfo=datetime.UTC)
FEW = 20
KNOWN: dict[str, dict[str, Any]] = {
    "municipalities.municipality": {"country": "TN", "time_zone": "Africa/Tunis", "currency": "TND"},
    "consultations.activity": {"percent": 50, "precision": "month", "starts_on": None, "ends_on": None},
    "consultations.contribution": {"status": "published", "kind": "comment", "answer_id": None},
    "consultations.consultation": {"status": "draft", "opens_at": None, "closes_at": None},
    "programs.task": {"done": True},
}
"""What a column may hold where not everything is allowed."""


def main(command: str, *arguments: str) -> None:
    django.setup()
    done = (make_old(int(arguments[0])), sums()) if command == "old" else (None, sums(), spoiled())
    sys.stdout.write(json.dumps(done) + "\n")


def make_old(rows: int) -> dict[str, int]:
    """The first release's tables with rows in every one, and many where there are many in life."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    from portal.backups.contents import applied_state, models_of

    MigrationExecutor(connection).migrate(OLDEST)
    apps = models_of(applied_state())
    made = _fill(apps, {"audit.entry": rows, "programs.task": rows // 10})
    MigrationExecutor(connection).migrate([WITH_CONTRIBUTIONS])
    apps = models_of(applied_state())
    made |= _fill(
        apps, {"consultations.contribution": rows}, only={"consultation", "contribution", "question"}
    )
    return made


def _fill(apps: Any, many: dict[str, int], only: set[str] | None = None) -> dict[str, int]:
    from django.db import transaction

    from portal.backups.contents import MADE_BY_MIGRATE, kept_models

    waiting = [
        model
        for model in kept_models(apps)
        if model._meta.label_lower not in MADE_BY_MIGRATE
        and model._meta.app_label in {app for app, _ in OLDEST}
        and (only is None or model._meta.model_name in only)
    ]
    made = {}
    while waiting:
        ready = next(
            model for model in waiting if not any(target in waiting for target in _targets(model) - {model})
        )
        waiting.remove(ready)
        label = ready._meta.label_lower
        with transaction.atomic():
            made[label] = _add(ready, many.get(label, FEW))
    return made


def _targets(model: Any) -> set[Any]:
    return {field.related_model for field in model._meta.local_concrete_fields if field.is_relation}


def _add(model: Any, count: int) -> int:
    """Add rows to a table; none where it points to what nobody made. Returns how many."""
    chance, fields = random.Random(count), model._meta.local_concrete_fields
    keys = {
        field: list(field.related_model._base_manager.values_list("pk", flat=True))
        for field in fields
        if field.is_relation
    }
    known = KNOWN.get(model._meta.label_lower, {})
    if any(not keys[field] and not field.null for field in keys):
        return 0
    rows = []
    for number in range(count):
        values = {
            field.attname: known.get(field.attname, _value(field, number + place, keys, chance))
            for place, field in enumerate(fields)
            if not field.primary_key
        }
        rows.append(model(**values))
    model._base_manager.bulk_create(rows, batch_size=500)
    return count


def _value(field: Any, number: int, keys: dict[Any, list], chance: random.Random) -> Any:
    """Something that the column can hold, another one in each row."""
    from django.db import models

    small = models.SmallIntegerField | models.PositiveSmallIntegerField
    if field.is_relation:
        # Each in turn, so that no pair comes twice, and none of a row with itself.
        return keys[field][number % len(keys[field])] if keys[field] else None
    if isinstance(field, models.JSONField):
        return {"نص": [number, 0.5, None]} if field.get_default() == {} else []
    if isinstance(field, models.CharField | models.TextField):
        most = field.max_length or 40
        return f"{number}"[:most] if most < 20 else f"{number} رزنامة {chance.random()}"[:most]
    if isinstance(field, models.BooleanField):
        return False
    if isinstance(field, models.DateTimeField):
        return MOMENT + datetime.timedelta(seconds=number)
    if isinstance(field, models.DateField):
        return MOMENT.date()
    if isinstance(field, models.DecimalField):
        return decimal.Decimal("12.5")
    if isinstance(field, models.UUIDField):
        return uuid.UUID(int=number)
    if isinstance(field, models.IntegerField):
        return number % 30_000 + 1 if isinstance(field, small) else number + 1
    return None


def sums() -> dict[str, list]:
    """Of each table of then, read by the columns of then."""
    from portal.backups.contents import Sum, kept_models, line_of, models_of, rows_of

    found = {}
    for model in kept_models(models_of([*OLDEST, WITH_CONTRIBUTIONS])):
        total = Sum()
        if model._meta.app_label in {app for app, _ in OLDEST}:
            for row in rows_of(model):
                total.add(line_of(row))
            found[model._meta.label_lower] = [total.rows, total.fingerprint]
    return found


def spoiled() -> dict[str, list]:
    """The same where somebody changes a letter of one row, which then is put right again."""
    from django.db import transaction

    from programs.models import Task

    with transaction.atomic():
        Task.objects.filter(pk=Task.objects.order_by("pk")[0].pk).update(title_ar="x")
        found = sums()
        transaction.set_rollback(True)
    return found


if __name__ == "__main__":
    main(*sys.argv[1:])

"""Texts put into every column that holds words of people, past every door."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from django.apps import apps
from django.db import connection, models, transaction

_OURS = ("portal", "programs", "consultations")
# What the portal itself writes and reads back: names of kinds, keys, hashes, addresses of its own.
_OF_MACHINES = frozenset(
    {
        *("password", "stamp", "session_data", "content_type", "sha256", "origin_sha256", "content_sha256"),
        *(
            "previous_hash",
            "action",
            "object_type",
            "object_id",
            "act",
            "topic",
            "language",
            "event",
            "scope",
        ),
        *("key", "kind", "order", "steps", "doing", "failure", "subject_kind", "part", "profile", "age"),
        *("likeness", "made_from", "owner", "back", "channels", "outcome", "flags", "search_text"),
        *("ascii_filename", "map_url", "remote_url", "url", "by_category", "by_zone", "imported"),
    }
)
_WORDLESS = frozenset(
    {
        *("publications.Publication.address", "publications.Publication.content", "editing.Presence.place"),
        *("consultations.Figures.content", "papers.Printing.filename"),
    }
)
_APPEND_ONLY = frozenset({"audit.Entry", "publications.Publication"})

Write = Callable[[str, int, int | None], str]
"""The text for a column, a row and at most so many characters; ``""`` leaves what is there."""


def columns() -> list[tuple[type[models.Model], list[models.Field]]]:
    """The models with the columns that hold words of people."""
    found = []
    for model in apps.get_models():
        if model.__module__.partition(".")[0] in _OURS:
            fields = [field for field in model._meta.concrete_fields if _holds_words(model, field)]
            found += [(model, fields)] if fields else []
    return found


def _holds_words(model: type[models.Model], field: models.Field) -> bool:
    is_text = isinstance(field, models.CharField | models.TextField | models.JSONField)
    is_other = isinstance(field, models.SlugField | models.URLField | models.EmailField | models.FileField)
    is_ours = field.name in _OF_MACHINES or f"{model._meta.label}.{field.name}" in _WORDLESS
    return is_text and not (is_other or is_ours or field.choices or field.unique)


def plant(write: Write, triggers_off: Callable[[], AbstractContextManager[None]]) -> dict[str, int]:
    """Put texts into every such column; what a column of the database refuses is left.

    Returns:
        Label of the column → how many rows hold a planted text.
    """
    planted: dict[str, int] = {}
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with triggers_off():
        for model, fields in columns():
            rows = list(models.QuerySet(model).order_by("pk")[:1000])
            for field in fields:
                planted |= _plant_column(model, field, rows, write)
    return planted


def _plant_column(
    model: type[models.Model], field: models.Field, rows: list[Any], write: Write
) -> dict[str, int]:
    label = f"{model._meta.label}.{field.name}"
    changed = []
    for number, row in enumerate(rows):
        held = getattr(row, field.name)
        if isinstance(field, models.JSONField):
            new = _with_texts(held, write(label, number, None))
        else:
            new = write(label, number, field.max_length)
        if held and new and new != held:
            setattr(row, field.name, new)
            changed.append(row)
    try:
        with transaction.atomic():
            models.QuerySet(model).bulk_update(changed, [field.name], batch_size=50)
    except Exception:
        for row in changed:
            row.refresh_from_db(fields=[field.name])
        return {}
    return {label: len(changed)} if changed else {}


def _with_texts(value: Any, text: str) -> Any:
    """The value with the words of people in it replaced: what has a blank or other letters than Latin."""
    if isinstance(value, dict):
        return {name: _with_texts(each, text) for name, each in value.items()}
    if isinstance(value, list):
        return [_with_texts(each, text) for each in value]
    is_word = isinstance(value, str) and (" " in value or not value.isascii())
    return text if is_word else value

"""The single door of the journal.

Whoever changes something that a municipality owns calls :func:`record` in the same transaction.
It also counts the municipality's ``revision`` up, which is what the public pages' validators look
at: a change that is not journalled would not be seen, and one that is cannot be missed.
"""

from __future__ import annotations

import datetime
import uuid
from typing import TYPE_CHECKING, Any

from django.db import models, transaction

from portal.audit.models import Entry

if TYPE_CHECKING:
    from portal.accounts.models import User
    from portal.municipalities.models import Municipality

Changes = dict[str, tuple[Any, Any]]


def record(
    *,
    actor: User | None,
    action: str,
    obj: models.Model,
    municipality: Municipality | None,
    changes: Changes | None = None,
    batch: uuid.UUID | None = None,
) -> Entry:
    """Write one act into the journal and mark the municipality's pages as changed.

    ``actor`` is ``None`` for what a command did; ``action`` is ``<noun>.<past participle>``, e.g.
    ``program.published``; ``changes`` maps a field to its values before and after; ``batch`` is the
    same for what one person did to several rows at once. Must run inside
    the transaction that makes the change, so that neither exists without the other.

    Of the ``untold_fields`` of a row, such as a person's address, only that they changed is kept: nothing
    could be taken out of the journal again.
    """
    untold: frozenset[str] = getattr(obj, "untold_fields", frozenset())
    with transaction.atomic():
        if municipality is not None:
            touch(municipality)
        return Entry.objects.create(
            actor=actor,
            municipality=municipality,
            action=action,
            object_type=obj._meta.label_lower,
            object_id=str(obj.pk),
            object_label=label_of(obj)[:300],
            batch=batch,
            changes={
                field: [None, None] if field in untold else [_plain(old), _plain(new)]
                for field, (old, new) in (changes or {}).items()
            },
        )


def label_of(obj: models.Model) -> str:
    """What the journal, which keeps it for ever, calls a row: people say by ``journal_label`` how."""
    return str(getattr(obj, "journal_label", obj))


def touch(municipality: Municipality) -> None:
    """Mark the municipality's pages as changed, without an entry: for what people contribute.

    A contribution is its own record, and who wrote it is nobody that a journal could name.
    Until the transaction ends, others who write in the municipality wait.
    """
    type(municipality).objects.filter(pk=municipality.pk).update(revision=models.F("revision") + 1)


def _plain(value: Any) -> Any:
    """The value as JSON keeps it: figures, texts and lists as such, dates as ISO 8601, the rest in words."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset | models.QuerySet):
        return [_plain(item) for item in value]
    return label_of(value) if isinstance(value, models.Model) else str(value)

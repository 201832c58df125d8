"""What is done to the copies that are sent: listed, corrected, proved.

Each act takes its turn first and is journalled once; nothing of it is public.
"""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.audit.log import Changes, record
from portal.dispatches.models import Dispatch, DispatchLine, DispatchProof, Recipient
from portal.editing.rows import RowEdit, RowsRefused, write_rows
from portal.files.quota import check_room
from portal.files.uploads import CheckedFile
from portal.municipalities.models import Municipality
from portal.municipalities.turns import take_turn


@dataclass(frozen=True, slots=True)
class Sending:
    """How copies are sent, as far as it is known when they are listed."""

    way: str
    sent_on: datetime.date | None


@transaction.atomic
def save_recipients(*, municipality: Municipality, edits: Iterable[RowEdit], actor: User | None) -> int:
    """Write what was changed of the register of recipients; see :func:`portal.editing.rows.write_rows`."""
    rows = Recipient.objects.of(municipality)
    return write_rows(rows=rows, edits=edits, municipality=municipality, actor=actor)


@transaction.atomic
def begin_dispatch(
    *,
    municipality: Municipality,
    values: Mapping[str, Any],
    recipients: Sequence[Recipient],
    sending: Sending,
    actor: User | None,
) -> Dispatch:
    """List copies of something that are sent to recipients. Raises ``ValidationError`` by field.

    Args:
        values: the subject (``subject_kind``, ``subject_pk``), the titles, the ``publication``.
    """
    take_turn(municipality)
    dispatch = Dispatch(municipality=municipality, **values)
    dispatch.full_clean(exclude=["municipality"])
    dispatch.save()
    names = _add_lines(dispatch, recipients, sending)
    changes: Changes = {name: (None, value) for name, value in values.items() if value not in (None, "")}
    changes["recipients"] = (None, names)
    _tell(dispatch, "dispatch.added", changes, actor)
    return dispatch


@transaction.atomic
def add_recipients(
    *, dispatch: Dispatch, recipients: Sequence[Recipient], sending: Sending, actor: User | None
) -> int:
    """Add copies to a list; who is on it already is left alone. Return how many were added."""
    current = _take_turn(dispatch)
    there = set(current.lines.values_list("recipient_id", flat=True))
    names = _add_lines(current, [each for each in recipients if each.pk not in there], sending)
    if names:
        _tell(current, "dispatch.extended", {"recipients": (None, names)}, actor)
    return len(names)


def _add_lines(dispatch: Dispatch, recipients: Sequence[Recipient], sending: Sending) -> list[str]:
    """The names of those who were added. Raises ``ValidationError`` by field."""
    for recipient in recipients:
        line = DispatchLine(
            dispatch=dispatch,
            recipient=recipient,
            address=recipient.address,
            way=sending.way,
            sent_on=sending.sent_on,
        )
        line.full_clean(exclude=["dispatch"])
        line.save()
    return [str(recipient) for recipient in recipients]


@transaction.atomic
def save_dispatch(*, dispatch: Dispatch, edits: Sequence[RowEdit], actor: User | None) -> int:
    """Write what was changed of a dispatch and of its copies, all or nothing; return how many rows.

    Raises :class:`~portal.editing.rows.RowsRefused` for both together.
    """
    current, batch = _take_turn(dispatch), uuid.uuid4()
    parts = (
        (Dispatch.objects.filter(pk=current.pk), [e for e in edits if isinstance(e.row, Dispatch)]),
        (current.lines.all(), [e for e in edits if isinstance(e.row, DispatchLine)]),
    )
    count, refused = 0, RowsRefused()
    for rows, part in parts:
        try:
            count += write_rows(
                rows=rows, edits=part, municipality=current.municipality, actor=actor, batch=batch
            )
        except RowsRefused as found:
            refused.errors |= found.errors
            refused.clashes |= found.clashes
    if refused:
        raise refused
    return count


@transaction.atomic
def remove_dispatch(*, dispatch: Dispatch, actor: User | None) -> None:
    """Remove a list that was begun by mistake. Raises ``ValidationError`` where a copy is proved."""
    current = _take_turn(dispatch)
    if DispatchProof.objects.filter(line__dispatch=current).exists():
        raise ValidationError(_("There are proofs of this dispatch: it stays."))
    names = [str(line.recipient) for line in current.lines.select_related("recipient")]
    _tell(current, "dispatch.removed", {"recipients": (names, None)}, actor)
    current.delete()


# Proofs


def attach_proofs(
    *, line: DispatchLine, uploads: Sequence[CheckedFile], actor: User | None
) -> list[DispatchProof]:
    """Keep checked files that prove a copy, all or none. Raises :class:`~portal.files.quota.StorageFull`."""
    municipality = line.dispatch.municipality
    check_room(municipality, uploads)
    files = [DispatchProof.of(upload, actor=actor, is_public=False, line=line) for upload in uploads]
    with transaction.atomic():
        current = _take_turn(line.dispatch)
        check_room(municipality, files)
        for file in files:
            file.save()
        names = [file.name for file in files]
        changes: Changes = {"recipients": (None, str(line.recipient)), "file": (None, names)}
        _tell(current, "dispatch_proof.added", changes, actor)
    return files


@transaction.atomic
def remove_proof(*, proof: DispatchProof, actor: User | None) -> None:
    """Remove a file that proves a copy: handed in by mistake, or of another one."""
    current = _take_turn(proof.line.dispatch)
    if DispatchProof.objects.filter(pk=proof.pk).delete()[0]:
        changes: Changes = {
            "recipients": (str(proof.line.recipient), None),
            "file": (proof.name, None),
        }
        _tell(current, "dispatch_proof.removed", changes, actor)


def _take_turn(dispatch: Dispatch) -> Dispatch:
    """The dispatch as it is, once it is our turn to write in its municipality."""
    take_turn(dispatch.municipality)
    return Dispatch.objects.select_related("municipality").get(pk=dispatch.pk)


def _tell(dispatch: Dispatch, action: str, changes: Changes, actor: User | None) -> None:
    record(actor=actor, action=action, obj=dispatch, municipality=dispatch.municipality, changes=changes)

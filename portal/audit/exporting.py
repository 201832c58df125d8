"""The journal as a table that whoever watches over a municipality takes along."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from django.db import models, transaction
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from portal.accounts.models import User
from portal.audit.log import record
from portal.audit.models import Entry
from portal.audit.reading import NOTHING, Change, read_entry
from portal.importing.inert import inert_in_csv
from portal.municipalities.models import Municipality

MOST_ENTRIES = 50_000
"""What one file holds. The journal of a busy town fills it in some years: then the days are chosen."""
_CHUNK = 2000


class TooManyEntries(Exception):  # noqa: N818 - says what was asked for
    """More entries answer than one file holds."""


@transaction.atomic
def take_out(*, entries: models.QuerySet[Entry], municipality: Municipality, actor: User) -> str:
    """The entries as CSV, the oldest first, a line for each changed field; the journal keeps who took it.

    No cell is a formula. Raises :class:`TooManyEntries`.
    """
    count = entries.count()
    if count > MOST_ENTRIES:
        raise TooManyEntries
    told = io.StringIO()
    # The mark tells spreadsheets that the letters are UTF-8; without it Arabic is unreadable.
    told.write("\ufeff")
    table = csv.writer(told)
    table.writerow(_headers())
    for entry in entries.select_related("actor", "municipality").order_by("at", "pk").iterator(_CHUNK):
        table.writerows(_lines(entry))
    record(
        actor=actor,
        action="journal.exported",
        obj=municipality,
        municipality=municipality,
        changes={"entries": (None, count)},
    )
    return told.getvalue()


def _headers() -> list[str]:
    return [
        _("Entry"),
        _("When"),
        _("Who"),
        _("Act"),
        _("Act, its code"),
        _("Kind of object"),
        _("Object"),
        _("Number of the object"),
        _("Field"),
        pgettext("value", "From"),
        pgettext("value", "To"),
        _("Act of several rows"),
    ]


def _lines(entry: Entry) -> Iterator[list[str]]:
    """A line for each field that changed; one without field for an act that changed none."""
    line = read_entry(entry)
    zone = entry.municipality.zone_info if entry.municipality else None
    first = [
        str(entry.pk),
        entry.at.astimezone(zone).isoformat(timespec="seconds"),
        str(entry.actor) if entry.actor else _("The portal"),
        line.sentence,
        entry.action,
        line.kind,
        entry.object_label,
        entry.object_id,
    ]
    for change in line.changes or (Change("", NOTHING, NOTHING),):
        values = ["" if value == NOTHING else value for value in (change.before, change.after)]
        yield [inert_in_csv(cell) for cell in (*first, change.label, *values, str(entry.batch or ""))]

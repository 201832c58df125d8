"""Putting the announced day of a holiday in place of the estimated one."""

from __future__ import annotations

import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.audit.log import record
from portal.municipalities.models import ConfirmedHoliday, Municipality
from portal.municipalities.turns import take_turn
from portal.workdays.calculated import calculated_days

FARTHEST = 5
"""Days between an estimate and what is announced, at the most: the sighting of a moon shifts one or two."""


@transaction.atomic
def confirm_holiday(
    *,
    municipality: Municipality,
    key: str,
    estimated_on: datetime.date,
    date: datetime.date,
    actor: User | None,
) -> ConfirmedHoliday:
    """Keep the announced day of an estimated holiday, and journal it. A later word replaces an earlier one.

    The other days of the feast follow the first one (:mod:`portal.workdays.days`). Nothing is written
    where the day is confirmed already.

    Args:
        key: the holiday's English name, as calculated.
        estimated_on: its calculated day.

    Raises:
        ValidationError: there is no such estimate (of no field), or the day is too far from it (``date``).
    """
    if (key, estimated_on, True) not in calculated_days(municipality.country, estimated_on.year):
        raise ValidationError(_("There is no such holiday to confirm."))
    if abs((date - estimated_on).days) > FARTHEST:
        told = _("This day is more than %(days)s days from the estimated one.") % {"days": FARTHEST}
        raise ValidationError({"date": told})
    take_turn(municipality)
    known = municipality.confirmed_holidays.filter(name=key, estimated_on=estimated_on).first()
    if known and known.date == date:
        return known
    row = known or ConfirmedHoliday(municipality=municipality, name=key, estimated_on=estimated_on)
    old, row.date = row.date, date
    row.save()
    changes = {"holiday": (None, key), "estimated_on": (None, estimated_on), "date": (old, date)}
    record(actor=actor, action="holiday.confirmed", obj=row, municipality=municipality, changes=changes)
    return row

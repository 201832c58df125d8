"""The figures of a consultation: released once, when nothing more can come."""

from __future__ import annotations

import datetime
from collections import Counter

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from consultations import letters
from consultations.asked import lists_of
from consultations.disclosure import Table, label_table, plain_table
from consultations.figures import NO_ZONE, earliest_on
from consultations.models import Channel, Consultation, Contribution, Figures
from consultations.talk import disclosure_of, known_codes
from portal.accounts.models import User
from portal.audit.log import record
from portal.municipalities.models import Zone
from portal.municipalities.turns import take_turn


@transaction.atomic
def release(*, consultation: Consultation, actor: User | None) -> Figures:
    """Release the figures by profile, age bracket, zone and channel, for good.

    They are made once because two releases could be subtracted; and not on a day on which something was
    published, since labels of that day are shown from the next one.

    Raises ``ValidationError``: contributions can still come or wait to be read, the day has not come, there
    is nothing to count, or the figures are there already.
    """
    take_turn(consultation.municipality)
    current = _stored(consultation)
    problem = why_not(current, timezone.now())
    if problem:
        raise ValidationError(problem)
    figures = Figures.objects.create(consultation=current, content=_content(current))
    record(
        actor=actor,
        action="consultation.figures_released",
        obj=current,
        municipality=current.municipality,
    )
    letters.figures_released(current)
    return figures


def release_if_due(consultation: Consultation) -> bool:
    """Release the figures where their day has come and nobody did; whether that happened."""
    with transaction.atomic():
        take_turn(consultation.municipality)
        if why_not(_stored(consultation), timezone.now()):
            return False
        release(consultation=consultation, actor=None)
    return True


def why_not(consultation: Consultation, now: datetime.datetime) -> str:
    """Why the figures cannot be released at ``now``; empty where they can."""
    if Figures.objects.filter(consultation=consultation).exists():
        return _("The figures are released already.")
    if not consultation.is_public or now < consultation.moments[1]:
        return _("The figures are released after the closing.")
    rows = Contribution.objects.filter(consultation=consultation)
    if rows.pending().exists():
        return _("Some contributions have not been read yet.")
    last_day = rows.last_published_on()
    if last_day is None:
        return _("No contribution was published: there is nothing to count.")
    if now.astimezone(consultation.municipality.zone_info).date() < earliest_on(consultation, last_day):
        return _("The day of the figures has not come yet.")
    return ""


def _stored(consultation: Consultation) -> Consultation:
    current = Consultation.objects.get(pk=consultation.pk)
    current.municipality = consultation.municipality
    return current


def _content(consultation: Consultation) -> dict:
    """The four tables, of all that was ever published, as they stay."""
    lists = lists_of(consultation.municipality)
    disclosure = disclosure_of(consultation, lists)
    rows = list(
        Contribution.objects.filter(consultation=consultation, published_on__isnull=False).values_list(
            "profile", "age", "published_on", "zone_id", "channel"
        )
    )
    labels = [disclosure.label((profile, age), day) for profile, age, day, _zone, _channel in rows]
    zone_codes = (NO_ZONE if zone is None else str(zone) for *_others, zone, _channel in rows)
    zones = list(Zone.objects.filter(municipality=consultation.municipality).order_by("number"))
    channels = [channel for channel in Channel.values if channel in consultation.channels]
    return {
        "total": len(rows),
        "profile": _kept(label_table((label[0] for label in labels), known_codes(lists.profiles))),
        "age": _kept(label_table((label[1] for label in labels), known_codes(lists.ages))),
        "zone": _kept(plain_table(Counter(zone_codes), [*(str(zone.pk) for zone in zones), NO_ZONE])),
        "channel": _kept(plain_table(Counter(row[-1] for row in rows), channels)),
        "zones": {str(zone.pk): {"name_ar": zone.name_ar, "name_fr": zone.name_fr} for zone in zones},
    }


def _kept(table: Table) -> dict:
    return {"rows": [list(row) for row in table.rows], "hidden": list(table.hidden), "rest": table.rest}

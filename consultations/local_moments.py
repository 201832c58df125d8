"""Moments as people say them: a day in words and a time, by the clocks of the municipality."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from consultations.countdown import last_day_of
from consultations.models import Consultation
from consultations.period_box import clock
from portal.bilingual import page_language
from portal.locales import full_date


@dataclass(frozen=True, slots=True)
class LocalMoment:
    """Template: ``consultations/contribute_moment.html``."""

    iso: str
    day: str
    """With its weekday."""
    time: str


def local_moment(moment: datetime.datetime, consultation: Consultation) -> LocalMoment:
    """A moment where the consultation takes place."""
    local = moment.astimezone(consultation.municipality.zone_info)
    return LocalMoment(local.isoformat(), _day(local.date(), consultation), clock(moment, consultation))


def closing_moment(consultation: Consultation) -> LocalMoment:
    """When a public consultation closes; midnight is 24:00 of the last day, on which one may still send."""
    closes_at, zone = consultation.moments[1], consultation.municipality.zone_info
    return LocalMoment(
        closes_at.astimezone(zone).isoformat(),
        _day(last_day_of(closes_at, zone), consultation),
        clock(closes_at, consultation, is_end=True),
    )


def _day(day: datetime.date, consultation: Consultation) -> str:
    return full_date(day, consultation.municipality.country, page_language())

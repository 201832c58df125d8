"""Contributions that the staff type in: from paper, by telephone, out of a meeting."""

from __future__ import annotations

import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from consultations.countdown import last_day_of
from consultations.marks import marks_of
from consultations.models import Channel, Consultation, Contribution
from consultations.services.contributions import Received, Words, receive
from portal.accounts.models import User
from portal.municipalities.models import Municipality

_MOMENT = datetime.timedelta(seconds=1)
_NOON = datetime.time(12)


@transaction.atomic
def enter_contribution(
    *,
    consultation: Consultation,
    words: Words,
    code: str,
    channel: str,
    given_on: datetime.date,
    language: str,
    key: str = "",
    email: str = "",
    actor: User,
) -> Received:
    """Store what somebody gave on a day by a channel other than the portal.

    Args:
        code: of the receipt: the serial of a paper form, or one made to be read out.
        given_on: by the municipality's clock; the days of the answer are counted from it.
        language: in which its author is answered.
        key: of the form that is typed into, so that the same form is stored once.

    Raises:
        Closed: the consultation takes no entries any more, or not yet.
        ValidationError: by field: at ``channel`` or ``given_on``, and as ``receive`` does.
    """
    if channel not in entry_channels(consultation):
        raise ValidationError({"channel": _("The consultation does not take contributions this way.")})
    check_day(consultation, given_on)
    received = receive(
        consultation=consultation,
        words=words,
        code=code,
        language=language,
        key=key,
        email=email,
        channel=channel,
        entered_by=actor,
        marks=marks_of(words.text, words.solution, words.effect),
    )
    if received.is_new:
        moment = _given_at(consultation, given_on)
        Contribution.objects.filter(pk=received.contribution.pk).update(received_at=moment)
        received.contribution.received_at = moment
    return received


def entry_channels(consultation: Consultation) -> list[Channel]:
    """The ways by which the consultation takes contributions that the staff type in."""
    return [channel for channel in Channel if channel != Channel.WEB and channel in consultation.channels]


def check_day(consultation: Consultation, given_on: datetime.date) -> None:
    """Raise ``ValidationError`` at ``given_on`` for a day on which nothing could be given."""
    opens_at, closes_at = consultation.moments
    zone = consultation.municipality.zone_info
    if given_on > consultation.municipality.today():
        raise ValidationError({"given_on": _("This day is still to come.")})
    if not opens_at.astimezone(zone).date() <= given_on <= last_day_of(closes_at, zone):
        raise ValidationError({"given_on": _("The consultation was not open on this day.")})


def _given_at(consultation: Consultation, given_on: datetime.date) -> datetime.datetime:
    """A moment of the day on which the consultation was open: now, or noon of a day that is over."""
    opens_at, closes_at = consultation.moments
    municipality: Municipality = consultation.municipality
    noon = datetime.datetime.combine(given_on, _NOON, municipality.zone_info)
    moment = timezone.now() if given_on == municipality.today() else noon
    return max(opens_at, min(moment, closes_at - _MOMENT))

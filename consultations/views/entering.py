"""Typing in what came on paper, by telephone or in a meeting: several in a row, by keyboard alone."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from consultations.forms_entering import LONGEST_KEY, EntryForm
from consultations.models import Channel, Consultation, Contribution
from consultations.receipts import code_for, fingerprint, shown
from consultations.rules_receiving import takes_entries
from consultations.services.contributions import Closed, Received
from consultations.services.entering import enter_contribution, entry_channels
from portal.municipalities.access import Act, person, staff_page
from portal.municipalities.models import Municipality


@dataclass(frozen=True, slots=True)
class Way:
    """A consultation with a channel, as the page offers it."""

    consultation: Consultation
    channel: str
    label: str
    is_current: bool

    @property
    def query(self) -> str:
        return f"?consultation={self.consultation.number}&channel={self.channel}"


@staff_page(Act.MODERATE)
@require_http_methods(["GET", "HEAD", "POST"])
def enter_page(request: HttpRequest, municipality: Municipality) -> HttpResponse:
    """Type in a contribution; the next form keeps consultation, channel, kind, day and language."""
    consultations = _open_for_entries(municipality)
    consultation, channel = _chosen(request, consultations)
    if consultation is None and request.method == "POST":
        consultation, channel = _over(request, municipality)
    context: dict[str, Any] = {
        "municipality": municipality,
        "desk_section": "contributions",
        "ways": [_ways(row, consultation, channel) for row in consultations],
        "consultation": consultation,
        "channel": channel,
        "follow": request.build_absolute_uri(reverse("follow-door")),
    }
    if consultation is None:
        return render(request, "consultations/desk/enter.html", context)
    if request.method == "POST":
        return render(
            request, "consultations/desk/enter.html", context | _entered(request, consultation, channel)
        )
    form = EntryForm(consultation=consultation, channel=channel, key=_new_key(), initial={})
    return render(request, "consultations/desk/enter.html", context | {"form": form})


def _open_for_entries(municipality: Municipality) -> list[Consultation]:
    """The consultations into which something may be typed now, by whichever way."""
    now = timezone.now()
    rows = Consultation.objects.of(municipality).published().for_consultation_page().order_by("-number")
    found = [row for row in rows if takes_entries(row, now) and entry_channels(row)]
    for row in found:
        row.municipality = municipality
    return found


def _chosen(request: HttpRequest, consultations: list[Consultation]) -> tuple[Consultation | None, str]:
    """What the address names, else the newest consultation and its first channel."""
    number = request.GET.get("consultation", "")
    named = [row for row in consultations if str(row.number) == number]
    if not consultations or (number and not named):
        return None, ""
    consultation = (named or consultations)[0]
    channels = entry_channels(consultation)
    channel = request.GET.get("channel", "")
    return consultation, channel if channel in channels else channels[0]


def _over(request: HttpRequest, municipality: Municipality) -> tuple[Consultation | None, str]:
    """What the address names where nothing is typed in any more: what was typed is refused, and not lost."""
    number, channel = request.GET.get("consultation", ""), request.GET.get("channel", "")
    if not (number.isascii() and number.isdecimal() and len(number) < 10):
        return None, ""
    rows = Consultation.objects.of(municipality).exclude(opens_at=None).exclude(closes_at=None)
    row = rows.for_consultation_page().filter(number=number).first()
    if row is not None:
        row.municipality = municipality
    return row, channel if channel in (Channel.PHONE, Channel.SESSION) else Channel.PAPER.value


def _ways(row: Consultation, chosen: Consultation | None, channel: str) -> list[Way]:
    return [
        Way(row, way, str(Channel(way).label), is_current=row == chosen and way == channel)
        for way in entry_channels(row)
    ]


def _new_key() -> str:
    return secrets.token_urlsafe(24)


def _entered(request: HttpRequest, consultation: Consultation, channel: str) -> dict[str, Any]:
    """What the page shows after a form was sent: what was stored and the next form, or what is wrong."""
    key = request.POST.get("key", "")[:LONGEST_KEY] or _new_key()
    form = EntryForm(request.POST, consultation=consultation, channel=channel, key=key, initial={})
    if not takes_entries(consultation, timezone.now()):
        return {"form": _told_closed(form)}
    if not form.is_valid():
        return {"form": form}
    # A key of the staff's form never gives the code of a form on the portal.
    code = form.cleaned_data.get("serial") or code_for(f"staff {person(request).pk} {key}")
    try:
        received = enter_contribution(
            consultation=consultation,
            words=form.words(),
            code=code,
            channel=channel,
            given_on=form.cleaned_data["given_on"],
            language=form.cleaned_data["language"],
            key=f"staff {key}",
            email=form.cleaned_data["email"],
            actor=person(request),
        )
    except Closed:
        return {"form": _told_closed(form)}
    except ValidationError as refusal:
        form.refuse(_at_serial(refusal))
        return {"form": form, "used": _used(consultation, code)}
    return _stored(form, received, consultation, channel, code)


def _told_closed(form: EntryForm) -> EntryForm:
    form.add_error(None, _("The consultation takes no more entries. Copy the text: it was not stored."))
    return form


def _stored(
    form: EntryForm, received: Received, consultation: Consultation, channel: str, code: str
) -> dict[str, Any]:
    if not received.says_the_same:
        form.add_error(
            "serial" if "serial" in form.fields else None,
            _("Something else was typed in with this serial already: %(reference)s. Nothing was stored.")
            % {"reference": received.contribution.reference},
        )
        return {"form": form, "used": received.contribution}
    following = EntryForm(consultation=consultation, channel=channel, key=_new_key(), initial=form.kept)
    return {"form": following, "done": received, "code": shown(code)}


def _at_serial(refusal: ValidationError) -> ValidationError:
    """What is said of the code belongs to the serial, by which the staff know it."""
    errors = refusal.update_error_dict({})
    if "code" not in errors:
        return refusal
    told: dict[str, Iterable[Any]] = {
        ("serial" if name == "code" else name): at for name, at in errors.items()
    }
    return ValidationError(told)


def _used(consultation: Consultation, code: str) -> Contribution | None:
    """The municipality's own contribution of a serial that is used; nothing is told of others'."""
    own = Contribution.objects.of(consultation.municipality)
    return own.filter(receipt_hash=fingerprint(code)).first()

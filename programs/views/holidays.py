"""The days of a year that do not count in a delay of working days."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from portal import locales
from portal.accounts.models import User
from portal.bilingual import page_language
from portal.municipalities.access import Act, allows, person, staff_page
from portal.municipalities.models import Municipality
from portal.workdays.calculated import KNOWN_YEARS
from portal.workdays.confirming import confirm_holiday
from portal.workdays.days import Holiday, workdays_of
from portal.workdays.names import name_of
from programs.forms_planning import HolidayForm


@dataclass(frozen=True, slots=True)
class HolidayRow:
    """A holiday and, where its day is announced, the form that confirms it."""

    holiday: Holiday
    form: HolidayForm | None

    @property
    def anchor(self) -> str:
        day = self.holiday.estimated_on or self.holiday.date
        return f"{self.holiday.key.lower().replace(' ', '-').replace(chr(39), '')}-{day.isoformat()}"


@staff_page(Act.SEE_DESK)
@require_http_methods(["GET", "HEAD", "POST"])
def holidays(request: HttpRequest, municipality: Municipality, year: int) -> HttpResponse:
    """Show a year's holidays; an editor gives an estimated one the day that was announced."""
    if year not in KNOWN_YEARS:
        raise Http404
    if request.method != "POST":
        return _show(request, municipality, year)
    if not allows(request.user, Act.EDIT, municipality.pk):
        raise PermissionDenied
    form = HolidayForm(request.POST)
    if not form.is_valid() or not _confirm(form, municipality, person(request)):
        return _show(request, municipality, year, form)
    values = form.cleaned_data
    messages.success(
        request,
        _("Confirmed: %(holiday)s, %(date)s.")
        % {
            "holiday": name_of(values["key"]),
            "date": locales.full_date(values["date"], municipality.country, page_language()),
        },
    )
    return redirect("staff-holidays", slug=municipality.slug, year=year)


def _confirm(form: HolidayForm, municipality: Municipality, actor: User) -> bool:
    try:
        confirm_holiday(municipality=municipality, actor=actor, **form.cleaned_data)
    except ValidationError as refusal:
        form.add_error(None, refusal)
        return False
    return True


def _show(
    request: HttpRequest, municipality: Municipality, year: int, sent: HolidayForm | None = None
) -> HttpResponse:
    may_edit = allows(request.user, Act.EDIT, municipality.pk)
    days = workdays_of(municipality).holidays(year)
    context = {
        "municipality": municipality,
        "year": year,
        "rows": [HolidayRow(day, _form_of(day, sent) if may_edit else None) for day in days],
        "sent": sent,
        "may_edit": may_edit,
        "year_before": year - 1 if year - 1 in KNOWN_YEARS else None,
        "year_after": year + 1 if year + 1 in KNOWN_YEARS else None,
    }
    return render(request, "programs/desk/holidays.html", context)


def _form_of(day: Holiday, sent: HolidayForm | None) -> HolidayForm | None:
    """The form of a day that is announced: as it was sent, where it was this day's."""
    if day.estimated_on is None:
        return None
    if sent and (sent["key"].value(), sent["estimated_on"].value()) == (
        day.key,
        day.estimated_on.isoformat(),
    ):
        return sent
    return HolidayForm(initial={"key": day.key, "estimated_on": day.estimated_on, "date": _typed(day.date)})


def _typed(date: datetime.date) -> str:
    return locales.sheet_date(date)

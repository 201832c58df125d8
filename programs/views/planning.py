"""Planning a calendar backwards from the day of its approval."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_http_methods

from portal import locales
from portal.editing.cells import Seen
from portal.municipalities.access import Act, allows, person, staff_page
from portal.municipalities.models import Municipality
from programs.calendar import Calendar, read_calendar
from programs.forms_planning import CouncilForm, FillForm
from programs.models import Program, Status
from programs.planning import Choice, PlannedTask, approval_of, offered, plan
from programs.services.planning import Filled, PlannedDate, fill_dates
from programs.views.public import any_program, program_heading


@staff_page(Act.SEE_DRAFTS)
@require_http_methods(["GET", "HEAD", "POST"])
def program_planning(request: HttpRequest, municipality: Municipality, year: int) -> HttpResponse:
    """Show the last and the usual day of every task; take ticked ones over into a draft."""
    program = any_program(municipality, year)
    calendar = read_calendar(program, municipality.today())
    if request.method == "POST":
        return _fill(request, municipality, calendar)
    if "council" in request.GET:
        return _show(request, municipality, calendar, CouncilForm(request.GET))
    approval = approval_of(calendar)
    date = approval.session_date if approval else None
    form = CouncilForm({"council": locales.sheet_date(date)}) if date else CouncilForm()
    return _show(request, municipality, calendar, form)


def _show(
    request: HttpRequest, municipality: Municipality, calendar: Calendar, form: CouncilForm
) -> HttpResponse:
    planned = _planned(calendar, form)
    is_draft = calendar.program.status == Status.DRAFT
    context = {
        "municipality": municipality,
        "program": calendar.program,
        "heading": program_heading(calendar.program),
        "calendar": calendar,
        "form": form,
        "planned": planned,
        "impossible": [row for row in planned if row.is_impossible],
        "is_draft": is_draft,
        "may_fill": is_draft and bool(planned) and allows(request.user, Act.EDIT, municipality.pk),
    }
    return render(request, "programs/desk/planning.html", context)


def _planned(calendar: Calendar, form: CouncilForm) -> list[PlannedTask]:
    if not form.is_bound or not form.is_valid():
        return []
    return plan(calendar, form.cleaned_data["council"])


def _fill(request: HttpRequest, municipality: Municipality, calendar: Calendar) -> HttpResponse:
    if not allows(request.user, Act.EDIT, municipality.pk):
        raise PermissionDenied
    form = FillForm(request.POST)
    if not form.is_valid():
        return _show(request, municipality, calendar, form)
    dates = list(_chosen(_planned(calendar, form), form.cleaned_data["choice"], request.POST))
    if not dates:
        form.add_error(None, _("Tick the tasks whose dates are to be filled in."))
        return _show(request, municipality, calendar, form)
    try:
        filled = fill_dates(program=calendar.program, dates=dates, actor=person(request))
    except ValidationError as refusal:
        form.add_error(None, refusal)
        return _show(request, municipality, calendar, form)
    _tell(request, calendar, filled)
    return redirect(_address(municipality, calendar.program, form.cleaned_data["council"]))


def _chosen(planned: list[PlannedTask], choice: str, posted: QueryDict) -> Iterator[PlannedDate]:
    """The dates of the tasks that were ticked, each with what its page showed of it."""
    ticked = set(posted.getlist("task"))
    for row in planned:
        key, date = row.row.task.pk, offered(row, Choice(choice))
        version = posted.get(f"version-{key}", "")
        if str(key) in ticked and date and version.isdecimal():
            shown = _day(posted.get(f"date-{key}", ""))
            yield PlannedDate(key, date, Seen(int(version[:9]), shown))


def _day(text: str) -> datetime.date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None


def _tell(request: HttpRequest, calendar: Calendar, filled: Filled) -> None:
    count = len(filled.saved)
    told = ngettext("%(count)d date was filled in.", "%(count)d dates were filled in.", count)
    messages.success(request, told % {"count": count})
    codes = {row.task.pk: row.code for row in calendar.rows}
    if filled.clashed:
        names = _listed(codes, filled.clashed)
        messages.warning(request, _("Changed by somebody else meanwhile, and left so: %(tasks)s.") % names)
    if filled.broken:
        names = _listed(codes, filled.broken)
        told = _("Not filled in, as a delay would be broken: %(tasks)s. Give the reason in the grid.")
        messages.warning(request, told % names)


def _listed(codes: dict[int, str], keys: list[int]) -> dict[str, str]:
    # Each code stays in one piece amid Arabic words.
    return {
        "tasks": pgettext("list separator", ", ").join(f"\u2066{codes.get(key, '?')}\u2069" for key in keys)
    }


def _address(municipality: Municipality, program: Program, council: datetime.date) -> str:
    page = reverse("program-planning", kwargs={"slug": municipality.slug, "year": program.year})
    return f"{page}?council={council.isoformat()}"

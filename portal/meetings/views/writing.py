"""The two forms of a meeting at the desk: the meeting with its agenda, and its minutes with the zones."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from portal.editing.cells import Clash
from portal.meetings import services
from portal.meetings.forms import (
    AgendaFormSet,
    MeetingForm,
    MinutesForm,
    agenda_initial,
    faults_of,
    zone_forms,
)
from portal.meetings.models import Meeting, Minutes
from portal.meetings.stale import Before, ChangedMeanwhile, differences, rebased, values_before
from portal.meetings.views.staff import SECTION, meeting_of, staff_address
from portal.municipalities.access import Act, person, staff_page
from portal.municipalities.models import Municipality

PAGE_METHODS = ["GET", "HEAD", "POST"]
AND_MORE = "more"
"""The button that saves and comes back with more empty rows."""


@staff_page(Act.EDIT)
@require_http_methods(PAGE_METHODS)
def meeting_new(request: HttpRequest, municipality: Municipality) -> HttpResponse:
    """Plan a meeting."""
    data = request.POST if request.method == "POST" else None
    form = MeetingForm(data, municipality=municipality)
    agenda: Any = AgendaFormSet(data, prefix="agenda")
    if data is not None and _are_valid(form, agenda):
        try:
            meeting = services.plan_meeting(
                municipality=municipality,
                values=form.cleaned_data,
                agenda=agenda.rows(),
                actor=person(request),
            )
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _("The meeting is saved. Only the municipality’s staff can see it."))
            return _after_saving(request, meeting)
    return _meeting_page(request, municipality, form, agenda)


@staff_page(Act.EDIT)
@require_http_methods(PAGE_METHODS)
def meeting_edit(request: HttpRequest, municipality: Municipality, pk: int) -> HttpResponse:
    """Change a meeting and its agenda; whoever comes second sees what the first has saved."""
    meeting = meeting_of(municipality, pk)
    data = request.POST if request.method == "POST" else None
    form, agenda = _meeting_forms(meeting, data)
    page = {"meeting": meeting, **_seen(request, meeting.version, "agenda", services.agenda_of(meeting))}
    if data is not None and _are_valid(form, agenda):
        try:
            services.change_meeting(
                meeting=meeting,
                values=form.cleaned_data,
                agenda=agenda.rows(),
                before=_before(page, form, "agenda"),
                actor=person(request),
            )
        except ChangedMeanwhile as clash:
            form, agenda, page = _after_clash(meeting, form, agenda, page, clash)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _("Saved."))
            return _after_saving(request, meeting)
    return _meeting_page(request, municipality, form, agenda, **page)


@staff_page(Act.EDIT)
@require_http_methods(PAGE_METHODS)
def meeting_minutes(request: HttpRequest, municipality: Municipality, pk: int) -> HttpResponse:
    """Write the minutes of a meeting, on the official model."""
    meeting = meeting_of(municipality, pk)
    minutes = _minutes(meeting)
    data = request.POST if request.method == "POST" else None
    form = MinutesForm(data, instance=_minutes(meeting), initial=_proposed(minutes, municipality))
    zones = zone_forms(municipality, minutes, data)
    page = _seen(request, minutes.version if minutes.pk else 0, "zones", services.zones_of(minutes))
    if data is not None and _are_valid(form, *zones):
        try:
            services.write_minutes(
                meeting=meeting,
                values=form.cleaned_data,
                zones=[zone.row for zone in zones],
                before=_before(page, form, "zones"),
                actor=person(request),
            )
        except ChangedMeanwhile as clash:
            form, zones, page = _after_clash_of_minutes(meeting, form, zones, page, clash)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _("The minutes are saved."))
            return redirect(staff_address(meeting))
    context = {
        "municipality": municipality,
        "desk_section": SECTION,
        "meeting": meeting,
        "form": form,
        "zones": zones,
        "faults": faults_of([form, *zones]),
        **page,
    }
    return render(request, "meetings/desk/minutes.html", context)


# Forms


def _meeting_forms(meeting: Meeting, data: Any) -> tuple[MeetingForm, Any]:
    # The form writes into its instance, so that it has one of its own.
    instance = meeting_of(meeting.municipality, meeting.pk)
    form = MeetingForm(data, instance=instance, municipality=meeting.municipality)
    return form, AgendaFormSet(data, initial=agenda_initial(meeting), prefix="agenda")


def _minutes(meeting: Meeting) -> Minutes:
    return Minutes.objects.filter(meeting=meeting).first() or Minutes(meeting=meeting)


def _proposed(minutes: Minutes, municipality: Municipality) -> dict[str, Any]:
    return {} if minutes.pk else {"population": municipality.population}


def _are_valid(*parts: Any) -> bool:
    """Whether all forms are, each of which is asked, so that everything wrong is told at once."""
    found = [part.is_valid() for part in parts]
    return all(found)


# Two people at once


def _seen(request: HttpRequest, version: int, name: str, text: str) -> dict[str, Any]:
    """What the person has before them: as the sent page says, else as it is now.

    ``name`` is what stands in rows below the form (the agenda, the zones), told in words.
    """
    if request.method != "POST":
        return {"version": version, "seen": text}
    sent = request.POST.get("version", "")
    is_number = sent.isascii() and sent.isdecimal() and len(sent) < 10
    said = "\n".join(request.POST.get(f"{name}-seen", "").splitlines())
    return {"version": int(sent) if is_number else -1, "seen": said}


def _before(page: dict[str, Any], form: Any, name: str) -> Before:
    return Before(page["version"], {**values_before(form), name: page["seen"]})


def _after_clash(
    meeting: Meeting, form: MeetingForm, agenda: Any, page: dict[str, Any], clash: ChangedMeanwhile
) -> tuple[MeetingForm, Any, dict[str, Any]]:
    """The page once more: what the person left alone as it is now, the rest as they typed it."""
    current = meeting_of(meeting.municipality, meeting.pk)
    told = differences(clash.clashes, form, {"agenda": _("Agenda")})
    is_own = services.agenda_text(agenda.rows()) != page["seen"]
    data = rebased(form, current, values_before(form))
    form, untouched = _meeting_forms(current, data)[0], _meeting_forms(current, None)[1]
    page = {"meeting": current, "version": clash.version, "seen": services.agenda_of(current)}
    return form, agenda if is_own else untouched, {**page, "differences": told}


def _after_clash_of_minutes(
    meeting: Meeting, form: MinutesForm, zones: list[Any], page: dict[str, Any], clash: ChangedMeanwhile
) -> tuple[MinutesForm, list[Any], dict[str, Any]]:
    current = _minutes(meeting)
    told = differences(_zones_in_words(clash.clashes, zones), form, {"zones": _("Attendance by zone")})
    is_own = services.zones_text([zone.row for zone in zones]) != page["seen"]
    data = rebased(form, current, values_before(form))
    form = MinutesForm(data, instance=_minutes(meeting))
    untouched = zone_forms(meeting.municipality, current)
    page = {"version": clash.version, "seen": services.zones_of(current), "differences": told}
    return form, zones if is_own else untouched, page


def _zones_in_words(clashes: list[Clash], zones: list[Any]) -> list[Clash]:
    """The clashes, that of the zones with their names in the place of their keys."""
    names = {str(form.zone.pk): str(form.zone) for form in zones}

    def told(text: str) -> str:
        lines = [line.split() for line in text.splitlines()]
        return "\n".join(
            f"{names.get(key, key)}: {' / '.join(figures).replace('None', '–')}" for key, *figures in lines
        )

    return [
        Clash(field="zones", mine=told(clash.mine), theirs=told(clash.theirs), version=clash.version)
        if clash.field == "zones"
        else clash
        for clash in clashes
    ]


# Answers


def _after_saving(request: HttpRequest, meeting: Meeting) -> HttpResponse:
    if request.POST.get("then") == AND_MORE:
        where = {"slug": meeting.municipality.slug, "pk": meeting.pk}
        return redirect(f"{reverse('meeting-edit', kwargs=where)}#agenda")
    return redirect(staff_address(meeting))


def _meeting_page(
    request: HttpRequest, municipality: Municipality, form: MeetingForm, agenda: Any, **page: Any
) -> HttpResponse:
    context = {
        "municipality": municipality,
        "desk_section": SECTION,
        "form": form,
        "agenda": agenda,
        "faults": [*faults_of([form, *agenda.forms]), *(("", text) for text in agenda.non_form_errors())],
        **page,
    }
    return render(request, "meetings/desk/form.html", context)

"""The import screen: a calendar is handed in, looked through and corrected, and only then saved."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from portal.files.carried import CarriedFile, CarriedFileRefused, carry, take_back
from portal.files.quota import StorageFull
from portal.files.responses import file_response
from portal.importing.refusals import ImportRefused
from portal.municipalities.access import Act, allows, person, staff_page
from portal.municipalities.models import Municipality
from portal.municipalities.turns import take_turn
from programs.forms_importing import HandInForm
from programs.importers.finding import describe
from programs.imports import ImportResult, import_calendar
from programs.models import REASON_LENGTH, ProgramOrigin
from programs.previews.page import Posted, Preview, make_preview
from programs.previews.reading import calendars_in
from programs.services.cells import ReasonNeeded


@staff_page(Act.EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def program_import(request: HttpRequest, municipality: Municipality) -> HttpResponse:
    """Hand a calendar in, look through it, save it. Nothing is written before it is saved."""
    if request.method != "POST":
        return _start(request, municipality, HandInForm())
    if "carried" in request.POST:
        return _carry_on(request, municipality)
    form = HandInForm(request.POST, request.FILES)
    if not form.is_valid():
        return _start(request, municipality, form)
    file = form.handed_in()
    try:
        return _look(request, municipality, file)
    except ImportRefused as refused:
        form.refuse(refused)
        return _start(request, municipality, form)


@staff_page(Act.SEE_DRAFTS)
def program_origin(request: HttpRequest, municipality: Municipality, pk: int) -> HttpResponseBase:
    """The file that a program of the municipality was read from, as it was handed in."""
    origin = get_object_or_404(ProgramOrigin, pk=pk, program__municipality=municipality)
    return file_response(
        file=origin.file, name=origin.name, content_type="application/octet-stream", sha256=origin.sha256
    )


def _start(request: HttpRequest, municipality: Municipality, form: HandInForm) -> HttpResponse:
    return render(request, "programs/import/start.html", {"municipality": municipality, "form": form})


def _start_over(request: HttpRequest, municipality: Municipality, message: str) -> HttpResponse:
    """Ask for the file once more, saying why; the year that was given stays."""
    form = HandInForm({"year": request.POST.get("year", "")})
    form.full_clean()
    form.errors["file"] = form.error_class([message])
    return _start(request, municipality, form)


def _carry_on(request: HttpRequest, municipality: Municipality) -> HttpResponse:
    """Take up the file that travels in the page."""
    try:
        file = take_back(request.POST["carried"], user_id=person(request).pk, municipality_id=municipality.pk)
        with transaction.atomic():
            if "save" in request.POST:
                # From the comparison to the writing nobody else imports here: what is shown is what is saved.
                take_turn(municipality)
            return _look(request, municipality, file)
    except CarriedFileRefused as refused:
        return _start_over(request, municipality, str(refused))
    except ImportRefused as refused:
        return _start_over(request, municipality, refused.message)
    except StorageFull as full:
        return _start_over(request, municipality, full.messages[0])


def _look(request: HttpRequest, municipality: Municipality, file: CarriedFile) -> HttpResponse:
    """Show the preview, or the calendars of the file to choose from; save it where that was asked.

    Raises ``ImportRefused`` for a file without a calendar.
    """
    tables = calendars_in(file)
    place = request.POST.get("table", "0" if len(tables) == 1 else "")
    context: dict[str, Any] = {
        "municipality": municipality,
        "file": file,
        "year": request.POST.get("year", ""),
    }
    carried = carry(file, user_id=person(request).pk, municipality_id=municipality.pk)
    if not (place.isdecimal() and len(place) < 5 and int(place) < len(tables)):
        context |= {"calendars": describe(tables), "carried": carried}
        return render(request, "programs/import/choose.html", context)
    posted = Posted(request.POST.dict(), frozenset(request.POST.getlist("rule-shown")))
    preview = make_preview(
        municipality=municipality, file=file, table=tables[int(place)], posted=posted, actor=person(request)
    )
    may_publish = allows(request.user, Act.PUBLISH, municipality.pk)
    notices: list[str] = []
    if "save" in request.POST:
        if "publish" in request.POST and not may_publish:
            raise PermissionDenied
        notices = _obstacles(preview, posted)
        if preview.may_be_saved and not notices:
            try:
                return _save(request, municipality, preview, posted)
            except ReasonNeeded as needed:
                context["reason_needed"] = needed
    context |= {
        "reason": posted.values.get("reason", "")[:REASON_LENGTH],
        "reason_length": REASON_LENGTH,
        "preview": preview,
        "carried": carried,
        "table_place": place,
        "table_count": len(tables),
        "may_publish": may_publish and not (preview.program and preview.program.is_public),
        "wants_to_publish": "publish" in request.POST,
        "notices": notices,
    }
    return render(request, "programs/import/preview.html", context)


def _obstacles(preview: Preview, posted: Posted) -> list[str]:
    """Return why a calendar that was to be saved is shown once more first."""
    program = preview.program
    if posted.chosen != posted.chosen_before:
        return [_("The file was read again with your choices. Look through it, then save.")]
    comparison = preview.comparison
    is_sent_twice = (
        program is not None
        and program.origin_sha256 == preview.file.sha256
        and not (comparison and (comparison.conflicts or comparison.changes or comparison.additions))
    )
    if posted.values.get("mark", "") != preview.mark and not is_sent_twice:
        return [_("What is stored is not what it was when you opened this page. Look at the differences.")]
    return []


def _save(request: HttpRequest, municipality: Municipality, preview: Preview, posted: Posted) -> HttpResponse:
    result = import_calendar(
        municipality=municipality,
        year=int(preview.year),
        reading=preview.reading,
        source=preview.source,
        origin_name=preview.file.name,
        origin_sha256=preview.file.sha256,
        origin_content=preview.file.content,
        actor=person(request),
        publish="publish" in posted.values,
        decisions={**posted.decisions, **preview.corrections},
        reason=posted.values.get("reason", "")[:REASON_LENGTH],
    )
    messages.success(request, _done(result))
    return redirect("program-preview", slug=municipality.slug, year=result.program.year)


def _done(result: ImportResult) -> str:
    """Return what saving did, in a sentence or two."""
    count = len(result.differences.changes)
    if result.created:
        done = _("The calendar is saved.")
    elif count:
        done = ngettext("%(count)d difference was applied.", "%(count)d differences were applied.", count) % {
            "count": count
        }
    else:
        done = _("Nothing to change: the program already says what the file says.")
    if result.program.is_public:
        return f"{done} {_('Everybody can see it.')}"
    return f"{done} {_('It is a draft that only the municipality’s staff can see.')}"

"""The desk's pages of what the calendar's tasks produce: the cell, both diagnoses, the coordination."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.editing.pages import sheet_page
from portal.editing.rows import RowEdit
from portal.editing.sheets import RowForm, Sheet, in_unit
from portal.files.quota import StorageFull
from portal.files.responses import file_response
from portal.municipalities.access import Act, person, staff_page
from portal.municipalities.models import Municipality
from portal.navigation import Tab
from programs.diagnosis import recovery_years
from programs.forms_diagnosis import (
    AnnouncementForm,
    BudgetForm,
    CellForm,
    CellMemberForm,
    CoordinationForm,
    FacilityForm,
    InfrastructureForm,
    PhotosForm,
    RecoveryForm,
)
from programs.models import (
    Announcement,
    BudgetLine,
    BudgetSide,
    Cell,
    CellMember,
    Coordination,
    Facility,
    FacilityPhoto,
    InfrastructureLine,
    Network,
    Program,
    SupportingDocument,
    TaxRecovery,
)
from programs.services.cell import save_announcements, save_cell
from programs.services.diagnosis import (
    add_photos,
    remove_photo,
    save_budget,
    save_coordination,
    save_facilities,
    save_infrastructure,
    save_recovery,
    show_photo,
)
from programs.views.lookup import desk_program

PAGES = ["GET", "HEAD", "POST"]
MEMBERS_AT_FIRST = 5
LINES_AT_FIRST = 3


# The cell and its moves


@staff_page(Act.EDIT)
@require_http_methods(PAGES)
def cell_page(request: HttpRequest, municipality: Municipality, year: int) -> HttpResponse:
    """The decision that set the cell up, and its members."""
    program = desk_program(municipality, year)
    cell = _cell_of(program)
    members = list(cell.members.order_by("position", "pk")) if cell.pk else []
    last = max((member.position for member in members), default=0)

    def make(data: QueryDict | None, unit: str) -> list[Sheet]:
        positions = iter(range(last + 1, last + 100))
        return [
            Sheet(CellForm, [cell], prefix="cell", data=data, name_of=lambda row: "own", is_stacked=True),
            Sheet(
                CellMemberForm,
                members,
                prefix="member",
                data=data,
                blank=lambda: CellMember(position=next(positions)),
                blanks=2 if members else MEMBERS_AT_FIRST,
            ),
        ]

    return _sheets(request, program, "program-cell", "programs/desk/cell.html", make, save_cell)


def _cell_of(program: Program) -> Cell:
    try:
        return program.cell
    except ObjectDoesNotExist:
        return Cell(program=program)


@staff_page(Act.EDIT)
@require_http_methods(PAGES)
def announcements_page(request: HttpRequest, municipality: Municipality, year: int) -> HttpResponse:
    """The notice to the staff and the communication plan, with their proofs."""
    program = desk_program(municipality, year)
    lines = list(program.announcements.select_related("program").order_by("on", "position", "pk"))
    files = SupportingDocument.objects.current().filter(expected_document__task__phase__program=program)
    choices = [("", "–"), *((file.pk, file.name) for file in files.order_by("name", "pk"))]

    def prepare(form: RowForm) -> None:
        field: Any = form.fields["proof"]
        field.queryset = files
        field.choices = choices

    def make(data: QueryDict | None, unit: str) -> list[Sheet]:
        return [
            Sheet(
                AnnouncementForm,
                lines,
                prefix="announcement",
                data=data,
                blank=lambda: Announcement(program=program, position=len(lines) + 1),
                prepare=prepare,
            )
        ]

    return _sheets(
        request,
        program,
        "program-announcements",
        "programs/desk/announcements.html",
        make,
        save_announcements,
    )


# The technical diagnosis


@staff_page(Act.EDIT)
@require_http_methods(PAGES)
def infrastructure_page(request: HttpRequest, municipality: Municipality, year: int) -> HttpResponse:
    """Every zone with every network, as one table."""
    program = desk_program(municipality, year)
    zones = list(municipality.zones.order_by("number"))
    stored = {(line.zone_id, line.network): line for line in program.infrastructure.all()}
    lines = []
    for zone in zones:
        for network in Network:
            line = stored.get((zone.pk, network.value)) or InfrastructureLine(network=network.value)
            line.program, line.zone = program, zone
            lines.append(line)

    def make(data: QueryDict | None, unit: str) -> list[Sheet]:
        return [
            Sheet(
                InfrastructureForm,
                lines,
                prefix="network",
                data=data,
                name_of=lambda line: f"{line.zone_id}-{line.network}",
                title_of=lambda line: f"{line.zone.number} {line.zone.name}, {line.get_network_display()}",
            )
        ]

    return _sheets(
        request,
        program,
        "program-infrastructure",
        "programs/desk/infrastructure.html",
        make,
        save_infrastructure,
    )


@staff_page(Act.EDIT)
@require_safe
def facilities_page(request: HttpRequest, municipality: Municipality, year: int) -> HttpResponse:
    """The facilities as a list, each with its own page."""
    program = desk_program(municipality, year)
    facilities = program.facilities.select_related("zone").annotate(photo_count=Count("photos"))
    context = desk_context(program, "program-facilities") | {"facilities": facilities.order_by("number")}
    return render(request, "programs/desk/facilities.html", context)


@staff_page(Act.EDIT)
@require_http_methods(PAGES)
def facility_new(request: HttpRequest, municipality: Municipality, year: int) -> HttpResponse:
    """A facility that is not in the list yet."""
    program = desk_program(municipality, year)
    last = program.facilities.order_by("-number").values_list("number", flat=True).first() or 0
    return _facility(request, program, Facility(program=program, number=last + 1), PhotosForm())


@staff_page(Act.EDIT)
@require_http_methods(PAGES)
def facility_page(request: HttpRequest, municipality: Municipality, year: int, pk: int) -> HttpResponse:
    """A facility with its photos."""
    program = desk_program(municipality, year)
    return _facility(request, program, _facility_of(program, pk), PhotosForm())


@staff_page(Act.EDIT)
@require_POST
def facility_photos(request: HttpRequest, municipality: Municipality, year: int, pk: int) -> HttpResponse:
    """Take photos of a facility: all of them, or none."""
    program = desk_program(municipality, year)
    facility = _facility_of(program, pk)
    form = PhotosForm(request.POST, request.FILES)
    if not form.is_valid():
        return _facility(request, program, facility, form, may_save=False)
    values = form.cleaned_data
    try:
        photos = add_photos(
            facility=facility, uploads=values["photos"], is_public=values["is_public"], actor=person(request)
        )
    except StorageFull as full:
        form.add_error("photos", full)
        return _facility(request, program, facility, form, may_save=False)
    said = ngettext("%(count)d photo was stored.", "%(count)d photos were stored.", len(photos))
    messages.success(request, said % {"count": len(photos)})
    return redirect("facility", slug=municipality.slug, year=year, pk=pk)


@staff_page(Act.EDIT)
@require_POST
def photo_change(request: HttpRequest, municipality: Municipality, pk: int) -> HttpResponse:
    """Show a photo to everybody or to the staff alone, or take it away."""
    photo = _photo(municipality, pk)
    program = photo.facility.program
    if "remove" in request.POST:
        remove_photo(photo=photo, actor=person(request))
        messages.success(request, _("“%(name)s” is removed.") % {"name": photo.name})
    else:
        is_public = "show" in request.POST
        show_photo(photo=photo, is_public=is_public, actor=person(request))
        said = _("“%(name)s” is public now.") if is_public else _("“%(name)s” is internal now.")
        messages.success(request, said % {"name": photo.name})
    return redirect("facility", slug=municipality.slug, year=program.year, pk=photo.facility_id)


@staff_page(Act.SEE_DRAFTS)
@require_safe
def staff_photo(request: HttpRequest, municipality: Municipality, pk: int) -> HttpResponseBase:
    """Any photo of a facility of the municipality, internal ones too."""
    photo = _photo(municipality, pk)
    return file_response(
        file=photo.file, name=photo.name, content_type=photo.content_type, sha256=photo.sha256
    )


def _photo(municipality: Municipality, pk: int) -> FacilityPhoto:
    photos = FacilityPhoto.objects.filter(facility__program__municipality=municipality)
    return get_object_or_404(photos.select_related("facility__program__municipality"), pk=pk)


def _facility_of(program: Program, pk: int) -> Facility:
    facility = get_object_or_404(program.facilities.select_related("zone"), pk=pk)
    facility.program = program
    return facility


def _facility(
    request: HttpRequest, program: Program, facility: Facility, form: PhotosForm, *, may_save: bool = True
) -> HttpResponse:
    zones = program.municipality.zones.order_by("number")
    currency = program.municipality.currency

    def make(data: QueryDict | None, unit: str) -> list[Sheet]:
        def prepare(row: RowForm) -> None:
            in_unit(row, currency, unit)
            field = cast(Any, row.fields["zone"])
            field.queryset = zones
            field.label_from_instance = lambda zone: f"{zone.number} {zone.name}"

        return [_single(FacilityForm, facility, "facility", data, prepare)]

    photos = facility.photos.order_by("pk") if facility.pk else FacilityPhoto.objects.none()
    return sheet_page(
        request,
        make=make,
        save=lambda edits: save_facilities(program=program, edits=edits, actor=person(request)),
        template="programs/desk/facility.html",
        context=desk_context(program, "program-facilities")
        | {"facility": facility, "photos": photos, "form": form},
        address=reverse("program-facilities", kwargs=_where(program)),
        currency=currency,
        may_save=may_save,
    )


# The financial diagnosis


@staff_page(Act.EDIT)
@require_http_methods(PAGES)
def budget_page(request: HttpRequest, municipality: Municipality, year: int) -> HttpResponse:
    """The budget: receipts and expenses, results of two years and the estimate."""
    program = desk_program(municipality, year)
    lines = list(program.budget.order_by("-side", "number"))

    def make(data: QueryDict | None, unit: str) -> list[Sheet]:
        return [_budget_sheet(program, side, lines, data, unit) for side in BudgetSide]

    extra = {"years": [year - 2, year - 1, year]}
    return _sheets(
        request,
        program,
        "program-budget",
        "programs/desk/budget.html",
        make,
        save_budget,
        extra,
        has_amounts=True,
    )


def _budget_sheet(
    program: Program, side: BudgetSide, lines: Sequence[BudgetLine], data: QueryDict | None, unit: str
) -> Sheet:
    own = [line for line in lines if line.side == side]
    last = max((line.number for line in own), default=0)
    numbers = iter(range(last + 1, last + 100))
    return Sheet(
        BudgetForm,
        own,
        prefix=side.value,
        data=data,
        blank=lambda: BudgetLine(program=program, side=side.value, number=next(numbers)),
        blanks=2 if own else LINES_AT_FIRST,
        prepare=lambda form: in_unit(form, program.municipality.currency, unit),
        labels={
            "two_before": _("Result %(year)s") % {"year": program.year - 2},
            "one_before": _("Result %(year)s") % {"year": program.year - 1},
            "estimate": _("Estimate %(year)s") % {"year": program.year},
        },
    )


@staff_page(Act.EDIT)
@require_http_methods(PAGES)
def recovery_page(request: HttpRequest, municipality: Municipality, year: int) -> HttpResponse:
    """What was due and recovered of the property tax in the three years before."""
    program = desk_program(municipality, year)
    stored = {recovery.year: recovery for recovery in program.recoveries.all()}
    rows = [
        stored.get(one) or TaxRecovery(program=program, year=one) for one in recovery_years(program, stored)
    ]

    def make(data: QueryDict | None, unit: str) -> list[Sheet]:
        return [
            Sheet(
                RecoveryForm,
                rows,
                prefix="recovery",
                data=data,
                name_of=lambda row: str(row.year),
                prepare=lambda form: in_unit(form, municipality.currency, unit),
            )
        ]

    return _sheets(
        request,
        program,
        "program-recovery",
        "programs/desk/recovery.html",
        make,
        save_recovery,
        has_amounts=True,
    )


# Coordination


@staff_page(Act.EDIT)
@require_safe
def coordination_page(request: HttpRequest, municipality: Municipality, year: int) -> HttpResponse:
    """The letters to operators and the meetings with them, each with its own page."""
    program = desk_program(municipality, year)
    context = desk_context(program, "program-coordination")
    context["coordinations"] = program.coordinations.order_by("on", "pk")
    return render(request, "programs/desk/coordinations.html", context)


@staff_page(Act.EDIT)
@require_http_methods(PAGES)
def coordination_new(request: HttpRequest, municipality: Municipality, year: int) -> HttpResponse:
    """A letter or a meeting that is not in the list yet."""
    program = desk_program(municipality, year)
    return _coordination(request, program, Coordination(program=program))


@staff_page(Act.EDIT)
@require_http_methods(PAGES)
def coordination_item(request: HttpRequest, municipality: Municipality, year: int, pk: int) -> HttpResponse:
    """A letter to an operator, or a meeting with it."""
    program = desk_program(municipality, year)
    return _coordination(request, program, get_object_or_404(program.coordinations, pk=pk))


def _coordination(request: HttpRequest, program: Program, row: Coordination) -> HttpResponse:
    def make(data: QueryDict | None, unit: str) -> list[Sheet]:
        return [_single(CoordinationForm, row, "coordination", data, None)]

    return sheet_page(
        request,
        make=make,
        save=lambda edits: save_coordination(program=program, edits=edits, actor=person(request)),
        template="programs/desk/coordination.html",
        context=desk_context(program, "program-coordination") | {"coordination": row},
        address=reverse("program-coordination", kwargs=_where(program)),
    )


# What all of them share

Save = Callable[..., int]


def _single(form_class: type[RowForm], row: Any, prefix: str, data: QueryDict | None, prepare: Any) -> Sheet:
    """The only row of a page."""
    return Sheet(
        form_class,
        [row],
        prefix=prefix,
        data=data,
        prepare=prepare,
        name_of=lambda row: "own",
        is_stacked=True,
    )


def _sheets(
    request: HttpRequest,
    program: Program,
    route: str,
    template: str,
    make: Any,
    save: Save,
    extra: dict[str, Any] | None = None,
    *,
    has_amounts: bool = False,
) -> HttpResponse:
    """A page of tables that comes back to itself."""

    def write(edits: list[RowEdit]) -> int:
        return save(program=program, edits=edits, actor=person(request))

    return sheet_page(
        request,
        make=make,
        save=write,
        template=template,
        context=desk_context(program, route) | (extra or {}),
        address=reverse(route, kwargs=_where(program)),
        currency=program.municipality.currency if has_amounts else "",
    )


def _where(program: Program) -> dict[str, Any]:
    return {"slug": program.municipality.slug, "year": program.year}


def desk_context(program: Program, route: str) -> dict[str, Any]:
    return {
        "municipality": program.municipality,
        "program": program,
        "pages": table_pages(program, route),
        "route": route,
        "desk_section": "tables",
    }


def table_pages(program: Program, current: str = "") -> list[Tab]:
    """The pages of a program's tables, in the order of the calendar's tasks."""
    where = _where(program)
    labels = {
        "program-cell": _("Cell"),
        "program-announcements": _("Communication plan"),
        "program-infrastructure": _("Infrastructure"),
        "program-facilities": _("Facilities"),
        "program-budget": _("Budget"),
        "program-recovery": _("Property tax"),
        "program-coordination": _("Operators"),
    }
    tabs = [Tab(reverse(name, kwargs=where), label, name == current) for name, label in labels.items()]
    zones = reverse("staff-zones", kwargs={"slug": program.municipality.slug})
    return [*tabs[:2], Tab(zones, _("Zones")), *tabs[2:]]

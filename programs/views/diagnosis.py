"""The public pages of the diagnosis and of the preparation of a program."""

from __future__ import annotations

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from portal.files.responses import file_response
from portal.freshness import fresh_page
from portal.municipalities.models import Municipality
from portal.subjects import invitations
from programs.diagnosis import read_diagnosis
from programs.models import PUBLIC_STATUSES, FacilityPhoto, Program, SupportingDocument
from programs.preparation import read_preparation
from programs.tabs import program_tabs
from programs.views.lookup import program_of


@fresh_page
def diagnosis_page(request: HttpRequest, municipality: Municipality, year: int) -> HttpResponse:
    """Both diagnoses of a public program: zones and facilities, then the budget and the property tax."""
    program = program_of(municipality, year, Program.objects.published().for_diagnosis_page())
    zones = list(municipality.zones.order_by("number"))
    diagnosis = read_diagnosis(program, zones)
    context = _context(municipality, program, "program-diagnosis") | {
        "diagnosis": diagnosis,
        "invitations": invitations(municipality, "diagnosis", program.pk),
    }
    return render(request, "programs/diagnosis.html", context)


@fresh_page
def preparation_page(request: HttpRequest, municipality: Municipality, year: int) -> HttpResponse:
    """Who prepares a public program, how people were told, the zones, and what operators plan."""
    program = program_of(municipality, year, Program.objects.published().for_preparation_page())

    def file_address(document: SupportingDocument) -> str:
        where = {"slug": municipality.slug, "year": program.year, "pk": document.pk}
        return reverse("program-file", kwargs=where)

    context = _context(municipality, program, "program-preparation") | {
        "preparation": read_preparation(program, file_address),
        "zones": list(municipality.zones.order_by("number")),
        "zone_map": getattr(municipality, "zone_map", None),
    }
    return render(request, "programs/preparation.html", context)


def facility_photo(request: HttpRequest, slug: str, year: int, pk: int) -> FileResponse:
    """A public photo of a public program; anything else does not exist."""
    photos = FacilityPhoto.objects.filter(
        is_public=True,
        facility__program__status__in=PUBLIC_STATUSES,
        facility__program__year=year,
        facility__program__municipality__slug=slug,
    )
    photo = get_object_or_404(photos, pk=pk)
    return file_response(
        file=photo.file, name=photo.name, content_type=photo.content_type, sha256=photo.sha256
    )


def _context(municipality: Municipality, program: Program, current: str) -> dict:
    return {
        "municipality": municipality,
        "program": program,
        "tabs": program_tabs(municipality, program.year, current),
        "section": "programs",
    }

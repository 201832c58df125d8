"""The zones of a municipality and their map: the public page, and the desk's."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.editing.pages import sheet_page
from portal.editing.rows import RowEdit
from portal.editing.sheets import Sheet
from portal.files.responses import file_response
from portal.freshness import fresh_page
from portal.municipalities.access import Act, person, staff_page
from portal.municipalities.forms import MapForm, ZoneForm
from portal.municipalities.models import Municipality, Zone, ZoneMap
from portal.municipalities.services import keep_zone_map, remove_zone_map, save_zones
from portal.navigation import Tab, tabs_of
from portal.subjects import invitations


@fresh_page
def zones_page(request: HttpRequest, municipality: Municipality) -> HttpResponse:
    """The zones with their population and streets, and their map."""
    address = reverse("zones", kwargs={"slug": municipality.slug})
    context = {
        "municipality": municipality,
        "tabs": tabs_of(municipality, Tab(address, _("Zones"), is_current=True)),
        "section": "municipalities",
        "zones": list(municipality.zones.order_by("number")),
        "zone_map": _map_of(municipality),
        "invitations": invitations(municipality, "zone", None),
    }
    return render(request, "municipalities/zones.html", context)


@require_safe
def zone_map_file(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The map itself: a picture that is shown, or a PDF to be fetched."""
    zone_map = ZoneMap.objects.filter(municipality__slug=slug).first()
    if zone_map is None:
        raise Http404
    return file_response(
        file=zone_map.file, name=zone_map.name, content_type=zone_map.content_type, sha256=zone_map.sha256
    )


@staff_page(Act.EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def staff_zones(request: HttpRequest, municipality: Municipality) -> HttpResponse:
    """The zones as a table to be edited."""
    return _zones(request, municipality, MapForm())


@staff_page(Act.EDIT)
@require_POST
def staff_zone_map(request: HttpRequest, municipality: Municipality) -> HttpResponse:
    """Keep another map, or take it away."""
    actor = person(request)
    if "remove" in request.POST:
        remove_zone_map(municipality=municipality, actor=actor)
        messages.success(request, _("The map is removed."))
        return redirect("staff-zones", slug=municipality.slug)
    form = MapForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            keep_zone_map(municipality=municipality, upload=form.cleaned_data["map"], actor=actor)
        except ValidationError as refusal:
            form.add_error("map", refusal)
        else:
            messages.success(request, _("The map is stored."))
            return redirect("staff-zones", slug=municipality.slug)
    return _zones(request, municipality, form, may_save=False)


def _zones(
    request: HttpRequest, municipality: Municipality, form: MapForm, *, may_save: bool = True
) -> HttpResponse:
    zones = list(municipality.zones.order_by("number"))
    last = max((zone.number for zone in zones), default=0)

    def make(data: QueryDict | None, unit: str) -> list[Sheet]:
        numbers = iter(range(last + 1, last + 100))
        return [
            Sheet(
                ZoneForm,
                zones,
                prefix="zone",
                data=data,
                blank=lambda: Zone(municipality=municipality, number=next(numbers)),
            )
        ]

    def save(edits: list[RowEdit]) -> int:
        return save_zones(municipality=municipality, edits=edits, actor=person(request))

    context = {
        "municipality": municipality,
        "map_form": form,
        "zone_map": _map_of(municipality),
        "desk_section": "zones",
    }
    address = reverse("staff-zones", kwargs={"slug": municipality.slug})
    return sheet_page(
        request,
        make=make,
        save=save,
        template="municipalities/desk_zones.html",
        context=context,
        address=address,
        may_save=may_save,
    )


def _map_of(municipality: Municipality) -> ZoneMap | None:
    return ZoneMap.objects.filter(municipality=municipality).first()

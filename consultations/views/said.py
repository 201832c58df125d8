"""The public page of what a consultation led to."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from consultations.periods import consultation_of
from consultations.said import read_said
from portal.freshness import fresh_page
from portal.municipalities.models import Municipality
from portal.navigation import Tab, tabs_of


@fresh_page
def said_page(request: HttpRequest, municipality: Municipality, number: int) -> HttpResponse:
    """We asked, you said, we did: a public consultation by its questions and its answers."""
    consultation = consultation_of(municipality, number)
    address = reverse("consultations", kwargs={"slug": municipality.slug})
    context = {
        "municipality": municipality,
        "tabs": tabs_of(municipality, Tab(address, _("Consultations"), is_current=True)),
        "section": "municipalities",
        "consultation": consultation,
        "said": read_said(consultation, request.GET.get("page")),
    }
    return render(request, "consultations/said.html", context)

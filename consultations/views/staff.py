"""The pages of plans for the municipality's own people."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from consultations.models import ActionPlan
from consultations.views.public import plan_context
from portal.municipalities.access import Act, staff_page
from portal.municipalities.models import Municipality


@staff_page(Act.SEE_DRAFTS)
def plan_preview(request: HttpRequest, municipality: Municipality, plan: str) -> HttpResponse:
    """A plan as the public would see it, before it does."""
    found = get_object_or_404(ActionPlan.objects.of(municipality).for_plan_page(), slug=plan)
    context = plan_context(municipality, found, is_preview=not found.is_public)
    return render(request, "consultations/plan.html", context)

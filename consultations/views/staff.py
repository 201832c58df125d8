"""The pages of plans for the municipality's own people."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from consultations.models import ActionPlan, Project
from consultations.views.public import plan_context, project_context
from portal.municipalities.access import Act, staff_page
from portal.municipalities.models import Municipality


@staff_page(Act.SEE_DRAFTS)
@require_safe
def plan_preview(request: HttpRequest, municipality: Municipality, plan: str) -> HttpResponse:
    """A plan as the public would see it, before it does."""
    found = get_object_or_404(ActionPlan.objects.of(municipality).for_plan_page(), slug=plan)
    context = plan_context(municipality, found, is_preview=not found.is_public)
    return render(request, "consultations/plan.html", context)


@staff_page(Act.SEE_DRAFTS)
@require_safe
def project_preview(request: HttpRequest, municipality: Municipality, plan: str, number: int) -> HttpResponse:
    """A project as the public would see it, before it does."""
    plans = ActionPlan.objects.of(municipality).filter(slug=plan)
    project = get_object_or_404(Project.objects.for_project_page(), plan__in=plans, number=number)
    context = project_context(municipality, project, is_preview=not project.plan.is_public)
    return render(request, "consultations/project.html", context)

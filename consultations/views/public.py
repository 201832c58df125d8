"""The pages of open-government plans that anybody may read."""

from __future__ import annotations

import datetime

from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from consultations.models import ActionPlan, Project, StageFile
from consultations.plans import kind_label, public_plan, published_project
from consultations.reader import reader_of
from consultations.sheets import read_plan, read_sheet
from consultations.voices import voices_behind
from portal.files.responses import file_response
from portal.freshness import fresh_listing, fresh_page
from portal.municipalities.models import Municipality
from portal.navigation import Tab, tabs_of
from portal.subjects import invitations

PLANS_A_PAGE = 30


@fresh_listing
def plan_list(request: HttpRequest, today: datetime.date) -> HttpResponse:
    """Every public plan, the latest first."""
    plans = ActionPlan.objects.published().for_list_page()
    page = Paginator(plans, PLANS_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "consultations/list.html", {"page": page, "section": "plans"})


@fresh_page
def plan_page(request: HttpRequest, municipality: Municipality, plan: str) -> HttpResponse:
    """A published plan: its stages, and its projects by axis."""
    context = plan_context(municipality, public_plan(municipality, plan))
    return render(request, "consultations/plan.html", context)


@require_safe
def plan_file(request: HttpRequest, slug: str, plan: str, pk: int) -> FileResponse:
    """A public document of a stage of a public plan; anything else does not exist."""
    plans = ActionPlan.objects.published().filter(municipality__slug=slug, slug=plan)
    file = get_object_or_404(StageFile, pk=pk, is_public=True, stage__plan__in=plans)
    return file_response(file=file.file, name=file.name, content_type=file.content_type, sha256=file.sha256)


@fresh_page
def project_page(request: HttpRequest, municipality: Municipality, plan: str, number: int) -> HttpResponse:
    """A project of a published plan."""
    project = published_project(municipality, plan, number)
    return render(request, "consultations/project.html", project_context(municipality, project))


def project_context(municipality: Municipality, project: Project, *, is_preview: bool = False) -> dict:
    """What ``consultations/project.html`` needs. A preview has no paper: that is for what is published."""
    reader, plan = reader_of(municipality), project.plan.slug
    paper = reverse("project-sheet", kwargs=_project_kwargs(municipality, plan, project.number))
    sheet = read_sheet(project, reader)
    return project_frame(municipality, project, is_preview=is_preview) | {
        "sheet": sheet,
        "today": reader.today,
        "voices": voices_behind(project, sheet.version.changed) if sheet.marked and sheet.version else [],
        "invitations": invitations(municipality, "project", project.pk),
        "pdf_url": "" if is_preview else paper,
        "is_preview": is_preview,
    }


def project_frame(municipality: Municipality, project: Project, *, is_preview: bool = False) -> dict:
    """What every page of a project needs."""
    plan_url = _plan_address(municipality, project.plan.slug, is_preview=is_preview)
    return plan_frame(municipality, project.plan) | {"project": project, "plan_url": plan_url}


def plan_context(municipality: Municipality, plan: ActionPlan, *, is_preview: bool = False) -> dict:
    """What ``consultations/plan.html`` needs."""
    page = read_plan(plan, reader_of(municipality))
    return plan_frame(municipality, plan) | {
        "page": page,
        "invitations": invitations(municipality, "plan", plan.pk),
        "is_preview": is_preview,
    }


def plan_frame(municipality: Municipality, plan: ActionPlan) -> dict:
    """What every page of a plan needs."""
    label = kind_label(municipality)
    tab = Tab(_plan_address(municipality, plan.slug), label, is_current=True)
    return {
        "municipality": municipality,
        "kind": label,
        "tabs": tabs_of(municipality, tab),
        "section": "plans",
    }


def _plan_address(municipality: Municipality, plan: str, *, is_preview: bool = False) -> str:
    name = "plan-preview" if is_preview else "plan"
    return reverse(name, kwargs={"slug": municipality.slug, "plan": plan})


def _project_kwargs(municipality: Municipality, plan: str, number: int) -> dict[str, object]:
    return {"slug": municipality.slug, "plan": plan, "number": number}

"""The pages and the paper of open-government plans that anybody may read."""

from __future__ import annotations

import datetime
from functools import partial

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from consultations.models import ActionPlan, Project, StageFile
from consultations.papers.sheet import sheet_paper
from consultations.reader import reader_of
from consultations.sheets import read_plan, read_sheet
from consultations.voices import voices_behind
from portal.files.responses import file_response
from portal.freshness import fresh_listing, fresh_page
from portal.municipalities.models import Country, Municipality
from portal.navigation import Tab, tabs_of
from portal.pdf.responses import paper_response
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
    found = get_object_or_404(ActionPlan.objects.of(municipality).published().for_plan_page(), slug=plan)
    return render(request, "consultations/plan.html", plan_context(municipality, found))


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


@fresh_page
def project_sheet(request: HttpRequest, municipality: Municipality, plan: str, number: int) -> HttpResponse:
    """The project's sheet as a file to print."""
    project = published_project(municipality, plan, number)
    address = reverse("project", kwargs=_project_kwargs(municipality, plan, number))
    live_url = request.build_absolute_uri(address)
    return paper_response(
        request,
        kind="project-sheet",
        object_id=project.pk,
        version=f"{municipality.revision} {municipality.today()} {live_url}",
        make=partial(sheet_paper, project, municipality, kind=kind_label(municipality), live_url=live_url),
        filename=f"{project.title} - {municipality.title}",
        ascii_filename=f"{municipality.slug}-{plan}-project-{number}",
    )


def published_project(municipality: Municipality, plan: str, number: int) -> Project:
    """A project of the municipality's public plan, read for its page. Raises ``Http404``."""
    return _published(Project.objects.for_project_page(), municipality, plan, number)


def public_project(municipality: Municipality, plan: str, number: int) -> Project:
    """The same for a page of its versions, without what belongs to it. Raises ``Http404``."""
    projects = Project.objects.select_related("plan").defer("imported", "plan__imported")
    return _published(projects, municipality, plan, number)


def _published(projects: QuerySet[Project], municipality: Municipality, plan: str, number: int) -> Project:
    plans = ActionPlan.objects.of(municipality).published().filter(slug=plan)
    project = get_object_or_404(projects, plan__in=plans, number=number)
    project.plan.municipality = municipality
    return project


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
    return _frame(municipality, project.plan) | {"project": project, "plan_url": plan_url}


def plan_context(municipality: Municipality, plan: ActionPlan, *, is_preview: bool = False) -> dict:
    """What ``consultations/plan.html`` needs."""
    page = read_plan(plan, reader_of(municipality))
    return _frame(municipality, plan) | {
        "page": page,
        "invitations": invitations(municipality, "plan", plan.pk),
        "is_preview": is_preview,
    }


def _frame(municipality: Municipality, plan: ActionPlan) -> dict:
    label = kind_label(municipality)
    tab = Tab(_plan_address(municipality, plan.slug), label, is_current=True)
    return {
        "municipality": municipality,
        "kind": label,
        "tabs": tabs_of(municipality, tab),
        "section": "plans",
    }


def kind_label(municipality: Municipality) -> str:
    """What such a plan is called in the country."""
    if municipality.country == Country.MOROCCO:
        return pgettext("Morocco", "Open-government action plan")
    return pgettext("Tunisia", "Open-government action plan")


def _plan_address(municipality: Municipality, plan: str, *, is_preview: bool = False) -> str:
    name = "plan-preview" if is_preview else "plan"
    return reverse(name, kwargs={"slug": municipality.slug, "plan": plan})


def _project_kwargs(municipality: Municipality, plan: str, number: int) -> dict[str, object]:
    return {"slug": municipality.slug, "plan": plan, "number": number}

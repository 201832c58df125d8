"""The sheet of a project, from the same reading as its page."""

from __future__ import annotations

from functools import partial

from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consultations.models import Project
from consultations.papers.data import as_attachment, project_data
from consultations.papers.lengths import sheet_pages
from consultations.plans import kind_label, public_project, published_project
from consultations.reader import reader_of
from consultations.sheets import read_sheet
from portal.papers.orders import Advance, Copy, Draft, Order, Paper
from portal.papers.pages import paper_context, print_page


def draft(order: Order) -> Draft:
    """The sheet of a project of a public plan. Arguments: ``plan``, its slug, and ``number``."""
    municipality = order.municipality
    project = public_project(municipality, *_arguments(order))
    return Draft(
        title=str(project.title),
        filename=f"{project.title} - {municipality.title}",
        ascii_filename=_ascii_name(project),
        version=f"{municipality.revision} {municipality.today()}",
        make=partial(_make, order),
        back=reverse("project", kwargs={"slug": municipality.slug, **_where(project)}),
        pages=sheet_pages(Project.objects.filter(pk=project.pk), is_large=order.is_large),
    )


PAPER = Paper(label=gettext_lazy("Project sheet"), draft=draft)


def _make(order: Order, advance: Advance) -> bytes:
    with translation.override(order.language):
        project = published_project(order.municipality, *_arguments(order))
        live_url = order.address("project", **_where(project))
        context = {
            "kind": kind_label(order.municipality),
            "sheet": read_sheet(project, reader_of(order.municipality)),
            **paper_context(order, live_url=live_url, obj=project.plan),
        }
        attached = _attached(project) if order.copy == Copy.ARCHIVE else ()
        return print_page(order, "consultations/pdf/sheet.html", context, attachments=attached)


def _attached(project: Project) -> tuple:
    words = _("The data of the project sheet")
    return (as_attachment(_ascii_name(project), project_data(project), words),)


def _arguments(order: Order) -> tuple[str, int]:
    return str(order.arguments["plan"]), int(order.arguments["number"])


def _where(project: Project) -> dict[str, str | int]:
    return {"plan": project.plan.slug, "number": project.number}


def _ascii_name(project: Project) -> str:
    plan = project.plan
    return f"{plan.municipality.slug}-{plan.slug}-project-{project.number}"

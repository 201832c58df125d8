"""A project of a plan as what the public is consulted about, and its versions as what changed."""

from __future__ import annotations

from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consultations.models import Project
from consultations.subjects.plans import version_of
from portal.municipalities.models import Municipality
from portal.subjects import Outcome, Parts, Subject

LABEL = gettext_lazy("Project of an open-government plan")


def choices(municipality: Municipality) -> list[tuple[int, str]]:
    """The projects of every plan, drafts too: the newest plan first."""
    newest = F("plan__starts_on").desc(nulls_last=True)
    projects = _of(municipality).order_by(newest, "plan__slug", "number")
    return [(project.pk, _title(project)) for project in projects]


def _of(municipality: Municipality):  # noqa: ANN202 - a query set of projects with their plans
    projects = Project.objects.filter(plan__municipality=municipality).select_related("plan__municipality")
    return projects.defer("imported", "plan__imported")


def _title(project: Project) -> str:
    title = f"{project.number}. {project.title} · {project.plan.title}"
    return title if project.plan.is_public else _("%(title)s (draft)") % {"title": title}


def read(municipality: Municipality, pk: int) -> Subject | None:
    project = _of(municipality).filter(pk=pk).first()
    if project is None:
        return None
    where = {"slug": municipality.slug, "plan": project.plan.slug, "number": project.number}
    is_public = project.plan.is_public
    address = reverse("project", kwargs=where) if is_public else ""
    return Subject("project", project.pk, project.title, address, is_public)


def parts(municipality: Municipality, pk: int) -> Parts:
    """A project is spoken of as a whole."""
    return Parts()


def outcomes(municipality: Municipality, pk: int) -> list[Outcome]:
    """Its versions, the newest first; nothing of a draft."""
    project = _of(municipality).filter(pk=pk).first()
    if project is None or not project.plan.is_public:
        return []
    numbers = project.versions.order_by("-number").values_list("number", flat=True)
    return [version_of(project.plan, project, number) for number in numbers]

"""A plan as what the public is consulted about: its projects, its axes, and what became of them."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import F, Prefetch
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consultations.models import ActionPlan, Axis, Project, ProjectVersion
from consultations.versions import last_change
from portal.bilingual import in_both, original
from portal.municipalities.models import Municipality
from portal.subjects import Outcome, Part, Parts, Subject

LABEL = gettext_lazy("Open-government plan")


def choices(municipality: Municipality) -> list[tuple[int, str]]:
    """Every plan, drafts too: the newest first."""
    newest = F("starts_on").desc(nulls_last=True)
    plans = ActionPlan.objects.of(municipality).defer("imported").order_by(newest, "slug")
    return [(plan.pk, _title(plan)) for plan in plans]


def _title(plan: ActionPlan) -> str:
    return str(plan.title) if plan.is_public else _("%(title)s (draft)") % {"title": plan.title}


def read(municipality: Municipality, pk: int) -> Subject | None:
    plan = ActionPlan.objects.of(municipality).defer("imported").filter(pk=pk).first()
    if plan is None:
        return None
    address = reverse("plan", kwargs={"slug": municipality.slug, "plan": plan.slug})
    return Subject("plan", plan.pk, plan.title, address if plan.is_public else "", plan.is_public)


def parts(municipality: Municipality, pk: int) -> Parts:
    """A comment is about a project, an idea belongs to an axis; nothing of a draft is offered."""
    public = ActionPlan.objects.of(municipality).published().filter(pk=pk)
    projects = Project.objects.filter(plan__in=public)
    titles = projects.only("number", "title_ar", "title_fr").order_by("number")
    axes = Axis.objects.filter(plan__in=public).order_by("number")
    return Parts(
        for_comments=[Part(f"project:{project.number}", project.title) for project in titles],
        for_ideas=[Part(f"axis:{axis.number}", axis.title) for axis in axes],
    )


def outcomes(municipality: Municipality, pk: int) -> list[Outcome]:
    """The version that last changed each project, and the plan itself; nothing of a draft."""
    plan = ActionPlan.objects.of(municipality).published().defer("imported").filter(pk=pk).first()
    return [*_projects(plan), _plan(plan)] if plan else []


def _projects(plan: ActionPlan) -> Iterator[Outcome]:
    versions = Prefetch("versions", ProjectVersion.objects.order_by("-number"), "kept_versions")
    projects = plan.projects.only("plan", "number", "title_ar", "title_fr").prefetch_related(versions)
    for project in projects.order_by("number"):
        if kept := project.kept_versions:
            changed, _before = last_change(kept)
            yield version_of(plan, project, changed.number)


def version_of(plan: ActionPlan, project: Project, version: int) -> Outcome:
    """A version of a project, as an answer points at it: at what it changed, or at the first one."""

    def said() -> str:
        words = {"number": project.number, "version": version, "title": project.title}
        return _("Project %(number)s, version %(version)s: %(title)s") % words

    where = {"slug": plan.municipality.slug, "plan": plan.slug, "number": project.number}
    key, both = f"project:{project.number}:{version}", in_both(said)
    if version == 1:
        return Outcome(key, *both, "project-versions", where, "v1")
    return Outcome(key, *both, "project-difference", where | {"old": version - 1, "new": version})


def _plan(plan: ActionPlan) -> Outcome:
    where = {"slug": plan.municipality.slug, "plan": plan.slug}
    title = original(plan, "title")
    return Outcome("plan", plan.title_ar or title, plan.title_fr or title, "plan", where)

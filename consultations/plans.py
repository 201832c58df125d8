"""Plans and projects as pages and papers ask for them: by address, in public."""

from __future__ import annotations

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import pgettext

from consultations.models import ActionPlan, Project
from portal.municipalities.models import Country, Municipality


def public_plan(municipality: Municipality, plan: str) -> ActionPlan:
    """A public plan of the municipality, read for its page. Raises ``Http404``."""
    found = get_object_or_404(ActionPlan.objects.of(municipality).published().for_plan_page(), slug=plan)
    found.municipality = municipality
    return found


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


def kind_label(municipality: Municipality) -> str:
    """What such a plan is called in the country."""
    if municipality.country == Country.MOROCCO:
        return pgettext("Morocco", "Open-government action plan")
    return pgettext("Tunisia", "Open-government action plan")

"""The ways from the desk into programs: what its header and its first page offer to a role."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.municipalities.access import Act
from portal.municipalities.models import Municipality
from portal.navigation import May, Section, Tab
from programs.models import Program, Status

_STEPS = {
    Status.DRAFT: gettext_lazy("Publish"),
    Status.PUBLISHED: gettext_lazy("Approve or withdraw"),
    Status.APPROVED: gettext_lazy("Close"),
}
"""What somebody who publishes can do next."""


def sections(municipality: Municipality, may: May) -> list[Section]:
    """The newest calendar, to be edited or only read, and the import."""
    found = []
    newest = Program.objects.of(municipality).order_by("-year").values_list("year", flat=True).first()
    if newest:
        kwargs = {"slug": municipality.slug, "year": newest}
        found.append(Section("calendar", calendar_address(municipality, newest, may), _("Calendar")))
        found.append(Section("projects", reverse("staff-cards", kwargs=kwargs), _("Projects and resources")))
    if may(Act.EDIT):
        address = reverse("program-import", kwargs={"slug": municipality.slug})
        found.append(Section("import", address, _("Import")))
    return found


def calendar_address(municipality: Municipality, year: int, may: May) -> str:
    """The calendar as the person may have it: the grid to edit, or the page to read."""
    kwargs = {"slug": municipality.slug, "year": year}
    return reverse("program-grid" if may(Act.EDIT) else "program-preview", kwargs=kwargs)


def program_acts(program: Program, may: May) -> list[Tab]:
    """What the person may do with a program, by pages; reading it comes first and is for everybody."""
    kwargs = {"slug": program.municipality.slug, "year": program.year}
    acts = [Tab(reverse("program-preview", kwargs=kwargs), _("Preview"))]
    if may(Act.EDIT):
        acts.append(Tab(reverse("program-grid", kwargs=kwargs), _("Edit the calendar")))
        acts.append(Tab(reverse("program-planning", kwargs=kwargs), _("Plan backwards")))
        acts.append(Tab(reverse("program-cell", kwargs=kwargs), _("Preparation and diagnosis")))
        acts.append(Tab(reverse("staff-cards", kwargs=kwargs), _("Projects and resources")))
        acts.append(Tab(reverse("program-history", kwargs=kwargs), _("History")))
    acts.append(Tab(reverse("staff-program-papers", kwargs=kwargs), _("Papers to print")))
    if may(Act.PUBLISH) and program.status in _STEPS:
        acts.append(Tab(reverse("program-publish", kwargs=kwargs), str(_STEPS[Status(program.status)])))
    return acts

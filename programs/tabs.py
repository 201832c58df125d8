"""The tabs of a public program's pages."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from portal.municipalities.models import Municipality
from portal.navigation import Tab, tabs_of
from programs.models import Program

PAGES = {
    "program": _("Calendar"),
    "program-preparation": _("Preparation"),
    "program-diagnosis": _("Diagnosis"),
    "program-needs": _("Needs"),
    "program-money": _("Resources"),
    "program-projects": _("Projects"),
    "program-schedule": _("Execution"),
    "program-papers": _("Papers"),
}
"""In the order in which a year goes by, and last what is printed of it."""


def program_tabs(municipality: Municipality, year: int, current: str) -> list[Tab]:
    """The pages of a public program of a year that hold something, with that named ``current`` marked.

    A town whose source tells nothing but its calendar shows its calendar, not six empty pages.
    """
    held = Program.objects.of(municipality).filter(year=year).parts()
    kwargs = {"slug": municipality.slug, "year": year}
    return tabs_of(
        municipality,
        *(
            Tab(reverse(name, kwargs=kwargs), str(label), name == current)
            for name, label in PAGES.items()
            if name == current or held.get(name, True)
        ),
    )

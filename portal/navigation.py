"""The ways between pages: the tabs under a municipality's name, and those of its desk."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from portal.municipalities.access import Act
from portal.municipalities.models import Municipality

May = Callable[[Act], bool]


@dataclass(frozen=True, slots=True)
class Tab:
    address: str
    label: str
    is_current: bool = False


def tabs_of(municipality: Municipality, *own: Tab) -> list[Tab]:
    """The municipality's first page, the tabs of the page itself, and what every municipality has."""
    slug = {"slug": municipality.slug}
    home = Tab(reverse("municipality", kwargs=slug), _("Home"), not own)
    always = [
        Tab(reverse("meetings", kwargs=slug), _("Meetings")),
        Tab(reverse("consultations", kwargs=slug), _("Consultations")),
    ]
    addresses = {tab.address for tab in own}
    return [home, *own, *(tab for tab in always if tab.address not in addresses)]


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the desk, as its header offers it."""

    name: str
    address: str
    label: str
    count: int = 0
    """How many things wait there."""


@dataclass(frozen=True, slots=True)
class DeskTab:
    """A link of the desk's header."""

    address: str
    label: str
    current: str
    """The value of ``aria-current``: ``page`` on the page itself, ``true`` within its section, or empty."""
    count: int = 0


def desk_sections(municipality: Municipality, may: May) -> list[Section]:
    """The parts of a desk that a person who ``may`` do certain acts there can open.

    Those of the domains come from the functions that ``DESK_SECTIONS`` names: each takes the
    municipality and ``may``.
    """
    slug = {"slug": municipality.slug}
    sections = [Section("today", reverse("staff-desk", kwargs=slug), _("Today"))]
    for path in settings.DESK_SECTIONS:
        sections += import_string(path)(municipality, may)
    if may(Act.MANAGE):
        sections.append(Section("members", reverse("staff-members", kwargs=slug), _("Members")))
    if may(Act.SEE_JOURNAL):
        sections.append(Section("journal", reverse("staff-journal", kwargs=slug), _("Journal")))
    if may(Act.EDIT):
        sections.append(Section("admin", reverse("admin:index"), _("Administration")))
    return sections


def desk_tabs(sections: Iterable[Section], *, path: str, section: str = "") -> list[DeskTab]:
    """Mark where the reader is: on the page at ``path``, or somewhere within ``section``."""
    return [DeskTab(part.address, part.label, _current(part, path, section), part.count) for part in sections]


def _current(part: Section, path: str, section: str) -> str:
    if part.address == path:
        return "page"
    return "true" if part.name == section else ""

"""The tabs under a municipality's name: what it has to show, asked in one query for each app."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from portal.municipalities.models import Municipality


@dataclass(frozen=True, slots=True)
class Tab:
    address: str
    label: str
    is_current: bool = False


def tabs_of(municipality: Municipality, *own: Tab) -> list[Tab]:
    """The municipality's first page, then the tabs of the page itself."""
    home = Tab(reverse("municipality", kwargs={"slug": municipality.slug}), _("Home"), not own)
    return [home, *own]

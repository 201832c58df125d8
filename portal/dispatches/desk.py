"""The way from the desk's header to the copies that were sent."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from portal.municipalities.models import Municipality
from portal.navigation import May, Section


def sections(municipality: Municipality, may: May) -> list[Section]:
    """The list of dispatches, which everybody at the desk may read."""
    address = reverse("staff-dispatches", kwargs={"slug": municipality.slug})
    return [Section("dispatches", address, _("Copies sent"))]

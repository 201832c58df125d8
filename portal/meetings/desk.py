"""The way from the desk's header into meetings."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from portal.municipalities.models import Municipality
from portal.navigation import May, Section


def sections(municipality: Municipality, may: May) -> list[Section]:
    """The list of meetings, which everybody at the desk may read."""
    return [Section("meetings", reverse("staff-meetings", kwargs={"slug": municipality.slug}), _("Meetings"))]

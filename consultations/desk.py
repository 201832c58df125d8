"""The ways from the desk into plans, consultations and what people contribute."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from consultations.models import Contribution
from portal.municipalities.access import Act
from portal.municipalities.models import Municipality
from portal.navigation import May, Section


def sections(municipality: Municipality, may: May) -> list[Section]:
    """The plans and the consultations for everybody; the queue, with how many wait, for those who read it."""
    slug = {"slug": municipality.slug}
    found = [
        Section("plans", reverse("staff-plans", kwargs=slug), _("Open-government plans")),
        Section("consultations", reverse("staff-consultations", kwargs=slug), _("Consultations")),
    ]
    if may(Act.SEE_CONTRIBUTIONS):
        waiting = Contribution.objects.of(municipality).pending().count()
        address = reverse("moderation", kwargs=slug)
        found.append(Section("contributions", address, _("Contributions"), count=waiting))
    if may(Act.ANSWER):
        found.append(Section("answers", reverse("answers", kwargs=slug), _("Answers")))
    return found

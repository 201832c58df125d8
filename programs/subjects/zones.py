"""The needs of a zone as what the public is consulted about: the suggestion box of the preparation."""

from __future__ import annotations

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.bilingual import in_both
from portal.municipalities.models import Municipality, Zone
from portal.subjects import Outcome, Parts, Subject
from programs.models import Need, ProjectCard
from programs.subjects.programs import categories, where

LABEL = gettext_lazy("Needs of a zone")


def choices(municipality: Municipality) -> list[tuple[int, str]]:
    return [(zone.pk, f"{zone.number}. {zone.name}") for zone in municipality.zones.order_by("number")]


def read(municipality: Municipality, pk: int) -> Subject | None:
    zone = Zone.objects.filter(municipality=municipality, pk=pk).first()
    if zone is None:
        return None
    address = reverse("zones", kwargs={"slug": municipality.slug})
    return Subject("zone", zone.pk, zone.name, f"{address}#zone-{zone.number}", is_public=True)


def parts(municipality: Municipality, pk: int) -> Parts:
    """What is needed belongs to a category of works."""
    return Parts(for_comments=categories(), for_ideas=categories())


def outcomes(municipality: Municipality, pk: int) -> list[Outcome]:
    """What residents of the zone, or of the whole municipality, asked for and a public project answers."""
    asked = Need.objects.of(municipality).filter(Q(zone=pk) | Q(zone=None), dropped_because="")
    answered = asked.filter(card__in=ProjectCard.objects.published())
    rows = answered.select_related("card__program__municipality").order_by("-card__program__year", "number")
    return [_outcome(need) for need in rows]


def _outcome(need: Need) -> Outcome:
    """The project that answers a need."""
    card = need.card
    if card is None:
        raise ValueError("No project answers this need.")

    def said() -> str:
        words = {"need": need.title, "number": card.number, "year": card.program.year}
        return _("“%(need)s”: project %(number)s of the program %(year)s") % words

    at = where(card.program) | {"number": card.number}
    return Outcome(
        f"need:{need.number}:{card.program.year}:{card.number}", *in_both(said), "program-project", at
    )

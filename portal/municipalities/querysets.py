"""Questions over municipalities and memberships, named after the pages that ask them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.db import models
from django.shortcuts import get_object_or_404

from portal.folding import fold

if TYPE_CHECKING:
    from portal.accounts.models import User
    from portal.municipalities.models import Municipality


class MunicipalityQuerySet(models.QuerySet["Municipality"]):
    def matching(self, words: str) -> MunicipalityQuerySet:
        """Municipalities whose name or territory holds every word, whatever its spelling.

        Hamza, taa marbuta, diacritics and French accents make no difference; an apostrophe parts words.
        """
        found = self
        for word in re.split(r"[\s'’]+", fold(words).strip())[:8]:
            found = found.filter(search_text__contains=word)
        return found

    def public_or_404(self, slug: str) -> Municipality:
        """The municipality of a public address. Every municipality has a public page."""
        return get_object_or_404(self, slug=slug)

    def for_home_page(self) -> MunicipalityQuerySet:
        """By country and then name, the fictional ones last."""
        return self.order_by("is_fictional", "-country", "name_fr", "slug")

    def of_member(self, user: User) -> MunicipalityQuerySet:
        """The municipalities where the person holds a role; all of them for the platform administrator."""
        if user.is_superuser:
            return self.all()
        return self.filter(memberships__user=user).distinct()

    def total_revision(self) -> int:
        """A number that grows with any change in any municipality: the home page's version."""
        totals = self.aggregate(changes=models.Sum("revision", default=0), known=models.Count("pk"))
        return int(totals["changes"] + totals["known"])


class MembershipQuerySet(models.QuerySet):
    def roles_of(self, user: User, municipality_id: int) -> set[str]:
        return set(self.filter(user=user, municipality=municipality_id).values_list("role", flat=True))

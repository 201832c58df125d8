"""Questions over municipalities and memberships, named after the pages that ask them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, cast

from django.db import connections, models
from django.http import Http404
from django.utils import timezone

from portal.folding import fold
from portal.municipalities.moments import as_parameters, passed_sql
from portal.tracing import concerns

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
        # The two questions behind every 304 are written out: Django takes longer to put them
        # together than the database to answer them. Nothing but the slug, as a parameter, is from outside.
        passed, count = passed_sql(of_one=True)
        sql = f"SELECT town.*, {passed} AS moments FROM {self.model._meta.db_table} town WHERE slug = %s"  # noqa: S608
        rows = self.raw(sql, [*as_parameters(timezone.now(), count, self.db), slug])
        municipality = cast("Municipality | None", next(iter(rows), None))
        if municipality is None:
            raise Http404
        concerns(municipality)
        return municipality

    def for_home_page(self) -> MunicipalityQuerySet:
        """By country and then name, the fictional ones last."""
        return self.order_by("is_fictional", "-country", "name_fr", "slug")

    def of_member(self, user: User) -> MunicipalityQuerySet:
        """The municipalities where the person holds a role; all of them for the platform administrator."""
        if user.is_superuser:
            return self.all()
        return self.filter(memberships__user=user).distinct()

    def total_revision(self) -> tuple[int, int]:
        """A number that grows with any change in any municipality, and how many moments have passed.

        Not their sum: what is withdrawn takes the moments that had passed with it.
        """
        passed, count = passed_sql(of_one=False)
        table = self.model._meta.db_table
        sql = f"SELECT COALESCE(SUM(revision), 0) + COUNT(*), {passed} FROM {table}"  # noqa: S608
        with connections[self.db].cursor() as cursor:
            cursor.execute(sql, as_parameters(timezone.now(), count, self.db))
            revision, moments = cursor.fetchone()
        return int(revision), int(moments)


class MembershipQuerySet(models.QuerySet):
    def roles_of(self, user: User, municipality_id: int) -> set[str]:
        return set(self.filter(user=user, municipality=municipality_id).values_list("role", flat=True))

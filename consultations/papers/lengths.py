"""About how many pages a paper will have, from how much there is to print: one query, before any is set."""

from __future__ import annotations

import math
from dataclasses import dataclass

from django.db.models import Count, QuerySet, Sum
from django.db.models.functions import Coalesce, Greatest, Length

from consultations.models import Consultation, Project
from consultations.talk import listed


@dataclass(frozen=True, slots=True)
class Density:
    """What a page holds, upright, in the type of papers: measured."""

    letters: int
    """A page of nothing but running text."""
    rows: int
    """A page of nothing but rows or entries, with their heads and the space around them."""
    around: int
    """Letterhead, title, facts and signatures, in rows."""

    def pages(self, letters: int, rows: int, *, is_large: bool = False) -> int:
        """Whole pages for so many letters in so many rows; one at least."""
        taken = self.share(letters, rows + self.around)
        return max(1, math.ceil(taken * (LARGE if is_large else 1)))

    def share(self, letters: int, rows: int) -> float:
        """What these take of a page, or of several."""
        return letters / self.letters + rows / self.rows


SHEET = Density(letters=4200, rows=32, around=12)
REPORT = Density(letters=8000, rows=20, around=12)
LARGE = 1.8
"""How much more large type takes, on sheets of twice the size."""


def sheet_pages(projects: QuerySet[Project], *, is_large: bool = False) -> int:
    """Pages of the sheets of these projects, each of which begins one."""
    texts = _longer("problem") + _longer("solution") + _longer("results") + _longer("partners")
    rows = Count("activities", distinct=True) + Count("indicators", distinct=True)
    found = projects.order_by().annotate(letters=texts, rows=rows).values_list("letters", "rows")
    return sum(SHEET.pages(letters, count, is_large=is_large) for letters, count in found)


def report_pages(consultation: Consultation, *, is_large: bool = False) -> int:
    """Pages of the report of a consultation: its contributions with their answers, and its figures."""
    words = Length("text") + Length("solution") + Length("effect") + _longer("answer__text")
    size = listed(consultation).aggregate(count=Count("pk"), letters=Sum(words, default=0))
    return REPORT.pages(size["letters"], 2 * size["count"], is_large=is_large)


def _longer(name: str) -> Greatest:
    """The letters of the longer of both languages: nobody knows yet which will be printed."""
    return Greatest(Coalesce(Length(f"{name}_ar"), 0), Coalesce(Length(f"{name}_fr"), 0))

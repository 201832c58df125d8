"""Papers of the portal's own that go into a bound one or into an archive."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from django.http import Http404

from portal.papers.answers import silent
from portal.papers.orders import Copy, Draft, Order, draft_of, paper_of

CALENDAR = "program-calendar"
MINUTES = "meeting-minutes"
OF_A_PROGRAM = (CALENDAR, "program-cards", "program-money", "program-schedule")
"""What a program consists of on paper, in its order."""


@dataclass(frozen=True, slots=True)
class Made:
    """A paper that can be made now."""

    title: str
    draft: Draft

    def content(self) -> bytes:
        """Print it. Raises ``portal.pdf.render.PdfError``."""
        content = self.draft.make(silent)
        if isinstance(content, Path):
            path, content = content, content.read_bytes()
            path.unlink()
        return content


def papers_of(order: Order, kinds: Iterable[str], *, copy: Copy) -> Iterator[Made]:
    """Those of the kinds that there is something to print of, about what the order is about.

    A draft that is not public has none: these papers are everybody's.
    """
    for kind in kinds:
        yield from _paper(dataclasses.replace(order, kind=kind, copy=copy, is_large=False))


def minutes_of(order: Order, meetings: Iterable[int], *, copy: Copy) -> Iterator[Made]:
    """The public minutes of meetings, by their keys."""
    for pk in meetings:
        arguments = {"pk": pk}
        yield from _paper(
            dataclasses.replace(order, kind=MINUTES, arguments=arguments, copy=copy, is_large=False)
        )


def _paper(order: Order) -> Iterator[Made]:
    try:
        draft = draft_of(order)
    except Http404:
        return
    yield Made(str(paper_of(order.kind).label), draft)

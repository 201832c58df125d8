"""What residents asked for before a program's year: what waits, what it answers, what is not pursued."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from programs.models import CardStage, Need, Program, ProjectCard
from programs.rules_cards import years_waited


@dataclass(frozen=True, slots=True)
class NeedRow:
    """A need as a program's list shows it."""

    need: Need
    years: int
    """Since it was asked."""
    card: ProjectCard | None
    """The project of this very program that answers it, once it may be shown."""

    @property
    def is_dropped(self) -> bool:
        return bool(self.need.dropped_because)


@dataclass(frozen=True, slots=True)
class NeedList:
    waiting: list[NeedRow]
    answered: list[NeedRow]
    """Those that a project of this program answers."""
    dropped: list[NeedRow]

    @property
    def longest(self) -> int:
        """The most years that any of those still waiting has waited."""
        return max((row.years for row in self.waiting), default=0)

    def __bool__(self) -> bool:
        return bool(self.waiting or self.answered or self.dropped)


def needs_for(program: Program, *, public: bool) -> NeedList:
    """The needs of a program's list, the longest waiting first.

    Those asked before the program's year come back by themselves every year, until a project of an
    approved program answers them or they are dropped. ``public`` leaves out the links that the
    public may not see yet: to proposals, and to cards of programs that are not public.
    """
    needs = Need.objects.before(program).for_list_page()
    return sort_needs(needs, program, public=public)


def sort_needs(needs: Iterable[Need], program: Program, *, public: bool) -> NeedList:
    """The same of needs that were read: one query less where a page has them."""
    found = NeedList([], [], [])
    for need in needs:
        card = _answer(need, program, public)
        row = NeedRow(need, years_waited(need.asked_in, program.year), card)
        if row.is_dropped:
            found.dropped.append(row)
        elif card:
            found.answered.append(row)
        else:
            found.waiting.append(row)
    return found


def _answer(need: Need, program: Program, public: bool) -> ProjectCard | None:
    card = need.card
    if card is None or card.program_id != program.pk or card.stage == CardStage.LEFT_OUT:
        return None
    if public and (card.stage == CardStage.PROPOSAL or not card.program.is_public):
        return None
    return card

"""Project cards on paper, one a page, from the same reading as their public pages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef
from django.http import Http404
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.bilingual import page_language
from portal.municipalities.models import Municipality
from portal.papers.orders import Draft, Order, Paper
from portal.pdf.qr import qr_svg
from portal.timelines.chart import MAX_COLUMNS, Chart, draw_chart
from programs.cards import (
    CardFacts,
    Content,
    DifferenceRow,
    VersionRow,
    content_of,
    difference_rows,
    draft_and_final,
    facts_of,
    public_versions,
    reasons_between,
    version_rows,
)
from programs.models import CardStage, CardVersion, Need, Program, ProjectCard
from programs.needs import years_waited
from programs.papers.lengths import pages_for
from programs.papers.projects import draft_about, public_program
from programs.published_preparation import pair
from programs.published_projects import projects_content
from programs.querysets_cards import CardQuerySet
from programs.rules_cards import VERSIONED_STAGES
from programs.schedule import CardRow, read_schedule

_LINE, _HEAD = 7.0, 110.0
"""Millimetres of the list of cards, before the first of them."""
_PAGE = 255.0
LONG, LONGEST = 110, 280
"""Letters of a title, beyond which it is set smaller, and smaller still."""
LARGE_COLUMNS = 4
"""Of the drawing of a card's steps, in large type."""


@dataclass(frozen=True, slots=True)
class PrintedCard:
    """A project as its card tells it, and what is kept beside the card."""

    card: ProjectCard
    facts: CardFacts
    stage: str
    version: CardVersion | None
    """What is shown; ``None``: the card as it stands, before any version of it was kept."""
    versions: list[VersionRow]
    """The newest first."""
    compared: tuple[CardVersion, CardVersion] | None
    differences: list[DifferenceRow]
    reasons: list[str]
    needs: list[tuple[Need, int]]
    """What was asked for and the project answers, with the years it waited."""
    row: CardRow
    """Its execution."""
    chart: Chart | None
    """Of this project alone."""
    live_url: str
    qr_svg: SafeString | str

    @property
    def anchor(self) -> str:
        return f"card-{self.card.program.year}-{self.card.number}"

    @property
    def length(self) -> str:
        """How long its title is, for the size of its letters: empty, ``long`` or ``longest``."""
        letters = len(str(self.facts.title))
        return "" if letters <= LONG else "long" if letters <= LONGEST else "longest"


def read_cards(
    program: Program,
    cards: Iterable[ProjectCard],
    *,
    order: Order,
    with_drafts: bool = False,
) -> list[PrintedCard]:
    """Read cards for paper, in the language of the moment; one query, for the needs they answer.

    Args:
        program: knows its municipality.
        cards: from ``cards_for_paper``. Those of which the public may read no version are left out.
        order: what is printed, for the address of each card's page.
        with_drafts: also those, as they stand: for members alone.
    """
    cards = list(cards)
    needs: dict[int, list[tuple[Need, int]]] = {}
    for need in Need.objects.filter(card__in=cards).order_by("asked_in", "number"):
        needs.setdefault(need.card_id or 0, []).append((need, years_waited(need.asked_in, program.year)))
    found = []
    for card in cards:
        card.program = program
        versions = public_versions(card.listed_versions)
        if versions or with_drafts:
            found.append(_printed(card, versions, needs.get(card.pk, []), order, with_drafts=with_drafts))
    return found


def cards_for_paper(cards: CardQuerySet) -> CardQuerySet:
    """By number, each with its zone, its versions, its steps and what was recorded of its progress."""
    return cards.for_list_page().for_schedule_page()


def _printed(
    card: ProjectCard,
    versions: Sequence[CardVersion],
    needs: list[tuple[Need, int]],
    order: Order,
    *,
    with_drafts: bool,
) -> PrintedCard:
    municipality = order.municipality
    row, chart = _execution(card, order)
    # A card that was taken up again, or never shown, is not what any version says.
    is_draft = with_drafts and card.stage not in VERSIONED_STAGES
    shown = None if is_draft or not versions else versions[-1]
    compared = _compared(versions) if shown else None
    changed = difference_rows(compared[0].content, compared[1].content, municipality) if compared else []
    url = "" if with_drafts else _address(order, card)
    return PrintedCard(
        card=card,
        facts=facts_of(shown.content if shown else content_of(card), municipality),
        stage=str(shown.get_stage_display() if shown else card.get_stage_display()),
        version=shown,
        versions=version_rows(versions, municipality),
        compared=compared,
        differences=changed,
        reasons=reasons_between(versions, *compared) if compared else [],
        needs=needs,
        row=row,
        chart=chart,
        live_url=url,
        qr_svg=qr_svg(address=url, title=url) if url else "",
    )


def _execution(card: ProjectCard, order: Order) -> tuple[CardRow, Chart | None]:
    """How far a project is, and the drawing of its steps, with columns that letters of this size fit into."""
    municipality = order.municipality
    today = municipality.today()
    row = read_schedule([card], municipality, today).rows[0]
    chart = draw_chart(
        [step.span for step in row.steps],
        today,
        country=municipality.country,
        language=page_language(),
        columns=LARGE_COLUMNS if order.is_large else MAX_COLUMNS,
    )
    for step, bar in zip(row.steps, chart.bars if chart else [], strict=True):
        step.bar = bar
    return row, chart


def _compared(versions: Sequence[CardVersion]) -> tuple[CardVersion, CardVersion] | None:
    """The draft and the program where the card is in it; else its last version and the one before."""
    return draft_and_final(versions) or ((versions[-2], versions[-1]) if len(versions) > 1 else None)


def _address(order: Order, card: ProjectCard) -> str:
    return order.address("program-project", year=card.program.year, number=card.number)


def cards_body_context(cards: list[PrintedCard], municipality: Municipality) -> dict[str, Any]:
    """What ``programs/pdf/cards_body.html`` takes."""
    costs = [card.facts.cost for card in cards]
    stated = [cost for cost in costs if cost is not None]
    return {
        "cards": cards,
        "cost": sum(stated, Decimal(0)) if stated else None,
        "without_cost": len(costs) - len(stated),
        "currency": municipality.currency,
    }


def pages_of_cards(count: int, *, is_large: bool = False) -> int:
    """About how many pages so many cards and their list take."""
    return count + pages_for(_HEAD + _LINE * count, page=_PAGE, is_large=is_large)


# The papers


def _shown_to_all(program: Program) -> CardQuerySet:
    """The cards that have a public page."""
    was_shown = CardVersion.objects.filter(card=OuterRef("pk"), stage=CardStage.PRELIMINARY)
    return ProjectCard.objects.of(program).published().filter(Exists(was_shown))


def _all(order: Order) -> Draft:
    program = public_program(order)
    cards = _shown_to_all(program).kept()
    count = cards.count()
    if not count:
        raise Http404

    def read() -> list[PrintedCard]:
        return read_cards(program, cards_for_paper(cards), order=order)

    return draft_about(
        order,
        program,
        title=_("Project cards of the program %(year)s") % {"year": program.year},
        name="cards",
        page=("program-projects", {"year": program.year}),
        template="programs/pdf/cards.html",
        context=lambda: cards_body_context(read(), order.municipality),
        data=lambda: _data(program, read()),
        pages=pages_of_cards(count, is_large=order.is_large),
    )


def _one(order: Order) -> Draft:
    program, number = public_program(order), int(order.arguments["number"])
    found = read_cards(program, cards_for_paper(_shown_to_all(program).filter(number=number)), order=order)
    if not found:
        raise Http404
    card = found[0]
    return draft_about(
        order,
        program,
        title=_("Project card %(number)s of the program %(year)s") % {"number": number, "year": program.year},
        name=f"card-{number}",
        page=("program-project", {"year": program.year, "number": number}),
        template="programs/pdf/card.html",
        context=lambda: {"card": card, "currency": order.municipality.currency},
        data=lambda: _data(program, found),
        pages=1,
    )


PAPER = Paper(label=gettext_lazy("Project cards"), draft=_all)
ONE = Paper(label=gettext_lazy("Project card"), draft=_one)


# What the archive copy carries


def _data(program: Program, cards: list[PrintedCard]) -> Content:
    """The projects as the register of publications keeps them, with their versions and the needs."""
    kept = {project["number"]: project for project in projects_content(program)["projects"]}
    return {"projects": [kept[printed.card.number] | _history(printed) for printed in cards]}


def _history(printed: PrintedCard) -> Content:
    return {
        "versions": [_version(row, is_first=row is printed.versions[-1]) for row in printed.versions],
        "needs": [{"asked_in": need.asked_in, **pair(need)} for need, _years in printed.needs],
    }


def _version(row: VersionRow, *, is_first: bool) -> Content:
    version = row.version
    return {
        "number": version.number,
        "stage": version.stage,
        "made_at": version.made_at.isoformat(),
        # Why the first one came to be was the municipality's own matter.
        "reason": "" if is_first else version.reason,
        "content": version.content,
    }

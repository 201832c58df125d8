"""What can be printed or taken along of a public program, by what it is for."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from portal.meetings.models import Meeting
from portal.papers.orders import Offer
from programs.models import Program, ProjectCard


@dataclass(frozen=True, slots=True)
class OfferGroup:
    """Papers for the same purpose."""

    name: str
    title: str
    offers: list[Offer]


def offers_of(program: Program) -> list[OfferGroup]:
    """The papers of a public program that have something to say, in the language of the moment.

    Four queries.

    Args:
        program: knowing its municipality.
    """
    held = Program.objects.filter(pk=program.pk).parts()
    groups = [
        OfferGroup("read", _("To read"), _to_read(program, held)),
        OfferGroup("decide", _("To decide"), _to_decide(program, held)),
        OfferGroup("keep", _("To keep"), _to_keep(program)),
    ]
    return [group for group in groups if group.offers]


def _to_read(program: Program, held: dict[str, bool]) -> list[Offer]:
    calendar = Offer(
        title=_("Calendar"),
        about=_("Every task with its documents, its date and its state; the legal delays; the evidence."),
        address=_address("program-pdf", program),
        docx_address=_address("program-docx", program),
    )
    progress = Offer(
        title=_("Progress report"),
        about=_("What is done, late or not stated; what is missing; what comes next; which dates moved."),
        address=_address("program-progress-pdf", program),
        docx_address=_address("program-progress-docx", program),
    )
    diagnosis = Offer(
        title=_("Diagnosis tables"),
        about=_("The networks and facilities of each zone, the budget and the property tax."),
        address=_address("program-diagnosis-pdf", program),
    )
    return [calendar, progress, *([diagnosis] if held["program-diagnosis"] else [])]


def _to_decide(program: Program, held: dict[str, bool]) -> list[Offer]:
    cards = ProjectCard.objects.of(program).published()
    offers = []
    if held["program-money"]:
        offers.append(
            Offer(
                title=_("Distribution of resources"),
                about=_("By category and by zone, with both sums, and the rule that was followed."),
                address=_address("program-money-pdf", program),
            )
        )
    if cards.exists():
        offers.append(
            Offer(
                title=_("Project cards"),
                about=_("One page for each project: what, where, for how much, paid by whom, until when."),
                address=_address("program-cards-pdf", program),
            )
        )
    if cards.kept().filter(steps__isnull=False).exists():
        offers.append(
            Offer(
                title=_("Provisional calendar"),
                about=_("The steps of new and continuing projects, month by month."),
                address=_address("program-schedule-pdf", program),
            )
        )
    return offers


def _to_keep(program: Program) -> list[Offer]:
    tables = Offer(
        title=_("The calendar as a table"),
        about=_("To count, to sort, or to read into another program."),
        address=_address("program-xlsx", program),
        has_copies=False,
        labels={
            "Excel": _address("program-xlsx", program),
            "CSV": _address("program-csv", program),
            "JSON": _address("program-json", program),
        },
    )
    dates = {_("Dates of the calendar"): _address("program-ics", program)}
    if Meeting.objects.published().filter(tasks__phase__program=program).exists():
        dates[_("Public meetings")] = _address("program-meetings-ics", program)
    phone = Offer(
        title=_("In my phone’s calendar"),
        about=_("Files that a phone follows: a date that moves here moves there."),
        address=_address("program-ics", program),
        has_copies=False,
        labels=dates,
    )
    register = Offer(
        title=_("Publications register"),
        about=_("What was published, when, and its fingerprint: with it a paper can be checked."),
        address=reverse("publications", kwargs={"slug": program.municipality.slug}),
        has_copies=False,
    )
    return [tables, phone, register]


def _address(route: str, program: Program) -> str:
    return reverse(route, kwargs={"slug": program.municipality.slug, "year": program.year})

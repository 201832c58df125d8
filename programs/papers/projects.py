"""What the papers of projects, money, execution and diagnosis share: whom they are about, what they carry."""

from __future__ import annotations

import json
from collections.abc import Callable

from django.urls import reverse

from portal.papers.orders import Advance, Copy, Draft, Order
from portal.papers.pages import paper_context, print_page
from portal.pdf.render import Attachment
from programs.cards import Content
from programs.headings import program_heading
from programs.models import Program
from programs.published_preparation import pair
from programs.querysets import ProgramQuerySet
from programs.views.lookup import program_of

Read = Callable[[], Content]


def public_program(order: Order, programs: ProgramQuerySet | None = None) -> Program:
    """The public program that an order is about, among ``programs``. Raises ``Http404``."""
    among = Program.objects.defer("imported") if programs is None else programs
    return program_of(order.municipality, int(order.arguments["year"]), among.published())


def draft_about(
    order: Order,
    program: Program,
    *,
    title: str,
    name: str,
    page: tuple[str, dict[str, int]],
    template: str,
    context: Read,
    data: Read,
    pages: int,
) -> Draft:
    """A paper that shows what a public page of a program shows.

    Args:
        title: in the language of the moment.
        name: what it is, in plain letters, for files: ``cards``.
        page: the route of that page, and what its address takes beside the municipality.
        context: reads what the template takes beside the ground of all papers, when it is made.
        data: reads what the archive copy carries; asked for that copy alone.
        pages: about how many.
    """
    municipality, (route, where) = order.municipality, page

    def make(advance: Advance) -> bytes:
        ground = paper_context(order, live_url=order.address(route, **where), obj=program)
        shown = ground | {"program": program, "heading": program_heading(program)} | context()
        return print_page(order, template, shown, attachments=attached(order, program, name, data))

    return Draft(
        title=title,
        filename=f"{title} - {municipality.title}",
        ascii_filename=f"{municipality.slug}-{name}-{program.year}",
        version=f"{municipality.revision} {municipality.today()}",
        make=make,
        back=reverse(route, kwargs={"slug": municipality.slug, **where}),
        pages=pages,
    )


def attached(order: Order, program: Program, name: str, data: Read) -> tuple[Attachment, ...]:
    """The data as a file within an archive copy; nothing for any other copy."""
    if order.copy != Copy.ARCHIVE:
        return ()
    town = program.municipality
    content = {
        "format": f"musharaka-{name}-1",
        "municipality": {"slug": town.slug, **pair(town, "name"), "country": town.country},
        "year": program.year,
        "currency": town.currency,
        **data(),
    }
    written = json.dumps(content, ensure_ascii=False, indent=1).encode()
    filename = f"{town.slug}-{name}-{program.year}.json"
    return (Attachment(filename, written, program_heading(program)),)

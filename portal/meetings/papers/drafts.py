"""What the papers of a meeting have in common: which meeting, its data, its version, its names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import Http404
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from portal.meetings.models import Meeting
from portal.meetings.published import content_of
from portal.meetings.querysets import MeetingQuerySet
from portal.papers.orders import Copy, Draft, Order
from portal.papers.pages import paper_context, print_page
from portal.pdf.render import Attachment
from portal.publications import chain


def public_meeting(order: Order) -> Meeting:
    """The public meeting that an order is about. Raises ``Http404``."""
    return _meeting(order, Meeting.objects.published())


def any_meeting(order: Order) -> Meeting:
    """The meeting that an order is about, a draft too: for kinds with an act. Raises ``Http404``."""
    return _meeting(order, Meeting.objects.all())


def _meeting(order: Order, meetings: MeetingQuerySet) -> Meeting:
    pk = order.arguments.get("pk")
    found = meetings.of(order.municipality).for_meeting_page().filter(pk=pk).first()
    if found is None:
        raise Http404
    found.municipality = order.municipality
    return found


def page_of(order: Order, meeting: Meeting) -> str:
    """The full address of the page that says the same: the public one, of a draft the desk's."""
    return order.address("meeting" if meeting.is_public else "staff-meeting", pk=meeting.pk)


def draft_of_meeting(
    order: Order,
    meeting: Meeting,
    *,
    title: str,
    code: str,
    make: Callable[[], bytes],
    pages: int = 1,
    **more: Any,
) -> Draft:
    """A draft of a paper of a meeting.

    Args:
        title: of the paper, in the reader's language.
        code: what it is, for a name in ASCII.
        make: its bytes, in the reader's language.
    """

    def made(advance: object) -> bytes:
        with translation.override(order.language):
            return make()

    town = order.municipality
    route = "meeting" if meeting.is_public else "staff-meeting"
    return Draft(
        title=f"{title} · {meeting.title}",
        filename=f"{title} {meeting.date.isoformat()} {meeting.title}",
        ascii_filename=f"{town.slug}-meeting-{meeting.pk}-{code}",
        version=f"{town.revision} {town.today()}",
        make=made,
        back=reverse(route, kwargs={"slug": town.slug, "pk": meeting.pk}),
        pages=pages,
        **more,
    )


def printed(
    order: Order, meeting: Meeting, template: str, context: dict[str, Any], *, is_sealed: bool = True
) -> bytes:
    """The paper that a template makes of a meeting, its archive copy with what the register keeps of it.

    Args:
        is_sealed: whether the paper says what the public version says, and so names its entry.
    """
    is_published = is_sealed and meeting.is_public
    around = paper_context(order, live_url=page_of(order, meeting), obj=meeting if is_published else None)
    attachments = (meeting_data(meeting),) if is_published and order.copy == Copy.ARCHIVE else ()
    return print_page(order, template, {**around, "meeting": meeting, **context}, attachments=attachments)


def meeting_data(meeting: Meeting) -> Attachment:
    """What is public of a meeting, to the letter as the register of publications keeps it."""
    return Attachment(
        name=f"meeting-{meeting.pk}.json",
        content=chain.canonical(content_of(meeting)).encode(),
        description=_("The meeting as the register of publications keeps it"),
    )

"""What a session needs, from everybody who has something for it: where the apps meet in one file.

``MEETING_SUBJECTS`` in the settings names functions ``(meeting) -> list[tuple[kind, pk]]``: what a meeting
is about, as ``portal.subjects`` knows it. ``PACK_SHARES`` names functions
``(order, meeting, subjects) -> Share``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.safestring import SafeString

from portal.papers.orders import Order

if TYPE_CHECKING:
    from portal.meetings.models import Meeting

SubjectKey = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Section:
    """A chapter of a pack."""

    title: str
    html: SafeString
    """Below its heading: the body of the paper of the same name, whose headings begin at ``h2``."""
    note: str = ""
    """A line under the title in the contents."""
    is_lying: bool = False
    """On lying pages."""
    decision: str = ""
    """What the session has to decide about it, for the agenda and the vote sheet; empty: for information."""


@dataclass(frozen=True, slots=True)
class Share:
    """What one app has for a session."""

    sections: list[Section] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    """What should be there and is not, in words."""
    pages: int = 0
    """About how many."""


def subjects_of(meeting: Meeting) -> list[SubjectKey]:
    """What a meeting is about."""
    return [key for path in settings.MEETING_SUBJECTS for key in import_string(path)(meeting)]


def shares_of(order: Order, meeting: Meeting) -> list[Share]:
    """What everybody has for a session, in the order of the settings."""
    subjects: Sequence[SubjectKey] = subjects_of(meeting)
    return [import_string(path)(order, meeting, subjects) for path in settings.PACK_SHARES]

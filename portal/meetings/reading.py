"""A meeting laid out for its page: what the public page shows and the desk's preview shows alike."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.urls import reverse

from portal.bilingual import Localized
from portal.meetings.addresses import map_address
from portal.meetings.attendance import Attendance, attendance_of
from portal.meetings.models import AgendaItem, Meeting, MeetingFile, Minutes
from portal.meetings.rules import Point, lines_of, running_times


@dataclass(frozen=True, slots=True)
class AgendaLine:
    """A point of the agenda with the time at which it begins, as far as it is known."""

    item: AgendaItem
    starts_at: datetime.time | None


@dataclass(frozen=True, slots=True)
class Items:
    """A text that holds one item a line, in the language it is really in."""

    text: Localized
    lines: list[str]


@dataclass(frozen=True, slots=True)
class FileLine:
    """A file with the address at which it is fetched."""

    file: MeetingFile
    address: str


@dataclass(frozen=True, slots=True)
class MinutesSheet:
    """Minutes on the official model."""

    minutes: Minutes
    attendance: Attendance
    new_projects: Items
    continuing_projects: Items
    outcome: Localized


@dataclass(frozen=True, slots=True)
class MeetingSheet:
    """Everything that is public of a meeting."""

    meeting: Meeting
    today: datetime.date
    agenda: list[AgendaLine]
    minutes: MinutesSheet | None
    photos: list[FileLine]
    documents: list[FileLine]
    map_url: str

    @property
    def is_past(self) -> bool:
        return self.meeting.last_day < self.today


def read_meeting(meeting: Meeting, *, today: datetime.date) -> MeetingSheet:
    """Lay out a meeting that was read with ``for_meeting_page()`` and knows its municipality."""
    files = [_line(meeting, file) for file in meeting.listed_files if file.is_public]
    minutes = meeting.minutes if hasattr(meeting, "minutes") and meeting.minutes.is_public else None
    return MeetingSheet(
        meeting=meeting,
        today=today,
        agenda=agenda_lines(meeting),
        minutes=read_minutes(minutes) if minutes else None,
        photos=[line for line in files if line.file.is_picture],
        documents=[line for line in files if not line.file.is_picture],
        map_url=map_address(meeting.map_url),
    )


def agenda_lines(meeting: Meeting) -> list[AgendaLine]:
    """The agenda in its order; times run on from one point to the next."""
    points = [Point(item.starts_at, item.minutes) for item in meeting.listed_agenda]
    times = running_times(meeting.starts_at, points)
    return [AgendaLine(item, time) for item, time in zip(meeting.listed_agenda, times, strict=True)]


def read_minutes(minutes: Minutes) -> MinutesSheet:
    return MinutesSheet(
        minutes=minutes,
        attendance=attendance_of(minutes),
        new_projects=_items(minutes.new_projects),
        continuing_projects=_items(minutes.continuing_projects),
        outcome=minutes.outcome,
    )


def _items(text: Localized) -> Items:
    return Items(text, lines_of(text.text))


def _line(meeting: Meeting, file: MeetingFile) -> FileLine:
    where = {"slug": meeting.municipality.slug, "pk": meeting.pk, "file_pk": file.pk}
    return FileLine(file, reverse("meeting-file", kwargs=where))

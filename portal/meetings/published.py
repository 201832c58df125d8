"""A meeting as the register of publications keeps it: the same rows always give the same content."""

from __future__ import annotations

import datetime
from types import SimpleNamespace
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from portal.bilingual import localized, page_language
from portal.locales import long_date
from portal.meetings.models import AgendaItem, Kind, Meeting, MeetingFile, Minutes, Mode, ZoneAttendance

TEMPLATE = "meetings/published.html"
WITHDRAWAL = "meeting.withdrawn"
"""The act after which what was published before is public no more."""
FORMAT = "musharaka-meeting-1"
_HELD = {True: _("Yes"), False: _("No"), None: pgettext_lazy("whether a meeting was held", "Not stated")}

Content = dict[str, Any]


def content_of(meeting: Meeting) -> Content:
    """Everything that is public of a meeting, read anew from its rows; nothing of internal files."""
    row = Meeting.objects.for_meeting_page().select_related("municipality").get(pk=meeting.pk)
    minutes = row.minutes if hasattr(row, "minutes") and row.minutes.is_public else None
    public = [file for file in row.listed_files if file.is_public]
    return {
        **_head(row),
        "status": "cancelled" if row.is_cancelled else "public",
        "held": row.held,
        "kind": row.kind,
        "mode": row.mode,
        "date": row.date.isoformat(),
        "ends_on": _iso(row.ends_on),
        "starts_at": _clock(row.starts_at),
        "ends_at": _clock(row.ends_at),
        "time_zone": row.municipality.time_zone,
        **_pair(row, "place"),
        "map_url": row.map_url,
        "remote_url": row.remote_url,
        "zone": row.zone.number if row.zone else None,
        **_pair(row, "invitation"),
        "agenda": [_point(item) for item in row.listed_agenda],
        "minutes": _minutes(minutes) if minutes else None,
        "files": [_file(file) for file in public],
        "videos": [{"url": video.url, **_pair(video)} for video in row.videos.all()],
    }


def withdrawal_of(meeting: Meeting) -> Content:
    """What the register keeps when a meeting is withdrawn: that it was, and nothing of it."""
    return {**_head(meeting), "status": "withdrawn"}


def _head(meeting: Meeting) -> Content:
    town = meeting.municipality
    return {
        "format": FORMAT,
        "municipality": {"slug": town.slug, **_pair(town, "name"), "country": town.country},
        "uid": str(meeting.uid),
        **_pair(meeting),
    }


def _pair(row: Any, name: str = "title") -> Content:
    return {f"{name}_ar": getattr(row, f"{name}_ar"), f"{name}_fr": getattr(row, f"{name}_fr")}


def _iso(date: datetime.date | None) -> str | None:
    return date.isoformat() if date else None


def _clock(time: datetime.time | None) -> str | None:
    return f"{time:%H:%M}" if time else None


def _point(item: AgendaItem) -> Content:
    return {"starts_at": _clock(item.starts_at), "minutes": item.minutes, **_pair(item)}


def _counts(row: Minutes | ZoneAttendance) -> Content:
    return {"total": row.total, "women": row.women, "young": row.young}


def _minutes(minutes: Minutes) -> Content:
    return {
        "population": minutes.population,
        "facilitator": minutes.facilitator,
        "written_by": minutes.written_by,
        "approved_by": minutes.approved_by,
        **_counts(minutes),
        "zones": [{"number": row.zone.number, **_counts(row)} for row in minutes.listed_zones],
        **_pair(minutes, "new_projects"),
        **_pair(minutes, "continuing_projects"),
        **_pair(minutes, "outcome"),
    }


def _file(file: MeetingFile) -> Content:
    return {
        "kind": file.kind,
        **_pair(file, "caption"),
        "name": file.name,
        "size": file.size,
        "content_type": file.content_type,
        "sha256": file.sha256,
    }


def page_context(content: Content) -> dict[str, Any]:
    """What :data:`TEMPLATE` needs to show a content as it was; no row of today is asked."""
    is_withdrawal = content["status"] == "withdrawn"
    context = {"title": _text(content), "is_withdrawal": is_withdrawal, "content": content}
    if is_withdrawal:
        return context
    minutes = content["minutes"]
    return {
        **context,
        "is_cancelled": content["status"] == "cancelled",
        "kind": Kind(content["kind"]).label,
        "mode": Mode(content["mode"]).label,
        "held": _HELD[content["held"]],
        "first": _date(content, "date"),
        "last": _date(content, "ends_on"),
        "place": _text(content, "place"),
        "invitation": _text(content, "invitation"),
        "agenda": [{**point, "title": _text(point)} for point in content["agenda"]],
        "minutes": minutes,
        "texts": [
            (_("New projects"), _text(minutes, "new_projects")),
            (_("Continuing projects"), _text(minutes, "continuing_projects")),
            (_("Outcome"), _text(minutes, "outcome")),
        ]
        if minutes
        else [],
    }


def _text(content: Content, name: str = "title") -> Any:
    return localized(SimpleNamespace(**content), name)


def _date(content: Content, name: str) -> str:
    if not content[name]:
        return ""
    date = datetime.date.fromisoformat(content[name])
    return long_date(date, content["municipality"]["country"], page_language())

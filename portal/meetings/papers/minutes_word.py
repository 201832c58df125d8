"""The minutes as a Word document: the parts of the paper in its order, to be edited before signing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from portal.bilingual import page_language
from portal.locales import full_date, number
from portal.meetings.attendance import Attendance, Count
from portal.meetings.models import Meeting, Mode
from portal.papers.documents import Properties, Writer, document


def minutes_document(context: dict[str, Any], *, live_url: str) -> bytes:
    """The minutes in the language of the moment.

    Args:
        context: what :func:`portal.meetings.papers.minutes.body_context` returns.
        live_url: the full address of the meeting's page.
    """
    meeting, writer = context["meeting"], Writer(page_language())
    kind = pgettext("of a meeting", "Minutes")
    parts = [
        writer.paragraph(kind, is_bold=True),
        writer.heading(meeting.title.text, 1),
        *([] if context["is_published"] else [writer.paragraph(_("Draft: these minutes are not public"))]),
        _facts(meeting, writer),
        *_attendance(context["sheet"].attendance, writer),
        *_list(writer, 2, _("Agenda"), ((row.letter, row.line.item.title.text) for row in context["agenda"])),
        *_list(writer, 3, _("New projects"), _lines(context["new_projects"])),
        *_list(writer, 4, _("Continuing projects"), _lines(context["continuing_projects"])),
        *_outcome(context["sheet"].outcome.text, writer),
        *_signatures(meeting, writer),
        writer.paragraph(live_url),
    ]
    town = meeting.municipality
    about = Properties(f"{kind} · {meeting.title}", town.title, town.country, meeting.minutes.updated_at)
    return document(parts, writer, about)


def _facts(meeting: Meeting, writer: Writer) -> str:
    row, town = meeting.minutes, meeting.municipality
    people = _unsaid() if row.population is None else number(row.population)
    place = meeting.place.text or (_("Remote") if meeting.mode == Mode.REMOTE else _unsaid())
    rows = [
        (_("Municipality"), town.name.text, _("Population"), people),
        (_("Date"), when(meeting), _("Place"), place),
        (_("Facilitator"), row.facilitator or _unsaid(), _("Written by"), row.written_by or _unsaid()),
        (_("Approved by"), row.approved_by or _unsaid(), "", ""),
    ]
    return writer.table(rows, (18, 32, 18, 32), has_head=False)


def when(meeting: Meeting) -> str:
    """The day or days of a meeting and its hours, in words."""
    days = dict.fromkeys((meeting.date, meeting.last_day))
    country, language = meeting.municipality.country, page_language()
    told = [" – ".join(full_date(day, country, language) for day in days)]
    times = [f"{time:%H:%M}" for time in (meeting.starts_at, meeting.ends_at) if time]
    if times:
        told.append(f"\u2066{'–'.join(times)}\u2069")
    return pgettext("list separator", ", ").join(told)


def _attendance(attendance: Attendance, writer: Writer) -> list[str]:
    parts = [_numbered(writer, 1, _("Attendance"))]
    if not attendance.is_stated:
        return [*parts, writer.paragraph(_unsaid())]
    groups = [
        (pgettext("of people", "Group"), _("Number"), _("Share")),
        (_("Present"), number(attendance.total or 0), ""),
        (_("Women among them"), *_figures(attendance.women)),
        (_("Young people among them (16 to 35)"), *_figures(attendance.young)),
    ]
    parts.append(writer.table(groups, (60, 20, 20)))
    if attendance.zones:
        zones = [(_("Zone"), _("Present"), _("Share"), _("Women"), _("Young"))]
        for line in attendance.zones:
            row = line.attendance
            name = f"{row.zone.number} {row.zone.name}"
            zones.append((name, *_figures(line.total), _figure(row.women), _figure(row.young)))
        parts += [writer.paragraph("", space=0), writer.table(zones, (40, 15, 15, 15, 15))]
    note = _(
        "Shares are cut off after one decimal, as in the official model. Women and young people overlap."
    )
    return [*parts, writer.paragraph(note)]


def _figures(count: Count) -> tuple[str, str]:
    return (_unsaid() if count.people is None else number(count.people), _isolated(count.percent))


def _figure(people: int | None) -> str:
    return "–" if people is None else number(people)


def _list(writer: Writer, position: int, title: str, rows: Iterable[tuple[str, str]]) -> list[str]:
    lines = [writer.paragraph(text, lead=f"{letter}.") for letter, text in rows]
    return [_numbered(writer, position, title), *(lines or [writer.paragraph(_unsaid())])]


def _lines(rows: Iterable[Any]) -> Iterable[tuple[str, str]]:
    return ((row.letter, row.line) for row in rows)


def _outcome(text: str, writer: Writer) -> list[str]:
    lines = [line for line in text.splitlines() if line.strip()]
    return [_numbered(writer, 5, _("Outcome")), *map(writer.paragraph, lines or [_unsaid()])]


def _signatures(meeting: Meeting, writer: Writer) -> list[str]:
    if meeting.municipality.country == "MA":
        below = pgettext("Morocco", "Name, signature and date"), pgettext("Morocco", "Signature and stamp")
    else:
        below = pgettext("Tunisia", "Name, signature and date"), pgettext("Tunisia", "Signature and stamp")
    rows = [(_("Written by"), _("Approved by")), tuple(f"{text}\n\n\n" for text in below)]
    return [writer.paragraph("", keeps_next=True), writer.table(rows, (50, 50)), writer.paragraph("")]


def _numbered(writer: Writer, position: int, title: str) -> str:
    return writer.heading(f"{position}. {title}", 2)


def _unsaid() -> str:
    return pgettext("figure", "not stated")


def _isolated(text: str) -> str:
    return f"\u2066{text}\u2069" if text else ""

"""A notice on the wall: its photo, and what speaks against its being a proof."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from portal.bilingual import page_language
from portal.locales import full_date
from portal.meetings.models import FileKind, Meeting, MeetingFile
from portal.meetings.rules import PhotoDoubt, photo_doubt
from portal.municipalities.models import Municipality
from portal.publications.models import Publication


@dataclass(frozen=True, slots=True)
class PostedPhoto:
    """A photo of a posted notice, in words."""

    file: MeetingFile
    taken: str
    """When, by its camera; empty where the camera wrote nothing."""
    uploaded: str
    doubt: str
    """Why it proves nothing, for the staff; empty where it does."""


def first_entry(meeting: Meeting) -> Publication | None:
    """The first time a meeting was published, as the register has it. One query."""
    return Publication.objects.of_object(meeting).defer("content").order_by("number").first()


def posted_photos(meeting: Meeting) -> list[PostedPhoto]:
    """The photos of the notice of a meeting read with ``for_meeting_page()``; at most one query."""
    files = [file for file in meeting.listed_files if file.kind == FileKind.POSTED]
    if not files:
        return []
    entry = first_entry(meeting)
    since = entry.at if entry else meeting.created_at
    return [_photo(meeting, file, since) for file in files]


def _photo(meeting: Meeting, file: MeetingFile, since: datetime.datetime) -> PostedPhoto:
    municipality = meeting.municipality
    return PostedPhoto(
        file=file,
        taken=_moment(file.taken_at, municipality) if file.taken_at else "",
        uploaded=_moment(file.uploaded_at, municipality),
        doubt=doubt_in_words(file.taken_at, since, file.uploaded_at, municipality),
    )


def doubt_in_words(
    taken_at: datetime.datetime | None,
    since: datetime.datetime | None,
    handed_in_at: datetime.datetime,
    municipality: Municipality,
) -> str:
    """Why a photo of a posted notice proves nothing, by ``portal.meetings.rules.photo_doubt``; else empty."""
    doubt = photo_doubt(taken_at, since, handed_in_at)
    if doubt is PhotoDoubt.UNDATED:
        return _("The camera wrote no date into this photo: nothing shows when it was taken.")
    if doubt is PhotoDoubt.TOO_EARLY and since is not None:
        told = _("Taken before the notice existed, which is since %(moment)s: it cannot show this notice.")
        return told % {"moment": _moment(since, municipality)}
    if doubt is PhotoDoubt.TOO_LATE:
        return _("Taken after it was handed in, if its camera is right: the clock of the camera is wrong.")
    return ""


def _moment(at: datetime.datetime, municipality: Municipality) -> str:
    """A moment by the municipality's clocks, its time isolated: ``السبت 14 نوفمبر 2026، 09:15``."""
    local = at.astimezone(municipality.zone_info)
    day = full_date(local.date(), municipality.country, page_language())
    return pgettext("list separator", ", ").join((day, f"\u2068{local:%H:%M}\u2069"))

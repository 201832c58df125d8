"""How a plan is followed, as a reader sees it: the dates, meetings and documents of stages; the committee."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from consultations.models import CommitteeMember, Stage, StageFile
from consultations.reader import Reader
from consultations.schedule import period_of
from portal import locales
from portal.bilingual import Localized, localized
from portal.files.uploads import type_name


@dataclass(frozen=True, slots=True)
class MeetingRow:
    """A public meeting of a stage."""

    pk: int
    title: Localized
    day: str
    iso: str


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """A public document of a stage: what it shows, or its name."""

    pk: int
    title: Localized
    name: str
    kind: str
    stage: Localized


@dataclass(frozen=True, slots=True)
class MemberRow:
    """Somebody on the committee: named where the person agreed, else known by the office alone."""

    name: str
    quality: Localized


@dataclass(frozen=True, slots=True)
class Committee:
    """Who follows the plan: how many of each group, and what is public of each."""

    total: int
    elected: int
    civil_society: int
    administration: int
    groups: list[tuple[str, list[MemberRow]]]
    """Each group of which anything is told, with those members of it."""


def period_in_words(stage: Stage, reader: Reader) -> str:
    """When a stage is: both ends, or the one that is known, said as such."""
    period = period_of(stage.starts_on, stage.ends_on, reader)
    if not period or (stage.starts_on and stage.ends_on):
        return period
    if stage.starts_on:
        return _("from %(date)s") % {"date": period}
    return _("until %(date)s") % {"date": period}


def read_meetings(stage: Any, reader: Reader) -> list[MeetingRow]:
    """The public meetings of a stage as they were read with it; none of one that was read without."""
    return [
        MeetingRow(
            pk=meeting.pk,
            title=meeting.title,
            day=locales.long_date(meeting.date, reader.country, reader.language),
            iso=meeting.date.isoformat(),
        )
        for meeting in getattr(stage, "public_meetings", ())
    ]


def read_documents(stages: Iterable[Any]) -> list[DocumentRow]:
    """The public documents of all stages, in their order."""
    return [_document(file, stage) for stage in stages for file in getattr(stage, "public_files", ())]


def _document(file: StageFile, stage: Stage) -> DocumentRow:
    return DocumentRow(file.pk, file.caption, file.name, type_name(file.content_type), stage.title)


def read_committee(members: Iterable[CommitteeMember]) -> Committee | None:
    """The committee; ``None`` where nobody was entered."""
    rows = list(members)
    if not rows:
        return None
    counts = Counter(member.group for member in rows)
    told = {
        group: [_member(member) for member in rows if member.group == group and _is_told(member)]
        for group in CommitteeMember.Group
    }
    return Committee(
        total=len(rows),
        elected=counts[CommitteeMember.Group.ELECTED],
        civil_society=counts[CommitteeMember.Group.CIVIL_SOCIETY],
        administration=counts[CommitteeMember.Group.ADMINISTRATION],
        groups=[(str(group.label), of_group) for group, of_group in told.items() if of_group],
    )


def _is_told(member: CommitteeMember) -> bool:
    return member.is_named or bool(localized(member, "quality"))


def _member(member: CommitteeMember) -> MemberRow:
    return MemberRow(member.name if member.is_named else "", member.quality)

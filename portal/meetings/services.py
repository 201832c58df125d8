"""What is done to a meeting: planned, changed, published, cancelled, held; its minutes, files and videos.

Each act is journalled once, on the meeting; what changes for the public enters the register of
publications with it.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from portal.accounts.models import User
from portal.audit.log import Changes, record
from portal.bilingual import original
from portal.files.quota import check_room
from portal.files.rows import stored_row
from portal.files.uploads import CheckedFile
from portal.meetings import rules
from portal.meetings.models import AgendaItem, Meeting, MeetingFile, Minutes, VideoLink, ZoneAttendance
from portal.meetings.published import WITHDRAWAL, content_of, withdrawal_of
from portal.meetings.stale import Before, Values, values_to_write
from portal.municipalities.models import Municipality
from portal.municipalities.turns import take_turn
from portal.publications import chain
from portal.publications.models import Publication
from portal.publications.register import enter


@dataclass(frozen=True, slots=True)
class AgendaRow:
    """A point of the agenda as somebody typed it; ``pk`` of the item it was, if it was there before."""

    pk: int | None
    starts_at: datetime.time | None
    minutes: int | None
    title_ar: str
    title_fr: str


@dataclass(frozen=True, slots=True)
class ZoneRow:
    """How many came from a zone, as somebody typed it."""

    zone_id: int
    total: int | None
    women: int | None
    young: int | None

    @property
    def counts(self) -> rules.Counts:
        return rules.Counts(self.total, self.women, self.young)


# Planning and changing


@transaction.atomic
def plan_meeting(
    *, municipality: Municipality, values: Values, agenda: Sequence[AgendaRow] = (), actor: User | None
) -> Meeting:
    """Begin a meeting, which only staff see. Raises ``ValidationError`` by field."""
    take_turn(municipality)
    meeting = Meeting(municipality=municipality, **values)
    meeting.full_clean(exclude=["municipality"])
    meeting.save()
    _write_agenda(meeting, agenda)
    changes: Changes = {name: (None, value) for name, value in values.items() if value not in (None, "")}
    if agenda:
        changes["agenda"] = (None, _agenda_lines(meeting))
    _tell(meeting, "meeting.added", changes, actor)
    return meeting


@transaction.atomic
def change_meeting(
    *, meeting: Meeting, values: Values, agenda: Sequence[AgendaRow], before: Before, actor: User | None
) -> None:
    """Write what somebody changed; nothing happens where nothing did.

    Args:
        agenda: all the points there are to be, in their order.
        before: what the person had before them; the agenda is its value ``agenda``, as
            :func:`agenda_text` writes it.

    Raises :class:`~portal.meetings.stale.ChangedMeanwhile`, and ``ValidationError`` by field.
    """
    current = _take_turn(meeting)
    there = {name: getattr(current, name) for name in values} | {"agenda": agenda_of(current)}
    mine = {**values, "agenda": agenda_text(agenda)}
    wanted = values_to_write(current=there, version=current.version, mine=mine, before=before)
    rewrites_agenda = wanted.pop("agenda", there["agenda"]) != there["agenda"]
    changes = _set(current, wanted)
    current.full_clean(exclude=["municipality"])
    if rewrites_agenda:
        _write_agenda(current, agenda)
        changes["agenda"] = (there["agenda"].splitlines(), _agenda_lines(current))
    if changes:
        current.save(update_fields=[*(name for name in changes if name != "agenda"), "updated_at"])
        _tell(current, "meeting.edited", changes, actor)


def _set(row: Any, values: Values) -> Changes:
    changes: Changes = {}
    for name, value in values.items():
        if getattr(row, name) != value:
            changes[name] = (getattr(row, name), value)
            setattr(row, name, value)
    return changes


def _write_agenda(meeting: Meeting, rows: Sequence[AgendaRow]) -> None:
    there = {item.pk: item for item in meeting.agenda.all()}
    for position, row in enumerate(rows, start=1):
        item = there.pop(row.pk, None) if row.pk else None
        item = item or AgendaItem(meeting=meeting)
        item.position, item.starts_at, item.minutes = position, row.starts_at, row.minutes
        item.title_ar, item.title_fr = row.title_ar, row.title_fr
        item.full_clean(exclude=["meeting"])
        item.save()
    AgendaItem.objects.filter(pk__in=there).delete()


def agenda_of(meeting: Meeting) -> str:
    """The agenda as it is now, as :func:`agenda_text` writes it."""
    return agenda_text(meeting.agenda.order_by("position", "pk"))


def agenda_text(items: Iterable[AgendaItem | AgendaRow]) -> str:
    """An agenda in words, a line for each point: for the journal, and to tell two agendas apart."""
    return "\n".join(_point(item) for item in items)


def _point(item: AgendaItem | AgendaRow) -> str:
    time = f"{item.starts_at:%H:%M}" if item.starts_at else ""
    minutes = f"({item.minutes} min)" if item.minutes else ""
    title = " / ".join(filter(None, (item.title_ar, item.title_fr)))
    return " ".join(filter(None, (time, minutes, title)))


def _agenda_lines(meeting: Meeting) -> list[str]:
    return agenda_of(meeting).splitlines()


# Steps of a meeting


@transaction.atomic
def publish_meeting(*, meeting: Meeting, actor: User | None) -> None:
    """Show a meeting to everybody. Raises ``ValidationError`` by field for what the public must know."""
    current = _take_turn(meeting)
    if current.is_public:
        return
    current.is_public = True
    current.full_clean(exclude=["municipality"])
    _step(current, "meeting.published", {"is_public": (False, True)}, actor)


@transaction.atomic
def withdraw_meeting(*, meeting: Meeting, actor: User | None) -> None:
    """Take a meeting back: its public addresses answer 404, its versions in the register stay."""
    current = _take_turn(meeting)
    if current.is_public:
        current.is_public = False
        _step(current, WITHDRAWAL, {"is_public": (True, False)}, actor)


@transaction.atomic
def cancel_meeting(*, meeting: Meeting, actor: User | None) -> None:
    """Say that a meeting does not take place; it stays where it was public, marked as cancelled.

    Raises ``ValidationError`` for one that was held.
    """
    current = _take_turn(meeting)
    if current.is_cancelled:
        return
    if current.is_held:
        raise ValidationError(_("This meeting was held: it cannot be cancelled."))
    current.is_cancelled = True
    _step(current, "meeting.cancelled", {"is_cancelled": (False, True)}, actor)


@transaction.atomic
def restore_meeting(*, meeting: Meeting, actor: User | None) -> None:
    """Take a cancellation back."""
    current = _take_turn(meeting)
    if current.is_cancelled:
        current.is_cancelled = False
        _step(current, "meeting.restored", {"is_cancelled": (True, False)}, actor)


@transaction.atomic
def state_held(*, meeting: Meeting, held: bool | None, actor: User | None) -> None:
    """Say whether a meeting was held, or that nothing is said. Raises ``ValidationError`` before its day."""
    current = _take_turn(meeting)
    if current.held == held:
        return
    if held is not None and current.date > current.municipality.today():
        raise ValidationError(_("Its day is still to come."))
    if held and current.is_cancelled:
        raise ValidationError(_("A meeting that was cancelled was not held."))
    before, current.held = current.held, held
    _step(current, "meeting.held", {"held": (before, held)}, actor)


def _step(meeting: Meeting, action: str, changes: Changes, actor: User | None) -> None:
    meeting.save(update_fields=[*changes, "updated_at"])
    _tell(meeting, action, changes, actor)


# Minutes


@transaction.atomic
def write_minutes(
    *, meeting: Meeting, values: Values, zones: Sequence[ZoneRow], before: Before, actor: User | None
) -> Minutes:
    """Write the minutes of a meeting, with the attendance of its zones.

    Args:
        zones: all zones of which something is to be told; those without any figure are left out.
        before: what the person had before them, version 0 where there were no minutes yet; the zones
            are its value ``zones``, as :func:`zones_text` writes them.

    Raises :class:`~portal.meetings.stale.ChangedMeanwhile`, and ``ValidationError`` by field.
    """
    current = _take_turn(meeting)
    minutes = Minutes.objects.filter(meeting=current).first() or Minutes(meeting=current)
    is_new = minutes.pk is None
    there = {name: getattr(minutes, name) for name in values} | {"zones": zones_of(minutes)}
    mine = {**values, "zones": zones_text(zones)}
    version = 0 if is_new else minutes.version
    wanted = values_to_write(current=there, version=version, mine=mine, before=before)
    rewrites_zones = wanted.pop("zones", there["zones"]) != there["zones"]
    changes = _set(minutes, wanted)
    minutes.full_clean(exclude=["meeting"])
    if is_new and not _states_anything(values):
        raise ValidationError({"total": _("These minutes state nothing yet.")})
    _check_zones(minutes, zones if rewrites_zones else _zone_rows(minutes))
    if is_new:
        minutes.save()
    if rewrites_zones:
        told = _zone_lines(minutes)
        _write_zones(minutes, zones)
        changes["zones"] = (told, _zone_lines(minutes))
    if changes and not is_new:
        minutes.save(update_fields=[*(name for name in changes if name != "zones"), "updated_at"])
    if changes or is_new:
        _tell(current, "minutes.written" if is_new else "minutes.edited", changes, actor)
    return minutes


@transaction.atomic
def publish_minutes(*, meeting: Meeting, actor: User | None) -> None:
    """Show the minutes of a public meeting to everybody. Raises ``ValidationError`` where that cannot be."""
    current = _take_turn(meeting)
    minutes = Minutes.objects.filter(meeting=current).first()
    if minutes and minutes.is_public:
        return
    if refusal := _why_no_public_minutes(current, minutes):
        raise ValidationError(refusal)
    _show_minutes(current, True, "minutes.published", actor)


@transaction.atomic
def withdraw_minutes(*, meeting: Meeting, actor: User | None) -> None:
    """Take the minutes back; the meeting stays public."""
    current = _take_turn(meeting)
    if Minutes.objects.filter(meeting=current, is_public=True).exists():
        _show_minutes(current, False, "minutes.withdrawn", actor)


def _why_no_public_minutes(meeting: Meeting, minutes: Minutes | None) -> str:
    if minutes is None or (minutes.total is None and not original(minutes, "outcome")):
        return _("Minutes are published once they tell the number of people present, or the outcome.")
    if not meeting.is_public:
        return _("The meeting itself is published first.")
    if meeting.is_cancelled or meeting.held is False:
        return _("This meeting was not held.")
    if meeting.date > meeting.municipality.today():
        return _("Its day is still to come.")
    return ""


def _show_minutes(meeting: Meeting, is_public: bool, action: str, actor: User | None) -> None:
    minutes = Minutes.objects.get(meeting=meeting)
    minutes.is_public = is_public
    minutes.save(update_fields=["is_public", "updated_at"])
    _tell(meeting, action, {"is_public": (not is_public, is_public)}, actor)


def _states_anything(values: Values) -> bool:
    """Whether minutes say anything of the session; the population is proposed, and says nothing of it."""
    return any(value not in (None, "") for name, value in values.items() if name != "population")


def _check_zones(minutes: Minutes, zones: Sequence[ZoneRow]) -> None:
    fault = rules.zones_fault(minutes.counts, [row.counts for row in zones])
    if fault:
        raise ValidationError({"total": fault})


def _write_zones(minutes: Minutes, rows: Sequence[ZoneRow]) -> None:
    there = {row.zone_id: row for row in minutes.zones.all()}
    for row in rows:
        if row.counts.is_silent:
            continue
        known = there.pop(row.zone_id, None) or ZoneAttendance(minutes=minutes, zone_id=row.zone_id)
        known.total, known.women, known.young = row.total, row.women, row.young
        known.full_clean(exclude=["minutes"])
        known.save()
    ZoneAttendance.objects.filter(pk__in=[row.pk for row in there.values()]).delete()


def zones_of(minutes: Minutes) -> str:
    """The attendance by zone as it is now, as :func:`zones_text` writes it."""
    return zones_text(_zone_rows(minutes))


def zones_text(rows: Iterable[ZoneRow]) -> str:
    """An attendance by zone, to tell two apart; a zone without any figure is not in it."""
    stated = sorted((row for row in rows if not row.counts.is_silent), key=lambda row: row.zone_id)
    return "\n".join(f"{row.zone_id} {row.total} {row.women} {row.young}" for row in stated)


def _zone_rows(minutes: Minutes) -> list[ZoneRow]:
    if minutes.pk is None:
        return []
    return [ZoneRow(row.zone_id, row.total, row.women, row.young) for row in minutes.zones.all()]


def _zone_lines(minutes: Minutes) -> list[str]:
    """The attendance by zone as the journal keeps it: total, women, young."""
    rows = minutes.zones.select_related("zone").order_by("zone__number")
    return [
        f"{row.zone}: {' / '.join('–' if count is None else str(count) for count in _figures(row))}"
        for row in rows
    ]


def _figures(row: ZoneAttendance) -> tuple[int | None, ...]:
    return row.total, row.women, row.young


# Files and videos


def attach_files(
    *,
    meeting: Meeting,
    uploads: Sequence[CheckedFile],
    kind: str,
    is_public: bool | None,
    captions: tuple[str, str] = ("", ""),
    actor: User | None,
) -> list[MeetingFile]:
    """Keep checked files of a meeting, all or none.

    Args:
        is_public: ``None`` is as usual for the kind: attendance sheets and photos stay internal. What may
            tell where it was recorded stays internal whatever is asked.
        captions: what they show, in Arabic and in French.

    Raises :class:`~portal.files.quota.StorageFull`.
    """
    check_room(meeting.municipality, uploads)
    wanted = kind not in MeetingFile.INTERNAL_KINDS if is_public is None else is_public
    files = [_stored(meeting, upload, kind, wanted, captions, actor) for upload in uploads]
    with transaction.atomic():
        current = _take_turn(meeting)
        check_room(meeting.municipality, files)
        for file in files:
            file.save()
        shown = [file.name for file in files if file.is_public]
        changes: Changes = {
            "file": (None, [file.name for file in files]),
            "is_public": (None, shown or False),
        }
        _tell(current, "meeting_file.added", changes, actor)
    return files


@transaction.atomic
def set_file_public(*, file: MeetingFile, is_public: bool, actor: User | None) -> None:
    """Show a file to everybody, or to staff alone; nothing happens where it is so already.

    Raises ``ValidationError`` when a file that is to be public may tell where it was recorded.
    """
    meeting = _take_turn(file.meeting)
    current = MeetingFile.objects.get(pk=file.pk)
    if current.is_public == is_public:
        return
    if is_public and current.may_hold_place:
        raise ValidationError(_("What may tell where it was recorded stays internal."))
    current.is_public = is_public
    current.save(update_fields=["is_public"])
    action = "meeting_file.shown" if is_public else "meeting_file.hidden"
    _tell(
        meeting,
        action,
        {"file": (current.name, current.name), "is_public": (not is_public, is_public)},
        actor,
    )


@transaction.atomic
def add_video(*, meeting: Meeting, url: str, title_ar: str, title_fr: str, actor: User | None) -> VideoLink:
    """Name a recording that stands elsewhere. Raises ``ValidationError`` by field."""
    current = _take_turn(meeting)
    video = VideoLink(meeting=current, url=url, title_ar=title_ar, title_fr=title_fr)
    video.full_clean(exclude=["meeting"])
    video.validate_constraints()
    video.save()
    _tell(current, "video.added", {"url": (None, url)}, actor)
    return video


@transaction.atomic
def remove_video(*, video: VideoLink, actor: User | None) -> None:
    """Name a recording no more."""
    current = _take_turn(video.meeting)
    if VideoLink.objects.filter(pk=video.pk).delete()[0]:
        _tell(current, "video.removed", {"url": (video.url, None)}, actor)


def _stored(
    meeting: Meeting,
    upload: CheckedFile,
    kind: str,
    is_public: bool,
    captions: tuple[str, str],
    actor: User | None,
) -> MeetingFile:
    """A row for a file that is on the disk; the row itself is still to be saved."""
    told = {"meeting": meeting, "kind": kind, "caption_ar": captions[0], "caption_fr": captions[1]}
    zone = meeting.municipality.zone_info
    return stored_row(MeetingFile, upload, actor=actor, is_public=is_public, zone=zone, **told)


# The journal and the register


def enter_changed(*, meeting: Meeting, actor: User | None) -> Publication | None:
    """Enter a public meeting into the register where the public reads something else than it holds.

    For what was changed by other ways than these acts, which enter by themselves.
    """
    if meeting.is_public and has_changed(meeting):
        return _enter(meeting, "meeting.published_anew", {}, actor)
    return None


def has_changed(meeting: Meeting) -> bool:
    """Whether the public would read something else than the register holds as the last version."""
    last = Publication.objects.of_object(meeting).newest()
    return last is None or last.content_sha256 != chain.fingerprint(chain.canonical(content_of(meeting)))


def _take_turn(meeting: Meeting) -> Meeting:
    """The meeting as it is, once it is our turn to write in its municipality."""
    take_turn(meeting.municipality)
    return Meeting.objects.select_related("municipality", "zone").get(pk=meeting.pk)


def _tell(meeting: Meeting, action: str, changes: Changes, actor: User | None) -> None:
    """Journal an act; what changed for the public enters the register as the meeting's next version."""
    if action == WITHDRAWAL or (meeting.is_public and has_changed(meeting)):
        _enter(meeting, action, changes, actor)
    else:
        record(actor=actor, action=action, obj=meeting, municipality=meeting.municipality, changes=changes)


def _enter(meeting: Meeting, action: str, changes: Changes, actor: User | None) -> Publication:
    with override(settings.LANGUAGE_CODE):
        address = reverse("meeting", kwargs={"slug": meeting.municipality.slug, "pk": meeting.pk})
    return enter(
        municipality=meeting.municipality,
        act=action,
        obj=meeting,
        title=original(meeting, "title"),
        address=address,
        content=withdrawal_of(meeting) if action == WITHDRAWAL else content_of(meeting),
        actor=actor,
        changes=changes,
    )

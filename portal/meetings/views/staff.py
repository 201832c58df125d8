"""Meetings at the desk: listed, published, held; their files and videos."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from portal.files.quota import StorageFull
from portal.files.responses import file_response
from portal.meetings import services
from portal.meetings.forms import (
    FilesForm,
    PostedForm,
    VideoForm,
    faults_of,
)
from portal.meetings.models import Meeting, MeetingFile, VideoLink
from portal.meetings.offers import desk_papers
from portal.meetings.posting import posted_photos
from portal.meetings.reading import read_meeting, read_minutes
from portal.meetings.views.public import with_municipality
from portal.municipalities.access import Act, allows, person, staff_page
from portal.municipalities.models import Municipality

SECTION = "meetings"


@staff_page(Act.SEE_DRAFTS)
@require_safe
def meeting_list(request: HttpRequest, municipality: Municipality) -> HttpResponse:
    """All meetings, drafts too."""
    meetings = Meeting.objects.of(municipality).for_meetings_page()
    today = municipality.today()
    context = {
        "municipality": municipality,
        "desk_section": SECTION,
        "upcoming": with_municipality(meetings.upcoming(today), municipality),
        "past": with_municipality(meetings.past(today), municipality),
        "may_edit": allows(request.user, Act.EDIT, municipality.pk),
    }
    return render(request, "meetings/desk/list.html", context)


@staff_page(Act.SEE_DRAFTS)
@require_safe
def meeting_page(request: HttpRequest, municipality: Municipality, pk: int) -> HttpResponse:
    """A meeting as staff see it, with every act that can be done to it."""
    return desk_page(request, municipality, for_desk(municipality, pk))


_Step = Callable[..., None]
STEPS: dict[str, tuple[_Step, Any]] = {
    "publish": (services.publish_meeting, gettext_lazy("The meeting is public now.")),
    "withdraw": (services.withdraw_meeting, gettext_lazy("The meeting is withdrawn.")),
    "cancel": (services.cancel_meeting, gettext_lazy("The meeting is cancelled.")),
    "restore": (services.restore_meeting, gettext_lazy("The meeting takes place after all.")),
    "publish-minutes": (services.publish_minutes, gettext_lazy("The minutes are public now.")),
    "withdraw-minutes": (services.withdraw_minutes, gettext_lazy("The minutes are withdrawn.")),
}
"""What somebody who publishes can do by one button, and what is said then."""


@staff_page(Act.PUBLISH)
@require_http_methods(["POST"])
def meeting_step(request: HttpRequest, municipality: Municipality, pk: int) -> HttpResponse:
    """Publish, withdraw or cancel a meeting or its minutes."""
    meeting = meeting_of(municipality, pk)
    step = STEPS.get(request.POST.get("step", ""))
    if step:
        take, done = step
        _attempt(request, lambda: take(meeting=meeting, actor=person(request)), str(done))
    return redirect(staff_address(meeting))


@staff_page(Act.EDIT)
@require_http_methods(["POST"])
def meeting_held(request: HttpRequest, municipality: Municipality, pk: int) -> HttpResponse:
    """Say whether a meeting was held."""
    meeting = meeting_of(municipality, pk)
    answers: dict[str, bool | None] = {"yes": True, "no": False, "unsaid": None}
    answer = request.POST.get("held", "")
    if answer in answers:
        state = services.state_held
        _attempt(
            request,
            lambda: state(meeting=meeting, held=answers[answer], actor=person(request)),
            _("Saved."),
        )
    return redirect(staff_address(meeting))


@staff_page(Act.EDIT)
@require_http_methods(["POST"])
def add_files(request: HttpRequest, municipality: Municipality, pk: int) -> HttpResponse:
    """Take files of a meeting: all of them, or none."""
    meeting = for_desk(municipality, pk)
    form = FilesForm(request.POST, request.FILES, meeting=meeting)
    if not form.is_valid():
        return desk_page(request, municipality, meeting, files_form=form)
    values = form.cleaned_data
    try:
        files = services.attach_files(
            meeting=meeting,
            uploads=values["uploads"],
            kind=values["kind"],
            is_public=form.is_public,
            captions=(values["caption_ar"], values["caption_fr"]),
            actor=person(request),
        )
    except StorageFull as full:
        form.add_error("uploads", full)
        return desk_page(request, municipality, meeting, files_form=form)
    kept = [file.name for file in files if not file.is_public and file.may_hold_place]
    messages.success(request, _("Stored."))
    if kept:
        told = _("Kept internal, because it may tell where it was recorded: %(names)s.")
        messages.info(request, told % {"names": ", ".join(f"\u2068{name}\u2069" for name in kept)})
    return redirect(f"{staff_address(meeting)}#files")


@staff_page(Act.EDIT)
@require_http_methods(["POST"])
def file_visibility(request: HttpRequest, municipality: Municipality, pk: int) -> HttpResponse:
    """Show a file to everybody, or to the municipality's own people alone."""
    file = _file(municipality, pk)
    is_public = request.POST.get("visibility") == "public"
    said = _("“%(name)s” is public now.") if is_public else _("“%(name)s” is internal now.")
    _attempt(
        request,
        lambda: services.set_file_public(file=file, is_public=is_public, actor=person(request)),
        said % {"name": file.name},
    )
    return redirect(f"{staff_address(file.meeting)}#files")


@staff_page(Act.SEE_DRAFTS)
@require_safe
def meeting_file(request: HttpRequest, municipality: Municipality, pk: int) -> FileResponse:
    """Any file of a meeting, for the municipality's own people."""
    file = _file(municipality, pk)
    return file_response(file=file.file, name=file.name, content_type=file.content_type, sha256=file.sha256)


@staff_page(Act.EDIT)
@require_http_methods(["POST"])
def add_video(request: HttpRequest, municipality: Municipality, pk: int) -> HttpResponse:
    """Name a recording of the meeting that stands elsewhere."""
    meeting = for_desk(municipality, pk)
    form = VideoForm(request.POST, meeting=meeting)
    if not form.is_valid():
        return desk_page(request, municipality, meeting, video_form=form)
    services.add_video(meeting=meeting, **form.cleaned_data, actor=person(request))
    messages.success(request, _("The video is added."))
    return redirect(f"{staff_address(meeting)}#videos")


@staff_page(Act.EDIT)
@require_http_methods(["POST"])
def remove_video(request: HttpRequest, municipality: Municipality, pk: int) -> HttpResponse:
    """Name a recording no more."""
    videos = VideoLink.objects.select_related("meeting__municipality")
    video = get_object_or_404(videos, pk=pk, meeting__municipality=municipality)
    services.remove_video(video=video, actor=person(request))
    messages.success(request, _("The video is removed."))
    return redirect(f"{staff_address(video.meeting)}#videos")


# Rows


def meeting_of(municipality: Municipality, pk: int) -> Meeting:
    meeting = get_object_or_404(Meeting.objects.of(municipality).select_related("zone"), pk=pk)
    meeting.municipality = municipality
    return meeting


def for_desk(municipality: Municipality, pk: int) -> Meeting:
    """A meeting of any state, read for its page. Raises ``Http404``."""
    meeting = get_object_or_404(Meeting.objects.of(municipality).for_meeting_page(), pk=pk)
    meeting.municipality = municipality
    return meeting


def _file(municipality: Municipality, pk: int) -> MeetingFile:
    files = MeetingFile.objects.of(municipality).select_related("meeting__municipality")
    return get_object_or_404(files, pk=pk)


# Answers


def _attempt(request: HttpRequest, act: Callable[[], None], done: str) -> None:
    """Do it and say so, or say why not."""
    try:
        act()
    except ValidationError as refusal:
        for text in dict.fromkeys(refusal.messages):
            messages.error(request, text)
    else:
        messages.success(request, done)


def staff_address(meeting: Meeting) -> str:
    where = {"slug": meeting.municipality.slug, "pk": meeting.pk}
    return reverse("staff-meeting", kwargs=where)


def desk_page(
    request: HttpRequest,
    municipality: Municipality,
    meeting: Meeting,
    *,
    files_form: FilesForm | None = None,
    video_form: VideoForm | None = None,
    posted_form: PostedForm | None = None,
) -> HttpResponse:
    """The meeting's page; after a refusal with the form that says what is wrong in its place."""
    minutes = meeting.minutes if hasattr(meeting, "minutes") else None
    refused: list[forms.BaseForm] = [form for form in (posted_form, files_form, video_form) if form]
    today = municipality.today()
    context = {
        "municipality": municipality,
        "desk_section": SECTION,
        "meeting": meeting,
        "sheet": read_meeting(meeting, today=today),
        "minutes": read_minutes(minutes) if minutes else None,
        "missing": list(dict.fromkeys(map(str, meeting.missing_for_public().values()))),
        "has_begun": meeting.date <= today,
        "files_form": files_form or FilesForm(meeting=meeting),
        "video_form": video_form or VideoForm(meeting=meeting),
        "posted_form": posted_form or PostedForm(meeting=meeting),
        "posted": posted_photos(meeting),
        "papers": desk_papers(meeting),
        "faults": faults_of(refused),
        "may_edit": allows(request.user, Act.EDIT, municipality.pk),
        "may_publish": allows(request.user, Act.PUBLISH, municipality.pk),
    }
    return render(request, "meetings/desk/meeting.html", context)

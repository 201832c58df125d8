"""A notice on the wall, at the desk: its photo is handed in."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from portal.files.quota import StorageFull
from portal.meetings import services
from portal.meetings.forms import PostedForm
from portal.meetings.models import FileKind, Meeting, MeetingFile
from portal.meetings.posting import posted_photos
from portal.meetings.views.staff import desk_page, for_desk, staff_address
from portal.municipalities.access import Act, person, staff_page
from portal.municipalities.models import Municipality


@staff_page(Act.EDIT)
@require_http_methods(["POST"])
def add_posted(request: HttpRequest, municipality: Municipality, pk: int) -> HttpResponse:
    """Take photos of the posted notice: all of them, or none; and say at once what they do not prove."""
    meeting = for_desk(municipality, pk)
    form = PostedForm(request.POST, request.FILES, meeting=meeting)
    if not form.is_valid():
        return desk_page(request, municipality, meeting, posted_form=form)
    try:
        files = services.attach_files(
            meeting=meeting,
            uploads=form.cleaned_data["uploads"],
            kind=FileKind.POSTED,
            is_public=form.cleaned_data["is_public"],
            actor=person(request),
        )
    except StorageFull as full:
        form.add_error("uploads", full)
        return desk_page(request, municipality, meeting, posted_form=form)
    messages.success(request, _("Stored."))
    _warn(request, for_desk(municipality, pk), files)
    return redirect(f"{staff_address(meeting)}#posting")


def _warn(request: HttpRequest, meeting: Meeting, files: list[MeetingFile]) -> None:
    new = {file.pk for file in files}
    for photo in posted_photos(meeting):
        if photo.doubt and photo.file.pk in new:
            messages.warning(request, f"\u2068{photo.file.name}\u2069 – {photo.doubt}")

"""The meetings of a task: linked on its page; one that was held proposes that the task is done."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from portal.editing.cells import Clash, Seen
from portal.meetings.models import Meeting
from portal.municipalities.access import Act, person, staff_page
from portal.municipalities.models import Municipality
from programs.models import Program, Task
from programs.services.cells import save_task_cell
from programs.services.meetings import link_meeting, unlink_meeting


@staff_page(Act.EDIT)
@require_POST
def task_meetings(request: HttpRequest, municipality: Municipality, year: int, pk: int) -> HttpResponse:
    """Link a meeting, take a link back, or accept that the task is done."""
    program = get_object_or_404(Program, municipality=municipality, year=year)
    program.municipality = municipality
    task = get_object_or_404(Task, pk=pk, phase__program=program)
    if request.POST.get("act") == "done":
        _accept(request, program, task)
    else:
        _link(request, program, task)
    return redirect("staff-task", slug=municipality.slug, year=year, pk=pk)


def _link(request: HttpRequest, program: Program, task: Task) -> None:
    change = {"link": link_meeting, "unlink": unlink_meeting}.get(request.POST.get("act", ""))
    meeting = request.POST.get("meeting", "")
    if change is None or not meeting.isdecimal() or len(meeting) > 18:
        messages.error(request, _("Choose a meeting."))
        return
    try:
        change(program=program, task_id=task.pk, meeting_id=int(meeting), actor=person(request))
    except Meeting.DoesNotExist as missing:
        raise Http404 from missing
    messages.success(request, _("Saved."))


def _accept(request: HttpRequest, program: Program, task: Task) -> None:
    version = request.POST.get("version", "")
    seen = Seen(int(version) if version.isdecimal() and len(version) < 10 else 0)
    try:
        save_task_cell(
            program=program,
            task_id=task.pk,
            field="done",
            value=True,
            seen=seen,
            actor=person(request),
        )
    except Clash:
        messages.error(request, _("Somebody has changed the task meanwhile: look at it, then say it again."))
        return
    messages.success(request, _("The task is done."))

"""One cell of the sheet at a time, for a page whose script sends each as it is left."""

from __future__ import annotations

import json

from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.request import QueryDict
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from portal.editing.cells import Clash, Seen
from portal.editing.presence import come, others, place_of
from portal.municipalities.access import Act, person, staff_page
from portal.municipalities.models import Municipality
from programs.forms_cells import read_cell
from programs.grid import FIELDS, lay_out, mark_of, stored_text
from programs.grid_notes import Note, say_rules, say_slips
from programs.grid_posts import (
    PostedCell,
    label_of,
    note_of_clash,
    note_of_reason,
    note_of_refusal,
    save_cell,
)
from programs.models import Phase, Program, Task
from programs.services.cells import ReasonNeeded, reasons_needed
from programs.views.grid import calendar_of, said_of_undo, view_of
from programs.views.public import any_program


@staff_page(Act.EDIT)
@require_POST
def save(request: HttpRequest, municipality: Municipality, year: int) -> HttpResponse:
    """Save one cell over what its editor had before them; answer with what became of it."""
    program = get_object_or_404(
        Program.objects.select_related("municipality"), municipality=municipality, year=year
    )
    cell = _cell(request.POST)
    seen = _seen_before(cell, request.POST.get("base", ""))
    try:
        value = read_cell(cell.field, cell.text)
        is_changed = save_cell(
            program=program, cell=cell, value=value, seen=seen, actor=person(request), reason=cell.reason
        )
    except ValidationError as refusal:
        return _not_saved(request, note_of_refusal(cell, refusal), "refused")
    except Clash as clash:
        return _not_saved(request, note_of_clash(cell, clash), "clash")
    except ReasonNeeded as needed:
        return _not_saved(request, note_of_reason(cell, needed, program), "reason")
    except ObjectDoesNotExist:
        gone = _("Somebody has removed this row meanwhile. Copy what you typed before you leave the page.")
        return _not_saved(
            request, Note(cell.kind, cell.pk, cell.field, label_of(cell), refusals=(gone,)), "refused"
        )
    return _saved(request, municipality, year, cell, is_changed=is_changed)


def _seen_before(cell: PostedCell, base: str) -> Seen:
    """What the editor had before them, in a page that says it word by word."""
    try:
        return Seen(cell.version, read_cell(cell.field, base))
    except ValidationError:
        return Seen(cell.version)


def _cell(data: QueryDict) -> PostedCell:
    """Read the cell that was sent. Raises ``Http404`` for one that no row has."""
    kind, field, pk = data.get("kind", ""), data.get("field", ""), data.get("pk", "")
    version = data.get("version", "")
    if field not in FIELDS.get(kind, ()) or field == "place" or not pk.isdecimal() or len(pk) > 18:
        raise Http404
    return PostedCell(
        kind=kind,
        pk=int(pk),
        field=field,
        text=data.get("value", "").replace("\r\n", "\n"),
        version=int(version) if version.isdecimal() and len(version) < 10 else 0,
        mark="",
        reason=data.get("reason", ""),
    )


def _not_saved(request: HttpRequest, note: Note, outcome: str) -> HttpResponse:
    response = render(request, "programs/desk/grid_answer.html", {"note": note, "name": note.name})
    return _with_outcome(response, note.name, outcome)


def _with_outcome(response: HttpResponse, name: str, outcome: str, text: str | None = None) -> HttpResponse:
    """Say in a header what the script is to show at the cell, and what stands in it now."""
    response["HX-Trigger"] = json.dumps({"cell": {"name": name, "outcome": outcome, "text": text}})
    return response


def _saved(
    request: HttpRequest, municipality: Municipality, year: int, cell: PostedCell, *, is_changed: bool
) -> HttpResponse:
    program = any_program(municipality, year)
    calendar = calendar_of(program)
    grid = lay_out(calendar, view_of(request, program))
    row = _row(program, cell)
    context = {
        "name": cell.name,
        "row_name": f"{cell.kind}-{cell.pk}",
        "version": _version(cell, row.version, is_changed=is_changed),
        "seen": _seen(request.POST.get("seen", ""), cell, row),
        "undo": said_of_undo(program, calendar, person(request)),
    }
    for phase in grid.phases:
        for task in phase.rows:
            if cell.kind == "task" and task.key == str(cell.pk):
                context |= {"phase": phase, "row": task}
    response = render(request, "programs/desk/grid_answer.html", context)
    return _with_outcome(response, cell.name, "saved", stored_text(row, cell.field))


def _row(program: Program, cell: PostedCell) -> Task | Phase | Program:
    """The row of a cell, of a program that came from ``for_calendar_page()``. Raises ``Http404``."""
    phases = list(program.phases.all())
    rows: list[Task | Phase | Program] = [program]
    if cell.kind == "phase":
        rows = [*phases]
    elif cell.kind == "task":
        rows = [task for phase in phases for task in phase.tasks.all()]
    for row in rows:
        if row.pk == cell.pk:
            return row
    raise Http404


def _version(cell: PostedCell, version: int, *, is_changed: bool) -> int:
    """The version of the row that the page has seen: not the newest, where others changed other cells."""
    return version if version == cell.version + is_changed else cell.version


def _seen(marks: str, cell: PostedCell, row: Task | Phase | Program) -> str:
    """The marks that the page sent, with that of the saved cell."""
    found = marks.split(" ")
    fields = FIELDS[cell.kind]
    if len(found) != len(fields):
        return ""
    found[fields.index(cell.field)] = mark_of(stored_text(row, cell.field))
    return " ".join(found)


@staff_page(Act.EDIT)
@require_safe
def check(request: HttpRequest, municipality: Municipality, year: int) -> HttpResponse:
    """Say what a date would break and what else would slip, before it is saved."""
    program = any_program(municipality, year)
    tasks = {str(task.pk): task for phase in program.phases.all() for task in phase.tasks.all()}
    task = tasks.get(request.GET.get("task", ""))
    if task is None:
        raise Http404
    cell = PostedCell("task", task.pk, "session_date", request.GET.get("date", ""), task.version, "")
    try:
        date = read_cell("session_date", cell.text)
    except ValidationError:
        # Half a date is being typed: nothing to say yet.
        return render(request, "programs/desk/grid_answer.html", {"name": cell.name})
    needed = reasons_needed(program=program, task=task, date=date)
    note = Note(
        "task",
        task.pk,
        "session_date",
        label_of(cell),
        is_moved=bool(needed and needed.is_moved),
        rules=say_rules(needed, program) if needed else (),
        asks_reason=needed is not None,
        slips=say_slips(program, task, date) if date != task.session_date else (),
    )
    shown = note if needed or note.slips else None
    context = {"note": shown, "name": cell.name, "is_check": True}
    return render(request, "programs/desk/grid_answer.html", context)


@staff_page(Act.EDIT)
@require_POST
def presence(request: HttpRequest, municipality: Municipality, year: int) -> HttpResponse:
    """Say that the page is open, and learn who else has it open."""
    program = get_object_or_404(Program, municipality=municipality, year=year)
    come(place=place_of(program), user=person(request))
    context = {"others": others(place=place_of(program), user=person(request))}
    return render(request, "programs/desk/grid_presence.html", context)

"""The calendar as a sheet: the page, and the one form that it is."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from portal.accounts.models import User
from portal.audit.models import Entry
from portal.editing.cells import Clash
from portal.editing.presence import others, place_of
from portal.municipalities.access import Act, allows, person, staff_page
from portal.municipalities.models import Municipality
from portal.publications.models import Publication
from programs.calendar import Calendar, PhaseRow, TaskRow, read_calendar
from programs.contradictions import contradictions
from programs.evidence import completeness
from programs.grid import FILTERS, NAMES, Typed, View, in_words, languages_shown, lay_out
from programs.grid_acts import ACTS, Asked, Done, may_remove
from programs.grid_notes import RuleSaid, say_rules
from programs.grid_posts import Saving, read_posted, save_posted
from programs.models import Program, Status
from programs.services.cells import ReasonNeeded
from programs.services.undo import NothingToUndo, last_act
from programs.views.public import any_program, program_heading


@dataclass(frozen=True, slots=True)
class UndoSaid:
    """What undo would take back."""

    entry: int
    words: str


@dataclass(frozen=True, slots=True)
class Obstacles:
    """Why an act was not done, besides what is said at the cells."""

    general: list[str] = field(default_factory=list)
    fields: dict[str, str] = field(default_factory=dict)
    """By the names of the form."""
    lost: list[str] = field(default_factory=list)
    verb: str = ""
    """The act that wants a reason."""
    rules: list[RuleSaid] = field(default_factory=list)
    is_moved: bool = False

    @classmethod
    def of_refusal(cls, refusal: ValidationError) -> Obstacles:
        """Those of an act that was refused; what belongs to none of its fields stands above the table."""
        by_field = refusal.message_dict if hasattr(refusal, "error_dict") else {"": refusal.messages}
        own = {name: " ".join(texts) for name, texts in by_field.items() if name.startswith(_OWN_FIELDS)}
        general = [text for name, texts in by_field.items() if name not in own for text in texts]
        return cls(general=general, fields=own)

    def __bool__(self) -> bool:
        return bool(self.general or self.fields or self.lost or self.verb)


_OWN_FIELDS = ("new-", "shift-", "chosen")


@staff_page(Act.SEE_DRAFTS)
@require_http_methods(["GET", "HEAD", "POST"])
def program_grid(request: HttpRequest, municipality: Municipality, year: int) -> HttpResponse:
    """Read the calendar, or edit it: the same table, with fields for whoever may."""
    program = any_program(municipality, year)
    may_edit = allows(request.user, Act.EDIT, municipality.pk)
    if request.method == "POST":
        if not may_edit:
            raise PermissionDenied
        return _post(request, municipality, program)
    may_edit = may_edit and program.status != Status.CLOSED
    if may_edit and (question := _question(request, program)):
        return question
    return _page(request, program, may_edit=may_edit)


def view_of(request: HttpRequest, program: Program) -> View:
    """What the address asks for, and where the rows' own pages are."""
    slug, show = program.municipality.slug, request.GET.get("show", "")
    file = reverse("staff-file", kwargs={"slug": slug, "pk": 0})
    task = reverse("staff-task", kwargs={"slug": slug, "year": program.year, "pk": 0})
    return View(
        show=show if show in FILTERS else "",
        languages=languages_shown(program, request.GET.get("languages", "")),
        file_address=lambda document: file.replace("/0/", f"/{document.pk}/"),
        task_address=lambda row: task.replace("/0/", f"/{row.pk}/"),
    )


def calendar_of(program: Program) -> Calendar:
    return read_calendar(program, program.municipality.today())


def _page(
    request: HttpRequest,
    program: Program,
    *,
    may_edit: bool,
    typed: Typed | None = None,
    obstacles: Obstacles | None = None,
) -> HttpResponse:
    calendar = calendar_of(program)
    context = {
        "municipality": program.municipality,
        "desk_section": "calendar",
        "heading": program_heading(program),
        "program": program,
        "grid": lay_out(calendar, view_of(request, program), typed),
        "is_editable": may_edit,
        "may_edit": allows(request.user, Act.EDIT, program.municipality_id),
        "may_publish": allows(request.user, Act.PUBLISH, program.municipality_id),
        "others": others(place=place_of(program), user=person(request)),
        "query": request.GET.urlencode(),
        "obstacles": obstacles or Obstacles(),
        "contradictions": contradictions(calendar),
        "completeness": completeness(calendar),
        "last": Publication.objects.of_object(program).newest() if program.is_public else None,
    }
    if may_edit:
        context |= {
            "may_remove": may_remove(program, person(request)),
            "undo": said_of_undo(program, calendar, person(request)),
            "typed": typed,
            "bulk": {name: request.POST.get(f"shift-{name}", "") for name in ("days", "reason")},
        }
    return render(request, "programs/desk/grid.html", context)


def said_of_undo(program: Program, calendar: Calendar, user: User) -> UndoSaid | None:
    """What undo would take back now, in words."""
    entries = last_act(program=program, actor=user)
    if not entries:
        return None
    codes = {("programs.task", str(row.task.pk)): row.code for row in calendar.rows}
    codes |= {("programs.phase", str(row.phase.pk)): str(row.number) for row in calendar.phases}
    first = _change(entries[0], codes)
    more = len(entries) - 1
    if more:
        first += ngettext(" and %(count)d more", " and %(count)d more", more) % {"count": more}
    return UndoSaid(entries[0].pk, first)


def _change(entry: Entry, codes: dict[tuple[str, str], str]) -> str:
    name, (before, after) = next(iter(entry.changes.items()))
    return _("%(cell)s, %(code)s: %(after)s → %(before)s") % {
        "cell": NAMES[name],
        "code": codes.get((entry.object_type, entry.object_id), entry.object_label[-4:]),
        "after": _short(in_words(name, after)),
        "before": _short(in_words(name, before)),
    }


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:39]}…"


# Pages that ask for more


def _question(request: HttpRequest, program: Program) -> HttpResponse | None:
    """The page that asks where to, or whether really; ``None`` where nothing of the kind was asked for."""
    if not {"move", "remove", "remove-phase"} & set(request.GET):
        return None
    calendar = calendar_of(program)
    tasks = {str(row.task.pk): row for row in calendar.rows}
    phases = {str(row.phase.pk): row for row in calendar.phases}
    for name, rows in (("move", tasks), ("remove", tasks), ("remove-phase", phases)):
        if name in request.GET:
            row = rows.get(request.GET[name])
            if row is None:
                raise Http404
            return _ask(request, program, calendar, name, row)
    return None


def _ask(
    request: HttpRequest, program: Program, calendar: Calendar, name: str, row: TaskRow | PhaseRow
) -> HttpResponse:
    if name != "move" and not may_remove(program, person(request)):
        raise PermissionDenied
    context = {
        "municipality": program.municipality,
        "desk_section": "calendar",
        "program": program,
        "calendar": calendar,
        "row": row,
        "pk": row.phase.pk if isinstance(row, PhaseRow) else row.task.pk,
        "is_phase": isinstance(row, PhaseRow),
    }
    page = "programs/desk/grid_move.html" if name == "move" else "programs/desk/grid_remove.html"
    return render(request, page, context)


# What is sent


def _post(request: HttpRequest, municipality: Municipality, program: Program) -> HttpResponse:
    verb, _colon, rest = request.POST.get("act", "save").partition(":")
    number, _colon, detail = rest.partition(":")
    pk = int(number) if number.isdecimal() and len(number) < 19 else 0
    posted = read_posted(request.POST)
    if verb == "date":
        # The nearest date that keeps a delay, taken by its button.
        posted = replace(posted, texts={**posted.texts, f"task-{pk}-session_date": detail})
        verb = "save"
    if verb not in ACTS:
        raise Http404
    asked = Asked(program, person(request), posted, pk, detail)
    saving, done, obstacles = _carry_out(asked, verb)
    if done is None:
        fresh = any_program(municipality, program.year)
        typed = saving.typed(posted)
        return _page(request, fresh, may_edit=True, typed=typed, obstacles=obstacles)
    return _go_on(request, program, saving, done)


def _carry_out(asked: Asked, verb: str) -> tuple[Saving, Done | None, Obstacles]:
    """Save what was typed, then do what was asked for: both, or nothing."""
    saving = Saving()
    try:
        with transaction.atomic():
            saving = save_posted(program=asked.program, posted=asked.posted, actor=asked.actor)
            if saving.is_refused:
                transaction.set_rollback(True)
                return saving, None, Obstacles(lost=saving.lost)
            return saving, ACTS[verb](replace(asked, has_saved=saving.saved > 0)), Obstacles()
    except ValidationError as refusal:
        return saving, None, Obstacles.of_refusal(refusal)
    except ReasonNeeded as needed:
        rules = say_rules(needed, any_program(asked.program.municipality, asked.program.year))
        return saving, None, Obstacles(verb=verb, rules=list(rules), is_moved=needed.is_moved)
    except NothingToUndo as nothing:
        return saving, None, Obstacles(general=[str(nothing)])
    except Clash as clash:
        return saving, None, Obstacles(general=[_changed_since(clash)])
    except ObjectDoesNotExist:
        return saving, None, Obstacles(general=[_("Somebody has removed this row meanwhile.")])


def _changed_since(clash: Clash) -> str:
    return _("Somebody has changed it since: it now says “%(theirs)s”. Nothing was taken back.") % {
        "theirs": in_words(clash.field, clash.theirs)
    }


def _go_on(request: HttpRequest, program: Program, saving: Saving, done: Done) -> HttpResponseRedirect:
    for text, level in _told(saving, done):
        messages.add_message(request, level, text)
    path = reverse("program-grid", kwargs={"slug": program.municipality.slug, "year": program.year})
    query = request.GET.copy()
    for name in ("move", "remove", "remove-phase"):
        query.pop(name, None)
    parts = [part for part in (query.urlencode(), done.query) if part]
    anchor = f"#{done.anchor}" if done.anchor else ""
    return HttpResponseRedirect(path + ("?" + "&".join(parts) if parts else "") + anchor)


def _told(saving: Saving, done: Done) -> list[tuple[str, int]]:
    found = []
    if saving.saved:
        count = saving.saved
        text = ngettext("%(count)d cell saved.", "%(count)d cells saved.", count) % {"count": count}
        found.append((text, messages.SUCCESS))
    if done.message:
        found.append((done.message, messages.WARNING if done.is_warning else messages.SUCCESS))
    if not found and not done.query:
        found.append((_("There was nothing to save."), messages.INFO))
    return found

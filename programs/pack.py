"""What a program has for the file of a session: calendar, diagnosis, money, cards, provisional calendar."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.bilingual import page_language
from portal.folding import fold
from portal.meetings.models import Meeting
from portal.papers.orders import Order
from portal.papers.packs import Section, Share, SubjectKey
from portal.templatetags.portal import ltr, text
from programs.acts import ActKind, act_of
from programs.calendar import code_in
from programs.models import ExpectedDocument, Program, ProjectCard, Task
from programs.papers.calendar import calendar_body_context, pages_of
from programs.papers.cards import cards_body_context, cards_for_paper, pages_of_cards, read_cards
from programs.papers.diagnosis import diagnosis_body_context, is_stated, pages_of_diagnosis, read_for_paper
from programs.papers.money import envelope_of, money_body_context, pages_of_money
from programs.papers.schedule import pages_of_schedule, schedule_body_context
from programs.querysets import TaskQuerySet
from programs.querysets_cards import CardQuerySet

PROGRAM, DIAGNOSIS = "program", "diagnosis"
_OF_DIAGNOSIS = ("تشخيص", "diagnostic")
_EXPECTED: dict[ActKind, frozenset[str]] = {
    # The resources are shared out on the diagnosis, together with the first list of projects (task 2.7).
    ActKind.ALLOCATION: frozenset({"diagnosis", "money", "cards"}),
    # It approves the program (task 5.5) with its final cards and its provisional calendar (5.2, 5.3).
    ActKind.APPROVAL: frozenset({"money", "cards", "schedule"}),
}
"""What must be before the deciding body at its two sessions, by the Nefta calendar of 2022."""


def subjects(meeting: Meeting) -> list[SubjectKey]:
    """The programs whose tasks are done in a meeting; their diagnoses too, where a task rests on them."""
    found: dict[SubjectKey, None] = {}
    for task in _tasks_of(meeting):
        found[PROGRAM, task.phase.program_id] = None
        if _needs_diagnosis(task):
            found[DIAGNOSIS, task.phase.program_id] = None
    return list(found)


@dataclass(frozen=True, slots=True)
class _Session:
    """What is printed: a program for a meeting in which these tasks of it are done."""

    order: Order
    meeting: Meeting
    program: Program
    tasks: list[Task]

    @property
    def decision(self) -> str:
        """What is asked about a part of the program; nothing once it was approved."""
        approved_on = self.program.approved_on
        is_open = approved_on is None or self.meeting.date <= approved_on
        return _("Approval by vote") if is_open else ""


@dataclass(frozen=True, slots=True)
class _Chapter:
    name: str
    section: Section
    pages: int


def share(order: Order, meeting: Meeting, subjects: Sequence[SubjectKey]) -> Share:
    """What a session needs of each program that it is about; drafts too, the file being its members' own."""
    keys = {pk for kind, pk in subjects if kind in (PROGRAM, DIAGNOSIS)}
    if not keys:
        return Share()
    linked = list(_tasks_of(meeting))
    sections, missing, pages = [], [], 0
    programs = Program.objects.of(order.municipality).for_calendar_page().filter(pk__in=keys)
    for program in programs.order_by("year"):
        program.municipality = order.municipality
        tasks = [task for task in linked if task.phase.program_id == program.pk]
        session = _Session(order, meeting, program, tasks)
        chapters = list(_chapters(session, has_diagnosis=(DIAGNOSIS, program.pk) in subjects))
        sections += [chapter.section for chapter in chapters]
        missing += [*_parts_missing(session, chapters), *_documents_missing(session)]
        pages += sum(chapter.pages for chapter in chapters)
    return Share(sections, missing, pages)


def _tasks_of(meeting: Meeting) -> TaskQuerySet:
    tasks = Task.objects.of(meeting.municipality).filter(meetings=meeting).select_related("phase")
    return tasks.order_by("phase__program__year", "phase__number", "number")


def _needs_diagnosis(task: Task) -> bool:
    phase = fold(f"{task.phase.title_ar} {task.phase.title_fr}")
    is_of_it = any(fold(word) in phase for word in _OF_DIAGNOSIS)
    return is_of_it or act_of(task.title_ar, task.title_fr) == ActKind.ALLOCATION


# Its chapters


def _chapters(session: _Session, *, has_diagnosis: bool) -> Iterator[_Chapter]:
    """In the order in which they are needed; a part of which nothing is entered yet has none."""
    makers = [_calendar, *([_diagnosis] if has_diagnosis else []), _money, _cards, _schedule]
    for make in makers:
        if chapter := make(session):
            yield chapter


def _calendar(session: _Session) -> _Chapter:
    program, municipality = session.program, session.order.municipality
    body = calendar_body_context(program, municipality.today())
    broken = sum(not delay.reckoning.is_kept for delay in body["calendar"].delays)
    words = ngettext(
        "%(count)s delay is not kept: the reason is in the file",
        "%(count)s delays are not kept: the reasons are in the file",
        broken,
    )
    section = Section(
        title=_titled(_("Calendar and what was done of it"), session),
        html=_body("programs/pdf/calendar_body.html", session, body),
        note=words % {"count": broken} if broken else "",
        is_lying=True,
    )
    pages = pages_of(body["calendar"], body["evidence"], is_large=session.order.is_large)
    return _Chapter("calendar", section, pages)


def _diagnosis(session: _Session) -> _Chapter | None:
    municipality = session.order.municipality
    program = Program.objects.for_diagnosis_page().get(pk=session.program.pk)
    diagnosis = read_for_paper(program, municipality)
    if not is_stated(diagnosis):
        return None
    section = Section(
        title=_titled(_("Technical and financial diagnosis"), session),
        html=_body(
            "programs/pdf/diagnosis_body.html", session, diagnosis_body_context(diagnosis, municipality)
        ),
    )
    return _Chapter("diagnosis", section, pages_of_diagnosis(diagnosis, is_large=session.order.is_large))


def _money(session: _Session) -> _Chapter | None:
    envelope = envelope_of(session.program)
    if envelope is None:
        return None
    cards = list(_kept(session.program))
    section = Section(
        title=_titled(_("Distribution of the resources"), session),
        html=_body(
            "programs/pdf/money_body.html",
            session,
            money_body_context(envelope, cards, session.order.municipality),
        ),
        note=_("By category and by zone"),
        decision=session.decision,
    )
    return _Chapter("money", section, pages_of_money(envelope, is_large=session.order.is_large))


def _cards(session: _Session) -> _Chapter | None:
    rows = cards_for_paper(_kept(session.program))
    cards = read_cards(session.program, rows, order=session.order, with_drafts=True)
    if not cards:
        return None
    words = ngettext("%(count)s card, one a page", "%(count)s cards, one a page", len(cards))
    section = Section(
        title=_titled(_("Project cards"), session),
        html=_body(
            "programs/pdf/cards_body.html", session, cards_body_context(cards, session.order.municipality)
        ),
        note=words % {"count": len(cards)},
        decision=session.decision,
    )
    return _Chapter("cards", section, pages_of_cards(len(cards), is_large=session.order.is_large))


def _schedule(session: _Session) -> _Chapter | None:
    cards, is_large = _kept(session.program), session.order.is_large
    body = schedule_body_context(cards.for_schedule_page(), session.order.municipality, is_large=is_large)
    rows = body["schedule"].rows
    steps = sum(len(row.steps) for row in rows)
    if not steps:
        return None
    section = Section(
        title=_titled(_("Provisional calendar"), session),
        html=_body("programs/pdf/schedule_body.html", session, body),
        note=_("New and continuing projects"),
        is_lying=True,
        decision=session.decision,
    )
    return _Chapter("schedule", section, pages_of_schedule(len(rows), steps, is_large=is_large))


def _kept(program: Program) -> CardQuerySet:
    return ProjectCard.objects.of(program).kept().order_by("number")


def _body(template: str, session: _Session, context: dict[str, Any]) -> SafeString:
    ground = {"municipality": session.order.municipality, "program": session.program}
    return render_to_string(template, ground | context)


def _titled(title: str, session: _Session) -> str:
    """With the year: a session may be about two programs."""
    return _("%(title)s, %(year)s") % {"title": title, "year": session.program.year}


# What is missing


def _parts_missing(session: _Session, chapters: list[_Chapter]) -> list[str]:
    """The parts that the session's acts rest on and of which nothing is entered."""
    words = {
        "diagnosis": _("The diagnosis of the program %(year)s: nothing of it is entered yet."),
        "money": _("The resources of the program %(year)s: they are not shared out yet."),
        "cards": _("The project cards of the program %(year)s: there is none yet."),
        "schedule": _("The provisional calendar of the program %(year)s: no step is entered yet."),
    }
    acts = {act_of(task.title_ar, task.title_fr) for task in session.tasks}
    expected = {part for act in acts if act for part in _EXPECTED.get(act, ())}
    there = {chapter.name for chapter in chapters}
    return [text % {"year": session.program.year} for part, text in words.items() if part in expected - there]


def _documents_missing(session: _Session) -> list[str]:
    """The documents that the calendar announces until the session and of which no file was handed in."""
    return [
        _in_words(session, task, document)
        for phase in session.program.phases.all()
        for task in phase.tasks.all()
        if _is_due(session, task)
        for document in task.listed_documents
        if not document.listed_files
    ]


def _is_due(session: _Session, task: Task) -> bool:
    """What the session itself makes, its minutes and its decision, cannot be there before it."""
    meeting = session.meeting
    if any(task.pk == linked.pk for linked in session.tasks):
        return meeting.date < session.order.municipality.today()
    return task.session_date is not None and task.session_date <= meeting.date


def _in_words(session: _Session, task: Task, document: ExpectedDocument) -> SafeString:
    code = code_in(page_language(), task.phase.number, task.number)
    words = _("Task {code}: {document}, no file was handed in.")
    return format_html(words, code=ltr(code), document=text(document.title))

"""A program as what the public is consulted about: its projects, and what changed in it."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from django.db.models import Max
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.bilingual import Localized, in_both, page_language, spoken
from portal.locales import long_date
from portal.municipalities.models import Municipality
from portal.subjects import Outcome, Part, Parts, Subject
from programs.calendar import code_in
from programs.models import Category, MovedDate, Program, ProjectCard, Task

LABEL = gettext_lazy("Annual participatory investment program")


def choices(municipality: Municipality) -> list[tuple[int, str]]:
    """Every program, drafts too: the newest first."""
    programs = Program.objects.of(municipality).defer("imported").order_by("-year")
    return [(program.pk, marked(program, str(heading(program)))) for program in programs]


def heading(program: Program) -> Localized:
    """What a program is called in the reader's language."""
    return spoken(_("Annual participatory investment program %(year)s") % {"year": program.year})


def marked(program: Program, title: str) -> str:
    """A title for staff to choose by: they are told of a draft."""
    return title if program.is_public else _("%(title)s (draft)") % {"title": title}


def program_with(municipality: Municipality, pk: int) -> Program | None:
    """The municipality's program of that key, knowing its town."""
    program = Program.objects.of(municipality).defer("imported").filter(pk=pk).first()
    if program:
        program.municipality = municipality
    return program


def read(municipality: Municipality, pk: int) -> Subject | None:
    program = program_with(municipality, pk)
    if program is None:
        return None
    address = page_of(program, "program") if program.is_public else ""
    return Subject("program", program.pk, heading(program), address, program.is_public)


def page_of(program: Program, route: str) -> str:
    return reverse(route, kwargs=where(program))


def where(program: Program) -> dict[str, object]:
    """What the addresses of a program's pages are made of."""
    return {"slug": program.municipality.slug, "year": program.year}


def parts(municipality: Municipality, pk: int) -> Parts:
    """A comment is about a project that the public sees; an idea belongs to a category of works."""
    program = program_with(municipality, pk)
    if program is None:
        return Parts()
    cards = ProjectCard.objects.of(program).published().kept().order_by("number")
    return Parts(
        for_comments=[Part(f"project:{card.number}", card.title) for card in cards],
        for_ideas=categories(),
    )


def categories() -> list[Part]:
    return [Part(f"category:{category.value}", spoken(str(category.label))) for category in Category]


def outcomes(municipality: Municipality, pk: int) -> list[Outcome]:
    """The newest version of each project, the dates that were moved, the program; nothing of a draft."""
    program = program_with(municipality, pk)
    if program is None or not program.is_public:
        return []
    return [*_cards(program), *_moved_dates(program), _program(program)]


def _cards(program: Program) -> Iterator[Outcome]:
    cards = ProjectCard.objects.of(program).published().annotate(newest=Max("versions__number"))
    for card in cards.filter(newest__isnull=False).order_by("number"):
        yield card_outcome(program, card, card.newest)


def card_outcome(program: Program, card: ProjectCard, version: int) -> Outcome:
    """A version of a project's card, as an answer points at it."""

    def said() -> str:
        words = {"number": card.number, "version": version, "title": card.title}
        return _("Project %(number)s, version %(version)s: %(title)s") % words

    at = where(program) | {"number": card.number}
    return Outcome(f"project:{card.number}:{version}", *in_both(said), "program-project", at)


def _moved_dates(program: Program) -> Iterator[Outcome]:
    """Of each task the last date that it was moved to."""
    moved = MovedDate.objects.filter(task__phase__program=program)
    rows = moved.select_related("task__phase").order_by("moved_at", "pk")
    for row in {row.task_id: row for row in rows}.values():
        if row.new_date:
            yield _moved(program, row.task, row.new_date)


def _moved(program: Program, moved: Task, day: datetime.date) -> Outcome:
    phase, task = moved.phase.number, moved.number

    def said() -> str:
        language = page_language()
        words = {
            "code": code_in(language, phase, task),
            "date": long_date(day, program.municipality.country, language),
        }
        return _("Task %(code)s moved to %(date)s") % words

    key = f"date:{phase}:{task}:{day}"
    return Outcome(key, *in_both(said), "program", where(program), f"task-{phase}-{task}")


def _program(program: Program) -> Outcome:
    said = in_both(lambda: str(heading(program)))
    return Outcome("program", *said, "program", where(program))

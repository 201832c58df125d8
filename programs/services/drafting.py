"""A new program: from an earlier one, from the built-in model of the method, or empty."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.audit.log import Changes, record
from portal.municipalities.models import Municipality
from portal.municipalities.turns import take_turn
from programs.method import Method, built_in_method
from programs.models import DelayRule, ExpectedDocument, Phase, Program, Task

TITLE_AR = "برنامج الاستثمار السنوي التشاركي {year}"
TITLE_FR = "Programme annuel d’investissement participatif {year}"
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")


@transaction.atomic
def draft_from_program(*, source: Program, year: int, actor: User | None) -> Program:
    """Make the draft of ``year`` from an earlier program of the same municipality.

    Titles, documents, people and delay rules are taken over, and the dates as :func:`weeks_between`
    moves them. What was said, noted, handed in or excused that year is not. Raises
    ``ValidationError`` by field (``year``, ``source``).
    """
    take_turn(source.municipality)
    if source.year >= year:
        raise ValidationError({"source": _("Choose a program of an earlier year.")})
    program = _new_program(source.municipality, year)
    phases = list(source.phases.order_by("number"))
    tasks = list(Task.objects.filter(phase__program=source).order_by("phase__number", "number"))
    new_phases = _copy_phases(program, phases)
    new_tasks = _copy_tasks(new_phases, tasks, weeks_between(source, tasks, year))
    _copy_documents(new_tasks)
    _copy_rules(program, source, new_tasks)
    _journal(program, {"source": (None, source.year)}, actor)
    return program


@transaction.atomic
def draft_from_method(
    *,
    municipality: Municipality,
    year: int,
    approval_date: datetime.date,
    with_optional: bool = False,
    actor: User | None,
) -> Program:
    """Make the draft of ``year`` from the built-in model, its dates reckoned back from the approval.

    ``with_optional`` adds the sessions that not every municipality holds. Raises ``ValidationError``
    by field (``year``, ``approval_date``).
    """
    take_turn(municipality)
    program = _new_program(municipality, year)
    if not may_approve_on(approval_date, year):
        raise ValidationError({"approval_date": _approval_expected(year)})
    method = built_in_method()
    tasks = _model_tasks(program, method, approval_date, with_optional)
    DelayRule.objects.bulk_create(
        DelayRule(
            program=program,
            from_task=tasks[delay.from_task],
            to_task=tasks[delay.to_task],
            min_days=delay.min_days,
            text_ar=delay.text_ar,
            text_fr=delay.text_fr,
        )
        for delay in method.delays
    )
    _journal(program, {"approval_date": (None, approval_date)}, actor)
    return program


@transaction.atomic
def draft_empty(*, municipality: Municipality, year: int, actor: User | None) -> Program:
    """Make a draft of ``year`` without phases. Raises ``ValidationError`` by field (``year``)."""
    take_turn(municipality)
    program = _new_program(municipality, year)
    _journal(program, {}, actor)
    return program


def may_approve_on(date: datetime.date, year: int) -> bool:
    """Whether a program of ``year`` can be approved then: in that year, or in the one before."""
    return year - 1 <= date.year <= year


def weeks_between(source: Program, tasks: Iterable[Task], year: int) -> int:
    """By how many weeks the dates of ``source`` move to their places in the program of ``year``.

    The last date goes to the nearest day of its own weekday; all others move with it, so that every
    weekday and every delay between two tasks stays as it was.
    """
    last = max((task.session_date for task in tasks if task.session_date), default=None)
    if last is None:
        return 0
    return round((_same_day(last, last.year + year - source.year) - last).days / 7)


def _same_day(date: datetime.date, year: int) -> datetime.date:
    try:
        return date.replace(year=year)
    except ValueError:
        return datetime.date(year, 2, 28)


def titles_with_years(program: Program) -> int:
    """How many titles of a program's tasks and documents name a year, which a copy does not change."""
    tasks = Task.objects.filter(phase__program=program).values_list("title_ar", "title_fr")
    documents = ExpectedDocument.objects.filter(task__phase__program=program)
    titles = [*tasks, *documents.values_list("title_ar", "title_fr")]
    return sum(bool(_YEAR.search(" ".join(title))) for title in titles)


def _approval_expected(year: int) -> str:
    return _("Choose a day of %(before)s or %(year)s.") % {"before": year - 1, "year": year}


def _new_program(municipality: Municipality, year: int) -> Program:
    program = Program(
        municipality=municipality,
        year=year,
        title_ar=TITLE_AR.format(year=year),
        title_fr=TITLE_FR.format(year=year),
    )
    program.clean_fields(exclude=["municipality"])
    if Program.objects.of(municipality).filter(year=year).exists():
        raise ValidationError({"year": _("The municipality already has a program of this year.")})
    program.save()
    return program


def _copy_phases(program: Program, phases: list[Phase]) -> dict[int, Phase]:
    copies = {
        phase.pk: Phase(
            program=program, number=phase.number, title_ar=phase.title_ar, title_fr=phase.title_fr
        )
        for phase in phases
    }
    Phase.objects.bulk_create(copies.values())
    return copies


def _copy_tasks(phases: dict[int, Phase], tasks: list[Task], weeks: int) -> dict[int, Task]:
    moved = datetime.timedelta(weeks=weeks)
    copies = {
        task.pk: Task(
            phase=phases[task.phase_id],
            number=task.number,
            title_ar=task.title_ar,
            title_fr=task.title_fr,
            session_date=task.session_date + moved if task.session_date else None,
            responsible=task.responsible,
        )
        for task in tasks
    }
    Task.objects.bulk_create(copies.values())
    return copies


def _copy_documents(tasks: dict[int, Task]) -> None:
    documents = ExpectedDocument.objects.filter(task__in=tasks).order_by("task", "position", "pk")
    ExpectedDocument.objects.bulk_create(
        ExpectedDocument(
            task=tasks[document.task_id],
            position=document.position,
            title_ar=document.title_ar,
            title_fr=document.title_fr,
        )
        for document in documents
    )


def _copy_rules(program: Program, source: Program, tasks: dict[int, Task]) -> None:
    DelayRule.objects.bulk_create(
        DelayRule(
            program=program,
            from_task=tasks[rule.from_task_id],
            to_task=tasks[rule.to_task_id],
            min_days=rule.min_days,
            day_kind=rule.day_kind,
            text_ar=rule.text_ar,
            text_fr=rule.text_fr,
        )
        for rule in source.delay_rules.order_by("pk")
    )


def _model_tasks(
    program: Program, method: Method, approval_date: datetime.date, with_optional: bool
) -> dict[tuple[int, int], Task]:
    """Store the model's phases, tasks and documents; return the tasks by phase and number."""
    tasks, documents = {}, []
    for model in method.phases:
        phase = Phase.objects.create(
            program=program, number=model.number, title_ar=model.title_ar, title_fr=model.title_fr
        )
        for row in method.tasks_of(model, with_optional=with_optional):
            task = tasks[model.number, row.number] = Task(
                phase=phase,
                number=row.number,
                title_ar=row.title_ar,
                title_fr=row.title_fr,
                session_date=approval_date - datetime.timedelta(days=row.days_before_approval),
            )
            documents += [
                ExpectedDocument(task=task, position=place, title_ar=each.title_ar, title_fr=each.title_fr)
                for place, each in enumerate(row.documents, start=1)
            ]
    Task.objects.bulk_create(tasks.values())
    ExpectedDocument.objects.bulk_create(documents)
    return tasks


def _journal(program: Program, changes: Changes, actor: User | None) -> None:
    record(
        actor=actor,
        action="program.drafted",
        obj=program,
        municipality=program.municipality,
        changes={"year": (None, program.year), **changes},
    )

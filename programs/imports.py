"""A calendar that was read becomes a program, or meets the one that is there.

Only what the file changed is written. What people changed since the last import is kept and told, nothing is
deleted because a file does not name it, and documents with evidence stay as they are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from django.db import transaction
from django.db.models import Count, Prefetch

from portal.accounts.models import User
from portal.audit.log import record
from portal.bilingual import column, original
from portal.importing.differences import Difference, Differences, Values, merge_values
from portal.importing.merge import Outcome, merge
from portal.municipalities.models import Municipality
from programs.importers.readings import CalendarReading, DelayReading, PhaseReading, TaskReading
from programs.models import DayKind, DelayRule, ExpectedDocument, Phase, Program, Task
from programs.services import publish as publish_program

_LONGEST_NAME = 255


@dataclass(frozen=True, slots=True)
class ImportResult:
    """The program that a calendar became or met, and what differed; without changes nothing was written."""

    program: Program
    created: bool
    differences: Differences


@transaction.atomic
def import_calendar(
    *,
    municipality: Municipality,
    year: int,
    reading: CalendarReading,
    origin_name: str,
    origin_sha256: str,
    actor: User | None,
    publish: bool = False,
) -> ImportResult:
    """Write a calendar into the municipality's program of that year, making a draft where there is none.

    The file it came from is told by its name and SHA-256. An unchanged file writes nothing, not even in the
    journal. With `publish` the program is made public in the same transaction, unless it is already.
    """
    stored = Program.objects.select_for_update().of(municipality).filter(year=year).first()
    program = stored or Program(municipality=municipality, year=year)
    found = Differences()
    fields = _write_title(found, program, reading.title)
    phases = _write_phases(found, program, reading.phases)
    tasks = _write_tasks(found, program, phases, reading.tasks)
    rules = _write_rules(found, program, tasks, reading.delay_rules)
    imported = {
        "fields": fields,
        "phases": _known(program, "phases", [phase.number for phase in reading.phases]),
        "tasks": _known(program, "tasks", [task.code for task in reading.tasks]),
        "rules": rules,
    }
    origin = {"origin_name": origin_name[-_LONGEST_NAME:], "origin_sha256": origin_sha256}
    _keep(program, imported, origin, found, actor, created=stored is None)
    if publish and not program.is_public:
        publish_program(program=program, actor=actor)
    return ImportResult(program, stored is None, found)


def _known(program: Program, name: str, read: Sequence[Any]) -> list[Any]:
    """Return what imports ever read of a program: what is among it and not stored was removed by people."""
    return sorted({*program.imported.get(name, []), *read})


def _text(name: str, text: str) -> Values:
    """Return a text in the column of its language, nothing for none."""
    return {column(name, text): text} if text else {}


def _write_title(found: Differences, program: Program, title: str) -> Values:
    is_new = program._state.adding
    values, base = _text("title", title), program.imported.get("fields", {})
    fields = merge_values(found, program, values, base, str(program.year))
    if is_new:
        program.save()
    return fields


def _keep(
    program: Program,
    imported: Values,
    origin: dict[str, str],
    found: Differences,
    actor: User | None,
    *,
    created: bool,
) -> None:
    """Save what the program itself has of an import, and journal the import if it changed anything."""
    is_other_file = program.origin_sha256 != origin["origin_sha256"]
    if not (found.changes or is_other_file):
        if imported != program.imported:
            program.imported = imported
            program.save(update_fields=["imported"])
        return
    changes = {str(change): (change.stored, change.read) for change in found.changes}
    if created:
        changes = {name: (0, len(imported[name])) for name in ("phases", "tasks", "rules")}
    for name, value in origin.items():
        changes[name] = (getattr(program, name), value)
        setattr(program, name, value)
    program.imported = imported
    program.save(update_fields=["title_ar", "title_fr", *origin, "imported", "updated_at"])
    record(
        actor=actor,
        action="program.imported",
        obj=program,
        municipality=program.municipality,
        changes=changes,
    )


# Phases


def _write_phases(found: Differences, program: Program, readings: Sequence[PhaseReading]) -> dict[int, Phase]:
    """Write the phases; return those that are stored then, by number."""
    stored = {phase.number: phase for phase in program.phases.all()}
    read_before, new = set(program.imported.get("phases", [])), []
    for reading in readings:
        phase = stored.get(reading.number)
        if phase is None and reading.number in read_before:
            found.conflicts.append(Difference(str(reading.number), "", None, reading.title))
            continue
        if phase is None:
            phase = Phase(program=program, number=reading.number)
            new.append(phase)
            found.changes.append(Difference(str(reading.number), "", None, reading.title))
        _merge_row(
            found, phase, {**_text("title", reading.title), "label": reading.label}, str(reading.number)
        )
    numbers = {reading.number for reading in readings}
    found.absent += [str(phase) for number, phase in stored.items() if number not in numbers]
    return stored | {phase.number: phase for phase in Phase.objects.bulk_create(new)}


def _merge_row(found: Differences, row: Phase | Task, values: Values, place: str, **bases: Any) -> None:
    """Merge values into a row, keep the given bases with it, and save it if it is stored and differs."""
    earlier = len(found.changes)
    fields = merge_values(found, row, values, row.imported.get("fields", {}), place)
    imported = {**row.imported, **bases, "fields": fields}
    changed = [change.field for change in found.changes[earlier:]]
    is_read_otherwise = imported != row.imported
    row.imported = imported
    if not row._state.adding and (changed or is_read_otherwise):
        row.save(update_fields=[*changed, "imported"])


# Tasks


def _write_tasks(
    found: Differences, program: Program, phases: Mapping[int, Phase], readings: Sequence[TaskReading]
) -> dict[str, Task]:
    """Write the tasks and their documents; return those that are stored then, by code."""
    stored = _stored_tasks(program)
    read_before, new = set(program.imported.get("tasks", [])), []
    for reading in readings:
        task = stored.get(reading.code)
        if task:
            documents = _merge_documents(found, task, reading)
            _merge_row(found, task, _task_values(reading), reading.code, documents=documents)
        elif reading.phase not in phases or reading.code in read_before:
            found.conflicts.append(Difference(reading.code, "", None, reading.title))
        else:
            task = Task(phase=phases[reading.phase], number=reading.number)
            found.changes.append(Difference(reading.code, "", None, reading.title))
            _merge_row(found, task, _task_values(reading), reading.code, documents=list(reading.documents))
            new.append((task, reading))
    codes = {reading.code for reading in readings}
    found.absent += [str(task) for code, task in stored.items() if code not in codes]
    return stored | _create(new)


def _stored_tasks(program: Program) -> dict[str, Task]:
    documents = ExpectedDocument.objects.annotate(file_count=Count("files")).order_by("position", "pk")
    tasks = Task.objects.filter(phase__program=program).select_related("phase")
    tasks = tasks.prefetch_related(Prefetch("expected_documents", documents))
    return {task.code: task for task in tasks.order_by("phase__number", "number")}


def _task_values(reading: TaskReading) -> Values:
    return {
        **_text("title", reading.title),
        "session_date": reading.session_date,
        "done": reading.done,
        "notes": reading.notes,
        "responsible": reading.responsible,
    }


def _create(new: Sequence[tuple[Task, TaskReading]]) -> dict[str, Task]:
    """Store new tasks with their documents."""
    tasks = Task.objects.bulk_create([task for task, _reading in new])
    ExpectedDocument.objects.bulk_create(
        ExpectedDocument(task=task, position=position, **_text("title", title))
        for task, reading in new
        for position, title in enumerate(reading.documents, start=1)
    )
    return {task.code: task for task in tasks}


# Documents


def _merge_documents(found: Differences, task: Task, reading: TaskReading) -> list[str]:
    """Merge the documents that a task expects, as one value; return the base of the next import."""
    base: list[str] = task.imported.get("documents", [])
    stored = list(task.expected_documents.all())
    ours, theirs = [original(document, "title") for document in stored], list(reading.documents)
    if merge(base=base, ours=ours, theirs=theirs) is Outcome.TAKE:
        _replace_documents(found, task, stored, theirs)
    elif theirs and ours != theirs:
        found.conflicts.append(Difference(task.code, "documents", ours, theirs))
    return theirs or base


def _replace_documents(found: Differences, task: Task, stored: list[Any], titles: Sequence[str]) -> None:
    """Give a task these documents; whatever has evidence stays, and is told, where it should have gone."""
    ours = [original(document, "title") for document in stored]
    result: list[ExpectedDocument] = []
    for tag, first, last, start, end in SequenceMatcher(None, ours, titles, autojunk=False).get_opcodes():
        old, new = stored[first:last], titles[start:end]
        if tag == "equal":
            result += old
        elif any(document.file_count for document in old):
            found.conflicts.append(Difference(task.code, "documents", ours[first:last], list(new)))
            result += old
        else:
            ExpectedDocument.objects.filter(pk__in=[document.pk for document in old]).delete()
            result += [ExpectedDocument(task=task, **_text("title", title)) for title in new]
    kept = [original(document, "title") for document in result]
    if kept != ours:
        found.changes.append(Difference(task.code, "documents", ours, kept))
        _number(result)


def _number(documents: Sequence[ExpectedDocument]) -> None:
    for position, document in enumerate(documents, start=1):
        if document._state.adding or document.position != position:
            document.position = position
            document.save()


# Delay rules


def _write_rules(
    found: Differences, program: Program, tasks: Mapping[str, Task], readings: Sequence[DelayReading]
) -> dict[str, Values]:
    """Write the rules between stored tasks; return the base of the next import, by place."""
    stored = {(rule.from_task_id, rule.to_task_id): rule for rule in program.delay_rules.all()}
    base: dict[str, Values] = program.imported.get("rules", {})
    imported = dict(base)
    for reading in readings:
        place = f"{reading.from_code} → {reading.to_code}"
        ends = tasks.get(reading.from_code), tasks.get(reading.to_code)
        rule = _rule(program, stored, *ends)
        if rule is None or (rule._state.adding and place in base):
            found.conflicts.append(Difference(place, "", None, reading.text))
            continue
        if rule._state.adding:
            found.changes.append(Difference(place, "", None, reading.text))
        imported[place] = _merge_rule(found, rule, reading, base.get(place, {}), place)
    read = {f"{reading.from_code} → {reading.to_code}" for reading in readings}
    present = {f"{rule.from_task.code} → {rule.to_task.code}" for rule in stored.values()}
    found.absent += sorted((base.keys() & present) - read)
    return imported


def _rule(
    program: Program, stored: Mapping[tuple[int, int], DelayRule], first: Task | None, last: Task | None
) -> DelayRule | None:
    """Return the rule between two tasks, a new one where none is stored; `None` where a task is missing."""
    if first is None or last is None:
        return None
    return stored.get((first.pk, last.pk)) or DelayRule(program=program, from_task=first, to_task=last)


def _merge_rule(
    found: Differences, rule: DelayRule, reading: DelayReading, base: Values, place: str
) -> Values:
    kind = DayKind.WORKING if reading.in_working_days else DayKind.CALENDAR
    values = {"min_days": reading.min_days, "day_kind": kind.value, **_text("text", reading.text)}
    is_new, earlier = rule._state.adding, len(found.changes)
    merged = merge_values(found, rule, values, base, place)
    changed = [change.field for change in found.changes[earlier:]]
    if is_new or changed:
        rule.save(update_fields=None if is_new else changed)
    return merged

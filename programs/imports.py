"""A calendar that was read becomes a program, or meets the one that is there.

Only what the file changed is written. What people changed since the last import is kept and told, nothing is
deleted because a file does not name it, and documents with evidence stay as they are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import Count, Prefetch

from portal.accounts.models import User
from portal.audit.log import record
from portal.bilingual import column, original
from portal.files.quota import check_room
from portal.folding import printable
from portal.importing.differences import Difference, Differences, Values, base_of, merge_values
from portal.importing.merge import Outcome, merge
from portal.municipalities.models import Municipality
from portal.municipalities.turns import take_turn
from portal.workdays.days import workdays_of
from programs.delays import BrokenRule, reckon_rules
from programs.importers.readings import CalendarReading, DelayReading, PhaseReading, TaskReading
from programs.models import (
    DayKind,
    DelayRule,
    ExpectedDocument,
    MovedDate,
    Phase,
    Program,
    ProgramOrigin,
    Task,
)
from programs.services.cells import ReasonNeeded, give_reason
from programs.services.statuses import publish as publish_program
from programs.unchanged import in_stored_words, stored_phases, without_unchanged

_LONGEST_NAME = 255


@dataclass(frozen=True, slots=True)
class ImportResult:
    """The program that a calendar became or met, and what differed; without changes nothing was written."""

    program: Program
    created: bool
    differences: Differences


@dataclass(frozen=True, slots=True)
class Origin:
    """The file that a calendar was read from; with its `content`, it is kept beside the program."""

    name: str
    sha256: str
    content: bytes | None = None


def import_calendar(
    *,
    municipality: Municipality,
    year: int,
    reading: CalendarReading,
    origin_name: str,
    origin_sha256: str,
    actor: User | None,
    publish: bool = False,
    origin_content: bytes | None = None,
    source: CalendarReading | None = None,
    decisions: Mapping[str, bool] | None = None,
    reason: str = "",
) -> ImportResult:
    """Write a calendar into the municipality's program of that year, making a draft where there is none.

    The file it came from is told by its name and SHA-256; its content, if given, is kept privately. `source`
    is what the file itself says where a person corrected `reading` before it was written: a later import of
    the file then finds the corrections as changes of the staff. `decisions` tell of a difference, named as
    ``str(Difference)``, whether the file's value is taken. An unchanged file writes nothing, not even in the
    journal. With `publish` the program is made public in the same transaction, unless it is already.
    `reason` is why dates move that the public has seen, or delays of a calendar break that is or becomes
    public; where it is needed and empty, `ReasonNeeded` is raised and nothing is written.
    """
    origin = Origin(origin_name[-_LONGEST_NAME:], origin_sha256, origin_content)
    with transaction.atomic():
        # Two people who send the same file at once: the second one finds the program of the first.
        take_turn(municipality)
        result, imported = _import(
            municipality, year, reading, source or reading, Differences(decisions=decisions or {})
        )
        if result.program.is_public and result.differences.changes:
            _explain(result, printable(reason), actor)
        if _keep(result, imported, origin, actor) and origin.content is not None:
            _keep_file(result.program, origin, actor)
        if publish and not result.program.is_public:
            publish_program(program=result.program, actor=actor, reason=printable(reason))
    return result


def _import(
    municipality: Municipality,
    year: int,
    reading: CalendarReading,
    source: CalendarReading,
    found: Differences,
) -> tuple[ImportResult, Values]:
    """Write the rows; return the outcome and what the program remembers of the file for the next import."""
    stored = Program.objects.select_for_update().of(municipality).filter(year=year).first()
    program = stored or Program(municipality=municipality, year=year)
    program.municipality = municipality
    if stored:
        known = stored_phases(program)
        source = in_stored_words(source, program, known)
        reading = without_unchanged(reading, program, known)
    fields = _write_title(found, program, reading.title, source.title)
    phases = _write_phases(found, program, reading.phases, {phase.number: phase for phase in source.phases})
    tasks = _write_tasks(found, program, phases, reading.tasks, {task.code: task for task in source.tasks})
    rules = _write_rules(found, program, tasks, reading.delay_rules)
    imported = {
        "fields": fields,
        "phases": _known(program, "phases", [phase.number for phase in source.phases]),
        "tasks": _known(program, "tasks", [task.code for task in source.tasks]),
        "rules": rules | _rule_bases(rules, reading, source),
    }
    return ImportResult(program, stored is None, found), imported


def _known(program: Program, name: str, read: Sequence[Any]) -> list[Any]:
    """Return what imports ever read of a program: what is among it and not stored was removed by people."""
    return sorted({*program.imported.get(name, []), *read})


def _text(name: str, text: str) -> Values:
    """Return a text in the column of its language, nothing for none."""
    return {column(name, text): text} if text else {}


def _write_title(found: Differences, program: Program, title: str, source: str) -> Values:
    is_new = program._state.adding
    base = program.imported.get("fields", {})
    merge_values(found, program, _text("title", title), base, str(program.year))
    if is_new:
        program.save()
    return base_of(_text("title", source), base)


def _keep(result: ImportResult, imported: Values, origin: Origin, actor: User | None) -> bool:
    """Save what the program itself has of an import and journal it; return whether anything changed."""
    program, found = result.program, result.differences
    if not (found.changes or program.origin_sha256 != origin.sha256):
        if imported != program.imported:
            program.imported = imported
            program.save(update_fields=["imported"])
        return False
    changes = {str(change): (change.stored, change.read) for change in found.changes}
    if result.created:
        changes = {name: (0, len(imported[name])) for name in ("phases", "tasks", "rules")}
    for name, value in (("origin_name", origin.name), ("origin_sha256", origin.sha256)):
        changes[name] = (getattr(program, name), value)
        setattr(program, name, value)
    program.imported = imported
    program.save(
        update_fields=["title_ar", "title_fr", "origin_name", "origin_sha256", "imported", "updated_at"]
    )
    record(
        actor=actor,
        action="program.imported",
        obj=program,
        municipality=program.municipality,
        changes=changes,
    )
    return True


def _explain(result: ImportResult, reason: str, actor: User | None) -> None:
    """Keep why a public calendar changed where the public has a right to know."""
    program, tasks = result.program, Task.objects.filter(phase__program=result.program)
    stored = {task.code: task for task in tasks.select_related("phase")}
    moves = [one for one in result.differences.changes if one.field == "session_date" and one.stored]
    rules = program.delay_rules.select_related("from_task__phase", "to_task__phase").order_by("pk")
    dates = {task.pk: task.session_date for task in stored.values()}
    unexplained = [
        BrokenRule(found.rule, found.reckoning, was_missing=0, earliest=None, latest=None)
        for found in reckon_rules(rules, dates, workdays_of(program.municipality))
        if found.reckoning and found.is_broken and not found.rule.reason
    ]
    if not reason and (moves or unexplained):
        raise ReasonNeeded(is_moved=bool(moves), broken=unexplained)
    for move in moves:
        MovedDate.objects.create(
            task=stored[move.place],
            old_date=move.stored,
            new_date=move.read,
            reason=reason,
            moved_by=actor,
        )
    for broken in unexplained:
        give_reason(rule=broken.rule, reason=reason, program=program, actor=actor)


def _keep_file(program: Program, origin: Origin, actor: User | None) -> None:
    """Keep the file, once for each program. If the import fails after all, the sweep removes it.

    Raises :class:`~portal.files.quota.StorageFull`.
    """
    content = origin.content or b""
    if program.origins.filter(sha256=origin.sha256).exists():
        return
    row = ProgramOrigin(
        program=program, name=origin.name, size=len(content), sha256=origin.sha256, imported_by=actor
    )
    check_room(program.municipality, [row])
    row.file.save(origin.name, ContentFile(content), save=False)
    row.save()


# Phases


def _write_phases(
    found: Differences,
    program: Program,
    readings: Sequence[PhaseReading],
    sources: Mapping[int, PhaseReading],
) -> dict[int, Phase]:
    """Write the phases; return those that are stored then, by number."""
    stored = {phase.number: phase for phase in program.phases.all()}
    read_before, new = set(program.imported.get("phases", [])), []
    for reading in readings:
        phase = stored.get(reading.number)
        if phase is None:
            difference = Difference(str(reading.number), "", None, reading.title)
            if not found.takes(difference, otherwise=reading.number not in read_before):
                continue
            phase = Phase(program=program, number=reading.number)
            new.append(phase)
        source = sources.get(reading.number, reading)
        _merge_row(found, phase, _phase_values(reading), _phase_values(source), str(reading.number))
    numbers = {reading.number for reading in readings}
    found.absent += [str(phase) for number, phase in stored.items() if number not in numbers]
    return stored | {phase.number: phase for phase in Phase.objects.bulk_create(new)}


def _phase_values(reading: PhaseReading) -> Values:
    return {**_text("title", reading.title), "label": reading.label}


def _merge_row(
    found: Differences, row: Phase | Task, values: Values, source: Values, place: str, **bases: Any
) -> None:
    """Merge values into a row and save it if it is stored and differs.

    What the file itself says, `source` and the other bases, is kept with the row for the next import.
    """
    earlier, base = len(found.changes), row.imported.get("fields", {})
    merge_values(found, row, values, base, place)
    imported = {**row.imported, **bases, "fields": base_of(source, base)}
    changed = [change.field for change in found.changes[earlier:]]
    is_read_otherwise = imported != row.imported
    row.imported = imported
    if not row._state.adding and (changed or is_read_otherwise):
        row.save(update_fields=[*changed, "imported"])


# Tasks


def _write_tasks(
    found: Differences,
    program: Program,
    phases: Mapping[int, Phase],
    readings: Sequence[TaskReading],
    sources: Mapping[str, TaskReading],
) -> dict[str, Task]:
    """Write the tasks and their documents; return those that are stored then, by code."""
    stored = _stored_tasks(program)
    read_before, new = set(program.imported.get("tasks", [])), []
    for reading in readings:
        task, source = stored.get(reading.code), sources.get(reading.code, reading)
        if task:
            documents = _merge_documents(found, task, reading, source)
        else:
            task = _new_task(found, phases, reading, is_known=reading.code in read_before)
            documents = list(source.documents)
        if task:
            values = _task_values(reading), _task_values(source)
            _merge_row(found, task, *values, reading.code, documents=documents)
            if task._state.adding:
                new.append((task, reading))
    codes = {reading.code for reading in readings}
    found.absent += [str(task) for code, task in stored.items() if code not in codes]
    return stored | _create(new)


def _new_task(
    found: Differences, phases: Mapping[int, Phase], reading: TaskReading, *, is_known: bool
) -> Task | None:
    """Return a task to be added; `None` where people removed it, or its phase, or do not want it."""
    difference = Difference(reading.code, "", None, reading.title)
    if reading.phase not in phases:
        found.conflicts.append(difference)
        return None
    if not found.takes(difference, otherwise=not is_known):
        return None
    return Task(phase=phases[reading.phase], number=reading.number)


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


def _merge_documents(found: Differences, task: Task, reading: TaskReading, source: TaskReading) -> list[str]:
    """Merge the documents that a task expects, as one value; return the base of the next import."""
    base: list[str] = task.imported.get("documents", [])
    stored = list(task.expected_documents.all())
    ours, theirs = [original(document, "title") for document in stored], list(reading.documents)
    if theirs and ours != theirs:
        difference = Difference(task.code, "documents", ours, theirs)
        outcome = merge(base=base, ours=ours, theirs=theirs)
        if found.decisions.get(str(difference), outcome is Outcome.TAKE):
            _replace_documents(found, task, stored, theirs)
        else:
            found.conflicts.append(difference)
    return list(source.documents) or base


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
        place = _place(reading)
        rule = _rule(program, stored, tasks.get(reading.from_code), tasks.get(reading.to_code))
        difference = Difference(place, "", None, reading.text)
        if rule is None:
            found.conflicts.append(difference)
        elif not rule._state.adding or found.takes(difference, otherwise=place not in base):
            imported[place] = _merge_rule(found, rule, reading, base.get(place, {}), place)
    read = {_place(reading) for reading in readings}
    present = {f"{rule.from_task.code} → {rule.to_task.code}" for rule in stored.values()}
    found.absent += sorted((base.keys() & present) - read)
    return imported


def _place(reading: DelayReading) -> str:
    return f"{reading.from_code} → {reading.to_code}"


def _rule_bases(
    rules: Mapping[str, Values], reading: CalendarReading, source: CalendarReading
) -> dict[str, Values]:
    """Return what the file says of its rules; one that was not wanted counts as one that people removed."""
    wanted = {_place(rule) for rule in reading.delay_rules}
    return {
        place: base_of(_rule_values(rule), rules.get(place, {}))
        for rule in source.delay_rules
        if (place := _place(rule)) in rules or place not in wanted
    }


def _rule_values(reading: DelayReading) -> Values:
    kind = DayKind.WORKING if reading.in_working_days else DayKind.CALENDAR
    return {"min_days": reading.min_days, "day_kind": kind.value, **_text("text", reading.text)}


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
    is_new, earlier = rule._state.adding, len(found.changes)
    merged = merge_values(found, rule, _rule_values(reading), base, place)
    changed = [change.field for change in found.changes[earlier:]]
    if is_new or changed:
        rule.save(update_fields=None if is_new else changed)
    return merged

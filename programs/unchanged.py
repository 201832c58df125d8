"""What a file says that the program says already, in whichever language: left unsaid before it is merged.

A file names a text once, a program keeps it in two columns; a file has a label for each phase, a program
only where its source called it so. The same can thus be said in several ways, and none of them is a
difference: not the other language, not white space, nor signs that nobody sees.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from portal.bilingual import CONTENT_LANGUAGES, column, original
from portal.folding import one_line
from programs.importers.codes import split_label
from programs.importers.delays import find_delay
from programs.importers.readings import CalendarReading, DelayReading, PhaseReading, TaskReading
from programs.models import Phase, Program, Task

_TASKS = "tasks__expected_documents"


def stored_phases(program: Program) -> dict[int, Phase]:
    """Return the phases of a program by number, with everything that a reading is compared with."""
    return {phase.number: phase for phase in program.phases.prefetch_related(_TASKS)}


def without_unchanged(
    reading: CalendarReading, program: Program, phases: Mapping[int, Phase]
) -> CalendarReading:
    """Return the reading with what the stored program and its phases say too left unsaid.

    A text that is the same becomes empty, which states nothing; documents known by the other language are
    named as the program names them. A delay that the title of a task states is left out where that title is
    the stored one and no import ever read the delay: then people decided without it.
    """
    tasks = _tasks(phases)
    return replace(
        reading,
        title=_unsaid(program, reading.title),
        phases=tuple(_phase(phase, phases.get(phase.number), tasks) for phase in reading.phases),
        delay_rules=_rules(reading, program, tasks),
    )


def in_stored_words(
    reading: CalendarReading, program: Program, phases: Mapping[int, Phase]
) -> CalendarReading:
    """Return what an import is to remember of a file: documents as the stored tasks name them.

    Delays are left out as `without_unchanged` does, or they would count as removed by people.
    """
    tasks = _tasks(phases)
    return replace(
        reading,
        phases=tuple(
            replace(
                phase, tasks=tuple(_with_stored_documents(row, tasks.get(row.code)) for row in phase.tasks)
            )
            for phase in reading.phases
        ),
        delay_rules=tuple(rule for rule, _is_stated in _asked_for(reading, program, tasks)),
    )


def _tasks(phases: Mapping[int, Phase]) -> dict[str, Task]:
    return {f"{phase.number}.{task.number}": task for phase in phases.values() for task in phase.tasks.all()}


def _says(row: Any, text: str, name: str = "title") -> bool:
    """Return whether a stored row says a text, in either language."""
    if row is None:
        return False
    stored = [getattr(row, f"{name}_{language}") for language in CONTENT_LANGUAGES]
    return one_line(text) in {one_line(own) for own in stored if own} or not (text or any(stored))


def _unsaid(row: Any, text: str, name: str = "title") -> str:
    return "" if _says(row, text, name) else text


def _phase(reading: PhaseReading, phase: Phase | None, tasks: Mapping[str, Task]) -> PhaseReading:
    rows = tuple(_task(row, tasks.get(row.code)) for row in reading.tasks)
    if phase is None:
        return replace(reading, tasks=rows)
    number, title = split_label(reading.label)
    names_number_alone = number == phase.number and title == reading.label
    is_known = names_number_alone or _says(phase, reading.title)
    tells_nothing = number == phase.number and (is_known or not phase.label)
    return replace(
        reading,
        title="" if is_known else reading.title,
        label="" if tells_nothing or one_line(reading.label) == one_line(phase.label) else reading.label,
        tasks=rows,
    )


def _task(reading: TaskReading, task: Task | None) -> TaskReading:
    if task is None:
        return reading
    is_same_person = one_line(reading.responsible) == one_line(task.responsible)
    return replace(
        _with_stored_documents(reading, task),
        title=_unsaid(task, reading.title),
        notes="" if one_line(reading.notes) == one_line(task.notes) else reading.notes,
        responsible="" if is_same_person else reading.responsible,
    )


def _with_stored_documents(reading: TaskReading, task: Task | None) -> TaskReading:
    return replace(reading, documents=_stored_words(reading.documents, task)) if task else reading


def _stored_words(titles: Sequence[str], task: Task) -> tuple[str, ...]:
    """Return documents as the task names them, each that it has in either language; others as they are."""
    stored = sorted(task.expected_documents.all(), key=lambda document: (document.position, document.pk))
    by_text = {
        one_line(getattr(document, f"title_{language}")): original(document, "title")
        for language in reversed(CONTENT_LANGUAGES)
        for document in reversed(stored)
    }
    return tuple(
        original(stored[place], "title")
        if place < len(stored) and _says(stored[place], title)
        else by_text.get(one_line(title), title)
        for place, title in enumerate(titles)
    )


# Delay rules


def _asked_for(
    reading: CalendarReading, program: Program, tasks: Mapping[str, Task]
) -> list[tuple[DelayReading, bool]]:
    """Return the delays of a file, and whether a stored title states each; not those that people left out."""
    base = program.imported.get("rules", {})
    settled = {task.code: task.title for task in reading.tasks if _says(tasks.get(task.code), task.title)}
    rules = [(rule, _states(settled.get(rule.to_code, ""), rule)) for rule in reading.delay_rules]
    return [(rule, is_stated) for rule, is_stated in rules if not is_stated or _place(rule) in base]


def _place(reading: DelayReading) -> str:
    return f"{reading.from_code} → {reading.to_code}"


def _states(title: str, reading: DelayReading) -> bool:
    """Return whether it is the title of the task that states the delay."""
    stated = find_delay(title)
    return stated is not None and one_line(stated.text) == one_line(reading.text)


def _rules(reading: CalendarReading, program: Program, tasks: Mapping[str, Task]) -> tuple[DelayReading, ...]:
    """Return the delays, without its text where the rule says that or it is the title's other language."""
    base = program.imported.get("rules", {})
    stored = {
        f"{rule.from_task.code} → {rule.to_task.code}": rule
        for rule in program.delay_rules.select_related("from_task__phase", "to_task__phase")
    }
    found = []
    for rule, is_stated in _asked_for(reading, program, tasks):
        own, known = stored.get(_place(rule)), base.get(_place(rule), {})
        is_other_language = is_stated and column("text", rule.text) not in known
        is_said = own is not None and (is_other_language or _says(own, rule.text, "text"))
        found.append(replace(rule, text="") if is_said else rule)
    return tuple(found)

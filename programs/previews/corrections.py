"""What people changed in the cells of a preview, kept when the file is read again in another way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from portal.bilingual import column
from programs.importers.edits import EditedReading, cells_from, cells_of, reading_from_cells
from programs.importers.readings import CalendarReading

MOST_EDITABLE = 600
"""Tasks whose cells can be corrected in the preview: a request holds 5000 fields, and a task has six."""


def is_editable(reading: CalendarReading) -> bool:
    return len(reading.tasks) <= MOST_EDITABLE


def changed_cells(reading: CalendarReading, posted: Mapping[str, str]) -> dict[str, str]:
    """Return the cells of a form that say something else than the reading they were made of."""
    if not is_editable(reading):
        return {}
    changed = {}
    for name, text in cells_of(reading).as_texts().items():
        written = posted.get(name, text).replace("\r\n", "\n")
        if written != text:
            changed[name] = written
    return changed


def moved(changed: Mapping[str, str], before: CalendarReading, after: CalendarReading) -> dict[str, str]:
    """Return the same changes for another reading of the file, where rows may have other places."""
    if before is after:
        return dict(changed)
    places = {task.line: place for place, task in enumerate(after.tasks)}
    lines = [task.line for task in before.tasks]
    found = {}
    for name, text in changed.items():
        kind, _dash, rest = name.partition("-")
        if kind != "task":
            found[name] = text
            continue
        place, _dash, field = rest.partition("-")
        if (line := lines[int(place)]) in places:
            found[f"task-{places[line]}-{field}"] = text
    return found


def corrected(source: CalendarReading, changed: Mapping[str, str]) -> EditedReading:
    """Return the reading with its corrected cells, or what is wrong in them."""
    if not changed:
        return EditedReading(source)
    texts = {**cells_of(source).as_texts(), **changed}
    edited = reading_from_cells(cells_from(texts), origin=source)
    if edited.reading is None:
        return edited
    # A phase that nobody renamed keeps the label of the source, however unusual it is.
    labels = {(phase.number, phase.title): phase.label for phase in source.phases}
    phases = tuple(
        replace(phase, label=labels.get((phase.number, phase.title), phase.label))
        for phase in edited.reading.phases
    )
    return replace(edited, reading=replace(edited.reading, phases=phases))


def decisions_of(
    source: CalendarReading, changed: Mapping[str, str], reading: CalendarReading
) -> dict[str, bool]:
    """Return the differences that the corrections make: what a person wrote is what is wanted."""
    wanted: dict[str, bool] = {}
    tasks = source.tasks
    for name in changed:
        kind, _dash, rest = name.partition("-")
        if kind == "task":
            place, _dash, field = rest.partition("-")
            task = reading.tasks[int(place)]
            key = column("title", task.title) if field == "title" else field
            wanted[f"{tasks[int(place)].code} {key}"] = True
        elif kind == "phase":
            phase = reading.phases[int(rest.partition("-")[0])]
            wanted |= {f"{phase.number} {column('title', phase.title)}": True, f"{phase.number} label": True}
        else:
            wanted[f"{reading.year} {column('title', reading.title)}"] = True
    return wanted

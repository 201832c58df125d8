"""A program as JSON: what ``import_calendar --json`` prints of a file, with both languages beside it."""

from __future__ import annotations

import json
from typing import Any

from portal.bilingual import page_language
from programs.calendar import Calendar, PhaseRow, TaskRow, code_in
from programs.models import DelayRule, Program, Task

CONTENT_TYPE = "application/json"


def json_file(calendar: Calendar) -> bytes:
    """Return the program as JSON. ``title``, ``documents`` and ``text`` are in the page's language.

    Nothing is escaped or left out of a text: JSON is read by programs.
    """
    program = calendar.program
    codes = {row.task.pk: code_in("fr", row.phase_number, row.task.number) for row in calendar.rows}
    content = {
        "program": _program(program),
        "language": page_language(),
        "phases": [_phase(phase) for phase in calendar.phases],
        "delay_rules": [_rule(rule, codes) for rule in program.delay_rules.all()],
        "warnings": [],
    }
    return json.dumps(content, ensure_ascii=False, indent=2).encode()


def _program(program: Program) -> dict[str, Any]:
    return {
        "title": str(program.title),
        "year": program.year,
        "municipality": program.municipality.slug,
        "title_ar": program.title_ar,
        "title_fr": program.title_fr,
    }


def _phase(row: PhaseRow) -> dict[str, Any]:
    return {
        "number": row.number,
        "title": str(row.title),
        "label": row.phase.label,
        "title_ar": row.phase.title_ar,
        "title_fr": row.phase.title_fr,
        "tasks": [_task(task) for task in row.tasks],
    }


def _task(row: TaskRow) -> dict[str, Any]:
    task = row.task
    documents = task.listed_documents
    return {
        "number": task.number,
        "title": str(row.title),
        "documents": [str(document.title) for document in row.documents],
        "session_date": task.session_date.isoformat() if task.session_date else None,
        "done": task.done,
        "notes": task.notes,
        "responsible": task.responsible,
        "title_ar": task.title_ar,
        "title_fr": task.title_fr,
        "documents_ar": [document.title_ar for document in documents if document.title_ar],
        "documents_fr": [document.title_fr for document in documents if document.title_fr],
        **_moves(task),
    }


def _moves(task: Task) -> dict[str, Any]:
    """The dates that were moved after the public had seen them; nothing where there are none."""
    moves = [
        {
            "old_date": move.old_date.isoformat(),
            "new_date": move.new_date.isoformat() if move.new_date else None,
            "reason": move.reason,
        }
        for move in task.listed_moves
    ]
    return {"moved_dates": moves} if moves else {}


def _rule(rule: DelayRule, codes: dict[int, str]) -> dict[str, Any]:
    return {
        "from": codes[rule.from_task_id],
        "to": codes[rule.to_task_id],
        "min_days": rule.min_days,
        "day_kind": rule.day_kind,
        "text": str(rule.text),
        "text_ar": rule.text_ar,
        "text_fr": rule.text_fr,
        **({"reason": rule.reason} if rule.reason else {}),
    }

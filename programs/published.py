"""A program as the register of publications keeps it: made of rows once, shown from what was kept ever after.

The content holds everything that the public pages tell of a program, in both languages, and nothing that
depends on the day or the reader. So the same rows give the same content, and the same fingerprint.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

from django.utils.translation import gettext_lazy as _

from portal.bilingual import Localized, localized, page_language
from portal.locales import long_date
from programs.calendar import code_in, read_calendar
from programs.models import DelayRule, ExpectedDocument, MovedDate, Phase, Program, SupportingDocument, Task
from programs.published_preparation import pair, preparation_content, preparation_context
from programs.published_projects import projects_content, projects_context

TEMPLATE = "programs/published.html"
WITHDRAWAL = "program.withdrawn"
"""The act after which what was published before is public no more."""
FORMAT = "musharaka-program-1"
_DONE = {True: _("Yes"), False: _("No"), None: _("Not stated")}

Content = dict[str, Any]
Files = dict[int, list[Content]]


# Made of rows


def content_of(program: Program) -> Content:
    """Everything that is public of a program, read anew from its rows.

    Of evidence that stays internal only the number of files is told. The reason of a delay that is not
    kept belongs to it; that of one which is kept by now does not.
    """
    row = Program.objects.select_related("municipality", "deciding_body").for_calendar_page()
    program = row.get(pk=program.pk)
    calendar = read_calendar(program, program.municipality.today())
    kept = {delay.rule.pk: delay.reckoning.is_kept for delay in calendar.delays}
    codes = {task.task.pk: code_in("fr", task.phase_number, task.task.number) for task in calendar.rows}
    files = _public_files(program)
    return {
        "format": FORMAT,
        "municipality": _municipality(program),
        "year": program.year,
        **pair(program),
        "status": program.status,
        "approval": _approval(program),
        "phases": [_phase(phase, files, program) for phase in program.phases.all()],
        "delay_rules": [_rule(rule, codes, kept.get(rule.pk)) for rule in program.delay_rules.all()],
        **preparation_content(program),
        **projects_content(program),
    }


def withdrawal_of(program: Program) -> Content:
    """What the register keeps when a program is withdrawn: that it was, and nothing of it."""
    return {
        "format": FORMAT,
        "municipality": _municipality(program),
        "year": program.year,
        **pair(program),
        "status": "withdrawn",
    }


def _municipality(program: Program) -> Content:
    town = program.municipality
    return {"slug": town.slug, **pair(town, "name"), "country": town.country}


def _approval(program: Program) -> Content | None:
    body = program.deciding_body
    if program.approved_on is None or body is None:
        return None
    return {
        "date": program.approved_on.isoformat(),
        "deliberation": program.deliberation,
        **pair(body, "title"),
    }


def _phase(phase: Phase, files: Files, program: Program) -> Content:
    return {
        "number": phase.number,
        **pair(phase),
        "label": phase.label,
        "tasks": [_task(task, files, program) for task in phase.tasks.all()],
    }


def _task(task: Task, files: Files, program: Program) -> Content:
    return {
        "number": task.number,
        **pair(task),
        "session_date": task.session_date.isoformat() if task.session_date else None,
        "done": task.done,
        "notes": task.notes,
        "responsible": task.responsible,
        "moved_dates": [_move(move, program) for move in task.listed_moves],
        "documents": [_document(document, files) for document in task.listed_documents],
    }


def _move(move: MovedDate, program: Program) -> Content:
    return {
        "from": move.old_date.isoformat(),
        "to": move.new_date.isoformat() if move.new_date else None,
        "reason": move.reason,
        "on": move.moved_at.astimezone(program.municipality.zone_info).date().isoformat(),
    }


def _document(document: ExpectedDocument, files: Files) -> Content:
    public = files[document.pk]
    return {**pair(document), "files": public, "internal_files": len(document.listed_files) - len(public)}


def _public_files(program: Program) -> Files:
    """The public files of each expected document, by its key."""
    rows = SupportingDocument.objects.current().filter(
        expected_document__task__phase__program=program, is_public=True
    )
    found: Files = defaultdict(list)
    columns = ("name", "size", "content_type", "sha256")
    for document_id, *values in rows.order_by("uploaded_at", "pk").values_list(
        "expected_document_id", *columns
    ):
        found[document_id].append(dict(zip(columns, values, strict=True)))
    return found


def _rule(rule: DelayRule, codes: dict[int, str], is_kept: bool | None) -> Content:
    """``is_kept`` is ``None`` while a date is missing."""
    return {
        "from": codes[rule.from_task_id],
        "to": codes[rule.to_task_id],
        "min_days": rule.min_days,
        "day_kind": rule.day_kind,
        **pair(rule, "text"),
        "is_kept": is_kept,
        "reason": rule.reason if is_kept is False else "",
    }


# Shown from what was kept


def page_context(content: Content) -> dict[str, Any]:
    """What :data:`TEMPLATE` needs to show a content as it was; no row of today is asked."""
    shown = _Shown(content["municipality"]["country"], page_language())
    return {
        "year": content["year"],
        "title": _text(content),
        "is_withdrawal": content["status"] == "withdrawn",
        "approval": shown.approval(content.get("approval")),
        "phases": [shown.phase(phase) for phase in content.get("phases", [])],
        "delays": [shown.delay(rule) for rule in content.get("delay_rules", [])],
        **preparation_context(content, content["municipality"]["country"]),
        **projects_context(content, content["municipality"]["country"]),
    }


def _text(content: Content, name: str = "title") -> Localized:
    return localized(SimpleNamespace(**content), name)


class _Shown:
    """Puts parts of a content into the words of a country and a language."""

    def __init__(self, country: str, language: str) -> None:
        self.country, self.language = country, language

    def date(self, text: str | None) -> str:
        return long_date(datetime.date.fromisoformat(text), self.country, self.language) if text else ""

    def approval(self, content: Content | None) -> dict[str, Any] | None:
        if content is None:
            return None
        return {
            "date": self.date(content["date"]),
            "deliberation": content["deliberation"],
            "body": _text(content),
        }

    def phase(self, content: Content) -> dict[str, Any]:
        return {
            "number": content["number"],
            "title": _text(content),
            "label": content["label"],
            "tasks": [self.task(content["number"], task) for task in content["tasks"]],
        }

    def task(self, phase: int, content: Content) -> dict[str, Any]:
        return {
            "code": code_in(self.language, phase, content["number"]),
            "title": _text(content),
            "date": self.date(content["session_date"]),
            "done": _DONE[content["done"]],
            "notes": content["notes"],
            "responsible": content["responsible"],
            "moves": [self.move(move) for move in content["moved_dates"]],
            "documents": [
                {"title": _text(document), **_files(document)} for document in content["documents"]
            ],
        }

    def move(self, content: Content) -> dict[str, Any]:
        return {
            "old": self.date(content["from"]),
            "new": self.date(content["to"]),
            "reason": content["reason"],
        }

    def delay(self, content: Content) -> dict[str, Any]:
        return {
            "from": self._code(content["from"]),
            "to": self._code(content["to"]),
            "min_days": content["min_days"],
            "is_in_working_days": content["day_kind"] == "working",
            "text": _text(content, "text"),
            "is_kept": content["is_kept"],
            "reason": content["reason"],
        }

    def _code(self, code: str) -> str:
        phase, task = _numbers(code)
        return code_in(self.language, phase, task)


def _numbers(code: str) -> Iterator[int]:
    return (int(part) for part in code.split("."))


def _files(document: Content) -> dict[str, Any]:
    return {"files": document["files"], "internal_files": document["internal_files"]}

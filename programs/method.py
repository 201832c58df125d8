"""The built-in model of the Tunisian method: five phases, nineteen tasks, their documents and delays.

Its wording is generic (no year, no town), in Arabic and French. The offsets are days before the
deciding body's approval, spaced as the calendar of Nefta for 2022 was (approval on 30 November
2021): a starting point to edit, not a rule. The only delay is the one that calendar prints.
Sessions in the zones and a second plenary session, which that calendar has not but others have, are
optional.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class ModelDocument:
    title_ar: str
    title_fr: str


@dataclass(frozen=True, slots=True)
class ModelTask:
    number: int
    title_ar: str
    title_fr: str
    days_before_approval: int
    documents: tuple[ModelDocument, ...]


@dataclass(frozen=True, slots=True)
class ModelPhase:
    number: int
    title_ar: str
    title_fr: str
    tasks: tuple[ModelTask, ...]


@dataclass(frozen=True, slots=True)
class ModelDelay:
    from_task: tuple[int, int]
    """Phase, task."""
    to_task: tuple[int, int]
    min_days: int
    text_ar: str
    text_fr: str


@dataclass(frozen=True, slots=True)
class Method:
    phases: tuple[ModelPhase, ...]
    delays: tuple[ModelDelay, ...]
    optional: dict[int, tuple[ModelTask, ...]]
    """By phase: tasks that follow the others where a municipality holds them."""

    def tasks_of(self, phase: ModelPhase, *, with_optional: bool) -> tuple[ModelTask, ...]:
        return phase.tasks + (self.optional.get(phase.number, ()) if with_optional else ())


@lru_cache(maxsize=1)
def built_in_method() -> Method:
    """The model as kept in ``method.json`` beside this file."""
    data = json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))
    return Method(
        phases=tuple(_phase(phase) for phase in data["phases"]),
        delays=tuple(
            ModelDelay(_code(row["from"]), _code(row["to"]), row["min_days"], row["text_ar"], row["text_fr"])
            for row in data["delays"]
        ),
        optional=_by_phase(data["optional"]),
    )


def _by_phase(rows: list[dict[str, Any]]) -> dict[int, tuple[ModelTask, ...]]:
    found: dict[int, tuple[ModelTask, ...]] = {}
    for row in rows:
        phase = row.pop("phase")
        found[phase] = (*found.get(phase, ()), _task(row))
    return found


def _phase(data: dict[str, Any]) -> ModelPhase:
    return ModelPhase(data["number"], data["title_ar"], data["title_fr"], tuple(map(_task, data["tasks"])))


def _task(data: dict[str, Any]) -> ModelTask:
    documents = tuple(ModelDocument(**document) for document in data["documents"])
    return ModelTask(**{**data, "documents": documents})


def _code(text: str) -> tuple[int, int]:
    phase, task = text.split(".")
    return int(phase), int(task)

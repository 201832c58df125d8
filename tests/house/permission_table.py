"""docs/permissions.md as data: its two tables, and the routes that the URL map really has."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from django.urls import URLPattern, URLResolver, get_resolver

TABLE = Path(__file__).resolve().parents[2] / "docs" / "permissions.md"
# Two addresses that Django's admin makes by itself, without a name.
UNNAMED = {"<path:object_id>/": "admin:short-address", "(?P<url>.*)$": "admin:anything-else"}


@dataclass(frozen=True, slots=True)
class Row:
    """A route, how it is asked, and the answer that each kind of visitor gets."""

    route: str
    method: str
    state: str
    answers: dict[str, str]

    def __str__(self) -> str:
        return f"{self.method} {self.route} {self.state}".strip()


def tables() -> list[list[list[str]]]:
    """Every table of the document as rows of cells, its head first."""
    found: list[list[list[str]]] = [[]]
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        if line.startswith("|"):
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            if not set("".join(cells)) <= set("-: "):
                found[-1].append(cells)
        elif found[-1]:
            found.append([])
    return [table for table in found if table]


def acts() -> dict[str, set[str]]:
    """Act → the roles that the document says may do it."""
    head, *rows = tables()[0]
    return {
        row[0].strip("`"): {role for role, cell in zip(head[1:], row[1:], strict=True) if cell == "yes"}
        for row in rows
    }


def rows() -> list[Row]:
    """The table of routes, one row for each route, method and state; braces are written out."""
    head, *lines = tables()[1]
    visitors = head[2:]
    return [
        Row(name, method, state, dict(zip(visitors, answers, strict=True)))
        for routes, methods, *answers in lines
        for name, state in _routes(routes)
        for method in methods.split()
    ]


def _routes(cell: str) -> Iterator[tuple[str, str]]:
    for written in re.findall(r"`([^`]+)`( \(draft\))?", cell):
        pattern, state = written
        parts = [part.split(",") for part in re.split(r"[{}]", pattern)]
        fixed, choices = parts[::2], parts[1::2]
        for chosen in product(*choices):
            pieces = [
                piece
                for pair in zip([part[0] for part in fixed], [*chosen, ""], strict=True)
                for piece in pair
            ]
            yield "".join(pieces), state.strip(" ()")


def routes(resolver: URLResolver | None = None, namespace: str = "") -> Iterator[str]:
    """Every route that the URL map knows, by its name."""
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            yield from routes(entry, f"{namespace}{entry.namespace}:" if entry.namespace else namespace)
        elif isinstance(entry, URLPattern):
            yield f"{namespace}{entry.name}" if entry.name else UNNAMED[str(entry.pattern)]

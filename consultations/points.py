"""Lists of points as plain text that a person can edit: one item a line, points marked with a bullet."""

from collections.abc import Iterable
from dataclasses import dataclass

BULLET = "•"


@dataclass(frozen=True, slots=True)
class Point:
    """An item of a list (``is_point``) or a paragraph between lists."""

    text: str
    is_point: bool


def read_points(text: str) -> list[Point]:
    """The items of a text, in order; empty lines are nothing."""
    lines = (line.strip() for line in text.splitlines())
    return [_read_point(line) for line in lines if line]


def write_points(points: Iterable[Point]) -> str:
    """The inverse of :func:`read_points`."""
    return "\n".join(f"{BULLET} {point.text}" if point.is_point else point.text for point in points)


def _read_point(line: str) -> Point:
    if line.startswith(BULLET):
        return Point(line.removeprefix(BULLET).strip(), is_point=True)
    return Point(line, is_point=False)

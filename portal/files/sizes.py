"""How large a file is, in words."""

from __future__ import annotations

_UNITS = ("B", "KB", "MB", "GB")


def size_in_words(size: int) -> str:
    """``5.7 KB``: in steps of 1024, by the nearest tenth below ten."""
    number = float(size)
    for unit in _UNITS:
        if number < 1024 or unit == _UNITS[-1]:
            break
        number /= 1024
    shown = f"{number:.0f}" if unit == "B" or number >= 10 else f"{number:.1f}"
    return f"{shown} {unit}"

"""Registers to read and to tamper with."""

from __future__ import annotations

from typing import Any

from portal.publications.models import Publication
from portal.publications.register import enter


def published(municipality: Any, **given: Any) -> Publication:
    """One more entry of the register, about the municipality itself."""
    values: dict[str, Any] = {
        "municipality": municipality,
        "act": "row.changed",
        "obj": municipality,
        "title": "رزنامة 2027",
        "address": "/ar/m/nefta/",
        "content": {"title_ar": "رزنامة", "year": 2027},
        "actor": None,
    }
    return enter(**(values | given))

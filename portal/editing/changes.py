"""What a write would change of a row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import models

from portal.audit.log import Changes


def changes_of(current: models.Model, values: Mapping[str, Any]) -> Changes:
    """Each field whose value would become another one, with both; empty where everything stands there."""
    return {
        name: (getattr(current, name), value)
        for name, value in values.items()
        if getattr(current, name) != value
    }

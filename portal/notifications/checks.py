"""What a deployment needs so that letters lead somewhere."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Warning


def site_url(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Letters are written without a request: only the settings know the address of the portal."""
    if settings.SITE_URL:
        return []
    return [
        Warning(
            "SITE_URL is empty: the addresses in letters lead nowhere.",
            hint="Set SITE_URL to the address people reach the portal at, as https://musharaka.example.",
            id="notifications.W001",
        )
    ]

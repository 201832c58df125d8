"""Where to report a weakness: ``/.well-known/security.txt`` as RFC 9116 has it."""

from __future__ import annotations

import datetime
from email.utils import parseaddr

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

GOOD_FOR = datetime.timedelta(days=180)
"""RFC 9116 advises less than a year."""


@require_safe
def security_txt(request: HttpRequest) -> HttpResponse:
    """The contact that ``SECURITY_CONTACT`` names, else the address that the portal's letters come from."""
    midnight = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    lines = [
        f"Contact: {contact()}",
        f"Expires: {(midnight + GOOD_FOR).strftime('%Y-%m-%dT%H:%M:%SZ')}",
        "Preferred-Languages: ar, fr, en",
        f"Canonical: {request.build_absolute_uri()}",
    ]
    if settings.SECURITY_POLICY:
        lines.append(f"Policy: {settings.SECURITY_POLICY}")
    response = HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
    response["Cache-Control"] = "public, max-age=3600"
    return response


def contact() -> str:
    """As an address of the web or of e-mail, which RFC 9116 wants written as ``mailto:``."""
    named = settings.SECURITY_CONTACT or parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    return named if ":" in named else f"mailto:{named}"

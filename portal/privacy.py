"""What the portal keeps of the people who read it, sign in to it or have files compared, and how long."""

from __future__ import annotations

import datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from portal.freshness import fresh_listing
from portal.municipalities.invitations import KEPT as INVITATIONS_KEPT
from portal.municipalities.unsent import KEPT as UNSENT_KEPT
from portal.notifications.retention import LETTERS_KEPT

HOUR = datetime.timedelta(hours=1)


@fresh_listing
def personal_data(request: HttpRequest, today: datetime.date) -> HttpResponse:
    """The notice for whatever belongs to no municipality alone.

    What the consultations of a municipality keep of those who contribute stands on its own notice. Both
    countries' laws ask for the purpose, the time and the authority: Tunisia's organic law 2004-63, article
    31, and Morocco's law 09-08, article 5.
    """
    context = {
        "session_hours": settings.SESSION_COOKIE_AGE // 3600,
        "idle_minutes": settings.SESSION_IDLE // 60,
        "letter_days": LETTERS_KEPT.days,
        "invitation_days": INVITATIONS_KEPT.days,
        "unsent_hours": UNSENT_KEPT // HOUR,
    }
    return render(request, "privacy.html", context)

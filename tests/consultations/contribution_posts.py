"""What a browser sends from the form, and how a test waits until a person could have filled it in."""

from __future__ import annotations

import datetime
import re
from typing import Any

from django.test import Client
from django.urls import reverse
from django.utils import translation

from consultations import tokens
from consultations.models import Consultation

WAIT = datetime.timedelta(seconds=30)


def form_address(consultation: Consultation, language: str = "ar") -> str:
    kwargs = {"slug": consultation.municipality.slug, "number": consultation.number}
    with translation.override(language):
        return reverse("contribute", kwargs=kwargs)


def filled_in(token: str, **changed: Any) -> dict[str, Any]:
    """A comment as it is posted, with what differs from it."""
    values = {
        "token": token,
        "profile": "citizen",
        "age": "26-35",
        "kind": "comment",
        "text": "نقترح أن تُعلَّق المحاضر أيضا في المكتبة العمومية.",
        "solution": "",
        "effect": "",
        "name": "",
        "email": "",
        "website": "",
    }
    return values | changed


def token_for(consultation: Consultation, clock: Any) -> str:
    """The token of a form that was shown long enough ago; ``clock`` is a travelling one."""
    token = tokens.issue(consultation.pk)
    clock.shift(WAIT)
    return token


def token_in(page: str) -> str:
    """The token that a page shows."""
    return re.search(r'name="token" value="([^"]+)"', page).group(1)  # type: ignore[union-attr]


def code_in(address: str) -> str:
    """The receipt code in the address of a receipt."""
    return address.rstrip("/").split("/")[-2]


def contributed(client: Client, consultation: Consultation, clock: Any, **changed: Any) -> str:
    """Send the form and return the code of its receipt."""
    answer = client.post(form_address(consultation), filled_in(token_for(consultation, clock), **changed))
    assert answer.status_code == 303, answer.content.decode()
    return code_in(answer["Location"])

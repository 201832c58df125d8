"""Letters as words: plain text, in the language of whoever gets them."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse

SUBJECT_LENGTH = 300


@dataclass(frozen=True, slots=True)
class Letter:
    """What is sent. The subject is one line, whatever it was made of: no header can be smuggled in by it."""

    subject: str
    body: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "subject", one_line(self.subject)[:SUBJECT_LENGTH].rstrip())

    def with_foot(self, foot: str) -> Letter:
        """The same letter with something under it, after the line that mail programs know as its end."""
        return Letter(self.subject, f"{self.body}\n\n-- \n{foot}")


def one_line(text: object) -> str:
    """A text without line breaks, control characters and marks of direction: for subjects and titles."""
    spaced = " ".join(str(text).split())
    return "".join(sign for sign in spaced if unicodedata.category(sign) not in ("Cc", "Cf", "Zl", "Zp"))


def render_letter(template: str, context: Mapping[str, Any]) -> Letter:
    """A letter by ``templates/notifications/<template>.txt``, in the language that is active.

    The template's first line is the subject. What it shows of people's titles is to be given as
    :func:`one_line`.
    """
    subject, _, body = render_text(template, context).partition("\n")
    return Letter(subject, body.strip())


def render_text(template: str, context: Mapping[str, Any]) -> str:
    """A piece of a letter by ``templates/notifications/<template>.txt``, without a subject."""
    return render_to_string(f"notifications/{template}.txt", context).strip()


def site_address(route: str, **kwargs: object) -> str:
    """The full address of a page in the language that is active, by ``SITE_URL``."""
    return f"{settings.SITE_URL}{reverse(route, kwargs=kwargs)}"

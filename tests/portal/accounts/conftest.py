"""Somebody with a role, where a second factor is asked of everybody with one."""

from __future__ import annotations

import datetime
from collections.abc import Callable

import pytest
import time_machine
from django.core import mail

from portal.accounts import letters

NOON = datetime.datetime(2026, 11, 23, 12, 2, tzinfo=datetime.UTC)


@pytest.fixture
def required(settings):
    settings.REQUIRE_SECOND_FACTOR = True


@pytest.fixture
def clock():
    """The time, in the midst of a window in which attempts are counted; ``clock.shift(seconds)`` moves it."""
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def posted(settings, django_capture_on_commit_callbacks) -> Callable[..., list[mail.EmailMessage]]:
    """Do something, and return the letters that went out by it."""

    def run(act: Callable[[], object]) -> list[mail.EmailMessage]:
        mail.outbox.clear()
        with django_capture_on_commit_callbacks(execute=True):
            act()
        letters.settle()
        return list(mail.outbox)

    return run

"""Papers that exist in tests alone, and a worker that is driven by hand."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django_tasks_db.management.commands import db_worker

from portal.papers import working
from portal.papers.asking import ask
from portal.papers.models import Printing
from portal.papers.orders import Order, draft_of
from tests.portal.papers import made_up


@pytest.fixture(autouse=True)
def _made_up_papers(settings):
    settings.PAPERS = settings.PAPERS | made_up.PAPERS
    settings.ROOT_URLCONF = "tests.portal.papers.urls"
    made_up.MADE.clear()
    made_up.WITHDRAWN.clear()


@pytest.fixture
def ordered(nefta) -> Callable[..., Order]:
    def make(how: str = "fine", kind: str = "long", language: str = "fr") -> Order:
        nefta.refresh_from_db()
        return Order(kind, nefta, {"how": how}, language, "http://testserver")

    return make


@pytest.fixture
def asked(ordered) -> Callable[..., Printing]:
    """A paper that somebody asked for."""

    def make(how: str = "fine", **order: str) -> Printing:
        wanted = ordered(how, **order)
        return ask(wanted, draft_of(wanted))

    return make


@pytest.fixture
def finished(asked, work_off) -> Callable[..., Printing]:
    """A paper that was asked for and made, well or not."""

    def make(how: str = "fine", **order: str) -> Printing:
        printing = asked(how, **order)
        work_off()
        printing.refresh_from_db()
        return printing

    return make


@pytest.fixture
def work_off(monkeypatch) -> Callable[[], None]:
    """Let a worker do what there is to do, in this process and without its second thread."""
    # Between two papers a worker gives up connections that are unfit: one within a test's transaction is not.
    for module in (working, db_worker):
        monkeypatch.setattr(module, "close_old_connections", lambda: None)
    return lambda: working.work("by hand", once=True)

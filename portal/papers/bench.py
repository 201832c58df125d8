"""A worker's bench: the paper that its process is making, and how to end that from outside."""

from __future__ import annotations

import datetime
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from portal.papers.printing import Claim

LONGEST = datetime.timedelta(minutes=15)
"""What takes longer hangs, and would keep everybody else's papers from being made."""


class ClosingError(BaseException):
    """The worker is to end. Not an ``Exception``: whoever makes a paper must not take it for its own."""


class Bench:
    """One for each process. Signals end the making, and nothing else: no write is ever cut in two."""

    def __init__(self) -> None:
        self.claim: Claim | None = None
        self.is_closing = False
        self._may_stop = False

    def attend(self) -> None:
        """Hear signals from now on: one that ends the worker ends the paper, for the next to begin anew."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._close)

    @contextmanager
    def holding(self, claim: Claim) -> Iterator[None]:
        """The paper is in this process's hands; its thread that gives signs of life looks here."""
        self.claim = claim
        try:
            yield
        finally:
            self.claim = None

    @contextmanager
    def stoppable(self) -> Iterator[None]:
        """Where the making itself may be broken off. Raises ``ClosingError``."""
        self._may_stop = True
        try:
            if self.is_closing:
                raise ClosingError
            yield
        finally:
            self._may_stop = False

    def _close(self, _number: int, _frame: FrameType | None) -> None:
        self.is_closing = True
        if self._may_stop:
            self._may_stop = False
            raise ClosingError


BENCH = Bench()

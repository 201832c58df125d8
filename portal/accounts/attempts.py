"""How often somebody may be wrong: counted by network, and by account from that network.

Never by account alone, or whoever knows an e-mail could keep its owner out. The network is the one that
``TRUSTED_PROXIES`` lets be believed, so writing another into a header changes nothing.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from math import ceil

from django.http import HttpRequest
from django.utils import timezone

from portal.limits import counting

WINDOW = datetime.timedelta(minutes=15)
MOST_OF_ACCOUNT = 5
"""Wrong answers about one account from one network within the window."""
MOST_OF_NETWORK = 60
"""Wrong answers from one network about whatever accounts: a whole office may share one."""


class TooManyAttemptsError(Exception):
    """Not looked at: from here there were too many wrong ones."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One answer to a question for a secret; it counts as wrong until it is forgiven."""

    request: HttpRequest
    scope: str
    about: str

    def forgive(self) -> None:
        """It was right: as if it had not been."""
        counting.take_back(self.request, self.scope, about=self.about, within=WINDOW)
        counting.take_back(self.request, self.scope, within=WINDOW)


def attempt(request: HttpRequest, scope: str, about: str) -> Attempt:
    """Count an attempt before it is looked at.

    Raises ``TooManyAttemptsError`` where it is not to be looked at.

    Counting first is what keeps many at the same moment from all being looked at.

    Args:
        request: who tries, by network.
        scope: what is tried, e.g. ``sign-in``.
        about: which account, e.g. the e-mail as it was typed; it is kept as part of an HMAC alone.
    """
    about = about.strip().casefold()
    of_account = counting.count(request, scope, about=about, within=WINDOW)
    of_network = counting.count(request, scope, within=WINDOW)
    if of_account > MOST_OF_ACCOUNT or of_network > MOST_OF_NETWORK:
        raise TooManyAttemptsError
    return Attempt(request, scope, about)


def is_right(request: HttpRequest, scope: str, about: str, look: Callable[[], bool]) -> bool:
    """Look whether an answer is right. Raises ``TooManyAttemptsError`` where it is not to be looked at."""
    made = attempt(request, scope, about)
    right = look()
    if right:
        made.forgive()
    return right


def minutes_to_wait() -> int:
    """Until when somebody who tried too often has to wait."""
    left = counting.start(WINDOW) + WINDOW - timezone.now()
    return max(1, ceil(left.total_seconds() / 60))

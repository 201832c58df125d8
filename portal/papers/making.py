"""Making a paper that was asked for: what the worker does with one row."""

from __future__ import annotations

import datetime
import logging
from pathlib import Path

from django.core.exceptions import ObjectDoesNotExist
from django.db import Error
from django.http import Http404
from django.utils import timezone, translation

from portal.papers.bench import BENCH, ClosingError
from portal.papers.models import Printing
from portal.papers.orders import Advance, draft_of, order_from
from portal.papers.printing import Claim, TakenFromUsError, advance, begin, fail, finish, hand_back
from portal.pdf.press import PdfTooLongError, patience
from portal.pdf.render import PdfUnavailableError

logger = logging.getLogger(__name__)

PATIENCE = 10 * 60
"""Seconds for the pages of one paper; less than ``bench.LONGEST``, so that the failure has a name."""
TOLD_EVERY = datetime.timedelta(seconds=1)


def make(pk: int) -> None:
    """Make the paper of a row, unless somebody else does or has done.

    What goes wrong with the paper is written into its row, for the page that waits. An error of the
    database is raised: the row stays begun, and falls to whoever takes up what was left.
    """
    claim = begin(pk)
    if claim is None:
        return
    with BENCH.holding(claim):
        try:
            finish(claim, _made(claim))
        except ClosingError:
            hand_back(claim)
        except TakenFromUsError:
            logger.warning("Another worker has taken up paper %s.", pk)
        except Error:
            raise
        except Exception as error:
            logger.exception("No paper %s", pk)
            fail(claim, failure_of(error))


def _made(claim: Claim) -> bytes | Path:
    order = order_from(Printing.objects.get(pk=claim.pk).order)
    with BENCH.stoppable(), patience(PATIENCE), translation.override(order.language):
        return draft_of(order).make(telling(claim))


def telling(claim: Claim) -> Advance:
    """How a paper says how far it is: written down once a second at the most."""
    told = timezone.now() - TOLD_EVERY

    def tell(done: int, of: int, doing: str) -> None:
        nonlocal told
        now = timezone.now()
        if now - told >= TOLD_EVERY:
            told = now
            advance(claim, done, of, doing)

    return tell


def failure_of(error: Exception) -> str:
    """The word for it in ``portal.papers.rules.FAILURES``."""
    if isinstance(error, PdfTooLongError):
        return "too_long"
    if isinstance(error, PdfUnavailableError):
        return "unavailable"
    if isinstance(error, Http404 | ObjectDoesNotExist):
        return "gone"
    return "broken"

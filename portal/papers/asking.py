"""Asking for a long paper: once for everybody who wants the same, and again for what was left undone."""

from __future__ import annotations

from django.core import signing
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from portal.papers.models import ALIVE, MOST_ATTEMPTS, Printing
from portal.papers.orders import SALT, Draft, Order, order_from
from portal.papers.printing import is_on_disk
from portal.papers.tasks import print_paper

LONGEST_FORM = 24 * 3600
"""Seconds that a form with an order in it may stay open."""
AGAIN = 10
"""The priority of what was asked for before and left undone."""


def signed_order(text: str) -> Order:
    """The order that a form carried.

    Raises:
        django.core.signing.BadSignature: the portal did not write it, or did so more than a day ago.
        Municipality.DoesNotExist: it is of a municipality that is gone.
    """
    return order_from(signing.loads(text, salt=SALT, max_age=LONGEST_FORM))


def asked(order: Order, draft: Draft) -> Printing | None:
    """What was asked for under the same key and stands: waiting, being made, or made and still there."""
    printing = Printing.objects.filter(key=order.key(draft.version)).first()
    return printing if printing and not _is_to_be_made_again(printing) else None


def ask(order: Order, draft: Draft) -> Printing:
    """Have a paper made, unless it is already; whoever asks for the same at once gets the same row."""
    with transaction.atomic():
        printing, is_new = Printing.objects.get_or_create(
            key=order.key(draft.version),
            defaults={
                "municipality": order.municipality,
                "kind": order.kind,
                "order": order.kept(),
                "title": draft.title[:1000],
                "filename": draft.filename[:255],
                "ascii_filename": draft.ascii_filename[:255],
                "content_type": draft.content_type,
                "back": draft.back,
                "steps": list(draft.steps),
            },
        )
        if is_new or _begins_anew(printing):
            print_paper.enqueue(printing.pk)
    return printing


def _is_to_be_made_again(printing: Printing) -> bool:
    return printing.finished_at is not None and bool(printing.failure or not is_on_disk(printing))


def _begins_anew(printing: Printing) -> bool:
    """Put back what failed, or whose file is lost; whether it was this call that did."""
    if not _is_to_be_made_again(printing):
        return False
    rows = Printing.objects.filter(pk=printing.pk, finished_at=printing.finished_at)
    return bool(
        rows.update(
            asked_at=timezone.now(),
            attempts=0,
            started_at=None,
            beat_at=None,
            done=0,
            of=0,
            doing="",
            finished_at=None,
            failure="",
            file="",
            size=0,
            sha256="",
        )
    )


def take_up_what_was_left() -> None:
    """Have made what a worker that is not there any more had begun, and what nobody was told of.

    Workers may do so at any time, at once: a paper is made by whoever begins it first.
    """
    now = timezone.now()
    left = Printing.objects.filter(Q(beat_at=None) | Q(beat_at__lt=now - ALIVE), finished_at=None)
    left.filter(attempts__gte=MOST_ATTEMPTS).update(failure="gave_up", finished_at=now)
    known = _told()
    for pk in left.order_by("asked_at", "pk").values_list("pk", flat=True):
        if pk not in known:
            print_paper.using(priority=AGAIN).enqueue(pk)


def _told() -> set[int]:
    """The papers that a worker was told of and may be about to begin."""
    lately = Q(status=TaskResultStatus.RUNNING, started_at__gte=timezone.now() - ALIVE)
    tasks = DBTaskResult.objects.filter(lately | Q(status=TaskResultStatus.READY))
    kept = tasks.filter(task_path=print_paper.module_path).values_list("args_kwargs", flat=True)
    return {arguments["args"][0] for arguments in kept}

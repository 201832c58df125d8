"""Having a long paper made: the order, the page that advances, the file."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.core.signing import BadSignature
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from portal.bilingual import Localized, direction, page_language
from portal.limits.counting import count
from portal.municipalities.access import allows, is_member, person
from portal.municipalities.models import Municipality
from portal.papers.answers import AT_ONCE, around, kind_of_file, municipality_of
from portal.papers.asking import ask, asked, signed_order
from portal.papers.models import Printing, Worker
from portal.papers.orders import Draft, Order, Paper, draft_of, order_from, paper_of
from portal.papers.printing import is_on_disk, printed_response
from portal.papers.rules import HEARD, REFRESH, State, is_good, state_of, steps_of, why

SCOPE = "paper-order"
MOST_AN_HOUR = 20
"""Papers that people of one network have made without having signed in."""


class SeeOther(HttpResponseRedirect):
    """After a POST: the next page is read."""

    status_code = 303


@require_POST
def order(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Have a paper made that a form carries, signed; on to the page that advances."""
    try:
        order = signed_order(request.POST.get("order", ""))
    except BadSignature:
        return _refused(request, "unsigned", status=400)
    except Municipality.DoesNotExist:
        raise Http404 from None
    # After signing in one is on the desk: the form cannot be sent from there.
    door = _door(request, slug, order, reverse("staff-desk", kwargs={"slug": slug}))
    return door or _taken(request, order)


def _taken(request: HttpRequest, order: Order) -> HttpResponse:
    draft = draft_of(order)
    if draft.pages <= AT_ONCE:
        return _refused(request, "short", status=400, draft=draft)
    printing = asked(order, draft)
    if printing is None:
        if request.user.is_anonymous and count(request, SCOPE) > MOST_AN_HOUR:
            return _too_many(request, order, draft)
        printing = ask(order, draft)
    where = {"slug": order.municipality.slug, "key": printing.key}
    return SeeOther(reverse("paper-printing", kwargs=where))


def _too_many(request: HttpRequest, order: Order, draft: Draft) -> HttpResponse:
    response = _refused(request, "many", status=429, draft=draft, order=order, signed=order.signed())
    now = timezone.now()
    response["Retry-After"] = str(3600 - now.minute * 60 - now.second)
    return response


def _refused(request: HttpRequest, reason: str, *, status: int, **context: Any) -> HttpResponse:
    return render(request, "papers/refused.html", {"reason": reason, **context}, status=status)


def _door(request: HttpRequest, slug: str, order: Order, after: str) -> HttpResponse | None:
    """The way to sign in, for a paper of the staff; ``None`` for whoever may have it.

    Raises ``Http404`` and ``PermissionDenied`` as pages do.
    """
    paper = _paper(order)
    if order.municipality.slug != slug:
        raise Http404
    if paper.act is not None and not request.user.is_authenticated:
        return redirect_to_login(after)
    municipality_of(request, slug, paper)
    return None


def _paper(order: Order) -> Paper:
    try:
        return paper_of(order.kind)
    except KeyError:  # a kind that was there when it was asked for
        raise Http404 from None


View = Callable[[HttpRequest, Printing, Order], HttpResponseBase]


def of_a_printing(view: View) -> Callable[..., HttpResponseBase]:
    """Guard a page about a paper that was asked for: whoever reads it may have the paper, now.

    Who asks is looked up before anything is known of the paper: one that is not theirs to know of takes
    what a key takes that there is not.
    """

    @require_safe
    @wraps(view)
    def inner(request: HttpRequest, slug: str, key: str) -> HttpResponseBase:
        municipality = Municipality.objects.public_or_404(slug)
        works_here = request.user.is_authenticated and is_member(person(request), municipality.pk)
        printing = Printing.objects.filter(key=key, municipality=municipality).first()
        if printing is None:
            raise _missing(key)
        order = order_from(printing.order, municipality)
        act = _paper(order).act
        if act is not None and not request.user.is_authenticated:
            response: HttpResponseBase = redirect_to_login(request.get_full_path())
        elif act is not None and not works_here:
            raise _missing(key)
        elif act is not None and not allows(request.user, act, municipality.pk):
            raise PermissionDenied
        else:
            response = view(request, printing, order)
        response["Cache-Control"] = "private, no-store"
        return response

    return inner


def _missing(key: str) -> Http404:
    """Nothing of the kind; said after as many questions as for a paper whose program is withdrawn by now."""
    Printing.objects.filter(key=key).exists()
    return Http404()


@of_a_printing
def printing(request: HttpRequest, printing: Printing, order: Order) -> HttpResponseBase:
    """How far a paper is; it looks again by itself, and ends with the file."""
    draft, now, steps = draft_of(order), timezone.now(), steps_of(printing)
    state = state_of(printing, now)
    lack = _lack(printing, order.key(draft.version)) if state == State.READY else ""
    file_address = reverse("paper-file", kwargs={"slug": order.municipality.slug, "key": printing.key})
    context = _frame(printing, order) | {
        "draft": draft,
        "state": state,
        "lack": lack,
        "file_address": file_address,
        "before": _before(printing) if state == State.WAITING else 0,
        "is_attended": Worker.objects.filter(beat_at__gte=now - HEARD).exists(),
        "steps": steps,
        "doing": "" if any(step.node == "next" for step in steps) else printing.doing,
        "why": why(printing),
    }
    response = render(request, "papers/printing.html", context)
    if state in (State.WAITING, State.MAKING):
        response["Refresh"] = str(REFRESH)
    elif state == State.READY and not lack:
        response["Refresh"] = f"0; url={file_address}"
    return response


@of_a_printing
def printed(request: HttpRequest, printing: Printing, order: Order) -> HttpResponseBase:
    """The file; or back to the page that says why there is none."""
    key = order.key(draft_of(order).version)
    if not printing.is_finished or _lack(printing, key):
        return redirect("paper-printing", slug=order.municipality.slug, key=printing.key)
    return printed_response(printing)


def _lack(printing: Printing, key: str) -> str:
    """Why a finished paper is not handed out: a change overtook it, or the disk has lost it."""
    if not is_good(printing, key, timezone.now()):
        return "overtaken"
    return "" if is_on_disk(printing) else "lost"


def _before(printing: Printing) -> int:
    """How many were asked for earlier and are not made yet."""
    earlier = Q(asked_at__lt=printing.asked_at) | Q(asked_at=printing.asked_at, pk__lt=printing.pk)
    return Printing.objects.filter(earlier, finished_at=None).count()


def _frame(printing: Printing, order: Order) -> dict[str, Any]:
    """What the page shows around its state. The paper's words are in the language it was asked for in."""
    is_foreign = order.language != page_language()
    return around(order) | {
        "printing": printing,
        "title": Localized(printing.title, order.language, direction(printing.title), is_foreign),
        "kind": kind_of_file(printing.content_type),
        "asked_at": timezone.localtime(printing.asked_at, order.municipality.zone_info),
        "signed": order.signed(),
    }

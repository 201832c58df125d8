"""What became of a contribution, for whoever has its receipt code; and what its author may do with it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import ValidationError
from django.db import Error
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from consultations import receipts
from consultations.csrf import is_forged, keeps_what_was_typed
from consultations.followed import Followed, read_followed
from consultations.forms_contributing import CorrectionForm
from consultations.models import Contribution
from consultations.rules_receiving import is_correctable
from consultations.services import contributions as services
from consultations.services.contributions import words_of
from consultations.views.contributing import SeeOther, frame, seconds_to_next_hour
from portal.limits.counting import count, counted
from portal.pdf.qr import qr_svg

logger = logging.getLogger(__name__)

SCOPE = "follow"
MOST_MISSES = 120
"""Codes an hour that a network may ask for without there being any such contribution.

Nobody finds a hundred bits by trying. But a whole town may share one network, and look for forms on paper
that are not typed in yet.
"""
CODE_LENGTH = 60
"""What a code may measure as it is typed, with spaces or dashes between its groups."""

CodeView = Callable[[HttpRequest, Contribution, str], HttpResponse]


def for_the_author(view: CodeView) -> Callable[..., HttpResponse]:
    """Decorate a page whose address holds a code: ``view(request, contribution, code)``.

    A code with a wrong check character was mistyped: nobody is asked. One that could be right and is not
    is counted, and with too many of them the network waits; that is the one thing a reading page writes.

    Where a POST finds no database at all, its answer needs none either, and gives back what was typed.
    """

    @never_cache
    @wraps(view)
    def inner(request: HttpRequest, code: str) -> HttpResponse:
        normal = receipts.normalised(code[:CODE_LENGTH])
        if not receipts.is_well_formed(normal):
            return _kept_private(_door(request, code, status=404))
        try:
            return _kept_private(_answer(view, request, normal, code))
        except Error:
            if request.method != "POST":
                raise
            logger.exception("The database is away")
            return _kept_private(_away(request, normal))

    return inner


def _answer(view: CodeView, request: HttpRequest, normal: str, typed: str) -> HttpResponse:
    if counted(request, SCOPE) >= MOST_MISSES:
        return _too_many(request)
    contribution = _of_code(normal)
    if contribution is None:
        count(request, SCOPE)
        return _door(request, typed, is_unknown=True, status=404)
    return view(request, contribution, normal)


def _of_code(code: str) -> Contribution | None:
    related = ("consultation__municipality", "answer", "question", "zone", "original")
    rows = Contribution.objects.select_related(*related).filter(receipt_hash=receipts.fingerprint(code))
    return rows.first()


def _kept_private(response: HttpResponse) -> HttpResponse:
    """Whoever reads the address of such a page can read the contribution: it is told to nobody else."""
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Referrer-Policy"] = "same-origin"
    return response


@never_cache
@require_safe
def door(request: HttpRequest) -> HttpResponse:
    """Where a code is typed in, from a receipt or from a form on paper."""
    typed = request.GET.get("code", "")
    if not typed.strip():
        return _door(request)
    code = receipts.normalised(typed[:CODE_LENGTH])
    if receipts.is_well_formed(code):
        return _kept_private(redirect("follow", code=code))
    return _kept_private(_door(request, typed, status=422))


def _door(
    request: HttpRequest, typed: str = "", *, is_unknown: bool = False, status: int = 200
) -> HttpResponse:
    context = {"typed": typed[:CODE_LENGTH], "is_unknown": is_unknown, "is_refused": status != 200}
    return render(request, "consultations/follow_door.html", context, status=status)


def _too_many(request: HttpRequest) -> HttpResponse:
    response = render(request, "consultations/follow_door.html", {"is_too_many": True}, status=429)
    response["Retry-After"] = str(seconds_to_next_hour(timezone.now()))
    return response


def _away(request: HttpRequest, code: str) -> HttpResponse:
    """What was not done, and a form by which a correction is sent once more just as it was."""
    posted = [(name, str(text)) for name, text in request.POST.items() if name != "csrfmiddlewaretoken"]
    labels = {"text": _("What you wrote"), "solution": _("Proposed solution"), "effect": _("Expected effect")}
    written = [(name, labels[name], text) for name, text in posted if name in labels and text.strip()]
    context = {
        "code": code,
        "said": _stored_nothing() if written else _not_done(),
        "written": written,
        "others": [(name, text) for name, text in posted if name not in labels or not text.strip()],
    }
    return render(request, "consultations/follow_away.html", context, status=503)


@require_safe
@for_the_author
def received(request: HttpRequest, contribution: Contribution, code: str) -> HttpResponse:
    """The receipt: the code, what follows and by when, and what was written. Shown after the commit alone."""
    address = request.build_absolute_uri(reverse("follow", kwargs={"code": code}))
    svg = qr_svg(address=address, title=_("Square code: the address of this contribution’s page"))
    return _page(request, "consultations/received.html", contribution, code, qr_svg=svg)


@require_safe
@for_the_author
def follow(request: HttpRequest, contribution: Contribution, code: str) -> HttpResponse:
    """Where a contribution stands, and its official answer."""
    return _page(request, "consultations/follow.html", contribution, code)


@require_http_methods(["GET", "HEAD", "POST"])
@keeps_what_was_typed
@for_the_author
def correct(request: HttpRequest, contribution: Contribution, code: str) -> HttpResponse:
    """The form with what was written, while nobody has read it."""
    data = request.POST if request.method == "POST" else None
    form = CorrectionForm(data, contribution=contribution, words=words_of(contribution))
    if not is_correctable(contribution, timezone.now()):
        return _correction(request, form, contribution, code, status=200 if data is None else 409)
    if data is None:
        return _correction(request, form, contribution, code)
    if is_forged(request):
        form.is_valid()
        return _correction(request, form, contribution, code, status=422, said=_unsure())
    if not form.is_valid():
        return _correction(request, form, contribution, code, status=422)
    try:
        services.correct(contribution=contribution, words=form.words())
    except ValidationError as refusal:
        form.refuse(refusal)
        contribution.refresh_from_db()
        return _correction(request, form, contribution, code, status=409)
    except Error:
        logger.exception("A correction could not be stored")
        return _correction(request, form, contribution, code, status=503, said=_stored_nothing())
    return SeeOther(reverse("follow", kwargs={"code": code}))


def _correction(
    request: HttpRequest,
    form: CorrectionForm,
    contribution: Contribution,
    code: str,
    *,
    status: int = 200,
    said: str = "",
) -> HttpResponse:
    context = frame(contribution.consultation) | {
        "form": form,
        "code": code,
        "said": said,
        "is_over": not is_correctable(contribution, timezone.now()),
        "written": form.written if form.is_bound else [],
    }
    return render(request, "consultations/follow_correct.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@keeps_what_was_typed
@for_the_author
def withdraw(request: HttpRequest, contribution: Contribution, code: str) -> HttpResponse:
    """What withdrawing means, and the button that does it."""
    return _leave(request, contribution, code, services.withdraw, "consultations/follow_withdraw.html")


@require_http_methods(["GET", "HEAD", "POST"])
@keeps_what_was_typed
@for_the_author
def erase(request: HttpRequest, contribution: Contribution, code: str) -> HttpResponse:
    """What erasing means and what it leaves, and the button that does it."""
    return _leave(request, contribution, code, services.erase, "consultations/follow_erase.html")


def _leave(
    request: HttpRequest,
    contribution: Contribution,
    code: str,
    act: Callable[..., Contribution],
    template: str,
) -> HttpResponse:
    if request.method != "POST":
        return _page(request, template, contribution, code)
    if is_forged(request):
        return _page(request, template, contribution, code, said=_unsure())
    try:
        act(contribution=contribution)
    except Error:
        logger.exception("A contribution could not be taken back")
        return _page(request, template, contribution, code, status=503, said=_not_done())
    return SeeOther(reverse("follow", kwargs={"code": code}))


@require_POST
@keeps_what_was_typed
@for_the_author
def helped(request: HttpRequest, contribution: Contribution, code: str) -> HttpResponse:
    """Whether the official answer answers its author."""
    was_helped = {"yes": True, "no": False}.get(request.POST.get("helped", ""))
    if is_forged(request) or was_helped is None:
        return _page(request, "consultations/follow.html", contribution, code, said=_unsure())
    try:
        services.say_helped(contribution=contribution, was_helped=was_helped)
    except ValidationError as refusal:
        said = " ".join(refusal.messages)
        return _page(request, "consultations/follow.html", contribution, code, said=said)
    except Error:
        logger.exception("Whether an answer helped could not be stored")
        said = _not_done()
        return _page(request, "consultations/follow.html", contribution, code, status=503, said=said)
    return SeeOther(reverse("follow", kwargs={"code": code}) + "#helped")


def _page(
    request: HttpRequest,
    template: str,
    contribution: Contribution,
    code: str,
    *,
    status: int = 200,
    **extra: Any,
) -> HttpResponse:
    page: Followed = read_followed(contribution)
    context = frame(contribution.consultation) | {"page": page, "code": code, "shown": receipts.shown(code)}
    return render(request, template, context | extra, status=status)


def _unsure() -> str:
    return _("We could not tell whether it came from this page. Nothing was done: press the button again.")


def _not_done() -> str:
    return _("The connection broke off: nothing was stored. Try again.")


def _stored_nothing() -> str:
    return _("It could not be stored just now. Your text is below: send it again in a moment.")

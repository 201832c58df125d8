"""Taking part: the form, the notice about personal data, and the form on paper."""

from __future__ import annotations

import datetime
import logging
import re
from typing import Any

from django.core.exceptions import ValidationError
from django.db import Error
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from consultations import receipts, tokens
from consultations.csrf import is_forged, keeps_what_was_typed
from consultations.forms_contributing import TRAP, ContributionForm
from consultations.local_moments import closing_moment, local_moment
from consultations.marks import marks_of
from consultations.models import Channel, Consultation, Contribution
from consultations.papers_forms import form_paper
from consultations.periods import consultation_of, rules_of
from consultations.rules_contributions import is_open
from consultations.rules_receiving import CROWDED
from consultations.services.contributions import Closed, Received, receive
from portal.bilingual import page_language
from portal.freshness import fresh_page
from portal.limits.counting import count
from portal.municipalities.access import Act, allows
from portal.municipalities.models import Municipality
from portal.navigation import Tab, tabs_of
from portal.pdf.render import PdfError, PdfUnavailableError
from portal.pdf.responses import pdf_response

logger = logging.getLogger(__name__)

SCOPE = "contribute"
WITHOUT_A_MARK = 120
"""Contributions an hour from one network before a moderator is told that it is very many."""
MOST = 600
"""Contributions an hour from one network before it is asked to wait."""
MOST_COPIES = 50
"""Of the form on paper, for the staff: a copy takes half a second to make."""
MOST_COPIES_FOR_ANYBODY = 1


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@keeps_what_was_typed
def contribute(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """The form of a consultation; what is sent is stored once, and refused with every letter kept.

    That holds where the database is away too: the answer to a POST then asks it for nothing.
    """
    try:
        return _contribute(request, slug, number)
    except Error:
        if request.method != "POST":
            raise
        logger.exception("The database is away")
        return _away(request)


def _contribute(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    municipality = Municipality.objects.public_or_404(slug)
    consultation = _asked_for(request, municipality, number)
    if request.method == "POST":
        return _take(request, consultation)
    initial = {"kind": Contribution.Kind.IDEA} if request.GET.get("kind") == Contribution.Kind.IDEA else {}
    form = ContributionForm(consultation=consultation, initial=initial)
    return _page(request, form, tokens.issue(consultation.pk))


def _away(request: HttpRequest) -> HttpResponse:
    """What was not stored, and a form by which it is sent once more just as it was, its key too."""
    posted = [(name, str(text)) for name, text in request.POST.items() if name != "csrfmiddlewaretoken"]
    labels = {
        "text": _("What you wrote"),
        "solution": _("Proposed solution"),
        "effect": _("Expected effect"),
        "name": _("Name"),
        "email": _("E-mail address"),
    }
    context = {
        "written": [(name, labels[name], text) for name, text in posted if name in labels and text.strip()],
        "others": [(name, text) for name, text in posted if name not in labels or not text.strip()],
        "long": ("text", "solution", "effect"),
    }
    return render(request, "consultations/contribute_away.html", context, status=503)


def _asked_for(request: HttpRequest, municipality: Municipality, number: int) -> Consultation:
    """The consultation whose form is read or was filled in. Raises ``Http404`` where there is no form.

    Its token shows that a form was there when it was filled in: taken away since, it still gives back
    what was typed.
    """
    taken_away = tokens.owner(request.POST.get("token", ""))
    consultation = consultation_of(municipality, number, also=taken_away)
    if _has_form(consultation) or consultation.pk == taken_away:
        return consultation
    raise Http404


def _has_form(consultation: Consultation) -> bool:
    return consultation.is_public and Channel.WEB in consultation.channels


def _is_open_here(consultation: Consultation) -> bool:
    return _has_form(consultation) and is_open(consultation, timezone.now())


class SeeOther(HttpResponseRedirect):
    """After a POST: the next page is read, whatever brought the reader here."""

    status_code = 303


def _take(request: HttpRequest, consultation: Consultation) -> HttpResponse:
    """Store what was posted, or show it again with the one thing that stands in the way."""
    form = ContributionForm(request.POST, consultation=consultation)
    text = request.POST.get("token", "")
    token = tokens.read(text, consultation.pk)
    if not _is_open_here(consultation) and not (token and _came_in(token.key)):
        return _closed(request, form)
    if token is None:
        return _again(request, form, tokens.issue(consultation.pk), _again_words(tokens.Fault.UNREADABLE))
    if is_forged(request) or request.POST.get(TRAP, ""):
        return _again(request, form, text, _again_words(tokens.Fault.UNREADABLE))
    fault = token.fault(timezone.now())
    if fault and not _came_in(token.key):
        renewed = text if fault == tokens.Fault.TOO_FAST else tokens.issue(consultation.pk)
        return _again(request, form, renewed, _again_words(fault))
    if not form.is_valid():
        return _page(request, form, text, status=422)
    return _store(request, form, token.key, text)


def _came_in(key: str) -> bool:
    """Whether a form of this key was stored: sent once more it gets its receipt, however late."""
    return Contribution.objects.filter(receipt_hash=receipts.fingerprint(receipts.code_for(key))).exists()


def _again_words(fault: tokens.Fault) -> str:
    return {
        tokens.Fault.TOO_FAST: _(
            "That was very fast, as a program would do it. Nothing is lost: send it again."
        ),
        tokens.Fault.STALE: _("The form was open for more than a day. Nothing is lost: send it again."),
        tokens.Fault.UNREADABLE: _(
            "We could not tell whether it came from this form. Nothing is lost: send it again."
        ),
    }[fault]


def _store(request: HttpRequest, form: ContributionForm, key: str, token: str) -> HttpResponse:
    consultation = form.consultation
    try:
        so_far = count(request, SCOPE)
        if so_far > MOST:
            return _wait(request, form, token)
        received = receive(
            consultation=consultation,
            words=form.words(),
            code=receipts.code_for(key),
            language=page_language(),
            key=key,
            email=form.cleaned_data["email"],
            marks=_marks(form, so_far),
        )
    except Closed as refusal:
        form.consultation = refusal.consultation
        return _closed(request, form)
    except ValidationError as refusal:
        form.refuse(refusal)
        return _page(request, form, token, status=422)
    except Error:
        # The store is busy, full or away, or what was chosen went in this moment. The form's key makes a
        # second sending harmless even where the first was stored after all.
        logger.exception("A contribution could not be stored")
        said = _("It could not be stored just now. Your text is below: send it again in a moment.")
        return _again(request, form, token, said, status=503)
    return _answer(request, form, received)


def _answer(request: HttpRequest, form: ContributionForm, received: Received) -> HttpResponse:
    address = reverse("received", kwargs={"code": received.code})
    if received.says_the_same:
        return SeeOther(address)
    said = _(
        "What you sent first with this form is stored. This is another text: send it once more if it is "
        "to be a contribution of its own."
    )
    context = {"first_address": address, "first_reference": received.contribution.reference}
    return _again(request, form, tokens.issue(form.consultation.pk), said, status=409, context=context)


def _marks(form: ContributionForm, so_far: int) -> list[str]:
    words = form.words()
    marks = marks_of(words.text, words.solution, words.effect)
    return [*marks, CROWDED] if so_far > WITHOUT_A_MARK else marks


def _wait(request: HttpRequest, form: ContributionForm, token: str) -> HttpResponse:
    said = _("Very much comes from your network at the moment. Your text is below: send it again in a while.")
    response = _again(request, form, token, said, status=429)
    response["Retry-After"] = str(seconds_to_next_hour(timezone.now()))
    return response


def seconds_to_next_hour(now: datetime.datetime) -> int:
    """When a network's tally begins anew."""
    return 3600 - now.minute * 60 - now.second


def _again(
    request: HttpRequest,
    form: ContributionForm,
    token: str,
    said: str,
    *,
    status: int = 422,
    context: dict[str, Any] | None = None,
) -> HttpResponse:
    """The form with all that was typed, and what has to be done; the faults of fields are told too."""
    form.is_valid()
    return _page(request, form, token, status=status, context={"said": said} | (context or {}))


def _page(
    request: HttpRequest,
    form: ContributionForm,
    token: str,
    *,
    status: int = 200,
    context: dict[str, Any] | None = None,
) -> HttpResponse:
    if not _is_open_here(form.consultation):
        return _closed(request, form)
    shown = {"form": form, "token": token, "trap": TRAP} | (context or {})
    return render(request, "consultations/contribute.html", frame(form.consultation) | shown, status=status)


def _closed(request: HttpRequest, form: ContributionForm) -> HttpResponse:
    """Before the opening, after the closing or without a form: when it is, and what was typed."""
    consultation, is_gone = form.consultation, not _has_form(form.consultation)
    context = frame(consultation) | {
        "is_gone": is_gone,
        "is_before": not is_gone and timezone.now() < consultation.moments[0],
        "written": form.written if form.is_bound else [],
        "rules": rules_of(consultation.municipality),
    }
    status = 409 if form.is_bound else 200
    return render(request, "consultations/closed_form.html", context, status=status)


def frame(consultation: Consultation) -> dict[str, Any]:
    """What every page about a contribution to a consultation shows around it.

    One that was withdrawn has no page to lead to, and perhaps no moments.
    """
    municipality = consultation.municipality
    slug = {"slug": municipality.slug}
    listing = address = reverse("consultations", kwargs=slug)
    moments: dict[str, Any] = {}
    if consultation.is_public:
        address = reverse("consultation", kwargs=slug | {"number": consultation.number})
        opens = local_moment(consultation.moments[0], consultation)
        moments = {"opens": opens, "closes": closing_moment(consultation)}
    return moments | {
        "municipality": municipality,
        "tabs": tabs_of(municipality, Tab(listing, _("Consultations"), is_current=True)),
        "section": "municipalities",
        "consultation": consultation,
        "consultation_url": address,
        "questions": consultation.questions.all(),
    }


@fresh_page
def privacy(request: HttpRequest, municipality: Municipality) -> HttpResponse:
    """What is kept of people who contribute, why, how long, and whom they can ask."""
    context = {
        "municipality": municipality,
        "tabs": tabs_of(municipality),
        "rules": rules_of(municipality),
    }
    return render(request, "consultations/privacy.html", context)


def _copies(wished: str, most: int) -> int:
    number = int(wished) if re.fullmatch("[0-9]{1,4}", wished) else 1
    return min(max(number, 1), most)


@never_cache
@require_safe
def paper_form(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """The form on paper: each copy with a serial of its own, by which its author follows it later.

    Nothing is stored: a serial is known once the staff type the form in.
    """
    municipality = Municipality.objects.public_or_404(slug)
    consultation = consultation_of(municipality, number)
    if Channel.PAPER not in consultation.channels:
        raise Http404
    is_staff = allows(request.user, Act.SEE_DESK, municipality.pk)
    copies = _copies(request.GET.get("copies", ""), MOST_COPIES if is_staff else MOST_COPIES_FOR_ANYBODY)
    try:
        content = form_paper(consultation, copies=copies, address=request.build_absolute_uri)
    except PdfError as error:
        logger.exception("No form of consultation %s", consultation.pk)
        context = {"is_missing": isinstance(error, PdfUnavailableError)}
        return render(request, "pdf/unavailable.html", context, status=503)
    return pdf_response(
        content=content,
        filename=f"{consultation.title} - {municipality.title}",
        ascii_filename=f"{municipality.slug}-consultation-{number}-form",
    )

"""Verification, for anybody: what a code names, what a file is, and the program that tells both offline."""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from portal.freshness import answer, fresh_listing, validator
from portal.limits.counting import count
from portal.papers.answers import paper_answer
from portal.publications import chain
from portal.publications.codes import Typed, code_of, entry_named, is_near, read_code
from portal.publications.files import FileForm, compare
from portal.publications.models import Publication
from portal.publications.reading import shower_of
from portal.publications.register import head
from portal.publications.soundness import break_around
from portal.publications.verdicts import Outcome, verdict_on

SCOPE = "verify-file"
FILES_AN_HOUR = 60
"""That one network may have compared."""
HOUR = "3600"


@require_safe
def certificate_pdf(request: HttpRequest, slug: str, number: int) -> HttpResponseBase:
    """The certificate of an entry of the register."""
    return paper_answer(request, slug, "certificate", {"number": number})


@fresh_listing
def verify_door(request: HttpRequest, today: datetime.date) -> HttpResponse:
    """Where a code is typed in; a code that can be one is looked at on its own page."""
    given = request.GET.get("code")
    if given is None:
        return render(request, "publications/verify_door.html")
    typed = read_code(given)
    if typed.number:
        return redirect("verify-code", code=typed.text)
    return _not_found(request, typed)


@require_safe
def verify_code(request: HttpRequest, code: str) -> HttpResponse:
    """What a code names: reckoned anew for each reader, and whether it changed since."""
    typed = read_code(code)
    if typed.number and typed.text != code:
        return redirect("verify-code", code=typed.text)
    publication = entry_named(typed)
    if publication is None or code_of(publication) != typed.text:
        return _not_found(request, typed, publication)
    broken, newest = break_around(publication), head()
    municipality = publication.municipality
    etag = validator(
        municipality.revision, municipality.today(), request.get_full_path(), newest.hash, broken
    )
    return answer(request, etag, lambda: _found(request, publication, broken, newest))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def verify_file(request: HttpRequest) -> HttpResponse:
    """Compare a file with all that was published; nothing of it is kept."""
    if request.method != "POST":
        return render(request, "publications/verify_file.html", {"form": FileForm()})
    if count(request, SCOPE) > FILES_AN_HOUR:
        response = render(request, "publications/verify_file.html", {"is_too_many": True}, status=429)
        response["Retry-After"] = HOUR
        return response
    form = FileForm(request.POST, request.FILES)
    if not form.is_valid():
        return render(request, "publications/verify_file.html", {"form": form}, status=422)
    upload = form.cleaned_data["file"]
    compared = compare(upload.read(), origin=f"{request.scheme}://{request.get_host()}")
    context = {"form": FileForm(), "compared": compared, "name": upload.name}
    return render(request, "publications/verify_file.html", context)


@require_safe
def verifier(request: HttpRequest) -> HttpResponse:
    """The program that anybody can check the register and documents with, offline."""
    source = Path(chain.__file__).read_bytes()
    etag = f'"{chain.fingerprint(source.decode())[:24]}"'

    def hand_out() -> HttpResponse:
        response = HttpResponse(source, content_type="text/x-python; charset=utf-8")
        response["Content-Disposition"] = 'attachment; filename="verifier.py"'
        response["X-Content-Type-Options"] = "nosniff"
        return response

    return answer(request, etag, hand_out)


def _found(
    request: HttpRequest, publication: Publication, broken: chain.Break | None, newest: chain.Head
) -> HttpResponse:
    municipality, shower = publication.municipality, shower_of(publication)
    verdict = verdict_on(publication, municipality, broken)
    context: dict[str, Any] = {
        "verdict": verdict,
        "code": code_of(publication),
        "municipality": municipality,
        "head": newest,
        "shower": shower if verdict.outcome not in (Outcome.BROKEN, Outcome.WITHDRAWAL) else None,
    }
    if context["shower"]:
        context = {**shower.page_context(json.loads(publication.content)), **context}
    return render(request, "publications/verify.html", context)


def _not_found(request: HttpRequest, typed: Typed, publication: Publication | None = None) -> HttpResponse:
    """Never a word of forgery: a code that names nothing was mostly mistyped."""
    meant = code_of(publication) if publication and is_near(typed, publication) else ""
    context = {"typed": typed, "meant": meant}
    return render(request, "publications/verify_none.html", context, status=404)

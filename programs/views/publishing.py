"""Publishing on the desk: what is missing is shown first, then the steps that a program can take."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from portal.accounts.models import User
from portal.municipalities.access import Act, allows, person, staff_page
from portal.municipalities.models import Municipality
from portal.municipalities.turns import take_turn
from portal.publications.models import Publication
from programs.calendar import read_calendar
from programs.forms_publishing import ApprovalForm, PublishForm, SureForm, first_approval
from programs.models import Program
from programs.own_evidence import documents_to_certify
from programs.publishing import Readiness, readiness
from programs.services import statuses
from programs.services.cells import ReasonNeeded
from programs.views.own_evidence import certify_publication
from programs.views.public import any_program, program_heading

ANEW = "publish-anew"
_DONE: dict[str, str | Promise] = {
    "publish": gettext_lazy("Published: everybody can read it, and the register keeps this version."),
    ANEW: gettext_lazy("Published anew: the register keeps this version too."),
    "approve": gettext_lazy("The approval is recorded."),
    "close": gettext_lazy("The program is closed."),
    "withdraw": gettext_lazy("Withdrawn: the program is a draft again."),
}
"""What is told once a step is taken."""


@staff_page(Act.PUBLISH)
@require_http_methods(["GET", "HEAD", "POST"])
def program_publish(request: HttpRequest, municipality: Municipality, year: int) -> HttpResponse:
    """Look through what is missing, and publish, approve, close or withdraw."""
    program = any_program(municipality, year)
    steps = _steps(request, program)
    code = request.POST.get("step", "") if request.method == "POST" else ""
    ready = readiness(read_calendar(program, municipality.today()))
    shown = {name: _form(name, program, ready, request if name == code else None) for name in steps}
    if code and code not in shown:
        messages.error(request, _("The program has another status by now: this step is no longer possible."))
        return redirect("program-publish", slug=municipality.slug, year=year)
    if code and _is_taken(program, code, shown[code], person(request)):
        messages.success(request, str(_DONE[code]))
        form = shown[code]
        if isinstance(form, PublishForm):
            certify_publication(request, program, form.to_certify())
        return redirect("program-publish", slug=municipality.slug, year=year)
    return render(request, "programs/desk/publish.html", _context(program, ready, shown, code))


def _steps(request: HttpRequest, program: Program) -> list[str]:
    """The steps that the program can take and the person may take."""
    possible = [(step.code, step.act) for step in statuses.steps_from(program.status)]
    if program.is_public and statuses.has_changed(program):
        possible.insert(0, (ANEW, Act.PUBLISH))
    found = [code for code, act in possible if allows(request.user, act, program.municipality_id)]
    if possible and not found:
        raise PermissionDenied
    return found


def _form(code: str, program: Program, ready: Readiness, sent: HttpRequest | None) -> forms.Form:
    data, files = (sent.POST, sent.FILES) if sent else (None, None)
    if code in ("publish", ANEW):
        documents = documents_to_certify(program)
        return PublishForm(data, delays=ready.unexplained, documents=documents)
    if code == "approve":
        first = first_approval(program)
        return ApprovalForm(data, files, municipality=program.municipality, initial=first)
    return SureForm(data, prefix=code)


def _is_taken(program: Program, code: str, form: Any, actor: User) -> bool:
    """Take the step; where it is refused, the form says at which field."""
    if not form.is_valid():
        return False
    try:
        _TAKE[code](program, form, actor)
    except ValidationError as refusal:
        form.add_error(None, refusal)
    except ReasonNeeded:
        form.add_error(None, _seen_another())
    return form.is_valid()


@transaction.atomic
def _publish(program: Program, form: PublishForm, actor: User) -> None:
    _hold_still(program, form)
    statuses.publish(program=program, actor=actor, reasons=form.reasons())


@transaction.atomic
def _publish_anew(program: Program, form: PublishForm, actor: User) -> None:
    _hold_still(program, form)
    statuses.publish_anew(program=program, actor=actor, reasons=form.reasons())


def _approve(program: Program, form: ApprovalForm, actor: User) -> None:
    statuses.approve(program=program, approval=form.approval(), actor=actor, file=form.checked)


def _close(program: Program, form: SureForm, actor: User) -> None:
    statuses.close(program=program, actor=actor)


def _withdraw(program: Program, form: SureForm, actor: User) -> None:
    statuses.withdraw(program=program, actor=actor)


_TAKE: dict[str, Callable[[Program, Any, User], None]] = {
    "publish": _publish,
    ANEW: _publish_anew,
    "approve": _approve,
    "close": _close,
    "withdraw": _withdraw,
}


def _hold_still(program: Program, form: PublishForm) -> None:
    """From here on nobody changes the calendar. Raises ``ValidationError`` where somebody did before."""
    take_turn(program.municipality)
    if form.cleaned_data["seen"] != statuses.fingerprint_of(program):
        raise ValidationError(_seen_another())


def _seen_another() -> str:
    return _("The calendar has changed since you opened this page. Look through it again, then publish.")


def _context(program: Program, ready: Readiness, shown: dict[str, forms.Form], code: str) -> dict[str, Any]:
    return {
        "municipality": program.municipality,
        "desk_section": "calendar",
        "program": program,
        "heading": program_heading(program),
        "ready": ready,
        "publish_form": shown.get("publish") or shown.get(ANEW),
        "publish_step": ANEW if ANEW in shown else "publish",
        "approve_form": shown.get("approve"),
        "sure_forms": [(name, shown[name]) for name in ("close", "withdraw") if name in shown],
        "refused": shown[code] if code else None,
        "seen": statuses.fingerprint_of(program),
        "last": Publication.objects.of_object(program).newest(),
    }

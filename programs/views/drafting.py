"""A new program, begun on the desk."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from portal.accounts.models import User
from portal.municipalities.access import Act, person, staff_page
from portal.municipalities.models import Municipality
from programs.forms_drafting import LAST_YEARS, MODEL, NewProgramForm, first_values
from programs.models import Program
from programs.services.drafting import (
    draft_empty,
    draft_from_method,
    draft_from_program,
    titles_with_years,
)


@staff_page(Act.EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def program_new(request: HttpRequest, municipality: Municipality) -> HttpResponse:
    """Begin a program from an earlier one, from the model or from nothing, and go on to its grid."""
    if request.method != "POST":
        form = NewProgramForm(initial=first_values(municipality), municipality=municipality)
        return _show(request, municipality, form)
    form = NewProgramForm(request.POST, municipality=municipality)
    if not form.is_valid():
        return _show(request, municipality, form)
    try:
        program = _draft(municipality, form.cleaned_data, person(request))
    except ValidationError as refusal:
        form.add_error(None, refusal)
        return _show(request, municipality, form)
    messages.success(request, _done(program, form.cleaned_data["origin"]))
    return redirect("program-grid", slug=municipality.slug, year=program.year)


def _draft(municipality: Municipality, values: dict[str, Any], actor: User) -> Program:
    if values["origin"] == LAST_YEARS:
        return draft_from_program(source=values["source"], year=values["year"], actor=actor)
    if values["origin"] == MODEL:
        return draft_from_method(
            municipality=municipality,
            year=values["year"],
            approval_date=values["approval_date"],
            with_optional=values["with_optional"],
            actor=actor,
        )
    return draft_empty(municipality=municipality, year=values["year"], actor=actor)


def _done(program: Program, origin: str) -> str:
    done = _("The draft is made. Only the municipality’s staff can see it.")
    count = titles_with_years(program) if origin == LAST_YEARS else 0
    if not count:
        return done
    told = ngettext(
        "%(count)d title names a year: look whether it still holds.",
        "%(count)d titles name a year: look whether they still hold.",
        count,
    )
    return f"{done} {told % {'count': count}}"


def _show(request: HttpRequest, municipality: Municipality, form: NewProgramForm) -> HttpResponse:
    context = {
        "municipality": municipality,
        "form": form,
        "has_earlier": form.fields["source"].queryset.exists(),  # type: ignore[attr-defined]
    }
    return render(request, "programs/desk/new.html", context)

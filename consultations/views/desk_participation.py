"""The desk's page of how a municipality deals with contributions, and of who speaks."""

from __future__ import annotations

import itertools

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from consultations.asked import UNSAID_LABEL, lists_of
from consultations.forms_periods import ChoiceForm, RulesForm
from consultations.models import AskedChoice, ParticipationRules
from consultations.periods import rules_of
from consultations.services.periods import begin_list, save_lists, save_rules
from portal.accounts.models import User
from portal.editing.pages import sheet_page
from portal.editing.rows import RowEdit, RowsRefused
from portal.editing.sheets import Sheet
from portal.municipalities.access import Act, person, staff_page
from portal.municipalities.models import Municipality

Asked = AskedChoice.Asked


@staff_page(Act.MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def participation_rules(request: HttpRequest, municipality: Municipality) -> HttpResponse:
    """The rules and both lists. A list is edited once it is the municipality's own."""
    own = list(AskedChoice.objects.filter(municipality=municipality).order_by("asked", "position", "pk"))

    def make(data: QueryDict | None, unit: str) -> list[Sheet]:
        rules = Sheet(
            RulesForm,
            [rules_of(municipality)],
            prefix="rules",
            data=data,
            name_of=lambda row: "own",
            title_of=lambda row: _("Rules of participation"),
            is_stacked=True,
        )
        return [rules, *(_list_sheet(municipality, own, asked, data) for asked in Asked if _of(own, asked))]

    def save(edits: list[RowEdit]) -> int:
        return _save(municipality, edits, person(request))

    context = {
        "municipality": municipality,
        "desk_section": "consultations",
        "built_in": _built_in(municipality, own),
        "unsaid": UNSAID_LABEL,
    }
    address = reverse("participation-rules", kwargs={"slug": municipality.slug})
    template = "consultations/desk/participation.html"
    return sheet_page(request, make=make, save=save, template=template, context=context, address=address)


def _of(own: list[AskedChoice], asked: str) -> list[AskedChoice]:
    return [row for row in own if row.asked == asked]


def _list_sheet(
    municipality: Municipality, own: list[AskedChoice], asked: str, data: QueryDict | None
) -> Sheet:
    rows = _of(own, asked)
    positions = itertools.count(max(row.position for row in rows) + 1)
    return Sheet(
        ChoiceForm,
        rows,
        prefix=asked,
        data=data,
        blank=lambda: AskedChoice(municipality=municipality, asked=asked, position=next(positions)),
        blanks=1,
    )


def _built_in(municipality: Municipality, own: list[AskedChoice]) -> list[tuple[str, str, list[str]]]:
    """The lists that are not the municipality's own yet: code, name, and what they offer."""
    lists = lists_of(municipality)
    return [
        (asked.value, str(asked.label), [choice.label for choice in lists.offered(asked)])
        for asked in Asked
        if not _of(own, asked)
    ]


@transaction.atomic
def _save(municipality: Municipality, edits: list[RowEdit], actor: User) -> int:
    """Write everything or nothing; what is refused is told of all the tables at once."""
    ours = [edit for edit in edits if isinstance(edit.row, ParticipationRules) and _says_something(edit)]
    choices = [edit for edit in edits if isinstance(edit.row, AskedChoice)]
    count, refused = 0, RowsRefused()
    for write, part in ((save_rules, ours), (save_lists, choices)):
        try:
            count += write(municipality=municipality, edits=part, actor=actor)
        except RowsRefused as found:
            refused.errors |= found.errors
            refused.clashes |= found.clashes
    if refused:
        raise refused
    return count


def _says_something(edit: RowEdit) -> bool:
    """Rules that nobody wrote yet are not written by looking at them."""
    return not edit.is_new or dict(edit.values) != dict(edit.seen)


@staff_page(Act.MANAGE)
@require_POST
def list_begin(request: HttpRequest, municipality: Municipality, asked: str) -> HttpResponse:
    """Take a built-in list over, to change it."""
    if asked not in Asked.values:
        raise Http404
    begin_list(municipality=municipality, asked=asked, actor=person(request))
    messages.success(request, _("The list is yours now: change, add, or offer a choice no more."))
    address = reverse("participation-rules", kwargs={"slug": municipality.slug})
    return redirect(f"{address}#{asked}-table")

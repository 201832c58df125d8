"""A page of the desk that shows sheets and saves them: one way for all of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.amounts.reading import Unit, units_of
from portal.editing.rows import RowEdit, RowsRefused
from portal.editing.sheets import Sheet, rewritten

Make = Callable[[QueryDict | None, str], Sequence[Sheet]]
"""The sheets of a page, from what was posted and the unit of its amounts."""
Save = Callable[[list[RowEdit]], int]
"""Writes what was done and returns how many rows it changed. Raises ``RowsRefused``."""


@dataclass(slots=True)
class Editing:
    """What a page of sheets shows."""

    sheets: Sequence[Sheet]
    unit: str = ""
    units: list[Unit] = field(default_factory=list)
    is_refused: bool = False

    @property
    def problems(self) -> list[tuple[str, str]]:
        return [problem for sheet in self.sheets for problem in sheet.problems] if self.is_refused else []


def sheet_page(
    request: HttpRequest,
    *,
    make: Make,
    save: Save,
    template: str,
    context: dict[str, Any],
    address: Callable[[], str] | str,
    currency: str = "",
    may_save: bool = True,
) -> HttpResponse:
    """Show sheets, or save what was done in them and go on to ``address``.

    With a ``currency`` the page has amounts, and a choice of the unit they are shown and typed in.
    ``may_save`` is not given where another form of the page was posted: the sheets are only shown.
    Nothing that was typed is lost: what cannot be saved is shown again, with what is wrong beside it.
    """
    units = units_of(currency) if currency else []
    unit = _unit(units, request.POST.get("unit", ""))
    if request.method != "POST" or not may_save:
        return _show(request, template, context, Editing(make(None, unit), unit, units))
    if units and "show-in" in request.POST:
        return _in_other_unit(request, make, template, context, currency, unit)
    editing = Editing(make(request.POST, unit), unit, units)
    if "more" in request.POST:
        return _show(request, template, context, editing)
    # Every sheet is looked through, so that the page tells everything at once.
    if all([sheet.is_valid() for sheet in editing.sheets]):  # noqa: C419
        try:
            count = save([edit for sheet in editing.sheets for edit in sheet.edits()])
        except RowsRefused as refused:
            for sheet in editing.sheets:
                sheet.refuse(refused)
        else:
            messages.success(request, _said(count))
            return redirect(address if isinstance(address, str) else address())
    editing.is_refused = True
    return _show(request, template, context, editing)


def _unit(units: list[Unit], asked: str) -> str:
    return asked if asked in units else (units[0] if units else "")


def _in_other_unit(
    request: HttpRequest, make: Make, template: str, context: dict[str, Any], currency: str, unit: str
) -> HttpResponse:
    units = units_of(currency)
    other = _unit(units, request.POST["show-in"])
    data: QueryDict = request.POST
    for sheet in make(request.POST, unit):
        data = rewritten(sheet, data, currency, other)
    return _show(request, template, context, Editing(make(data, other), other, units))


def _said(count: int) -> str:
    if not count:
        return _("Nothing was changed.")
    return ngettext("Saved: %(count)d row.", "Saved: %(count)d rows.", count) % {"count": count}


def _show(request: HttpRequest, template: str, context: dict[str, Any], editing: Editing) -> HttpResponse:
    return render(request, template, {**context, "editing": editing})

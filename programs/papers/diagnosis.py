"""Both diagnoses of a program on paper: the tables of the public page."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.municipalities.models import Municipality
from portal.papers.orders import Draft, Order, Paper
from programs.cards import Content
from programs.diagnosis import Diagnosis, read_diagnosis
from programs.models import Program
from programs.papers.lengths import pages_for
from programs.papers.projects import draft_about, public_program
from programs.published_preparation import preparation_content

_AROUND, _HEADED, _LINE, _PAGE = 95.0, 12.0, 6.4, 255.0
"""Millimetres: what stands around the tables, a heading, a line, what a page holds."""


def read_for_paper(program: Program, municipality: Municipality) -> Diagnosis:
    """Read both diagnoses. ``program`` comes from ``for_diagnosis_page()``."""
    return read_diagnosis(program, list(municipality.zones.order_by("number")))


def diagnosis_body_context(diagnosis: Diagnosis, municipality: Municipality) -> dict[str, Any]:
    """What ``programs/pdf/diagnosis_body.html`` takes."""
    return {"diagnosis": diagnosis, "currency": municipality.currency}


def is_stated(diagnosis: Diagnosis) -> bool:
    return diagnosis.is_technical_stated or diagnosis.is_financial_stated


def pages_of_diagnosis(diagnosis: Diagnosis, *, is_large: bool = False) -> int:
    """About how many pages the tables take."""
    groups = len(diagnosis.networks) + len(diagnosis.facilities) + len(diagnosis.budget)
    lines = sum(len(table.rows) for table in diagnosis.networks)
    lines += 2 * diagnosis.facility_count + sum(len(table.lines) for table in diagnosis.budget)
    lines += len(diagnosis.recoveries) + len(diagnosis.balances)
    return pages_for(_AROUND + _HEADED * groups + _LINE * lines, page=_PAGE, is_large=is_large)


# The paper


def _draft(order: Order) -> Draft:
    municipality = order.municipality
    program = public_program(order, Program.objects.for_diagnosis_page())
    diagnosis = read_for_paper(program, municipality)
    if not is_stated(diagnosis):
        raise Http404
    return draft_about(
        order,
        program,
        title=_("Diagnosis of the program %(year)s") % {"year": program.year},
        name="diagnosis",
        page=("program-diagnosis", {"year": program.year}),
        template="programs/pdf/diagnosis.html",
        context=lambda: diagnosis_body_context(diagnosis, municipality),
        data=lambda: _data(program),
        pages=pages_of_diagnosis(diagnosis, is_large=order.is_large),
    )


PAPER = Paper(label=gettext_lazy("Technical and financial diagnosis"), draft=_draft)


def _data(program: Program) -> Content:
    """The diagnosis as the register of publications keeps it."""
    return {"diagnosis": preparation_content(program)["diagnosis"]}

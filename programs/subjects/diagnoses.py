"""The diagnosis of a program as what the public is consulted about. Its key is the program's."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.bilingual import Localized, in_both, spoken
from portal.municipalities.models import Municipality
from portal.subjects import Outcome, Part, Parts, Subject
from programs.models import Program
from programs.subjects.programs import marked, page_of, program_with, where

LABEL = gettext_lazy("Technical and financial diagnosis")
SECTIONS = {
    "technical": gettext_lazy("Technical diagnosis"),
    "financial": gettext_lazy("Financial diagnosis"),
}
"""The halves of the page, by their places on it."""


def choices(municipality: Municipality) -> list[tuple[int, str]]:
    """The diagnosis of every program, of drafts too: the newest first."""
    programs = Program.objects.of(municipality).defer("imported").order_by("-year")
    return [(program.pk, marked(program, str(_heading(program)))) for program in programs]


def _heading(program: Program) -> Localized:
    return spoken(_("Diagnosis of the program %(year)s") % {"year": program.year})


def read(municipality: Municipality, pk: int) -> Subject | None:
    program = program_with(municipality, pk)
    if program is None:
        return None
    address = page_of(program, "program-diagnosis") if program.is_public else ""
    return Subject("diagnosis", program.pk, _heading(program), address, program.is_public)


def parts(municipality: Municipality, pk: int) -> Parts:
    """Either half of it."""
    halves = [Part(key, spoken(str(label))) for key, label in SECTIONS.items()]
    return Parts(for_comments=halves, for_ideas=halves)


def outcomes(municipality: Municipality, pk: int) -> list[Outcome]:
    """The halves of the diagnosis as they stand now; nothing of a draft."""
    program = program_with(municipality, pk)
    if program is None or not program.is_public:
        return []
    return [_section(program, key) for key in SECTIONS]


def _section(program: Program, key: str) -> Outcome:
    said = in_both(lambda: f"{_heading(program)}: {SECTIONS[key]}")
    return Outcome(f"section:{key}", *said, "program-diagnosis", where(program), key)

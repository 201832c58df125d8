"""The program that an address names."""

from __future__ import annotations

from django.http import Http404

from portal.municipalities.models import Municipality
from programs.models import Program
from programs.querysets import ProgramQuerySet


def program_of(municipality: Municipality, year: int, programs: ProgramQuerySet) -> Program:
    """The municipality’s program of a year among ``programs``, knowing its town. Raises ``Http404``."""
    program = programs.of(municipality).filter(year=year).first()
    if program is None:
        raise Http404
    program.municipality = municipality
    return program


def desk_program(municipality: Municipality, year: int) -> Program:
    """Whatever its status, without what only imports read. Raises ``Http404``."""
    return program_of(municipality, year, Program.objects.defer("imported"))

"""What a program is called: by its pages, its papers and its files."""

from __future__ import annotations

from django.utils.translation import gettext as _

from programs.models import Program


def program_heading(program: Program) -> str:
    """What the program is, in the reader's language; its own title, as printed, stands below."""
    return _("Annual participatory investment program %(year)s") % {"year": program.year}

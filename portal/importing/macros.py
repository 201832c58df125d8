"""What is told of an Office file that carries programs: they are never looked at."""

from django.utils.translation import gettext as _

from portal.importing.findings import SourceWarning


def macros_finding() -> SourceWarning:
    """Return the finding of a file with macros."""
    message = _("The file holds macros. Only its text was read; the macros were not run.")
    return SourceWarning(1, 1, "macros", message)

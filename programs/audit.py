"""The sentences of the journal about programs."""

from django.utils.translation import gettext_lazy as _

ACTIONS = {
    "program.imported": _("Calendar imported"),
    "program.published": _("Program published"),
    "program.withdrawn": _("Program withdrawn"),
    "program.approved": _("Program approved"),
    "program.closed": _("Program closed"),
    "evidence.added": _("Evidence added"),
}

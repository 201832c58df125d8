"""The sentences of the journal about plans."""

from django.utils.translation import gettext_lazy as _

ACTIONS = {
    "plan.imported": _("Project sheet imported"),
    "plan.published": _("Plan published"),
    "plan.withdrawn": _("Plan withdrawn"),
}

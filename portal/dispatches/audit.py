"""The sentences of the journal about copies that were sent."""

from django.utils.translation import gettext_lazy as _

ACTIONS = {
    "dispatch.added": _("Dispatch added"),
    "dispatch.extended": _("Recipients added to a dispatch"),
    "dispatch.removed": _("Dispatch removed"),
    "dispatch_proof.added": _("Proof of a dispatch added"),
    "dispatch_proof.removed": _("Proof of a dispatch removed"),
}

LABELS = {
    "recipients": _("recipients"),
}

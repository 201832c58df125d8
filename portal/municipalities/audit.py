"""The sentences of the journal about who works for a municipality."""

from django.utils.translation import gettext_lazy as _

ACTIONS = {
    "invitation.sent": _("Invitation sent"),
    "invitation.sent_again": _("Invitation sent again"),
    "invitation.withdrawn": _("Invitation withdrawn"),
    "invitation.accepted": _("Invitation accepted"),
    "role.given": _("Role given"),
    "role.taken": _("Role taken away"),
    "member.removed": _("Member removed"),
    "municipality.second_person": _("Whether publishing needs a second person changed"),
}

LABELS = {"invitation": _("invitation")}

"""The sentences of the journal about accounts. What they changed from and to is nobody's to read."""

from django.utils.translation import gettext_lazy as _

ACTIONS = {
    "password.changed": _("Password changed"),
    "password.reset": _("Password set anew by a link sent to the e-mail"),
    "email.changed": _("E-mail of an account changed"),
    "second_factor.added": _("Second factor set up"),
    "second_factor.removed": _("Second factor removed"),
    "recovery_codes.renewed": _("New recovery codes made"),
    "person.switched_off": _("Account switched off"),
}

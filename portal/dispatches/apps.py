from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DispatchesConfig(AppConfig):
    name = "portal.dispatches"
    verbose_name = _("Copies sent")

"""The sentences of the journal that belong to no domain, and the way to all of them."""

from functools import lru_cache
from importlib import import_module

from django.conf import settings
from django.utils.translation import gettext_lazy as _

ACTIONS = {
    "row.added": _("Added"),
    "row.changed": _("Changed"),
    "row.deleted": _("Deleted"),
    "rows.imported": _("Rows imported from a file"),
}


@lru_cache(maxsize=1)
def sentences() -> dict[str, str]:
    """Every action's sentence, from the modules that ``AUDIT_ACTIONS`` names."""
    return {
        code: text for path in settings.AUDIT_ACTIONS for code, text in import_module(path).ACTIONS.items()
    }

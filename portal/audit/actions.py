"""The sentences of the journal that belong to no domain, and the way to all of them."""

from functools import lru_cache
from importlib import import_module

from django.conf import settings
from django.utils.translation import gettext_lazy as _

ACTIONS = {
    "row.added": _("Added"),
    "row.changed": _("Changed"),
    "row.deleted": _("Deleted"),
    "holiday.confirmed": _("Day of a holiday confirmed"),
    "rows.imported": _("Rows imported from a file"),
    "journal.exported": _("Journal taken out as a file"),
}

LABELS = {
    "holiday": _("holiday"),
    "file": _("file"),
    "added": _("rows added"),
    "changed": _("rows changed"),
    "entries": _("entries"),
}


@lru_cache(maxsize=1)
def sentences() -> dict[str, str]:
    """Every action's sentence, from the modules that ``AUDIT_ACTIONS`` names."""
    return {
        code: text for path in settings.AUDIT_ACTIONS for code, text in import_module(path).ACTIONS.items()
    }


@lru_cache(maxsize=1)
def labels() -> dict[str, str]:
    """What is named in changes without being a column, from the same modules."""
    modules = (import_module(path) for path in settings.AUDIT_ACTIONS)
    return {name: text for module in modules for name, text in getattr(module, "LABELS", {}).items()}

"""What the public holidays of Tunisia and Morocco are called, in the reader's language."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

NAMES: dict[str, Promise] = {
    "Amazigh New Year": _("Amazigh New Year"),
    "Day of Arafah": _("Day of Arafah"),
    "Eid al-Adha": _("Eid al-Adha"),
    "Eid al-Adha Holiday": _("Eid al-Adha holiday"),
    "Eid al-Fitr": _("Eid al-Fitr"),
    "Eid al-Fitr Holiday": _("Eid al-Fitr holiday"),
    "Evacuation Day": _("Evacuation Day"),
    "Green March": _("Anniversary of the Green March"),
    "Independence Day": _("Independence Day"),
    "Islamic New Year": _("Islamic New Year"),
    "Labor Day": _("Labour Day"),
    "Martyrs' Day": _("Martyrs’ Day"),
    "New Year's Day": _("New Year’s Day"),
    "Oued Ed-Dahab Day": _("Oued Ed-Dahab Day"),
    "Proclamation of Independence Day": _("Anniversary of the Independence Manifesto"),
    "Prophet's Birthday": _("The Prophet’s Birthday"),
    "Republic Day": _("Republic Day"),
    "Revolution Day": _("Revolution of the King and the People"),
    "Revolution and Youth Day": _("Revolution and Youth Day"),
    "Throne Day": _("Throne Day"),
    "Tunisian Revolution Day": _("Revolution Day"),
    "Unity Day": _("Unity Day"),
    "Women's Day": _("Women’s Day"),
    "Youth Day": _("Youth Day"),
}
"""By the English name under which they are reckoned."""


def name_of(key: str) -> str:
    """The holiday's name in the active language; its English name when no other is known."""
    return str(NAMES.get(key, key))

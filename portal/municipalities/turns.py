"""Whose turn it is to write."""

from __future__ import annotations

from portal.municipalities.models import Municipality


def take_turn(municipality: Municipality) -> None:
    """Wait for the others who write in this municipality; hold the turn to the end of the transaction.

    Every act that reads rows in order to change them takes it first. As there is one lock, and it comes
    first, two acts can neither overtake nor block each other. (On SQLite a transaction that
    writes is alone from its beginning.)
    """
    # no_key: rows that only point to the municipality, as what citizens write does, need not wait.
    Municipality.objects.select_for_update(no_key=True).only("pk").get(pk=municipality.pk)

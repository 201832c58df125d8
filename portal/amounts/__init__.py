"""Amounts of money as people type them, each with the unit it counts in."""

"""Periods drawn on an axis of months."""

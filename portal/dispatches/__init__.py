"""Copies that were sent to associations and public operators: to whom, when, and with what proof."""

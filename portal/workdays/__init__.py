"""Which days count in a delay of working days."""

"""Changes that touch more than one row, or that must be journalled, by aggregate."""

"""Changes of a program that touch more than one row, or that must be journalled."""

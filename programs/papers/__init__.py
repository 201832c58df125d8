"""The papers of a program, from the same readings as its pages."""

"""The papers of plans and of consultations, from the same readings as their pages."""

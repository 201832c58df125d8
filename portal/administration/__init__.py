"""Django's admin under the portal's own rights: what it shows, lets change and writes into the journal."""

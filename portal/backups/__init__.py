"""Everything that must survive, database and files, taken out while people write and put back, checked."""

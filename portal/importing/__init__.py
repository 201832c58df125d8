"""Reading a table out of a file into plain rows with line numbers, and what such a reading may say."""

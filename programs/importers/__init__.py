"""Reading a program's calendar out of a table, without touching the database.

`calendar.read_calendar` is the way in. Modules: `heads` (words of column heads), `grammar` (joining words
and units), `columns` (which cell is what), `codes` (which number is the phase), `documents` (lists in a
cell), `delays` (delays that titles state), `readings` (what comes out).
"""

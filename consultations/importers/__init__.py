"""Reading an open-government project sheet, of the model of the Moroccan network of open local authorities.

The sheet is a web page copied as text: its heads have stayed, table lines, ticks and line breaks have not.
The parts are found by their heads, in Arabic or French and in any order, and everything else is taken to the
letter. No sheet in particular is known: whatever a line is compared with stands in `labels`.

`plan.read_plan` is the way in. Modules: `labels` (every printed word), `lines` (clean lines), `sources`
(lines of documents and pages, several sheets in one file), `sheet` (parts by heads), `items` (points),
`answers` (principles, yes/no, money) with `amounts`, `schedule` with `periods` (activities and their dates),
`readings` (what comes out).
"""

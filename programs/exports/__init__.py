"""A program's calendar as files that people work on: CSV, XLSX, DOCX and JSON, each of which reads back.

`table` is the official table, its cells written so that the readers of `programs.importers` take each
for what it is; `csv_file`, `workbook` and `document` lay that table out, `data` gives the program itself.
"""

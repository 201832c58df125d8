"""Reading a program's calendar out of a table, without touching the database.

`finding.choose_calendar` picks the table, `calendar.read_calendar` is the way in, `readings` what comes out;
`edits` turns that into cells for people to correct, and back. On the way: `choices` hold what people decided,
`body` takes the file apart, `columns` and `cells` tell which cell is what, `rows` find the tasks, `codes`
and `phases` whose they are, `day_order` how their dates run, `documents` and `delays` what they ask for;
`remarks` and `guesses` tell people about it, `halves` and `money` what to look at in the texts. `from_json`
reads what is no table. `heads` and `grammar` are the tables of words.
"""

"""Reading a program's calendar out of a table, without touching the database.

`calendar.read_calendar` is the way in, `readings` what comes out. On the way: `body` takes the file apart,
`columns` and `cells` tell which cell is what, `rows` find the tasks, `codes` and `phases` whose they are,
`documents` and `delays` what they ask for; `remarks` and `guesses` tell people about it. `heads` and
`grammar` are the tables of words.
"""

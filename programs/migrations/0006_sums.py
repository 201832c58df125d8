"""From here on the database itself holds every breakdown of money to its total.

A later migration that alters one of these tables ends with ``hold_sums`` again: on SQLite Django builds the
table anew, without its triggers. See ``programs/sum_triggers.py``.
"""

from django.db import migrations

from programs.sum_triggers import hold_sums, let_sums_go

ENVELOPE, CARD = "programs_envelope", "programs_projectcard"


def hold(apps, schema_editor):
    hold_sums(schema_editor.connection, ENVELOPE, "total", ("by_category", "by_zone"))
    hold_sums(schema_editor.connection, CARD, "cost", ("funding",))


def let_go(apps, schema_editor):
    for table in (ENVELOPE, CARD):
        let_sums_go(schema_editor.connection, table)


class Migration(migrations.Migration):
    dependencies = [
        ("programs", "0005_task_meetings"),
    ]

    operations = [migrations.RunPython(hold, let_go)]

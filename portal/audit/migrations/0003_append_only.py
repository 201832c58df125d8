"""From here on the database itself refuses to change or remove an entry of the journal.

A later migration that alters this table ends with ``refuse_changes`` again: on SQLite Django builds the
table anew, without its triggers. See ``portal/audit/append_only.py``.
"""

from django.db import migrations

from portal.audit.append_only import allow_changes, refuse_changes

TABLE = "audit_entry"


def refuse(apps, schema_editor):
    refuse_changes(schema_editor.connection, TABLE)


def allow(apps, schema_editor):
    allow_changes(schema_editor.connection, TABLE)


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0002_batch"),
    ]

    operations = [migrations.RunPython(refuse, allow)]

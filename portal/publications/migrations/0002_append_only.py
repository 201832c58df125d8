"""From here on the database itself refuses to change or remove an entry of the register.

A later migration that alters this table ends with ``refuse_changes`` again: on SQLite Django builds the
table anew, without its triggers. See ``portal/audit/append_only.py``. No migration rewrites a sealed
field: the chain would break.
"""

from django.db import migrations

from portal.audit.append_only import allow_changes, refuse_changes

TABLE = "publications_publication"


def refuse(apps, schema_editor):
    refuse_changes(schema_editor.connection, TABLE, unique=("id", "number", "hash"))


def allow(apps, schema_editor):
    allow_changes(schema_editor.connection, TABLE)


class Migration(migrations.Migration):
    dependencies = [
        ("publications", "0001_initial"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="publication",
            options={
                "base_manager_name": "objects",
                "ordering": ["number"],
                "verbose_name": "publication",
                "verbose_name_plural": "publications register",
            },
        ),
        migrations.RunPython(refuse, allow),
    ]

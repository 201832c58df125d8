"""The register of publications: one door, one chain, and nobody changes what was sealed."""

import datetime
import hashlib
import json
from copy import copy

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction
from django.db.models import ProtectedError
from django.utils import timezone

from portal.audit.append_only import allow_changes, refuse_changes
from portal.audit.log import record
from portal.audit.models import Entry
from portal.municipalities.models import Municipality
from portal.publications import chain, register
from portal.publications.models import Publication
from tests import factories
from tests.portal.publications.registers import published
from tests.threads import at_once, in_thread, shared_database

__all__ = ["shared_database"]

# --- the door ----------------------------------------------------------------------------------------


def test_the_first_entry_begins_the_chain(nefta, publisher):
    publication = published(nefta, act="program.published", actor=publisher)
    publication.refresh_from_db()
    assert (publication.number, publication.version, publication.previous_hash) == (1, 1, "0" * 64)
    assert publication.content == '{"title_ar":"رزنامة","year":2027}'
    assert publication.content_sha256 == hashlib.sha256(publication.content.encode()).hexdigest()
    assert abs(timezone.now() - publication.at) < datetime.timedelta(minutes=1)


def test_the_seal_is_what_the_documentation_says(nefta):
    """Reckoned here by hand, from the words of ``chain.py`` alone."""
    publication = published(nefta)
    publication.refresh_from_db()
    fields = {
        "number": 1,
        "municipality": nefta.pk,
        "act": "row.changed",
        "object_type": "municipalities.municipality",
        "object_id": str(nefta.pk),
        "version": 1,
        "title": "رزنامة 2027",
        "address": "/ar/m/nefta/",
        "at": publication.at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "content_sha256": publication.content_sha256,
        "previous_hash": "0" * 64,
    }
    text = json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert publication.hash == hashlib.sha256(text.encode()).hexdigest()


def test_each_entry_follows_from_the_one_before_whatever_the_municipality(nefta, kenitra):
    first, second, third = published(nefta), published(kenitra), published(nefta)
    assert (second.number, second.previous_hash) == (2, first.hash)
    assert (third.number, third.previous_hash) == (3, second.hash)
    assert [first.version, second.version, third.version] == [1, 1, 2]
    assert register.head() == chain.Head(3, third.hash)


def test_an_empty_register_has_the_head_of_its_beginning(db):
    assert register.head() == chain.Head(0, "0" * 64)


def test_the_same_content_has_the_same_fingerprint_whatever_its_order(nefta):
    one = published(nefta, content={"b": 1, "a": [1, None, True]})
    other = published(nefta, content={"a": [1, None, True], "b": 1})
    assert one.content_sha256 == other.content_sha256
    assert one.hash != other.hash


def test_a_text_is_kept_to_the_letter(nefta):
    publication = published(nefta, content=' {"a": 1}\n')
    publication.refresh_from_db()
    assert publication.content == ' {"a": 1}\n'


def test_the_act_is_in_the_journal_once(nefta, publisher):
    before = Municipality.objects.get().revision
    published(nefta, act="program.published", actor=publisher, changes={"status": ("draft", "published")})
    entry = Entry.objects.get()
    assert (entry.action, entry.actor, entry.municipality) == ("program.published", publisher, nefta)
    assert entry.changes == {"status": ["draft", "published"]}
    assert Municipality.objects.get().revision == before + 1


def test_what_cannot_be_journalled_is_not_entered(nefta, monkeypatch):
    def fail(**kwargs):
        raise RuntimeError("no room left")

    monkeypatch.setattr(register, "record", fail)
    with pytest.raises(RuntimeError):
        published(nefta)
    assert not Publication.objects.exists()


def test_an_entry_that_is_rolled_back_leaves_no_gap(nefta):
    published(nefta)
    with transaction.atomic():
        published(nefta)
        transaction.set_rollback(True)
    assert published(nefta).number == 2
    assert chain.first_break(entry.sealed() for entry in Publication.objects.order_by("number")) is None


def test_what_is_handed_out_holds_no_content_and_can_be_checked(nefta):
    handed_out = register.public_fields(published(nefta))
    assert "content" not in handed_out
    assert chain.first_break([chain.Entry(**json.loads(json.dumps(handed_out)))]) is None


# --- several at once ---------------------------------------------------------------------------------


def test_six_who_publish_at_once_make_one_chain(shared_database):
    towns = factories.MunicipalityFactory.create_batch(3)
    shared_database()

    def publish(place):
        for _ in range(5):
            published(towns[place % 3])

    at_once(publish, range(6))
    entries, journalled = in_thread(
        lambda: (list(Publication.objects.order_by("number")), Entry.objects.count())
    )
    assert [entry.number for entry in entries] == list(range(1, 31))
    assert chain.first_break(entry.sealed() for entry in entries) is None
    assert journalled == 30
    for town in towns:
        versions = [entry.version for entry in entries if entry.municipality_id == town.pk]
        assert versions == list(range(1, 11))


# --- nobody changes it -------------------------------------------------------------------------------


@pytest.fixture
def publication(nefta):
    return published(nefta)


@pytest.mark.parametrize(
    "change",
    [
        lambda entry: entry.save(),
        lambda entry: entry.delete(),
        lambda entry: Publication.objects.update(title="x"),
        lambda entry: Publication.objects.filter(pk=entry.pk).delete(),
        lambda entry: Publication.objects.bulk_create([Publication()]),
        lambda entry: Publication.objects.bulk_update([entry], ["title"]),
        lambda entry: entry.municipality.publications.update(title="x"),
        lambda entry: entry.municipality.publications.all().delete(),
        lambda entry: Publication._base_manager.update(title="x"),
    ],
)
def test_python_refuses_every_change(publication, change):
    with pytest.raises(PermissionDenied), transaction.atomic():
        change(publication)
    publication.refresh_from_db()
    assert publication.title == "رزنامة 2027"


def test_a_municipality_with_entries_stays(publication):
    with pytest.raises(ProtectedError):
        publication.municipality.delete()


TABLES = ["publications_publication", "audit_entry"]
CHANGES = [
    "UPDATE {table} SET object_id = '0'",
    "UPDATE {table} SET object_id = '0' WHERE id = -1 OR id > 0",
    "DELETE FROM {table}",
    "DELETE FROM {table} WHERE id > 0",
]


def run(statement):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def rows(table):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table} ORDER BY id")
        return cursor.fetchall()


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("change", CHANGES)
def test_the_database_refuses_every_change(publication, table, change):
    before = rows(table)
    assert before
    with pytest.raises(DatabaseError, match="append-only"):
        run(change.format(table=table))
    assert rows(table) == before


@pytest.mark.parametrize("table", TABLES)
def test_no_row_is_replaced_by_another(publication, table):
    """SQLite's ``INSERT OR REPLACE`` removes a row and asks no trigger about it."""
    before = rows(table)
    copy = f"SELECT * FROM {table}"
    if connection.vendor == "postgresql":
        statement = f"INSERT INTO {table} {copy} ON CONFLICT (id) DO UPDATE SET object_id = '0'"
    else:
        statement = f"INSERT OR REPLACE INTO {table} {copy}"
    with pytest.raises(DatabaseError, match="append-only"):
        run(statement)
    assert rows(table) == before


def test_a_number_or_a_seal_is_not_taken_over(publication):
    columns = [field.column for field in Publication._meta.concrete_fields if field.column != "id"]
    names = ", ".join(columns)
    statement = f"INSERT INTO publications_publication ({names}) SELECT {names} FROM publications_publication"
    with pytest.raises(DatabaseError):
        run(statement)
    if connection.vendor == "sqlite":
        with pytest.raises(DatabaseError, match="append-only"):
            run(statement.replace("INSERT", "INSERT OR REPLACE"))
    assert Publication.objects.get() == publication


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("table", TABLES)
def test_the_tables_are_not_emptied(table):
    published(factories.MunicipalityFactory())
    statement = f"TRUNCATE {table} CASCADE" if connection.vendor == "postgresql" else f"DELETE FROM {table}"
    with pytest.raises(DatabaseError, match="append-only"):
        run(statement)
    assert rows(table)


@pytest.mark.parametrize("table", TABLES)
def test_the_migration_can_be_taken_back_and_made_again(publication, table):
    allow_changes(connection, table)
    run(f"UPDATE {table} SET object_id = '0'")
    refuse_changes(connection, table)
    refuse_changes(connection, table)
    with pytest.raises(DatabaseError, match="append-only"):
        run(f"DELETE FROM {table}")
    record(actor=None, action="row.changed", obj=publication.municipality, municipality=None)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("model", [Publication, Entry])
def test_a_later_migration_can_alter_the_table_and_sets_the_triggers_again(model):
    """As their module says. On SQLite the table is built anew, and its rows come along."""
    published(factories.MunicipalityFactory())
    table = model._meta.db_table
    before = list(model.objects.values())
    old = model._meta.get_field("object_id")
    new = copy(old)
    new.max_length = 60
    with connection.schema_editor() as editor:
        editor.alter_field(model, old, new)
        editor.alter_field(model, new, old)
        refuse_changes(editor.connection, table)
    assert list(model.objects.values()) == before
    with pytest.raises(DatabaseError, match="append-only"):
        run(f"DELETE FROM {table}")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", [1, 2])
def test_the_tables_are_empty_after_a_test_that_commits_and_guarded_again(turn):
    assert not Publication.objects.exists()
    assert not Entry.objects.exists()
    published(factories.MunicipalityFactory())
    with pytest.raises(DatabaseError, match="append-only"):
        run("DELETE FROM publications_publication")

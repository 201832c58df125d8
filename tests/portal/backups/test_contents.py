"""A row is the same line in whatever database it is, and comes out of the line as it went in."""

import datetime
import decimal
import json
import uuid

import pytest
from django.apps import apps
from django.db import models

from portal.audit.models import Entry
from portal.backups import contents
from portal.backups.contents import (
    LEFT_OUT,
    MADE_BY_MIGRATE,
    BackupError,
    Sum,
    applied_state,
    kept_models,
    line_of,
    models_of,
)
from portal.publications.models import Publication
from tests.portal.publications.registers import published


def test_every_kind_of_value_comes_back_as_it_was():
    moment = datetime.datetime(2027, 3, 31, 8, 15, 0, 123456, tzinfo=datetime.UTC)
    cases = [
        (models.DateTimeField(), moment),
        (models.DateField(), datetime.date(2027, 3, 31)),
        (models.TimeField(), datetime.time(9, 30)),
        (models.DecimalField(max_digits=14, decimal_places=3), decimal.Decimal("12.500")),
        (models.UUIDField(), uuid.UUID(int=7)),
        (models.JSONField(), {"ب": [1, 0.5, None], "أ": "نص"}),
        (models.CharField(), 'سطر\nآخر \u2028 \\ "'),
        (models.BooleanField(null=True), None),
    ]
    for field, value in cases:
        line = line_of({"value": value})
        assert contents._value(field, json.loads(line)["value"]) == value
        assert "\n" not in line
    salt = contents._value(models.BinaryField(), json.loads(line_of({"value": b"\0\xff"}))["value"])
    assert bytes(salt) == b"\0\xff"


def test_the_same_moment_in_another_zone_and_keys_in_another_order_are_the_same_line():
    tunis = datetime.timezone(datetime.timedelta(hours=1))
    one = {"at": datetime.datetime(2027, 1, 1, 1, tzinfo=tunis), "json": {"b": 1, "a": 2}}
    two = {"json": {"a": 2, "b": 1}, "at": datetime.datetime(2027, 1, 1, tzinfo=datetime.UTC)}
    assert line_of(one) == line_of(two)


def test_what_json_cannot_hold_is_an_error_and_no_guess():
    with pytest.raises(TypeError, match="timedelta"):
        line_of({"value": datetime.timedelta(1)})


def test_a_sum_does_not_depend_on_the_order_and_counts_what_comes_twice():
    one, other, twice = Sum(), Sum(), Sum()
    for line in ("a", "b"):
        one.add(line)
    for line in ("b", "a"):
        other.add(line)
    for line in ("a", "b", "b"):
        twice.add(line)
    assert (one.rows, one.fingerprint) == (other.rows, other.fingerprint)
    assert one.fingerprint != twice.fingerprint


def test_nothing_that_is_kept_points_to_what_is_left_out(db):
    known = {model._meta.label_lower for model in apps.get_models(include_auto_created=True)}
    assert known >= LEFT_OUT | MADE_BY_MIGRATE
    pointing = [
        f"{model._meta.label}.{field.name}"
        for model in kept_models(models_of(applied_state()))
        for field in model._meta.local_concrete_fields
        if field.is_relation and field.related_model._meta.label_lower in LEFT_OUT
    ]
    assert pointing == []


def test_the_state_is_told_by_the_migrations_that_no_other_builds_on(db):
    state = applied_state()
    assert len(state) == len(set(state))
    labels = {model._meta.label_lower for model in kept_models(models_of(state))}
    assert {"audit.entry", "publications.publication", "programs.task_meetings"} <= labels
    assert not labels & LEFT_OUT


def test_a_migration_of_a_newer_version_is_unknown(db):
    with pytest.raises(BackupError, match=r"programs\.9999_later.*newer version"):
        models_of([("programs", "9999_later")])


def test_the_register_is_reckoned_with_the_models_of_the_state(nefta):
    assert contents.read_register(models_of(applied_state())).head is None
    newest = [published(nefta) for _ in range(3)][-1]
    register = contents.read_register(models_of(applied_state()))
    assert (register.head.number, register.head.hash, register.found) == (3, newest.hash, None)
    before = [("audit", "0001_initial")]
    assert contents.read_register(models_of(before)).head is None


def test_a_broken_register_has_its_last_head_all_the_same(nefta, triggers_off):
    from django.db import connection

    newest = [published(nefta) for _ in range(3)][-1]
    connection.check_constraints()
    with triggers_off():
        models.QuerySet(Publication).filter(number=1).update(title="x")
        connection.check_constraints()
    register = contents.read_register(models_of(applied_state()))
    assert (register.head.hash, register.found.number) == (newest.hash, 1)


def test_rows_are_written_with_their_own_keys_and_moments(nefta):
    model = models_of(applied_state()).get_model("audit", "Entry")
    row = {
        "id": 41,
        "at": "2026-01-02T03:04:05.000006+00:00",
        "actor_id": None,
        "municipality_id": nefta.pk,
        "action": "row.changed",
        "object_type": "x",
        "object_id": "1",
        "object_label": "نص",
        "changes": {"a": ["1", None]},
        "batch": None,
    }
    contents.add_rows(model, [json.dumps(row)])
    entry = Entry.objects.get(pk=41)
    assert entry.at == datetime.datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=datetime.UTC)
    assert entry.changes == {"a": ["1", None]}

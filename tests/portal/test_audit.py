"""The journal: one door, one entry an act, nothing rewritten."""

import datetime
import uuid
from decimal import Decimal

import pytest
from asgiref.sync import async_to_sync
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext_lazy, override

from consultations.models import CommitteeMember
from portal.audit.actions import sentences
from portal.audit.log import label_of, record
from portal.audit.models import Entry
from portal.municipalities.models import Municipality, Role
from tests import factories
from tests.portal.dispatches.factories import RecipientFactory


@pytest.fixture
def entry(nefta, editor):
    return record(actor=editor, action="row.changed", obj=nefta, municipality=nefta)


def revision(municipality):
    return Municipality.objects.get(pk=municipality.pk).revision


# --- the door ----------------------------------------------------------------------------------------


def test_one_act_is_one_entry(nefta, editor):
    entry = record(
        actor=editor,
        action="row.changed",
        obj=nefta,
        municipality=nefta,
        changes={"population": (None, 23_490)},
    )
    assert Entry.objects.get() == entry
    entry.refresh_from_db()
    assert (entry.actor, entry.municipality, entry.action) == (editor, nefta, "row.changed")
    assert (entry.object_type, entry.object_id) == ("municipalities.municipality", str(nefta.pk))
    assert entry.object_label == "نفطة"
    assert entry.changes == {"population": [None, 23_490]}
    assert abs(datetime.datetime.now(datetime.UTC) - entry.at) < datetime.timedelta(minutes=1)


def test_each_act_counts_the_revision_up_by_one(nefta, kenitra):
    before = revision(nefta), revision(kenitra)
    for _ in range(3):
        record(actor=None, action="row.changed", obj=nefta, municipality=nefta)
    assert (revision(nefta), revision(kenitra)) == (before[0] + 3, before[1])
    assert Entry.objects.filter(municipality=nefta).count() == 3


def test_the_count_does_not_depend_on_how_old_the_object_at_hand_is(nefta):
    """Two people read the same municipality, then each changes something of it."""
    one, other = Municipality.objects.get(), Municipality.objects.get()
    before = revision(nefta)
    record(actor=None, action="row.changed", obj=one, municipality=one)
    record(actor=None, action="row.changed", obj=other, municipality=other)
    assert revision(nefta) == before + 2


def test_saving_a_municipality_that_was_read_earlier_does_not_take_the_count_back(nefta):
    """Else the next change brings back a number, and with it a validator, that readers hold already."""
    read_earlier = Municipality.objects.get()
    record(actor=None, action="row.changed", obj=nefta, municipality=nefta)
    after = revision(nefta)
    read_earlier.population = 23_490
    read_earlier.save()
    assert revision(nefta) == after


def test_an_act_outside_any_municipality(editor):
    before = Municipality.objects.total_revision()
    entry = record(actor=editor, action="row.added", obj=editor, municipality=None)
    assert entry.municipality is None
    assert Municipality.objects.total_revision() == before


def test_it_takes_two_queries(nefta, django_assert_num_queries):
    with django_assert_num_queries(4):  # with the savepoint's two
        record(actor=None, action="row.changed", obj=nefta, municipality=nefta)


def test_what_is_rolled_back_was_never_done(nefta):
    before = revision(nefta)

    @transaction.atomic
    def change_and_fail():
        record(actor=None, action="row.changed", obj=nefta, municipality=nefta)
        return 1 / (Entry.objects.count() - 1)

    with pytest.raises(ZeroDivisionError):
        change_and_fail()
    assert not Entry.objects.exists()
    assert revision(nefta) == before


def test_an_entry_that_cannot_be_written_leaves_the_revision(nefta, monkeypatch):
    before = revision(nefta)

    def fail(*args, **kwargs):
        raise RuntimeError("no room left")

    monkeypatch.setattr(Entry, "save", fail)
    with pytest.raises(RuntimeError), transaction.atomic():
        record(actor=None, action="row.changed", obj=nefta, municipality=nefta)
    assert revision(nefta) == before


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        (None, None),
        (True, True),
        (0, 0),
        (1.5, 1.5),
        ("عنوان", "عنوان"),
        (datetime.date(2021, 10, 13), "2021-10-13"),
        (datetime.datetime(2021, 10, 13, 9, 30, tzinfo=datetime.UTC), "2021-10-13T09:30:00+00:00"),
        (datetime.time(9, 30), "09:30:00"),
        (datetime.timedelta(days=7), "7 days, 0:00:00"),
        (Decimal("1250000.500"), "1250000.500"),
        (uuid.UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (Role.EDITOR, "editor"),
        (gettext_lazy("Added"), "Added"),
        ([datetime.date(2021, 10, 13), Decimal("1.50")], ["2021-10-13", "1.50"]),
        (("a", None), ["a", None]),
        (
            {"from": datetime.date(2021, 10, 13), 1: {"x": Decimal(2)}},
            {"from": "2021-10-13", "1": {"x": "2"}},
        ),
    ],
)
def test_values_are_kept_so_that_they_can_be_read_again(nefta, value, kept):
    with override("en"):
        entry = record(
            actor=None, action="row.changed", obj=nefta, municipality=nefta, changes={"x": (None, value)}
        )
    entry.refresh_from_db()
    assert entry.changes == {"x": [None, kept]}


def test_rows_are_kept_by_their_names(nefta, kenitra):
    entry = record(
        actor=None,
        action="row.changed",
        obj=nefta,
        municipality=nefta,
        changes={"one": (nefta, kenitra), "many": ([], Municipality.objects.order_by("slug"))},
    )
    entry.refresh_from_db()
    assert entry.changes == {"one": ["نفطة", "القنيطرة"], "many": [[], ["القنيطرة", "نفطة"]]}


def test_of_people_it_says_only_what_changed(nefta, editor):
    """Whoever writes, and by whatever door: nothing can be taken out of the journal again."""
    recipient = RecipientFactory(municipality=nefta)
    entry = record(
        actor=editor,
        action="row.changed",
        obj=recipient,
        municipality=nefta,
        changes={"phone": ("22 000 000", "22 000 001"), "is_active": (True, False)},
    )
    entry.refresh_from_db()
    assert entry.changes == {"phone": [None, None], "is_active": [True, False]}


def test_somebody_of_a_committee_is_called_by_group_and_place(kenitra):
    member = CommitteeMember(group="elected", position=2, name="سناء بنت أحمد")
    with override("en"):
        assert label_of(member) == "Elected 2"


def test_a_very_long_name_is_cut(nefta):
    program = factories.ProgramFactory(municipality=nefta)
    phase = factories.PhaseFactory(program=program, title_ar="م" * 1000)
    entry = record(actor=None, action="row.added", obj=phase, municipality=nefta)
    entry.refresh_from_db()
    assert len(entry.object_label) == 300


# --- append-only -------------------------------------------------------------------------------------


def resave(entry):
    entry.action = "row.added"
    entry.save()


def save_a_copy(entry):
    Entry(pk=entry.pk, action="row.added").save(force_update=True)


WAYS = {
    "save": resave,
    "save of some fields": lambda entry: entry.save(update_fields=["action"]),
    "save of a copy": save_a_copy,
    "delete": lambda entry: entry.delete(),
    "update": lambda entry: Entry.objects.update(action="x"),
    "update of a selection": lambda entry: Entry.objects.filter(pk=entry.pk).update(action="x"),
    "update, asynchronous": lambda entry: async_to_sync(Entry.objects.all().aupdate)(action="x"),
    "delete of a selection": lambda entry: Entry.objects.filter(pk=entry.pk).delete(),
    "delete of all": lambda entry: Entry.objects.all().delete(),
    "bulk update": lambda entry: Entry.objects.bulk_update([entry], ["action"]),
    "bulk create": lambda entry: Entry.objects.bulk_create([Entry(action="x")]),
    "bulk create over what is there": lambda entry: Entry.objects.bulk_create(
        [entry], update_conflicts=True, unique_fields=["id"], update_fields=["action"]
    ),
    "update or create": lambda entry: Entry.objects.update_or_create(
        pk=entry.pk, defaults={"action": "row.added"}
    ),
    "create under a known number": lambda entry: Entry.objects.create(pk=entry.pk, action="x"),
    "update through the municipality": lambda entry: entry.municipality.journal.update(action="x"),
    "clear of the municipality's journal": lambda entry: entry.municipality.journal.clear(),
    "removal from the municipality's journal": lambda entry: entry.municipality.journal.remove(entry),
    "another municipality's journal": lambda entry: factories.MunicipalityFactory().journal.add(entry),
    "setting of a journal": lambda entry: factories.MunicipalityFactory().journal.set([entry]),
}


@pytest.mark.parametrize("way", WAYS)
def test_nothing_in_python_rewrites_the_journal(entry, way):
    before = Entry.objects.values().get()
    with pytest.raises(PermissionDenied), transaction.atomic():
        WAYS[way](entry)
    assert Entry.objects.values().get() == before


def test_who_and_where_stay_as_long_as_the_journal(entry, nefta, editor):
    editor.memberships.all().delete()
    for row in (nefta, editor):
        with pytest.raises(ProtectedError):
            row.delete()
    with pytest.raises(ProtectedError):
        get_user_model().objects.all().delete()
    assert Entry.objects.get() == entry


def test_the_object_may_go_and_the_entry_stays(nefta):
    zone = factories.ZoneFactory(municipality=nefta)
    entry = record(actor=None, action="row.deleted", obj=zone, municipality=nefta)
    zone.delete()
    entry.refresh_from_db()
    assert entry.object_label == str(zone)


# --- sentences ---------------------------------------------------------------------------------------


def test_every_action_has_its_sentence():
    assert {"row.added", "row.changed", "row.deleted", "program.published", "evidence.added"} <= set(
        sentences()
    )
    assert all(str(sentence) for sentence in sentences().values())


def test_every_action_fits_its_column():
    assert max(map(len, sentences())) <= Entry._meta.get_field("action").max_length


def test_the_newest_comes_first(nefta):
    first = record(actor=None, action="row.added", obj=nefta, municipality=nefta)
    second = record(actor=None, action="row.changed", obj=nefta, municipality=nefta)
    assert list(Entry.objects.all()) == [second, first]

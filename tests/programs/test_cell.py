"""The cell that prepares a program and its communication plan, at the desk."""

from __future__ import annotations

import datetime

import pytest
from django.urls import reverse

from portal.audit.models import Entry
from programs.models import Announcement, Cell, CellMember
from tests import factories
from tests.programs import table_rows
from tests.programs.sheet_posts import as_shown, errors_of


@pytest.fixture
def program(nefta):
    return factories.ProgramFactory(municipality=nefta, year=2022)


@pytest.fixture
def desk(client, editor):
    client.force_login(editor)
    return client


def page(route):
    return reverse(route, kwargs={"slug": "nefta", "year": 2022})


def test_the_decision_and_the_members_are_one_act(desk, program, editor):
    address = page("program-cell")
    data = {
        "cell-own-decision_number": "12/2021",
        "cell-own-decided_on": "13 octobre 2021",
        "member-new0-name": "A",
        "member-new0-role": "chair",
        "member-new1-name": "B",
        "member-new1-office": "Service technique",
    }
    assert desk.post(address, as_shown(desk.get(address), **data)).status_code == 302
    cell = Cell.objects.get()
    assert (cell.decision_number, cell.decided_on) == ("12/2021", datetime.date(2021, 10, 13))
    assert list(cell.members.values_list("position", "name", "role", "office")) == [
        (1, "A", "chair", ""),
        (2, "B", "member", "Service technique"),
    ]
    entries = Entry.objects.all()
    assert [entry.actor for entry in entries] == [editor] * 3
    assert len({entry.batch for entry in entries}) == 1


def test_members_alone_make_the_cell_too(desk, program):
    address = page("program-cell")
    desk.post(address, as_shown(desk.get(address), **{"member-new0-name": "A"}))
    assert Cell.objects.get().members.get().name == "A"


def test_an_empty_form_makes_no_cell(desk, program):
    address = page("program-cell")
    desk.post(address, as_shown(desk.get(address)))
    assert not Cell.objects.exists()
    assert not Entry.objects.exists()


def test_a_wrong_member_and_nothing_is_saved(desk, program):
    address = page("program-cell")
    data = {"cell-own-decision_number": "12/2021", "member-new0-office": "Service"}
    response = desk.post(address, as_shown(desk.get(address), **data))
    assert list(errors_of(response)) == ["member-new0-name"]
    assert not Cell.objects.exists()


def test_a_date_that_is_none_is_told(desk, program):
    address = page("program-cell")
    response = desk.post(address, as_shown(desk.get(address), **{"cell-own-decided_on": "demain"}))
    assert list(errors_of(response)) == ["cell-own-decided_on"]
    assert as_shown(response)["cell-own-decided_on"] == "demain"


def test_clashes_of_both_tables_are_told_at_once(desk, program):
    cell = table_rows.CellFactory(program=program)
    member = table_rows.CellMemberFactory(cell=cell, name="A")
    address = page("program-cell")
    shown = desk.get(address)
    Cell.objects.update(decision_number="13", version=2)
    CellMember.objects.update(name="B", version=2)
    data = {"cell-own-decision_number": "14", f"member-{member.pk}-name": "C"}
    response = desk.post(address, as_shown(shown, **data))
    assert set(errors_of(response)) == {"cell-own-decision_number", f"member-{member.pk}-name"}
    assert (Cell.objects.get().decision_number, CellMember.objects.get().name) == ("13", "B")


def test_a_member_is_removed(desk, program):
    member = table_rows.CellMemberFactory(cell=table_rows.CellFactory(program=program))
    address = page("program-cell")
    desk.post(address, as_shown(desk.get(address), **{f"member-{member.pk}-remove": "on"}))
    assert not CellMember.objects.exists()
    entry = Entry.objects.get()
    assert (entry.action, entry.object_id) == ("row.deleted", str(member.pk))


def test_an_announcement_with_its_proof(desk, program):
    proof = factories.SupportingDocumentFactory(expected_document__task__phase__program=program)
    foreign = factories.SupportingDocumentFactory()
    address = page("program-announcements")
    data = {
        "announcement-new0-channel": "notice",
        "announcement-new0-is_to_staff": "on",
        "announcement-new0-on": "2021/10/21",
        "announcement-new0-proof": proof.pk,
    }
    desk.post(address, as_shown(desk.get(address), **data))
    line = Announcement.objects.get()
    assert (line.channel, line.is_to_staff, line.proof) == ("notice", True, proof)
    refused = {f"announcement-{line.pk}-proof": foreign.pk}
    response = desk.post(address, as_shown(desk.get(address), **refused))
    assert list(errors_of(response)) == [f"announcement-{line.pk}-proof"]


def test_an_end_before_the_start_is_refused(desk, program):
    line = table_rows.AnnouncementFactory(program=program)
    address = page("program-announcements")
    data = {f"announcement-{line.pk}-until": "2021/10/01"}
    response = desk.post(address, as_shown(desk.get(address), **data))
    assert list(errors_of(response)) == [f"announcement-{line.pk}-until"]

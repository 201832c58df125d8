"""Every route × every kind of visitor, as docs/permissions.md says; and no route without a row."""

from __future__ import annotations

import pytest
from django.template.response import SimpleTemplateResponse

from portal.municipalities.access import ALLOWED
from portal.municipalities.models import Membership, Role
from programs.models import SupportingDocument
from tests.house import permission_table
from tests.house.permission_cast import NAMES_AN_OBJECT, Cast, ask, sign_in

ROWS = permission_table.rows()
VISITORS = list(ROWS[0].answers)
MEMBERS = [role.value for role in Role]


@pytest.fixture(autouse=True)
def _not_drawn(monkeypatch):
    """Whether somebody gets a page is decided before it is drawn, which is what takes the time."""
    monkeypatch.setattr(SimpleTemplateResponse, "rendered_content", property(lambda response: ""))
    monkeypatch.setattr("portal.papers.pages.render_pdf", lambda **_paper: b"%PDF-1.4")


@pytest.fixture
def nefta_cast(db):
    return Cast("nefta")


@pytest.fixture
def kenitra_cast(db):
    return Cast("kenitra")


def test_every_route_has_a_row_and_every_row_a_route():
    known = set(permission_table.routes())
    assert {row.route for row in ROWS} == known


def test_no_row_stands_twice():
    names = [str(row) for row in ROWS]
    assert sorted(names) == sorted(set(names))


def test_a_new_route_would_be_missed():
    """The walk sees routes at every depth of the map."""
    known = set(permission_table.routes())
    assert {"home", "program-pdf", "staff-file", "admin:index", "admin:programs_task_import"} <= known


def test_the_acts_are_those_of_the_code():
    code = {act.value: {role.value for role in roles} for act, roles in ALLOWED.items()}
    assert permission_table.acts() == code


def test_every_kind_of_visitor_has_a_column():
    assert ["anonymous", "stranger", *MEMBERS, "platform"] == VISITORS


@pytest.mark.parametrize("visitor", VISITORS)
def test_the_table_holds(visitor, nefta_cast, kenitra):
    client = sign_in(visitor, nefta_cast.municipality, kenitra)
    answers = {str(row): ask(client, row, nefta_cast.address(row)) for row in ROWS}
    assert answers == {str(row): row.answers[visitor] for row in ROWS}


@pytest.mark.parametrize("member", MEMBERS)
def test_what_is_foreign_is_as_for_any_stranger(member, nefta, kenitra_cast):
    """A member here asks for what is there; whoever does not enter the admin does not enter it there."""
    client = sign_in(member, nefta, kenitra_cast.municipality)
    asked = [row for row in ROWS if NAMES_AN_OBJECT.search(row.route)]
    assert len(asked) > 50
    answers = {str(row): ask(client, row, kenitra_cast.address(row)) for row in asked}
    enters = next(row.answers[member] for row in ROWS if row.route == "admin:index") == "200"
    expected = {
        str(row): row.answers["stranger"] if enters or not row.route.startswith("admin:") else "403"
        for row in asked
    }
    assert answers == expected
    assert SupportingDocument.objects.count() == 1
    assert Membership.objects.filter(municipality=kenitra_cast.municipality).count() == 2

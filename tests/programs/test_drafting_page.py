"""The page on which a new program is begun."""

import datetime

import pytest

from programs.models import Program, Task
from tests import factories

ADDRESS = "/en/m/nefta/staff/programs/new/"


@pytest.fixture
def desk(client, editor):
    client.force_login(editor)
    return client


def post(desk, **values):
    return desk.post(ADDRESS, values)


@pytest.fixture
def last_year(nefta):
    task = factories.TaskFactory(
        phase__program__municipality=nefta,
        phase__program__year=2026,
        session_date=datetime.date(2025, 11, 4),
        title_ar="ميزانية 2025",
    )
    return task.phase.program


def test_it_proposes_the_year_after_the_newest(desk, last_year):
    html = desk.get(ADDRESS).content.decode()
    assert 'value="2027"' in html
    assert 'id="origin-program" checked' in html
    assert f'<option value="{last_year.pk}" selected>2026' in html
    assert "/staff/programs/import/" in html


def test_a_municipality_without_a_program_is_offered_the_model(desk):
    html = desk.get(ADDRESS).content.decode()
    assert 'id="origin-model" checked' in html
    assert "origin-program" not in html


def test_from_last_year_and_on_to_the_grid(desk, last_year):
    response = post(desk, year=2027, origin="program", source=last_year.pk)
    assert (response.status_code, response["Location"]) == (302, "/en/m/nefta/staff/programs/2027/")
    assert Task.objects.get(phase__program__year=2027).session_date == datetime.date(2026, 11, 3)
    html = desk.get("/en/m/nefta/staff/").content.decode()
    assert "The draft is made." in html
    assert "1 title names a year" in html


@pytest.mark.parametrize("date", ["2026/11/30", "30/11/2026", "2026-11-30", "٢٠٢٦/١١/٣٠"])
def test_from_the_model(desk, date):
    post(desk, year=2027, origin="model", approval_date=date, with_optional="on")
    last = Task.objects.order_by("phase__number", "number").last()
    assert (last.session_date, Task.objects.count()) == (datetime.date(2026, 11, 30), 21)


def test_from_nothing(desk):
    assert post(desk, year=2027, origin="empty", approval_date="whenever").status_code == 302
    assert Program.objects.get().phases.count() == 0


@pytest.mark.parametrize(
    ("values", "field", "told"),
    [
        ({"origin": "empty"}, "year", "required"),
        ({"origin": "empty", "year": "1989"}, "year", "1990"),
        ({"origin": "empty", "year": "2101"}, "year", "2100"),
        ({"origin": "empty", "year": "2026"}, "year", "already has a program"),
        ({"origin": "empty", "year": "next"}, "year", "whole number"),
        ({"year": "2027"}, "origin", "required"),
        ({"origin": "x", "year": "2027"}, "origin", "valid choice"),
        ({"origin": "program", "year": "2027"}, "source", "Choose the program"),
        ({"origin": "program", "year": "2027", "source": "999999"}, "source", "valid choice"),
        ({"origin": "model", "year": "2027"}, "approval_date", "reckoned back"),
        ({"origin": "model", "year": "2027", "approval_date": "soon"}, "approval_date", "not a date"),
        (
            {"origin": "model", "year": "2027", "approval_date": "2025/12/31"},
            "approval_date",
            "a day of 2026 or 2027",
        ),
    ],
)
def test_what_is_wrong_stands_beside_its_field(desk, last_year, values, field, told):
    response = post(desk, **values)
    assert response.status_code == 200
    html = response.content.decode()
    assert told in html.split(f'id="{field}-error"')[1].split("</p>")[0]
    assert f'href="#id_{field}"' in html
    assert f'id="id_{field}"' in html
    assert Program.objects.count() == 1


def test_what_was_typed_stays(desk, last_year):
    html = post(
        desk, year="2026", origin="model", approval_date="2025/11/29", with_optional="on"
    ).content.decode()
    assert 'value="2025/11/29"' in html
    assert 'id="origin-model" checked' in html
    assert 'id="id_with_optional" checked' in html


def test_a_later_program_is_no_source(desk, last_year):
    html = post(desk, year=2025, origin="program", source=last_year.pk).content.decode()
    assert "Choose a program of an earlier year." in html


def test_a_foreign_program_is_no_source(desk, last_year, kenitra):
    foreign = factories.ProgramFactory(municipality=kenitra, year=2020)
    html = post(desk, year=2027, origin="program", source=foreign.pk).content.decode()
    assert "source-error" in html
    assert Program.objects.filter(year=2027).count() == 0

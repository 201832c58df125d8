"""The page of a year's holidays: who sees it, and what an editor types."""

import datetime

import pytest

from portal.municipalities.models import ConfirmedHoliday
from tests import factories

QUERIES = 6
PAGE = "/en/m/nefta/staff/holidays/2026/"
MAWLID = {"key": "Prophet's Birthday", "estimated_on": "2026-08-25"}


@pytest.fixture
def by_editor(client, editor):
    client.force_login(editor)
    return client


def text(response):
    return response.content.decode()


def test_it_shows_the_days_of_the_year_and_how_each_is_known(by_editor):
    html = text(by_editor.get(PAGE))
    assert "Holidays of 2026" in html
    assert html.count('<tr role="row" id=') == 17
    assert html.count(">Estimated<") == 9
    assert html.count(">Fixed<") == 8
    assert "Saturday and Sunday" in html


def test_an_editor_confirms_an_estimated_day(by_editor, nefta):
    response = by_editor.post(PAGE, {**MAWLID, "date": "26/08/2026"}, follow=True)
    assert response.redirect_chain == [(PAGE, 302)]
    html = text(response)
    assert "Confirmed: The Prophet’s Birthday, Wednesday 26 August 2026." in html
    assert "estimated: 25 August 2026" in " ".join(html.split())
    assert ConfirmedHoliday.objects.get().date == datetime.date(2026, 8, 26)


def test_confirming_a_feast_takes_its_other_days_along(by_editor, nefta):
    values = {"key": "Eid al-Fitr", "estimated_on": "2026-03-20", "date": "2026-03-21"}
    html = text(by_editor.post(PAGE, values, follow=True))
    assert html.count(">Estimated<") == 6
    assert "23 March 2026" in html


@pytest.mark.parametrize(
    ("date", "told"),
    [
        ("", "This field is required."),
        ("soon", "This is not a date."),
        ("2026-09-25", "more than 5 days from the estimated one"),
        ("2026-02-30", "This is not a date."),
        ("<script>", "This is not a date."),
    ],
)
def test_a_day_that_is_none_is_refused_beside_its_field(by_editor, nefta, date, told):
    response = by_editor.post(PAGE, {**MAWLID, "date": date})
    html = text(response)
    assert response.status_code == 200
    row = html[html.index('id="prophets-birthday-2026-08-25"') :]
    row = row[: row.index("</tr>")]
    assert told in row
    assert 'aria-invalid="true"' in row
    assert html.count('aria-invalid="true"') == 1
    assert "<script>" not in row
    assert not ConfirmedHoliday.objects.exists()


@pytest.mark.parametrize(
    "values", [{}, {"key": "Republic Day", "estimated_on": "2026-07-25"}, {"key": "x" * 99}]
)
def test_what_no_form_of_the_page_sends_is_refused(by_editor, nefta, values):
    html = text(by_editor.post(PAGE, {"date": "2026-07-25", **values}))
    assert "The day was not confirmed" in html
    assert "There is no such holiday to confirm." in html
    assert not ConfirmedHoliday.objects.exists()


def test_whoever_may_only_read_sees_no_form_and_confirms_nothing(client, nefta):
    reader = factories.MembershipFactory(municipality=nefta, role="council_reader").user
    client.force_login(reader)
    html = text(client.get(PAGE))
    assert "Holidays of 2026" in html
    assert "<input class=" not in html
    assert client.post(PAGE, {**MAWLID, "date": "2026-08-26"}).status_code == 403
    assert not ConfirmedHoliday.objects.exists()


@pytest.mark.parametrize(("year", "status"), [(1990, 200), (2100, 200), (1989, 404), (2101, 404), (0, 404)])
def test_years_that_no_program_can_bear_have_no_page(by_editor, year, status):
    assert by_editor.get(f"/en/m/nefta/staff/holidays/{year}/").status_code == status


def test_it_costs_the_same_however_many_days_are_confirmed(by_editor, nefta, django_assert_num_queries):
    by_editor.get(PAGE)
    for number in range(3):
        with django_assert_num_queries(QUERIES):
            by_editor.get(PAGE)
        ConfirmedHoliday.objects.create(
            municipality=nefta,
            name=f"x{number}",
            estimated_on=datetime.date(2026, 8, 25),
            date=datetime.date(2026, 8, 25),
        )

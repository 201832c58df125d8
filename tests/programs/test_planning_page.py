"""The page that plans backwards: what it shows, and the dates it fills into a draft."""

import datetime

import pytest
import time_machine

from portal.audit.models import Entry
from programs.models import Program, Status, Task
from tests import factories
from tests.programs.nefta import import_nefta, task_of

QUERIES = 14
PAGE = "/en/m/nefta/staff/programs/2022/planning/"


@pytest.fixture
def program(nefta):
    return import_nefta(nefta)


@pytest.fixture
def by_editor(client, editor):
    client.force_login(editor)
    return client


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(datetime.datetime(2021, 11, 24, 9, tzinfo=datetime.UTC), tick=False):
        yield


def text(response):
    return " ".join(response.content.decode().split())


def ticked(program, *codes, council="2021-12-07", choice="usual"):
    """What the page sends when these tasks are ticked."""
    values = {"council": council, "choice": choice, "task": []}
    for task in Task.objects.filter(phase__program=program).select_related("phase"):
        values[f"version-{task.pk}"] = task.version
        values[f"date-{task.pk}"] = task.session_date.isoformat() if task.session_date else ""
        if task.code in codes:
            values["task"].append(task.pk)
    return values


def dates(program, *codes):
    return [task_of(program, code).session_date.isoformat() for code in codes]


# --- reading -----------------------------------------------------------------------------------------


def test_it_begins_with_the_day_of_the_approval(by_editor, program):
    html = text(by_editor.get(PAGE))
    assert "For an approval on Tuesday 30 November 2021" in html
    assert "11 tasks are impossible already" in html
    assert html.count("Impossible already") == 11
    assert '<time datetime="2021-11-23">Tuesday 23 November 2021</time>' in html


def test_another_day_is_reckoned_from_the_address(by_editor, program):
    html = text(by_editor.get(PAGE, {"council": "2021-12-07"}))
    assert "For an approval on Tuesday 7 December 2021" in html
    assert "impossible already" not in html
    assert '<time datetime="2021-10-20">Wednesday 20 October 2021</time>' in html


@pytest.mark.parametrize("council", ["", "tomorrow", "2021-13-01", "<b>"])
def test_a_day_that_is_none_is_told_beside_its_field(by_editor, program, council):
    response = by_editor.get(PAGE, {"council": council})
    html = text(response)
    assert response.status_code == 200
    assert 'id="council-error"' in html
    assert 'name="task"' not in html
    assert "<b>" not in html.split("<main")[1].split('name="council"')[1][:200]


def test_tasks_without_a_date_are_ticked_beforehand(by_editor, program):
    assert text(by_editor.get(PAGE)).count(" checked>") == 0
    Task.objects.filter(phase__number=3).update(session_date=None)
    assert text(by_editor.get(PAGE)).count(" checked>") == 1


def test_it_leads_to_the_holidays_that_are_reckoned_with(by_editor, program):
    assert 'href="/en/m/nefta/staff/holidays/2021/"' in text(by_editor.get(PAGE))


def test_an_empty_calendar_asks_for_the_day(by_editor, nefta):
    factories.ProgramFactory(municipality=nefta)
    assert "For an approval" not in text(by_editor.get(PAGE))
    assert "The calendar has no task yet." in text(by_editor.get(PAGE, {"council": "2021-12-07"}))


# --- filling -----------------------------------------------------------------------------------------


def test_the_usual_days_are_filled_into_a_draft(by_editor, program):
    before = Entry.objects.count()
    response = by_editor.post(PAGE, ticked(program, "2.6", "4.1", "5.5"), follow=True)
    assert response.redirect_chain == [(f"{PAGE}?council=2021-12-07", 302)]
    assert "3 dates were filled in." in text(response)
    assert dates(program, "2.6", "4.1", "5.5", "5.4") == [
        "2021-11-09",
        "2021-11-20",
        "2021-12-07",
        "2021-11-25",
    ]
    entries = list(Entry.objects.all()[: Entry.objects.count() - before])
    assert {entry.action for entry in entries} == {"task.edited"}
    assert len({entry.batch for entry in entries}) == 1
    assert entries[0].batch is not None


def test_the_last_days_are_filled_in_when_they_are_chosen(by_editor, program):
    by_editor.post(PAGE, ticked(program, "2.6", "4.1", choice="latest"))
    assert dates(program, "2.6", "4.1") == ["2021-11-30", "2021-12-07"]


def test_dates_that_break_a_delay_only_on_the_way_are_filled_in(by_editor, program):
    """The publication goes past the old day of the session that it has to come before."""
    by_editor.post(PAGE, ticked(program, "2.6", "4.1", council="2021-12-20"))
    assert dates(program, "2.6", "4.1") == ["2021-11-22", "2021-12-03"]


def test_a_date_that_breaks_a_delay_is_left_to_a_person(by_editor, program):
    html = text(by_editor.post(PAGE, ticked(program, "2.6", "1.1", council="2021-12-20"), follow=True))
    assert "1 date was filled in." in html
    assert "Not filled in, as a delay would be broken: \u20662.6\u2069." in html
    assert dates(program, "2.6", "1.1") == ["2021-11-02", "2021-11-02"]


def test_a_date_that_somebody_changed_meanwhile_is_left(by_editor, program):
    sent = ticked(program, "1.1", "1.2")
    task = task_of(program, "1.1")
    task.session_date = datetime.date(2021, 10, 14)
    task.save()
    html = text(by_editor.post(PAGE, sent, follow=True))
    assert "Changed by somebody else meanwhile, and left so: \u20661.1\u2069." in html
    assert dates(program, "1.1", "1.2") == ["2021-10-14", "2021-10-27"]


def test_another_cell_that_somebody_changed_is_no_obstacle(by_editor, program):
    sent = ticked(program, "1.1")
    task = task_of(program, "1.1")
    task.notes = "x"
    task.save()
    by_editor.post(PAGE, sent)
    assert dates(program, "1.1") == ["2021-10-20"]


def test_a_task_that_is_gone_is_told(by_editor, program):
    sent = ticked(program, "1.1", "1.2")
    task_of(program, "1.1").delete()
    assert "1 date was filled in." in text(by_editor.post(PAGE, sent, follow=True))


# --- refusals ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [Status.PUBLISHED, Status.APPROVED, Status.CLOSED])
def test_what_is_no_draft_is_not_filled(by_editor, program, status):
    Program.objects.update(status=status)
    html = text(by_editor.post(PAGE, ticked(program, "1.1")))
    assert "Only the dates of a draft are filled in this way." in html
    assert dates(program, "1.1") == ["2021-10-13"]
    html = text(by_editor.get(PAGE))
    assert 'name="task"' not in html
    assert "changed one by one" in html


def test_nothing_ticked_is_nothing_done(by_editor, program):
    html = text(by_editor.post(PAGE, ticked(program)))
    assert "Tick the tasks whose dates are to be filled in." in html


@pytest.mark.parametrize(
    "values", [{"choice": "x"}, {"choice": ""}, {"council": "x"}, {"task": ["x", "-1", "9" * 30]}]
)
def test_what_the_page_does_not_send_changes_nothing(by_editor, program, values):
    response = by_editor.post(PAGE, {**ticked(program, "1.1"), **values})
    assert response.status_code == 200
    assert dates(program, "1.1") == ["2021-10-13"]


def test_dates_and_versions_that_are_none_are_passed_over(by_editor, program):
    sent = ticked(program, "1.1", "1.2")
    first, second = (task_of(program, code).pk for code in ("1.1", "1.2"))
    sent |= {f"version-{first}": "²", f"date-{second}": "2021-99-99"}
    assert by_editor.post(PAGE, sent).status_code in (200, 302)
    assert dates(program, "1.1") == ["2021-10-13"]


def test_whoever_may_only_read_fills_nothing(client, nefta, program):
    reader = factories.MembershipFactory(municipality=nefta, role="council_reader").user
    client.force_login(reader)
    html = text(client.get(PAGE))
    assert "For an approval on" in html
    assert 'name="choice"' not in html
    assert client.post(PAGE, ticked(program, "1.1")).status_code == 403
    assert dates(program, "1.1") == ["2021-10-13"]


def test_it_costs_the_same_for_a_long_calendar(by_editor, program, django_assert_num_queries):
    by_editor.get(PAGE)
    with django_assert_num_queries(QUERIES):
        by_editor.get(PAGE)
    phase = task_of(program, "5.5").phase
    for number in range(100, 150):
        factories.TaskFactory(phase=phase, number=number)
    with django_assert_num_queries(QUERIES):
        by_editor.get(PAGE)

"""The journal on the desk: who, when, what, from, to; and how it is searched."""

import datetime
import uuid
from html.parser import HTMLParser

import pytest
import time_machine
from django.utils import timezone

from portal.audit.log import record
from tests import factories

ADDRESS = "/en/m/nefta/staff/journal/"


@pytest.fixture
def auditor(client, nefta):
    person = factories.MembershipFactory(municipality=nefta, role="auditor").user
    client.force_login(person)
    return client


@pytest.fixture
def task(nefta):
    return factories.TaskFactory(
        phase__program__municipality=nefta, phase__number=4, number=1, title_ar="", title_fr="Plénière"
    )


def act(task, municipality, actor=None, **values):
    values = {"action": "task.edited", "changes": {"notes": ("before", "after")}, **values}
    return record(actor=actor, obj=task, municipality=municipality, **values)


class Table(HTMLParser):
    """The body of the page's table as lists of words."""

    def __init__(self):
        super().__init__()
        self.rows = []

    def handle_starttag(self, tag, attrs):
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_data(self, data):
        if data.strip():
            self.rows[-1][-1] = f"{self.rows[-1][-1]} {data.strip()}".strip()


def rows(html):
    table = Table()
    table.feed(html.partition("<tbody")[2].partition(">")[2].partition("</tbody>")[0])
    return table.rows


def shown(client, query=""):
    response = client.get(ADDRESS + query)
    assert response.status_code == 200
    return rows(response.content.decode())


def test_every_cell_that_changed_has_a_row(auditor, editor, nefta, task):
    entry = act(
        task,
        nefta,
        editor,
        changes={
            "session_date": (datetime.date(2026, 11, 12), datetime.date(2026, 11, 14)),
            "done": (None, True),
        },
    )
    when = f"{timezone.localtime(entry.at, nefta.zone_info):%Y/%m/%d %H:%M}"
    start = [str(entry.pk), when, editor.name]
    # PostgreSQL keeps the fields of an entry in an order of its own.
    assert sorted(shown(auditor)) == [
        [*start, "Task edited · done task 4.1 Plénière", "Not stated", "Yes"],
        [*start, "Task edited · session date task 4.1 Plénière", "2026/11/12", "2026/11/14"],
    ]


def test_rows_of_one_act_are_one_line_that_opens(auditor, editor, nefta, task):
    batch = uuid.uuid4()
    for _ in range(19):
        act(task, nefta, editor, changes={"done": (None, True)}, batch=batch)
    (line,) = shown(auditor)
    assert line[3].startswith("Task edited: 19 rows · done")
    assert line[3].count("4.1 Plénière") == 19
    assert line[4:] == ["Not stated", "Yes"]
    assert "–" in line[0]


def test_an_act_without_values_has_a_row_as_well(auditor, nefta, task):
    act(task, nefta, action="row.deleted", changes={})
    assert shown(auditor)[0][2:] == ["The portal", "Deleted task 4.1 Plénière", "", ""]


@pytest.fixture
def some_acts(nefta, editor, publisher, task):
    other = factories.TaskFactory(phase=task.phase, number=2, title_ar="", title_fr="Rapport")
    act(task, nefta, editor)
    act(other, nefta, publisher)
    act(task, nefta, None, action="row.deleted")
    return editor


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", 3),
        ("?who=0", 1),
        ("?act=task.edited", 2),
        ("?act=row.deleted", 1),
        ("?name=rapport", 1),
        ("?name=4.1", 2),
        ("?name=%00", 3),
        ("?since=2020/01/01&until=2100/01/01", 3),
        ("?until=2020/01/01", 0),
        ("?since=2100/01/01", 0),
        ("?act=nonsense&who=x", 3),
        ("?since=soon", 3),
        ("?since=2020/02/01&until=2020/01/01", 3),
    ],
)
def test_filters(auditor, some_acts, query, expected):
    """What cannot be read asks nothing."""
    assert len(shown(auditor, query)) == expected


def test_one_persons_acts(auditor, some_acts):
    assert {row[2] for row in shown(auditor, f"?who={some_acts.pk}")} == {some_acts.name}


def test_days_are_the_municipalitys(auditor, nefta, task):
    """23:30 UTC on the 1st is the 2nd in Tunis."""
    with time_machine.travel("2026-03-01T23:30:00Z", tick=False):
        act(task, nefta)
    assert len(shown(auditor, "?since=2026/03/02&until=2026/03/02")) == 1
    assert shown(auditor, "?since=2026/03/01&until=2026/03/01") == []


@pytest.mark.parametrize(
    ("query", "field", "told"),
    [
        ("?since=soon", "since", "not a date"),
        ("?since=2026/02/01&until=2026/01/01", "until", "before the first one"),
    ],
)
def test_what_cannot_be_read_is_said(auditor, some_acts, query, field, told):
    html = auditor.get(ADDRESS + query).content.decode()
    assert told in html.split(f'id="{field}-error"')[1].split("</p>")[0]


def test_pages_keep_what_was_asked(auditor, nefta, task):
    for _ in range(55):
        act(task, nefta)
    act(task, nefta, action="row.deleted")
    html = auditor.get(f"{ADDRESS}?act=task.edited").content.decode()
    assert len(rows(html)) == 50
    assert "of 55 entries" in html
    assert 'href="?act=task.edited&amp;page=2"' in html
    assert len(shown(auditor, "?act=task.edited&page=2")) == 5
    assert len(shown(auditor, "?act=task.edited&page=99")) == 5


def test_it_says_when_there_is_nothing(auditor, nefta):
    assert "Nothing was done yet" in auditor.get(ADDRESS).content.decode()
    assert "No entry answers" in auditor.get(f"{ADDRESS}?name=x").content.decode()


def test_what_was_done_elsewhere_is_not_told(auditor, kenitra, nefta):
    act(factories.TaskFactory(phase__program__municipality=kenitra), kenitra)
    assert shown(auditor) == []


@pytest.mark.parametrize("count", [1, 40])
def test_the_number_of_queries_does_not_grow(auditor, nefta, count, django_assert_num_queries):
    program = factories.ProgramFactory(municipality=nefta)
    for _ in range(count):
        act(factories.TaskFactory(phase__program=program), nefta, factories.UserFactory())
    with django_assert_num_queries(9):
        auditor.get(ADDRESS)

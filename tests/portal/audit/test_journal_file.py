"""The journal as a file: what the page shows, without formulas, and journalled itself."""

from __future__ import annotations

import csv
import io

import pytest

from portal.audit import exporting
from portal.audit.log import record
from portal.audit.models import Entry
from tests import factories

JOURNAL = "/en/m/nefta/staff/journal/"
FILE = f"{JOURNAL}file/"


@pytest.fixture
def auditor(client, nefta):
    person = factories.MembershipFactory(municipality=nefta, role="auditor").user
    client.force_login(person)
    return client


@pytest.fixture
def task(nefta):
    return factories.TaskFactory(
        phase__program__municipality=nefta, phase__number=4, number=1, title_fr="Plénière"
    )


def act(task, municipality, actor=None, **values):
    values = {"action": "task.edited", "changes": {"notes": ("before", "after")}, **values}
    return record(actor=actor, obj=task, municipality=municipality, **values)


def rows(response):
    text = response.content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_each_changed_field_is_a_line_the_oldest_first(auditor, nefta, task, editor):
    act(task, nefta, editor, changes={"notes": ("", "one"), "done": (None, True)})
    act(task, nefta)
    response = auditor.post(FILE)
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert response.headers["Content-Disposition"].startswith('attachment; filename="nefta-journal-')
    assert response.headers["Cache-Control"] == "private, no-store"
    assert response.content.startswith("\ufeff".encode())
    found = rows(response)
    lines = [(row["Who"], row["Act"], row["From"], row["To"]) for row in found]
    # The fields of one act come in no order: PostgreSQL keeps its own.
    assert sorted(lines[:2]) == [
        (editor.name, "Task edited", "", "one"),
        (editor.name, "Task edited", "Not stated", "Yes"),
    ]
    assert lines[2:] == [("The portal", "Task edited", "before", "after")]
    assert found[0]["When"].endswith("+01:00")


def test_taking_it_out_is_journalled(auditor, nefta, task):
    act(task, nefta)
    auditor.post(FILE)
    entry = Entry.objects.filter(action="journal.exported").get()
    assert (entry.municipality, entry.changes) == (nefta, {"entries": [None, 1]})
    assert rows(auditor.post(FILE))[-1]["Act"] == "Journal taken out as a file"


def test_the_filter_of_the_page_holds(auditor, nefta, task, editor):
    act(task, nefta, editor)
    act(task, nefta)
    form = auditor.get(f"{JOURNAL}?who={editor.pk}").content.decode()
    assert f"{FILE}?who={editor.pk}" in form
    assert [row["Who"] for row in rows(auditor.post(f"{FILE}?who={editor.pk}"))] == [editor.name]
    today = nefta.today().isoformat()
    assert len(rows(auditor.post(f"{FILE}?since={today}&act=task.edited"))) == 2


def test_no_cell_is_a_formula(auditor, nefta, task, editor):
    editor.name = "=HYPERLINK(1)"
    editor.save()
    for start in ("=", "+", "-", "@", "\t", "\u200f=", '"='):
        act(task, nefta, editor, changes={"notes": (f"{start}cmd", f"{start}1+1")})
    for row in rows(auditor.post(FILE)):
        assert not [cell for cell in row.values() if cell[:1] in ("=", "+", "-", "@", "\t", "\u200f", '"')]


def test_nothing_of_another_municipality_is_in_it(auditor, nefta, kenitra, task):
    act(task, kenitra, changes={"notes": ("", "foreign")})
    assert "foreign" not in auditor.post(FILE).content.decode()
    assert auditor.post(FILE.replace("nefta", "kenitra")).status_code == 404


def test_a_get_takes_nothing_out(auditor):
    assert auditor.get(FILE).status_code == 405
    assert not Entry.objects.exists()


def test_an_editor_does_not_take_it_out(client, editor):
    client.force_login(editor)
    assert client.post(FILE).status_code == 403
    assert not Entry.objects.exists()


def test_too_much_for_a_file_is_told(auditor, nefta, task, monkeypatch):
    monkeypatch.setattr(exporting, "MOST_ENTRIES", 1)
    act(task, nefta)
    act(task, nefta)
    html = auditor.post(FILE, follow=True).content.decode()
    assert "at most" in html
    assert not Entry.objects.filter(action="journal.exported").exists()

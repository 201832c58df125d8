"""What the journal tells of one program."""

import pytest

from portal.audit.log import record
from programs.history import entries_of
from tests import factories

ADDRESS = "/en/m/nefta/staff/programs/2027/history/"


@pytest.fixture
def task(nefta):
    return factories.TaskFactory(phase__program__municipality=nefta, phase__program__year=2027)


def act(row, municipality, action="row.changed", **changes):
    return record(actor=None, action=action, obj=row, municipality=municipality, changes=changes)


def test_everything_that_is_part_of_it(nefta, task):
    document = factories.ExpectedDocumentFactory(task=task)
    file = factories.SupportingDocumentFactory(expected_document=document)
    other = factories.TaskFactory(phase=task.phase)
    rule = factories.DelayRuleFactory(from_task=task, to_task=other)
    parts = [task.phase.program, task.phase, task, document, file, rule]
    acts = [act(row, nefta) for row in parts]
    assert list(entries_of(task.phase.program)) == acts[::-1]


def test_what_was_removed_is_told_with_all_that_was_done_to_it(nefta, task):
    program = task.phase.program
    edited = act(task, nefta)
    removed = act(task, nefta, "task.removed", program=(program.year, None))
    task.delete()
    assert list(entries_of(program)) == [removed, edited]


def test_nothing_of_another_program(nefta, kenitra, task):
    other = factories.TaskFactory(phase__program__municipality=nefta, phase__program__year=2026)
    act(other, nefta)
    act(other, nefta, "task.removed", program=(2026, None))
    act(nefta, nefta)
    foreign = factories.TaskFactory(phase__program__municipality=kenitra, phase__program__year=2027)
    act(foreign, kenitra, "task.removed", program=(2027, None))
    # The same key in another table is another row.
    act(factories.PhaseFactory(pk=task.pk + 1000, program__municipality=nefta), nefta)
    assert list(entries_of(task.phase.program)) == []


def test_the_page_of_an_editor(client, editor, nefta, task):
    act(task, nefta, notes=("", "la salle est prise"))
    client.force_login(editor)
    html = client.get(ADDRESS).content.decode()
    assert "la salle est prise" in html
    assert "Annual participatory investment program 2027" in html
    assert 'aria-current="true">Calendar' in html


def test_it_is_not_for_whoever_does_not_edit(client, nefta, task):
    client.force_login(factories.MembershipFactory(municipality=nefta, role="auditor").user)
    assert client.get(ADDRESS).status_code == 403


def test_a_year_without_a_program(client, editor, nefta):
    client.force_login(editor)
    assert client.get(ADDRESS).status_code == 404


@pytest.mark.parametrize("count", [1, 30])
def test_the_number_of_queries_does_not_grow(client, editor, nefta, task, count, django_assert_num_queries):
    for _other in range(count):
        act(factories.TaskFactory(phase=task.phase), nefta, notes=("", "x"))
    client.force_login(editor)
    with django_assert_num_queries(10):
        client.get(ADDRESS)

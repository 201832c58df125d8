"""What a file says that the program says already is no difference; everything else still is."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from programs.importers.cells import shielded, unshielded
from programs.importers.documents import bulleted, split_documents
from programs.importers.readings import CalendarReading, DelayReading, PhaseReading, TaskReading
from programs.imports import import_calendar
from programs.models import DelayRule, ExpectedDocument, Phase, Program, Task
from tests import factories

TASK = TaskReading(line=1, phase=1, number=1, title="Réunion", documents=("PV", "Photos"))


@pytest.fixture
def program(nefta):
    """A task in both languages with two documents."""
    program = factories.ProgramFactory(municipality=nefta, year=2022, title_ar="برنامج", title_fr="Programme")
    phase = factories.PhaseFactory(program=program, number=1, title_ar="بداية", title_fr="Début")
    task = factories.TaskFactory(
        phase=phase, number=1, title_ar="لقاء", title_fr="Réunion", session_date=None, notes="أ\r\nب"
    )
    factories.ExpectedDocumentFactory(task=task, position=1, title_ar="محضر", title_fr="PV")
    factories.ExpectedDocumentFactory(task=task, position=2, title_ar="صور", title_fr="Photos")
    return program


def reading(task=TASK, *, title="Programme", label="1. Début", phase_title="Début", rules=()):
    phases = (PhaseReading(number=1, title=phase_title, label=label, tasks=(task,)),)
    return CalendarReading(title=title, year=2022, phases=phases, delay_rules=rules)


def found(program, read):
    result = import_calendar(
        municipality=program.municipality,
        year=2022,
        reading=read,
        origin_name="x",
        origin_sha256="0" * 64,
        actor=None,
    )
    return [str(one) for one in result.differences.changes], [
        str(one) for one in result.differences.conflicts
    ]


def test_the_other_language_is_no_difference(program):
    assert found(program, reading()) == ([], [])
    assert Phase.objects.get().label == ""


def test_spaces_line_ends_and_marks_are_no_difference(program):
    task = replace(TASK, title="\u202eRéunion ", notes="أ\nب")

    assert found(program, reading(task, title=" Programme")) == ([], [])


def test_a_text_of_signs_stays_in_its_column(program):
    Program.objects.update(title_ar="=1+1", title_fr="")

    assert found(program, reading(title="=1+1")) == ([], [])
    assert Program.objects.get().title_fr == ""


def test_a_new_title_is_still_told(program):
    assert found(program, reading(replace(TASK, title="Autre"))) == ([], ["1.1 title_fr"])


def test_a_label_with_another_number_is_taken(program):
    assert found(program, reading(label="3. Début")) == (["1 label"], [])


def test_one_document_that_differs_is_told_by_the_stored_names_of_the_others(program):
    assert found(program, reading()) == ([], [])
    assert found(program, reading(replace(TASK, documents=("PV", "Plan")))) == (["1.1 documents"], [])

    titles = ExpectedDocument.objects.order_by("position").values_list("title_ar", "title_fr")
    assert list(titles) == [("محضر", "PV"), ("", "Plan")]


def test_documents_that_people_changed_are_told(program):
    found(program, reading())
    ExpectedDocument.objects.filter(position=2).update(title_ar="خطة", title_fr="Plan")

    assert found(program, reading()) == ([], ["1.1 documents"])


def test_a_delay_that_no_title_states_is_taken(program):
    second = factories.TaskFactory(phase=Phase.objects.get(), number=2, title_ar="ثان", title_fr="Suite")
    rule = DelayReading("1.1", "1.2", 7, in_working_days=False, text="Loi 7")

    assert found(program, reading(rules=(rule,))) == (["1.1 → 1.2"], [])
    assert DelayRule.objects.get().to_task == second


def test_a_delay_that_a_stored_title_states_is_not_invented(program):
    title = "Vote 7 jours au moins après Réunion"
    factories.TaskFactory(phase=Phase.objects.get(), number=2, title_ar="", title_fr=title)
    rule = DelayReading("1.1", "1.2", 7, in_working_days=False, text="7 jours au moins après Réunion")
    read = reading(rules=(rule,))
    tasks = (TASK, TaskReading(line=2, phase=1, number=2, title=title))
    read = replace(read, phases=(replace(read.phases[0], tasks=tasks),))

    assert found(program, read) == ([], [])
    assert found(program, read) == ([], [])
    assert not DelayRule.objects.exists()
    assert Task.objects.count() == 2


@given(st.text(alphabet="'12-./ أ=x", max_size=12))
def test_a_shield_comes_off_exactly(text):
    assert unshielded(shielded(text)) == text


@given(st.lists(st.text(alphabet="اب-+و •▪*;\"'1.", min_size=1, max_size=12).map(str.strip), max_size=4))
def test_a_bulleted_list_is_parted_at_its_lines(titles):
    titles = [title for title in titles if title]

    assert split_documents([bulleted(titles)]) == [titles]


def test_a_list_without_a_bullet_on_each_line_is_parted_as_before():
    assert split_documents(["• محضر - صور • بلاغ", "- محضر - صور\n- بلاغ"]) == [["محضر", "صور", "بلاغ"]] * 2

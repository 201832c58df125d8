"""The built-in model of the method: whole, in both languages, and in an order that its own delay allows."""

import itertools
import re

import pytest
from django.core.exceptions import ValidationError

from portal.bilingual import script_language
from programs.method import built_in_method
from programs.models import LAST_PHASE, LAST_TASK, TITLE_LENGTH, Phase

METHOD = built_in_method()
TASKS = {(phase.number, task.number): task for phase in METHOD.phases for task in phase.tasks}
DOCUMENTS = [document for task in TASKS.values() for document in task.documents]
TEXTS = [*METHOD.phases, *TASKS.values(), *DOCUMENTS]


def test_it_has_five_phases_and_nineteen_tasks():
    assert [phase.number for phase in METHOD.phases] == [1, 2, 3, 4, 5]
    assert [len(phase.tasks) for phase in METHOD.phases] == [5, 7, 1, 1, 5]
    assert len(TASKS) == 19


def test_tasks_are_numbered_from_one_in_each_phase():
    for phase in METHOD.phases:
        assert [task.number for task in phase.tasks] == list(range(1, len(phase.tasks) + 1))


def test_tasks_announce_the_documents_of_the_calendar_it_was_made_from():
    """As Nefta's of 2022 does; of task 2.5 it runs the first two together."""
    announced = [[len(task.documents) for task in phase.tasks] for phase in METHOD.phases]
    assert announced == [[1, 2, 1, 2, 3], [2, 1, 3, 1, 3, 2, 0], [0], [5], [1, 1, 1, 3, 1]]
    assert len(DOCUMENTS) == 33


@pytest.mark.parametrize("language", ["ar", "fr"])
def test_every_text_is_there_in_both_languages_and_in_the_right_one(language):
    for row in TEXTS:
        text = getattr(row, f"title_{language}")
        assert text == " ".join(text.split()) != ""
        assert script_language(text) == language, text
        assert len(text) <= TITLE_LENGTH


def test_the_wording_names_no_year_and_no_town():
    for row in TEXTS:
        for text in (row.title_ar, row.title_fr):
            assert not re.search(r"(19|20)\d\d", text), text
            assert not re.search("نفطة|Nefta|القنيطرة|Kénitra", text), text


def test_no_document_is_announced_twice_for_a_task():
    for task in TASKS.values():
        for language in ("ar", "fr"):
            titles = [getattr(document, f"title_{language}") for document in task.documents]
            assert len(set(titles)) == len(titles)


def test_the_days_lead_to_the_approval():
    days = [task.days_before_approval for task in TASKS.values()]
    assert days[-1] == 0
    assert min(days) == 0
    assert max(days) == days[0] == 48
    ends = [[task.days_before_approval for task in phase.tasks] for phase in METHOD.phases]
    for earlier, later in itertools.pairwise(ends):
        assert min(earlier) >= max(later)


def test_the_one_delay_is_that_which_the_calendar_prints_and_the_days_keep_it():
    (delay,) = METHOD.delays
    assert (delay.from_task, delay.to_task, delay.min_days) == ((2, 6), (4, 1), 7)
    assert script_language(delay.text_ar) == "ar"
    assert "7" in delay.text_fr
    days = TASKS[delay.from_task].days_before_approval - TASKS[delay.to_task].days_before_approval
    assert days >= delay.min_days


def test_it_fits_the_tables(nefta):
    for phase in METHOD.phases:
        assert phase.number <= LAST_PHASE
        assert len(phase.tasks) <= LAST_TASK
        row = Phase(number=phase.number, title_ar=phase.title_ar, title_fr=phase.title_fr)
        assert row.full_clean(exclude=["program"]) is None


def test_a_text_of_no_language_would_be_refused():
    with pytest.raises(ValidationError):
        Phase(number=1).full_clean(exclude=["program"])


def test_it_is_read_once_and_cannot_be_changed():
    assert built_in_method() is METHOD
    with pytest.raises(AttributeError):
        METHOD.phases[0].number = 9

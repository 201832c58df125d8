"""Every guess can be overruled, what was guessed anyway changes nothing, and the impossible is refused."""

from pathlib import Path

import pytest
from django.utils import translation

from portal.importing.tables import read_table
from programs.importers.calendar import read_calendar
from programs.importers.choices import (
    NOTHING_CHOSEN,
    ChoiceRefused,
    Choices,
    EmptyDone,
    Mirrored,
    choices_from,
    columns_from,
    options,
)
from programs.importers.codes import CodeOrder, LetterOrder
from programs.importers.heads import Column

NEFTA = (Path(__file__).parents[2] / "demo/sources/nefta-2022-calendar.txt").read_bytes()
HEADS = "المرحلة\tالعمل\tالوثائق\tالتاريخ\tالإنجاز\tملاحظات"
COLUMNS = (Column.PHASE, Column.TASK, Column.DOCUMENTS, Column.DATE, Column.DONE, Column.NOTES)


def calendar(*rows, heads=HEADS):
    return "\n".join(["رزنامة 2021", heads, *rows]).encode()


def read(data, year=2021, **texts):
    with translation.override("en"):
        return read_calendar(read_table("calendar.txt", data), year=year, choices=choices_from(texts))


def guess(reading, code):
    return next(guess for guess in reading.guesses if guess.code == code)


def days(reading):
    return [str(task.session_date) for task in reading.tasks]


ALIKE = ("1- أ\t1-1 تكوين\tقرار\t03/04/2021\t\t", "\t2-1 جمع\tجدول\t05/04/2021\tنعم\t")
TELLING = (*ALIKE, "\t3-1 نشر\tصور\t25/04/2021\t\t")
MONTH_FIRST = (*ALIKE, "\t3-1 نشر\tصور\t04/25/2021\t\t")


def test_dates_that_do_not_tell_day_from_month_are_a_guess_with_its_alternative():
    reading = read(calendar(*ALIKE))
    found = guess(reading, "date_order")

    assert days(reading) == ["2021-04-03", "2021-04-05"]
    assert (found.value, found.alternatives, found.choice) == ("dmy", ("mdy",), "date_order")
    assert (found.line, found.example) == (3, "03/04/2021")
    assert days(read(calendar(*ALIKE), date_order="mdy")) == ["2021-03-04", "2021-05-04"]


def test_a_date_that_tells_leaves_no_alternative():
    found = guess(read(calendar(*TELLING)), "date_order")

    assert (found.value, found.alternatives, found.example) == ("dmy", (), "25/04/2021")


def test_the_month_stands_first_where_only_so_all_dates_exist():
    reading = read(calendar(*MONTH_FIRST))
    found = guess(reading, "date_order")

    assert days(reading) == ["2021-03-04", "2021-05-04", "2021-04-25"]
    assert (found.value, found.alternatives, found.example) == ("mdy", (), "04/25/2021")


def test_a_chosen_order_can_be_taken_back():
    found = guess(read(calendar(*ALIKE), date_order="mdy"), "date_order")

    assert (found.value, found.alternatives) == ("mdy", ("dmy",))


def test_the_other_number_of_the_code_can_be_the_phase():
    data = calendar("أ\t1-2 تكوين\t\t2021/04/03\t\t", "ب\t2-3 جمع\t\t2021/04/04\t\t")
    found = guess(read(data), "code_order")
    (other,) = found.alternatives

    assert found.choice == "code_order"
    assert found.example == "1-2"
    assert [task.code for task in read(data, code_order="phase-task").tasks] == ["1.2", "2.3"]
    assert [task.code for task in read(data, code_order="task-phase").tasks] == ["2.1", "3.2"]
    assert guess(read(data, code_order=other), "code_order").alternatives == (found.value,)


def test_columns_can_be_named_otherwise():
    swapped = "phase | task | notes | date | done | documents"
    reading = read(calendar(*TELLING), columns=swapped)

    assert reading.tasks[0].notes == "قرار"
    assert reading.tasks[0].documents == ()
    assert guess(reading, "columns").value == swapped


def test_a_column_can_be_left_unread():
    reading = read(calendar(*TELLING), columns="phase task - date done notes")

    assert all(not task.documents for task in reading.tasks)
    assert "column_not_read" in [warning.code for warning in reading.warnings]


def test_the_columns_of_the_file_are_told_with_their_heads():
    columns = read(calendar(*ALIKE)).columns

    assert [column.text for column in columns] == HEADS.split("\t")
    assert tuple(column.column for column in columns) == COLUMNS


def test_rows_that_run_backwards_can_be_left_as_they_stand():
    data = calendar("قرار\t1-1 تكوين\t1- أ", "صور\t2-1 جمع\t", heads="المرحلة\tالعمل\tالوثائق")
    found = guess(read(data), "mirrored_rows")
    left = read(data, mirrored="leave")

    assert (found.value, found.alternatives, found.line, found.last_line) == ("turn", ("leave",), 3, 4)
    assert [task.documents for task in read(data).tasks] == [("قرار",), ("صور",)]
    assert [task.documents for task in left.tasks] == [("1- أ",), ()]
    assert left.phases[0].label == "قرار"
    assert guess(left, "mirrored_rows").alternatives == ("turn",)


def test_an_empty_cell_of_done_can_mean_no():
    found = guess(read(calendar(*TELLING)), "empty_done")

    assert (found.value, found.alternatives, found.line, found.last_line) == ("none", ("no",), 3, 5)
    assert [task.done for task in read(calendar(*TELLING)).tasks] == [None, True, None]
    assert [task.done for task in read(calendar(*TELLING), empty_done="no").tasks] == [False, True, False]


@pytest.mark.parametrize("data", [NEFTA, calendar(*ALIKE), calendar(*TELLING), calendar(*MONTH_FIRST)])
def test_choosing_what_was_guessed_changes_nothing(data):
    reading = read(data)
    chosen = {guess.choice: guess.value for guess in reading.guesses if guess.choice}

    assert len(chosen) >= 4
    again = read(data, **chosen)
    assert (again.phases, again.warnings) == (reading.phases, reading.warnings)
    for guessed in again.guesses:
        if guessed.choice:
            assert guessed.value == chosen[guessed.choice]


def test_choices_as_texts_and_back():
    choices = Choices(
        (Column.TASK, None, Column.DATE),
        CodeOrder.TASK_FIRST,
        None,
        Mirrored.LEAVE,
        EmptyDone.NO,
        LetterOrder.ABJAD,
    )

    assert choices_from(choices.as_texts()) == choices
    assert choices_from({}) == choices_from({"columns": " ", "mirrored": ""}) == NOTHING_CHOSEN
    assert columns_from("task,-,date") == choices.columns


def test_every_option_of_every_choice_is_read():
    for choice in ("code_order", "date_order", "mirrored", "empty_done", "letters"):
        assert {choices_from({choice: option}).as_texts()[choice] for option in options(choice)} == set(
            options(choice)
        )


REFUSED = {
    "columns, too few": ("columns", "phase task", 2, "6 columns, as many as the table has"),
    "columns without tasks": ("columns", "phase - - date - -", 2, "one column of tasks among those chosen"),
    "a column twice": ("columns", "task task - date - -", 2, "the column “task” once"),
    "an unknown column": (
        "columns",
        "task cost",
        1,
        "one of phase, code, task, documents, date, done, notes, responsible, -",
    ),
    "an unknown order": ("code_order", "sideways", 1, "one of phase-task, task-phase"),
}


@pytest.mark.parametrize("reason", REFUSED)
def test_a_choice_that_cannot_be_applied_is_refused(reason):
    choice, text, line, expected = REFUSED[reason]
    with translation.override("en"), pytest.raises(ChoiceRefused) as refused:
        read(calendar(*TELLING), **{choice: text})

    assert (refused.value.choice, refused.value.line, refused.value.expected) == (choice, line, expected)


def test_an_order_that_a_date_does_not_bear_is_refused_at_the_date():
    for order, expected in (
        ("mdy", "a day that exists"),
        ("ymd", "a date with its year first, as was chosen"),
    ):
        with translation.override("en"), pytest.raises(ChoiceRefused) as refused:
            read(calendar(*TELLING), date_order=order)
        assert refused.value.choice == "date_order"
        assert refused.value.expected == expected
        assert refused.value.column == 4


def test_rows_left_backwards_without_their_code_are_refused():
    with translation.override("en"), pytest.raises(ChoiceRefused) as refused:
        read(NEFTA, mirrored="leave")

    assert (refused.value.choice, refused.value.line) == ("mirrored", 19)


def test_an_order_of_codes_that_makes_impossible_phases_is_refused():
    data = calendar(*(f"\t1-{task} عمل\t\t\t\t" for task in (1, 2, 100)))
    assert [task.code for task in read(data).tasks] == ["1.1", "1.2", "1.100"]

    with translation.override("en"), pytest.raises(ChoiceRefused) as refused:
        read(data, code_order="task-phase")
    assert (refused.value.choice, refused.value.line) == ("code_order", 5)


def test_an_order_of_codes_needs_codes_of_two_numbers():
    with pytest.raises(ChoiceRefused) as refused:
        read(calendar("1- أ\t1- تكوين\t\t\t\t"), code_order="task-phase")

    assert refused.value.choice == "code_order"


def test_empty_cells_cannot_mean_no_without_a_column_of_done():
    data = calendar("1- أ\t1-1 تكوين\t2021/04/03", heads="المرحلة\tالعمل\tالتاريخ")
    with pytest.raises(ChoiceRefused) as refused:
        read(data, empty_done="no")

    assert refused.value.choice == "empty_done"

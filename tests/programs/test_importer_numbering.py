"""Letters as numbers, tasks numbered within their phase, words that a line end cuts."""

import pytest
from django.utils import translation

from portal.importing.refusals import ImportRefused
from portal.importing.tables import read_table
from programs.importers.calendar import read_calendar
from programs.importers.choices import choices_from
from programs.importers.codes import (
    Code,
    LetterOrder,
    find_letters,
    split_code,
    split_label,
    split_lone_number,
)

HEADS = "المرحلة\tالعمل\tالوثائق\tالتاريخ\tملاحظات"
ALPHABET, ABJAD = LetterOrder.ALPHABET, LetterOrder.ABJAD

CODES = {
    "أ-1 تكوين": (1, 1, "تكوين"),
    "ب.2 تكوين": (2, 2, "تكوين"),
    "1-أ تكوين": (1, 1, "تكوين"),
    "2-ج- تكوين": (2, 5, "تكوين"),
    "ا/3 تكوين": (1, 3, "تكوين"),
    "هـ-1 تكوين": (26, 1, "تكوين"),
}
NO_CODES = ["أو 1", "و 3 صور", "ص-2020", "1- أ", "2 - و صور", "1- أ. فلان", "1-أول", "أ-ب", "د. 5"]
LABELS = {
    "أ- الإعداد": (1, "الإعداد"),
    "ب) النشر": (2, "النشر"),
    "ج / التنفيذ": (5, "التنفيذ"),
    "المرحلة ب: النشر": (2, "النشر"),
    "د. فلان": (None, "د. فلان"),
    "أ": (None, "أ"),
    "أولا- الإعداد": (None, "أولا- الإعداد"),
}


@pytest.mark.parametrize("text", CODES)
def test_letters_in_codes(text):
    first, second, title = CODES[text]

    assert split_code(text) == (Code(first, second), title)


@pytest.mark.parametrize("text", NO_CODES)
def test_what_is_no_code_of_letters(text):
    assert split_code(text) is None


@pytest.mark.parametrize("text", LABELS)
def test_letters_in_labels(text):
    assert split_label(text) == LABELS[text]


@pytest.mark.parametrize(
    ("texts", "order", "letter"),
    [
        (["أ- س", "ب- س", "ت- س", "ث- س"], ALPHABET, "ت"),
        (["أ- س", "ب- س", "ج- س", "د- س"], ABJAD, "ج"),
        (["أ- س", "ب- س"], ALPHABET, ""),
        (["1- س", "1.1 ج"], ALPHABET, ""),
        (["أ-1 س", "أ-2 س", "ب-1 س", "ج-1 س"], ABJAD, "ج"),
    ],
)
def test_the_order_in_which_letters_follow_each_other(texts, order, letter):
    assert find_letters(texts) == (order, letter)


def test_numbers_that_stand_alone():
    assert split_lone_number("1- تكوين") == (1, "تكوين")
    assert split_lone_number("ج) تكوين", ABJAD) == (3, "تكوين")
    assert split_lone_number("4") == (4, "")
    assert split_lone_number("تكوين 4") is None
    assert split_lone_number("4 تكوين") is None


def read(*rows, heads=HEADS, **choices):
    text = "\n".join(["رزنامة 2023", heads, *rows])
    with translation.override("en"):
        return read_calendar(read_table("c.txt", text.encode()), year=2023, choices=choices_from(choices))


def codes(calendar):
    return [task.code for task in calendar.tasks]


def guess(calendar, code):
    return next(guess for guess in calendar.guesses if guess.code == code)


ROWS = {
    "phases": ("أ- الإعداد\tأ.1 تكوين\t\t2023/06/09\t", "\tأ.2 جمع\t\t\t", "ب- النشر\tب.1 نشر\t\t\t"),
    "tasks": ("1- الإعداد\t1-أ تكوين\t\t2023/06/09\t", "\t1-ب جمع\t\t\t", "2- النشر\t2-أ نشر\t\t\t"),
    "tasks first": ("1- الإعداد\tأ-1 تكوين\t\t2023/06/09\t", "\tب-1 جمع\t\t\t", "2- النشر\tأ-2 نشر\t\t\t"),
    "tasks alone": ("1- الإعداد\tأ- تكوين\t\t2023/06/09\t", "\tب- جمع\t\t\t", "2- النشر\tأ- نشر\t\t\t"),
    "both alone": ("أ- الإعداد\t1- تكوين\t\t2023/06/09\t", "\t2- جمع\t\t\t", "ب- النشر\t1- نشر\t\t\t"),
    "phases without number": ("الإعداد\t1) تكوين\t\t2023/06/09\t", "\t2) جمع\t\t\t", "النشر\t1) نشر\t\t\t"),
    "backwards": ("\t2023/06/09\t\tأ.1 تكوين\tأ- الإعداد", "\tأ.2 جمع\t\t\t", "ب- النشر\tب.1 نشر\t\t\t"),
}


@pytest.mark.parametrize("way", ROWS)
def test_calendars_numbered_with_letters_or_within_phases(way):
    calendar = read(*ROWS[way])

    assert codes(calendar) == ["1.1", "1.2", "2.1"]
    assert [task.title for task in calendar.tasks] == ["تكوين", "جمع", "نشر"]
    assert [phase.title for phase in calendar.phases] == ["الإعداد", "النشر"]


def test_the_order_of_letters_is_a_guess_with_its_alternative():
    rows = [f"{letter}- مرحلة\t{letter}.1 عمل\t\t2023/06/09\t" for letter in "أبجد"]
    found = guess(read(*rows), "letters")

    assert codes(read(*rows)) == ["1.1", "2.1", "3.1", "4.1"]
    assert (found.value, found.alternatives, found.choice, found.example) == (
        "abjad",
        ("alphabet",),
        "letters",
        "ج",
    )
    assert codes(read(*rows, letters="alphabet")) == ["1.1", "2.1", "5.1", "8.1"]


def test_seven_phases_of_the_alphabet():
    rows = [f"{letter}- مرحلة\t{letter}.1 عمل\t\t2023/06/09\t" for letter in "أبتثجحخ"]

    assert [phase.number for phase in read(*rows).phases] == [1, 2, 3, 4, 5, 6, 7]


def test_numbers_in_a_column_of_their_own():
    heads = "المرحلة\tع/ر\tالعمل\tالتاريخ".replace("ع/ر", "رقم")
    calendar = read("1- أولى\t1\tتكوين\t2023/06/09", "\t2\tجمع\t", "2- ثانية\t3\tنشر\t", heads=heads)

    assert codes(calendar) == ["1.1", "1.2", "2.3"]
    assert guess(calendar, "code_order").reason == (
        "Tasks have one number each: the phase is the one that they stand under."
    )


def test_single_numbers_without_phases_are_refused():
    with translation.override("en"), pytest.raises(ImportRefused) as refused:
        read("1- تكوين\t2023/06/09", "2- جمع\t", heads="العمل\tالتاريخ")

    assert refused.value.expected == "the code of the task before its title, such as 2-1 or 1.2"


BROKEN = 'رزنامة 2023\nالمرحلة,العمل,الوثائق,التاريخ\n1- أ,"1.1 تكوين خلية البر\nنامج",قرار,2023/06/09\n'
BROKEN += ',"1.2 نشر البرنامج",صور,2023/06/10\n'


def test_a_word_cut_by_a_line_end_is_joined_with_a_space_and_told():
    with translation.override("en"):
        calendar = read_calendar(read_table("c.csv", BROKEN.encode()), year=2023)

    assert calendar.tasks[0].title == "تكوين خلية البر نامج"
    assert [(w.code, w.line, w.column) for w in calendar.warnings] == [("broken_word", 3, 2)]
    assert calendar.warnings[0].message == (
        "“البر” and “نامج” seem to be one word that a line end cuts; they stand apart."
    )


def test_a_hyphen_at_a_line_end_is_told():
    text = 'Programme 2023\nPhase,Tâche,Date\n1- A,"1.1 Organi-\nsation de la réunion",2023/06/09\n'
    with translation.override("en"):
        calendar = read_calendar(read_table("c.csv", text.encode()), year=2023)

    assert [w.code for w in calendar.warnings] == ["broken_word"]


def test_whole_words_on_two_lines_are_not_told():
    with translation.override("en"):
        text = BROKEN.replace("البر\nنامج", "البرنامج\nالسنوي")
        assert read_calendar(read_table("c.csv", text.encode()), year=2023).warnings == ()

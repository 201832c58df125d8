"""Which tables of a file are calendars; what else it holds is said, of several calendars one is asked for."""

import pytest
from django.utils import translation

from portal.importing.refusals import ImportRefused
from portal.importing.tables import read_tables
from programs.importers.calendar import read_calendar
from programs.importers.finding import SeveralCalendars, choose_calendar, find_calendars
from tests import calendar_files as files

HEADS = ["المرحلة", "العمل", "الوثائق", "التاريخ"]
FIRST = [
    ["1- الإعداد", "1.1 تكوين الخلية", "قرار", "2023/06/09"],
    ["", "1.2 جمع المعطيات", "جدول", "2023/06/10"],
]
SECOND = [["2- النشر", "2.1 نشر النتائج", "صور", "2023/06/20"], ["", "2.2 الجلسة", "محضر", "2023/06/30"]]
ATTENDANCE = [
    ["الاسم واللقب", "الصفة", "الإمضاء"],
    ["فلان الفلاني", "عضو", ""],
    ["فلانة الفلانية", "رئيسة", ""],
]
COUNTS = [["المنطقة", "عدد الحضور", "النساء", "الشباب"], ["نفطة", "50", "20", "12"]]
FRENCH_LIST = [["N°", "Nom et prénom", "Signature", "Observations"], ["1", "X", "", ""], ["2", "Y", "", ""]]
MINUTES = ["محضر جلسة", "جدول الأعمال: الرزنامة", "حضر السادة فلان وفلان", "رفعت الجلسة"]
MAKERS = {"xlsx": files.as_xlsx, "docx": files.as_docx, "html": files.as_html, "text": files.as_text}


def tables(data):
    return read_tables("calendar", data)


def read(data, number=None, year=2023):
    with translation.override("en"):
        return read_calendar(choose_calendar(tables(data), number), year=year)


def codes(calendar):
    return [task.code for task in calendar.tasks]


def refusal(data, number=None):
    with translation.override("en"), pytest.raises(ImportRefused) as refused:
        choose_calendar(tables(data), number)
    return refused.value


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
def test_a_calendar_in_two_tables_is_one(make):
    data = make([[HEADS, *FIRST], SECOND], titles=["رزنامة 2023"])

    assert codes(read(data)) == ["1.1", "1.2", "2.1", "2.2"]
    assert read(data).title == "رزنامة 2023"


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
def test_heads_may_come_again_and_the_second_table_run_backwards(make):
    backwards = [row[::-1] for row in SECOND]
    data = make([[HEADS, *FIRST], backwards], titles=["رزنامة 2023"])

    assert codes(read(make([[HEADS, *FIRST], [HEADS, *SECOND]]))) == ["1.1", "1.2", "2.1", "2.2"]
    assert read(data).tasks[2].documents == ("صور",)


def test_a_row_that_a_page_break_cut_goes_on_in_the_next_table():
    data = files.as_docx([[HEADS, *FIRST], [["", "", "صور", ""]]], titles=["رزنامة 2023"])

    assert read(data).tasks[1].documents == ("جدول", "صور")


def test_a_table_for_each_phase_under_a_line_that_names_it():
    blocks = [[HEADS[1:], *[row[1:] for row in rows]] for rows in (FIRST, SECOND)]
    data = files.as_docx(blocks, titles=["رزنامة 2023", "1- الإعداد"], between=["2- النشر"])

    assert [(phase.label, len(phase.tasks)) for phase in read(data).phases] == [
        ("1- الإعداد", 2),
        ("2- النشر", 2),
    ]


@pytest.mark.parametrize("other", [ATTENDANCE, COUNTS], ids=["names", "counts"])
def test_other_tables_beside_a_calendar_are_left_out(other):
    calendar = [HEADS, *FIRST]

    assert codes(read(files.as_docx([calendar, other]))) == ["1.1", "1.2"]
    assert codes(read(files.as_docx([other, calendar]))) == ["1.1", "1.2"]
    assert codes(read(files.as_xlsx([other, calendar], sheets=["حضور", "رزنامة"]))) == ["1.1", "1.2"]


ATTENDANCE_SENTENCE = (
    "a calendar of phases, tasks, documents and dates; this is taken for a table of attendance, with names, "
    "signatures or numbers of people"
)
MINUTES_SENTENCE = (
    "a calendar of phases, tasks, documents and dates; this is taken for the minutes of a meeting"
)


@pytest.mark.parametrize("table", [ATTENDANCE, COUNTS, FRENCH_LIST], ids=["names", "counts", "French"])
@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
def test_a_table_of_attendance_is_refused_as_one(make, table):
    refused = refusal(make([table], titles=["بطاقة حضور"]))

    assert refused.expected == ATTENDANCE_SENTENCE
    assert refused.found == " ".join(table[0])


def test_minutes_are_refused_as_such():
    assert refusal("\n".join(MINUTES).encode()).expected == MINUTES_SENTENCE
    table = [["النقطة", "القرار"], ["الرزنامة", "مصادقة"]]
    assert refusal(files.as_docx([table], titles=MINUTES)).expected == MINUTES_SENTENCE


def test_what_is_nothing_known_is_left_to_the_reader_to_refuse():
    data = files.as_text([[["السلعة", "الثمن"], ["خبز", "230"]]])

    assert len(find_calendars(tables(data))) == 1
    with translation.override("en"), pytest.raises(ImportRefused) as refused:
        read(data)
    assert refused.value.expected.startswith("a calendar: a table with columns of phases")


OTHER_YEAR = [[cell.replace("2023", "2024") for cell in row] for row in FIRST]
SEVERAL = {
    "two sheets": files.as_xlsx([[HEADS, *FIRST], [HEADS, *OTHER_YEAR]], sheets=["2023", "2024"]),
    "two tables": files.as_docx([[HEADS, *FIRST], [HEADS, *OTHER_YEAR]], between=["رزنامة 2024"]),
    "two tables of a page": files.as_html([[HEADS, *FIRST], [HEADS, *OTHER_YEAR]]),
    "one text": files.as_text([[["رزنامة 2023"], HEADS, *FIRST], [["رزنامة 2024"], HEADS, *OTHER_YEAR]]),
    "one sheet": files.as_xlsx([[["رزنامة 2023"], HEADS, *FIRST], [["رزنامة 2024"], HEADS, *OTHER_YEAR]]),
}


@pytest.mark.parametrize("way", SEVERAL)
def test_of_several_calendars_one_has_to_be_chosen(way):
    refused = refusal(SEVERAL[way])

    assert isinstance(refused, SeveralCalendars)
    assert [(found.number, found.task_count) for found in refused.calendars] == [(1, 2), (2, 2)]
    assert refused.expected.startswith("one calendar, or its number chosen among these: 1: ")
    assert [str(read(SEVERAL[way], number).tasks[0].session_date)[:4] for number in (1, 2)] == [
        "2023",
        "2024",
    ]


def test_several_calendars_are_told_by_name_and_title():
    names = [found.name for found in refusal(SEVERAL["two sheets"]).calendars]
    titles = [found.title for found in refusal(SEVERAL["one text"]).calendars]

    assert names == ["2023", "2024"]
    assert titles == ["رزنامة 2023", "رزنامة 2024"]


@pytest.mark.parametrize("number", [0, 3, -1])
def test_a_calendar_that_is_not_there_cannot_be_chosen(number):
    assert isinstance(refusal(SEVERAL["two sheets"], number), SeveralCalendars)


def test_calendars_of_two_years_are_two_though_their_codes_differ():
    data = files.as_docx([[HEADS, *FIRST], [HEADS, *SECOND]], titles=["رزنامة 2023"], between=["رزنامة 2024"])

    assert len(find_calendars(tables(data))) == 2


def test_a_form_that_nobody_filled_in_is_no_second_calendar():
    data = files.as_xlsx([[HEADS], [HEADS, *FIRST]], sheets=["أنموذج", "2023"])

    assert codes(read(data)) == ["1.1", "1.2"]


def test_calendars_without_codes_of_two_numbers_are_told_apart_too():
    rows = [["أ- الإعداد", "1- تكوين", "قرار", "2023/06/09"], ["", "2- جمع", "جدول", "2023/06/10"]]
    other = [[cell.replace("2023", "2024") for cell in row] for row in rows]
    data = files.as_docx([[HEADS, *rows], [HEADS, *other]], titles=["رزنامة 2023"], between=["رزنامة 2024"])

    assert [found.task_count for found in refusal(data).calendars] == [2, 2]


def test_a_calendar_whose_tasks_ask_for_minutes_is_not_taken_for_minutes():
    rows = [["المرحلة", "كذا"], ["الإعداد", "محضر جلسة"], ["النشر", "جدول الأعمال"]]
    with translation.override("en"), pytest.raises(ImportRefused) as refused:
        read(files.as_text([rows]))

    assert refused.value.expected.startswith("a calendar: a table with columns")


def test_a_doubled_code_alone_makes_no_second_calendar():
    data = files.as_text([[HEADS, *FIRST, FIRST[0]]])

    assert len(find_calendars(tables(data))) == 1

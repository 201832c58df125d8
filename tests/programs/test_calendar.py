"""A calendar laid out for a reader: codes, periods, the next date, today's line, delays."""

import datetime

import pytest
from django.template.loader import render_to_string
from django.utils.translation import override

from programs.calendar import code_in, read_calendar
from programs.models import DayKind, ExpectedDocument, Phase, Program, SupportingDocument, Task
from programs.rules import TaskState
from tests import factories

TODAY = datetime.date(2021, 11, 9)


def day(offset):
    return None if offset is None else TODAY + datetime.timedelta(days=offset)


def program_of(municipality, *phases, **fields):
    """A program with a phase for each list of days from today; ``None`` has no date."""
    program = factories.ProgramFactory(municipality=municipality, published=True, **fields)
    for number, offsets in enumerate(phases, start=1):
        phase = Phase.objects.create(program=program, number=number, title_ar=f"مرحلة {number}")
        Task.objects.bulk_create(
            Task(phase=phase, number=n, title_ar=f"عمل {n}", session_date=day(offset))
            for n, offset in enumerate(offsets, start=1)
        )
    return program


def task(program, phase, number):
    return Task.objects.get(phase__program=program, phase__number=phase, number=number)


def change(program, phase, number, **fields):
    Task.objects.filter(pk=task(program, phase, number).pk).update(**fields)


def read(program, language="fr", today=TODAY, **options):
    with override(language):
        return read_calendar(Program.objects.for_calendar_page().get(pk=program.pk), today, **options)


def marked(calendar, name):
    return [row.anchor for row in calendar.rows if getattr(row, name)]


# --- order and names ---------------------------------------------------------------------------------


def test_it_reads_in_the_order_of_the_numbers_whatever_the_order_of_entry(nefta):
    program = factories.ProgramFactory(municipality=nefta)
    for number in (10, 2, 1):
        phase = factories.PhaseFactory(program=program, number=number)
        for task_number in (11, 3, 2):
            factories.TaskFactory(phase=phase, number=task_number)
    anchors = [row.anchor for row in read(program).rows]
    assert anchors == [f"task-{phase}-{number}" for phase in (1, 2, 10) for number in (2, 3, 11)]


def test_only_the_confirmed_holidays_are_asked_for_while_it_is_laid_out(nefta, django_assert_num_queries):
    program = program_of(nefta, [-1, 1], [2])
    factories.ExpectedDocumentFactory(task=task(program, 1, 1))
    factories.DelayRuleFactory(from_task=task(program, 1, 1), to_task=task(program, 2, 1))
    found = Program.objects.for_calendar_page().select_related("municipality").get(pk=program.pk)
    with django_assert_num_queries(1):
        calendar = read_calendar(found, TODAY)
        assert calendar.delays[0].from_row is calendar.rows[0]


@pytest.mark.parametrize(("language", "code"), [("ar", "6-2"), ("fr", "2.6"), ("en", "2.6")])
def test_a_code_is_written_as_the_language_does(language, code):
    assert code_in(language, phase=2, task=6) == code


@pytest.mark.parametrize("language", ["ar", "fr", "en"])
def test_an_anchor_is_the_same_in_every_language(nefta, language):
    program = program_of(nefta, [0], [1])
    assert [row.anchor for row in read(program, language).rows] == ["task-1-1", "task-2-1"]


@pytest.mark.parametrize(
    ("number", "label", "differs"),
    [
        (3, "1- التشاور", True),
        (3, "3- التشاور", False),
        (3, "", False),
        (3, "المرحلة الثالثة", False),
        (12, "12- x", False),
        (12, "1- x", True),
        (1, "10- x", True),
        (3, "٣- x", False),
        (3, "03- x", False),
    ],
)
def test_a_label_is_quoted_when_it_prints_another_number(nefta, number, label, differs):
    program = factories.ProgramFactory(municipality=nefta)
    Phase.objects.create(program=program, number=number, title_ar="التشاور", label=label)
    assert read(program).phases[0].label_differs is differs


def test_a_text_of_another_language_is_noticed(nefta):
    program = program_of(nefta, [0], title_fr="Calendrier")
    assert not read(program, "ar").is_monolingual
    assert read(program, "fr").is_monolingual
    Task.objects.update(title_fr="Tâche")
    assert read(program, "fr").is_monolingual
    Phase.objects.update(title_fr="Phase")
    assert not read(program, "fr").is_monolingual


def test_dates_are_written_in_the_countrys_months(nefta, kenitra):
    for town, arabic, french in [(nefta, "3 أوت", "3 août"), (kenitra, "3 غشت", "3 août")]:
        program = program_of(town, [None])
        change(program, 1, 1, session_date=datetime.date(2022, 8, 3))
        assert read(program, "ar").rows[0].day == arabic
        assert read(program, "fr").rows[0].day == french
        assert read(program, "fr").rows[0].weekday == "mercredi"
        assert read(program, "ar").rows[0].sheet_date == "2022/08/03"


# --- periods -----------------------------------------------------------------------------------------


def test_a_period_runs_from_the_earliest_to_the_latest_date(nefta):
    calendar = read(program_of(nefta, [5, None, -3, 1], [20], [None]))
    assert calendar.period == "6 – 29 novembre 2021"
    assert [phase.period for phase in calendar.phases] == ["6 – 14 novembre 2021", "29 novembre 2021", ""]


def test_without_dates_there_is_no_period(nefta):
    calendar = read(program_of(nefta, [None, None]))
    assert calendar.period == ""
    assert [row.day + row.weekday + row.sheet_date for row in calendar.rows] == ["", ""]


# --- the next date -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("phases", "expected", "days"),
    [
        ([[-1, 4, 9]], "task-1-2", 4),
        ([[9, 4, -1]], "task-1-2", 4),
        ([[20], [3]], "task-2-1", 3),
        ([[-1, 0, 1]], "task-1-2", 0),
        ([[None, 7]], "task-1-2", 7),
        ([[2, 2]], "task-1-1", 2),
        ([[-5, -1]], None, 0),
        ([[None]], None, 0),
        ([[]], None, 0),
        ([], None, 0),
    ],
)
def test_the_next_date_is_the_nearest_of_all_phases(nefta, phases, expected, days):
    calendar = read(program_of(nefta, *phases))
    assert marked(calendar, "is_next") == ([expected] if expected else [])
    assert (calendar.next_task.anchor if calendar.next_task else None) == expected
    assert calendar.days_to_next == days


def test_what_is_done_ahead_of_its_date_is_not_next(nefta):
    program = program_of(nefta, [2, 5])
    change(program, 1, 1, done=True)
    assert marked(read(program), "is_next") == ["task-1-2"]


def test_what_was_said_not_to_be_done_yet_may_be_next(nefta):
    program = program_of(nefta, [2, 5])
    change(program, 1, 1, done=False)
    assert marked(read(program), "is_next") == ["task-1-1"]


def test_next_is_a_mark_and_not_a_state(nefta):
    row = read(program_of(nefta, [2])).rows[0]
    assert (row.state, row.mark, row.tile) == (TaskState.UPCOMING, "next", "n")


# --- today's line ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("phases", "expected"),
    [
        ([[-2, -1, 1, 2]], "task-1-3"),
        ([[-2, 0, 2]], "task-1-2"),
        ([[-2, -1], [1]], "task-2-1"),
        ([[-2, None, 3]], "task-1-3"),
        ([[-2, None]], None),
        ([[-2, -1]], None),
        ([[0]], None),
        ([[1, 2]], None),
        ([[None, None]], None),
        ([[]], None),
        ([], None),
        # Out of order: before the first row to come in the printed order, and only once.
        ([[-1, 5, -2, 7]], "task-1-2"),
        ([[3], [-4], [6]], "task-1-1"),
    ],
)
def test_todays_line_stands_before_the_first_date_to_come(nefta, phases, expected):
    calendar = read(program_of(nefta, *phases))
    assert marked(calendar, "is_first_to_come") == ([expected] if expected else [])


def test_the_line_moves_with_the_day(nefta):
    program = program_of(nefta, [0, 1, 2])
    lines = [marked(read(program, today=day(offset)), "is_first_to_come") for offset in range(-1, 4)]
    assert lines == [[], [], ["task-1-2"], ["task-1-3"], []]


# --- states and evidence -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("done", "offset", "documents", "files", "state", "mark", "tile"),
    [
        (True, -1, 2, 2, TaskState.DONE, "done", "d"),
        (True, -1, 0, 0, TaskState.DONE, "done", "d"),
        (True, None, 1, 1, TaskState.DONE, "done", "d"),
        (True, -1, 2, 1, TaskState.DONE_BARE, "bare", "b"),
        (True, 9, 1, 0, TaskState.DONE_BARE, "bare", "b"),
        (False, -3, 1, 1, TaskState.LATE, "late", "l"),
        (None, -3, 1, 1, TaskState.NOT_STATED, "none", "u"),
        (None, 0, 1, 0, TaskState.TODAY, "next", "n"),
        (None, 9, 1, 0, TaskState.UPCOMING, "next", "n"),
        (False, None, 1, 0, TaskState.UNDATED, "todo", ""),
    ],
)
def test_a_row_shows_the_state_of_its_task(nefta, done, offset, documents, files, state, mark, tile):
    program = program_of(nefta, [offset])
    change(program, 1, 1, done=done)
    expected = [
        factories.ExpectedDocumentFactory(task=task(program, 1, 1), position=n) for n in range(documents)
    ]
    for document in expected[:files]:
        factories.SupportingDocumentFactory(expected_document=document)
    row = read(program).rows[0]
    assert (row.state, row.mark, row.tile) == (state, mark, tile)
    assert len(row.documents) == documents
    assert len(row.documents_awaited) == documents - files


@pytest.mark.parametrize(
    ("done", "offset", "words"),
    [
        (True, -1, "Done, without evidence"),
        (False, -1, "Late by 1 day"),
        (False, -30, "Late by 30 days"),
        (None, -1, "Not stated"),
        (None, 0, "Today"),
        (None, 9, "Next date"),
        (None, None, "No date yet"),
    ],
)
def test_a_state_in_words(nefta, done, offset, words):
    program = program_of(nefta, [offset])
    change(program, 1, 1, done=done)
    factories.ExpectedDocumentFactory(task=task(program, 1, 1))
    with override("en"):
        assert read(program, "en").rows[0].words == words


def test_some_evidence_is_not_said_to_be_none(nefta):
    program = program_of(nefta, [-1])
    change(program, 1, 1, done=True)
    for position in (1, 2):
        document = factories.ExpectedDocumentFactory(task=task(program, 1, 1), position=position)
    with override("en"):
        assert read(program, "en").rows[0].words == "Done, without evidence"
        factories.SupportingDocumentFactory(expected_document=document)
        assert read(program, "en").rows[0].words == "Done, evidence incomplete"


def test_two_files_for_one_document_do_not_stand_for_the_other(nefta):
    program = program_of(nefta, [-1])
    change(program, 1, 1, done=True)
    first = factories.ExpectedDocumentFactory(task=task(program, 1, 1), position=1)
    factories.ExpectedDocumentFactory(task=task(program, 1, 1), position=2, title_ar="صور")
    factories.SupportingDocumentFactory.create_batch(2, expected_document=first)
    row = read(program, file_address=lambda file: f"/{file.pk}").rows[0]
    assert row.state is TaskState.DONE_BARE
    assert [str(document.title) for document in row.documents_awaited] == ["صور"]
    assert len(row.files) == 2


def test_an_internal_file_is_evidence_that_is_counted_but_not_offered(nefta):
    program = program_of(nefta, [-1])
    change(program, 1, 1, done=True)
    document = factories.ExpectedDocumentFactory(task=task(program, 1, 1))
    factories.SupportingDocumentFactory(expected_document=document, is_public=False)
    row = read(program, file_address=lambda file: f"/{file.pk}").rows[0]
    assert row.state is TaskState.DONE
    assert (row.files, row.documents_internal, row.documents_awaited) == ([], 1, [])


def test_files_are_offered_only_where_there_is_an_address_for_them(nefta):
    program = program_of(nefta, [-1])
    document = factories.ExpectedDocumentFactory(task=task(program, 1, 1), title_ar="محضر", title_fr="PV")
    file = factories.SupportingDocumentFactory(expected_document=document)
    assert read(program).rows[0].files == []
    offered = read(program, file_address=lambda file: f"/files/{file.pk}/").rows[0].files
    assert [(row.title, row.address) for row in offered] == [("PV", f"/files/{file.pk}/")]


def test_documents_come_in_the_order_the_calendar_announces(nefta):
    program = program_of(nefta, [1])
    for position, title in [(3, "ج"), (1, "أ"), (2, "ب")]:
        ExpectedDocument.objects.create(task=task(program, 1, 1), position=position, title_ar=title)
    assert [str(document.title) for document in read(program).rows[0].documents] == ["أ", "ب", "ج"]
    assert not SupportingDocument.objects.exists()


# --- phases ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("offsets", "done", "standing", "fraction"),
    [
        ([1, 2], [None, None], "todo", "0/2"),
        ([-1, 2], [None, None], "none", "0/2"),
        ([None], [None], "todo", "0/1"),
        ([-2, -1], [True, None], "now", "1/2"),
        ([-2, -1], [False, False], "now", "0/2"),
        ([-2, -1], [True, True], "done", "2/2"),
        ([], [], "todo", "0/0"),
    ],
)
def test_how_a_phase_stands(nefta, offsets, done, standing, fraction):
    program = program_of(nefta, offsets)
    for number, value in enumerate(done, start=1):
        change(program, 1, number, done=value)
    phase = read(program).phases[0]
    assert (phase.standing, phase.fraction) == (standing, fraction)


def test_the_current_phase_is_the_first_that_is_neither_finished_nor_silent(nefta):
    program = program_of(nefta, [-9], [-5], [-2, 3], [8])
    assert read(program).current_phase is None
    for phase, value in [(1, True), (3, True)]:
        change(program, phase, 1, done=value)
    assert read(program).current_phase.number == 3


# --- progress ----------------------------------------------------------------------------------------


def test_progress_is_that_of_the_rows(nefta):
    program = program_of(nefta, [-4, -3, -2, -1, 1, None])
    for number, value in [(1, True), (2, True), (3, False)]:
        change(program, 1, number, done=value)
    found = read(program).progress
    assert (found.total, found.stated, found.done, found.late, found.not_stated) == (6, 3, 2, 1, 1)


@pytest.mark.parametrize(
    ("count", "tiles", "bars"), [(0, 0, 0), (1, 1, 0), (40, 40, 0), (41, 0, 1), (300, 0, 1)]
)
def test_up_to_forty_tasks_are_tiles_and_more_are_a_bar(nefta, count, tiles, bars):
    calendar = read(program_of(nefta, [1] * count))
    drawn = render_to_string("components/tiles.html", {"calendar": calendar})
    assert (drawn.count("<i"), drawn.count("<progress")) == (tiles, bars)
    if bars:
        assert f'value="0" max="{count}"' in drawn


# --- delays ------------------------------------------------------------------------------------------


def delay(nefta, first, second, *, min_days=7, day_kind=DayKind.CALENDAR):
    program = program_of(nefta, [first], [second])
    factories.DelayRuleFactory(
        from_task=task(program, 1, 1), to_task=task(program, 2, 1), min_days=min_days, day_kind=day_kind
    )
    return read(program).delays


@pytest.mark.parametrize(
    ("first", "second", "days", "is_kept", "tiles"),
    [
        (0, 11, 11, True, ["d"] * 7 + [""] * 4),
        (0, 7, 7, True, ["d"] * 7),
        (0, 5, 5, False, ["d"] * 5 + ["l"] * 2),
        (0, 0, 0, False, ["l"] * 7),
        (0, -2, -2, False, ["l"] * 9),
        (0, 400, 400, True, ["d"] * 7 + [""] * 40),
    ],
)
def test_a_delay_is_reckoned_and_drawn_a_tile_a_day(nefta, first, second, days, is_kept, tiles):
    (row,) = delay(nefta, first, second)
    assert (row.reckoning.days, row.reckoning.is_kept) == (days, is_kept)
    assert row.tiles == tiles


def test_a_delay_says_its_ends(nefta):
    (row,) = delay(nefta, 0, 11)
    assert (row.from_row.code, row.to_row.code) == ("1.1", "2.1")
    assert (row.from_date, row.to_date) == ("9 novembre 2021", "20 novembre 2021")


def test_working_days_leave_the_weekend_out(nefta):
    (row,) = delay(nefta, 0, 11, day_kind=DayKind.WORKING)  # Tuesday to the Saturday after next
    assert row.reckoning.days == 8


@pytest.mark.parametrize(("first", "second"), [(None, 3), (3, None), (None, None)])
def test_a_delay_without_both_dates_is_not_reckoned(nefta, first, second):
    assert delay(nefta, first, second) == []


@pytest.mark.parametrize(("second", "min_days"), [(-3000, 7), (0, 3000), (3000, 3000)])
def test_an_absurd_delay_does_not_fill_the_page(nefta, second, min_days):
    (row,) = delay(nefta, 0, second, min_days=min_days)
    assert len(row.tiles) <= 100


# --- what moved, and what is not kept ------------------------------------------------------------------


def move(program, phase, number, old, new, reason):
    row = task(program, phase, number)
    row.moved_dates.create(old_date=old, new_date=new, reason=reason)


def test_a_moved_date_keeps_its_old_one_and_the_reason(nefta):
    program = program_of(nefta, [1, 2])
    move(program, 1, 2, TODAY, day(1), "القاعة محجوزة")
    move(program, 1, 2, day(1), None, "")
    Task.objects.filter(number=2).update(session_date=None)
    first, second = read(program).rows
    assert first.moves == []
    assert [(moved.old_date, moved.new_date) for moved in second.moves] == [
        ("9 novembre 2021", "10 novembre 2021"),
        ("10 novembre 2021", ""),
    ]
    assert second.moves[0].old_sheet_date == "2021/11/09"


def test_the_page_strikes_the_old_date_and_says_why(nefta):
    program = program_of(nefta, [3])
    move(program, 1, 1, TODAY, day(3), "<القاعة> محجوزة")
    move(program, 1, 1, day(3), None, "تأجيل")
    calendar = read(program, "en")
    with override("en"):
        html = render_to_string(
            "programs/tasks.html", {"phase": calendar.phases[0], "calendar": calendar, "country": "TN"}
        )
    assert '<del><time datetime="2021-11-09">9 November 2021</time></del>' in html
    assert '<ins><time datetime="2021-11-12">12 November 2021</time></ins>' in html
    assert "<ins>No date yet</ins>" in html
    assert "<bdi>&lt;القاعة&gt; محجوزة</bdi>" in html


def delay_html(calendar):
    with override("en"):
        return render_to_string("components/delay.html", {"delay": calendar.delays[0], "country": "TN"})


def test_a_broken_delay_says_why_it_is_not_kept(nefta):
    program = program_of(nefta, [0, 6])
    rule = factories.DelayRuleFactory(from_task=task(program, 1, 1), to_task=task(program, 1, 2))
    assert "The municipality gave no reason." in delay_html(read(program, "en"))
    rule.reason = "<انتخابات>"
    rule.save()
    html = delay_html(read(program, "en"))
    assert "Why it is not kept: <bdi>&lt;انتخابات&gt;</bdi>" in html
    assert "gave no reason" not in html


def test_the_reason_is_not_shown_once_the_delay_is_kept_again(nefta):
    program = program_of(nefta, [0, 7])
    factories.DelayRuleFactory(from_task=task(program, 1, 1), to_task=task(program, 1, 2), reason="انتخابات")
    html = delay_html(read(program, "en"))
    assert "The delay is kept" in html
    assert "انتخابات" not in html
    assert "gave no reason" not in html


def test_a_delay_in_working_days_says_when_a_holiday_is_still_to_be_announced(nefta):
    program = program_of(nefta)
    phase = factories.PhaseFactory(program=program, number=9)
    first, second = (
        factories.TaskFactory(phase=phase, number=number, session_date=datetime.date(2026, 8, date))
        for number, date in ((1, 24), (2, 28))
    )
    rule = factories.DelayRuleFactory(from_task=first, to_task=second, min_days=3, day_kind=DayKind.WORKING)
    html = delay_html(read(program, "en"))
    assert "3 working days," in html
    assert "still to be announced" in html
    nefta.confirmed_holidays.create(
        name="Prophet's Birthday", estimated_on=datetime.date(2026, 8, 25), date=datetime.date(2026, 8, 25)
    )
    assert "still to be announced" not in delay_html(read(program, "en"))
    rule.day_kind = DayKind.CALENDAR
    rule.save()
    assert "4 days," in delay_html(read(program, "en"))

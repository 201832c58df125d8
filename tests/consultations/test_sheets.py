"""What a reader is told of a plan and a project, before any template."""

import datetime
from decimal import Decimal

import pytest
from django.utils.translation import override

from consultations.models import Activity, Stage
from consultations.reader import Reader
from consultations.sheets import contradicts, read_plan, read_sheet
from tests.consultations import factories

TODAY = datetime.date(2026, 11, 22)

pytestmark = pytest.mark.django_db


def reader(country="MA", currency="MAD", today=TODAY, language="ar"):
    return Reader(country, currency, today, language)


@pytest.fixture(autouse=True)
def _in_arabic():
    with override("ar"):
        yield


@pytest.fixture
def plan(kenitra):
    return factories.ActionPlanFactory(municipality=kenitra)


@pytest.fixture
def project(plan):
    return factories.ProjectFactory(plan=plan, number=1)


def day(month, number=1, year=2026):
    return datetime.date(year, month, number)


# --- the plan ----------------------------------------------------------------------------------------


def test_steps_stand_under_their_stage(plan):
    for level in (1, 2, 2, 1):
        factories.StageFactory(plan=plan, level=level)
    stages = read_plan(plan, reader()).process.stages
    assert [(stage.number, [step.number for step in stage.steps]) for stage in stages] == [
        (1, [1, 2]),
        (2, []),
    ]


def test_a_step_before_any_stage_is_a_stage(plan):
    factories.StageFactory(plan=plan, level=2)
    assert len(read_plan(plan, reader()).process.stages) == 1


def test_stages_of_which_nothing_was_said_are_not_stated(plan):
    factories.StageFactory(plan=plan)
    process = read_plan(plan, reader()).process
    assert not process.is_stated
    assert process.current is None
    assert process.stages[0].mark == "none"


def test_the_current_stage(plan):
    factories.StageFactory(plan=plan, state=Stage.State.DONE)
    factories.StageFactory(plan=plan, state=Stage.State.CURRENT)
    assert read_plan(plan, reader()).process.current.number == 2


def test_stages_all_in_arabic_are_marked_as_a_whole_in_a_french_page(plan):
    factories.StageFactory(plan=plan)
    with override("fr"):
        process = read_plan(plan, reader(language="fr")).process
        assert (process.is_foreign, process.lang, process.dir) == (True, "ar", "rtl")
        factories.StageFactory(plan=plan, title_ar="", title_fr="Suivi")
        assert not read_plan(type(plan).objects.get(), reader(language="fr")).process.is_foreign


def test_projects_stand_in_their_axis_or_beside_the_axes(plan):
    first, second = factories.AxisFactory.create_batch(2, plan=plan)
    for number, axis in [(1, second), (2, None), (3, first), (4, second)]:
        factories.ProjectFactory(plan=plan, axis=axis, number=number)
    page = read_plan(plan, reader())
    assert [[row.number for row in axis.projects] for axis in page.axes] == [[3], [1, 4]]
    assert [row.number for row in page.other_projects] == [2]


def test_projects_are_counted_by_state(plan):
    for percent, start, end in [
        (100, day(1), day(6, 30)),
        (10, day(9), day(12, 31)),
        (10, day(1), day(6, 30)),
        (0, day(12), day(12, 31)),
    ]:
        project = factories.ProjectFactory(plan=plan)
        factories.ActivityFactory(project=project, percent=percent, starts_on=start, ends_on=end)
    factories.ProjectFactory(plan=plan)
    counts = read_plan(plan, reader()).counts
    assert (counts.total, counts.done, counts.running, counts.late, counts.to_come, counts.not_stated) == (
        5,
        1,
        1,
        1,
        1,
        1,
    )


def test_a_month_is_over_on_its_last_day_whatever_day_was_entered(plan):
    project = factories.ProjectFactory(plan=plan)
    factories.ActivityFactory(project=project, starts_on=day(11, 5), ends_on=day(11, 10))
    assert read_plan(plan, reader(today=day(11, 30))).counts.late == 0
    assert read_plan(plan, reader(today=day(12, 1))).counts.late == 1


@pytest.mark.parametrize(
    ("start", "end", "period"),
    [
        (day(1), day(12, 31, 2027), "يناير 2026 – دجنبر 2027"),
        (day(8), day(8, 31), "غشت 2026"),
        (day(8, 2), day(9, 4), "2 غشت – 4 شتنبر 2026"),
        (day(8, 2), None, "2 غشت 2026"),
        (None, None, ""),
    ],
)
def test_the_period_of_the_plan(plan, start, end, period):
    plan.starts_on, plan.ends_on = start, end
    assert read_plan(plan, reader()).period == period


# --- one language or two -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "title_fr", "is_monolingual"),
    [
        ("ar", "", False),
        ("fr", "", True),
        ("en", "", True),
        ("fr", "Plan d’ouverture", False),
        ("en", "Plan d’ouverture", False),
    ],
)
def test_content_in_one_language_is_told_of_where_it_is_not_the_pages(
    plan, language, title_fr, is_monolingual
):
    plan.title_fr = title_fr
    with override(language):
        assert read_plan(plan, reader(language=language)).is_monolingual is is_monolingual


def test_one_text_of_a_project_is_enough(project):
    project.title_fr, project.plan.title_fr = "Projet", "Plan"
    with override("fr"):
        assert not read_sheet(project, reader(language="fr")).is_monolingual
        project.funding_source_ar = "الميزانية الجماعية"
        assert read_sheet(project, reader(language="fr")).is_monolingual


# --- the project -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("percents", "printed", "value", "agrees"),
    [
        ([0, 0, 0], 0, 0, True),
        ([100, 60, 0], 60, 53, False),
        ([50], None, 50, False),
        ([], 40, None, False),
        ([], None, None, False),
    ],
)
def test_progress_is_derived_and_set_beside_the_printed_figure(project, percents, printed, value, agrees):
    project.printed_progress = printed
    for percent in percents:
        factories.ActivityFactory(project=project, percent=percent)
    progress = read_sheet(project, reader()).progress
    assert (progress.value, progress.printed, progress.agrees) == (value, printed, agrees)
    assert progress.activities == len(percents)


@pytest.mark.parametrize(
    ("amount", "printed", "text", "is_unread"),
    [
        (Decimal("500000.00"), "500.000,00 درهم .", "500\u202f000,00\u00a0درهم", False),
        (None, "///", "", False),
        (None, "", "", False),
        (None, "500.000 درهم", "", True),
    ],
)
def test_the_amount(project, amount, printed, text, is_unread):
    project.amount, project.amount_printed = amount, printed
    found = read_sheet(project, reader()).amount
    assert (found.text, found.printed, found.is_unread) == (text, printed, is_unread)


def test_tunisian_amounts_have_three_decimals(project):
    project.amount = Decimal("18000")
    assert read_sheet(project, reader("TN", "TND")).amount.text == "18\u202f000,000\u00a0د.ت"


def test_what_the_source_does_not_say_is_neither_yes_nor_no(project):
    project.transparency, project.participation = True, False
    sheet = read_sheet(project, reader())
    assert [row.mark for row in sheet.principles] == ["yes", "none", "no", "none"]
    assert [(mark, len(rows)) for mark, rows in sheet.principles_by_answer] == [
        ("yes", 1),
        ("no", 1),
        ("none", 2),
    ]


def test_questions_keep_the_label_that_the_municipality_gave_them(project):
    assert read_sheet(project, reader()).lost_questions
    project.question_1_label_ar, project.question_2 = "هل للمشروع شريك؟", False
    sheet = read_sheet(project, reader())
    assert not sheet.lost_questions
    assert [(str(row.label), row.mark) for row in sheet.questions] == [
        ("هل للمشروع شريك؟", "none"),
        ("", "no"),
    ]


def test_points_are_lists_and_the_rest_are_paragraphs(project):
    project.problem_ar = "• أولا\n• ثانيا\nفقرة\n\nفقرة أخرى"
    groups = read_sheet(project, reader()).problem.groups
    assert [(group.is_list, group.texts) for group in groups] == [
        (True, ["أولا", "ثانيا"]),
        (False, ["فقرة", "فقرة أخرى"]),
    ]


def test_each_line_of_the_results_is_a_result(project):
    project.results_ar = "الثقة\n• الجودة"
    [group] = read_sheet(project, reader()).results.groups
    assert (group.is_list, group.texts) == (True, ["الثقة", "الجودة"])


def test_an_empty_text_is_false(project):
    sheet = read_sheet(project, reader())
    assert not sheet.problem
    assert sheet.indicators == []
    assert sheet.axis is None


def test_indicators_are_grouped_by_their_language(project):
    for title_ar, title_fr in [("عدد", ""), ("نسبة", ""), ("", "Part")]:
        factories.IndicatorFactory(project=project, title_ar=title_ar, title_fr=title_fr)
    found = read_sheet(project, reader()).indicators
    assert [(passage.lang, passage.groups[0].texts) for passage in found] == [
        ("ar", ["عدد", "نسبة"]),
        ("fr", ["Part"]),
    ]


# --- the schedule ------------------------------------------------------------------------------------


def test_months_and_days_are_written_as_they_are_known(project):
    factories.ActivityFactory(project=project)
    factories.ActivityFactory(
        project=project, starts_on=day(8, 3), ends_on=None, precision=Activity.Precision.DAY
    )
    first, second = read_sheet(project, reader()).schedule.rows
    assert (first.starts.text, first.starts.iso) == ("أكتوبر 2024", "2024-10")
    assert (first.ends.text, first.ends.iso) == ("دجنبر 2024", "2024-12")
    assert (second.starts.text, second.starts.iso) == ("3 غشت 2026", "2026-08-03")
    assert second.ends is None


def test_the_schedule_is_over_and_each_activity_overdue(project):
    factories.ActivityFactory.create_batch(3, project=project)
    schedule = read_sheet(project, reader()).schedule
    assert schedule.period == "أكتوبر 2024 – دجنبر 2024"
    assert schedule.ended.text == "دجنبر 2024"
    assert all(row.is_overdue for row in schedule.rows)


def test_a_complete_activity_is_not_overdue(project):
    factories.ActivityFactory(project=project, percent=100)
    [row] = read_sheet(project, reader()).schedule.rows
    assert not row.is_overdue


def test_the_schedule_is_not_over_while_an_activity_has_no_end(project):
    factories.ActivityFactory(project=project)
    factories.ActivityFactory(project=project, ends_on=None)
    assert read_sheet(project, reader()).schedule.ended is None


def test_on_its_last_day_a_schedule_is_not_over(project):
    factories.ActivityFactory(project=project)
    assert read_sheet(project, reader(today=day(12, 31, 2024))).schedule.ended is None


def test_bars_stand_with_their_activities(project):
    factories.ActivityFactory(project=project, undated=True)
    factories.ActivityFactory(project=project)
    first, second = read_sheet(project, reader()).schedule.rows
    assert first.bar is None
    assert (second.bar.x, second.bar.width) == ("20%", "60%")


def test_a_project_without_activities_has_no_schedule(project):
    schedule = read_sheet(project, reader()).schedule
    assert (schedule.rows, schedule.period, schedule.ended, schedule.chart) == ([], "", None, None)


# --- the note ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("note", "years", "is_contradiction"),
    [
        ("La période de la consultation est achevée (mai 2021)", range(2024, 2025), True),
        ("انتهت الاستشارة في ماي ٢٠٢١", range(2024, 2025), True),
        ("La consultation s’achève en novembre 2024", range(2024, 2025), False),
        ("De mai 2021 à mai 2024", range(2024, 2025), False),
        ("La période de la consultation est achevée", range(2024, 2025), False),
        ("La période de la consultation est achevée (mai 2021)", range(0), False),
        ("Référence 120210", range(2024, 2025), False),
    ],
)
def test_a_note_contradicts_the_activities_when_its_years_are_none_of_theirs(note, years, is_contradiction):
    assert contradicts(note, years) is is_contradiction


def test_a_note_carries_the_language_it_is_printed_in(project):
    project.source_note = "La période est achevée"
    note = read_sheet(project, reader()).source_note
    assert (note.lang, note.dir, note.is_foreign) == ("fr", "ltr", True)

"""A sheet in the database: the first import, the next ones, and what people changed between them."""

import datetime
import hashlib
from decimal import Decimal

import pytest

from consultations.importers.plan import read_plan
from consultations.imports import ImportResult, import_plan
from consultations.models import ActionPlan, Activity, Axis, Indicator, PlanStatus, Project, Stage
from portal.audit.models import Entry
from portal.importing.refusals import ImportRefused

SHEET = """\
مسلسل الانفتاح
• إعداد
1. خطوة
برنامج عمل الانفتاح

جماعة القنيطرة
10%
نسبة تقدم المشروع
عنوان المشروع
مجلس الشباب
الإشكالية
دعم القرب
• نقص الإصغاء
فقرة
الحل المقترح
حل
✓ الرقمنة
نعم
5.000,00 درهم
الميزانية
النتيجة المنتظرة
أثر
المؤشرات
عدد الجلسات
نسبة الحضور
جدولة الأنشطة
انتخاب octobre 2024 décembre 2024 10%
تكوين janvier 2025 mars 2025 10%
Nombre de commentaires 0
"""


@pytest.fixture
def imported(kenitra):
    """Import a sheet into Kénitra, ``SHEET`` with texts of it replaced, and return the result."""

    def run(*replacements: tuple[str, str], sheet: str = SHEET, **options) -> ImportResult:
        for old, new in replacements:
            assert old in sheet
            sheet = sheet.replace(old, new)
        data = sheet.encode()
        settings = {"slug": "openness", "actor": None, "origin_name": "sheet.txt", **options}
        return import_plan(
            municipality=kenitra,
            reading=read_plan("sheet.txt", data),
            origin_sha256=hashlib.sha256(data).hexdigest(),
            **settings,
        )

    return run


def what(differences) -> list[str]:
    return [str(difference) for difference in differences]


def everything() -> list[list[tuple]]:
    """All rows of all tables that an import writes, the journal too."""
    models = (ActionPlan, Stage, Axis, Project, Indicator, Activity, Entry)
    return [list(model.objects.order_by("pk").values_list()) for model in models]


def test_a_first_import_makes_a_draft_of_the_whole_sheet(imported, kenitra):
    result = imported()

    plan = ActionPlan.objects.get()
    assert (plan.municipality, plan.slug, plan.title_ar) == (kenitra, "openness", "برنامج عمل الانفتاح")
    assert (plan.status, plan.origin_name) == (PlanStatus.DRAFT, "sheet.txt")
    assert [*plan.stages.values_list("position", "level", "title_ar")] == [(1, 1, "إعداد"), (2, 2, "خطوة")]
    assert [*plan.axes.values_list("number", "title_ar")] == [(1, "دعم القرب")]
    project = plan.projects.get()
    assert (project.number, project.title_ar, project.axis.number) == (1, "مجلس الشباب", 1)
    assert project.problem_ar == "• نقص الإصغاء\nفقرة"
    assert (project.solution_ar, project.results_ar) == ("حل", "أثر")
    assert (project.digitalisation, project.transparency) == (True, None)
    assert (project.question_1, project.question_2) == (True, None)
    assert (project.amount, project.amount_printed) == (Decimal(5000), "5.000,00 درهم")
    assert project.funding_source_ar == "الميزانية"
    assert (project.printed_progress, project.printed_comment_count) == (10, 0)
    assert [*project.indicators.values_list("position", "title_ar")] == [
        (1, "عدد الجلسات"),
        (2, "نسبة الحضور"),
    ]
    assert [
        *project.activities.values_list(
            "position", "title_ar", "starts_on", "ends_on", "precision", "percent"
        )
    ] == [
        (1, "انتخاب", datetime.date(2024, 10, 1), datetime.date(2024, 12, 31), "month", 10),
        (2, "تكوين", datetime.date(2025, 1, 1), datetime.date(2025, 3, 31), "month", 10),
    ]
    assert result.reading.warnings == ()
    assert result.differences.conflicts == []


def test_an_import_is_journalled_once(imported, kenitra, editor):
    revision = kenitra.revision

    imported(actor=editor)

    entry = Entry.objects.get()
    kenitra.refresh_from_db()
    assert (entry.action, entry.actor, entry.municipality) == ("plan.imported", editor, kenitra)
    assert entry.changes["project-1"] == [None, "مجلس الشباب"]
    assert kenitra.revision == revision + 1


def test_publishing_happens_in_the_same_import(imported):
    imported(publish=True)

    assert ActionPlan.objects.get().status == PlanStatus.PUBLISHED
    assert [*Entry.objects.order_by("pk").values_list("action", flat=True)] == [
        "plan.imported",
        "plan.published",
    ]


def test_a_later_import_does_not_withdraw_a_plan(imported):
    imported(publish=True)

    imported(("فقرة", "فقرة أخرى"))

    assert ActionPlan.objects.get().status == PlanStatus.PUBLISHED


def test_the_same_file_again_writes_nothing(imported):
    imported()
    before = everything()

    result = imported()

    assert everything() == before
    assert (result.differences.changes, result.differences.conflicts) == ([], [])


def test_only_differences_of_a_changed_file_are_written(imported):
    imported()
    Indicator.objects.update(position=7)

    result = imported(("فقرة", "فقرة أخرى"), ("mars 2025 10%", "avril 2025 20%"), ("✓ الرقمنة", "☐ الرقمنة"))

    assert what(result.differences.changes) == [
        "project-1 problem_ar",
        "project-1 digitalisation",
        "project-1 activity-2 ends_on",
        "project-1 activity-2 percent",
    ]
    project = Project.objects.get()
    assert (project.problem_ar, project.digitalisation) == ("• نقص الإصغاء\nفقرة أخرى", False)
    assert project.activities.last().ends_on == datetime.date(2025, 4, 30)
    assert {*Indicator.objects.values_list("position", flat=True)} == {7}
    assert Entry.objects.first().changes["project-1 digitalisation"] == [True, False]


def test_a_new_row_of_the_file_is_added_at_the_end(imported):
    imported()

    imported(("عدد الجلسات", "عدد النساء\nعدد الجلسات"))

    assert [*Indicator.objects.values_list("title_ar", flat=True)] == [
        "عدد الجلسات",
        "نسبة الحضور",
        "عدد النساء",
    ]


def test_a_title_that_the_file_corrects_stays_one_row(imported):
    imported()

    result = imported(("تكوين", "تكوين المكونين"))

    assert what(result.differences.changes) == ["project-1 activity-2 title_ar"]
    assert [*Activity.objects.values_list("title_ar", flat=True)] == ["انتخاب", "تكوين المكونين"]


def test_what_the_file_no_longer_states_erases_nothing(imported):
    imported()

    result = imported(
        ("5.000,00 درهم", "///"),
        ("الميزانية\n", ""),
        ("✓ الرقمنة", "الرقمنة"),
        ("فقرة\n", ""),
        ("• نقص الإصغاء\n", ""),
    )

    project = Project.objects.get()
    assert (project.amount, project.funding_source_ar, project.digitalisation) == (
        Decimal(5000),
        "الميزانية",
        True,
    )
    assert project.problem_ar == "• نقص الإصغاء\nفقرة"
    assert what(result.differences.changes) == ["project-1 amount_printed"]


def test_rows_that_the_file_no_longer_has_stay_and_are_told(imported):
    imported()

    result = imported(("نسبة الحضور\n", ""), ("تكوين janvier 2025 mars 2025 10%\n", ""), ("1. خطوة\n", ""))

    assert (Indicator.objects.count(), Activity.objects.count(), Stage.objects.count()) == (2, 2, 2)
    assert result.differences.absent == [
        "stage: خطوة",
        "project-1 indicator: نسبة الحضور",
        "project-1 activity: تكوين",
    ]


def test_a_row_that_comes_back_is_the_same_row(imported):
    imported()
    imported(("نسبة الحضور\n", ""))

    imported()

    assert Indicator.objects.count() == 2


# What people changed


def test_a_value_that_people_changed_is_kept_and_told(imported):
    imported()
    Project.objects.update(funding_source_ar="هبة", amount=Decimal(1))
    Activity.objects.filter(position=1).update(percent=60, ends_on=datetime.date(2025, 1, 31))

    result = imported(("الميزانية", "الجهة"), ("décembre 2024 10%", "novembre 2024 20%"))

    project = Project.objects.get()
    assert (project.funding_source_ar, project.amount) == ("هبة", Decimal(1))
    assert project.activities.first().percent == 60
    assert project.activities.first().ends_on == datetime.date(2025, 1, 31)
    assert what(result.differences.conflicts) == [
        "project-1 amount",
        "project-1 funding_source_ar",
        "project-1 activity-1 ends_on",
        "project-1 activity-1 percent",
    ]
    assert (result.differences.conflicts[1].stored, result.differences.conflicts[1].read) == ("هبة", "الجهة")


def test_the_same_file_tells_what_people_changed_and_writes_nothing(imported):
    imported()
    Project.objects.update(funding_source_ar="هبة")
    before = everything()

    result = imported()

    assert everything() == before
    assert what(result.differences.conflicts) == ["project-1 funding_source_ar"]


def test_what_people_filled_in_is_kept_when_the_file_is_silent(imported):
    imported()
    Project.objects.update(transparency=True, question_2=False)
    ActionPlan.objects.update(starts_on=datetime.date(2024, 1, 1))
    Stage.objects.update(state="done")

    result = imported(("فقرة", "فقرة أخرى"))

    project = Project.objects.get()
    assert (project.transparency, project.question_2) == (True, False)
    assert project.plan.starts_on == datetime.date(2024, 1, 1)
    assert {*Stage.objects.values_list("state", flat=True)} == {"done"}
    assert result.differences.conflicts == []


def test_a_title_that_people_corrected_is_still_the_same_project(imported):
    imported()
    Project.objects.update(title_ar="مجلس جماعي للشباب")

    result = imported()

    assert Project.objects.get().title_ar == "مجلس جماعي للشباب"
    assert what(result.differences.conflicts) == ["project-1 title_ar"]


def test_a_row_that_people_corrected_is_still_the_same_row(imported):
    imported()
    Activity.objects.filter(position=1).update(title_ar="انتخاب الأعضاء")

    imported(("décembre 2024", "novembre 2024"))

    activity = Activity.objects.get(position=1)
    assert (activity.title_ar, activity.ends_on) == ("انتخاب الأعضاء", datetime.date(2024, 11, 30))


def test_a_row_that_people_removed_stays_removed(imported):
    imported()
    Indicator.objects.filter(position=1).delete()

    result = imported(("فقرة", "فقرة أخرى"))

    assert Indicator.objects.count() == 1
    assert what(result.differences.conflicts) == ["project-1 indicator"]


def test_a_row_that_people_wrote_themselves_is_not_doubled(imported):
    imported()
    Indicator.objects.create(project=Project.objects.get(), position=9, title_ar="عدد النساء")

    imported(("نسبة الحضور", "نسبة الحضور\nعدد النساء"))

    assert Indicator.objects.filter(title_ar="عدد النساء").count() == 1


def test_dates_of_people_and_of_the_file_never_cross(imported):
    imported()
    Activity.objects.filter(position=1).update(starts_on=datetime.date(2024, 12, 1))

    result = imported(("décembre 2024", "novembre 2024"))

    activity = Activity.objects.get(position=1)
    assert (activity.starts_on, activity.ends_on) == (datetime.date(2024, 12, 1), datetime.date(2024, 12, 31))
    assert what(result.differences.conflicts) == [
        "project-1 activity-1 starts_on",
        "project-1 activity-1 ends_on",
    ]


def test_an_axis_that_people_renamed_stays_one_axis(imported):
    imported()
    Axis.objects.update(title_ar="القرب")

    imported(("مجلس الشباب", "مجلس الطفل"))

    assert Axis.objects.count() == 1
    assert {*Project.objects.values_list("axis__title_ar", flat=True)} == {"القرب"}


def test_another_axis_in_the_file_moves_the_project(imported):
    imported()

    result = imported(("دعم القرب", "الشفافية أولا"))

    assert what(result.differences.changes) == ["project-1 axis"]
    assert Project.objects.get().axis.number == 2


def test_an_axis_that_people_chose_is_kept(imported):
    imported()
    chosen = Axis.objects.create(plan=ActionPlan.objects.get(), number=5, title_ar="محور آخر")
    Project.objects.update(axis=chosen)

    result = imported(("دعم القرب", "الشفافية أولا"))

    assert Project.objects.get().axis == chosen
    assert what(result.differences.conflicts) == ["project-1 axis"]
    assert Axis.objects.count() == 2


# Several sheets, other plans


def test_another_title_is_the_next_project(imported):
    imported()

    result = imported(("مجلس الشباب", "مجلس الطفل"))

    assert [*Project.objects.values_list("number", "title_ar")] == [(1, "مجلس الشباب"), (2, "مجلس الطفل")]
    assert result.project.number == 2
    assert (Stage.objects.count(), Axis.objects.count()) == (2, 1)


def test_a_title_in_another_spelling_is_the_same_project(imported):
    imported(("مجلس الشباب", "إحداث هيأة"))

    imported(("مجلس الشباب", "احداث  هيأة"))

    assert Project.objects.get().title_ar == "احداث  هيأة"


def test_another_plan_has_its_own_projects(imported):
    imported()

    imported(slug="second-cycle")

    assert [*Project.objects.values_list("plan__slug", "number")] == [("openness", 1), ("second-cycle", 1)]


def test_a_plan_that_the_sheet_does_not_name_gets_the_usual_title(imported):
    imported(("برنامج عمل الانفتاح\n", ""))

    assert ActionPlan.objects.get().title_ar == "برنامج عمل الانفتاح"


def test_a_french_sheet_fills_the_french_columns(imported):
    sheet = "Titre du projet\nConseil des jeunes\nIndicateurs\nNombre de séances\n"

    imported(sheet=sheet)

    project = Project.objects.get()
    assert (project.title_fr, project.title_ar) == ("Conseil des jeunes", "")
    assert project.indicators.get().title_fr == "Nombre de séances"


# What only the municipality can tell


def test_a_sheet_of_another_commune_is_warned_about(imported):
    result = imported(("جماعة القنيطرة", "جماعة النخيل"))

    assert [(warning.line, warning.code) for warning in result.reading.warnings] == [
        (6, "other_municipality")
    ]


def test_an_amount_in_another_currency_is_kept_as_printed_only(imported):
    result = imported(("5.000,00 درهم", "5.000,000 دينار"))

    assert (Project.objects.get().amount, Project.objects.get().amount_printed) == (None, "5.000,000 دينار")
    assert [(warning.line, warning.code) for warning in result.reading.warnings] == [(19, "other_currency")]


@pytest.mark.parametrize(
    ("old", "line"),
    [
        ("مجلس الشباب", 10),
        ("دعم القرب", 12),
        ("الميزانية", 20),
        ("5.000,00 درهم", 19),
        ("انتخاب", 27),
        ("خطوة", 3),
    ],
)
def test_a_text_that_its_column_cannot_hold_is_refused(imported, old, line):
    with pytest.raises(ImportRefused) as caught:
        imported((old, f"{old} {'طويل ' * 400}"))

    assert (caught.value.file, caught.value.line) == ("sheet.txt", line)
    assert ActionPlan.objects.count() == 0

"""What a version keeps, and what one tells differently from another."""

import datetime
from decimal import Decimal

import pytest
from django.utils.translation import override

from consultations.models import Activity
from consultations.reader import Reader
from consultations.versions import content_of, differences, line_changes, marked_lines, words_changed
from tests.consultations import factories
from tests.consultations.commitments import day

pytestmark = pytest.mark.django_db
READER = Reader("MA", "MAD", datetime.date(2026, 11, 22), "en")


@pytest.fixture(autouse=True)
def _in_english():
    with override("en"):
        yield


@pytest.fixture
def project(kenitra):
    plan = factories.ActionPlanFactory(municipality=kenitra)
    return factories.ProjectFactory(
        plan=plan,
        axis=factories.AxisFactory(plan=plan, number=2, title_fr="Accès"),
        title_fr="Publier les PV",
        problem_fr="• Lent\n• Sur papier",
        transparency=True,
        amount=Decimal(18000),
    )


def after(project, **values):
    """What the next version tells differently."""
    before = content_of(project)
    for name, value in values.items():
        setattr(project, name, value)
    return differences(before, content_of(project), READER)


def told(change):
    marks = {"same": "", "added": "+", "removed": "-"}
    return [" ".join(f"{marks[piece.kind]}{piece.text}" for piece in line.pieces) for line in change.lines]


def field(found):
    [change] = found.fields
    return change.label, told(change)


# --- what is kept ------------------------------------------------------------------------------------


def test_a_version_keeps_what_a_project_promises_and_not_how_far_it_is(project):
    activity = factories.ActivityFactory(project=project, percent=10)
    factories.IndicatorFactory(project=project, baseline=Decimal("1.5"), target_on=day("2027-01-01"))
    content = content_of(project)
    assert (content["amount"], content["axis"]["title_fr"], content["digitalisation"]) == (
        "18000.000",
        "Accès",
        None,
    )
    assert content["indicators"][0]["baseline"] == "1.500"
    assert content["indicators"][0]["target_on"] == "2027-01-01"
    activity.percent, project.completion = 90, "limited"
    activity.save()
    assert content_of(project) == content


# --- field by field ----------------------------------------------------------------------------------


def test_the_same_content_has_no_difference(project):
    assert not after(project)


def test_words_of_a_title_are_marked(project):
    assert field(after(project, title_fr="Publier tous les PV")) == (
        "Title (French)",
        ["Publier +tous les PV"],
    )


def test_a_title_that_is_another_one_is_removed_and_added(project):
    assert field(after(project, title_fr="Guichet unique")) == (
        "Title (French)",
        ["-Publier les PV", "+Guichet unique"],
    )


def test_a_list_tells_what_was_added_removed_and_changed(project):
    found = after(project, problem_fr="• Sur papier seulement\n• Introuvable")
    assert field(found) == (
        "Problem (French)",
        ["-Lent", "Sur papier +seulement", "+Introuvable"],
    )
    assert line_changes(["a b c d"], ["a b c d"]) == []


def test_a_changed_item_keeps_its_place(project):
    project.solution_fr = "• Une page pour les PV\n• Un modèle"
    found = after(project, solution_fr="• Une page pour les PV avec résumé\n• Un modèle\n• Un courriel")
    assert field(found) == (
        "Proposed solution (French)",
        ["Une page pour les PV +avec résumé", "+Un courriel"],
    )


def test_a_bullet_is_no_word(project):
    assert not after(project, problem_fr="Lent\n• Sur papier").fields


@pytest.mark.parametrize(
    ("name", "value", "lines"),
    [
        ("transparency", False, ["-Yes", "+No"]),
        ("transparency", None, ["-Yes", "+not stated"]),
        ("question_1", False, ["-not stated", "+No"]),
        ("amount", Decimal("20000.5"), ["-18\u202f000,00\u00a0MAD", "+20\u202f000,50\u00a0MAD"]),
        ("amount", None, ["-18\u202f000,00\u00a0MAD"]),
        ("axis", None, ["-2. Accès"]),
        ("responsible_ar", "كتابة المجلس", ["+كتابة المجلس"]),
        ("partners_fr", "A\nB", ["+A", "+B"]),
    ],
)
def test_each_field_in_words(project, name, value, lines):
    [change] = after(project, **{name: value}).fields
    assert told(change) == lines


# --- item by item ------------------------------------------------------------------------------------


def table(found):
    [change] = found.tables
    return change


def test_an_activity_that_came_went_or_moved(project):
    stays = factories.ActivityFactory(project=project, title_fr="Reste", title_ar="")
    goes = factories.ActivityFactory(project=project, title_fr="Part", title_ar="")
    before = content_of(project)
    goes.delete()
    stays.ends_on = day("2025-01-31")
    stays.save()
    factories.ActivityFactory(project=project, title_fr="Vient", title_ar="", ends_on=None)
    found = table(differences(before, content_of(project), READER))
    assert [(item.kind, item.title) for item in found.items] == [
        ("changed", "Reste"),
        ("added", "Vient"),
        ("removed", "Part"),
    ]
    assert [(row.label, told(row)) for row in found.items[0].fields] == [
        ("End", ["-December 2024", "+January 2025"])
    ]
    assert found.items[1].facts == "Start: October 2024"
    assert not found.is_reordered


def test_a_month_that_became_a_day_is_a_difference(project):
    activity = factories.ActivityFactory(project=project)
    before = content_of(project)
    activity.precision = Activity.Precision.DAY
    activity.save()
    [item] = table(differences(before, content_of(project), READER)).items
    assert [told(row) for row in item.fields] == [
        ["-October 2024", "+1 October 2024"],
        ["-December 2024", "+31 December 2024"],
    ]


def test_an_indicator_whose_target_moved(project):
    indicator = factories.IndicatorFactory(project=project, target=Decimal(5), unit_fr="jours")
    before = content_of(project)
    indicator.target = Decimal("2.5")
    indicator.save()
    [item] = table(differences(before, content_of(project), READER)).items
    assert [(row.label, told(row)) for row in item.fields] == [("Target", ["-5", "+2,5"])]


def test_rows_in_another_order(project):
    first, second = factories.IndicatorFactory.create_batch(2, project=project)
    first.position, second.position = 1, 2
    first.save()
    second.save()
    before = content_of(project)
    first.position = 3
    first.save()
    found = table(differences(before, content_of(project), READER))
    assert (found.items, found.is_reordered) == ([], True)


# --- lines and words ---------------------------------------------------------------------------------


def test_lines_with_little_in_common_are_not_compared_word_by_word():
    assert words_changed("a b c d", "e f g a") is None
    assert words_changed("x " * 2000, "x " * 1999) is None


def test_marks_for_a_page_hold_what_is_there_now():
    marks = marked_lines(["une page", "partie"], ["une page claire", "tout autre chose"])
    assert [[(piece.kind, piece.text) for piece in line] for line in marks] == [
        [("same", "une page"), ("added", "claire")],
        [("added", "tout autre chose")],
    ]


def test_a_comma_is_no_part_of_the_word_before_it():
    pieces = words_changed("صفحة لكل المحاضر والمداولات", "صفحة لكل المحاضر والمداولات، مع ملخص (1,5 صفحة)")
    assert [(piece.kind, piece.text, piece.is_glued) for piece in pieces] == [
        ("same", "صفحة لكل المحاضر والمداولات", True),
        ("added", "، مع ملخص (1,5 صفحة)", True),
    ]

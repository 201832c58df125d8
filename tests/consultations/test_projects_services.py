"""Projects of a plan: written, adopted, followed; what is refused, and that versions are kept."""

import datetime
from decimal import Decimal

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import override

from consultations.models import Activity, ActivityUpdate, Indicator, Measurement, Project, UpdateFile
from consultations.services import projects as services
from portal.audit.models import Entry
from portal.editing.rows import RowsRefused
from portal.municipalities.models import Municipality
from tests.consultations import factories
from tests.consultations.commitments import day, edit, proof, public_project, removal
from tests.factories import UserFactory

NOW = datetime.datetime(2026, 11, 22, 12, tzinfo=datetime.UTC)


@pytest.fixture(autouse=True)
def _in_english():
    with override("en"), time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def draft(kenitra):
    return factories.ActionPlanFactory(municipality=kenitra, slug="draft")


@pytest.fixture
def public(kenitra):
    return factories.ActionPlanFactory(municipality=kenitra, published=True)


@pytest.fixture
def project(public):
    return public_project(public)


@pytest.fixture
def activity(project):
    return project.activities.get()


def revision():
    return Municipality.objects.get(slug="kenitra").revision


def numbers(project):
    return [(row.number, row.step, row.reason) for row in project.versions.order_by("number")]


def change(project, reason="", **values):
    return services.change_project(project=project, values=values, actor=None, reason=reason)


def state(activity, percent, on="2026-11-20", **more):
    return services.state_activity(activity=activity, percent=percent, stated_on=day(on), actor=None, **more)


# --- adding and changing -----------------------------------------------------------------------------


def test_a_project_begins_as_a_draft_with_the_next_number(draft):
    factories.ProjectFactory(plan=draft, number=4)
    before = revision()
    actor = UserFactory()
    project = services.add_project(
        plan=draft, values={"title_fr": "Guichet", "transparency": None}, actor=actor
    )
    assert (project.number, project.step, project.versions.count()) == (5, "draft", 0)
    entry = Entry.objects.get()
    assert (entry.action, entry.actor, entry.changes) == (
        "project.added",
        actor,
        {"title_fr": [None, "Guichet"]},
    )
    assert revision() == before + 1


def test_a_project_of_a_public_plan_is_kept_from_the_beginning(public):
    project = services.add_project(plan=public, values={"title_fr": "Guichet"}, actor=None)
    assert numbers(project) == [(1, "draft", "")]


@pytest.mark.parametrize(
    ("values", "field"), [({}, "title_ar"), ({"title_fr": "x", "amount": Decimal(-1)}, "amount")]
)
def test_what_a_project_lacks_is_told_by_field(draft, values, field):
    with pytest.raises(ValidationError) as refusal:
        services.add_project(plan=draft, values=values, actor=None)
    assert field in refusal.value.message_dict
    assert not Project.objects.exists()
    assert not Entry.objects.exists()


def test_an_axis_of_another_plan_is_refused(draft, public):
    axis = factories.AxisFactory(plan=public)
    with pytest.raises(ValidationError) as refusal:
        services.add_project(plan=draft, values={"title_fr": "x", "axis": axis}, actor=None)
    assert "axis" in refusal.value.message_dict


def test_a_draft_changes_without_reason_and_without_version(draft):
    project = factories.ProjectFactory(plan=draft)
    changed = change(project, problem_fr="• Lent")
    assert (changed.problem_fr, changed.versions.count()) == ("• Lent", 0)


def test_a_public_project_changes_with_its_reason_and_its_version(project):
    change(project, "Contribution C-12", solution_fr="• Un résumé")
    assert numbers(project) == [(1, "draft", ""), (2, "draft", "Contribution C-12")]
    contents = [row.content["solution_fr"] for row in project.versions.order_by("number")]
    assert contents == ["", "• Un résumé"]
    assert Entry.objects.get().changes["reason"] == [None, "Contribution C-12"]


@pytest.mark.parametrize("reason", ["", "  \n"])
def test_a_public_project_does_not_change_silently(project, reason):
    with pytest.raises(ValidationError) as refusal:
        change(project, reason, title_fr="Autre")
    assert list(refusal.value.message_dict) == ["reason"]
    project.refresh_from_db()
    assert (project.title_fr, project.versions.count(), Entry.objects.count()) == ("Publier les PV", 1, 0)


def test_what_stands_there_already_is_no_change(project):
    before = revision()
    change(project, title_fr="Publier les PV")
    assert (project.versions.count(), revision()) == (1, before)


def test_a_project_that_was_public_before_versions_keeps_what_the_public_had(public):
    project = factories.ProjectFactory(plan=public, title_fr="Avant")
    change(project, "r", title_fr="Après")
    assert [row.content["title_fr"] for row in project.versions.order_by("number")] == ["Avant", "Après"]


def test_a_project_whose_plan_was_withdrawn_is_followed_all_the_same(project):
    project.plan.status = "draft"
    project.plan.save()
    with pytest.raises(ValidationError):
        change(project, title_fr="Autre")


def test_keeping_the_same_twice_keeps_one_version(project):
    assert services.keep_version(project=project, actor=None).number == 1
    assert project.versions.count() == 1


def test_what_is_written_elsewhere_makes_an_adopted_project_a_revised_one(project):
    services.take_step(project=project, code="adopt", actor=None, reason="Délibération 12")
    Project.objects.filter(pk=project.pk).update(title_fr="Autre")
    services.keep_public_version(project=project, actor=None, reason="Changed in the administration.")
    assert numbers(project)[2:] == [(3, "revised", "Changed in the administration.")]
    assert Project.objects.get(pk=project.pk).step == "revised"


def test_what_is_written_elsewhere_and_tells_the_same_leaves_an_adopted_project_adopted(project):
    services.take_step(project=project, code="adopt", actor=None, reason="Délibération 12")
    services.keep_public_version(project=project, actor=None, reason="Changed in the administration.")
    assert len(numbers(project)) == 2
    assert Project.objects.get(pk=project.pk).step == "adopted"


def test_what_is_written_elsewhere_of_an_adopted_draft_is_kept_too(draft):
    project = services.add_project(plan=draft, values={"title_fr": "Un"}, actor=None)
    services.keep_public_version(project=project, actor=None, reason="Elsewhere")
    assert numbers(project) == []
    services.take_step(project=project, code="adopt", actor=None, reason="Délibération 12")
    Project.objects.filter(pk=project.pk).update(title_fr="Autre")
    services.keep_public_version(project=project, actor=None, reason="Elsewhere")
    assert numbers(project)[1:] == [(2, "revised", "Elsewhere")]


def test_a_version_is_never_changed_or_removed(project):
    version = project.versions.get()
    version.reason = "other"
    with pytest.raises(PermissionDenied):
        version.save()
    with pytest.raises(PermissionDenied):
        version.delete()


# --- steps -------------------------------------------------------------------------------------------


def step(project, code, reason="Délibération 12 du 7 octobre"):
    return services.take_step(project=project, code=code, actor=None, reason=reason)


def test_a_project_is_adopted_changed_and_adopted_again(project):
    assert step(project, "adopt").step == "adopted"
    assert change(project, "C-12", title_fr="Autre").step == "revised"
    assert step(project, "adopt", "Délibération 13").step == "adopted"
    assert numbers(project) == [
        (1, "draft", ""),
        (2, "adopted", "Délibération 12 du 7 octobre"),
        (3, "revised", "C-12"),
        (4, "adopted", "Délibération 13"),
    ]


def test_an_adopted_project_is_opened_again(project):
    step(project, "adopt")
    assert step(project, "revise", "Erreur de saisie").step == "revised"


def test_a_step_of_a_draft_is_kept_too(draft):
    project = factories.ProjectFactory(plan=draft)
    step(project, "adopt")
    assert numbers(project) == [(1, "adopted", "Délibération 12 du 7 octobre")]


@pytest.mark.parametrize(
    ("code", "reason", "sentence"),
    [
        ("adopt", " ", "Name the decision"),
        ("revise", "r", "somebody may have taken it already"),
        ("fly", "r", "There is no such step"),
    ],
)
def test_a_step_that_cannot_be_taken(project, code, reason, sentence):
    with pytest.raises(ValidationError) as refusal:
        step(project, code, reason)
    assert sentence in str(refusal.value)
    assert project.versions.count() == 1


# --- removing ----------------------------------------------------------------------------------------


def test_a_draft_that_nobody_saw_is_removed_with_its_rows(draft):
    project = factories.ProjectFactory(plan=draft)
    factories.ActivityFactory(project=project)
    services.remove_project(project=project, actor=None)
    assert not Activity.objects.exists()
    assert Entry.objects.get().action == "project.removed"


def test_what_was_seen_or_stated_is_not_removed(draft, project):
    with pytest.raises(ValidationError, match="it stays"):
        services.remove_project(project=project, actor=None)
    stated = factories.ActivityFactory(project__plan=draft)
    state(stated, 10)
    with pytest.raises(ValidationError, match="was stated"):
        services.remove_project(project=stated.project, actor=None)
    assert Project.objects.count() == 2


# --- tables ------------------------------------------------------------------------------------------


def save(project, *edits, reason="", service=services.save_activities):
    return service(project=project, edits=edits, actor=None, reason=reason)


def test_activities_of_a_public_project_change_with_a_version(project, activity):
    new = Activity(project=project, position=2)
    count = save(
        project,
        edit(activity, ends_on=day("2027-01-31")),
        edit(new, title_fr="Former les agents"),
        reason="Retard du fournisseur",
    )
    assert count == 2
    assert numbers(project)[1:] == [(2, "draft", "Retard du fournisseur")]
    assert len(project.versions.last().content["activities"]) == 2
    assert len({entry.batch for entry in Entry.objects.all()}) == 1


def test_without_a_reason_the_table_of_a_public_project_stays(project, activity):
    with pytest.raises(RowsRefused) as refused:
        save(project, edit(activity, title_fr="Autre"))
    assert list(refused.value.errors) == ["reason"]
    activity.refresh_from_db()
    assert (activity.title_fr, project.versions.count(), Entry.objects.count()) == ("", 1, 0)


def test_a_table_that_nobody_changed_asks_for_nothing(project, activity):
    assert save(project, edit(activity, title_ar=activity.title_ar)) == 0
    assert project.versions.count() == 1


def test_a_place_that_changes_no_order_makes_no_version(project, activity):
    assert save(project, edit(activity, position=7), reason="r") == 1
    assert (project.versions.count(), Entry.objects.count()) == (1, 1)


def test_a_table_of_a_project_without_versions_keeps_what_the_public_had(public):
    project = factories.ProjectFactory(plan=public)
    activity = factories.ActivityFactory(project=project, title_fr="Avant")
    save(project, edit(activity, title_fr="Après"), reason="r")
    titles = [row.content["activities"][0]["title_fr"] for row in project.versions.order_by("number")]
    assert titles == ["Avant", "Après"]


def test_a_changed_table_makes_an_adopted_project_a_revised_one(project, activity):
    step(project, "adopt")
    save(project, edit(activity, title_fr="Autre"), reason="r")
    project.refresh_from_db()
    assert project.step == "revised"


def test_two_people_at_one_table(project, activity):
    mine, theirs = edit(activity, title_fr="Le mien"), edit(activity, title_fr="Le sien")
    other = edit(activity, title_ar="عنوان")
    save(project, theirs, reason="r")
    save(project, other, reason="r")
    with pytest.raises(RowsRefused) as refused:
        save(project, mine, reason="r")
    [clash] = refused.value.clashes[str(activity.pk)]
    assert (clash.mine, clash.theirs) == ("Le mien", "Le sien")
    activity.refresh_from_db()
    assert (activity.title_fr, activity.title_ar) == ("Le sien", "عنوان")


def test_an_activity_that_ends_before_it_starts_is_refused(project, activity):
    with pytest.raises(RowsRefused) as refused:
        save(project, edit(activity, ends_on=day("2024-09-30")), reason="r")
    assert "before the start" in str(refused.value.errors[str(activity.pk)])


def test_an_activity_of_another_project_is_not_touched(project, public):
    other = factories.ActivityFactory(project__plan=public)
    with pytest.raises(RowsRefused):
        save(project, edit(other, title_fr="x"), reason="r")


def test_an_activity_of_which_something_was_stated_stays(project, activity):
    state(activity, 10)
    activity.refresh_from_db()
    with pytest.raises(RowsRefused) as refused:
        save(project, removal(activity), reason="r")
    assert "this needs it" in str(refused.value.errors[str(activity.pk)])


def test_indicators_change_with_a_version(project):
    indicator = project.indicators.get()
    save(project, edit(indicator, target=Decimal(3)), reason="r", service=services.save_indicators)
    assert project.versions.last().content["indicators"][0]["target"] == "3.000"


def test_measurements_need_no_reason_and_make_no_version(project):
    indicator = project.indicators.get()
    row = Measurement(indicator=indicator)
    services.save_measurements(
        indicator=indicator,
        edits=[edit(row, measured_on=day("2026-11-01"), value=Decimal("22.5"), note="")],
        actor=None,
    )
    assert indicator.measurements.get().value == Decimal("22.5")
    assert project.versions.count() == 1


def test_a_day_has_one_measurement(project):
    indicator = project.indicators.get()
    Measurement.objects.create(indicator=indicator, measured_on=day("2026-11-01"), value=1)
    second = Measurement(indicator=indicator)
    edits = [edit(second, measured_on=day("2026-11-01"), value=Decimal(2), note="")]
    with pytest.raises(RowsRefused):
        services.save_measurements(indicator=indicator, edits=edits, actor=None)
    assert Indicator.objects.get().measurements.count() == 1


# --- following ---------------------------------------------------------------------------------------


def test_progress_is_stated_with_what_proves_it(project, activity):
    before = revision()
    actor = UserFactory()
    update = services.state_activity(
        activity=activity,
        percent=60,
        note=" Deux ateliers ",
        stated_on=day("2026-11-20"),
        uploads=[proof()],
        is_public=True,
        actor=actor,
    )
    activity.refresh_from_db()
    file = update.files.get()
    assert (activity.percent, update.note, update.made_by) == (60, "Deux ateliers", actor)
    assert (file.name, file.is_public, file.uploaded_by) == ("محضر.pdf", True, actor)
    entry = Entry.objects.get()
    assert entry.action == "activity.stated"
    assert entry.changes["percent"] == [0, 60]
    assert revision() == before + 1
    assert project.versions.count() == 1


def test_the_history_keeps_every_statement(activity):
    for percent, on in [(20, "2026-10-01"), (50, "2026-11-01"), (50, "2026-11-01")]:
        state(activity, percent, on)
    assert list(activity.updates.values_list("percent", flat=True)) == [20, 50, 50]
    with pytest.raises(PermissionDenied):
        activity.updates.all().delete()


def test_progress_may_fall_with_a_note(activity):
    state(activity, 60)
    state(activity, 40, note="L’atelier est à refaire")
    activity.refresh_from_db()
    assert activity.percent == 40


@pytest.mark.parametrize(
    ("percent", "on", "field"),
    [
        (50, "2026-11-20", "note"),
        (70, "2026-11-23", "stated_on"),
        (70, "2026-11-18", "stated_on"),
        (101, "2026-11-20", "percent"),
        (-1, "2026-11-20", "percent"),
    ],
)
def test_what_cannot_be_stated(activity, settings, percent, on, field):
    state(activity, 60, "2026-11-19")
    with pytest.raises(ValidationError) as refusal:
        state(activity, percent, on)
    assert list(refusal.value.message_dict) == [field]
    activity.refresh_from_db()
    assert (activity.percent, activity.updates.count()) == (60, 1)


def test_the_last_day_is_that_of_the_town(activity):
    with time_machine.travel(datetime.datetime(2026, 11, 22, 23, 30, tzinfo=datetime.UTC), tick=False):
        state(activity, 10, "2026-11-23")
    assert ActivityUpdate.objects.get().stated_on == day("2026-11-23")


def test_a_refused_statement_leaves_no_row_of_its_file(activity):
    with pytest.raises(ValidationError):
        state(activity, 70, "2027-01-01", uploads=[proof()])
    assert not UpdateFile.objects.exists()


# --- completion --------------------------------------------------------------------------------------


def test_the_municipality_grades_itself(project):
    services.grade(project=project, completion="limited", actor=None)
    project.refresh_from_db()
    assert project.completion == "limited"
    assert Entry.objects.get().changes == {"completion": ["", "limited"]}
    services.grade(project=project, completion="limited", actor=None)
    assert Entry.objects.count() == 1
    assert services.grade(project=project, completion="", actor=None).completion == ""


def test_a_grade_that_is_no_level_is_refused(project):
    with pytest.raises(ValidationError):
        services.grade(project=project, completion="excellent", actor=None)

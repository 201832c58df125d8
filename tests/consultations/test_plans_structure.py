"""The tables of a plan: places, numbers, merging, links to meetings, documents of stages."""

import pytest
from django.core.exceptions import ValidationError

from consultations.models import Axis, CommitteeMember, Stage, StageFile
from consultations.services.structure import (
    attach_files,
    link_meeting,
    save_axes,
    save_committee,
    save_stages,
    set_file_public,
    unlink_meeting,
)
from portal.audit.models import Entry
from portal.editing.rows import RowsRefused
from portal.meetings.models import Meeting
from tests.consultations import factories
from tests.consultations.plan_rows import CommitteeMemberFactory, StageFileFactory, checked, edit
from tests.factories import MembershipFactory
from tests.portal.meetings.factories import MeetingFactory


@pytest.fixture
def editor(kenitra):
    return MembershipFactory(municipality=kenitra, role="editor").user


@pytest.fixture
def plan(kenitra):
    return factories.ActionPlanFactory(municipality=kenitra)


@pytest.fixture
def stages(plan):
    return [factories.StageFactory(plan=plan, position=n, title_ar=f"{n}") for n in (1, 2, 3, 4)]


def order(plan):
    """The titles in the order of their places, which run from 1."""
    rows = list(Stage.objects.filter(plan=plan).order_by("position"))
    assert [row.position for row in rows] == list(range(1, len(rows) + 1))
    return "".join(row.title_ar for row in rows)


def save(plan, *edits, actor=None):
    return save_stages(plan=plan, edits=edits, actor=actor)


# --- stages ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("places", "expected"),
    [
        ({1: 2, 2: 1}, "2134"),
        ({4: 1}, "4123"),
        ({1: 4}, "2341"),
        ({1: 99}, "2341"),
        ({2: 3, 3: 4, 4: 2}, "1423"),
        ({3: 1, 4: 1}, "3412"),
    ],
)
def test_a_row_with_another_place_moves_the_others(plan, stages, editor, places, expected):
    save(plan, *(edit(stages[n - 1], position=place) for n, place in places.items()), actor=editor)
    assert order(plan) == expected


def test_a_new_row_makes_room_and_a_removed_one_leaves_none(plan, stages, editor):
    new = Stage(plan=plan)
    save(plan, edit(new, position=2, level=1, title_ar="5"), edit(stages[2], is_removed=True), actor=editor)
    assert order(plan) == "1524"


def test_the_last_of_many_new_rows_is_the_last(plan, stages, editor):
    news = [edit(Stage(plan=plan), position=n, level=2, title_ar=str(n)) for n in (5, 6)]
    save(plan, *news, actor=editor)
    assert order(plan) == "123456"


def test_rows_that_stay_in_place_are_not_journalled(plan, stages, editor):
    save(
        plan,
        edit(stages[0], position=1, title_ar="1"),
        edit(stages[1], position=2, title_ar="x"),
        actor=editor,
    )
    assert Entry.objects.get().changes == {"title_ar": ["2", "x"]}


def test_every_row_of_one_act_is_journalled_in_one_batch(plan, stages, editor):
    assert save(plan, edit(stages[3], position=1), actor=editor) == 4
    assert len(set(Entry.objects.values_list("batch", flat=True))) == 1


def test_two_people_lose_nothing(plan, stages, editor):
    """One moves a row while the other, who saw the old order, writes another's title."""
    seen = stages[1].version
    save(plan, edit(stages[3], position=1), actor=editor)
    before = Stage.objects.get(pk=stages[1].pk)
    late = edit(stages[1], position=2, title_ar="x", version=seen)
    save(plan, late, actor=editor)
    assert order(plan) == "41x3"
    assert before.position == 3


def test_a_place_that_somebody_gave_meanwhile_is_told(plan, stages, editor):
    stale = edit(stages[0], position=2)
    save(plan, edit(stages[0], position=4), actor=editor)
    with pytest.raises(RowsRefused) as refused:
        save(plan, stale, actor=editor)
    (clashes,) = refused.value.clashes.values()
    assert [(clash.field, clash.theirs, clash.mine) for clash in clashes] == [("position", 4, 2)]
    assert order(plan) == "2341"


def test_a_refused_row_refuses_all_and_leaves_the_places(plan, stages, editor):
    with pytest.raises(RowsRefused):
        save(plan, edit(stages[3], position=1), edit(stages[0], title_ar="", title_fr=""), actor=editor)
    assert order(plan) == "1234"
    assert not Entry.objects.exists()


@pytest.mark.parametrize(
    ("values", "field"),
    [({"title_ar": "", "title_fr": ""}, "title_ar"), ({"level": 3}, "level"), ({"state": "lost"}, "state")],
)
def test_a_stage_that_cannot_be_is_refused_at_its_cell(plan, stages, editor, values, field):
    with pytest.raises(RowsRefused) as refused:
        save(plan, edit(stages[0], **values), actor=editor)
    (error,) = refused.value.errors.values()
    assert list(error.update_error_dict({})) == [field]


def test_a_stage_cannot_end_before_it_starts(plan, stages, editor):
    with pytest.raises(RowsRefused):
        save(plan, edit(stages[0], starts_on="2026-02-01", ends_on="2026-01-01"), actor=editor)


def test_a_stage_whose_documents_are_kept_is_not_removed(plan, stages, editor):
    StageFileFactory(stage=stages[0])
    with pytest.raises(RowsRefused) as refused:
        save(plan, edit(stages[0], is_removed=True), actor=editor)
    assert "adoption.pdf" in str(next(iter(refused.value.errors.values())))
    assert order(plan) == "1234"


def test_stages_of_another_plan_are_out_of_reach(plan, stages, editor):
    foreign = factories.StageFactory(plan=factories.ActionPlanFactory(slug="other"), position=1, title_ar="z")
    with pytest.raises(RowsRefused):
        save(plan, edit(foreign, title_ar="y"), actor=editor)
    assert Stage.objects.get(pk=foreign.pk).title_ar == "z"


# --- axes and committee ------------------------------------------------------------------------------


def test_two_axes_change_numbers(plan, editor):
    one, two = (factories.AxisFactory(plan=plan, number=n, title_ar=f"{n}") for n in (1, 2))
    save_axes(plan=plan, edits=[edit(one, number=2), edit(two, number=1)], actor=editor)
    assert list(plan.axes.order_by("number").values_list("title_ar", flat=True)) == ["2", "1"]
    changes = [entry.changes for entry in Entry.objects.order_by("pk")]
    assert changes == [{"number": [1, 2]}, {"number": [2, 1]}]


def test_a_number_that_another_axis_has_is_refused(plan, editor):
    one, _two = (factories.AxisFactory(plan=plan, number=n) for n in (1, 2))
    with pytest.raises(RowsRefused):
        save_axes(plan=plan, edits=[edit(one, number=2)], actor=editor)
    assert list(Axis.objects.order_by("number").values_list("number", flat=True)) == [1, 2]


def test_an_axis_that_has_projects_is_not_removed(plan, editor):
    axis = factories.AxisFactory(plan=plan)
    factories.ProjectFactory(plan=plan, axis=axis)
    with pytest.raises(RowsRefused):
        save_axes(plan=plan, edits=[edit(axis, is_removed=True)], actor=editor)
    assert Axis.objects.filter(pk=axis.pk).exists()


def test_the_committee_is_written_in_its_order(plan, editor):
    first = CommitteeMemberFactory(plan=plan, position=1, name="a")
    new = CommitteeMember(plan=plan)
    edits = [edit(new, position=1, group="administration", name="b", is_named=True), edit(first, name="c")]
    assert save_committee(plan=plan, edits=edits, actor=editor) == 2
    assert list(plan.committee.order_by("position").values_list("name", "is_named")) == [
        ("b", True),
        ("c", False),
    ]


@pytest.mark.parametrize("values", [{"name": ""}, {"group": "others"}])
def test_a_member_without_name_or_group_is_refused(plan, editor, values):
    member = CommitteeMemberFactory(plan=plan)
    with pytest.raises(RowsRefused):
        save_committee(plan=plan, edits=[edit(member, **values)], actor=editor)


# --- meetings ----------------------------------------------------------------------------------------


def test_a_meeting_is_linked_once_and_unlinked(plan, stages, editor):
    meeting = MeetingFactory(municipality=plan.municipality)
    where = {"plan": plan, "stage_id": stages[0].pk, "meeting_id": meeting.pk, "actor": editor}
    for _ in range(2):
        link_meeting(**where)
    assert list(stages[0].meetings.all()) == [meeting]
    unlink_meeting(**where)
    assert not stages[0].meetings.exists()
    assert list(Entry.objects.order_by("pk").values_list("action", flat=True)) == [
        "stage.linked",
        "stage.unlinked",
    ]


def test_a_meeting_of_another_town_is_not_linked(plan, stages, editor):
    with pytest.raises(Meeting.DoesNotExist):
        link_meeting(plan=plan, stage_id=stages[0].pk, meeting_id=MeetingFactory().pk, actor=editor)


def test_a_stage_of_another_plan_is_not_linked(plan, editor):
    meeting = MeetingFactory(municipality=plan.municipality)
    with pytest.raises(Stage.DoesNotExist):
        link_meeting(plan=plan, stage_id=factories.StageFactory().pk, meeting_id=meeting.pk, actor=editor)


# --- documents ---------------------------------------------------------------------------------------


def test_documents_are_kept_and_journalled(stages, editor):
    files = attach_files(
        stage=stages[0],
        uploads=[checked("a.pdf", b"%PDF-1"), checked("b.pdf", b"%PDF-12")],
        is_public=True,
        captions=("محضر", ""),
        actor=editor,
    )
    assert [(file.name, file.is_public, file.caption_ar) for file in StageFile.objects.order_by("pk")] == [
        ("a.pdf", True, "محضر"),
        ("b.pdf", True, "محضر"),
    ]
    assert files[0].file.read() == b"%PDF-1"
    assert Entry.objects.filter(action="stage_file.added").count() == 2


def test_what_may_tell_where_it_was_recorded_stays_internal(stages, editor):
    (file,) = attach_files(
        stage=stages[0], uploads=[checked(may_hold_place=True)], is_public=True, actor=editor
    )
    assert not file.is_public
    with pytest.raises(ValidationError):
        set_file_public(file=file, is_public=True, actor=editor)
    assert not StageFile.objects.get().is_public


def test_a_document_is_hidden_and_shown(stages, editor):
    file = StageFileFactory(stage=stages[0])
    for is_public in (False, False, True):
        set_file_public(file=file, is_public=is_public, actor=editor)
    assert StageFile.objects.get().is_public
    assert list(Entry.objects.order_by("pk").values_list("action", flat=True)) == [
        "stage_file.hidden",
        "stage_file.shown",
    ]


def test_every_writing_marks_the_public_pages_as_changed(plan, stages, editor):
    municipality = plan.municipality
    before = municipality.revision
    link_meeting(
        plan=plan,
        stage_id=stages[0].pk,
        meeting_id=MeetingFactory(municipality=municipality).pk,
        actor=editor,
    )
    attach_files(stage=stages[0], uploads=[checked()], is_public=True, actor=editor)
    municipality.refresh_from_db()
    assert municipality.revision == before + 2

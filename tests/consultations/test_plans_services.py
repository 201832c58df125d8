"""Plans as they are begun, written, moved and published: what happens, and what is refused."""

import datetime
import json

import pytest
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string
from django.utils.translation import override

from consultations.models import ActionPlan, PlanStatus, ProjectVersion, Stage
from consultations.process import MOROCCAN_PROCESS, outline_of
from consultations.published.plans import content_of, page_context
from consultations.services.plans import (
    add_plan,
    change_plan,
    has_changed,
    move_plan_to,
    publish,
    publish_anew,
    withdraw,
)
from portal.audit.models import Entry
from portal.publications.models import Publication
from tests.consultations import factories
from tests.consultations.plan_rows import CommitteeMemberFactory, StageFileFactory
from tests.factories import MembershipFactory
from tests.portal.meetings.factories import MeetingFactory

VALUES = {"slug": "openness-2", "title_ar": "برنامج الانفتاح", "title_fr": "Programme d’ouverture"}


@pytest.fixture
def publisher(kenitra):
    return MembershipFactory(municipality=kenitra, role="publisher").user


@pytest.fixture
def plan(kenitra):
    """A draft with a stage of two steps and two more stages, an axis and a project."""
    plan = factories.ActionPlanFactory(municipality=kenitra)
    for position, level in enumerate((1, 2, 2, 1, 1), start=1):
        factories.StageFactory(plan=plan, position=position, level=level)
    factories.ProjectFactory(plan=plan, axis=factories.AxisFactory(plan=plan, number=1), number=1)
    return plan


def states(plan):
    return list(Stage.objects.filter(plan=plan).order_by("position").values_list("state", flat=True))


def stage(plan, position):
    return Stage.objects.get(plan=plan, position=position)


def acts():
    return list(Entry.objects.order_by("pk").values_list("action", flat=True))


def refusals(act, **kwargs):
    with pytest.raises(ValidationError) as refused:
        act(**kwargs)
    return refused.value.update_error_dict({})


# --- begun and written -------------------------------------------------------------------------------


def test_a_plan_begins_with_the_moroccan_process(kenitra, publisher):
    plan = add_plan(municipality=kenitra, values=VALUES, outline=MOROCCAN_PROCESS, actor=publisher)
    stages = list(plan.stages.order_by("position").values_list("position", "level", "title_ar", "state"))
    assert [row[1] for row in stages] == [1, 2, 2, 2, 2, 1, 1]
    assert stages[0] == (1, 1, "الإعداد المشترك", "")
    assert plan.status == PlanStatus.DRAFT
    assert acts() == ["plan.added"]
    assert Entry.objects.get().changes["stages"][1][5] == "التنفيذ المشترك"


def test_the_built_in_process_has_the_words_of_the_states_sheet(settings):
    source = (settings.PROJECT_DIR / "demo/sources/kenitra-open-government-project.txt").read_text()
    assert [line.title_ar for line in MOROCCAN_PROCESS.stages if line.title_ar not in source] == []
    assert all(line.title_fr for line in MOROCCAN_PROCESS.stages)


def test_a_plan_begins_with_what_a_former_one_had(kenitra, plan, publisher):
    Stage.objects.filter(plan=plan).update(state="done", starts_on="2024-01-01")
    new = add_plan(municipality=kenitra, values=VALUES, outline=outline_of(plan), actor=publisher)
    assert list(new.stages.order_by("position").values_list("level", "title_ar")) == list(
        plan.stages.order_by("position").values_list("level", "title_ar")
    )
    assert new.axes.get().title_ar == plan.axes.get().title_ar
    assert not new.stages.exclude(state="").exists()
    assert not new.stages.exclude(starts_on=None).exists()
    assert not new.projects.exists()


def test_a_plan_is_changed_and_journalled_once(plan, publisher):
    changed = change_plan(plan=plan, values={"title_fr": "Plan", "summary_ar": ""}, actor=publisher)
    assert changed.title_fr == "Plan"
    assert Entry.objects.get().changes == {"title_fr": ["", "Plan"]}


def test_nothing_changed_is_not_journalled(plan, publisher):
    change_plan(plan=plan, values={"title_ar": plan.title_ar}, actor=publisher)
    assert not Entry.objects.exists()


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"title_ar": "", "title_fr": " "}, "title_ar"),
        ({"slug": "openness"}, "slug"),
        ({"slug": "new"}, "slug"),
        ({"slug": "two words"}, "slug"),
        ({"starts_on": datetime.date(2026, 1, 2), "ends_on": datetime.date(2026, 1, 1)}, "ends_on"),
        ({"summary_fr": "x" * 4001}, "summary_fr"),
    ],
)
def test_a_plan_that_cannot_be_is_refused_at_its_field(kenitra, plan, publisher, values, field):
    assert list(refusals(add_plan, municipality=kenitra, values=VALUES | values, actor=publisher)) == [field]
    other = factories.ActionPlanFactory(municipality=kenitra, slug="other")
    assert list(refusals(change_plan, plan=other, values=values, actor=publisher)) == [field]
    assert not Entry.objects.exists()


def test_another_town_may_have_a_plan_of_the_same_name(nefta, plan, publisher):
    assert add_plan(municipality=nefta, values=VALUES | {"slug": plan.slug}, actor=publisher).pk


def test_the_address_of_a_public_plan_stays(plan, publisher):
    publish(plan=plan, actor=publisher)
    assert list(refusals(change_plan, plan=plan, values={"slug": "other"}, actor=publisher)) == ["slug"]


# --- moved -------------------------------------------------------------------------------------------


def test_a_draft_moves_to_a_stage(plan, publisher):
    move_plan_to(plan=plan, stage=stage(plan, 4), actor=publisher)
    assert states(plan) == ["done", "done", "done", "now", "todo"]
    assert acts() == ["plan.moved"]
    assert Entry.objects.get().changes == {"stage": ["", str(stage(plan, 4))]}
    assert not Publication.objects.exists()


def test_a_plan_at_a_step_is_at_the_stage_of_the_step(plan, publisher):
    move_plan_to(plan=plan, stage=stage(plan, 3), actor=publisher)
    assert states(plan) == ["now", "done", "now", "todo", "todo"]


def test_a_plan_can_move_back(plan, publisher):
    move_plan_to(plan=plan, stage=stage(plan, 5), actor=publisher)
    move_plan_to(plan=plan, stage=stage(plan, 1), actor=publisher)
    assert states(plan) == ["now", "todo", "todo", "todo", "todo"]


def test_a_plan_that_is_there_already_does_not_move(plan, publisher):
    move_plan_to(plan=plan, stage=stage(plan, 4), actor=publisher)
    move_plan_to(plan=plan, stage=stage(plan, 4), actor=publisher)
    assert acts() == ["plan.moved"]


def test_a_public_plan_moves_in_the_register_too(plan, publisher):
    publish(plan=plan, actor=publisher)
    move_plan_to(plan=plan, stage=stage(plan, 4), actor=publisher)
    newest = Publication.objects.order_by("number").last()
    assert (newest.act, newest.version) == ("plan.moved", 2)
    assert [row["state"] for row in json.loads(newest.content)["stages"]] == states(plan)
    assert not has_changed(plan)


def test_a_stage_that_is_gone_or_of_another_plan_moves_nothing(plan, publisher):
    gone = stage(plan, 5)
    Stage.objects.filter(pk=gone.pk).delete()
    for other in (gone, factories.StageFactory()):
        refusals(move_plan_to, plan=plan, stage=other, actor=publisher)
    assert states(plan) == ["", "", "", ""]


# --- published ---------------------------------------------------------------------------------------


def test_publishing_enters_the_register_and_keeps_a_version_of_each_project(plan, publisher):
    publish(plan=plan, actor=publisher)
    plan.refresh_from_db()
    entry = Publication.objects.get()
    assert plan.is_public
    assert (entry.act, entry.version, entry.address) == ("plan.published", 1, "/ar/m/kenitra/plans/openness/")
    assert json.loads(entry.content) == json.loads(json.dumps(content_of(plan)))
    assert ProjectVersion.objects.get().number == 1
    assert acts() == ["plan.published"]
    assert not has_changed(plan)


def test_publishing_twice_is_publishing_once(plan, publisher):
    for _ in range(2):
        publish(plan=ActionPlan.objects.get(pk=plan.pk), actor=publisher)
    assert Publication.objects.count() == 1


def test_a_public_plan_that_changed_is_published_anew(plan, publisher):
    publish(plan=plan, actor=publisher)
    change_plan(plan=plan, values={"summary_ar": "ملخص"}, actor=publisher)
    assert has_changed(plan)
    publish_anew(plan=plan, actor=publisher)
    assert [entry.act for entry in Publication.objects.order_by("number")] == [
        "plan.published",
        "plan.published_anew",
    ]
    assert not has_changed(plan)


def test_a_plan_that_has_not_changed_is_not_published_anew(plan, publisher):
    publish(plan=plan, actor=publisher)
    refusals(publish_anew, plan=plan, actor=publisher)
    assert Publication.objects.count() == 1


def test_a_draft_is_not_published_anew(plan, publisher):
    refusals(publish_anew, plan=plan, actor=publisher)


def test_withdrawing_keeps_the_reason_and_nothing_else(plan, publisher):
    publish(plan=plan, actor=publisher)
    withdraw(plan=plan, actor=publisher, reason=" نشر قبل المصادقة ")
    plan.refresh_from_db()
    content = json.loads(Publication.objects.order_by("number").last().content)
    assert not plan.is_public
    assert (content["status"], content["reason"]) == ("withdrawn", "نشر قبل المصادقة")
    assert "projects" not in content
    assert Entry.objects.latest("pk").changes["reason"] == [None, "نشر قبل المصادقة"]


def test_withdrawing_a_draft_does_nothing(plan, publisher):
    withdraw(plan=plan, actor=publisher, reason="x")
    assert not Entry.objects.exists()


# --- what the register keeps -------------------------------------------------------------------------


@pytest.fixture
def whole(plan):
    first = stage(plan, 1)
    first.meetings.add(MeetingFactory(municipality=plan.municipality, published=True, title_ar="ورشة"))
    first.meetings.add(MeetingFactory(municipality=plan.municipality, title_ar="جلسة سرية"))
    StageFileFactory(stage=first, name="public.pdf")
    StageFileFactory(stage=first, name="internal.pdf", is_public=False)
    CommitteeMemberFactory(plan=plan, name="سلمى", is_named=True, quality_fr="Conseillère")
    CommitteeMemberFactory(plan=plan, name="كريم", group="civil_society", quality_ar="جمعية النور")
    ActionPlan.objects.filter(pk=plan.pk).update(summary_fr="Résumé", focal_point_ar="كتابة المجلس")
    return ActionPlan.objects.get(pk=plan.pk)


def test_the_same_rows_give_the_same_content(whole):
    assert content_of(whole) == content_of(whole)


def test_what_is_internal_is_no_part_of_the_content(whole):
    text = json.dumps(content_of(whole), ensure_ascii=False)
    for shown in ("ورشة", "public.pdf", "سلمى", "جمعية النور", "Résumé", "كتابة المجلس"):
        assert shown in text
    for hidden in ("جلسة سرية", "internal.pdf", "كريم"):
        assert hidden not in text


@pytest.mark.parametrize("language", ["ar", "fr"])
def test_the_content_is_shown_as_it_was(whole, language):
    kept = json.loads(json.dumps(content_of(whole)))
    Stage.objects.update(title_ar="غيره")
    with override(language):
        html = render_to_string("consultations/published_plan.html", page_context(kept))
    for text in ("ورشة", "public.pdf", "سلمى", "Résumé", "كتابة المجلس", "مشروع رقم", "محور رقم"):
        assert text in html
    assert "غيره" not in html


def test_a_withdrawal_is_shown_with_its_reason(plan, publisher, client):
    publish(plan=plan, actor=publisher)
    withdraw(plan=plan, actor=publisher, reason="<b>سبب</b>")
    for entry in Publication.objects.all():
        page = client.get(f"/ar/m/kenitra/publications/{entry.number}/").content.decode()
        assert plan.title_ar in page
    assert "&lt;b&gt;سبب&lt;/b&gt;" in page

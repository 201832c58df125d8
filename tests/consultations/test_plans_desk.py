"""The desk's pages of a plan: who may, what is shown, what is saved, and that nothing typed is lost."""

import datetime

import pytest
import time_machine
from django.urls import reverse

from consultations.models import ActionPlan, Axis, CommitteeMember, Stage, StageFile
from consultations.services.plans import change_plan, publish
from portal.publications.models import Publication
from tests.consultations import factories
from tests.consultations.plan_rows import CommitteeMemberFactory, StageFileFactory, picture
from tests.factories import MembershipFactory
from tests.portal.meetings.factories import MeetingFactory
from tests.programs.sheet_posts import as_shown, errors_of

NOW = datetime.datetime(2026, 11, 22, 12, tzinfo=datetime.UTC)


@pytest.fixture(autouse=True)
def _on_a_fixed_day():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def plan(kenitra):
    plan = factories.ActionPlanFactory(municipality=kenitra)
    for position, title in enumerate("123", start=1):
        factories.StageFactory(plan=plan, position=position, title_ar=title)
    factories.ProjectFactory(plan=plan, axis=factories.AxisFactory(plan=plan, number=1), number=1)
    return plan


@pytest.fixture
def first(plan):
    return plan.stages.get(position=1)


@pytest.fixture
def sign_in(client, kenitra):
    """Sign in as somebody of Kénitra in a role."""

    def _sign_in(role="publisher", municipality=kenitra):
        client.force_login(MembershipFactory(municipality=municipality, role=role).user)
        return client

    return _sign_in


def at(name, plan=None, **more):
    kwargs = {"slug": "kenitra"} | ({"plan": plan.slug} if plan else {}) | more
    return reverse(name, kwargs=kwargs)


def text(response):
    assert response.status_code == 200
    return response.content.decode()


def order(plan):
    return "".join(Stage.objects.filter(plan=plan).order_by("position").values_list("title_ar", flat=True))


# --- who may -----------------------------------------------------------------------------------------

READING = ["staff-plans", "staff-plan-stage", "staff-stage-file"]
WRITING = [
    "staff-plan-new",
    "staff-plan",
    "staff-plan-stages",
    "staff-plan-axes",
    "staff-plan-committee",
    "staff-stage-meetings",
    "staff-stage-files",
    "staff-stage-file-visibility",
]
PUBLISHING = ["staff-plan-publish", "staff-plan-move"]


@pytest.fixture
def addresses(plan, first):
    file = StageFileFactory(stage=first)
    alone = {"staff-plans": {}, "staff-plan-new": {}}
    files = {"staff-stage-file": {"pk": file.pk}, "staff-stage-file-visibility": {"pk": file.pk}}
    of_stage = {
        name: {"plan": plan.slug, "pk": first.pk}
        for name in ("staff-plan-stage", "staff-plan-move", "staff-stage-meetings", "staff-stage-files")
    }
    given = {**alone, **files, **of_stage}
    return {
        name: reverse(name, kwargs={"slug": "kenitra"} | given.get(name, {"plan": plan.slug}))
        for name in (*READING, *WRITING, *PUBLISHING)
    }


def answers(client, addresses, names):
    """What the pages answer; those that only take what is sent answer 405 to whoever may ask."""
    return {name: client.get(addresses[name]).status_code for name in names}


@pytest.mark.parametrize("name", [*READING, *WRITING, *PUBLISHING])
def test_nobody_unknown_is_let_in(client, addresses, name):
    assert client.get(addresses[name]).status_code == 302


@pytest.mark.parametrize("name", [*READING, *WRITING, *PUBLISHING])
def test_another_towns_people_find_nothing(client, addresses, stranger_of_nefta, name):
    client.force_login(stranger_of_nefta)
    assert client.get(addresses[name]).status_code == 404
    assert client.post(addresses[name]).status_code == 404


@pytest.fixture
def stranger_of_nefta(nefta):
    return MembershipFactory(municipality=nefta, role="municipal_admin").user


@pytest.mark.parametrize(
    ("role", "reading", "writing", "publishing"),
    [
        ("council_reader", {200}, {403}, {403}),
        ("auditor", {200}, {403}, {403}),
        ("moderator", {200}, {403}, {403}),
        ("answerer", {200}, {403}, {403}),
        ("editor", {200}, {200, 405}, {403}),
        ("publisher", {200}, {200, 405}, {200, 405}),
        ("municipal_admin", {200}, {200, 405}, {200, 405}),
    ],
)
def test_roles(sign_in, addresses, role, reading, writing, publishing):
    client = sign_in(role)
    assert set(answers(client, addresses, READING).values()) == reading
    assert set(answers(client, addresses, WRITING).values()) <= writing
    assert set(answers(client, addresses, PUBLISHING).values()) <= publishing


EMPTY_FORMS = {
    200: ["staff-plan-new", "staff-plan", "staff-stage-files", "staff-plan-publish"],
    302: [
        *("staff-plan-stages", "staff-plan-axes", "staff-plan-committee", "staff-plan-move"),
        *("staff-stage-meetings", "staff-stage-file-visibility"),
    ],
}


@pytest.mark.parametrize("role", ["editor", "publisher"])
def test_an_empty_form_changes_nothing_that_was_written(sign_in, plan, addresses, role):
    client = sign_in(role)
    for status, names in EMPTY_FORMS.items():
        for name in names:
            may = name not in PUBLISHING or role == "publisher"
            assert client.post(addresses[name]).status_code == (status if may else 403), name
    assert order(plan) == "123"
    assert ActionPlan.objects.get().title_ar == plan.title_ar


@pytest.mark.parametrize("name", ["staff-plan", "staff-plan-stages", "staff-plan-publish"])
def test_a_plan_of_another_town_does_not_exist(sign_in, plan, name):
    factories.ActionPlanFactory(slug="foreign")
    assert sign_in().get(reverse(name, kwargs={"slug": "kenitra", "plan": "foreign"})).status_code == 404


def test_a_stage_or_document_of_another_plan_does_not_exist(sign_in, plan, first):
    foreign = factories.StageFactory()
    client, file = sign_in(), StageFileFactory(stage=foreign)
    assert client.get(at("staff-plan-stage", plan, pk=foreign.pk)).status_code == 404
    assert client.post(at("staff-plan-move", plan, pk=foreign.pk)).status_code == 404
    assert client.get(at("staff-stage-file", pk=file.pk)).status_code == 404
    assert client.post(at("staff-stage-file-visibility", pk=file.pk)).status_code == 404


# --- the list ----------------------------------------------------------------------------------------


def test_the_list_tells_what_waits(sign_in, plan, first):
    Stage.objects.filter(pk=first.pk).update(state="now")
    project = factories.ProjectFactory(plan=plan, number=2)
    october = {"starts_on": datetime.date(2026, 10, 1), "ends_on": datetime.date(2026, 10, 31)}
    november = {"starts_on": datetime.date(2026, 11, 1), "ends_on": datetime.date(2026, 11, 1)}
    factories.ActivityFactory(project=project, **october)
    factories.ActivityFactory(project=project, **october, percent=100)
    # Known to the month: November is not over on the 22nd, whatever its day says.
    factories.ActivityFactory(project=project, **november)
    factories.ActivityFactory(project=project, **november, precision="day")
    (listed,) = sign_in().get(at("staff-plans")).context["plans"]
    assert (listed.project_count, listed.overdue_count) == (2, 2)
    assert (listed.without_axis_count, listed.unstated_count) == (1, 2)


def test_the_list_of_another_town_is_empty(client, plan, nefta):
    client.force_login(MembershipFactory(municipality=nefta, role="editor").user)
    page = text(client.get(reverse("staff-plans", kwargs={"slug": "nefta"})))
    assert "m-empty" in page
    assert plan.title_ar not in page


def test_the_lists_queries_do_not_depend_on_its_length(sign_in, kenitra, django_assert_max_num_queries):
    client = sign_in()
    for number in range(12):
        plan = factories.ActionPlanFactory(municipality=kenitra, slug=f"plan-{number}")
        factories.StageFactory(plan=plan, position=1)
    client.get(at("staff-plans"))
    with django_assert_max_num_queries(8):
        client.get(at("staff-plans"))


# --- a new plan --------------------------------------------------------------------------------------

NEW = {"title_ar": "برنامج جديد", "slug": "openness-2"}


@pytest.mark.parametrize(
    ("origin", "stages", "axes"), [("process", 7, 0), ("former", 3, 1), ("nothing", 0, 0)]
)
def test_a_plan_is_begun(sign_in, plan, origin, stages, axes):
    data = NEW | {"origin": origin, "former": plan.pk, "starts_on": "2027/01/01"}
    response = sign_in("editor").post(at("staff-plan-new"), data)
    new = ActionPlan.objects.get(slug="openness-2")
    assert response["Location"] == at("staff-plan-stages", new)
    assert (new.stages.count(), new.axes.count()) == (stages, axes)
    assert new.starts_on == datetime.date(2027, 1, 1)


def test_a_free_name_and_the_moroccan_process_are_proposed(sign_in, plan):
    page = text(sign_in().get(at("staff-plan-new")))
    assert 'value="openness-2"' in page
    assert 'id="origin-process" checked' in page


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"title_ar": ""}, "title_ar"),
        ({"slug": "openness"}, "slug"),
        ({"slug": "ليس"}, "slug"),
        ({"starts_on": "yesterday"}, "starts_on"),
        ({"starts_on": "2027/02/01", "ends_on": "2027/01/01"}, "ends_on"),
        ({"origin": "former", "former": ""}, "former"),
        ({"origin": "other"}, "origin"),
    ],
)
def test_a_refused_plan_loses_nothing_of_what_was_typed(sign_in, plan, data, field):
    data = NEW | {"origin": "nothing", "summary_ar": "ملخص كتبته"} | data
    response = sign_in().post(at("staff-plan-new"), data)
    page = text(response)
    assert list(response.context["form"].errors) == [field]
    assert "m-errors" in page
    assert "ملخص كتبته" in page
    assert ActionPlan.objects.count() == 1


def test_a_plan_of_another_town_is_no_former_plan(sign_in, plan):
    foreign = factories.ActionPlanFactory(slug="foreign")
    response = sign_in().post(at("staff-plan-new"), NEW | {"origin": "former", "former": foreign.pk})
    assert list(response.context["form"].errors) == ["former"]


# --- the plan ----------------------------------------------------------------------------------------


def shown_plan(response, **changes):
    """The POST data of the form that was just shown."""
    data = {}
    for bound in response.context["form"]:
        for name in (bound.html_name, bound.html_initial_name):
            value = bound.field.prepare_value(bound.value())
            data[name] = "" if value is None else value
    return data | changes


def test_the_plan_is_saved(sign_in, plan):
    client = sign_in("editor")
    data = shown_plan(client.get(at("staff-plan", plan)), title_fr="Plan", ends_on="31/12/2027")
    assert client.post(at("staff-plan", plan), data).status_code == 302
    plan.refresh_from_db()
    assert (plan.title_fr, plan.ends_on) == ("Plan", datetime.date(2027, 12, 31))


def test_two_people_at_one_plan_lose_nothing(sign_in, plan):
    client = sign_in()
    opened = client.get(at("staff-plan", plan))
    change_plan(plan=plan, values={"title_fr": "De l’autre"}, actor=None)
    client.post(at("staff-plan", plan), shown_plan(opened, summary_fr="De moi"))
    plan.refresh_from_db()
    assert (plan.title_fr, plan.summary_fr) == ("De l’autre", "De moi")


def test_whoever_comes_second_to_a_field_sees_both_and_may_save_again(sign_in, plan):
    client = sign_in()
    opened = client.get(at("staff-plan", plan))
    change_plan(plan=plan, values={"title_fr": "De l’autre"}, actor=None)
    refused = client.post(at("staff-plan", plan), shown_plan(opened, title_fr="De moi"))
    page = text(refused)
    assert "De l’autre" in page
    assert 'value="De moi"' in page
    again = shown_plan(refused, title_fr="De moi")
    assert client.post(at("staff-plan", plan), again | _hidden(refused)).status_code == 302
    plan.refresh_from_db()
    assert plan.title_fr == "De moi"


def _hidden(response):
    """What the page carries along after a refusal."""
    form = response.context["form"]
    return {
        name: value for name, value in form.data.items() if name.startswith("initial-") or name == "version"
    }


def test_a_plan_that_cannot_be_is_refused_beside_its_field(sign_in, plan):
    client = sign_in()
    data = shown_plan(client.get(at("staff-plan", plan)), title_ar="", summary_ar="ملخص")
    response = client.post(at("staff-plan", plan), data)
    assert list(response.context["form"].errors) == ["title_ar"]
    assert "ملخص" in text(response)


# --- its tables --------------------------------------------------------------------------------------


def test_stages_are_written_moved_added_and_removed(sign_in, plan):
    client, address = sign_in("editor"), at("staff-plan-stages", plan)
    one, _two, three = plan.stages.order_by("position")
    data = as_shown(client.get(address)) | {
        f"stage-{three.pk}-position": "1",
        f"stage-{one.pk}-remove": "on",
        "stage-new0-title_ar": "4",
        "stage-new0-level": "2",
    }
    assert client.post(address, data).status_code == 302
    assert order(plan) == "324"
    assert list(plan.stages.order_by("position").values_list("position", "level")) == [(1, 1), (2, 1), (3, 2)]


def test_two_people_at_one_table_lose_nothing(sign_in, plan):
    client, address = sign_in(), at("staff-plan-stages", plan)
    one, two, three = plan.stages.order_by("position")
    mine, theirs = client.get(address), client.get(address)
    client.post(address, as_shown(theirs) | {f"stage-{three.pk}-position": "1"})
    client.post(address, as_shown(mine) | {f"stage-{two.pk}-title_ar": "x", f"stage-{one.pk}-state": "now"})
    assert order(plan) == "31x"
    assert Stage.objects.get(pk=one.pk).state == "now"


def test_a_stage_with_dates_the_wrong_way_round_is_refused_with_all_that_was_typed(sign_in, plan, first):
    client, address = sign_in(), at("staff-plan-stages", plan)
    data = as_shown(client.get(address)) | {
        f"stage-{first.pk}-starts_on": "2026/05/01",
        f"stage-{first.pk}-ends_on": "2026/04/01",
        "stage-new0-title_ar": "طور جديد كتبته",
    }
    response = client.post(address, data)
    assert f"stage-{first.pk}" in errors_of(response)
    assert "طور جديد كتبته" in text(response)
    assert order(plan) == "123"


def test_axes_are_written(sign_in, plan):
    client, address = sign_in("editor"), at("staff-plan-axes", plan)
    data = as_shown(client.get(address)) | {"axis-new0-title_fr": "Participation"}
    assert client.post(address, data).status_code == 302
    assert list(Axis.objects.order_by("number").values_list("number", "title_fr")) == [
        (1, ""),
        (2, "Participation"),
    ]


def test_an_axis_with_projects_is_not_removed(sign_in, plan):
    client, address = sign_in(), at("staff-plan-axes", plan)
    axis = plan.axes.get()
    response = client.post(address, as_shown(client.get(address)) | {f"axis-{axis.pk}-remove": "on"})
    assert f"axis-{axis.pk}" in errors_of(response)
    assert Axis.objects.filter(pk=axis.pk).exists()


def test_the_committee_is_written(sign_in, plan):
    client, address = sign_in("editor"), at("staff-plan-committee", plan)
    known = CommitteeMemberFactory(plan=plan, position=1)
    data = as_shown(client.get(address)) | {
        f"member-{known.pk}-is_named": "on",
        "member-new0-name": "هند",
        "member-new0-group": "administration",
    }
    assert client.post(address, data).status_code == 302
    assert list(CommitteeMember.objects.order_by("position").values_list("name", "is_named")) == [
        (known.name, True),
        ("هند", False),
    ]


def test_a_member_without_a_group_is_refused(sign_in, plan):
    client, address = sign_in(), at("staff-plan-committee", plan)
    response = client.post(address, as_shown(client.get(address)) | {"member-new0-name": "هند"})
    assert "member-new0-group" in errors_of(response)
    assert "هند" in text(response)


# --- a stage -----------------------------------------------------------------------------------------


def test_a_publisher_moves_the_plan(sign_in, plan, first):
    client = sign_in()
    assert at("staff-plan-move", plan, pk=first.pk) in text(
        client.get(at("staff-plan-stage", plan, pk=first.pk))
    )
    client.post(at("staff-plan-move", plan, pk=first.pk))
    assert list(plan.stages.order_by("position").values_list("state", flat=True)) == ["now", "todo", "todo"]


def test_an_editor_is_not_offered_the_move(sign_in, plan, first):
    address = at("staff-plan-stage", plan, pk=first.pk)
    assert at("staff-plan-move", plan, pk=first.pk) not in text(sign_in("editor").get(address))


def test_a_meeting_is_linked_and_unlinked(sign_in, plan, first):
    client, address = sign_in("editor"), at("staff-stage-meetings", plan, pk=first.pk)
    meeting = MeetingFactory(municipality=plan.municipality)
    client.post(address, {"act": "link", "meeting": meeting.pk})
    assert list(first.meetings.all()) == [meeting]
    assert meeting.title_ar in text(client.get(at("staff-plan-stage", plan, pk=first.pk)))
    client.post(address, {"act": "unlink", "meeting": meeting.pk})
    assert not first.meetings.exists()


def test_a_meeting_of_another_town_is_not_linked(sign_in, plan, first):
    address = at("staff-stage-meetings", plan, pk=first.pk)
    response = sign_in().post(address, {"act": "link", "meeting": MeetingFactory().pk})
    assert response.status_code == 404
    assert not first.meetings.exists()


@pytest.mark.parametrize("data", [{}, {"act": "link"}, {"act": "link", "meeting": "x"}, {"meeting": "1"}])
def test_a_link_without_a_meeting_says_so(sign_in, plan, first, data):
    response = sign_in().post(at("staff-stage-meetings", plan, pk=first.pk), data, follow=True)
    assert "m-note--err" in text(response)


def test_documents_are_handed_in_fetched_hidden(sign_in, plan, first):
    client = sign_in("editor")
    data = {"uploads": [picture()], "visibility": "public", "caption_ar": "صورة"}
    assert client.post(at("staff-stage-files", plan, pk=first.pk), data).status_code == 302
    file = StageFile.objects.get()
    assert file.is_public
    assert client.get(at("staff-stage-file", pk=file.pk)).status_code == 200
    client.post(at("staff-stage-file-visibility", pk=file.pk), {"visibility": "internal"})
    client.post(at("staff-stage-file-visibility", pk=file.pk), {"visibility": "nonsense"})
    file.refresh_from_db()
    assert not file.is_public


def test_a_file_that_is_there_already_is_refused(sign_in, plan, first):
    client, address = sign_in(), at("staff-stage-files", plan, pk=first.pk)
    data = {"visibility": "public", "caption_fr": "Ce que j’ai écrit"}
    client.post(address, data | {"uploads": [picture()]})
    response = client.post(address, data | {"uploads": [picture()]})
    assert list(response.context["form"].errors) == ["uploads"]
    assert "Ce que j’ai écrit" in text(response)
    assert StageFile.objects.count() == 1


def test_nothing_handed_in_is_said(sign_in, plan, first):
    response = sign_in().post(at("staff-stage-files", plan, pk=first.pk), {"visibility": "public"})
    assert list(response.context["form"].errors) == ["uploads"]


# --- publishing --------------------------------------------------------------------------------------


def posted(client, plan, **data):
    seen = client.get(at("staff-plan-publish", plan)).context["seen"]
    return client.post(at("staff-plan-publish", plan), {"seen": seen} | data)


def test_what_lacks_is_told_before_publishing(sign_in, plan):
    response = sign_in().get(at("staff-plan-publish", plan))
    gaps = {str(gap.label) for gap in response.context["ready"].gaps}
    assert len(gaps) == 9
    assert response.context["ready"].stages == 3
    assert "m-errors" not in text(response)


def test_a_whole_plan_lacks_nothing(sign_in, plan):
    texts = dict.fromkeys(("title_ar", "title_fr", "summary_fr", "focal_point_ar"), "x")
    dates = {"starts_on": "2026-01-01", "ends_on": "2026-12-31"}
    ActionPlan.objects.filter(pk=plan.pk).update(**texts, **dates)
    Stage.objects.update(state="now", starts_on="2026-01-01")
    CommitteeMemberFactory(plan=plan)
    factories.ActivityFactory(project=plan.projects.get())
    assert sign_in().get(at("staff-plan-publish", plan)).context["ready"].gaps == []


def test_a_plan_is_published_and_published_anew(sign_in, plan):
    client = sign_in()
    assert posted(client, plan, act="publish").status_code == 302
    plan.refresh_from_db()
    assert plan.is_public
    assert not client.get(at("staff-plan-publish", plan)).context["has_changed"]
    change_plan(plan=plan, values={"summary_fr": "Résumé"}, actor=None)
    assert posted(client, plan, act="publish").status_code == 302
    assert Publication.objects.count() == 2


def test_nobody_publishes_what_they_did_not_see(sign_in, plan):
    client = sign_in()
    seen = client.get(at("staff-plan-publish", plan)).context["seen"]
    change_plan(plan=plan, values={"summary_fr": "Autre"}, actor=None)
    response = client.post(at("staff-plan-publish", plan), {"act": "publish", "seen": seen})
    assert "m-errors" in text(response)
    assert not Publication.objects.exists()
    assert response.context["seen"] != seen


def test_a_public_plan_that_has_not_changed_is_not_published_anew(sign_in, plan):
    publish(plan=plan, actor=None)
    assert "m-errors" in text(posted(sign_in(), plan, act="publish"))
    assert Publication.objects.count() == 1


def test_a_plan_is_withdrawn_with_a_reason(sign_in, plan):
    publish(plan=plan, actor=None)
    client = sign_in()
    refused = posted(client, plan, act="withdraw", reason=" ")
    assert "m-errors" in text(refused)
    assert posted(client, plan, act="withdraw", reason="خطأ").status_code == 302
    plan.refresh_from_db()
    assert not plan.is_public


@pytest.mark.parametrize("table", ["stages", "axes", "committee"])
def test_a_unit_asked_of_a_table_without_amounts_is_nothing(sign_in, plan, table):
    address = at(f"staff-plan-{table}", plan)
    client = sign_in()
    shown = client.get(address)
    response = client.post(address, as_shown(shown) | {"show-in": "million"})
    assert response.status_code == 302
    assert response["Location"] == address


@pytest.mark.parametrize("page", ["plan-preview", "project-preview"])
def test_a_preview_only_shows(sign_in, plan, page):
    address = at(page, plan, **({"number": 1} if page == "project-preview" else {}))
    client = sign_in()
    assert client.get(address).status_code == 200
    assert client.post(address).status_code == 405

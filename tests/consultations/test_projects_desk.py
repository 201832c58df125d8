"""The desk's pages of a plan's projects: what they take, what they refuse, and whom."""

import datetime
from decimal import Decimal

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.translation import override

from consultations.forms_projects import FigureField, PeriodField
from consultations.models import Activity, Indicator, Project
from consultations.services.projects import change_project, remove_project, save_activities
from tests.consultations import factories
from tests.consultations.commitments import PDF, as_shown, as_typed, day, edit, public_project
from tests.factories import MembershipFactory

NOW = datetime.datetime(2026, 11, 22, 12, tzinfo=datetime.UTC)
LIST = "/en/m/kenitra/staff/plans/openness/projects/"
SHEET, ACTIVITIES, INDICATORS = f"{LIST}1/", f"{LIST}1/activities/", f"{LIST}1/indicators/"


@pytest.fixture(autouse=True)
def _on_a_fixed_day():
    with time_machine.travel(NOW, tick=False), override("en"):
        yield


@pytest.fixture
def draft(kenitra):
    return factories.ActionPlanFactory(municipality=kenitra)


@pytest.fixture
def public(kenitra):
    return factories.ActionPlanFactory(municipality=kenitra, published=True)


@pytest.fixture
def project(public):
    return public_project(public, solution_fr="• Une page\n• Un modèle", transparency=True)


@pytest.fixture
def desk(client, kenitra):
    client.force_login(MembershipFactory(municipality=kenitra, role="publisher").user)
    return client


def form_of(response, name="form"):
    return response.context[name]


# --- the list ----------------------------------------------------------------------------------------


def test_the_list_tells_how_firm_and_how_far(desk, public):
    axis = factories.AxisFactory(plan=public, number=1, title_fr="Accès")
    public_project(public, axis=axis)
    factories.ProjectFactory(plan=public, number=2, step="adopted", completion="limited")
    page = desk.get(LIST)
    axes = page.context["axes"]
    assert [(row.axis, [line.row.number for line in row.rows]) for row in axes] == [(axis, [1]), (None, [2])]
    [line] = axes[0].rows
    assert (line.overdue, line.row.progress, line.versions) == (1, 0, 1)
    html = page.content.decode()
    for text in ("m-status--late", "Adopted", "Limited", "outside the axes"):
        assert text in html


@pytest.mark.parametrize("count", [2, 30])
def test_the_cost_of_the_list_does_not_grow(desk, public, count, django_assert_num_queries):
    for number in range(1, count + 1):
        project = factories.ProjectFactory(plan=public, number=number)
        factories.ActivityFactory(project=project)
    with django_assert_num_queries(11):
        desk.get(LIST)


def test_an_empty_plan_says_so(desk, draft):
    assert "m-empty" in desk.get(LIST).content.decode()


# --- the sheet ---------------------------------------------------------------------------------------


def test_a_project_is_begun(desk, draft):
    axis = factories.AxisFactory(plan=draft)
    data = as_typed(
        form_of(desk.get(f"{LIST}new/")),
        axis=axis.pk,
        title_fr="Guichet unique",
        problem_ar="- الإجراءات طويلة\r\n* بعيدة\r\n\r\nفقرة",
        participation="yes",
        digitalisation="no",
        amount="18 000",
        partners_ar="جمعية\r\nجامعة",
    )
    response = desk.post(f"{LIST}new/", data)
    project = Project.objects.get()
    assert response.url == f"{LIST}{project.number}/"
    assert project.problem_ar == "• الإجراءات طويلة\n• بعيدة\nفقرة"
    assert (project.axis, project.amount, project.partners_ar) == (axis, Decimal(18000), "جمعية\nجامعة")
    assert (project.transparency, project.participation, project.digitalisation) == (None, True, False)


def test_what_is_wrong_stands_beside_its_field_and_nothing_is_lost(desk, draft):
    data = as_typed(form_of(desk.get(f"{LIST}new/")), problem_fr="- Lent", amount="18.000 DT")
    response = desk.post(f"{LIST}new/", data)
    html = response.content.decode()
    assert set(form_of(response).errors) == {"amount"}
    assert 'value="18.000 DT"' in html
    assert "- Lent" in html
    response = desk.post(f"{LIST}new/", data | {"amount": ""})
    assert set(form_of(response).errors) == {"title_ar"}
    assert 'href="#id_title_ar"' in response.content.decode()
    assert not Project.objects.exists()


def test_a_draft_is_changed_without_a_reason(desk, draft):
    project = factories.ProjectFactory(plan=draft, number=1)
    form = form_of(desk.get(SHEET))
    assert "reason" not in form.fields
    assert desk.post(SHEET, as_typed(form, title_fr="Autre")).status_code == 302
    project.refresh_from_db()
    assert (project.title_fr, project.versions.count()) == ("Autre", 0)


def test_a_public_project_asks_for_the_reason(desk, project):
    form = form_of(desk.get(SHEET))
    response = desk.post(SHEET, as_typed(form, transparency="", title_fr="Autre"))
    assert set(form_of(response).errors) == {"reason"}
    assert 'value="Autre"' in response.content.decode()
    data = as_typed(form, transparency="", title_fr="Autre", reason="C-12")
    assert desk.post(SHEET, data).status_code == 302
    project.refresh_from_db()
    assert (project.title_fr, project.transparency, project.versions.count()) == ("Autre", None, 2)


def test_saving_what_nobody_changed_makes_no_version(desk, project):
    Project.objects.update(problem_fr="•Un\n\n  • Deux ", amount=Decimal("18000.000"))
    assert desk.post(SHEET, as_typed(form_of(desk.get(SHEET)))).status_code == 302
    project.refresh_from_db()
    assert (project.problem_fr, project.versions.count()) == ("•Un\n\n  • Deux ", 1)


def test_the_preview_shows_how_the_lists_read_and_saves_nothing(desk, project):
    data = as_typed(form_of(desk.get(SHEET)), problem_fr="- Lent\nUne phrase", preview="1")
    html = desk.post(SHEET, data).content.decode()
    assert "<li>Lent</li>" in html
    assert '<p class="mb-0">Une phrase</p>' in html
    assert "m-errors" not in html
    project.refresh_from_db()
    assert project.problem_fr == ""


def test_the_amount_is_shown_in_another_unit(desk, project):
    Project.objects.update(amount=Decimal(18000))
    response = desk.post(SHEET, as_typed(form_of(desk.get(SHEET))) | {"show-in": "centime"})
    html = response.content.decode()
    assert 'name="amount" value="1\u202f800\u202f000"' in html
    data = as_typed(form_of(response), title_fr="Autre", reason="r")
    assert desk.post(SHEET, data).status_code == 302
    project.refresh_from_db()
    assert (project.amount, project.title_fr) == (Decimal(18000), "Autre")


def test_two_people_at_one_sheet(desk, project):
    mine = as_typed(form_of(desk.get(SHEET)), title_fr="Le mien", transparency="no", reason="r")
    theirs = {"title_fr": "Le sien", "funding_source_fr": "Budget", "participation": False}
    change_project(project=project, values=theirs, actor=None, reason="r")
    response = desk.post(SHEET, mine)
    [message] = form_of(response).errors["title_fr"]
    assert "\u2068Le sien\u2069" in message
    assert "transparency" not in form_of(response).errors
    assert desk.post(SHEET, as_typed(form_of(response))).status_code == 302
    project.refresh_from_db()
    assert (project.title_fr, project.funding_source_fr) == ("Le mien", "Budget")
    assert (project.transparency, project.participation) == (False, False)


def test_an_answer_that_both_changed_is_told_in_words(desk, project):
    mine = as_typed(form_of(desk.get(SHEET)), transparency="no", reason="r")
    change_project(project=project, values={"transparency": None}, actor=None, reason="r")
    [message] = form_of(desk.post(SHEET, mine)).errors["transparency"]
    assert "You wrote: \u2068No\u2069" in message


def test_a_project_that_took_over_a_number_is_not_overwritten(desk, draft):
    removed = factories.ProjectFactory(plan=draft, number=1, title_fr="Le mien")
    mine = as_typed(form_of(desk.get(SHEET)), funding_source_fr="Budget")
    remove_project(project=removed, actor=None)
    factories.ProjectFactory(plan=draft, number=3)
    factories.ProjectFactory(plan=draft, number=1, title_fr="Le sien")
    assert "something else has its number" in str(form_of(desk.post(SHEET, mine)).errors)
    for path, data in (("remove", {}), ("step", {"step": "adopt", "reason": "r"}), ("grade", {})):
        assert desk.post(f"{SHEET}{path}/", {"row": mine["row"]} | data).status_code == 200
    stored = Project.objects.get(number=1)
    assert (stored.title_fr, stored.funding_source_fr, stored.step) == ("Le sien", "", "draft")


# --- steps, completion, removal ----------------------------------------------------------------------


def adoption(desk):
    """What the page sends that adopts the project as it shows it."""
    form = form_of(desk.get(SHEET), "step_form")
    return {bound.html_name: bound.value() or "" for bound in form} | {"step": "adopt", "reason": "Délib. 12"}


def test_what_changed_since_it_was_shown_is_not_adopted(desk, project):
    sent = adoption(desk)
    change_project(project=project, values={"title_fr": "Le sien"}, actor=None, reason="r")
    response = desk.post(f"{SHEET}step/", sent)
    told = " ".join(form_of(response, "step_form").non_field_errors())
    assert "changed since you opened this page" in told
    assert f"\u2068{project.title_fr}\u2069 / \u2068Le sien\u2069" in told
    assert "Délib. 12" in response.content.decode()
    project.refresh_from_db()
    assert project.step == "draft"
    again = {bound.html_name: bound.value() for bound in form_of(response, "step_form")} | {"step": "adopt"}
    assert desk.post(f"{SHEET}step/", again).status_code == 302
    project.refresh_from_db()
    assert project.step == "adopted"


def test_an_activity_that_came_since_is_not_adopted_unseen(desk, draft):
    project = factories.ProjectFactory(plan=draft, number=1)
    sent = adoption(desk)
    factories.ActivityFactory(project=project, position=2)
    assert form_of(desk.post(f"{SHEET}step/", sent), "step_form").non_field_errors()
    assert form_of(desk.post(f"{SHEET}step/", sent | {"seen": ""}), "step_form").non_field_errors()
    project.refresh_from_db()
    assert project.step == "draft"


def test_a_project_is_adopted_at_the_desk(desk, project):
    sent = adoption(desk) | {"reason": ""}
    response = desk.post(f"{SHEET}step/", sent)
    assert "reason" in form_of(response, "step_form").errors
    sent["reason"] = "Délibération 12"
    assert desk.post(f"{SHEET}step/", sent).status_code == 302
    project.refresh_from_db()
    assert project.step == "adopted"
    assert form_of(desk.post(f"{SHEET}step/", sent), "step_form").non_field_errors()
    assert desk.get(f"{SHEET}step/").status_code == 302


def test_the_completion_is_stated_beside_what_is_suggested(desk, project):
    assert "suggests: No evidence available" in desk.get(SHEET).content.decode()
    sent = {"row": project.pk, "completion": "limited"}
    assert desk.post(f"{SHEET}grade/", sent).status_code == 302
    project.refresh_from_db()
    assert project.completion == "limited"
    response = desk.post(f"{SHEET}grade/", sent | {"completion": "great"})
    assert "completion" in form_of(response, "grade_form").errors
    assert desk.get(f"{SHEET}grade/").status_code == 302


def test_a_draft_is_removed_at_the_desk(desk, draft):
    project = factories.ProjectFactory(plan=draft, number=1)
    assert "Remove the project" in desk.get(SHEET).content.decode()
    assert desk.post(f"{SHEET}remove/", {"row": project.pk}).status_code == 302
    assert not Project.objects.exists()


def test_a_public_project_is_not_removed(desk, project):
    assert "Remove the project" not in desk.get(SHEET).content.decode()
    response = desk.post(f"{SHEET}remove/", {"row": project.pk})
    assert form_of(response, "step_form").non_field_errors()
    assert Project.objects.exists()


# --- activities --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "is_end", "found", "is_month"),
    [
        ("2024-10", False, "2024-10-01", True),
        ("2024-10", True, "2024-10-31", True),
        ("أكتوبر 2024", True, "2024-10-31", True),
        ("غشت 2024", False, "2024-08-01", True),
        ("Octobre 2024", False, "2024-10-01", True),
        ("février 2024", True, "2024-02-29", True),
        ("٢٠٢٤-١٠", False, "2024-10-01", True),
        ("10/2024", False, "2024-10-01", True),
        ("2024/10/13", False, "2024-10-13", False),
        ("13/10/2024", True, "2024-10-13", False),
        ("13 أكتوبر 2024", False, "2024-10-13", False),
        ("", False, None, False),
    ],
)
def test_a_start_or_an_end_is_known_as_it_is_typed(text, is_end, found, is_month):
    field = PeriodField(is_end=is_end)
    assert field.clean(text) == (day(found) if found else None)
    assert field.is_month is is_month


@pytest.mark.parametrize("text", ["2024-13", "2024", "32/10/2024", "soon", "أكتوبر"])
def test_what_is_no_day_and_no_month_is_refused(text):
    with pytest.raises(Exception, match="no day and no month"):
        PeriodField(is_end=False).clean(text)


def test_activities_are_typed_into_a_grid(desk, draft):
    project = factories.ProjectFactory(plan=draft, number=1)
    page = desk.get(ACTIVITIES)
    data = as_shown(
        page,
        activity__new0__title_ar="إعداد الأنموذج",
        activity__new0__starts_on="أكتوبر 2026",
        activity__new0__ends_on="Décembre 2026",
        activity__new1__title_fr="Former",
        activity__new1__starts_on="2026/12/03",
    )
    assert desk.post(ACTIVITIES, data).status_code == 302
    rows = list(project.activities.values_list("position", "starts_on", "ends_on", "precision"))
    assert rows == [
        (1, day("2026-10-01"), day("2026-12-31"), "month"),
        (2, day("2026-12-03"), None, "day"),
    ]


def test_the_grid_shows_what_was_typed_and_keeps_what_nobody_changed(desk, project):
    page = desk.get(ACTIVITIES)
    assert 'value="2024-10"' in page.content.decode()
    assert desk.post(ACTIVITIES, as_shown(page)).status_code == 302
    assert project.versions.count() == 1


def test_a_month_that_becomes_a_day_changes_the_precision(desk, project):
    row = project.activities.get()
    sent = {f"activity__{row.pk}__starts_on": "2024/10/01", f"activity__{row.pk}__ends_on": "2024/12/31"}
    data = as_shown(desk.get(ACTIVITIES), **sent) | {"reason": "r"}
    assert desk.post(ACTIVITIES, data).status_code == 302
    row.refresh_from_db()
    assert (row.precision, row.starts_on) == ("day", day("2024-10-01"))


def test_both_ends_are_known_alike(desk, project):
    row = project.activities.get()
    data = as_shown(desk.get(ACTIVITIES), **{f"activity__{row.pk}__ends_on": "2024/12/30"})
    response = desk.post(ACTIVITIES, data | {"reason": "r"})
    assert "Write both to the day" in response.content.decode()
    row.refresh_from_db()
    assert row.ends_on == day("2024-12-31")


def test_a_table_of_a_public_project_asks_for_the_reason(desk, project):
    row = project.activities.get()
    data = as_shown(desk.get(ACTIVITIES), **{f"activity__{row.pk}__title_fr": "Modèle"})
    response = desk.post(ACTIVITIES, data | {"reason": " "})
    html = response.content.decode()
    assert "reason" in form_of(response).errors
    assert 'href="#id_reason"' in html
    assert 'value="Modèle"' in html
    assert desk.post(ACTIVITIES, data | {"reason": "C-12"}).status_code == 302
    assert project.versions.last().reason == "C-12"


def test_two_people_at_one_grid(desk, project):
    row = project.activities.get()
    data = as_shown(
        desk.get(ACTIVITIES),
        **{
            f"activity__{row.pk}__title_fr": "Le mien",
            f"activity__{row.pk}__starts_on": "2024/10/02",
            f"activity__{row.pk}__ends_on": "2024/12/30",
        },
    )
    theirs = edit(row, title_fr="Le sien", precision=Activity.Precision.DAY, starts_on=day("2024-10-02"))
    save_activities(project=project, edits=[theirs], actor=None, reason="r")
    response = desk.post(ACTIVITIES, data | {"reason": "r"})
    html = response.content.decode()
    assert "It is now: \u2068Le sien\u2069" in html
    assert f"activity-{row.pk}-title_fr-theirs" in html
    again = as_shown(response, **{f"activity__{row.pk}__title_fr__theirs": "on"}) | {"reason": "r"}
    assert desk.post(ACTIVITIES, again).status_code == 302
    row.refresh_from_db()
    assert (row.title_fr, row.precision, row.ends_on) == ("Le sien", "day", day("2024-12-30"))


# --- progress ----------------------------------------------------------------------------------------


def address(project):
    return f"{ACTIVITIES}{project.activities.get().pk}/"


def test_progress_is_stated_with_its_evidence(desk, project):
    path = address(project)
    file = SimpleUploadedFile("محضر.pdf", PDF)
    data = as_typed(form_of(desk.get(path)), percent="60", note="ورشتان", uploads=[file])
    assert desk.post(path, data).status_code == 302
    html = desk.get(path).content.decode()
    for text in ("60%", "ورشتان", "محضر.pdf", "22 November 2026"):
        assert text in html
    assert project.activities.get().updates.get().files.get().is_public


def test_evidence_is_kept_internal_where_nobody_says_public(desk, project):
    path = address(project)
    data = as_typed(form_of(desk.get(path)), percent="60", uploads=[SimpleUploadedFile("a.pdf", PDF)])
    data.pop("is_public")
    desk.post(path, data)
    file = project.activities.get().updates.get().files.get()
    assert not file.is_public
    assert desk.get(f"{SHEET}evidence/{file.pk}/").status_code == 200


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"percent": "101"}, "percent"),
        ({"percent": ""}, "percent"),
        ({"stated_on": "2026/11/23"}, "stated_on"),
        ({"percent": "20"}, "note"),
        ({"uploads": [SimpleUploadedFile("a.exe", b"MZ")]}, "uploads"),
    ],
)
def test_what_cannot_be_stated_is_told_and_kept(desk, project, typed, field):
    path = address(project)
    Activity.objects.update(percent=50)
    first = {"percent": "70", "note": "", "stated_on": "2026/11/20"}
    response = desk.post(path, first | typed)
    assert field in form_of(response).errors
    assert not project.activities.get().updates.exists()


def test_the_same_file_is_not_handed_in_twice(desk, project):
    path = address(project)
    sent = {"percent": "70", "stated_on": "2026/11/20"}
    assert desk.post(path, sent | {"uploads": [SimpleUploadedFile("a.pdf", PDF)]}).status_code == 302
    response = desk.post(path, sent | {"uploads": [SimpleUploadedFile("b.pdf", PDF)]})
    assert "already there" in str(form_of(response).errors["uploads"])


# --- indicators --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "figure"),
    [
        ("40", "40"),
        ("12,5", "12.5"),
        ("12.5", "12.5"),
        ("1 250", "1250"),
        ("٤٠", "40"),
        ("-3", "-3"),
        ("", None),
    ],
)
def test_a_figure_is_read(text, figure):
    assert FigureField(required=False).clean(text) == (Decimal(figure) if figure else None)


@pytest.mark.parametrize("text", ["1.250", "1,2345", "x", "1,2,3", "1e5", "NaN"])
def test_a_figure_that_cannot_be_read_or_is_open_to_two_readings(text):
    with pytest.raises(Exception, match=r"write one of the two|Write a number"):
        FigureField(required=False).clean(text)


def test_indicators_are_written_with_their_figures(desk, draft):
    project = factories.ProjectFactory(plan=draft, number=1)
    data = as_shown(
        desk.get(INDICATORS),
        indicator__new0__title_ar="آجال النشر",
        indicator__new0__unit_ar="يوم",
        indicator__new0__baseline="40",
        indicator__new0__baseline_on="2026/01/01",
        indicator__new0__target="2,5",
    )
    assert desk.post(INDICATORS, data).status_code == 302
    row = project.indicators.get()
    assert (row.baseline, row.baseline_on, row.target) == (Decimal(40), day("2026-01-01"), Decimal("2.5"))
    html = desk.get(INDICATORS).content.decode()
    assert 'value="2,5"' in html


def test_measurements_are_written_for_an_indicator(desk, project):
    path = f"{INDICATORS}{project.indicators.get().pk}/"
    sent = {"measurement__new0__measured_on": "2026/11/01", "measurement__new0__value": "22"}
    assert desk.post(path, as_shown(desk.get(path), **sent)).status_code == 302
    assert "51%" in desk.get(path).content.decode()
    response = desk.post(path, as_shown(desk.get(path), **sent))
    assert "has a measurement of this day" in response.content.decode()
    assert Indicator.objects.get().measurements.count() == 1


# --- to whom -----------------------------------------------------------------------------------------


def paths(project):
    activity, indicator = project.activities.get(), project.indicators.get()
    return [
        f"{LIST}new/",
        SHEET,
        ACTIVITIES,
        INDICATORS,
        f"{ACTIVITIES}{activity.pk}/",
        f"{INDICATORS}{indicator.pk}/",
        f"{SHEET}step/",
        f"{SHEET}grade/",
    ]


@pytest.mark.parametrize("role", ["council_reader", "moderator", "answerer", "auditor"])
def test_who_does_not_edit_reads_the_list_alone(client, kenitra, project, role):
    client.force_login(MembershipFactory(municipality=kenitra, role=role).user)
    assert "projects/new/" not in client.get(LIST).content.decode()
    for path in paths(project):
        assert client.get(path).status_code == 403, path
        assert client.post(path).status_code == 403, path


def test_an_editor_writes_and_does_not_adopt(client, kenitra, project):
    client.force_login(MembershipFactory(municipality=kenitra, role="editor").user)
    for path in paths(project):
        if not path.endswith("step/"):
            assert client.get(path).status_code in (200, 302), path
    assert client.post(f"{SHEET}step/", {"step": "adopt", "reason": "r"}).status_code == 403
    assert 'value="adopt"' not in client.get(SHEET).content.decode()


def test_a_stranger_and_a_visitor_find_nothing(client, publisher, project):
    for path in (LIST, *paths(project)):
        assert client.get(path).status_code == 302
    client.force_login(publisher)
    for path in (LIST, *paths(project)):
        assert client.get(path).status_code == 404, path


def test_what_belongs_to_another_project_is_not_found(desk, project, public):
    other = public_project(public, number=2)
    assert desk.get(f"{ACTIVITIES}{other.activities.get().pk}/").status_code == 404
    assert desk.get(f"{INDICATORS}{other.indicators.get().pk}/").status_code == 404
    assert desk.get(f"{LIST}9/").status_code == 404
    assert desk.get("/en/m/kenitra/staff/plans/other/projects/1/").status_code == 404

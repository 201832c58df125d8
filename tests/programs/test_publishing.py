"""Publishing on the desk: what is missing, and each step with its refusals beside the field."""

import datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils.translation import override

from portal.audit.models import Entry
from portal.municipalities.models import Role
from portal.publications.models import Publication
from programs.calendar import read_calendar
from programs.models import Program, Status, SupportingDocument, Task
from programs.publishing import readiness
from programs.services.statuses import publish
from tests import factories

PAGE = "/fr/m/nefta/staff/programs/2022/publish/"
TODAY = datetime.date(2021, 11, 10)


@pytest.fixture
def program(nefta):
    program = factories.ProgramFactory(municipality=nefta, title_fr="Programme")
    phase = factories.PhaseFactory(program=program, number=1)
    factories.TaskFactory(phase=phase, number=1, session_date=datetime.date(2021, 11, 2), title_fr="Réunion")
    return program


@pytest.fixture
def rule(program):
    phase = program.phases.get()
    first = factories.TaskFactory(phase=phase, number=2, session_date=datetime.date(2021, 11, 3))
    second = factories.TaskFactory(phase=phase, number=3, session_date=datetime.date(2021, 11, 9))
    return factories.DelayRuleFactory(from_task=first, to_task=second, min_days=7)


@pytest.fixture
def desk(client, publisher):
    client.force_login(publisher)
    return client


def ready(program):
    loaded = Program.objects.for_calendar_page().get(pk=program.pk)
    with override("en"):
        return readiness(read_calendar(loaded, TODAY))


def gaps(program):
    with override("en"):
        return {str(gap.label): [row.code for row in gap.tasks] for gap in ready(program).gaps}


def send(desk, step, **values):
    """Post a step as the page that was just shown would."""
    seen = desk.get(PAGE).context["seen"]
    return desk.post(PAGE, {"step": step, "seen": seen} | values)


def status():
    return Program.objects.get(year=2022).status


# --- what is missing ---------------------------------------------------------------------------------


def test_nothing_is_missing(program):
    Task.objects.update(responsible="الكاتب العام")
    assert ready(program).is_complete


def test_what_tasks_lack_is_listed_and_allowed(program, desk):
    phase = program.phases.get()
    factories.TaskFactory(phase=phase, number=2, session_date=None, title_ar="", title_fr="x")
    late = factories.TaskFactory(phase=phase, number=3, done=True, responsible="x")
    factories.ExpectedDocumentFactory(task=late)
    coming = factories.TaskFactory(phase=phase, number=4, session_date=TODAY)
    factories.ExpectedDocumentFactory(task=coming)
    with override("en"):
        assert gaps(program) == {
            "Without a date": ["1.2"],
            "Without a title in Arabic": ["1.2"],
            "Without a title in French": ["1.3", "1.4"],
            "Without anybody responsible": ["1.1", "1.2", "1.4"],
            "Without all of the expected documents, though done or past": ["1.3"],
        }
    assert send(desk, "publish").status_code == 302
    assert status() == Status.PUBLISHED


def test_contradictions_are_told_and_allowed(program, desk):
    Task.objects.update(done=True, session_date=None)
    assert [one.code for one in ready(program).contradictions] == ["done-without-date"]
    assert send(desk, "publish").status_code == 302


def test_a_broken_delay_is_told_once(program, rule):
    found = ready(program)
    assert [delay.rule for delay in found.unexplained] == [rule]
    assert found.contradictions == []
    rule.reason = "القاعة مشغولة"
    rule.save()
    found = ready(program)
    assert (found.unexplained, [delay.rule for delay in found.explained]) == ([], [rule])


def test_an_empty_calendar_is_not_published(program, desk):
    Task.objects.all().delete()
    page = desk.get(PAGE)
    assert not page.context["ready"].has_tasks
    response = send(desk, "publish")
    assert response.status_code == 200
    assert response.context["publish_form"].non_field_errors()
    assert status() == Status.DRAFT


# --- publishing --------------------------------------------------------------------------------------


def test_a_publisher_publishes_and_the_page_leads_to_the_entry(program, desk, publisher):
    response = send(desk, "publish")
    assert (response.status_code, response["Location"]) == (302, PAGE)
    assert status() == Status.PUBLISHED
    assert Publication.objects.get().number == 1
    assert Entry.objects.get().actor == publisher
    page = desk.get(PAGE)
    assert "/fr/m/nefta/publications/1/" in page.content.decode()
    assert [str(message) for message in page.context["messages"]]
    assert page.context["publish_form"] is None


def test_a_reason_is_asked_beside_each_broken_delay(program, rule, desk):
    name = f"reason-{rule.pk}"
    for given in ("", "  ", "x" * 1001):
        response = send(desk, "publish", **{name: given})
        assert response.status_code == 200
        assert response.context["publish_form"].errors[name]
        assert f'id="{name}-error"' in response.content.decode()
    assert status() == Status.DRAFT
    assert not Entry.objects.exists()
    assert send(desk, "publish", **{name: "القاعة مشغولة"}).status_code == 302
    rule.refresh_from_db()
    assert (rule.reason, status()) == ("القاعة مشغولة", Status.PUBLISHED)


def test_what_was_typed_is_kept_when_it_is_refused(program, rule, desk):
    response = desk.post(PAGE, {"step": "publish", "seen": "x", f"reason-{rule.pk}": "القاعة مشغولة"})
    assert "القاعة مشغولة" in response.content.decode()


def test_what_changed_since_the_page_was_opened_is_not_published_unseen(program, desk):
    seen = desk.get(PAGE).context["seen"]
    Task.objects.update(notes="أضافها شخص آخر")
    response = desk.post(PAGE, {"step": "publish", "seen": seen})
    assert response.context["publish_form"].non_field_errors()
    assert status() == Status.DRAFT
    again = response.context["seen"]
    assert again != seen
    assert desk.post(PAGE, {"step": "publish", "seen": again}).status_code == 302


def test_a_change_is_published_anew(program, desk):
    send(desk, "publish")
    assert desk.get(PAGE).context["publish_form"] is None
    Task.objects.update(notes="جديد")
    assert desk.get(PAGE).context["publish_step"] == "publish-anew"
    assert send(desk, "publish-anew").status_code == 302
    assert [entry.act for entry in Publication.objects.all()] == [
        "program.published",
        "program.published_anew",
    ]


def test_a_step_that_is_no_longer_possible_is_said(program, desk, publisher):
    page = desk.get(PAGE)
    publish(program=program, actor=publisher)
    data = {"step": "publish", "seen": page.context["seen"]}
    response = desk.post(PAGE, data, follow=True)
    assert [message.level_tag for message in response.context["messages"]] == ["error"]
    assert Publication.objects.count() == 1


@pytest.mark.parametrize("step", ["approve", "close", "publish-anew", "x"])
def test_no_step_is_taken_out_of_turn(program, desk, step):
    assert desk.post(PAGE, {"step": step, "is_sure": "on"}).status_code == 302
    assert status() == Status.DRAFT
    assert not Entry.objects.exists()


# --- approval, closing, withdrawal -------------------------------------------------------------------


@pytest.fixture
def public(program, publisher, nefta):
    factories.DecidingBodyFactory(municipality=nefta)
    publish(program=program, actor=publisher)
    return program


def approval(**changes):
    body = Program.objects.get(year=2022).municipality.deciding_bodies.first()
    return {"deciding_body": body.pk, "approved_on": "2021/11/30", "deliberation": "2021/7"} | changes


def test_an_approval_is_recorded(public, desk):
    assert desk.get(PAGE).context["approve_form"].initial["deciding_body"] == approval()["deciding_body"]
    assert send(desk, "approve", **approval()).status_code == 302
    public.refresh_from_db()
    assert (public.status, public.approved_on) == (Status.APPROVED, datetime.date(2021, 11, 30))
    assert public.deliberation == "2021/7"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("approved_on", ""),
        ("approved_on", "2021/13/45"),
        ("approved_on", "2090/01/01"),
        ("approved_on", "2021/11/01"),
        ("deliberation", ""),
        ("deliberation", "x" * 101),
        ("deciding_body", ""),
        ("deciding_body", "999999"),
    ],
)
def test_an_approval_that_cannot_be_is_refused_beside_its_field(public, desk, field, value):
    response = send(desk, "approve", **approval(**{field: value}))
    assert response.status_code == 200
    assert list(response.context["approve_form"].errors) == [field]
    page = response.content.decode()
    assert f'id="{field}-error"' in page
    assert "2021/7" in page or field == "deliberation"
    assert status() == Status.PUBLISHED


def test_a_body_of_another_time_or_town_is_refused(public, desk, nefta, kenitra):
    later = factories.DecidingBodyFactory(municipality=nefta, since=datetime.date(2023, 1, 1))
    foreign = factories.DecidingBodyFactory(municipality=kenitra)
    for body in (later, foreign):
        response = send(desk, "approve", **approval(deciding_body=body.pk))
        assert list(response.context["approve_form"].errors) == ["deciding_body"]
    assert status() == Status.PUBLISHED


def test_without_a_deciding_body_the_page_says_what_comes_first(program, publisher, desk):
    publish(program=program, actor=publisher)
    page = desk.get(PAGE)
    assert 'name="deliberation"' not in page.content.decode()


def test_closing_and_withdrawing_ask_twice(public, desk):
    for step in ("withdraw", "close"):
        if step == "close":
            send(desk, "approve", **approval())
        response = send(desk, step)
        assert list(dict(response.context["sure_forms"])[step].errors) == ["is_sure"]
        assert f'id="{step}-is_sure-error"' in response.content.decode()
    send(desk, "close", **{"close-is_sure": "on"})
    assert status() == Status.CLOSED
    page = desk.get(PAGE)
    assert not page.context["sure_forms"]


def test_a_published_program_is_withdrawn(public, desk):
    assert send(desk, "withdraw", **{"withdraw-is_sure": "on"}).status_code == 302
    assert status() == Status.DRAFT
    assert Client().get("/fr/m/nefta/programs/2022/").status_code == 404
    assert Client().get("/fr/m/nefta/publications/1/").status_code == 200


# --- who ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [role for role in Role if role not in ("publisher", "municipal_admin")])
def test_other_roles_do_not_publish(client, nefta, program, role):
    client.force_login(factories.MembershipFactory(municipality=nefta, role=role).user)
    assert client.get(PAGE).status_code == 403
    assert client.post(PAGE, {"step": "publish"}).status_code == 403
    assert status() == Status.DRAFT


def test_a_stranger_is_told_that_there_is_nothing(client, program, stranger):
    client.force_login(stranger)
    assert client.post(PAGE, {"step": "publish"}).status_code == 404
    assert status() == Status.DRAFT


def test_a_year_without_a_program_does_not_exist(desk, program):
    assert desk.get("/fr/m/nefta/staff/programs/2031/publish/").status_code == 404


def test_the_token_of_the_form_is_asked_for(program, publisher):
    client = Client(enforce_csrf_checks=True)
    client.force_login(publisher)
    assert client.post(PAGE, {"step": "publish"}).status_code == 403


@pytest.mark.parametrize("tasks", [2, 40])
def test_the_page_costs_the_same_whatever_the_length(program, rule, desk, django_assert_num_queries, tasks):
    phase = program.phases.get()
    for number in range(10, 10 + tasks):
        factories.ExpectedDocumentFactory(task__phase=phase, task__number=number)
    desk.get(PAGE)
    with django_assert_num_queries(37):
        desk.get(PAGE)


# The deliberation's file


@pytest.fixture
def approval_task(public):
    title = "دورة الهيئة المقررة للمصادقة على برنامج الاستثمار"
    return factories.TaskFactory(phase=public.phases.get(), number=9, title_ar=title)


def approve_with(desk, public, file):
    body = public.municipality.deciding_bodies.first() or factories.DecidingBodyFactory(
        municipality=public.municipality
    )
    values = {"deciding_body": body.pk, "approved_on": "2021/11/30", "deliberation": "12", "file": file}
    return send(desk, "approve", **values)


def test_the_deliberation_becomes_the_evidence_of_the_approval(public, desk, approval_task):
    approve_with(desk, public, SimpleUploadedFile("مداولة.pdf", b"%PDF-1.4\n%%EOF\n"))
    public.refresh_from_db()
    file = SupportingDocument.objects.get()
    assert public.status == Status.APPROVED
    assert (file.name, file.is_public, file.expected_document.task) == ("مداولة.pdf", True, approval_task)


@pytest.mark.parametrize("content", [b"MZ\0\0", b""])
def test_a_file_that_cannot_be_is_refused_and_nothing_is_approved(public, desk, approval_task, content):
    response = approve_with(desk, public, SimpleUploadedFile("a.pdf", content))
    assert "file" in response.context["approve_form"].errors
    public.refresh_from_db()
    assert public.status == Status.PUBLISHED
    assert not SupportingDocument.objects.exists()


def test_without_a_task_of_approval_the_file_has_no_place(public, desk):
    response = approve_with(desk, public, SimpleUploadedFile("a.pdf", b"%PDF-1.4\n%%EOF\n"))
    assert "file" in response.context["approve_form"].errors
    public.refresh_from_db()
    assert public.status == Status.PUBLISHED

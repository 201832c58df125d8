"""Programs in the admin: what staff may change there, what only an act changes, what is refused."""

import datetime
import io

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override
from PIL import Image

from portal.audit.models import Entry
from portal.municipalities.models import Municipality, Role
from programs.models import DelayRule, ExpectedDocument, Phase, Program, Status, SupportingDocument, Task
from programs.services.statuses import Approval, approve
from tests import factories
from tests.admin_forms import as_shown, errors_of

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def page(name, *args):
    return reverse(f"admin:programs_{name}", args=args)


@pytest.fixture
def program(nefta):
    return factories.ProgramFactory(municipality=nefta, year=2022)


@pytest.fixture
def task(program):
    return factories.TaskFactory(phase=factories.PhaseFactory(program=program, number=2), number=6)


@pytest.fixture
def foreign(kenitra):
    """A task of another municipality."""
    return factories.TaskFactory(phase__program__municipality=kenitra, phase__program__year=2022)


@pytest.fixture
def as_editor(client, editor):
    client.force_login(editor)
    return client


@pytest.fixture
def as_publisher(client, publisher):
    client.force_login(publisher)
    return client


def revision(slug="nefta"):
    return Municipality.objects.get(slug=slug).revision


# --- programs ---------------------------------------------------------------------------------------


def test_a_program_is_added_with_its_phases(as_editor, nefta, editor):
    data = {
        "municipality": nefta.pk,
        "year": 2023,
        "title_fr": "Programme 2023",
        "phases-TOTAL_FORMS": 1,
        "phases-INITIAL_FORMS": 0,
        "phases-0-number": 1,
        "phases-0-title_fr": "Préparation",
    }
    assert as_editor.post(page("program_add"), data).status_code == 302
    program = Program.objects.get(year=2023)
    assert (program.municipality, program.status) == (nefta, Status.DRAFT)
    assert program.phases.get().title_fr == "Préparation"
    assert [(e.action, e.object_type, e.actor) for e in Entry.objects.order_by("pk")] == [
        ("row.added", "programs.program", editor),
        ("row.added", "programs.phase", editor),
    ]
    assert revision() == 3


def test_the_one_municipality_of_a_member_is_chosen_already(as_editor, nefta):
    assert as_editor.get(page("program_add")).context["adminform"].form.initial == {"municipality": nefta.pk}


def test_another_municipality_is_refused_beside_the_field(as_editor, kenitra):
    data = {"municipality": kenitra.pk, "year": 2023, "title_fr": "x"}
    data |= {"phases-TOTAL_FORMS": 0, "phases-INITIAL_FORMS": 0}
    response = as_editor.post(page("program_add"), data)
    assert response.status_code == 200
    assert len(errors_of(response, "municipality")) == 1
    assert not Program.objects.exists()
    assert revision("kenitra") == 1


def test_a_second_program_of_the_year_is_refused(as_editor, program):
    data = {"municipality": program.municipality_id, "year": 2022, "title_fr": "x"}
    response = as_editor.post(
        page("program_add"), data | {"phases-TOTAL_FORMS": 0, "phases-INITIAL_FORMS": 0}
    )
    assert response.status_code == 200
    assert response.context["adminform"].form.non_field_errors()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("status", "published"),
        ("municipality", 999),
        ("origin_name", "x"),
        ("imported", "{}"),
        ("updated_at", ""),
    ],
)
def test_posting_what_is_not_in_the_form_changes_nothing(as_editor, program, kenitra, field, value):
    value = kenitra.pk if field == "municipality" else value
    before = getattr(program, field)
    address = page("program_change", program.pk)
    assert as_editor.post(address, as_shown(as_editor.get(address), **{field: value})).status_code == 302
    program.refresh_from_db()
    assert getattr(program, field) == before
    assert not Entry.objects.exists()


def test_an_edit_shows_on_the_public_page(as_editor, program, client):
    Program.objects.update(status=Status.PUBLISHED)
    public = reverse("program", kwargs={"slug": "nefta", "year": 2022})
    before = client.get(public)
    assert client.get(public, HTTP_IF_NONE_MATCH=before["ETag"]).status_code == 304
    address = page("program_change", program.pk)
    as_editor.post(address, as_shown(as_editor.get(address), title_ar="رزنامة معدلة"))
    after = client.get(public, HTTP_IF_NONE_MATCH=before["ETag"])
    assert after.status_code == 200
    assert after["ETag"] != before["ETag"]
    assert "رزنامة معدلة" in after.content.decode()
    assert Entry.objects.get().changes == {"title_ar": ["رزنامة برنامج 2022", "رزنامة معدلة"]}


def test_a_status_that_changed_meanwhile_stays(as_editor, program, monkeypatch):
    address = page("program_change", program.pk)
    data = as_shown(as_editor.get(address), title_fr="Programme")
    save = Program.save

    def meanwhile(self, *args, **kwargs):
        monkeypatch.setattr(Program, "save", save)
        Program.objects.update(status=Status.PUBLISHED)
        save(self, *args, **kwargs)

    monkeypatch.setattr(Program, "save", meanwhile)
    as_editor.post(address, data)
    program.refresh_from_db()
    assert (program.title_fr, program.status) == ("Programme", Status.PUBLISHED)


def test_the_year_of_a_public_program_stands_still(as_editor, program):
    Program.objects.update(status=Status.PUBLISHED)
    address = page("program_change", program.pk)
    assert as_editor.post(address, as_shown(as_editor.get(address), year=2024)).status_code == 302
    program.refresh_from_db()
    assert program.year == 2022


def test_a_delay_rule_joins_tasks_of_the_same_program(as_editor, program, task, foreign):
    other = factories.TaskFactory(phase=task.phase, number=7)
    address = page("program_change", program.pk)
    row = {
        "delay_rules-TOTAL_FORMS": 1,
        "delay_rules-0-from_task": task.pk,
        "delay_rules-0-min_days": 7,
        "delay_rules-0-day_kind": "calendar",
    }
    refused = as_editor.post(
        address, as_shown(as_editor.get(address)) | row | {"delay_rules-0-to_task": foreign.pk}
    )
    assert refused.context["inline_admin_formsets"][1].formset.errors[0]["to_task"]
    assert not DelayRule.objects.exists()
    as_editor.post(address, as_shown(as_editor.get(address)) | row | {"delay_rules-0-to_task": other.pk})
    assert DelayRule.objects.get().to_task == other


def test_a_draft_is_deleted(as_editor, program, task):
    assert as_editor.post(page("program_delete", program.pk), {"post": "yes"}).status_code == 302
    assert not Program.objects.exists()
    assert Entry.objects.get().changes["year"] == [2022, None]
    assert revision() == 2


@pytest.mark.parametrize("status", [Status.PUBLISHED, Status.APPROVED, Status.CLOSED])
def test_what_is_public_is_not_deleted(as_publisher, program, status):
    Program.objects.update(status=status)
    assert as_publisher.post(page("program_delete", program.pk), {"post": "yes"}).status_code == 403
    data = {"action": "delete_selected", "_selected_action": [program.pk], "post": "yes"}
    assert as_publisher.post(page("program_changelist"), data).status_code == 403
    assert Program.objects.exists()


# --- publishing -------------------------------------------------------------------------------------


def test_a_publisher_publishes(as_publisher, publisher, program, task):
    address = page("program_transition", program.pk, "publish")
    assert address in as_publisher.get(page("program_change", program.pk)).content.decode()
    assert as_publisher.get(address).status_code == 200
    program.refresh_from_db()
    assert program.status == Status.DRAFT
    assert as_publisher.post(address)["Location"] == page("program_change", program.pk)
    program.refresh_from_db()
    assert program.status == Status.PUBLISHED
    entry = Entry.objects.get()
    assert (entry.action, entry.actor, revision()) == ("program.published", publisher, 2)


def test_the_way_of_a_program(as_publisher, publisher, program, task, nefta):
    def step(code):
        assert as_publisher.post(page("program_transition", program.pk, code)).status_code == 302

    for code in ("publish", "withdraw", "publish"):
        step(code)
    body = factories.DecidingBodyFactory(municipality=nefta)
    approval = Approval(body, datetime.date(2021, 11, 30), "2021/7")
    approve(program=program, approval=approval, actor=publisher)
    step("close")
    actions = list(Entry.objects.order_by("pk").values_list("action", flat=True))
    assert actions == [
        "program.published",
        "program.withdrawn",
        "program.published",
        "program.approved",
        "program.closed",
    ]


@pytest.mark.parametrize(
    ("status", "offered"),
    [
        (Status.DRAFT, ["publish"]),
        (Status.PUBLISHED, ["withdraw"]),
        (Status.APPROVED, ["close"]),
        (Status.CLOSED, []),
    ],
)
def test_only_possible_steps_are_offered(as_publisher, program, status, offered):
    Program.objects.update(status=status)
    steps = as_publisher.get(page("program_change", program.pk)).context["steps"]
    assert [step.code for step in steps] == offered


@pytest.mark.parametrize("status", Status)
def test_the_desk_is_where_an_approval_is_recorded(as_publisher, program, status):
    Program.objects.update(status=status)
    desk = reverse("program-publish", kwargs={"slug": "nefta", "year": 2022})
    assert desk in as_publisher.get(page("program_change", program.pk)).content.decode()
    assert as_publisher.post(page("program_transition", program.pk, "approve")).status_code == 404
    assert Program.objects.get().status == status


def test_an_editor_is_not_sent_there(as_editor, program):
    desk = reverse("program-publish", kwargs={"slug": "nefta", "year": 2022})
    assert desk not in as_editor.get(page("program_change", program.pk)).content.decode()


@pytest.mark.parametrize("lacks", ["tasks", "reason"])
def test_what_is_not_ready_is_not_published_and_says_why(as_publisher, program, lacks):
    if lacks == "reason":
        first = factories.TaskFactory(phase__program=program, session_date=datetime.date(2021, 11, 2))
        second = factories.TaskFactory(phase__program=program, session_date=datetime.date(2021, 11, 3))
        factories.DelayRuleFactory(from_task=first, to_task=second)
    address = page("program_transition", program.pk, "publish")
    response = as_publisher.post(address, follow=True)
    assert [message.level_tag for message in response.context["messages"]] == ["error"]
    program.refresh_from_db()
    assert program.status == Status.DRAFT


def test_an_impossible_step_is_refused_in_words(as_publisher, program):
    response = as_publisher.post(page("program_transition", program.pk, "close"), follow=True)
    assert [message.level_tag for message in response.context["messages"]] == ["error"]
    program.refresh_from_db()
    assert program.status == Status.DRAFT
    assert not Entry.objects.exists()


def test_an_editor_does_not_publish(as_editor, program):
    for ask in (as_editor.get, as_editor.post):
        assert ask(page("program_transition", program.pk, "publish")).status_code == 403
    assert as_editor.get(page("program_change", program.pk)).context["steps"] == []
    program.refresh_from_db()
    assert program.status == Status.DRAFT


@pytest.mark.parametrize("code", ["publish", "delete", "x"])
def test_a_step_of_a_foreign_program_or_an_unknown_one_does_not_exist(as_publisher, program, foreign, code):
    pk = foreign.phase.program_id if code == "publish" else program.pk
    assert as_publisher.post(page("program_transition", pk, code)).status_code == 404


def test_several_are_published_after_a_question(as_publisher, program, task, nefta, foreign):
    later = factories.TaskFactory(phase__program__municipality=nefta, phase__program__year=2023).phase.program
    chosen = {"action": "publish", "_selected_action": [program.pk, later.pk, foreign.phase.program_id]}
    asked = as_publisher.post(page("program_changelist"), chosen)
    assert [row.year for row in asked.context["rows"]] == [2023, 2022]
    assert not Program.objects.published().exists()
    as_publisher.post(page("program_changelist"), chosen | {"confirmed": "1"})
    assert set(Program.objects.published()) == {program, later}
    assert Entry.objects.filter(action="program.published").count() == 2


def test_each_of_several_is_told_what_became_of_it(as_publisher, program, task, nefta):
    factories.ProgramFactory(municipality=nefta, year=2023, status=Status.CLOSED)
    chosen = {
        "action": "publish",
        "_selected_action": [p.pk for p in Program.objects.all()],
        "confirmed": "1",
    }
    response = as_publisher.post(page("program_changelist"), chosen, follow=True)
    assert sorted(message.level_tag for message in response.context["messages"]) == ["error", "success"]
    program.refresh_from_db()
    assert program.status == Status.PUBLISHED


def test_the_right_to_publish_is_asked_for_each_program(as_editor, editor, program, foreign, kenitra):
    """An editor here who publishes elsewhere is offered the act, and refused it here."""
    factories.MembershipFactory(user=editor, municipality=kenitra, role=Role.PUBLISHER)
    both = [program.pk, foreign.phase.program_id]
    chosen = {"action": "publish", "_selected_action": both, "confirmed": "1"}
    as_editor.post(page("program_changelist"), chosen)
    assert list(Program.objects.published()) == [foreign.phase.program]


def test_an_editor_is_not_offered_the_act(as_editor, program):
    as_editor.post(
        page("program_changelist"), {"action": "publish", "_selected_action": [program.pk], "confirmed": 1}
    )
    program.refresh_from_db()
    assert program.status == Status.DRAFT


# --- parts of what is public -------------------------------------------------------------------------


@pytest.fixture
def parts(task):
    """A row of each kind, by the name of its admin page."""
    document = factories.ExpectedDocumentFactory(task=task)
    Program.objects.update(status=Status.PUBLISHED)
    return {"phase": task.phase, "task": task, "expecteddocument": document}


PARTS = ["phase", "task", "expecteddocument"]


@pytest.mark.parametrize("kind", PARTS)
def test_an_editor_does_not_delete_a_part_of_what_is_public(as_editor, parts, kind):
    row = parts[kind]
    assert as_editor.get(page(f"{kind}_delete", row.pk)).status_code == 403
    assert as_editor.post(page(f"{kind}_delete", row.pk), {"post": "yes"}).status_code == 403
    data = {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"}
    assert as_editor.post(page(f"{kind}_changelist"), data).status_code == 403
    assert type(row).objects.filter(pk=row.pk).exists()
    assert not Entry.objects.exists()


@pytest.mark.parametrize("kind", PARTS)
def test_a_publisher_does(as_publisher, parts, kind):
    row = parts[kind]
    assert as_publisher.post(page(f"{kind}_delete", row.pk), {"post": "yes"}).status_code == 302
    assert not type(row).objects.filter(pk=row.pk).exists()
    assert Entry.objects.get().action == "row.deleted"


@pytest.mark.parametrize(
    ("whole", "prefix", "part"),
    [
        ("program", "phases", Phase),
        ("program", "delay_rules", DelayRule),
        ("phase", "tasks", Task),
        ("task", "expected_documents", ExpectedDocument),
    ],
)
@pytest.mark.parametrize("may", [False, True])
def test_nor_in_the_table_of_the_whole(client, editor, publisher, parts, whole, prefix, part, may):
    factories.DelayRuleFactory(from_task=parts["task"], to_task__phase=parts["phase"], min_days=1)
    client.force_login(publisher if may else editor)
    row = parts["phase"].program if whole == "program" else parts[whole]
    address, before = page(f"{whole}_change", row.pk), part.objects.count()
    client.post(address, as_shown(client.get(address)) | {f"{prefix}-0-DELETE": "on"})
    assert part.objects.count() == before - may


@pytest.mark.parametrize("status", Status)
def test_a_date_that_is_public_stands_still(as_publisher, task, status):
    Program.objects.update(status=status)
    address = page("task_change", task.pk)
    shown = as_publisher.get(address)
    data = as_shown(shown) | {"session_date": "2021-11-05", "notes": "x"}
    assert as_publisher.post(address, data).status_code == 302
    task.refresh_from_db()
    moved = status == Status.DRAFT
    assert (task.session_date, task.notes) == (datetime.date(2021, 11, 5 if moved else 2), "x")
    assert ("session_date" in shown.context["adminform"].form.fields) is moved
    with override("en"):
        told = as_publisher.get(address).context["adminform"].fieldsets[1][1].get("description")
    assert bool(told) is not moved


@pytest.mark.parametrize("status", [Status.DRAFT, Status.PUBLISHED])
def test_nor_does_it_move_in_the_table_of_its_phase(as_editor, task, status):
    Program.objects.update(status=status)
    address = page("phase_change", task.phase_id)
    as_editor.post(address, as_shown(as_editor.get(address)) | {"tasks-0-session_date": "2021-11-05"})
    task.refresh_from_db()
    assert task.session_date == datetime.date(2021, 11, 5 if status == Status.DRAFT else 2)


@pytest.fixture
def seventh(task):
    return factories.TaskFactory(phase=task.phase, number=7, title_ar="سابع")


@pytest.mark.parametrize(
    ("changes", "left"),
    [
        ({"tasks-0-number": 5, "tasks-1-number": 6}, {5: "عمل رقم 6", 6: "سابع"}),
        ({"tasks-0-DELETE": "on", "tasks-1-number": 6}, {6: "سابع"}),
    ],
)
def test_a_task_takes_the_number_that_another_gives_up(as_editor, seventh, changes, left):
    address = page("phase_change", seventh.phase_id)
    assert as_editor.post(address, as_shown(as_editor.get(address)) | changes).status_code == 302
    assert dict(Task.objects.values_list("number", "title_ar")) == left


def test_a_number_that_somebody_else_gave_meanwhile_is_refused_beside_its_row(as_editor, task):
    address = page("phase_change", task.phase_id)
    mine = as_shown(as_editor.get(address))
    mine |= {"tasks-TOTAL_FORMS": 2, "tasks-1-number": 7, "tasks-1-title_ar": "عملي"}
    factories.TaskFactory(phase=task.phase, number=7, title_ar="عمل غيري")
    response = as_editor.post(address, mine)
    assert response.status_code == 200
    formset = response.context["inline_admin_formsets"][0].formset
    assert formset.errors == [{}, {"__all__": ["للمرحلة عمل بهذا الرقم."]}]
    assert formset.forms[1]["title_ar"].value() == "عملي"
    assert Task.objects.get(number=7).title_ar == "عمل غيري"


@pytest.mark.parametrize("count", ["0", "-1", "-1" + "0" * 30, "x"])
def test_rows_that_are_called_new_are_not_written_twice(as_editor, task, count):
    address = page("phase_change", task.phase_id)
    data = as_shown(as_editor.get(address)) | {"tasks-INITIAL_FORMS": count}
    assert as_editor.post(address, data).status_code == 200
    assert Task.objects.count() == 1


# --- tasks ------------------------------------------------------------------------------------------


def test_a_task_is_edited_with_its_documents(as_editor, task):
    kept = factories.ExpectedDocumentFactory(task=task, position=1)
    address = page("task_change", task.pk)
    data = as_shown(as_editor.get(address)) | {
        "session_date": "2021-11-05",
        "done": "True",
        "notes": "تم",
        "responsible": "الكاتب العام",
        "expected_documents-TOTAL_FORMS": 2,
        "expected_documents-1-position": 2,
        "expected_documents-1-title_ar": "صور",
    }
    later = timezone.now() + datetime.timedelta(minutes=20)
    with time_machine.travel(later, tick=False):
        assert as_editor.post(address, data).status_code == 302
    task.refresh_from_db()
    assert (task.session_date, task.done, task.notes) == (datetime.date(2021, 11, 5), True, "تم")
    assert [document.title_ar for document in task.expected_documents.all()] == [kept.title_ar, "صور"]
    changed, added = Entry.objects.order_by("pk")
    assert changed.changes == {
        "session_date": ["2021-11-02", "2021-11-05"],
        "done": [None, True],
        "notes": ["", "تم"],
        "responsible": ["", "الكاتب العام"],
    }
    assert (added.action, added.object_type) == ("row.added", "programs.expecteddocument")
    assert Program.objects.get().updated_at == later


def test_fields_in_the_rows_of_a_table_have_a_name(as_editor, task):
    factories.ExpectedDocumentFactory(task=task)
    formset = as_editor.get(page("task_change", task.pk)).context["inline_admin_formsets"][0].formset
    for name in ("position", "title_ar", "title_fr", "DELETE"):
        assert "aria-label" in str(formset.forms[0][name])


@pytest.mark.parametrize(("posted", "done"), [("True", True), ("False", False), ("", None)])
def test_done_is_yes_no_or_not_stated(as_editor, task, posted, done):
    Task.objects.update(done=not done)
    address = page("task_change", task.pk)
    as_editor.post(address, as_shown(as_editor.get(address)) | {"done": posted})
    task.refresh_from_db()
    assert task.done is done


def test_a_task_does_not_move_to_another_phase(as_editor, task, foreign):
    address = page("task_change", task.pk)
    as_editor.post(address, as_shown(as_editor.get(address), phase=foreign.phase_id, notes="x"))
    moved = Task.objects.get(pk=task.pk)
    assert (moved.phase_id, moved.notes) == (task.phase_id, "x")


def test_a_task_is_not_added_to_a_foreign_phase(as_editor, task, foreign):
    data = {"phase": foreign.phase_id, "number": 9, "title_fr": "x"}
    data |= {"expected_documents-TOTAL_FORMS": 0, "expected_documents-INITIAL_FORMS": 0}
    response = as_editor.post(page("task_add"), data)
    assert len(errors_of(response, "phase")) == 1
    assert as_editor.post(page("task_add"), data | {"phase": task.phase_id}).status_code == 302


@pytest.mark.parametrize(
    ("field", "value"),
    [("session_date", "2021-02-31"), ("number", "0"), ("number", "1000"), ("title_ar", "")],
)
def test_what_is_impossible_is_refused_beside_the_field(as_editor, task, field, value):
    address = page("task_change", task.pk)
    response = as_editor.post(address, as_shown(as_editor.get(address)) | {field: value})
    assert errors_of(response, field)


def test_documents_of_a_foreign_task_are_not_reached(as_editor, task, foreign):
    """The number of a foreign row in an inline is no way to it."""
    document = factories.ExpectedDocumentFactory(task=foreign)
    own = factories.ExpectedDocumentFactory(task=task)
    address = page("task_change", task.pk)
    data = as_shown(as_editor.get(address)) | {
        "expected_documents-0-id": document.pk,
        "expected_documents-0-title_ar": "مغير",
    }
    as_editor.post(address, data)
    document.refresh_from_db()
    own.refresh_from_db()
    assert (document.title_ar, document.task) == ("محضر جلسة", foreign)
    assert own.title_ar == "محضر جلسة"
    assert not Entry.objects.exists()


@pytest.mark.parametrize(
    "lookup", ["programs_program", "programs_phase", "programs_task", "municipalities_municipality"]
)
def test_the_choices_offered_while_typing_are_within_reach(as_editor, task, foreign, lookup):
    source = {
        "programs_program": ("phase", "program"),
        "programs_phase": ("task", "phase"),
        "programs_task": ("expecteddocument", "task"),
        "municipalities_municipality": ("program", "municipality"),
    }[lookup]
    query = {"app_label": "programs", "model_name": source[0], "field_name": source[1], "term": ""}
    answer = as_editor.get(reverse("admin:autocomplete"), query).json()
    assert len(answer["results"]) == 1


def test_filters_offer_only_what_is_within_reach(as_editor, editor, program, foreign, kenitra):
    Program.objects.filter(municipality=kenitra).update(year=2031)
    for model in ("program", "phase", "task", "expecteddocument"):
        html = as_editor.get(page(f"{model}_changelist")).content.decode()
        assert "القنيطرة" not in html
        assert "2031" not in html


def test_a_filter_by_hand_finds_nothing_foreign(as_editor, program, foreign, kenitra):
    query = {"municipality__id__exact": kenitra.pk}
    assert list(as_editor.get(page("program_changelist"), query).context["cl"].result_list) == [program]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"session": "past"}, 1),
        ({"session": "undated"}, 1),
        ({"year": "2022"}, 2),
        ({"year": "x"}, 2),
        ({"q": "نفطة"}, 2),
        ({"q": "نفطة عمل " * 1000}, 2),
        ({"q": " ".join(["نفطة", *map(str, range(1000))])}, 0),
    ],
)
def test_tasks_are_found(as_editor, task, query, found):
    factories.TaskFactory(phase=task.phase, session_date=None)
    assert len(as_editor.get(page("task_changelist"), query).context["cl"].result_list) == found


@pytest.mark.parametrize("model", ["program", "phase", "task", "expecteddocument"])
def test_a_list_costs_the_same_for_3_and_60(as_editor, nefta, django_assert_num_queries, model):
    def grow(first, last):
        for year in range(first, last):
            program = factories.ProgramFactory(municipality=nefta, year=year)
            factories.ExpectedDocumentFactory(task__phase__program=program)

    grow(2000, 2003)
    as_editor.get(page(f"{model}_changelist"))
    cost = 8 if model in ("program", "task") else 7
    with django_assert_num_queries(cost):
        as_editor.get(page(f"{model}_changelist"))
    grow(2003, 2060)
    with django_assert_num_queries(cost):
        response = as_editor.get(page(f"{model}_changelist"))
    assert len(response.context["cl"].result_list) == 60


# --- evidence ---------------------------------------------------------------------------------------


@pytest.fixture
def document(task):
    return factories.ExpectedDocumentFactory(task=task)


def upload(client, document, name, content, **more):
    address = page("expecteddocument_change", document.pk)
    data = as_shown(client.get(address)) | {"files-2-0-file": SimpleUploadedFile(name, content)} | more
    return client.post(address, data)


def test_evidence_is_added(as_editor, editor, document):
    assert upload(as_editor, document, "محضر.pdf", PDF, **{"files-2-0-is_public": "on"}).status_code == 302
    file = SupportingDocument.objects.get()
    assert (file.name, file.is_public, file.uploaded_by) == ("محضر.pdf", True, editor)
    assert file.file.read() == PDF
    assert [entry.action for entry in Entry.objects.all()] == ["evidence.added"]
    assert revision() == 2
    shown = as_editor.get(page("expecteddocument_change", document.pk)).content.decode()
    assert reverse("staff-file", kwargs={"slug": "nefta", "pk": file.pk}) in shown


def test_a_picture_is_stored_without_what_the_camera_wrote(as_editor, document):
    picture = io.BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "Camera of somebody"
    Image.new("RGB", (8, 8)).save(picture, "JPEG", exif=exif)
    assert b"Camera of somebody" in picture.getvalue()
    upload(as_editor, document, "photo.jpg", picture.getvalue())
    assert b"Camera of somebody" not in SupportingDocument.objects.get().file.read()


@pytest.mark.parametrize(
    ("name", "content"),
    [("x.svg", b"<svg onload='x()'/>"), ("x.pdf", b"MZ\x90\x00 program"), ("x.docx", PDF), ("x.pdf", b"")],
)
def test_a_file_that_breaks_the_rules_is_refused_beside_the_field(as_editor, document, name, content):
    response = upload(as_editor, document, name, content)
    assert response.status_code == 200
    assert response.context["inline_admin_formsets"][1].formset.errors[0]["file"]
    assert not SupportingDocument.objects.exists()
    assert not Entry.objects.exists()


def test_a_file_too_large_is_refused(as_editor, document, settings):
    settings.UPLOAD_MAX_BYTES = 10
    response = upload(as_editor, document, "x.pdf", PDF)
    assert response.context["inline_admin_formsets"][1].formset.errors[0]["file"]


def test_evidence_is_shown_to_the_public_or_kept_internal(as_editor, document):
    file = factories.SupportingDocumentFactory(expected_document=document, is_public=True)
    address = page("expecteddocument_change", document.pk)
    data = as_shown(as_editor.get(address))
    del data["files-0-is_public"]
    assert as_editor.post(address, data).status_code == 302
    file.refresh_from_db()
    assert not file.is_public
    assert Entry.objects.get().changes == {"is_public": [True, False]}


def test_a_file_that_is_not_there_is_refused_in_words(as_editor, document):
    factories.SupportingDocumentFactory(expected_document=document)
    address = page("expecteddocument_change", document.pk)
    response = as_editor.post(address, as_shown(as_editor.get(address)) | {"files-0-id": "''"})
    assert response.status_code == 200
    assert response.context["inline_admin_formsets"][0].formset.errors[0]["id"]


def test_an_editor_does_not_remove_evidence(as_editor, document):
    factories.SupportingDocumentFactory(expected_document=document)
    address = page("expecteddocument_change", document.pk)
    as_editor.post(address, as_shown(as_editor.get(address)) | {"files-0-DELETE": "on"})
    assert SupportingDocument.objects.exists()


def test_the_municipal_administrator_removes_evidence_and_the_journal_tells(client, nefta, document):
    file = factories.SupportingDocumentFactory(expected_document=document)
    client.force_login(factories.MembershipFactory(municipality=nefta, role=Role.MUNICIPAL_ADMIN).user)
    address = page("expecteddocument_change", document.pk)
    client.post(address, as_shown(client.get(address)) | {"files-0-DELETE": "on"})
    assert not SupportingDocument.objects.exists()
    entry = Entry.objects.get()
    assert (entry.action, entry.object_id, entry.object_label) == ("row.deleted", str(file.pk), "pv.pdf")


def test_a_document_with_evidence_stays_and_says_why(as_editor, document):
    factories.SupportingDocumentFactory(expected_document=document, name="pv-1.pdf")
    for address in (
        page("expecteddocument_delete", document.pk),
        page("task_delete", document.task_id),
        page("program_delete", document.task.phase.program_id),
    ):
        response = as_editor.post(address, {"post": "yes"})
        assert response.status_code == 200
        assert "pv-1.pdf" in response.content.decode()
    assert ExpectedDocument.objects.exists()


@pytest.mark.parametrize("parent", ["task", "phase", "program"])
def test_a_part_with_evidence_below_it_stays_and_says_why(as_editor, document, parent):
    factories.SupportingDocumentFactory(expected_document=document, name="pv-1.pdf")
    task = document.task
    row, prefix = {
        "task": (task, "expected_documents"),
        "phase": (task.phase, "tasks"),
        "program": (task.phase.program, "phases"),
    }[parent]
    address = page(f"{parent}_change", row.pk)
    response = as_editor.post(address, as_shown(as_editor.get(address)) | {f"{prefix}-0-DELETE": "on"})
    assert response.status_code == 200
    errors = response.context["inline_admin_formsets"][0].formset.non_form_errors()
    assert "pv-1.pdf" in errors[0]
    assert ExpectedDocument.objects.exists()


def test_an_empty_part_is_deleted(as_editor, program):
    phase = factories.PhaseFactory(program=program)
    address = page("program_change", program.pk)
    as_editor.post(address, as_shown(as_editor.get(address)) | {"phases-0-DELETE": "on"})
    assert not Phase.objects.exists()
    entry = Entry.objects.get()
    assert (entry.action, entry.object_id) == ("row.deleted", str(phase.pk))


def test_evidence_of_a_foreign_document_is_not_reached(as_editor, document, foreign):
    file = factories.SupportingDocumentFactory(expected_document__task=foreign, is_public=False)
    assert as_editor.get(page("expecteddocument_change", file.expected_document_id)).status_code == 404
    factories.SupportingDocumentFactory(expected_document=document)
    address = page("expecteddocument_change", document.pk)
    data = as_shown(as_editor.get(address)) | {"files-0-id": file.pk, "files-0-is_public": "on"}
    as_editor.post(address, data)
    file.refresh_from_db()
    assert not file.is_public
    assert not Entry.objects.exists()

"""The sheet: one form that saves what differs, all or nothing, and one cell at a time for scripts."""

from __future__ import annotations

import datetime
import json
import re

import lxml.html
import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from portal.audit.models import Entry
from portal.editing.cells import Seen
from portal.editing.models import Presence
from programs.grid import mark_of
from programs.models import DelayRule, ExpectedDocument, MovedDate, Phase, Program, Task
from programs.services.cells import save_task_cell
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def program(nefta):
    program = factories.ProgramFactory(municipality=nefta, year=2027, title_ar="رزنامة 2027")
    for number, title in enumerate(("الإعداد", "الجلسة"), start=1):
        phase = factories.PhaseFactory(program=program, number=number, title_ar=title)
        for place in (1, 2):
            factories.TaskFactory(
                phase=phase,
                number=place,
                title_ar=f"عمل {place} من {number}",
                session_date=datetime.date(2027, 1, 10 * number + place),
            )
    factories.ExpectedDocumentFactory(task=task(program, 1, 1), title_ar="محضر")
    return program


@pytest.fixture
def desk(client, editor):
    client.force_login(editor)
    return client


def task(program, phase, number) -> Task:
    return Task.objects.get(phase__program=program, phase__number=phase, number=number)


def address(program, route="program-grid", language="ar") -> str:
    path = reverse(route, kwargs={"slug": program.municipality.slug, "year": program.year})
    return re.sub(r"^/\w\w/", f"/{language}/", path)


def page(client, program, query="", language="ar"):
    response = client.get(address(program, language=language) + query)
    assert response.status_code == 200
    return lxml.html.fromstring(response.content.decode())


def fields(document) -> dict:
    """What a browser would send of the sheet as it stands."""
    form = document.get_element_by_id("sheet")
    values: dict = {}
    for name, value in form.form_values():
        values.setdefault(name, []).append(value)
    for area in form.xpath(".//textarea"):
        values[area.name] = [(area.text or "").removeprefix("\n")]
    return values


def send(client, program, document, query="", **typed):
    data = fields(document) | {name.replace("__", "-"): value for name, value in typed.items()}
    return client.post(address(program) + query, data)


def name(row, field) -> str:
    return f"{row._meta.model_name}__{row.pk}__{field}"


def said(response) -> str:
    return lxml.html.fromstring(response.content.decode()).text_content()


# Reading


def test_the_page_shows_every_cell(desk, program):
    document = page(desk, program)
    first = task(program, 1, 1)
    values = fields(document)
    assert values[f"task-{first.pk}-title_ar"] == ["عمل 1 من 1"]
    assert values[f"task-{first.pk}-documents_ar"] == ["محضر"]
    assert values[f"task-{first.pk}-session_date"] == ["2027/01/11"]
    assert values[f"task-{first.pk}-done"] == [""]
    assert len(document.xpath("//h1")) == 1
    assert document.xpath("//tr[@id='task-1-1']")


@pytest.mark.parametrize("language", ["ar", "fr", "en"])
def test_it_is_there_in_every_language(desk, program, language):
    assert len(page(desk, program, language=language).xpath("//textarea[@name]")) > 8


def test_the_languages_of_the_content_are_shown(desk, program):
    first = task(program, 1, 1)
    assert f"task-{first.pk}-title_fr" not in fields(page(desk, program))
    assert f"task-{first.pk}-title_fr" in fields(page(desk, program, "?languages=both"))
    assert f"task-{first.pk}-title_fr" in fields(page(desk, program, language="fr"))
    assert f"task-{first.pk}-title_ar" not in fields(page(desk, program, "?languages=fr"))


@time_machine.travel("2027-01-12 10:00", tick=False)
@pytest.mark.parametrize(
    ("show", "expected"),
    [("late", ["2-1"]), ("bare", ["1-1"]), ("unsaid", []), ("week", ["1-1", "2-1"]), ("nonsense", None)],
)
def test_the_filters_choose_rows(desk, program, editor, show, expected):
    desk.force_login(editor)
    Task.objects.filter(phase__number=1, number=1).update(done=True)
    Task.objects.filter(phase__number=1, number=2).update(done=False, session_date="2027-01-11")
    found = page(desk, program, f"?show={show}").xpath("//span[starts-with(@id, 'c-')]/text()")
    assert found == (expected if expected is not None else ["1-1", "2-1", "1-2", "2-2"])


@pytest.mark.parametrize("role", ["moderator", "council_reader", "auditor"])
def test_others_read_the_same_table(client, program, role):
    client.force_login(factories.MembershipFactory(municipality=program.municipality, role=role).user)
    document = page(client, program)
    assert "عمل 1 من 1" in document.text_content()
    assert not document.xpath("//main//textarea | //main//input")
    assert client.post(address(program), {"act": "save"}).status_code == 403


def test_a_stranger_finds_nothing(client, program, stranger):
    client.force_login(stranger)
    for route in ("program-grid", "program-cells", "program-check", "program-presence"):
        assert client.get(address(program, route)).status_code == 404


def test_a_year_without_program_is_not_found(desk, program):
    assert desk.get(address(program).replace("2027", "2031")).status_code == 404


def test_an_empty_program_offers_its_first_phase(desk, nefta):
    empty = factories.ProgramFactory(municipality=nefta, year=2030)
    response = desk.post(
        address(empty), fields(page(desk, empty)) | {"act": "add-phase", "new-phase": "الإعداد"}
    )
    assert response.status_code == 302
    assert Phase.objects.get(program=empty).title_ar == "الإعداد"


def filled(nefta, year, tasks):
    program = factories.ProgramFactory(municipality=nefta, year=year)
    phases = [factories.PhaseFactory(program=program, number=n) for n in range(1, 6)]
    for n in range(tasks):
        row = factories.TaskFactory(phase=phases[n % 5], number=n // 5 + 1)
        factories.ExpectedDocumentFactory(task=row)
    return program


def test_the_number_of_queries_does_not_depend_on_the_length(desk, nefta):
    counts = []
    for year, tasks in ((2040, 3), (2041, 100)):
        program = filled(nefta, year, tasks)
        desk.get(address(program))
        with CaptureQueriesContext(connection) as queries:
            desk.get(address(program))
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 20


# Saving the form


def test_what_differs_is_saved_and_journalled(desk, program, editor):
    first, document = task(program, 1, 1), page(desk, program)
    typed = {
        name(first, "title_ar"): "عنوان جديد",
        name(first, "documents_ar"): "محضر\r\nصور",
        name(first, "session_date"): "13 جانفي 2027",
        name(first, "done"): "no",
        name(first, "notes"): "سطر\r\nآخر",
        name(first, "responsible"): "الكاتب العام",
        name(first.phase, "title_ar"): "التحضير",
        name(program, "title_ar"): "رزنامة",
    }
    response = send(desk, program, document, **typed)
    assert response.status_code == 302
    first = task(program, 1, 1)
    assert (first.title_ar, first.session_date) == ("عنوان جديد", datetime.date(2027, 1, 13))
    assert (first.done, first.notes, first.responsible) == (False, "سطر\nآخر", "الكاتب العام")
    assert list(first.expected_documents.values_list("title_ar", flat=True)) == ["محضر", "صور"]
    program.refresh_from_db()
    assert (program.title_ar, first.phase.title_ar) == ("رزنامة", "التحضير")
    entries = Entry.objects.filter(actor=editor)
    assert entries.count() == 8
    assert len({entry.batch for entry in entries.filter(action="task.edited")}) == 1


def test_what_was_not_touched_is_not_written(desk, program):
    before = dict(Task.objects.values_list("pk", "version"))
    response = send(desk, program, page(desk, program))
    assert response.status_code == 302
    assert dict(Task.objects.values_list("pk", "version")) == before
    assert not Entry.objects.exists()


def test_a_refusal_keeps_everything_that_was_typed(desk, program):
    first, second = task(program, 1, 1), task(program, 1, 2)
    typed = {
        name(first, "session_date"): "31/02/2027",
        name(first, "title_ar"): "",
        name(second, "notes"): "ملاحظة",
    }
    response = send(desk, program, page(desk, program), **typed)
    assert response.status_code == 200
    document = lxml.html.fromstring(response.content.decode())
    values = fields(document)
    assert values[f"task-{first.pk}-session_date"] == ["31/02/2027"]
    assert values[f"task-{first.pk}-title_ar"] == [""]
    assert values[f"task-{second.pk}-notes"] == ["ملاحظة"]
    wrong = document.xpath("//*[@aria-invalid='true']/@name")
    assert set(wrong) == {f"task-{first.pk}-session_date", f"task-{first.pk}-title_ar"}
    for cell in wrong:
        assert document.get_element_by_id(f"say-{cell}").text_content().strip()
    assert not Entry.objects.exists()


def test_one_may_change_what_another_did_not(desk, program, publisher):
    first, document = task(program, 1, 1), page(desk, program)
    by_another(program, first, "notes", "", "منهم", publisher)
    assert send(desk, program, document, **{name(first, "title_ar"): "مني"}).status_code == 302
    first.refresh_from_db()
    assert (first.title_ar, first.notes) == ("مني", "منهم")


def by_another(program, row, field, old, value, actor):
    seen = Seen(Task.objects.get(pk=row.pk).version, old)
    save_task_cell(program=program, task_id=row.pk, field=field, value=value, seen=seen, actor=actor)


def test_a_clash_shows_both_values_and_saves_nothing(desk, program, publisher):
    first, second, document = task(program, 1, 1), task(program, 1, 2), page(desk, program)
    by_another(program, first, "notes", "", "منهم", publisher)
    typed = {name(first, "notes"): "مني", name(second, "notes"): "أخرى"}
    response = send(desk, program, document, **typed)
    assert response.status_code == 200
    assert all(text in said(response) for text in ("مني", "منهم", publisher.name))
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.notes, second.notes) == ("منهم", "")
    again = lxml.html.fromstring(response.content.decode())
    # Not choosing is no choice.
    assert send(desk, program, again).status_code == 200
    mine = again.xpath(f"//input[@name='choice-task-{first.pk}-notes']/@value")[0]
    response = send(desk, program, again, **{f"choice__task__{first.pk}__notes": mine})
    assert response.status_code == 302
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.notes, second.notes) == ("مني", "أخرى")


def test_theirs_may_be_taken(desk, program, publisher):
    first, document = task(program, 1, 1), page(desk, program)
    by_another(program, first, "notes", "", "منهم", publisher)
    again = lxml.html.fromstring(
        send(desk, program, document, **{name(first, "notes"): "مني"}).content.decode()
    )
    choice = {f"choice__task__{first.pk}__notes": "theirs"}
    assert send(desk, program, again, **choice).status_code == 302
    first.refresh_from_db()
    assert first.notes == "منهم"


def test_a_choice_between_two_values_does_not_overwrite_a_third(desk, program, publisher):
    first, document = task(program, 1, 1), page(desk, program)
    by_another(program, first, "notes", "", "منهم", publisher)
    again = lxml.html.fromstring(
        send(desk, program, document, **{name(first, "notes"): "مني"}).content.decode()
    )
    mine = again.xpath(f"//input[@name='choice-task-{first.pk}-notes']/@value")[0]
    by_another(program, first, "notes", "منهم", "الثالثة", publisher)
    response = send(desk, program, again, **{f"choice__task__{first.pk}__notes": mine})
    assert response.status_code == 200
    assert "الثالثة" in said(response)


def test_without_marks_the_version_of_the_row_decides(desk, program, publisher):
    first, document = task(program, 1, 1), page(desk, program)
    by_another(program, first, "notes", "", "منهم", publisher)
    typed = {name(first, "title_ar"): "مني", f"task__{first.pk}__seen": ""}
    assert send(desk, program, document, **typed).status_code == 200
    first.refresh_from_db()
    assert first.title_ar == "عمل 1 من 1"


def test_what_was_typed_into_a_row_that_is_gone_is_shown(desk, program):
    first, document = task(program, 1, 1), page(desk, program)
    Task.objects.filter(pk=first.pk).delete()
    response = send(desk, program, document, **{name(first, "notes"): "كلام لا يضيع"})
    assert response.status_code == 200
    assert "كلام لا يضيع" in said(response)


def rule_of_seven(program) -> DelayRule:
    return factories.DelayRuleFactory(
        program=program, from_task=task(program, 1, 2), to_task=task(program, 2, 1), text_ar="سبعة أيام"
    )


def test_a_date_that_breaks_a_delay_needs_a_reason(desk, program):
    rule = rule_of_seven(program)
    late = task(program, 2, 1)
    response = send(desk, program, page(desk, program), **{name(late, "session_date"): "2027/01/15"})
    assert response.status_code == 200
    document = lxml.html.fromstring(response.content.decode())
    assert "سبعة أيام" in said(response)
    assert document.xpath("//button[@data-date]/@value") == [f"date:{late.pk}:2027/01/19"]
    response = send(desk, program, document, **{f"reason__{late.pk}": "عطلة القاعة"})
    assert response.status_code == 302
    late.refresh_from_db()
    rule.refresh_from_db()
    assert (late.session_date, rule.reason) == (datetime.date(2027, 1, 15), "عطلة القاعة")


def test_the_nearest_date_may_be_taken_by_its_button(desk, program):
    rule_of_seven(program)
    late = task(program, 2, 1)
    response = send(desk, program, page(desk, program), **{name(late, "session_date"): "2027/01/15"})
    again = lxml.html.fromstring(response.content.decode())
    response = send(desk, program, again, act=f"date:{late.pk}:2027/01/19")
    assert response.status_code == 302
    late.refresh_from_db()
    assert late.session_date == datetime.date(2027, 1, 19)


def test_dates_that_keep_their_delay_together_need_no_reason(desk, program):
    rule = rule_of_seven(program)
    early, late = task(program, 1, 2), task(program, 2, 1)
    typed = {name(early, "session_date"): "2027/01/22", name(late, "session_date"): "2027/01/29"}
    assert send(desk, program, page(desk, program), **typed).status_code == 302
    rule.refresh_from_db()
    assert rule.reason == ""


def test_a_date_the_public_has_seen_needs_a_reason(desk, program):
    program.status = "published"
    program.save()
    first = task(program, 1, 1)
    response = send(desk, program, page(desk, program), **{name(first, "session_date"): "2027/01/09"})
    assert response.status_code == 200
    again = lxml.html.fromstring(response.content.decode())
    assert send(desk, program, again, **{f"reason__{first.pk}": "عطلة"}).status_code == 302
    assert MovedDate.objects.get(task=first).reason == "عطلة"


# Rows


def test_a_number_moves_its_row(desk, program):
    second = task(program, 1, 2)
    response = send(desk, program, page(desk, program), **{name(second, "place"): "1"})
    assert response.status_code == 302
    second.refresh_from_db()
    assert second.number == 1


@pytest.mark.parametrize("place", ["0", "x", "", "1000"])
def test_a_place_that_is_none_is_refused(desk, program, place):
    second = task(program, 1, 2)
    assert send(desk, program, page(desk, program), **{name(second, "place"): place}).status_code == 200


@pytest.mark.parametrize(
    ("act", "anchor", "order"),
    [("up:2", "task-1-1", [2, 1]), ("down:1", "task-1-2", [2, 1]), ("up:1", "task-1-1", [1, 2])],
)
def test_rows_move_up_and_down(desk, program, act, anchor, order):
    first = list(Task.objects.filter(phase__number=1).order_by("number").values_list("pk", flat=True))
    verb, place = act.split(":")
    response = send(desk, program, page(desk, program), act=f"{verb}:{first[int(place) - 1]}")
    assert response.status_code == 302
    assert response["Location"].endswith(f"#{anchor}")
    now = list(Task.objects.filter(phase__number=1).order_by("number").values_list("pk", flat=True))
    assert now == [first[place - 1] for place in order]


def test_phases_move(desk, program):
    second = Phase.objects.get(program=program, number=2)
    assert send(desk, program, page(desk, program), act=f"phase-up:{second.pk}").status_code == 302
    second.refresh_from_db()
    assert second.number == 1
    assert send(desk, program, page(desk, program), act=f"phase-down:{second.pk}").status_code == 302
    second.refresh_from_db()
    assert second.number == 2


def test_a_task_is_added_in_the_language_of_its_title(desk, program):
    phase = Phase.objects.get(program=program, number=2)
    typed = {"act": f"add-task:{phase.pk}", f"new-task-{phase.pk}": "Réunion"}
    response = send(desk, program, page(desk, program), **typed)
    assert response["Location"].endswith("#task-2-3")
    assert task(program, 2, 3).title_fr == "Réunion"


def test_what_was_typed_is_saved_with_every_act(desk, program):
    first, second = task(program, 1, 1), task(program, 1, 2)
    response = send(
        desk, program, page(desk, program), act=f"up:{second.pk}", **{name(first, "notes"): "معا"}
    )
    assert response.status_code == 302
    first.refresh_from_db()
    assert first.notes == "معا"


def test_an_act_that_is_refused_saves_nothing(desk, program):
    first, phase = task(program, 1, 1), Phase.objects.get(program=program, number=2)
    typed = {"act": f"add-task:{phase.pk}", name(first, "notes"): "يبقى"}
    response = send(desk, program, page(desk, program), **typed)
    assert response.status_code == 200
    assert fields(lxml.html.fromstring(response.content.decode()))[f"task-{first.pk}-notes"] == ["يبقى"]
    first.refresh_from_db()
    assert first.notes == ""


def test_a_task_goes_to_another_phase(desk, program):
    first, phase = task(program, 1, 1), Phase.objects.get(program=program, number=2)
    response = send(desk, program, page(desk, program), act=f"move:{first.pk}")
    assert response["Location"].endswith(f"?move={first.pk}")
    assert desk.get(response["Location"]).status_code == 200
    data = {"act": f"moved:{first.pk}", "phase": phase.pk, "place": "2"}
    assert desk.post(address(program), data)["Location"].endswith("#task-2-2")
    first.refresh_from_db()
    assert (first.phase_id, first.number) == (phase.pk, 2)


def test_a_task_does_not_go_to_a_foreign_phase(desk, program, kenitra):
    foreign = factories.PhaseFactory(program__municipality=kenitra)
    first = task(program, 1, 1)
    response = desk.post(address(program), {"act": f"moved:{first.pk}", "phase": foreign.pk})
    assert response.status_code == 200
    first.refresh_from_db()
    assert first.phase.program == program


def test_removing_asks_first(desk, program):
    first = task(program, 1, 1)
    response = send(desk, program, page(desk, program), act=f"remove:{first.pk}")
    assert Task.objects.filter(pk=first.pk).exists()
    assert "عمل 1 من 1" in said(desk.get(response["Location"]))
    assert desk.post(address(program), {"act": f"removed:{first.pk}"}).status_code == 302
    assert not Task.objects.filter(pk=first.pk).exists()


def test_a_task_with_files_stays(desk, program):
    first = task(program, 1, 1)
    factories.SupportingDocumentFactory(expected_document=ExpectedDocument.objects.get())
    assert desk.post(address(program), {"act": f"removed:{first.pk}"}).status_code == 200
    assert Task.objects.filter(pk=first.pk).exists()


def test_only_an_empty_phase_is_removed(desk, program):
    phase = Phase.objects.get(program=program, number=2)
    assert desk.get(address(program) + f"?remove-phase={phase.pk}").status_code == 200
    assert desk.post(address(program), {"act": f"removed-phase:{phase.pk}"}).status_code == 200
    phase.tasks.all().delete()
    assert desk.post(address(program), {"act": f"removed-phase:{phase.pk}"}).status_code == 302
    assert not Phase.objects.filter(pk=phase.pk).exists()


def test_rows_of_a_public_program_are_removed_by_publishers(desk, client, program, publisher):
    program.status = "published"
    program.save()
    first = task(program, 1, 1)
    assert not page(desk, program).xpath("//button[starts-with(@value, 'remove:')]")
    assert desk.get(address(program) + f"?remove={first.pk}").status_code == 403
    assert desk.post(address(program), {"act": f"removed:{first.pk}"}).status_code == 403
    phase = {"act": f"removed-phase:{first.phase_id}"}
    assert desk.post(address(program), phase).status_code == 403
    desk.force_login(publisher)
    assert desk.post(address(program), {"act": f"removed:{first.pk}"}).status_code == 302


@pytest.mark.parametrize("query", ["?remove=999999", "?move=x", "?remove-phase=0"])
def test_questions_about_no_row_are_not_found(desk, program, query):
    assert desk.get(address(program) + query).status_code == 404


def test_numbers_are_dealt_anew(desk, program):
    Task.objects.filter(phase__number=2, number=2).update(number=9)
    assert send(desk, program, page(desk, program), act="renumber").status_code == 302
    assert list(Task.objects.filter(phase__number=2).values_list("number", flat=True)) == [1, 2]
    assert send(desk, program, page(desk, program), act="renumber").status_code == 302


@pytest.mark.parametrize(("word", "value"), [("yes", True), ("no", False), ("", None)])
def test_chosen_tasks_are_marked(desk, program, word, value):
    Task.objects.update(done=None if value is not None else True)
    chosen = list(Task.objects.filter(phase__number=1).values_list("pk", flat=True))
    response = send(desk, program, page(desk, program), act=f"mark::{word}", chosen=chosen)
    assert response.status_code == 302
    assert set(Task.objects.filter(pk__in=chosen).values_list("done", flat=True)) == {value}
    assert Entry.objects.values("batch").distinct().count() == 1


def test_one_task_is_marked_by_its_buttons(desk, program):
    first = task(program, 1, 1)
    assert send(desk, program, page(desk, program), act=f"state:{first.pk}:yes").status_code == 302
    first.refresh_from_db()
    assert first.done is True


def test_without_chosen_tasks_nothing_is_marked(desk, program):
    assert send(desk, program, page(desk, program), act="mark::yes").status_code == 200
    assert not Task.objects.filter(done=True).exists()


@pytest.mark.parametrize(
    ("days", "date"), [("3", "2027-01-14"), ("-10", "2027-01-01"), ("−10", "2027-01-01")]
)
def test_chosen_dates_are_shifted(desk, program, days, date):
    first = task(program, 1, 1)
    typed = {"act": "shift", "chosen": [first.pk], "shift-days": days}
    assert send(desk, program, page(desk, program), **typed).status_code == 302
    first.refresh_from_db()
    assert first.session_date == datetime.date.fromisoformat(date)


@pytest.mark.parametrize("days", ["", "0", "x", "4000", "1.5", "--2"])
def test_days_that_are_none_shift_nothing(desk, program, days):
    first = task(program, 1, 1)
    typed = {"act": "shift", "chosen": [first.pk], "shift-days": days}
    assert send(desk, program, page(desk, program), **typed).status_code == 200


def test_a_shift_that_breaks_a_delay_needs_a_reason(desk, program):
    rule_of_seven(program)
    early = task(program, 1, 2)
    typed = {"act": "shift", "chosen": [early.pk], "shift-days": "5"}
    response = send(desk, program, page(desk, program), **typed)
    assert response.status_code == 200
    assert "سبعة أيام" in said(response)
    response = send(desk, program, page(desk, program), **typed, **{"shift-reason": "عطلة"})
    assert response.status_code == 302


@pytest.mark.parametrize("act", ["nothing", "up:999999", "add-task:0", "removed:0", "undo"])
def test_acts_that_are_none_do_nothing(desk, program, act):
    response = send(desk, program, page(desk, program), act=act)
    assert response.status_code in (200, 404)
    assert not Entry.objects.exists()


# Undo


def test_undo_says_what_it_takes_back_and_does_it(desk, program):
    first = task(program, 1, 1)
    send(desk, program, page(desk, program), **{name(first, "notes"): "خطأ"})
    document = page(desk, program)
    assert "خطأ" in document.get_element_by_id("undo-what").text_content()
    assert send(desk, program, document, act="undo").status_code == 302
    first.refresh_from_db()
    assert first.notes == ""
    assert not page(desk, program).xpath("//*[@id='undo-what']")


def test_undo_takes_back_nothing_else_than_it_says(desk, program):
    first = task(program, 1, 1)
    send(desk, program, page(desk, program), **{name(first, "notes"): "أول"})
    document = page(desk, program)
    response = send(desk, program, document, act="undo", **{name(first, "responsible"): "كتب قبل التراجع"})
    assert response.status_code == 302
    first.refresh_from_db()
    assert (first.notes, first.responsible) == ("أول", "كتب قبل التراجع")


def test_undo_of_what_somebody_else_changed_since_is_refused(desk, program, publisher):
    first = task(program, 1, 1)
    send(desk, program, page(desk, program), **{name(first, "notes"): "أول"})
    by_another(program, first, "notes", "أول", "ثان", publisher)
    response = send(desk, program, page(desk, program), act="undo")
    assert response.status_code == 200
    assert "ثان" in said(response)


def test_undo_of_a_public_date_needs_a_reason(desk, program):
    program.status = "published"
    program.save()
    first = task(program, 1, 1)
    typed = {name(first, "session_date"): "2027/01/09", f"reason__{first.pk}": "عطلة"}
    send(desk, program, page(desk, program), **typed)
    response = send(desk, program, page(desk, program), act="undo")
    assert response.status_code == 200
    again = lxml.html.fromstring(response.content.decode())
    assert send(desk, program, again, act="undo", **{"undo-reason": "خطأ"}).status_code == 302
    first.refresh_from_db()
    assert first.session_date == datetime.date(2027, 1, 11)


# One cell at a time


def leave(client, program, row, field, value, *, version=None, base="", **more):
    data = {
        "kind": row._meta.model_name,
        "pk": row.pk,
        "field": field,
        "value": value,
        "version": version or row.version,
        "base": base,
        **more,
    }
    return client.post(address(program, "program-cells"), data)


def outcome(response) -> str:
    assert response.status_code == 200
    return json.loads(response["HX-Trigger"])["cell"]["outcome"]


def test_a_cell_is_saved_as_it_is_left(desk, program):
    first = task(program, 1, 1)
    seen = fields(page(desk, program))[f"task-{first.pk}-seen"][0]
    response = leave(desk, program, first, "session_date", "12/1/2027", base="2027/01/11", seen=seen)
    assert outcome(response) == "saved"
    assert json.loads(response["HX-Trigger"])["cell"]["text"] == "2027/01/12"
    document = lxml.html.fromstring(response.content.decode())
    assert document.get_element_by_id(f"task-{first.pk}-version").value == str(first.version + 1)
    assert mark_of("2027/01/12") in document.get_element_by_id(f"task-{first.pk}-seen").value
    assert document.get_element_by_id(f"st-{first.pk}").text_content()
    first.refresh_from_db()
    assert first.session_date == datetime.date(2027, 1, 12)


@pytest.mark.parametrize("kind", ["phase", "program"])
def test_titles_are_saved_as_they_are_left(desk, program, kind):
    row = program if kind == "program" else Phase.objects.get(program=program, number=1)
    row.refresh_from_db()
    assert outcome(leave(desk, program, row, "title_ar", "عنوان", base=row.title_ar)) == "saved"
    row.refresh_from_db()
    assert row.title_ar == "عنوان"


def test_a_cell_that_cannot_be_is_refused_with_a_sentence(desk, program):
    first = task(program, 1, 1)
    response = leave(desk, program, first, "session_date", "غدا", base="2027/01/11")
    assert outcome(response) == "refused"
    assert "غدا" in said(response)


def test_a_cell_that_somebody_else_changed_shows_both(desk, program, publisher):
    first = task(program, 1, 1)
    by_another(program, first, "notes", "", "منهم", publisher)
    response = leave(desk, program, first, "notes", "مني", version=1)
    assert outcome(response) == "clash"
    assert all(text in said(response) for text in ("مني", "منهم", publisher.name))
    # Keeping one's own is saving over what was shown.
    assert outcome(leave(desk, program, first, "notes", "مني", version=1, base="منهم")) == "saved"
    first.refresh_from_db()
    assert first.notes == "مني"


def test_the_version_of_what_was_not_seen_is_not_given(desk, program, publisher):
    """Else the next cell of the row would be written over what another typed there."""
    first = task(program, 1, 1)
    by_another(program, first, "notes", "", "منهم", publisher)
    response = leave(desk, program, first, "responsible", "أنا", version=1)
    document = lxml.html.fromstring(response.content.decode())
    assert document.get_element_by_id(f"task-{first.pk}-version").value == "1"
    assert outcome(leave(desk, program, first, "notes", "مني", version=1)) == "clash"


def test_a_cell_that_needs_a_reason_says_so(desk, program):
    rule_of_seven(program)
    late = task(program, 2, 1)
    response = leave(desk, program, late, "session_date", "2027/01/15", base="2027/01/21")
    assert outcome(response) == "reason"
    assert "2027/01/19" in said(response)
    response = leave(desk, program, late, "session_date", "2027/01/15", base="2027/01/21", reason="عطلة")
    assert outcome(response) == "saved"


def test_a_cell_of_a_removed_row_is_refused(desk, program):
    first = task(program, 1, 1)
    Task.objects.filter(pk=first.pk).delete()
    assert outcome(leave(desk, program, first, "notes", "كلام")) == "refused"


@pytest.mark.parametrize(
    "wrong", [{"kind": "user"}, {"field": "imported"}, {"field": "place"}, {"pk": "x"}, {"pk": ""}]
)
def test_a_cell_that_no_row_has_is_not_found(desk, program, wrong):
    data = {"kind": "task", "pk": task(program, 1, 1).pk, "field": "notes", "value": "x"} | wrong
    assert desk.post(address(program, "program-cells"), data).status_code == 404


def test_a_cell_of_another_program_is_out_of_reach(desk, program, kenitra):
    foreign = factories.TaskFactory(phase__program__municipality=kenitra)
    assert outcome(leave(desk, program, foreign, "notes", "كلام")) == "refused"
    foreign.refresh_from_db()
    assert foreign.notes == ""


@pytest.mark.parametrize("role", ["moderator", "council_reader", "auditor"])
def test_who_may_not_edit_sends_no_cell(client, program, role):
    client.force_login(factories.MembershipFactory(municipality=program.municipality, role=role).user)
    assert leave(client, program, task(program, 1, 1), "notes", "x").status_code == 403
    assert client.get(address(program, "program-check")).status_code == 403
    assert client.post(address(program, "program-presence")).status_code == 403


# Before saving


def test_a_date_is_checked_before_it_is_saved(desk, program):
    rule_of_seven(program)
    late = task(program, 2, 1)
    query = f"?task={late.pk}&date=2027/01/15"
    response = desk.get(address(program, "program-check") + query)
    assert all(text in said(response) for text in ("سبعة أيام", "2027/01/19"))
    late.refresh_from_db()
    assert late.session_date == datetime.date(2027, 1, 21)


def test_what_else_would_slip_is_told(desk, program):
    rule_of_seven(program)
    early = task(program, 1, 2)
    response = desk.get(address(program, "program-check") + f"?task={early.pk}&date=2027/01/18")
    assert "1-2" in said(response)


@pytest.mark.parametrize("date", ["2027/01", "", "2027/01/21"])
def test_there_is_nothing_to_say_of_half_a_date(desk, program, date):
    late = task(program, 2, 1)
    response = desk.get(address(program, "program-check") + f"?task={late.pk}&date={date}")
    assert response.status_code == 200
    assert said(response).strip() == ""


def test_no_task_no_check(desk, program):
    assert desk.get(address(program, "program-check") + "?task=0&date=2027/01/01").status_code == 404


# Who else is here


def test_who_else_is_here_is_shown_for_a_minute(client, desk, program, editor, publisher):
    place = address(program, "program-presence")
    with time_machine.travel("2027-01-05 10:00", tick=False) as clock:
        desk.force_login(publisher)
        assert desk.post(place).status_code == 200
        desk.force_login(editor)
        assert publisher.name in desk.post(place).content.decode()
        assert publisher.name in desk.get(address(program)).content.decode()
        clock.shift(61)
        assert publisher.name not in desk.post(place).content.decode()
    assert Presence.objects.count() == 1


# What was typed is never lost


def test_saving_adds_the_rows_whose_titles_were_typed(desk, program):
    phase = task(program, 1, 1).phase
    typed = {f"new__task__{phase.pk}": "عمل مكتوب"}
    answer = send(desk, program, page(desk, program), act="save", **typed)
    assert answer.status_code == 302
    assert task(program, 1, 3).title_ar == "عمل مكتوب"


def test_a_bulk_shift_that_is_refused_keeps_its_days_and_its_reason(desk, program):
    first = task(program, 1, 1)
    typed = {"shift__days": "many", "shift__reason": "سبب", "chosen": [str(first.pk)]}
    answer = send(desk, program, page(desk, program), act="shift", **typed)
    values = fields(lxml.html.fromstring(answer.content.decode()))
    assert (values["shift-days"], values["shift-reason"]) == (["many"], ["سبب"])


@pytest.mark.parametrize("days", ["9" * 5000, "-" + "9" * 5000])
def test_a_number_of_days_without_end_is_refused(desk, program, days):
    first = task(program, 1, 1)
    typed = {"shift__days": days, "chosen": [str(first.pk)]}
    assert send(desk, program, page(desk, program), act="shift", **typed).status_code == 200


def test_a_closed_calendar_is_read_only(desk, program):
    Program.objects.update(status="closed")
    document = page(desk, program)
    assert not document.xpath("//textarea[@name]")


def test_whoever_may_not_publish_is_offered_no_publishing(desk, program, client):
    address = reverse("program-publish", kwargs={"slug": "nefta", "year": program.year})
    assert not page(desk, program).xpath(f"//a[contains(@href, '{address[3:]}')]")

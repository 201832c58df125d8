"""The sheet in a browser: keys, cells that save themselves, a server that goes away, two people at once."""

from __future__ import annotations

import datetime

import pytest
from django.test import Client
from playwright.sync_api import expect

from portal.audit.models import Entry
from programs.models import DelayRule, Task
from tests import factories
from tests.journeys.conftest import EACH_LANGUAGE_AND_WIDTH, Reader

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def program(transactional_db):
    nefta = factories.MunicipalityFactory(tunisian=True)
    program = factories.ProgramFactory(municipality=nefta, year=2027, title_ar="رزنامة 2027")
    for number in (1, 2):
        phase = factories.PhaseFactory(program=program, number=number, title_ar=f"المرحلة {number}")
        for place in (1, 2):
            factories.TaskFactory(
                phase=phase,
                number=place,
                title_ar=f"عمل {place} من {number}",
                session_date=datetime.date(2027, 1, 10 * number + place),
            )
    first, second = task(program, 1, 2), task(program, 2, 1)
    factories.ExpectedDocumentFactory(task=first, title_ar="محضر جلسة")
    factories.DelayRuleFactory(program=program, from_task=first, to_task=second, text_ar="سبعة أيام")
    return program


def task(program, phase, number) -> Task:
    return Task.objects.get(phase__program=program, phase__number=phase, number=number)


@pytest.fixture
def visit(browser, live_server, program):
    """Open the sheet as somebody new with a role."""
    contexts = []

    def visit(language="ar", *, role="publisher", scripts=True, width=1280, query="") -> Reader:
        user = factories.MembershipFactory(municipality=program.municipality, role=role).user
        client = Client()
        client.force_login(user)
        context = browser.new_context(
            viewport={"width": width, "height": 900}, locale=language, java_script_enabled=scripts
        )
        context.set_default_timeout(15_000)
        context.add_cookies(
            [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
        )
        contexts.append(context)
        reader = Reader(context.new_page(), live_server.url)
        reader.user = user
        assert reader.open(f"/{language}/m/nefta/staff/programs/2027/{query}") == 200
        return reader

    yield visit
    for context in contexts:
        context.close()


def cell(reader, row, field):
    return reader.page.locator(f"#task-{row.pk}-{field}")


def leave(locator, text) -> None:
    locator.fill(text)
    locator.blur()


def is_saved(reader) -> None:
    expect(reader.page.locator("#saving")).to_have_class("m-save m-save--ok")
    expect(reader.page.locator("#saving")).to_be_visible()


def focused(reader) -> str:
    return reader.page.evaluate("document.activeElement.id")


@pytest.mark.parametrize("language", ["ar", "fr"])
def test_a_cell_saves_itself(visit, program, language):
    reader, first = visit(language), task(program, 1, 1)
    leave(cell(reader, first, "session_date"), "12 1 2027")
    leave(cell(reader, first, "session_date"), "12/1/2027")
    expect(reader.page.locator(f"[data-of=task-{first.pk}-session_date].m-mark--saved")).to_be_visible()
    expect(cell(reader, first, "session_date")).to_have_value("2027/01/12")
    cell(reader, first, "done").select_option("yes")
    is_saved(reader)
    expect(reader.page.locator(f"#sum-{first.phase_id}")).to_contain_text("1/2")
    first.refresh_from_db()
    assert (first.session_date, first.done) == (datetime.date(2027, 1, 12), True)
    assert Entry.objects.filter(actor=reader.user).count() == 2
    assert reader.complaints == []


def test_a_phase_and_the_program_save_their_titles(visit, program):
    reader = visit()
    phase = task(program, 1, 1).phase
    leave(reader.page.locator(f"#phase-{phase.pk}-title_ar"), "التحضير")
    leave(reader.page.locator(f"#program-{program.pk}-title_ar"), "رزنامة جديدة")
    is_saved(reader)
    program.refresh_from_db()
    phase.refresh_from_db()
    assert (program.title_ar, phase.title_ar) == ("رزنامة جديدة", "التحضير")


def test_a_refused_cell_says_why_and_keeps_its_text(visit, program):
    reader, first = visit(), task(program, 1, 1)
    leave(cell(reader, first, "session_date"), "غدا")
    expect(reader.page.locator(f"#say-task-{first.pk}-session_date .m-note--err")).to_contain_text("غدا")
    expect(cell(reader, first, "session_date")).to_have_value("غدا")
    expect(cell(reader, first, "session_date")).to_have_attribute("aria-invalid", "true")
    assert reader.barriers() == []
    cell(reader, first, "session_date").press("Escape")
    expect(cell(reader, first, "session_date")).to_have_value("2027/01/11")
    expect(reader.page.locator(f"#say-task-{first.pk}-session_date .m-note--err")).to_have_count(0)
    is_saved(reader)


# Keys


@pytest.mark.parametrize(("language", "forward"), [("ar", "ArrowLeft"), ("fr", "ArrowRight")])
def test_arrows_go_where_they_point(visit, program, language, forward):
    reader = visit(language, query="?languages=ar")
    first, second = task(program, 1, 1), task(program, 1, 2)
    back = {"ArrowLeft": "ArrowRight", "ArrowRight": "ArrowLeft"}[forward]
    cell(reader, first, "title_ar").focus()
    keys = reader.page.keyboard
    keys.press(forward)
    assert focused(reader) == f"task-{first.pk}-documents_ar"
    keys.press(forward)
    keys.press("ArrowDown")
    assert focused(reader) == f"task-{second.pk}-session_date"
    keys.press("ArrowDown")
    assert focused(reader) == f"task-{task(program, 2, 1).pk}-session_date"
    keys.press("ArrowUp")
    keys.press(back)
    assert focused(reader) == f"task-{second.pk}-documents_ar"


def test_enter_edits_then_goes_down_and_escape_restores(visit, program):
    reader = visit()
    first, second = task(program, 1, 1), task(program, 1, 2)
    notes, keys = cell(reader, first, "notes"), reader.page.keyboard
    notes.focus()
    keys.press("Enter")
    keys.type("سطر")
    keys.press("Alt+Enter")
    keys.type("آخر")
    # The caret stands inside the text: an arrow moves it, and nothing else.
    keys.press("ArrowRight")
    assert focused(reader) == f"task-{first.pk}-notes"
    keys.press("Enter")
    assert focused(reader) == f"task-{second.pk}-notes"
    is_saved(reader)
    first.refresh_from_db()
    assert first.notes == "سطر\nآخر"
    keys.type("يمحى")
    keys.press("Escape")
    expect(cell(reader, second, "notes")).to_have_value("")


def test_control_s_saves_and_a_question_mark_shows_the_keys(visit, program):
    reader, first = visit(), task(program, 1, 1)
    cell(reader, first, "notes").fill("بلا خروج")
    reader.page.keyboard.press("Control+s")
    is_saved(reader)
    first.refresh_from_db()
    assert first.notes == "بلا خروج"
    cell(reader, first, "title_ar").focus()
    reader.page.keyboard.press("?")
    expect(reader.page.locator("#keys")).to_be_visible()
    assert reader.barriers() == []


# A server that goes away, a session that ends


def test_what_is_typed_while_the_server_is_away_is_saved_when_it_returns(visit, program):
    reader, first = visit(), task(program, 1, 1)
    page = reader.page
    page.route("**/cells/", lambda route: route.abort())
    leave(cell(reader, first, "notes"), "كتب والخادم غائب")
    expect(page.locator(f"[data-of=task-{first.pk}-notes].m-mark--unsaved")).to_be_visible()
    leave(cell(reader, first, "responsible"), "الكاتب")
    expect(page.locator("#saving")).to_have_class("m-save")
    first.refresh_from_db()
    assert first.notes == ""
    page.evaluate("window.same = true")
    page.unroute("**/cells/")
    is_saved(reader)
    expect(cell(reader, first, "notes")).to_have_value("كتب والخادم غائب")
    first.refresh_from_db()
    assert (first.notes, first.responsible) == ("كتب والخادم غائب", "الكاتب")
    assert page.evaluate("window.same")


def test_a_server_in_trouble_is_asked_again(visit, program):
    reader, first = visit(), task(program, 1, 1)
    answers = iter([503])
    reader.page.route(
        "**/cells/",
        lambda route: route.fulfill(status=status) if (status := next(answers, 0)) else route.continue_(),
    )
    leave(cell(reader, first, "notes"), "مرة ثانية")
    is_saved(reader)
    first.refresh_from_db()
    assert first.notes == "مرة ثانية"


def test_a_session_that_ended_keeps_the_text_until_one_is_back(visit, program, live_server):
    reader, first = visit(), task(program, 1, 1)
    context = reader.page.context
    held = [cookie for cookie in context.cookies() if cookie["name"] == "sessionid"]
    context.clear_cookies(name="sessionid")
    leave(cell(reader, first, "notes"), "قبل الخروج")
    link = reader.page.locator("#saving a[target=_blank]")
    expect(link).to_be_visible()
    assert "/sign-in/" in link.get_attribute("href")
    expect(cell(reader, first, "notes")).to_have_value("قبل الخروج")
    # Signed in again elsewhere: the token of this page is an old one.
    context.add_cookies(held)
    context.clear_cookies(name="csrftoken")
    is_saved(reader)
    first.refresh_from_db()
    assert first.notes == "قبل الخروج"


# Two people, rules, undo


@pytest.mark.parametrize("choice", ["mine", "take"])
def test_two_people_on_one_cell_see_both_values(visit, program, choice):
    one, other, first = visit(), visit("fr"), task(program, 1, 1)
    leave(cell(one, first, "title_ar"), "عنوان الأولى")
    is_saved(one)
    leave(cell(other, first, "title_ar"), "عنوان الثانية")
    note = other.page.locator(f"#say-task-{first.pk}-title_ar")
    for text in ("عنوان الأولى", "عنوان الثانية", one.user.name):
        expect(note).to_contain_text(text)
    assert other.barriers() == []
    first.refresh_from_db()
    assert first.title_ar == "عنوان الأولى"
    note.locator(f"[data-{choice}]").click()
    is_saved(other)
    kept = "عنوان الثانية" if choice == "mine" else "عنوان الأولى"
    expect(cell(other, first, "title_ar")).to_have_value(kept)
    first.refresh_from_db()
    assert first.title_ar == kept


def test_they_see_each_other(visit, program):
    one = visit()
    expect(one.page.locator("#others")).to_be_empty()
    with one.page.expect_response("**/presence/"):
        one.page.reload()
    other = visit("fr")
    expect(other.page.locator("#others")).to_contain_text(one.user.name)


def test_a_broken_delay_is_told_before_saving_and_saved_with_a_reason(visit, program):
    reader, late = visit(), task(program, 2, 1)
    date = cell(reader, late, "session_date")
    date.click()
    date.fill("")
    date.press_sequentially("2027/01/15")
    note = reader.page.locator(f"#say-task-{late.pk}-session_date")
    expect(note).to_contain_text("سبعة أيام")
    expect(note).to_contain_text("2027/01/19")
    late.refresh_from_db()
    assert late.session_date == datetime.date(2027, 1, 21)
    date.blur()
    reader.page.locator(f"#reason-{late.pk}").fill("القاعة مشغولة")
    assert reader.barriers() == []
    note.locator("[data-reason]").click()
    is_saved(reader)
    expect(note).to_be_empty()
    late.refresh_from_db()
    assert late.session_date == datetime.date(2027, 1, 15)
    assert DelayRule.objects.get().reason == "القاعة مشغولة"


def test_the_nearest_date_is_one_press_away(visit, program):
    reader, late = visit("fr"), task(program, 2, 1)
    leave(cell(reader, late, "session_date"), "2027/01/15")
    reader.page.locator(f"#say-task-{late.pk}-session_date [data-date]").click()
    is_saved(reader)
    late.refresh_from_db()
    assert late.session_date == datetime.date(2027, 1, 19)


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_undo_takes_back_the_last_cell(visit, program, scripts):
    reader, first = visit(scripts=scripts), task(program, 1, 1)
    cell(reader, first, "notes").fill("خطأ")
    if scripts:
        cell(reader, first, "notes").blur()
        is_saved(reader)
    else:
        reader.page.click("button.btn-primary[value=save]")
    expect(reader.page.locator("#undo-what")).to_contain_text("خطأ")
    reader.page.click("[value=undo]")
    expect(cell(reader, first, "notes")).to_have_value("")
    first.refresh_from_db()
    assert first.notes == ""
    assert reader.complaints == []


def test_a_number_moves_its_row(visit, program):
    reader, second = visit(), task(program, 1, 2)
    reader.page.locator(f"#task-{second.pk}-place").fill("1")
    with reader.page.expect_navigation():
        reader.page.locator(f"#task-{second.pk}-place").blur()
    second.refresh_from_db()
    assert second.number == 1


# Without scripts


@pytest.mark.parametrize("language", ["ar", "fr"])
def test_without_scripts_the_form_does_it_all(visit, program, language):
    reader = visit(language, scripts=False)
    page, late, first = reader.page, task(program, 2, 1), task(program, 1, 1)
    cell(reader, first, "title_ar").fill("عنوان")
    cell(reader, late, "session_date").fill("2027/01/15")
    page.click("button.btn-primary[value=save]")
    expect(page.locator("#obstacles")).to_be_visible()
    expect(cell(reader, first, "title_ar")).to_have_value("عنوان")
    page.locator(f"#reason-{late.pk}").fill("القاعة مشغولة")
    page.locator("[data-reason]").click()
    expect(page.locator(".m-note--ok")).to_be_visible()
    page.locator(f"#new-task-{first.phase_id}").fill("عمل ثالث")
    page.click(f"[value='add-task:{first.phase_id}']")
    page.wait_for_url("**#task-1-3")
    page.locator(f"[name=chosen][value='{first.pk}']").check()
    page.click("[value='mark::yes']")
    expect(cell(reader, first, "done")).to_have_value("yes")
    first.refresh_from_db()
    late.refresh_from_db()
    assert (first.title_ar, first.done) == ("عنوان", True)
    assert late.session_date == datetime.date(2027, 1, 15)


def test_without_scripts_a_clash_is_a_choice(visit, program):
    one, other, first = visit(scripts=False), visit(scripts=False), task(program, 1, 1)
    cell(one, first, "notes").fill("الأولى")
    one.page.click("button.btn-primary[value=save]")
    cell(other, first, "notes").fill("الثانية")
    other.page.click("button.btn-primary[value=save]")
    expect(other.page.locator(f"#say-task-{first.pk}-notes")).to_contain_text("الأولى")
    other.page.locator(f"[name=choice-task-{first.pk}-notes][value^=mine]").check()
    other.page.click("button.btn-primary[value=save]")
    expect(other.page.locator(".m-note--ok")).to_be_visible()
    first.refresh_from_db()
    assert first.notes == "الثانية"


# No barrier in any state


def faults(reader: Reader, state: str) -> list[str]:
    found = [f"{state}: {barrier}" for barrier in reader.barriers()]
    if reader.overflow() > 0:
        found.append(f"{state}: {reader.overflow()} px wider than the screen")
    return found


@EACH_LANGUAGE_AND_WIDTH
def test_no_state_has_a_barrier(visit, program, language, width):
    found = faults(visit(language, role="auditor", width=width), "read-only")
    reader, first, late = (
        visit(language, width=width, query="?languages=both"),
        task(program, 1, 1),
        task(program, 2, 1),
    )
    page = reader.page
    found += faults(reader, "the sheet")
    leave(cell(reader, late, "session_date"), "2027/01/15")
    expect(page.locator(f"#reason-{late.pk}")).to_be_visible()
    leave(cell(reader, first, "session_date"), "31/2/2027")
    expect(page.locator(f"#say-task-{first.pk}-session_date .m-note--err")).to_be_visible()
    Task.objects.filter(pk=first.pk).update(notes="منهم", version=9)
    leave(cell(reader, first, "notes"), "مني")
    expect(page.locator(f"#say-task-{first.pk}-notes .m-clash")).to_be_visible()
    found += faults(reader, "a refusal, a clash and a reason")
    page.locator("#task-1-1 .m-more summary").click()
    found += faults(reader, "an open menu")
    with page.expect_navigation():
        page.click("button.btn-primary[value=save]")
    expect(page.locator("#obstacles")).to_be_visible()
    found += faults(reader, "the same after sending the form")
    for query in (
        f"?move={first.pk}",
        f"?remove={first.pk}",
        f"?remove-phase={first.phase_id}",
        "?show=late",
    ):
        reader.open(f"/{language}/m/nefta/staff/programs/2027/{query}")
        found += faults(reader, query)
    program.phases.all().delete()
    reader.open(f"/{language}/m/nefta/staff/programs/2027/")
    found += faults(reader, "an empty program")
    assert found == []
    assert reader.complaints == []

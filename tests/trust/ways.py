"""Twelve journeys, each in the words that somebody without a mouse and somebody without scripts share.

A journey raises where it does not arrive.
"""

from __future__ import annotations

from collections.abc import Callable

from consultations.models import Contribution
from portal.accounts.models import User
from portal.management.commands.seed_demo import demo_password
from portal.municipalities.models import Municipality
from portal.papers.models import Printing
from portal.papers.working import work
from portal.publications.codes import code_of
from portal.publications.models import Publication
from programs.models import ExpectedDocument, Program, SupportingDocument, Task
from tests import people
from tests.trust.persons import ByKeyboard, Person

PDF = b"%PDF-1.4\n%%EOF\n"
WORDS = "نقترح أن يُنشر مع كل محضر ملخص في نصف صفحة."
TOWN = "exemple"
EDITOR, MANAGER = "editor@exemple.example", "manager@exemple.example"


def find_a_program(who: Person, language: str) -> None:
    who.open(f"/{language}/")
    who.fill("#q", "نفطه" if language == "ar" else "nefta")
    who.press(".m-search button")
    who.press("main a[href$='/m/nefta/']")
    who.press(".m-cols__main a[href*='/programs/2022/']")
    assert who.page.locator(".m-task").count() == 19


def contribute(who: Person, language: str) -> None:
    """First without the age: refused, nothing is lost, and the focus is at what is wrong."""
    before = Contribution.objects.count()
    who.open(f"/{language}/m/{TOWN}/consultations/")
    who.press("main a[href$='/consultations/2/']")
    who.press("main a[href$='/contribute/']")
    who.choose("[name=profile]", "citizen")
    who.fill("main [name=text]", WORDS)
    who.press("main form [type=submit].btn-primary")
    assert who.page.locator(".m-errors a").count() == 1
    assert who.sees_errors(), "the focus is not at what is wrong"
    assert who.page.input_value("main [name=text]") == WORDS
    who.choose("[name=age]", "unsaid")
    who.press("main form [type=submit].btn-primary")
    assert who.told(".m-code")
    assert Contribution.objects.count() == before + 1


def read_by_receipt(who: Person, language: str) -> None:
    contribute(who, language)
    code = who.told(".m-code")
    who.open(f"/{language}/follow/")
    who.fill("main [name=code]", code.lower())
    who.press("main form [type=submit]")
    assert WORDS in who.told()


def verify(who: Person, language: str) -> None:
    entry = Publication.objects.of(Municipality.objects.get(slug=TOWN)).latest("number")
    who.open(f"/{language}/verify/")
    who.fill("#code", "1-AAAA-AAAA")
    who.press("main form [type=submit]")
    assert who.page.locator(".m-result--ok").count() == 0
    who.open(f"/{language}/verify/")
    who.fill("#code", code_of(entry).lower())
    who.press("main form [type=submit]")
    assert who.page.locator(".m-result--ok").count() == 1


def sign_in(who: Person, language: str) -> None:
    """With a wrong password, then the right one, then a code of the device."""
    user = User.objects.get(email=EDITOR)
    seed = people.give_device(user)
    who.page.context.clear_cookies()
    who.open(f"/{language}/m/{TOWN}/staff/")
    for password in ("wrong", demo_password()):
        who.fill("#id_username", EDITOR)
        who.fill("#id_password", password)
        who.press("main form [type=submit]")
        assert password != "wrong" or who.sees_errors(), "the focus is not at what is wrong"
    who.fill("main form .form-control", people.code_at(seed))
    who.press("main form [type=submit]")
    assert who.page.url.endswith(f"/{language}/m/{TOWN}/staff/")


def _task(number: int) -> Task:
    """A task of the program that is being prepared."""
    tasks = Task.objects.filter(phase__program__municipality__slug=TOWN, phase__program__year=2028)
    return tasks.order_by("phase__number", "number")[number]


def _open_sheet(who: Person, language: str) -> str:
    who.sign_in_as(MANAGER)
    sheet = f"/{language}/m/{TOWN}/staff/programs/2028/"
    assert who.open(sheet) == 200
    return sheet


def _save(who: Person) -> None:
    """By the keys for it; without scripts by the button."""
    if isinstance(who, ByKeyboard):
        who.page.keyboard.press("Control+s")
        who.page.wait_for_selector("#saving.m-save--ok")
    else:
        who.press("button.btn-primary[value=save]")
        who.page.wait_for_selector(".m-note--ok")


def edit_the_calendar(who: Person, language: str) -> None:
    _open_sheet(who, language)
    task = _task(0)
    who.fill(f"#task-{task.pk}-notes", "كتب بلا فأرة")
    _save(who)
    task.refresh_from_db()
    assert task.notes == "كتب بلا فأرة"


def put_in_order(who: Person, language: str) -> None:
    _open_sheet(who, language)
    first, second = _task(0), _task(1)
    menu = f"tr:has(#task-{second.pk}-place) .m-more"
    who.unfold(f"{menu} summary")
    who.press(f"{menu} [value='up:{second.pk}']")
    assert [_task(0).pk, _task(1).pk] == [second.pk, first.pk]


def hand_in(who: Person, language: str) -> None:
    who.sign_in_as(EDITOR)
    waiting = ExpectedDocument.objects.filter(
        task__phase__program__municipality__slug=TOWN, task__phase__program__year=2028, files=None
    )
    document = waiting.select_related("task").last()
    who.open(f"/{language}/m/{TOWN}/staff/programs/2028/tasks/{document.task_id}/")
    here = f"#document-{document.pk}"
    name = "محضر الجلسة.pdf"
    file = {"name": name, "mimeType": "application/pdf", "buffer": PDF}
    who.hand_in(f"{here} input[type=file][multiple]", [file])
    if isinstance(who, ByKeyboard):
        who.reach(f"{here} form.m-form button")
        who.page.keyboard.press("Enter")
    else:
        who.press(f"{here} form.m-form button")
    who.page.wait_for_selector(f"{here} .m-evidence > li")
    assert SupportingDocument.objects.filter(expected_document=document).get().name == name


def settle_a_clash(who: Person, language: str) -> None:
    """Somebody else wrote into the cell meanwhile: both texts are shown, and one's own is kept."""
    _open_sheet(who, language)
    task = _task(2)
    Task.objects.filter(pk=task.pk).update(notes="منهم", version=task.version + 1)
    who.fill(f"#task-{task.pk}-notes", "مني")
    clash = f"#say-task-{task.pk}-notes"
    if isinstance(who, ByKeyboard):
        who.page.keyboard.press("Control+s")
        who.page.wait_for_selector(f"{clash} .m-clash")
        assert "منهم" in who.told(clash)
        who.reach(f"{clash} [data-mine]")
        who.page.keyboard.press("Enter")
        who.page.wait_for_selector("#saving.m-save--ok")
    else:
        who.press("button.btn-primary[value=save]")
        assert "منهم" in who.told(clash)
        who.tick(f"[name=choice-task-{task.pk}-notes][value^=mine]")
        _save(who)
    task.refresh_from_db()
    assert task.notes == "مني"


def moderate(who: Person, language: str) -> None:
    who.sign_in_as("moderator@exemple.example")
    waiting = Contribution.objects.filter(consultation__municipality__slug=TOWN, status="pending")
    found = waiting.order_by("pk").last()
    assert who.open(f"/{language}/m/{TOWN}/staff/contributions/{found.pk}/") == 200
    if who.page.locator("#publish [name=confirmed_marks]").count():
        who.tick("#publish [name=confirmed_marks]")
    who.press("#publish button.btn-primary")
    found.refresh_from_db()
    assert found.status == Contribution.Status.PUBLISHED


def publish(who: Person, language: str) -> None:
    program = Program.objects.get(municipality__slug=TOWN, year=2028)
    who.sign_in_as("publisher@exemple.example")
    who.open(f"/{language}/m/{TOWN}/staff/programs/2028/publish/")
    who.press("form:has([name=step][value=publish]) button")
    program.refresh_from_db()
    assert program.is_public


def print_a_paper(who: Person, language: str) -> None:
    """One that takes long: asked for, waited for, and found behind its link."""
    who.sign_in_as(EDITOR)
    who.open(f"/{language}/m/{TOWN}/staff/programs/2026/dossier.pdf")
    who.press("main form .btn-primary")
    assert who.page.locator("main [role=status]").count()
    work("journey", once=True)
    assert Printing.objects.latest("pk").is_finished
    # Where scripts run the page opens the file by itself, which would take the browser away from it.
    who.page.route("**/file/", lambda route: route.fulfill(status=204))
    who.page.reload()
    link = who.one("main .m-result a.btn-primary")
    if isinstance(who, ByKeyboard):
        who.reach("main .m-result a.btn-primary")
    answer = who.page.request.get(who.reader.address + str(link.get_attribute("href")))
    assert answer.body().startswith(b"%PDF-")


WAYS: dict[str, Callable[[Person, str], None]] = {
    "find a program": find_a_program,
    "contribute": contribute,
    "read by receipt": read_by_receipt,
    "verify": verify,
    "sign in": sign_in,
    "edit the calendar": edit_the_calendar,
    "put in order": put_in_order,
    "hand in": hand_in,
    "settle a clash": settle_a_clash,
    "moderate": moderate,
    "publish": publish,
    "print": print_a_paper,
}

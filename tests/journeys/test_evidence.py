"""Evidence comes in, is replaced and goes public, in a browser, with and without scripts."""

from __future__ import annotations

import base64
import io

import pytest
from django.template.loader import render_to_string
from PIL import Image
from playwright.sync_api import Locator, expect

from programs.models import ExpectedDocument, SupportingDocument, Task
from tests.journeys.conftest import EACH_LANGUAGE_AND_WIDTH, Reader, sign_in
from tests.portal.test_videos import track, video

pytestmark = pytest.mark.django_db(transaction=True)

PDF = b"%PDF-1.4\n%%EOF\n"
EDITOR = "editor@exemple.example"


def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (60, 40), "teal").save(out, "JPEG")
    return out.getvalue()


def file(name: str, content: bytes = PDF) -> dict:
    return {"name": name, "mimeType": "application/octet-stream", "buffer": content}


@pytest.fixture
def document(demo) -> ExpectedDocument:
    """Of the fictional municipality's running program, of a task that nobody has begun."""
    waiting = ExpectedDocument.objects.filter(
        task__phase__program__municipality__slug="exemple", task__phase__program__year=2028, files=None
    )
    return waiting.filter(task__phase__number=5).select_related("task__phase__program").first()


@pytest.fixture(params=[True, False], ids=["scripts", "no scripts"])
def clerk(request, browser, live_server):
    context = browser.new_context(
        viewport={"width": 1280, "height": 900}, locale="ar", java_script_enabled=request.param
    )
    context.set_default_timeout(20_000)
    yield Reader(context.new_page(), live_server.url)
    context.close()


def address(task: Task, language: str) -> str:
    return f"/{language}/m/exemple/staff/programs/{task.phase.program.year}/tasks/{task.pk}/"


def section(reader: Reader, document: ExpectedDocument) -> Locator:
    return reader.page.locator(f"#document-{document.pk}")


def hand_in(reader: Reader, document: ExpectedDocument, *files: dict) -> None:
    here = section(reader, document)
    here.locator("input[type=file][multiple]").set_input_files(list(files))
    here.locator("form.m-form button").click()


def stored(document: ExpectedDocument) -> list[tuple[str, bool]]:
    current = SupportingDocument.objects.filter(expected_document=document, replaced_by=None)
    return list(current.order_by("pk").values_list("name", "is_public"))


@pytest.mark.parametrize("language", ["ar", "fr"])
def test_evidence_is_handed_in_replaced_and_switched(document, clerk, language):
    page, names = clerk.page, ["محضر الجلسة.pdf", "صورة 1.jpg"]
    sign_in(clerk, EDITOR)
    clerk.open(address(document.task, language))
    here = section(clerk, document)

    # A type that is not accepted: told by its name beside the field, and nothing is stored.
    hand_in(clerk, document, file(names[0]), file("برنامج.exe", b"MZ\0\0"))
    expect(here.locator(".invalid-feedback")).to_contain_text("برنامج.exe")
    expect(here.locator(".invalid-feedback")).to_have_count(1)
    assert stored(document) == []

    hand_in(clerk, document, file(names[0]), file(names[1], picture()))
    expect(here.locator(".m-evidence > li")).to_have_count(2)
    expect(here.locator(".invalid-feedback")).to_have_count(0)
    assert [name for name, _public in stored(document)] == names

    # The first one is replaced; what it was stays in its history.
    first = here.locator(".m-evidence > li").first
    first.locator("summary").first.click()
    first.locator("input[type=file]").set_input_files(file("المحضر الموقّع.pdf", PDF + b"% signed"))
    first.locator("details form button").click()
    expect(here.locator("ol a")).to_have_count(1)
    expect(here.locator("ol")).to_contain_text(names[0])
    assert {name for name, _public in stored(document)} == {"المحضر الموقّع.pdf", names[1]}

    # Internal and public again.
    shown = SupportingDocument.objects.get(name=names[1])
    was = shown.is_public
    page.click(f"#file-{shown.pk} form:not([data-send]) button")
    expect(page.locator(".m-note--ok")).to_contain_text(names[1])
    shown.refresh_from_db()
    assert shown.is_public is not was

    with page.expect_download() as download:
        page.click(".m-evidence a[href*='/staff/files/'] >> text=المحضر")
    assert download.value.suggested_filename == "المحضر الموقّع.pdf"
    assert clerk.complaints == []


@pytest.fixture
def editor(document, reader) -> Reader:
    sign_in(reader, EDITOR)
    reader.open(address(document.task, "ar"))
    return reader


def test_it_is_shown_how_far_the_files_are(document, editor):
    held = []
    editor.page.route(f"**/documents/{document.pk}/files/", lambda route: held.append(route))
    hand_in(editor, document, file("كبير.pdf", PDF + b"%" * 3_000_000))
    sending = section(editor, document).locator("form.m-form [data-sending]")
    expect(sending).to_be_visible()
    expect(sending.locator("progress")).to_be_visible()
    expect(section(editor, document)).to_have_attribute("aria-busy", "true")
    expect(section(editor, document).locator("form.m-form button")).to_be_disabled()
    held[0].continue_()
    expect(section(editor, document).locator(".m-evidence > li")).to_have_count(1)
    expect(section(editor, document).locator("[data-said]")).not_to_be_empty()
    assert [name for name, _public in stored(document)] == ["كبير.pdf"]
    assert editor.complaints == []


def test_a_connection_that_breaks_off_is_said_and_the_files_stay_chosen(document, editor):
    editor.page.route(f"**/documents/{document.pk}/files/", lambda route: route.abort())
    hand_in(editor, document, file("a.pdf"))
    here = section(editor, document)
    expect(here.locator("form.m-form [data-sending]")).to_contain_text(
        here.locator("form.m-form [data-sending]").get_attribute("data-lost")
    )
    expect(here.locator("form.m-form button")).to_be_enabled()
    editor.page.unroute(f"**/documents/{document.pk}/files/")
    here.locator("form.m-form button").click()
    expect(here.locator(".m-evidence > li")).to_have_count(1)


def drop(reader: Reader, zone: Locator, *files: dict) -> None:
    """As a person lets files go over the zone."""
    sent = [{"name": one["name"], "content": base64.b64encode(one["buffer"]).decode()} for one in files]
    transfer = reader.page.evaluate_handle(
        """files => {
            const transfer = new DataTransfer();
            for (const file of files) {
                const bytes = Uint8Array.from(atob(file.content), (letter) => letter.charCodeAt(0));
                transfer.items.add(new File([bytes], file.name));
            }
            return transfer;
        }""",
        sent,
    )
    zone.dispatch_event("dragover", {"dataTransfer": transfer})
    assert "is-over" in zone.get_attribute("class")
    zone.dispatch_event("drop", {"dataTransfer": transfer})


def test_files_are_dropped(document, editor):
    here = section(editor, document)
    drop(editor, here.locator("label.m-drop"), file("a.pdf"), file("b.jpg", picture()))
    here.locator("form.m-form button").click()
    expect(here.locator(".m-evidence > li")).to_have_count(2)
    assert [name for name, _public in stored(document)] == ["a.pdf", "b.jpg"]
    assert editor.complaints == []


def test_files_are_dropped_on_a_document_of_the_calendar(document, editor):
    """The part that the calendar shows of each document, here within a page without its other parts."""
    program = document.task.phase.program
    document.listed_files = []
    context = {"document": document, "municipality": program.municipality, "program": program}
    part = render_to_string("programs/desk/files.html", {**context, "may_edit": True})
    editor.page.evaluate(
        "part => document.querySelector('main').insertAdjacentHTML('afterbegin', part)", part
    )
    here = editor.page.locator(f"#files-{document.pk}")
    drop(editor, here.locator("a.m-drop"), file("أ.exe", b"MZ"))
    expect(here.locator(".invalid-feedback")).to_contain_text("أ.exe")
    assert stored(document) == []
    drop(editor, here.locator("a.m-drop"), file("a.pdf"), file("b.jpg", picture()))
    expect(here.locator(".m-file a")).to_have_count(2)
    expect(here.locator(".invalid-feedback")).to_have_count(0)
    expect(here.locator("a.m-drop")).to_be_focused()
    assert [name for name, _public in stored(document)] == ["a.pdf", "b.jpg"]
    with editor.page.expect_file_chooser() as chosen:
        here.locator("a.m-drop").press("Enter")
    chosen.value.set_files(file("c.pdf", PDF + b"%c"))
    expect(here.locator(".m-file a")).to_have_count(3)
    assert [line for line in editor.complaints if "422" not in line] == []


@EACH_LANGUAGE_AND_WIDTH
def test_no_state_of_the_page_has_a_barrier(document, reader, language, width):
    page, found = reader.page, []
    page.set_viewport_size({"width": width, "height": 900})
    sign_in(reader, EDITOR)

    def look(state: str) -> None:
        found.extend(f"{state}: {barrier}" for barrier in reader.barriers())
        if reader.overflow() > 0:
            found.append(f"{state}: {reader.overflow()} px wider than the screen")
        if page.locator("h1").count() != 1:
            found.append(f"{state}: not exactly one h1")

    here = section(reader, document)
    reader.open(address(document.task, language))
    look("no file yet")
    hand_in(reader, document, file("أ" * 60 + ".exe", b"MZ"))
    expect(here.locator(".invalid-feedback")).to_have_count(1)
    look("a refused file")
    moving = video(tracks=[track(), track(b"meta")])
    hand_in(reader, document, file("أ" * 90 + ".pdf"), file("a_very_long_name_" * 8 + ".mp4", moving))
    expect(here.locator(".m-evidence > li")).to_have_count(2)
    here.locator("summary").first.click()
    here.locator("details input[type=file]").first.set_input_files(file("b.pdf", PDF + b"%"))
    here.locator("details form button").first.click()
    expect(here.locator("ol a")).to_have_count(1)
    for summary in here.locator("summary").all():
        summary.click()
    look("files, one replaced, everything open")
    Task.objects.filter(pk=document.task.pk).update(done=True)
    document.task.expected_documents.create(title_ar="صور", title_fr="Photos", position=9)
    reader.open(address(document.task, language))
    look("done without all of its evidence")
    assert found == []
    assert reader.complaints == []

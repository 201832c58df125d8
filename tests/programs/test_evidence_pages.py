"""A task's page and what is handed in there: all or nothing, told file by file, in the right hands."""

import io

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from PIL import Image

from portal.audit.models import Entry
from portal.files.uploads import check_upload
from portal.meetings.services import publish_meeting
from programs.models import ExpectedDocument, SupportingDocument
from programs.services.evidence import attach_evidence, replace_evidence
from tests import factories
from tests.portal.meetings.factories import MeetingFactory
from tests.portal.meetings.test_posting import photo
from tests.portal.test_videos import track, video

PDF = b"%PDF-1.4\n%%EOF\n"


@pytest.fixture
def document(nefta):
    phase = factories.PhaseFactory(program__municipality=nefta, number=2)
    task = factories.TaskFactory(phase=phase, number=6, title_fr="Publication")
    return factories.ExpectedDocumentFactory(task=task, title_fr="Extrait du site web")


@pytest.fixture
def desk(editor):
    client = Client()
    client.force_login(editor)
    return client


def pdf(name="محضر.pdf", more=b""):
    return SimpleUploadedFile(name, PDF + more)


def page_of(document, language="en"):
    task = document.task
    return f"/{language}/m/nefta/staff/programs/{task.phase.program.year}/tasks/{task.pk}/"


def act(kind, pk, language="en"):
    return f"/{language}/m/nefta/staff/{kind}/{pk}/"


def add(client, document, *files, fragment=False, **values):
    headers = {"HX-Request": "true"} if fragment else {}
    address = act("documents", document.pk) + "files/"
    return client.post(address, {"uploads": list(files), **values}, headers=headers)


def attach(document, name="old.pdf", content=PDF, *, is_public=True, actor=None):
    upload = check_upload(SimpleUploadedFile(name, content))
    return attach_evidence(document=document, upload=upload, is_public=is_public, actor=actor)


# --- the page ----------------------------------------------------------------------------------------


def test_the_page_shows_the_documents_with_their_files(desk, document, editor):
    file = attach(document, "محضر جلسة.pdf", actor=editor)
    factories.ExpectedDocumentFactory(task=document.task, title_ar="صور", title_fr="", position=2)
    page = desk.get(page_of(document)).content.decode()
    assert page.count("<h1") == 1
    assert '<bdi dir="ltr">2.6</bdi>' in page
    assert "محضر جلسة.pdf" in page
    assert f"/en/m/nefta/staff/files/{file.pk}/" in page
    for shown in ("PDF", "15 B", str(editor), file.sha256[:12], "1 of 2 expected documents are there."):
        assert shown in page


def test_done_without_its_evidence_is_said(desk, document):
    document.task.done = True
    document.task.save()
    assert "without all of its evidence" in desk.get(page_of(document)).content.decode()
    attach(document)
    assert "without all of its evidence" not in desk.get(page_of(document)).content.decode()


def test_the_choice_stands_where_the_title_puts_it(desk, document):
    sheet = factories.ExpectedDocumentFactory(task=document.task, title_ar="بطاقة الحضور", title_fr="")
    forms = {section.document: section.form for section in desk.get(page_of(document)).context["sections"]}
    assert forms[document].initial["visibility"] == "public"
    assert forms[sheet].initial["visibility"] == "internal"


def test_a_task_of_another_year_or_place_does_not_exist(desk, document, kenitra):
    assert desk.get(page_of(document).replace("/2022/", "/2023/")).status_code == 404
    foreign = factories.ExpectedDocumentFactory(task__phase__program__municipality=kenitra)
    assert desk.get(page_of(foreign)).status_code == 404


def test_the_page_costs_the_same_for_any_number_of_files(desk, document):
    def cost():
        with CaptureQueriesContext(connection) as queries:
            assert desk.get(page_of(document)).status_code == 200
        return len(queries)

    attach(document)
    before = cost()
    for number in range(12):
        other = factories.ExpectedDocumentFactory(task=document.task, position=number)
        for copy in range(3):
            attach(other, f"{number}-{copy}.pdf", PDF + f"{number}{copy}".encode())
    assert cost() == before


def test_a_reader_sees_the_files_and_no_form(document):
    file = attach(document, is_public=False)
    client = Client()
    client.force_login(
        factories.MembershipFactory(
            municipality=document.task.phase.program.municipality, role="council_reader"
        ).user
    )
    page = client.get(page_of(document)).content.decode()
    assert f"/staff/files/{file.pk}/" in page
    assert 'type="file"' not in page
    assert "evidence.js" not in page


# --- handing in --------------------------------------------------------------------------------------


def test_several_files_are_stored_and_said(desk, document, editor):
    response = add(desk, document, pdf("a.pdf"), pdf("ب.pdf", b"%b"), visibility="internal")
    assert response.status_code == 302
    assert response["Location"] == f"{page_of(document)}#document-{document.pk}"
    files = SupportingDocument.objects.order_by("pk")
    assert [(file.name, file.is_public, file.uploaded_by) for file in files] == [
        ("a.pdf", False, editor),
        ("ب.pdf", False, editor),
    ]
    assert "2 files were stored." in desk.get(page_of(document)).content.decode()
    assert Entry.objects.count() == 2


@pytest.mark.parametrize(
    ("title", "given", "is_public"),
    [
        ("محضر", {}, True),
        ("بطاقة الحضور", {}, False),
        ("محضر", {"visibility": "internal"}, False),
        ("بطاقة الحضور", {"visibility": "public"}, True),
    ],
)
def test_who_sees_them_is_chosen_or_follows_from_the_title(desk, document, title, given, is_public):
    document.title_ar, document.title_fr = title, ""
    document.save()
    add(desk, document, pdf(), **given)
    assert SupportingDocument.objects.get().is_public is is_public


def test_one_bad_file_and_none_is_stored(desk, document):
    response = add(
        desk, document, pdf("good.pdf"), SimpleUploadedFile("سيّئ.txt", b"x"), visibility="internal"
    )
    page = response.content.decode()
    assert response.status_code == 200
    assert not SupportingDocument.objects.exists()
    assert "\u2068سيّئ.txt\u2069 – This type of file is not accepted." in page
    assert "good.pdf" not in page
    assert "Nothing was stored" in page
    form = response.context["refused"]
    assert form.errors.keys() == {"uploads"}
    assert f'href="#document-{document.pk}-uploads"' in page
    assert f'aria-describedby="document-{document.pk}-t document-{document.pk}-uploads-t' in page
    # What was chosen beside the files stays chosen.
    assert 'value="internal" checked' in page


def test_each_bad_file_is_told_by_its_name(desk, document):
    bad = [SimpleUploadedFile("a.exe", b"MZ"), SimpleUploadedFile("b.pdf", b"<html>"), pdf("c.docx")]
    errors = add(desk, document, *bad).context["refused"].errors["uploads"]
    assert [error[1:6].strip("\u2069") for error in errors] == ["a.exe", "b.pdf", "c.doc"]


def test_a_file_name_is_text_and_nothing_else(desk, document):
    page = add(desk, document, SimpleUploadedFile("<img src=x onerror=alert(1)>.exe", b"MZ")).content.decode()
    assert "<img src=x" not in page
    assert "&lt;img src=x" in page


@pytest.mark.parametrize("values", [{}, {"uploads": "not a file"}])
def test_no_file_is_told_beside_the_field(desk, document, values):
    response = desk.post(act("documents", document.pk) + "files/", values)
    assert response.context["refused"].errors["uploads"] == ["Choose a file."]


def test_an_empty_file_is_told(desk, document):
    assert "The file is empty." in add(desk, document, SimpleUploadedFile("a.pdf", b"")).content.decode()


def test_no_more_files_than_twenty_at_once(desk, document):
    files = [pdf(f"{number}.pdf", b"%" * number) for number in range(21)]
    assert "At most 20 files at once." in add(desk, document, *files).content.decode()
    assert not SupportingDocument.objects.exists()
    assert add(desk, document, *[pdf(f"{n}.pdf", b"%" * n) for n in range(20)]).status_code == 302


def test_the_very_same_file_is_not_stored_again(desk, document):
    """As after a connection that broke off: the person learns that it is there."""
    add(desk, document, pdf("a.pdf"))
    page = add(desk, document, pdf("b.pdf")).content.decode()
    assert "This very file is already there, as “a.pdf”." in page
    twice = add(desk, document, pdf("c.pdf", b"%"), pdf("d.pdf", b"%")).content.decode()
    assert "This very file is already there, as “c.pdf”." in twice
    assert SupportingDocument.objects.count() == 1


def test_a_photo_is_stripped_of_its_place_on_the_way(desk, document):
    exif = Image.Exif()
    exif.get_ifd(0x8825).update({1: "N", 2: (33.0, 52.0, 10.0)})
    out = io.BytesIO()
    Image.new("RGB", (8, 8)).save(out, "JPEG", exif=exif.tobytes())
    add(desk, document, SimpleUploadedFile("a.jpg", out.getvalue()))
    stored = SupportingDocument.objects.get().file.read()
    assert b"Exif" in out.getvalue()
    assert b"Exif" not in stored


@pytest.fixture
def posted(document):
    """A document that wants photos of posters, for a meeting that was made public on 4 November 2026."""
    document.title_ar, document.title_fr = "صور الملصقات", "Photos des affiches"
    document.save()
    meeting = MeetingFactory(municipality=document.task.phase.program.municipality)
    meeting.tasks.add(document.task)
    with time_machine.travel("2026-11-04 08:00Z"):
        publish_meeting(meeting=meeting, actor=None)
    return document


@pytest.mark.parametrize(
    ("taken", "told"),
    [
        ("2026:11:05 09:15:00", ""),
        ("2026:11:01 09:15:00", "Taken before the notice existed, which is since "),
        ("2026:11:20 09:15:00", "the clock of the camera is wrong"),
        (None, "The camera wrote no date into this photo"),
    ],
)
def test_a_photo_that_cannot_show_the_notice_is_told(desk, posted, taken, told):
    with time_machine.travel("2026-11-06 12:00Z"):
        attach(posted, "affiche.jpg", photo(taken))
    page = desk.get(page_of(posted)).text
    assert told in page
    assert ("m-note--warn" in page) is bool(told)


def test_of_a_notice_from_before_the_portal_nothing_is_told(desk, posted):
    posted.task.meetings.clear()
    attach(posted, "affiche.jpg", photo("2021:10:26 09:15:00"))
    assert "m-note--warn" not in desk.get(page_of(posted)).text


def test_of_other_photos_nothing_is_asked(desk, posted):
    ExpectedDocument.objects.update(title_ar="صور الجلسة", title_fr="Photos de la séance")
    attach(posted, "seance.jpg", photo(None))
    assert "m-note--warn" not in desk.get(page_of(posted)).text


def test_a_video_that_may_tell_its_place_is_kept_internal_and_said_so(desk, document):
    content = video(tracks=[track(), track(b"meta")])
    add(desk, document, SimpleUploadedFile("درون.mp4", content), visibility="public")
    file = SupportingDocument.objects.get()
    assert (file.is_public, file.may_hold_place) == (False, True)
    page = desk.get(page_of(document)).content.decode()
    assert "Kept internal, because it may tell where it was recorded" in page
    assert "it stays internal" in page
    assert "Make public" not in page


@pytest.mark.parametrize(
    ("wanted", "way"),
    [
        ("/en/m/nefta/staff/programs/2022/#task-2-6", True),
        ("https://elsewhere.example/", False),
        ("//elsewhere.example/", False),
        ("javascript:alert(1)", False),
        ("", False),
    ],
)
def test_the_way_back_leads_nowhere_else(desk, document, wanted, way):
    response = add(desk, document, pdf(), next=wanted)
    assert response["Location"] == (wanted if way else f"{page_of(document)}#document-{document.pk}")


# --- within the calendar -----------------------------------------------------------------------------


def test_the_calendar_gets_the_documents_files_back(desk, document):
    response = add(desk, document, pdf("محضر.pdf"), fragment=True)
    page = response.content.decode()
    assert response.status_code == 200
    assert "<html" not in page
    assert f'<div class="m-files" id="files-{document.pk}" data-evidence>' in page
    assert "محضر.pdf" in page
    assert "1 file was stored." in page
    assert f'data-send-to="/en/m/nefta/staff/documents/{document.pk}/files/"' in page
    assert f'href="{page_of(document)}#document-{document.pk}"' in page
    assert "<form" not in page


def test_the_calendar_is_told_what_is_wrong(desk, document):
    attach(document, "there.pdf")
    response = add(desk, document, SimpleUploadedFile("a.exe", b"MZ"), fragment=True)
    page = response.content.decode()
    assert response.status_code == 422
    assert "a.exe\u2069 – This type of file is not accepted." in page
    assert "Nothing was stored" in page
    assert "there.pdf" in page


def test_replaced_files_are_not_in_the_calendar(desk, document):
    old = attach(document)
    upload = check_upload(pdf("new.pdf", b"%"))
    replace_evidence(file=old, upload=upload, actor=None)
    page = add(desk, document, pdf("third.pdf", b"%%"), fragment=True).content.decode()
    assert "old.pdf" not in page
    assert "new.pdf" in page
    assert "third.pdf" in page


# --- replacing and switching -------------------------------------------------------------------------


def test_a_replaced_file_stands_in_the_history(desk, document, editor):
    old = attach(document, "مسودة.pdf")
    response = desk.post(act("files", old.pk) + "replace/", {"upload": pdf("نهائي.pdf", b"%")})
    assert response.status_code == 302
    page = desk.get(page_of(document)).content.decode()
    assert "“مسودة.pdf” is replaced by “نهائي.pdf”" in page
    assert "1 file before this one" in page
    assert f"/staff/files/{old.pk}/" in page
    assert Entry.objects.first().action == "evidence.replaced"


@pytest.mark.parametrize(
    ("upload", "told"),
    [
        (None, "Choose a file."),
        (SimpleUploadedFile("a.exe", b"MZ"), "This type of file is not accepted."),
        (SimpleUploadedFile("b.pdf", PDF), "This is the very file that is already there."),
    ],
)
def test_a_refused_replacement_is_told_beside_its_field(desk, document, upload, told):
    old = attach(document)
    if upload:
        upload.seek(0)
    response = desk.post(act("files", old.pk) + "replace/", {"upload": upload} if upload else {})
    page = response.content.decode()
    assert told in page
    assert "<details open" in page
    assert f'aria-describedby="file-{old.pk}-upload-error"' in page
    assert f'id="file-{old.pk}-upload-error"' in page
    assert SupportingDocument.objects.count() == 1


def test_a_file_goes_public_and_back(desk, document):
    file = attach(document, is_public=False)
    for visibility, is_public in [("public", True), ("internal", False)]:
        response = desk.post(act("files", file.pk) + "visibility/", {"visibility": visibility})
        assert response.status_code == 302
        file.refresh_from_db()
        assert file.is_public is is_public
    assert "“old.pdf” is internal now." in desk.get(page_of(document)).content.decode()


def test_what_says_nothing_makes_nothing_public(desk, document):
    file = attach(document, is_public=True)
    desk.post(act("files", file.pk) + "visibility/", {})
    file.refresh_from_db()
    assert not file.is_public


def test_a_refused_switch_is_said(desk, document):
    file = attach(document, "a.mp4", video(tracks=[track(b"meta")]))
    desk.post(act("files", file.pk) + "visibility/", {"visibility": "public"})
    file.refresh_from_db()
    assert not file.is_public
    assert "where it was recorded" in desk.get(page_of(document)).content.decode()


@pytest.mark.parametrize("kind", ["files", "replace", "visibility"])
def test_whoever_opens_the_address_of_an_act_is_led_to_the_page(desk, document, kind):
    """As by going back, or by choosing another language after a refusal."""
    file = attach(document)
    base = act("documents", document.pk) if kind == "files" else act("files", file.pk)
    assert desk.get(f"{base}{kind}/")["Location"] == f"{page_of(document)}#document-{document.pk}"


# --- who ---------------------------------------------------------------------------------------------


def every_act(document, file):
    return [
        (act("documents", document.pk) + "files/", {"uploads": pdf("x.pdf", b"%x")}),
        (act("files", file.pk) + "replace/", {"upload": pdf("x.pdf", b"%x")}),
        (act("files", file.pk) + "visibility/", {"visibility": "public"}),
    ]


@pytest.mark.parametrize(
    ("role", "status"), [("moderator", 403), ("council_reader", 403), ("auditor", 403), (None, 404)]
)
def test_who_may_not_change_evidence(document, stranger, role, status):
    file = attach(document, is_public=False)
    municipality = document.task.phase.program.municipality
    client = Client()
    client.force_login(
        factories.MembershipFactory(municipality=municipality, role=role).user if role else stranger
    )
    for address, values in every_act(document, file):
        assert client.post(address, values).status_code == status
    assert list(SupportingDocument.objects.values_list("is_public", flat=True)) == [False]


def test_nobody_signed_in_is_asked_to(client, document):
    for address, values in every_act(document, attach(document)):
        assert client.post(address, values).status_code == 302
    assert SupportingDocument.objects.count() == 1


def test_what_is_foreign_does_not_exist(desk, kenitra):
    foreign = factories.SupportingDocumentFactory(
        expected_document__task__phase__program__municipality=kenitra, is_public=False
    )
    for address, values in every_act(foreign.expected_document, foreign):
        assert desk.post(address, values).status_code == 404
    assert list(SupportingDocument.objects.values_list("is_public", flat=True)) == [False]


# --- sending -----------------------------------------------------------------------------------------

NAMES = [
    "محضر جلسة 2021/11/13.pdf",
    'a"b.pdf',
    "تقرير؛ نهائي.pdf",
    "Procès-verbal d’été.pdf",
    "a%00b%0d%0a.pdf",
    "100 %.pdf",
    "\u202ecod.pdf",
    "𝒜.pdf",
    "=cmd|' /C calc'!A0.pdf",
]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_of_any_kind_arrives_whole(desk, document, name):
    upload = SimpleUploadedFile("x.pdf", PDF)
    upload._name = name
    file = attach_evidence(document=document, upload=check_upload(upload), is_public=True, actor=None)
    response = desk.get(f"/ar/m/nefta/staff/files/{file.pk}/")
    assert response.status_code == 200
    assert response["Content-Disposition"].startswith("attachment; filename")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert b"".join(response.streaming_content) == PDF
    page = desk.get(page_of(document)).content.decode()
    assert "\u202e" not in page


def test_an_internal_file_is_for_the_staff_alone(client, desk, document):
    program = document.task.phase.program
    program.status = "published"
    program.save()
    file = attach(document, is_public=False)
    assert client.get(f"/ar/m/nefta/programs/2022/files/{file.pk}/").status_code == 404
    assert desk.get(f"/ar/m/nefta/programs/2022/files/{file.pk}/").status_code == 404
    assert desk.get(f"/ar/m/nefta/staff/files/{file.pk}/").status_code == 200


def test_a_video_is_sent_as_an_attachment_and_a_picture_is_shown(desk, document):
    out = io.BytesIO()
    Image.new("RGB", (8, 8)).save(out, "PNG")
    for name, content, way in [("a.mp4", video(), "attachment"), ("a.png", out.getvalue(), "inline")]:
        file = attach(document, name, content)
        response = desk.get(f"/ar/m/nefta/staff/files/{file.pk}/")
        assert response["Content-Disposition"].startswith(way)
        assert response["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'; sandbox"

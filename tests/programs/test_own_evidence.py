"""Evidence that the portal makes itself: of what has happened alone, and when the publisher agrees."""

import datetime
import io

import pikepdf
import pytest
from django.test import Client
from django.utils.translation import override

from portal.audit.models import Entry
from portal.dispatches.models import Dispatch
from portal.papers import pages
from portal.pdf.render import PdfBusyError, PdfUnavailableError
from portal.publications.models import Publication
from programs.models import ExpectedDocument, Program, SupportingDocument
from programs.own_evidence import known_files, own_evidence
from programs.rules_evidence import OwnKind, certifies, own_kinds, shows_posted
from programs.services.statuses import publish, publish_anew, withdraw
from tests import factories
from tests.portal.meetings.factories import MeetingFactory, MinutesFactory
from tests.portal.publications.test_certificate import print_once
from tests.programs.nefta import import_nefta, task_of

PUBLISH = "/en/m/nefta/staff/programs/2022/publish/"
DIAGNOSED = {"diagnosis": {"infrastructure": [], "budget": [{"number": 1}]}}
DRAFTED = {"projects": [{"number": 1}]}


@pytest.fixture(autouse=True)
def _printer(monkeypatch):
    def printed(*, html, archive=False, is_large=False, attachments=()):
        return print_once(html, archive, is_large, tuple(attachments))

    monkeypatch.setattr(pages, "render_pdf", printed)


@pytest.fixture
def program(nefta):
    """Nefta's calendar as its document prints it."""
    return import_nefta(nefta)


@pytest.fixture
def desk(publisher):
    client = Client()
    client.force_login(publisher)
    return client


def document_of(program, code, words):
    found = [row for row in task_of(program, code).expected_documents.all() if words in row.title_ar]
    return found[0]


def offered(program, code):
    """What the portal can make of each document of a task, by the document's words."""
    task = task_of(program, code)
    documents = list(task.expected_documents.order_by("position"))
    with override("en"):
        found = own_evidence(task, documents)
    return {
        document.title_ar: [paper.key for paper in found[document.pk].papers]
        for document in documents
        if document.pk in found
    }


def ask(client, document, key, *, slug="nefta", **values):
    address = f"/en/m/{slug}/staff/documents/{document.pk}/own/"
    return client.post(address, {"paper": key, "visibility": "public", **values}, follow=True)


def said(response):
    return [str(message) for message in response.context["messages"]]


def body(response):
    return response.content.decode()


# --- by their words ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "kinds"),
    [
        ("مستخرج من موقع الواب أو موقع التواصل الإجتماعي", {OwnKind.CERTIFICATE}),
        ("نسخ مستخرجة من الانترنت", {OwnKind.CERTIFICATE}),
        ("ما يفيد الإعلام", {OwnKind.CERTIFICATE}),
        ("ما يفيد النشر", {OwnKind.CERTIFICATE}),
        ("Extrait du site web ou du réseau social", {OwnKind.CERTIFICATE}),
        ("Copies extraites d'Internet", {OwnKind.CERTIFICATE}),
        ("Preuve de l'information", {OwnKind.CERTIFICATE}),
        ("محضر جلسة", {OwnKind.MINUTES}),
        ("محضر الجلسة حسب الأنموذج المعتمد", {OwnKind.MINUTES}),
        ("PV selon le modèle", {OwnKind.MINUTES}),
        ("Procès-verbal", {OwnKind.MINUTES}),
        ("دعوة", {OwnKind.INVITATION}),
        ("Affiche", {OwnKind.POSTER}),
        ("جداول الإرسال لمنظمات المجتمع المدني", {OwnKind.DISPATCH_LIST}),
        ("قائمة في توجيه نسخ لمنظمات المجتمع المدني", {OwnKind.DISPATCH_LIST}),
        ("Bordereaux d'envoi à la société civile", {OwnKind.DISPATCH_LIST}),
        ("صور اللافتات و الملصقات", set()),
        ("صور من مكان التعليق بمقر البلدية", set()),
        ("Photos des banderoles et affiches", set()),
        ("مقرر إداري في الغرض", set()),
        ("بطاقة الحضور", set()),
        ("", set()),
    ],
)
def test_what_can_be_made_is_known_by_the_words(title, kinds):
    assert set(own_kinds(title)) == kinds


@pytest.mark.parametrize(
    ("titles", "is_posted"),
    [
        (("صور اللافتات و الملصقات", ""), True),
        (("", "Photos des affiches"), True),
        (("ملصقات", "Affiche"), False),
        (("محضر جلسة · صور", "Photos de la séance"), False),
    ],
)
def test_photos_of_notices_are_known_by_their_title(titles, is_posted):
    assert shows_posted(*titles) is is_posted


def test_what_nefta_s_calendar_expects(program):
    """All its documents that the portal can make something of, and nothing to make it of so far."""
    found = {
        (task.code, document.title_ar[:24]): own_kinds(document.title_ar, document.title_fr)
        for document in ExpectedDocument.objects.select_related("task__phase")
        if own_kinds(document.title_ar, document.title_fr)
        for task in [document.task]
    }
    codes = {code for code, _title in found}
    assert codes == {"1.2", "1.3", "1.4", "1.5", "2.4", "2.5", "2.6", "4.1", "5.4"}
    assert not any(papers for code in codes for papers in offered(program, code).values())


@pytest.mark.parametrize(
    ("content", "title", "is_certified"),
    [
        (DIAGNOSED, "نشر نتائج التشخيص الفني و المالي و توجيه نسخة منه", True),
        (DRAFTED, "نشر نتائج التشخيص الفني و المالي و توجيه نسخة منه", False),
        ({}, "نشر نتائج التشخيص الفني و المالي و توجيه نسخة منه", False),
        (DRAFTED, "نشر مشروع برنامج الإستثمار لسنة 2022", True),
        (DIAGNOSED, "نشر مشروع برنامج الإستثمار لسنة 2022", False),
        ({}, "إعلام كافة إطارات و أعوان البلدية", True),
        (DRAFTED | DIAGNOSED, "الوضع على ذمة المواطنين صندوق إقتراحات", False),
        (DIAGNOSED, "Publication des résultats du diagnostic technique et financier", True),
    ],
)
def test_a_certificate_is_of_what_the_task_makes_public(content, title, is_certified):
    assert certifies(content, title) is is_certified


# --- what is offered ---------------------------------------------------------------------------------


def test_the_calendar_s_publication_certifies_that_people_were_told(program, publisher):
    assert offered(program, "1.3") == {"ما يفيد الإعلام": []}
    publish(program=program, actor=publisher, reason="x")
    assert offered(program, "1.3") == {"ما يفيد الإعلام": ["certificate:1"]}
    assert offered(program, "1.5")["نسخ مستخرجة من الانترنت"] == ["certificate:1"]


def test_neither_the_diagnosis_nor_the_draft_is_certified_before_it_is_published(program, publisher):
    publish(program=program, actor=publisher, reason="x")
    web = "مستخرج من موقع الواب"
    assert offered(program, "2.6") == {f"{web} أو موقع التواصل الإجتماعي": []}
    assert list(offered(program, "2.5").values()) == [[]]
    program.budget.create(number=1, side="revenue", title_fr="Recettes")
    assert not any(offered(program, "2.6").values())
    publish_anew(program=program, actor=publisher)
    assert offered(program, "2.6") == {f"{web} أو موقع التواصل الإجتماعي": ["certificate:2"]}
    assert offered(program, "5.4")[web] == []
    assert offered(program, "1.3") == {"ما يفيد الإعلام": ["certificate:1", "certificate:2"]}


def test_after_a_withdrawal_nothing_of_before_is_certified(program, publisher):
    publish(program=program, actor=publisher, reason="x")
    withdraw(program=program, actor=publisher)
    assert offered(program, "1.3") == {"ما يفيد الإعلام": []}
    publish(program=program, actor=publisher)
    assert offered(program, "1.3") == {"ما يفيد الإعلام": ["certificate:3"]}


def test_of_a_meeting_what_is_public(program, nefta):
    task = task_of(program, "4.1")
    ExpectedDocument.objects.create(task=task, position=9, title_ar="دعوة")
    meeting = MeetingFactory(municipality=nefta)
    task.meetings.add(meeting)
    assert not any(offered(program, "4.1").values())
    MinutesFactory(meeting=meeting)
    type(meeting).objects.update(is_public=True)
    words = "محضر الجلسة حسب الأنموذج المعتمد"
    assert offered(program, "4.1") == {words: [], "دعوة": [f"meeting-invitation:{meeting.pk}"]}
    meeting.minutes.__class__.objects.update(is_public=True)
    assert offered(program, "4.1")[words] == [f"meeting-minutes:{meeting.pk}"]


def test_of_the_copies_that_were_sent_their_list(program, nefta, publisher):
    dispatch = Dispatch.objects.create(
        municipality=nefta, subject_kind="program", subject_pk=program.pk, title_fr="Copies"
    )
    Dispatch.objects.create(
        municipality=nefta, subject_kind="program", subject_pk=program.pk + 1, title_fr="D'un autre"
    )
    words = "جداول الإرسال لمنظمات المجتمع المدني"
    assert offered(program, "5.4")[words] == [f"dispatch-list:{dispatch.pk}"]


# --- on the desk -------------------------------------------------------------------------------------


def test_the_publisher_agrees_with_one_button(program, publisher, desk):
    publish(program=program, actor=publisher, reason="x")
    document = document_of(program, "1.3", "ما يفيد")
    page = desk.get(f"/en/m/nefta/staff/programs/2022/tasks/{document.task_id}/")
    assert 'value="certificate:1" checked' in " ".join(body(page).split())
    response = ask(desk, document, "certificate:1")
    file = SupportingDocument.objects.get()
    assert said(response) == [f"“{file.name}” is made and attached."]
    assert response.redirect_chain[0][0].endswith(f"/tasks/{document.task_id}/#document-{document.pk}")
    assert (file.expected_document, file.is_public, file.made_from) == (document, True, "certificate")
    assert (file.publication.number, file.uploaded_by) == (1, publisher)
    assert file.content_type == "application/pdf"
    with file.file.open() as stored, pikepdf.open(io.BytesIO(stored.read())) as pdf:
        assert "pdfaid" in str(pdf.open_metadata())
        assert set(pdf.attachments) == {"content.json", "entry.json"}
    entry = Entry.objects.get(action="evidence.made")
    assert (entry.actor, entry.changes["made_from"]) == (publisher, [None, "certificate"])
    assert "made by the portal" in body(response)
    assert "/own/" not in body(response)


def test_a_second_time_is_refused(program, publisher, desk):
    publish(program=program, actor=publisher, reason="x")
    document = document_of(program, "1.3", "ما يفيد")
    ask(desk, document, "certificate:1")
    assert said(ask(desk, document, "certificate:1")) == ["The document has this very paper already."]
    assert SupportingDocument.objects.count() == 1


def test_it_may_stay_internal(program, publisher, desk):
    publish(program=program, actor=publisher, reason="x")
    ask(desk, document_of(program, "1.3", "ما يفيد"), "certificate:1", visibility="")
    assert not SupportingDocument.objects.get().is_public


def test_the_minutes_are_kept_with_their_data(program, nefta, publisher, desk):
    task = task_of(program, "1.2")
    meeting = MeetingFactory(municipality=nefta, published=True, date=datetime.date(2021, 10, 20))
    MinutesFactory(meeting=meeting, is_public=True)
    task.meetings.add(meeting)
    ask(desk, document_of(program, "1.2", "محضر"), f"meeting-minutes:{meeting.pk}")
    file = SupportingDocument.objects.get()
    assert (file.made_from, file.publication) == ("meeting-minutes", None)
    with file.file.open() as stored:
        assert stored.read(5) == b"%PDF-"


@pytest.mark.parametrize("key", ["", "certificate:2", "certificate:99", "meeting-minutes:1", "x"])
def test_what_is_not_offered_is_not_made(program, publisher, desk, key):
    publish(program=program, actor=publisher, reason="x")
    response = ask(desk, document_of(program, "1.3", "ما يفيد"), key)
    assert said(response) == ["There is no such paper any more. Choose another one."]
    assert not SupportingDocument.objects.exists()


@pytest.mark.parametrize(
    ("error", "words"),
    [(PdfBusyError, "Another paper is being made"), (PdfUnavailableError, "could not be made")],
)
def test_where_the_press_fails_nothing_is_attached(program, publisher, desk, monkeypatch, error, words):
    publish(program=program, actor=publisher, reason="x")
    refuse(monkeypatch, error)
    response = ask(desk, document_of(program, "1.3", "ما يفيد"), "certificate:1")
    assert words in said(response)[0]
    assert not SupportingDocument.objects.exists()


def refuse(monkeypatch, error):
    def made_now(*given, **more):
        raise error

    monkeypatch.setattr("programs.services.own_evidence.made_now", made_now)


def test_an_editor_sees_what_can_be_made_and_may_not_attach_it(program, publisher, editor):
    publish(program=program, actor=publisher, reason="x")
    client = Client()
    client.force_login(editor)
    document = document_of(program, "1.3", "ما يفيد")
    page = client.get(f"/en/m/nefta/staff/programs/2022/tasks/{document.task_id}/")
    assert "Whoever may publish can attach it with one button." in body(page)
    assert "/own/" not in body(page)
    assert client.post(f"/en/m/nefta/staff/documents/{document.pk}/own/").status_code == 403


def test_a_document_of_another_municipality_is_not_there(program, publisher, stranger, kenitra):
    document = document_of(program, "1.3", "ما يفيد")
    client = Client()
    assert client.post(f"/en/m/nefta/staff/documents/{document.pk}/own/").status_code == 302
    client.force_login(stranger)
    for slug in ("kenitra", "nefta"):
        assert client.post(f"/en/m/{slug}/staff/documents/{document.pk}/own/").status_code == 404


def test_asking_for_the_address_leads_to_the_task(program, publisher, desk):
    document = document_of(program, "1.3", "ما يفيد")
    response = desk.get(f"/en/m/nefta/staff/documents/{document.pk}/own/")
    assert response["Location"].endswith(f"#document-{document.pk}")


# --- while publishing --------------------------------------------------------------------------------


def send(desk, step, **values):
    seen = desk.get(PUBLISH).context["seen"]
    rule = Program.objects.get().delay_rules.first()
    return desk.post(PUBLISH, {"step": step, "seen": seen, f"reason-{rule.pk}": "x", **values}, follow=True)


def choices(desk):
    return [label for _pk, label in desk.get(PUBLISH).context["publish_form"].fields["certify"].choices]


def test_the_documents_that_this_publication_fulfils_are_offered(program, desk):
    isolates = str.maketrans(dict.fromkeys("\u2066\u2068\u2069"))
    plain = [label.translate(isolates) for label in choices(desk)]
    assert plain == ["1.3 «ما يفيد الإعلام»", "1.5 «نسخ مستخرجة من الانترنت»"]
    program.budget.create(number=1, side="revenue", title_fr="Recettes")
    assert any("2.6" in label for label in choices(desk))


def test_publishing_attaches_the_certificate_of_the_entry_just_made(program, desk):
    document = document_of(program, "1.3", "ما يفيد")
    response = send(desk, "publish", certify=[document.pk])
    assert "The certificate of publication is attached as evidence." in said(response)
    file = SupportingDocument.objects.get()
    assert (file.expected_document, file.publication.number, file.is_public) == (document, 1, True)
    assert [label for label in choices(desk) if "1.3" in label] == []


def test_publishing_attaches_nothing_that_nobody_chose(program, desk):
    send(desk, "publish")
    assert Publication.objects.count() == 1
    assert not SupportingDocument.objects.exists()


def test_the_publication_stands_where_the_press_is_away(program, desk, monkeypatch):
    refuse(monkeypatch, PdfUnavailableError)
    document = document_of(program, "1.3", "ما يفيد")
    response = send(desk, "publish", certify=[document.pk])
    assert Publication.objects.count() == 1
    assert Program.objects.get().is_public
    assert "The certificate could not be attached now" in said(response)[-1]
    assert "ما يفيد الإعلام" in said(response)[-1]


def test_a_document_that_is_not_offered_is_refused(program, desk):
    document = document_of(program, "2.6", "مستخرج")
    response = send(desk, "publish", certify=[document.pk])
    assert not Publication.objects.exists()
    assert response.status_code == 200
    assert response.context["refused"].errors["certify"]


# --- found again -------------------------------------------------------------------------------------


def test_what_the_portal_made_is_known_by_its_fingerprint(program, publisher, desk):
    publish(program=program, actor=publisher, reason="x")
    ask(desk, document_of(program, "1.3", "ما يفيد"), "certificate:1")
    file = SupportingDocument.objects.get()
    with override("ar"):
        [known] = known_files(file.sha256)
    assert (known.name, known.is_made_here, known.address) == (file.name, True, "/ar/m/nefta/programs/2022/")
    SupportingDocument.objects.update(is_public=False)
    assert known_files(file.sha256) == []


def test_a_task_that_the_portal_can_make_nothing_for_costs_no_query(nefta, django_assert_num_queries):
    task = factories.TaskFactory(phase__program__municipality=nefta)
    document = factories.ExpectedDocumentFactory(task=task, title_ar="مقرر إداري في الغرض", title_fr="")
    with django_assert_num_queries(0):
        assert own_evidence(task, [document]) == {}

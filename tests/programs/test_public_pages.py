"""The public pages of a program: what they say, to whom, at what cost."""

import datetime

import pytest
import time_machine
from django.urls import reverse
from django.utils.translation import override

from portal.meetings.models import Meeting
from portal.pdf.render import PdfError, PdfUnavailableError
from programs.models import Program, Status, Task
from programs.services.meetings import link_meeting
from tests import factories

NOW = datetime.datetime(2021, 11, 9, 12, tzinfo=datetime.UTC)


@pytest.fixture(autouse=True)
def _on_a_fixed_day():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def program(nefta):
    """Six tasks, one for each state that a day in the middle of a program shows."""
    program = factories.ProgramFactory(municipality=nefta, year=2022, published=True)
    phase = factories.PhaseFactory(program=program, number=1)
    rows = [
        (1, datetime.date(2021, 11, 1), True),
        (2, datetime.date(2021, 11, 2), True),
        (3, datetime.date(2021, 11, 3), False),
        (4, datetime.date(2021, 11, 4), None),
        (5, datetime.date(2021, 11, 13), None),
        (6, None, None),
    ]
    for number, date, done in rows:
        task = factories.TaskFactory(phase=phase, number=number, session_date=date, done=done)
        factories.ExpectedDocumentFactory(task=task)
    document = Task.objects.get(number=1).expected_documents.get()
    factories.SupportingDocumentFactory(expected_document=document)
    first, second = Task.objects.get(number=2), Task.objects.get(number=5)
    factories.DelayRuleFactory(from_task=first, to_task=second, text_ar="07 أيام على الأقل")
    return program


def address(name="program", slug="nefta", year=2022, language="ar", **more):
    with override(language):
        return reverse(name, kwargs={"slug": slug, "year": year, **more})


@pytest.mark.parametrize("language", ["ar", "fr", "en"])
def test_the_page_shows_every_state(client, program, language):
    page = client.get(address(language=language)).content.decode()
    for mark in ("done", "bare", "late", "none", "next", "todo"):
        assert f"m-task--{mark}" in page
    for task in Task.objects.all():
        assert task.title_ar in page
    assert f'<html lang="{language}" dir="{"rtl" if language == "ar" else "ltr"}">' in page
    assert "m-today" in page


def test_codes_are_isolated_and_in_the_order_of_the_language(client, program):
    assert '<bdi dir="ltr">5-1</bdi>' in client.get(address(language="ar")).content.decode()
    assert '<bdi dir="ltr">1.5</bdi>' in client.get(address(language="fr")).content.decode()


def test_arabic_content_in_a_french_page_carries_its_language_and_says_so(client, program):
    page = client.get(address(language="fr")).content.decode()
    assert '<bdi lang="ar" dir="rtl">عمل رقم 1</bdi>' in page
    assert page.count("m-note--info") == 1
    assert "m-note--info" not in client.get(address(language="ar")).content.decode()


def test_the_delay_is_reckoned(client, program):
    page = client.get(address()).content.decode()
    assert page.count('<i class="d"></i>') >= 7
    assert "07 أيام على الأقل" in page


def test_an_empty_program_says_so(client, nefta):
    factories.ProgramFactory(municipality=nefta, year=2023, published=True)
    assert "m-empty" in client.get(address(year=2023)).content.decode()


@pytest.mark.parametrize("name", ["program", "program-pdf", "program-ics"])
@pytest.mark.parametrize("language", ["ar", "fr"])
def test_a_draft_does_not_exist_for_the_public(client, program, name, language):
    Program.objects.update(status=Status.DRAFT)
    assert client.get(address(name, language=language)).status_code == 404


@pytest.mark.parametrize(("slug", "year"), [("kenitra", 2022), ("nefta", 2021), ("nowhere", 2022)])
def test_another_town_another_year_does_not_exist(client, program, kenitra, slug, year):
    assert client.get(address(slug=slug, year=year)).status_code == 404


def test_a_draft_is_in_no_list(client, program):
    Program.objects.update(status=Status.DRAFT)
    for page in ("/ar/", "/ar/programs/", "/ar/m/nefta/"):
        assert "/programs/2022/" not in client.get(page).content.decode()


def test_hostile_text_is_shown_as_text(client, program):
    Task.objects.filter(number=1).update(
        title_ar="<script>x()</script> \u202e", notes="<img src=x onerror=y()>"
    )
    page = client.get(address()).content.decode()
    assert "<script>x" not in page
    assert "<img src=x" not in page
    assert "&lt;script&gt;x()" in page


# --- cost --------------------------------------------------------------------------------------------


def _fill(program, count):
    phase = factories.PhaseFactory(program=program, number=2)
    tasks = Task.objects.bulk_create(
        Task(phase=phase, number=n, title_ar=f"بند {n}", session_date=datetime.date(2021, 12, 1))
        for n in range(1, count + 1)
    )
    for task in tasks:
        factories.ExpectedDocumentFactory(task=task)


def test_the_number_of_queries_does_not_depend_on_the_number_of_tasks(
    client, nefta, django_assert_num_queries
):
    for year, count in [(2023, 3), (2024, 300)]:
        program = factories.ProgramFactory(municipality=nefta, year=year, published=True)
        _fill(program, count)
        with django_assert_num_queries(12):
            page = client.get(address(year=year)).content.decode()
        assert page.count('class="m-task m-task') == count


@pytest.mark.parametrize("is_public", [True, False])
def test_the_meetings_can_be_followed_once_a_task_has_a_public_one(client, program, nefta, is_public):
    feed = address("program-meetings-ics")
    assert feed not in client.get(address()).content.decode()
    meeting = Meeting.objects.create(
        municipality=nefta, title_ar="جلسة", place_ar="القاعة", date=NOW.date(), is_public=is_public
    )
    link_meeting(program=program, task_id=Task.objects.get(number=5).pk, meeting_id=meeting.pk, actor=None)
    assert (feed in client.get(address()).content.decode()) is is_public


@pytest.mark.parametrize("path", ["/ar/m/nefta/programs/2022/", "/fr/m/nefta/programs/2022/calendar.ics"])
def test_nothing_changed_is_answered_without_rendering(client, program, path, django_assert_num_queries):
    etag = client.get(path)["ETag"]
    with django_assert_num_queries(1):
        response = client.get(path, headers={"If-None-Match": etag})
    assert response.status_code == 304
    assert response.content == b""


def test_the_same_rows_a_day_later_are_another_page(client, program):
    etag = client.get(address())["ETag"]
    with time_machine.travel(NOW + datetime.timedelta(days=1), tick=False):
        response = client.get(address(), headers={"If-None-Match": etag})
    assert response.status_code == 200


def test_the_day_changes_at_the_municipalitys_midnight(client, program):
    """Tunis is an hour ahead of UTC: at 23:30 UTC it is tomorrow there."""
    etag = client.get(address())["ETag"]
    with time_machine.travel(NOW.replace(hour=22, minute=30), tick=False):
        assert client.get(address(), headers={"If-None-Match": etag}).status_code == 304
    with time_machine.travel(NOW.replace(hour=23, minute=30), tick=False):
        assert client.get(address(), headers={"If-None-Match": etag}).status_code == 200


def test_each_language_has_its_own_validator(client, program):
    assert client.get(address(language="ar"))["ETag"] != client.get(address(language="fr"))["ETag"]


def test_a_change_of_status_is_seen_at_once(client, program, publisher):
    etag = client.get("/ar/m/nefta/")["ETag"]
    factories.approved(program, publisher)
    assert client.get("/ar/m/nefta/", headers={"If-None-Match": etag}).status_code == 200


@pytest.mark.parametrize("path", ["/ar/", "/ar/programs/", "/ar/m/nefta/", "/ar/m/nefta/programs/2022/"])
def test_reading_sets_no_cookie_and_holds_no_token(client, program, path):
    response = client.get(path)
    assert not response.cookies
    assert "csrf" not in response.content.decode()
    assert "Cookie" not in response.get("Vary", "")
    assert response["Cache-Control"] == "public, no-cache"


# --- files -------------------------------------------------------------------------------------------


def test_a_public_file_is_served_inertly(client, program):
    page = client.get(address()).content.decode()
    document = Task.objects.get(number=1).expected_documents.get().files.get()
    path = address("program-file", pk=document.pk)
    assert path in page
    response = client.get(path)
    assert b"".join(response.streaming_content).startswith(b"%PDF")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Disposition"].startswith("attachment")
    assert "sandbox" in response["Content-Security-Policy"]


def test_an_internal_file_is_counted_but_not_offered(client, program):
    document = Task.objects.get(number=1).expected_documents.get().files.get()
    type(document).objects.update(is_public=False)
    page = client.get(address()).content.decode()
    assert address("program-file", pk=document.pk) not in page
    assert "m-task--done" in page
    assert client.get(address("program-file", pk=document.pk)).status_code == 404


def test_a_file_of_a_draft_or_of_another_town_does_not_exist(client, program, kenitra):
    document = Task.objects.get(number=1).expected_documents.get().files.get()
    assert client.get(address("program-file", slug="kenitra", pk=document.pk)).status_code == 404
    assert client.get(address("program-file", year=2021, pk=document.pk)).status_code == 404
    Program.objects.update(status=Status.DRAFT)
    assert client.get(address("program-file", pk=document.pk)).status_code == 404


# --- paper -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["ar", "fr"])
def test_the_calendar_as_a_paper(client, program, language):
    response = client.get(address("program-pdf", language=language))
    assert response.content.startswith(b"%PDF-1.7")
    assert response["Content-Type"] == "application/pdf"
    assert 'filename="nefta-program-2022.pdf"' in response["Content-Disposition"]
    assert (
        client.get(
            address("program-pdf", language=language), headers={"If-None-Match": response["ETag"]}
        ).status_code
        == 304
    )


@pytest.mark.parametrize(
    ("error", "status"), [(PdfUnavailableError("no pango"), 503), (PdfError("broken"), 503)]
)
def test_a_paper_that_cannot_be_made_is_explained(client, program, monkeypatch, error, status):
    def fails(*args, **kwargs):
        raise error

    monkeypatch.setattr("portal.papers.pages.render_pdf", fails)
    response = client.get(address("program-pdf"))
    assert response.status_code == status
    assert "m-error" in response.content.decode()
    assert "ETag" not in response

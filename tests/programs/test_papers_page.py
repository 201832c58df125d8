"""The page that lists the papers of a program, and their addresses."""

import datetime
from decimal import Decimal

import pytest
import time_machine
from django.urls import reverse
from django.utils.translation import override

from portal.meetings.models import Meeting
from programs.models import Program, Status
from programs.papers.offers import offers_of
from tests import factories

NOW = datetime.datetime(2027, 3, 10, 12, tzinfo=datetime.UTC)
PAPERS = ["program-pdf", "program-progress-pdf", "program-progress-docx"]


@pytest.fixture(autouse=True)
def _on_a_fixed_day():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def program(nefta):
    program = factories.ProgramFactory(municipality=nefta, year=2027, published=True)
    factories.TaskFactory(phase=factories.PhaseFactory(program=program, number=1), number=1)
    return program


def address(name="program-papers", slug="nefta", year=2027, language="ar", **more):
    with override(language):
        return reverse(name, kwargs={"slug": slug, "year": year, **more})


def offered(program) -> dict[str, list[str]]:
    """The addresses on the page, by group, in Arabic."""
    with override("ar"):
        return {group.name: [offer.address for offer in group.offers] for group in offers_of(program)}


@pytest.mark.parametrize("language", ["ar", "fr", "en"])
def test_a_bare_calendar_offers_its_own_papers_and_no_other(client, program, language):
    page = client.get(address(language=language)).content.decode()
    offered = [*PAPERS, "program-docx", "program-csv", "program-xlsx", "program-json", "program-ics"]
    for name in offered:
        assert f'href="{address(name, language=language)}"' in page, name
    for name in ("program-cards-pdf", "program-money-pdf", "program-schedule-pdf", "program-diagnosis-pdf"):
        assert address(name, language=language) not in page, name
    assert f"{address('program-pdf', language=language)}?copy=archive" in page
    assert f"{address('program-progress-pdf', language=language)}?type=large" in page


def test_each_paper_is_offered_once_there_is_something_to_print(program):
    assert "decide" not in offered(program)
    card = program.cards.create(number=1, title_ar="تعبيد نهج", stage="preliminary")
    assert offered(program)["decide"] == [address("program-cards-pdf")]
    month = datetime.date(2027, 5, 1)
    card.steps.create(position=1, title_ar="الدراسات", starts_on=month, ends_on=month)
    program.recoveries.create(year=2026, due=Decimal("10.500"), collected=Decimal("5.250"))
    groups = offered(program)
    assert groups["decide"] == [address("program-cards-pdf"), address("program-schedule-pdf")]
    assert groups["read"][-1] == address("program-diagnosis-pdf")


def test_a_proposal_is_not_offered(client, program):
    program.cards.create(number=1, title_ar="تعبيد نهج", stage="proposal")
    assert address("program-cards-pdf") not in client.get(address()).content.decode()


def test_the_meetings_are_offered_once_a_task_has_a_public_one(client, program):
    meeting = Meeting.objects.create(
        municipality=program.municipality, title_ar="جلسة", place_ar="القاعة", date=NOW.date(), is_public=True
    )
    program.phases.get().tasks.get().meetings.add(meeting)
    assert address("program-meetings-ics") in client.get(address()).content.decode()


def test_the_program_page_leads_here(client, program):
    assert f'href="{address()}"' in client.get(address("program")).content.decode()


def test_the_page_costs_the_same_whatever_there_is(client, program, django_assert_num_queries):
    for language, more in [("ar", 0), ("fr", 60)]:
        phase = factories.PhaseFactory(program=program, number=2 + more)
        for number in range(1, more):
            factories.TaskFactory(phase=phase, number=number)
        with django_assert_num_queries(7):
            assert client.get(address(language=language)).status_code == 200


def test_nothing_changed_is_answered_without_rendering(client, program, django_assert_num_queries):
    etag = client.get(address())["ETag"]
    with django_assert_num_queries(1):
        assert client.get(address(), headers={"If-None-Match": etag}).status_code == 304


@pytest.mark.parametrize("name", ["program-papers", *PAPERS])
def test_what_is_not_public_does_not_exist(client, program, kenitra, name):
    assert client.get(address(name, slug="kenitra")).status_code == 404
    assert client.get(address(name, slug="nowhere")).status_code == 404
    assert client.get(address(name, year=2026)).status_code == 404
    Program.objects.update(status=Status.DRAFT)
    assert client.get(address(name)).status_code == 404


@pytest.mark.parametrize("name", ["program-papers", *PAPERS])
def test_papers_are_read_and_never_posted(client, program, name):
    assert client.post(address(name)).status_code == 405


@pytest.mark.parametrize("name", PAPERS)
def test_each_address_hands_out_its_file_and_remembers_it(client, program, name, monkeypatch):
    calls = []

    def render(*, html, **options):
        calls.append(html)
        return b"%PDF-1.7 paper"

    monkeypatch.setattr("portal.papers.pages.render_pdf", render)
    first = client.get(address(name))
    assert first.status_code == 200
    assert first["Content-Disposition"].startswith("attachment" if "docx" in name else "inline")
    assert client.get(address(name)).content == first.content
    assert len(calls) <= 1
    again = client.get(address(name), headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 304


@pytest.mark.parametrize(("name", "queries"), [("program-pdf", 12), ("program-progress-pdf", 11)])
def test_a_paper_costs_the_same_however_long_it_is(
    client, program, name, queries, monkeypatch, django_assert_num_queries
):
    monkeypatch.setattr("portal.papers.pages.render_pdf", lambda **given: b"%PDF-1.7 paper")
    for language, more in [("ar", 2), ("fr", 40)]:
        phase = factories.PhaseFactory(program=program, number=2 + more)
        for number in range(1, more):
            task = factories.TaskFactory(phase=phase, number=number)
            document = factories.ExpectedDocumentFactory(task=task)
            factories.SupportingDocumentFactory(expected_document=document)
        with django_assert_num_queries(queries):
            assert client.get(address(name, language=language)).status_code == 200

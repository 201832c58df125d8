"""The register for anybody: its pages, what was published as it was, and what outsiders check it with."""

import datetime
import hashlib
import json
import subprocess
import sys

import pytest
import time_machine

from portal.publications import chain
from portal.publications.models import Publication
from programs.models import Program, Status, Task
from programs.services.statuses import Approval, approve, publish, publish_anew, withdraw
from tests import factories
from tests.portal.publications.registers import published

REGISTER = "/fr/m/nefta/publications/"


@pytest.fixture
def program(nefta):
    program = factories.ProgramFactory(municipality=nefta, title_fr="Programme annuel")
    task = factories.TaskFactory(
        phase__program=program, phase__number=1, number=1, title_fr="Première réunion"
    )
    document = factories.ExpectedDocumentFactory(task=task, title_fr="Procès-verbal")
    factories.SupportingDocumentFactory(expected_document=document, sha256="ab" * 32)
    factories.SupportingDocumentFactory(expected_document=document, name="presence.pdf", is_public=False)
    return program


def text(client, address):
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


# --- the register ------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["ar", "fr", "en"])
def test_the_register_shows_entries_newest_first_and_the_head(client, nefta, kenitra, language):
    published(nefta, act="program.published")
    published(kenitra)
    newest = published(nefta, act="program.withdrawn")
    page = client.get(f"/{language}/m/nefta/publications/")
    assert [line.publication.number for line in page.context["lines"]] == [3, 1]
    assert page.context["head"] == chain.Head(3, newest.hash)
    assert newest.hash in page.content.decode()
    assert "رزنامة 2027" in page.content.decode()


def test_an_empty_register_says_so(client, nefta):
    page = client.get(REGISTER)
    assert page.status_code == 200
    assert page.context["lines"] == []


def test_the_moment_is_by_the_municipalitys_clocks(client, nefta):
    with time_machine.travel(datetime.datetime(2027, 3, 31, 23, 30, 7, tzinfo=datetime.UTC), tick=False):
        published(nefta)
        line = client.get(REGISTER).context["lines"][0]
    assert (line.day, line.time) == ("jeudi 1er avril 2027", "00:30:07")


def test_the_register_is_paged(client, nefta):
    for _ in range(31):
        published(nefta)
    assert [line.publication.number for line in client.get(f"{REGISTER}?page=2").context["lines"]] == [1]


def test_the_page_is_new_when_any_municipality_publishes(client, nefta, kenitra):
    published(nefta)
    before = client.get(REGISTER)["ETag"]
    assert client.get(REGISTER, HTTP_IF_NONE_MATCH=before).status_code == 304
    newest = published(kenitra)
    after = client.get(REGISTER, HTTP_IF_NONE_MATCH=before)
    assert after.status_code == 200
    assert newest.hash in after.content.decode()


@pytest.mark.parametrize("entries", [1, 20])
def test_the_register_costs_the_same_whatever_its_length(client, nefta, django_assert_num_queries, entries):
    for _ in range(entries):
        published(nefta)
    with django_assert_num_queries(4):
        client.get(REGISTER)


@pytest.mark.parametrize("address", [REGISTER, f"{REGISTER}1/", f"{REGISTER}1/content.json"])
def test_nothing_but_reading(client, nefta, address):
    published(nefta)
    assert client.post(address).status_code == 405
    assert client.get(address.replace("nefta", "nowhere")).status_code == 404


# --- a version ---------------------------------------------------------------------------------------


def test_a_version_is_shown_as_it_was_published(client, program, publisher):
    publish(program=program, actor=publisher)
    Task.objects.update(title_fr="Changée depuis", session_date=None)
    Program.objects.update(title_fr="Autre titre")
    page = text(client, f"{REGISTER}1/")
    assert "Première réunion" in page
    assert "2 novembre 2021" in page
    assert "Changée depuis" not in page
    assert "Programme annuel" in page
    assert "Autre titre" not in page
    assert "pv.pdf" in page
    assert "ab" * 32 in page
    assert "presence.pdf" not in page


def test_no_row_of_today_is_asked_for(client, program, publisher, django_assert_num_queries):
    """The municipality, the entry, and what became of it since."""
    publish(program=program, actor=publisher)
    with django_assert_num_queries(3):
        text(client, f"{REGISTER}1/")


@pytest.mark.parametrize("language", ["ar", "fr", "en"])
def test_it_tells_its_place_in_the_chain(client, program, publisher, nefta, language):
    first = published(nefta)
    publish(program=program, actor=publisher)
    publication = Publication.objects.get(number=2)
    page = text(client, f"/{language}/m/nefta/publications/2/")
    for seal in (publication.content_sha256, publication.previous_hash, publication.hash):
        assert seal in page
    assert publication.previous_hash == first.hash
    assert "/ar/m/nefta/programs/2022/" in page


def test_it_says_whether_a_newer_one_exists(client, program, publisher):
    publish(program=program, actor=publisher)
    only = client.get(f"{REGISTER}1/")
    assert (only.context["standing"].newest, only.context["standing"].withdrawn) == (None, None)
    Task.objects.update(notes="x")
    publish_anew(program=program, actor=publisher)
    older = client.get(f"{REGISTER}1/")
    assert older.context["standing"].newest.publication.number == 2
    assert "noindex" in older.content.decode()
    assert client.get(f"{REGISTER}2/").context["standing"].newest is None


def test_what_was_withdrawn_stays_readable_and_is_marked(client, program, publisher):
    publish(program=program, actor=publisher)
    withdraw(program=program, actor=publisher)
    assert client.get("/fr/m/nefta/programs/2022/").status_code == 404
    page = client.get(f"{REGISTER}1/")
    assert page.context["standing"].withdrawn.publication.number == 2
    assert "Première réunion" in page.content.decode()
    withdrawal = client.get(f"{REGISTER}2/")
    assert withdrawal.context["is_withdrawal"]
    assert "Première réunion" not in withdrawal.content.decode()
    publish(program=program, actor=publisher)
    again = client.get(f"{REGISTER}1/").context["standing"]
    assert (again.newest.publication.number, again.withdrawn) == (3, None)


def test_an_approval_moved_dates_and_reasons_are_part_of_it(client, program, publisher, nefta):
    task = Task.objects.get()
    task.moved_dates.create(
        old_date=datetime.date(2021, 10, 13), new_date=task.session_date, reason="القاعة مشغولة"
    )
    later = factories.TaskFactory(phase=task.phase, number=2, session_date=datetime.date(2021, 11, 5))
    factories.DelayRuleFactory(from_task=task, to_task=later, text_fr="7 jours", reason="Urgence")
    publish(program=program, actor=publisher)
    body = factories.DecidingBodyFactory(municipality=nefta)
    approval = Approval(body, datetime.date(2021, 11, 30), "2021/7")
    approve(program=program, approval=approval, actor=publisher)
    page = text(client, f"{REGISTER}2/")
    for told in ("13 octobre 2021", "القاعة مشغولة", "Urgence", "7 jours", "2021/7", "Conseil municipal"):
        assert told in page


def test_what_nobody_shows_any_more_is_still_there_as_a_file(client, nefta):
    published(nefta)
    page = client.get(f"{REGISTER}1/")
    assert page.status_code == 200
    assert page.context["shower"] is None
    assert f"{REGISTER}1/content.json" in page.content.decode()


def test_an_entry_of_another_municipality_is_not_there(client, nefta, kenitra):
    published(kenitra)
    for end in ("1/", "1/content.json", "2/"):
        assert client.get(REGISTER + end).status_code == 404


def test_nothing_that_was_published_is_taken_for_markup(client, program, publisher):
    Task.objects.update(title_fr="<script>x()</script>", notes="<b>")
    publish(program=program, actor=publisher)
    page = text(client, f"{REGISTER}1/")
    assert "<script>x()" not in page
    assert "<b>" not in page.split("<main")[1].split("</main>")[0]


# --- what outsiders check it with --------------------------------------------------------------------


def test_the_file_is_to_the_byte_what_the_fingerprint_is_of(client, program, publisher):
    publish(program=program, actor=publisher)
    publication = Publication.objects.get()
    response = client.get(f"{REGISTER}1/content.json")
    assert hashlib.sha256(response.content).hexdigest() == publication.content_sha256
    assert json.loads(response.content)["phases"][0]["tasks"][0]["title_fr"] == "Première réunion"
    assert response["Content-Disposition"] == 'attachment; filename="nefta-publication-1.json"'
    assert response["X-Content-Type-Options"] == "nosniff"


def test_no_internal_file_and_no_person_is_in_it(client, program, publisher):
    publish(program=program, actor=publisher)
    content = client.get(f"{REGISTER}1/content.json").content.decode()
    assert "presence.pdf" not in content
    assert publisher.email not in content
    document = json.loads(content)["phases"][0]["tasks"][0]["documents"][0]
    assert (len(document["files"]), document["internal_files"]) == (1, 1)


def test_the_head_is_public(client, nefta, kenitra):
    address = "/fr/publications/head.json"
    assert client.get(address).json() == {"number": 0, "hash": "0" * 64}
    published(nefta)
    before = client.get(address)
    assert client.get(address, HTTP_IF_NONE_MATCH=before["ETag"]).status_code == 304
    newest = published(kenitra)
    assert client.get(address, HTTP_IF_NONE_MATCH=before["ETag"]).json() == {"number": 2, "hash": newest.hash}


def test_the_chain_is_handed_out_in_parts(client, nefta, kenitra, monkeypatch):
    monkeypatch.setattr("portal.publications.views.ENTRIES_AT_ONCE", 2)
    for town in (nefta, kenitra, nefta):
        published(town)
    first = client.get("/fr/publications/entries.json").json()
    assert ([entry["number"] for entry in first["entries"]], first["next"]) == ([1, 2], 2)
    rest = client.get("/fr/publications/entries.json?after=2").json()
    assert ([entry["number"] for entry in rest["entries"]], rest["next"]) == ([3], None)
    assert "content" not in rest["entries"][0]


@pytest.mark.parametrize("after", ["x", "-1", "9" * 30, "٢"])
def test_a_place_that_is_none_is_the_beginning(client, nefta, after):
    published(nefta)
    entries = client.get("/fr/publications/entries.json", {"after": after}).json()["entries"]
    assert len(entries) <= 1


def test_anybody_checks_it_with_python_alone(client, nefta, kenitra, tmp_path):
    for town in (nefta, kenitra, nefta):
        newest = published(town)
    saved = tmp_path / "entries.json"
    saved.write_bytes(client.get("/fr/publications/entries.json").content)

    def check(*arguments):
        command = [sys.executable, "-I", "-S", chain.__file__, str(saved), *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout

    assert check(f"3:{newest.hash}") == (0, f"Whole. 3:{newest.hash}\n")
    told = "Broken: the register ends at entry 3, but a head of entry 4 was kept: the tail was cut.\n"
    assert check(f"4:{'a' * 64}") == (1, told)
    saved.write_text(saved.read_text().replace("row.changed", "row.deleted", 1))
    assert check() == (1, "Broken: entry 1 was changed: its seal is another.\n")


def test_a_program_published_before_the_register_is_public_without_an_entry(client, program):
    Program.objects.update(status=Status.PUBLISHED)
    assert client.get("/fr/m/nefta/programs/2022/").status_code == 200
    assert client.get(REGISTER).context["lines"] == []

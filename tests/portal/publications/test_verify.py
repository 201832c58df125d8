"""Verification: what a code names, whether it changed, and what a file is; and that tampering is seen."""

import datetime
import hashlib
import io
import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.utils.translation import override

from portal.pdf.render import PdfError
from portal.publications import verify
from portal.publications.codes import code_of
from portal.publications.differences import differences
from portal.publications.files import Outcome as Found
from portal.publications.models import Publication
from portal.publications.verdicts import Outcome
from programs.models import Task
from programs.services.statuses import publish, publish_anew, withdraw
from tests import factories
from tests.portal.publications.registers import published, tamper
from tests.portal.publications.test_certificate import _printer, opened  # noqa: F401
from tests.portal.publications.test_verifier import attached, link, pdf

FILE = "/fr/verify/file/"


@pytest.fixture
def program(nefta):
    program = factories.ProgramFactory(municipality=nefta, title_fr="Programme annuel")
    phase = factories.PhaseFactory(program=program, number=1, title_fr="Travaux préparatoires")
    task = factories.TaskFactory(phase=phase, number=1, title_ar="مهمة", title_fr="Première réunion")
    document = factories.ExpectedDocumentFactory(task=task, title_fr="Procès-verbal")
    factories.SupportingDocumentFactory(expected_document=document, sha256="ab" * 32)
    return program


@pytest.fixture
def entry(program, publisher):
    publish(program=program, actor=publisher)
    return Publication.objects.get()


def address(publication, language="fr"):
    return f"/{language}/verify/{code_of(publication)}/"


def body(response):
    return response.content.decode()


# --- a code ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["ar", "fr", "en"])
def test_the_current_version_is_said_to_be_current(client, entry, language):
    page = client.get(address(entry, language))
    assert (page.status_code, page.context["verdict"].outcome) == (200, Outcome.CURRENT)
    assert "m-result--ok" in body(page)
    first = "مهمة" if language == "ar" else "Première réunion"
    for told in (entry.content_sha256, entry.previous_hash, entry.hash, first):
        assert told in body(page)
    assert f"/{language}/m/nefta/publications/1/certificate.pdf" in body(page)


def test_it_costs_little_and_304_costs_less(client, entry, django_assert_num_queries):
    """The entry with its municipality, its neighbours, the head; then what became of it."""
    with django_assert_num_queries(4):
        page = client.get(address(entry))
    with django_assert_num_queries(3):
        assert client.get(address(entry), HTTP_IF_NONE_MATCH=page["ETag"]).status_code == 304
    assert "noindex" in body(page)


def test_a_changed_one_shows_what_changed(client, entry, program, publisher, django_assert_num_queries):
    before = client.get(address(entry, "en"))["ETag"]
    Task.objects.update(session_date=datetime.date(2021, 12, 1), done=True)
    factories.TaskFactory(phase=program.phases.get(), number=2, title_fr="Deuxième réunion")
    publish_anew(program=program, actor=publisher)
    with django_assert_num_queries(5):
        page = client.get(address(entry, "en"), HTTP_IF_NONE_MATCH=before)
    verdict = page.context["verdict"]
    assert verdict.outcome == Outcome.CHANGED
    told = {(one.label, one.before, one.after) for one in verdict.differences}
    assert ("Session date", "2 November 2021", "1 December 2021") in told
    assert ("Tasks", "", "Deuxième réunion") in told
    first = next(one for one in verdict.differences if one.after == "1 December 2021")
    assert [title.text for title in first.where] == ["Travaux préparatoires", "Première réunion"]
    assert '<a class="btn btn-primary" href="/ar/m/nefta/programs/2022/">' in body(page)
    newest = client.get(address(Publication.objects.get(number=2)))
    assert newest.context["verdict"].outcome == Outcome.CURRENT


def test_published_again_to_the_letter_it_is_current(client, entry, program, publisher):
    withdraw(program=program, actor=publisher)
    publish(program=program, actor=publisher)
    verdict = client.get(address(entry)).context["verdict"]
    assert (verdict.outcome, verdict.standing.newest.publication.number) == (Outcome.CURRENT, 3)


def test_a_withdrawn_one_and_the_withdrawal_say_so(client, entry, program, publisher):
    withdraw(program=program, actor=publisher)
    page = client.get(address(entry))
    assert page.context["verdict"].outcome == Outcome.WITHDRAWN
    assert "Première réunion" in body(page)
    end = client.get(address(Publication.objects.get(number=2)))
    assert end.context["verdict"].outcome == Outcome.WITHDRAWAL
    assert "Première réunion" not in body(end)


def test_what_nobody_shows_any_more_is_checked_all_the_same(client, nefta):
    page = client.get(address(published(nefta)))
    assert (page.status_code, page.context["shower"]) == (200, None)


def test_nothing_that_was_published_is_taken_for_markup(client, program, publisher):
    Task.objects.update(title_fr="<script>x()</script>")
    publish(program=program, actor=publisher)
    first = Publication.objects.get()
    Task.objects.update(title_fr="<b>y</b>")
    publish_anew(program=program, actor=publisher)
    page = body(client.get(address(first)))
    assert "<script>x()" not in page
    assert "<b>y" not in page


# --- typing it ---------------------------------------------------------------------------------------


def test_the_door_takes_a_code_as_people_write_it(client, entry):
    assert "publications/verify_door.html" in [used.name for used in client.get("/fr/verify/").templates]
    typed = code_of(entry).lower().replace("-", " ")
    assert client.get("/fr/verify/", {"code": typed})["Location"] == address(entry)
    assert client.get(f"/fr/verify/{code_of(entry).lower()}/")["Location"] == address(entry)


def test_the_door_is_kept(client, db):
    tag = client.get("/fr/verify/")["ETag"]
    assert client.get("/fr/verify/", HTTP_IF_NONE_MATCH=tag).status_code == 304


@pytest.mark.parametrize("typed", ["", "hello", "9-ZZZZ-ZZZZ"])
def test_a_code_that_names_nothing_is_never_called_forged(client, entry, typed):
    page = client.get("/fr/verify/", {"code": typed}, follow=True)
    assert page.status_code == 404
    assert page.context["meant"] == ""
    assert 'id="code-error"' in body(page)
    assert f'value="{typed}"' in body(page)


def test_a_slip_in_the_check_character_is_named_and_the_code_suggested(client, entry):
    code = code_of(entry)
    letter = "0" if code[-1] != "0" else "1"
    with override("en"):
        page = client.get(f"/en/verify/{code[:-1]}{letter}/")
    assert (page.status_code, page.context["meant"]) == (404, code)
    assert "Its last character does not belong to those before it" in body(page)
    assert f'href="/en/verify/{code}/"' in body(page)


def test_nothing_but_reading(client, entry):
    for place in ("/fr/verify/", address(entry)):
        assert client.post(place).status_code == 405


# --- a register that was tampered with ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("sql", "kind"),
    [
        ("UPDATE publications_publication SET title = 'x' WHERE number = 1", "seal"),
        ("UPDATE publications_publication SET content = '{}' WHERE number = 1", "content"),
        ("UPDATE publications_publication SET previous_hash = 'a' WHERE number = 2", "link"),
        ("DELETE FROM publications_publication WHERE number = 1", "gap"),
    ],
)
def test_a_changed_register_is_seen_at_once(client, entry, kenitra, triggers_off, sql, kind):
    """Though nobody touched the municipality's revision, and though the reader has a page by now."""
    later = published(kenitra)
    checked = later if kind == "gap" else entry
    before = client.get(address(checked))
    assert before.context["verdict"].broken is None
    tamper(triggers_off, sql)
    page = client.get(address(checked), HTTP_IF_NONE_MATCH=before["ETag"])
    assert page.status_code == 200
    assert page.context["verdict"].outcome == Outcome.BROKEN
    assert page.context["verdict"].broken.kind == kind
    assert "m-result--err" in body(page)


def test_an_entry_that_was_sealed_anew_no_longer_has_its_code(client, entry, triggers_off):
    where = address(entry)
    tamper(triggers_off, "UPDATE publications_publication SET hash = %s WHERE number = 1", "f" * 64)
    assert client.get(where).status_code == 404


# --- a file ------------------------------------------------------------------------------------------


def compared(client, content, name="paper.pdf", **more):
    return client.post(FILE, {"file": SimpleUploadedFile(name, content)}, **more)


def outcome(client, content):
    return compared(client, content).context["compared"].outcome


def test_the_content_itself_is_known(client, entry):
    page = compared(client, entry.content.encode(), "content.json")
    assert page.context["compared"].outcome == Found.PUBLISHED
    assert address(entry) in body(page)
    assert outcome(client, entry.content.encode() + b" ") == Found.UNKNOWN


def test_a_certificate_is_known_to_the_byte(client, entry):
    downloaded = client.get("/fr/m/nefta/publications/1/certificate.pdf?copy=archive").content
    assert outcome(client, downloaded) == Found.CERTIFICATE
    reading = client.get("/ar/m/nefta/publications/1/certificate.pdf?type=large").content
    assert outcome(client, reading) == Found.CERTIFICATE


def redrawn(content):
    """The same paper with another stroke on its page, saved by another program."""
    paper, out = opened(content), io.BytesIO()
    page = paper.pages[0]
    page.contents_add(b"0 0 m 100 100 l S")
    paper.save(out)
    return out.getvalue()


def test_a_changed_certificate_is_no_longer_the_one_that_the_portal_makes(client, entry):
    where = "/fr/m/nefta/publications/1/certificate.pdf"
    assert outcome(client, redrawn(client.get(f"{where}?copy=archive").content)) == Found.CARRIES
    assert outcome(client, client.get(where).content + b"\n") == Found.NAMES


def test_data_of_another_kind_under_an_entry_s_code_is_seen(client, entry):
    forged = entry.content.replace("Première", "Dernière").encode()
    page = compared(client, pdf(attached(forged), link(code_of(entry))))
    assert page.context["compared"].outcome == Found.ALTERED
    assert "m-result--err" in body(page)
    assert outcome(client, pdf(attached(entry.content.encode()), link(code_of(entry)))) == Found.CARRIES
    assert outcome(client, pdf(attached(entry.content.encode()))) == Found.CARRIES


def test_a_certificate_is_compared_where_the_press_is_away(client, entry, monkeypatch):
    downloaded = client.get("/fr/m/nefta/publications/1/certificate.pdf?copy=archive").content

    def refuse(*given, **more):
        raise PdfError

    monkeypatch.setattr("portal.publications.files.made_now", refuse)
    assert outcome(client, downloaded) == Found.CARRIES


def test_public_evidence_is_known_and_internal_is_not(client, program, publisher):
    document = program.phases.get().tasks.get().expected_documents.get()
    digest = hashlib.sha256(b"seen").hexdigest()
    factories.SupportingDocumentFactory(expected_document=document, name="photo.jpg", sha256=digest)
    hidden = hashlib.sha256(b"hidden").hexdigest()
    factories.SupportingDocumentFactory(expected_document=document, sha256=hidden, is_public=False)
    assert outcome(client, b"seen") == Found.UNKNOWN
    publish(program=program, actor=publisher)
    page = compared(client, b"seen")
    assert page.context["compared"].outcome == Found.KNOWN
    assert "photo.jpg" in body(page)
    assert "/fr/m/nefta/programs/2022/" in body(page)
    assert outcome(client, b"seen.") == Found.UNKNOWN
    assert outcome(client, b"hidden") == Found.UNKNOWN


def test_a_certificate_that_is_kept_as_evidence_is_known_with_its_entry(client, entry, program):
    content = client.get("/ar/m/nefta/publications/1/certificate.pdf?copy=archive").content
    digest = hashlib.sha256(content).hexdigest()
    document = program.phases.get().tasks.get().expected_documents.get()
    factories.SupportingDocumentFactory(
        expected_document=document, name="ش.pdf", sha256=digest, made_from="certificate"
    )
    found = compared(client, content).context["compared"]
    assert (found.outcome, found.publication) == (Found.KNOWN, entry)
    assert [(known.name, known.is_made_here) for known in found.files] == [("ش.pdf", True)]


def test_nothing_that_is_compared_is_kept(client, entry, settings):
    tables = connection.introspection.table_names()

    def rows():
        with connection.cursor() as cursor:
            counts = {}
            for table in tables:
                cursor.execute(f'SELECT COUNT(*) FROM "{table}"')
                counts[table] = cursor.fetchone()[0]
        return {name: count for name, count in counts.items() if not name.startswith("limits_")}

    def files():
        return {path: path.stat().st_size for path in settings.MEDIA_ROOT.rglob("*")}

    before = rows(), files()
    compared(client, b"something private" * 300_000)
    assert (rows(), files()) == before


def test_the_form_alone(client, db):
    page = client.get(FILE)
    assert (page.status_code, page["Cache-Control"].count("no-store")) == (200, 1)
    assert "csrfmiddlewaretoken" in body(page)


@pytest.mark.parametrize("given", [{}, {"file": SimpleUploadedFile("empty.pdf", b"")}])
def test_no_file_is_refused_beside_its_field(client, db, given):
    page = client.post(FILE, given)
    assert page.status_code == 422
    assert 'id="file-error"' in body(page)


def test_too_large_a_file_is_refused(client, db, settings):
    settings.UPLOAD_MAX_BYTES = 10
    assert compared(client, b"x" * 11).status_code == 422
    assert compared(client, b"x" * 10).status_code == 200


def test_without_its_token_nothing_is_compared(db, client):
    client.handler.enforce_csrf_checks = True
    assert compared(client, b"x").status_code == 403


def test_one_network_compares_so_many_files_an_hour(client, db, monkeypatch):
    monkeypatch.setattr(verify, "FILES_AN_HOUR", 1)
    assert compared(client, b"x").status_code == 200
    refused = compared(client, b"x")
    assert (refused.status_code, refused["Retry-After"]) == (429, "3600")


# --- what differs ------------------------------------------------------------------------------------


def differing(before, after):
    with override("en"):
        found = differences(before, after, app_label="programs", country="TN", language="en")
    return [(one.label, one.before, one.after) for one in found]


def test_parts_are_found_again_by_their_number_and_told_in_words():
    before = {"tasks": [{"number": 1, "done": None}, {"number": 2, "title_ar": "", "title_fr": "B"}]}
    after = {"tasks": [{"number": 1, "done": True}], "status": "approved"}
    assert differing(before, after) == [
        ("Done", "", "Yes"),
        ("Tasks", "B", ""),
        ("Status", "", "Approved"),
    ]


def test_files_lists_and_parts_without_a_name():
    before = {"files": [{"name": "a.pdf", "sha256": "1"}], "channels": ["x"], "approval": None}
    after = {
        "files": [{"name": "b.pdf", "sha256": "2"}],
        "channels": ["x", "y"],
        "approval": {"date": "2021-11-30", "title_ar": "المجلس", "title_fr": ""},
    }
    told = {(old, new) for _label, old, new in differing(before, after)}
    assert {("", "b.pdf"), ("a.pdf", ""), ("x", "x, y"), ("", "المجلس · 30 November 2021")} <= told


def test_what_is_the_same_differs_in_nothing():
    content = {"format": "1", "tasks": [{"number": 1}]}
    assert differing(content, json.loads(json.dumps(content | {"format": "2"}))) == []

"""The evaluation file: which evidence is which annex and what is missing; on paper, packed, at the desk."""

import datetime
import hashlib
import io
import json
import re
import zipfile
from pathlib import Path

import pikepdf
import pytest
from django.db import connection
from django.http import Http404
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from portal.meetings.models import FileKind, Kind
from portal.papers.answers import silent
from portal.papers.orders import Order, draft_of
from programs.models import SupportingDocument
from programs.papers.annexes import read_annexes
from programs.papers.evaluation import lodged_by
from programs.papers.gathering import gather
from programs.rules_evaluation import ANNEXES, AnnexKey, annex_of
from programs.services.statuses import publish
from tests import factories
from tests.papers import not_in_order, pdfium_text, poppler_text
from tests.portal.meetings import factories as meeting_factories
from tests.programs.evidence_files import hand_in, pdf_of

NEFTA = json.loads(Path(__file__).with_name("expected").joinpath("nefta-2022.json").read_text("utf-8"))
METHOD = json.loads(Path(__file__).parents[2].joinpath("programs", "method.json").read_text("utf-8"))
ORIGIN = "https://musharaka.example"
DESK = "/en/m/nefta/staff/programs/2022/papers/"


def nefta_annexes() -> dict[str, list[AnnexKey | None]]:
    return {
        f"{phase['number']}.{task['number']}": [
            annex_of([title], [task["title"]]) for title in task["documents"]
        ]
        for phase in NEFTA["phases"]
        for task in phase["tasks"]
    }


def test_the_words_of_nefta():
    found = nefta_annexes()
    proof = AnnexKey.PARTICIPATION
    assert found["1.1"] == [None]
    assert found["1.2"] == [proof, proof]
    assert found["1.3"] == [proof]
    assert found["1.4"] == [None, None]
    # The diagnosis tells results and estimates: it is not the budget that was approved.
    assert found["2.3"] == [None, None, None]
    assert found["2.6"] == [proof, proof]
    assert found["4.1"] == [proof, AnnexKey.PUBLIC_MEETING, proof, proof, proof]
    assert found["5.1"] == [proof]
    assert found["5.2"] == [AnnexKey.PROGRAM]
    assert found["5.3"] == [AnnexKey.PROGRAM]
    assert found["5.4"] == [proof, proof, proof]
    assert found["5.5"] == [AnnexKey.DELIBERATION]


def test_the_words_of_the_method_in_either_language():
    for phase in METHOD["phases"]:
        for task in phase["tasks"]:
            for document in task["documents"]:
                keys = {
                    annex_of([document[f"title_{lang}"]], [task[f"title_{lang}"]]) for lang in ("ar", "fr")
                }
                assert len(keys) == 1, document


@pytest.mark.parametrize(
    ("title", "key"),
    [
        ("الحساب المالي للبلدية", AnnexKey.ACCOUNTS),
        ("Compte financier 2021", AnnexKey.ACCOUNTS),
        ("ميزانية البلدية لسنة 2022", AnnexKey.BUDGET),
        ("Budget communal approuvé", AnnexKey.BUDGET),
        ("إتفاقية المنحة", AnnexKey.GRANT),
        ("Convention de subvention signée", AnnexKey.GRANT),
        ("المخطط السنوي لإبرام الصفقات", AnnexKey.PROCUREMENT),
        ("Plan prévisionnel de passation des marchés", AnnexKey.PROCUREMENT),
        ("مداولة", AnnexKey.DELIBERATION),
        ("محضر جلسة", None),
        ("Divers", None),
        ("", None),
    ],
)
def test_the_usual_words(title, key):
    assert annex_of(["", title], [""]) is key


def test_minutes_are_those_of_their_meeting():
    assert annex_of(["محضر"], ["دورة المجلس البلدي للمصادقة على برنامج الاستثمار"]) is AnnexKey.DELIBERATION
    assert annex_of(["PV"], ["Séance du conseil pour l'approbation"]) is AnnexKey.DELIBERATION
    # An approval without a deciding body is none.
    assert annex_of(["PV"], ["Approbation du devis"]) is None


def test_annexes_are_numbered_through():
    assert [annex.number for annex in ANNEXES] == list(range(1, 9))
    assert [annex.key for annex in ANNEXES] == list(AnnexKey)


@pytest.fixture
def program(nefta):
    """The calendar of Nefta with some of its evidence."""
    program = factories.ProgramFactory(municipality=nefta, title_ar=NEFTA["program"]["title"])
    for row in NEFTA["phases"]:
        phase = factories.PhaseFactory(program=program, number=row["number"], title_ar=row["title"])
        for item in row["tasks"]:
            task = factories.TaskFactory(
                phase=phase,
                number=item["number"],
                title_ar=item["title"],
                session_date=datetime.date.fromisoformat(item["session_date"]),
            )
            for position, title in enumerate(item["documents"], 1):
                factories.ExpectedDocumentFactory(task=task, position=position, title_ar=title)
    return program


def hand(program, phase, task, position, content, name):
    document = (
        program.phases.get(number=phase).tasks.get(number=task).expected_documents.get(position=position)
    )
    return hand_in(document, content, name)


def order(program, kind="program-evaluation", language="ar") -> Order:
    return Order(kind, program.municipality, {"year": program.year}, language, ORIGIN)


def rows(program) -> dict[AnnexKey, object]:
    asked = order(program, language="en")
    with override("en"):
        found = read_annexes(asked, gather(program.municipality, program.year))
    return {row.annex.key: row for row in found}


def made(asked: Order) -> bytes:
    path = draft_of(asked).make(silent)
    content = path.read_bytes()
    path.unlink()
    return content


def session(program, phase, task, kind, **more):
    """A meeting in which a task was done."""
    meeting = meeting_factories.MeetingFactory(
        municipality=program.municipality, kind=kind, date=datetime.date(2021, 11, 13), **more
    )
    program.phases.get(number=phase).tasks.get(number=task).meetings.add(meeting)
    return meeting


def test_nothing_handed_in_is_to_be_attached(program):
    found = rows(program)
    assert [key for key, row in found.items() if row.is_missing] == list(AnnexKey)


def test_files_are_in_their_annexes_with_their_tasks(program):
    hand(program, 4, 1, 2, pdf_of("minutes"), "pv.pdf")
    hand(program, 5, 5, 1, pdf_of("deliberation"), "deliberation.pdf")
    found = rows(program)
    assert [(one.piece.name, one.code) for one in found[AnnexKey.PUBLIC_MEETING].found] == [("pv.pdf", "4.1")]
    assert [one.piece.name for one in found[AnnexKey.DELIBERATION].found] == ["deliberation.pdf"]
    assert found[AnnexKey.ACCOUNTS].is_missing
    assert found[AnnexKey.GRANT].is_missing


def test_a_public_program_is_an_annex_with_its_address(program, publisher):
    publish(program=program, actor=publisher)
    row = rows(program)[AnnexKey.PROGRAM]
    assert row.is_made
    assert not row.is_missing
    assert row.facts[0].address == f"{ORIGIN}/en/m/nefta/programs/2022/"
    assert "entry 1 of the register" in str(row.facts[1].text)


def test_the_approval_is_told_and_its_minutes_are_still_wanted(program, publisher):
    publish(program=program, actor=publisher)
    factories.approved(program, publisher)
    row = rows(program)[AnnexKey.DELIBERATION]
    said = {str(fact.label): str(fact.text) for fact in row.facts}
    assert said["Number of the deliberation"] == "2022/1"
    assert said["Deciding body"] == "Conseil municipal"
    assert row.is_missing


def test_signed_minutes_of_meetings_are_found(program):
    general = session(program, 4, 1, Kind.GENERAL)
    deciding = session(program, 5, 5, Kind.DECIDING_BODY)
    other = session(program, 2, 7, Kind.DECIDING_BODY)
    for meeting, name in ((general, "general"), (deciding, "deciding"), (other, "other")):
        meeting_factories.MeetingFileFactory(meeting=meeting, kind=FileKind.SIGNED_MINUTES, name=name)
    meeting_factories.MeetingFileFactory(meeting=general, kind=FileKind.ATTENDANCE, name="sheet")
    found = rows(program)
    assert [one.piece.name for one in found[AnnexKey.PUBLIC_MEETING].found] == ["general"]
    assert [one.piece.name for one in found[AnnexKey.DELIBERATION].found] == ["deciding"]
    assert [one.piece.name for one in found[AnnexKey.PARTICIPATION].found] == ["sheet"]


def test_a_meeting_that_is_not_public_has_no_address(program):
    session(program, 4, 1, Kind.GENERAL, is_public=False)
    (fact,) = rows(program)[AnnexKey.PUBLIC_MEETING].facts
    assert fact.address == ""


def test_public_minutes_are_printed_by_the_portal(program):
    meeting = session(program, 4, 1, Kind.GENERAL, is_public=True)
    minutes = meeting_factories.MinutesFactory(meeting=meeting, is_public=True)
    row = rows(program)[AnnexKey.PUBLIC_MEETING]
    assert row.minutes == [meeting.pk]
    assert row.is_made
    assert str(row.facts[1].text) == "42"
    names = zipfile.ZipFile(io.BytesIO(made(order(program, "program-evaluation-zip", "en")))).namelist()
    assert [name for name in names if name.startswith("03_") and name.endswith(".pdf")]
    type(minutes).objects.update(is_public=False)
    assert rows(program)[AnnexKey.PUBLIC_MEETING].is_missing


def test_the_last_day_is_that_of_the_source():
    with override("ar"):
        assert lodged_by() == "15 أفريل"
    with override("fr"):
        assert lodged_by() == "15 avril"


@pytest.mark.parametrize("language", ["ar", "fr"])
def test_the_paper_numbers_every_annex(program, publisher, tmp_path, language):
    hand(program, 4, 1, 2, pdf_of("minutes of the session"), "pv.pdf")
    hand(program, 5, 5, 1, pdf_of("deliberation text"), "deliberation.pdf")
    publish(program=program, actor=publisher)
    content = made(order(program, language=language))
    pdf = pikepdf.open(io.BytesIO(content))
    with override(language):
        titles = [str(annex.title) for annex in ANNEXES]
    text = poppler_text(content, tmp_path)
    assert not_in_order([*titles, *titles], text) == []
    # The calendar as the portal makes it stands in the second annex, the files in theirs.
    assert not_in_order([titles[2], "minutes of the session", titles[3], "deliberation text"], text) == []
    assert NEFTA["phases"][0]["title"] in pdfium_text(content).replace("\n", " ")
    with pdf.open_outline() as outline:
        assert len(outline.root[0].children) >= len(ANNEXES)
    assert lodged_day(language) in re.sub(r"\s+", " ", text)


def lodged_day(language: str) -> str:
    with override(language):
        return lodged_by().split()[-1]


def test_the_archive_has_a_folder_for_each_annex(program, publisher):
    hand(program, 4, 1, 2, pdf_of("minutes"), "محضر.pdf")
    publish(program=program, actor=publisher)
    archive = zipfile.ZipFile(io.BytesIO(made(order(program, "program-evaluation-zip", "en"))))
    names = archive.namelist()
    assert "01_Accounts/1_To-be-attached-by-the-municipality.txt" in names
    assert "03_Minutes-of-the-public-meeting/3.1_محضر-الجلسة-حسب-الأنموذج-المعتمد_محضر.pdf" in names
    assert "02_Annual-investment-program/2.1_Calendar.pdf" in names
    folders = {name.split("/")[0] for name in names if "/" in name} - {"register"}
    assert len(folders) == len(ANNEXES)
    sums = dict(reversed(line.split("  ", 1)) for line in archive.read("SHA256SUMS").decode().splitlines())
    assert all(hashlib.sha256(archive.read(name)).hexdigest() == digest for name, digest in sums.items())
    manifest = json.loads(archive.read("manifest.json"))
    assert [row["annex"] for row in manifest["annexes"]] == list(range(1, 9))
    assert manifest["annexes"][2]["files"][0]["is_unchanged"] is True


def test_it_is_a_file_of_tunisia(kenitra):
    program = factories.ProgramFactory(municipality=kenitra)
    for kind in ("program-evaluation", "program-evaluation-zip"):
        with pytest.raises(Http404):
            draft_of(order(program, kind))


# At the desk


def test_the_desk_shows_what_would_be_printed(client, program, editor):
    hand(program, 4, 1, 2, pdf_of("minutes"), "pv.pdf")
    client.force_login(editor)
    page = client.get(DESK).content.decode()
    for address in ("dossier.pdf", "dossier.zip", "evaluation.pdf", "evaluation.zip"):
        assert f"/en/m/nefta/staff/programs/2022/{address}" in page
    flat = re.sub(r"<[^>]+>", "", page)
    assert "pv.pdf" in flat
    assert flat.count("To be attached by the municipality") == 7
    assert "The file is lodged by 15 April" in flat


def test_a_draft_is_the_desks_and_everybodys_papers_are_not_offered(client, program, publisher):
    client.force_login(publisher)
    assert "The papers that everybody can print" not in client.get(DESK).content.decode()
    publish(program=program, actor=publisher)
    assert "The papers that everybody can print" in client.get(DESK).content.decode()


def test_a_moroccan_program_has_a_dossier_alone(client, kenitra, stranger):
    factories.ProgramFactory(municipality=kenitra, year=2022)
    client.force_login(stranger)
    page = client.get("/en/m/kenitra/staff/programs/2022/papers/").content.decode()
    assert "dossier.pdf" in page
    assert "evaluation.pdf" not in page


def test_the_desk_is_for_members(client, program, stranger):
    assert client.get(DESK).status_code == 302
    client.force_login(stranger)
    assert client.get(DESK).status_code == 404


def test_more_evidence_asks_no_more_queries(client, program, editor):
    client.force_login(editor)
    hand(program, 4, 1, 2, pdf_of("minutes"), "pv.pdf").__class__.objects.update(uploaded_by=editor)
    session(program, 4, 1, Kind.GENERAL)
    client.get(DESK)
    with CaptureQueriesContext(connection) as few:
        client.get(DESK)
    for position in (1, 3, 4):
        hand(program, 4, 1, position, pdf_of("more"), f"{position}.pdf")
    SupportingDocument.objects.update(uploaded_by=editor)
    session(program, 4, 1, Kind.GENERAL)
    with CaptureQueriesContext(connection) as many:
        client.get(DESK)
    assert len(many) == len(few)

"""What stays internal at first, how complete the evidence is, and what came before a file."""

import datetime
import json
from itertools import pairwise
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import override

from programs.calendar import read_calendar
from programs.evidence import completeness, is_internal_by_default, with_histories
from programs.models import Program, SupportingDocument
from tests import factories


@pytest.mark.parametrize(
    "title",
    [
        "بطاقة الحضور",
        "ورقة حضور",
        "قائمة الحاضرين",
        "صور",
        "صُوَر الجلسة",
        "محضر جلسة و صور",
        "محضر جلسة وصور أو نسخ من المراسلات",
        "مقاطع فيديو إن أمكن",
        "الصور",
        "والصور",
        "Feuille de présence",
        "FEUILLE D’ÉMARGEMENT",
        "Liste des participants",
        "Photos",
        "PV et photos, ou copies des courriers",
        "Vidéos si possible",
        "Photos de la séance",
    ],
)
def test_attendance_and_pictures_of_people_are_internal(title):
    assert is_internal_by_default(title)


@pytest.mark.parametrize(
    "title",
    [
        "",
        "محضر جلسة",
        "مقرر إداري في الغرض",
        "خريطة تقسيم المناطق",
        "صور اللافتات والملصقات",
        "صور اللافتات و الملصقات",
        "صور أماكن الصندوق/ صناديق الإقتراحات",
        "صور من مكان التعليق بمقر البلدية",
        "صور التعليق",
        "جلسة حضورية أو عن بعد",
        "مداولة",
        "Procès-verbal",
        "Photos des banderoles et affiches",
        "Photos de l'affichage à la mairie",
        "Photos des boîtes",
        "Présentation de la commune",
        "Budget participatif",
    ],
)
def test_what_shows_no_people_is_public(title):
    assert not is_internal_by_default(title)


def test_one_of_the_two_languages_is_enough():
    assert is_internal_by_default("محضر", "Feuille de présence")
    assert is_internal_by_default("صور", "")


def test_the_documents_of_the_method():
    """Every document of the built-in model, by name."""
    model = json.loads((Path(settings.PROJECT_DIR) / "programs" / "method.json").read_text("utf-8"))
    documents = [
        document
        for phase in model["phases"]
        for task in phase["tasks"]
        for document in task.get("documents", [])
    ]
    internal = {
        document["title_fr"]
        for document in documents
        if is_internal_by_default(document["title_ar"], document["title_fr"])
    }
    assert len(documents) > 25
    assert internal == {
        "Photos",
        "Feuille de présence",
        "Vidéos si possible",
        "PV et photos, ou copies des courriers",
    }


# --- completeness ------------------------------------------------------------------------------------


@pytest.fixture
def program(nefta):
    return factories.ProgramFactory(municipality=nefta, published=True)


def read(program):
    stored = Program.objects.for_calendar_page().get(pk=program.pk)
    return completeness(read_calendar(stored, datetime.date(2021, 11, 20)))


def test_documents_are_counted_by_phase_and_in_all(program):
    first = factories.PhaseFactory(program=program, number=1)
    second = factories.PhaseFactory(program=program, number=2)
    factories.PhaseFactory(program=program, number=3)
    documents = [
        factories.ExpectedDocumentFactory(task=factories.TaskFactory(phase=phase))
        for phase in (first, first, second)
    ]
    for _copy in range(2):
        factories.SupportingDocumentFactory(expected_document=documents[0])
    factories.SupportingDocumentFactory(expected_document=documents[2], is_public=False)
    found = read(program)
    assert (found.share.present, found.share.expected, found.share.is_whole) == (2, 3, False)
    assert [(phase.number, phase.share.fraction) for phase in found.phases] == [(1, "1/2"), (2, "1/1")]
    assert found.phases[1].share.is_whole


def test_a_document_whose_file_was_replaced_is_there_once(program):
    document = factories.ExpectedDocumentFactory(task__phase__program=program)
    new = factories.SupportingDocumentFactory(expected_document=document)
    factories.SupportingDocumentFactory(expected_document=document, replaced_by=new)
    assert read(program).share.fraction == "1/1"


def test_a_program_that_expects_nothing_says_nothing(program):
    factories.TaskFactory(phase__program=program)
    found = read(program)
    assert (found.share.expected, found.phases) == (0, [])
    for template in ("programs/completeness.html", "programs/desk/completeness.html"):
        assert render_to_string(template, {"completeness": found}).strip() == ""


def test_the_figures_are_said_to_everybody(program):
    for number in (1, 2):
        phase = factories.PhaseFactory(program=program, number=number)
        factories.ExpectedDocumentFactory(task__phase=phase)
    factories.SupportingDocumentFactory(expected_document__task__phase=phase)
    with override("en"):
        page = render_to_string("programs/completeness.html", {"completeness": read(program)})
        desk = render_to_string("programs/desk/completeness.html", {"completeness": read(program)})
    assert "1 of 3 expected documents are there." in page
    assert 'href="#phase-2"' in page
    assert '<bdi dir="ltr">1/2</bdi>' in page
    assert "of 3 expected documents" in desk


# --- history -----------------------------------------------------------------------------------------


def test_a_history_goes_from_the_newest_to_the_oldest(program):
    document = factories.ExpectedDocumentFactory(task__phase__program=program)
    files = [
        factories.SupportingDocumentFactory(expected_document=document, name=f"{n}.pdf") for n in range(4)
    ]
    for old, new in pairwise(files[:3]):
        SupportingDocument.objects.filter(pk=old.pk).update(replaced_by=new)
    listed = with_histories(document.files.order_by("pk"))
    assert [(file.name, [old.name for old in history]) for file, history in listed] == [
        ("2.pdf", ["1.pdf", "0.pdf"]),
        ("3.pdf", []),
    ]

import csv
import io

import openpyxl
import pytest
from django.urls import reverse
from django.utils.translation import override

from consultations.asked import lists_of
from consultations.disclosure import NOTHING
from consultations.models import Contribution
from consultations.talk import disclosure_of
from tests.consultations.crowds import answer_all, publish
from tests.consultations.factories import AxisFactory
from tests.consultations.participation import (
    ConsultationFactory,
    ContributionFactory,
    OfficialAnswerFactory,
    QuestionFactory,
)
from tests.factories import MunicipalityFactory, ZoneFactory
from tests.papers import poppler_text, words_missing

pytestmark = pytest.mark.django_db

CITIZEN = ("citizen", "36-50")
ROUTES = ("consultation-csv", "consultation-xlsx", "consultation-report")


@pytest.fixture
def consultation():
    return ConsultationFactory(open=True, municipality=MunicipalityFactory(tunisian=True))


@pytest.fixture
def take(client, consultation):
    def take(route, language="fr", number=None, **kwargs):
        address = reverse(route, kwargs={"slug": "nefta", "number": number or consultation.number})
        return client.get(f"/{language}/{address.split('/', 2)[2]}", **kwargs)

    return take


def _csv(response):
    return list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))


def _xlsx(response):
    rows = openpyxl.load_workbook(io.BytesIO(response.content)).active.iter_rows(values_only=True)
    head = next(rows)
    return [dict(zip(head, row, strict=True)) for row in rows]


def test_the_table_has_every_contribution_with_its_answer(consultation, take):
    AxisFactory(plan_id=consultation.subject_id, number=2, title_fr="Participation")
    question = QuestionFactory(consultation=consultation, text_fr="Quel délai ?")
    [first] = publish(
        consultation,
        CITIZEN,
        kind="idea",
        text="A",
        solution="B",
        effect="C",
        part="axis:2",
        question=question,
    )
    outcome = {
        "key": "p",
        "label_ar": "المشروع 3",
        "label_fr": "Projet 3, version 2",
        "route": "home",
        "kwargs": {},
    }
    OfficialAnswerFactory(
        published=True,
        consultation=consultation,
        contributions=[first],
        text_fr="Oui.",
        service_fr="Bureau",
        outcome=outcome,
    )
    publish(consultation, *[CITIZEN] * 4, text="Un mot")

    rows = _csv(take("consultation-csv"))

    row, other = rows[0], rows[1]
    assert list(row.values()) == [
        "C-1",
        first.published_on.isoformat(),
        str(Contribution.Kind.IDEA.label) and row[list(row)[2]],
        "Quel délai ?",
        "Participation",
        "A",
        "B",
        "C",
        "",
        "Citoyen(ne)",
        "36–50 ans",
        "",
        row[list(row)[12]],
        "Oui.",
        "Bureau",
        consultation.municipality.today().isoformat(),
        "Projet 3, version 2",
        f"http://testserver/fr/m/nefta/consultations/{consultation.number}/?page=c-1#c-1",
    ]
    assert other[list(other)[5]] == "Un mot"
    assert len(rows) == 5


def test_the_workbook_says_the_same_as_the_csv(consultation, take):
    answer_all(consultation, publish(consultation, *[CITIZEN] * 6, ("student", "16-25")))

    as_text = [[str(cell or "")[:10] for cell in row.values()] for row in _xlsx(take("consultation-xlsx"))]

    assert as_text == [[cell[:10] for cell in row.values()] for row in _csv(take("consultation-csv"))]


def test_the_labels_of_every_file_are_those_of_the_list(consultation, take, tmp_path):
    cells = [CITIZEN] * 7 + [("association", "26-35")] * 5
    cells += [("student", "16-25")] * 3 + [("journalist", "o65")] * 2
    rows = publish(consultation, *cells)
    with override("ar"):
        lists = lists_of(consultation.municipality)
    disclosure = disclosure_of(consultation, lists)
    labels = [disclosure.label((row.profile, row.age), row.published_on) for row in rows]
    assert NOTHING in labels

    for row, (profile, age) in zip(_csv(take("consultation-csv", "ar")), labels, strict=True):
        shown = list(row.values())[9:11]
        assert shown == [lists.profile(profile) if profile else "", lists.age(age) if age else ""]

    paper = poppler_text(take("consultation-report").content, tmp_path)
    assert "Association" in paper
    for hidden in ("Étudiant", "Journaliste", "65 ans", "16–25"):
        assert hidden not in paper


@pytest.mark.parametrize("route", ROUTES)
def test_nothing_that_is_private_is_in_a_file(consultation, take, route, tmp_path):
    zone = ZoneFactory(municipality=consultation.municipality, name_ar="canari-zone", name_fr="canari-zone")
    publish(
        consultation,
        *[CITIZEN] * 6,
        zone=zone,
        channel="phone",
        name="canari-nom",
        note_to_author="canari-note",
    )
    ContributionFactory(consultation=consultation, text="canari-attente")
    ContributionFactory(consultation=consultation, text="canari-refus", refused=True)
    rows = publish(consultation, CITIZEN, text="canari-retrait")
    Contribution.objects.filter(pk=rows[0].pk).update(status="withdrawn")
    OfficialAnswerFactory(consultation=consultation, contributions=rows, text_fr="canari-brouillon")
    publish(ConsultationFactory(open=True), CITIZEN, text="canari-ailleurs")

    response = take(route)

    content = response.content.decode(errors="replace")
    if route == "consultation-report":
        content = poppler_text(response.content, tmp_path)
    elif route == "consultation-xlsx":
        content = str(_xlsx(response))
    assert "C-1" in content
    assert "canari" not in content
    assert "phone" not in content.lower()


@pytest.mark.parametrize("route", ROUTES)
def test_files_are_unchanged_until_something_changes(consultation, take, route):
    publish(consultation, CITIZEN)
    etag = take(route)["ETag"]

    assert take(route, headers={"if-none-match": etag}).status_code == 304


@pytest.mark.parametrize("route", ROUTES)
def test_a_draft_or_foreign_consultation_has_no_file(consultation, take, route):
    other = ConsultationFactory(open=True, number=77)

    assert take(route, number=other.number).status_code == 404
    type(consultation).objects.update(status="draft")
    assert take(route).status_code == 404


@pytest.mark.parametrize(
    ("route", "count"), [("consultation-csv", 9), ("consultation-xlsx", 9), ("consultation-report", 19)]
)
def test_queries_do_not_grow(consultation, take, route, count, django_assert_num_queries):
    answer_all(consultation, publish(consultation, *[CITIZEN] * 3, part="axis:1"))
    with django_assert_num_queries(count):
        take(route)
    answer_all(consultation, publish(consultation, *[CITIZEN] * 30, part="axis:1"))
    type(consultation.municipality).objects.update(revision=99)
    with django_assert_num_queries(count):
        take(route)


def test_files_have_names_and_types(consultation, take):
    publish(consultation, CITIZEN)
    name = f"nefta-consultation-{consultation.number}-contributions"

    assert f'attachment; filename="{name}.csv"' == take("consultation-csv")["Content-Disposition"]
    assert f'attachment; filename="{name}.xlsx"' == take("consultation-xlsx")["Content-Disposition"]
    assert take("consultation-report")["Content-Type"] == "application/pdf"


def test_an_empty_consultation_has_files_too(take):
    assert _csv(take("consultation-csv")) == []
    assert _xlsx(take("consultation-xlsx")) == []
    assert take("consultation-report").content.startswith(b"%PDF")


@pytest.mark.parametrize("language", ["ar", "fr"])
def test_the_report_has_all_by_question_with_answers_and_what_waits(consultation, take, language, tmp_path):
    question = QuestionFactory(
        consultation=consultation, text_ar="هل تكفي خمسة أيام؟", text_fr="Cinq jours suffisent ?"
    )
    publish(consultation, CITIZEN, text="Un texte sans question")
    rows = publish(consultation, CITIZEN, text="Un texte sur la question", question=question)
    OfficialAnswerFactory(
        published=True,
        consultation=consultation,
        contributions=rows,
        text_fr="Une réponse.",
        text_ar="إجابة رسمية",
    )

    content = take("consultation-report", language).content

    answer = {"ar": "إجابة رسمية", "fr": "Une réponse."}[language]
    text = poppler_text(content, tmp_path)
    assert words_missing(["Un texte sans question", "Un texte sur la question", answer], text) == []
    assert text.index("sur la question") < text.index("sans question")
    assert text.rindex("C-1") > text.index("sans question"), "the list of what waits"

"""Contributions as a table: out with their answers, and in again through the services, all or nothing."""

import json

import pytest
import tablib
from django.core.exceptions import ValidationError
from django.urls import reverse

from consultations.models import Contribution, OfficialAnswer
from consultations.receipts import fingerprint, new_code, shown
from consultations.resources_participation import ContributionResource
from consultations.services.contributions import withdraw
from portal.audit.models import Entry
from portal.exchange.formats import Csv, Xlsx
from tests.consultations.answering import TEXT, answered, canary, drafted, member, published
from tests.consultations.participation import ConsultationFactory, ContributionFactory, QuestionFactory
from tests.factories import ZoneFactory


@pytest.fixture
def consultation(nefta):
    return ConsultationFactory(municipality=nefta, open=True, number=3)


@pytest.fixture
def admin(nefta):
    """Somebody who may moderate and answer."""
    return member(nefta, "municipal_admin")


ROW = {"municipality": "nefta", "consultation": 3, "channel": "session", "text": "نريد حديقة في المنطقة د"}
ANSWER = {"answer_verdict": "accepted", "answer_text_ar": TEXT, "answer_service_ar": "كتابة المجلس"}


def bring(user, *rows):
    headers = list(dict.fromkeys(name for row in rows for name in row))
    dataset = tablib.Dataset(*[[row.get(name, "") for name in headers] for row in rows], headers=headers)
    return bring_dataset(user, dataset)


def bring_dataset(user, dataset):
    result = ContributionResource(user=user).import_data(
        dataset, rollback_on_validation_errors=True, file_name="papers.xlsx"
    )
    assert not [error for row in result.rows for error in row.errors]
    return result


def wrong(result):
    return {
        row.number: sorted(ValidationError(row.error).update_error_dict({})) for row in result.invalid_rows
    }


def out(user):
    return ContributionResource(user=user).export(force_native_type=True)


# Out


def test_a_row_goes_out_with_its_answer_and_without_a_name(consultation, admin):
    question, zone = QuestionFactory(consultation=consultation, position=2), ZoneFactory(number=4)
    consultation.municipality.zones.add(zone)
    row = published(
        consultation,
        text="نص",
        question=question,
        zone=zone,
        profile="association",
        age="26-35",
        name="ليلى التجريبية",
        is_name_public=True,
    )
    answered([row], admin)
    (line,) = out(admin).dict
    assert line["reference"] == "C-1"
    assert (line["question"], line["zone"], line["profile"], line["age"]) == (2, 4, "association", "26-35")
    assert (line["status"], line["answer_status"], line["answer_verdict"]) == ("published",) * 2 + (
        "accepted",
    )
    assert line["answer_text_ar"] == TEXT
    assert line["day"] == row.received_at.astimezone(consultation.municipality.zone_info).date()
    assert "ليلى" not in json.dumps(line, default=str, ensure_ascii=False)


def test_what_was_withdrawn_goes_out_without_its_text(consultation, admin):
    row = published(consultation, text="سُحبت")
    Contribution.objects.filter(pk=row.pk).update(status="withdrawn")
    (line,) = out(admin).dict
    assert (line["status"], line["text"]) == ("withdrawn", "")


def test_what_was_withdrawn_is_read_by_nobody_in_the_admin(consultation, admin, client):
    row = published(consultation, text="كلام أول", solution="كلام ثان", effect="كلام <b>ثالث")
    client.force_login(admin)
    address = reverse("admin:consultations_contribution_change", args=[row.pk])
    page = client.get(address).content.decode()
    assert "كلام أول" in page
    assert "كلام &lt;b&gt;ثالث" in page
    withdraw(contribution=row)
    assert "كلام" not in client.get(address).content.decode()


def test_a_vocalised_text_is_as_long_as_a_person_sees_it(consultation, admin):
    long = "نَ" * 4000
    result = bring(admin, ROW | {"text": long})
    assert not wrong(result)
    assert Contribution.objects.get().text == long
    assert wrong(bring(admin, ROW | {"text": "ن" * 4001})) == {1: ["text"]}


def test_nothing_of_another_municipality_goes_out(consultation, admin, kenitra, stranger):
    published(consultation)
    canary(kenitra)
    assert "الكناري" not in out(admin).csv
    assert [line["municipality"] for line in out(stranger).dict] == ["kenitra"]
    assert len(ContributionResource().export()) == 0


def test_who_does_not_see_contributions_gets_none(consultation, editor):
    published(consultation)
    assert len(out(editor)) == 0


@pytest.mark.parametrize("file_format", [Csv, Xlsx])
def test_a_file_comes_back_without_a_difference(consultation, admin, file_format):
    published(consultation, text="=1+1", question=QuestionFactory(consultation=consultation))
    answered([published(consultation)], admin)
    drafted([published(consultation), published(consultation)], admin)
    ContributionFactory(consultation=consultation, refused=True)
    entries = Entry.objects.count()
    dataset = ContributionResource(user=admin).export(force_native_type=file_format is Xlsx)
    result = bring_dataset(admin, file_format().create_dataset(file_format().export_data(dataset)))
    assert not wrong(result)
    assert result.totals["skip"] == 5
    assert Entry.objects.count() == entries


# In: contributions


def test_a_row_from_paper_is_received_like_any_other(consultation, admin):
    zone = ZoneFactory(municipality=consultation.municipality, number=4)
    QuestionFactory(consultation=consultation, position=1)
    result = bring(admin, ROW | {"question": 1, "zone": 4, "profile": "association", "age": "26-35"})
    assert result.totals["new"] == 1, wrong(result)
    row = Contribution.objects.get()
    assert (row.number, row.channel, row.status, row.entered_by) == (1, "session", "pending", admin)
    assert (row.zone, row.question.position, row.profile) == (zone, 1, "association")
    assert row.language == "ar"


def test_the_same_file_twice_brings_nothing_twice(consultation, admin):
    rows = [ROW, ROW, ROW | {"text": "نص آخر"}]
    assert bring(admin, *rows).totals["new"] == 3
    again = bring(admin, *rows)
    assert (again.totals["new"], again.totals["skip"]) == (0, 3)
    assert Contribution.objects.count() == 3


def test_a_paper_form_keeps_its_serial(consultation, admin):
    code = new_code()
    bring(admin, ROW | {"serial": shown(code).lower()})
    assert Contribution.objects.get().receipt_hash == fingerprint(code)


def test_marks_are_made_and_nothing_becomes_public(consultation, admin):
    consultation.moderation = "after"
    consultation.save()
    bring(admin, ROW | {"text": "اتصلوا بي على 98 123 456"})
    row = Contribution.objects.get()
    assert (row.status, row.flags) == ("pending", ["phone"])


def test_the_journal_names_the_file_and_holds_no_text(consultation, admin):
    bring(admin, ROW)
    entry = Entry.objects.get(action="rows.imported")
    assert entry.changes["added"] == [None, 1]
    told = json.dumps([entry.changes for entry in Entry.objects.all()], ensure_ascii=False)
    assert ROW["text"] not in told


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        ({"text": "x"}, "text"),
        ({"text": "ن" * 4001}, "text"),
        ({"channel": "web"}, "channel"),
        ({"channel": "pigeon"}, "channel"),
        ({"kind": "letter"}, "kind"),
        ({"question": 9}, "question"),
        ({"zone": 99}, "zone"),
        ({"profile": "king"}, "profile"),
        ({"serial": "ABCD"}, "serial"),
        ({"reference": "C-99"}, "reference"),
        ({"reference": "seven"}, "reference"),
        ({"consultation": 44}, "consultation"),
        ({"consultation": ""}, "consultation"),
        ({"municipality": "nowhere"}, "municipality"),
    ],
)
def test_one_wrong_cell_and_nothing_comes_in(consultation, admin, cells, column):
    result = bring(admin, ROW, ROW | {"text": "نص سليم"} | cells)
    assert wrong(result) == {2: [column]}
    assert not Contribution.objects.exists()


def test_what_is_over_takes_no_more(nefta, admin):
    consultation = ConsultationFactory(municipality=nefta, closed=True, number=3)
    consultation.closes_at = consultation.opens_at + (consultation.closes_at - consultation.opens_at) / 10
    consultation.save()
    assert wrong(bring(admin, ROW)) == {1: ["consultation"]}


def test_a_role_that_does_not_moderate_types_nothing_in(consultation, nefta):
    assert wrong(bring(member(nefta, "answerer"), ROW)) == {1: ["reference"]}


def test_another_municipality_s_consultation_is_out_of_reach(consultation, stranger):
    assert wrong(bring(stranger, ROW)) == {1: ["municipality"]}


# In: answers


def test_a_row_with_its_reference_brings_the_draft_of_its_answer(consultation, admin):
    row = published(consultation)
    result = bring(admin, ROW | ANSWER | {"reference": "C-1", "text": row.text, "channel": "web"})
    assert not wrong(result)
    answer = OfficialAnswer.objects.get()
    assert (answer.status, answer.text_ar, answer.written_by) == ("draft", TEXT, admin)
    assert list(answer.contributions.all()) == [row]
    assert Entry.objects.filter(action="answer.drafted").count() == 1


def test_rows_with_the_same_answer_share_it(consultation, admin):
    rows = [published(consultation) for _ in range(3)]
    given = {"municipality": "nefta", "consultation": 3}
    other = ANSWER | {"answer_text_ar": "إجابة أخرى تماما"}
    result = bring(
        admin,
        given | ANSWER | {"reference": "C-1"},
        given | ANSWER | {"reference": "c-2"},
        given | other | {"reference": 3},
    )
    assert not wrong(result)
    assert [answer.contributions.count() for answer in OfficialAnswer.objects.order_by("pk")] == [2, 1]
    assert {row.pk for row in rows} == set(
        Contribution.objects.exclude(answer=None).values_list("pk", flat=True)
    )


def test_a_draft_is_changed_and_two_rows_of_it_do_not_quarrel(consultation, admin):
    answer = drafted([published(consultation), published(consultation)], admin)
    given = {"municipality": "nefta", "consultation": 3}
    changed = {"answer_text_ar": "نص جديد للإجابة"}
    result = bring(admin, given | changed | {"reference": "C-1"}, given | changed | {"reference": "C-2"})
    assert not wrong(result)
    answer.refresh_from_db()
    assert answer.text_ar == "نص جديد للإجابة"
    quarrel = bring(
        admin,
        given | {"reference": "C-1", "answer_text_ar": "هذا"},
        given | {"reference": "C-2", "answer_text_ar": "وذاك"},
    )
    assert wrong(quarrel) == {2: ["answer_verdict"]}


def test_what_is_public_and_what_was_received_stay_as_they_are(consultation, admin):
    answered([published(consultation)], admin)
    given = {"municipality": "nefta", "consultation": 3, "reference": "C-1"}
    assert wrong(bring(admin, given | {"answer_text_ar": "غيره"})) == {1: ["answer_text_ar"]}
    assert wrong(bring(admin, given | {"text": "غيره"})) == {1: ["text"]}


def test_what_is_not_published_gets_no_answer_by_a_file(consultation, admin):
    ContributionFactory(consultation=consultation, refused=True)
    given = {"municipality": "nefta", "consultation": 3, "reference": "C-1"}
    assert wrong(bring(admin, given | ANSWER)) == {1: ["reference"]}
    assert wrong(bring(admin, ROW | ANSWER)) == {1: ["reference"]}


def test_a_role_that_does_not_answer_brings_no_answer(consultation, nefta):
    published(consultation)
    given = {"municipality": "nefta", "consultation": 3, "reference": "C-1"}
    assert wrong(bring(member(nefta, "moderator"), given | ANSWER)) == {1: ["answer_verdict"]}


def test_an_unknown_column_and_a_row_twice_are_refused(consultation, admin):
    published(consultation)
    given = {"municipality": "nefta", "consultation": 3, "reference": "C-1"}
    assert wrong(bring(admin, given | ANSWER, given | ANSWER)) == {2: ["__all__"]}
    with_errors = ContributionResource(user=admin).import_data(
        tablib.Dataset(["nefta", 3, "x"], headers=["municipality", "consultation", "email"])
    )
    assert with_errors.has_errors()

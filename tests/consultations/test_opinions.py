"""The register of opinions, questions and answers: what it holds, who reads it, and what leaves as a file."""

import csv
import datetime
import io

import openpyxl
import pytest

from consultations.models import Contribution
from consultations.opinions import FORMATS, kind_of, years_of
from portal.audit.models import Entry
from portal.importing.inert import as_written_in_csv
from tests.consultations.answering import TEXT, answered, canary, drafted, member, published
from tests.consultations.participation import ConsultationFactory, ContributionFactory

PAGE = "/en/m/nefta/staff/opinions/"


def moment(year, month=6, day=1, hour=12):
    return datetime.datetime(year, month, day, hour, tzinfo=datetime.UTC)


@pytest.fixture
def consultation(nefta):
    return ConsultationFactory(municipality=nefta, open=True, number=7, title_ar="برنامج الانفتاح")


@pytest.fixture
def writer(nefta):
    return member(nefta)


@pytest.fixture
def desk(client, writer):
    client.force_login(writer)
    return client


def text(response):
    assert response.status_code == 200
    return response.content.decode()


def file(desk, suffix, year=2026):
    return desk.post(f"{PAGE}{year}/register.{suffix}")


def rows_of_csv(response):
    return list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        ({"text": "نريد المحاضر"}, "opinion"),
        ({"text": "هل تُنشر المحاضر؟"}, "question"),
        ({"text": "هل تُنشر المحاضر ؟ قرارات كثيرة تُحضَّر فيها."}, "question"),
        ({"text": "Les procès-verbaux seront-ils en français ?"}, "question"),
        ({"text": "http://exemple.tn/?page=2 est cassé"}, "opinion"),
        ({"text": ""}, "opinion"),
        ({"text": "هل؟", "kind": Contribution.Kind.IDEA}, "idea"),
    ],
)
def test_what_a_line_is(given, kind):
    assert kind_of(Contribution(**given)) == kind


def test_a_year_is_told_in_the_order_in_which_it_came_in(desk, consultation, writer):
    first = published(consultation, text="أول رأي", received_at=moment(2026, 1))
    second = published(consultation, text="هل من جديد؟", received_at=moment(2026, 2), channel="paper")
    published(consultation, text="من السنة الماضية", received_at=moment(2025))
    answered([second], writer)
    response = desk.get(f"{PAGE}?year=2026")
    lines = response.context["lines"]
    assert [(line.number, line.text) for line in lines] == [(1, first.text), (2, second.text)]
    html = text(response)
    assert "Paper form" in html
    assert "Question" in html
    assert TEXT in html
    assert "من السنة الماضية" not in html
    assert "من السنة الماضية" in text(desk.get(f"{PAGE}?year=2025"))


def test_the_newest_year_comes_first_and_years_end_by_the_municipality_s_clocks(desk, nefta, consultation):
    published(consultation, received_at=moment(2025, 12, 31, 23), text="بعد منتصف الليل في نفطة")
    published(consultation, received_at=moment(2025, 12, 31, 22), text="قبله")
    assert years_of(nefta) == [2026, 2025]
    html = text(desk.get(PAGE))
    assert "بعد منتصف الليل" in html
    assert "قبله" not in html


def test_what_is_not_public_has_its_state_and_no_text(desk, consultation, writer):
    now = moment(2026)
    ContributionFactory(consultation=consultation, text="لم تُقرأ", received_at=now)
    ContributionFactory(consultation=consultation, text="شتيمة", refused=True, received_at=now)
    withdrawn = published(consultation, text="سُحبت", received_at=now)
    Contribution.objects.filter(pk=withdrawn.pk).update(status="withdrawn")
    published(consultation, text="بُتر منها", is_redacted=True, received_at=now)
    drafted([published(consultation, text="مسودة", received_at=now)], writer)
    html = text(desk.get(f"{PAGE}?year=2026"))
    for hidden in ("لم تُقرأ", "شتيمة", "سُحبت", TEXT):
        assert hidden not in html
    assert "Not published: Insult or attack on a person" in html
    assert "a part was taken out" in html


def test_of_a_withdrawn_consultation_no_text_is_there_and_its_state_says_so(desk, consultation):
    now = moment(2026)
    published(consultation, text="نص لم يعد يقرأ", is_redacted=True, received_at=now)
    ContributionFactory(consultation=consultation, text="شتيمة", refused=True, received_at=now)
    consultation.status = "draft"
    consultation.save()
    html = text(desk.get(f"{PAGE}?year=2026"))
    assert "نص لم يعد يقرأ" not in html
    assert "Consultation withdrawn" in html
    assert "Not published: Insult or attack on a person" in html
    row, _refused = rows_of_csv(file(desk, "csv"))
    assert (row["Text as published"], row["State"]) == ("", "Consultation withdrawn")


@pytest.mark.parametrize("suffix", sorted(FORMATS))
def test_the_file_holds_the_register_and_nobody_s_name(desk, consultation, writer, suffix):
    row = published(
        consultation,
        text="رأي",
        solution="",
        name="ليلى التجريبية",
        is_name_public=True,
        profile="journalist",
        age="o65",
        received_at=moment(2026),
    )
    answered([row], writer)
    response = file(desk, suffix)
    assert response["Content-Disposition"] == f'attachment; filename="nefta-opinions-2026.{suffix}"'
    if suffix == "csv":
        (line,) = rows_of_csv(response)
        cells = [str(value) for value in line.values()]
    else:
        sheet = openpyxl.load_workbook(io.BytesIO(response.content)).active
        cells = [str(cell) for cell in list(sheet.iter_rows(values_only=True))[1]]
    assert cells[:7] == ["1", "2026-06-01", "Opinion", "7", "برنامج الانفتاح", "C-1", "This portal"]
    assert "رأي" in cells
    assert TEXT in cells
    assert not {"ليلى التجريبية", "journalist", "o65"} & set(cells)


@pytest.mark.parametrize("suffix", sorted(FORMATS))
@pytest.mark.parametrize("hostile", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", " =1"])
def test_no_spreadsheet_runs_a_text(desk, consultation, suffix, hostile):
    published(consultation, text=hostile, received_at=moment(2026))
    response = file(desk, suffix)
    if suffix == "csv":
        cell = rows_of_csv(response)[0]["Text as published"]
    else:
        sheet = openpyxl.load_workbook(io.BytesIO(response.content)).active
        cell = sheet.cell(row=2, column=8).value
    assert cell.startswith("'")
    assert as_written_in_csv(cell) == hostile


def test_the_journal_keeps_who_took_it_out(desk, consultation, writer):
    published(consultation, received_at=moment(2026))
    file(desk, "csv")
    entry = Entry.objects.get(action="opinions.exported")
    assert entry.actor == writer
    assert entry.changes == {"year": [None, 2026], "format": [None, "csv"], "rows": [None, 1]}


def test_a_file_is_asked_for_by_a_form(desk, consultation):
    published(consultation, received_at=moment(2026))
    assert desk.get(f"{PAGE}2026/register.csv").status_code == 405
    assert file(desk, "docx").status_code == 404
    assert file(desk, "csv", 1999).status_code == 404
    assert not Entry.objects.filter(action="opinions.exported").exists()


def test_an_empty_register(desk):
    assert "Nothing came in yet" in text(desk.get(PAGE))
    assert desk.get(f"{PAGE}?year=1999").status_code == 404
    assert "Nothing came in yet" in text(desk.get(f"{PAGE}?year=abcd"))


def test_the_page_asks_as_much_for_one_as_for_many(desk, consultation, writer, django_assert_max_num_queries):
    answered([published(consultation, received_at=moment(2026))], writer)
    with django_assert_max_num_queries(30) as few:
        desk.get(PAGE)
    for _ in range(15):
        answered([published(consultation, received_at=moment(2026))], writer)
    with django_assert_max_num_queries(len(few)):
        desk.get(PAGE)


def test_another_municipality_s_rows_never_appear(desk, consultation, kenitra, stranger):
    published(consultation, received_at=moment(2026))
    canary(kenitra, received_at=moment(2026))
    assert "الكناري" not in text(desk.get(PAGE))
    assert len(rows_of_csv(file(desk, "csv"))) == 1
    desk.force_login(stranger)
    assert desk.get(PAGE).status_code == 404
    assert file(desk, "csv").status_code == 404


@pytest.mark.parametrize("role", ["editor", "council_reader", "auditor"])
def test_a_role_that_does_not_see_contributions_stays_outside(client, nefta, consultation, role):
    published(consultation, received_at=moment(2026))
    client.force_login(member(nefta, role))
    assert client.get(PAGE).status_code == 403
    assert file(client, "csv").status_code == 403

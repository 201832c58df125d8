import datetime
import re
import time

import pytest
from django.db import connection
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import override

from consultations.asked import lists_of
from consultations.models import Contribution, OfficialAnswer
from consultations.talk import read_talk, talk_address
from tests.consultations.crowds import answer_all, publish
from tests.consultations.factories import AxisFactory
from tests.consultations.participation import (
    ConsultationFactory,
    ContributionFactory,
    OfficialAnswerFactory,
    QuestionFactory,
)
from tests.factories import MunicipalityFactory

pytestmark = pytest.mark.django_db

CITIZEN = ("citizen", "36-50")
PAGE_MILLISECONDS = 1500  # ten times the bar, for machines that are busy


@pytest.fixture
def consultation():
    return ConsultationFactory(open=True, municipality=MunicipalityFactory(tunisian=True))


@pytest.fixture
def address(consultation):
    return reverse("consultation", kwargs={"slug": "nefta", "number": consultation.number})


def _talk(consultation, page=None, **kwargs):
    return read_talk(consultation, lists_of(consultation.municipality), page, **kwargs)


def _html(consultation, page=None):
    request = RequestFactory().get("/")
    return render_to_string("consultations/talk.html", {"talk": _talk(consultation, page)}, request)


def test_the_list_says_who_when_what_and_the_answer(consultation):
    [first, *_rest] = publish(consultation, *[CITIZEN] * 6, days_ago=3)
    OfficialAnswerFactory(published=True, consultation=consultation, contributions=[first])

    with override("fr"):
        talk = _talk(consultation)

    assert [entry.number for entry in talk.entries] == [1, 2, 3, 4, 5, 6]
    entry, other = talk.entries[0], talk.entries[1]
    assert (entry.profile, entry.age) == ("Citoyen(ne)", "36-50 ans".replace("-", "–"))
    assert entry.published_on == first.published_on
    assert (entry.answer.verdict, entry.due) == ("accepted", "")
    assert other.answer is None
    received_on = first.received_at.astimezone(consultation.municipality.zone_info).date()
    assert other.due_on == received_on + datetime.timedelta(15)
    assert not other.is_overdue


def test_the_list_holds_what_is_public_and_places_of_what_was_withdrawn(consultation):
    publish(consultation, CITIZEN)
    [withdrawn] = publish(consultation, CITIZEN, text="كلام سُحب", name="سالم", is_name_public=True)
    ContributionFactory(consultation=consultation)
    ContributionFactory(consultation=consultation, refused=True)
    ContributionFactory(consultation=consultation, status="withdrawn")
    publish(ConsultationFactory(open=True), CITIZEN)
    Contribution.objects.filter(pk=withdrawn.pk).update(status="withdrawn")

    talk, html = _talk(consultation), _html(consultation)

    assert [(entry.number, entry.is_withdrawn) for entry in talk.entries] == [(1, False), (2, True)]
    assert "كلام سُحب" not in html
    assert "سالم" not in html
    assert 'id="c-2"' in html


def test_a_draft_consultation_has_no_list(consultation):
    publish(consultation, CITIZEN)
    type(consultation).objects.update(status="draft")

    assert not _talk(consultation)


def test_a_draft_of_an_answer_is_no_answer(consultation):
    rows = publish(consultation, CITIZEN)
    OfficialAnswerFactory(consultation=consultation, contributions=rows, text_ar="مسودة سرية")

    assert _talk(consultation).entries[0].answer is None
    assert "مسودة سرية" not in _html(consultation)


def test_an_overdue_answer_is_said_to_be(consultation):
    publish(consultation, CITIZEN, days_ago=20)

    [entry] = _talk(consultation).entries

    assert entry.is_overdue


def test_a_name_is_shown_only_where_its_author_agreed(consultation):
    publish(consultation, CITIZEN, name="سالم", is_name_public=True)
    publish(consultation, CITIZEN, name="منية", is_name_public=False)

    html = _html(consultation)

    assert "<bdi>سالم</bdi>" in html
    assert "منية" not in html


def test_an_idea_shows_its_three_texts_with_what_it_is_about(consultation):
    AxisFactory(plan_id=consultation.subject_id, number=2, title_ar="المشاركة المواطنة")
    question = QuestionFactory(consultation=consultation, text_ar="كيف نحسن الحي؟")
    values = {"kind": "idea", "text": "نفايات", "solution": "حاويات", "effect": "أنظف"}
    publish(consultation, CITIZEN, **values, question=question, part="axis:2")

    with override("ar"):
        [entry] = _talk(consultation).entries

    assert [passage.text.text for passage in entry.passages] == ["نفايات", "حاويات", "أنظف"]
    assert all(passage.label for passage in entry.passages)
    assert (str(entry.question), str(entry.part)) == ("كيف نحسن الحي؟", "المشاركة المواطنة")


def test_a_part_that_is_gone_is_left_out(consultation):
    publish(consultation, CITIZEN, part="axis:9")

    assert _talk(consultation).entries[0].part is None


def test_paragraphs_have_their_own_direction_and_language(consultation):
    publish(consultation, CITIZEN, text="Une version française, svp.\n\nمع النص العربي")

    with override("ar"):
        [entry] = _talk(consultation).entries
        html = _html(consultation)

    [passage] = entry.passages
    assert [paragraph.dir for paragraph in passage.paragraphs] == ["ltr", "rtl"]
    assert '<p dir="ltr">Une version' in html
    assert 'lang="fr"' in html


def test_what_was_taken_out_is_said(consultation):
    publish(consultation, CITIZEN, is_redacted=True)

    with override("en"):
        assert "A part was taken out" in _html(consultation)


def test_nothing_stands_beside_a_comment_that_fewer_than_five_share(consultation):
    publish(consultation, *[CITIZEN] * 4, ("journalist", "o65"))

    with override("fr"):
        html = _html(consultation)

    assert not any((entry.profile, entry.age) != ("", "") for entry in _talk(consultation).entries)
    assert "Journaliste" not in html


def test_the_channel_the_zone_and_the_language_of_the_form_are_nowhere(consultation):
    zone = consultation.municipality.zones.create(number=7, name_ar="حي الواحة")
    publish(consultation, *[CITIZEN] * 9, zone=zone, channel="phone", language="fr")

    html = _html(consultation)

    assert "حي الواحة" not in html
    assert "phone" not in html
    assert 'lang="fr"' not in html


@pytest.mark.parametrize("page", [None, "", "x", "0", "-3", "c-", "c-9999999999", "٣"])
def test_any_page_number_leads_somewhere(consultation, page):
    publish(consultation, *[CITIZEN] * 3)

    assert _talk(consultation, page, per_page=2).total == 3


def test_pages_follow_each_other_and_each_contribution_has_its_place(consultation, address):
    rows = publish(consultation, *[CITIZEN] * 5)
    Contribution.objects.filter(pk=rows[1].pk).update(status="refused", refusal_reason="insult")

    assert [entry.number for entry in _talk(consultation, "2", per_page=2).entries] == [4, 5]
    assert [entry.number for entry in _talk(consultation, "c-3", per_page=2).entries] == [1, 3]
    assert [entry.number for entry in _talk(consultation, "c-5", per_page=2).entries] == [4, 5]
    assert talk_address(rows[4]) == f"{address}?page=c-5#c-5"


def test_the_page_of_a_contribution_has_it(client, consultation, address):
    rows = publish(consultation, *[CITIZEN] * 60)

    page = client.get(talk_address(rows[55]).partition("#")[0]).content.decode()

    assert 'id="c-56"' in page
    assert 'id="c-1"' not in page
    assert 'href="?page=1#talk"' in page


def test_the_number_of_queries_does_not_grow(client, consultation, address, django_assert_num_queries):
    counts = []
    for more in (1, 49):
        answer_all(consultation, publish(consultation, *[CITIZEN] * more, part="axis:1"))
        lists = lists_of(consultation.municipality)
        with django_assert_num_queries(QUERIES):
            read_talk(consultation, lists, "c-1")
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address, {"page": f"c-{more}"}).status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1]


QUERIES = 7
"""Where the place is, how many, who shares what, the page, its answers' changes, and projects and axes."""


def test_five_hundred_with_answers_are_quick_and_then_unchanged(client, consultation, address):
    cells = [CITIZEN] * 480 + [("association", "26-35")] + [("student", "16-25")] * 19
    answer_all(consultation, publish(consultation, *cells))
    client.get(reverse("municipality", kwargs={"slug": "nefta"}))  # templates are loaded once a process

    begun = time.perf_counter()
    response = client.get(address, {"page": "5"})
    spent = (time.perf_counter() - begun) * 1000

    assert len(re.findall(r'<li id="c-\d+">', response.content.decode())) == 50
    assert spent < PAGE_MILLISECONDS
    again = client.get(address, {"page": "5"}, headers={"if-none-match": response["ETag"]})
    assert again.status_code == 304
    assert OfficialAnswer.objects.count() == 500

"""We asked, you said, we did: by question, by answer, in every state; never who said it."""

import pytest

from consultations.models import Contribution, Verdict
from consultations.said import QUOTE_LENGTH
from consultations.services.answers import change_answer
from portal.audit.log import touch
from tests.consultations.answering import OUTCOME, TEXT, answered, canary, drafted, member, published
from tests.consultations.participation import ConsultationFactory, ContributionFactory, QuestionFactory

REASON = "تركيبة اللجان يحددها القانون، وتُفتح جلسة سنوية."


@pytest.fixture
def consultation(nefta):
    return ConsultationFactory(municipality=nefta, closed=True, number=4)


@pytest.fixture
def questions(consultation):
    return [
        QuestionFactory(consultation=consultation, position=position, text_ar=text)
        for position, text in ((1, "كيف تريدون قراءة ما يقرره المجلس؟"), (2, "من يشارك في اللجان؟"))
    ]


@pytest.fixture
def writer(nefta):
    return member(nefta)


def page(client, language="en"):
    return client.get(f"/{language}/m/nefta/consultations/4/said/")


def text(response):
    assert response.status_code == 200
    return response.content.decode()


def test_each_question_has_what_was_said_and_what_came_of_it(client, consultation, questions, writer):
    like = [published(consultation, question=questions[0], text=f"ملخص {n}") for n in range(3)]
    alone = published(consultation, question=questions[0], text="محاضر في أجل")
    refused = published(consultation, question=questions[1], text="مقعد للجمعيات")
    answered([alone], writer, verdict=Verdict.ACCEPTED_IN_PART)
    answered(like, writer, outcome=OUTCOME)
    answered([refused], writer, verdict=Verdict.NOT_ACCEPTED, text_ar=REASON, did_ar="")
    response = page(client, "fr")
    sections = response.context["said"].sections
    assert [section.question for section in sections] == questions
    assert [(pair.quote, pair.count) for pair in sections[0].pairs] == [("ملخص 0", 3), ("محاضر في أجل", 1)]
    assert [pair.answer.is_done for section in sections for pair in section.pairs] == [True, True, False]
    html = text(response)
    assert "Projet 3, version 2" in html
    assert REASON in html
    assert "ملخص 1" not in html


def test_what_belongs_to_no_question_stands_last(client, consultation, questions, writer):
    answered([published(consultation, text="حديقة")], writer)
    sections = page(client).context["said"].sections
    assert [section.question for section in sections] == [*questions, None]
    assert "Nobody wrote about this question." in text(page(client))
    assert "Beyond the questions" in text(page(client))


def test_a_consultation_without_questions_has_one_section(client, consultation, writer):
    answered([published(consultation)], writer)
    html = text(page(client))
    assert "What you said" in html
    assert "Beyond the questions" not in html


def test_one_answer_over_two_questions_has_one_anchor(client, consultation, questions, writer):
    rows = [published(consultation, question=question) for question in questions]
    answer = answered(rows, writer)
    html = text(page(client))
    assert html.count(f'id="answer-{answer.pk}"') == 1
    assert html.count(TEXT) == 2


def test_the_outcomes_are_counted_and_add_up(client, consultation, writer):
    answered([published(consultation) for _ in range(4)], writer)
    answered([published(consultation)], writer, verdict=Verdict.ALREADY_PLANNED)
    published(consultation)
    said = page(client).context["said"]
    assert [(outcome.label, outcome.count) for outcome in said.outcomes] == [
        ("Accepted", 4),
        ("Already planned", 1),
    ]
    assert (said.answered, said.gauge.answered, said.gauge.received) == (5, 5, 6)


def test_a_part_says_what_still_waits(client, consultation, questions, writer):
    answered([published(consultation, question=questions[0])], writer)
    published(consultation, question=questions[1])
    drafted([published(consultation, question=questions[1])], writer)
    ContributionFactory(consultation=consultation, question=questions[1])
    response = page(client)
    assert [section.waiting for section in response.context["said"].sections] == [0, 2]
    html = text(response)
    assert "3 contributions still wait for their answers" in html
    assert "2 contributions wait for their answers" in html
    assert "Nobody wrote about this question." not in html


def test_nothing_answered_yet(client, consultation):
    published(consultation)
    html = text(page(client))
    assert "No answer yet" in html
    assert "1 contribution waits." in html


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("before", "The consultation has not begun."),
        ("open", "take part"),
        ("closed", "what was contributed"),
    ],
)
def test_the_empty_page_says_what_to_do_meanwhile(client, nefta, state, words):
    ConsultationFactory(municipality=nefta, number=4, **{state: True})
    assert words in text(page(client))


def test_who_said_it_is_never_there(client, consultation, writer):
    row = published(
        consultation, profile="journalist", age="o65", name="ليلى التجريبية", is_name_public=True, text="نص"
    )
    answered([row], writer)
    html = text(page(client))
    assert "صحفي" not in html
    assert "65" not in html.replace("&#x27;", "")
    assert "ليلى" not in html


def test_what_left_the_public_is_quoted_no_more(client, consultation, writer):
    first, second = published(consultation, text="سُحبت"), published(consultation, text="بقيت")
    answered([first, second], writer)
    Contribution.objects.filter(pk=first.pk).update(status="withdrawn")
    html = text(page(client))
    assert "سُحبت" not in html
    assert "بقيت" in html
    Contribution.objects.filter(pk=second.pk).update(status="refused", refusal_reason="insult")
    touch(consultation.municipality)
    assert "No answer yet" in text(page(client))


def test_a_quote_is_short_and_harmless(client, consultation, writer):
    hostile = "<script>alert(1)</script>\n\nكلام طويل " * 60
    answered([published(consultation, text=hostile)], writer, text_ar="<b>نص</b>\n\nسطر", did_ar="<i>فعل</i>")
    response = page(client)
    (pair,) = response.context["said"].sections[0].pairs
    assert len(pair.quote) <= QUOTE_LENGTH
    assert "\n" not in pair.quote
    html = text(response)
    assert "<script>alert" not in html
    assert "<b>نص" not in html
    assert "<i>فعل" not in html


def test_a_change_after_publication_is_told(client, consultation, writer):
    answer = answered([published(consultation)], writer)
    assert "changed on" not in text(page(client))
    change_answer(answer=answer, values={"text_ar": "أجل جديد كليا"}, reason="تأخر", actor=writer)
    html = text(page(client))
    assert "changed on" in html
    assert "أجل جديد كليا" in html


def test_the_page_asks_as_much_for_one_as_for_many(
    client, consultation, questions, writer, django_assert_num_queries
):
    answered([published(consultation, question=questions[0])], writer)
    with django_assert_num_queries(9):
        page(client)
    for number in range(20):
        answered([published(consultation, question=questions[number % 2])], writer)
    with django_assert_num_queries(9):
        page(client)


def test_many_answers_have_several_pages_and_each_is_found(
    client, consultation, questions, writer, monkeypatch
):
    monkeypatch.setattr("consultations.said.PAIRS_A_PAGE", 3)
    first = [answered([published(consultation, question=questions[0])], writer) for _ in range(4)]
    last = answered([published(consultation)], writer)
    response = client.get("/en/m/nefta/consultations/4/said/?page=2")
    (continued, empty, besides) = response.context["said"].sections
    assert continued.is_continued
    assert [pair.answer.pk for pair in continued.pairs] == [first[3].pk]
    assert (empty.question, empty.pairs) == (questions[1], [])
    assert [pair.answer.pk for pair in besides.pairs] == [last.pk]
    named = client.get(f"/en/m/nefta/consultations/4/said/?page=answer-{first[3].pk}")
    assert f'id="answer-{first[3].pk}"' in text(named)
    assert 'rel="prev"' in text(named)
    for page_number in ("answer-999999", "x", "0"):
        assert client.get(f"/en/m/nefta/consultations/4/said/?page={page_number}").status_code == 200


def test_who_has_the_page_already_is_told_so(client, consultation, writer, django_assert_num_queries):
    answered([published(consultation)], writer)
    etag = page(client)["ETag"]
    address = "/en/m/nefta/consultations/4/said/"
    with django_assert_num_queries(1):
        assert client.get(address, headers={"if-none-match": etag}).status_code == 304
    answered([published(consultation)], writer)
    assert client.get(address, headers={"if-none-match": etag}).status_code == 200


def test_what_is_no_public_consultation_is_not_found(client, nefta, kenitra):
    ConsultationFactory(municipality=nefta, number=4)
    assert page(client).status_code == 404
    other = canary(kenitra).consultation
    assert client.get(f"/en/m/nefta/consultations/{other.number}/said/").status_code == 404


def test_another_municipality_s_rows_never_appear(client, consultation, writer, kenitra):
    canary(kenitra)
    answered([published(consultation)], writer)
    assert "الكناري" not in text(page(client))

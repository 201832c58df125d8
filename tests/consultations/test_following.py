"""Following a contribution by its code: what its holder reads and may do, and what nobody else learns."""

import datetime
import html
import logging
import re

import pytest
import time_machine
from django.db import InterfaceError, OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from consultations import receipts
from consultations.models import Consultation, Contribution, Original
from consultations.views import following
from portal.limits.models import Tally
from portal.logs import WithoutSecrets
from tests.consultations.contribution_posts import contributed, filled_in, form_address
from tests.consultations.participation import (
    ConsultationFactory,
    ContributionFactory,
    OfficialAnswerFactory,
    ParticipationRulesFactory,
    QuestionFactory,
)
from tests.factories import ZoneFactory

pytestmark = pytest.mark.django_db

NOW = datetime.datetime(2026, 11, 9, 17, 42, tzinfo=datetime.UTC)
CODE = receipts.code_for("followed")
UNKNOWN = receipts.code_for("nobody's")


@pytest.fixture
def clock():
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def consultation(clock, nefta):
    return ConsultationFactory(open=True, municipality=nefta)


def _row(consultation, **given):
    return ContributionFactory(consultation=consultation, receipt_hash=receipts.fingerprint(CODE), **given)


def _address(name="follow", code=CODE, language="ar"):
    with translation.override(language):
        return reverse(name, kwargs={"code": code})


def _page(client, name="follow", **given):
    response = client.get(_address(name, **given))
    assert response.status_code == 200
    return response.content.decode()


# The receipt


def test_the_receipt_shows_the_code_and_what_follows(client, consultation, clock):
    code = contributed(client, consultation, clock, text="نص المشاركة")
    response = client.get(_address("received", code))
    page = response.content.decode()
    assert receipts.shown(code) in page
    assert "<svg" in page.split("m-qr")[1][:200]
    assert "style=" not in page
    assert "نص المشاركة" in page
    assert "C-1" in page
    # Received at 17:42:30 in UTC: 18:42 in Tunis; two working days, fifteen days, half an hour.
    for expected in ("18:42", "11 نوفمبر 2026", "24 نوفمبر 2026", "19:12"):
        assert expected in page


@pytest.mark.parametrize("name", ["follow", "received", "follow-correct", "follow-withdraw", "follow-erase"])
def test_such_pages_are_told_to_nobody(client, consultation, name):
    _row(consultation)
    response = client.get(_address(name))
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    assert response["Referrer-Policy"] == "same-origin"
    assert 'content="noindex, nofollow"' in response.content.decode()


# Codes


@pytest.mark.parametrize("language", ["ar", "fr"])
def test_a_code_as_people_copy_it_is_found(client, consultation, language):
    _row(consultation)
    typed = receipts.shown(CODE).lower().replace(" ", "-")
    assert client.get(_address(code=typed, language=language)).status_code == 200


def test_a_mistyped_code_asks_no_database(client, consultation, django_assert_num_queries):
    wrong = CODE[:-1] + ("A" if CODE[-1] != "A" else "B")
    with django_assert_num_queries(0):
        response = client.get(_address(code=wrong))
    assert response.status_code == 404
    assert wrong in response.content.decode()


@pytest.mark.parametrize("code", ["x", "\0", "%00", "ا" * 300, "<script>"])
def test_nothing_in_the_address_breaks_it(client, code):
    response = client.get(f"/ar/follow/{code}/")
    assert response.status_code == 404
    assert "<script>" not in response.content.decode().split("<main")[1]


def test_unknown_codes_are_counted_and_then_refused(consultation):
    """With Django's own client: counting is the one thing that reading such a page writes."""
    client = Client()
    _row(consultation)
    for _ in range(following.MOST_MISSES):
        assert client.get(_address(code=UNKNOWN)).status_code == 404
    refused = client.get(_address(code=UNKNOWN))
    assert refused.status_code == 429
    assert 0 < int(refused["Retry-After"]) <= 3600
    assert client.get(_address()).status_code == 429, "else a right guess would be told from a wrong one"
    assert client.get(_address(), REMOTE_ADDR="203.0.113.9").status_code == 200
    assert Tally.objects.get().count == following.MOST_MISSES


def test_another_hour_it_may_be_asked_again(consultation, clock):
    client = Client()
    _row(consultation)
    for _ in range(following.MOST_MISSES):
        client.get(_address(code=UNKNOWN))
    clock.shift(3600)
    assert client.get(_address()).status_code == 200


def test_the_door_leads_to_what_was_typed(client, consultation):
    _row(consultation)
    assert client.get("/fr/follow/").status_code == 200
    answer = client.get("/fr/follow/", {"code": receipts.shown(CODE).lower()})
    assert (answer.status_code, answer["Location"]) == (302, f"/fr/follow/{CODE}/")
    mistyped = client.get("/fr/follow/", {"code": "7KQ4 <b>"})
    assert mistyped.status_code == 422
    assert html.escape("7KQ4 <b>") in mistyped.content.decode()


def test_no_code_is_written_into_the_server_s_log(client, consultation, caplog):
    _row(consultation)
    caplog.handler.addFilter(WithoutSecrets())
    Client().get(_address(code=UNKNOWN))
    client.post(_address("follow-correct"), {"text": ""})
    logging.getLogger("django.server").warning('"%s %s"', "GET", f"/ar/follow/?x=1&code={CODE}")
    assert "/follow/" in caplog.text
    assert CODE not in caplog.text
    assert UNKNOWN not in caplog.text


# What became of it


def test_pending(client, consultation):
    _row(consultation, text="نص <b>و</b>\n\nفقرة ثانية")
    page = _page(client)
    assert "نص &lt;b&gt;و&lt;/b&gt;" in page
    assert "waits to be read" in _page(client, language="en")


def test_published_with_its_number_and_what_was_taken_out(client, consultation):
    row = _row(consultation, published=True, is_redacted=True, note_to_author="اسم شخص")
    Original.objects.create(contribution=row, text="النص الأصلي")
    page = _page(client, language="en")
    assert "Your contribution is published" in page
    assert "C-1" in page
    assert "A part was taken out" in page
    assert "اسم شخص" in page
    assert "النص الأصلي" not in page


def test_a_withdrawn_consultation_leaves_no_dead_end(client, consultation):
    _row(consultation, published=True)
    number = f"/consultations/{consultation.number}/"
    assert number in _page(client)
    Consultation.objects.update(status="draft")
    for name in ("follow", "received", "follow-correct", "follow-withdraw", "follow-erase"):
        assert number not in _page(client, name)


def test_refused_with_the_reason_and_how_to_object(client, consultation, nefta):
    ParticipationRulesFactory(municipality=nefta, contact_fr="Bureau 4")
    _row(consultation, refused=True, note_to_author="كلمة جارحة")
    page = _page(client, language="en")
    for expected in (
        "was not published",
        "Insult or attack",
        "كلمة جارحة",
        "If you do not agree",
        "Bureau 4",
    ):
        assert expected in page


def test_answered_with_the_verdict_as_heading(client, consultation):
    answer = OfficialAnswerFactory(consultation=consultation, published=True, verdict="in_part")
    _row(consultation, published=True, answer=answer, received_at=NOW - datetime.timedelta(days=3))
    page = _page(client, language="en")
    assert "<h1>The municipality answered: Accepted in part</h1>" in page
    assert "قُبل المقترح." in page
    assert "after 3 days" in page


def test_a_draft_of_an_answer_is_not_shown(client, consultation):
    _row(consultation, published=True, answer=OfficialAnswerFactory(consultation=consultation))
    page = _page(client)
    assert "قُبل المقترح." not in page
    assert "helped" not in page


@pytest.mark.parametrize("status", ["withdrawn", "erased"])
def test_withdrawn_and_erased_texts_are_shown_to_nobody(client, consultation, status):
    _row(consultation, status="withdrawn", text="كناري", erased_at=NOW if status == "erased" else None)
    page = _page(client, language="en")
    assert "كناري" not in page
    assert ("You withdrew" if status == "withdrawn" else "was erased") in page
    assert ("follow" in page, "/withdraw/" in page) == (True, False)


def test_what_was_typed_in_can_be_checked(client, consultation):
    _row(consultation, channel="paper", text="كما كُتب بخط اليد")
    page = _page(client, language="en")
    assert "كما كُتب بخط اليد" in page
    assert "typed it in for you" in page


def test_everything_kept_of_it_is_shown_to_its_author(client, consultation):
    zone = ZoneFactory(municipality=consultation.municipality, name_fr="Médina")
    question = QuestionFactory(consultation=consultation, text_fr="Quand ?")
    _row(consultation, zone=zone, question=question, name="Sonia", profile="student", age="16-25")
    page = _page(client, language="fr")
    for expected in ("Médina", "Quand ?", "Sonia", "Étudiant(e)", "16–25 ans"):
        assert expected in page


def test_the_page_asks_a_constant_number_of_questions(client, consultation):
    answer = OfficialAnswerFactory(consultation=consultation, published=True)
    _row(consultation, published=True, answer=answer)
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            _page(client)
        counts.append(len(queries))
        ContributionFactory.create_batch(3, consultation=consultation, published=True)
    assert counts[0] == counts[1] <= 9


# What its author may do


def test_correcting(client, consultation, clock):
    code = contributed(client, consultation, clock, text="نص فيه خطأ", name="Sonia")
    form = client.get(_address("follow-correct", code)).content.decode()
    assert "نص فيه خطأ" in form
    assert 'value="Sonia"' in form
    assert 'name="email"' not in form
    answer = client.post(_address("follow-correct", code), filled_in("", text="نص بلا خطأ"))
    assert (answer.status_code, answer["Location"]) == (303, _address(code=code))
    assert Contribution.objects.get().text == "نص بلا خطأ"


@pytest.mark.parametrize("why", ["wrong", "forged", "late", "away"])
def test_a_correction_that_is_not_stored_is_shown_again(client, consultation, clock, monkeypatch, why):
    code = contributed(client, consultation, clock)
    sent = filled_in("", text="نص طويل <b> تعبت فيه", age="nobody" if why == "wrong" else "u16")
    statuses = {"wrong": 422, "forged": 422, "late": 409, "away": 503}
    if why == "forged":
        client = Client(enforce_csrf_checks=True)
    elif why == "late":
        clock.shift(3600)
    elif why == "away":

        def away(**_given):
            raise OperationalError

        monkeypatch.setattr(following.services, "correct", away)
    answer = client.post(_address("follow-correct", code), sent)
    assert answer.status_code == statuses[why]
    assert html.escape(sent["text"]) in answer.content.decode()
    assert Contribution.objects.get().text != sent["text"]


def test_somebody_read_it_while_it_was_corrected(client, consultation, clock, monkeypatch):
    code = contributed(client, consultation, clock)
    correct = following.services.correct

    def read_meanwhile(**given):
        Contribution.objects.update(moderated_at=NOW)
        return correct(**given)

    monkeypatch.setattr(following.services, "correct", read_meanwhile)
    answer = client.post(_address("follow-correct", code), filled_in("", text="نص آخر"))
    assert answer.status_code == 409
    assert "readonly" in answer.content.decode()
    assert "نص آخر" in answer.content.decode()


@pytest.mark.parametrize("name", ["follow-withdraw", "follow-erase"])
def test_leaving_is_asked_about_first(client, consultation, name):
    _row(consultation, published=True, text="كناري")
    assert "كناري" in _page(client, name)
    assert Contribution.objects.get().status == "published"
    answer = client.post(_address(name))
    assert (answer.status_code, answer["Location"]) == (303, _address())
    row = Contribution.objects.get()
    assert row.status == "withdrawn"
    assert bool(row.erased_at) == (name == "follow-erase") == (row.text == "")
    assert client.post(_address(name)).status_code == 303, "twice is once"
    assert "<form" not in _page(client, name).split("<main")[1]


ACTS = {"follow-withdraw": "withdraw", "follow-erase": "erase", "follow-helped": "say_helped"}


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
@pytest.mark.parametrize("name", ACTS)
def test_what_could_not_be_done_is_said_and_can_be_tried_again(
    client, consultation, monkeypatch, name, error
):
    answer = OfficialAnswerFactory(consultation=consultation, published=True)
    _row(consultation, published=True, answer=answer, text="كناري")

    def locked(**_given):
        raise error("database is locked")

    with monkeypatch.context() as patched:
        patched.setattr(following.services, ACTS[name], locked)
        refused = client.post(_address(name, language="en"), {"helped": "yes"})
    page = refused.content.decode()
    assert refused.status_code == 503
    assert "Nothing was done" in page
    assert "nothing was stored. Try again." in page
    assert "كناري" in page
    assert '<form method="post"' in page
    row = Contribution.objects.get()
    assert (row.status, row.text, row.erased_at, row.was_helped) == ("published", "كناري", None, None)
    assert client.post(_address(name), {"helped": "yes"}).status_code == 303


@pytest.fixture
def away():
    """Whoever asks the database for anything is refused, until the returned context is left."""

    def refused(*_given):
        raise OperationalError("the server closed the connection")

    return lambda: connection.execute_wrapper(refused)


@pytest.mark.parametrize("name", ACTS)
def test_without_a_database_nothing_is_done_and_it_is_said(client, consultation, away, name):
    _row(consultation, published=True)
    with away():
        refused = client.post(_address(name, language="en"), {"helped": "yes"})
    assert refused.status_code == 503
    assert "<h1>Nothing was done</h1>" in refused.content.decode()
    assert f'href="{_address(language="en")}"' in refused.content.decode()
    assert refused["X-Robots-Tag"] == "noindex, nofollow"
    assert Contribution.objects.get().status == "published"


def test_without_a_database_a_correction_is_given_back_and_can_be_sent_as_it_was(
    client, consultation, clock, away
):
    code = contributed(client, consultation, clock)
    sent = filled_in("", text="نص طويل <b> تعبت فيه", profile="student", age="u16", name="Sonia")
    strict = Client(enforce_csrf_checks=True)
    with away():
        refused = strict.post(_address("follow-correct", code), sent)
    page = refused.content.decode()
    assert refused.status_code == 503
    assert f"\n{html.escape(sent['text'])}</textarea>" in page
    given_back = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page))
    assert {**given_back, "text": sent["text"]} == {
        **sent,
        "csrfmiddlewaretoken": given_back["csrfmiddlewaretoken"],
    }
    again = strict.post(_address("follow-correct", code), {**given_back, "text": sent["text"]})
    assert again.status_code == 303
    row = Contribution.objects.get()
    assert (row.text, row.name, row.profile) == (sent["text"], "Sonia", "student")


@pytest.mark.parametrize("name", ["follow-withdraw", "follow-erase", "follow-helped"])
def test_a_foreign_page_does_nothing(consultation, name):
    answer = OfficialAnswerFactory(consultation=consultation, published=True)
    _row(consultation, published=True, answer=answer)
    strict = Client(enforce_csrf_checks=True)
    response = strict.post(_address(name), {"helped": "yes"})
    assert response.status_code == 200
    row = Contribution.objects.get()
    assert (row.status, row.was_helped) == ("published", None)


def test_saying_whether_it_helped(client, consultation):
    answer = OfficialAnswerFactory(consultation=consultation, published=True)
    _row(consultation, published=True, answer=answer)
    for said, was_helped in (("yes", True), ("no", False)):
        response = client.post(_address("follow-helped"), {"helped": said})
        assert response["Location"] == _address() + "#helped"
        assert Contribution.objects.get().was_helped is was_helped
    for odd in ({}, {"helped": ""}, {"helped": "maybe"}):
        assert client.post(_address("follow-helped"), odd).status_code == 200
        assert Contribution.objects.get().was_helped is False
    assert client.get(_address("follow-helped")).status_code == 405


def test_without_an_answer_there_is_nothing_to_say(client, consultation):
    _row(consultation)
    assert client.post(_address("follow-helped"), {"helped": "yes"}).status_code == 200
    assert Contribution.objects.get().was_helped is None


def test_a_code_opens_its_own_contribution_alone(client, consultation):
    _row(consultation, text="لي")
    other = ContributionFactory(consultation=consultation, text="لغيري")
    client.post(_address("follow-erase"))
    other.refresh_from_db()
    assert other.text == "لغيري"


def test_hostile_words_are_harmless_where_they_are_shown(client, consultation, clock):
    hostile = '"><script>pwn=1</script>{{ 7*7 }}\u202eevil' + "a" + "\u0301" * 5000
    code = contributed(
        client,
        consultation,
        clock,
        kind="idea",
        text=hostile,
        solution=hostile,
        effect=hostile,
        name=hostile[:60],
    )
    for name in ("received", "follow", "follow-correct", "follow-withdraw", "follow-erase"):
        page = client.get(_address(name, code)).content.decode()
        assert "<script>pwn" not in page
        assert "\u202e" not in page
        assert "\u0301" * 5 not in page
    assert client.get(form_address(consultation)).status_code == 200

"""The public pages of consultations: their four states, when they are new, and who finds nothing."""

from __future__ import annotations

import datetime
import re

import pytest
import time_machine
from django.utils import translation
from icalendar import Calendar

from consultations.local_moments import closing_moment
from consultations.published.periods import content_of, page_context
from consultations.services.periods import change_consultation, publish_consultation, withdraw_consultation
from portal.meetings.models import Meeting
from portal.publications.models import Publication
from tests.consultations.factories import ActionPlanFactory
from tests.consultations.participation import (
    ConsultationFactory,
    ContributionFactory,
    OfficialAnswerFactory,
    ParticipationRulesFactory,
    QuestionFactory,
)
from tests.factories import MunicipalityFactory

OPENS = datetime.datetime(2026, 11, 2, 7, 0, tzinfo=datetime.UTC)
CLOSES = datetime.datetime(2026, 11, 20, 22, 59, tzinfo=datetime.UTC)
SECOND = datetime.timedelta(seconds=1)
DAY = datetime.timedelta(days=1)
BEFORE, DURING, AFTER = OPENS - 7 * DAY, OPENS + 7 * DAY, CLOSES + DAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def consultation(nefta):
    found = ConsultationFactory(
        municipality=nefta,
        number=3,
        status="published",
        opens_at=OPENS,
        closes_at=CLOSES,
        title_ar="ما رأيك في المحاضر؟",
        title_fr="Votre avis sur les procès-verbaux",
        channels=["web", "paper"],
    )
    QuestionFactory(consultation=found, position=1, text_ar="هل يكفي ملخص؟", text_fr="Un résumé suffit-il ?")
    return found


def at(client, moment, path="/en/m/nefta/consultations/3/", etag=None):
    headers = {"If-None-Match": etag} if etag else {}
    with time_machine.travel(moment, tick=False):
        return client.get(path, headers=headers)


def text(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", response.content.decode()))


def state(response):
    return re.search(r"m-consult m-consult--(\w+)", response.content.decode())[1]


# The states


def test_before_it_opens_the_questions_can_be_read(client, consultation):
    page = at(client, BEFORE)
    assert state(page) == "before"
    assert "Opens in 7 days" in text(page)
    assert "Un résumé suffit-il ?" in text(page)
    assert "/contribute/" not in page.content.decode()
    assert 'href="/en/m/nefta/consultations/3/calendar.ics"' in page.content.decode()


def test_while_it_is_open_one_can_take_part(client, consultation):
    page = at(client, DURING)
    assert state(page) == "open"
    assert "11 days left to take part" in text(page)
    assert 'href="/en/m/nefta/consultations/3/contribute/"' in page.content.decode()
    assert ("/contribute/?kind=idea" in page.content.decode()) == (consultation.kind == "both")
    assert 'href="/en/m/nefta/consultations/3/form.pdf"' in page.content.decode()
    assert '<progress value="8" max="19"' in page.content.decode()


def test_without_the_portal_as_a_way_only_the_other_ways_are_offered(client, consultation):
    consultation.channels = ["paper", "phone"]
    consultation.save()
    page = at(client, DURING)
    assert "/contribute/" not in page.content.decode()
    assert "Paper form · Telephone" in text(page)


def test_once_closed_it_says_when_answers_are_due_and_where_to_speak(client, nefta, consultation):
    Meeting.objects.create(
        municipality=nefta, kind="public", title_ar="جلسة", date=AFTER.date() + DAY, is_public=True
    )
    ContributionFactory(consultation=consultation, received_at=CLOSES - DAY)
    page = at(client, AFTER)
    assert state(page) == "closed"
    assert "1 contribution came in." in text(page)
    assert "answers each of them by Friday 4 December 2026 at the latest" in text(page)
    assert "you can bring it to the public meeting of 22 November 2026" in text(page)
    assert "/contribute/" not in page.content.decode()
    assert "it is late" in text(at(client, AFTER + 30 * DAY))


def test_once_everything_is_answered_it_leads_to_what_was_done(client, consultation):
    contribution = ContributionFactory(consultation=consultation, published=True, received_at=DURING)
    OfficialAnswerFactory(consultation=consultation, published=True, contributions=[contribution])
    page = at(client, AFTER)
    assert state(page) == "answered"
    assert 'href="/en/m/nefta/consultations/3/said/"' in page.content.decode()
    assert state(at(client, DURING)) == "open"


def test_what_was_refused_or_withdrawn_is_not_waited_for(client, consultation):
    ContributionFactory(consultation=consultation, refused=True, received_at=DURING)
    page = at(client, AFTER)
    assert state(page) == "closed"
    assert "It closed without a contribution" in text(page)


@pytest.mark.parametrize(("language", "lang"), [("ar", "ar"), ("fr", "fr")])
@pytest.mark.parametrize("moment", [BEFORE, DURING, AFTER])
def test_every_state_is_told_in_the_readers_language(client, consultation, language, lang, moment):
    page = at(client, moment, f"/{language}/m/nefta/consultations/3/").content.decode()
    title = {"ar": "ما رأيك في المحاضر؟", "fr": "Votre avis sur les procès-verbaux"}[language]
    assert f"<h1>{title}</h1>" in page
    assert f'<html lang="{lang}"' in page
    assert {"ar": "2 نوفمبر 2026", "fr": "2 novembre 2026"}[language] in page


def test_a_title_in_the_other_language_says_so(client, consultation):
    consultation.title_fr = ""
    consultation.save()
    page = at(client, DURING, "/fr/m/nefta/consultations/3/").content.decode()
    assert '<h1 lang="ar" dir="rtl">' in page


def test_the_months_are_those_of_the_country(client, kenitra):
    ConsultationFactory(municipality=kenitra, number=1, status="published", opens_at=OPENS, closes_at=CLOSES)
    page = at(client, DURING, "/ar/m/kenitra/consultations/1/").content.decode()
    assert "20 نونبر 2026" in page


def test_the_municipalitys_own_rules_are_told(client, nefta, consultation):
    ParticipationRulesFactory(municipality=nefta, rules_ar="لا أسماء في النص\nلا روابط")
    page = at(client, DURING).content.decode()
    assert '<span lang="ar" dir="rtl">لا روابط</span>' in page


def test_a_draft_as_subject_is_named_without_a_link(client, nefta, consultation):
    plan = ActionPlanFactory(municipality=nefta, slug="draft", title_ar="مخطط جديد")
    consultation.subject_id = plan.pk
    consultation.save()
    page = at(client, DURING).content.decode()
    assert "مخطط جديد" in page
    assert "/plans/draft/" not in page


# By the clock


@pytest.mark.parametrize(
    ("moment", "before", "after"),
    [(OPENS, "before", "open"), (CLOSES, "open", "closed")],
    ids=["opens", "closes"],
)
@pytest.mark.parametrize("path", ["/en/m/nefta/consultations/3/", "/en/m/nefta/consultations/"])
def test_the_page_is_new_at_the_very_second(client, consultation, moment, before, after, path):
    old = at(client, moment - SECOND, path)
    assert at(client, moment - SECOND, path, old["ETag"]).status_code == 304
    new = at(client, moment, path, old["ETag"])
    assert new.status_code == 200
    assert new["ETag"] != old["ETag"]
    if path.endswith("/3/"):
        assert (state(old), state(new)) == (before, after)


def test_the_days_left_are_right_across_midnight_in_the_municipality(client, consultation):
    # Tunis is an hour ahead of UTC: 22:59:59 is still the 9th, 23:00 is the 10th.
    evening = datetime.datetime(2026, 11, 9, 22, 59, 59, tzinfo=datetime.UTC)
    old = at(client, evening)
    assert "11 days left" in text(old)
    new = at(client, evening + SECOND, etag=old["ETag"])
    assert new.status_code == 200
    assert "10 days left" in text(new)


def test_the_hours_of_the_last_day_are_never_stale(client, consultation):
    old = at(client, CLOSES - datetime.timedelta(hours=3))
    assert "3 hours left" in text(old)
    assert at(client, CLOSES - datetime.timedelta(hours=3), etag=old["ETag"]).status_code == 304
    new = at(client, CLOSES - datetime.timedelta(hours=3) + SECOND, etag=old["ETag"])
    assert "2 hours left" in text(new)
    assert "Less than an hour left" in text(at(client, CLOSES - SECOND))


def test_a_change_makes_the_page_new(client, consultation):
    old = at(client, DURING)
    with time_machine.travel(DURING, tick=False):
        change_consultation(
            consultation=consultation, values={"closes_at": CLOSES + DAY}, actor=None, reason="تمديد"
        )
    new = at(client, DURING, etag=old["ETag"])
    assert "12 days left" in text(new)


# The list


def test_the_list_parts_what_is_open_what_comes_and_what_was(client, nefta, consultation):
    ConsultationFactory(
        municipality=nefta,
        number=4,
        status="published",
        opens_at=AFTER,
        closes_at=AFTER + DAY,
        title_ar="قادمة",
    )
    ConsultationFactory(
        municipality=nefta, number=1, status="published", opens_at=BEFORE, closes_at=OPENS, title_ar="سابقة"
    )
    ConsultationFactory(municipality=nefta, number=5, title_ar="مسودة")
    ConsultationFactory(open=True, title_ar="غريبة")
    response = at(client, DURING, "/en/m/nefta/consultations/")
    found = {
        name: [row.consultation.number for row in response.context[name]]
        for name in ("open", "before", "past")
    }
    assert found == {"open": [3], "before": [4], "past": [1]}
    assert "until 20 November" in text(response)
    assert "مسودة" not in response.content.decode()
    assert "غريبة" not in response.content.decode()


def test_the_list_says_what_will_stand_there(client, nefta):
    page = at(client, DURING, "/en/m/nefta/consultations/")
    assert "No consultation yet" in text(page)
    assert 'href="/en/m/nefta/meetings/"' in page.content.decode()


def test_past_ones_are_on_several_pages(client, nefta):
    for number in range(1, 24):
        ConsultationFactory(
            municipality=nefta, number=number, status="published", opens_at=BEFORE, closes_at=OPENS
        )
    first = at(client, DURING, "/en/m/nefta/consultations/")
    second = at(client, DURING, "/en/m/nefta/consultations/?page=2")
    assert [len(page.context["past"]) for page in (first, second)] == [20, 3]


def test_every_page_of_the_town_leads_to_the_list(client, nefta):
    page = client.get("/ar/m/nefta/").content.decode()
    assert 'href="/ar/m/nefta/consultations/"' in page


def test_open_ones_stand_on_the_first_pages(client, nefta, consultation):
    for path in ("/en/", "/en/m/nefta/"):
        assert "Votre avis sur les procès-verbaux" in text(at(client, DURING, path))
        assert "Votre avis sur les procès-verbaux" not in text(at(client, AFTER, path))


# Who finds nothing


@pytest.mark.parametrize("ending", ["", "calendar.ics"])
def test_drafts_strangers_and_what_is_not_there_are_answered_alike(client, nefta, consultation, ending):
    MunicipalityFactory(slug="elsewhere")
    ConsultationFactory(municipality=nefta, number=8, opens_at=OPENS, closes_at=CLOSES)
    for path in ("m/nefta/consultations/8/", "m/elsewhere/consultations/3/", "m/nefta/consultations/99/"):
        assert at(client, DURING, f"/ar/{path}{ending}").status_code == 404


def test_a_withdrawn_one_is_gone_and_the_register_says_why(client, nefta, consultation):
    with time_machine.travel(DURING, tick=False):
        withdraw_consultation(consultation=consultation, actor=None, reason="نُشر قبل أوانه")
    assert at(client, DURING).status_code == 404
    number = Publication.objects.of_object(consultation).newest().number
    page = at(client, DURING, f"/en/m/nefta/publications/{number}/")
    assert "نُشر قبل أوانه" in page.content.decode()


def test_nobody_may_post_to_it(client, consultation):
    with time_machine.travel(DURING, tick=False):
        assert client.post("/en/m/nefta/consultations/3/").status_code == 405


# What it costs


def test_nothing_changed_is_answered_with_two_small_queries(client, consultation, django_assert_num_queries):
    etag = at(client, DURING)["ETag"]
    with django_assert_num_queries(2):
        assert at(client, DURING, etag=etag).status_code == 304
    listed = at(client, DURING, "/en/m/nefta/consultations/")["ETag"]
    with django_assert_num_queries(1):
        assert at(client, DURING, "/en/m/nefta/consultations/", etag=listed).status_code == 304


@pytest.mark.parametrize("count", [1, 30])
def test_the_queries_do_not_depend_on_how_much_there_is(
    client, nefta, consultation, count, django_assert_num_queries
):
    for _ in range(count):
        contribution = ContributionFactory(consultation=consultation, published=True, received_at=DURING)
        OfficialAnswerFactory(consultation=consultation, published=True, contributions=[contribution])
        QuestionFactory(consultation=consultation)
        ConsultationFactory(
            municipality=nefta,
            number=100 + contribution.number,
            status="published",
            opens_at=OPENS,
            closes_at=CLOSES,
        )
        ConsultationFactory(
            municipality=nefta,
            number=300 + contribution.number,
            status="published",
            opens_at=BEFORE,
            closes_at=OPENS,
        )
    with django_assert_num_queries(5):
        at(client, DURING, "/en/m/nefta/consultations/")
    with django_assert_num_queries(16):
        at(client, DURING)


# For phones, and for the register


def test_the_calendar_file_has_both_moments(client, consultation):
    with time_machine.travel(DURING, tick=False):
        consultation.save(update_fields=["updated_at"])
    response = at(client, DURING, "/fr/m/nefta/consultations/3/calendar.ics")
    events = Calendar.from_ical(response.content).walk("VEVENT")
    assert [event["dtstart"].dt for event in events] == [OPENS, CLOSES]
    assert [event["uid"].split("-")[2].split("@")[0] for event in events] == ["opens", "closes"]
    assert all("Votre avis" in event["summary"] for event in events)
    assert events[0]["url"].endswith("/fr/m/nefta/consultations/3/")
    assert at(client, DURING, "/fr/m/nefta/consultations/3/calendar.ics", response["ETag"]).status_code == 304


def test_the_register_shows_what_was_announced(client, nefta):
    draft = ConsultationFactory(
        municipality=nefta, number=7, opens_at=OPENS, closes_at=CLOSES, title_ar="استشارة", kind="ideas"
    )
    QuestionFactory(consultation=draft, text_ar="أي نهج؟")
    with time_machine.travel(BEFORE, tick=False):
        publish_consultation(consultation=draft, actor=None)
        change_consultation(consultation=draft, values={"kind": "both"}, actor=None, reason="طلب الجمعيات")
    first, second = Publication.objects.of_object(draft).order_by("number")
    page = at(client, BEFORE, f"/en/m/nefta/publications/{first.number}/")
    assert "2 November 2026 08:00" in text(page)
    assert "أي نهج؟" in text(page)
    page = at(client, BEFORE, f"/en/m/nefta/publications/{second.number}/")
    assert "Comments and ideas" in text(page)
    assert "طلب الجمعيات" in text(page)


@pytest.mark.parametrize("path", ["/en/", "/en/m/nefta/", "/en/m/nefta/consultations/"])
def test_what_is_taken_back_leaves_every_list_at_once(client, consultation, path):
    # The moment that had passed counts no more, just as the act counts one more: the two never cancel out.
    old = at(client, DURING, path)
    with time_machine.travel(DURING, tick=False):
        withdraw_consultation(consultation=consultation, actor=None, reason="خطأ")
    new = at(client, DURING, path, old["ETag"])
    assert new.status_code == 200
    assert "Votre avis" not in text(new)


@pytest.mark.parametrize(
    ("closes_at", "expected"),
    [
        ((2026, 11, 21, 0, 0), "Friday 20 November 2026 24:00"),
        ((2026, 11, 21, 0, 1), "Saturday 21 November 2026 00:01"),
        ((2026, 11, 20, 23, 59), "Friday 20 November 2026 23:59"),
    ],
)
def test_the_register_says_the_closing_as_the_page_does(client, consultation, nefta, closes_at, expected):
    consultation.closes_at = datetime.datetime(*closes_at, tzinfo=nefta.zone_info)
    consultation.opens_at = datetime.datetime(2026, 11, 2, tzinfo=nefta.zone_info)
    consultation.save()
    with translation.override("en"):
        context = page_context(content_of(consultation))
        closes = closing_moment(consultation)
    assert " ".join(context["closes"]) == expected == f"{closes.day} {closes.time}"
    assert " ".join(context["opens"]) == "Monday 2 November 2026 00:00"

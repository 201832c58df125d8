"""The form by which anybody contributes: what is stored, what is refused, and that no letter is lost."""

import datetime
import html
import re

import hypothesis
import pytest
import time_machine
from django.apps import apps
from django.db import DataError, IntegrityError, InterfaceError, OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from hypothesis import strategies as st
from lxml.html import fromstring

from consultations import receipts, tokens
from consultations.models import Consultation, Contribution
from consultations.services.contributions import Closed
from consultations.views import contributing
from tests.consultations.contribution_posts import (
    code_in,
    contributed,
    filled_in,
    form_address,
    token_for,
    token_in,
)
from tests.consultations.factories import ActionPlanFactory, AxisFactory
from tests.consultations.factories import ProjectFactory as PlanProjectFactory
from tests.consultations.participation import ConsultationFactory, QuestionFactory
from tests.factories import ZoneFactory

pytestmark = pytest.mark.django_db

NOW = datetime.datetime(2026, 11, 9, 17, 42, tzinfo=datetime.UTC)
TEXT = "سطر أول <script>alert(1)</script> & « »\n\nسطر ثان  بمسافتين"


@pytest.fixture
def clock():
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def consultation(clock, nefta):
    return ConsultationFactory(open=True, municipality=nefta)


def _kept(response, text=TEXT):
    return html.escape(text).replace("&#x27;", "&#39;") in response.content.decode().replace(
        "&#x27;", "&#39;"
    )


def test_what_is_sent_is_stored_and_answered_by_a_receipt(client, consultation, clock):
    page = client.get(form_address(consultation))
    assert page.status_code == 200
    clock.shift(60)
    sent = filled_in(token_in(page.content.decode()), text=TEXT, email="citoyen@exemple.example")
    answer = client.post(form_address(consultation), sent)
    assert answer.status_code == 303
    code = code_in(answer["Location"])
    assert answer["Location"] == f"/ar/follow/{code}/received/"
    assert receipts.is_well_formed(code)
    row = Contribution.objects.get()
    assert (row.number, row.kind, row.status, row.channel, row.language) == (
        1,
        "comment",
        "pending",
        "web",
        "ar",
    )
    assert row.text == TEXT
    assert (row.profile, row.age, row.name, row.is_name_public) == ("citizen", "26-35", "", False)
    assert row.receipt_hash == receipts.fingerprint(code)
    assert code not in str(vars(row))


def test_an_idea_with_everything(client, consultation, clock):
    zone = ZoneFactory(municipality=consultation.municipality)
    question = QuestionFactory(consultation=consultation)
    contributed(
        client,
        consultation,
        clock,
        kind="idea",
        text="لا مكان للدراجات",
        solution="موقف أمام البلدية",
        effect="سيارات أقل",
        zone=zone.pk,
        question=question.pk,
        name="سنية",
        is_name_public="on",
    )
    row = Contribution.objects.get()
    assert row.is_idea
    assert (row.solution, row.effect) == ("موقف أمام البلدية", "سيارات أقل")
    assert (row.zone, row.question, row.name, row.is_name_public) == (zone, question, "سنية", True)


def test_the_municipality_s_pages_are_marked_as_changed(client, consultation, clock):
    revision = consultation.municipality.revision
    contributed(client, consultation, clock)
    consultation.municipality.refresh_from_db()
    assert consultation.municipality.revision == revision + 1


def test_only_the_form_sets_a_cookie(client, consultation, clock):
    address = reverse("consultation", kwargs={"slug": "nefta", "number": consultation.number})
    assert not client.get(address).cookies
    assert set(client.get(form_address(consultation)).cookies) == {"csrftoken"}
    assert not client.get(reverse("privacy", kwargs={"slug": "nefta"})).cookies


def test_the_form_is_kept_by_no_cache_and_no_index(client, consultation):
    page = client.get(form_address(consultation))
    assert "no-store" in page["Cache-Control"]
    assert 'content="noindex"' in page.content.decode()


REFUSED = [
    ({"profile": ""}, "id_profile"),
    ({"age": "nobody"}, "id_age"),
    ({"kind": ""}, "id_kind_0"),
    ({"text": "م"}, "id_text"),
    ({"text": " \u200f\u202e\u3164 "}, "id_text"),
    ({"text": "ا" * 4001}, "id_text"),
    ({"kind": "idea", "solution": ""}, "id_solution"),
    ({"solution": "حل"}, "id_kind_0"),
    ({"effect": "ا" * 4001, "kind": "idea", "solution": "حل"}, "id_effect"),
    ({"name": "ا" * 121}, "id_name"),
    ({"email": "no address"}, "id_email"),
    ({"zone": "999999999999999999999999"}, "id_zone"),
]


@pytest.mark.parametrize(("changed", "place"), REFUSED)
def test_a_refused_form_keeps_every_letter(client, consultation, clock, changed, place):
    ZoneFactory(municipality=consultation.municipality)
    sent = filled_in(token_for(consultation, clock), **({"text": TEXT} | changed))
    answer = client.post(form_address(consultation), sent)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert not Contribution.objects.exists()
    assert _kept(answer, sent["text"])
    assert f'<a href="#{place}">' in page.split("<h1>")[0]
    assert 'aria-invalid="true"' in page
    assert sent["token"] in page, "the person needs not wait again"


def test_everything_that_is_wrong_is_told_at_once(client, consultation, clock):
    sent = filled_in(token_for(consultation, clock), profile="", text="م", email="no")
    page = client.post(form_address(consultation), sent).content.decode()
    assert all(f'href="#id_{name}"' in page for name in ("profile", "text", "email"))


def test_a_box_without_a_name_publishes_nothing(client, consultation, clock):
    contributed(client, consultation, clock, is_name_public="on")
    assert Contribution.objects.get().is_name_public is False


def test_lengths_are_counted_as_people_see_them(client, consultation, clock):
    vocalised = "مَّ" * 4000
    contributed(client, consultation, clock, text=vocalised)
    assert len(Contribution.objects.get().text) > 4000


def test_another_municipality_s_zone_is_none_of_the_choices(client, consultation, clock, kenitra):
    foreign = ZoneFactory(municipality=kenitra)
    ZoneFactory(municipality=consultation.municipality)
    answer = client.post(
        form_address(consultation), filled_in(token_for(consultation, clock), zone=foreign.pk)
    )
    assert answer.status_code == 422


@pytest.mark.parametrize("kind", ["comments", "ideas"])
def test_where_one_kind_alone_is_taken_nobody_chooses(client, clock, nefta, kind):
    consultation = ConsultationFactory(open=True, municipality=nefta, kind=kind)
    page = client.get(form_address(consultation)).content.decode()
    assert 'name="kind"' not in page
    assert ('name="solution"' in page) == (kind == "ideas")
    contributed(client, consultation, clock, kind="anything", solution="حل" if kind == "ideas" else "")
    assert Contribution.objects.get().is_idea == (kind == "ideas")


def test_a_foreign_unknown_or_draft_consultation_is_missing(client, consultation, kenitra):
    draft = ConsultationFactory(municipality=consultation.municipality)
    for slug, number in [("kenitra", consultation.number), ("nefta", 999), ("nefta", draft.number)]:
        address = reverse("contribute", kwargs={"slug": slug, "number": number})
        assert client.get(address).status_code == 404
        assert client.post(address, filled_in("x")).status_code == 404


def test_a_draft_costs_as_many_questions_as_what_is_not_there(client, consultation):
    assert client.get(form_address(consultation)).status_code == 200
    draft = ConsultationFactory(municipality=consultation.municipality)
    QuestionFactory(consultation=draft)
    counts = set()
    for number in (draft.number, 999):
        address = reverse("contribute", kwargs={"slug": "nefta", "number": number})
        for ask in (client.get, lambda path: client.post(path, filled_in("x"))):
            with CaptureQueriesContext(connection) as queries:
                assert ask(address).status_code == 404
            counts.add(len(queries))
    assert len(counts) == 1


def test_without_the_web_among_the_channels_there_is_no_form(client, clock, nefta):
    consultation = ConsultationFactory(open=True, municipality=nefta, channels=["paper"])
    assert client.get(form_address(consultation)).status_code == 404
    assert client.post(form_address(consultation), filled_in("x")).status_code == 404


GONE = [
    {"channels": ["paper"]},
    {"status": "draft"},
    {"status": "draft", "opens_at": None, "closes_at": None},
]


@pytest.mark.parametrize("changed", GONE)
def test_a_form_that_was_taken_away_meanwhile_gives_the_text_back(client, consultation, clock, changed):
    sent = filled_in(token_for(consultation, clock), text=TEXT)
    Consultation.objects.update(**changed)
    answer = client.post(form_address(consultation), sent)
    assert (answer.status_code, _kept(answer)) == (409, True)
    assert "<form" not in answer.content.decode().split("<main")[1]
    assert client.get(form_address(consultation)).status_code == 404
    assert not Contribution.objects.exists()


@pytest.mark.parametrize("changed", GONE[:2])
def test_what_came_in_before_the_form_was_taken_away_has_its_receipt(client, consultation, clock, changed):
    sent = filled_in(token_for(consultation, clock))
    first = client.post(form_address(consultation), sent)
    Consultation.objects.update(**changed)
    assert client.post(form_address(consultation), sent)["Location"] == first["Location"]
    assert client.get(first["Location"]).status_code == 200


def test_an_idea_sent_where_ideas_are_taken_no_more_is_given_back_whole(client, consultation, clock):
    token = token_for(consultation, clock)
    idea = filled_in(token, kind="idea", solution=TEXT, effect="مواعيد أوضح")
    Consultation.objects.update(kind="comments")
    answer = client.post(form_address(consultation), idea)
    assert (answer.status_code, _kept(answer)) == (422, True)
    assert "مواعيد أوضح" in answer.content.decode()
    assert not Contribution.objects.exists()
    assert client.post(form_address(consultation), filled_in(token)).status_code == 303


def test_a_choice_that_went_meanwhile_is_named_without_its_key(client, consultation, clock):
    QuestionFactory(consultation=consultation)
    ZoneFactory(municipality=consultation.municipality)
    sent = filled_in(token_for(consultation, clock), question="987654", zone="987655", text=TEXT)
    answer = client.post(form_address(consultation, "en"), sent)
    page = answer.content.decode()
    assert (answer.status_code, _kept(answer)) == (422, True)
    assert "This question is not asked here any more." in page
    assert "This zone is gone: choose again." in page
    assert "987654" not in page


def test_the_projects_of_a_draft_are_offered_to_nobody(client, clock, nefta):
    plan = ActionPlanFactory(municipality=nefta)
    PlanProjectFactory(plan=plan, axis=AxisFactory(plan=plan))
    consultation = ConsultationFactory(open=True, plan=plan)
    assert 'name="part"' not in client.get(form_address(consultation)).content.decode()
    plan.status = "published"
    plan.save()
    assert 'name="part"' in client.get(form_address(consultation)).content.decode()


@pytest.mark.parametrize(
    ("query", "chosen"), [("", "comment"), ("?kind=idea", "idea"), ("?kind=x", "comment")]
)
def test_who_follows_the_link_for_an_idea_finds_it_chosen(client, consultation, query, chosen):
    page = client.get(form_address(consultation) + query).content.decode()
    (radio,) = re.findall(r'<input type="radio" name="kind" value="(\w+)"[^>]* checked', page)
    assert radio == chosen


# Before and after


def test_before_the_opening_the_page_says_when(client, clock, nefta):
    consultation = ConsultationFactory(before=True, municipality=nefta)
    page = client.get(form_address(consultation))
    assert page.status_code == 200
    assert "<form" not in page.content.decode().split("<main")[1]


def test_what_comes_after_the_closing_is_shown_for_copying(client, consultation, clock):
    sent = filled_in(token_for(consultation, clock), text=TEXT)
    clock.move_to(consultation.closes_at)
    answer = client.post(form_address(consultation), sent)
    assert answer.status_code == 409
    assert _kept(answer)
    assert "readonly" in answer.content.decode()
    assert not Contribution.objects.exists()


def test_the_last_moment_counts_and_the_closing_itself_does_not(client, clock, nefta):
    closes_at = NOW + datetime.timedelta(hours=1)
    consultation = ConsultationFactory(open=True, municipality=nefta, closes_at=closes_at)
    first, second = token_for(consultation, clock), tokens.issue(consultation.pk)
    clock.move_to(consultation.closes_at - datetime.timedelta(microseconds=1))
    assert client.post(form_address(consultation), filled_in(first)).status_code == 303
    clock.move_to(consultation.closes_at)
    assert client.post(form_address(consultation), filled_in(second)).status_code == 409


def test_it_closed_between_the_look_and_the_commit(client, consultation, clock, monkeypatch):
    """As the service finds it, last thing before the commit."""

    def too_late(**_given):
        consultation.closes_at = timezone.now()
        consultation.save()
        raise Closed(consultation)

    monkeypatch.setattr(contributing, "receive", too_late)
    answer = client.post(form_address(consultation), filled_in(token_for(consultation, clock), text=TEXT))
    assert (answer.status_code, _kept(answer)) == (409, True)
    assert "2026-11-09T18:42:30+01:00" in answer.content.decode(), "the closing as it is, not as it was read"


def test_a_second_click_after_the_closing_still_finds_its_receipt(client, consultation, clock):
    sent = filled_in(token_for(consultation, clock))
    first = client.post(form_address(consultation), sent)
    clock.move_to(consultation.closes_at)
    assert client.post(form_address(consultation), sent)["Location"] == first["Location"]


# The token


def test_the_same_form_twice_is_one_contribution_with_one_receipt(client, consultation, clock):
    sent = filled_in(token_for(consultation, clock))
    first, second = (client.post(form_address(consultation), sent) for _ in range(2))
    assert first["Location"] == second["Location"]
    assert Contribution.objects.count() == 1


def test_the_same_form_with_other_words_is_asked_about(client, consultation, clock):
    sent = filled_in(token_for(consultation, clock))
    first = client.post(form_address(consultation), sent)
    answer = client.post(form_address(consultation), sent | {"text": TEXT})
    page = answer.content.decode()
    assert (answer.status_code, _kept(answer)) == (409, True)
    assert first["Location"] in page
    assert Contribution.objects.count() == 1
    clock.shift(10)
    again = sent | {"text": TEXT, "token": token_in(page)}
    assert client.post(form_address(consultation), again).status_code == 303
    assert [row.number for row in Contribution.objects.order_by("number")] == [1, 2]


def test_a_form_sent_in_no_time_may_be_sent_again(client, consultation, clock):
    sent = filled_in(tokens.issue(consultation.pk), text=TEXT)
    clock.shift(2)
    answer = client.post(form_address(consultation), sent)
    assert (answer.status_code, _kept(answer), Contribution.objects.count()) == (422, True, 0)
    clock.shift(2)
    again = sent | {"token": token_in(answer.content.decode())}
    assert client.post(form_address(consultation), again).status_code == 303


def test_a_form_of_yesterday_is_renewed(client, consultation, clock):
    sent = filled_in(tokens.issue(consultation.pk), text=TEXT)
    clock.shift(24 * 3600 + 1)
    answer = client.post(form_address(consultation), sent)
    renewed = token_in(answer.content.decode())
    assert (answer.status_code, _kept(answer), Contribution.objects.count()) == (422, True, 0)
    assert renewed != sent["token"]
    clock.shift(10)
    assert client.post(form_address(consultation), sent | {"token": renewed}).status_code == 303


@pytest.mark.parametrize("kind", ["none", "forged", "spliced", "foreign"])
def test_a_token_that_is_none_of_this_form_s(client, consultation, clock, kind):
    own = token_for(consultation, clock)
    other = ConsultationFactory(open=True, municipality=consultation.municipality)
    token = {
        "none": "",
        "forged": own[:-1] + ("a" if own[-1] != "a" else "b"),
        "spliced": own.split(":")[0] + ":" + token_for(other, clock).split(":")[1],
        "foreign": token_for(other, clock),
    }[kind]
    answer = client.post(form_address(consultation), filled_in(token, text=TEXT))
    assert (answer.status_code, _kept(answer), Contribution.objects.count()) == (422, True, 0)


def test_a_clock_set_back_refuses_nobody_for_good(client, consultation, clock):
    sent = filled_in(token_for(consultation, clock), text=TEXT)
    clock.shift(-3600)
    answer = client.post(form_address(consultation), sent)
    assert (answer.status_code, _kept(answer)) == (422, True)
    clock.shift(3605)
    assert client.post(form_address(consultation), sent).status_code == 303


def test_who_fills_in_what_nobody_sees_is_asked_again(client, consultation, clock):
    sent = filled_in(token_for(consultation, clock), text=TEXT, website="https://spam.example")
    answer = client.post(form_address(consultation), sent)
    page = answer.content.decode()
    assert (answer.status_code, _kept(answer), Contribution.objects.count()) == (422, True, 0)
    assert "spam.example" not in page, "a person whose browser filled it in can send it now"
    assert client.post(form_address(consultation), sent | {"website": ""}).status_code == 303


def test_a_failing_csrf_check_keeps_the_text(consultation, clock):
    strict = Client(enforce_csrf_checks=True)
    sent = filled_in(token_for(consultation, clock), text=TEXT)
    answer = strict.post(form_address(consultation), sent)
    assert (answer.status_code, _kept(answer), Contribution.objects.count()) == (422, True, 0)
    page = answer.content.decode()
    given = page.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
    again = sent | {"csrfmiddlewaretoken": given}
    assert strict.post(form_address(consultation), again).status_code == 303


def test_a_foreign_page_sends_nothing(consultation, clock):
    strict = Client(enforce_csrf_checks=True)
    strict.get(form_address(consultation))
    sent = filled_in(token_for(consultation, clock), csrfmiddlewaretoken=strict.cookies["csrftoken"].value)
    answer = strict.post(form_address(consultation), sent, headers={"origin": "https://evil.example"})
    assert (answer.status_code, Contribution.objects.count()) == (422, 0)


# Limits and faults


def test_sixty_people_behind_one_address_in_an_hour_pass(client, consultation, clock):
    for number in range(60):
        sent = filled_in(tokens.issue(consultation.pk), text=f"رأي رقم {number}")
        clock.shift(10)
        assert client.post(form_address(consultation), sent).status_code == 303
    assert Contribution.objects.filter(flags=[]).count() == 60


def test_far_more_wait_for_a_moderator_even_where_nothing_else_does(client, clock, nefta, monkeypatch):
    monkeypatch.setattr(contributing, "WITHOUT_A_MARK", 1)
    consultation = ConsultationFactory(open=True, municipality=nefta, moderation="after")
    for text in ("رأي أول في الموضوع", "رأي آخر في الموضوع"):
        contributed(client, consultation, clock, text=text)
    first, second = Contribution.objects.order_by("number")
    assert (first.status, first.flags) == ("published", [])
    assert first.published_on == datetime.date(2026, 11, 9)
    assert (second.status, second.flags) == ("pending", ["crowded"])


def test_beyond_all_measure_one_waits_and_keeps_the_text(client, consultation, clock, monkeypatch):
    monkeypatch.setattr(contributing, "MOST", 0)
    answer = client.post(form_address(consultation), filled_in(token_for(consultation, clock), text=TEXT))
    assert (answer.status_code, _kept(answer), Contribution.objects.count()) == (429, True, 0)
    assert 0 < int(answer["Retry-After"]) <= 3600


@pytest.mark.parametrize("error", [OperationalError, InterfaceError, IntegrityError, DataError])
def test_a_store_that_is_away_loses_no_letter(client, consultation, clock, monkeypatch, error):
    def away(**_given):
        raise error("database or disk is full")

    sent = filled_in(token_for(consultation, clock), text=TEXT)
    with monkeypatch.context() as patched:
        patched.setattr(contributing, "receive", away)
        answer = client.post(form_address(consultation), sent)
    assert (answer.status_code, _kept(answer)) == (503, True)
    assert client.post(form_address(consultation), sent).status_code == 303


def test_a_database_that_is_away_altogether_loses_no_letter(client, consultation, clock, monkeypatch):
    """Not even the consultation can be read: the answer gives back what was typed, to be sent again."""

    def away(*_given):
        raise OperationalError("the connection is closed")

    text = f"{TEXT} & <b>"
    sent = filled_in(token_for(consultation, clock), text=text, name="سالم", email="a@example.org")
    with monkeypatch.context() as patched:
        patched.setattr(contributing, "_contribute", away)
        answer = client.post(form_address(consultation), sent)
        with pytest.raises(OperationalError):
            client.get(form_address(consultation))
    assert answer.status_code == 503
    shown = dict(fromstring(answer.content.decode()).forms[-1].fields)
    # A browser drops the first line break of a text area, which libxml2 leaves.
    shown["text"] = shown["text"].removeprefix("\n")
    assert {name: shown[name] for name in sent} == sent
    assert client.post(form_address(consultation), shown).status_code == 303
    assert Contribution.objects.get().text == text


def test_a_text_with_marks_waits_where_others_are_published_at_once(client, clock, nefta):
    consultation = ConsultationFactory(open=True, municipality=nefta, moderation="after")
    contributed(client, consultation, clock, text="اتصلوا بي على 98 765 432 من فضلكم")
    row = Contribution.objects.get()
    assert row.status == "pending"
    assert "phone" in row.flags


def test_nothing_of_the_machine_is_stored(client, consultation, clock):
    canary = {
        "REMOTE_ADDR": "198.51.100.77",
        "HTTP_USER_AGENT": "Canary/1.0",
        "HTTP_X_FORWARDED_FOR": "203.0.113.5",
    }
    sent = filled_in(token_for(consultation, clock))
    assert client.post(form_address(consultation), sent, **canary).status_code == 303
    stored = " ".join(str(row) for model in apps.get_models() for row in model._base_manager.values_list())
    assert "نقترح" in stored
    assert not [word for word in ("198.51.100", "Canary", "203.0.113") if word in stored]


typed = st.one_of(
    st.text(st.characters(codec="utf-8"), max_size=40),
    st.sampled_from(
        ["\0", "\u202e" * 9, "a" + "\u0301" * 3000, "9" * 40, "=cmd()", "{{ x }}", "' OR 1=1 --", "../" * 9]
    ),
)
FIELDS = ("profile", "age", "kind", "text", "solution", "effect", "question", "part", "zone", "name", "email")


@hypothesis.settings(
    max_examples=60, deadline=None, suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture]
)
@hypothesis.given(values=st.dictionaries(st.sampled_from(FIELDS), typed, max_size=4))
def test_nothing_that_is_typed_is_a_fault_of_the_portal(client, consultation, clock, values):
    sent = filled_in(token_for(consultation, clock), **({"text": "نص سليم"} | values))
    answer = client.post(form_address(consultation), sent)
    assert answer.status_code in (303, 422)
    if answer.status_code == 303:
        assert client.get(answer["Location"]).status_code == 200
    else:
        assert answer.content.decode().count("<h1>") == 1


def test_mass_assignment_changes_nothing(client, consultation, clock):
    other = ConsultationFactory(open=True)
    foreign = {"status": "published", "consultation": other.pk, "number": 77, "channel": "session"}
    foreign |= {"published_on": "2026-01-01", "entered_by": 1, "flags": "[]", "version": 9}
    sent = filled_in(token_for(consultation, clock)) | foreign
    assert client.post(form_address(consultation), sent).status_code == 303
    row = Contribution.objects.get()
    assert (row.status, row.consultation, row.number, row.channel) == ("pending", consultation, 1, "web")
    assert (row.published_on, row.entered_by, row.version) == (None, None, 1)


def test_the_privacy_notice_is_linked_and_names_the_country_s_authority(client, consultation, clock, kenitra):
    address = reverse("privacy", kwargs={"slug": "nefta"})
    assert f'href="{address}"' in client.get(form_address(consultation)).content.decode()
    tunisian = client.get(address).content.decode()
    moroccan = client.get(reverse("privacy", kwargs={"slug": "kenitra"})).content.decode()
    assert "INPDP" in tunisian
    assert "2004-63" in tunisian
    assert "CNDP" in moroccan
    assert "09-08" in moroccan


def test_the_privacy_page_is_not_rendered_twice(client, nefta, django_assert_num_queries):
    address = reverse("privacy", kwargs={"slug": "nefta"})
    with django_assert_num_queries(2):
        first = client.get(address)
    with django_assert_num_queries(1):
        again = client.get(address, headers={"if-none-match": first["ETag"]})
    assert again.status_code == 304


def test_the_form_asks_a_constant_number_of_questions(client, consultation):
    counts = []
    for _ in range(2):
        ZoneFactory(municipality=consultation.municipality)
        QuestionFactory(consultation=consultation)
        with CaptureQueriesContext(connection) as queries:
            client.get(form_address(consultation))
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_consultations_number_their_own(client, consultation, clock):
    other = ConsultationFactory(open=True, municipality=consultation.municipality)
    for where in (consultation, other, consultation):
        contributed(client, where, clock)
    found = Contribution.objects.order_by("pk").values_list("consultation", "number")
    assert list(found) == [(consultation.pk, 1), (other.pk, 1), (consultation.pk, 2)]
    assert Consultation.objects.get(pk=consultation.pk).last_number == 2
    assert timezone.now() > NOW

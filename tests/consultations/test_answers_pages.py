"""The desk's pages of official answers: the list by deadline, the form, two people at once, the steps."""

import datetime

import pytest
from django.utils import timezone

from consultations.models import Contribution, OfficialAnswer
from consultations.services.answers import publish_answer, remove_answer, write_answer
from consultations.services.contributions import withdraw
from tests.consultations.answering import (
    COMPLETE,
    TEXT,
    answered,
    canary,
    drafted,
    member,
    proposed,
    published,
)
from tests.consultations.participation import (
    ConsultationFactory,
    ContributionFactory,
    ParticipationRulesFactory,
    QuestionFactory,
)

LIST = "/en/m/nefta/staff/answers/"
NEW = f"{LIST}new/"
DAY = datetime.timedelta(days=1)


@pytest.fixture
def consultation(nefta):
    return ConsultationFactory(municipality=nefta, open=True, title_ar="برنامج الانفتاح", answer_days=10)


@pytest.fixture
def contribution(consultation):
    return published(consultation, text="نطلب نسخا ورقية في المكتبة")


@pytest.fixture
def writer(nefta):
    return member(nefta)


@pytest.fixture
def second(nefta):
    return member(nefta, "publisher")


@pytest.fixture
def desk(client, writer):
    client.force_login(writer)
    return client


@pytest.fixture
def needs_approval(nefta):
    return ParticipationRulesFactory(municipality=nefta, needs_approval=True)


def text(response):
    assert response.status_code == 200
    return response.content.decode()


def fields(response, **given):
    """What the form on a page sends as it is, and what somebody types over it."""
    form = response.context["form"]
    sent = {}
    for bound in form:
        value = bound.value()
        sent[bound.html_name] = "" if value is None else value
        if bound.field.show_hidden_initial:
            sent[bound.html_initial_name] = "" if bound.initial is None else bound.initial
    sent["c"] = [quote["contribution"].pk for quote in response.context["quotes"]]
    return sent | given


def address(answer):
    return f"{LIST}{answer.pk}/"


def typed(**given):
    return {name: value or "" for name, value in COMPLETE.items()} | given


# What waits


def test_the_list_is_by_deadline_and_marks_what_is_overdue(desk, consultation):
    now = timezone.now()
    late = published(consultation, received_at=now - 12 * DAY, text="متأخرة")
    near = published(consultation, received_at=now - 9 * DAY, text="قريبة")
    far = published(consultation, received_at=now, text="بعيدة")
    response = desk.get(LIST)
    page = text(response)
    assert [row.contribution for row in response.context["queue"].rows] == [late, near, far]
    assert [row.days_left for row in response.context["queue"].rows] == [-2, 1, 10]
    assert "overdue by 2 days" in page
    assert "1 day left" in page


def test_only_what_may_be_read_and_is_not_answered_waits(desk, consultation, writer, contribution):
    ContributionFactory(consultation=consultation, text="لم تُقرأ بعد")
    ContributionFactory(consultation=consultation, refused=True, text="مرفوضة")
    answered([published(consultation, text="أُجيب عنها")], writer)
    rows = desk.get(LIST).context["queue"].rows
    assert [row.contribution for row in rows] == [contribution]


def test_drafts_and_proposals_are_shown_with_their_state(desk, consultation, contribution, writer):
    draft, proposal = drafted([contribution], writer), proposed([published(consultation)], writer)
    response = desk.get(LIST)
    page = text(response)
    assert response.context["queue"].prepared == [draft, proposal]
    assert "Awaits a second person" in page
    assert [row.contribution.answer for row in response.context["queue"].rows] == [draft, proposal]
    tally = response.context["queue"].tally
    assert (tally.all, tally.unwritten, tally.written) == (2, 0, 2)


def test_the_list_is_narrowed_by_consultation_question_part_and_hand(desk, nefta, consultation, writer):
    question = QuestionFactory(consultation=consultation)
    asked = published(consultation, question=question)
    of_part = published(consultation, part="project-3", handed_to=writer)
    other = published(ConsultationFactory(municipality=nefta, open=True))

    def shown(query):
        return [row.contribution for row in desk.get(f"{LIST}?{query}").context["queue"].rows]

    number = f"consultation={consultation.number}"
    assert shown(number) == [asked, of_part]
    assert shown(f"{number}&question={question.pk}") == [asked]
    assert shown(f"{number}&part=project-3") == [of_part]
    assert shown("show=mine") == [of_part]
    assert shown("show=late") == []
    assert shown("show=nonsense&consultation=x&page=99") == [asked, of_part, other]


def test_what_says_the_same_is_answered_together(desk, consultation):
    like = [published(consultation, likeness="a" * 64) for _ in range(3)]
    published(consultation)
    response = desk.get(LIST)
    row = response.context["queue"].rows[0]
    assert row.like == 2
    page = text(desk.get(row.together))
    assert "One answer to 3 contributions" in page
    assert all(each.text in page for each in like)


def test_an_empty_list_says_what_will_be_there(desk):
    assert "Everything that was published has its answer" in text(desk.get(LIST))


def test_a_list_asks_as_much_for_one_as_for_many(
    desk, consultation, contribution, django_assert_max_num_queries
):
    with django_assert_max_num_queries(40) as few:
        desk.get(LIST)
    for number in range(30):
        published(
            consultation, likeness=str(number % 5) * 64, question=QuestionFactory(consultation=consultation)
        )
    with django_assert_max_num_queries(len(few)):
        desk.get(LIST)


# Writing


def test_a_ticked_group_becomes_a_draft(desk, consultation, contribution):
    other = published(consultation)
    form = desk.get(f"{NEW}?c={contribution.pk}&c={other.pk}")
    assert contribution.text in text(form)
    response = desk.post(NEW, fields(form, **typed()))
    answer = OfficialAnswer.objects.get()
    assert response.url == address(answer)
    assert (answer.status, answer.text_ar) == ("draft", TEXT)
    assert list(answer.contributions.order_by("number")) == [contribution, other]
    assert "The draft is saved" in text(desk.get(response.url))


def test_an_answer_is_published_from_its_form(desk, contribution):
    form = desk.get(f"{NEW}?c={contribution.pk}")
    response = desk.post(NEW, fields(form, **typed(step="publish")))
    assert OfficialAnswer.objects.get().is_public
    assert "The answer is public" in text(desk.get(response.url))


def test_a_refused_publication_saves_nothing_and_loses_nothing(desk, consultation, contribution):
    other = published(consultation)
    form = desk.get(f"{NEW}?c={contribution.pk}&c={other.pk}")
    response = desk.post(
        NEW,
        fields(
            form,
            **typed(step="publish", verdict="not_accepted", text_ar="لا <b>", service_ar=""),
            out=other.pk,
        ),
    )
    page = text(response)
    assert not OfficialAnswer.objects.exists()
    assert "Nothing was saved" in page
    assert 'href="#id_service_ar"' in page
    assert "لا &lt;b&gt;" in page
    assert f'name="out" value="{other.pk}" id="out{other.pk}" checked' in page
    assert page.count('aria-invalid="true"') == 2


def test_more_is_ticked_in_and_out_on_the_form(desk, consultation, contribution, writer):
    other, third = published(consultation), published(consultation)
    answer = drafted([contribution, other], writer)
    form = desk.get(address(answer))
    desk.post(address(answer), fields(form, out=[contribution.pk], add=[third.pk]))
    assert list(answer.contributions.order_by("number")) == [other, third]


def test_what_says_the_same_is_offered_first_and_what_has_a_draft_is_not(desk, consultation, writer):
    question = QuestionFactory(consultation=consultation)
    row = published(consultation, question=question, likeness="a" * 64)
    any_other = published(consultation)
    same_question = published(consultation, question=question)
    alike = published(consultation, likeness="a" * 64)
    drafted([published(consultation, likeness="a" * 64)], writer)
    offered = desk.get(f"{NEW}?c={row.pk}").context["candidates"]
    assert offered == [alike, same_question, any_other]


def test_the_service_that_always_answers_is_there_and_those_used_before_are_offered(
    desk, nefta, consultation, contribution, writer
):
    drafted([published(consultation)], writer)
    form = desk.get(f"{NEW}?c={contribution.pk}")
    assert form.context["form"]["service_ar"].value() == "كتابة المجلس"
    assert '<option value="كتابة المجلس">' in text(form)


def test_an_outcome_is_chosen_from_what_the_subject_offers_and_is_kept(desk, contribution, monkeypatch):
    from portal.subjects import Outcome

    offered = Outcome("project-3-2", "المشروع 3، النسخة 2", "Projet 3, version 2", "plans", {})
    monkeypatch.setattr("consultations.views.answers.outcomes_of", lambda *given: [offered])
    form = desk.get(f"{NEW}?c={contribution.pk}")
    assert "Projet 3, version 2" in text(form)
    desk.post(NEW, fields(form, **typed(outcome="project-3-2")))
    answer = OfficialAnswer.objects.get()
    assert answer.outcome == offered.kept()
    monkeypatch.setattr("consultations.views.answers.outcomes_of", lambda *given: [])
    form = desk.get(address(answer))
    assert form.context["form"]["outcome"].value() == "project-3-2"
    desk.post(address(answer), fields(form, text_fr="Encore"))
    answer.refresh_from_db()
    assert (answer.outcome, answer.text_fr) == (offered.kept(), "Encore")


@pytest.mark.parametrize("query", ["", "c=", "c=x", "c=99999999999999999999", "c=424242"])
def test_an_answer_begins_with_contributions_that_exist(desk, query):
    response = desk.get(f"{NEW}?{query}")
    assert response.status_code == (200 if query == "" else 404)
    if not query:
        assert "Tick at least one contribution" in text(response)


def test_one_answer_speaks_of_one_consultation(desk, nefta, contribution):
    other = published(ConsultationFactory(municipality=nefta, open=True))
    page = text(desk.get(f"{NEW}?c={contribution.pk}&c={other.pk}"))
    assert "One answer speaks of one consultation" in page
    assert page.count("checked") == 2


def test_what_is_not_published_is_not_answered_in_public(desk, consultation):
    hidden = ContributionFactory(consultation=consultation, refused=True)
    assert "was told the reason" in text(desk.get(f"{NEW}?c={hidden.pk}"))
    assert desk.post(NEW, typed(c=hidden.pk)).status_code == 200
    assert not OfficialAnswer.objects.exists()


def test_what_has_a_draft_leads_to_it(desk, consultation, contribution, writer):
    answer = drafted([contribution], writer)
    assert desk.get(f"{NEW}?c={contribution.pk}").url == address(answer)
    other = published(consultation)
    page = text(desk.get(f"{NEW}?c={contribution.pk}&c={other.pk}"))
    assert "the draft of one: C-1" in page


def test_texts_of_people_are_harmless(desk, consultation):
    row = published(consultation, text='<script>alert(1)</script>\n"onmouseover=', likeness="b" * 64)
    published(consultation, text="<img src=x>", likeness="b" * 64)
    for where in (LIST, f"{NEW}?c={row.pk}"):
        page = text(desk.get(where))
        assert "<script>alert" not in page
        assert "<img src=x>" not in page


# Two people at once


def test_two_people_lose_nothing(desk, contribution, writer, second):
    answer = drafted([contribution], writer)
    form = desk.get(address(answer))
    write_answer(
        consultation=answer.consultation,
        contributions=[contribution],
        values={"text_fr": "Écrit par l’autre"},
        actor=second,
        answer=answer,
    )
    desk.post(address(answer), fields(form, did_fr="Affiché"))
    answer.refresh_from_db()
    assert (answer.text_fr, answer.did_fr) == ("Écrit par l’autre", "Affiché")


def test_what_was_typed_in_a_draft_that_is_gone_becomes_a_new_one(desk, consultation, contribution, writer):
    other = published(consultation)
    answer = drafted([contribution, other], writer)
    form = desk.get(address(answer))
    remove_answer(answer=answer, actor=None)
    response = desk.post(address(answer), fields(form, text_fr="Écrit <longtemps>", out=[other.pk]))
    page = text(response)
    assert "Somebody removed this draft." in page
    assert "Écrit &lt;longtemps&gt;" in page
    assert f'action="{NEW}"' in page
    desk.post(NEW, fields(response, out=[other.pk]))
    saved = OfficialAnswer.objects.get()
    assert (saved.text_fr, list(saved.contributions.all())) == ("Écrit <longtemps>", [contribution])


def test_a_draft_removed_while_it_is_saved_loses_nothing(desk, contribution, writer, monkeypatch):
    answer = drafted([contribution], writer)
    form = desk.get(address(answer))

    def removed_first(municipality):
        monkeypatch.undo()
        remove_answer(answer=answer, actor=None)

    monkeypatch.setattr("consultations.views.answers.take_turn", removed_first)
    page = text(desk.post(address(answer), fields(form, text_fr="Écrit longtemps")))
    assert "Somebody removed this draft." in page
    assert "Écrit longtemps" in page


def test_of_a_draft_that_is_gone_nothing_foreign_is_shown(desk, contribution, writer):
    answer = drafted([contribution], writer)
    form = desk.get(address(answer))
    remove_answer(answer=answer, actor=None)
    foreign = published(ConsultationFactory(open=True))
    assert desk.post(address(answer), fields(form, c=[foreign.pk])).status_code == 404
    assert desk.post(address(answer), fields(form, c=[])).status_code == 404
    assert desk.get(address(answer)).status_code == 404
    assert desk.post(f"{LIST}424242/", fields(form)).status_code == 404


def test_whoever_comes_second_to_the_same_field_sees_both(desk, contribution, writer, second):
    answer = drafted([contribution], writer)
    form = desk.get(address(answer))
    write_answer(
        consultation=answer.consultation,
        contributions=[contribution],
        values={"verdict": "planned", "text_ar": "نص الزميل"},
        actor=second,
        answer=answer,
    )
    response = desk.post(address(answer), fields(form, verdict="clarification", text_ar="نصي أنا"))
    page = text(response)
    assert "نص الزميل" in page
    assert "نصي أنا" in page
    assert "Already planned" in page
    answer.refresh_from_db()
    assert answer.text_ar == "نص الزميل"
    desk.post(address(answer), fields(response))
    answer.refresh_from_db()
    assert (answer.verdict, answer.text_ar) == ("clarification", "نصي أنا")


# Steps


@pytest.mark.usefixtures("needs_approval")
def test_a_proposal_is_read_approved_and_published_by_another(desk, client, contribution, second):
    form = desk.get(f"{NEW}?c={contribution.pk}")
    assert 'value="publish"' not in text(form)
    answer_address = desk.post(NEW, fields(form, **typed(step="propose"))).url
    page = text(desk.get(answer_address))
    assert "Your role does not publish answers here" in page
    assert desk.post(f"{answer_address}step/", {"step": "publish"}).status_code == 200
    assert not OfficialAnswer.objects.published().exists()
    client.force_login(second)
    reading = client.get(answer_address)
    assert TEXT in text(reading)
    version = reading.context["answer"].version
    client.post(f"{answer_address}step/", {"step": "publish", "version": version})
    assert OfficialAnswer.objects.get().approved_by == second


@pytest.mark.usefixtures("needs_approval")
def test_a_returned_proposal_shows_its_note_and_is_a_draft(desk, contribution, writer, second):
    answer = proposed([contribution], writer)
    assert "Say what is to be changed" in text(desk.post(f"{address(answer)}step/", {"step": "return"}))
    desk.force_login(second)
    desk.post(f"{address(answer)}step/", {"step": "return", "note": "متى بالضبط؟ <i>"})
    page = text(desk.get(address(answer)))
    assert "متى بالضبط؟ &lt;i&gt;" in page
    assert f"{second} returned it" in page


def test_a_public_answer_changes_with_a_reason(desk, contribution, writer):
    answer = answered([contribution], writer)
    assert "Take the answer back" in text(desk.get(address(answer)))
    form = desk.get(f"{address(answer)}?edit=1")
    response = desk.post(f"{address(answer)}?edit=1", fields(form, text_ar="أجل جديد"))
    assert 'href="#id_reason"' in text(response)
    assert "أجل جديد" in text(response)
    desk.post(f"{address(answer)}?edit=1", fields(response, text_ar="أجل جديد", reason="تأخر البناء"))
    answer.refresh_from_db()
    assert answer.text_ar == "أجل جديد"


def test_a_public_answer_is_taken_back_with_a_reason(desk, contribution, writer):
    answer = answered([contribution], writer)
    assert "say why" in text(desk.post(f"{address(answer)}step/", {"step": "take-back"}))
    desk.post(f"{address(answer)}step/", {"step": "take-back", "reason": "خطأ"})
    answer.refresh_from_db()
    assert not answer.is_public
    assert "Remove the draft" not in text(desk.get(address(answer)))


@pytest.mark.parametrize("step", ["", "publish"])
def test_a_double_click_is_one_answer(desk, contribution, step):
    form = desk.get(f"{NEW}?c={contribution.pk}")
    sent = fields(form, **typed(step=step))
    first, second = desk.post(NEW, sent), desk.post(NEW, sent)
    assert first.status_code == second.status_code == 302
    assert first.url == second.url
    assert OfficialAnswer.objects.count() == 1
    other = desk.post(NEW, sent | {"text_ar": "نص آخر لم يُحفظ بعد"})
    assert "نص آخر لم يُحفظ بعد" in text(other)
    assert 'href="#contributions"' in text(other)


def test_a_public_answer_of_a_withdrawn_consultation_leads_nowhere(desk, contribution, consultation, writer):
    answer = answered([contribution], writer)
    assert "/said/" in text(desk.get(address(answer)))
    type(consultation).objects.update(status="draft")
    assert "/said/" not in text(desk.get(address(answer)))


@pytest.mark.usefixtures("needs_approval")
def test_who_may_not_take_back_is_offered_no_step(desk, contribution, writer, second):
    answer = publish_answer(answer=proposed([contribution], writer), actor=second)
    assert 'value="take-back"' not in text(desk.get(address(answer)))
    assert "does not take answers back" in text(
        desk.post(f"{address(answer)}step/", {"step": "take-back", "reason": "خطأ"})
    )
    desk.force_login(second)
    assert 'value="take-back"' in text(desk.get(address(answer)))


@pytest.mark.usefixtures("needs_approval")
def test_who_was_told_of_a_change_approves_what_is_there_now(desk, contribution, writer, second):
    answer = proposed([contribution], writer)
    desk.force_login(second)
    sent = {"step": "publish", "version": answer.version}
    write_answer(
        consultation=answer.consultation,
        contributions=[contribution],
        values={"text_ar": "نص آخر لم يقرأه أحد بعد"},
        actor=writer,
        answer=answer,
    )
    refused = desk.post(f"{address(answer)}step/", sent)
    assert "Somebody changed this answer" in text(refused)
    version = refused.context["step_form"]["version"].value()
    desk.post(f"{address(answer)}step/", sent | {"version": version})
    answer.refresh_from_db()
    assert answer.is_public


@pytest.mark.parametrize("make", [drafted, proposed, answered])
def test_what_its_author_took_back_is_not_shown_with_the_answer(desk, consultation, writer, make):
    row = published(consultation, text="كلام سحبه صاحبه", solution="حل سحبه صاحبه", profile="student")
    answer = make([row, published(consultation, text="كلام باق")], writer)
    withdraw(contribution=row)
    for query in ("", "?edit=1"):
        page = text(desk.get(f"{address(answer)}{query}"))
        assert "كلام باق" in page
        assert "سحبه صاحبه" not in page
        assert "Its author took it back" in page


def test_a_draft_is_removed(desk, contribution, writer):
    answer = drafted([contribution], writer)
    response = desk.post(f"{address(answer)}step/", {"step": "remove"})
    assert response.url == LIST
    assert not OfficialAnswer.objects.exists()


def test_a_step_that_is_none_changes_nothing(desk, contribution, writer):
    answer = drafted([contribution], writer)
    assert "There is no such step" in text(desk.post(f"{address(answer)}step/", {"step": "explode"}))
    assert desk.get(f"{address(answer)}step/").url == address(answer)


# Other municipalities


def test_nobody_sees_or_touches_what_is_another_municipality_s(desk, kenitra, contribution, stranger):
    foreign = canary(kenitra)
    assert "الكناري" not in text(desk.get(LIST))
    assert desk.get(f"{NEW}?c={foreign.pk}").status_code == 404
    assert desk.post(NEW, typed(c=[contribution.pk, foreign.pk])).status_code == 404
    assert desk.get(address(foreign.answer)).status_code == 404
    assert desk.post(f"{address(foreign.answer)}step/", {"step": "remove"}).status_code == 404
    form = desk.get(f"{NEW}?c={contribution.pk}")
    assert "الكناري" not in text(form)
    desk.post(NEW, fields(form, **typed(add=foreign.pk)))
    foreign.refresh_from_db()
    assert foreign.answer.text_ar == "إجابة الكناري"
    assert Contribution.objects.get(pk=contribution.pk).answer.contributions.count() == 1
    desk.force_login(stranger)
    assert desk.get(LIST).status_code == 404


@pytest.mark.parametrize("role", ["editor", "moderator", "council_reader", "auditor"])
def test_a_role_that_does_not_answer_stays_outside(client, nefta, contribution, writer, role):
    answer = drafted([contribution], writer)
    client.force_login(member(nefta, role))
    for where in (LIST, f"{NEW}?c={contribution.pk}", address(answer), f"{address(answer)}step/"):
        assert client.get(where).status_code == 403
        assert client.post(where).status_code == 403

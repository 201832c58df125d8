"""Official answers: who writes them, who shows them, what each step needs, and what the register keeps."""

import datetime
import json

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import override

from consultations import letters
from consultations.answers import paragraphs, read_answer, read_answers
from consultations.gauge import gauge_of
from consultations.models import Contribution, OfficialAnswer, Verdict
from consultations.published.answers import page_context
from consultations.rules_answers import SHORTEST_REASON, writers_of
from consultations.services.answers import (
    change_answer,
    propose_answer,
    publish_answer,
    remove_answer,
    return_answer,
    take_back_answer,
    write_answer,
)
from portal.audit.models import Entry
from portal.publications.models import Publication
from tests.consultations.answering import (
    COMPLETE,
    OUTCOME,
    TEXT,
    answered,
    drafted,
    member,
    proposed,
    published,
)
from tests.consultations.participation import (
    ConsultationFactory,
    ContributionFactory,
    OfficialAnswerFactory,
    ParticipationRulesFactory,
)


@pytest.fixture
def consultation(nefta):
    return ConsultationFactory(municipality=nefta, open=True)


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
def needs_approval(nefta):
    return ParticipationRulesFactory(municipality=nefta, needs_approval=True)


@pytest.fixture
def told(monkeypatch):
    """Which contributions the authors were told of, and whether of a change."""
    found = []

    def answered(answer, contributions, *, is_change=False):
        found.append(([row.reference for row in contributions], is_change))

    monkeypatch.setattr(letters, "contribution_answered", answered)
    return found


def refusal(act, **given):
    with override("en"), pytest.raises(ValidationError) as caught:
        act(**given)
    return caught.value.update_error_dict({})


def sentence(errors):
    (found,) = errors["__all__"]
    return found.messages[0]


# Writing


def test_a_draft_takes_a_group_and_is_journalled_once(consultation, contribution, writer):
    other = published(consultation)
    answer = drafted([contribution, other], writer)
    assert answer.status == "draft"
    assert answer.written_by == writer
    assert {row.answer for row in Contribution.objects.all()} == {answer}
    entry = Entry.objects.get()
    assert (entry.action, entry.actor) == ("answer.drafted", writer)
    assert entry.changes["contributions"] == [None, "C-1, C-2"]
    assert contribution.text not in json.dumps(entry.changes, ensure_ascii=False)


def test_a_draft_may_be_empty(contribution, writer):
    answer = write_answer(
        consultation=contribution.consultation, contributions=[contribution], values={}, actor=writer
    )
    assert (answer.verdict, answer.text_ar) == ("", "")


def test_what_changes_is_journalled_and_what_stands_there_is_not(contribution, writer, second):
    answer = drafted([contribution], writer)
    same = {"consultation": answer.consultation, "contributions": [contribution], "answer": answer}
    write_answer(**same, values={"text_ar": f"{TEXT}\r\n"}, actor=second)
    assert Entry.objects.count() == 1
    write_answer(**same, values={"text_fr": "Un\r\ndeux"}, actor=second)
    answer.refresh_from_db()
    assert answer.text_fr == "Un\ndeux"
    assert answer.written_by == writer
    entry = Entry.objects.first()
    assert (entry.action, entry.changes) == ("answer.edited", {"text_fr": ["", "Un\ndeux"]})


def test_a_group_grows_and_shrinks_while_it_is_a_draft(consultation, contribution, writer):
    answer, other = drafted([contribution], writer), published(consultation)
    write_answer(consultation=consultation, contributions=[other], values={}, actor=writer, answer=answer)
    assert list(answer.contributions.all()) == [other]
    assert Entry.objects.first().changes == {"contributions": ["C-1", "C-2"]}
    contribution.refresh_from_db()
    assert contribution.answer is None


def test_an_answer_answers_something(consultation, writer):
    assert "contributions" in refusal(
        write_answer, consultation=consultation, contributions=[], values={}, actor=writer
    )


def test_a_group_is_of_one_consultation(consultation, contribution, writer, nefta):
    elsewhere = published(ConsultationFactory(municipality=nefta, open=True))
    errors = refusal(
        write_answer,
        consultation=consultation,
        contributions=[contribution, elsewhere],
        values=COMPLETE,
        actor=writer,
    )
    assert list(errors) == ["contributions"]
    assert not OfficialAnswer.objects.exists()


@pytest.mark.parametrize("status", ["pending", "refused", "withdrawn"])
def test_what_the_public_does_not_read_has_no_public_answer(consultation, contribution, writer, status):
    hidden = ContributionFactory(consultation=consultation, refused=status == "refused")
    Contribution.objects.filter(pk=hidden.pk).update(status=status)
    errors = refusal(
        write_answer,
        consultation=consultation,
        contributions=[contribution, hidden],
        values=COMPLETE,
        actor=writer,
    )
    assert hidden.reference in errors["contributions"][0].messages[0]
    assert contribution.reference not in errors["contributions"][0].messages[0]


def test_nobody_is_answered_twice(contribution, writer):
    drafted([contribution], writer)
    contribution.refresh_from_db()
    errors = refusal(
        write_answer,
        consultation=contribution.consultation,
        contributions=[contribution],
        values=COMPLETE,
        actor=writer,
    )
    assert contribution.reference in errors["contributions"][0].messages[0]
    assert OfficialAnswer.objects.count() == 1


def test_columns_are_held_to_their_length(contribution, writer):
    errors = refusal(
        write_answer,
        consultation=contribution.consultation,
        contributions=[contribution],
        values={"text_ar": "ن" * 4001, "service_ar": "م" * 301, "verdict": "maybe"},
        actor=writer,
    )
    assert set(errors) == {"text_ar", "service_ar", "verdict"}


def test_an_answer_has_no_other_columns(contribution, writer):
    with pytest.raises(ValueError, match="status"):
        write_answer(
            consultation=contribution.consultation,
            contributions=[contribution],
            values={"status": "published"},
            actor=writer,
        )


# Publishing


def test_a_published_answer_is_in_the_register_and_its_authors_are_told(contribution, writer, told):
    answer = answered([contribution], writer, outcome=OUTCOME)
    assert answer.is_public
    assert answer.approved_by == writer
    publication = Publication.objects.get()
    content = json.loads(publication.content)
    assert (publication.act, publication.version) == ("answer.published", 1)
    assert publication.title == f"{answer.consultation.title_ar} · C-1"
    assert publication.address.endswith(
        f"/consultations/{answer.consultation.number}/said/?page=answer-{answer.pk}#answer-{answer.pk}"
    )
    assert content["verdict"] == "accepted"
    assert content["contributions"] == ["C-1"]
    assert content["outcome"] == OUTCOME
    assert contribution.text not in publication.content
    assert "profile" not in publication.content
    assert told == [(["C-1"], False)]
    assert Entry.objects.first().changes == {"status": ["draft", "published"]}


def test_publishing_twice_is_once(contribution, writer, told):
    answer = answered([contribution], writer)
    publish_answer(answer=answer, actor=writer)
    assert (Publication.objects.count(), len(told)) == (1, 1)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"verdict": ""}, "verdict"),
        ({"text_ar": ""}, "text_ar"),
        ({"service_ar": " "}, "service_ar"),
        ({"verdict": Verdict.NOT_ACCEPTED, "text_ar": "لا."}, "text_ar"),
        ({"verdict": Verdict.OUTSIDE_COMPETENCE, "text_ar": "", "text_fr": "Non."}, "text_fr"),
    ],
)
def test_what_an_answer_needs_before_anybody_reads_it(contribution, writer, values, field):
    answer = drafted([contribution], writer, **values)
    assert list(refusal(publish_answer, answer=answer, actor=writer)) == [field]
    assert list(refusal(propose_answer, answer=answer, actor=writer)) == [field]
    assert not Publication.objects.exists()


def test_one_language_is_enough_and_so_is_a_reason_of_twenty_characters(contribution, writer):
    values = {"verdict": Verdict.NOT_ACCEPTED, "text_ar": "", "text_fr": "x" * SHORTEST_REASON}
    values |= {"service_ar": "", "service_fr": "Secrétariat"}
    assert answered([contribution], writer, **values).is_public


@pytest.mark.parametrize("role", ["moderator", "editor", "auditor"])
def test_a_role_that_answers_nothing_publishes_nothing(contribution, writer, nefta, role):
    answer = drafted([contribution], writer)
    assert "propose" in sentence(refusal(publish_answer, answer=answer, actor=member(nefta, role)))


def test_a_contribution_that_left_the_public_holds_the_answer_back(contribution, consultation, writer):
    other = published(consultation)
    answer = drafted([contribution, other], writer)
    Contribution.objects.filter(pk=other.pk).update(status="withdrawn")
    assert (
        other.reference
        in refusal(publish_answer, answer=answer, actor=writer)["contributions"][0].messages[0]
    )
    write_answer(
        consultation=consultation, contributions=[contribution], values={}, actor=writer, answer=answer
    )
    assert publish_answer(answer=answer, actor=writer).is_public


def test_a_consultation_that_is_no_longer_public_has_no_public_answer(contribution, consultation, writer):
    answer = drafted([contribution], writer)
    type(consultation).objects.filter(pk=consultation.pk).update(status="draft")
    assert sentence(refusal(publish_answer, answer=answer, actor=writer))


# The second person


@pytest.mark.usefixtures("needs_approval")
def test_a_second_person_publishes_a_proposal(contribution, writer, second):
    answer = proposed([contribution], writer)
    assert answer.status == "proposed"
    answer = publish_answer(answer=answer, actor=second, seen=answer.version)
    assert (answer.written_by, answer.approved_by) == (writer, second)


@pytest.mark.usefixtures("needs_approval")
def test_who_wrote_it_does_not_publish_it(contribution, second):
    answer = proposed([contribution], second)
    assert "wrote" in sentence(refusal(publish_answer, answer=answer, actor=second))
    assert not Publication.objects.exists()


@pytest.mark.usefixtures("needs_approval")
def test_who_changed_it_last_does_not_publish_it_either(contribution, nefta, writer, second):
    answer = proposed([contribution], writer)
    third = member(nefta, "municipal_admin")
    write_answer(
        consultation=answer.consultation,
        contributions=[contribution],
        values={"text_fr": "Autre chose"},
        actor=second,
        answer=answer,
    )
    assert writers_of(answer) == {writer.pk, second.pk}
    assert sentence(refusal(publish_answer, answer=answer, actor=second))
    assert publish_answer(answer=answer, actor=third).is_public


@pytest.mark.usefixtures("needs_approval")
def test_a_draft_is_proposed_before_it_is_published(contribution, writer, second):
    answer = drafted([contribution], writer)
    assert "propose" in sentence(refusal(publish_answer, answer=answer, actor=second))


@pytest.mark.usefixtures("needs_approval")
def test_a_role_without_publishing_is_no_second_person(contribution, nefta, writer):
    answer = proposed([contribution], writer)
    assert sentence(refusal(publish_answer, answer=answer, actor=member(nefta, "answerer")))


@pytest.mark.usefixtures("needs_approval")
def test_what_a_second_person_approved_is_taken_back_by_who_may_publish_alone(contribution, writer, second):
    answer = publish_answer(answer=proposed([contribution], writer), actor=second)
    told = sentence(refusal(take_back_answer, answer=answer, reason="خطأ", actor=writer))
    assert "Your role does not take answers back" in told
    assert Publication.objects.count() == 1
    assert take_back_answer(answer=answer, reason="خطأ", actor=second).status == "draft"


def test_what_is_written_is_harmless_wherever_it_is_shown(contribution, writer):
    tower = "أ" + "\u0651" * 5000
    answer = drafted([contribution], writer, text_ar=f"{TEXT}\u202e\ufffe {tower}", did_ar="\u2066أُضيفت")
    assert answer.text_ar == f"{TEXT} أ" + "\u0651" * 4
    assert answer.did_ar == "أُضيفت"


@pytest.mark.parametrize(
    ("act", "given"),
    [
        (propose_answer, {}),
        (publish_answer, {}),
        (remove_answer, {}),
        (return_answer, {"note": "x"}),
        (take_back_answer, {"reason": "x"}),
        (change_answer, {"reason": "x", "values": {}}),
    ],
)
def test_a_draft_that_somebody_removed_takes_no_step(contribution, writer, act, given):
    answer = drafted([contribution], writer)
    remove_answer(answer=answer, actor=writer)
    assert "removed" in sentence(refusal(act, answer=answer, actor=writer, **given))


@pytest.mark.usefixtures("needs_approval")
def test_what_changed_since_it_was_read_is_not_approved(contribution, writer, second):
    answer = proposed([contribution], writer)
    seen = answer.version
    write_answer(
        consultation=answer.consultation,
        contributions=[contribution],
        values={"text_ar": "نص آخر لم يقرأه أحد بعد"},
        actor=writer,
        answer=answer,
    )
    assert sentence(refusal(publish_answer, answer=answer, actor=second, seen=seen))
    assert not Publication.objects.exists()


@pytest.mark.usefixtures("needs_approval")
def test_a_proposal_goes_back_with_a_note(contribution, writer, second):
    answer = proposed([contribution], writer)
    assert list(refusal(return_answer, answer=answer, note=" ", actor=second)) == ["note"]
    answer = return_answer(answer=answer, note="متى بالضبط؟", actor=second)
    assert answer.status == "draft"
    assert Entry.objects.first().changes["note"] == [None, "متى بالضبط؟"]
    assert sentence(refusal(return_answer, answer=answer, note="again", actor=second))


def test_proposing_twice_is_once(contribution, writer):
    answer = proposed([contribution], writer)
    propose_answer(answer=answer, actor=writer)
    assert Entry.objects.filter(action="answer.proposed").count() == 1


def test_what_is_public_is_not_proposed(contribution, writer):
    answer = answered([contribution], writer)
    assert sentence(refusal(propose_answer, answer=answer, actor=writer))


# After publication


def test_a_change_in_public_has_a_reason_and_a_new_entry(contribution, writer, told):
    answer = answered([contribution], writer)
    assert list(
        refusal(change_answer, answer=answer, values={"text_ar": "أجل جديد"}, reason=" ", actor=writer)
    ) == ["reason"]
    answer = change_answer(answer=answer, values={"text_ar": "أجل جديد"}, reason="تأخر البناء", actor=writer)
    publication = Publication.objects.newest()
    assert (publication.act, publication.version) == ("answer.changed", 2)
    assert json.loads(publication.content)["reason"] == "تأخر البناء"
    assert told[-1] == (["C-1"], True)
    assert read_answer(answer, contribution.consultation.municipality).changed_on


def test_a_change_that_changes_nothing_needs_no_reason(contribution, writer):
    answer = answered([contribution], writer)
    change_answer(answer=answer, values={"text_ar": TEXT}, reason="", actor=writer)
    assert Publication.objects.count() == 1


def test_a_changed_answer_is_still_complete(contribution, writer):
    answer = answered([contribution], writer)
    errors = refusal(change_answer, answer=answer, values={"text_ar": ""}, reason="x", actor=writer)
    assert list(errors) == ["text_ar"]


def test_a_draft_changes_by_writing_and_what_is_public_does_not(contribution, writer):
    answer = drafted([contribution], writer)
    assert sentence(refusal(change_answer, answer=answer, values={}, reason="x", actor=writer))
    publish_answer(answer=answer, actor=writer)
    errors = refusal(
        write_answer,
        consultation=answer.consultation,
        contributions=[contribution],
        values={"text_ar": "آخر"},
        actor=writer,
        answer=answer,
    )
    assert sentence(errors)


def test_where_two_are_asked_for_nobody_changes_what_is_public_alone(
    contribution, writer, second, needs_approval
):
    answer = publish_answer(answer=proposed([contribution], writer), actor=second)
    errors = refusal(change_answer, answer=answer, values={"text_ar": "وحدي"}, reason="x", actor=second)
    assert "second person" in sentence(errors)
    assert Publication.objects.count() == 1


def test_an_answer_is_taken_back_with_a_reason_and_its_contributions_wait_again(contribution, writer):
    answer = answered([contribution], writer)
    assert list(refusal(take_back_answer, answer=answer, reason="", actor=writer)) == ["reason"]
    answer = take_back_answer(answer=answer, reason="خطأ في المصلحة", actor=writer)
    assert (answer.status, answer.published_at, answer.approved_by) == ("draft", None, None)
    content = json.loads(Publication.objects.newest().content)
    assert (content["status"], content["reason"]) == ("withdrawn", "خطأ في المصلحة")
    assert TEXT not in json.dumps(content, ensure_ascii=False)
    assert contribution in Contribution.objects.awaiting_answer()
    take_back_answer(answer=answer, reason="again", actor=writer)
    assert Publication.objects.count() == 2


def test_an_answer_that_comes_back_is_no_changed_one(contribution, writer, time_machine):
    answer = answered([contribution], writer)
    change_answer(answer=answer, values={"text_ar": "أجل جديد"}, reason="تأخر", actor=writer)
    take_back_answer(answer=answer, reason="خطأ", actor=writer)
    time_machine.move_to(timezone.now() + datetime.timedelta(minutes=1))
    answer = publish_answer(answer=answer, actor=writer)
    assert read_answer(answer, contribution.consultation.municipality).changed_on == ""


def test_a_draft_is_removed_and_what_was_public_is_not(contribution, writer):
    answer = drafted([contribution], writer)
    remove_answer(answer=answer, actor=writer)
    contribution.refresh_from_db()
    assert contribution.answer is None
    assert Entry.objects.first().action == "answer.removed"
    answer = take_back_answer(answer=answered([contribution], writer), reason="x", actor=writer)
    assert sentence(refusal(remove_answer, answer=answer, actor=writer))


# The public gauge


def test_only_a_published_answer_counts_in_the_gauge(consultation, contribution, writer):
    other = published(consultation)
    answer = proposed([contribution], writer)
    drafted([other], writer)
    assert (gauge_of(consultation).answered, gauge_of(consultation).waiting) == (0, 2)
    publish_answer(answer=answer, actor=writer)
    assert (gauge_of(consultation).answered, gauge_of(consultation).waiting) == (1, 1)
    take_back_answer(answer=answer, reason="خطأ", actor=writer)
    assert gauge_of(consultation).answered == 0


# How it reads


def test_an_answer_reads_in_the_languages_there_are(contribution, writer):
    answer = answered([contribution], writer, text_ar=f"{TEXT}\n\nEn français", outcome=OUTCOME)
    municipality = contribution.consultation.municipality
    with override("fr"):
        row = read_answer(answer, municipality)
    assert (row.text.lang, row.text.is_foreign) == ("ar", True)
    assert [paragraph.dir for paragraph in row.paragraphs] == ["rtl", "ltr"]
    assert (str(row.outcome.label), row.outcome.address) == ("Projet 3, version 2", "/fr/plans/#v2")
    assert row.is_done
    assert row.tag == ""


@pytest.mark.parametrize(
    ("verdict", "is_done", "tag"),
    [
        (Verdict.ACCEPTED_IN_PART, True, ""),
        (Verdict.ALREADY_PLANNED, True, "info"),
        (Verdict.CLARIFICATION, False, "info"),
        (Verdict.NOT_ACCEPTED, False, "warn"),
        (Verdict.OUTSIDE_COMPETENCE, False, "warn"),
    ],
)
def test_what_was_done_and_what_was_only_answered(contribution, verdict, is_done, tag):
    answer = OfficialAnswerFactory(
        published=True, consultation=contribution.consultation, verdict=verdict, contributions=[contribution]
    )
    row = read_answer(answer, contribution.consultation.municipality)
    assert (row.is_done, row.tag) == (is_done, tag)


def test_nobody_reads_what_is_not_published(contribution, writer):
    municipality = contribution.consultation.municipality
    assert read_answer(None, municipality) is None
    assert read_answer(proposed([contribution], writer), municipality) is None


def test_many_answers_are_read_in_one_query(consultation, writer, django_assert_num_queries):
    answers = [answered([published(consultation)], writer) for _ in range(5)]
    with django_assert_num_queries(1):
        rows = read_answers([*answers, None], consultation.municipality)
    assert set(rows) == {answer.pk for answer in answers}


def test_an_outcome_whose_page_is_gone_keeps_its_words(contribution, writer):
    answer = answered([contribution], writer, outcome=OUTCOME | {"route": "no-such-page"})
    with override("ar"):
        row = read_answer(answer, contribution.consultation.municipality)
    assert row.outcome.address == ""
    assert str(row.outcome.label) == "المشروع 3، النسخة 2"


def test_paragraphs_are_parted_at_empty_lines_alone():
    assert [part.text for part in paragraphs("a\r\nb\r\n \r\nc\n\n\n")] == ["a\nb", "c"]
    assert paragraphs(" \n ") == ()


def test_the_register_shows_an_answer_without_asking_any_row(contribution, writer, django_assert_num_queries):
    answered([contribution], writer, outcome=OUTCOME)
    content = json.loads(Publication.objects.get().content)
    with django_assert_num_queries(0):
        context = page_context(content)
    assert context["verdict"] == str(Verdict.ACCEPTED.label)
    assert context["paragraphs"][0].text == TEXT


def test_the_page_of_the_register_shows_it(client, contribution, writer):
    answer = answered([contribution], writer, outcome=OUTCOME)
    change_answer(answer=answer, values={"verdict": "in_part"}, reason="بعد الجلسة", actor=writer)
    take_back_answer(answer=answer, reason="خطأ", actor=writer)
    slug = contribution.consultation.municipality.slug
    first, changed, last = (
        client.get(f"/fr/m/{slug}/publications/{number}/").content.decode() for number in (1, 2, 3)
    )
    assert TEXT in first
    assert "Projet 3, version 2" in first
    assert "بعد الجلسة" in changed
    assert TEXT not in last

"""The moderators' queue in the browser's eyes: order, groups, deadlines, steps, and nobody else's rows."""

from __future__ import annotations

import datetime
import time

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from consultations.marks import marks_of
from consultations.models import Contribution, Original
from consultations.plaintext import likeness
from consultations.queue import Desk, Stamp, filters_of, line_of, read_queue, stamp_of
from consultations.services.moderation import hand_over, publish_contributions
from consultations.views import moderation
from portal.audit.models import Entry
from tests.consultations.participation import (
    DAY,
    ConsultationFactory,
    ContributionFactory,
    ParticipationRulesFactory,
)
from tests.factories import MembershipFactory

Status = Contribution.Status
SAME = "نريد ملعبا للقرب في حي النصر"


@pytest.fixture
def moderator(nefta):
    return MembershipFactory(municipality=nefta, role="moderator", user__name="Amel").user


@pytest.fixture
def consultation(nefta):
    return ConsultationFactory(open=True, municipality=nefta)


@pytest.fixture
def desk(client, moderator):
    client.force_login(moderator)
    return client


def give(consultation, text, **kwargs):
    """A contribution as it is stored when it is received."""
    return ContributionFactory(
        consultation=consultation, text=text, likeness=likeness(text), flags=marks_of(text), **kwargs
    )


def address(name="moderation", row=None, query=""):
    kwargs = {"slug": "nefta"} | ({"pk": row.pk} if row else {})
    return reverse(name, kwargs=kwargs) + query


def shown(client, query=""):
    """The numbers of the lines that the queue shows."""
    queue = client.get(address(query=query)).context["queue"]
    return [item.contribution.number for item in queue.items]


def stamp(row):
    return str(line_of(Contribution.objects.get(pk=row.pk)))


# The list


def test_the_oldest_stands_first_and_is_open(desk, consultation):
    new = give(consultation, "نص جديد عن الحديقة")
    old = give(consultation, "نص قديم عن الحديقة", received_at=timezone.now() - 2 * DAY)
    response = desk.get(address())
    assert shown(desk) == [old.number, new.number]
    assert response.context["reading"].contribution == old
    assert "نص قديم" in response.content.decode()


def test_texts_that_say_the_same_are_one_line(desk, consultation):
    rows = [give(consultation, text) for text in (SAME, "نُريد مَلعبا للقرب في حيّ النصر!!", SAME + "...")]
    other = give(consultation, "نص آخر عن المكتبة العمومية")
    assert shown(desk) == [rows[0].number, other.number]
    item = desk.get(address()).context["queue"].items[0]
    assert item.count == 3


def test_short_texts_are_lines_of_their_own(desk, consultation):
    first, second = give(consultation, "موافق"), give(consultation, "موافق")
    assert shown(desk) == [first.number, second.number]


def test_the_same_text_in_another_consultation_is_another_line(desk, consultation, nefta):
    give(consultation, SAME)
    give(ConsultationFactory(open=True, municipality=nefta), SAME)
    assert len(desk.get(address()).context["queue"].items) == 2


def test_the_tabs_and_what_each_shows(desk, consultation, moderator):
    unread = give(consultation, "نص لم يقرأ بعد في هذه الاستشارة")
    after = give(consultation, "نص نشر ولم يقرأ بعد أبدا", published=True, moderated_at=None)
    marked = give(consultation, "كلموني على 20 123 456")
    mine = give(consultation, "نص أحيل إلى هذا العون وحده", handed_to=moderator)
    read = give(consultation, "نص نشر بعد أن قرأه مشرف", published=True)
    refused = give(consultation, "نص رفض نشره مشرف قبل قليل", refused=True)
    give(consultation, "نص سحبه صاحبه", status=Status.WITHDRAWN)
    assert shown(desk) == [unread.number, marked.number, mine.number]
    assert shown(desk, "?show=after") == [after.number]
    assert shown(desk, "?show=marked") == [marked.number]
    assert shown(desk, "?show=mine") == [mine.number]
    assert shown(desk, "?show=published") == [read.number]
    assert shown(desk, "?show=refused") == [refused.number]
    tabs = {tab.show: tab.count for tab in desk.get(address()).context["queue"].tabs}
    assert tabs == {"unread": 3, "after": 1, "marked": 1, "mine": 1, "published": None, "refused": None}


def test_counts_count_a_line_once(desk, consultation):
    for _number in range(4):
        give(consultation, SAME + " 20 123 456")
    tabs = {tab.show: tab.count for tab in desk.get(address()).context["queue"].tabs}
    assert (tabs["unread"], tabs["marked"]) == (1, 1)


def test_one_consultation_alone(desk, consultation, nefta):
    give(consultation, "نص عن الاستشارة الأولى")
    second = ConsultationFactory(open=True, municipality=nefta)
    row = give(second, "نص عن الاستشارة الثانية")
    queue = desk.get(address(query=f"?consultation={second.number}")).context["queue"]
    assert [item.contribution for item in queue.items] == [row]


@pytest.mark.parametrize("words", ["C-{}", "c {}", "{}"])
def test_searching_a_reference(desk, consultation, words):
    give(consultation, "نص أول عن الطريق")
    row = give(consultation, "نص ثان عن الطريق", refused=True)
    assert shown(desk, f"?q={words.format(row.number)}") == [row.number]


def test_searching_words(desk, consultation):
    row = give(consultation, "نقترح مكتبة متنقلة", published=True)
    give(consultation, "نقترح ملعبا")
    assert shown(desk, "?q=متنقلة") == [row.number]
    assert "?q=" not in desk.get(address()).content.decode()


@pytest.mark.parametrize(
    "query", ["?show=x&consultation=x&page=x", "?page=999", "?consultation=99999999999", "?q=%00"]
)
def test_what_an_address_cannot_mean_is_left_out(desk, consultation, query):
    give(consultation, "نص واحد في القائمة")
    assert desk.get(address(query=query)).status_code == 200


def test_pages(desk, consultation, monkeypatch):
    monkeypatch.setattr("consultations.queue.ROWS_A_PAGE", 2)
    rows = [give(consultation, f"نص رقم {number} عن الحديقة العمومية") for number in range(5)]
    assert shown(desk, "?page=3") == [rows[4].number]
    assert "page=2" in desk.get(address()).content.decode()


def test_an_empty_queue_says_so(desk, consultation):
    assert "m-empty" in desk.get(address()).content.decode()


def test_the_rules_stand_beside_it(desk, nefta):
    ParticipationRulesFactory(municipality=nefta, rules_ar="لا شتم في هذا الفضاء")
    assert "لا شتم في هذا الفضاء" in desk.get(address()).content.decode()


@pytest.mark.parametrize(
    ("today", "days_left", "is_near", "days_late"),
    [
        ("2026-11-20", 2, False, 0),
        ("2026-11-23", 1, True, 0),
        ("2026-11-24", 0, True, 0),
        ("2026-11-26", -2, False, 2),
    ],
)
def test_deadlines_count_working_days(consultation, moderator, nefta, today, days_left, is_near, days_late):
    friday = datetime.datetime(2026, 11, 20, 8, tzinfo=datetime.UTC)
    give(consultation, "نص ورد يوم الجمعة", received_at=friday)
    with time_machine.travel(f"{today} 12:00:00+00:00", tick=False):
        deadline = read_queue(Desk(nefta), filters_of({}), moderator).items[0].deadline
    assert deadline.on == datetime.date(2026, 11, 24)
    assert (deadline.days_left, deadline.is_near, deadline.days_late) == (days_left, is_near, days_late)


def test_what_was_read_has_no_deadline(desk, consultation):
    give(consultation, "نص رفض نشره مشرف", refused=True)
    assert desk.get(address(query="?show=refused")).context["queue"].items[0].deadline is None


# One contribution


def test_marks_stand_where_they_are_in_the_text(desk, consultation):
    row = give(consultation, "كلموا السيدة ليلى الشابي\nعلى 20 123 456")
    page = desk.get(address("contribution", row)).content.decode()
    assert page.count("<mark>") == 2
    assert '<mark><bdi dir="ltr">20 123 456</bdi>' in page


def test_a_hostile_text_is_text(desk, consultation):
    row = give(consultation, '<script>alert(1)</script> <img src=x onerror=alert(1)> 20 123 456 "><b>')
    page = desk.get(address("contribution", row)).content.decode()
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "&lt;script&gt;" in page


def test_others_that_say_the_same_are_told_with_what_became_of_them(desk, consultation):
    first = give(consultation, SAME, published=True)
    row = give(consultation, SAME)
    assert desk.get(address("contribution", row)).context["reading"].others == [first]


def test_the_history_tells_notes_and_persons(desk, consultation, moderator, publisher):
    row = give(consultation, "نص يحال إلى زميل آخر")
    desk.post(
        address("contribution-hand-over", row), {"stamp": stamp(row), "to": publisher.pk, "note": "ما رأيك؟"}
    )
    page = desk.get(address("contribution", row)).content.decode()
    assert "ما رأيك؟" in page
    assert "Amel" in page


def test_what_was_withdrawn_is_not_read(desk, consultation):
    row = give(consultation, "نص سحبه صاحبه من هنا", status=Status.WITHDRAWN)
    page = desk.get(address("contribution", row)).content.decode()
    assert "نص سحبه" not in page


def test_the_original_is_for_moderators_alone(client, consultation, moderator, publisher):
    row = give(consultation, "نص فيه […] مخفي", is_redacted=True)
    Original.objects.create(contribution=row, text="نص فيه جزء مخفي")
    for person, expected in ((moderator, True), (publisher, False)):
        client.force_login(person)
        page = client.get(address("contribution", row)).content.decode()
        assert ("نص فيه جزء" in page) is expected


# Steps


def test_publishing_goes_on_to_the_next_one(desk, consultation):
    row, following = give(consultation, "نص أول للنشر الآن"), give(consultation, "نص ثان للنشر بعده")
    page = desk.get(address("contribution", row, "?consultation=1")).context["publish_form"]
    assert page["next"].value() == following.pk
    response = desk.post(
        address("contribution-publish", row, "?show=marked"), {"stamp": stamp(row), "next": following.pk}
    )
    assert response.url == address("contribution", following, "?show=marked") + "#one"
    row.refresh_from_db()
    assert row.status == Status.PUBLISHED


def test_after_the_last_one_comes_the_list(desk, consultation):
    row = give(consultation, "نص وحيد في القائمة")
    response = desk.post(address("contribution-publish", row), {"stamp": stamp(row)})
    assert response.url == address()


def test_all_that_say_the_same_are_published_at_once(desk, consultation):
    rows = [give(consultation, SAME) for _number in range(3)]
    desk.post(address("contribution-publish", rows[1]), {"stamp": stamp(rows[1]), "together": "on"})
    assert Contribution.objects.filter(status=Status.PUBLISHED).count() == 3


def test_one_of_those_that_say_the_same_alone(desk, consultation):
    rows = [give(consultation, SAME) for _number in range(3)]
    desk.post(address("contribution-publish", rows[1]), {"stamp": stamp(rows[1])})
    assert list(Contribution.objects.filter(status=Status.PUBLISHED)) == [rows[1]]


def test_what_came_since_is_not_acted_upon(desk, consultation):
    rows = [give(consultation, SAME) for _number in range(2)]
    seen = stamp(rows[0])
    late = give(consultation, SAME)
    desk.post(
        address("contribution-refuse", rows[0]), {"stamp": seen, "together": "on", "reason": "repeated"}
    )
    late.refresh_from_db()
    assert late.status == Status.PENDING
    assert Contribution.objects.filter(status=Status.REFUSED).count() == 2


def test_personal_data_is_published_with_the_tick_alone(desk, consultation):
    row = give(consultation, "كلموني على 20 123 456")
    response = desk.post(address("contribution-publish", row), {"stamp": stamp(row)})
    assert response.status_code == 200
    assert response.context["publish_form"].errors["confirmed_marks"]
    response = desk.post(address("contribution-publish", row), {"stamp": stamp(row), "confirmed_marks": "on"})
    assert response.status_code == 302


def test_refusing_needs_a_reason_and_loses_no_note(desk, consultation):
    row = give(consultation, "نص لن ينشر في هذه الصفحة")
    response = desk.post(address("contribution-refuse", row), {"stamp": stamp(row), "note": "ملاحظة طويلة"})
    page = response.content.decode()
    assert response.context["refuse_form"].errors["reason"]
    assert "ملاحظة طويلة" in page
    assert 'role="alert"' in page
    response = desk.post(address("contribution-refuse", row), {"stamp": stamp(row), "reason": "insult"})
    assert response.status_code == 302


def test_publishing_after_all(desk, consultation):
    row = give(consultation, "نص رفض ثم أعيد نشره", refused=True)
    desk.post(address("contribution-publish", row), {"stamp": stamp(row)})
    row.refresh_from_db()
    assert row.status == Status.PUBLISHED


def test_of_several_refused_the_one_is_published_that_was_looked_at(desk, consultation):
    row, _other = give(consultation, SAME, refused=True), give(consultation, SAME, refused=True)
    assert 'id="publish_together"' not in desk.get(address("contribution", row)).content.decode()
    desk.post(address("contribution-publish", row), {"stamp": stamp(row)})
    assert list(Contribution.objects.filter(status=Status.PUBLISHED)) == [row]


def test_taking_a_part_out_and_publishing_the_rest(desk, consultation):
    row = give(consultation, "نص فيه رقم 20 123 456 هاتف")
    response = desk.post(
        address("contribution-redact", row),
        {"stamp": stamp(row), "text": "نص فيه رقم هاتف", "reason": "personal_data", "publish": "1"},
    )
    assert response.status_code == 302
    row.refresh_from_db()
    assert (row.text, row.status) == ("نص فيه رقم […] هاتف", Status.PUBLISHED)


def test_what_cannot_be_published_is_not_redacted_either(desk, consultation):
    row = give(consultation, "نص فيه رقم 20 123 456 وبريد a@example.org")
    response = desk.post(
        address("contribution-redact", row),
        {
            "stamp": stamp(row),
            "text": "نص فيه رقم 20 123 456 وبريد",
            "reason": "personal_data",
            "publish": "1",
        },
    )
    assert response.status_code == 200
    row.refresh_from_db()
    assert not row.is_redacted


def test_a_changed_word_is_refused_and_kept_in_the_form(desk, consultation):
    row = give(consultation, "نص كتبه مواطن بنفسه")
    response = desk.post(
        address("contribution-redact", row), {"stamp": stamp(row), "text": "نص كتبه مشرف", "reason": "insult"}
    )
    assert response.context["redact_form"].errors["text"]
    assert "نص كتبه مشرف" in response.content.decode()


def test_the_second_is_told_what_the_first_did(desk, consultation, nefta):
    row = give(consultation, "نص يقرؤه مشرفان معا")
    seen = stamp(row)
    first = MembershipFactory(municipality=nefta, role="moderator", user__name="Badr").user
    publish_contributions(contributions=[row], actor=first)
    response = desk.post(
        address("contribution-refuse", row), {"stamp": seen, "reason": "insult", "note": "كلام كتبته"}
    )
    page = response.content.decode()
    assert "Badr" in page
    assert "كلام كتبته" in page
    row.refresh_from_db()
    assert row.status == Status.PUBLISHED


def test_what_another_decides_while_a_page_is_drawn_stands_alone_on_it(desk, consultation, monkeypatch):
    row = give(consultation, SAME)
    other = MembershipFactory(municipality=consultation.municipality, role="moderator").user
    read = moderation.read_contribution

    def late(*arguments, **named):
        publish_contributions(contributions=[Contribution.objects.get(pk=row.pk)], actor=other)
        return read(*arguments, **named)

    monkeypatch.setattr(moderation, "read_contribution", late)
    response = desk.post(address("contribution-refuse", row), {"stamp": stamp(row), "reason": ""})
    assert response.status_code == 200
    assert response.context["reading"].stamp == Stamp(row.pk, row.pk, 1, row.version)


@pytest.mark.parametrize("name", ["publish", "refuse", "redact", "hand-over"])
def test_who_was_told_of_a_change_decides_again_on_what_is_there_now(desk, consultation, moderator, name):
    row = give(consultation, "نص أول في القائمة يقرؤه مشرفان")
    given = {"stamp": stamp(row), "reason": "insult", "text": "نص […]", "to": moderator.pk}
    hand_over(contribution=row, to=moderator, actor=moderator)
    response = desk.post(address(f"contribution-{name}", row), given)
    (told,) = response.context["refused"].non_field_errors().as_data()
    assert told.code == "stale"
    form = {"hand-over": "hand_form"}.get(name, f"{name}_form")
    again = given | {"stamp": response.context[form]["stamp"].value()}
    assert desk.post(address(f"contribution-{name}", row), again).status_code == 302


@pytest.mark.parametrize("bad", ["", "x", "1-2-3", "1-1-1-1-1", "9999999999-1-1-1", "0-0-0-0"])
def test_a_stamp_that_nobody_wrote_does_nothing(desk, consultation, bad):
    row = give(consultation, "نص في انتظار مشرف يقرؤه")
    assert desk.post(address("contribution-publish", row), {"stamp": bad}).status_code == 200
    row.refresh_from_db()
    assert row.status == Status.PENDING


def test_a_stamp_of_another_contribution_does_nothing_to_this_one(desk, consultation):
    row, other = give(consultation, "نص أول في القائمة"), give(consultation, "نص ثان في القائمة")
    desk.post(address("contribution-publish", row), {"stamp": stamp(other)})
    row.refresh_from_db()
    assert row.status == Status.PENDING


@pytest.mark.parametrize("together", [{}, {"together": "on"}])
@pytest.mark.parametrize("name", ["publish", "refuse", "redact", "hand-over"])
def test_a_stamp_of_another_contribution_does_nothing_to_that_one_either(
    desk, consultation, moderator, name, together
):
    row, other = give(consultation, "نص أول في القائمة"), give(consultation, "نص ثان في القائمة")
    given = {"stamp": stamp(other), "reason": "insult", "text": "نص", "to": moderator.pk}
    response = desk.post(address(f"contribution-{name}", row), given | together)
    assert response.context["refused"].errors
    for found in Contribution.objects.filter(pk__in=[row.pk, other.pk]):
        assert (found.status, found.version, found.handed_to) == (Status.PENDING, row.version, None)


@pytest.mark.parametrize(
    "name", ["contribution-publish", "contribution-refuse", "contribution-redact", "contribution-hand-over"]
)
def test_who_opens_a_step_is_led_to_the_contribution(desk, consultation, name):
    row = give(consultation, "نص في انتظار مشرف يقرؤه")
    assert desk.get(address(name, row)).url == address("contribution", row)


def test_who_only_sees_gets_no_forms_and_takes_no_step(client, consultation, publisher):
    row = give(consultation, "نص في انتظار مشرف يقرؤه")
    client.force_login(publisher)
    page = client.get(address()).content.decode()
    assert "نص في انتظار" in page
    assert '<form method="post"' not in page.split("<main", 1)[1]
    assert client.post(address("contribution-publish", row), {"stamp": stamp(row)}).status_code == 403
    assert client.post(address("contribution-hand-over", row), {"stamp": stamp(row)}).status_code == 200
    assert (
        client.post(
            address("contribution-hand-over", row), {"stamp": stamp(row), "to": publisher.pk}
        ).status_code
        == 403
    )


# Several at once


def test_publishing_several(desk, consultation):
    rows = [give(consultation, f"نص رقم {number} عن المكتبة") for number in range(3)]
    picks = [stamp(row) for row in rows[:2]]
    response = desk.post(address("moderation-bulk"), {"act": "publish", "pick": picks})
    assert response.url == address()
    assert list(Contribution.objects.filter(status=Status.PUBLISHED)) == rows[:2]


def test_publishing_several_after_all(desk, consultation):
    alike = [give(consultation, SAME, refused=True) for _number in range(2)]
    other = give(consultation, "نص رفض ثم أعيد نشره", refused=True)
    waiting = give(consultation, "نص في انتظار مشرف يقرؤه")
    picks = [stamp(row) for row in (alike[0], other, waiting)]
    response = desk.post(address("moderation-bulk", query="?show=refused"), {"act": "publish", "pick": picks})
    assert response.url == address(query="?show=refused")
    assert Contribution.objects.filter(status=Status.PUBLISHED, refusal_reason="").count() == 4
    restored = Entry.objects.filter(action="contribution.restored")
    assert {entry.object_id for entry in restored} == {str(row.pk) for row in (*alike, other)}
    assert {entry.batch for entry in restored} == {Entry.objects.get(action="contribution.published").batch}


def test_what_is_refused_with_personal_data_is_not_restored_unseen(desk, consultation):
    rows = [give(consultation, f"كلموني على 20 123 45{number}", refused=True) for number in range(2)]
    sent = {"act": "publish", "pick": [stamp(row) for row in rows]}
    response = desk.post(address("moderation-bulk"), sent)
    assert response.context["bulk"].errors["confirmed_marks"]
    assert not Contribution.objects.filter(status=Status.PUBLISHED).exists()


def test_what_was_read_and_published_is_not_published_again(desk, consultation):
    row = give(consultation, "نص منشور قرأه مشرف", published=True, moderated_at=timezone.now())
    refused = give(consultation, "نص رفض نشره مشرف", refused=True)
    response = desk.post(address("moderation-bulk"), {"act": "publish", "pick": [stamp(row), stamp(refused)]})
    (told,) = response.context["bulk"].non_field_errors().as_data()
    assert told.code == "not_possible"
    refused.refresh_from_db()
    assert refused.status == Status.REFUSED


def test_a_line_counts_as_all_its_texts(desk, consultation):
    row, *_others = [give(consultation, SAME) for _number in range(4)]
    desk.post(address("moderation-bulk"), {"act": "refuse", "pick": [stamp(row)], "reason": "repeated"})
    assert Contribution.objects.filter(status=Status.REFUSED).count() == 4


def test_refusing_several_needs_a_reason_and_keeps_the_ticks(desk, consultation):
    rows = [give(consultation, f"نص رقم {number} عن المكتبة") for number in range(2)]
    response = desk.post(
        address("moderation-bulk"), {"act": "refuse", "pick": [stamp(row) for row in rows], "note": "كلام"}
    )
    page = response.content.decode()
    assert response.context["bulk"].errors["reason"]
    assert page.count(" checked") == 2
    assert "كلام" in page
    assert not Contribution.objects.exclude(status=Status.PENDING).exists()


def test_one_that_cannot_be_published_holds_back_all(desk, consultation):
    good, bad = give(consultation, "نص سليم عن الحديقة"), give(consultation, "كلموني على 20 123 456")
    picks = [stamp(good), stamp(bad)]
    response = desk.post(address("moderation-bulk"), {"act": "publish", "pick": picks})
    assert response.context["bulk"].errors["confirmed_marks"]
    assert not Contribution.objects.filter(status=Status.PUBLISHED).exists()


def test_one_that_somebody_dealt_with_holds_back_all(desk, consultation, moderator):
    rows = [give(consultation, f"نص رقم {number} عن المكتبة") for number in range(2)]
    picks = [stamp(row) for row in rows]
    publish_contributions(contributions=[rows[1]], actor=moderator)
    desk.post(address("moderation-bulk"), {"act": "refuse", "pick": picks, "reason": "insult"})
    rows[0].refresh_from_db()
    assert rows[0].status == Status.PENDING


@pytest.mark.parametrize(
    "data", [{}, {"act": "publish"}, {"act": "publish", "pick": ["x"]}, {"act": "delete", "pick": "1-1-1-1"}]
)
def test_a_step_with_nothing_does_nothing(desk, consultation, data):
    give(consultation, "نص في انتظار مشرف يقرؤه")
    assert desk.post(address("moderation-bulk"), data).status_code == 200
    assert Entry.objects.count() == 0


# Other municipalities


def test_nothing_of_another_municipality_is_seen_or_touched(client, kenitra, consultation, moderator):
    canary = "كناري 7f3a"
    rows = [
        give(consultation, canary + " نص أول طويل"),
        give(consultation, canary + " نص ثان طويل", published=True, moderated_at=None),
        give(consultation, canary + " 20 123 456"),
        give(consultation, canary + " نص رابع طويل", refused=True),
    ]
    theirs = MembershipFactory(municipality=kenitra, role="moderator").user
    client.force_login(theirs)
    for query in (
        "",
        "?show=after",
        "?show=marked",
        "?show=mine",
        "?show=published",
        "?show=refused",
        "?q=كناري",
        "?q=7f3a",
    ):
        response = client.get(reverse("moderation", kwargs={"slug": "kenitra"}) + query)
        assert canary not in response.content.decode()
        assert response.context["queue"].items == []
        assert {tab.count for tab in response.context["queue"].tabs} <= {0, None}
    for row in rows:
        for name in (
            "contribution",
            "contribution-publish",
            "contribution-refuse",
            "contribution-redact",
            "contribution-hand-over",
        ):
            for slug in ("kenitra", "nefta"):
                url = reverse(name, kwargs={"slug": slug, "pk": row.pk})
                assert client.get(url).status_code == 404
                data = {"stamp": stamp(row), "reason": "insult", "text": "x", "to": theirs.pk}
                if name != "contribution":
                    assert client.post(url, data).status_code == 404
    bulk = reverse("moderation-bulk", kwargs={"slug": "kenitra"})
    response = client.post(bulk, {"act": "refuse", "pick": [stamp(row) for row in rows], "reason": "insult"})
    assert response.status_code == 200
    assert canary not in response.content.decode()
    assert sorted(Contribution.objects.values_list("version", flat=True)) == [1, 1, 1, 1]
    ledger = client.get(reverse("moderation-ledger", kwargs={"slug": "kenitra"})).content.decode()
    assert canary not in ledger


def test_a_foreign_stamp_on_an_own_contribution_does_nothing(client, kenitra, consultation):
    foreign = give(consultation, "نص بلدية أخرى تماما")
    own = give(ConsultationFactory(open=True, municipality=kenitra), "نص هذه البلدية وحدها")
    client.force_login(MembershipFactory(municipality=kenitra, role="moderator").user)
    url = reverse("contribution-publish", kwargs={"slug": "kenitra", "pk": own.pk})
    assert client.post(url, {"stamp": stamp(foreign), "together": "on"}).status_code == 200
    foreign.refresh_from_db()
    assert foreign.status == Status.PENDING


# Cost


def _count(client, url):
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url).status_code == 200
    return len(queries)


def test_the_queue_asks_as_many_questions_for_one_as_for_many(desk, consultation, moderator):
    give(consultation, "نص وحيد عن الحديقة 20 123 456", handed_to=moderator)
    desk.get(address())
    few = _count(desk, address())
    for number in range(30):
        give(consultation, f"نص رقم {number} عن الحديقة 20 123 456", handed_to=moderator)
        give(consultation, SAME)
    assert _count(desk, address()) == few
    assert few <= 26


def test_ten_thousand_waiting_take_less_than_a_second(desk, consultation, nefta, moderator):
    now = timezone.now()
    Contribution.objects.bulk_create(
        Contribution(
            consultation=consultation,
            number=number,
            kind="comment",
            text=f"نص رقم {number % 7000} عن الحديقة",
            likeness=f"{number % 7000:064}",
            flags=["phone"] if number % 50 == 0 else [],
            received_at=now,
            receipt_hash=f"{number:064}",
        )
        for number in range(10_000)
    )
    consultation.last_number = 10_000
    consultation.save()
    start = time.perf_counter()
    queue = read_queue(Desk(nefta), filters_of({}), moderator)
    assert time.perf_counter() - start < 1
    assert queue.page.paginator.count == 7000
    start = time.perf_counter()
    assert desk.get(address(query="?page=200")).status_code == 200
    assert time.perf_counter() - start < 1.5


def test_stamps_are_read_back():
    assert str(stamp_of("3-9-4-12")) == "3-9-4-12"
    assert stamp_of("3-9-4") is None

"""The public ledger of moderation: figures by month and reason, never texts or authors."""

from __future__ import annotations

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from consultations.ledger import Counts, read_ledger
from consultations.models import Contribution
from consultations.services.moderation import publish_contributions, redact, refuse_contributions, restore
from portal.audit.log import touch
from tests.consultations.participation import ConsultationFactory, ContributionFactory
from tests.factories import MembershipFactory

SECRET = "نص سري كتبه مواطن"


@pytest.fixture
def moderator(nefta):
    return MembershipFactory(municipality=nefta, role="moderator").user


@pytest.fixture
def consultation(nefta):
    return ConsultationFactory(open=True, municipality=nefta)


def address(slug="nefta", query=""):
    return reverse("moderation-ledger", kwargs={"slug": slug}) + query


def refuse(consultation, moderator, reason="insult", count=1):
    rows = ContributionFactory.create_batch(count, consultation=consultation, text=SECRET, name="فاطمة")
    return refuse_contributions(contributions=rows, reason=reason, note="ملاحظة", actor=moderator)


def test_acts_are_counted_by_month_and_reason(consultation, moderator, nefta):
    with time_machine.travel("2026-10-05 10:00:00+00:00"):
        refuse(consultation, moderator, count=2)
        refuse(consultation, moderator, "off_subject")
    with time_machine.travel("2026-11-05 10:00:00+00:00"):
        (row,) = refuse(consultation, moderator)
        restore(contribution=row, actor=moderator)
        row = Contribution.objects.get(pk=row.pk)
        redact(contribution=row, text="نص […] مواطن", reason="personal_data", actor=moderator)
        publish_contributions(contributions=[ContributionFactory(consultation=consultation)], actor=moderator)
    november, october = read_ledger(nefta).months
    assert [(row.reason, row.counts) for row in november.rows] == [
        ("insult", Counts(refused=1, restored=1)),
        ("personal_data", Counts(redacted=1)),
    ]
    assert [(row.reason, row.counts.refused) for row in october.rows] == [("insult", 2), ("off_subject", 1)]
    assert october.total == Counts(refused=3)
    assert read_ledger(nefta).total == Counts(4, 1, 1)


def test_a_month_begins_by_the_municipalitys_clock(consultation, moderator, nefta):
    with time_machine.travel("2026-10-31 23:30:00+00:00"):
        refuse(consultation, moderator)
    (month,) = read_ledger(nefta).months
    assert month.first.isoformat() == "2026-11-01"


def test_a_year_at_a_time(consultation, moderator, nefta):
    for moment in ("2025-03-03 10:00:00+00:00", "2026-03-03 10:00:00+00:00"):
        with time_machine.travel(moment):
            refuse(consultation, moderator)
    assert read_ledger(nefta).year == 2026
    assert read_ledger(nefta).years == [2026, 2025]
    assert [month.first.year for month in read_ledger(nefta, "2025").months] == [2025]
    assert read_ledger(nefta, "1999").year == 2026
    assert read_ledger(nefta, "x").year == 2026


def test_the_page_tells_no_text_author_note_or_reference(client, consultation, moderator):
    (row,) = refuse(consultation, moderator, "hate")
    page = client.get(address()).content.decode()
    assert ">1</bdi>" in page
    for secret in (SECRET, "فاطمة", "ملاحظة", row.reference, str(moderator)):
        assert secret not in page


def test_the_word_for_censorship_is_not_said(client, consultation, moderator):
    refuse(consultation, moderator)
    for language in ("ar", "fr"):
        page = client.get(address().replace("/ar/", f"/{language}/")).content.decode().lower()
        assert "رقابة" not in page
        assert "censure" not in page


def test_nothing_yet_is_said(client, nefta):
    page = client.get(address())
    assert page.status_code == 200
    assert "m-empty" in page.content.decode()


def test_another_municipalitys_acts_are_not_counted(client, consultation, moderator, kenitra):
    refuse(consultation, moderator)
    assert read_ledger(kenitra).months == []
    assert "m-empty" in client.get(address("kenitra")).content.decode()


def test_unchanged_is_304_and_an_act_makes_it_new(client, consultation, moderator, nefta):
    etag = client.get(address())["ETag"]
    assert client.get(address(), HTTP_IF_NONE_MATCH=etag).status_code == 304
    refuse(consultation, moderator)
    assert client.get(address(), HTTP_IF_NONE_MATCH=etag).status_code == 200


def test_as_many_questions_for_one_act_as_for_many(client, consultation, moderator, nefta):
    refuse(consultation, moderator)
    client.get(address())

    def count():
        touch(nefta)
        with CaptureQueriesContext(connection) as queries:
            client.get(address())
        return len(queries)

    few = count()
    for month in range(1, 10):
        with time_machine.travel(f"2026-0{month}-05 10:00:00+00:00"):
            refuse(consultation, moderator, "hate", count=3)
    assert count() == few
    assert few <= 4


def test_the_page_sets_no_cookie(client, nefta):
    response = client.get(address())
    assert not response.cookies
    assert "csrf" not in response.content.decode()

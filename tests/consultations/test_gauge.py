import datetime

import pytest
from django.template.loader import render_to_string
from django.utils.translation import override

from consultations.gauge import gauge_of, half_within
from consultations.models import RefusalReason
from tests.consultations.crowds import publish
from tests.consultations.participation import ConsultationFactory, ContributionFactory, OfficialAnswerFactory

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)


@pytest.fixture
def consultation():
    return ConsultationFactory(open=True)


def _answered(consultation, *, after):
    rows = publish(consultation, ("citizen", "36-50"), days_ago=20)
    moment = rows[0].received_at + after * DAY
    OfficialAnswerFactory(
        consultation=consultation, status="published", published_at=moment, contributions=rows
    )


def test_the_gauge_counts_what_came_in_and_what_was_answered(consultation, django_assert_num_queries):
    for after in (1, 2, 9):
        _answered(consultation, after=after)
    ContributionFactory(consultation=consultation)
    ContributionFactory(consultation=consultation, refused=True)
    ContributionFactory(consultation=consultation, refused=True)
    ContributionFactory(consultation=consultation, refused=True, refusal_reason=RefusalReason.PERSONAL_DATA)
    ContributionFactory(consultation=consultation, status="withdrawn")
    _answered(ConsultationFactory(open=True), after=3)

    with django_assert_num_queries(1):
        gauge = gauge_of(consultation)

    assert (gauge.received, gauge.answered, gauge.waiting, gauge.median_days) == (4, 3, 1, 2)
    assert [refusal.count for refusal in gauge.refusals] == [2, 1]
    assert gauge.refused == 3


def test_an_answer_that_is_not_public_is_none(consultation):
    rows = publish(consultation, ("citizen", "36-50"))
    OfficialAnswerFactory(consultation=consultation, status="proposed", contributions=rows)

    gauge = gauge_of(consultation)

    assert (gauge.answered, gauge.median_days) == (0, None)


def test_days_are_those_of_the_municipality(consultation):
    consultation.municipality.time_zone = "Africa/Tunis"
    rows = publish(consultation, ("citizen", "36-50"))
    received = datetime.datetime(2026, 11, 2, 22, 30, tzinfo=datetime.UTC)
    type(rows[0]).objects.update(received_at=received)
    OfficialAnswerFactory(
        consultation=consultation,
        status="published",
        published_at=received + datetime.timedelta(minutes=45),
        contributions=rows,
    )

    assert gauge_of(consultation).median_days == 1


@pytest.mark.parametrize(
    ("days", "half"), [([], None), ([4], 4), ([1, 9], 1), ([9, 1, 3], 3), ([1, 2, 3, 40], 2)]
)
def test_half_of_the_answers_came_within(days, half):
    assert half_within(days) == half


def test_the_gauge_is_also_words(consultation):
    _answered(consultation, after=0)
    ContributionFactory(consultation=consultation, refused=True)

    with override("en"):
        html = render_to_string("consultations/gauge.html", {"gauge": gauge_of(consultation)})

    assert '<bdi dir="ltr">1/1</bdi></b> answered' in html
    assert 'aria-label="Contributions answered"' in html
    assert "on the same day" in html
    assert "(Insult or attack on a person)" in html


def test_before_anything_came_in_it_says_so(consultation):
    with override("en"):
        html = render_to_string("consultations/gauge.html", {"gauge": gauge_of(consultation)})

    assert "No contribution has come in yet." in html
    assert "<progress" not in html

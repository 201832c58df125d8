import datetime

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import override

from consultations.asked import lists_of
from consultations.figures import read_figures
from consultations.models import Contribution, Figures
from consultations.services.figures import release, release_if_due
from portal.audit.models import Entry
from tests.consultations.crowds import publish
from tests.consultations.participation import ConsultationFactory, ContributionFactory
from tests.factories import MunicipalityFactory, UserFactory, ZoneFactory

pytestmark = pytest.mark.django_db

DAY = datetime.timedelta(days=1)
CITIZEN = ("citizen", "36-50")


@pytest.fixture
def town():
    return MunicipalityFactory(tunisian=True)


@pytest.fixture
def consultation(town):
    """Over for long: what the staff type in from paper has come in, too."""
    opens_at = timezone.now() - 60 * DAY
    return ConsultationFactory(
        municipality=town, status="published", opens_at=opens_at, closes_at=opens_at + 30 * DAY
    )


def _read(consultation):
    return read_figures(consultation, lists_of(consultation.municipality))


def _html(consultation):
    return render_to_string("consultations/figures.html", {"figures": _read(consultation)})


def _rows(figures, key):
    table = next(table for table in figures.tables if table.key == key)
    return {str(row.label): row.count for row in table.rows}, table.rest


def test_the_four_tables_are_released(consultation, town):
    north, south = ZoneFactory(municipality=town, number=1), ZoneFactory(municipality=town, number=2)
    publish(consultation, *[CITIZEN] * 7, zone=north)
    publish(consultation, *[("association", "26-35")] * 3, zone=south, channel="paper")
    publish(consultation, *[("student", "16-25")] * 4, channel="paper")

    release(consultation=consultation, actor=UserFactory())

    with override("fr"):
        figures = _read(consultation)
        assert figures.total == 14
        assert _rows(figures, "profile") == ({"Citoyen(ne)": 7}, 7)
        assert _rows(figures, "age") == ({"36–50 ans": 7}, 7)
        zones, rest = _rows(figures, "zone")
        channels, none = _rows(figures, "channel")
    assert (list(zones.values()), rest) == ([7, None, None], 7)
    assert (list(channels.values()), none) == ([7, 7], 0)


def test_the_act_stands_in_the_journal_and_marks_the_pages(consultation, town):
    publish(consultation, *[CITIZEN] * 7)
    before = type(town).objects.get().revision

    release(consultation=consultation, actor=UserFactory())

    entry = Entry.objects.get(action="consultation.figures_released")
    assert entry.changes == {}
    assert type(town).objects.get().revision > before


def test_tables_never_say_more_than_the_labels_beside_the_contributions(consultation):
    publish(consultation, *[CITIZEN] * 5, ("citizen", "16-25"), ("journalist", "o65"))

    release(consultation=consultation, actor=None)

    figures = _read(consultation)
    assert _rows(figures, "profile") == ({}, 7)
    assert _rows(figures, "age") == ({}, 7)


def test_what_was_withdrawn_or_erased_since_is_counted(consultation):
    rows = publish(consultation, *[CITIZEN] * 6)
    Contribution.objects.filter(pk__in=[row.pk for row in rows[:3]]).update(status="withdrawn", text="")

    release(consultation=consultation, actor=None)

    assert _rows(_read(consultation), "profile")[0] == {
        str(lists_of(consultation.municipality).profile("citizen")): 6
    }


def test_what_was_never_published_is_not_counted(consultation):
    publish(consultation, *[CITIZEN] * 6)
    ContributionFactory(consultation=consultation, refused=True, profile="citizen", age="36-50")

    release(consultation=consultation, actor=None)

    assert _read(consultation).total == 6


def test_they_are_released_once(consultation):
    publish(consultation, *[CITIZEN] * 6)
    figures = release(consultation=consultation, actor=None)

    with pytest.raises(ValidationError, match="already"), override("en"):
        release(consultation=consultation, actor=None)
    assert not release_if_due(consultation)
    with pytest.raises(PermissionDenied):
        figures.save()


def test_later_publications_change_nothing(consultation):
    publish(consultation, *[CITIZEN] * 6)
    release(consultation=consultation, actor=None)

    publish(consultation, *[("student", "16-25")] * 9)

    assert _read(consultation).total == 6


def test_a_zone_keeps_the_name_it_had(consultation, town):
    zone = ZoneFactory(municipality=town, name_ar="حي الواحة")
    publish(consultation, *[CITIZEN] * 5, zone=zone)
    publish(consultation, *[CITIZEN] * 5)
    release(consultation=consultation, actor=None)
    type(zone).objects.update(name_ar="حي آخر")

    assert "حي الواحة" in _html(consultation)


@pytest.mark.parametrize(
    "state",
    [{"closes_at": 5 * DAY}, {"closes_at": -3 * DAY}, {"status": "draft"}],
    ids=["open", "typing", "draft"],
)
def test_not_while_contributions_can_come(consultation, state):
    publish(consultation, *[CITIZEN] * 6)
    for name, value in state.items():
        setattr(consultation, name, value if isinstance(value, str) else timezone.now() + value)
    consultation.save()

    with pytest.raises(ValidationError):
        release(consultation=consultation, actor=None)
    assert not release_if_due(consultation)


def test_on_the_web_alone_nothing_is_typed_in_afterwards(consultation):
    publish(consultation, *[CITIZEN] * 6)
    consultation.closes_at, consultation.channels = timezone.now() - DAY, ["web"]
    consultation.save()

    assert release_if_due(consultation)


def test_not_while_something_waits_to_be_read(consultation):
    publish(consultation, *[CITIZEN] * 6)
    ContributionFactory(consultation=consultation)

    with pytest.raises(ValidationError, match="read"), override("en"):
        release(consultation=consultation, actor=None)
    assert not release_if_due(consultation)


def test_not_on_the_day_of_a_publication_but_on_the_next(consultation):
    publish(consultation, *[CITIZEN] * 6, days_ago=0)

    assert not release_if_due(consultation)
    with time_machine.travel(timezone.now() + DAY, tick=False):
        assert release_if_due(consultation)
    assert Figures.objects.count() == 1


def test_not_where_nothing_was_published(consultation):
    assert not release_if_due(consultation)


def test_before_that_the_page_says_when_they_will_come(consultation):
    publish(consultation, *[CITIZEN] * 6)
    consultation.closes_at = datetime.datetime(2027, 1, 5, 12, tzinfo=datetime.UTC)
    consultation.save()

    with override("en"):
        html = _html(consultation)

    assert "on 16 January 2027 at the earliest" in html
    assert "<table" not in html


def test_where_nobody_took_part_there_will_be_none(consultation):
    assert "<section" not in _html(consultation)


def test_hidden_rows_say_so_and_the_charts_are_tables(consultation, town):
    for number in (1, 2, 3):
        ZoneFactory(municipality=town, number=number)
    publish(consultation, *[CITIZEN] * 9, zone=town.zones.get(number=1))
    publish(consultation, *[CITIZEN] * 3, zone=town.zones.get(number=2))
    publish(consultation, *[CITIZEN] * 2)
    release(consultation=consultation, actor=None)

    with override("en"):
        html = _html(consultation)

    assert html.count("<table") == html.count("<caption>") == 4
    assert '<span class="m-mute">hidden</span>' in html
    assert "The hidden rows together" in html
    assert '<progress value="9" max="14" aria-hidden="true">' in html


def test_reading_takes_two_queries_at_most(consultation, django_assert_max_num_queries):
    publish(consultation, *[CITIZEN] * 9)
    lists = lists_of(consultation.municipality)

    with django_assert_max_num_queries(2):
        read_figures(consultation, lists)

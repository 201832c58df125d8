import datetime

import pytest

from portal.timelines.chart import MAX_COLUMNS, Bar, Span, draw_chart

TODAY = datetime.date(2026, 11, 9)


def day(text):
    return datetime.date.fromisoformat(text)


def span(start, end, percent=0):
    return Span(day(start), day(end), percent)


def draw(*spans, today=TODAY, country="MA", language="ar"):
    return draw_chart(spans, today, country=country, language=language)


def test_the_axis_has_a_month_before_and_a_month_after():
    chart = draw(span("2024-10-01", "2024-12-31"))
    assert chart.labels == ["شتنبر", "أكتوبر", "نونبر", "دجنبر", "يناير"]
    assert chart.lines == ["20%", "40%", "60%", "80%"]
    assert chart.bars == [Bar("20%", "60%", "0%")]


def test_what_is_done_fills_the_bar_from_its_start():
    chart = draw(span("2026-10-01", "2026-12-31", 60), span("2026-12-01", "2026-12-31"))
    assert chart.bars == [Bar("20%", "60%", "36%"), Bar("60%", "20%", "0%")]
    assert chart.has_done


def test_today_stands_at_its_day_of_its_month():
    assert draw(span("2026-10-01", "2026-12-31")).today == "46%"


@pytest.mark.parametrize("today", ["2026-08-31", "2027-02-01"])
def test_today_is_not_marked_outside_the_axis(today):
    assert draw(span("2026-10-01", "2026-12-31"), today=day(today)).today == ""


@pytest.mark.parametrize(
    ("start", "end", "labels"),
    [
        ("2024-01-01", "2024-06-30", ["déc.", "janv.", "févr.", "mars", "avr.", "mai", "juin", "juil."]),
        ("2024-01-01", "2024-12-31", ["oct.", "2024", "avr.", "juil.", "oct.", "2025"]),
        ("2023-10-01", "2025-09-30", ["juil.", "2024", "juil.", "2025", "juil."]),
        ("2022-05-01", "2026-12-31", ["2022", "2023", "2024", "2025", "2026", "2027"]),
        ("2020-01-01", "2030-12-31", ["2018", "2020", "2022", "2024", "2026", "2028", "2030"]),
    ],
)
def test_a_long_schedule_has_columns_of_quarters_or_years(start, end, labels):
    assert draw(span(start, end), country="TN", language="fr").labels == labels


def test_each_country_keeps_its_own_short_months_whichever_comes_first():
    year = span("2024-02-01", "2024-06-30")
    assert draw(year, country="MA", language="fr").labels[0] == "jan."
    assert draw(year, country="TN", language="fr").labels[0] == "janv."
    assert draw(year, country="MA", language="fr").labels[0] == "jan."


@pytest.mark.parametrize("end", ["0001-01-01", "0001-12-31", "1000-06-30", "9999-12-31"])
def test_no_date_of_the_calendar_breaks_the_axis(end):
    chart = draw(span("0001-01-01", end))
    assert len(chart.labels) <= MAX_COLUMNS
    [bar] = chart.bars
    assert float(bar.x[:-1]) + float(bar.width[:-1]) <= 100


def test_a_day_among_years_can_still_be_seen():
    assert draw(span("2020-01-01", "2030-12-31"), span("2024-05-05", "2024-05-05")).bars[1].width == "0.5%"


def test_an_activity_without_dates_has_no_bar():
    chart = draw(None, span("2024-10-01", "2024-12-31"))
    assert chart.bars[0] is None
    assert chart.bars[1] is not None


def test_nothing_to_draw_is_no_drawing():
    assert draw(None, None) is None
    assert draw() is None

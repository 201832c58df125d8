"""Random calendars, written in every way a clerk might, come back as they were."""

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.importing.tables import read_tables
from programs.importers.calendar import read_calendar
from programs.importers.codes import CodeOrder
from programs.importers.finding import choose_calendar
from programs.importers.readings import CalendarReading
from tests.programs import calendars


def is_taken_for_official(columns):
    places = tuple(columns.index(column) for column in calendars.OFFICIAL[:2] + calendars.OFFICIAL[3:4])
    return places in ((0, 1, 3), (5, 4, 2))


FORMATS = {
    "text": ["text", "tsv"],
    "csv": ["csv", "csv;"],
    "xlsx": ["xlsx"],
    "docx": ["docx"],
    "html": ["html"],
}
CASES_EACH = 200


@st.composite
def styles(draw, formats):
    heads = draw(st.sampled_from([None, *calendars.HEADS]))
    columns = draw(st.sampled_from([calendars.OFFICIAL]) | st.permutations(calendars.OFFICIAL).map(tuple))
    if heads is None and is_taken_for_official(columns):
        columns = calendars.OFFICIAL
    labels = calendars.LABELS if heads or columns == calendars.OFFICIAL else calendars.LABELS[:-1]
    return calendars.Style(
        format=draw(st.sampled_from(formats)),
        code_order=draw(st.sampled_from(CodeOrder)),
        code_sign=draw(st.sampled_from(["-", ".", " - ", "–"])),
        label=draw(st.sampled_from(labels)),
        heads=heads,
        columns=columns,
        date=draw(st.sampled_from(calendars.DATES)),
        mirrored=draw(st.sampled_from([0.0, 0.5, 1.0])),
        label_on_every_row=draw(st.booleans()),
        arabic_digits=draw(st.booleans()),
    )


@st.composite
def cases(draw, formats):
    phases = draw(st.integers(1, 9))
    tasks = draw(st.integers(phases, 60))
    return phases, tasks, draw(styles(formats)), draw(st.integers(0, 2**32))


def spoken(calendar: CalendarReading):
    """What a calendar says, without where it stood."""
    read = calendar.as_json(municipality="somewhere")
    return {part: read[part] for part in ("program", "phases", "delay_rules")}


@pytest.mark.parametrize("formats", FORMATS.values(), ids=FORMATS)
@settings(
    max_examples=CASES_EACH,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(data=st.data())
def test_random_calendars_come_back_the_same(formats, data):
    phases, tasks, style, seed = data.draw(cases(formats))
    chance = random.Random(seed)
    calendar = calendars.random_calendar(chance, phases, tasks)
    if style.heads is None and style.columns != calendars.OFFICIAL:
        calendar = calendars.told_apart(calendar)
    calendar = calendars.labelled(calendar, style)

    table = choose_calendar(read_tables("calendar", calendars.write(calendar, style, chance)))

    assert spoken(read_calendar(table, year=2023)) == spoken(calendar)

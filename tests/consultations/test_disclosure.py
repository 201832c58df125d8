"""What may stand beside a comment, and an attacker who reckons with all of it.

The attacker (tests/consultations/attacker.py) tries thousands of towns in tests/trust/test_privacy.py; here
the same attacker breaks rules that lack a part of ours, so that the thousands say something.
"""

import datetime
import itertools
import random
from collections import Counter

import pytest

from consultations import disclosure
from consultations.disclosure import (
    NOTHING,
    SMALLEST,
    Table,
    disclose,
    is_safe,
    label_table,
    plain_table,
    tally_of,
    widened,
)
from tests.consultations.attacker import (
    FIRST,
    Town,
    derived,
    found,
    the_rule,
    without_memory,
)

DAY = datetime.timedelta(days=1)
PROFILES = ["citizen", "association", "student", "unsaid"]
AGES = ["16-25", "26-35", "36-50", "unsaid"]
CITIZEN = ("citizen", "36-50")


def _on(day_number, **counts):
    """The labels on the day after ``counts`` were published, by cell written ``profile__age``."""
    return {FIRST + day_number * DAY: Counter({tuple(cell.split("__")): n for cell, n in counts.items()})}


def _disclose(tally, day_number):
    return disclose(tally, FIRST + day_number * DAY, profiles=PROFILES, ages=AGES)


def test_a_cell_of_five_is_shown_from_the_day_after():
    tally = {FIRST: Counter({CITIZEN: 5})}

    assert _disclose(tally, 1).label(CITIZEN, FIRST) == CITIZEN
    assert _disclose(tally, 0).label(CITIZEN, FIRST) == NOTHING


def test_what_was_published_today_shows_nothing_even_where_the_group_is_shown():
    tally = {FIRST: Counter({CITIZEN: 5}), FIRST + DAY: Counter({CITIZEN: 1})}

    shown = _disclose(tally, 1)

    assert shown.label(CITIZEN, FIRST) == CITIZEN
    assert shown.label(CITIZEN, FIRST + DAY) == NOTHING


def test_a_cell_of_four_is_not_shown():
    assert _disclose({FIRST: Counter({CITIZEN: 4})}, 1).label(CITIZEN, FIRST) == NOTHING


def test_the_profile_alone_is_shown_where_five_share_it():
    tally = {FIRST: Counter({("citizen", "16-25"): 2, ("citizen", "26-35"): 2, CITIZEN: 1})}

    assert _disclose(tally, 1).label(CITIZEN, FIRST) == ("citizen", "")


def test_the_profile_is_not_shown_where_the_others_would_be_fewer_than_five():
    tally = {FIRST: Counter({CITIZEN: 9, ("student", "16-25"): 3})}

    assert _disclose(tally, 1).label(CITIZEN, FIRST) == NOTHING


def test_the_bracket_is_not_shown_where_the_others_of_the_profile_would_be_fewer_than_five():
    tally = {FIRST: Counter({CITIZEN: 9, ("citizen", "16-25"): 1})}

    assert _disclose(tally, 1).label(CITIZEN, FIRST) == ("citizen", "")


def test_what_was_shown_stays_shown_and_newcomers_wait_until_they_are_five():
    tally = {
        FIRST: Counter({CITIZEN: 5}),
        FIRST + DAY: Counter({("citizen", "16-25"): 2, ("citizen", "26-35"): 2}),
    }

    before, after = _disclose(tally, 2), _disclose(tally | _on(2, citizen__unsaid=1), 3)

    assert before.label(CITIZEN, FIRST) == after.label(CITIZEN, FIRST) == CITIZEN
    assert before.label(("citizen", "16-25"), FIRST + DAY) == NOTHING
    assert after.label(("citizen", "16-25"), FIRST + DAY) == ("citizen", "")


def test_not_saying_is_a_choice_like_others():
    tally = {FIRST: Counter({("unsaid", "unsaid"): 5})}

    assert _disclose(tally, 1).label(("unsaid", "unsaid"), FIRST) == ("unsaid", "unsaid")


def test_what_was_never_published_shows_nothing():
    assert _disclose({FIRST: Counter({CITIZEN: 5})}, 1).label(CITIZEN, None) == NOTHING


@pytest.mark.parametrize(
    ("total", "groups", "safe"),
    [
        (0, 0, True),
        (0, 3, True),
        (5, 2, True),
        (7, 2, True),
        (0, 1, False),  # whoever comes next would be known
        (9, 1, False),
        (4, 2, False),
        (1, 6, False),
        (8, 2, False),  # four and four, since none has five
        (12, 3, False),
        (13, 3, True),
    ],
)
def test_hidden_groups_are_safe_where_their_sum_tells_nothing(total, groups, safe):
    assert is_safe(total, groups) is safe


def test_groups_join_from_the_largest_down_as_far_as_it_is_safe():
    counts = {"a": 20, "b": 6, "c": 5, "d": 2, "e": 0}

    assert widened(frozenset(), counts, list(counts)) == {"a", "b"}


def test_groups_of_one_size_join_together_or_not_at_all():
    assert widened(frozenset(), {"a": 6, "b": 6, "c": 2}, ["a", "b", "c"]) == frozenset()


def test_nothing_joins_while_each_hidden_group_may_have_four():
    assert widened(frozenset(), {"a": 7, "b": 4, "c": 1}, ["a", "b", "c"]) == frozenset()


def test_a_code_outside_the_list_counts_like_the_others():
    assert widened(frozenset(), {"old": 6, "a": 3, "b": 4}, ["a", "b"]) == {"old"}


def test_a_table_of_labels_counts_what_is_shown():
    table = label_table(["citizen"] * 6 + [""] * 3, PROFILES)

    assert table == Table((("citizen", 6),), ("association", "student", "unsaid"), 3)
    assert table.total == 9


def test_a_plain_table_hides_small_rows_and_one_that_would_give_one_away():
    table = plain_table({"web": 20, "paper": 6, "phone": 1}, ["web", "paper", "phone"])

    assert table == Table((("web", 20),), ("paper", "phone"), 7)


def test_a_plain_table_of_two_rows_shows_both_or_none():
    assert plain_table({"web": 20, "paper": 5}, ["web", "paper"]).rows == (("web", 20), ("paper", 5))
    assert plain_table({"web": 20, "paper": 4}, ["web", "paper"]).rows == ()


def test_tallies_add_up():
    rows = [
        (FIRST, "citizen", "36-50", 2),
        (FIRST, "citizen", "36-50", 1),
        (FIRST + DAY, "citizen", "o65", 1),
    ]

    assert tally_of(rows) == {FIRST: Counter({CITIZEN: 3}), FIRST + DAY: Counter({("citizen", "o65"): 1})}


# --- the attacker -----------------------------------------------------------------------------------------


def test_a_group_that_stays_alone_hidden_is_known(monkeypatch):
    monkeypatch.setattr(disclosure, "is_safe", lambda total, groups: total == 0 or total >= SMALLEST)

    assert found(the_rule, range(300)).learnt


def _town(ages, *days):
    """Citizens who came on days that follow each other, so many of each bracket."""
    contributions = tuple(
        (FIRST + number * DAY, ("citizen", age))
        for number, counts in enumerate(days)
        for age, count in zip(ages, counts, strict=True)
        for _ in range(count)
    )
    seen = tuple(FIRST + (number + 1) * DAY for number in range(len(days)))
    return Town(("citizen", "student", "unsaid"), tuple(ages), contributions, seen)


def test_groups_as_full_as_hidden_ones_can_be_are_told_by_their_sum(monkeypatch):
    town = _town(AGES, (5, 4, 4, 3), (0, 0, 0, 1))
    assert derived(town, the_rule) == []

    monkeypatch.setattr(disclosure, "_may_be_full", lambda total, groups: False)

    assert derived(town, the_rule) == ["citizen/26-35", "citizen/36-50", "citizen/unsaid"]


def test_labels_that_are_taken_back_tell_who_the_others_are():
    town = _town(AGES[:3], (5, 4, 2), (0, 5, 0))

    assert the_rule(town)[0][0][0] == ("citizen", "16-25")
    assert derived(town, the_rule) == []
    assert derived(town, without_memory) == ["citizen/36-50"]


def test_a_thousand_plain_tables_give_no_small_row_away():
    chance, hidden = random.Random(4), 0
    for _ in range(1000):
        codes = "abcd"[: chance.randint(2, 4)]
        counts = {code: chance.choice((0, 1, 2, 3, 4, 4, 5, 6, 9)) for code in codes}
        hidden += _hidden_and_open(counts, codes)
    assert hidden > 500


def _hidden_and_open(counts, codes):
    """How many small rows there are; fails for one that has the same value in every table like this."""
    seen = plain_table(counts, codes)
    shown = dict(seen.rows)
    free = [code for code in codes if code not in shown]
    values = {code: set() for code in free}
    for guess in _parted(seen.rest, len(free)):
        world = shown | dict(zip(free, guess, strict=True))
        if plain_table(world, codes) == seen:
            for code in free:
                values[code].add(world[code])
    small = [code for code in free if 0 < counts[code] < SMALLEST]
    assert all(len(values[code]) > 1 for code in small), counts
    return len(small)


def _parted(total, parts):
    if parts == 0:
        return iter([()] if total == 0 else [])
    bars = itertools.combinations(range(total + parts - 1), parts - 1)
    return (tuple(b - a - 1 for a, b in itertools.pairwise((-1, *cut, total + parts - 1))) for cut in bars)

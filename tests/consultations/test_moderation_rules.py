"""The one table of transitions walked through, and what a redacted text may be."""

from __future__ import annotations

import datetime
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consultations.models import Contribution, ParticipationRules
from consultations.rules_contributions import Actor, may_become
from consultations.rules_moderation import (
    RULES,
    TAKEN_OUT,
    NotACut,
    cut,
    listed_rules,
    read_by,
    says_something,
)
from portal.workdays.days import Workdays

Status = Contribution.Status
ALLOWED = {
    (Status.PENDING, Status.PUBLISHED, Actor.MODERATOR),
    (Status.PENDING, Status.REFUSED, Actor.MODERATOR),
    (Status.PUBLISHED, Status.REFUSED, Actor.MODERATOR),
    (Status.REFUSED, Status.PUBLISHED, Actor.MODERATOR),
    (Status.PENDING, Status.WITHDRAWN, Actor.AUTHOR),
    (Status.PUBLISHED, Status.WITHDRAWN, Actor.AUTHOR),
    (Status.REFUSED, Status.WITHDRAWN, Actor.AUTHOR),
}
TEXT = "اتصلوا بالسيد علي على 20 123 456 من فضلكم، شكرا."


@pytest.mark.parametrize(("old", "new", "by"), list(product(Status, Status, Actor)))
def test_every_pair_of_states_by_every_actor(old, new, by):
    assert may_become(old, new, by) is ((old, new, by) in ALLOWED)


@pytest.mark.parametrize(
    ("wanted", "written"),
    [
        ("اتصلوا بالسيد علي على […] من فضلكم، شكرا.", "اتصلوا بالسيد علي على […] من فضلكم، شكرا."),
        ("اتصلوا بالسيد علي على [...] من فضلكم، شكرا.", "اتصلوا بالسيد علي على […] من فضلكم، شكرا."),
        ("اتصلوا بالسيد علي على (…) من فضلكم، شكرا.", "اتصلوا بالسيد علي على […] من فضلكم، شكرا."),
        ("اتصلوا بالسيد علي على من فضلكم، شكرا.", "اتصلوا بالسيد علي على […] من فضلكم، شكرا."),
        ("من فضلكم، شكرا.", "[…] من فضلكم، شكرا."),
        ("اتصلوا بالسيد علي", "اتصلوا بالسيد علي […]"),
        ("اتصلوا […] على […] شكرا.", "اتصلوا […] على […] شكرا."),
        ("اتصلوا على من فضلكم شكرا.", "اتصلوا […] على […] من فضلكم […] شكرا."),
        ("[…]", "[…]"),
        ("", "[…]"),
        (TEXT, TEXT),
        (TEXT.replace(" ", "  "), TEXT),
    ],
)
def test_what_is_left_out_is_marked(wanted, written):
    assert cut(TEXT, wanted) == written


@pytest.mark.parametrize(
    "wanted",
    [
        "اتصلوا بالسيد سمير على 20 123 456 من فضلكم، شكرا.",
        TEXT + " وهذا رأيي.",
        "لا " + TEXT,
        "شكرا. اتصلوا",
        "اتصلوا […] شكرا […] على",
    ],
)
def test_no_word_is_put_into_a_mouth(wanted):
    with pytest.raises(NotACut):
        cut(TEXT, wanted)


def test_lines_stay_where_a_paragraph_goes():
    assert cut("one\n\ntwo three\n\nfour", "one\n\n[…]\n\nfour") == "one\n\n[…]\n\nfour"


def test_a_mark_that_the_author_wrote_stays():
    assert cut("a […] b c", "a […] b") == "a […] b […]"


@given(st.lists(st.sampled_from(["a", "b", "كلمة", ",", "\n", "12"]), min_size=1, max_size=12), st.data())
def test_any_words_can_go_and_only_the_originals_stay(words, data):
    kept = data.draw(st.lists(st.booleans(), min_size=len(words), max_size=len(words)))
    original = " ".join(words).strip()
    wanted = " ".join(word for word, stays in zip(words, kept, strict=True) if stays)
    written = cut(original, wanted)
    assert written.replace(TAKEN_OUT, " ").split() == wanted.split() or written == original
    assert cut(original, written) == written


def test_whether_anything_is_left():
    assert says_something("", "ب")
    assert not says_something("[…]", "", "[…] .")


def test_days_to_read_are_working_days():
    friday = datetime.date(2026, 11, 20)
    assert read_by(Workdays(country="TN"), friday, 2) == datetime.date(2026, 11, 24)


def test_rules_are_the_municipalitys_own_or_the_built_in_ones():
    assert listed_rules(ParticipationRules()) == list(RULES)
    own = listed_rules(ParticipationRules(rules_ar="• الأولى\n\nالثانية"))
    assert [str(rule) for rule in own] == ["الأولى", "الثانية"]


def test_the_word_for_censorship_is_nowhere_in_the_arabic_of_moderation():
    assert not any("رقابة" in str(rule) for rule in RULES)

"""Hostile and honest texts: what is stored can be shown anywhere, and what people wrote stays what it was."""

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consultations.plaintext import MARKS_A_LETTER, cleaned, likeness, seen_length

# Everything Python holds as text, lone surrogates too.
anything = st.text(st.characters(codec=None, exclude_categories=()), max_size=200)
SENTENCE = "نقترح أن تعلق المحاضر أيضا في المكتبة العمومية"


@pytest.mark.parametrize(
    "text",
    [
        "نص عربيّ مُشكَّل، فيه «اقتباس» و؟",
        "Œuvre d’été: 3 × 4 = 12, n° 5\n\nfin",
        "<script>alert('x')</script> & {{ 7*7 }} =cmd",
        "Việt Nam, ação, 🇹🇳 👨‍👩‍👧",
        "می‌خواهم",
    ],
)
def test_what_people_write_stays(text):
    assert cleaned(text) == unicodedata.normalize("NFC", text)


def test_lines_are_kept_and_trimmed():
    assert cleaned("  a \r\n\r\n\r\n\r\nb\rc\u2028d \t\n") == "a\n\nb\nc\nd"


@pytest.mark.parametrize(
    "sign", ["\0", "\x08", "\x1b", "\x7f", "\ud800", "\u202e", "\u2066", "\u200f", "\ufeff"]
)
def test_signs_that_steer_or_break_go(sign):
    assert cleaned(f"ab{sign}cd") == "abcd"


@pytest.mark.parametrize(
    "sign", ["\u3164", "\u115f", "\u2800", "\U000e0041", "\ufffe", "\U0010ffff", "\u200b"]
)
def test_signs_that_nobody_sees_are_no_text(sign):
    assert cleaned(sign * 5) == ""


def test_a_tower_of_marks_is_cut_and_in_no_time():
    started = time.perf_counter()
    tower = cleaned("a" + "\u0301\u0316\u0489" * 17_000 + "b")
    assert time.perf_counter() - started < 2
    assert (seen_length(tower), tower[-1]) == (2, "b")
    assert len(tower) <= 2 + MARKS_A_LETTER


@given(anything)
def test_cleaning_is_done_once(text):
    assert cleaned(cleaned(text)) == cleaned(text)


@given(anything)
def test_what_is_cleaned_can_be_stored_and_shown(text):
    found = cleaned(text)
    found.encode()
    assert not [sign for sign in found if unicodedata.category(sign) in ("Cc", "Cs") and sign != "\n"]
    assert not [
        sign for sign in found if unicodedata.bidirectional(sign) in ("LRO", "RLO", "LRE", "RLE", "PDF")
    ]
    assert not [sign for sign in found if unicodedata.bidirectional(sign) in ("LRI", "RLI", "FSI", "PDI")]


@given(anything)
def test_no_text_breaks_its_likeness(text):
    assert len(likeness(text, cleaned(text))) in (0, 64)


@given(anything)
def test_what_is_seen_is_never_more_than_what_is_stored(text):
    assert 0 <= seen_length(cleaned(text)) <= len(cleaned(text))


def test_a_length_is_what_a_person_counts():
    assert seen_length("مَّ" * 10) == 10
    assert seen_length("été\n") == 4


@pytest.mark.parametrize(
    "other",
    [
        "نقتـــرح أن تُعلَّق المحاضرُ أيضًا في المكتبةِ العمومية!!!",
        "نقترح ان تعلق المحاضر ايضا في المكتبه العموميه",
        "نقترح    أن تعلق\nالمحاضر، أيضا؛ في المكتبة العمومية؟",
        "نقترح أن تعلق المحاضر أيضا في الم\u200bكتبة العمومية",
        "نقترررررح أن تعلق المحاضر أيضا في المكتبة العمومية",
        "نقترح أن تعلق المحاضر أيضا فى المکتبة العمومیة",
    ],
)
def test_the_same_text_in_other_signs_is_like_it(other):
    assert likeness(other) == likeness(SENTENCE)


def test_letters_of_another_script_make_no_other_text():
    assert likeness("Vоtеz роur lе рrоjеt 2") == likeness("VOTEZ pour le projet ٢.")


def test_another_text_is_another():
    assert likeness(SENTENCE) != likeness(SENTENCE + " والمقاهي")
    assert likeness("un texte assez long", "a") != likeness("un texte assez long", "b")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("نقترح 100 ألف دينار للحديقة", "نقترح 10 آلاف دينار للحديقة"),
        ("نريد 100 شجرة في الحديقة العمومية", "نريد 10 شجرة في الحديقة العمومية"),
        ("نريد 11 شجرة في الحديقة العمومية", "نريد 1 شجرة في الحديقة العمومية"),
        ("un budget de 1,5 million pour le jardin", "un budget de 15 million pour le jardin"),
    ],
)
def test_another_figure_is_another_text(one, other):
    assert likeness(one) != likeness(other)


def test_figures_in_other_signs_are_the_same():
    arabic = likeness("نريد ١٬٠٠٠ شجرة في الحديقة العمومية")
    assert (
        arabic
        == likeness("نريد 1.000 شجرة، في الحديقة العمومية")
        == likeness("نريد 1 000 شجررررة في الحديقة العمومية")
    )


def test_every_number_has_its_own_likeness():
    assert len({likeness(f"نص الاقتراح رقم {number}") for number in range(2000)}) == 2000


def test_a_short_text_is_like_nothing():
    assert likeness("موافق", "", "!") == ""


def test_two_thousand_variants_are_one():
    """As a flood does it: tatweel, diacritics, doubled letters and look-alikes at changing places."""
    changes = ["{}", "{}ـ", "{}\u064e", "{0}{0}", "{}\u200d", "{},", "{}\u0651\u064f"]
    variants = set()
    for number in range(2000):
        place, change = number % len(SENTENCE), changes[number // len(SENTENCE) % len(changes)]
        letter = SENTENCE[place]
        variants.add(SENTENCE[:place] + change.format(letter) + SENTENCE[place + 1 :] + "!" * (number % 5))
    same = sum(likeness(variant) == likeness(SENTENCE) for variant in variants)
    assert len(variants) > 1000
    assert same / len(variants) >= 0.95

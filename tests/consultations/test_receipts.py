"""Receipt codes: unguessable, the same for the same form, and any single slip of a pen is found."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consultations import receipts

codes = st.builds(receipts.code_for, st.text(max_size=30))


def test_a_form_s_code_is_its_own_and_stays_the_same():
    assert receipts.code_for("a") == receipts.code_for("a")
    assert len({receipts.code_for(str(number)) for number in range(500)}) == 500


def test_another_secret_makes_other_codes(settings):
    before = receipts.code_for("a")
    settings.SECRET_KEY = "another one"
    assert receipts.code_for("a") != before


def test_codes_on_paper_are_all_different():
    assert len({receipts.new_code() for _ in range(500)}) == 500
    assert all(receipts.is_well_formed(receipts.new_code()) for _ in range(50))


def test_every_letter_of_the_alphabet_is_used_alike():
    letters = "".join(receipts.new_code() for _ in range(2000))
    shares = [letters.count(letter) / len(letters) for letter in receipts.ALPHABET]
    assert min(shares) > 0.8 / 32
    assert max(shares) < 1.2 / 32


def test_it_is_shown_in_groups_of_four():
    assert receipts.shown("7KQ4M9TD2XWC5RBH8JPVZ") == "7KQ4 M9TD 2XWC 5RBH 8JPV Z"


@given(codes)
def test_what_is_shown_is_read_back(code):
    assert receipts.is_well_formed(code)
    assert receipts.normalised(receipts.shown(code)) == code
    assert receipts.normalised("\u200f" + receipts.shown(code).lower().replace(" ", " – ") + "\n") == code


def test_letters_that_look_like_digits_are_read_as_meant():
    assert receipts.normalised("o O i I l L") == "001111"
    assert receipts.normalised("٧KQ۴") == "7KQ4"


@given(codes, st.integers(0, 20), st.sampled_from(receipts.ALPHABET))
def test_one_wrong_letter_is_found(code, place, letter):
    wrong = code[:place] + letter + code[place + 1 :]
    assert receipts.is_well_formed(wrong) == (wrong == code)


def test_any_two_letters_exchanged_are_found():
    for code in (receipts.code_for(str(number)) for number in range(20)):
        for first, second in itertools.combinations(range(21), 2):
            letters = list(code)
            letters[first], letters[second] = letters[second], letters[first]
            assert receipts.is_well_formed("".join(letters)) == (code[first] == code[second])


@pytest.mark.parametrize("text", ["", "A" * 20, "A" * 22, "7KQ4M9TD2XWC5RBH8JPV!", "é" * 21, "\0" * 21])
def test_what_cannot_be_a_code(text):
    assert not receipts.is_well_formed(receipts.normalised(text))


@given(st.text())
def test_nothing_that_is_typed_breaks_it(text):
    assert isinstance(receipts.is_well_formed(receipts.normalised(text)), bool)


def test_what_is_stored_does_not_tell_the_code():
    code = receipts.code_for("a")
    assert len(receipts.fingerprint(code)) == 64
    assert code not in receipts.fingerprint(code).upper()

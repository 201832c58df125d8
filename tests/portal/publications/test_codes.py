"""The short names of entries: derived, forgiving of how they are typed, and never those of another entry."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.checked_codes import ALPHABET, check_of, is_checked
from portal.publications.codes import code_of, is_near, publication_of, read_code
from portal.publications.models import Publication
from tests.portal.publications.registers import published

SEALS = st.text("0123456789abcdef", min_size=64, max_size=64)
ENTRIES = st.builds(Publication, number=st.integers(1, 10**15), hash=SEALS)


@given(ENTRIES)
def test_a_code_is_the_number_and_eight_characters(entry):
    number, *tail = code_of(entry).split("-")
    assert (int(number), [len(part) for part in tail]) == (entry.number, [4, 4])
    assert read_code(code_of(entry)).is_consistent


@given(ENTRIES)
def test_it_is_read_however_it_is_typed(entry):
    code = code_of(entry)
    arabic = code.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    ways = [code.lower(), code.replace("-", " "), code.replace("-", ""), f" {arabic}\u200f", f"00{code}"]
    for typed in ways:
        assert read_code(typed).text == code
    assert read_code(code.replace("0", "O").replace("1", "l")).text == code


@given(ENTRIES, st.data())
def test_one_slip_is_found(entry, data):
    code = code_of(entry)
    place = data.draw(st.sampled_from([at for at, letter in enumerate(code) if letter != "-" and at]))
    letter = data.draw(st.sampled_from("0123456789" if place < code.index("-") else ALPHABET))
    wrong = code[:place] + letter + code[place + 1 :]
    assert read_code(wrong).is_consistent == (wrong == code)


@pytest.mark.parametrize("typed", ["", "hello", "42", "7K3Q-9XPD", "0-7K3Q-9XPD", "4-2-7K3Q-9XPDU" * 9, "٤٢"])
def test_what_cannot_be_a_code(typed):
    assert read_code(typed).number is None


def test_a_code_finds_its_entry_alone(nefta, kenitra):
    first, second = published(nefta), published(kenitra)
    assert publication_of(code_of(first)) == first
    assert publication_of(code_of(second).lower()) == second
    strange = code_of(first).replace("1-", "2-", 1)
    assert publication_of(strange) is None


def test_a_well_formed_code_of_another_seal_finds_nothing(nefta):
    publication = published(nefta)
    other = Publication(number=1, hash="0" * 64)
    assert read_code(code_of(other)).is_consistent
    assert code_of(other) != code_of(publication)
    assert publication_of(code_of(other)) is None


def test_what_somebody_may_have_meant(nefta):
    publication = published(nefta)
    code = code_of(publication)
    letter = next(each for each in ALPHABET if each != code[-1])
    assert is_near(read_code(code[:-1] + letter), publication)
    swapped = code[:2] + code[3] + code[2] + code[4:]
    assert is_near(read_code(swapped), publication) == (swapped != code)
    assert not is_near(read_code("1-0000-0000"), publication)
    assert not is_near(read_code(code), publication)


def test_zeros_before_a_code_do_not_change_its_check_character():
    assert check_of("42ABC") == check_of("00042ABC")
    assert not is_checked("")
    assert not is_checked("IL")

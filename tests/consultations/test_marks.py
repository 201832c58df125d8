"""What a moderator is shown in a text: all of it, and little else."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consultations.marks import LABELS, PERSONAL, find, marks_of, personal, pieces, words
from consultations.rules_receiving import CROWDED
from tests.consultations import corpus_marks
from tests.consultations.corpus_marks import Sample


def _is_found(sample: Sample) -> bool:
    """Whether a mark of the right kind touches the value, not only the sentence."""
    start = sample.text.index(sample.value)
    end = start + len(sample.value)
    return any(
        mark.code == sample.code and mark.start < end and mark.end > start for mark in find(sample.text)
    )


def _missed(samples: list[Sample]) -> list[str]:
    return [f"{sample.code}: {sample.text}" for sample in samples if not _is_found(sample)]


def test_personal_data_is_found_in_nearly_all_samples():
    missed = _missed(corpus_marks.PERSONAL)
    assert len(corpus_marks.PERSONAL) >= 500
    assert len(missed) <= 0.05 * len(corpus_marks.PERSONAL), missed


@pytest.mark.parametrize("code", sorted(PERSONAL))
def test_each_kind_of_personal_data_is_found_in_nearly_all_samples(code):
    samples = [sample for sample in corpus_marks.PERSONAL if sample.code == code]
    assert len(_missed(samples)) <= 0.05 * len(samples), _missed(samples)


def test_links_offences_and_threats_are_found_in_nearly_all_samples():
    missed = _missed(corpus_marks.OTHERS)
    assert len(missed) <= 0.05 * len(corpus_marks.OTHERS), missed


def test_what_a_town_speaks_of_is_hardly_ever_marked():
    marked = [text for text in corpus_marks.HARMLESS if find(text)]
    assert len(corpus_marks.HARMLESS) >= 150
    assert len(marked) <= 0.03 * len(corpus_marks.HARMLESS), marked


def test_the_measure_notices_a_kind_that_is_not_looked_for(monkeypatch):
    from consultations import marks

    searches = tuple(search for search in marks._SEARCHES if search.__name__ != "_numbers")
    monkeypatch.setattr(marks, "_SEARCHES", searches)
    assert len(_missed(corpus_marks.PERSONAL)) > 0.05 * len(corpus_marks.PERSONAL)


def test_marks_are_told_once_and_personal_data_first():
    assert marks_of("يا كلاب، هاتفي 20123456", "et aussi 98 765 432, a@b.org") == ["phone", "email", "insult"]


def test_a_text_without_anything_has_no_mark():
    assert marks_of("نريد حديقة", "", "") == []


def test_a_mark_says_where_it_is():
    text = "كلموني على +216 20 123 456 بعد الخامسة"
    (mark,) = find(text)
    assert text[mark.start : mark.end].strip("+") == "216 20 123 456"


def test_a_mark_covers_what_folding_leaves_out():
    text = "السَّيِّد مُحَمَّد الطرابلسي"
    assert [(piece.code, piece.text) for piece in pieces(text)] == [("name", text)]


def test_arabic_digits_with_a_tatweel_among_them_are_one_number():
    assert marks_of("رقمي ٢٠ــ١٢٣ــ٤٥٦") == ["phone"]


def test_two_numbers_are_two_marks():
    assert [mark.code for mark in find("0612345678 0661234567")] == ["phone", "phone"]


def test_eight_figures_are_an_identity_card_where_the_text_says_so():
    assert marks_of("CIN 22334455") == ["identity"]
    assert marks_of("22334455") == ["phone"]


def test_a_day_and_an_amount_are_no_numbers_of_somebody():
    assert marks_of("le 22 11 2026", "20 500 000 dinars", "2021/10/13", "من 2021 - 2026") == []


def test_an_office_is_no_name():
    assert marks_of("السيد رئيس البلدية", "Monsieur le Maire", "Madame la Présidente") == []
    assert marks_of("السيد رئيس البلدية علي بن صالح") == ["name"]


@pytest.mark.parametrize(
    "text",
    ["السيدة رشيد المرزوقي", "السيد رشيد", "السيد أمين الزياني", "الأستاذ خليفة بن علي", "سي رمضان العياشي"],
)
def test_a_name_that_is_another_word_too_is_a_name_after_a_title(text):
    assert [(piece.code, piece.text) for piece in pieces(text)] == [("name", text)]


def test_an_office_that_is_a_name_too_is_an_office_where_no_family_follows():
    offices = (
        "السيد أمين المال",
        "السيد أمين المجلس الجهوي",
        "السيد خليفة القائد",
        "السيد خليفة الوالي",
        "السيد مالك العقار",
    )
    assert marks_of(*offices, "نطلب حكما رشيدا وتسيير رشيد للمال العام") == []


def test_words_for_codes_and_for_a_code_of_the_past():
    assert words(["phone", CROWDED, "gone"])[0] == str(LABELS["phone"])
    assert words(["gone"]) == ["gone"]
    assert words([CROWDED]) != [CROWDED]


def test_which_marks_are_of_personal_data():
    assert personal(["insult", "phone", "name", CROWDED]) == ["phone", "name"]


@given(
    st.text(
        alphabet=st.sampled_from("ab @.0123456789٠١٢ىةسيد السMme-/()\n\u064b\u0640\u200f+éO"), max_size=200
    )
)
def test_the_pieces_of_any_text_are_the_text(text):
    assert "".join(piece.text for piece in pieces(text)) == text
    assert all(piece.text for piece in pieces(text))


@pytest.mark.parametrize(
    "part",
    [
        "a",
        "1 ",
        "@",
        "a@",
        "1",
        "السيد ",
        "a.",
        "cin ",
        "x(at) ",
        "rib ",
        "un ",
        "www.",
        "1-",
        "حساب ",
        "a a ",
        "0o",
    ],
)
def test_no_text_takes_long(part):
    text = (part * 4000)[:4000]
    start = time.perf_counter()
    find(text)
    assert time.perf_counter() - start < 1

import pytest

from portal.folding import clean, fold, folded_words, western_digits

SAME_WHEN_FOLDED = [
    ("الإستثمار", "الاستثمار"),
    ("أعمال", "اعمال"),
    ("آراء", "اراء"),
    ("ٱلبلدية", "البلدية"),
    ("على", "علي"),
    ("بلدية", "بلديه"),
    ("المراحـــل", "المراحل"),
    ("مُدَاوَلَةٌ", "مداولة"),
    ("طبقاً", "طبقا"),
    ("\u200fتاريخ\u200e", "تاريخ"),
    ("\u2067تا\u200dريخ\u2069", "تاريخ"),
    ("تاريخ\u00a0الجلسة", "تاريخ الجلسة"),
    ("13\u202fأكتوبر", "13 أكتوبر"),
    ("٢٠٢١", "2021"),
    ("۱۴۰۰", "1400"),
    ("ﻻ", "لا"),
    ("Étape réalisée", "ETAPE REALISEE"),
    ("Kénitra", "kenitra"),
    ("a  b\n\tc", "a b c"),
]


@pytest.mark.parametrize(("one", "other"), SAME_WHEN_FOLDED)
def test_what_reads_the_same_folds_the_same(one, other):
    assert fold(one) == fold(other)


@pytest.mark.parametrize("text", [one for one, _other in SAME_WHEN_FOLDED])
def test_folding_twice_is_folding_once(text):
    assert fold(fold(text)) == fold(text)


def test_folding_tells_letters_apart():
    assert fold("محضر") != fold("محصر")
    assert fold("2-1") != fold("1-2")


def test_cleaning_removes_what_nobody_sees():
    assert clean("\ufeff\u200f 2-1\u00a0تكوين\u200b \u202c") == "2-1 تكوين"
    assert clean("a\vb\u2028c") == "a\nb\nc"


@pytest.mark.parametrize("text", ["المراحـــل", "طبقاً", "إطرارات", "می\u200cخواهم", "Kénitra", ""])
def test_cleaning_keeps_every_letter(text):
    assert clean(text) == text


def test_western_digits_stay_in_their_places():
    assert western_digits("عام ٢٠٢١ و ۲۲") == "عام 2021 و 22"


def test_words_come_without_punctuation():
    assert folded_words("إعداد/ تحيين (بنية أساسية)، 2020-و 2021.") == (
        "اعداد",
        "تحيين",
        "بنيه",
        "اساسيه",
        "2020",
        "و",
        "2021",
    )

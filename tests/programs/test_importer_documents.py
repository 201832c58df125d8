"""One cell, several documents: what parts them, what does not, and that no word is lost."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.folding import folded_words
from programs.importers.documents import find_glued, split_documents

PARTED = {
    "مقرر إداري": ["مقرر إداري"],
    "محضر جلسة و صور": ["محضر جلسة", "صور"],
    "محضر جلسة - صور": ["محضر جلسة", "صور"],
    "وثيقة الخطة- صور": ["وثيقة الخطة", "صور"],
    "وثيقة الخطة -صور": ["وثيقة الخطة", "صور"],
    "محضر – صور — قائمة": ["محضر", "صور", "قائمة"],
    "محضر ـ صور": ["محضر", "صور"],
    "- محضر\n- صور": ["محضر", "صور"],
    "محضر\nصور": ["محضر", "صور"],
    "• محضر • صور": ["محضر", "صور"],
    "\uf0b7 محضر \uf0b7 صور": ["محضر", "صور"],
    "محضر ؛ صور; قائمة": ["محضر", "صور", "قائمة"],
    "عرض + محضر+ صور": ["عرض", "محضر", "صور"],
    "محضر، صور، و قائمة": ["محضر", "صور", "قائمة"],
    "1- محضر 2- صور": ["1- محضر", "2- صور"],
    "1) محضر\n2) صور\nالجلسة": ["1) محضر", "2) صور الجلسة"],
    "جداول 2021- صور": ["جداول 2021", "صور"],
    "PV - photos": ["PV", "photos"],
    "PV, photos, liste": ["PV", "photos", "liste"],
    "": [],
    "-": [],
    "///": [],
}
WHOLE = [
    "صور اللافتات و الملصقات",
    "بطاقات المرافق والتجهيزات",
    "وثيقة",
    "محضر جلسة و صور أو نسخ",
    "نتائج 2020-و 2021",
    "نتائج 2020 - 2021",
    "نتائج 2020 و 2021",
    "1- محضر",
    "قائمة المشاريع و كلفتها",
    "مراسلة إلى الوالي و إلى المعتمد",
    "صور (قبل و بعد - الأشغال)",
    "procès-verbal",
    "Plan de communication et d'information",
    "Diagnostic technique et financier",
    "PV ou compte rendu, photos",
    "صور، الملصقات",
]


@pytest.mark.parametrize("cell", PARTED)
def test_parted(cell):
    assert split_documents([cell]) == [PARTED[cell]]


@pytest.mark.parametrize("cell", WHOLE)
def test_kept_whole(cell):
    assert split_documents([cell]) == [[cell]]


def test_dashes_alone_part_a_cell_that_has_them():
    assert split_documents(["جداول - نتائج و تقديرات - صور"]) == [["جداول", "نتائج و تقديرات", "صور"]]


def test_alternatives_stay_together_within_their_part():
    assert split_documents(["صور أو نسخ و قائمة + محضر و جدول"]) == [["صور أو نسخ و قائمة", "محضر", "جدول"]]


def test_a_written_on_and_parts_before_a_word_known_to_open_a_document():
    assert split_documents(["صور التعليق وجداول الإرسال", "جداول محوصلة"])[0] == [
        "صور التعليق",
        "جداول الإرسال",
    ]


def test_a_written_on_and_stays_where_nothing_is_known_of_its_word():
    assert split_documents(["صور التعليق وجداول الإرسال", "قائمة"])[0] == ["صور التعليق وجداول الإرسال"]


def test_a_french_and_parts_before_a_word_known_to_open_a_document():
    assert split_documents(["PV et photos", "Photos"])[0] == ["PV", "photos"]
    assert split_documents(["PV et photos", "Plan"])[0] == ["PV et photos"]


WORDS = ("محضر", "صور", "الملصقات", "وجداول", "جداول", "2020", "2021-و", "1-")
WORDS += ("كلفتها", "photos", "PV", "إلى", "(نسخة")
JOINTS = (" ", " و ", " و", " - ", "- ", " -", "-", " + ", "\n", "؛ ", "، ", ", ")
JOINTS += (" أو ", " et ", " • ", "/ ", ")", " 2- ")
AND = {"و", "et"}


def without_and(words):
    """The words without any "and": neither standing alone nor written on."""
    return [word.lstrip("و") for word in words if word.lstrip("و") and word not in AND]


@given(st.integers(0, 2**32))
@settings(max_examples=1000, deadline=None, derandomize=True, database=None)
def test_no_word_is_lost_but_the_joining_and(seed):
    chance = random.Random(seed)
    cells = [
        "".join(chance.choice(WORDS) + chance.choice(JOINTS) for _word in range(chance.randint(0, 12)))
        for _cell in range(chance.randint(1, 5))
    ]

    for cell, items in zip(cells, split_documents(cells), strict=True):
        kept = [word for item in items for word in folded_words(item)]
        assert without_and(kept) == without_and(folded_words(cell))
        assert all(item == item.strip() and folded_words(item) for item in items)


@given(st.lists(st.text(max_size=60), max_size=6))
@settings(max_examples=500, deadline=None, derandomize=True, database=None)
def test_no_text_breaks_it(cells):
    for cell, items in zip(cells, split_documents(cells), strict=True):
        kept = [word for item in items for word in folded_words(item)]
        assert without_and(kept) == without_and(folded_words(cell))


def test_two_documents_run_together_are_found():
    cells = [["قائمة الوسائل مستخرج من الموقع", "صور"], ["مستخرج من الموقع"], ["مستخرج"]]
    (glued,) = find_glued(cells)

    assert (glued.cell, glued.item, glued.other) == (0, "قائمة الوسائل مستخرج من الموقع", "مستخرج من الموقع")


@pytest.mark.parametrize(
    "item",
    [
        "مستخرج من الموقع الرسمي",  # at its beginning
        "نسخة من مستخرج من الموقع",  # after a preposition
        "صور و مستخرج من الموقع",  # after an "and"
        "قائمة مستخرج من موقع",  # not the whole of the other
    ],
)
def test_what_only_looks_run_together(item):
    assert find_glued([[item], ["مستخرج من الموقع"]]) == []


def test_an_item_is_not_compared_with_its_own_cell():
    assert find_glued([["قائمة محضر جلسة", "محضر جلسة"]]) == []

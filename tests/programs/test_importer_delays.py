import pytest

from programs.importers.delays import find_delay, find_event, weighty_words

STATED = {
    "انعقاد الجلسة 07 أيام على الأقل بعد نشر التشخيص": (7, False, "07 أيام على الأقل بعد نشر التشخيص"),
    "الجلسة على الأقل 15 يوما بعد النشر": (15, False, "على الأقل 15 يوما بعد النشر"),
    "الجلسة ١٠ أيّام علـى الاقل بعد النشر، بالبلدية": (10, False, "١٠ أيّام علـى الاقل بعد النشر"),
    "الجلسة 5 أيام عمل على الأقل بعد النشر": (5, True, "5 أيام عمل على الأقل بعد النشر"),
    "Séance 7 jours au moins après la publication": (7, False, "7 jours au moins après la publication"),
    "Au moins 10 jours ouvrables après l'affichage.": (
        10,
        True,
        "Au moins 10 jours ouvrables après l'affichage",
    ),
}
NOT_STATED = [
    "انعقاد الجلسة بعد نشر التشخيص",
    "في أجل 7 أيام على الأقل",
    "00 أيام على الأقل بعد النشر",
    "2022 أيام على الأقل بعد النشر",
    "Séance 7 jours après la publication",
]


@pytest.mark.parametrize("title", STATED)
def test_delays_that_titles_state(title):
    delay = find_delay(title)

    assert (delay.min_days, delay.in_working_days, delay.text) == STATED[title]


@pytest.mark.parametrize("title", NOT_STATED)
def test_titles_that_state_none(title):
    assert find_delay(title) is None


TITLES = ["إعداد التشخيص الفني", "إعداد التشخيص المالي", "نشر نتائج التشخيص الفني والمالي للعموم"]


def event(text, titles=TITLES):
    return find_event(text, [weighty_words(title) for title in titles])


def test_the_event_is_the_title_that_shares_most_words():
    assert event("نشر التشخيص الفني و المالي") == 2
    assert event("إعداد التشخيص المالي") == 1
    assert event("النشر للتشخيص") == 2


def test_an_event_that_two_titles_name_alike_is_none():
    assert event("إعداد التشخيص") is None


def test_an_event_that_no_title_names_is_none():
    assert event("مصادقة المجلس") is None
    assert event("و") is None
    assert event("نشر", []) is None

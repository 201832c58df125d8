import pytest
from django.utils.translation import override

from portal.bilingual import column, direction, localized, script_language
from portal.municipalities.models import Municipality


class Row:
    def __init__(self, ar="", fr=""):
        self.title_ar, self.title_fr = ar, fr


@pytest.mark.parametrize(
    ("page", "row", "text", "lang", "foreign"),
    [
        ("ar", Row("عنوان", "Titre"), "عنوان", "ar", False),
        ("fr", Row("عنوان", "Titre"), "Titre", "fr", False),
        ("fr", Row("عنوان", ""), "عنوان", "ar", True),
        ("ar", Row("", "Titre"), "Titre", "fr", True),
        ("en", Row("عنوان", "Titre"), "Titre", "fr", True),
        ("en", Row("عنوان", ""), "عنوان", "ar", True),
    ],
)
def test_the_reader_gets_a_text_with_its_own_language(page, row, text, lang, foreign):
    with override(page):
        found = localized(row, "title")
    assert (found.text, found.lang, found.is_foreign) == (text, lang, foreign)
    assert found.dir == ("rtl" if lang == "ar" else "ltr")


def test_no_text_at_all_is_empty_and_false():
    with override("fr"):
        found = localized(Row(), "title")
    assert not found
    assert found.lang == "fr"


@pytest.mark.parametrize(
    ("text", "expected"),
    [("(2021) برنامج", "rtl"), ("1. Programme", "ltr"), ("«نعم» oui", "rtl"), ("123", "ltr"), ("", "ltr")],
)
def test_direction_is_that_of_the_first_strong_letter(text, expected):
    assert direction(text) == expected


def test_text_goes_to_the_column_of_its_script():
    assert column("title", "برنامج 2022 PAI") == "title_ar"
    assert column("title", "Programme (برنامج) annuel") == "title_fr"
    assert script_language("2022") == "fr"


@pytest.mark.parametrize(
    ("name", "title"),
    [("Nefta", "Commune de Nefta"), ("Ariana", "Commune d’Ariana"), ("Hammamet", "Commune de Hammamet")],
)
def test_french_elides_before_a_vowel(name, title):
    with override("fr"):
        assert Municipality(name_ar="س", name_fr=name, country="TN").title == title


@pytest.mark.parametrize(("country", "title"), [("TN", "بلدية س"), ("MA", "جماعة س")])
def test_each_country_has_its_word_for_a_municipality(country, title):
    with override("ar"):
        assert Municipality(name_ar="س", name_fr="S", country=country).title == title

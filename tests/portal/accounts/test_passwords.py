"""What a password may be."""

import unicodedata

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from tests import factories

User = get_user_model()


@pytest.fixture
def person(nefta):
    """A member of Nefta, in the governorate of Tozeur."""
    user = factories.UserFactory(email="amel.trabelsi@nefta.example", name="آمال الطرابلسي")
    factories.MembershipFactory(user=user, municipality=nefta, role="editor")
    return user


@pytest.mark.parametrize(
    "password", ["une phrase assez longue", "كلمة عبور طويلة جدا", "x" * 10 + "Q7" * 60, "🗝️ clef 🗝️ porte 🗝️"]
)
def test_long_passwords_are_taken_whatever_their_script(password):
    assert validate_password(password, User(email="amel@nefta.example")) is None


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("eleven char", "password_too_short"),
        ("", "password_too_short"),
        ("finalfantasy", "password_too_common"),
        ("qwertyuiop123", "password_too_common"),
        ("amel@nefta.example", "password_too_similar"),
    ],
)
def test_short_common_and_own_words_are_refused(password, why):
    with pytest.raises(ValidationError) as refused:
        validate_password(password, User(email="amel@nefta.example"))
    assert why in {error.code for error in refused.value.error_list}


@pytest.mark.parametrize(
    "password",
    [
        "Nefta2022!!!!",
        "neftanefta nefta",
        "NEFTA-tozeur-1",
        "نفطة نفطة نفطة",
        "بلديةنفطة",
        "نَفْطَة ٢٠٢٢ !!!",
        "نفطـــــة 2026 !",
        "نفطه-توزر-2026",
        "Ｎｅｆｔａ２０２２！！！",
        "Gouvernorat de Tozeur",
        "amel.trabelsi 26",
        "الطرابلسي 2026!",
        "طرابلسي  آمال  1",
    ],
)
def test_names_that_everybody_knows_are_no_password(person, password):
    with pytest.raises(ValidationError):
        validate_password(password, person)


@pytest.mark.parametrize(
    "password",
    ["the cat of Nefta sleeps all day", "القط ينام فوق سطح نفطة", "كسكسي بالخضر يوم الجمعة", "q7Hm!zz0pLwX"],
)
def test_a_long_phrase_may_have_a_name_in_it(person, password):
    assert validate_password(password, person) is None


def test_the_words_of_a_municipality_that_one_is_about_to_join_count_too(kenitra):
    newcomer = User(email="new@example.org")
    newcomer.joining = [kenitra]
    with pytest.raises(ValidationError) as refused:
        validate_password("Kénitra 2026!", newcomer)
    assert [error.code for error in refused.value.error_list] == ["password_of_names"]
    assert validate_password("Kénitra 2026!", User(email="new@example.org")) is None


def test_a_password_is_the_same_however_its_letters_are_composed(db):
    word = "été à Kénitra, déjà vu"
    user = User.objects.create_user("amel@nefta.example", unicodedata.normalize("NFD", word))
    assert user.check_password(unicodedata.normalize("NFC", word))
    assert user.check_password(unicodedata.normalize("NFD", word))
    assert not user.check_password("ete a Kenitra, deja vu")


def test_common_ones_are_refused_in_wide_letters_and_capitals_too():
    for password in ("QWERTYUIOP123", "ｑｗｅｒｔｙｕｉｏｐ１２３"):
        with pytest.raises(ValidationError):
            validate_password(password, User(email="amel@nefta.example"))

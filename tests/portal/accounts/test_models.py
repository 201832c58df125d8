"""What an account is."""

import pytest
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import translation

from tests import factories

User = get_user_model()


@pytest.fixture
def person(db):
    return factories.UserFactory(email="amel@nefta.example", name="Amel")


def test_an_account_is_made_with_its_e_mail_in_lower_case(db):
    user = User.objects.create_user("Amel@NEFTA.example", factories.PASSWORD, name="Amel")
    assert user.email == "amel@nefta.example"
    assert user.check_password(factories.PASSWORD)
    assert (user.is_superuser, user.is_staff, user.is_active) == (False, False, True)
    assert User.objects.get_by_natural_key("AMEL@nefta.EXAMPLE") == user


def test_an_account_without_a_password_cannot_be_signed_in_to(db):
    user = User.objects.create_user("amel@nefta.example")
    assert not user.has_usable_password()
    assert not user.check_password("")


def test_an_account_without_an_e_mail_is_refused(db):
    with pytest.raises(ValueError, match="e-mail"):
        User.objects.create_user("")
    assert not User.objects.exists()


def test_the_platform_administrator(db):
    user = User.objects.create_superuser("admin@portal.example", factories.PASSWORD)
    assert user.is_superuser
    assert user.is_staff
    assert not user.memberships.exists()


def test_two_accounts_cannot_differ_by_case_alone(person):
    with pytest.raises(IntegrityError), transaction.atomic():
        User(email="AMEL@nefta.example").save()
    assert User.objects.count() == 1


def test_the_form_of_an_account_says_that_the_e_mail_is_taken(person):
    with translation.override("en"), pytest.raises(ValidationError) as refused:
        User(email="AMEL@nefta.example", password="x").full_clean()
    with translation.override("en"):
        assert refused.value.message_dict["email"] == ["This e-mail is already in use."]


def test_a_person_is_called_by_name_else_by_e_mail(person):
    assert str(person) == "Amel"
    assert str(User(email="x@y.example")) == "x@y.example"

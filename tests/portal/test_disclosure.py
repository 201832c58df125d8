"""Where a weakness is reported."""

import datetime

import pytest
from django.conf import settings as django_settings
from django.test import Client
from django.utils import timezone

ADDRESS = "/.well-known/security.txt"


def fields(text):
    return dict(line.split(": ", 1) for line in text.strip().splitlines())


def test_it_says_whom_to_tell_and_until_when_that_is_right(settings):
    settings.SECURITY_CONTACT = "security@portal.example"
    response = Client().get(ADDRESS)
    told = fields(response.content.decode())
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert told["Contact"] == "mailto:security@portal.example"
    assert told["Canonical"] == f"http://testserver{ADDRESS}"
    left = datetime.datetime.fromisoformat(told["Expires"]) - timezone.now()
    assert datetime.timedelta(days=90) < left < datetime.timedelta(days=366)


@pytest.mark.parametrize(
    ("contact", "told"),
    [
        ("https://portal.example/report", "https://portal.example/report"),
        ("mailto:a@b.example", "mailto:a@b.example"),
        ("", "mailto:letters@portal.example"),
    ],
)
def test_the_contact_is_an_address(settings, contact, told):
    settings.SECURITY_CONTACT, settings.DEFAULT_FROM_EMAIL = contact, "Portal <letters@portal.example>"
    assert fields(Client().get(ADDRESS).content.decode())["Contact"] == told


def test_the_policy_is_named_where_there_is_one(settings):
    assert "Policy" not in fields(Client().get(ADDRESS).content.decode())
    settings.SECURITY_POLICY = "https://portal.example/policy"
    assert fields(Client().get(ADDRESS).content.decode())["Policy"] == "https://portal.example/policy"


def test_the_policy_in_the_source_promises_days():
    policy = (django_settings.PROJECT_DIR / "SECURITY.md").read_text(encoding="utf-8")
    for word in ("security.txt", "3 working days", "90 days", "Advisories"):
        assert word in policy

"""The command for whoever runs the portal: somebody lost the device, and nobody else may remove it."""

import io

import pytest
from django.core.management import CommandError, call_command

from portal.accounts import second_factor
from tests import people


def drop(email):
    out = io.StringIO()
    call_command("drop_second_factor", email, stdout=out)
    return out.getvalue()


def test_it_removes_the_device_and_ends_the_sessions(client, editor):
    people.give_device(editor)
    people.come_in(client, editor)
    assert "removed" in drop(editor.email.upper())
    assert not second_factor.has_one(editor)
    assert client.get("/en/m/nefta/staff/").status_code == 302


def test_it_says_where_there_was_none(editor):
    assert "There was none" in drop(editor.email)


def test_nobody_by_that_e_mail(db):
    with pytest.raises(CommandError, match="Nobody"):
        drop("nobody@nefta.example")

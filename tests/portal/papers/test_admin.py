"""Papers and workers as the platform administrator sees them: read, never changed."""

import pytest
from django.contrib import admin
from django.urls import reverse
from django_tasks_db.models import DBTaskResult

from portal.municipalities.models import Role
from portal.papers.models import Worker
from tests import factories


@pytest.fixture
def boss(db):
    return factories.UserFactory(is_superuser=True)


def pages(finished):
    printing, worker = finished("broken"), Worker.objects.create(name="here")
    for model, row in (("printing", printing), ("worker", worker)):
        yield reverse(f"admin:papers_{model}_changelist")
        yield reverse(f"admin:papers_{model}_change", args=[row.pk])


def test_the_platform_administrator_reads_them(client, boss, finished):
    client.force_login(boss)
    for address in pages(finished):
        assert client.get(address).status_code == 200


def test_the_address_of_a_paper_is_not_shown(client, boss, finished):
    printing = finished()
    client.force_login(boss)
    assert printing.key not in client.get(reverse("admin:papers_printing_change", args=[printing.pk])).text


def test_nobody_changes_them(client, boss, finished):
    printing = finished()
    client.force_login(boss)
    assert client.post(reverse("admin:papers_printing_change", args=[printing.pk])).status_code == 403
    assert client.post(reverse("admin:papers_printing_delete", args=[printing.pk])).status_code == 403
    assert client.get(reverse("admin:papers_worker_add")).status_code == 403


def test_nobody_else_sees_them(client, nefta, finished):
    manager = factories.MembershipFactory(municipality=nefta, role=Role.MUNICIPAL_ADMIN).user
    client.force_login(manager)
    assert {client.get(address).status_code for address in pages(finished)} == {403, 404}


def test_what_workers_are_told_has_no_page_beside_these():
    assert not admin.site.is_registered(DBTaskResult)

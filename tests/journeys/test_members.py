"""Inviting and removing people, and a session that ends in the middle of a text: as people meet them."""

import re

import pytest
from django.core import mail

from portal.accounts.models import Session, User
from portal.management.commands.seed_demo import demo_password
from portal.municipalities import invitations
from portal.municipalities.models import Membership, Municipality
from tests.journeys.conftest import EACH_LANGUAGE_AND_WIDTH, Reader, sign_in
from tests.journeys.test_every_page import look

pytestmark = pytest.mark.django_db(transaction=True)

MANAGER = "manager@exemple.example"
NEW = "salma.ben-youssef.bureau-municipal@exemple.example"
PASSWORD = "an orchard by the sea"
MEMBERS = "m/exemple/staff/members/"
ZONES = "/ar/m/exemple/staff/zones/"


def invite(email: str = NEW) -> str:
    """An invitation as it is sent; return the token of its letter."""
    _invitation, token = invitations.invite(
        municipality=Municipality.objects.get(slug="exemple"),
        email=email,
        name="سلمى بن يوسف",
        role="auditor",
        language="ar",
        actor=User.objects.get(email=MANAGER),
    )
    return token


@EACH_LANGUAGE_AND_WIDTH
def test_no_page_of_members_has_a_barrier(demo, reader, language, width):
    member = User.objects.get(email="publisher@exemple.example").pk
    own = User.objects.get(email=MANAGER).pk
    token = invite()
    public = [f"invitation/{token}/", "invitation/nothing/"]
    faults = [fault for path in public for fault in look(reader, path, language, width)]
    sign_in(reader, MANAGER)
    staff = [MEMBERS, f"{MEMBERS}{member}/", f"{MEMBERS}{member}/remove/", f"{MEMBERS}{own}/"]
    pages = [*staff, f"invitation/{token}/"]
    faults += [fault for path in pages for fault in look(reader, path, language, width)]
    assert [fault for fault in faults if "status 404" not in fault] == []


def test_somebody_is_invited_comes_in_and_is_removed_again(demo, reader, browser, live_server, settings):
    settings.SITE_URL = live_server.url
    sign_in(reader, MANAGER)
    page = reader.page
    reader.open(f"/ar/{MEMBERS}")
    page.fill("#id_email", NEW)
    page.check("input[name=role][value=auditor]")
    page.click("#invite [type=submit]")
    assert NEW in page.inner_text("table")
    # Somebody else, at another computer, without scripts.
    other = browser.new_context(java_script_enabled=False)
    theirs = other.new_page()
    theirs.goto(re.search(r"http://\S+/invitation/\S+", mail.outbox[-1].body)[0])
    theirs.fill("#id_name", "Salma")
    for field in ("#id_password", "#id_again"):
        theirs.fill(field, PASSWORD)
    theirs.click("main [type=submit]")
    theirs.wait_for_url("**/staff/")
    assert theirs.goto(f"{live_server.url}/ar/m/exemple/staff/journal/").status == 200
    reader.open(f"/ar/{MEMBERS}")
    page.get_by_role("row").filter(has_text=NEW).get_by_role("link").last.click()
    page.click("main form [type=submit]")
    assert NEW not in page.inner_text("main")
    theirs.reload()
    assert "/sign-in/" in theirs.url
    other.close()
    assert not Membership.objects.filter(user__email=NEW).exists()
    assert reader.complaints == []


@pytest.mark.parametrize("scripts", [False, True])
def test_a_text_outlives_its_session(demo, browser, live_server, scripts):
    context = browser.new_context(java_script_enabled=scripts, viewport={"width": 360, "height": 800})
    reader = Reader(context.new_page(), live_server.url)
    page = reader.page
    sign_in(reader, MANAGER)
    page.goto(live_server.url + ZONES)
    typed = ("نهج الواحة، حي النخيل\nRue de l'Oasis\n" * 60)[:2000].strip()
    page.locator("textarea").first.fill(typed)
    Session.objects.all().delete()
    page.locator("main form").first.locator("button.btn-primary").click()
    assert "/sign-in/" in page.url
    page.fill("#id_username", MANAGER)
    page.fill("#id_password", demo_password())
    page.click("main form [type=submit]")
    assert page.url.endswith("/ar/staff/unsent/")
    assert "نهج الواحة" in page.inner_text("main")
    if scripts:
        assert reader.barriers() == []
        assert reader.overflow() == 0
    page.locator("main form").first.locator("[type=submit]").click()
    assert page.url == live_server.url + ZONES
    assert page.locator("textarea").first.input_value() == typed
    context.close()

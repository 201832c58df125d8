"""Signing in with a device: by keyboard, without scripts, in ar and fr; and its pages without barriers."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from portal.accounts import links
from portal.accounts.models import User
from tests import factories, people
from tests.journeys.conftest import EACH_LANGUAGE_AND_WIDTH, Reader

DESK = "/m/nefta/staff/"


@pytest.fixture
def person(transactional_db, settings) -> User:
    settings.REQUIRE_SECOND_FACTOR = True
    nefta = factories.MunicipalityFactory(tunisian=True)
    return factories.MembershipFactory(municipality=nefta, role="editor").user


@pytest.fixture
def without_scripts(browser: Browser, live_server) -> Iterator[Reader]:
    context = browser.new_context(viewport={"width": 360, "height": 800}, java_script_enabled=False)
    context.set_default_timeout(15_000)
    yield Reader(context.new_page(), live_server.url)
    context.close()


def typed(page: Page, *texts: str) -> None:
    """Type into the first field and those after it, as by keyboard alone, and send."""
    page.focus("main form .form-control >> nth=0")
    for number, text in enumerate(texts):
        if number:
            page.keyboard.press("Tab")
        page.keyboard.type(text)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def secret_on(page: Page) -> str:
    return page.locator(".m-code").inner_text().replace(" ", "")


def code_of_secret(secret: str) -> str:
    from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time

    return format_hotp_value(hotp_value(secret, list(yield_hotp_counters_from_time())[1]))


@pytest.mark.parametrize("language", ["ar", "fr"])
def test_a_device_is_set_up_and_used_by_keyboard_without_scripts(without_scripts, person, language):
    reader, page = without_scripts, without_scripts.page
    reader.open(f"/{language}{DESK}")
    typed(page, person.email, factories.PASSWORD)
    assert page.url.endswith(f"/{language}/sign-in/device/?next=%2F{language}%2Fm%2Fnefta%2Fstaff%2F")
    secret = secret_on(page)
    typed(page, code_of_secret(secret))
    codes = page.locator(".m-code").all_inner_texts()
    assert len(codes) == 10
    page.click("main .btn-primary")
    assert page.url.endswith(f"/{language}{DESK}")
    page.context.clear_cookies()
    reader.open(f"/{language}{DESK}")
    typed(page, person.email, factories.PASSWORD)
    assert re.search(r"/sign-in/code/\?next=", page.url)
    typed(page, codes[3])
    assert page.url.endswith(f"/{language}{DESK}")
    assert reader.complaints == []


@EACH_LANGUAGE_AND_WIDTH
def test_no_barriers_on_the_way(reader, person, language, width):
    page = reader.page
    page.set_viewport_size({"width": width, "height": 800})
    found: list[str] = []

    def look() -> None:
        found.extend(f"{page.url}: {barrier}" for barrier in reader.barriers())
        found.extend([f"{page.url} is {reader.overflow()} px too wide"] if reader.overflow() else [])

    reader.open(f"/{language}/sign-in/")
    look()
    typed(page, person.email, "wrong")
    look()
    reader.open(f"/{language}/sign-in/?next=/{language}{DESK}")
    typed(page, person.email, factories.PASSWORD)
    look()
    secret = secret_on(page)
    typed(page, "000000")
    look()
    typed(page, code_of_secret(secret))
    look()
    for path in (
        "account/",
        "account/password/",
        "account/email/",
        "account/second-factor/",
        "sign-in/device/",
    ):
        reader.open(f"/{language}/{path}")
        look()
    page.context.clear_cookies()
    for path in ("sign-in/forgotten/", f"sign-in/reset/{links.reset_code(person)}/", "sign-in/reset/1-x-y/"):
        reader.open(f"/{language}/{path}")
        look()
    reader.open(f"/{language}/account/email/{links.email_code(person, 'new@nefta.example')}/")
    look()
    reader.open(f"/{language}/sign-in/forgotten/")
    typed(page, "nobody@nefta.example")
    look()
    reader.open(f"/{language}/sign-in/")
    typed(page, person.email, factories.PASSWORD)
    look()
    for _ in range(6):
        typed(page, "000000")
    look()
    assert found == []
    # The one complaint of the browser: what is answered with 404 and 429.
    assert [text for text in reader.complaints if "404" not in text and "429" not in text] == []


def test_a_device_known_to_the_portal_is_asked_for(reader, person):
    seed = people.give_device(person)
    reader.open("/ar/sign-in/")
    typed(reader.page, person.email, factories.PASSWORD)
    typed(reader.page, people.code_at(seed))
    reader.page.wait_for_url(f"**/ar{DESK}")
    assert reader.complaints == []

"""A real browser before the real server, with the demo's content: for journeys and checks of trust."""

from __future__ import annotations

import io
import os
import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from portal.management.commands.seed_demo import demo_password, password_path

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
AXE = (Path(__file__).parent / "vendor" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
# Only what is wrong leaves the page: all that axe has to say of a large page takes seconds to hand over.
# It takes joined letters for the pictures of an icon font, and of those it asks no contrast: it would find
# none on an Arabic page. By these widths no letters are joined; the portal has no icon font.
FIND_BARRIERS = """async ([tags, rules]) => {
    CanvasRenderingContext2D.prototype.measureText = (text) => ({width: 30 * text.length});
    const found = await axe.run({runOnly: tags, rules, resultTypes: ["violations"]});
    return found.violations.flatMap(({id, nodes}) => nodes.map(({html}) => `${id}: ${html.slice(0, 160)}`));
}"""
WIDTHS = (360, 1280)
# Barriers are looked for in both languages and on both screens, but not in all four pairs: that took twice as
# long and found the same. Whether a page is wider than the screen is asked on both: ``Reader.overflow``.
EACH_LANGUAGE_AND_WIDTH = pytest.mark.parametrize(("language", "width"), [("ar", 360), ("fr", 1280)])
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("no browser: Debian's chromium is not on this machine")
    # The browser's driver runs an event loop in this thread; the ORM calls of the tests do not.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        # Nobody waits here for a page that glides to where it is wanted.
        browser.new_context = partial(browser.new_context, reduced_motion="reduce")
        yield browser
        browser.close()


@dataclass(slots=True)
class Kept:
    """What the first seeding left, so that the tests after it need not wait for another."""

    database: sqlite3.Connection
    files: Path
    password: str


@pytest.fixture(scope="session")
def kept_demo() -> list[Kept]:
    return []


def seed(kept_demo: list[Kept], place: Path) -> None:
    """Put the demo into an emptied database; only the first one of a run is made, the others are copies."""
    connection.ensure_connection()
    if kept_demo:
        kept = kept_demo[0]
        kept.database.backup(connection.connection)
        shutil.copytree(kept.files, settings.MEDIA_ROOT, dirs_exist_ok=True)
        password_path().write_text(kept.password, encoding="utf-8")
        return
    call_command("seed_demo", stdout=io.StringIO())
    if connection.vendor == "sqlite":
        database = sqlite3.connect(":memory:", check_same_thread=False)
        kept = Kept(database, place / "files", password_path().read_text(encoding="utf-8"))
        connection.connection.backup(database)
        shutil.copytree(settings.MEDIA_ROOT, kept.files)
        kept_demo.append(kept)


@pytest.fixture
def demo(transactional_db, settings, tmp_path, tmp_path_factory, kept_demo) -> None:
    """The two documents and the fictional municipality, as script/server seeds them."""
    settings.DATA_DIR = tmp_path
    seed(kept_demo, tmp_path_factory.mktemp("demo"))


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 360, "height": 800}, locale="ar")
    context.set_default_timeout(15_000)
    yield context
    context.close()


class Reader:
    """A person at a page: says what the browser complained of, and finds barriers."""

    def __init__(self, page: Page, address: str) -> None:
        self.page, self.address = page, address
        self.complaints: list[str] = []
        page.on(
            "console",
            lambda message: self.complaints.append(message.text) if message.type == "error" else None,
        )
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def open(self, path: str) -> int:
        response = self.page.goto(self.address + path)
        assert response is not None
        return response.status

    def barriers(self, *, without: tuple[str, ...] = ()) -> list[str]:
        """What axe finds, one line for each element; ``without`` names rules that do not apply."""
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(AXE)
        rules = {rule: {"enabled": False} for rule in without}
        return self.page.evaluate(FIND_BARRIERS, [RULES, rules])

    def overflow(self) -> int:
        """By how many pixels the page is wider than the screen, on a phone or at a desk."""
        size = self.page.viewport_size
        assert size is not None
        found = []
        for width in WIDTHS:
            self.page.set_viewport_size({"width": width, "height": size["height"]})
            found.append(
                self.page.evaluate(
                    "document.documentElement.scrollWidth - document.documentElement.clientWidth"
                )
            )
        self.page.set_viewport_size(size)
        return max(found)


@pytest.fixture
def reader(context: BrowserContext, live_server) -> Reader:
    return Reader(context.new_page(), live_server.url)


def sign_in(reader: Reader, email: str) -> None:
    """By the form, as a person does."""
    reader.open("/ar/sign-in/")
    reader.page.fill("#id_username", email)
    reader.page.fill("#id_password", demo_password())
    reader.page.click("main form [type=submit]")
    reader.page.wait_for_url("**/staff/**")

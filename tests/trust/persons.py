"""Two people at a page, who say the same words: one has no mouse, the other's browser runs no scripts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.test import Client
from playwright.sync_api import Locator, Page

from portal.accounts.models import User
from tests.browsing import Reader

MOST_PRESSES = 900
"""Of the tabulator on the way to one thing; the sheet of a whole program has some six hundred stops."""

# Where the focus is, and whether a person sees it: by its outline or shadow, or that of the label around it.
_FOCUS = """async target => {
    const at = document.activeElement;
    if (!at || at === document.body || at === document.documentElement) return {is_out: true};
    const shows = (element) => {
        if (!element) return false;
        const style = getComputedStyle(element), box = element.getBoundingClientRect();
        const line = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
        const inside = box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight
            && box.right > 0 && box.left < innerWidth;
        return inside && (line || style.boxShadow !== "none");
    };
    // A page glides to where the focus is.
    const around = [at, at.closest("label"), at.labels && at.labels[0], at.nextElementSibling];
    for (let frame = 0; frame < 40 && !around.some(shows); frame++)
        await new Promise((done) => requestAnimationFrame(done));
    return {
        is_out: false, is_there: at === target, is_gone: !target.isConnected,
        is_seen: around.some(shows), is_same: at === window.before,
        what: (window.before = at).outerHTML.slice(0, 120),
    };
}"""
_AT_ERRORS = "!!document.activeElement && !!document.activeElement.closest('.m-errors')"


class UnreachableError(Exception):
    """By keyboard nobody comes to it: it cannot have the focus, or something before it keeps it."""


@dataclass
class Person:
    """Somebody at a page: what they do, and what was wrong with it on the way."""

    reader: Reader
    faults: list[str] = field(default_factory=list)
    stops: int = 0
    """Of the focus, on the whole way."""

    @property
    def page(self) -> Page:
        return self.reader.page

    def open(self, path: str) -> int:
        return self.reader.open(path)

    def sign_in_as(self, email: str) -> None:
        """Without the form, which has a journey of its own."""
        client = Client()
        client.force_login(User.objects.get(email=email))
        cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value}
        self.page.context.clear_cookies()
        self.page.context.add_cookies([{**cookie, "url": self.reader.address}])

    def one(self, selector: str) -> Locator:
        return self.page.locator(selector).first

    def told(self, selector: str = "main") -> str:
        return self.one(selector).inner_text()


class WithoutScripts(Person):
    """By pointer, in a browser that runs no scripts: also one whose scripts did not arrive."""

    def press(self, selector: str) -> None:
        """A link or a button that leads to another page."""
        with self.page.expect_navigation():
            self.one(selector).click()

    def fill(self, selector: str, text: str) -> None:
        self.one(selector).fill(text)

    def choose(self, selector: str, value: str) -> None:
        self.one(selector).select_option(value)

    def tick(self, selector: str) -> None:
        self.one(selector).check()

    def unfold(self, selector: str) -> None:
        self.one(selector).click()

    def hand_in(self, selector: str, files: list[Any]) -> None:
        self.one(selector).set_input_files(files)

    def sees_errors(self) -> bool:
        """The summary of what is wrong is there, and reading goes on at it."""
        return bool(self.page.evaluate(_AT_ERRORS))


class ByKeyboard(Person):
    """With the tabulator, Enter, the space bar, arrows and letters."""

    def press(self, selector: str) -> None:
        self.reach(selector)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def fill(self, selector: str, text: str) -> None:
        self.reach(selector)
        self.page.keyboard.press("Control+a")
        self.page.keyboard.type(text)

    def choose(self, selector: str, value: str) -> None:
        """By as many arrows as the value is below the one that is chosen."""
        self.reach(selector)
        ways = "(box, value) => [...box.options].findIndex(one => one.value === value) - box.selectedIndex"
        steps = self.one(selector).evaluate(ways, value)
        for _ in range(abs(steps)):
            self.page.keyboard.press("ArrowDown" if steps > 0 else "ArrowUp")
        assert self.one(selector).input_value() == value

    def tick(self, selector: str) -> None:
        """A box by the space bar; of a group of which one is to be chosen, with the arrows."""
        wanted = self.one(selector)
        if wanted.get_attribute("type") != "radio":
            self.reach(selector)
            self.page.keyboard.press("Space")
        else:
            self._reach_group(wanted)
            for _ in range(20):
                if wanted.is_checked():
                    break
                self.page.keyboard.press("ArrowDown")
        assert wanted.is_checked()

    def _reach_group(self, wanted: Locator) -> None:
        name = wanted.get_attribute("name")
        chosen = f"[name='{name}']:checked"
        self.reach(chosen if self.page.locator(chosen).count() else f"[name='{name}']")
        if not self.page.locator(chosen).count():
            self.page.keyboard.press("Space")

    def unfold(self, selector: str) -> None:
        self.reach(selector)
        self.page.keyboard.press("Enter")

    def hand_in(self, selector: str, files: list[Any]) -> None:
        self.reach(selector)
        with self.page.expect_file_chooser() as chosen:
            self.page.keyboard.press("Space")
        chosen.value.set_files(files)

    def sees_errors(self) -> bool:
        return bool(self.page.evaluate(_AT_ERRORS))

    def reach(self, selector: str) -> None:
        """Tab on until the focus is there; the whole page is gone round once at most.

        Raises:
            UnreachableError: it never comes there, or stays where it is.
        """
        target, times_out, times_stuck = self.one(selector).element_handle(), 0, 0
        assert target is not None
        if self.page.evaluate(_FOCUS, target).get("is_there"):
            return
        for _ in range(MOST_PRESSES):
            self.page.keyboard.press("Tab")
            focus = self.page.evaluate(_FOCUS, target)
            self.stops += 1
            if focus["is_out"]:
                times_out += 1
            elif not focus["is_seen"]:
                self.faults.append(f"{self.page.url}: nobody sees the focus on {focus['what']}")
            if focus.get("is_gone"):  # a part of the page was fetched anew
                target = self.one(selector).element_handle()
            times_stuck = times_stuck + 1 if focus.get("is_same") else 0
            if focus.get("is_there"):
                return
            if times_out > 1 or times_stuck > 2:
                break
        raise UnreachableError(f"{self.page.url}: {selector}")

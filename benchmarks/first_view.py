"""What a telephone loads for its first look at a page: counted by the browser, on the wire."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
TELEPHONE = ViewportSize(width=360, height=740)
PATIENCE_SECONDS = 10


@contextmanager
def browser() -> Iterator[Browser | None]:
    """The machine's Chromium, or ``None`` where there is none."""
    path = shutil.which("chromium")
    if path is None:
        yield None
        return
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=FLAGS)
        try:
            yield chromium
        finally:
            chromium.close()


def first_view(chromium: Browser, address: str) -> dict[str, int]:
    """Bytes received for each address that a first visit loads, heads included, compressed as sent.

    Raises ``TimeoutError`` when something is still under way ten seconds after the page has come.
    """
    context = chromium.new_context(viewport=TELEPHONE, device_scale_factor=2)
    try:
        page = context.new_page()
        network = context.new_cdp_session(page)
        asked: dict[str, str] = {}
        received: dict[str, int] = {}
        network.on("Network.requestWillBeSent", lambda e: asked.update({e["requestId"]: e["request"]["url"]}))
        network.on(
            "Network.loadingFinished", lambda e: received.update({e["requestId"]: e["encodedDataLength"]})
        )
        network.on("Network.loadingFailed", lambda e: received.update({e["requestId"]: 0}))
        network.send("Network.enable")
        page.goto(address, wait_until="networkidle")
        # On a busy machine the network may seem idle while fonts are still to come.
        page.evaluate("document.fonts.ready.then(() => null)")
        _wait_for(page, lambda: asked.keys() <= received.keys())
        return {asked[request]: int(size) for request, size in received.items() if request in asked}
    finally:
        context.close()


def _wait_for(page: Page, is_there: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while not is_there():
        if time.monotonic() > end:
            raise TimeoutError(f"{page.url} did not come to an end")
        page.wait_for_timeout(50)

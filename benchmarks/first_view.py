"""What a telephone loads for its first look at a page: counted by the browser, on the wire."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
TELEPHONE = {"width": 360, "height": 740}


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
    """Bytes received for each address that a first visit loads, heads included, compressed as sent."""
    context = chromium.new_context(viewport=TELEPHONE, device_scale_factor=2)
    try:
        page = context.new_page()
        network = context.new_cdp_session(page)
        addresses: dict[str, str] = {}
        received: dict[str, int] = {}
        network.on(
            "Network.responseReceived", lambda e: addresses.update({e["requestId"]: e["response"]["url"]})
        )
        network.on(
            "Network.loadingFinished", lambda e: received.update({e["requestId"]: e["encodedDataLength"]})
        )
        network.send("Network.enable")
        page.goto(address, wait_until="networkidle")
        return {addresses[request]: int(size) for request, size in received.items() if request in addresses}
    finally:
        context.close()

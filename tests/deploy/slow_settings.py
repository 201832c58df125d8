"""The portal's settings, and an address that takes half a second: what a crowd asks for."""

import os

from portal.settings import *  # noqa: F403
from portal.settings import MIDDLEWARE

ROOT_URLCONF = "tests.deploy.slow_urls"
if os.environ.get("GATE") == "open":
    MIDDLEWARE = [name for name in MIDDLEWARE if name != "portal.gate.gated"]

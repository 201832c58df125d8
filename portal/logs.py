"""What the portal writes about itself: lines without the secrets that addresses may hold."""

from __future__ import annotations

import logging
import re

_SECRETS = re.compile(r"(/(?:follow|subscriptions)/|[?&]code=)[^/\s?#&]+")


class WithoutSecrets(logging.Filter):
    """Take receipt codes and the tokens of letters out of every line: a reader of the log could use them."""

    def filter(self, record: logging.LogRecord) -> bool:
        text = record.getMessage()
        if _SECRETS.search(text):
            record.msg, record.args = _SECRETS.sub(r"\1…", text), ()
        return True

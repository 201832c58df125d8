import logging

import pytest
from django.conf import settings
from django.utils.log import configure_logging

from portal.logs import WithoutSecrets


@pytest.mark.parametrize(
    ("line", "written"),
    [
        ("Not Found: /ar/follow/7KQ4M9TD2XWC5RBH8JPVZ/", "Not Found: /ar/follow/…/"),
        ("Forbidden: /fr/follow/7KQ4M9TD2XWC5RBH8JPVZ/erase/", "Forbidden: /fr/follow/…/erase/"),
        ("Not Found: /ar/subscriptions/abc-DEF_1/end/", "Not Found: /ar/subscriptions/…/end/"),
        ("Not Found: /ar/m/nefta/", "Not Found: /ar/m/nefta/"),
        ("Not Found: /ar/follow/", "Not Found: /ar/follow/"),
    ],
)
def test_no_line_holds_a_receipt(line, written):
    record = logging.LogRecord("django.request", logging.WARNING, "", 1, "%s", (line,), None)
    assert WithoutSecrets().filter(record)
    assert record.getMessage() == written


def test_every_handler_has_it():
    """A filter of a logger would not see what its children pass on: it must stand at the handlers."""
    assert all("without_secrets" in handler["filters"] for handler in settings.LOGGING["handlers"].values())
    configure_logging(settings.LOGGING_CONFIG, settings.LOGGING)
    handlers = [handler for handler in logging.getLogger().handlers if type(handler) is logging.StreamHandler]
    assert any(isinstance(found, WithoutSecrets) for handler in handlers for found in handler.filters)

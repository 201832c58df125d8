import datetime
import json
import logging
import smtplib

import pytest
from django.conf import settings
from django.db import OperationalError
from django.utils.log import configure_logging

from portal.logs import JsonLines, PlainLines, WithoutSecrets


@pytest.mark.parametrize(
    ("line", "written"),
    [
        ("Not Found: /ar/follow/7KQ4M9TD2XWC5RBH8JPVZ/", "Not Found: /ar/follow/…/"),
        ("Forbidden: /fr/follow/7KQ4M9TD2XWC5RBH8JPVZ/erase/", "Forbidden: /fr/follow/…/erase/"),
        ("Not Found: /ar/subscriptions/abc-DEF_1/end/", "Not Found: /ar/subscriptions/…/end/"),
        ("Gone: /ar/invitation/abc-DEF_1/", "Gone: /ar/invitation/…/"),
        ("Gone: /fr/sign-in/reset/MQ-abc/", "Gone: /fr/sign-in/reset/…/"),
        ("Gone: /fr/account/email/MQ:abc/", "Gone: /fr/account/email/…/"),
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


# --- lines of JSON -----------------------------------------------------------------------------------


def _line(name="portal.x", message="%s", *args, level=logging.WARNING, error=None, **extra):
    exc_info = (type(error), error, error.__traceback__) if error else None
    record = logging.LogRecord(name, level, "", 1, message, args, exc_info)
    for field, value in extra.items():
        setattr(record, field, value)
    text = JsonLines().format(record)
    assert text.isascii()
    assert len(text.splitlines()) == 1
    return json.loads(text)


def test_a_line_says_when_what_and_how_grave():
    told = _line("portal.files", "Removed %s", "a.pdf")
    assert told["message"] == "Removed a.pdf"
    assert (told["level"], told["logger"], told["request"]) == ("warning", "portal.files", None)
    assert datetime.datetime.fromisoformat(told["at"]).tzinfo is not None


@pytest.mark.parametrize("text", ["a\r\n{}", "a\x85b", "a\u2028b", "\ud800", "a\0b", "\x1b[31m", "\u202e"])
def test_no_text_begins_a_line_of_its_own(text):
    assert _line("portal.x", "%s", text)["message"] == text


@pytest.mark.parametrize(
    ("name", "message", "args", "said"),
    [
        ("django.request", "Not Found: %s", ("/ar/fatma/",), "Not Found: %s"),
        (
            "django.security.DisallowedHost",
            "Invalid: 'fatma'",
            (),
            "refused: DisallowedHost",
        ),
        ("gunicorn.error", "Invalid request from ip=1.2.3.4: fatma", (), "Invalid request"),
        ("gunicorn.error", "Error handling request %s", ("/fatma",), "Error handling request %s"),
        ("somebody.else", "for %s", ("fatma",), "for %s"),
        ("portal.notifications", "to %s", ("fatma@nefta.example",), "to …"),
        ("portal.x", "from %s", ("196.203.1.2",), "from …"),
        ("portal.x", "from %s", ("2001:db8::7:1",), "from …"),
        ("portal.x", "at %s", ("10:20:30",), "at 10:20:30"),
    ],
)
def test_of_what_libraries_say_the_pattern_is_kept(name, message, args, said):
    assert _line(name, message, *args)["message"] == said


def test_the_servers_news_is_kept_whole():
    told = _line("gunicorn.error", "Booting worker with pid: %s", 12, level=logging.INFO)
    assert told["message"] == "Booting worker with pid: 12"


def _raised(error):
    fatma = "a local of no use to anybody"
    try:
        try:
            {}[fatma]
        except KeyError as key:
            raise error from key
    except Exception as raised:
        return raised


def test_an_error_tells_its_kind_and_its_place_but_no_value():
    told = _line("portal.x", "no", error=_raised(ValueError("fatma@nefta.example said so")))["error"]
    assert told["kind"] == "builtins.ValueError"
    assert told["stack"][-1].startswith("tests/portal/test_logs.py:")
    assert told["cause"]["kind"] == "builtins.KeyError"
    assert "fatma" not in json.dumps(told)
    assert "a local" not in json.dumps(told)
    assert "words" not in told


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OperationalError("database is locked\nDETAIL: fatma"), "database is locked"),
        (OSError(28, "No space left on device", "/srv/fatma.pdf"), "No space left on device"),
        (OperationalError("connection to 10.0.0.7 failed"), "connection to … failed"),
    ],
)
def test_what_is_about_the_machine_is_said(error, words):
    assert _line("portal.x", "no", error=_raised(error))["error"]["words"] == words


def test_a_letter_that_was_refused_names_nobody():
    refused = smtplib.SMTPRecipientsRefused({"fatma@nefta.example": (550, b"no such fatma")})
    assert "words" not in _line("portal.x", "no", error=_raised(refused))["error"]


def test_production_writes_json_and_a_developer_reads_lines():
    assert settings.LOGGING["formatters"]["line"]["()"] == "portal.logs.JsonLines"
    record = logging.LogRecord("portal.tracing", logging.INFO, "", 1, "answered", (), None)
    record.fields = {"route": "home", "status": 200, "role": None}
    assert PlainLines().format(record).endswith("INFO portal.tracing answered route=home status=200")

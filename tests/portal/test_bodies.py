"""How much a request may hold is told before it is read."""

import pytest
from django.core.exceptions import RequestDataTooBig
from django.test import RequestFactory

from portal.files.bodies import ANONYMOUS_MAX_BYTES, body_limit, most_bytes


class Person:
    def __init__(self, is_authenticated):
        self.is_authenticated = is_authenticated


def ask(length, *, signed_in):
    request = RequestFactory().post("/", CONTENT_LENGTH=str(length))
    request.META["CONTENT_LENGTH"] = str(length)
    request.user = Person(signed_in)
    return body_limit(lambda _request: "answered")(request)


@pytest.mark.parametrize(("length", "signed_in"), [(0, False), (ANONYMOUS_MAX_BYTES, False), ("", False)])
def test_small_requests_are_answered(length, signed_in):
    assert ask(length, signed_in=signed_in) == "answered"


def test_staff_may_send_videos(settings):
    settings.UPLOAD_MAX_BYTES, settings.UPLOAD_MAX_VIDEO_BYTES = 1_000_000, 8_000_000
    assert most_bytes() == 16_000_000
    assert ask(16_000_000, signed_in=True) == "answered"


@pytest.mark.parametrize(("more", "signed_in"), [(ANONYMOUS_MAX_BYTES, False), (None, True), (10**15, True)])
def test_too_much_is_refused_unread(more, signed_in):
    with pytest.raises(RequestDataTooBig):
        ask((most_bytes() if more is None else more) + 1, signed_in=signed_in)

"""Who is let in, who waits, who is told to come back."""

import threading

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory

from portal.gate import Gate, gated


def test_as_many_as_there_is_room_for_come_in():
    gate = Gate(at_work=2, waiting=1, longest=0.01)
    assert [gate.enter() for _ in range(3)] == [True, True, False]


def test_whoever_leaves_makes_room():
    gate = Gate(at_work=1, waiting=1, longest=0.01)
    assert gate.enter()
    gate.leave()
    assert gate.enter()


def test_one_who_waits_comes_in_when_another_leaves():
    gate = Gate(at_work=1, waiting=1, longest=5)
    gate.enter()
    came = []
    waiting = threading.Thread(target=lambda: came.append(gate.enter()))
    waiting.start()
    while gate._seats._value:  # until it waits
        pass
    gate.leave()
    waiting.join(5)
    assert came == [True]


def test_where_all_seats_are_taken_nobody_waits():
    gate = Gate(at_work=1, waiting=1, longest=5)
    gate.enter()
    waiting = threading.Thread(target=gate.enter)
    waiting.start()
    while gate._seats._value:
        pass
    assert gate.enter() is False
    gate.leave()
    waiting.join(5)


@pytest.fixture
def full(settings):
    """A portal that works on one request at a time, and is working on it."""
    settings.REQUESTS_AT_ONCE = settings.REQUESTS_WAITING = 1
    inside, go_on = threading.Event(), threading.Event()

    def slow(request):
        inside.set()
        go_on.wait(5)
        return HttpResponse("done")

    middleware = gated(slow)
    threads = [threading.Thread(target=middleware, args=[RequestFactory().get("/ar/")])]
    threads[0].start()
    inside.wait(5)
    yield middleware
    go_on.set()
    for thread in threads:
        thread.join()


@pytest.mark.parametrize("language", ["ar", "fr", "en"])
def test_whoever_finds_no_room_is_told_when_to_come_back(full, monkeypatch, language):
    monkeypatch.setattr(Gate, "enter", lambda self: False)
    response = full(RequestFactory().get(f"/{language}/"))
    assert response.status_code == 503
    assert int(response["Retry-After"]) > 0
    assert f'<html lang="{language}"' in response.content.decode()


def test_a_request_that_fails_leaves_too(settings):
    settings.REQUESTS_AT_ONCE = settings.REQUESTS_WAITING = 1

    def fail(request):
        raise ValueError("broken")

    middleware = gated(fail)
    for _ in range(3):
        with pytest.raises(ValueError, match="broken"):
            middleware(RequestFactory().get("/ar/"))


def test_a_watchman_is_answered_all_the_same(settings, monkeypatch):
    monkeypatch.setattr(Gate, "enter", lambda self: False)
    client = Client()
    assert client.get("/healthz").status_code == 200
    assert client.get("/ar/").status_code == 503


def test_what_it_answers_is_sealed_and_numbered(monkeypatch):
    monkeypatch.setattr(Gate, "enter", lambda self: False)
    response = Client().get("/fr/")
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert response["X-Request-ID"] in response.content.decode()
    assert "no-store" in response["Cache-Control"]

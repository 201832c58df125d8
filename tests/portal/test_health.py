"""What a watchman is told."""

import json

import pytest
from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.test import Client


def test_all_is_well(client, db):
    response = client.get("/healthz")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})
    assert "no-store" in response["Cache-Control"]
    assert not response.cookies


def test_it_asks_the_database_for_a_row(client, db, django_assert_num_queries):
    """An open connection is no answer: it may lead to a server that is gone."""
    with django_assert_num_queries(1):
        client.get("/healthz")


@pytest.mark.parametrize(
    "error",
    [OperationalError("server closed the connection"), InterfaceError("x"), DatabaseError("x"), OSError("x")],
)
def test_a_database_that_does_not_answer_is_told_without_details(db, error):
    def fail(*args, **kwargs):
        raise error

    with connection.execute_wrapper(fail):
        response = Client().get("/healthz")
    assert response.status_code == 503
    assert json.loads(response.content) == {"status": "database unavailable"}


def test_no_connection_at_all_is_told():
    """Here no test may connect, which is as good as a server that is down."""
    response = Client().get("/healthz")
    assert response.status_code == 503
    assert response.json() == {"status": "database unavailable"}


def test_it_is_well_again_as_soon_as_the_database_is(db):
    with connection.execute_wrapper(lambda *args: 1 / 0):
        assert Client().get("/healthz").status_code == 503
    assert Client().get("/healthz").status_code == 200


@pytest.mark.parametrize("language", ["ar", "fr"])
def test_its_address_has_no_language(client, db, language):
    response = client.get("/healthz", headers={"Accept-Language": language})
    assert response.json() == {"status": "ok"}

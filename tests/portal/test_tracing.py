"""The number of a request, and its one line."""

import json
import logging

import pytest
from django.test import Client

from portal.logs import JsonLines
from portal.tracing import HEADER, current_id
from tests import factories

GIVEN = "0123456789abcdef0123456789abcdef"


class Written(logging.Handler):
    """Keeps the lines as they would be written."""

    def __init__(self):
        super().__init__()
        self.setFormatter(JsonLines())
        self.lines = []

    def emit(self, record):
        self.lines.append(self.format(record))


@pytest.fixture
def written():
    handler = Written()
    logging.getLogger().addHandler(handler)
    yield handler
    logging.getLogger().removeHandler(handler)


def line_of(written):
    lines = [json.loads(line) for line in written.lines]
    (line,) = [line for line in lines if line["logger"] == "portal.tracing"]
    return line


def test_an_answer_and_its_line_carry_the_same_number(nefta, written):
    response = Client().get("/ar/m/nefta/")
    line = line_of(written)
    assert line["request"] == response[HEADER]
    assert len(response[HEADER]) == 32
    assert line["ms"] > 0
    told = {name: line[name] for name in ("route", "method", "status", "municipality", "role")}
    assert told == {
        "route": "municipality",
        "method": "GET",
        "status": 200,
        "municipality": "nefta",
        "role": None,
    }


def test_each_request_has_another(nefta):
    assert len({Client().get("/ar/m/nefta/")[HEADER] for _ in range(3)}) == 3
    assert current_id() == ""


def test_nobody_chooses_the_number(db):
    assert Client().get("/healthz", headers={HEADER: GIVEN})[HEADER] != GIVEN


@pytest.mark.parametrize(("given", "is_taken"), [(GIVEN, True), ("x" * 32, False), ("a", False), ("", False)])
def test_a_proxy_of_ours_may(settings, given, is_taken):
    settings.TRUSTED_PROXIES = 1
    assert (Client().get("/healthz", headers={HEADER: given})[HEADER] == given) is is_taken


def test_a_number_with_a_line_break_is_not_taken(settings):
    settings.TRUSTED_PROXIES = 1
    assert "\n" not in Client().get("/healthz", headers={HEADER: f"{GIVEN}\n{{}}"})[HEADER]


@pytest.mark.parametrize("role", ["editor", "auditor"])
def test_the_role_is_that_of_the_municipality(nefta, kenitra, written, role):
    user = factories.MembershipFactory(municipality=nefta, role=role).user
    factories.MembershipFactory(municipality=kenitra, user=user, role="moderator")
    client = Client()
    client.force_login(user)
    client.get("/ar/m/nefta/staff/")
    line = line_of(written)
    assert (line["role"], line["municipality"]) == (role, "nefta")


def test_a_refusal_names_role_and_municipality(nefta, written):
    auditor = factories.MembershipFactory(municipality=nefta, role="answerer").user
    client = Client()
    client.force_login(auditor)
    status = client.get("/ar/m/nefta/staff/journal/").status_code
    line = line_of(written)
    assert (line["status"], line["role"], line["municipality"]) == (status, "answerer", "nefta")
    assert status == 403


def test_a_stranger_has_no_role_there_and_the_place_is_not_named(nefta, stranger, written):
    client = Client()
    client.force_login(stranger)
    assert client.get("/ar/m/nefta/staff/").status_code == 404
    line = line_of(written)
    assert (line["role"], line["municipality"]) == ("signed in", None)


def test_whoever_is_not_signed_in_is_a_visitor_where_it_was_asked(nefta, written):
    Client().get("/ar/m/nefta/staff/")
    assert line_of(written)["role"] == "visitor"


@pytest.mark.parametrize(
    "path", ["/ar/m/fatma-ben-salah/", "/ar/fatma-ben-salah/", "/ar/m/nefta/?q=fatma-ben-salah"]
)
def test_no_line_holds_what_stands_in_an_address(nefta, written, path):
    Client().get(path, headers={"User-Agent": "fatma", "Referer": "https://fatma/"})
    assert "fatma" not in "".join(written.lines)


def test_a_method_of_somebodys_own_is_not_written(db, written):
    Client().generic("FATMA", "/healthz")
    assert line_of(written)["method"] == "OTHER"


def test_asking_nobody_costs_no_question(nefta, written, django_assert_num_queries):
    with django_assert_num_queries(0):
        Client().get("/healthz")
    assert line_of(written)["role"] is None

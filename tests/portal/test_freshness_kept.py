"""A page is rendered once for each version: what is kept, and for whom."""

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from portal.freshness import answer
from programs.models import Status
from programs.services.statuses import change_status
from tests import factories


class Renderer:
    """Makes a page and counts how often it was asked to."""

    def __init__(self, **answer):
        self.times, self.answer = 0, answer

    def __call__(self):
        self.times += 1
        return HttpResponse(f"page {self.times}", **self.answer)


def asked(host="testserver", **headers):
    return RequestFactory().get("/ar/", headers={"host": host, **headers})


def test_the_second_reader_gets_what_the_first_got():
    render = Renderer()
    first, second = (answer(asked(), 'W/"a"', render) for _ in range(2))
    assert render.times == 1
    assert (first.content, dict(first.items())) == (second.content, dict(second.items()))


@pytest.mark.parametrize(
    ("request_", "etag"),
    [(asked(), 'W/"b"'), (asked("localhost"), 'W/"a"'), (asked(**{"accept-encoding": "gzip"}), 'W/"a"')],
    ids=["another version", "another host", "another encoding"],
)
def test_any_other_reader_gets_a_page_of_his_own(request_, etag):
    render = Renderer()
    answer(asked(), 'W/"a"', render)
    answer(request_, etag, render)
    assert render.times == 2


@pytest.mark.parametrize("facts", [{"status": 404}, {"content_type": "application/pdf"}])
def test_what_is_no_page_is_not_kept(facts):
    render = Renderer(**facts)
    for _ in range(2):
        answer(asked(), 'W/"a"', render)
    assert render.times == 2


def test_a_page_that_is_kept_asks_one_query(client, nefta, django_assert_num_queries):
    factories.ProgramFactory(municipality=nefta, year=2022, published=True)
    path = "/ar/m/nefta/programs/2022/"
    first = client.get(path)
    with django_assert_num_queries(1):
        assert client.get(path).content == first.content


def test_a_program_withdrawn_is_gone_at_once(client, nefta, publisher):
    program = factories.ProgramFactory(municipality=nefta, year=2022, published=True)
    path = "/ar/m/nefta/programs/2022/"
    assert client.get(path).status_code == 200
    change_status(program=program, status=Status.DRAFT, actor=publisher)
    assert client.get(path).status_code == 404

"""Having a long paper made: the order, the page that advances without scripts, the file."""

import datetime
import os
import re

import pytest
import time_machine
from django.core.signing import dumps
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from portal.municipalities.models import Membership, Municipality
from portal.papers.models import ALIVE, Printing, Worker
from portal.papers.orders import SALT
from portal.papers.printing import begin
from portal.papers.rules import FAILURES, HEARD, STILL_GOOD
from portal.papers.views import MOST_AN_HOUR
from tests import factories
from tests.portal.papers import made_up
from tests.portal.papers.factories import printed

pytestmark = pytest.mark.django_db
NOW = datetime.datetime(2026, 11, 22, 12, 5, tzinfo=datetime.UTC)
SECOND = datetime.timedelta(seconds=1)
ORDER = "/fr/m/nefta/papers/"
ORDERED = re.compile('name="order" value="([^"]+)"')
# The municipality, the row, workers, turns.
QUERIES = {"waiting": 4, "making": 3, "ready": 3}


@pytest.fixture
def clock():
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def worker(clock):
    return Worker.objects.create(name="here", beat_at=timezone.now())


def page(printing, language="fr"):
    return f"/{language}/m/nefta/papers/{printing.key}/"


def file_of(printing):
    return f"{page(printing)}file/"


def order_in(response) -> str:
    found = ORDERED.search(response.text)
    assert found, "no form with an order"
    return found[1]


def change(municipality):
    Municipality.objects.filter(pk=municipality.pk).update(revision=municipality.revision + 1)


# --- the order --------------------------------------------------------------------------------------


def test_from_the_offer_to_the_file_without_scripts(client, nefta, work_off):
    offer = client.get("/fr/m/nefta/made-up/long/steps.pdf")
    response = client.post(ORDER, {"order": order_in(offer)})
    printing = Printing.objects.get()
    assert (response.status_code, response["Location"]) == (303, page(printing))
    assert client.get(page(printing))["Refresh"] == "5"
    work_off()
    ready = client.get(page(printing))
    assert ready["Refresh"] == f"0; url={file_of(printing)}"
    assert f'href="{file_of(printing)}"' in ready.text
    response = client.get(file_of(printing))
    assert response.getvalue() == b"%PDF-1.7 in steps"
    assert response["Cache-Control"] == "private, no-store"
    assert response["Content-Disposition"].startswith('inline; filename="paper-steps.pdf"')


def test_the_same_order_twice_is_one_paper(client, ordered):
    for _time in range(2):
        client.post(ORDER, {"order": ordered().signed()})
    assert Printing.objects.count() == DBTaskResult.objects.count() == 1


FORGED = {
    "nothing": lambda: "",
    "no order": lambda: "x",
    "signed for something else": lambda: dumps({"kind": "long"}),
    "one letter changed": lambda: dumps({"kind": "long"}, salt=SALT)[:-1] + "?",
}


@pytest.mark.parametrize("forgery", FORGED)
def test_an_order_that_the_portal_did_not_write(client, nefta, forgery):
    response = client.post(ORDER, {"order": FORGED[forgery]()})
    assert response.status_code == 400
    assert not Printing.objects.exists()


def test_an_order_of_yesterday(client, ordered, clock):
    text = ordered().signed()
    clock.shift(datetime.timedelta(days=1, seconds=1))
    assert client.post(ORDER, {"order": text}).status_code == 400


def test_an_order_needs_its_form(ordered):
    client = Client(enforce_csrf_checks=True)
    assert client.post(ORDER, {"order": ordered().signed()}).status_code == 403


def test_an_order_of_a_short_paper_leads_to_its_page(client, ordered):
    response = client.post(ORDER, {"order": ordered(kind="short").signed()})
    assert response.status_code == 400
    assert 'href="/fr/m/nefta/"' in response.text


def test_an_order_is_of_the_municipality_of_the_address(client, ordered, kenitra):
    assert client.post(ORDER.replace("nefta", "kenitra"), {"order": ordered().signed()}).status_code == 404


@pytest.mark.parametrize("what", ["withdrawn", "municipality", "kind"])
def test_an_order_of_what_is_gone(client, ordered, nefta, settings, what):
    text = ordered().signed()
    if what == "withdrawn":
        made_up.WITHDRAWN.add("fine")
    elif what == "municipality":
        nefta.delete()
    else:
        settings.PAPERS = {}
    assert client.post(ORDER, {"order": text}).status_code == 404


def test_an_order_is_not_read(client, nefta):
    assert client.get(ORDER).status_code == 405


def test_a_network_can_ask_for_so_many_in_an_hour(client, ordered, nefta, clock):
    def ask():
        change(nefta)
        nefta.refresh_from_db()
        return client.post(ORDER, {"order": ordered().signed()})

    assert {ask().status_code for _time in range(MOST_AN_HOUR)} == {303}
    response = ask()
    assert (response.status_code, response["Retry-After"]) == (429, "3300")
    assert Printing.objects.count() == MOST_AN_HOUR
    clock.move_to(NOW + datetime.timedelta(hours=1))
    assert client.post(ORDER, {"order": order_in(response)}).status_code == 303


def test_what_is_there_already_is_not_counted_and_never_refused(client, ordered, finished):
    finished()
    answers = [client.post(ORDER, {"order": ordered().signed()}) for _time in range(MOST_AN_HOUR + 1)]
    assert {answer.status_code for answer in answers} == {303}


def test_who_has_signed_in_is_not_counted(client, ordered, nefta, publisher):
    client.force_login(publisher)
    for _time in range(MOST_AN_HOUR + 1):
        change(nefta)
        assert client.post(ORDER, {"order": ordered().signed()}).status_code == 303


# --- who may ----------------------------------------------------------------------------------------


def test_a_paper_of_the_staff_is_asked_for_by_who_may(client, ordered, publisher, work_off):
    client.force_login(publisher)
    response = client.post(ORDER, {"order": ordered(kind="staff-long").signed()})
    assert response.status_code == 303
    work_off()
    assert client.get(response["Location"]).status_code == 200
    assert client.get(f"{response['Location']}file/").getvalue() == b"%PDF-1.7 made up"


def test_a_paper_of_the_staff_is_for_nobody_else(client, ordered, finished, editor, stranger):
    order, printing = ordered(kind="staff-long").signed(), finished(kind="staff-long")
    response = client.post(ORDER, {"order": order})
    assert response["Location"].startswith("/fr/sign-in/?next=/fr/m/nefta/staff/")
    for path in (page(printing), file_of(printing)):
        assert client.get(path)["Location"] == f"/fr/sign-in/?next={path}"
    for person, status in ((editor, 403), (stranger, 404)):
        client.force_login(person)
        assert client.post(ORDER, {"order": order}).status_code == status
        assert {client.get(path).status_code for path in (page(printing), file_of(printing))} == {status}


def test_who_lost_the_right_meanwhile_gets_nothing(client, publisher, finished):
    printing = finished(kind="staff-long")
    client.force_login(publisher)
    assert client.get(file_of(printing)).status_code == 200
    Membership.objects.filter(user=publisher).delete()
    assert client.get(file_of(printing)).status_code == 404


def test_what_is_not_public_any_more_is_not_handed_out(client, finished):
    printing = finished()
    made_up.WITHDRAWN.add("fine")
    assert client.get(page(printing)).status_code == 404
    assert client.get(file_of(printing)).status_code == 404


def test_a_paper_is_found_in_its_own_municipality_alone(client, finished, kenitra):
    printing = finished()
    for path in (page(printing), file_of(printing)):
        assert client.get(path.replace("nefta", "kenitra")).status_code == 404
        assert client.get(path.replace(printing.key, "0" * 64)).status_code == 404


# --- the page that advances -------------------------------------------------------------------------


def test_a_paper_that_waits_says_how_many_come_first(client, asked, worker):
    first, second = asked("steps"), asked()
    assert client.get(page(first)).context["before"] == 0
    response = client.get(page(second))
    assert response.context["before"] == 1
    assert (response["Refresh"], response["Cache-Control"]) == ("5", "private, no-store")
    assert response.text.count('role="status"') == 1
    assert "m-note--warn" not in response.text


def test_a_paper_that_is_made_says_how_far_it_is(client, asked, worker):
    printing = asked("steps")
    begin(printing.pk).write(done=1, of=3, doing="Evidence")
    response = client.get(page(printing))
    assert '<progress value="1" max="3"' in response.text
    assert [step.node for step in response.context["steps"]] == ["done", "next", "todo"]
    assert response["Refresh"] == "5"


def test_what_no_step_says_stands_below_them(client, asked, worker):
    printing = asked("steps")
    claim = begin(printing.pk)
    claim.write(done=12, of=60, doing="خريطة.pdf")
    assert "<p><bdi>خريطة.pdf</bdi></p>" in client.get(page(printing)).text
    claim.write(done=1, of=3)
    assert client.get(page(printing)).text.count("<bdi>خريطة.pdf</bdi>") == 1


def test_one_just_begun_has_no_bar(client, asked, worker):
    printing = asked("steps")
    begin(printing.pk)
    assert "<progress" not in client.get(page(printing)).text


def test_without_a_worker_the_page_says_so(client, asked, worker, clock):
    printing = asked()
    clock.shift(HEARD)
    assert "m-note--warn" not in client.get(page(printing)).text
    clock.shift(SECOND)
    response = client.get(page(printing))
    assert "m-note--warn" in response.text
    assert response["Refresh"] == "5"


def test_one_whose_worker_is_gone_waits_again(client, asked, clock):
    printing = asked()
    begin(printing.pk)
    clock.shift(ALIVE + SECOND)
    response = client.get(page(printing))
    assert (response.context["state"], response.context["is_attended"]) == ("waiting", False)


@pytest.mark.parametrize("how", ["broken", "unavailable"])
def test_a_failure_is_told_and_can_be_tried_again(client, finished, how):
    printing = finished(how)
    response = client.get(page(printing))
    assert str(FAILURES[how]) in response.text
    assert "Refresh" not in response
    assert client.post(ORDER, {"order": order_in(response)})["Location"] == page(printing)
    assert client.get(page(printing))["Refresh"] == "5"


def test_a_paper_that_is_not_ready_has_no_file(client, asked, finished):
    failed, waiting = finished("broken"), asked()
    for printing in (failed, waiting):
        assert client.get(file_of(printing))["Location"] == page(printing)


def test_where_the_disk_lost_the_file_it_can_be_made_again(client, finished, work_off):
    printing = finished()
    os.unlink(printing.file.path)  # noqa: PTH108
    assert client.get(file_of(printing))["Location"] == page(printing)
    response = client.get(page(printing))
    assert (response.context["lack"], "Refresh" in response) == ("lost", False)
    client.post(ORDER, {"order": order_in(response)})
    work_off()
    assert client.get(file_of(printing)).getvalue() == b"%PDF-1.7 made up"


def test_a_change_does_not_take_the_paper_from_who_waited_for_it(client, finished, nefta, clock):
    printing = finished()
    change(nefta)
    clock.shift(STILL_GOOD - SECOND)
    assert client.get(file_of(printing)).getvalue() == b"%PDF-1.7 made up"


def test_later_what_was_changed_is_not_handed_out_any_more(client, finished, nefta, clock):
    """What was taken out of the pages must not be had from an old paper."""
    printing = finished()
    change(nefta)
    clock.shift(STILL_GOOD)
    assert client.get(file_of(printing))["Location"] == page(printing)
    response = client.get(page(printing))
    assert (response.context["lack"], "Refresh" in response) == ("overtaken", False)
    anew = client.post(ORDER, {"order": order_in(response)})["Location"]
    assert anew != page(printing)


def test_in_another_language_the_page_says_in_which_the_paper_is(client, asked, worker):
    printing = asked("steps", language="ar")
    response = client.get(page(printing, "fr"))
    assert '<bdi lang="ar" dir="ltr">steps ar</bdi>' in response.text
    assert '<ol class="m-plain m-track mt-4" lang="ar"' in response.text


@pytest.mark.parametrize(("state", "queries"), QUERIES.items())
def test_looking_costs_little_and_always_the_same(client, asked, finished, worker, state, queries):
    for how in ("unavailable", "busy", "hangs"):
        asked(how)
    printing = finished() if state == "ready" else asked("steps")
    if state == "making":
        begin(printing.pk)
    client.get(page(printing))
    with CaptureQueriesContext(connection) as asked_for:
        assert client.get(page(printing)).context["state"] == state
    assert len(asked_for) == queries


def test_nothing_of_it_is_found_by_search_engines(client, asked):
    assert '<meta name="robots" content="noindex">' in client.get(page(asked())).text


def test_the_addresses_are_those_of_the_map(nefta):
    assert reverse("paper-order", kwargs={"slug": "nefta"}).endswith("/m/nefta/papers/")


def asked_of(client, path, status):
    """How many questions an answer takes."""
    with CaptureQueriesContext(connection) as queries:
        assert client.get(path).status_code == status
    return len(queries)


@pytest.mark.parametrize("reader", ["", "editor", "stranger"])
def test_a_paper_that_is_hidden_costs_as_many_questions_as_none(client, nefta, reader, request):
    if reader:
        client.force_login(request.getfixturevalue(reader))
    program = factories.ProgramFactory(municipality=nefta, year=2022, published=True)
    printing = printed(nefta, "program-calendar", {"year": 2022})
    assert {client.get(path).status_code for path in (page(printing), file_of(printing))} == {200}
    type(program).objects.update(status="draft")
    for path in (page(printing), file_of(printing)):
        nowhere = path.replace(printing.key, "0" * 64)
        assert asked_of(client, path, 404) == asked_of(client, nowhere, 404)


def test_a_paper_of_the_desk_costs_a_stranger_as_many_questions_as_none(
    client, finished, publisher, stranger
):
    printing = finished(kind="staff-long")
    client.force_login(publisher)
    assert client.get(page(printing)).status_code == 200
    client.force_login(stranger)
    for path in (page(printing), file_of(printing)):
        nowhere = path.replace(printing.key, "0" * 64)
        assert asked_of(client, path, 404) == asked_of(client, nowhere, 404)


@pytest.mark.parametrize(("year", "status"), [(2022, 200), (2023, 404)])
def test_a_real_kind_is_shown_as_long_as_its_program_is_public(client, nefta, year, status):
    factories.ProgramFactory(municipality=nefta, year=2022, published=True)
    factories.ProgramFactory(municipality=nefta, year=2023)
    printing = printed(nefta, "program-calendar", {"year": year})
    for path in (page(printing, "ar"), f"{page(printing, 'ar')}file/"):
        assert client.get(path).status_code == status

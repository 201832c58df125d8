"""When a page is answered with 304, and what makes it new."""

import datetime
import gzip
import re

import pytest
import time_machine
from django.http import HttpResponse
from django.test import RequestFactory
from django.utils.translation import override

from portal import freshness
from portal.audit.log import record
from portal.freshness import answer, code_version, fresh_listing, fresh_page, validator
from programs.models import Status
from programs.services.statuses import change_status
from tests import factories

NOON = datetime.datetime(2021, 11, 9, 12, tzinfo=datetime.UTC)
DAY = NOON.date()


@pytest.fixture(autouse=True)
def _on_a_fixed_day():
    with time_machine.travel(NOON, tick=False):
        yield


def get(path="/x/", etag=None, method="get"):
    headers = {"If-None-Match": etag} if etag else {}
    return getattr(RequestFactory(), method)(path, headers=headers)


def page():
    return HttpResponse("page")


def must_not_render():
    raise AssertionError("It was rendered.")


# --- the validator -----------------------------------------------------------------------------------


def test_a_validator_is_weak_and_short():
    with override("ar"):
        assert re.fullmatch(r'W/"[0-9a-f]{24}"', validator(1, DAY, "/ar/"))


def test_the_same_page_has_the_same_validator():
    with override("ar"):
        assert validator(1, DAY, "/ar/") == validator(1, DAY, "/ar/")


def test_each_thing_a_page_depends_on_makes_it_new(monkeypatch):
    with override("ar"):
        made = [
            validator(1, DAY, "/ar/"),
            validator(2, DAY, "/ar/"),
            validator(1, DAY + datetime.timedelta(days=1), "/ar/"),
            validator(1, DAY, "/ar/?page=2"),
            validator(1, DAY),
        ]
        monkeypatch.setattr(freshness, "_code_fingerprint", lambda: "another release")
        made.append(validator(1, DAY, "/ar/"))
    with override("fr"):
        made.append(validator(1, DAY, "/ar/"))
    assert len(set(made)) == len(made)


@pytest.fixture
def project_dir(tmp_path, settings):
    """A copy of nothing: a project with one file of each kind that pages are made of."""
    for path in FILES:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text("before")
    settings.PROJECT_DIR = tmp_path
    freshness._code_fingerprint.cache_clear()
    yield tmp_path
    freshness._code_fingerprint.cache_clear()


FILES = [
    "templates/programs/program.html",
    "portal/views.py",
    "programs/rules.py",
    "consultations/views/public.py",
    "locale/ar/LC_MESSAGES/django.mo",
    "static/musharaka/theme.css",
    "static/musharaka/img/icons.svg",
    "static/vendor/fonts/sans-arab-400.woff2",
]


@pytest.mark.parametrize("path", FILES)
def test_a_release_that_changes_any_file_makes_every_page_new(project_dir, path):
    """Pictures and fonts too: a page names them by their content."""
    before = code_version()
    (project_dir / path).write_text("after")
    freshness._code_fingerprint.cache_clear()  # as a new process has none
    assert code_version() != before


def test_the_code_is_read_once_in_production_and_each_time_in_development(project_dir, settings):
    before = code_version()
    (project_dir / FILES[0]).write_text("after")
    assert code_version() == before
    settings.DEBUG = True
    assert code_version() != before


# --- answering ---------------------------------------------------------------------------------------


def test_the_first_time_the_page_is_rendered():
    response = answer(get(), 'W/"a"', page)
    assert (response.status_code, response.content) == (200, b"page")
    assert response["ETag"] == 'W/"a"'
    assert response["Cache-Control"] == "public, no-cache"


@pytest.mark.parametrize("sent", ['W/"a"', '"a"', '"x", W/"a"', "*"])
@pytest.mark.parametrize("method", ["get", "head"])
def test_what_the_reader_has_is_not_rendered_again(sent, method):
    response = answer(get(etag=sent, method=method), 'W/"a"', must_not_render)
    assert (response.status_code, response.content) == (304, b"")
    assert response["ETag"] == 'W/"a"'
    assert response["Cache-Control"] == "public, no-cache"


@pytest.mark.parametrize("sent", ['W/"b"', '"b"', "a", "", "W/", '"' * 1000, "\x00", 'W/"a'])
def test_anything_else_is_answered_with_the_page(sent):
    assert answer(get(etag=sent), 'W/"a"', page).status_code == 200


@pytest.mark.parametrize("status", [302, 404, 503])
def test_only_a_page_carries_a_validator(status):
    response = answer(get(), 'W/"a"', lambda: HttpResponse(status=status))
    assert response.status_code == status
    assert "ETag" not in response
    assert "Cache-Control" not in response


# --- pages of one municipality -----------------------------------------------------------------------


@fresh_page
def town_page(request, municipality, **kwargs):
    return HttpResponse(f"{municipality.slug} {kwargs}")


@fresh_listing
def listing(request, today, **kwargs):
    return HttpResponse(f"{today} {kwargs}")


def test_the_view_is_given_the_municipality_and_the_rest_of_the_address(nefta):
    assert town_page(get(), slug="nefta", year=2022).content == b"nefta {'year': 2022}"


def test_what_changed_in_the_town_makes_its_pages_new(nefta, kenitra):
    etag = town_page(get(), slug="nefta")["ETag"]
    record(actor=None, action="row.changed", obj=kenitra, municipality=kenitra)
    assert town_page(get(etag=etag), slug="nefta").status_code == 304
    record(actor=None, action="row.changed", obj=nefta, municipality=nefta)
    assert town_page(get(etag=etag), slug="nefta").status_code == 200


def test_two_towns_at_the_same_revision_are_two_pages(nefta, kenitra):
    assert nefta.revision == kenitra.revision
    assert (
        town_page(get("/ar/m/nefta/"), slug="nefta")["ETag"]
        != (town_page(get("/ar/m/kenitra/"), slug="kenitra")["ETag"])
    )


@pytest.mark.parametrize(
    ("slug", "time", "is_new"),
    [
        ("nefta", (22, 59), False),
        ("nefta", (23, 0), True),
        ("kenitra", (22, 59), False),
        ("kenitra", (23, 0), True),
    ],
)
def test_the_day_is_the_municipalitys_own(nefta, kenitra, slug, time, is_new):
    etag = town_page(get(), slug=slug)["ETag"]
    with time_machine.travel(NOON.replace(hour=time[0], minute=time[1]), tick=False):
        assert town_page(get(etag=etag), slug=slug).status_code == (200 if is_new else 304)


def test_in_ramadan_morocco_turns_the_page_an_hour_after_tunisia(nefta, kenitra):
    evening = datetime.datetime(2022, 4, 10, 22, 0, tzinfo=datetime.UTC)
    with time_machine.travel(evening, tick=False):
        etags = {slug: town_page(get(), slug=slug)["ETag"] for slug in ("nefta", "kenitra")}
    with time_machine.travel(evening.replace(hour=23, minute=30), tick=False):
        assert town_page(get(etag=etags["nefta"]), slug="nefta").status_code == 200
        assert town_page(get(etag=etags["kenitra"]), slug="kenitra").status_code == 304


# --- lists over all municipalities -------------------------------------------------------------------


def test_a_list_is_given_the_day_in_tunis(nefta):
    with time_machine.travel(NOON.replace(hour=23, minute=30), tick=False):
        assert listing(get(), page=1).content == b"2021-11-10 {'page': 1}"


def test_a_change_anywhere_makes_every_list_new(nefta, kenitra):
    etag = listing(get())["ETag"]
    assert listing(get(etag=etag)).status_code == 304
    record(actor=None, action="row.changed", obj=kenitra, municipality=kenitra)
    assert listing(get(etag=etag)).status_code == 200


def test_a_new_town_makes_every_list_new(nefta):
    """One that goes needs no rule: its journal holds it."""
    etag = listing(get())["ETag"]
    factories.MunicipalityFactory(slug="other")
    assert listing(get(etag=etag)).status_code == 200


# --- the public pages --------------------------------------------------------------------------------

PAGES = [
    "/ar/",
    "/fr/programs/",
    "/ar/m/nefta/",
    "/fr/m/nefta/programs/2022/",
    "/ar/m/nefta/programs/2022/calendar.ics",
    "/ar/plans/",
]


@pytest.mark.parametrize("path", PAGES)
def test_each_public_page_keeps_to_it(client, nefta, publisher, path):
    program = factories.ProgramFactory(municipality=nefta, published=True)
    etag = client.get(path)["ETag"]
    assert client.get(path, headers={"If-None-Match": etag}).status_code == 304
    assert client.get(path, {"x": "1"}, headers={"If-None-Match": etag}).status_code == 200
    with time_machine.travel(NOON + datetime.timedelta(days=1), tick=False):
        assert client.get(path, headers={"If-None-Match": etag}).status_code == 200
    factories.approved(program, publisher)
    assert client.get(path, headers={"If-None-Match": etag}).status_code == 200


@pytest.mark.parametrize("path", ["/ar/m/nefta/programs/2022/", "/ar/m/nefta/programs/2022/calendar.ics"])
def test_a_page_that_was_withdrawn_is_not_answered_from_memory(client, nefta, publisher, path):
    program = factories.ProgramFactory(municipality=nefta, published=True)
    etag = client.get(path)["ETag"]
    change_status(program=program, status=Status.DRAFT, actor=publisher)
    response = client.get(path, headers={"If-None-Match": etag})
    assert response.status_code == 404
    assert "ETag" not in response


# --- compression -------------------------------------------------------------------------------------


def test_a_text_is_compressed_for_a_reader_who_takes_it(client, nefta):
    plain = client.get("/ar/")
    packed = client.get("/ar/", headers={"Accept-Encoding": "br, gzip"})
    assert "Content-Encoding" not in plain
    assert packed["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.content) == plain.content
    assert len(packed.content) < len(plain.content) / 2
    assert packed["Content-Length"] == str(len(packed.content))


def test_both_forms_are_one_page_that_caches_keep_apart(client, nefta):
    plain = client.get("/ar/")
    packed = client.get("/ar/", headers={"Accept-Encoding": "gzip"})
    unchanged = client.get("/ar/", headers={"Accept-Encoding": "gzip", "If-None-Match": plain["ETag"]})
    assert unchanged.status_code == 304
    assert packed["ETag"] == plain["ETag"]
    assert [answer["Vary"] for answer in (plain, packed, unchanged)] == ["Accept-Encoding"] * 3


def test_what_is_packed_already_is_not_packed_again():
    request = RequestFactory().get("/x.pdf", headers={"Accept-Encoding": "gzip"})
    paper = HttpResponse(b"%PDF" + b" " * 1000, content_type="application/pdf")
    assert "Content-Encoding" not in answer(request, 'W/"a"', lambda: paper)


def test_the_desk_and_forms_are_never_compressed(client, editor):
    """Their length would tell what is in them: tokens."""
    client.force_login(editor)
    for path in ("/ar/m/nefta/staff/", "/ar/staff/", "/admin/"):
        assert "Content-Encoding" not in client.get(path, headers={"Accept-Encoding": "gzip"})
    client.logout()
    assert "Content-Encoding" not in client.get("/ar/sign-in/", headers={"Accept-Encoding": "gzip"})

"""What a reader sees when there is nothing to see, when they may not, and when the portal fails."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.db import InterfaceError, OperationalError, connection
from django.template import TemplateSyntaxError
from django.test import Client, RequestFactory
from django.utils.translation import override

from portal import views
from portal.failures import pages
from portal.municipalities.access import ALLOWED, Act
from portal.municipalities.models import Municipality

DIRECTIONS = {"ar": "rtl", "fr": "ltr", "en": "ltr"}


def root(page):
    found = re.search(r'<html lang="(\w+)" dir="(\w+)">', page)
    assert found
    return found.groups()


# --- 404 ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["nothing/", "m/nowhere/", "m/nefta/programs/1999/", "m/nefta/programs/x/"])
@pytest.mark.parametrize("language", DIRECTIONS)
def test_a_page_that_is_not_there_speaks_the_language_of_its_address(client, nefta, language, path):
    other = "fr" if language == "ar" else "ar"
    response = client.get(f"/{language}/{path}", headers={"Accept-Language": other})
    page = response.content.decode()
    assert response.status_code == 404
    assert root(page) == (language, DIRECTIONS[language])
    assert page.count("<h1") == 1
    assert f'action="/{language}/#municipalities"' in page
    assert '<meta name="robots" content="noindex">' in page
    assert not response.cookies
    assert "ETag" not in response


@pytest.mark.parametrize(("accepted", "language"), [("fr", "fr"), ("en", "en"), ("de", "ar"), ("", "ar")])
def test_an_address_without_a_language_speaks_the_readers(db, accepted, language):
    response = Client().get("/nothing", headers={"Accept-Language": accepted})
    assert response.status_code == 404
    assert root(response.content.decode())[0] == language
    assert "Accept-Language" in response["Vary"]


def test_an_address_that_only_lacks_its_language_is_led_on(client, nefta):
    response = client.get("/m/nefta/", headers={"Accept-Language": "fr"})
    assert (response.status_code, response["Location"]) == (302, "/fr/m/nefta/")


@pytest.mark.parametrize(
    "path",
    [
        "/ar/%00/",
        "/ar/%3Cscript%3Ealert(1)%3C/script%3E/",
        "/ar/%22%3E%3Cimg%20src=x%3E/",
        "/ar/%E2%80%AE/",
        "/ar/%FF%FE/",
        "/ar/" + "a" * 10_000 + "/",
        "/ar/../../etc/passwd",
        "/ar//evil.example/",
        "/ar/m/nefta/programs/" + "9" * 5000 + "/",
        "/ar/m/nefta/programs/99999999999999999999/",
        "/ar/m/nefta/programs/2022/files/99999999999999999999/",
        "/ar/m/nefta/plans/x/projects/99999999999999999999/",
    ],
)
def test_a_hostile_address_is_an_address_that_is_not_there(client, nefta, path):
    response = client.get(path)
    page = response.content.decode()
    assert response.status_code == 404
    assert "<script" not in page
    assert "<img" not in page
    assert '"//' not in page


def test_the_other_languages_of_a_page_that_is_not_there_are_offered(client, db):
    page = client.get("/fr/nothing/?a=1").content.decode()
    assert 'href="/ar/nothing/?a=1" lang="ar"' in page


# --- 403 ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", DIRECTIONS)
def test_a_role_that_does_not_allow_it_is_told_so(client, editor, monkeypatch, language):
    monkeypatch.setitem(ALLOWED, Act.SEE_DESK, frozenset())
    client.force_login(editor)
    response = client.get(f"/{language}/m/nefta/staff/")
    page = response.content.decode()
    assert response.status_code == 403
    assert root(page) == (language, DIRECTIONS[language])
    assert page.count("<h1") == 1
    assert f'href="/{language}/staff/"' in page


@pytest.mark.parametrize("language", DIRECTIONS)
def test_a_form_without_its_token_has_words_of_its_own(language):
    with override(language):
        refused = views.forbidden(
            RequestFactory().post(f"/{language}/sign-in/"), reason="CSRF cookie not set."
        )
        role = views.forbidden(RequestFactory().get(f"/{language}/"), PermissionError("a secret detail"))
    assert refused.status_code == role.status_code == 403
    assert root(refused.content.decode())[0] == language
    assert refused.content != role.content
    assert b"CSRF cookie not set" not in refused.content
    assert b"secret" not in role.content


@pytest.mark.parametrize("language", DIRECTIONS)
def test_a_post_without_its_token_is_refused_in_the_portals_look(db, language):
    response = Client(enforce_csrf_checks=True).post(f"/{language}/sign-in/", {"username": "a"})
    page = response.content.decode()
    assert response.status_code == 403
    assert root(page) == (language, DIRECTIONS[language])
    assert "<style" not in page


# --- pages that need nothing --------------------------------------------------------------------------


class Links(HTMLParser):
    def __init__(self):
        super().__init__()
        self.static, self.classes, self.styles = [], set(), 0

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        self.static += [value for value in attributes.values() if value and value.startswith("/static/")]
        self.classes |= set((attributes.get("class") or "").split())
        self.styles += "style" in attributes or tag in {"style", "script"}


PLACE = Path(pages.__file__).parent
SOURCES = {path.name: path.read_text(encoding="utf-8") for path in sorted(PLACE.glob("*.html"))}
NUMBER = re.compile(r'<bdi dir="ltr">([0-9a-f]{32})</bdi>')


@pytest.fixture
def broken(monkeypatch):
    """A portal whose home page cannot be made."""

    def fail(self):
        raise ValueError("a secret detail")

    monkeypatch.setattr("portal.municipalities.querysets.MunicipalityQuerySet.total_revision", fail)
    return Client(raise_request_exception=False)


def assert_failure(response, status, language):
    page = response.content.decode()
    assert response.status_code == status
    assert root(page) == (language, DIRECTIONS[language])
    assert page.count("<h1") == 1
    assert f">{status}</bdi>" in page
    assert NUMBER.search(page)[1] == response["X-Request-ID"]
    assert response["Cache-Control"] == "no-store"
    assert not response.cookies


@pytest.mark.parametrize("language", DIRECTIONS)
def test_a_failure_speaks_the_language_of_its_address(broken, db, language):
    response = broken.get(f"/{language}/", headers={"Accept-Language": "en"})
    assert_failure(response, 500, language)
    assert "a secret detail" not in response.content.decode()
    assert "ValueError" not in response.content.decode()


@pytest.mark.parametrize(
    ("accepted", "language"),
    [("", "ar"), ("de, fr;q=0.5", "fr"), ("en-GB", "en"), ("zz", "ar"), (";;,\x00,", "ar")],
)
def test_an_address_without_a_language_fails_in_the_readers(monkeypatch, accepted, language):
    monkeypatch.setattr("portal.views.get_language_from_request", lambda request: 1 / 0)
    client = Client(raise_request_exception=False)
    assert_failure(client.get("/", headers={"Accept-Language": accepted}), 500, language)


@pytest.mark.parametrize("language", DIRECTIONS)
@pytest.mark.parametrize("error", [OperationalError("to 10.0.0.7"), InterfaceError("closed")])
def test_without_a_database_one_is_told_to_come_back(db, language, error):
    def fail(*args, **kwargs):
        raise error

    with connection.execute_wrapper(fail):
        response = Client(raise_request_exception=False).get(f"/{language}/m/nefta/")
    assert_failure(response, 503, language)
    assert int(response["Retry-After"]) > 0
    assert "10.0.0.7" not in response.content.decode()


def test_no_connection_at_all_is_told():
    """Here no test may connect, which is as good as a server that is down."""
    with pytest.raises(RuntimeError, match="Database access not allowed"):
        Municipality.objects.count()
    assert_failure(Client(raise_request_exception=False).get("/fr/"), 500, "fr")


def test_it_needs_neither_templates_nor_translations_nor_the_manifest(broken, db, settings, monkeypatch):
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}
    }

    def fail(*args, **kwargs):
        raise TemplateSyntaxError("broken")

    monkeypatch.setattr("django.template.engine.Engine.get_template", fail)
    monkeypatch.setattr("django.template.engine.Engine.select_template", fail)
    monkeypatch.setattr("django.utils.translation.trans_real.gettext", fail)
    assert_failure(broken.get("/ar/"), 500, "ar")
    assert_failure(broken.get("/ar/nothing/"), 500, "ar")


@pytest.mark.parametrize("language", DIRECTIONS)
def test_a_request_that_cannot_be_read_is_refused_in_words(language):
    response = Client().get(f"/{language}/", headers={"Host": "evil.example"})
    assert_failure(response, 400, language)
    assert "evil.example" not in response.content.decode()


@pytest.mark.parametrize("name", SOURCES)
def test_a_page_that_needs_nothing_has_no_tags_and_nothing_inline(name):
    links = Links()
    links.feed(SOURCES[name])
    assert not re.search(r"{[{%#]", SOURCES[name])
    assert (len(links.static), links.styles) == (3, 0)
    assert SOURCES[name].count(pages.NUMBER) == 1
    status, language, _ = name.split(".")
    assert root(SOURCES[name]) == (language, DIRECTIONS[language])
    assert f">{status}</bdi>" in SOURCES[name]


def test_there_is_one_for_each_status_and_language():
    assert len(SOURCES) == 4 * len(DIRECTIONS)
    assert {name.partition(".")[0] for name in SOURCES} == {"400", "429", "500", "503"}


def test_their_styles_are_served_under_their_plain_names(tmp_path, settings):
    """WhiteNoise keeps the plain names beside the hashed ones: these pages can name no others."""
    links = Links()
    links.feed("".join(SOURCES.values()))
    settings.STATIC_ROOT = tmp_path
    for link in links.static:
        source = settings.PROJECT_DIR / "static" / link.removeprefix("/static/")
        target = tmp_path / link.removeprefix("/static/")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(source.read_bytes())
    client = Client()
    assert {client.get(link).status_code for link in set(links.static)} == {200}
    assert not getattr(settings, "WHITENOISE_KEEP_ONLY_HASHED_FILES", False)


def test_they_are_dressed_by_the_portals_own_theme():
    links = Links()
    links.feed("".join(SOURCES.values()))
    theme = (django_settings.PROJECT_DIR / "static" / "musharaka" / "theme.css").read_text(encoding="utf-8")
    for name in links.classes:
        assert name.startswith("btn") or f".{name}" in theme, name

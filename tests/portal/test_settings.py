"""One settings file, driven by the environment: what it refuses, what it promises, what it sends."""

import datetime
import json
import os
import runpy
import subprocess
import sys
from unittest import mock

import pytest
from django.conf import settings as django_settings
from django.core.exceptions import ImproperlyConfigured
from django.test import Client

from tests import factories

PROJECT = django_settings.PROJECT_DIR
PRODUCTION = {"SECRET_KEY": "k" * 60, "ALLOWED_HOSTS": "musharaka.example,.nefta.example"}


@pytest.fixture
def load(tmp_path):
    """Read the settings file in an environment that holds nothing but what is given."""

    def load(**environment):
        environment.setdefault("DATA_DIR", str(tmp_path / "data"))
        with mock.patch.dict(os.environ, environment, clear=True):
            return runpy.run_path(str(PROJECT / "portal" / "settings.py"))

    return load


@pytest.fixture
def run(tmp_path):
    """Run Python in a process of its own, in such an environment."""

    def run(*arguments, **environment):
        environment = {"PATH": os.environ["PATH"], "DATA_DIR": str(tmp_path / "data"), **environment}
        environment["DJANGO_SETTINGS_MODULE"] = "portal.settings"
        command = [sys.executable, *arguments]
        return subprocess.run(
            command, cwd=PROJECT, env=environment, capture_output=True, text=True, timeout=60, check=False
        )

    return run


# --- production and its secrets ----------------------------------------------------------------------


def test_production_starts_with_its_secrets(load):
    loaded = load(**PRODUCTION)
    assert loaded["DEBUG"] is False
    assert loaded["SECRET_KEY"] == "k" * 60
    assert loaded["ALLOWED_HOSTS"] == ["musharaka.example", ".nefta.example"]


@pytest.mark.parametrize(
    ("environment", "missing"),
    [
        ({}, ["SECRET_KEY", "ALLOWED_HOSTS"]),
        ({"DEBUG": "0"}, ["SECRET_KEY", "ALLOWED_HOSTS"]),
        ({"DEBUG": "false", "SECRET_KEY": "", "ALLOWED_HOSTS": ""}, ["SECRET_KEY", "ALLOWED_HOSTS"]),
        ({"SECRET_KEY": "k"}, ["ALLOWED_HOSTS"]),
        ({"ALLOWED_HOSTS": "musharaka.example"}, ["SECRET_KEY"]),
        ({"INSECURE_HTTP": "1"}, ["SECRET_KEY", "ALLOWED_HOSTS"]),
    ],
)
def test_production_refuses_to_start_and_names_what_is_missing(load, environment, missing):
    with pytest.raises(ImproperlyConfigured) as refused:
        load(**environment)
    assert [name for name in ("SECRET_KEY", "ALLOWED_HOSTS") if name in str(refused.value)] == missing


def test_a_server_without_secrets_does_not_come_up(run):
    done = run("-c", "import portal.wsgi")
    assert done.returncode != 0
    assert "Production needs SECRET_KEY and ALLOWED_HOSTS in the environment" in done.stderr


def test_development_needs_nothing(load):
    loaded = load(DEBUG="1")
    assert loaded["DEBUG"] is True
    assert loaded["ALLOWED_HOSTS"] == ["localhost", "127.0.0.1", "[::1]"]
    assert len(loaded["SECRET_KEY"]) >= 50
    assert load(DEBUG="1")["SECRET_KEY"] != loaded["SECRET_KEY"]


def test_everything_that_is_written_goes_under_one_directory(load, tmp_path):
    loaded = load(DEBUG="1")
    place = tmp_path / "data"
    assert place.is_dir()
    assert place.stat().st_mode & 0o007 == 0
    written = [
        loaded["DATABASES"]["default"]["NAME"],
        loaded["MEDIA_ROOT"],
        loaded["STATIC_ROOT"],
        loaded["CACHES"]["pdf"]["LOCATION"],
    ]
    assert all(str(path).startswith(f"{place}/") for path in written)


def test_djangos_own_check_of_a_deployment_has_nothing_to_say(run):
    key = "e7Q-musharaka-nefta-kenitra-0123456789-abcdefghijklmnopqrstuvwxyz"
    own = {"SECRET_KEY": key, "SITE_URL": "https://musharaka.example"}
    done = run("manage.py", "check", "--deploy", "--fail-level", "INFO", **PRODUCTION | own)
    assert (done.returncode, done.stderr) == (0, "")


# --- the database ------------------------------------------------------------------------------------

PRAGMAS = """
import django, json, sqlite3
django.setup()
from django.db import connection, transaction
def ask(name):
    return connection.cursor().execute(f"PRAGMA {name}").fetchone()[0]
found = {name: ask(name) for name in ("journal_mode", "synchronous", "foreign_keys")}
connection.cursor().execute("CREATE TABLE x (y)")
other = sqlite3.connect(connection.settings_dict["NAME"], timeout=0, isolation_level=None)
with transaction.atomic():
    found["a reader waits"] = False
    other.execute("SELECT count(*) FROM x").fetchone()
    try:
        other.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as error:
        found["a second writer waits"] = str(error)
print(json.dumps(found))
"""


def test_sqlite_loses_nothing_and_queues_its_writers(run):
    """FULL is 2. The second writer is kept out from BEGIN on, though nothing was written yet."""
    done = run("-c", PRAGMAS, DEBUG="1")
    assert json.loads(done.stdout or "null") == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "a reader waits": False,
        "a second writer waits": "database is locked",
    }, done.stderr


def test_sqlite_waits_for_the_writer_before_it(load):
    assert load(DEBUG="1")["DATABASES"]["default"]["OPTIONS"]["timeout"] >= 10


def test_postgresql_never_waits_for_ever(load):
    database = load(DEBUG="1", DATABASE_URL="postgres://portal:x@db:5432/portal")["DATABASES"]["default"]
    assert database["ENGINE"] == "django.db.backends.postgresql"
    assert database["OPTIONS"]["connect_timeout"] <= 5
    for limit in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"):
        assert f"-c {limit}=" in database["OPTIONS"]["options"]
    assert database["CONN_HEALTH_CHECKS"] is True
    assert "init_command" not in database["OPTIONS"]


# --- cookies and transport ---------------------------------------------------------------------------


def test_production_sends_its_cookies_over_tls_alone(load):
    loaded = load(**PRODUCTION)
    for cookie in ("SESSION", "CSRF"):
        assert loaded[f"{cookie}_COOKIE_SECURE"] is True
        assert loaded[f"{cookie}_COOKIE_HTTPONLY"] is True
        assert loaded[f"{cookie}_COOKIE_NAME"].startswith("__Host-")
    assert loaded["SECURE_SSL_REDIRECT"] is True
    assert loaded["SECURE_HSTS_SECONDS"] >= 365 * 24 * 3600
    assert loaded["CSRF_TRUSTED_ORIGINS"] == ["https://musharaka.example", "https://nefta.example"]


@pytest.mark.parametrize("environment", [{"DEBUG": "1"}, {**PRODUCTION, "INSECURE_HTTP": "1"}])
def test_plain_http_is_asked_for_by_name(load, environment):
    loaded = load(**environment)
    assert loaded["SESSION_COOKIE_HTTPONLY"] is True
    assert "SESSION_COOKIE_SECURE" not in loaded
    assert "SECURE_SSL_REDIRECT" not in loaded
    assert "SECURE_HSTS_SECONDS" not in loaded


def test_a_session_over_tls_lives_in_a_cookie_of_this_host_alone(settings, load, editor):
    loaded = load(**PRODUCTION)
    for name in ("SESSION_COOKIE_SECURE", "SESSION_COOKIE_NAME", "CSRF_COOKIE_SECURE", "CSRF_COOKIE_NAME"):
        setattr(settings, name, loaded[name])
    response = Client().post(
        "/fr/sign-in/", {"username": editor.email, "password": factories.PASSWORD}, secure=True
    )
    cookie = response.cookies["__Host-sessionid"]
    assert cookie["secure"]
    assert cookie["httponly"]
    assert cookie["path"] == "/"
    assert not cookie["domain"]


def test_passwords_are_kept_with_argon2(load):
    assert load(DEBUG="1")["PASSWORD_HASHERS"][0].endswith("Argon2PasswordHasher")


def test_production_names_static_files_by_their_content(load):
    backend = "whitenoise.storage.CompressedManifestStaticFilesStorage"
    assert load(**PRODUCTION)["STORAGES"]["staticfiles"]["BACKEND"] == backend


# --- headers of every kind of response ---------------------------------------------------------------


@pytest.fixture
def town(nefta, editor, monkeypatch):
    """A town with something of every kind to fetch; its paper is not drawn, which would take a second."""
    program = factories.ProgramFactory(municipality=nefta, published=True)
    phase = factories.PhaseFactory(program=program)
    task = factories.TaskFactory(phase=phase, session_date=datetime.date(2021, 11, 2))
    document = factories.ExpectedDocumentFactory(task=task)
    file = factories.SupportingDocumentFactory(expected_document=document)
    monkeypatch.setattr("portal.papers.pages.render_pdf", lambda **given: b"%PDF-1.7")
    return {"editor": editor, "file": file}


KINDS = {
    "page": ("/ar/", 200),
    "search": ("/fr/?q=nefta", 200),
    "program": ("/ar/m/nefta/programs/2022/", 200),
    "paper": ("/ar/m/nefta/programs/2022/calendar.pdf", 200),
    "calendar file": ("/ar/m/nefta/programs/2022/calendar.ics", 200),
    "sign-in": ("/ar/sign-in/", 200),
    "choice of language": ("/", 302),
    "door of the desk": ("/ar/staff/", 302),
    "missing slash": ("/ar/m/nefta", 301),
    "nothing": ("/ar/nothing/", 404),
    "nothing, in no language": ("/nothing", 404),
    "method that is not allowed": ("/ar/sign-out/", 405),
    "health": ("/healthz", 200),
    "admin, signed out": ("/admin/", 302),
}


def assert_sealed(response):
    policy = {
        directive: values
        for directive, *values in (part.split() for part in response["Content-Security-Policy"].split(";"))
    }
    assert policy["default-src"] == ["'none'"]
    assert policy["frame-ancestors"] == ["'none'"]
    assert policy["base-uri"] == ["'none'"]
    assert {value for values in policy.values() for value in values} == {"'none'", "'self'"}
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_response_is_sealed(client, town, kind):
    path, status = KINDS[kind]
    response = client.get(path)
    assert response.status_code == status
    assert_sealed(response)


def test_a_page_that_was_not_rendered_again_is_sealed(client, town):
    etag = client.get("/ar/")["ETag"]
    response = client.get("/ar/", headers={"If-None-Match": etag})
    assert response.status_code == 304
    assert_sealed(response)


@pytest.mark.parametrize(
    "path", ["/ar/m/nefta/staff/", "/ar/m/nefta/staff/programs/2022/preview/", "/admin/"]
)
def test_the_desk_is_sealed_and_kept_by_nobody(client, town, path):
    client.force_login(town["editor"])
    response = client.get(path)
    assert response.status_code == 200
    assert_sealed(response)
    assert "no-store" in response["Cache-Control"]


def test_a_failure_is_sealed():
    response = Client(raise_request_exception=False).get("/ar/")  # without a database
    assert response.status_code == 500
    assert_sealed(response)


def test_an_unknown_host_is_refused_and_sealed():
    response = Client().get("/ar/", headers={"Host": "evil.example"})
    assert response.status_code == 400
    assert "evil.example" not in response.content.decode()
    assert_sealed(response)


def test_a_file_is_sealed_more_tightly(client, town):
    response = client.get(f"/ar/m/nefta/programs/2022/files/{town['file'].pk}/")
    assert response.status_code == 200
    assert response["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'; sandbox"
    assert response["X-Content-Type-Options"] == "nosniff"


def test_a_static_file_is_sealed(settings, tmp_path):
    settings.STATIC_ROOT = tmp_path
    (tmp_path / "mark.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    response = Client().get("/static/mark.svg")
    assert response.status_code == 200
    assert_sealed(response)


def test_the_way_to_tls_is_sealed(settings):
    settings.SECURE_SSL_REDIRECT = True
    response = Client().get("/ar/")
    assert (response.status_code, response["Location"]) == (301, "https://testserver/ar/")
    assert_sealed(response)

"""Every page that the URL map knows, in Arabic and French, on a phone and a desk: no barrier, no overflow."""

import pytest
from django.urls import get_resolver
from django.urls.resolvers import URLPattern, URLResolver

from tests.journeys.conftest import Reader, sign_in

pytestmark = pytest.mark.django_db(transaction=True)

# For each public route the addresses that show its states.
PAGES = {
    "home": ["", "?q=nefta", "?q=nowhere"],
    "programs": ["programs/"],
    "plans": ["plans/"],
    "municipality": ["m/nefta/", "m/kenitra/", "m/exemple/"],
    "program": ["m/nefta/programs/2022/", "m/exemple/programs/2027/", "m/exemple/programs/2026/"],
    "plan": ["m/kenitra/plans/openness/", "m/exemple/plans/openness/"],
    "project": [
        "m/kenitra/plans/openness/projects/1/",
        *(f"m/exemple/plans/openness/projects/{n}/" for n in range(1, 6)),
    ],
    "sign-in": ["sign-in/"],
}
STAFF_PAGES = {
    "desk": ["staff/"],
    "staff-desk": ["m/exemple/staff/"],
    "program-import": ["m/exemple/staff/programs/import/"],
    "program-preview": ["m/exemple/staff/programs/2028/preview/"],
    "plan-preview": ["m/exemple/staff/plans/openness/preview/"],
    "project-preview": ["m/exemple/staff/plans/openness/projects/2/preview/"],
}
NOT_PAGES = {
    "language-choice",
    "health",
    "program-pdf",
    "program-ics",
    "program-csv",
    "program-xlsx",
    "program-docx",
    "program-json",
    "program-file",
    "project-sheet",
    "program-origin",
    "staff-file",
    "sign-out",
}


def _names(resolver: URLResolver) -> set[str]:
    found = set()
    for entry in resolver.url_patterns:
        if isinstance(entry, URLPattern):
            found.add(entry.name)
        elif entry.namespace != "admin":
            found |= _names(entry)
    return found


def test_no_page_is_forgotten():
    assert _names(get_resolver()) == set(PAGES) | set(STAFF_PAGES) | NOT_PAGES


def _look(reader: Reader, path: str, language: str) -> list[str]:
    status = reader.open(f"/{language}/{path}")
    direction = "rtl" if language == "ar" else "ltr"
    faults = reader.barriers()
    if status != 200:
        faults.append(f"status {status}")
    if (
        reader.page.get_attribute("html", "lang") != language
        or reader.page.get_attribute("html", "dir") != direction
    ):
        faults.append("language or direction of the page")
    if reader.page.locator("h1").count() != 1:
        faults.append("not exactly one h1")
    if reader.overflow() > 0:
        faults.append(f"{reader.overflow()} px wider than the screen")
    return [f"/{language}/{path}: {fault}" for fault in faults]


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("language", ["ar", "fr"])
def test_public_pages(demo, reader, language, width):
    reader.page.set_viewport_size({"width": width, "height": 900})
    paths = [path for paths in PAGES.values() for path in paths]
    faults = [fault for path in paths for fault in _look(reader, path, language)]
    assert faults == []
    assert reader.complaints == []


def test_public_pages_in_the_dark(demo, reader):
    reader.page.emulate_media(color_scheme="dark")
    faults = [
        fault for path in ["", "m/exemple/programs/2027/", "sign-in/"] for fault in _look(reader, path, "ar")
    ]
    assert faults == []


@pytest.mark.parametrize("language", ["ar", "fr"])
def test_staff_pages(demo, reader, language, live_server):
    sign_in(reader, "manager@exemple.example")
    paths = [path for paths in STAFF_PAGES.values() for path in paths]
    faults = [fault for path in paths for fault in _look(reader, path, language) if "status 302" not in fault]
    assert faults == []
    assert reader.complaints == []


@pytest.mark.parametrize("language", ["ar", "fr"])
def test_refusals(demo, reader, language):
    assert reader.open(f"/{language}/nowhere/") == 404
    assert reader.barriers() == []
    sign_in(reader, "council@exemple.example")
    assert reader.open("/admin/") == 403
    assert reader.barriers() == []
    assert reader.open(f"/{language}/m/nefta/staff/") == 404


def test_a_barrier_is_found_when_there_is_one(demo, reader):
    reader.open("/ar/")
    reader.page.evaluate("document.querySelector('label[for=q]').remove()")
    assert any(barrier.startswith("label") for barrier in reader.barriers())

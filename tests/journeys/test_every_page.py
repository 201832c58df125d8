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
    "meetings": ["m/exemple/meetings/", "m/exemple/meetings/?kind=general", "m/nefta/meetings/"],
    "publications": ["m/nefta/publications/", "m/kenitra/publications/"],
    "publication": ["m/nefta/publications/1/"],
    "zones": ["m/exemple/zones/", "m/nefta/zones/"],
    "program-diagnosis": [
        f"m/{place}/diagnosis/" for place in ("exemple/programs/2027", "nefta/programs/2022")
    ],
    "program-preparation": [
        f"m/{place}/preparation/" for place in ("exemple/programs/2027", "nefta/programs/2022")
    ],
    **{
        f"program-{page}": [
            f"m/{place}/{page}/" for place in ("exemple/programs/2027", "nefta/programs/2022")
        ]
        for page in ("projects", "money", "needs", "schedule")
    },
    "program-project": [
        "m/exemple/programs/2027/projects/1/",
        "m/exemple/programs/2026/projects/1/?version=1",
    ],
    "sign-in": ["sign-in/"],
}
STAFF_PAGES = {
    "desk": ["staff/"],
    "staff-desk": ["m/exemple/staff/"],
    "staff-journal": ["m/exemple/staff/journal/", "m/exemple/staff/journal/?since=x&who=0"],
    "staff-meetings": ["m/exemple/staff/meetings/"],
    "meeting-new": ["m/exemple/staff/meetings/new/"],
    "staff-zones": ["m/exemple/staff/zones/"],
    **{
        f"program-{table}": [f"m/exemple/staff/programs/2027/{table}/"]
        for table in (
            "cell",
            "announcements",
            "infrastructure",
            "facilities",
            "budget",
            "recovery",
            "coordination",
        )
    },
    "facility-new": ["m/exemple/staff/programs/2027/facilities/new/"],
    "coordination-new": ["m/exemple/staff/programs/2027/coordination/new/"],
    "table-import": ["m/exemple/staff/programs/2027/tables/budget/"],
    **{
        f"staff-{name}": [f"m/exemple/staff/programs/2027/{page}/"]
        for name, page in {
            "cards": "projects",
            "card-new": "projects/new",
            "card": "projects/1",
            "card-schedule": "projects/1/schedule",
            "schedule": "schedule",
            "money": "money",
            "needs": "needs",
            "need-new": "needs/new",
            "need": "needs/1",
        }.items()
    },
    "program-new": ["m/exemple/staff/programs/new/"],
    "program-grid": [f"m/exemple/staff/programs/{year}/" for year in (2026, 2027, 2028)],
    "program-history": ["m/exemple/staff/programs/2027/history/"],
    "program-planning": ["m/exemple/staff/programs/2028/planning/?council=2027-11-30"],
    "staff-holidays": ["m/exemple/staff/holidays/2026/"],
    "program-import": ["m/exemple/staff/programs/import/"],
    "program-publish": [f"m/exemple/staff/programs/{year}/publish/" for year in (2026, 2027, 2028)],
    "program-preview": ["m/exemple/staff/programs/2028/preview/"],
    "plan-preview": ["m/exemple/staff/plans/openness/preview/"],
    "project-preview": ["m/exemple/staff/plans/openness/projects/2/preview/"],
}
NOT_PAGES = {
    "staff-card-step",
    "staff-card-progress",
    "staff-need-link",
    "staff-need-drop",
    "language-choice",
    "health",
    "program-pdf",
    "program-ics",
    "program-meetings-ics",
    "task-meetings",
    "program-csv",
    "program-xlsx",
    "program-docx",
    "program-json",
    "program-file",
    "project-sheet",
    "publication-content",
    "publications-head",
    "publications-entries",
    "program-origin",
    "staff-file",
    "staff-task",  # its states are in test_evidence
    "program-cells",
    "program-check",
    "program-presence",
    "document-files",
    "file-replace",
    "file-visibility",
    # The states of these are in test_meetings.
    "meeting",
    "meeting-ics",
    "meetings-ics",
    "meeting-file",
    "staff-meeting",
    "staff-meeting-file",
    "meeting-edit",
    "meeting-minutes",
    "meeting-step",
    "meeting-held",
    "meeting-files",
    "meeting-file-visibility",
    "meeting-videos",
    "meeting-video-remove",
    # The states of these are in test_diagnosis.
    "facility",
    "coordination",
    "zone-map",
    "staff-zone-map",
    "facility-photo",
    "facility-photos",
    "staff-photo",
    "photo-change",
    "table-export",
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

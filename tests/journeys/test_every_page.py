"""Every page that the URL map knows, in Arabic and French, on a phone and a desk: no barrier, no overflow."""

import pytest
from django.urls import get_resolver
from django.urls.resolvers import URLPattern, URLResolver

from tests.journeys.conftest import EACH_LANGUAGE_AND_WIDTH, Reader, sign_in

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
    "verify": ["verify/"],
    "verify-file": ["verify/file/"],
    "program-papers": ["m/nefta/programs/2022/papers/", "m/exemple/programs/2027/papers/"],
    "plan-papers": ["m/kenitra/plans/openness/papers/", "m/exemple/plans/openness/papers/"],
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
    "consultations": ["m/exemple/consultations/", "m/nefta/consultations/"],
    "consultation": [f"m/exemple/consultations/{n}/" for n in range(1, 5)],
    "said-done": [f"m/exemple/consultations/{n}/said/" for n in (1, 2, 4)],
    "contribute": ["m/exemple/consultations/2/contribute/", "m/exemple/consultations/1/contribute/"],
    "notify-me": ["m/exemple/consultations/4/notify/", "m/exemple/consultations/4/notify/?asked=1"],
    "moderation-ledger": ["m/exemple/consultations/moderation/", "m/nefta/consultations/moderation/"],
    "privacy": ["m/exemple/privacy/", "m/kenitra/privacy/"],
    "follow-door": ["follow/"],
    "project-versions": ["m/exemple/plans/openness/projects/3/versions/"],
    "project-difference": ["m/exemple/plans/openness/projects/3/versions/1..2/"],
    "personal-data": ["personal-data/"],
    "sign-in": ["sign-in/"],
    "forgot-password": ["sign-in/forgotten/"],
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
    "staff-program-papers": ["m/exemple/staff/programs/2027/papers/"],
    "staff-dispatches": ["m/exemple/staff/dispatches/"],
    "staff-recipients": ["m/exemple/staff/dispatches/recipients/"],
    "dispatch-new": [f"m/exemple/staff/dispatches/new/{query}" for query in ("", "?subject=other")],
    "staff-dispatch": ["m/exemple/staff/dispatches/1/"],
    "program-grid": [f"m/exemple/staff/programs/{year}/" for year in (2026, 2027, 2028)],
    "program-history": ["m/exemple/staff/programs/2027/history/"],
    "program-planning": ["m/exemple/staff/programs/2028/planning/?council=2027-11-30"],
    "staff-holidays": ["m/exemple/staff/holidays/2026/"],
    "program-import": ["m/exemple/staff/programs/import/"],
    "program-publish": [f"m/exemple/staff/programs/{year}/publish/" for year in (2026, 2027, 2028)],
    "program-preview": ["m/exemple/staff/programs/2028/preview/"],
    "staff-plans": ["m/exemple/staff/plans/"],
    "staff-plan-new": ["m/exemple/staff/plans/new/"],
    "staff-plan": ["m/exemple/staff/plans/openness/"],
    **{
        f"staff-plan-{page}": [f"m/exemple/staff/plans/openness/{page}/"]
        for page in ("stages", "axes", "committee", "publish")
    },
    **{
        f"staff-{name}": [f"m/exemple/staff/plans/openness/projects/{page}"]
        for name, page in {
            "projects": "",
            "project-new": "new/",
            "project": "3/",
            "activities": "3/activities/",
            "indicators": "3/indicators/",
        }.items()
    },
    "staff-consultations": ["m/exemple/staff/consultations/"],
    "staff-consultation-new": ["m/exemple/staff/consultations/new/"],
    "staff-consultation": [f"m/exemple/staff/consultations/{n}/" for n in range(1, 5)],
    "staff-consultation-edit": ["m/exemple/staff/consultations/2/edit/"],
    "staff-consultation-publish": ["m/exemple/staff/consultations/2/publish/"],
    "participation-rules": ["m/exemple/staff/participation/"],
    "moderation": [
        f"m/exemple/staff/contributions/{query}"
        for query in ("", "?show=after", "?show=marked", "?show=refused", "?q=x")
    ],
    "contribution-enter": [
        f"m/exemple/staff/contributions/enter/{query}" for query in ("", "?consultation=2&channel=phone")
    ],
    "answers": ["m/exemple/staff/answers/", "m/exemple/staff/answers/?show=late&consultation=3"],
    "opinions-register": ["m/exemple/staff/opinions/"],
    "plan-preview": ["m/exemple/staff/plans/openness/preview/"],
    "project-preview": ["m/exemple/staff/plans/openness/projects/2/preview/"],
    "staff-members": ["m/exemple/staff/members/"],
    "account": ["account/"],
    "account-password": ["account/password/"],
    "account-email": ["account/email/"],
    "account-second-factor": ["account/second-factor/"],
    "second-factor-device": ["sign-in/device/"],
}
NOT_PAGES = {
    # The states of these are in test_signing_in.
    "second-factor",
    "reset-password",
    "confirm-email",
    "account-sessions",
    # And of these in test_members.
    "staff-member",
    "staff-member-remove",
    "staff-member-factor",
    "staff-second-person",
    "staff-invitation-again",
    "staff-invitation-withdraw",
    "invitation",
    "unsent",
    # These are read by programs.
    "ready",
    "security-txt",
    "staff-journal-file",
    # The states of these are in test_papers.
    "verify-code",
    "paper-order",
    "paper-printing",
    # Papers and files.
    "paper-file",
    "verifier",
    "publication-certificate",
    "program-progress-pdf",
    "program-progress-docx",
    "program-cards-pdf",
    "program-card-pdf",
    "program-money-pdf",
    "program-schedule-pdf",
    "program-diagnosis-pdf",
    "program-dossier",
    "program-dossier-zip",
    "program-evaluation",
    "program-evaluation-zip",
    "plan-booklet",
    "meeting-invitation",
    "meeting-poster",
    "meeting-minutes-paper",
    "meeting-attendance",
    "staff-meeting-minutes-paper",
    "meeting-minutes-docx",
    "meeting-pack",
    "dispatch-list",
    "dispatch-proof",
    # These answer with another page.
    "document-own",
    "meeting-posted",
    "dispatch-more",
    "dispatch-remove",
    "dispatch-proofs",
    "dispatch-proof-remove",
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
    # The states of these are in test_participation_pages.
    "received",
    "follow",
    "follow-correct",
    "follow-withdraw",
    "follow-erase",
    "follow-helped",
    "subscription-confirm",
    "subscription-end",
    "staff-plan-stage",
    "staff-activity-update",
    "staff-measurements",
    "contribution",
    "answer-new",
    "answer",
    "paper-form",
    "consultation-ics",
    "consultation-csv",
    "consultation-xlsx",
    "consultation-report",
    "opinions-register-file",
    "plan-file",
    "project-evidence",
    "staff-stage-file",
    "staff-stage-files",
    "staff-stage-file-visibility",
    "staff-stage-meetings",
    "staff-plan-move",
    "staff-activity-file",
    "staff-project-step",
    "staff-project-grade",
    "staff-project-remove",
    "staff-consultation-remove",
    "consultation-figures",
    "participation-list-begin",
    "contribution-publish",
    "contribution-refuse",
    "contribution-redact",
    "contribution-hand-over",
    "moderation-bulk",
    "answer-step",
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


def look(reader: Reader, path: str, language: str, width: int = 360) -> list[str]:
    reader.page.set_viewport_size({"width": width, "height": 900})
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


@EACH_LANGUAGE_AND_WIDTH
def test_public_pages(demo, reader, language, width):
    paths = [path for paths in PAGES.values() for path in paths]
    faults = [fault for path in paths for fault in look(reader, path, language, width)]
    assert faults == []
    assert reader.complaints == []


def test_pages_in_the_dark(demo, reader):
    reader.page.emulate_media(color_scheme="dark")
    faults = [
        fault for path in ["", "m/exemple/programs/2027/", "sign-in/"] for fault in look(reader, path, "ar")
    ]
    sign_in(reader, "manager@exemple.example")
    faults += look(reader, "m/exemple/staff/", "fr")
    assert faults == []


@EACH_LANGUAGE_AND_WIDTH
def test_staff_pages(demo, reader, language, width):
    sign_in(reader, "manager@exemple.example")
    paths = [path for paths in STAFF_PAGES.values() for path in paths]
    looked = [fault for path in paths for fault in look(reader, path, language, width)]
    faults = [fault for fault in looked if "status 302" not in fault]
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
    reader.page.evaluate("document.querySelector('h1').style.cssText = 'color: #999; background: #aaa'")
    found = reader.barriers()
    assert any(barrier.startswith("label") for barrier in found)
    assert any(barrier.startswith("color-contrast") for barrier in found)

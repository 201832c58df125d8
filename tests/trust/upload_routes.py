"""Every way by which a file comes into the portal, and what becomes of one that is handed in there."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import models, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from consultations.models import StageFile, UpdateFile
from portal.dispatches.models import DispatchProof
from portal.files.responses import SHOWN_IN_PAGE
from portal.files.uploads import ALLOWED
from portal.meetings.models import MeetingFile
from portal.municipalities.models import ZoneMap
from programs.models import FacilityPhoto, ProgramOrigin, SupportingDocument
from programs.services.statuses import publish
from tests import factories
from tests.admin_forms import as_shown
from tests.consultations.factories import ActivityFactory, StageFactory
from tests.portal.dispatches.factories import DispatchLineFactory
from tests.portal.meetings.factories import MeetingFactory
from tests.programs.table_rows import FacilityFactory
from tests.trust.hostile_files import Hostile

BOUNDARY = "--------portal-tests"
_TYPE = f"multipart/form-data; boundary={BOUNDARY}"
_TOLD = re.compile(r'class="(?:invalid-feedback|errorlist|m-errors)[^>]*>.*?\w', re.DOTALL)
TABLES = (
    SupportingDocument,
    MeetingFile,
    StageFile,
    UpdateFile,
    ZoneMap,
    FacilityPhoto,
    DispatchProof,
    ProgramOrigin,
)


@dataclass(frozen=True)
class Route:
    """A form that takes a file."""

    name: str
    address: str
    field: str
    values: dict[str, Any]
    table: type[models.Model] | None = None
    """Where the file is kept; ``None`` where it is only looked at."""
    download: Callable[[Any], str] = lambda row: ""


def multipart(values: dict[str, Any], field: str, name: str, content: bytes) -> bytes:
    """The body of a form with one file, its name written as browsers do."""
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode()
        for key, value in values.items()
    ]
    written = name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{field}"; filename="{written}"\r\n'
    parts += [head.encode("utf-8", "replace"), b"Content-Type: text/html\r\n\r\n", content, b"\r\n"]
    return b"".join([*parts, f"--{BOUNDARY}--\r\n".encode()])


def hand_in(client: Client, route: Route, file: Hostile) -> HttpResponse:
    body = multipart(route.values, route.field, file.name, file.content)
    return client.post(route.address, body, content_type=_TYPE)


def wrong_with(client: Client, route: Route, file: Hostile) -> tuple[bool, str]:
    """Whether a file was kept, and what is wrong with how it was received: an empty text where nothing is.

    Nothing of it is left in the database.
    """
    before = _count()
    with transaction.atomic():
        try:
            response = hand_in(client, route, file)
            new = _count() - before
            return new > 0, _wrong(client, route, file, response, new)
        finally:
            transaction.set_rollback(True)


def _count() -> int:
    return sum(table._base_manager.count() for table in TABLES)


def _is_chosen(name: str) -> bool:
    """Whether a form learns of a file at all: a field whose file has no visible name counts as left empty."""
    return any(letter.isprintable() for letter in name)


def _wrong(client: Client, route: Route, file: Hostile, response: HttpResponse, new: int) -> str:
    if response.status_code >= 500:
        return f"answered {response.status_code}"
    if not new:
        is_told = _TOLD.search(response.content.decode()) is not None
        must_tell = route.table is not None and _is_chosen(file.name)
        return f"nothing kept, nothing said ({response.status_code})" if must_tell and not is_told else ""
    if route.table is None or new > 1:
        return f"{new} kept"
    row: Any = route.table._base_manager.order_by("-pk").first()
    if row.content_type not in ALLOWED:
        return f"kept as {row.content_type}"
    return inert(client.get(route.download(row)))


def inert(response: HttpResponse) -> str:
    """Why a file that is sent could run in a browser; an empty text where it cannot."""
    kind, way = response.headers["Content-Type"], response.headers["Content-Disposition"]
    policy = response.headers.get("Content-Security-Policy", "")
    if response.status_code != 200:
        return f"sent as {response.status_code}"
    if not way.startswith("attachment") and kind not in SHOWN_IN_PAGE:
        return f"shown in the page as {kind}"
    if response.headers.get("X-Content-Type-Options") != "nosniff":
        return "its type may be guessed"
    if "sandbox" not in policy or "default-src 'none'" not in policy:
        return f"its policy is {policy}"
    content = b"".join(response.streaming_content)
    if kind in SHOWN_IN_PAGE and (b"<script" in content or b"<?php" in content):
        return "a picture holds a script"
    return ""


def routes(client: Client, publisher: Any) -> list[Route]:
    """Every route, its rows made; ``client`` is signed in as somebody who may use all of them."""
    town = factories.MunicipalityFactory(tunisian=True)
    makers = (_evidence, _meetings, _plans, _zones, _facilities, _approval, _dispatches, _looked_at)
    found = [route for maker in makers for route in maker(town, publisher)]
    return found + _admin(client, town)


def _evidence(town: Any, _publisher: Any) -> list[Route]:
    where = {"slug": town.slug}
    document = factories.ExpectedDocumentFactory(task__phase__program__municipality=town)
    old = factories.SupportingDocumentFactory(expected_document=document)
    download = lambda row: reverse("staff-file", kwargs=where | {"pk": row.pk})  # noqa: E731
    add = reverse("document-files", kwargs=where | {"pk": document.pk})
    replace = reverse("file-replace", kwargs=where | {"pk": old.pk})
    return [
        Route("evidence", add, "uploads", {}, SupportingDocument, download),
        Route("evidence replaced", replace, "upload", {}, SupportingDocument, download),
    ]


def _meetings(town: Any, _publisher: Any) -> list[Route]:
    meeting = MeetingFactory(municipality=town)
    where = {"slug": town.slug, "pk": meeting.pk}
    download = lambda row: reverse("staff-meeting-file", kwargs=where | {"pk": row.pk})  # noqa: E731
    files, posted = reverse("meeting-files", kwargs=where), reverse("meeting-posted", kwargs=where)
    return [
        Route("file of a meeting", files, "uploads", {"kind": "other"}, MeetingFile, download),
        Route("photo of a notice", posted, "uploads", {}, MeetingFile, download),
    ]


def _plans(town: Any, _publisher: Any) -> list[Route]:
    stage = StageFactory(plan__municipality=town)
    activity = ActivityFactory(project__plan=stage.plan)
    plan = {"slug": town.slug, "plan": stage.plan.slug}
    project = plan | {"number": activity.project.number}
    stated = {"percent": 10, "stated_on": town.today().isoformat(), "is_public": "on"}
    return [
        Route(
            "document of a stage",
            reverse("staff-stage-files", kwargs=plan | {"pk": stage.pk}),
            "uploads",
            {"visibility": "public"},
            StageFile,
            lambda row: reverse("staff-stage-file", kwargs={"slug": town.slug, "pk": row.pk}),
        ),
        Route(
            "evidence of an activity",
            reverse("staff-activity-update", kwargs=project | {"pk": activity.pk}),
            "uploads",
            stated,
            UpdateFile,
            lambda row: reverse("staff-activity-file", kwargs=project | {"pk": row.pk}),
        ),
    ]


def _zones(town: Any, _publisher: Any) -> list[Route]:
    where = {"slug": town.slug}
    address = reverse("staff-zone-map", kwargs=where)
    return [Route("map", address, "map", {}, ZoneMap, lambda row: reverse("zone-map", kwargs=where))]


def _facilities(town: Any, _publisher: Any) -> list[Route]:
    facility = FacilityFactory(program=factories.ProgramFactory(municipality=town, year=2031))
    where = {"slug": town.slug, "year": 2031, "pk": facility.pk}
    return [
        Route(
            "photo of a facility",
            reverse("facility-photos", kwargs=where),
            "photos",
            {},
            FacilityPhoto,
            lambda row: reverse("staff-photo", kwargs={"slug": town.slug, "pk": row.pk}),
        )
    ]


def _approval(town: Any, publisher: Any) -> list[Route]:
    task = factories.TaskFactory(
        phase__program__municipality=town,
        phase__program__year=2020,
        title_ar="دورة الهيئة المقررة للمصادقة على برنامج الاستثمار",
    )
    publish(program=task.phase.program, actor=publisher)
    body = factories.DecidingBodyFactory(municipality=town)
    values = {"step": "approve", "deciding_body": body.pk, "approved_on": "2021/11/30", "deliberation": "12"}
    return [
        Route(
            "deliberation",
            reverse("program-publish", kwargs={"slug": town.slug, "year": 2020}),
            "file",
            values,
            SupportingDocument,
            lambda row: reverse("staff-file", kwargs={"slug": town.slug, "pk": row.pk}),
        )
    ]


def _dispatches(town: Any, _publisher: Any) -> list[Route]:
    line = DispatchLineFactory(dispatch__municipality=town)
    return [
        Route(
            "proof of a dispatch",
            reverse("dispatch-proofs", kwargs={"slug": town.slug, "pk": line.dispatch_id}),
            "uploads",
            {"line": line.pk},
            DispatchProof,
            lambda row: reverse("dispatch-proof", kwargs={"slug": town.slug, "pk": row.pk}),
        )
    ]


def _looked_at(town: Any, _publisher: Any) -> list[Route]:
    where = {"slug": town.slug}
    table = where | {"year": 2031, "table": "facilities"}
    return [
        Route("calendar to import", reverse("program-import", kwargs=where), "file", {"year": "2032"}),
        Route("table to import", reverse("table-import", kwargs=table), "file", {}),
        Route("file to compare", reverse("verify-file"), "file", {}),
        Route(
            "rows to import",
            reverse("admin:programs_task_import"),
            "import_file",
            {"format": 1, "resource": 0},
        ),
    ]


def _admin(client: Client, town: Any) -> list[Route]:
    document = factories.ExpectedDocumentFactory(
        task__phase__program__municipality=town, task__phase__program__year=2030
    )
    facility = FacilityFactory(program=document.task.phase.program)
    where = {"slug": town.slug}
    pages = (
        ("programs_expecteddocument", document, SupportingDocument, "staff-file"),
        ("programs_facility", facility, FacilityPhoto, "staff-photo"),
        ("municipalities_municipality", town, ZoneMap, "zone-map"),
    )
    return [_admin_route(client, *page, where) for page in pages]


def _admin_route(client: Client, page: str, owner: Any, table: Any, download: str, where: dict) -> Route:
    address = reverse(f"admin:{page}_change", args=[owner.pk])
    shown = client.get(address)
    fields = [
        form.add_prefix("file")
        for inline in shown.context["inline_admin_formsets"]
        for form in inline.formset.extra_forms
        if "file" in form.fields
    ]

    def address_of(row: Any) -> str:
        return reverse(download, kwargs=where if download == "zone-map" else where | {"pk": row.pk})

    return Route(f"admin: {page}", address, fields[0], as_shown(shown), table, address_of)

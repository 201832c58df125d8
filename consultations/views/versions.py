"""The versions of a project, what one tells differently from another, and what proves its progress."""

from __future__ import annotations

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from consultations.models import UpdateFile
from consultations.plans import public_project
from consultations.reader import reader_of
from consultations.versions import differences, version_rows
from consultations.views.public import project_frame
from portal.files.responses import file_response
from portal.freshness import fresh_page
from portal.municipalities.models import Municipality


@fresh_page
def version_list(request: HttpRequest, municipality: Municipality, plan: str, number: int) -> HttpResponse:
    """Every version of a project of a published plan, the newest first, with why it was made."""
    project = public_project(municipality, plan, number)
    versions = version_rows(project.versions.defer("content"), reader_of(municipality), municipality)
    context = project_frame(municipality, project) | {"versions": versions}
    return render(request, "consultations/versions.html", context)


@fresh_page
def difference_page(
    request: HttpRequest, municipality: Municipality, plan: str, number: int, old: int, new: int
) -> HttpResponse:
    """What one version of a project tells differently from an earlier one."""
    project = public_project(municipality, plan, number)
    reader = reader_of(municipality)
    rows = {row.number: row for row in version_rows(project.versions.all(), reader, municipality)}
    if old >= new or old not in rows or new not in rows:
        raise Http404(_("There is no such version."))
    context = project_frame(municipality, project) | {
        "old": rows[old],
        "new": rows[new],
        "differences": differences(rows[old].version.content, rows[new].version.content, reader),
        "reasons": [row for row in rows.values() if old < row.number <= new and row.version.reason],
    }
    return render(request, "consultations/difference.html", context)


@require_safe
def evidence_file(request: HttpRequest, slug: str, plan: str, number: int, pk: int) -> FileResponse:
    """A public file that proves the progress of a published plan's project; anything else does not exist."""
    files = UpdateFile.objects.filter(
        is_public=True,
        update__activity__project__number=number,
        update__activity__project__plan__slug=plan,
        update__activity__project__plan__municipality__slug=slug,
        update__activity__project__plan__status="published",
    )
    file = get_object_or_404(files, pk=pk)
    return file_response(file=file.file, name=file.name, content_type=file.content_type, sha256=file.sha256)

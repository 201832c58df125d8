"""A task's own page at the desk, and the acts by which its evidence comes, changes and goes public."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from portal.bilingual import page_language
from portal.files.authors import authors_told
from portal.files.fields import of_file
from portal.files.quota import StorageFull
from portal.files.uploads import type_name
from portal.meetings.models import Meeting
from portal.meetings.views.public import with_municipality
from portal.municipalities.access import Act, allows, person, staff_page
from portal.municipalities.models import Municipality
from programs.calendar import code_in
from programs.evidence import Share, with_histories
from programs.forms_evidence import PUBLIC, AddFilesForm, ReplaceFileForm
from programs.models import ExpectedDocument, SupportingDocument, Task
from programs.own_evidence import OwnEvidence, own_evidence
from programs.posted import photo_doubts
from programs.services.evidence import attach_files, replace_evidence, set_public


@dataclass(frozen=True, slots=True)
class FileLine:
    """A file as the task's page lists it."""

    file: SupportingDocument
    history: list[SupportingDocument]
    form: ReplaceFileForm
    doubt: str
    """Why it proves nothing, where it is the photo of a notice; else empty."""

    @property
    def kind(self) -> str:
        return type_name(self.file.content_type)


@dataclass(frozen=True, slots=True)
class DocumentSection:
    """An expected document as the task's page shows it."""

    document: ExpectedDocument
    lines: list[FileLine]
    form: AddFilesForm
    own: OwnEvidence | None
    """What the portal can make for it."""


@staff_page(Act.SEE_DRAFTS)
@require_safe
def task_page(request: HttpRequest, municipality: Municipality, year: int, pk: int) -> HttpResponse:
    """A task with its expected documents, the files of each and their history."""
    task = get_object_or_404(_tasks(municipality), pk=pk, phase__program__year=year)
    return _page(request, municipality, task)


@staff_page(Act.EDIT)
def add_files(request: HttpRequest, municipality: Municipality, pk: int) -> HttpResponse:
    """Take files for an expected document: all of them, or none."""
    document = get_object_or_404(_documents(municipality), pk=pk)
    if request.method != "POST":
        return redirect(_address(document))
    form = AddFilesForm(request.POST, request.FILES, document=document)
    if not form.is_valid():
        return _refused(request, municipality, document, form)
    try:
        files = attach_files(
            document=document,
            uploads=form.cleaned_data["uploads"],
            is_public=form.is_public,
            actor=person(request),
        )
    except StorageFull as full:
        form.add_error("uploads", full)
        return _refused(request, municipality, document, form)
    return _done(request, municipality, document, _said_of(files, form.is_public))


@staff_page(Act.EDIT)
def replace_file(request: HttpRequest, municipality: Municipality, pk: int) -> HttpResponse:
    """Put another file in the place of one; the old one stays in the history."""
    file = get_object_or_404(_files(municipality), pk=pk)
    document = file.expected_document
    if request.method != "POST":
        return redirect(_address(document))
    form = ReplaceFileForm(request.POST, request.FILES, file_pk=file.pk)
    if form.is_valid():
        try:
            new = replace_evidence(file=file, upload=form.checked, actor=person(request))
        except ValidationError as error:
            form.add_error("upload", error)
        else:
            said = _("“%(old)s” is replaced by “%(new)s”; the old file stays in the history.")
            return _done(request, municipality, document, said % {"old": file.name, "new": new.name})
    return _refused(request, municipality, document, form, file)


@staff_page(Act.EDIT)
def change_visibility(request: HttpRequest, municipality: Municipality, pk: int) -> HttpResponse:
    """Show a file to everybody, or to the municipality's own people alone."""
    file = get_object_or_404(_files(municipality), pk=pk)
    document = file.expected_document
    if request.method != "POST":
        return redirect(_address(document))
    is_public = request.POST.get("visibility") == PUBLIC
    try:
        set_public(file=file, is_public=is_public, actor=person(request))
    except ValidationError as error:
        messages.error(request, of_file(file.name, error.messages[0]))
        return redirect(_way_back(request, document))
    said = _("“%(name)s” is public now.") if is_public else _("“%(name)s” is internal now.")
    return _done(request, municipality, document, said % {"name": file.name})


def _meetings(municipality: Municipality, task: Task) -> dict[str, Any]:
    """The task's meetings and the others, each knowing its municipality; whether one proposes "done"."""
    rows = Meeting.objects.of(municipality).select_related("minutes").order_by("-date", "-pk")
    linked = set(task.meetings.values_list("pk", flat=True))
    known = with_municipality(rows, municipality)
    own = [meeting for meeting in known if meeting.pk in linked]
    return {
        "meetings": own,
        "other_meetings": [meeting for meeting in known if meeting.pk not in linked],
        "is_done_proposed": not task.done and any(meeting.is_held for meeting in own),
    }


def _tasks(municipality: Municipality) -> QuerySet[Task]:
    return Task.objects.of(municipality).select_related("phase__program__municipality")


def _documents(municipality: Municipality) -> QuerySet[ExpectedDocument]:
    return ExpectedDocument.objects.filter(task__phase__program__municipality=municipality).select_related(
        "task__phase__program__municipality"
    )


def _files(municipality: Municipality) -> QuerySet[SupportingDocument]:
    return SupportingDocument.objects.filter(
        expected_document__task__phase__program__municipality=municipality
    ).select_related("expected_document__task__phase__program__municipality")


def _said_of(files: list[SupportingDocument], wanted_public: bool) -> str:
    count = len(files)
    said = ngettext("%(count)d file was stored.", "%(count)d files were stored.", count) % {"count": count}
    kept = [file.name for file in files if wanted_public and not file.is_public]
    if kept:
        said += " " + _("Kept internal, because it may tell where it was recorded: %(names)s.") % {
            "names": ", ".join(f"\u2068{name}\u2069" for name in kept)
        }
    told = authors_told(file for file in files if file.is_public)
    return f"{said} {told}" if told else said


def _address(document: ExpectedDocument) -> str:
    task = document.task
    program = task.phase.program
    where = {"slug": program.municipality.slug, "year": program.year, "pk": task.pk}
    return f"{reverse('staff-task', kwargs=where)}#document-{document.pk}"


def _way_back(request: HttpRequest, document: ExpectedDocument) -> str:
    """Where the form was sent from, if that is a page of this portal; else the task's page."""
    wanted = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if is_ours and wanted.startswith("/") else _address(document)


def _wants_fragment(request: HttpRequest) -> bool:
    return "HX-Request" in request.headers


def _done(
    request: HttpRequest, municipality: Municipality, document: ExpectedDocument, said: str
) -> HttpResponse:
    if _wants_fragment(request):
        return _fragment(request, municipality, document, said=said)
    messages.success(request, said)
    return redirect(_way_back(request, document))


def _refused(
    request: HttpRequest,
    municipality: Municipality,
    document: ExpectedDocument,
    form: AddFilesForm | ReplaceFileForm,
    file: SupportingDocument | None = None,
) -> HttpResponse:
    if _wants_fragment(request):
        return _fragment(request, municipality, document, form=form)
    task = document.task
    return _page(request, municipality, task, refused=form, refused_at=file or document)


def _fragment(
    request: HttpRequest,
    municipality: Municipality,
    document: ExpectedDocument,
    *,
    said: str = "",
    form: AddFilesForm | ReplaceFileForm | None = None,
) -> HttpResponse:
    """The document's files as the calendar's grid shows them; 422 with what is wrong for a refusal."""
    document.listed_files = list(document.files.current().order_by("uploaded_at", "pk"))
    context = {
        "document": document,
        "municipality": municipality,
        "program": document.task.phase.program,
        "may_edit": True,
        "said": said,
        "form": form,
    }
    return render(request, "programs/desk/files.html", context, status=422 if form else 200)


def _page(
    request: HttpRequest,
    municipality: Municipality,
    task: Task,
    *,
    refused: AddFilesForm | ReplaceFileForm | None = None,
    refused_at: ExpectedDocument | SupportingDocument | None = None,
) -> HttpResponse:
    """The task's page; after a refusal with the form that says what is wrong in its place."""
    listed = _listed(task)
    own = own_evidence(task, listed)
    doubts = photo_doubts(task, listed)
    sections = [_section(document, own.get(document.pk), doubts, refused, refused_at) for document in listed]
    present = sum(bool(section.lines) for section in sections)
    context = {
        "municipality": municipality,
        "program": task.phase.program,
        "task": task,
        "code": code_in(page_language(), task.phase.number, task.number),
        "sections": sections,
        "share": Share(present, len(sections)),
        "may_edit": allows(request.user, Act.EDIT, municipality.pk),
        "may_publish": allows(request.user, Act.PUBLISH, municipality.pk),
        "refused": refused,
        "desk_section": "calendar",
        **_meetings(municipality, task),
    }
    return render(request, "programs/desk/task.html", context)


def _listed(task: Task) -> list[ExpectedDocument]:
    """The documents of a task, each with all its files, the replaced ones too."""
    files = SupportingDocument.objects.select_related("uploaded_by").order_by("uploaded_at", "pk")
    documents = task.expected_documents.prefetch_related(Prefetch("files", files, "listed_files"))  # type: ignore[no-redef]
    return list(documents.order_by("position", "pk"))


def _section(
    document: ExpectedDocument,
    own: OwnEvidence | None,
    doubts: dict[int, str],
    refused: AddFilesForm | ReplaceFileForm | None,
    refused_at: ExpectedDocument | SupportingDocument | None,
) -> DocumentSection:
    lines = []
    for file, history in with_histories(document.listed_files):
        form = refused if refused_at == file else ReplaceFileForm(file_pk=file.pk)
        lines.append(FileLine(file, history, cast(ReplaceFileForm, form), doubts.get(file.pk, "")))
    form = refused if refused_at == document else AddFilesForm(document=document)
    return DocumentSection(document, lines, cast(AddFilesForm, form), own)

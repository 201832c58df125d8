"""The pages of programs for the municipality's own people."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render

from portal.files.responses import file_response
from portal.municipalities.access import Act, staff_page
from portal.municipalities.models import Municipality
from programs.models import SupportingDocument
from programs.views.public import any_program, page_context


@staff_page(Act.SEE_DRAFTS)
def program_preview(request: HttpRequest, municipality: Municipality, year: int) -> HttpResponse:
    """A program as the public would see it, before it does."""
    program = any_program(municipality, year)
    context = page_context(municipality, program, is_preview=not program.is_public)
    context |= {"is_desk": True, "origins": program.origins.order_by("-imported_at", "-pk")}
    return render(request, "programs/program.html", context)


@staff_page(Act.SEE_DRAFTS)
def evidence_file(request: HttpRequest, municipality: Municipality, pk: int) -> HttpResponseBase:
    """Any supporting document of the municipality, internal ones too."""
    documents = SupportingDocument.objects.filter(
        expected_document__task__phase__program__municipality=municipality
    )
    document = get_object_or_404(documents, pk=pk)
    return file_response(
        file=document.file, name=document.name, content_type=document.content_type, sha256=document.sha256
    )

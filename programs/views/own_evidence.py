"""Evidence that the portal makes itself: the publisher agrees, and it is kept."""

from __future__ import annotations

import logging

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from portal.municipalities.access import Act, person, staff_page
from portal.municipalities.models import Municipality
from portal.papers.answers import order_of
from portal.pdf.render import PdfBusyError, PdfError
from portal.publications.models import Publication
from portal.publications.reading import is_withdrawal
from programs.forms_evidence import PUBLIC
from programs.models import ExpectedDocument, Program
from programs.own_evidence import OwnPaper, certificate_of, paper_named
from programs.services.own_evidence import keep_for_all, keep_paper

logger = logging.getLogger(__name__)


@staff_page(Act.PUBLISH)
def document_own(request: HttpRequest, municipality: Municipality, pk: int) -> HttpResponse:
    """Make a paper and keep it as evidence of an expected document."""
    documents = ExpectedDocument.objects.filter(task__phase__program__municipality=municipality)
    related = documents.select_related("task__phase__program__municipality")
    document = get_object_or_404(related, pk=pk)
    if request.method == "POST":
        paper = paper_named(document.task, document, request.POST.get("paper", ""))
        if paper is None:
            messages.error(request, _("There is no such paper any more. Choose another one."))
        else:
            _keep(request, municipality, document, paper)
    return redirect(_address(municipality, document))


def certify_publication(request: HttpRequest, program: Program, documents: list[ExpectedDocument]) -> None:
    """Attach the certificate of what was just published to the documents that were chosen, and say so.

    The publication stands whatever happens here.
    """
    municipality = program.municipality
    entry = Publication.objects.of_object(program).newest()
    if not documents or entry is None or is_withdrawal(entry):
        return
    kept = keep_for_all(
        documents=documents,
        paper=certificate_of(entry, municipality),
        order=order_of(request, municipality, "certificate", {"number": entry.number}),
        actor=person(request),
    )
    if kept.files:
        messages.success(request, _("The certificate of publication is attached as evidence."))
    if kept.failed:
        told = _(
            "The program is published. The certificate could not be attached now: it can be made later, "
            "on the page of each task. Without it: %(documents)s."
        )
        titles = ", ".join(f"\u2068{document.title}\u2069" for document in kept.failed)
        messages.warning(request, told % {"documents": titles})


def _keep(
    request: HttpRequest, municipality: Municipality, document: ExpectedDocument, paper: OwnPaper
) -> None:
    try:
        file = keep_paper(
            document=document,
            paper=paper,
            order=order_of(request, municipality, paper.kind.value, paper.arguments),
            is_public=request.POST.get("visibility") == PUBLIC,
            actor=person(request),
        )
    except ValidationError as refusal:
        messages.error(request, refusal.messages[0])
    except Http404:
        messages.error(request, _("There is no such paper any more. Choose another one."))
    except PdfBusyError:
        messages.error(
            request, _("Another paper is being made: nothing was attached. Try again in a moment.")
        )
    except PdfError:
        logger.exception("No evidence %s", paper.key)
        messages.error(request, _("The paper could not be made: nothing was attached. You can try later."))
    else:
        messages.success(request, _("“%(name)s” is made and attached.") % {"name": file.name})


def _address(municipality: Municipality, document: ExpectedDocument) -> str:
    task = document.task
    where = {"slug": municipality.slug, "year": task.phase.program.year, "pk": task.pk}
    return f"{reverse('staff-task', kwargs=where)}#document-{document.pk}"

"""The desk's pages of copies that were sent, and of those who receive them. Nothing of it is public."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import FileResponse, HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.dispatches import services
from portal.dispatches.choosing import chosen_subject, subject_choices
from portal.dispatches.forms import (
    DispatchForm,
    LineForm,
    MoreRecipientsForm,
    NewDispatchForm,
    ProofForm,
    RecipientForm,
    version_label,
)
from portal.dispatches.models import Dispatch, DispatchProof, Recipient
from portal.editing.desk_form import DeskForm
from portal.editing.pages import sheet_page
from portal.editing.rows import RowEdit
from portal.editing.sheets import Sheet
from portal.files.quota import StorageFull
from portal.files.responses import file_response
from portal.municipalities.access import Act, allows, person, staff_page
from portal.municipalities.models import Municipality
from portal.papers.answers import paper_answer
from portal.subjects import read_subject

SECTION = "dispatches"
FORM = ["GET", "HEAD", "POST"]


@staff_page(Act.SEE_DESK)
@require_safe
def dispatch_list(request: HttpRequest, municipality: Municipality) -> HttpResponse:
    """What was sent, the newest first."""
    context = {
        **_frame(request, municipality),
        "dispatches": Dispatch.objects.of(municipality).for_dispatches_page(),
        "recipient_count": Recipient.objects.of(municipality).offered().count(),
    }
    return render(request, "dispatches/list.html", context)


@staff_page(Act.SEE_DESK)
@require_http_methods(FORM)
def recipients(request: HttpRequest, municipality: Municipality) -> HttpResponse:
    """The register of recipients: a sheet for those who edit, a list without e-mails for the others."""
    rows = list(Recipient.objects.of(municipality))
    if not _may_edit(request, municipality):
        context = {**_frame(request, municipality), "recipients": rows}
        return render(request, "dispatches/recipients_read.html", context)

    def make(data: QueryDict | None, unit: str) -> list[Sheet]:
        def blank() -> Recipient:
            return Recipient(municipality=municipality)

        return [Sheet(RecipientForm, rows, prefix="recipient", data=data, blank=blank, blanks=3)]

    def save(edits: list[RowEdit]) -> int:
        return services.save_recipients(municipality=municipality, edits=edits, actor=person(request))

    return sheet_page(
        request,
        make=make,
        save=save,
        template="dispatches/recipients.html",
        context=_frame(request, municipality),
        address=request.path,
    )


@staff_page(Act.EDIT)
@require_http_methods(FORM)
def dispatch_new(request: HttpRequest, municipality: Municipality) -> HttpResponse:
    """List copies of something: first what, by ``?subject=``, then which version and to whom."""
    key = request.GET.get("subject", "")
    chosen = chosen_subject(municipality, key)
    data = request.POST if request.method == "POST" else None
    form = NewDispatchForm(data, municipality=municipality, chosen=chosen)
    if data is not None and form.is_valid() and (dispatch := _begin(request, municipality, form)):
        messages.success(request, _("The list is there: complete it as copies are sent and received."))
        return redirect(staff_address(dispatch))
    context = {
        **_frame(request, municipality),
        "form": form,
        "choices": subject_choices(municipality),
        "chosen": chosen,
        "is_chosen": chosen is not None or key == "other" or data is not None,
    }
    return render(request, "dispatches/new.html", context)


def _begin(request: HttpRequest, municipality: Municipality, form: NewDispatchForm) -> Dispatch | None:
    try:
        return services.begin_dispatch(
            municipality=municipality,
            values=form.values,
            recipients=form.chosen,
            sending=form.sending,
            actor=person(request),
        )
    except ValidationError as refusal:
        form.refuse(refusal)
        return None


@staff_page(Act.SEE_DESK)
@require_http_methods(FORM)
def dispatch_page(request: HttpRequest, municipality: Municipality, pk: int) -> HttpResponse:
    """A list of copies, with what can be done to it."""
    _may_edit(request, municipality)
    return _page(request, dispatch_of(municipality, pk))


@staff_page(Act.EDIT)
@require_POST
def dispatch_more(request: HttpRequest, municipality: Municipality, pk: int) -> HttpResponse:
    """Add recipients to a list."""
    dispatch = dispatch_of(municipality, pk)
    form = MoreRecipientsForm(request.POST, dispatch=dispatch)
    if not form.is_valid():
        return _page(request, dispatch, more_form=form)
    try:
        count = services.add_recipients(
            dispatch=dispatch, recipients=form.chosen, sending=form.sending, actor=person(request)
        )
    except ValidationError as refusal:
        form.refuse(refusal)
        return _page(request, dispatch, more_form=form)
    said = ngettext("Added: %(count)d recipient.", "Added: %(count)d recipients.", count)
    messages.success(request, said % {"count": count})
    return redirect(staff_address(dispatch))


@staff_page(Act.EDIT)
@require_POST
def dispatch_proofs(request: HttpRequest, municipality: Municipality, pk: int) -> HttpResponse:
    """Take files that prove a copy: all of them, or none."""
    dispatch = dispatch_of(municipality, pk)
    form = ProofForm(request.POST, request.FILES, dispatch=dispatch)
    if not form.is_valid():
        return _page(request, dispatch, proof_form=form)
    line = form.line
    line.dispatch = dispatch
    try:
        services.attach_proofs(line=line, uploads=form.uploads, actor=person(request))
    except StorageFull as full:
        form.add_error("uploads", full)
        return _page(request, dispatch, proof_form=form)
    messages.success(request, _("Stored."))
    return redirect(f"{staff_address(dispatch)}#proofs")


@staff_page(Act.EDIT)
@require_POST
def dispatch_remove(request: HttpRequest, municipality: Municipality, pk: int) -> HttpResponse:
    """Remove a list that was begun by mistake."""
    dispatch = dispatch_of(municipality, pk)
    try:
        services.remove_dispatch(dispatch=dispatch, actor=person(request))
    except ValidationError as refusal:
        messages.error(request, refusal.messages[0])
        return redirect(staff_address(dispatch))
    messages.success(request, _("The list is removed."))
    return redirect("staff-dispatches", slug=municipality.slug)


@staff_page(Act.SEE_DESK)
@require_safe
def dispatch_proof(request: HttpRequest, municipality: Municipality, pk: int) -> FileResponse:
    """A file that proves a copy, for the municipality's own people."""
    proof = _proof(municipality, pk)
    return file_response(
        file=proof.file, name=proof.name, content_type=proof.content_type, sha256=proof.sha256
    )


@staff_page(Act.MANAGE)
@require_POST
def proof_remove(request: HttpRequest, municipality: Municipality, pk: int) -> HttpResponse:
    """Remove a file that proves a copy."""
    proof = _proof(municipality, pk)
    services.remove_proof(proof=proof, actor=person(request))
    messages.success(request, _("The file is removed."))
    return redirect(f"{staff_address(proof.line.dispatch)}#proofs")


@require_safe
def dispatch_paper(request: HttpRequest, slug: str, pk: int) -> HttpResponseBase:
    """The list on paper."""
    return paper_answer(request, slug, "dispatch-list", {"pk": pk})


# Rows


def dispatch_of(municipality: Municipality, pk: int) -> Dispatch:
    """A dispatch of the municipality with its copies. Raises ``Http404``."""
    dispatch = get_object_or_404(Dispatch.objects.of(municipality).for_dispatch_page(), pk=pk)
    dispatch.municipality = municipality
    for line in dispatch.listed_lines:
        line.dispatch = dispatch
    return dispatch


def _proof(municipality: Municipality, pk: int) -> DispatchProof:
    proofs = DispatchProof.objects.of(municipality).select_related(
        "line__recipient", "line__dispatch__municipality"
    )
    return get_object_or_404(proofs, pk=pk)


# Answers


def _may_edit(request: HttpRequest, municipality: Municipality) -> bool:
    """Whether the person may edit. Raises ``PermissionDenied`` for a POST of somebody who may not."""
    may_edit = allows(request.user, Act.EDIT, municipality.pk)
    if request.method == "POST" and not may_edit:
        raise PermissionDenied
    return may_edit


def staff_address(dispatch: Dispatch) -> str:
    where = {"slug": dispatch.municipality.slug, "pk": dispatch.pk}
    return reverse("staff-dispatch", kwargs=where)


def _frame(request: HttpRequest, municipality: Municipality) -> dict[str, Any]:
    return {
        "municipality": municipality,
        "desk_section": SECTION,
        "may_edit": allows(request.user, Act.EDIT, municipality.pk),
        "may_manage": allows(request.user, Act.MANAGE, municipality.pk),
    }


def _page(
    request: HttpRequest,
    dispatch: Dispatch,
    *,
    more_form: MoreRecipientsForm | None = None,
    proof_form: ProofForm | None = None,
) -> HttpResponse:
    """The list's page; after a refusal with the form that says what is wrong in its place."""
    refused: list[DeskForm] = [form for form in (more_form, proof_form) if form]
    municipality, publication = dispatch.municipality, dispatch.publication
    if publication:
        publication.municipality = municipality
    subject = read_subject(municipality, dispatch.subject_kind, dispatch.subject_pk or 0)
    context = {
        **_frame(request, municipality),
        "dispatch": dispatch,
        "subject": subject,
        "version": version_label(publication) if publication else "",
        "others": [problem for form in refused for problem in form.problems],
        "more_form": more_form or MoreRecipientsForm(dispatch=dispatch),
        "proof_form": proof_form or ProofForm(dispatch=dispatch),
        "has_proofs": any(line.listed_proofs for line in dispatch.listed_lines),
    }
    return sheet_page(
        request,
        make=lambda data, unit: _sheets(dispatch, data),
        save=lambda edits: services.save_dispatch(dispatch=dispatch, edits=edits, actor=person(request)),
        template="dispatches/dispatch.html",
        context=context,
        address=staff_address(dispatch),
        may_save=not refused,
    )


def _sheets(dispatch: Dispatch, data: QueryDict | None) -> list[Sheet]:
    what = Sheet(
        DispatchForm,
        [dispatch],
        prefix="dispatch",
        data=data,
        prepare=DispatchForm.offer_versions,
        name_of=lambda row: "own",
        is_stacked=True,
    )
    lines = Sheet(
        LineForm,
        dispatch.listed_lines,
        prefix="copy",
        data=data,
        title_of=lambda line: str(line.recipient.name),
    )
    return [what, lines]

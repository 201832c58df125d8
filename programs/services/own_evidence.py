"""Evidence that the portal makes itself: printed, and kept beside what was handed in."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.audit.log import Changes, record
from portal.files.quota import check_room
from portal.files.rows import stored_row
from portal.files.uploads import CheckedFile
from portal.municipalities.turns import take_turn
from portal.papers.answers import made_now
from portal.papers.orders import PDF, Copy, Order, draft_of
from portal.pdf.render import PdfError
from portal.pdf.responses import safe_filename
from programs.models import ExpectedDocument, SupportingDocument
from programs.own_evidence import OwnPaper
from programs.services.touching import touch


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of a paper that several documents are to get."""

    files: list[SupportingDocument] = field(default_factory=list)
    failed: list[ExpectedDocument] = field(default_factory=list)
    """Those that can get it later."""


def keep_paper(
    *, document: ExpectedDocument, paper: OwnPaper, order: Order, is_public: bool, actor: User
) -> SupportingDocument:
    """Print a paper's archive copy and keep it as evidence of an expected document.

    It is printed before anybody has to wait for the rows.

    Args:
        order: any order of the municipality, for the language and the address of the portal.

    Raises:
        Http404: the paper is there no more, or no longer public.
        portal.pdf.render.PdfError: it could not be made.
        ValidationError: the document has this very paper already, or it does not fit
            (:class:`~portal.files.quota.StorageFull`).
    """
    order = replace(
        order, kind=paper.kind.value, arguments=paper.arguments, copy=Copy.ARCHIVE, is_large=False
    )
    draft = draft_of(order)
    content = made_now(order, draft)
    sha256 = hashlib.sha256(content).hexdigest()
    printed = CheckedFile(safe_filename(draft.filename), content, PDF, sha256)
    _refuse_twice(document, paper, printed)
    check_room(document.task.phase.program.municipality, [printed])
    file = stored_row(
        SupportingDocument,
        printed,
        actor=actor,
        is_public=is_public,
        expected_document=document,
        made_from=paper.kind.value,
        publication=paper.publication,
    )
    _save(document, paper, printed, file, actor)
    return file


def keep_for_all(
    *, documents: Sequence[ExpectedDocument], paper: OwnPaper, order: Order, actor: User
) -> Kept:
    """Keep a public paper as evidence of each of several documents; one that fails stops no other."""
    kept = Kept()
    for document in documents:
        try:
            file = keep_paper(document=document, paper=paper, order=order, is_public=True, actor=actor)
        except (Http404, PdfError, ValidationError):
            kept.failed.append(document)
        else:
            kept.files.append(file)
    return kept


@transaction.atomic
def _save(
    document: ExpectedDocument, paper: OwnPaper, printed: CheckedFile, file: SupportingDocument, actor: User
) -> None:
    program = document.task.phase.program
    take_turn(program.municipality)
    check_room(program.municipality, [file])
    _refuse_twice(document, paper, printed)
    file.save()
    changes: Changes = {
        "file": (None, file.name),
        "made_from": (None, file.made_from),
        "is_public": (None, file.is_public),
    }
    record(actor=actor, action="evidence.made", obj=file, municipality=program.municipality, changes=changes)
    touch(program)


def _refuse_twice(document: ExpectedDocument, paper: OwnPaper, printed: CheckedFile) -> None:
    files = SupportingDocument.objects.current().filter(expected_document=document)
    is_certified = paper.publication and files.filter(
        made_from=paper.kind.value, publication=paper.publication
    )
    if is_certified or files.filter(sha256=printed.sha256).exists():
        raise ValidationError(_("The document has this very paper already."))

"""The papers that the portal makes itself as evidence: which there are for each document a task expects."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.bilingual import page_language
from portal.dispatches.papers import lists_of
from portal.locales import full_date, long_date
from portal.meetings.models import Meeting
from portal.municipalities.models import Municipality
from portal.publications.files import KnownFile
from portal.publications.models import Publication
from portal.publications.reading import is_withdrawal
from programs.models import ExpectedDocument, Program, SupportingDocument, Task
from programs.published import content_of
from programs.rules_evidence import OwnKind, certifies, own_kinds

_SUBJECTS = ("program", "diagnosis")
# What has to happen before there is anything to make.
_AWAITED: dict[OwnKind, str | Promise] = {
    OwnKind.CERTIFICATE: gettext_lazy(
        "Once what this task makes public is published here, the portal can make the certificate of it."
    ),
    OwnKind.INVITATION: gettext_lazy(
        "Once a meeting of this task is public, the portal can make its invitation."
    ),
    OwnKind.POSTER: gettext_lazy("Once a meeting of this task is public, the portal can make its poster."),
    OwnKind.MINUTES: gettext_lazy(
        "Once the minutes of a meeting of this task are public, the portal can print them."
    ),
    OwnKind.DISPATCH_LIST: gettext_lazy(
        "Once the copies that were sent are entered at the desk, the portal can print their list."
    ),
}


@dataclass(frozen=True, slots=True)
class OwnPaper:
    """A paper that the portal can make as evidence."""

    kind: OwnKind
    """Also the paper's kind in ``PAPERS``."""
    argument: int
    """The number of the entry, or the key of the meeting or the dispatch."""
    label: str
    address: str
    """Where it can be looked at first."""
    publication: Publication | None = None
    """The entry that it certifies."""

    @property
    def key(self) -> str:
        """As a form names it."""
        return f"{self.kind}:{self.argument}"

    @property
    def arguments(self) -> dict[str, str | int]:
        """As the paper's draft takes them."""
        return {"number" if self.kind is OwnKind.CERTIFICATE else "pk": self.argument}


@dataclass(frozen=True, slots=True)
class OwnEvidence:
    """What the portal can make for an expected document."""

    papers: list[OwnPaper] = field(default_factory=list)
    awaited: list[str] = field(default_factory=list)
    """In words, for what it could make and has nothing to make it of yet."""

    @property
    def is_internal(self) -> bool:
        """Where the choice stands at first: a list of dispatches names people and their addresses."""
        return all(paper.kind is OwnKind.DISPATCH_LIST for paper in self.papers)


def own_evidence(task: Task, documents: Iterable[ExpectedDocument]) -> dict[int, OwnEvidence]:
    """What the portal can make for each of a task's documents, by the document's key.

    Those that it can make nothing of are left out: for most there is no query. It offers no certificate
    of what has not been published, and none that the document has.
    """
    found = _found(task, documents)
    if any(paper.publication for own in found.values() for paper in own.papers):
        made = SupportingDocument.objects.current().filter(
            expected_document__in=found, made_from=OwnKind.CERTIFICATE
        )
        kept = set(made.values_list("expected_document_id", "publication_id"))
        for pk, own in found.items():
            own.papers[:] = [
                paper
                for paper in own.papers
                if not paper.publication or (pk, paper.publication.pk) not in kept
            ]
    return found


def paper_named(task: Task, document: ExpectedDocument, key: str) -> OwnPaper | None:
    """The paper that a form names; ``None`` where the portal cannot make it for this document, or no more."""
    found = _found(task, [document]).get(document.pk, OwnEvidence())
    return next((paper for paper in found.papers if paper.key == key), None)


def _found(task: Task, documents: Iterable[ExpectedDocument]) -> dict[int, OwnEvidence]:
    wanted = {document.pk: own_kinds(document.title_ar, document.title_fr) for document in documents}
    kinds = {kind for found in wanted.values() for kind in found}
    papers = {kind: list(_MAKERS[kind](task)) for kind in OwnKind if kind in kinds}
    return {
        pk: OwnEvidence(
            papers=[paper for kind in found for paper in papers[kind]],
            awaited=[str(_AWAITED[kind]) for kind in found if not papers[kind]],
        )
        for pk, found in wanted.items()
        if found
    }


def documents_to_certify(program: Program) -> list[ExpectedDocument]:
    """The documents that a certificate of the program as it is now would be, without one so far.

    One query where none of them asks for a certificate.
    """
    made = SupportingDocument.objects.current().filter(
        expected_document=OuterRef("pk"), made_from=OwnKind.CERTIFICATE
    )
    documents = ExpectedDocument.objects.filter(~Exists(made), task__phase__program=program)
    ordered = documents.order_by("task__phase__number", "task__number", "position", "pk")
    wanted = [one for one in ordered.select_related("task__phase__program") if _is_certificate(one)]
    if not wanted:
        return []
    content = content_of(program)
    return [one for one in wanted if certifies(content, one.task.title_ar, one.task.title_fr)]


def certificate_of(publication: Publication, municipality: Municipality) -> OwnPaper:
    """The certificate of an entry, as a paper to be kept."""
    where = {"slug": municipality.slug, "number": publication.number}
    at = publication.at.astimezone(municipality.zone_info)
    day = full_date(at.date(), municipality.country, page_language())
    label = _("Certificate of publication: %(title)s, version %(version)s, %(day)s at %(time)s") % {
        "title": f"\u2068{publication.title}\u2069",
        "version": publication.version,
        "day": day,
        "time": f"{at:%H:%M}",
    }
    address = reverse("publication-certificate", kwargs=where)
    return OwnPaper(OwnKind.CERTIFICATE, publication.number, label, address, publication)


def known_files(sha256: str) -> list[KnownFile]:
    """The public evidence of this fingerprint, in public programs; for whoever compares a file."""
    path = "expected_document__task__phase__program__municipality"
    files = SupportingDocument.objects.published().filter(sha256=sha256).select_related(path)
    return [_known(file) for file in files.order_by("pk")]


def _known(file: SupportingDocument) -> KnownFile:
    document = file.expected_document
    program = document.task.phase.program
    where = {"slug": program.municipality.slug, "year": program.year}
    return KnownFile(
        name=file.name,
        about=document.title,
        address=reverse("program", kwargs=where),
        is_made_here=bool(file.made_from),
    )


def _is_certificate(document: ExpectedDocument) -> bool:
    return OwnKind.CERTIFICATE in own_kinds(document.title_ar, document.title_fr)


# What there is of each kind


def _certificates(task: Task) -> Iterator[OwnPaper]:
    """Of the first version that made public what the task had to, and of the newest; of meetings likewise."""
    program = task.phase.program
    municipality = program.municipality
    if program.is_public:
        entries = [entry for entry in _in_force(program) if _fulfils(entry, task)]
        for publication in dict.fromkeys([*entries[:1], *entries[-1:]]):
            yield certificate_of(publication, municipality)
    for meeting in _public_meetings(task):
        for publication in _in_force(meeting)[:1]:
            yield certificate_of(publication, municipality)


def _in_force(obj: Program | Meeting) -> list[Publication]:
    """The entries of something since it was last withdrawn, the first of them first."""
    found: list[Publication] = []
    for publication in Publication.objects.of_object(obj).order_by("number"):
        found = [] if is_withdrawal(publication) else [*found, publication]
    return found


def _fulfils(publication: Publication, task: Task) -> bool:
    return certifies(json.loads(publication.content), task.title_ar, task.title_fr)


def _public_meetings(task: Task) -> list[Meeting]:
    meetings = task.meetings.filter(is_public=True).select_related("minutes").order_by("date", "pk")
    return list(meetings)


def _of_meetings(kind: OwnKind, route: str, label: str | Promise, *, of_minutes: bool = False) -> Any:
    def papers(task: Task) -> Iterator[OwnPaper]:
        municipality = task.phase.program.municipality
        for meeting in _public_meetings(task):
            if of_minutes and not (hasattr(meeting, "minutes") and meeting.minutes.is_public):
                continue
            address = reverse(route, kwargs={"slug": municipality.slug, "pk": meeting.pk})
            day = long_date(meeting.date, municipality.country, page_language())
            title = f"\u2068{meeting.title}\u2069"
            yield OwnPaper(kind, meeting.pk, str(label) % {"meeting": title, "day": day}, address)

    return papers


def _dispatch_lists(task: Task) -> Iterator[OwnPaper]:
    program = task.phase.program
    municipality = program.municipality
    for dispatch in lists_of(municipality, [(kind, program.pk) for kind in _SUBJECTS]):
        address = reverse("dispatch-list", kwargs={"slug": municipality.slug, "pk": dispatch.pk})
        label = _("Dispatch list: %(title)s") % {"title": f"\u2068{dispatch.title}\u2069"}
        yield OwnPaper(OwnKind.DISPATCH_LIST, dispatch.pk, label, address)


_MAKERS: dict[OwnKind, Any] = {
    OwnKind.CERTIFICATE: _certificates,
    OwnKind.INVITATION: _of_meetings(
        OwnKind.INVITATION, "meeting-invitation", gettext_lazy("Invitation: %(meeting)s, %(day)s")
    ),
    OwnKind.POSTER: _of_meetings(
        OwnKind.POSTER, "meeting-poster", gettext_lazy("Poster: %(meeting)s, %(day)s")
    ),
    OwnKind.MINUTES: _of_meetings(
        OwnKind.MINUTES,
        "meeting-minutes-paper",
        gettext_lazy("Minutes: %(meeting)s, %(day)s"),
        of_minutes=True,
    ),
    OwnKind.DISPATCH_LIST: _dispatch_lists,
}

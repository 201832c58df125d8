"""The steps of a program from draft to closed, and what of it enters the register of publications."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from portal.accounts.models import User
from portal.audit.log import Changes
from portal.bilingual import original
from portal.files.quota import StorageFull
from portal.files.uploads import CheckedFile
from portal.municipalities import four_eyes
from portal.municipalities.access import Act
from portal.municipalities.models import DecidingBody
from portal.municipalities.turns import take_turn
from portal.publications import chain
from portal.publications.models import Publication
from portal.publications.register import enter
from programs.acts import ActKind, act_of
from programs.history import last_editor
from programs.models import ExpectedDocument, Program, Status, Task
from programs.published import content_of, withdrawal_of
from programs.publishing import unexplained_delays
from programs.services.cells import ReasonNeeded, give_reason
from programs.services.evidence import attach_evidence

PUBLISHED_ANEW = "program.published_anew"
"""A public program that changed enters the register as its next version; its status stays."""


@dataclass(frozen=True, slots=True)
class Transition:
    """A step from one status to another, who may take it, and the journal's name of it."""

    code: str
    old: Status
    new: Status
    act: Act
    action: str


TRANSITIONS = (
    Transition("publish", Status.DRAFT, Status.PUBLISHED, Act.PUBLISH, "program.published"),
    Transition("withdraw", Status.PUBLISHED, Status.DRAFT, Act.PUBLISH, "program.withdrawn"),
    Transition("approve", Status.PUBLISHED, Status.APPROVED, Act.PUBLISH, "program.approved"),
    Transition("close", Status.APPROVED, Status.CLOSED, Act.PUBLISH, "program.closed"),
)
"""Every step there is. ``docs/permissions.md`` says which roles an act belongs to."""


@dataclass(frozen=True, slots=True)
class Approval:
    """What a deliberation decided: which body, on which day, under which number."""

    deciding_body: DecidingBody
    date: datetime.date
    deliberation: str


def transition_between(current: str, wanted: str) -> Transition | None:
    """The step from one status to another; ``None`` where there is none."""
    return next((step for step in TRANSITIONS if (step.old, step.new) == (current, wanted)), None)


def steps_from(status: str) -> list[Transition]:
    return [step for step in TRANSITIONS if step.old == status]


def change_status(*, program: Program, status: str, actor: User | None) -> None:
    """Take the step to another status, whichever it is; nothing happens where the program is there already.

    Raises ``ValidationError`` when there is no such step, and for an approval, which needs more than
    a status (:func:`approve`). Otherwise as the step itself.
    """
    steps = {Status.DRAFT: withdraw, Status.PUBLISHED: publish, Status.CLOSED: close}
    if Status(status) in steps:
        steps[Status(status)](program=program, actor=actor)
        return
    with transaction.atomic():
        if _next_step(program, Status(status)):
            raise ValidationError(_("An approval needs its deciding body, its date and its deliberation."))


@transaction.atomic
def publish(
    *, program: Program, actor: User | None, reasons: Mapping[int, str] | None = None, reason: str = ""
) -> None:
    """Make a program public, and enter it into the register.

    Args:
        reasons: why a delay is not kept, by the key of its rule.
        reason: the same, for every such delay that has no other.

    Raises ``ValidationError`` for a calendar without any task, where there is no such step and where a second
    person is needed (``four_eyes``), and :class:`~programs.services.cells.ReasonNeeded` where a delay is
    broken and nobody said why.
    """
    step = _next_step(program, Status.PUBLISHED)
    if step:
        _ask_second_person(program, actor)
        _make_ready(program, reasons or {}, reason, actor)
        _take(step, program, actor)


@transaction.atomic
def publish_anew(
    *, program: Program, actor: User | None, reasons: Mapping[int, str] | None = None, reason: str = ""
) -> Publication:
    """Enter a public program that changed into the register, as its next version.

    Raises as :func:`publish`, and ``ValidationError`` for a program that is not public or has not changed.
    """
    take_turn(program.municipality)
    current = Program.objects.get(pk=program.pk)
    if not current.is_public:
        raise ValidationError(_("A draft is published first."))
    _ask_second_person(program, actor)
    _make_ready(program, reasons or {}, reason, actor)
    if not has_changed(current):
        raise ValidationError(_("Nothing has changed since it was published."))
    return _enter(program, PUBLISHED_ANEW, actor, {})


@transaction.atomic
def withdraw(*, program: Program, actor: User | None) -> None:
    """Make a published program a draft again: its public addresses answer 404.

    Its versions stay in the register, marked as withdrawn. Raises ``ValidationError`` where there is
    no such step, and where a second person is needed (``four_eyes``).
    """
    step = _next_step(program, Status.DRAFT)
    if step:
        _ask_second_person(program, actor)
        _take(step, program, actor)


@transaction.atomic
def approve(
    *, program: Program, approval: Approval, actor: User | None, file: CheckedFile | None = None
) -> None:
    """Record that the deciding body approved a published program.

    ``file`` is the deliberation itself: public evidence of the task of approval. Raises
    ``ValidationError`` by field (``approved_on``, ``deliberation``, ``deciding_body``, ``file``) for an
    approval that cannot be, and where there is no such step.
    """
    step = _next_step(program, Status.APPROVED)
    if step:
        check_approval(program, approval)
        if file:
            document = _deliberation_of(program)
            _keep_deliberation(document, file, actor)
        values = {
            "approved_on": approval.date,
            "deliberation": approval.deliberation.strip(),
            "deciding_body": approval.deciding_body,
        }
        _take(step, program, actor, values)


@transaction.atomic
def close(*, program: Program, actor: User | None) -> None:
    """Give an approved program its last status. Raises ``ValidationError`` where there is no such step."""
    step = _next_step(program, Status.CLOSED)
    if step:
        _take(step, program, actor)


def has_changed(program: Program) -> bool:
    """Whether the public would read something else than what the register holds as the last version."""
    last = Publication.objects.of_object(program).newest()
    return last is None or last.content_sha256 != fingerprint_of(program)


def fingerprint_of(program: Program) -> str:
    """The fingerprint that the program would have in the register as it is now."""
    return chain.fingerprint(chain.canonical(content_of(program)))


# Approvals


def _keep_deliberation(document: ExpectedDocument, file: CheckedFile, actor: User | None) -> None:
    try:
        attach_evidence(document=document, upload=file, is_public=True, actor=actor)
    except StorageFull as full:
        raise ValidationError({"file": full.messages}) from full


def _deliberation_of(program: Program) -> ExpectedDocument:
    """The document that the task of approval expects; it expects the deliberation where nothing is named."""
    tasks = Task.objects.filter(phase__program=program).order_by("-phase__number", "-number")
    found = (task for task in tasks if act_of(task.title_ar, task.title_fr) is ActKind.APPROVAL)
    task = next(found, None)
    if task is None:
        refusal = _("The calendar has no task of approval that the file could belong to.")
        raise ValidationError({"file": refusal})
    document = task.expected_documents.order_by("position", "pk").first()
    return document or ExpectedDocument.objects.create(task=task, title_ar="مداولة", title_fr="Délibération")


def body_in_office(program: Program, date: datetime.date) -> DecidingBody | None:
    """The body that decided for the municipality on a day; ``None`` where none is known."""
    bodies = program.municipality.deciding_bodies.all()
    known = [body for body in bodies if body.since is None or body.since <= date]
    return max(known, key=lambda body: body.since or datetime.date.min, default=None)


def check_approval(program: Program, approval: Approval) -> None:
    """Refuse, at its field, what cannot be: raises ``ValidationError``.

    A program is not approved in the future, nor before the first date of its own calendar, nor by a body
    that was not in office on the day.
    """
    errors: dict[str, str] = {}
    first = program.phases.values_list("tasks__session_date", flat=True)
    dates = [date for date in first if date]
    if approval.date > program.municipality.today():
        errors["approved_on"] = _("An approval is recorded once it has happened: this day is still to come.")
    elif dates and approval.date < min(dates):
        errors["approved_on"] = _("This day is before the first date of the calendar.")
    if not approval.deliberation.strip():
        errors["deliberation"] = _("Give the number of the deliberation.")
    body = body_in_office(program, approval.date)
    if approval.deciding_body != body:
        told = _("It was not in office on this day.")
        in_office = _("In office was: %(body)s.") % {"body": body} if body else ""
        errors["deciding_body"] = f"{told} {in_office}".strip()
    if errors:
        raise ValidationError(errors)


# How a step is taken


def _next_step(program: Program, wanted: Status) -> Transition | None:
    """Take the turn; return the step, ``None`` where the program is there already.

    The stored row decides, not the object at hand: somebody else may have been faster.
    """
    take_turn(program.municipality)
    current = Program.objects.get(pk=program.pk)
    if current.status == wanted:
        return None
    step = transition_between(current.status, wanted)
    if step is None:
        raise ValidationError(
            _("A program cannot go from “%(current)s” to “%(wanted)s”.")
            % {"current": current.get_status_display(), "wanted": wanted.label}
        )
    return step


def _ask_second_person(program: Program, actor: User | None) -> None:
    editor = last_editor(program, steps=[*(step.action for step in TRANSITIONS), PUBLISHED_ANEW])
    four_eyes.check(municipality=program.municipality, actor=actor, last_editor=editor)


def _make_ready(program: Program, reasons: Mapping[int, str], reason: str, actor: User | None) -> None:
    """Hold a program to what must be there before the public reads it."""
    if not program.phases.filter(tasks__isnull=False).exists():
        raise ValidationError(_("A calendar without any task is not published."))
    broken = unexplained_delays(program)
    silent = [delay for delay in broken if not (reasons.get(delay.rule.pk, "") or reason).strip()]
    if silent:
        raise ReasonNeeded(is_moved=False, broken=silent)
    for delay in broken:
        given = reasons.get(delay.rule.pk, "").strip() or reason
        give_reason(rule=delay.rule, reason=given, program=program, actor=actor)


def _take(
    step: Transition, program: Program, actor: User | None, values: Mapping[str, Any] | None = None
) -> None:
    values = {"status": step.new, **(values or {})}
    changes: Changes = {name: (getattr(program, name), value) for name, value in values.items()}
    changes["status"] = (step.old, step.new)
    for name, value in values.items():
        setattr(program, name, value)
    program.save(update_fields=[*values, "updated_at"])
    _enter(program, step.action, actor, changes)


def _enter(program: Program, action: str, actor: User | None, changes: Changes) -> Publication:
    is_withdrawn = program.status == Status.DRAFT
    with override(settings.LANGUAGE_CODE):
        address = reverse("program", kwargs={"slug": program.municipality.slug, "year": program.year})
    return enter(
        municipality=program.municipality,
        act=action,
        obj=program,
        title=original(program, "title"),
        address=address,
        content=withdrawal_of(program) if is_withdrawn else content_of(program),
        actor=actor,
        changes=changes,
    )

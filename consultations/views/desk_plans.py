"""The desk's pages of a plan: what waits, the plan itself, its tables, its stages, publishing."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import count
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from consultations.forms_plans import (
    INTERNAL,
    PUBLIC,
    AxisForm,
    FilesForm,
    MemberForm,
    NewPlanForm,
    PlanForm,
    PublishForm,
    StageForm,
    WithdrawForm,
    plan_values,
)
from consultations.models import ActionPlan, Axis, CommitteeMember, Stage, StageFile
from consultations.publishing import readiness
from consultations.services import plans as services
from consultations.services import structure
from portal.bilingual import original
from portal.editing.merging import is_same_row, merge
from portal.editing.models import Versioned
from portal.editing.pages import Make, sheet_page
from portal.editing.rows import RowEdit
from portal.editing.sheets import RowForm, Sheet
from portal.files.quota import StorageFull
from portal.files.responses import file_response
from portal.locales import sheet_date
from portal.meetings.models import Meeting
from portal.meetings.views.public import with_municipality
from portal.municipalities.access import Act, allows, person, staff_page
from portal.municipalities.models import Municipality
from portal.municipalities.turns import take_turn
from portal.publications.models import Publication

SECTION = "plans"
FORM = ["GET", "HEAD", "POST"]


@staff_page(Act.SEE_DRAFTS)
@require_safe
def plan_list(request: HttpRequest, municipality: Municipality) -> HttpResponse:
    """The municipality's plans, and what waits for somebody in each."""
    context = {
        "municipality": municipality,
        "desk_section": SECTION,
        "plans": list(ActionPlan.objects.of(municipality).for_desk_page(municipality.today())),
        "may_edit": allows(request.user, Act.EDIT, municipality.pk),
        "may_publish": allows(request.user, Act.PUBLISH, municipality.pk),
    }
    return render(request, "consultations/desk/plans.html", context)


# The plan


@staff_page(Act.EDIT)
@require_http_methods(FORM)
def plan_new(request: HttpRequest, municipality: Municipality) -> HttpResponse:
    """Begin a plan from the built-in process, from a former plan, or from nothing."""
    form = NewPlanForm(request.POST if request.method == "POST" else None, municipality=municipality)
    if request.method == "POST" and form.is_valid():
        try:
            plan = services.add_plan(
                municipality=municipality, values=form.values, outline=form.outline, actor=person(request)
            )
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("The plan is begun. It is a draft: only the staff see it."))
            return redirect(_address("staff-plan-stages", plan))
    context = {"municipality": municipality, "desk_section": SECTION, "form": form}
    return render(request, "consultations/desk/plan_new.html", context)


@staff_page(Act.EDIT)
@require_http_methods(FORM)
def plan_page(request: HttpRequest, municipality: Municipality, plan: str) -> HttpResponse:
    """The plan as a form."""
    found = desk_plan(municipality, plan)
    form = PlanForm(request.POST if request.method == "POST" else None, plan=found)
    if request.method == "POST" and form.is_valid() and _save_plan(request, form, found):
        return redirect(_address("staff-plan", found))
    return render(
        request, "consultations/desk/plan.html", plan_frame(request, found, "plan") | {"form": form}
    )


def _save_plan(request: HttpRequest, form: PlanForm, plan: ActionPlan) -> bool:
    """Whether it was saved; else the form says why not."""
    with transaction.atomic():
        take_turn(plan.municipality)
        current = desk_plan(plan.municipality, plan.slug)
        if not is_same_row(form, current.pk):
            return False
        if not merge(form, plan_values(current), current.version, shown=_told):
            return False
        try:
            services.change_plan(plan=current, values=form.values, actor=person(request))
        except ValidationError as refusal:
            form.refuse(refusal)
            return False
    messages.success(request, _("The plan is saved."))
    return True


def _told(name: str, value: Any) -> str:
    return sheet_date(value) if hasattr(value, "isoformat") else str(value)


# Its tables


@staff_page(Act.EDIT)
@require_http_methods(FORM)
def stages_page(request: HttpRequest, municipality: Municipality, plan: str) -> HttpResponse:
    """The stages and steps as a table."""
    found = desk_plan(municipality, plan)
    counts = {"meeting_count": Count("meetings", distinct=True), "file_count": Count("files", distinct=True)}
    rows = list(Stage.objects.filter(plan=found).annotate(**counts).order_by("position"))
    context = plan_frame(request, found, "stages") | {"stages": rows}
    new = partial(_next_row, Stage, found, "position", rows)
    make = partial(_sheets, StageForm, rows, new, prefix="stage")
    template = "consultations/desk/plan_stages.html"
    return _sheet_page(request, make, structure.save_stages, template, context)


@staff_page(Act.EDIT)
@require_http_methods(FORM)
def axes_page(request: HttpRequest, municipality: Municipality, plan: str) -> HttpResponse:
    """The axes as a table."""
    found = desk_plan(municipality, plan)
    rows = list(Axis.objects.filter(plan=found).order_by("number"))
    new = partial(_next_row, Axis, found, "number", rows)
    make = partial(_sheets, AxisForm, rows, new, prefix="axis")
    context = plan_frame(request, found, "axes")
    return _sheet_page(request, make, structure.save_axes, "consultations/desk/plan_axes.html", context)


@staff_page(Act.EDIT)
@require_http_methods(FORM)
def committee_page(request: HttpRequest, municipality: Municipality, plan: str) -> HttpResponse:
    """The follow-up committee as a table."""
    found = desk_plan(municipality, plan)
    rows = list(CommitteeMember.objects.filter(plan=found).order_by("position", "pk"))
    new = partial(_next_row, CommitteeMember, found, "position", rows)
    make = partial(_sheets, MemberForm, rows, new, prefix="member")
    context = plan_frame(request, found, "committee")
    template = "consultations/desk/plan_committee.html"
    return _sheet_page(request, make, structure.save_committee, template, context)


def _next_row(
    model: Callable[..., Versioned], plan: ActionPlan, name: str, rows: list[Any]
) -> Callable[[], Versioned]:
    """What makes new rows of the plan, each with the next place or number."""
    last = max((getattr(row, name) for row in rows), default=0)
    numbers = count(last + 1)
    return lambda: model(plan=plan, **{name: next(numbers)})


def _sheets(
    form_class: type[RowForm],
    rows: list[Any],
    new: Callable[[], Callable[[], Versioned]],
    data: QueryDict | None,
    unit: str,
    *,
    prefix: str,
) -> list[Sheet]:
    blanks = 2 if rows else 4
    return [Sheet(form_class, rows, prefix=prefix, data=data, blank=new(), blanks=blanks)]


def _sheet_page(
    request: HttpRequest, make: Make, save: Callable[..., int], template: str, context: dict[str, Any]
) -> HttpResponse:
    """A table of a plan, which saves itself and is shown again."""
    plan = context["plan"]

    def save_edits(edits: list[RowEdit]) -> int:
        return save(plan=plan, edits=edits, actor=person(request))

    return sheet_page(
        request,
        make=make,
        save=save_edits,
        template=template,
        context=context,
        address=request.path,
    )


# A stage


@staff_page(Act.SEE_DRAFTS)
@require_safe
def stage_page(request: HttpRequest, municipality: Municipality, plan: str, pk: int) -> HttpResponse:
    """A stage with its meetings and documents."""
    return _show_stage(request, _stage(desk_plan(municipality, plan), pk))


@staff_page(Act.PUBLISH)
@require_POST
def stage_move(request: HttpRequest, municipality: Municipality, plan: str, pk: int) -> HttpResponse:
    """Say that the plan is at this stage."""
    stage = _stage(desk_plan(municipality, plan), pk)
    try:
        services.move_plan_to(plan=stage.plan, stage=stage, actor=person(request))
    except ValidationError as refusal:
        messages.error(request, refusal.messages[0])
    else:
        messages.success(request, _("The plan is at this stage now: what is before it is done."))
    return redirect(_stage_address(stage))


@staff_page(Act.EDIT)
@require_POST
def stage_meetings(request: HttpRequest, municipality: Municipality, plan: str, pk: int) -> HttpResponse:
    """Link a meeting to a stage, or take a link back."""
    stage = _stage(desk_plan(municipality, plan), pk)
    acts = {"link": structure.link_meeting, "unlink": structure.unlink_meeting}
    change, meeting = acts.get(request.POST.get("act", "")), request.POST.get("meeting", "")
    if change is None or not meeting.isdecimal() or len(meeting) > 18:
        messages.error(request, _("Choose a meeting."))
        return redirect(_stage_address(stage))
    try:
        change(plan=stage.plan, stage_id=stage.pk, meeting_id=int(meeting), actor=person(request))
    except (Meeting.DoesNotExist, Stage.DoesNotExist) as missing:
        raise Http404 from missing
    messages.success(request, _("Saved."))
    return redirect(f"{_stage_address(stage)}#meetings-h")


@staff_page(Act.EDIT)
@require_POST
def stage_files(request: HttpRequest, municipality: Municipality, plan: str, pk: int) -> HttpResponse:
    """Take documents of a stage: all of them, or none."""
    stage = _stage(desk_plan(municipality, plan), pk)
    form = FilesForm(request.POST, request.FILES, stage=stage)
    if not form.is_valid():
        return _show_stage(request, stage, form)
    try:
        files = structure.attach_files(
            stage=stage,
            uploads=form.cleaned_data["uploads"],
            is_public=form.is_public,
            captions=form.captions,
            actor=person(request),
        )
    except StorageFull as full:
        form.add_error("uploads", full)
        return _show_stage(request, stage, form)
    messages.success(request, _("Stored."))
    kept = [f"\u2068{file.name}\u2069" for file in files if file.may_hold_place]
    if kept and form.is_public:
        told = _("Kept internal, because it may tell where it was recorded: %(names)s.")
        messages.info(request, told % {"names": ", ".join(kept)})
    return redirect(f"{_stage_address(stage)}#files-h")


@staff_page(Act.SEE_DRAFTS)
@require_safe
def stage_file(request: HttpRequest, municipality: Municipality, pk: int) -> FileResponse:
    """Any document of a stage, for the municipality's own people."""
    file = _file(municipality, pk)
    return file_response(file=file.file, name=file.name, content_type=file.content_type, sha256=file.sha256)


@staff_page(Act.EDIT)
@require_POST
def file_visibility(request: HttpRequest, municipality: Municipality, pk: int) -> HttpResponse:
    """Show a document to everybody, or to the municipality's own people alone."""
    file = _file(municipality, pk)
    wanted = request.POST.get("visibility")
    if wanted in (PUBLIC, INTERNAL):
        try:
            structure.set_file_public(file=file, is_public=wanted == PUBLIC, actor=person(request))
        except ValidationError as refusal:
            messages.error(request, refusal.messages[0])
        else:
            said = _("“%(name)s” is public now.") if wanted == PUBLIC else _("“%(name)s” is internal now.")
            messages.success(request, said % {"name": file.name})
    return redirect(f"{_stage_address(file.stage)}#files-h")


def _show_stage(request: HttpRequest, stage: Stage, form: FilesForm | None = None) -> HttpResponse:
    municipality = stage.plan.municipality
    own = Meeting.objects.filter(plan_stages=stage).order_by("date", "pk")
    others = Meeting.objects.of(municipality).exclude(plan_stages=stage).order_by("-date", "-pk")
    context = plan_frame(request, stage.plan, "stages") | {
        "stage": stage,
        "meetings": with_municipality(own, municipality),
        "other_meetings": with_municipality(others, municipality),
        "files": list(stage.files.select_related("uploaded_by").order_by("uploaded_at", "pk")),
        "form": form or FilesForm(stage=stage),
    }
    return render(request, "consultations/desk/plan_stage.html", context)


# Publishing


@staff_page(Act.PUBLISH)
@require_http_methods(FORM)
def plan_publish(request: HttpRequest, municipality: Municipality, plan: str) -> HttpResponse:
    """What will be public and what lacks; publish, publish anew, or withdraw with a reason."""
    found = desk_plan(municipality, plan)
    form, withdrawing = PublishForm(), WithdrawForm()
    is_done = False
    if request.method == "POST" and request.POST.get("act") == "withdraw":
        withdrawing = WithdrawForm(request.POST)
        is_done = _is_withdrawn(request, withdrawing, found)
    elif request.method == "POST":
        form = PublishForm(request.POST)
        is_done = _is_published(request, form, found)
    if is_done:
        return redirect(_address("staff-plan-publish", found))
    context = plan_frame(request, found, "publish") | {
        "form": form,
        "withdrawing": withdrawing,
        "seen": services.fingerprint_of(found),
        "ready": readiness(found),
        "has_changed": not found.is_public or services.has_changed(found),
        "last": Publication.objects.of_object(found).newest(),
    }
    return render(request, "consultations/desk/plan_publish.html", context)


def _is_published(request: HttpRequest, form: PublishForm, plan: ActionPlan) -> bool:
    """Whether it was; else the form says why not."""
    if not form.is_valid():
        return False
    publish = services.publish_anew if plan.is_public else services.publish
    try:
        with transaction.atomic():
            take_turn(plan.municipality)
            form.hold_to(services.fingerprint_of(plan))
            publish(plan=plan, actor=person(request))
    except ValidationError as refusal:
        form.refuse(refusal)
        return False
    messages.success(request, _("Published: everybody can read it, and the register keeps this version."))
    return True


def _is_withdrawn(request: HttpRequest, form: WithdrawForm, plan: ActionPlan) -> bool:
    if not form.is_valid():
        return False
    try:
        services.withdraw(plan=plan, reason=form.cleaned_data["reason"], actor=person(request))
    except ValidationError as refusal:
        form.refuse(refusal)
        return False
    messages.success(request, _("Withdrawn: the plan is a draft again."))
    return True


# Rows


def desk_plan(municipality: Municipality, slug: str) -> ActionPlan:
    """A plan of the municipality, public or not, knowing its town. Raises ``Http404``."""
    plan = get_object_or_404(ActionPlan.objects.of(municipality).defer("imported"), slug=slug)
    plan.municipality = municipality
    return plan


def plan_frame(request: HttpRequest, plan: ActionPlan, current: str) -> dict[str, Any]:
    """What every page of a plan's desk needs; ``current`` as ``plan_nav.html`` names the pages."""
    municipality = plan.municipality
    return {
        "municipality": municipality,
        "desk_section": SECTION,
        "plan": plan,
        "heading": original(plan, "title"),
        "current": current,
        "may_edit": allows(request.user, Act.EDIT, municipality.pk),
        "may_publish": allows(request.user, Act.PUBLISH, municipality.pk),
    }


def _stage(plan: ActionPlan, pk: int) -> Stage:
    stage = get_object_or_404(Stage, plan=plan, pk=pk)
    stage.plan = plan
    return stage


def _file(municipality: Municipality, pk: int) -> StageFile:
    files = StageFile.objects.select_related("stage__plan__municipality")
    return get_object_or_404(files, pk=pk, stage__plan__municipality=municipality)


def _address(name: str, plan: ActionPlan, **more: int) -> str:
    return reverse(name, kwargs={"slug": plan.municipality.slug, "plan": plan.slug, **more})


def _stage_address(stage: Stage) -> str:
    return _address("staff-plan-stage", stage.plan, pk=stage.pk)

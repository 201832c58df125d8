"""The desk's pages of a plan's projects: the sheet, activities, indicators, progress, steps, completion."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import count
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import FileResponse, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from consultations.forms_projects import (
    EMPTY_VALUES,
    ActivityForm,
    GradeForm,
    IndicatorForm,
    MeasurementForm,
    ProjectForm,
    ReasonForm,
    StateForm,
    StepForm,
    project_values,
    told,
)
from consultations.measures import read_completion, read_indicators
from consultations.models import ActionPlan, Activity, Indicator, Measurement, Project, UpdateFile
from consultations.querysets import updates_with_all_files
from consultations.reader import reader_of
from consultations.rules import steps_from
from consultations.schedule import read_schedule
from consultations.services import projects as services
from consultations.services.projects import REASON, is_followed
from consultations.sheets import desk_rows
from consultations.versions import version_rows
from consultations.views.desk_plans import desk_plan, plan_frame
from portal.editing.merging import is_same_row, merge
from portal.editing.models import Versioned
from portal.editing.pages import sheet_page
from portal.editing.rows import RowEdit
from portal.editing.sheets import RowForm, Sheet
from portal.files.responses import file_response
from portal.municipalities.access import Act, person, staff_page
from portal.municipalities.models import Municipality
from portal.municipalities.turns import take_turn

FORM = ["GET", "HEAD", "POST"]
ROWS_AT_FIRST = 3


@staff_page(Act.SEE_DRAFTS)
@require_safe
def project_list(request: HttpRequest, municipality: Municipality, plan: str) -> HttpResponse:
    """The projects of a plan by axis: how firm, how far, what is overdue."""
    found = desk_plan(municipality, plan)
    projects = Project.objects.filter(plan=found).for_desk_list()
    context = plan_frame(request, found, "projects") | {
        "axes": desk_rows(projects, list(found.axes.order_by("number")), reader_of(municipality))
    }
    return render(request, "consultations/desk/projects.html", context)


# The sheet


@staff_page(Act.EDIT)
@require_http_methods(FORM)
def project_new(request: HttpRequest, municipality: Municipality, plan: str) -> HttpResponse:
    """Begin a project as a draft."""
    found = desk_plan(municipality, plan)
    make = partial(ProjectForm, plan=found)
    if request.method != "POST":
        return _show_sheet(request, found, make())
    form = make(_data(request, make))
    if _is_only_shown(request):
        return _show_sheet(request, found, form)
    if form.is_valid():
        try:
            values = form.values(EMPTY_VALUES)
            project = services.add_project(plan=found, values=values, actor=person(request))
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("The project is saved."))
            return redirect(_address("staff-project", found, project))
    return _show_sheet(request, found, form)


@staff_page(Act.EDIT)
@require_http_methods(FORM)
def project_page(request: HttpRequest, municipality: Municipality, plan: str, number: int) -> HttpResponse:
    """A project as a form, its steps, its completion and its versions."""
    project = _project(municipality, plan, number)
    make = partial(ProjectForm, plan=project.plan, project=project, asks_reason=is_followed(project))
    if request.method != "POST":
        return _show_sheet(request, project.plan, make(), project)
    form = make(_data(request, make))
    if _is_only_shown(request):
        return _show_sheet(request, project.plan, form, project)
    if form.is_valid() and _is_saved(request, form, project):
        return redirect(_address("staff-project", project.plan, project))
    return _show_sheet(request, project.plan, form, project)


def _data(request: HttpRequest, make: Callable[..., ProjectForm]) -> QueryDict:
    """What was posted; with the amount in another unit where that was asked for."""
    unit = request.POST.get("show-in")
    return make(request.POST).in_unit(unit) if unit else request.POST


def _is_only_shown(request: HttpRequest) -> bool:
    return "show-in" in request.POST or "preview" in request.POST


def _is_saved(request: HttpRequest, form: ProjectForm, project: Project) -> bool:
    """Whether it was saved; else the form says why not."""
    with transaction.atomic():
        take_turn(project.plan.municipality)
        current = _project(project.plan.municipality, project.plan.slug, project.number)
        stored = project_values(current)
        if not is_same_row(form, current.pk) or not merge(
            form, stored, current.version, lambda name, value: told(form, name, value)
        ):
            return False
        try:
            services.change_project(
                project=current, values=form.values(stored), reason=form.reason, actor=person(request)
            )
        except ValidationError as refusal:
            form.refuse(refusal)
            return False
    messages.success(request, _("The project is saved."))
    return True


def _show_sheet(
    request: HttpRequest,
    plan: ActionPlan,
    form: ProjectForm,
    project: Project | None = None,
    **forms: Any,
) -> HttpResponse:
    context = plan_frame(request, plan, "projects") | {
        "form": form,
        "project": project,
        "is_preview": "preview" in request.POST,
        "is_refused": form.is_bound and not _is_only_shown(request) and bool(form.errors),
    }
    if project:
        activities = Activity.objects.filter(project=project).prefetch_related(updates_with_all_files())
        versions = project.versions.defer("content")
        context |= {
            "steps": steps_from(project.step),
            "step_form": StepForm(project=project),
            "grade_form": GradeForm(project=project),
            "completion": read_completion(project, activities, is_offered=True),
            "versions": version_rows(versions, reader_of(plan.municipality), plan.municipality),
            "may_remove": not is_followed(project),
        }
    return render(request, "consultations/desk/project.html", context | forms)


# Steps, completion, removal


@staff_page(Act.PUBLISH)
@require_http_methods(FORM)
def project_step(request: HttpRequest, municipality: Municipality, plan: str, number: int) -> HttpResponse:
    """Say that the council adopted a project, or open it again."""
    project = _project(municipality, plan, number)
    if request.method != "POST":
        return redirect(_address("staff-project", project.plan, project))
    form = StepForm(request.POST, project=project)
    if form.is_valid() and is_same_row(form, project.pk):
        try:
            after = services.take_step(
                project=project,
                code=request.POST.get("step", ""),
                reason=form.cleaned_data[REASON],
                seen=form.cleaned_data["seen"],
                actor=person(request),
            )
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            said = _("The project is now: %(step)s.") % {"step": after.get_step_display()}
            messages.success(request, said)
            return redirect(_address("staff-project", project.plan, project))
    current = _project(municipality, plan, number)
    form.show_anew(current)
    return _show_again(request, current, step_form=form)


@staff_page(Act.EDIT)
@require_http_methods(FORM)
def project_grade(request: HttpRequest, municipality: Municipality, plan: str, number: int) -> HttpResponse:
    """State how far the commitment was kept."""
    project = _project(municipality, plan, number)
    if request.method != "POST":
        return redirect(_address("staff-project", project.plan, project))
    form = GradeForm(request.POST, project=project)
    if form.is_valid() and is_same_row(form, project.pk):
        services.grade(project=project, completion=form.cleaned_data["completion"], actor=person(request))
        messages.success(request, _("The completion is saved."))
        return redirect(_address("staff-project", project.plan, project))
    return _show_again(request, project, grade_form=form)


@staff_page(Act.EDIT)
@require_POST
def project_remove(request: HttpRequest, municipality: Municipality, plan: str, number: int) -> HttpResponse:
    """Remove a draft of which nothing was kept."""
    project = _project(municipality, plan, number)
    form = StepForm(request.POST, project=project)
    if form.is_valid() and is_same_row(form, project.pk):
        try:
            services.remove_project(project=project, actor=person(request))
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("The project is removed."))
            return redirect("staff-projects", slug=municipality.slug, plan=plan)
    return _show_again(request, project, step_form=form)


def _show_again(request: HttpRequest, project: Project, **forms: Any) -> HttpResponse:
    """The page of the project, with a small form of it that was refused."""
    form = ProjectForm(plan=project.plan, project=project, asks_reason=is_followed(project))
    return _show_sheet(request, project.plan, form, project, **forms)


# Tables


@staff_page(Act.EDIT)
@require_http_methods(FORM)
def activities_page(request: HttpRequest, municipality: Municipality, plan: str, number: int) -> HttpResponse:
    """The activities of a project as a small grid, and how far each is."""
    project = _project(municipality, plan, number)
    activities = list(
        Activity.objects.filter(project=project)
        .order_by("position", "pk")
        .prefetch_related(updates_with_all_files())
    )
    return _table(
        request,
        project,
        "staff-activities",
        template="consultations/desk/project_activities.html",
        make=partial(_sheet, ActivityForm, activities, "activity", Activity, {"project": project}),
        save=services.save_activities,
        context={
            "rows": list(
                zip(activities, read_schedule(activities, reader_of(municipality)).rows, strict=True)
            )
        },
    )


@staff_page(Act.EDIT)
@require_http_methods(FORM)
def indicators_page(request: HttpRequest, municipality: Municipality, plan: str, number: int) -> HttpResponse:
    """The indicators of a project, and what was measured of each."""
    project = _project(municipality, plan, number)
    indicators = list(
        Indicator.objects.filter(project=project).order_by("position", "pk").prefetch_related("measurements")
    )
    return _table(
        request,
        project,
        "staff-indicators",
        template="consultations/desk/project_indicators.html",
        make=partial(_sheet, IndicatorForm, indicators, "indicator", Indicator, {"project": project}),
        save=services.save_indicators,
        context={
            "rows": list(zip(indicators, read_indicators(indicators, reader_of(municipality)), strict=True))
        },
    )


def _sheet(
    form_class: type[RowForm],
    rows: Sequence[Any],
    prefix: str,
    model: Callable[..., Versioned],
    owner: Mapping[str, Any],
    data: QueryDict | None,
    unit: str,
) -> list[Sheet]:
    """The table of what belongs to ``owner``; new rows take the positions after the last."""
    positions = count(max((row.position for row in rows), default=0) + 1)
    return [
        Sheet(
            form_class,
            rows,
            prefix=prefix,
            data=data,
            blank=lambda: model(position=next(positions), **owner),
            blanks=1 if rows else ROWS_AT_FIRST,
            is_stacked=form_class is IndicatorForm,
        )
    ]


def _table(
    request: HttpRequest,
    project: Project,
    name: str,
    *,
    template: str,
    make: Callable[[QueryDict | None, str], list[Sheet]],
    save: Callable[..., int],
    context: dict[str, Any],
) -> HttpResponse:
    """A table of a project; where the public has seen it, with the reason why it changes."""
    form = ReasonForm(request.POST if request.method == "POST" else None)
    form.is_valid()
    reason = form.cleaned_data.get(REASON, "") if form.is_bound else ""

    def save_edits(edits: list[RowEdit]) -> int:
        try:
            return save(project=project, edits=edits, reason=reason, actor=person(request))
        except services.RowsRefused as refused:
            if REASON in refused.errors:
                form.refuse(refused.errors[REASON])
            raise

    return sheet_page(
        request,
        make=make,
        save=save_edits,
        template=template,
        context=plan_frame(request, project.plan, "projects")
        | {"project": project, "asks_reason": is_followed(project), "form": form}
        | context,
        address=_address(name, project.plan, project),
    )


@staff_page(Act.EDIT)
@require_http_methods(FORM)
def measurements_page(
    request: HttpRequest, municipality: Municipality, plan: str, number: int, pk: int
) -> HttpResponse:
    """What was measured of an indicator, and when."""
    project = _project(municipality, plan, number)
    indicator = get_object_or_404(Indicator, project=project, pk=pk)
    indicator.project = project
    rows = list(indicator.measurements.order_by("measured_on", "pk"))

    def make(data: QueryDict | None, unit: str) -> list[Sheet]:
        return [
            Sheet(
                MeasurementForm,
                rows,
                prefix="measurement",
                data=data,
                blank=lambda: Measurement(indicator=indicator),
            )
        ]

    def save(edits: list[RowEdit]) -> int:
        return services.save_measurements(indicator=indicator, edits=edits, actor=person(request))

    return sheet_page(
        request,
        make=make,
        save=save,
        template="consultations/desk/project_measurements.html",
        context=plan_frame(request, project.plan, "projects")
        | {
            "project": project,
            "indicator": indicator,
            "row": read_indicators([indicator], reader_of(municipality))[0],
        },
        address=_address("staff-measurements", project.plan, project, pk=pk),
    )


# Following


@staff_page(Act.EDIT)
@require_http_methods(FORM)
def activity_page(
    request: HttpRequest, municipality: Municipality, plan: str, number: int, pk: int
) -> HttpResponse:
    """State how far an activity is, with what proves it; what was stated before."""
    project = _project(municipality, plan, number)
    activity = get_object_or_404(
        Activity.objects.filter(project=project).prefetch_related(updates_with_all_files()), pk=pk
    )
    activity.project = project
    form = StateForm(
        request.POST if request.method == "POST" else None,
        request.FILES if request.method == "POST" else None,
        activity=activity,
        today=municipality.today(),
    )
    if request.method == "POST" and form.is_valid():
        try:
            services.state_activity(activity=activity, actor=person(request), **form.cleaned_data)
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("The progress is stated. What was stated before stays below."))
            return redirect(_address("staff-activity-update", project.plan, project, pk=pk))
    context = plan_frame(request, project.plan, "projects") | {
        "project": project,
        "form": form,
        "row": read_schedule([activity], reader_of(municipality)).rows[0],
    }
    return render(request, "consultations/desk/project_activity.html", context)


@staff_page(Act.SEE_DRAFTS)
@require_safe
def evidence_file(
    request: HttpRequest, municipality: Municipality, plan: str, number: int, pk: int
) -> FileResponse:
    """A file that proves the progress of an activity, internal ones too."""
    project = _project(municipality, plan, number)
    file = get_object_or_404(UpdateFile, update__activity__project=project, pk=pk)
    return file_response(file=file.file, name=file.name, content_type=file.content_type, sha256=file.sha256)


def _project(municipality: Municipality, plan: str, number: int) -> Project:
    """A project of the municipality's plan, public or not. Raises ``Http404``."""
    found = desk_plan(municipality, plan)
    project = get_object_or_404(
        Project.objects.select_related("axis").defer("imported"), plan=found, number=number
    )
    project.plan = found
    return project


def _address(name: str, plan: ActionPlan, project: Project, **more: Any) -> str:
    where = {"slug": plan.municipality.slug, "plan": plan.slug, "number": project.number}
    return reverse(name, kwargs=where | more)

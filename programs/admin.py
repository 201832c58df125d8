"""Programs in Django's admin: calendars, tasks, the documents they need and their evidence."""

from __future__ import annotations

from functools import partial
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from portal.administration.publishing import PublishingAdmin, Transition
from portal.administration.scoped import (
    KeepingFormSet,
    ScopedAdmin,
    ScopedRelatedFilter,
    ScopedStackedInline,
    ScopedTabularInline,
)
from portal.bilingual import original
from portal.exchange.admin import ExchangeAdmin
from portal.files.fields import of_file
from portal.files.quota import StorageFull, check_room
from portal.files.uploads import CheckedFile, check_upload
from portal.freshness import PORTAL_ZONE
from portal.locales import sheet_date
from portal.municipalities.access import Act, person
from programs.models import (
    DelayRule,
    ExpectedDocument,
    Phase,
    Program,
    Status,
    SupportingDocument,
    Task,
)
from programs.resources import ProgramResource, TaskResource
from programs.services.cells import ReasonNeeded
from programs.services.evidence import attach_evidence
from programs.services.statuses import change_status, transition_between
from programs.services.touching import touch


def _step(code: str, status: Status, label: Any, consequence: Any, done: Any) -> Transition:
    def apply(program: Program, actor: Any) -> None:
        try:
            change_status(program=program, status=status, actor=actor)
        except ReasonNeeded as needed:
            raise ValidationError(
                _("A delay is not kept and nobody said why. On the desk, publishing asks for the reason.")
            ) from needed

    def is_possible(program: Program) -> bool:
        return transition_between(program.status, status) is not None

    return Transition(code, label, consequence, done, apply, is_possible)


TRANSITIONS = (
    _step(
        "publish", Status.PUBLISHED, _("Publish"), _("Everybody will be able to read it."), _("published.")
    ),
    _step("withdraw", Status.DRAFT, _("Withdraw"), _("Its public pages will be gone."), _("withdrawn.")),
    _step(
        "close", Status.CLOSED, _("Close"), _("This is its last status: it cannot be undone."), _("closed.")
    ),
)
"""Without the approval: who decided, when and under which number is asked for on the desk."""


_CURRENT_FILES = models.Count("files", filter=models.Q(files__replaced_by=None))


class YearFilter(admin.SimpleListFilter):
    """The years of the programs within reach."""

    title = _("year")
    parameter_name = "year"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        programs = model_admin.reachable(Program, request, model_admin.view_act).select_related(None)
        years = programs.order_by("-year").values_list("year", flat=True).distinct()
        return [(str(year), str(year)) for year in years]

    def queryset(self, request: HttpRequest, queryset: models.QuerySet) -> models.QuerySet:
        if not (self.value() or "").isdecimal():
            return queryset
        return queryset.filter(**{f"{self.program_path}year": int(self.value() or 0)})

    program_path = ""


class TaskYearFilter(YearFilter):
    program_path = "phase__program__"


class SessionFilter(admin.SimpleListFilter):
    title = _("session date")
    parameter_name = "session"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("past", _("Passed")), ("coming", _("Today or to come")), ("undated", _("Without date"))]

    def queryset(self, request: HttpRequest, queryset: models.QuerySet) -> models.QuerySet:
        today = timezone.localdate(timezone=PORTAL_ZONE)
        conditions: dict[str, dict[str, Any]] = {
            "past": {"session_date__lt": today},
            "coming": {"session_date__gte": today},
            "undated": {"session_date": None},
        }
        return queryset.filter(**conditions.get(self.value() or "", {}))


class PartOfProgramAdmin(ScopedAdmin):
    """A row inside a program, whose feeds tell when it last changed."""

    def touch(self, obj: Any) -> None:
        program = self.program_of(obj)
        touch(program)

    def program_of(self, obj: Any) -> Program:
        raise NotImplementedError

    def act_to_delete(self, obj: Any) -> Act:
        """To take something out of a public program is to publish another one."""
        is_public = obj is not None and self.program_of(obj).is_public
        return Act.PUBLISH if is_public else super().act_to_delete(obj)


class PhaseInline(ScopedTabularInline):
    model = Phase
    fields = ("number", "title_ar", "title_fr")
    show_change_link = True


class DelayRuleInline(ScopedStackedInline):
    model = DelayRule
    fields = (("from_task", "to_task"), ("min_days", "day_kind"), "text_ar", "text_fr")

    def get_formset(self, request: HttpRequest, obj: Program | None = None, **kwargs: Any) -> Any:
        formset = super().get_formset(request, obj, **kwargs)
        tasks = Task.objects.filter(phase__program=obj).select_related("phase")
        for name in ("from_task", "to_task"):
            field: Any = formset.form.base_fields.get(name)
            if field:
                field.queryset = tasks.order_by("phase__number", "number")
                # Tasks are added where their phase is known, not from a list of two.
                field.widget.can_add_related = field.widget.can_change_related = False
                field.widget.can_view_related = False
        return formset


@admin.register(Program)
class ProgramAdmin(ExchangeAdmin, PublishingAdmin):
    municipality_path = "municipality"
    fixed_fields = ("municipality",)
    derived_fields = ("updated_at",)
    transitions = TRANSITIONS
    resource_classes = (ProgramResource,)
    inlines = (PhaseInline, DelayRuleInline)
    list_display = ("year", "municipality", "title_ar", "title_fr", "status", "updated_at")
    list_display_links = ("year", "municipality")
    list_filter = ("status", YearFilter, ("municipality", ScopedRelatedFilter))
    list_select_related = ("municipality",)
    search_fields = ("title_ar", "title_fr", "municipality__search_text", "year")
    autocomplete_fields = ("municipality",)
    readonly_fields = ("status", "origin_name", "created_at", "updated_at")
    fieldsets = (
        (None, {"fields": ("municipality", "year", "title_ar", "title_fr", "status")}),
        (_("Origin"), {"fields": ("origin_name", "created_at", "updated_at")}),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Program | None = None) -> tuple[str, ...]:
        """The year is in the public address: it stands still while the program is public."""
        readonly = super().get_readonly_fields(request, obj)
        return (*readonly, "year") if obj and obj.is_public else readonly

    def get_inlines(self, request: HttpRequest, obj: Program | None) -> list[Any]:
        return list(self.inlines) if obj else [PhaseInline]

    def view_on_site(self, program: Program) -> str:
        where = {"slug": program.municipality.slug, "year": program.year}
        return reverse("program" if program.is_public else "program-preview", kwargs=where)

    def desk_address(self, obj: Program) -> str:
        where = {"slug": obj.municipality.slug, "year": obj.year}
        return reverse("program-publish", kwargs=where)

    def touch(self, obj: Program) -> None:
        touch(obj)


_DATES_ON_THE_DESK = _("The program is public: its dates are moved on the desk, where the reason is given.")


class TaskInline(ScopedTabularInline):
    model = Task
    fields = ("number", "title_ar", "title_fr", "session_date", "done")
    show_change_link = True

    def get_readonly_fields(self, request: HttpRequest, obj: Phase | None = None) -> tuple[str, ...]:
        return ("session_date",) if obj and obj.program.is_public else ()


@admin.register(Phase)
class PhaseAdmin(PartOfProgramAdmin):
    municipality_path = "program__municipality"
    fixed_fields = ("program",)
    inlines = (TaskInline,)
    list_display = ("number", "title_ar", "title_fr", "program")
    list_display_links = ("number", "title_ar")
    list_filter = (("program__municipality", ScopedRelatedFilter),)
    list_select_related = ("program__municipality",)
    search_fields = ("title_ar", "title_fr", "program__municipality__search_text", "program__year")
    autocomplete_fields = ("program",)
    fields = ("program", "number", "title_ar", "title_fr", "label")

    def program_of(self, obj: Phase) -> Program:
        return obj.program


class ExpectedDocumentInline(ScopedTabularInline):
    model = ExpectedDocument
    fields = ("position", "title_ar", "title_fr", "evidence")
    readonly_fields = ("evidence",)
    show_change_link = True

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        return super().get_queryset(request).annotate(file_count=_CURRENT_FILES)

    @admin.display(description=_("files"))
    def evidence(self, document: ExpectedDocument) -> int:
        return getattr(document, "file_count", 0)


@admin.register(Task)
class TaskAdmin(ExchangeAdmin, PartOfProgramAdmin):
    municipality_path = "phase__program__municipality"
    fixed_fields = ("phase",)
    resource_classes = (TaskResource,)
    inlines = (ExpectedDocumentInline,)
    list_display = ("code", "title", "date", "done", "program")
    list_display_links = ("code", "title")
    list_filter = (
        "done",
        SessionFilter,
        TaskYearFilter,
        ("phase__program__municipality", ScopedRelatedFilter),
    )
    list_select_related = ("phase__program__municipality",)
    search_fields = (
        "title_ar",
        "title_fr",
        "notes",
        "responsible",
        "phase__program__municipality__search_text",
        "phase__program__year",
    )
    autocomplete_fields = ("phase",)
    fieldsets = (
        (None, {"fields": ("phase", "number", "title_ar", "title_fr")}),
        (_("Session"), {"fields": ("session_date", "done", "responsible", "notes")}),
    )

    def program_of(self, obj: Task) -> Program:
        return obj.phase.program

    def get_readonly_fields(self, request: HttpRequest, obj: Task | None = None) -> tuple[str, ...]:
        """A date that the public has seen is moved on the desk, where the reason is given."""
        readonly = super().get_readonly_fields(request, obj)
        return (*readonly, "session_date") if obj and obj.phase.program.is_public else readonly

    def get_fieldsets(self, request: HttpRequest, obj: Task | None = None) -> Any:
        fieldsets = super().get_fieldsets(request, obj)
        if not (obj and obj.phase.program.is_public):
            return fieldsets
        first, (name, options) = fieldsets
        return first, (name, options | {"description": _DATES_ON_THE_DESK})

    @admin.display(description=_("code"), ordering="phase__number")
    def code(self, task: Task) -> str:
        return task.code

    @admin.display(description=_("title"), ordering="title_ar")
    def title(self, task: Task) -> str:
        return original(task, "title")

    @admin.display(description=_("session date"), ordering="session_date", empty_value="–")
    def date(self, task: Task) -> str | None:
        return sheet_date(task.session_date) if task.session_date else None

    @admin.display(description=_("program"), ordering="phase__program")
    def program(self, task: Task) -> str:
        return str(task.phase.program)


class StoredFileInline(ScopedTabularInline):
    """The evidence there is: whether the public sees it can be changed; the file itself cannot."""

    model = SupportingDocument
    fields = ("download", "size", "uploaded_at", "uploaded_by", "is_public", "replaced_by")
    readonly_fields = ("download", "size", "uploaded_at", "uploaded_by", "replaced_by")
    max_num = 0
    verbose_name_plural = _("evidence")

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        place = "expected_document__task__phase__program__municipality"
        return super().get_queryset(request).select_related(place, "uploaded_by")

    def has_add_permission(self, request: HttpRequest, obj: models.Model | None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Evidence is removed by the municipality's administrator alone."""
        return self.whole().may(request, Act.MANAGE, obj)

    @admin.display(description=_("file"))
    def download(self, document: SupportingDocument) -> str:
        if document.pk is None:  # The form named one that is not there.
            return ""
        municipality = document.expected_document.task.phase.program.municipality
        address = reverse("staff-file", kwargs={"slug": municipality.slug, "pk": document.pk})
        return format_html('<a href="{}"><bdi>{}</bdi></a>', address, document.name)


class NewFileForm(forms.ModelForm):
    """An upload held to the rules of the house before anything is stored."""

    class Meta:
        model = SupportingDocument
        fields = ("file", "is_public")
        widgets = {"file": forms.FileInput}

    checked: CheckedFile

    def clean_file(self) -> Any:
        self.checked = check_upload(self.cleaned_data["file"])
        return self.cleaned_data["file"]


class NewFileFormSet(KeepingFormSet):
    """New evidence only. It is stored, and journalled, by the service; never by the forms."""

    is_journalled = True

    def uploads(self) -> list[Any]:
        return [form for form in self.extra_forms if form.has_changed()]

    def clean(self) -> None:
        super().clean()
        check_room(
            self.instance.task.phase.program.municipality,
            [form.checked for form in self.uploads() if form.is_valid()],
        )


class NewFileInline(ScopedStackedInline):
    model = SupportingDocument
    form = NewFileForm
    formset = NewFileFormSet
    fields = ("file", "is_public")
    extra = 1
    max_num = 5
    can_delete = False
    verbose_name = _("new file")
    verbose_name_plural = _("add evidence")

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        return super().get_queryset(request).none()

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """A stored file has no address, so Django's own file field, which links to it, cannot be shown."""
        if db_field.name == "file":
            return db_field.formfield(widget=forms.FileInput)
        return super().formfield_for_dbfield(db_field, request, **kwargs)


@admin.register(ExpectedDocument)
class ExpectedDocumentAdmin(PartOfProgramAdmin):
    municipality_path = "task__phase__program__municipality"
    fixed_fields = ("task",)
    inlines = (StoredFileInline, NewFileInline)
    list_display = ("title", "task", "program", "evidence")
    list_filter = (("task__phase__program__municipality", ScopedRelatedFilter),)
    list_select_related = ("task__phase__program__municipality",)
    search_fields = ("title_ar", "title_fr", "task__title_ar", "task__title_fr")
    autocomplete_fields = ("task",)
    fields = ("task", "position", "title_ar", "title_fr")

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        return super().get_queryset(request).annotate(file_count=_CURRENT_FILES)

    def get_inlines(self, request: HttpRequest, obj: ExpectedDocument | None) -> list[Any]:
        return list(self.inlines) if obj else []

    def program_of(self, obj: ExpectedDocument) -> Program:
        return obj.task.phase.program

    @admin.display(description=_("title"), ordering="title_ar")
    def title(self, document: ExpectedDocument) -> str:
        return original(document, "title")

    @admin.display(description=_("program"), ordering="task__phase__program")
    def program(self, document: ExpectedDocument) -> str:
        return str(document.task.phase.program)

    @admin.display(description=_("files"), ordering="file_count")
    def evidence(self, document: Any) -> int:
        return document.file_count

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        if not isinstance(formset, NewFileFormSet):
            super().save_formset(request, form, formset, change)
            return
        formset.new_objects, formset.changed_objects, formset.deleted_objects = [], [], []
        attach = partial(attach_evidence, document=form.instance, actor=person(request))
        for upload in formset.uploads():
            try:
                attach(upload=upload.checked, is_public=upload.cleaned_data["is_public"])
            except StorageFull as full:
                messages.error(request, of_file(upload.checked.name, full.messages[0]))


from programs import admin_cards, admin_diagnosis  # noqa: E402, F401  # they register their own tables

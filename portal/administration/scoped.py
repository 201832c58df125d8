"""Admin pages that show and change only what belongs to the municipalities where the person may act.

Rights come from :mod:`portal.municipalities.access` alone; Django's model permissions play no part.
What lies outside is answered exactly like what does not exist.
"""

from __future__ import annotations

from itertools import islice
from typing import Any, ClassVar, cast

from django.contrib import admin
from django.contrib.admin.options import BaseModelAdmin, InlineModelAdmin
from django.contrib.admin.utils import NestedObjects, unquote
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, ValidationError
from django.db import models, router, transaction
from django.forms import BaseForm, BaseInlineFormSet, DateInput, ModelChoiceField
from django.forms.formsets import DELETION_FIELD_NAME
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.text import smart_split
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.administration.acts import RowAct, acts_of, deleted
from portal.administration.fields import JSONField, SearchedSelect
from portal.audit.log import record
from portal.audit.models import Entry
from portal.audit.reading import read_entries
from portal.folding import fold
from portal.municipalities.access import Act, allows, allows_anywhere, municipality_ids, person
from portal.municipalities.models import Municipality

HISTORY_LENGTH = 200
MOST_FILTER_CHOICES = 100
MOST_WORDS = 20


def is_platform_admin(user: User) -> bool:
    return user.is_superuser and user.is_active


def scoped(queryset: models.QuerySet, path: str | None, user: User, act: Act) -> models.QuerySet:
    """The rows whose municipality, reached by the lookup ``path``, is one where ``user`` may do ``act``.

    ``pk`` is the path of a municipality itself. Rows of no municipality (``None``) are for the
    platform administrator, who sees everything.
    """
    if is_platform_admin(user):
        return queryset
    if path is None:
        return queryset.none()
    return queryset.filter(**{f"{path}__in": municipality_ids(user, act)})


def municipality_id_of(obj: models.Model | None, path: str) -> int | None:
    """The municipality a row belongs to; ``None`` while it is not attached to any."""
    if path == "pk":
        return obj.pk if obj else None
    *steps, last = path.split("__")
    try:
        for step in steps:
            obj = getattr(obj, step, None)
    except ObjectDoesNotExist:
        return None
    return getattr(obj, f"{last}_id", None)


class _ScopedForms(BaseModelAdmin):
    """Foreign keys of a form offer, and accept, only rows within the person's reach."""

    change_act = Act.EDIT
    # The browser's own calendar: Django's names months as neither country does.
    formfield_overrides = {
        models.DateField: {"widget": DateInput(format="%Y-%m-%d", attrs={"type": "date"})},
        models.JSONField: {"form_class": JSONField},
    }

    def formfield_for_foreignkey(
        self, db_field: Any, request: HttpRequest, **kwargs: Any
    ) -> ModelChoiceField | None:
        kwargs.setdefault("queryset", self.reachable(db_field.remote_field.model, request, self.change_act))
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs.setdefault("widget", SearchedSelect(db_field, self.admin_site, using=kwargs.get("using")))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def reachable(self, model: type[models.Model], request: HttpRequest, act: Act) -> models.QuerySet:
        """The rows of another model where the person may do ``act``; none where the scope is unknown."""
        related = self.admin_site.get_model_admin(model) if self.admin_site.is_registered(model) else None
        loaded = getattr(related, "list_select_related", ())
        rows = model._default_manager.all()
        path = getattr(related, "municipality_path", None)
        return scoped(rows.select_related(*loaded) if loaded else rows, path, person(request), act)


class ScopedAdmin(_ScopedForms, admin.ModelAdmin):
    """A model whose rows belong to municipalities.

    ``municipality_path`` is the lookup from a row to its municipality; left ``None``, only the
    platform administrator sees the model. ``view_act`` is needed to see a row, ``change_act`` to
    add, change or delete one. ``fixed_fields`` cannot be changed once the row exists;
    ``derived_fields`` are columns that the model's ``save`` fills by itself.
    """

    municipality_path: str | None = None
    view_act = Act.EDIT
    fixed_fields: tuple[str, ...] = ()
    derived_fields: tuple[str, ...] = ()
    list_select_related: ClassVar[tuple[str, ...]] = ()
    object_history_template = "admin/journal_of_object.html"

    # --- who may ---------------------------------------------------------------------------------

    def may(self, request: HttpRequest, act: Act, obj: models.Model | None = None) -> bool:
        """Whether the person may do ``act`` on this row or, without a row, on any at all."""
        if self.municipality_path is None or is_platform_admin(person(request)):
            return is_platform_admin(person(request))
        if obj is None:
            return allows_anywhere(person(request), act)
        municipality_id = municipality_id_of(obj, self.municipality_path)
        return municipality_id is not None and allows(person(request), act, municipality_id)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.may(request, self.view_act)

    def has_view_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return self.may(request, self.view_act, obj)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.may(request, self.change_act)

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return self.may(request, self.change_act, obj)

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return self.may(request, self.act_to_delete(obj), obj)

    def act_to_delete(self, obj: models.Model | None) -> Act:
        """What is needed to delete a row, or one of its parts in an inline: more where the public sees it."""
        return self.change_act

    # --- what is shown ---------------------------------------------------------------------------

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        queryset = super().get_queryset(request)
        if self.list_select_related:
            queryset = queryset.select_related(*self.list_select_related)
        return scoped(queryset, self.municipality_path, person(request), self.view_act)

    def get_search_results(
        self, request: HttpRequest, queryset: models.QuerySet, search_term: str
    ) -> tuple[models.QuerySet, bool]:
        """As typed, and folded as the municipalities' search texts are.

        The first ``MOST_WORDS`` words count, each once: every word is a condition more for the database.
        """
        words = dict.fromkeys(smart_split(search_term))
        search_term = " ".join(islice(words, MOST_WORDS))
        found, may_repeat = super().get_search_results(request, queryset, search_term)
        folded = fold(search_term)
        if folded == search_term:
            return found, may_repeat
        also, _repeats = super().get_search_results(request, queryset, folded)
        either = models.Q(pk__in=found.values("pk")) | models.Q(pk__in=also.values("pk"))
        return queryset.filter(either), False

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """Raise ``Http404`` for a row that is missing or out of reach, where Django would redirect."""
        obj = super().get_object(request, object_id, from_field)
        if obj is None:
            raise Http404
        return obj

    def get_readonly_fields(self, request: HttpRequest, obj: models.Model | None = None) -> tuple[str, ...]:
        readonly = tuple(super().get_readonly_fields(request, obj))
        return (*readonly, *self.fixed_fields) if obj else readonly

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Somebody who works for one municipality need not choose it."""
        initial = super().get_changeform_initial_data(request)
        own = municipality_ids(person(request), self.change_act)
        if self.municipality_path == "municipality" and len(own) == 1:
            initial.setdefault("municipality", own[0])  # type: ignore[arg-type]  # a number is fine
        return initial

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The row's part of the portal's journal: commands, the desk and files are in it too."""
        obj = self.get_object(request, unquote(object_id))
        if not self.has_view_permission(request, obj):
            raise PermissionDenied
        entries = Entry.objects.filter(object_type=self.opts.label_lower, object_id=str(obj.pk))
        context = {
            **self.admin_site.each_context(request),
            "title": _("History: %(name)s") % {"name": obj},
            "lines": read_entries(entries.select_related("actor", "municipality")[:HISTORY_LENGTH]),
            "object": obj,
            "opts": self.opts,
            **(extra_context or {}),
        }
        return TemplateResponse(request, self.object_history_template, context)

    # --- what is written -------------------------------------------------------------------------

    def save_model(self, request: HttpRequest, obj: models.Model, form: Any, change: bool) -> None:
        """Write the columns of the form and no others: what somebody else changed meanwhile stays."""
        if not change:
            obj.save()
        elif form.changed_data:
            columns = {field.name for field in obj._meta.concrete_fields}
            obj.save(update_fields=[*columns.intersection(form.changed_data), *self.derived_fields])

    def response_action(self, request: HttpRequest, queryset: models.QuerySet) -> HttpResponse | None:
        with transaction.atomic():
            return super().response_action(request, queryset)

    def construct_change_message(
        self, request: HttpRequest, form: BaseForm, formsets: list[Any] | None, add: bool = False
    ) -> list[RowAct]:
        """What Django hands on to :meth:`log_addition` and :meth:`log_change`."""
        return acts_of(form, formsets or [], is_new=add)

    def log_addition(self, request: HttpRequest, obj: models.Model, message: list[RowAct]) -> None:
        self._journal(request, obj, message)

    def log_change(self, request: HttpRequest, obj: models.Model, message: list[RowAct]) -> None:
        self._journal(request, obj, message)

    def log_deletions(self, request: HttpRequest, queryset: Any) -> None:
        for obj in queryset:
            self._journal(request, obj, [deleted(obj)])

    def _journal(self, request: HttpRequest, obj: models.Model, acts: list[RowAct]) -> None:
        """Record each row once. Inlines belong to the municipality of the row they are part of."""
        municipality = self.municipality_of(obj)
        for act in acts:
            record(
                actor=person(request),
                action=act.action,
                obj=act.obj,
                municipality=municipality,
                changes=act.changes,
            )
        if acts:
            self.touch(obj)

    def municipality_of(self, obj: models.Model) -> Municipality | None:
        if self.municipality_path is None:
            return None
        pk = municipality_id_of(obj, self.municipality_path)
        return Municipality.objects.filter(pk=pk).first() if pk else None

    def touch(self, obj: models.Model) -> None:
        """Mark what the row is a part of as changed, where it keeps the moment of its last change."""


class KeepingFormSet(BaseInlineFormSet):
    """Refuses to delete a part on which something hangs that must be kept, and what is taken already."""

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        if DELETION_FIELD_NAME in form.fields:
            form.fields[DELETION_FIELD_NAME].widget.attrs["aria-label"] = _("Delete")

    def clean(self) -> None:
        for form in self.deleted_forms:
            if form.instance.pk and (kept := _kept_by(form.instance)):
                text = _("“%(part)s” cannot be deleted, because this must be kept: %(kept)s.")
                raise ValidationError(text % {"part": form.instance, "kept": ", ".join(map(str, kept))})
        super().clean()
        if self.instance.pk:
            self._refuse_taken()

    def _refuse_taken(self) -> None:
        """Refuse what a row that is not in the form holds already, as one that somebody else has added since.

        Django compares the rows of a form with each other only. They are written in turn, so a row may take
        what one before it gives up.
        """
        written: list[Any] = []
        for form in self.forms:
            row = form.instance
            if form.has_changed() and form.is_valid() and form not in self.deleted_forms:
                for constraint in row._meta.total_unique_constraints:
                    key = {name: getattr(row, name) for name in constraint.fields}
                    others = type(row)._base_manager.filter(**key).exclude(pk__in=[*written, row.pk])
                    if None not in key.values() and others.exists():
                        form.add_error(None, constraint.get_violation_error_message())
            written.append(row.pk)


def _kept_by(obj: models.Model) -> list[models.Model]:
    collector = NestedObjects(using=router.db_for_write(type(obj)))
    collector.collect([obj])
    return list(collector.protected)


class _ScopedInline(_ScopedForms, InlineModelAdmin):
    """Rows that are part of another: who may change the whole may change its parts."""

    formset = KeepingFormSet
    extra = 0

    def whole(self) -> ScopedAdmin:
        """The admin of what the rows are part of."""
        return cast("ScopedAdmin", self.admin_site.get_model_admin(self.parent_model))

    def has_view_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return self.whole().has_view_permission(request, obj)

    def has_add_permission(self, request: HttpRequest, obj: models.Model | None) -> bool:
        return self.whole().may(request, self.whole().change_act, obj)

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return self.whole().may(request, self.whole().change_act, obj)

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return self.whole().may(request, self.whole().act_to_delete(obj), obj)


class ScopedTabularInline(_ScopedInline, admin.TabularInline):
    """Parts as rows of a table, whose fields bear the name of their column."""

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field:
            field.widget.attrs["aria-label"] = field.label
        return field


class ScopedStackedInline(_ScopedInline, admin.StackedInline):
    """Parts one under the other."""


class ScopedRelatedFilter(admin.RelatedFieldListFilter):
    """Offers only what is within the person's reach; nothing where there is too much to choose from."""

    def field_choices(
        self, field: Any, request: HttpRequest, model_admin: ScopedAdmin
    ) -> list[tuple[Any, str]]:
        rows = model_admin.reachable(field.remote_field.model, request, model_admin.view_act)
        return [(row.pk, str(row)) for row in rows[: MOST_FILTER_CHOICES + 1]]

    def has_output(self) -> bool:
        return super().has_output() and len(self.lookup_choices) <= MOST_FILTER_CHOICES

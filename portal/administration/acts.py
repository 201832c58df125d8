"""What a saved admin form changed, row by row, as the journal keeps it."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.db.models.fields.files import FieldFile
from django.forms import BaseForm, BaseInlineFormSet, ModelForm

from portal.audit.log import Changes, label_of

# Never in the journal, not even as a hash.
SECRETS = frozenset({"password"})


@dataclass(frozen=True, slots=True)
class RowAct:
    """One row that was added, changed or deleted."""

    action: str
    obj: models.Model
    changes: Changes


def acts_of(form: BaseForm, formsets: list[BaseInlineFormSet], *, is_new: bool) -> list[RowAct]:
    """The rows that a saved form and its inlines added, changed or deleted; each of them once.

    A formset whose rows a service has journalled already says so with ``is_journalled``.
    """
    acts = _acts_of_form(form, is_new)
    for formset in formsets:
        if not getattr(formset, "is_journalled", False):
            acts += _acts_of_formset(formset)
    return acts


def _acts_of_form(form: BaseForm, is_new: bool) -> list[RowAct]:
    if not isinstance(form, ModelForm):
        # Django's form for setting somebody's password: it knows the person, and is no model form.
        changes: Changes = dict.fromkeys(form.changed_data, (None, None))
        person: models.Model = getattr(form, "user")  # noqa: B009 - no other form comes without a model
        return [RowAct("row.changed", person, changes)] if changes else []
    if is_new:
        return [added(form.instance)]
    changes = _changes(form)
    return [RowAct("row.changed", form.instance, changes)] if changes else []


def _acts_of_formset(formset: BaseInlineFormSet) -> list[RowAct]:
    """By what the formset says that it wrote: rows posted by hand that are none of its own are not."""
    changed_rows = [obj for obj, _fields in formset.changed_objects]
    acts = [deleted(_as_it_was(form)) for form in _of(formset, formset.deleted_objects)]
    acts += [RowAct("row.changed", form.instance, _changes(form)) for form in _of(formset, changed_rows)]
    return acts + [added(obj) for obj in formset.new_objects]


def _of(formset: BaseInlineFormSet, rows: list[models.Model]) -> list[ModelForm]:
    return [form for form in formset.forms if any(form.instance is row for row in rows)]


def added(obj: models.Model) -> RowAct:
    changes = {name: (None, value) for name, value in _values(obj).items()}
    return RowAct("row.added", obj, changes)


def deleted(obj: models.Model) -> RowAct:
    """The act of deleting a row, with all it held."""
    changes = {name: (value, None) for name, value in _values(obj).items()}
    return RowAct("row.deleted", obj, changes)


def _as_it_was(form: ModelForm) -> models.Model:
    """The row of a deleted form with its key, which Django takes from a row that it deletes."""
    obj = copy(form.instance)
    obj.pk = form.fields[obj._meta.pk.name].initial
    return obj


def _changes(form: ModelForm) -> Changes:
    changes: Changes = {}
    for name in form.changed_data:
        try:
            field = form.instance._meta.get_field(name)
        except FieldDoesNotExist:
            continue
        before = _shown(field, form.initial.get(name))
        changes[name] = (before, _shown(field, field.value_from_object(form.instance)))
    return {name: pair for name, pair in changes.items() if name not in SECRETS}


def _values(obj: models.Model) -> dict[str, Any]:
    fields = [field for field in obj._meta.concrete_fields if field.editable and not field.primary_key]
    values = {field.name: _shown(field, field.value_from_object(obj)) for field in fields}
    return {name: value for name, value in values.items() if value not in (None, "") and name not in SECRETS}


def _shown(field: Any, value: Any) -> Any:
    """A value as people know it: the name of a row instead of its number, the path of a file."""
    if isinstance(value, FieldFile):
        return value.name
    if value is None or not field.is_relation:
        return value
    related = field.related_model._default_manager.filter(pk=getattr(value, "pk", value)).first()
    return label_of(related) if related else value

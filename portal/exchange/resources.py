"""Rows of one model as a table: which rows a person may take out and bring back, and how they are told apart.

Rows are named by what people know (municipality, year, numbers), never by database keys. An import
is all or nothing; an empty cell never overwrites; a row that says nothing new is left alone.
"""

from __future__ import annotations

from collections import Counter
from typing import Any, ClassVar

import tablib
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.html import format_html
from django.utils.translation import gettext as _
from import_export.fields import Field
from import_export.resources import Diff, ModelResource
from import_export.results import RowResult

from portal.accounts.models import User
from portal.administration.scoped import municipality_id_of, scoped
from portal.audit.log import record
from portal.exchange.cells import Amount, Day, Text, WholeNumber, YesNo, is_empty
from portal.exchange.formats import UnreadableTable
from portal.municipalities.access import Act
from portal.municipalities.models import Municipality
from portal.municipalities.turns import take_turn


def key(attribute: str, column: str, widget: Any = None) -> Field:
    """A column that names the row. It finds rows and is never written."""
    return Field(attribute, column, widget or WholeNumber(), readonly=True)


class PlainDiff(Diff):
    """Before and after without the inline styles that the library's own marks carry."""

    def as_html(self) -> list[str]:
        before = [""] * len(self.right) if self.new else self.left
        return [_marked(old, new) for old, new in zip(before, self.right, strict=True)]


class ScopedResource(ModelResource):
    """A table of rows of the municipalities where ``user`` may edit; of none without a user.

    Subclasses give ``municipality_path`` (the lookup from a row), :meth:`new_row` and, where the row
    is part of something that keeps the moment of its last change, :meth:`touch`.
    """

    import_acts: ClassVar[tuple[Act, ...]] = (Act.EDIT,)
    """Rows may come into a municipality where the person may do any of them."""

    WIDGETS_MAP = {
        "CharField": Text,
        "TextField": Text,
        "DateField": Day,
        "BooleanField": YesNo,
        "DecimalField": Amount,
        "PositiveIntegerField": WholeNumber,
        "PositiveSmallIntegerField": WholeNumber,
    }
    municipality = key("municipality__slug", "municipality", Text())
    municipality_path = "municipality"
    derived_columns: tuple[str, ...] = ()

    class Meta:
        use_transactions = True
        skip_unchanged = True
        report_skipped = True
        clean_model_instances = True
        store_instance = True

    def __init__(self, user: User | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.user = user
        self.reach: dict[str, Municipality] = {}
        self._seen: set[tuple[Any, ...]] = set()
        self._counts: Counter[tuple[str, str]] = Counter()

    # --- which rows ------------------------------------------------------------------------------

    def get_queryset(self) -> models.QuerySet:
        queryset = super().get_queryset().select_related(*self.select_related())
        if self.user is None:
            return queryset.none()
        return scoped(queryset, self.municipality_path, self.user, Act.EDIT)

    @classmethod
    def select_related(cls) -> list[str]:
        return [cls.municipality_path]

    @classmethod
    def widget_kwargs_for_field(cls, field_name: str, django_field: models.Field) -> dict[str, Any]:
        # The database and ``full_clean`` hold short texts to their length, but not long ones.
        is_long_text = isinstance(django_field, models.TextField)
        return {"longest": django_field.max_length} if is_long_text and django_field.max_length else {}

    @classmethod
    def get_diff_class(cls) -> type[Diff]:
        return PlainDiff

    def key_of(self, row: dict[str, Any]) -> dict[str, Any]:
        """The cells that name the row, read; raises ``ValidationError`` by column."""
        values, errors = {}, {}
        for name in self._meta.import_id_fields:
            try:
                values[name] = self.fields[name].clean(row)
            except ValueError as error:
                errors[name] = str(error)
            else:
                if is_empty(values[name]):
                    errors[name] = _("This cell is needed: it says which row is meant.")
        if errors:
            raise ValidationError(errors)
        return values

    def new_row(self, municipality: Municipality, keys: dict[str, Any]) -> models.Model:
        """A row that is not there yet, attached to what it is part of.

        Raises ``ValidationError`` by column where there is nothing to attach it to.
        """
        raise NotImplementedError

    def touch(self, rows: list[models.Model]) -> None:
        """Mark what the rows are part of as changed."""

    # --- reading a file --------------------------------------------------------------------------

    def before_import(self, dataset: tablib.Dataset, **kwargs: Any) -> None:
        known = [field.column_name for field in self.get_import_fields()]
        unknown = [name for name in dataset.headers or [] if name not in known]
        missing = [name for name in self._meta.import_id_fields if name not in (dataset.headers or [])]
        if unknown or missing:
            # Without its rows the file gives this one error instead of one for each row.
            del dataset[:]
        if unknown:
            text = _("The column “%(name)s” is not known. Known columns: %(known)s.")
            raise UnreadableTable(text % {"name": unknown[0], "known": ", ".join(known)})
        if missing:
            raise UnreadableTable(_("The column “%(name)s” is missing.") % {"name": missing[0]})
        self.reach = {}
        for act in self.import_acts:
            own = scoped(Municipality.objects.all(), "pk", self.user, act) if self.user else []
            self.reach |= {municipality.slug: municipality for municipality in own}
        named = {str(row.get("municipality") or "").strip() for row in dataset.dict}
        for slug in sorted(named & self.reach.keys()):
            take_turn(self.reach[slug])

    def before_import_row(self, row: dict[str, Any], **kwargs: Any) -> None:
        keys = self.key_of(row)
        if keys["municipality"] not in self.reach:
            text = _("There is no municipality “%(slug)s” that you may edit.")
            raise ValidationError({"municipality": text % {"slug": keys["municipality"]}})
        if tuple(keys.values()) in self._seen:
            raise ValidationError(_("The file has this row twice."))
        self._seen.add(tuple(keys.values()))

    def init_instance(self, row: dict[str, Any] | None = None) -> models.Model:
        keys = self.key_of(row or {})
        return self.new_row(self.reach[keys.pop("municipality")], keys)

    def import_instance(self, instance: Any, row: dict[str, Any], **kwargs: Any) -> None:
        errors = {}
        for field in self.get_import_fields():
            cell = row.get(field.column_name)
            if is_empty(cell) or _says_the_same(cell, field, instance):
                continue
            try:
                field.save(instance, row)
            except ValueError as error:
                errors[field.column_name] = str(error)
        if errors:
            raise ValidationError(errors)

    def skip_row(self, instance: Any, original: Any, row: Any, import_validation_errors: Any = None) -> bool:
        is_new = instance.pk is None
        return not is_new and super().skip_row(instance, original, row, import_validation_errors)

    def do_instance_save(self, instance: Any, is_create: bool) -> None:
        """Write only the columns of the table: a status that changes meanwhile stays."""
        written = [field.attribute.split("__")[0] for field in self.fields.values() if not field.readonly]
        if is_create:
            instance.save(force_insert=True)
        else:
            instance.save(update_fields=[*written, *self.derived_columns])

    # --- the journal -----------------------------------------------------------------------------

    def after_import_row(self, row: dict[str, Any], row_result: RowResult, **kwargs: Any) -> None:
        is_new = row_result.import_type == RowResult.IMPORT_TYPE_NEW
        if kwargs.get("dry_run") or not (is_new or row_result.import_type == RowResult.IMPORT_TYPE_UPDATE):
            return
        instance = row_result.instance
        municipality = self._municipality_of(instance)
        action = "row.added" if is_new else "row.changed"
        changes = self._changes(None if is_new else row_result.original, instance)
        record(actor=self.user, action=action, obj=instance, municipality=municipality, changes=changes)
        self._counts[municipality.slug, action] += 1

    def after_import(self, dataset: tablib.Dataset, result: Any, **kwargs: Any) -> None:
        """Tell each municipality's journal of the file. The library's own end, which would rewind the
        keys' sequences, is left out: no file brings keys."""
        for slug in {slug for slug, _action in self._counts}:
            counts = {"added": "row.added", "changed": "row.changed"}
            record(
                actor=self.user,
                action="rows.imported",
                obj=self.reach[slug],
                municipality=self.reach[slug],
                changes={"file": (None, kwargs.get("file_name"))}
                | {name: (None, self._counts[slug, action]) for name, action in counts.items()},
            )
        if self._counts:
            written = (RowResult.IMPORT_TYPE_NEW, RowResult.IMPORT_TYPE_UPDATE)
            self.touch([row.instance for row in result.rows if row.import_type in written])

    def _municipality_of(self, instance: models.Model) -> Municipality:
        pk = municipality_id_of(instance, self.municipality_path)
        return next(municipality for municipality in self.reach.values() if municipality.pk == pk)

    def _changes(self, original: Any, instance: Any) -> dict[str, tuple[Any, Any]]:
        fields = [field for field in self.get_import_fields() if not field.readonly]
        pairs = {
            field.column_name: (field.get_value(original) if original else None, field.get_value(instance))
            for field in fields
        }
        return {name: pair for name, pair in pairs.items() if _stated(pair[0]) != _stated(pair[1])}


def _says_the_same(cell: Any, field: Field, instance: Any) -> bool:
    """Whether the cell is what an export wrote for the value that is there, line ends apart."""
    return _lines(cell) == _lines(field.export(instance))


def _stated(value: Any) -> Any:
    return "" if value is None else value


def _lines(value: Any) -> str:
    return str(value).replace("\r\n", "\n").replace("\r", "\n")


def _marked(old: str, new: str) -> str:
    if old == new:
        return format_html("{}", new)
    return format_html("<del>{}</del> <ins>{}</ins>", old, new) if old else format_html("<ins>{}</ins>", new)

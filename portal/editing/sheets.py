"""A table of rows, or one row, as a form of the desk: plain fields, several people, nothing lost.

Each row carries what its cells held when the page was opened. So two people may change different cells
of one row, and whoever comes second to the same cell sees both values.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.http import QueryDict
from django.utils.translation import gettext as _

from portal.editing.cell_fields import UnitAmountField, cell_field
from portal.editing.cells import Clash
from portal.editing.models import Versioned
from portal.editing.rows import RowEdit, RowsRefused, cell, told
from portal.locales import sheet_date

MOST_NEW_ROWS = 50
_CLASSES = (
    (forms.CheckboxInput, "form-check-input"),
    (forms.Select, "form-select"),
    (forms.Widget, "form-control"),
)


class RowForm(forms.ModelForm):
    """The cells of one row. A subclass names its model and fields."""

    EMPTIED_BY: tuple[str, ...] = ()
    """Fields that, all empty, say that there is no such row: for rows that have their place in a grid."""

    class Meta:
        formfield_callback = cell_field

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs | {"use_required_attribute": False})
        for name in self.EMPTIED_BY:
            self.fields[name].required = False
        for name, field in self.fields.items():
            widget = field.widget
            widget.attrs["class"] = next(css for kind, css in _CLASSES if isinstance(widget, kind))
            if isinstance(field, forms.CharField) and "dir" not in widget.attrs:
                widget.attrs["dir"] = {"_ar": "rtl", "_fr": "ltr"}.get(name[-3:], "auto")

    def validate_unique(self) -> None:
        """Left to the writing, which knows which rows are removed by the same act."""

    def validate_constraints(self) -> None:
        """Left to the writing too."""

    @property
    def values(self) -> dict[str, Any]:
        """The cells as columns hold them, lines parted as the database keeps them."""
        row = self.instance
        return {name: _plain(cell(row, name)) for name in self._meta.fields or ()}

    @property
    def is_emptied(self) -> bool:
        values = [self.cleaned_data.get(name) for name in self.EMPTIED_BY]
        return bool(values) and all(value in (None, "") for value in values)


def _plain(value: Any) -> Any:
    return value.replace("\r\n", "\n").replace("\r", "\n") if isinstance(value, str) else value


class Line:
    """One row of a sheet."""

    def __init__(self, sheet: Sheet, name: str, row: Versioned, *, is_new: bool = False) -> None:
        self.sheet, self.name, self.row, self.is_new = sheet, name, row, is_new
        self.stored = {field: cell(row, field) for field in sheet.columns}
        self.version = row.version if row.pk else 0
        data, prefix = sheet.data, f"{sheet.prefix}-{name}"
        # A row that came since the page was opened is shown as it is.
        self.is_posted = data is not None and f"{prefix}-seen" in data
        self.form = sheet.form_class(
            data if self.is_posted else None, instance=row, prefix=prefix, empty_permitted=is_new
        )
        if sheet.prepare:
            sheet.prepare(self.form)
        self.is_removed = self.is_posted and f"{prefix}-remove" in cast(QueryDict, data)
        self.seen_version, self.seen = self._seen()
        if is_new and self.is_posted:
            # What the page proposed, such as the next number, is not what the person typed.
            self.form.initial.update(self.seen)
        self.clashes: dict[str, Clash] = {}
        self._name_fields()

    def _name_fields(self) -> None:
        """Every field says of which row it is: in a table its label stands above the column."""
        if self.sheet.is_stacked:
            return
        for name, field in self.form.fields.items():
            field.help_text = ""
            field.label = self.sheet.labels.get(name) or field.label
            field.widget.attrs.setdefault("aria-label", f"{field.label} – {self.title}")

    @property
    def title(self) -> str:
        return self.sheet.title_of(self.row) if self.row.pk or not self.is_new else _("new row")

    @property
    def prefix(self) -> str:
        return f"{self.sheet.prefix}-{self.name}"

    @property
    def cells(self) -> list[forms.BoundField]:
        return [self.form[name] for name in self.sheet.columns]

    @property
    def errors(self) -> list[str]:
        """What is wrong with the row as a whole."""
        return [str(e) for e in self.form.non_field_errors()] if self.is_posted else []

    @property
    def problems(self) -> list[tuple[str, str]]:
        """Every error of the row with the field it stands at."""
        found = [(f"{self.prefix}-row", error) for error in self.errors]
        for bound in self.cells:
            where = f"{bound.label} – {self.title}"
            found += [(bound.id_for_label, f"{where}: {error}") for error in bound.errors]
        return found

    @property
    def may_remove(self) -> bool:
        return not self.is_new and not self.form.EMPTIED_BY

    @property
    def seen_text(self) -> str:
        """What the page carries along: the version, and the cells as they were shown."""
        cells = {name: _packed(self.row, name, value) for name, value in self.seen.items()}
        return json.dumps({"version": self.seen_version, "cells": cells}, ensure_ascii=False)

    def _seen(self) -> tuple[int, dict[str, Any]]:
        text = self.sheet.data.get(f"{self.prefix}-seen", "") if self.sheet.data is not None else ""
        if not self.is_posted:
            return self.version, dict(self.stored)
        try:
            found = json.loads(text)
            cells = {name: _unpacked(self.row, name, found["cells"].get(name)) for name in self.sheet.columns}
            return int(found["version"]), cells
        except (
            AttributeError,
            KeyError,
            OverflowError,
            RecursionError,
            TypeError,
            ValueError,
            ValidationError,
        ):
            # Nothing that this portal wrote: then nothing was seen, and every other value is a clash.
            return -1, dict.fromkeys(self.sheet.columns)

    def edit(self) -> RowEdit | None:
        """What the person did to the row; ``None`` where they left it as it was."""
        if not self.is_posted or (self.is_new and not self.form.has_changed()):
            return None
        values = {} if self.is_removed else self._values()
        is_emptied = not self.is_removed and self.form.is_emptied
        if is_emptied and all(self.seen.get(name) in (None, "") for name in self.form.EMPTIED_BY):
            return None
        row = self.row if self.row.pk else self.form.instance
        is_removed = self.is_removed or is_emptied
        return RowEdit(self.prefix, row, values, self.seen, self.seen_version, is_removed)

    def _values(self) -> dict[str, Any]:
        """Without the cells in which what somebody else wrote is to stay."""
        data = cast(QueryDict, self.sheet.data)
        return {
            name: value
            for name, value in self.form.values.items()
            if f"{self.prefix}-{name}-theirs" not in data
        }

    def refuse(self, error: ValidationError | None, clashes: Iterable[Clash]) -> None:
        if error is not None:
            if getattr(error, "code", "") == "stale":
                self.seen_version, self.seen = self.version, dict(self.stored)
            self._add_error(error)
        for clash in clashes:
            self.clashes[clash.field] = clash
            self.seen[clash.field] = clash.theirs
            self.form.add_error(clash.field, self._told(clash))

    def _add_error(self, error: ValidationError) -> None:
        for name, messages in error.update_error_dict({}).items():
            self.form.add_error(name if name in self.form.fields else None, messages)

    def _told(self, clash: Clash) -> str:
        text = _(
            "Somebody changed this since you opened the page. It is now: %(theirs)s. You wrote: %(mine)s."
        )
        theirs, mine = (self.shown(clash.field, value) for value in (clash.theirs, clash.mine))
        return text % {"theirs": theirs, "mine": mine}

    def shown(self, name: str, value: Any) -> str:
        """A cell's value as people read it."""
        field, column = self.form.fields[name], self.row._meta.get_field(name)
        choices = dict(getattr(column, "flatchoices", None) or ())
        if value is None or value == "":
            return "–"
        if isinstance(value, bool):
            return _("Yes") if value else _("No")
        if value in choices:
            return str(choices[value])
        shown = field.prepare_value(told(self.row, name, value))
        return sheet_date(shown) if hasattr(shown, "isoformat") else f"\u2068{shown}\u2069"


def _packed(row: models.Model, name: str, value: Any) -> Any:
    return value if value is None or isinstance(value, bool | int | str) else str(value)


def _unpacked(row: models.Model, name: str, value: Any) -> Any:
    return None if value is None else row._meta.get_field(name).to_python(value)  # type: ignore[union-attr]


class Sheet:
    """The rows of one table on a page, as they stand or as somebody posts them.

    ``rows`` are those that are there, or that have a place in a grid; ``blank`` makes a new one, of which
    the page has ``blanks``. ``prepare`` is called with each form: for choices and units. Fields that are
    ``is_stacked`` have their labels beside them, others stand in a table.
    """

    def __init__(
        self,
        form_class: type[RowForm],
        rows: Sequence[Versioned],
        *,
        prefix: str,
        data: QueryDict | None = None,
        blank: Callable[[], Versioned] | None = None,
        blanks: int = 2,
        prepare: Callable[[Any], None] | None = None,
        name_of: Callable[[Any], str] = lambda row: str(row.pk),
        title_of: Callable[[Any], str] = str,
        is_stacked: bool = False,
        labels: Mapping[str, str] | None = None,
    ) -> None:
        self.form_class, self.prefix, self.data, self.prepare = form_class, prefix, data, prepare
        self.title_of, self.is_stacked, self.labels = title_of, is_stacked, labels or {}
        self.columns = list(form_class._meta.fields or ())
        self.blank_count = self._blank_count(blanks) if blank else 0
        self.lines = [Line(self, name_of(row), row) for row in rows]
        if blank:
            self.lines += [Line(self, f"new{n}", blank(), is_new=True) for n in range(self.blank_count)]
        self.gone = self._gone()

    def _blank_count(self, blanks: int) -> int:
        """As many new rows as the page had, and more where more are asked for."""
        if self.data is None:
            return blanks
        posted = self.data.get(f"{self.prefix}-rows", "")
        count = int(posted) if posted.isdecimal() and len(posted) < 4 else blanks
        more = 3 if self.data.get("more") == self.prefix else 0
        return min(count + more, MOST_NEW_ROWS)

    def _gone(self) -> list[str]:
        """What was typed in rows that somebody removed meanwhile."""
        if self.data is None:
            return []
        known = {line.prefix for line in self.lines}
        posted = [name.removesuffix("-seen") for name in self.data if name.endswith("-seen")]
        gone = [name for name in posted if name.startswith(f"{self.prefix}-") and name not in known]
        return [
            " · ".join(filter(None, (self.data.get(f"{name}-{column}", "") for column in self.columns)))
            for name in gone
        ]

    @property
    def heads(self) -> list[tuple[str, str]]:
        """Each column's name and label."""
        fields = self.form_class.base_fields
        return [(name, self.labels.get(name) or str(fields[name].label)) for name in self.columns]

    @property
    def line(self) -> Line:
        """The only row, on a page of one."""
        return self.lines[0]

    @property
    def may_remove(self) -> bool:
        return any(line.may_remove for line in self.lines)

    @property
    def has_new_rows(self) -> bool:
        return any(line.is_new for line in self.lines)

    def __iter__(self) -> Iterator[Line]:
        return iter(self.lines)

    def is_valid(self) -> bool:
        """Whether everything posted can be read; what can be written is found at writing."""
        posted = [line for line in self.lines if line.is_posted and not line.is_removed]
        said = [line for line in posted if not line.is_new or line.form.has_changed()]
        # Each is asked, so that the page tells everything at once.
        return [line.form for line in said if not line.form.is_valid()] == [] and not self.gone

    def edits(self) -> list[RowEdit]:
        """What the person did, row by row."""
        edits = [line.edit() for line in self.lines]
        return [edit for edit in edits if edit]

    def refuse(self, refused: RowsRefused) -> None:
        """Put what the writing refused beside the cells it is about."""
        for line in self.lines:
            line.refuse(refused.errors.get(line.prefix), refused.clashes.get(line.prefix, ()))

    @property
    def problems(self) -> list[tuple[str, str]]:
        """Every error with the field it stands at, for the list at the head of the page."""
        gone = _("Somebody removed a row since you opened the page. It said here: %(text)s.")
        found = [(f"{self.prefix}-table", gone % {"text": text}) for text in self.gone]
        for line in self.lines:
            if line.is_posted:
                found += line.problems
        return found


def in_unit(form: RowForm, currency: str, unit: str) -> None:
    """Let every amount of a form be shown and typed in ``unit`` of ``currency``."""
    for field in form.fields.values():
        if isinstance(field, UnitAmountField):
            field.currency, field.unit = currency, unit  # type: ignore[assignment]


def rewritten(sheet: Sheet, data: QueryDict, currency: str, unit: str) -> QueryDict:
    """What was posted, with each amount that can be read written in another unit."""
    new = data.copy()
    for line in sheet.lines:
        for name, field in line.form.fields.items():
            key = f"{line.prefix}-{name}"
            if isinstance(field, UnitAmountField) and key in data:
                new[key] = _in_other_unit(field, str(data[key]), currency, unit)
    return new


def _in_other_unit(field: UnitAmountField, text: str, currency: str, unit: str) -> str:
    try:
        value = field.clean(text)
    except ValidationError:
        return text
    other = UnitAmountField(currency=currency, unit=unit, required=False)  # type: ignore[arg-type]
    return other.prepare_value(value) or ""

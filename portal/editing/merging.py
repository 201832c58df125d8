"""A form over one row that others may change while it is open: what only they changed stays.

The page carries along what each field showed (Django's hidden initial values), so that two people may
change different fields, and whoever comes second to the same field sees both values.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

VERSION = "version"
ROW = "row"


def remember_what_is_shown(form: forms.Form, version: int, row: int | None = None) -> None:
    """Let the page carry the version of its row, and what every field shows. Fields added later do not.

    ``row`` is the key of the row where its address names it by a number that another may take over.
    """
    for field in form.fields.values():
        field.show_hidden_initial = True
    form.fields[VERSION] = forms.IntegerField(widget=forms.HiddenInput, required=False, initial=version)
    if row is not None:
        remember_row(form, row)


def remember_row(form: forms.Form, row: int) -> None:
    """Let the page carry the key of its row, for :func:`is_same_row`."""
    form.fields[ROW] = forms.IntegerField(widget=forms.HiddenInput, required=False, initial=row)


def is_same_row(form: forms.Form, row: int) -> bool:
    """Whether a valid form was shown of this row; else the form says that it was of another, now removed."""
    if form.cleaned_data.get(ROW) == row:
        return True
    form.add_error(
        None, _("What this page showed was removed, and something else has its number now. Open it anew.")
    )
    return False


def merge(
    form: forms.Form,
    stored: Mapping[str, Any],
    version: int,
    shown: Callable[[str, Any], str] = lambda name, value: str(value),
) -> bool:
    """Bring a valid form together with its row as it stands now; whether it may be saved.

    ``stored`` gives what each field would hold if it were cleaned from the row. What only others
    changed is taken over into ``cleaned_data``. Where both changed a field it gets an error that tells
    both values; sent once more, the form is saved over what was told. Call it while holding the turn.
    """
    if form.cleaned_data.get(VERSION) == version:
        return True
    clashes = []
    for name, theirs in stored.items():
        mine, seen = form.cleaned_data.get(name), _seen(form, name)
        if _same(mine, theirs) or _same(seen, theirs):
            continue
        if _same(mine, seen):
            form.cleaned_data[name] = theirs
        else:
            clashes.append((name, theirs, mine))
    if not clashes:
        return True
    _show_anew(form, stored, version)
    for name, theirs, mine in clashes:
        text = _(
            "Somebody changed this since you opened the page. It is now: %(theirs)s. You wrote: %(mine)s."
        )
        form.add_error(name, text % {"theirs": _told(theirs, name, shown), "mine": _told(mine, name, shown)})
    return False


def _seen(form: forms.Form, name: str) -> Any:
    """What the page showed in a field, as the field reads it; ``None`` for what this portal never wrote."""
    try:
        return form.fields[name].clean(form.data.get(form[name].html_initial_name, ""))
    except ValidationError:
        return None


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, bool) or isinstance(other, bool):
        return bool(one) == bool(other)
    return _plain(one) == _plain(other)


def _plain(value: Any) -> Any:
    """Nothing is nothing, however it is kept; lines end as the database keeps them."""
    return value.replace("\r\n", "\n") or None if isinstance(value, str) else value


def _told(value: Any, name: str, shown: Callable[[str, Any], str]) -> str:
    return f"\u2068{shown(name, value)}\u2069" if value not in (None, "") else "–"


def _show_anew(form: forms.Form, stored: Mapping[str, Any], version: int) -> None:
    """What was typed stays; what is carried along becomes what stands there now."""
    data: Any = form.data.copy()  # type: ignore[attr-defined]
    data[VERSION] = str(version)
    for name, theirs in stored.items():
        text = _written(form, name, theirs)
        data[form[name].html_initial_name] = text
        if name in form.cleaned_data and _same(form.cleaned_data[name], theirs):
            _put(data, form, name, text)
    form.data = data


def _written(form: forms.Form, name: str, value: Any) -> str:
    """A value as the field's control sends it."""
    prepared = form.fields[name].prepare_value(value)
    return "" if prepared is None else str(prepared)


def _put(data: Any, form: forms.Form, name: str, text: str) -> None:
    if isinstance(form.fields[name], forms.BooleanField) and text == "False":
        # A box that is not ticked sends nothing.
        data.pop(name, None)
    else:
        data[name] = text

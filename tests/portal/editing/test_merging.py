"""A form over a row that others change meanwhile."""

import datetime

import pytest
from django import forms
from django.http import QueryDict
from django.utils.translation import override

from portal.editing.merging import merge, remember_what_is_shown


class PlaceForm(forms.Form):
    name = forms.CharField(required=False)
    text = forms.CharField(required=False, widget=forms.Textarea)
    is_open = forms.BooleanField(required=False)
    on = forms.DateField(required=False)


SHOWN = {"name": "Nefta", "text": "one\ntwo", "is_open": True, "on": datetime.date(2022, 3, 1)}


def form_of(data=None, version=1):
    form = PlaceForm(data, initial=SHOWN)
    remember_what_is_shown(form, version)
    return form


def typed(form=None, **changes):
    """What a browser sends of the form, lines parted as browsers do."""
    data = QueryDict(mutable=True)
    for bound in form or form_of():
        value = bound.value()
        text = "" if value is None else str(value).replace("\r\n", "\n").replace("\n", "\r\n")
        if bound.field.show_hidden_initial:
            shown = form.data[bound.html_initial_name] if form else text
            data[bound.html_initial_name] = shown
        if not (isinstance(bound.field, forms.BooleanField) and not value):
            data[bound.html_name] = text
    for name, value in changes.items():
        if value is None:
            data.pop(name)
        else:
            data[name] = value
    return data


def posted(**changes):
    form = form_of(typed(**changes))
    assert form.is_valid()
    return form


def test_nobody_else_was_here():
    form = posted(name="Tozeur")
    assert merge(form, SHOWN, 1)
    assert form.cleaned_data["name"] == "Tozeur"


def test_what_only_others_changed_stays():
    form = posted(name="Tozeur")
    stored = {**SHOWN, "text": "three", "is_open": False, "on": datetime.date(2022, 4, 1)}
    assert merge(form, stored, 2)
    assert form.cleaned_data["name"] == "Tozeur"
    assert form.cleaned_data["text"] == "three"
    assert form.cleaned_data["is_open"] is False
    assert form.cleaned_data["on"] == datetime.date(2022, 4, 1)


def test_the_same_change_twice_is_no_clash():
    form = posted(name="Tozeur", is_open=None)
    assert merge(form, {**SHOWN, "name": "Tozeur", "is_open": False}, 2)


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        ({"name": "Tozeur"}, {"name": "Degache"}),
        ({"name": ""}, {"name": "Degache"}),
        ({"text": "one"}, {"text": "two"}),
        ({"on": "2022-05-01"}, {"on": None}),
    ],
)
def test_both_values_are_told_and_the_second_time_it_is_saved(mine, theirs):
    form = posted(**mine)
    stored = {**SHOWN, **theirs}
    (name,) = mine
    with override("en"):
        assert not merge(form, stored, 2)
        (message,) = form.errors[name]
    assert "Somebody changed this" in message
    again = form_of(typed(form))
    assert again.is_valid()
    assert merge(again, stored, 2)
    assert again.cleaned_data[name] == form_of(typed(**mine)).fields[name].clean(mine[name])


def test_after_a_clash_the_rest_shows_what_stands_there():
    form = posted(name="Tozeur")
    assert not merge(form, {**SHOWN, "name": "Degache", "is_open": False, "text": "three"}, 2)
    assert form["text"].value() == "three"
    again = form_of(typed(form))
    assert again.is_valid()
    assert again.cleaned_data["text"].replace("\r\n", "\n") == "three"
    assert again.cleaned_data["is_open"] is False


def test_what_this_portal_never_wrote_was_not_seen():
    data = typed(name="Tozeur")
    data["initial-on"] = "a day"
    form = form_of(data)
    assert form.is_valid()
    assert not merge(form, {**SHOWN, "on": datetime.date(2022, 4, 1)}, 2)
    assert "on" in form.errors

"""The journal page by page: what is looked for, and the entries that answer."""

from __future__ import annotations

import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import models
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.accounts.models import User
from portal.audit.actions import sentences
from portal.audit.models import Entry
from portal.audit.reading import read_groups
from portal.importing.dates import NotADate, read_date
from portal.municipalities.models import Municipality

ENTRIES_A_PAGE = 50
NOBODY = "0"
"""Stands for what a command did."""


class JournalFilter(forms.Form):
    """Who, which act, on what, on which days. An empty field asks nothing."""

    who = forms.ChoiceField(label=gettext_lazy("Who"), required=False)
    act = forms.ChoiceField(label=gettext_lazy("Act"), required=False)
    name = forms.CharField(
        label=gettext_lazy("On what"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("A part of its name or number"),
    )
    since = forms.CharField(label=gettext_lazy("From"), required=False, max_length=60)
    until = forms.CharField(label=gettext_lazy("To"), required=False, max_length=60)

    def __init__(self, data: QueryDict, *, entries: models.QuerySet[Entry]) -> None:
        super().__init__(data)
        plain = entries.order_by()
        people = User.objects.filter(pk__in=plain.values("actor")).order_by("name", "email")
        acts = plain.values_list("action", flat=True).distinct()
        words = sorted((str(sentences().get(act, act)), act) for act in acts)
        self.fields["who"].choices = [  # type: ignore[attr-defined]
            ("", _("Everybody")),
            *((str(person.pk), str(person)) for person in people),
            (NOBODY, _("The portal")),
        ]
        self.fields["act"].choices = [("", _("All"))] + [(act, text) for text, act in words]  # type: ignore[attr-defined]

    def clean_name(self) -> str:
        return self.cleaned_data["name"].replace("\0", "").strip()

    def clean_since(self) -> datetime.date | None:
        return _day(self.cleaned_data["since"])

    def clean_until(self) -> datetime.date | None:
        return _day(self.cleaned_data["until"])

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        since, until = values.get("since"), values.get("until")
        if since and until and since > until:
            self.add_error("until", _("This day is before the first one."))
        return values

    def chosen(self, entries: models.QuerySet[Entry], municipality: Municipality) -> models.QuerySet[Entry]:
        """The entries that answer; a field that cannot be read asks nothing."""
        self.is_valid()
        values, zone = self.cleaned_data, municipality.zone_info
        if values.get("who"):
            entries = entries.filter(actor=None if values["who"] == NOBODY else values["who"])
        if values.get("act"):
            entries = entries.filter(action=values["act"])
        if values.get("name"):
            entries = entries.filter(object_label__icontains=values["name"])
        if values.get("since"):
            start = datetime.datetime.combine(values["since"], datetime.time.min, zone)
            entries = entries.filter(at__gte=start)
        if values.get("until"):
            last = values["until"] + datetime.timedelta(days=1)
            entries = entries.filter(at__lt=datetime.datetime.combine(last, datetime.time.min, zone))
        return entries


def journal_page(
    query: QueryDict, entries: models.QuerySet[Entry], municipality: Municipality
) -> dict[str, Any]:
    """The context of ``audit/listing.html``: the filter, the page, its entries in words."""
    form = JournalFilter(query, entries=entries)
    found = form.chosen(entries, municipality).select_related("actor", "municipality")
    page = Paginator(found, ENTRIES_A_PAGE).get_page(query.get("page"))
    others = query.copy()
    others.pop("page", None)
    return {
        "form": form,
        "page": page,
        "groups": read_groups(page.object_list),
        "others": others.urlencode(),
        "is_filtered": any(others.values()),
    }


def _day(text: str) -> datetime.date | None:
    try:
        return read_date(text) if text.strip() else None
    except NotADate as refusal:
        raise ValidationError(
            _("This is not a date. Expected: %(expected)s.") % {"expected": refusal.expected}
        ) from refusal

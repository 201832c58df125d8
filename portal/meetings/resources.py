"""Meetings as a table, out of the admin and back into it."""

from __future__ import annotations

import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from import_export.fields import Field
from import_export.widgets import Widget

from portal.exchange.cells import Day, Text, WholeNumber, YesNo, is_empty
from portal.exchange.resources import ScopedResource, key
from portal.meetings.fields import read_clock
from portal.meetings.models import Meeting
from portal.meetings.services import enter_changed
from portal.municipalities.models import Municipality


class Clock(Widget):
    """A time of the day; written 09:30."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> datetime.time | None:
        if is_empty(value):
            return None
        if isinstance(value, datetime.datetime):
            return value.time()
        return value if isinstance(value, datetime.time) else read_clock(str(value))

    def render(self, value: datetime.time | None, obj: Any = None, **kwargs: Any) -> str:
        return f"{value:%H:%M}" if value else ""


class MeetingResource(ScopedResource):
    """One row for each meeting, named by municipality, date and kind.

    Whether it is public, cancelled or held goes out and never comes in: those are acts.
    """

    date = key("date", "date", Day())
    kind = key("kind", "kind", Text())
    starts_at = Field("starts_at", "starts_at", Clock())
    ends_at = Field("ends_at", "ends_at", Clock())
    zone = Field("zone__number", "zone", WholeNumber(), readonly=True)
    is_public = Field("is_public", "is_public", YesNo(), readonly=True)
    is_cancelled = Field("is_cancelled", "is_cancelled", YesNo(), readonly=True)
    held = Field("held", "held", YesNo(), readonly=True)
    derived_columns = ("updated_at",)

    class Meta(ScopedResource.Meta):
        model = Meeting
        import_id_fields = ("municipality", "date", "kind")
        fields = (
            *import_id_fields,
            "mode",
            "title_ar",
            "title_fr",
            "ends_on",
            "starts_at",
            "ends_at",
            "place_ar",
            "place_fr",
            "map_url",
            "remote_url",
            "zone",
            "invitation_ar",
            "invitation_fr",
            "is_public",
            "is_cancelled",
            "held",
        )

    @classmethod
    def select_related(cls) -> list[str]:
        return ["municipality", "zone"]

    def before_import_row(self, row: dict[str, Any], **kwargs: Any) -> None:
        super().before_import_row(row, **kwargs)
        keys = self.key_of(row)
        municipality = self.reach[keys.pop("municipality")]
        if Meeting.objects.of(municipality).filter(**keys).count() > 1:
            text = _("Several meetings of this kind are on this day: change them at the desk.")
            raise ValidationError({"date": text})

    def new_row(self, municipality: Municipality, keys: dict[str, Any]) -> Meeting:
        return Meeting(municipality=municipality, date=keys["date"], kind=keys["kind"])

    def touch(self, rows: list[Meeting]) -> None:
        """What was changed of public meetings enters the register of publications."""
        for meeting in rows:
            enter_changed(meeting=meeting, actor=self.user)

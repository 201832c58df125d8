"""Makers of meetings."""

from __future__ import annotations

import datetime

import factory
from factory.django import DjangoModelFactory

from portal.meetings.models import AgendaItem, Meeting, MeetingFile, Minutes, VideoLink, ZoneAttendance
from tests.factories import MunicipalityFactory


class MeetingFactory(DjangoModelFactory):
    class Meta:
        model = Meeting

    class Params:
        published = factory.Trait(is_public=True)

    municipality = factory.SubFactory(MunicipalityFactory)
    title_ar = factory.Sequence(lambda n: f"جلسة رقم {n}")
    date = datetime.date(2026, 11, 14)
    place_ar = "القاعة الكبرى"


class AgendaItemFactory(DjangoModelFactory):
    class Meta:
        model = AgendaItem

    meeting = factory.SubFactory(MeetingFactory)
    position = factory.Sequence(lambda n: n + 1)
    title_ar = factory.Sequence(lambda n: f"نقطة {n}")


class MinutesFactory(DjangoModelFactory):
    class Meta:
        model = Minutes

    meeting = factory.SubFactory(MeetingFactory)
    total = 42
    women = 7
    young = 9


class ZoneAttendanceFactory(DjangoModelFactory):
    class Meta:
        model = ZoneAttendance

    minutes = factory.SubFactory(MinutesFactory)
    total = 10


class MeetingFileFactory(DjangoModelFactory):
    class Meta:
        model = MeetingFile

    meeting = factory.SubFactory(MeetingFactory)
    kind = "presentation"
    name = "presentation.pdf"
    size = 9
    content_type = "application/pdf"
    sha256 = factory.Sequence(lambda n: f"{n:064x}")
    is_public = True
    file = factory.django.FileField(filename="presentation.pdf", data=b"%PDF-1.4\n")


class VideoLinkFactory(DjangoModelFactory):
    class Meta:
        model = VideoLink

    meeting = factory.SubFactory(MeetingFactory)
    url = factory.Sequence(lambda n: f"https://video.example/{n}")

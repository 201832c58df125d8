"""Makers of the rows that both diagnoses, the cell and the coordination are made of."""

from __future__ import annotations

import datetime
import hashlib
import io

import factory
from django.core.files.uploadedfile import SimpleUploadedFile
from factory.django import DjangoModelFactory
from PIL import Image

from programs.models import (
    Announcement,
    BudgetLine,
    Cell,
    CellMember,
    Coordination,
    Facility,
    FacilityPhoto,
    InfrastructureLine,
    TaxRecovery,
)
from tests import factories


def picture(shade: int = 200, kind: str = "PNG") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), (shade, 220, 210)).save(out, kind)
    return out.getvalue()


def upload(name: str = "stade.png", shade: int = 200) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, picture(shade))


class CellFactory(DjangoModelFactory):
    class Meta:
        model = Cell

    program = factory.SubFactory(factories.ProgramFactory)
    decision_number = "12/2021"
    decided_on = datetime.date(2021, 10, 13)


class CellMemberFactory(DjangoModelFactory):
    class Meta:
        model = CellMember

    cell = factory.SubFactory(CellFactory)
    position = factory.Sequence(lambda n: n + 1)
    name = factory.Sequence(lambda n: f"Membre {n}")


class AnnouncementFactory(DjangoModelFactory):
    class Meta:
        model = Announcement

    program = factory.SubFactory(factories.ProgramFactory)
    channel = "poster"
    on = datetime.date(2021, 10, 26)
    text_fr = "Affiches"


class InfrastructureLineFactory(DjangoModelFactory):
    class Meta:
        model = InfrastructureLine

    program = factory.SubFactory(factories.ProgramFactory)
    zone = factory.LazyAttribute(lambda line: factories.ZoneFactory(municipality=line.program.municipality))
    network = "paving"
    total = 10
    served = 4


class FacilityFactory(DjangoModelFactory):
    class Meta:
        model = Facility

    program = factory.SubFactory(factories.ProgramFactory)
    number = factory.Sequence(lambda n: n + 1)
    title_ar = "الملعب"
    title_fr = "Stade"
    kind = "sport"
    state = "poor"


class FacilityPhotoFactory(DjangoModelFactory):
    class Meta:
        model = FacilityPhoto

    facility = factory.SubFactory(FacilityFactory)
    name = "stade.png"
    size = 100
    content_type = "image/png"
    sha256 = factory.Sequence(lambda n: hashlib.sha256(str(n).encode()).hexdigest())
    file = factory.django.FileField(filename="stade.png", data=picture())


class BudgetLineFactory(DjangoModelFactory):
    class Meta:
        model = BudgetLine

    program = factory.SubFactory(factories.ProgramFactory)
    side = "receipts"
    number = factory.Sequence(lambda n: n + 1)
    title_fr = "Taxes"


class TaxRecoveryFactory(DjangoModelFactory):
    class Meta:
        model = TaxRecovery

    program = factory.SubFactory(factories.ProgramFactory)
    year = 2021
    due = 1000
    collected = 300


class CoordinationFactory(DjangoModelFactory):
    class Meta:
        model = Coordination

    program = factory.SubFactory(factories.ProgramFactory)
    operator_fr = "Office"
    approach = "letter"
    on = datetime.date(2021, 11, 2)

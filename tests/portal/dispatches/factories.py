"""Makers of recipients and of copies that were sent."""

from __future__ import annotations

import factory
from factory.django import DjangoModelFactory

from portal.dispatches.models import Dispatch, DispatchLine, DispatchProof, Recipient
from tests.factories import MunicipalityFactory


class RecipientFactory(DjangoModelFactory):
    class Meta:
        model = Recipient

    municipality = factory.SubFactory(MunicipalityFactory)
    name_ar = factory.Sequence(lambda n: f"جمعية رقم {n}")
    address = "نهج الحبيب ثامر، 2240 نفطة"


class DispatchFactory(DjangoModelFactory):
    class Meta:
        model = Dispatch

    municipality = factory.SubFactory(MunicipalityFactory)
    title_ar = "مسودة البرنامج السنوي للاستثمار"


class DispatchLineFactory(DjangoModelFactory):
    class Meta:
        model = DispatchLine

    dispatch = factory.SubFactory(DispatchFactory)
    recipient = factory.SubFactory(
        RecipientFactory, municipality=factory.SelfAttribute("..dispatch.municipality")
    )


class DispatchProofFactory(DjangoModelFactory):
    class Meta:
        model = DispatchProof

    line = factory.SubFactory(DispatchLineFactory)
    name = "receipt.pdf"
    size = 9
    content_type = "application/pdf"
    sha256 = factory.Sequence(lambda n: f"{n:064x}")
    file = factory.django.FileField(filename="receipt.pdf", data=b"%PDF-1.4\n")

"""Makers of what a program's projects are made of."""

from __future__ import annotations

from decimal import Decimal

import factory
from factory.django import DjangoModelFactory

from programs.models import Envelope, Need, ProjectCard, ScheduleStep
from programs.services.cards import take_step
from tests import factories


class CardFactory(DjangoModelFactory):
    class Meta:
        model = ProjectCard

    program = factory.SubFactory(factories.ProgramFactory)
    number = factory.Sequence(lambda n: n + 1)
    title_ar = factory.LazyAttribute(lambda card: f"مشروع {card.number}")
    category = "roads"


class NeedFactory(DjangoModelFactory):
    class Meta:
        model = Need

    municipality = factory.SubFactory(factories.MunicipalityFactory)
    number = factory.Sequence(lambda n: n + 1)
    title_ar = factory.LazyAttribute(lambda need: f"حاجة {need.number}")
    category = "roads"
    asked_in = 2020


class EnvelopeFactory(DjangoModelFactory):
    class Meta:
        model = Envelope

    program = factory.SubFactory(factories.ProgramFactory)
    total = Decimal(1000)


class ScheduleStepFactory(DjangoModelFactory):
    class Meta:
        model = ScheduleStep

    card = factory.SubFactory(CardFactory)
    position = factory.Sequence(lambda n: n + 1)
    title_ar = "الأشغال"
    starts_on = "2022-03-01"
    ends_on = "2022-06-30"


FUNDED = {"cost": Decimal(84_000), "funding": {"grant": "60000.000", "own": "24000.000"}}
"""A cost and its sources."""


def at_stage(card: ProjectCard, *codes: str, reason: str = "") -> ProjectCard:
    """The card after these steps."""
    for code in codes:
        card = take_step(card=card, code=code, actor=None, reason=reason)
    return card

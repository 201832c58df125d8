"""Makers of rows, with traits for the states that pages show."""

from __future__ import annotations

import datetime

import factory
from django.contrib.auth import get_user_model
from factory.django import DjangoModelFactory

from portal.municipalities.models import DecidingBody, Membership, Municipality, Role, Zone
from programs.models import (
    DelayRule,
    ExpectedDocument,
    Phase,
    Program,
    ProgramOrigin,
    Status,
    SupportingDocument,
    Task,
)
from programs.services.statuses import Approval, approve

PASSWORD = "a long enough password"


class UserFactory(DjangoModelFactory):
    class Meta:
        model = get_user_model()
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"person{n}@example.org")
    name = factory.Sequence(lambda n: f"Person {n}")
    password = factory.django.Password(PASSWORD)


class MunicipalityFactory(DjangoModelFactory):
    class Meta:
        model = Municipality
        django_get_or_create = ("slug",)

    class Params:
        tunisian = factory.Trait(
            slug="nefta",
            name_ar="نفطة",
            name_fr="Nefta",
            territory_ar="ولاية توزر",
            territory_fr="Gouvernorat de Tozeur",
            country="TN",
        )
        moroccan = factory.Trait(
            slug="kenitra",
            name_ar="القنيطرة",
            name_fr="Kénitra",
            territory_ar="إقليم القنيطرة",
            territory_fr="Province de Kénitra",
            country="MA",
        )

    slug = factory.Sequence(lambda n: f"town-{n}")
    name_ar = factory.Sequence(lambda n: f"مدينة {n}")
    name_fr = factory.Sequence(lambda n: f"Ville {n}")
    country = "TN"


class ZoneFactory(DjangoModelFactory):
    class Meta:
        model = Zone

    municipality = factory.SubFactory(MunicipalityFactory)
    number = factory.Sequence(lambda n: n + 1)
    name_ar = factory.LazyAttribute(lambda zone: f"منطقة {zone.number}")


class DecidingBodyFactory(DjangoModelFactory):
    class Meta:
        model = DecidingBody

    municipality = factory.SubFactory(MunicipalityFactory)
    title_ar = "المجلس البلدي"
    title_fr = "Conseil municipal"


class MembershipFactory(DjangoModelFactory):
    class Meta:
        model = Membership

    user = factory.SubFactory(UserFactory)
    municipality = factory.SubFactory(MunicipalityFactory)
    role = Role.EDITOR


class ProgramFactory(DjangoModelFactory):
    class Meta:
        model = Program

    class Params:
        published = factory.Trait(status=Status.PUBLISHED)

    municipality = factory.SubFactory(MunicipalityFactory)
    year = 2022
    title_ar = factory.LazyAttribute(lambda program: f"رزنامة برنامج {program.year}")


class PhaseFactory(DjangoModelFactory):
    class Meta:
        model = Phase

    program = factory.SubFactory(ProgramFactory)
    # Never a number that a test gives itself.
    number = factory.Sequence(lambda n: n % 89 + 10)
    title_ar = factory.LazyAttribute(lambda phase: f"مرحلة رقم {phase.number}")


class TaskFactory(DjangoModelFactory):
    class Meta:
        model = Task

    phase = factory.SubFactory(PhaseFactory)
    number = factory.Sequence(lambda n: n % 899 + 100)
    title_ar = factory.LazyAttribute(lambda task: f"عمل رقم {task.number}")
    session_date = datetime.date(2021, 11, 2)


class ExpectedDocumentFactory(DjangoModelFactory):
    class Meta:
        model = ExpectedDocument

    task = factory.SubFactory(TaskFactory)
    position = 1
    title_ar = "محضر جلسة"


class SupportingDocumentFactory(DjangoModelFactory):
    class Meta:
        model = SupportingDocument

    expected_document = factory.SubFactory(ExpectedDocumentFactory)
    name = "pv.pdf"
    size = 9
    content_type = "application/pdf"
    sha256 = "0" * 64
    is_public = True
    file = factory.django.FileField(filename="pv.pdf", data=b"%PDF-1.4\n")


class ProgramOriginFactory(DjangoModelFactory):
    class Meta:
        model = ProgramOrigin

    program = factory.SubFactory(ProgramFactory)
    name = "calendar.docx"
    size = 4
    sha256 = "1" * 64
    file = factory.django.FileField(filename="calendar.docx", data=b"PK\x03\x04")


class DelayRuleFactory(DjangoModelFactory):
    class Meta:
        model = DelayRule

    program = factory.LazyAttribute(lambda rule: rule.from_task.phase.program)
    from_task = factory.SubFactory(TaskFactory)
    to_task = factory.SubFactory(TaskFactory)
    min_days = 7


def approved(program, actor=None):
    """A published program, approved by its municipality's deciding body today."""
    body = DecidingBodyFactory(municipality=program.municipality)
    approval = Approval(body, program.municipality.today(), "2022/1")
    approve(program=program, approval=approval, actor=actor)
    return program

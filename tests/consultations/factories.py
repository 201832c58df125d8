"""Makers of plans and what belongs to them."""

from __future__ import annotations

import datetime

import factory
from factory.django import DjangoModelFactory

from consultations.models import ActionPlan, Activity, Axis, Indicator, PlanStatus, Project, Stage
from tests.factories import MunicipalityFactory


class ActionPlanFactory(DjangoModelFactory):
    class Meta:
        model = ActionPlan

    class Params:
        published = factory.Trait(status=PlanStatus.PUBLISHED)

    municipality = factory.SubFactory(MunicipalityFactory)
    slug = "openness"
    title_ar = "برنامج عمل الانفتاح"


class StageFactory(DjangoModelFactory):
    class Meta:
        model = Stage

    plan = factory.SubFactory(ActionPlanFactory)
    position = factory.Sequence(lambda n: n + 1)
    title_ar = factory.LazyAttribute(lambda stage: f"طور {stage.position}")


class AxisFactory(DjangoModelFactory):
    class Meta:
        model = Axis

    plan = factory.SubFactory(ActionPlanFactory)
    number = factory.Sequence(lambda n: n + 1)
    title_ar = factory.LazyAttribute(lambda axis: f"محور رقم {axis.number}")


class ProjectFactory(DjangoModelFactory):
    class Meta:
        model = Project

    plan = factory.SubFactory(ActionPlanFactory)
    number = factory.Sequence(lambda n: n + 1)
    title_ar = factory.LazyAttribute(lambda project: f"مشروع رقم {project.number}")


class IndicatorFactory(DjangoModelFactory):
    class Meta:
        model = Indicator

    project = factory.SubFactory(ProjectFactory)
    title_ar = "عدد المشاركين"


class ActivityFactory(DjangoModelFactory):
    class Meta:
        model = Activity

    class Params:
        undated = factory.Trait(starts_on=None, ends_on=None)

    project = factory.SubFactory(ProjectFactory)
    position = factory.Sequence(lambda n: n + 1)
    title_ar = factory.LazyAttribute(lambda activity: f"نشاط رقم {activity.position}")
    starts_on = datetime.date(2024, 10, 1)
    ends_on = datetime.date(2024, 12, 31)

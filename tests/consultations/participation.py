"""Makers of consultations and of what people contribute, in the states that pages show."""

from __future__ import annotations

import datetime
import hashlib

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from consultations.models import (
    AskedChoice,
    Consultation,
    Contribution,
    OfficialAnswer,
    ParticipationRules,
    Question,
    RefusalReason,
    Verdict,
)
from tests.consultations.factories import ActionPlanFactory
from tests.factories import MunicipalityFactory, UserFactory

DAY = datetime.timedelta(days=1)


def _in_days(count: int) -> factory.LazyFunction:
    """A moment so many days from now; negative: before."""
    return factory.LazyFunction(lambda: timezone.now() + count * DAY)


class ConsultationFactory(DjangoModelFactory):
    """A draft, or a public consultation by one of the traits. About ``plan``, or a public plan of its own.

    For another subject give ``subject_kind`` and ``subject_id``.
    """

    class Meta:
        model = Consultation

    class Params:
        plan = None
        before = factory.Trait(status="published", opens_at=_in_days(3), closes_at=_in_days(17))
        open = factory.Trait(status="published", opens_at=_in_days(-3), closes_at=_in_days(11))
        closed = factory.Trait(status="published", opens_at=_in_days(-20), closes_at=_in_days(-6))

    municipality = factory.LazyAttribute(
        lambda it: it.plan.municipality if it.plan else MunicipalityFactory()
    )
    number = factory.Sequence(lambda n: n + 1)
    subject_kind = "plan"
    subject_id = factory.LazyAttribute(lambda it: (it.plan or _plan_of(it)).pk)
    title_ar = factory.LazyAttribute(lambda it: f"استشارة رقم {it.number}")
    kind = Consultation.Kind.BOTH


def _plan_of(consultation: Consultation):
    return ActionPlanFactory(
        published=True, municipality=consultation.municipality, slug=f"plan-{consultation.number}"
    )


class QuestionFactory(DjangoModelFactory):
    class Meta:
        model = Question

    consultation = factory.SubFactory(ConsultationFactory, open=True)
    position = factory.Sequence(lambda n: n + 1)
    text_ar = factory.LazyAttribute(lambda question: f"سؤال رقم {question.position}")


class ContributionFactory(DjangoModelFactory):
    """A comment that nobody has read yet, or one that was by one of the traits.

    Its number is the next of its consultation, as when it is received.
    """

    class Meta:
        model = Contribution

    class Params:
        published = factory.Trait(
            status=Contribution.Status.PUBLISHED,
            published_on=factory.LazyAttribute(lambda it: it.received_at.date()),
            moderated_at=factory.SelfAttribute("received_at"),
        )
        refused = factory.Trait(
            status=Contribution.Status.REFUSED,
            refusal_reason=RefusalReason.INSULT,
            moderated_at=factory.SelfAttribute("received_at"),
        )
        idea = factory.Trait(
            kind=Contribution.Kind.IDEA, solution="حاويات في كل ساحة", effect="أحياء أنظف ونفايات أقل"
        )

    consultation = factory.SubFactory(ConsultationFactory, open=True)
    number = factory.LazyAttribute(lambda it: _next_number(it.consultation))
    kind = Contribution.Kind.COMMENT
    text = factory.LazyAttribute(lambda it: f"نريد المحاضر في صيغة مفتوحة رقم {it.number}")
    received_at = factory.LazyFunction(timezone.now)
    receipt_hash = factory.Sequence(lambda n: hashlib.sha256(f"receipt {n}".encode()).hexdigest())


def _next_number(consultation: Consultation) -> int:
    consultation.last_number += 1
    Consultation.objects.filter(pk=consultation.pk).update(last_number=consultation.last_number)
    return consultation.last_number


class OfficialAnswerFactory(DjangoModelFactory):
    """A draft, or ``published``; ``contributions=[...]`` are those that it answers."""

    class Meta:
        model = OfficialAnswer
        skip_postgeneration_save = True

    class Params:
        published = factory.Trait(
            status=OfficialAnswer.Status.PUBLISHED, published_at=factory.LazyFunction(timezone.now)
        )

    consultation = factory.SubFactory(ConsultationFactory, open=True)
    verdict = Verdict.ACCEPTED
    text_ar = "قُبل المقترح."
    service_ar = "مصلحة التخطيط"
    written_by = factory.SubFactory(UserFactory)

    @factory.post_generation
    def contributions(self, create, extracted, **kwargs):
        for contribution in extracted or ():
            contribution.answer = self
            contribution.save(update_fields=["answer"])


class ParticipationRulesFactory(DjangoModelFactory):
    class Meta:
        model = ParticipationRules

    municipality = factory.SubFactory(MunicipalityFactory)


class AskedChoiceFactory(DjangoModelFactory):
    class Meta:
        model = AskedChoice

    municipality = factory.SubFactory(MunicipalityFactory)
    asked = AskedChoice.Asked.PROFILE
    position = factory.Sequence(lambda n: n + 1)
    code = factory.LazyAttribute(lambda choice: f"{choice.asked}-{choice.position}")
    label_ar = factory.LazyAttribute(lambda choice: f"صفة {choice.position}")

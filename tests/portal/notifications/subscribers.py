"""A topic that tests follow, and makers of who follows it and of letters."""

from __future__ import annotations

import datetime

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from portal.bilingual import Localized
from portal.notifications.models import Delivery, Subscription
from portal.notifications.topics import About, Topic
from portal.notifications.writing import Letter
from tests.factories import MunicipalityFactory

welcomed: list[Subscription] = []
THING = Topic(
    read=lambda subscription: About(Localized("Nos rues", "fr", "ltr"), "/fr/"), welcome=welcomed.append
)
TOPICS = {"thing": "tests.portal.notifications.subscribers.THING"}

WORDS = {
    "ar": Letter("خبر جديد", "حصل شيء."),
    "fr": Letter("Du nouveau", "Quelque chose."),
    "en": Letter("News", "Something."),
}


def write(language: str) -> Letter:
    return WORDS[language]


class SubscriptionFactory(DjangoModelFactory):
    class Meta:
        model = Subscription

    class Params:
        unconfirmed = factory.Trait(confirmed_at=None)

    municipality = factory.SubFactory(MunicipalityFactory)
    topic = "thing"
    topic_id = 1
    email = factory.Sequence(lambda n: f"reader{n}@example.org")
    language = "fr"
    confirmed_at = factory.LazyFunction(timezone.now)


class DeliveryFactory(DjangoModelFactory):
    class Meta:
        model = Delivery

    subscription = factory.SubFactory(SubscriptionFactory)
    municipality = factory.SelfAttribute("subscription.municipality")
    event = "thing.happened"
    key = factory.Sequence(lambda n: f"thing.happened:{n}")
    language = "fr"
    subject = "Du nouveau"
    body = "Quelque chose."
    due_at = factory.LazyFunction(lambda: timezone.now() - datetime.timedelta(minutes=1))

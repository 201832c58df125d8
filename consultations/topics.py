"""What people can follow by e-mail here: a consultation, and what became of a contribution of theirs."""

from __future__ import annotations

from django.urls import reverse

from consultations import letters
from consultations.models import Contribution
from portal.bilingual import Localized, page_language
from portal.notifications.models import Subscription
from portal.notifications.topics import About, Topic


def _consultation(subscription: Subscription) -> About | None:
    found = letters.followed_consultation(subscription)
    if found is None:
        return None
    place = {"slug": found.municipality.slug, "number": found.number}
    return About(found.title, reverse("consultation", kwargs=place))


def _contribution(subscription: Subscription) -> About | None:
    found = Contribution.objects.filter(
        pk=subscription.topic_id, consultation__municipality=subscription.municipality_id
    ).first()
    if found is None:
        return None
    return About(Localized(found.reference, page_language(), "ltr"), reverse("follow-door"))


CONSULTATION = Topic(read=_consultation, welcome=letters.welcome)
CONTRIBUTION = Topic(read=_contribution)

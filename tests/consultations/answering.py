"""What tests of official answers need: a consultation with contributions, and a complete answer."""

from __future__ import annotations

from consultations.models import Verdict
from consultations.services.answers import propose_answer, publish_answer, write_answer
from tests.consultations.participation import ContributionFactory, OfficialAnswerFactory
from tests.factories import MembershipFactory

TEXT = "تُعلَّق المحاضر في المكتبة العمومية ابتداء من جانفي."
COMPLETE = {
    "verdict": Verdict.ACCEPTED,
    "text_ar": TEXT,
    "text_fr": "",
    "did_ar": "أُضيفت المحاضر إلى المكتبة",
    "did_fr": "",
    "service_ar": "كتابة المجلس",
    "service_fr": "",
    "outcome": None,
}
OUTCOME = {
    "key": "project-3",
    "label_ar": "المشروع 3، النسخة 2",
    "label_fr": "Projet 3, version 2",
    "route": "plans",
    "kwargs": {},
    "fragment": "v2",
}


def member(municipality, role="answerer"):
    return MembershipFactory(municipality=municipality, role=role).user


def published(consultation, **given):
    return ContributionFactory(consultation=consultation, published=True, **given)


def drafted(contributions, actor, **values):
    """A complete draft for these contributions, written as the desk does."""
    return write_answer(
        consultation=contributions[0].consultation,
        contributions=contributions,
        values=COMPLETE | values,
        actor=actor,
    )


def proposed(contributions, actor, **values):
    return propose_answer(answer=drafted(contributions, actor, **values), actor=actor)


def answered(contributions, actor, **values):
    """A published answer for these, entered in the register."""
    return publish_answer(answer=drafted(contributions, actor, **values), actor=actor)


def canary(municipality, **given):
    """A contribution with a published answer of another municipality: nobody here ever sees it."""
    from tests.consultations.participation import ConsultationFactory

    consultation = ConsultationFactory(municipality=municipality, open=True, title_ar="استشارة الكناري")
    row = published(consultation, text="نص الكناري", **given)
    OfficialAnswerFactory(
        published=True,
        consultation=consultation,
        text_ar="إجابة الكناري",
        service_ar="مصلحة الكناري",
        contributions=[row],
    )
    return row

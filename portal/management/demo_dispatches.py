"""To whom the fictional municipality sent its published program: a register of recipients and one list."""

from __future__ import annotations

import datetime

from portal.dispatches.models import Dispatch, DispatchLine, Recipient, RecipientKind, Way
from portal.dispatches.services import Sending, begin_dispatch
from portal.municipalities.models import Municipality
from portal.publications.models import Publication
from programs.models import Program

RECIPIENTS = [
    (
        RecipientKind.ASSOCIATION,
        "جمعية صيانة الواحة (خيالية)",
        "Association de l’oasis (fictive)",
        "نهج الواحة",
    ),
    (RecipientKind.ASSOCIATION, "جمعية أولياء المدرسة (خيالية)", "Parents d’élèves (fictive)", "نهج المدرسة"),
    (RecipientKind.OPERATOR, "شركة المياه (خيالية)", "Société des eaux (fictive)", "شارع المحطة"),
    (RecipientKind.OPERATOR, "شركة الكهرباء (خيالية)", "Société d’électricité (fictive)", "شارع المحطة"),
    (
        RecipientKind.ADMINISTRATION,
        "الإدارة الجهوية (خيالية)",
        "Direction régionale (fictive)",
        "ساحة الولاية",
    ),
]


def seed_dispatches(municipality: Municipality, program: Program) -> None:
    """A list of five copies of what was published last of the program, two of them confirmed as received."""
    if Recipient.objects.filter(municipality=municipality).exists():
        return
    recipients = [
        Recipient.objects.create(
            municipality=municipality, kind=kind, name_ar=name_ar, name_fr=name_fr, address=address
        )
        for kind, name_ar, name_fr, address in RECIPIENTS
    ]
    publication = Publication.objects.of_object(program).newest()
    if publication is None:
        return
    sent_on = publication.at.astimezone(municipality.zone_info).date()
    dispatch = begin_dispatch(
        municipality=municipality,
        values={
            "subject_kind": "program",
            "subject_pk": program.pk,
            "title_ar": "مشروع البرنامج، كما نُشر",
            "title_fr": "Projet de programme, tel que publié",
            "publication": publication,
        },
        recipients=recipients,
        sending=Sending(way=Way.BY_HAND, sent_on=sent_on),
        actor=None,
    )
    _confirm(dispatch, sent_on)


def _confirm(dispatch: Dispatch, day: datetime.date) -> None:
    for number, line in enumerate(DispatchLine.objects.filter(dispatch=dispatch).order_by("pk")[:2], start=1):
        line.received_on, line.reference = day, f"{number}/{day.year}"
        line.full_clean()
        line.save()

"""Four fictional meetings for the municipality whose name says that it does not exist."""

from __future__ import annotations

import datetime
from typing import Any

from portal.meetings.models import Meeting
from portal.meetings.services import (
    AgendaRow,
    ZoneRow,
    plan_meeting,
    publish_meeting,
    publish_minutes,
    write_minutes,
)
from portal.meetings.stale import Before
from portal.municipalities.models import Municipality

WORK: dict[str, Any] = {
    "kind": "work",
    "mode": "both",
    "title_ar": "جلسة عمل مع منظمات المجتمع المدني (خيالية)",
    "title_fr": "Réunion de travail avec la société civile (fictive)",
    "starts_at": datetime.time(10),
    "ends_at": datetime.time(11, 30),
    "place_ar": "قاعة الاجتماعات، قصر البلدية",
    "place_fr": "Salle de réunion, hôtel de ville",
    "remote_url": "https://remote.example/exemple",
}
ZONE: dict[str, Any] = {
    "kind": "zone",
    "title_ar": "جلسة المنطقة الأولى (خيالية)",
    "title_fr": "Réunion de la première zone (fictive)",
    "starts_at": datetime.time(16),
    "place_ar": "مدرسة الحي",
    "place_fr": "École du quartier",
}
GENERAL: dict[str, Any] = {
    "kind": "general",
    "title_ar": "الجلسة العامة التشاركية الأولى (خيالية)",
    "title_fr": "Première réunion publique participative (fictive)",
    "starts_at": datetime.time(10),
    "ends_at": datetime.time(12, 45),
    "place_ar": "القاعة الكبرى",
    "place_fr": "Grande salle",
    "map_url": "geo:34.5000,9.5000",
    "invitation_ar": "كافة المتساكنات والمتساكنين مدعوون إلى الجلسة العامة الأولى.",
    "invitation_fr": "Habitantes et habitants sont invités à la première réunion publique.",
}
SECOND: dict[str, Any] = {
    "kind": "general",
    "title_ar": "الجلسة العامة التشاركية الثانية (خيالية)",
    "title_fr": "Seconde réunion publique participative (fictive)",
    "starts_at": datetime.time(10),
    "ends_at": datetime.time(13),
    "place_ar": "القاعة الكبرى",
    "place_fr": "Grande salle",
    "map_url": "geo:34.5000,9.5000",
    "invitation_ar": "الدعوة عامة. الدخول حر.",
    "invitation_fr": "Ouvert à toutes et à tous. Entrée libre.",
}
AGENDA = [
    (40, "عرض التشخيص الفني والمالي", "Présentation des diagnostics technique et financier"),
    (40, "المشاريع المتواصلة والبطاقات الأولية", "Projets en cours et fiches initiales"),
    (70, "نقاش: أولويات المناطق", "Débat : les priorités des zones"),
    (15, "الخلاصة وما يلي", "Conclusion et suites"),
]
MINUTES: dict[str, Any] = {
    "facilitator": "ميسرة الجلسة (خيالية)",
    "written_by": "الكتابة العامة",
    "approved_by": "رئاسة البلدية",
    "total": 86,
    "women": 31,
    "young": 24,
    "new_projects_ar": "تعبيد ثلاثة أنهج\nتنوير مدخل المحطة\nرصيف المدرسة\nغراسة مدخل الواحة",
    "new_projects_fr": "Revêtement de trois rues\nÉclairage de l’entrée de la gare\n"
    "Trottoir de l’école\nPlantations à l’entrée de l’oasis",
    "continuing_projects_ar": "تنوير شارع البلدية\nقنوات مياه الأمطار",
    "continuing_projects_fr": "Éclairage de l’avenue de la municipalité\nCollecteurs d’eaux pluviales",
    "outcome_ar": "أُضيف نهج إلى المشروع الأول. رُفعت باقي البطاقات دون تغيير.",
    "outcome_fr": "Une rue est ajoutée au premier projet. Les autres fiches sont transmises sans changement.",
}
ATTENDANCE = ((29, 11, 8), (25, 9, 7), (18, 6, 5), (14, 5, 4))
"""Present, women and young people of each zone in its turn; of further zones nothing is told."""


def seed_meetings(municipality: Municipality, today: datetime.date) -> list[Meeting]:
    """Make a work meeting, a zone session, a general session with minutes, and one that is to come.

    Their days are reckoned from ``today``. Nothing happens where the municipality has meetings already.
    """
    if Meeting.objects.of(municipality).exists():
        return []
    work = _seed(municipality, WORK, today - datetime.timedelta(days=30))
    zone = municipality.zones.order_by("number").first()
    session = _seed(municipality, {**ZONE, "zone": zone}, today - datetime.timedelta(days=15))
    general = _seed(municipality, GENERAL, today - datetime.timedelta(days=8))
    _seed_minutes(general)
    second = _seed(municipality, SECOND, today + datetime.timedelta(days=13))
    return [work, session, general, second]


def _seed(municipality: Municipality, values: dict[str, Any], date: datetime.date) -> Meeting:
    agenda = [AgendaRow(None, None, minutes, ar, fr) for minutes, ar, fr in AGENDA]
    meeting = plan_meeting(
        municipality=municipality,
        values={**values, "date": date},
        agenda=agenda if values["kind"] == "general" else (),
        actor=None,
    )
    publish_meeting(meeting=meeting, actor=None)
    return meeting


def _seed_minutes(meeting: Meeting) -> None:
    zones = meeting.municipality.zones.order_by("number")
    write_minutes(
        meeting=meeting,
        values={**MINUTES, "population": meeting.municipality.population},
        zones=[ZoneRow(zone.pk, *figures) for zone, figures in zip(zones, ATTENDANCE, strict=False)],
        before=Before(0, {}),
        actor=None,
    )
    publish_minutes(meeting=meeting, actor=None)

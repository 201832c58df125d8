"""The meetings of the fictional municipality: each one holds a task of a program, on that task's day."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from portal.meetings.models import Meeting
from portal.meetings.services import (
    AgendaRow,
    ZoneRow,
    plan_meeting,
    publish_meeting,
    publish_minutes,
    state_held,
    write_minutes,
)
from portal.meetings.stale import Before
from portal.municipalities.models import Municipality
from programs.models import Program, Task
from programs.services.meetings import link_meeting

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
COUNCIL: dict[str, Any] = {
    "kind": "deciding_body",
    "starts_at": datetime.time(10),
    "place_ar": "قاعة الجلسات، قصر البلدية",
    "place_fr": "Salle des séances, hôtel de ville",
}
SHARING: dict[str, Any] = {
    **COUNCIL,
    "title_ar": "جلسة توزيع موارد القرب على المناطق (خيالية)",
    "title_fr": "Séance de répartition des ressources de proximité (fictive)",
}
APPROVAL: dict[str, Any] = {
    **COUNCIL,
    "title_ar": "دورة المصادقة على برنامج الاستثمار (خيالية)",
    "title_fr": "Session d’approbation du programme d’investissement (fictive)",
}
WORKSHOP: dict[str, Any] = {
    "kind": "workshop",
    "title_ar": "ورشة إعداد الخطة الاتصالية (خيالية)",
    "title_fr": "Atelier du plan de communication (fictif)",
    "starts_at": datetime.time(14),
    "ends_at": datetime.time(17),
    "place_ar": "دار الثقافة",
    "place_fr": "Maison de la culture",
}
AGENDA = [
    (40, "عرض التشخيص الفني والمالي", "Présentation des diagnostics technique et financier"),
    (40, "المشاريع المتواصلة والبطاقات الأولية", "Projets en cours et fiches initiales"),
    (70, "نقاش: أولويات المناطق", "Débat : les priorités des zones"),
    (15, "الخلاصة وما يلي", "Conclusion et suites"),
]
GENERAL_MINUTES: dict[str, Any] = {
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
COUNCIL_MINUTES: dict[str, Any] = {
    "written_by": "الكتابة العامة",
    "approved_by": "رئاسة البلدية",
    "total": 21,
    "women": 9,
    "outcome_ar": "صادق المجلس على برنامج الاستثمار كما حُيّن بعد الجلسة العامة.",
    "outcome_fr": "Le conseil approuve le programme tel que mis à jour après la réunion publique.",
}
ATTENDANCE = ((29, 11, 8), (25, 9, 7), (18, 6, 5), (14, 5, 4))
"""Present, women and young people of each zone in its turn; of further zones nothing is told."""


@dataclass(frozen=True, slots=True)
class DemoMeeting:
    code: str
    """The task that it holds, as phase and task."""
    values: dict[str, Any]
    minutes: dict[str, Any] | None = None


PAST = (
    DemoMeeting("1.5", WORKSHOP),
    DemoMeeting("4.1", GENERAL, GENERAL_MINUTES),
    DemoMeeting("5.5", APPROVAL, COUNCIL_MINUTES),
)
RUNNING = (
    DemoMeeting("1.2", WORK),
    DemoMeeting("2.5", ZONE),
    DemoMeeting("2.7", SHARING),
    DemoMeeting("4.1", GENERAL),
    DemoMeeting("5.5", APPROVAL),
)


def seed_meetings(past: Program, running: Program, today: datetime.date) -> list[Meeting]:
    """Make the public meetings of two programs of a municipality, each on the day of the task it holds.

    Those before ``today`` are stated as held. Nothing happens where the municipality has meetings
    already; a task without a date gets none.
    """
    if Meeting.objects.of(running.municipality).exists():
        return []
    wanted = [(past, row) for row in PAST] + [(running, row) for row in RUNNING]
    seeded = [_seed(program, row, today) for program, row in wanted]
    return [meeting for meeting in seeded if meeting]


def _seed(program: Program, demo: DemoMeeting, today: datetime.date) -> Meeting | None:
    phase, number = demo.code.split(".")
    task = Task.objects.get(phase__program=program, phase__number=phase, number=number)
    if task.session_date is None:
        return None
    town, kind = program.municipality, demo.values["kind"]
    zone = town.zones.order_by("number").first() if kind == "zone" else None
    meeting = plan_meeting(
        municipality=town,
        values={**demo.values, "date": task.session_date, "zone": zone},
        agenda=[AgendaRow(None, None, *point) for point in AGENDA] if kind == "general" else (),
        actor=None,
    )
    publish_meeting(meeting=meeting, actor=None)
    link_meeting(program=program, task_id=task.pk, meeting_id=meeting.pk, actor=None)
    if task.session_date < today:
        state_held(meeting=meeting, held=True, actor=None)
    if demo.minutes:
        _seed_minutes(meeting, demo.minutes)
    return meeting


def _seed_minutes(meeting: Meeting, values: dict[str, Any]) -> None:
    if meeting.kind == "general":
        values = {**values, "population": meeting.municipality.population}
        zones = _attendance(meeting.municipality)
    else:
        zones = []
    write_minutes(meeting=meeting, values=values, zones=zones, before=Before(0, {}), actor=None)
    publish_minutes(meeting=meeting, actor=None)


def _attendance(town: Municipality) -> list[ZoneRow]:
    rows = zip(town.zones.order_by("number"), ATTENDANCE, strict=False)
    return [ZoneRow(zone.pk, *figures) for zone, figures in rows]

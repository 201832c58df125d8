"""A program with something in each of its papers: long titles, mixed French, three decimals, empty values."""

from __future__ import annotations

import datetime
from decimal import Decimal

from programs.models import ExecutionUpdate, Program, ProjectCard
from programs.services.cards import change_card
from programs.services.money import save_envelope
from tests import factories
from tests.programs import table_rows
from tests.programs.project_rows import CardFactory, NeedFactory, ScheduleStepFactory, at_stage

LONG_TITLE = (
    "تعبيد الأنهج والأزقة الفرعية بالحي الشمالي مع تجديد شبكة تصريف مياه الأمطار"
    " (Réhabilitation de la voirie, lot n° 3) وتهيئة الأرصفة والممرات"
)
REASON = "ملاحظة في الجلسة العامة: نهج 4 هو طريق المدرسة."
FUNDED = {
    "cost": Decimal("84500.250"),
    "funding": {"grant": Decimal("60000.125"), "own": Decimal("24500.125")},
}


def program_to_print(municipality) -> Program:
    program = factories.ProgramFactory(municipality=municipality, year=2022, published=True)
    north = factories.ZoneFactory(
        municipality=municipality, number=1, name_ar="الحي الشمالي", population=4900
    )
    oasis = factories.ZoneFactory(municipality=municipality, number=2, name_ar="الواحة", population=None)
    _cards(program, north)
    _money(program, north, oasis)
    _diagnosis(program, north)
    return program


def _cards(program: Program, north) -> None:
    first = CardFactory(program=program, number=1, title_ar=LONG_TITLE, zone=north, streets="نهج 1\nRue 2")
    first = at_stage(first, "prepare")
    values = {"streets": "نهج 1\nRue 2\nنهج 4", **FUNDED}
    first = change_card(card=first, values=values, actor=None, reason=REASON)
    at_stage(first, "retain")
    NeedFactory(municipality=program.municipality, title_ar="طريق المدرسة", asked_in=2020, card=first)
    step = {"card": first, "starts_on": "2022-03-01", "ends_on": "2022-06-30"}
    ScheduleStepFactory(position=1, title_ar="أشغال التعبيد", percent=40, **step)
    ScheduleStepFactory(
        position=2, title_ar="القبول", card=first, starts_on="2023-01-01", ends_on="2023-01-31"
    )
    ExecutionUpdate.objects.create(card=first, on="2022-03-10", percent=5, note="قديم")
    ExecutionUpdate.objects.create(card=first, on="2022-05-01", percent=35, note="تأخر التسليم (retard)")
    second = CardFactory(
        program=program, number=2, title_ar="تنوير المحطة", category="lighting", is_continuing=True
    )
    at_stage(second, "prepare")
    third = at_stage(CardFactory(program=program, number=3, title_ar="غراسة الساحة"), "prepare")
    at_stage(third, "leave-out", reason="لم يكن له اعتماد")
    CardFactory(program=program, number=4, title_ar="مقترح داخلي")


def _money(program: Program, north, oasis) -> None:
    values = {
        "total": Decimal("120000.500"),
        "by_category": {"roads": Decimal("84500.250"), "lighting": Decimal("35500.250")},
        "by_zone": {north.pk: Decimal("90000.500"), oasis.pk: Decimal("30000.000")},
        "rule_ar": "نصف المورد حسب عدد السكان",
        "decided_on": datetime.date(2021, 11, 10),
        "deliberation": "9/2021",
    }
    save_envelope(program=program, values=values, actor=None)


def _diagnosis(program: Program, north) -> None:
    table_rows.InfrastructureLineFactory(
        program=program, zone=north, total=12, served="7.25", note="حسب المسح"
    )
    facility = {"title_ar": "السوق اليومية", "title_fr": "", "zone": north, "cost": Decimal("96000.500")}
    table_rows.FacilityFactory(program=program, number=1, needs_ar="تبليط الأرضية", **facility)
    taxes = {"title_ar": "المعاليم", "title_fr": "", "two_before": Decimal("182400.250")}
    table_rows.BudgetLineFactory(program=program, number=1, **taxes)
    table_rows.TaxRecoveryFactory(program=program, year=2021, due=1000, collected=324)


def many_steps(program: Program, *, projects: int, steps: int) -> None:
    """Projects of so many steps each, beside what is there."""
    for number in range(100, 100 + projects):
        card = CardFactory(program=program, number=number, title_ar=f"المشروع عدد {number}")
        at_stage(card, "prepare")
        for position in range(1, steps + 1):
            ScheduleStepFactory(card=card, position=position, title_ar=f"الخطوة {position} من {number}")


def card_of(program: Program, number: int) -> ProjectCard:
    return ProjectCard.objects.get(program=program, number=number)

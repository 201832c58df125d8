"""The projects of the fictional municipality: cards at every stage, resources, needs, calendars, progress."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from portal.editing.rows import RowEdit
from portal.municipalities.models import Municipality, Zone
from portal.timelines.months import first_day, last_day, month_index
from programs.models import Need, Program, ProjectCard, ScheduleStep, Status
from programs.services.cards import add_card, change_card, take_step
from programs.services.money import save_envelope
from programs.services.needs import add_need, drop_need, link_need
from programs.services.schedule import record_progress, save_steps

FICTIONAL = "(مثال خيالي)"


@dataclass(frozen=True, slots=True)
class DemoStep:
    """A step in months of the program's year, counted from 1, and what is stated of it."""

    title_ar: str
    title_fr: str
    first: int
    last: int
    percent: int | None


@dataclass(frozen=True, slots=True)
class DemoCard:
    title_ar: str
    title_fr: str
    category: str
    zone: int | None
    """By its place among the municipality's zones."""
    cost: int | None
    steps: tuple[str, ...]
    """What it goes through, by the codes of the steps."""
    reach: str = "proximity"
    grant: int = 0
    partner: str = ""
    is_continuing: bool = False
    updated: dict[str, Any] | None = None
    """What the update after the general session changed."""
    schedule: tuple[DemoStep, ...] = ()
    progress: tuple[tuple[int, int, str], ...] = ()
    """Days before today, percent, note."""


_TO_PROGRAM = ("prepare", "update", "retain")


def _works(first: int, last: int, *percents: int | None) -> tuple[DemoStep, ...]:
    """Call for tenders, works, reception: one after the other."""
    titles = [
        ("طلب العروض", "Appel d’offres"),
        ("الأشغال", "Travaux"),
        ("القبول الوقتي", "Réception provisoire"),
    ]
    bounds = [(first, first + 1), (first + 2, last - 1), (last, last)]
    return tuple(
        DemoStep(ar, fr, start, end, percent)
        for (ar, fr), (start, end), percent in zip(titles, bounds, percents, strict=True)
    )


PAST = (
    DemoCard(
        "تعبيد نهج الورود",
        "Pavage de la rue des Roses",
        "roads",
        0,
        96_000,
        _TO_PROGRAM,
        grant=70_000,
        schedule=_works(2, 7, 100, 100, 100),
        progress=((200, 40, ""), (120, 100, "")),
    ),
    DemoCard(
        "تنوير عمومي بحي المحطة",
        "Éclairage public du quartier de la Gare",
        "lighting",
        2,
        58_500,
        _TO_PROGRAM,
        grant=58_500,
        schedule=_works(3, 9, 100, 60, 0),
        progress=((90, 35, ""), (20, 60, "تأخر تسليم الأعمدة " + FICTIONAL)),
    ),
    DemoCard(
        "تهيئة حديقة الواحة",
        "Aménagement du jardin de l’Oasis",
        "green",
        1,
        42_000,
        _TO_PROGRAM,
        grant=30_000,
        partner="جمعية الواحة الخيالية",
        schedule=_works(9, 14, 100, 25, None),
        progress=((15, 45, ""),),
    ),
    DemoCard(
        "صيانة قصر البلدية",
        "Entretien de l’hôtel de ville",
        "buildings",
        None,
        35_500,
        _TO_PROGRAM,
        reach="administrative",
        schedule=_works(4, 8, None, None, None),
    ),
    DemoCard(
        "شاحنة لرفع الفضلات",
        "Camion de collecte",
        "equipment",
        None,
        168_000,
        _TO_PROGRAM,
        reach="structuring",
        grant=120_000,
    ),
)
RUNNING = (
    DemoCard(
        "تعبيد نهجين",
        "Pavage de deux rues",
        "roads",
        1,
        61_500,
        _TO_PROGRAM,
        grant=60_000,
        updated={
            "title_ar": "تعبيد ثلاثة أنهج",
            "title_fr": "Pavage de trois rues",
            "cost": 84_000,
            "streets": "نهج 1\nنهج 2\nنهج 4",
        },
        schedule=_works(3, 6, None, None, None),
    ),
    DemoCard(
        "تنوير مدخل المحطة",
        "Éclairage de l’entrée de la Gare",
        "lighting",
        2,
        46_500,
        _TO_PROGRAM,
        grant=46_500,
        schedule=_works(2, 5, None, None, None),
    ),
    DemoCard(
        "رصيف المدرسة",
        "Trottoir de l’école",
        "sidewalks",
        0,
        31_200,
        ("prepare", "retain"),
        grant=31_200,
        schedule=_works(4, 7, None, None, None),
    ),
    DemoCard(
        "تهيئة حديقة الواحة: القسط الثاني",
        "Jardin de l’Oasis : deuxième tranche",
        "green",
        1,
        38_000,
        _TO_PROGRAM,
        grant=20_000,
        is_continuing=True,
        schedule=_works(-2, 4, 100, 20, None),
        progress=((12, 30, ""),),
    ),
    DemoCard(
        "تصريف مياه الأمطار بالمنطقة الصناعية",
        "Drainage des eaux de pluie de la zone industrielle",
        "drainage",
        3,
        120_000,
        ("prepare", "update"),
        grant=90_000,
        reach="structuring",
    ),
    DemoCard("شبكة الماء بحي الشمال", "Réseau d’eau du quartier nord", "water", 3, 74_000, ("prepare",)),
    DemoCard(
        "ترميم السوق",
        "Réfection du marché",
        "buildings",
        0,
        150_000,
        ("prepare", "leave-out"),
        reach="structuring",
    ),
    DemoCard("آلة كاسحة", "Chargeuse", "equipment", None, 210_000, ("prepare",), reach="administrative"),
    DemoCard("ملعب حي بالواحة", "Terrain de quartier à l’Oasis", "other", 1, None, ()),
    DemoCard("أرصفة نهج السوق", "Trottoirs de la rue du marché", "sidewalks", 0, 27_300, ("prepare",)),
    DemoCard("تنوير نهج المقبرة", "", "lighting", 3, 18_000, ("prepare", "update")),
)
DRAFT = (
    DemoCard("تعبيد نهج النخيل", "Pavage de la rue des Palmiers", "roads", 1, 52_000, ()),
    DemoCard("مأوى للسيارات", "Parc de stationnement", "other", None, None, ()),
)
_CARDS = {Status.APPROVED: PAST, Status.PUBLISHED: RUNNING, Status.DRAFT: DRAFT}

# Of each 1,000 dinars, what a category and a zone (by its place) get.
BY_CATEGORY = {"roads": 420, "lighting": 200, "sidewalks": 125, "green": 75, "drainage": 100, "equipment": 80}
BY_ZONE = (300, 260, 235, 205)
RULE_AR = "نصف المورد حسب عدد السكان، ونصفه حسب نسبة الأنهج غير المعبّدة في التشخيص الفني."
RULE_FR = (
    "La moitié selon la population, l’autre selon la part des rues non revêtues du diagnostic technique."
)

# Arabic, French, category, zone, years before the running program, what becomes of it.
NEEDS = (
    ("تعبيد نهج 4 حتى المدرسة", "Paver la rue 4 jusqu’à l’école", "roads", 1, 2, "card"),
    ("تنوير مدخل المحطة", "Éclairer l’entrée de la Gare", "lighting", 2, 3, "card"),
    ("قنوات تصريف بالمنطقة الصناعية", "Drains de la zone industrielle", "drainage", 3, 5, ""),
    ("حاويات إضافية بالمدينة العتيقة", "Conteneurs supplémentaires à la Médina", "equipment", 0, 1, ""),
    ("مسبح بلدي", "Piscine municipale", "other", None, 4, "drop"),
)


def seed_projects(program: Program, today: datetime.date) -> None:
    """Give a program of the fictional municipality its projects; the needs come with the running one.

    A program that has projects is left as it is.
    """
    if program.cards.exists():
        return
    zones = list(program.municipality.zones.order_by("number"))
    if program.status == Status.PUBLISHED:
        _seed_needs(program.municipality, zones, program.year)
    cards = [_seed_card(program, zones, card, today) for card in _CARDS[Status(program.status)]]
    if program.status != Status.DRAFT:
        _seed_envelope(program, zones, today)
    if program.status == Status.PUBLISHED:
        answers = {need.title_fr: need for need in Need.objects.of(program.municipality)}
        wanted = [row for row in NEEDS if row[-1] == "card"]
        for card, row in zip(cards, wanted, strict=False):
            link_need(need=answers[row[1]], card=card, actor=None)


def _seed_card(program: Program, zones: list[Zone], demo: DemoCard, today: datetime.date) -> ProjectCard:
    card = add_card(program=program, values=_values(demo, zones, program.year), actor=None)
    for code in demo.steps:
        if code == "update" and demo.updated:
            card = _update(card, demo)
        card = take_step(card=card, code=code, actor=None, reason=_reason(code, demo))
    if demo.schedule:
        rows = (_step(card, position, step) for position, step in enumerate(demo.schedule, start=1))
        save_steps(card=card, edits=list(rows), actor=None)
    for days, percent, note in demo.progress:
        record_progress(
            card=card, on=today - datetime.timedelta(days=days), percent=percent, note=note, actor=None
        )
    return card


def _values(demo: DemoCard, zones: list[Zone], year: int) -> dict[str, Any]:
    cost = None if demo.cost is None else Decimal(demo.cost)
    return {
        "title_ar": demo.title_ar,
        "title_fr": demo.title_fr,
        "category": demo.category,
        "reach": demo.reach,
        "is_continuing": demo.is_continuing,
        "zone": zones[demo.zone] if demo.zone is not None and demo.zone < len(zones) else None,
        "cost": cost,
        "funding": _funding(cost, demo) if cost is not None else {},
        "partner": demo.partner,
        "starts_on": _month(year, demo.schedule[0].first) if demo.schedule else None,
        "ends_on": _month_end(year, demo.schedule[-1].last) if demo.schedule else None,
        "studies": "ready" if demo.schedule else "under_way" if demo.cost else "",
        "land": "municipal" if demo.cost else "",
        "streets": "نهج 1\nنهج 2" if demo.category == "roads" else "",
    }


def _funding(cost: Decimal, demo: DemoCard) -> dict[str, Decimal]:
    """The grant and the rest; early cards without a grant do not say where the money comes from."""
    is_known = demo.grant or "retain" in demo.steps
    return {"grant": Decimal(demo.grant), "own": cost - demo.grant} if is_known else {}


def _update(card: ProjectCard, demo: DemoCard) -> ProjectCard:
    values = dict(demo.updated or {})
    values["cost"] = Decimal(values["cost"])
    values["funding"] = _funding(values["cost"], demo)
    reason = "ملاحظة في الجلسة العامة: نهج 4 هو طريق المدرسة " + FICTIONAL
    return change_card(card=card, values=values, actor=None, reason=reason)


def _reason(code: str, demo: DemoCard) -> str:
    if code == "leave-out":
        return "كلفته تفوق الموارد، ويُعرض على برنامج السنة القادمة " + FICTIONAL
    return "ملاحظة في الجلسة العامة " + FICTIONAL if code == "update" and demo.updated else ""


def _step(card: ProjectCard, position: int, step: DemoStep) -> RowEdit:
    year = card.program.year
    row = ScheduleStep(card=card)
    values = {
        "position": position,
        "title_ar": step.title_ar,
        "title_fr": step.title_fr,
        "starts_on": _month(year, step.first),
        "ends_on": _month_end(year, max(step.first, step.last)),
        "percent": step.percent,
    }
    return RowEdit(f"new{position}", row, values, {}, 0)


def _month(year: int, number: int) -> datetime.date:
    """The first day of a month of the year, counted from 1; 0 is December of the year before."""
    return first_day(month_index(datetime.date(year, 1, 1)) + number - 1)


def _month_end(year: int, number: int) -> datetime.date:
    return last_day(month_index(_month(year, number)))


def _seed_envelope(program: Program, zones: list[Zone], today: datetime.date) -> None:
    thousands = 1_200 if program.status == Status.PUBLISHED else 400
    save_envelope(
        program=program,
        values={
            "total": Decimal(thousands * 1000),
            "by_category": {name: Decimal(share * thousands) for name, share in BY_CATEGORY.items()},
            "by_zone": _shares(zones, thousands),
            "rule_ar": RULE_AR,
            "rule_fr": RULE_FR,
            "decided_on": today - datetime.timedelta(days=11 if thousands == 1_200 else 376),
            "deliberation": f"9/{program.year - 1}",
        },
        actor=None,
    )


def _shares(zones: list[Zone], thousands: int) -> dict[int, Decimal]:
    """What each zone gets; without as many zones as there are shares, nothing is shared by zone."""
    if len(zones) != len(BY_ZONE):
        return {}
    return {zone.pk: Decimal(share * thousands) for zone, share in zip(zones, BY_ZONE, strict=True)}


def _seed_needs(town: Municipality, zones: list[Zone], year: int) -> None:
    for title_ar, title_fr, category, zone, years, fate in NEEDS:
        values = {
            "title_ar": title_ar,
            "title_fr": title_fr,
            "category": category,
            "zone": zones[zone] if zone is not None and zone < len(zones) else None,
            "asked_in": year - years,
            "where_asked": "جلسة المنطقة " + FICTIONAL,
        }
        need = add_need(municipality=town, values=values, actor=None)
        if fate == "drop":
            drop_need(need=need, reason="مشروع تابع لوزارة أخرى " + FICTIONAL, actor=None)

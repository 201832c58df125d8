"""The cell, zones and both diagnoses of the fictional municipality: believable figures, none of them real."""

from __future__ import annotations

import datetime
import io
from decimal import Decimal

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import models
from PIL import Image, ImageDraw

from portal.audit.log import record
from portal.files.uploads import check_upload
from portal.municipalities.models import Municipality
from portal.municipalities.services import keep_zone_map
from programs.models import (
    Announcement,
    BudgetLine,
    Cell,
    CellMember,
    Coordination,
    Facility,
    InfrastructureLine,
    Program,
    SupportingDocument,
    TaxRecovery,
)
from programs.services.diagnosis import add_photos

# Zone → its people and its streets.
ZONES = {
    1: (6200, "نهج الجامع\nنهج السوق\nزنقة الخيال\nنهج الحرفيين"),
    2: (4900, "شارع النخيل\nنهج العيون\nنهج البستان"),
    3: (5100, "شارع المحطة\nنهج السكة\nنهج الورشات\nنهج البريد"),
    4: (3800, "شارع الصناعة\nنهج المعمل"),
}
# Network, unit → for each zone how much is served, and of how much; None: not stated.
NETWORKS: dict[tuple[str, str], list[tuple[str, str] | None]] = {
    ("paving", "km"): [("7.1", "12"), ("4.95", "11"), ("6.4", "9.6"), ("3.1", "8.2")],
    ("lighting", "points"): [("310", "340"), ("180", "260"), ("205", "230"), ("96", "150")],
    ("sewerage", "households"): [("1420", "1510"), ("870", "1180"), ("1105", "1230"), None],
    ("water", "households"): [("1510", "1510"), ("1120", "1180"), ("1228", "1230"), ("890", "905")],
    ("sidewalks", "km"): [("3.2", "9"), ("1.1", "8"), ("2.75", "7.5"), ("0", "6")],
}
MEMBERS = [
    ("عضو خيالي أول", "كاتب عام", "chair"),
    ("عضوة خيالية ثانية", "المصلحة الفنية", "rapporteur"),
    ("عضو خيالي ثالث", "المصلحة المالية", "member"),
    ("عضوة خيالية رابعة", "مصلحة الإعلام", "member"),
    ("عضو خيالي خامس", "مصلحة التنظيف", "member"),
]
# To the staff, channel, days from the decision to its start and end, Arabic, French, task of the proof.
ANNOUNCEMENTS: list[tuple[bool, str, int, int | None, str, str, str]] = [
    (True, "notice", 8, None, "انطلاق إعداد البرنامج", "La préparation du programme commence", "1.3"),
    (False, "poster", 13, 30, "معلقات في الأحياء الأربعة", "Affiches dans les quatre zones", "1.5"),
    (False, "web", 13, None, "بلاغ على موقع البلدية", "Annonce sur le site de la commune", "1.5"),
    (False, "loudspeaker", 28, 30, "التذكير بالجلسة العامة", "Rappel de la séance plénière", ""),
    (False, "radio", 25, None, "ومضة في الإذاعة الجهوية", "Message à la radio régionale", ""),
]
# Arabic, French, kind, zone, state, needs in both languages, cost; the first two have a drawn picture.
FACILITIES: list[tuple[str, str, str, int | None, str, str, str, str | None]] = [
    (
        "الملعب البلدي",
        "Stade municipal",
        "sport",
        2,
        "poor",
        "إعادة التعشيب وإصلاح المدارج",
        "Refaire la pelouse, réparer les gradins",
        "185000",
    ),
    (
        "دار الثقافة",
        "Maison de la culture",
        "culture",
        1,
        "fair",
        "صيانة السقف",
        "Entretenir le toit",
        "42000",
    ),
    ("روضة الأطفال", "Jardin d’enfants", "childhood", 3, "good", "", "", None),
    (
        "الحديقة العمومية",
        "Jardin public",
        "garden",
        2,
        "fair",
        "شبكة ري وإنارة",
        "Arrosage et éclairage",
        "28500",
    ),
    (
        "السوق اليومية",
        "Marché quotidien",
        "market",
        1,
        "poor",
        "تبليط الأرضية والتصريف",
        "Sol et évacuation des eaux",
        "96000",
    ),
    (
        "المسلخ البلدي",
        "Abattoir municipal",
        "slaughterhouse",
        4,
        "out",
        "إعادة البناء حسب المواصفات",
        "Reconstruire selon les normes",
        None,
    ),
    ("قصر البلدية", "Hôtel de ville", "building", 1, "good", "", "", None),
    (
        "شاحنة رفع الفضلات",
        "Camion de collecte",
        "vehicle",
        None,
        "poor",
        "تعويضها",
        "La remplacer",
        "210000",
    ),
]
# Side, Arabic, French, results of both years before, estimate; None: not stated.
BUDGET: list[tuple[str, str, str, str | None, str | None, str | None]] = [
    ("receipts", "المعاليم على العقارات", "Taxes sur les immeubles", "182400", "197250.500", "205000"),
    ("receipts", "مداخيل الأسواق والمعاليم", "Marchés et droits", "263000", "271800", "280000"),
    (
        "receipts",
        "المساعدة السنوية غير الموظفة",
        "Dotation globale non affectée",
        "640000",
        "655000",
        "655000",
    ),
    ("receipts", "مداخيل أخرى", "Autres recettes", "54200", None, "50000"),
    ("expenses", "الأجور", "Rémunérations", "598000", "621300", "640000"),
    ("expenses", "وسائل المصالح", "Moyens des services", "214500", "226000", "230000"),
    ("expenses", "الصيانة", "Entretien", "97300", "101450", "120000"),
    ("expenses", "خدمة الدين", "Service de la dette", "61000", "61000", "58000"),
]
# Years before the program's → due and collected of the property tax.
RECOVERY = {3: ("310000", "93000"), 2: ("318000", "104300"), 1: ("325000", "117650")}
# Arabic, French, approach, days from the decision, reference, days to the answer, projects in both languages.
OPERATORS: list[tuple[str, str, str, int, str, int | None, str, str]] = [
    (
        "الديوان الوطني للتطهير (مثال)",
        "Office de l’assainissement (exemple)",
        "letter",
        14,
        "EX-114",
        20,
        "تجديد القنوات بالمحطة",
        "Renouveler les conduites à la Gare",
    ),
    (
        "شركة الكهرباء (مثال)",
        "Société d’électricité (exemple)",
        "meeting",
        20,
        "",
        None,
        "محول جديد بالواحة\nخط المنطقة الصناعية",
        "Nouveau transformateur à l’Oasis\nLigne de la zone industrielle",
    ),
    ("الإدارة الجهوية للتجهيز (مثال)", "Équipement régional (exemple)", "letter", 15, "EX-115", None, "", ""),
]


def seed_diagnosis(program: Program) -> None:
    """Give a program of the fictional municipality its cell, its zones and both diagnoses.

    Does nothing for a program that has a cell.
    """
    if Cell.objects.filter(program=program).exists():
        return
    first = program.phases.order_by("number").values_list("tasks__session_date", flat=True)
    decided_on = min((date for date in first if date), default=datetime.date(program.year - 1, 10, 13))
    _seed_zones(program.municipality)
    _seed_cell(program, decided_on)
    _seed_announcements(program, decided_on)
    _seed_infrastructure(program)
    _seed_facilities(program)
    _seed_money(program)
    _seed_operators(program, decided_on)


def _kept(row: models.Model, town: Municipality) -> None:
    row.save()
    record(actor=None, action="row.added", obj=row, municipality=town)


def _seed_zones(town: Municipality) -> None:
    for zone in town.zones.order_by("number"):
        if zone.number in ZONES and not zone.streets:
            zone.population, zone.streets = ZONES[zone.number]
            zone.save(update_fields=["population", "streets"])
    if not hasattr(town, "zone_map"):
        upload = SimpleUploadedFile("carte-fictive-des-zones.png", _drawn_map())
        keep_zone_map(municipality=town, upload=check_upload(upload), actor=None)


def _seed_cell(program: Program, decided_on: datetime.date) -> None:
    cell = Cell(program=program, decision_number=f"EX-{decided_on.year}-12", decided_on=decided_on)
    _kept(cell, program.municipality)
    for position, (name, office, role) in enumerate(MEMBERS, start=1):
        CellMember.objects.create(cell=cell, position=position, name=name, office=office, role=role)


def _seed_announcements(program: Program, decided_on: datetime.date) -> None:
    files = SupportingDocument.objects.filter(expected_document__task__phase__program=program)
    for position, (to_staff, channel, start, end, ar, fr, code) in enumerate(ANNOUNCEMENTS, start=1):
        phase, _dot, task = code.partition(".")
        of_task = files.filter(
            expected_document__task__phase__number=phase or 0, expected_document__task__number=task or 0
        )
        line = Announcement(
            program=program,
            position=position,
            is_to_staff=to_staff,
            channel=channel,
            on=decided_on + datetime.timedelta(days=start),
            until=decided_on + datetime.timedelta(days=end) if end else None,
            text_ar=ar,
            text_fr=fr,
            proof=of_task.order_by("pk").first(),
        )
        _kept(line, program.municipality)


def _seed_infrastructure(program: Program) -> None:
    zones = list(program.municipality.zones.order_by("number"))
    for (network, unit), figures in NETWORKS.items():
        for zone, pair in zip(zones, figures, strict=False):
            if pair:
                served, total = map(Decimal, pair)
                line = InfrastructureLine(
                    program=program, zone=zone, network=network, unit=unit, served=served, total=total
                )
                _kept(line, program.municipality)


def _seed_facilities(program: Program) -> None:
    zones = {zone.number: zone for zone in program.municipality.zones.all()}
    for number, (ar, fr, kind, zone, state, needs_ar, needs_fr, cost) in enumerate(FACILITIES, start=1):
        facility = Facility(
            program=program,
            number=number,
            title_ar=ar,
            title_fr=fr,
            kind=kind,
            zone=zones.get(zone or 0),
            state=state,
            needs_ar=needs_ar,
            needs_fr=needs_fr,
            cost=Decimal(cost) if cost else None,
        )
        _kept(facility, program.municipality)
        if number <= 2:
            upload = SimpleUploadedFile(f"dessin-fictif-{number}.png", _drawn_facility(number))
            add_photos(facility=facility, uploads=[check_upload(upload)], is_public=True, actor=None)


def _seed_money(program: Program) -> None:
    counts = {"receipts": 0, "expenses": 0}
    for side, ar, fr, *amounts in BUDGET:
        counts[side] += 1
        two_before, one_before, estimate = (Decimal(amount) if amount else None for amount in amounts)
        line = BudgetLine(
            program=program,
            side=side,
            number=counts[side],
            title_ar=ar,
            title_fr=fr,
            two_before=two_before,
            one_before=one_before,
            estimate=estimate,
        )
        _kept(line, program.municipality)
    for before, (due, collected) in RECOVERY.items():
        recovery = TaxRecovery(
            program=program, year=program.year - before, due=Decimal(due), collected=Decimal(collected)
        )
        _kept(recovery, program.municipality)


def _seed_operators(program: Program, decided_on: datetime.date) -> None:
    for ar, fr, approach, after, reference, answered, plans_ar, plans_fr in OPERATORS:
        line = Coordination(
            program=program,
            operator_ar=ar,
            operator_fr=fr,
            approach=approach,
            on=decided_on + datetime.timedelta(days=after),
            reference=reference,
            answered_on=decided_on + datetime.timedelta(days=answered) if answered else None,
            plans_ar=plans_ar,
            plans_fr=plans_fr,
        )
        _kept(line, program.municipality)


def _drawn_map() -> bytes:
    """Four shapes with the numbers of the zones, and the word that it is invented."""
    picture = Image.new("RGB", (900, 600), "#f8f5ee")
    draw = ImageDraw.Draw(picture)
    shapes = {
        "1": ([(60, 60), (430, 40), (450, 280), (80, 320)], "#d8e8e2"),
        "2": ([(430, 40), (840, 70), (830, 300), (450, 280)], "#f0e2c0"),
        "3": ([(80, 320), (450, 280), (470, 560), (100, 540)], "#ecd9cf"),
        "4": ([(450, 280), (830, 300), (820, 540), (470, 560)], "#dbe2ec"),
    }
    for number, (points, colour) in shapes.items():
        draw.polygon(points, fill=colour, outline="#1b2523", width=3)
        middle = (sum(x for x, _ in points) / 4, sum(y for _, y in points) / 4)
        draw.text(middle, number, fill="#1b2523", anchor="mm", font_size=72)
    draw.text((450, 580), "CARTE FICTIVE", fill="#56605b", anchor="mm", font_size=26)
    return _png(picture)


def _drawn_facility(number: int) -> bytes:
    """A house of a few lines: nothing on it can be taken for a real place."""
    picture = Image.new("RGB", (640, 420), "#f0eadd")
    draw = ImageDraw.Draw(picture)
    draw.rectangle([(120, 180), (520, 360)], fill="#fffdf9", outline="#1b2523", width=4)
    draw.polygon([(100, 180), (320, 80), (540, 180)], fill="#d8e8e2", outline="#1b2523", width=4)
    for column in range(number + 2):
        left = 160 + column * 80
        draw.rectangle([(left, 230), (left + 40, 300)], fill="#ddd4c3", outline="#1b2523", width=3)
    draw.text((320, 395), "DESSIN FICTIF", fill="#56605b", anchor="mm", font_size=24)
    return _png(picture)


def _png(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()

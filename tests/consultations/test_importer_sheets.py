"""Other sheets of the same model: other bullets, marks, amounts, dates, languages and orders."""

import datetime
from decimal import Decimal

import pytest

from consultations.importers.amounts import read_amount
from consultations.importers.labels import Principle
from consultations.importers.plan import read_plan
from consultations.importers.readings import PlanReading

# As a commune of the south published it: an amount, no bullets, part of the form answered.
ARABIC = """\
مسلسل الانفتاح
• مرحلة أولى
١. خطوة
برنامج عمل الانفتاح 2024-2026

جماعة النخيل
نسبة تقدم المشروع
40%
عنوان المشروع
رقمنة سجل
الإشكالية
دعم القرب
فقرة أولى
- نقطة
* نقطة أخرى
الحل المقترح
حل واحد
☑ الشفافية والمساءلة
☐ الولوج إلى المعلومة
✓ المشاركة المواطنة
الرقمنة
نعم
لا
نعم
500.000,00 درهم .
الميزانية الذاتية .
النتيجة المنتظرة
أثر
المؤشرات
• عدد
• نسبة
جدولة الأنشطة
النشاط تاريخ البداية تاريخ النهاية نسبة الإنجاز
نشاط أول 01/02/2024 30/06/2024 75%
نشاط ثان شتنبر 2024 دجنبر 2024 5%
عدد التعليقات : 12
"""

FRENCH = """\
Processus d'ouverture
Préparation
a) Atelier
Plan d'action pour l'ouverture

Commune de Palmiers
Avancement du projet : 12 %
Titre du projet : Conseil des jeunes
Axe : Participation citoyenne
Problématique
• Peu d'écoute • Peu de moyens
Solution proposée
– Un conseil – Un budget
Principes
✓ Transparence et redevabilité
Accès à l'information
Questions
Le projet est-il inscrit au programme ?
☑ Oui
☐ Non
Un partenaire est-il prévu ?
Oui ☐ Non ☑
Montant
1 250 000 DH
Source de financement
Budget communal
Résultats attendus
Confiance
Indicateurs
Nombre de séances
Calendrier des activités
Activité Début Fin Avancement
Élire le conseil janvier 2025 mars 2025 12 %
Nombre de commentaires
3
"""


def read(text: str) -> PlanReading:
    return read_plan("sheet.txt", text.encode())


def codes(reading: PlanReading) -> list[tuple[int, str]]:
    return [(warning.line, warning.code) for warning in reading.warnings]


def test_an_arabic_sheet_with_an_amount_and_ticks():
    reading = read(ARABIC)

    assert reading.as_json(municipality="oasis", slug="openness") | {"warnings": []} == {
        "plan": {"title": "برنامج عمل الانفتاح 2024-2026", "slug": "openness", "municipality": "oasis"},
        "stages": [{"title": "مرحلة أولى", "level": 1}, {"title": "خطوة", "level": 2}],
        "projects": [
            {
                "number": 1,
                "title": "رقمنة سجل",
                "axis": "دعم القرب",
                "problem": ["فقرة أولى", "نقطة", "نقطة أخرى"],
                "solution": ["حل واحد"],
                "principles": {
                    "transparency": True,
                    "access_to_information": False,
                    "participation": True,
                    "digitalisation": None,
                },
                "questions": [None, True],
                "amount": "500000.00",
                "funding_source": "الميزانية الذاتية .",
                "results": ["أثر"],
                "indicators": ["عدد", "نسبة"],
                "activities": [
                    {"title": "نشاط أول", "start": "2024-02-01", "end": "2024-06-30", "percent": 75},
                    {"title": "نشاط ثان", "start": "2024-09", "end": "2024-12", "percent": 5},
                ],
                "comment_count": 12,
            }
        ],
        "warnings": [],
    }
    assert reading.commune == "جماعة النخيل"
    assert codes(reading) == []


def test_a_french_sheet_with_heads_and_text_on_one_line():
    reading = read(FRENCH)

    assert reading.as_json(municipality="oasis", slug="openness") | {"warnings": []} == {
        "plan": {"title": "Plan d'action pour l'ouverture", "slug": "openness", "municipality": "oasis"},
        "stages": [{"title": "Préparation", "level": 1}, {"title": "Atelier", "level": 2}],
        "projects": [
            {
                "number": 1,
                "title": "Conseil des jeunes",
                "axis": "Participation citoyenne",
                "problem": ["Peu d'écoute", "Peu de moyens"],
                "solution": ["Un conseil", "Un budget"],
                "principles": {
                    "transparency": True,
                    "access_to_information": None,
                    "participation": None,
                    "digitalisation": None,
                },
                "questions": [True, False],
                "amount": "1250000.00",
                "funding_source": "Budget communal",
                "results": ["Confiance"],
                "indicators": ["Nombre de séances"],
                "activities": [
                    {"title": "Élire le conseil", "start": "2025-01", "end": "2025-03", "percent": 12}
                ],
                "comment_count": 3,
            }
        ],
        "warnings": [],
    }
    assert reading.project.printed_progress == 12
    assert [question.label for question in reading.project.answers.questions] == [
        "Le projet est-il inscrit au programme ?",
        "Un partenaire est-il prévu ?",
    ]
    assert codes(reading) == [(13, "dash_points")]


# Points

MINIMAL = "عنوان المشروع\nعنوان\nالحل المقترح\n{}\n"


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("• أول • ثان", [("أول", True), ("ثان", True)]),
        ("أول\n• ثان", [("أول", False), ("ثان", True)]),
        ("أول • ثان", [("أول", False), ("ثان", True)]),
        ("\uf0b7أول \uf0b7 ثان", [("أول", True), ("ثان", True)]),
        ("\uf0d8 أول\n\uf0a7 ثان", [("أول", True), ("ثان", True)]),
        ("•\nأول\nثان", [("أول", True), ("ثان", False)]),
        ("- أول\n-ثان", [("أول", True), ("ثان", True)]),
        ("* أول * ثان", [("أول", True), ("ثان", True)]),
        ("· élu·e·s", [("élu·e·s", True)]),
        ("أول - ثان", [("أول - ثان", False)]),
        ("-5 درجات", [("-5 درجات", False)]),
        ("• أول - ثان", [("أول - ثان", True)]),
        ("• • أول", [("أول", True)]),
        ("1. أول", [("1. أول", False)]),
    ],
)
def test_points_lose_their_bullets_and_nothing_else(text, items):
    reading = read(MINIMAL.format(text))

    assert [(item.text, item.is_point) for item in reading.project.solution] == items


def test_points_split_at_dashes_are_warned_about():
    assert (4, "dash_points") in codes(read(MINIMAL.format("- أول - ثان")))
    assert (4, "dash_points") not in codes(read(MINIMAL.format("- أول\n- ثان")))


def test_a_principle_among_points_is_a_point():
    reading = read(MINIMAL.format("• أول\n• الرقمنة\nالشفافية"))

    assert [item.text for item in reading.project.solution] == ["أول", "الرقمنة"]
    assert list(reading.project.answers.principles.values()) == [None] * 4
    assert (6, "principles_not_stated") in codes(reading)


# Axis


def test_a_head_of_its_own_names_the_axis():
    reading = read("عنوان المشروع\nعنوان\nالمحور\nأول\nالإشكالية\nفقرة\n")

    assert (reading.project.axis, [item.text for item in reading.project.problem]) == ("أول", ["فقرة"])


def test_an_axis_head_under_the_problem_gives_it_back_what_follows():
    reading = read("عنوان المشروع\nعنوان\nالإشكالية\nالمحور 1 : أول\nفقرة\n• نقطة\n")

    assert reading.project.axis == "أول"
    assert [item.text for item in reading.project.problem] == ["فقرة", "نقطة"]


def test_a_problem_that_begins_with_a_point_has_no_axis():
    reading = read("عنوان المشروع\nعنوان\nالإشكالية\n• نقطة\n")

    assert reading.project.axis == ""
    assert [item.text for item in reading.project.problem] == ["نقطة"]
    assert (4, "missing_axis") in codes(reading)


# Yes and no


@pytest.mark.parametrize(
    ("lines", "answers"),
    [
        ("نعم\nلا\nنعم\nلا", [None, None]),
        ("نعم\nنعم", [True, True]),
        ("لا\nلا", [False, False]),
        ("لا\nنعم", [False, True]),
        ("نعم\nلا", [None, None]),
        ("نعم\nلا\nلا", [None, False]),
        ("نعم\nنعم\nلا", [True, None]),
        ("لا\nنعم\nلا", [False, None]),
        ("☑ نعم\n☐ لا\n☐ نعم\n☑ لا", [True, False]),
        ("نعم ☑ لا ☐\nنعم ☐ لا ☑", [True, False]),
        ("نعم / لا\n✓ نعم لا", [None, True]),
        ("Oui\nNon\nNon", [None, False]),
        ("☐ نعم\n☐ لا", [None, None]),
        ("نعم", [True, None]),
        ("أول؟\nلا\nثان؟\nنعم\nلا", [False, None]),
        ("أول؟\nثان؟\nنعم\nلا\nلا", [None, False]),
    ],
)
def test_an_answer_is_stated_when_it_is_ticked_or_alone(lines, answers):
    reading = read(MINIMAL.format(f"حل\nالرقمنة\n{lines}\n///\nمصدر"))

    assert [question.answer for question in reading.project.answers.questions] == answers
    assert reading.project.answers.funding_source == "مصدر"


def test_yes_and_no_both_ticked_state_nothing():
    reading = read(MINIMAL.format("حل\n☑ نعم\n☑ لا"))

    assert reading.project.answers.questions[0].answer is None
    assert (5, "contradictory_answer") in codes(reading)


def test_a_third_question_is_warned_about():
    assert (5, "extra_answers") in codes(read(MINIMAL.format("حل\n" + "نعم\nلا\n" * 3)))


def test_a_symbol_tick_before_a_principle_is_a_tick():
    principles = read(MINIMAL.format("حل\n\uf0fc الرقمنة\n\uf0a8 الشفافية")).project.answers.principles

    assert principles[Principle.DIGITALISATION] is True
    assert principles[Principle.TRANSPARENCY] is False


# Amounts


@pytest.mark.parametrize(
    ("printed", "value", "currency"),
    [
        ("500.000,00 درهم .", "500000.00", "MAD"),
        ("500 000,00 DH", "500000.00", "MAD"),
        ("1\u202f250\u00a0000 MAD", "1250000.00", "MAD"),
        ("550 000 DT", "550000.00", "TND"),
        ("1'250'000 DT", "1250000.00", "TND"),
        ("550'000 DH", "550000.00", "MAD"),
        ("500,000.00 درهم", "500000.00", "MAD"),
        ("1.000.000", "1000000.00", ""),
        ("1,000,000", "1000000.00", ""),
        ("400000", "400000.00", ""),
        ("400,50 د.م.", "400.50", "MAD"),
        ("400.5", "400.50", ""),
        ("12.500,250 د.ت", "12500.250", "TND"),
        ("٥٠٠٬٠٠٠٫٥٠ درهم", "500000.50", "MAD"),
        ("2 مليون درهم", "2000000.00", "MAD"),
        ("40 مليون سنتيم", "400000.00", "MAD"),
        ("1,5 million de dirhams", "1500000.00", "MAD"),
        ("510 مليون مليم", "510000.00", "TND"),
    ],
)
def test_an_amount_is_read_in_units_of_its_currency(printed, value, currency):
    amount = read_amount(printed)

    assert (amount.value, amount.currency) == (None if value is None else Decimal(value), currency)
    assert amount.printed == printed


@pytest.mark.parametrize("printed", ["///", "/", "----", "...", "Néant", "لا شيء"])
def test_strokes_and_words_for_nothing_are_no_amount(printed):
    amount = read_amount(printed)

    assert (amount.value, amount.is_ambiguous, amount.printed) == (None, False, printed)


@pytest.mark.parametrize(
    "printed",
    [
        "400.000.00 درهم",
        "500,000 درهم",
        "550'000 DT",
        "550.000 د.ت",
        "40 مليون",
        "510 مليون",
        "500.000,00 درهم سنويا",
        "10 أو 20 درهم",
        "5 00.000 درهم",
        "999.999.999.999 درهم",
        "حسب الإمكان",
    ],
)
def test_an_amount_of_two_readings_is_kept_as_printed(printed):
    amount = read_amount(printed)

    assert (amount.value, amount.is_ambiguous, amount.printed) == (None, True, printed)


def test_an_ambiguous_amount_is_warned_about_where_it_stands():
    reading = read(MINIMAL.format("حل\nنعم\nلا\n400.000.00 درهم\nمصدر"))

    assert reading.project.answers.amount.printed == "400.000.00 درهم"
    assert reading.project.as_json(1)["amount"] is None
    assert (7, "ambiguous_amount") in codes(reading)


# Schedule

SCHEDULE = "عنوان المشروع\nعنوان\nجدولة الأنشطة\nالنشاط البداية النهاية الإنجاز\n{}\n"


@pytest.mark.parametrize(
    ("lines", "title", "start", "end", "percent"),
    [
        ("نشاط غشت 2024 شتنبر 2024 30%", "نشاط", "2024-08", "2024-09", 30),
        ("نشاط\n01/08/2024\n30/09/2024\n30 %", "نشاط", "2024-08-01", "2024-09-30", 30),
        ("نشاط 2024/08/01 - 2024/09/30\n%30", "نشاط", "2024-08-01", "2024-09-30", 30),
        ("نشاط 2024-08-01 2024-09-30\n30٪ مكتمل", "نشاط", "2024-08-01", "2024-09-30", 30),
        ("نشاط 1er août 2024 9 septembre 2024\n30%\n30% Complete", "نشاط", "2024-08-01", "2024-09-09", 30),
        ("نشاط 08/2024 09/2024\n30%", "نشاط", "2024-08", "2024-09", 30),
        ("سوق الأحد 01/08/2024 30/09/2024 30%", "سوق الأحد", "2024-08-01", "2024-09-30", 30),
        ("رفع النسبة إلى 50% août 2024 août 2024 30%", "رفع النسبة إلى 50%", "2024-08", "2024-08", 30),
        ("مرحلة 2 août 2024 septembre 2024\n30%", "مرحلة 2", "2024-08", "2024-09", 30),
        ("نشاط في\nسطرين août 2024 septembre 2024\n30%", "نشاط في سطرين", "2024-08", "2024-09", 30),
        ("• نشاط août 2024 août 2024\n29,5%", "نشاط", "2024-08", "2024-08", 30),
        ("août 2024 septembre 2024 نشاط\n30%", "نشاط", "2024-08", "2024-09", 30),
        ("septembre 2024 août 2024 نشاط\n30%", "نشاط", "2024-08", "2024-09", 30),
        ("٣٠ نخلة غشت ٢٠٢٤ شتنبر ٢٠٢٤ ٣٠٪", "٣٠ نخلة", "2024-08", "2024-09", 30),
    ],
)
def test_an_activity_in_its_many_ways(lines, title, start, end, percent):
    reading = read(SCHEDULE.format(lines))

    assert [activity.as_json() for activity in reading.project.activities] == [
        {"title": title, "start": start, "end": end, "percent": percent}
    ]


def test_what_an_activity_does_not_print_is_not_stated():
    reading = read(SCHEDULE.format("أول août 2024\nثان\n50%\nثالث août 2024 09/09/2024 1%"))

    first, second, third = reading.project.activities
    assert (first.start.day, first.end, first.percent) == (datetime.date(2024, 8, 1), None, None)
    assert (second.start, second.percent) == (None, 50)
    assert (third.start.precision, third.end.precision) == ("month", "day")
    assert [code for code in codes(reading) if code[0] >= 5] == [
        (5, "missing_date"),
        (5, "missing_percent"),
        (6, "missing_date"),
        (8, "mixed_precision"),
    ]


def test_two_percentages_of_one_activity_are_warned_about():
    reading = read(SCHEDULE.format("أول août 2024 août 2024\n10%\n20% Complete"))

    assert reading.project.activities[0].percent == 10
    assert (7, "different_percent") in codes(reading)


def test_a_schedule_is_known_by_its_column_heads_alone():
    reading = read("عنوان المشروع\nعنوان\nالنشاط البداية النهاية الإنجاز\nأول août 2024 août 2024 10%\n")

    assert [activity.title for activity in reading.project.activities] == ["أول"]


def test_a_line_of_the_schedule_without_dates_is_warned_about():
    reading = read(SCHEDULE.format("أول août 2024 août 2024 10%\nطباعة الصفحة"))

    assert [activity.title for activity in reading.project.activities] == ["أول"]
    assert (6, "unread_line") in codes(reading)


# The rest of the page


def test_a_printed_progress_other_than_the_activities_is_warned_about():
    reading = read("10%\nنسبة تقدم المشروع\n" + SCHEDULE.format("أول août 2024 août 2024 20%"))

    assert reading.project.printed_progress == 10
    assert (2, "different_progress") in codes(reading)


def test_a_consultation_after_the_start_is_a_note_without_a_warning():
    line = "La période de la consultation est achevée (septembre 2024)"
    reading = read(SCHEDULE.format(f"أول août 2024 août 2024 20%\n{line}"))

    assert reading.project.note == line
    assert "contradictory_period" not in dict(codes(reading)).values()


def test_missing_parts_are_empty_and_warned_about():
    reading = read("عنوان المشروع\nعنوان\nالمؤشرات\nعدد\n")

    assert reading.as_json(municipality="oasis", slug="openness")["projects"] == [
        {
            "number": 1,
            "title": "عنوان",
            "axis": "",
            "problem": [],
            "solution": [],
            "principles": dict.fromkeys(Principle),
            "questions": [None, None],
            "amount": None,
            "funding_source": "",
            "results": [],
            "indicators": ["عدد"],
            "activities": [],
            "comment_count": None,
        }
    ]
    assert [code for _line, code in codes(reading)] == ["missing_section"] * 7


def test_lines_of_no_part_are_warned_about_not_lost():
    reading = read("الرئيسية\nعنوان المشروع\nعنوان\nالمؤشرات\nعدد\nNombre de commentaires 0\nاتصل بنا\n")

    assert [code for code in codes(reading) if code[1] == "unread_line"] == [
        (1, "unread_line"),
        (7, "unread_line"),
    ]


def test_a_menu_that_repeats_the_heads_of_the_top_is_no_obstacle():
    reading = read("مسلسل الانفتاح\nبرنامج عمل الانفتاح\n" + ARABIC.partition("\n")[2])

    assert reading.project.title == "رقمنة سجل"


def test_a_head_in_both_languages_is_one_head():
    reading = read("عنوان المشروع\nTitre du projet\nعنوان\nالمؤشرات\nIndicateurs\nعدد\n")

    assert (reading.project.title, reading.project.indicators[0].text) == ("عنوان", "عدد")

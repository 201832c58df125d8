"""The words printed on every open-government project sheet, in Arabic and in French.

Only labels stand here: heads, column heads, tick marks, units. The reader compares them folded
(:func:`portal.folding.fold`), so that one spelling of each is enough. No other module of this package
holds a word of a sheet.

Source: the project sheet of the Moroccan network of open local authorities (REMACTO), as two communes
published it, in Arabic with a French interface. The French heads and the Tunisian wordings are the usual
translations of the same model.
"""

from __future__ import annotations

from enum import StrEnum


class Head(StrEnum):
    """A line that opens a part of the sheet."""

    OPENING = "opening"
    PROCESS = "process"
    PLAN = "plan"
    PROGRESS = "progress"
    TITLE = "title"
    AXIS = "axis"
    PROBLEM = "problem"
    SOLUTION = "solution"
    PRINCIPLES = "principles"
    QUESTIONS = "questions"
    AMOUNT = "amount"
    FUNDING = "funding"
    RESULTS = "results"
    INDICATORS = "indicators"
    ACTIVITIES = "activities"


class Principle(StrEnum):
    """The four principles of open government, the same on every sheet."""

    TRANSPARENCY = "transparency"
    ACCESS_TO_INFORMATION = "access_to_information"
    PARTICIPATION = "participation"
    DIGITALISATION = "digitalisation"


HEADS: dict[Head, tuple[str, ...]] = {
    Head.PROCESS: ("مسلسل الانفتاح", "مسار الانفتاح", "Processus d'ouverture"),
    Head.PLAN: (
        "برنامج عمل الانفتاح",
        "برنامج الانفتاح",
        "خطة عمل الحكومة المفتوحة",
        "Plan d'action pour l'ouverture",
        "Plan d'action d'ouverture",
        "Programme d'action pour l'ouverture",
        "Programme d'ouverture",
        "Plan d'ouverture",
    ),
    Head.PROGRESS: (
        "نسبة تقدم المشروع",
        "نسبة إنجاز المشروع",
        "Avancement du projet",
        "Taux d'avancement",
        "Taux d'avancement du projet",
    ),
    Head.TITLE: (
        "عنوان مشروع الانفتاح",
        "عنوان المشروع",
        "Titre du projet d'ouverture",
        "Intitulé du projet d'ouverture",
        "Titre du projet",
        "Intitulé du projet",
    ),
    Head.AXIS: ("المحور", "محور المشروع", "Axe", "Axe du projet"),
    Head.PROBLEM: (
        "الإشكالية المطروحة",
        "الإشكالية",
        "Problématique posée",
        "Problématique",
        "Problème posé",
    ),
    Head.SOLUTION: (
        "الحل المقترح",
        "الحلول المقترحة",
        "Solution proposée",
        "Solutions proposées",
    ),
    Head.PRINCIPLES: (
        "المبادئ",
        "مبادئ الانفتاح",
        "مبدأ الانفتاح",
        "Principes",
        "Principes d'ouverture",
    ),
    Head.QUESTIONS: ("الأسئلة", "Questions"),
    Head.AMOUNT: ("المبلغ", "المبلغ المرصود", "كلفة المشروع", "Montant", "Coût", "Coût du projet"),
    Head.FUNDING: ("مصدر التمويل", "مصادر التمويل", "Financement", "Source de financement"),
    Head.RESULTS: (
        "ما هي النتيجة المنتظرة؟",
        "ما هي النتائج المنتظرة؟",
        "النتيجة المنتظرة",
        "النتائج المنتظرة",
        "Quel est le résultat attendu ?",
        "Quels sont les résultats attendus ?",
        "Résultat attendu",
        "Résultats attendus",
    ),
    Head.INDICATORS: ("المؤشرات", "مؤشرات الإنجاز", "Indicateurs", "Indicateurs de suivi"),
    Head.ACTIVITIES: (
        "Planning des activités",
        "Calendrier des activités",
        "جدولة الأنشطة",
        "برمجة الأنشطة",
        "البرمجة الزمنية للأنشطة",
    ),
}

# Both wordings of a principle: a commune of Morocco, a municipality of Tunisia, and French.
PRINCIPLES: dict[Principle, tuple[str, ...]] = {
    Principle.TRANSPARENCY: (
        "الشفافية والمساءلة",
        "الشفافية",
        "Transparence et redevabilité",
        "Transparence et reddition des comptes",
        "Transparence",
    ),
    Principle.ACCESS_TO_INFORMATION: (
        "الولوج إلى المعلومة",
        "الحصول على المعلومة",
        "الولوج إلى المعلومات",
        "الحصول على المعلومات",
        "النفاذ إلى المعلومة",
        "Accès à l'information",
    ),
    Principle.PARTICIPATION: (
        "المشاركة المواطنة",
        "المشاركة المواطنية",
        "Participation citoyenne",
    ),
    Principle.DIGITALISATION: ("الرقمنة", "Digitalisation", "Numérisation"),
}

# Column heads of the activities table; one line of the sheet carries several of them.
COLUMN_HEADS: tuple[str, ...] = (
    "Activités",
    "Activité",
    "النشاط",
    "الأنشطة",
    "Date début",
    "Date de début",
    "Début",
    "تاريخ البداية",
    "تاريخ البدء",
    "البداية",
    "Date fin",
    "Date de fin",
    "Fin",
    "تاريخ النهاية",
    "تاريخ الانتهاء",
    "النهاية",
    "النسبة المئوية للإنجاز",
    "نسبة الإنجاز",
    "الإنجاز",
    "Avancement",
    "Taux d'avancement",
    "Pourcentage",
)

YES: tuple[str, ...] = ("نعم", "Oui")
NO: tuple[str, ...] = ("لا", "Non")

# What a screen reader says after the percentage of a progress bar.
COMPLETE: tuple[str, ...] = ("Complete", "Completed", "Complété", "مكتمل", "منجز")

CONSULTATION_PERIOD: tuple[str, ...] = (
    "La période de la consultation",
    "La période de consultation",
    "فترة التشاور",
    "مدة التشاور",
    "انتهت فترة التشاور",
    "انتهت مدة التشاور",
)
COMMENT_COUNT: tuple[str, ...] = (
    "Nombre de commentaires",
    "Nombre des commentaires",
    "عدد التعليقات",
    "عدد التعاليق",
)

# Labels of the contribution form printed under the sheet: they carry nothing of the project.
FORM_LABELS: tuple[str, ...] = (
    "Profile",
    "Profil",
    "الصفة",
    "Tranche d'âge",
    "الفئة العمرية",
    "Commentaire",
    "Votre commentaire",
    "Commentaires",
    "التعليقات",
)

# How the line that names the author of the plan begins.
AUTHORITIES: tuple[str, ...] = (
    "جماعة",
    "الجماعة الترابية",
    "بلدية",
    "جهة",
    "إقليم",
    "عمالة",
    "مجلس",
    "Commune",
    "Municipalité",
    "Région",
    "Province",
    "Préfecture",
    "Conseil",
)

NO_AMOUNT: tuple[str, ...] = ("لا شيء", "بدون", "غير محدد", "Néant", "Aucun", "Non défini")

CURRENCIES: dict[str, tuple[str, ...]] = {
    "MAD": ("درهم", "دراهم", "درهما", "درهم مغربي", "د.م.", "د.م", "MAD", "DH", "DHS", "Dirham", "Dirhams"),
    "TND": ("دينار", "دنانير", "دينارا", "دينار تونسي", "د.ت.", "د.ت", "TND", "DT", "Dinar", "Dinars"),
}

# Fractions of a currency, as the number of them in one unit: 100 centimes make a dirham.
FRACTIONS: dict[str, tuple[str, int]] = {
    "سنتيم": ("MAD", 100),
    "سنتيما": ("MAD", 100),
    "Centime": ("MAD", 100),
    "Centimes": ("MAD", 100),
    "مليم": ("TND", 1000),
    "مليما": ("TND", 1000),
    "Millime": ("TND", 1000),
    "Millimes": ("TND", 1000),
}

MULTIPLES: dict[str, int] = {
    "ألف": 1_000,
    "آلاف": 1_000,
    "Mille": 1_000,
    "مليون": 1_000_000,
    "ملايين": 1_000_000,
    "Million": 1_000_000,
    "Millions": 1_000_000,
    "مليار": 1_000_000_000,
    "ملايير": 1_000_000_000,
    "Milliard": 1_000_000_000,
    "Milliards": 1_000_000_000,
}

# Words that may stand between a multiple and its unit.
LINKING: tuple[str, ...] = ("de", "d", "من")

# Bullets wherever they stand: a page that lost its line breaks keeps several of them on one line. The
# private-use block of symbol fonts (U+F000 to U+F0FF) belongs to them: U+F0FC is the tick of Wingdings,
# U+F0B7 Symbol's dot.
BULLETS = "•●○◦▪■□▢‣⁃➢➤❖◆▸►✔✓" + "".join(map(chr, range(0xF000, 0xF100)))
# These are bullets at the head of a line, and between spaces in a line that begins with the same one.
LINE_BULLETS = "-–—*·"
DASHES = "-–—"

# Boxes and ticks before or after a choice; the private-use ones are those of Wingdings.
TICKED = "✓✔☑☒✅🗹\uf0fc\uf0fe"
UNTICKED = "☐□▢\uf0a8\uf06f\uf071"

"""The annexes of the file for the yearly performance evaluation, and which evidence belongs to which.

Sources, for Tunisia: the list of what the file of the mandatory minimum conditions (الشروط الدنيا الوجوبية)
holds is that of the model of 2017 that communes send to the Caisse des prêts et de soutien des
collectivités locales; the day is that of the circular 16 of 28 November 2019. The points of each criterion
within participation and transparency are in no source that was found, so none are reckoned here.

The words are those of Nefta's calendar and of the method (``programs/method.json``) where these name the
document, and the usual ones where neither does (accounts, grant agreement, procurement plan).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.folding import fold, folded_words

LODGED_BY = (15, 4)
"""Day and month (circular 16 of 28 November 2019): 5 points are lost after it, then the file is excluded."""


class AnnexKey(StrEnum):
    """What the file of the evaluation holds, in its order."""

    ACCOUNTS = "accounts"
    PROGRAM = "program"
    PUBLIC_MEETING = "public_meeting"
    DELIBERATION = "deliberation"
    BUDGET = "budget"
    GRANT = "grant"
    PROCUREMENT = "procurement"
    PARTICIPATION = "participation"


@dataclass(frozen=True, slots=True)
class Annex:
    """A numbered annex of the file."""

    number: int
    key: AnnexKey
    title: str | Promise
    about: str | Promise
    """What is to be in it."""


ANNEXES = (
    Annex(1, AnnexKey.ACCOUNTS, _("Accounts"), _("The accounts, with the proof that they were sent.")),
    Annex(
        2,
        AnnexKey.PROGRAM,
        _("Annual investment program"),
        _("The program, its cards and its provisional calendar, with the address where it is public."),
    ),
    Annex(
        3,
        AnnexKey.PUBLIC_MEETING,
        _("Minutes of the public meeting"),
        _("The minutes of the public meeting on the program."),
    ),
    Annex(
        4,
        AnnexKey.DELIBERATION,
        _("Deliberation that approves the program"),
        _("The date and the minutes of the deliberation that approves the program."),
    ),
    Annex(5, AnnexKey.BUDGET, _("Budget"), _("The budget of the year, as it was approved.")),
    Annex(6, AnnexKey.GRANT, _("Grant agreement"), _("The grant agreement, signed.")),
    Annex(
        7,
        AnnexKey.PROCUREMENT,
        _("Procurement plan"),
        _("The yearly procurement plan, with the address where it is online."),
    ),
    Annex(
        8,
        AnnexKey.PARTICIPATION,
        _("Participation and transparency"),
        _("What proves that people were informed, invited and heard."),
    ),
)


def _folded(*phrases: str) -> tuple[str, ...]:
    return tuple(" ".join(folded_words(phrase)) for phrase in phrases)


# What names a document of one annex wherever it stands, in the order in which they are tried.
_NAMED = (
    (
        AnnexKey.DELIBERATION,
        _folded("مداولة", "مداولات", "délibération", "délibérations", "extrait des délibérations"),
    ),
    (
        AnnexKey.ACCOUNTS,
        _folded(
            "الحساب المالي",
            "الحسابات المالية",
            "الحساب الإداري",
            "القوائم المالية",
            "compte financier",
            "comptes financiers",
            "compte administratif",
            "états financiers",
        ),
    ),
    (
        AnnexKey.GRANT,
        _folded(
            "اتفاقية المنحة",
            "اتفاقية إسناد",
            "اتفاقية التمويل",
            "اتفاقية المساعدة",
            "convention de subvention",
            "convention de financement",
            "accord de don",
            "convention de don",
        ),
    ),
    (
        AnnexKey.PROCUREMENT,
        _folded(
            "مخطط الصفقات",
            "مخطط إبرام الصفقات",
            "المخطط السنوي للصفقات",
            "المخطط السنوي لإبرام الصفقات",
            "المخطط التقديري للصفقات",
            "مخطط الشراءات",
            "plan de passation des marchés",
            "plan annuel de passation",
            "plan prévisionnel des marchés",
            "plan prévisionnel de passation",
            "plan annuel des achats",
        ),
    ),
    (
        AnnexKey.BUDGET,
        _folded(
            "ميزانية البلدية",
            "وثيقة الميزانية",
            "الميزانية المصادق عليها",
            "budget communal",
            "budget municipal",
            "budget de la commune",
            "budget approuvé",
            "document budgétaire",
        ),
    ),
    (
        AnnexKey.PROGRAM,
        _folded(
            "وثيقة البرنامج",
            "البطاقات الأولية",
            "بطاقات المشاريع",
            "الرزنامة التقديرية",
            "document du programme",
            "fiches originales",
            "fiches des projets",
            "fiches projets",
            "calendrier prévisionnel",
        ),
    ),
)
_MINUTES = _folded("محضر", "محاضر", "PV", "procès-verbal", "procès-verbaux", "compte rendu")
_PUBLIC_SESSION = _folded(
    "الجلسة العامة",
    "جلسة عامة",
    "الجلسات العامة",
    "séance plénière participative",
    "réunion publique",
    "assemblée participative",
    "séance publique",
)
_WITH_PEOPLE = _folded(
    "المجتمع المدني",
    "منظمات المجتمع",
    "المواطنين",
    "جلسات تشاركية",
    "جلسات المناطق",
    "société civile",
    "citoyens",
    "séances participatives",
    "séances de zone",
)
_APPROVAL = _folded("للمصادقة", "المصادقة", "مصادقة", "approbation", "adoption")
_DECIDING = _folded(
    "المجلس", "للمجلس", "الهيئة المقررة", "النيابة", "conseil", "organe délibérant", "délégation spéciale"
)
# What shows that people were told, invited, there, or answered.
_PROOFS = _folded(
    "ما يفيد",
    "مستخرج",
    "مستخرجة",
    "صور",
    "صورة",
    "فيديو",
    "بطاقة الحضور",
    "بطاقات الحضور",
    "ورقة الحضور",
    "جداول الإرسال",
    "قائمة الإرسال",
    "عرض البلدية",
    "نسخة من التقرير",
    "دعوة",
    "بلاغ",
    "وثيقة الخطة",
    "preuve",
    "extrait",
    "extraits",
    "copies extraites",
    "photo",
    "photos",
    "vidéo",
    "vidéos",
    "feuille de présence",
    "feuilles de présence",
    "bordereau d'envoi",
    "bordereaux d'envoi",
    "présentation de la commune",
    "copie du rapport",
    "invitation",
    "avis",
    "plan de communication",
)


def annex_of(documents: Iterable[str], tasks: Iterable[str]) -> AnnexKey | None:
    """Return the annex that a piece of evidence belongs to, by the words of the calendar.

    Args:
        documents: the titles of the expected document, one in each language.
        tasks: those of its task. They matter for minutes alone, which say nothing of their meeting.
    """
    said, task = _said(documents), _said(tasks)
    for key, phrases in _NAMED:
        if _has(said, phrases):
            return key
    if _has(said, _MINUTES):
        if _has(task, _PUBLIC_SESSION):
            return AnnexKey.PUBLIC_MEETING
        if is_approval(tasks):
            return AnnexKey.DELIBERATION
        if _has(task, _WITH_PEOPLE):
            return AnnexKey.PARTICIPATION
    return AnnexKey.PARTICIPATION if _has(said, _PROOFS) else None


def is_approval(tasks: Iterable[str]) -> bool:
    """Whether a task with these titles is the session that approves the program."""
    task = _said(tasks)
    return _has(task, _APPROVAL) and _has(task, _DECIDING)


def _said(titles: Iterable[str]) -> list[str]:
    """The titles as words between spaces; a joined «و» is tried without it too."""
    return [f" {' '.join(folded_words(title))} " for title in titles if title]


def _has(said: list[str], phrases: tuple[str, ...]) -> bool:
    return any(f" {lead}{phrase} " in text for text in said for phrase in phrases for lead in ("", fold("و")))

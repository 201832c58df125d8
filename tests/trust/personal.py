"""Made-up people's data, written in as many ways as chance finds, within sentences of both languages.

Other than tests/consultations/corpus_marks.py these were not looked at while the marks were made.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

_GIVEN_AR = [
    "أنيس",
    "سنية",
    "حمدي",
    "رانية",
    "بلال",
    "وفاء",
    "زهير",
    "إيمان",
    "توفيق",
    "سهام",
    "عماد",
    "هالة",
    "رشيد",
    "نجاة",
    "مراد",
    "بشرى",
    "أيمن",
    "سميرة",
]
_FAMILY_AR = [
    "المرزوقي",
    "الشريف",
    "بوزيد",
    "الحداد",
    "العياشي",
    "بنعيسى",
    "الصغير",
    "الوردي",
    "القروي",
    "السبتي",
    "المهدي",
    "الجلاصي",
    "الزياني",
]
_GIVEN_FR = [
    "Anis",
    "Sonia",
    "Hamdi",
    "Rania",
    "Bilel",
    "Wafa",
    "Zouhair",
    "Imen",
    "Taoufik",
    "Siham",
    "Imed",
    "Hala",
    "Rachid",
    "Najet",
    "Mourad",
]
_FAMILY_FR = [
    "Marzouki",
    "Cherif",
    "Bouzid",
    "Haddad",
    "Ayachi",
    "Benaissa",
    "Sghaier",
    "Ouardi",
    "Karoui",
    "Sebti",
    "Mehdi",
    "Jelassi",
    "Ziani",
]
_DIGITS = "٠١٢٣٤٥٦٧٨٩"
_AROUND_AR = (
    "نطلب إصلاح الطريق أمام المدرسة، {}",
    "{} وأرجو الرد في أقرب وقت ممكن",
    "الإنارة مقطوعة منذ شهرين في حينا ({})، إلى متى؟",
    "أقترح حديقة للأطفال قرب السوق. {}. وشكرا لكم",
    "لم يجبني أحد رغم أني كتبت مرارا: {}",
)
_AROUND_FR = (
    "Merci de réparer la route devant l’école, {}",
    "{} et j’attends votre réponse",
    "Pas d’éclairage depuis deux mois dans notre rue ({}), jusqu’à quand ?",
    "Je propose un jardin près du marché. {}. Merci",
    "Personne ne m’a répondu malgré mes courriers : {}",
)


@dataclass(frozen=True, slots=True)
class Sample:
    kind: str
    text: str
    value: str


def samples(count: int, seed: int) -> list[Sample]:
    """So many, of each kind in turn and in both languages."""
    chance = random.Random(seed)
    makers = (_phone, _identity, _email, _named)
    found = []
    for number in range(count):
        is_arabic = number // len(makers) % 2 == 0
        kind, value = makers[number % len(makers)](chance, is_arabic)
        around = chance.choice(_AROUND_AR if is_arabic else _AROUND_FR)
        found.append(Sample(kind, around.format(value), value))
    return found


def _digits(chance: random.Random, count: int) -> str:
    return "".join(str(chance.randrange(10)) for _ in range(count))


def _grouped(chance: random.Random, digits: str, sizes: tuple[int, ...]) -> str:
    sign, parts, at = chance.choice(("", " ", ".", "-", "  ")), [], 0
    for size in sizes:
        parts.append(digits[at : at + size])
        at += size
    return sign.join(parts)


def _shaped(chance: random.Random, text: str, is_arabic: bool) -> str:
    if is_arabic and chance.random() < 0.4:
        return text.translate(str.maketrans("0123456789", _DIGITS))
    return text


def _phone(chance: random.Random, is_arabic: bool) -> tuple[str, str]:
    if chance.random() < 0.5:
        text = _grouped(chance, chance.choice("24579") + _digits(chance, 7), (2, 3, 3))
        text = chance.choice(("", "+216 ", "00216", "216 ")) + text
    else:
        text = _grouped(chance, chance.choice("567") + _digits(chance, 8), (1, 2, 2, 2, 2))
        text = chance.choice(("0", "+212 ", "00212 ")) + text
    before = (
        ("هاتفي ", "رقمي ", "اتصلوا بي على ", "")
        if is_arabic
        else ("tél. ", "mon numéro : ", "appelez le ", "")
    )
    return "phone", chance.choice(before) + _shaped(chance, text, is_arabic)


def _identity(chance: random.Random, is_arabic: bool) -> tuple[str, str]:
    if chance.random() < 0.5:
        number = chance.choice("01") + _digits(chance, 7)
    else:
        letters = chance.choice("ABCDEFGHJKL") + chance.choice(("", "ABEHJK"[chance.randrange(6)]))
        number = letters + _digits(chance, chance.choice((5, 6)))
    if is_arabic:
        before = ("رقم بطاقة التعريف ", "بطاقتي الوطنية رقم ", "ب.ت.و ", "صاحب البطاقة الوطنية عدد ")
    else:
        before = ("CIN ", "ma CIN est le ", "carte d’identité n° ", "CIN n°")
    return "identity", chance.choice(before) + _shaped(chance, number, is_arabic)


def _email(chance: random.Random, is_arabic: bool) -> tuple[str, str]:
    sign = chance.choice((".", "_", "", "-"))
    name = f"{chance.choice(_GIVEN_FR)}{sign}{chance.choice(_FAMILY_FR)}{chance.choice(('', '7', '1984'))}"
    host = chance.choice(("gmail.com", "yahoo.fr", "hotmail.com", "topnet.tn", "menara.ma", "laposte.net"))
    at = chance.choice(("@", "@", "@", " @ ", "(at)", " arobase "))
    return "email", f"{name.lower()}{at}{host}"


def _named(chance: random.Random, is_arabic: bool) -> tuple[str, str]:
    if is_arabic:
        name = f"{chance.choice(_GIVEN_AR)} {chance.choice(_FAMILY_AR)}"
        before = ("السيد ", "السيدة ", "اسمي ", "الأستاذ ", "الدكتورة ", "المدعو ", "الإمضاء: ")
    else:
        name = f"{chance.choice(_GIVEN_FR)} {chance.choice(_FAMILY_FR)}"
        before = ("M. ", "Mme ", "Monsieur ", "je m’appelle ", "Dr ", "signé : ")
    return "name", chance.choice(before) + name


def bare_names(count: int, seed: int) -> list[Sample]:
    """Names that nothing announces."""
    chance = random.Random(seed)
    found = []
    for number in range(count):
        lists = (_GIVEN_AR, _FAMILY_AR) if number % 2 else (_GIVEN_FR, _FAMILY_FR)
        around = _AROUND_AR if number % 2 else _AROUND_FR
        name = " ".join(map(chance.choice, lists))
        found.append(Sample("bare name", chance.choice(around).format(name), name))
    return found

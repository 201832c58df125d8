"""The names of months that municipal papers use, by number: a table and nothing else."""

MONTH_NAMES: dict[int, tuple[str, ...]] = {
    1: ("جانفي", "يناير", "كانون الثاني", "janvier", "janv"),
    2: ("فيفري", "فبراير", "شباط", "février", "févr", "fév"),
    3: ("مارس", "آذار", "mars"),
    4: ("أفريل", "أبريل", "إبريل", "نيسان", "avril", "avr"),
    5: ("ماي", "مايو", "أيار", "mai"),
    6: ("جوان", "يونيو", "يونيه", "حزيران", "juin"),
    7: ("جويلية", "يوليوز", "يوليو", "يوليه", "تموز", "juillet", "juil"),
    8: ("أوت", "غشت", "أغسطس", "آب", "août"),
    9: ("سبتمبر", "شتنبر", "أيلول", "septembre", "sept"),
    10: ("أكتوبر", "تشرين الأول", "octobre", "oct"),
    11: ("نوفمبر", "نونبر", "تشرين الثاني", "novembre", "nov"),
    12: ("ديسمبر", "دجنبر", "كانون الأول", "décembre", "déc"),
}
WEEKDAY_NAMES: tuple[str, ...] = (
    *("الاثنين", "الإثنين", "الثلاثاء", "الأربعاء", "الخميس", "الجمعة", "السبت", "الأحد"),
    *("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
)
WEEKDAY_OPENINGS: tuple[str, ...] = ("يوم", "le")
FIRST_OF_MONTH: tuple[str, ...] = ("غرة", "1er", "premier")

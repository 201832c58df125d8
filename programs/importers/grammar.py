"""The joining words, units and answers that a calendar's cells are cut by: tables and nothing else.

These are words of the two languages, not of any one calendar. All are compared folded.
"""

# "and": alone between two words, or written onto the word that follows (Arabic only).
AND = ("و",)
AND_FRENCH = ("et",)
# "or": what it joins are alternatives for one document.
OR = ("أو", "ou")
# What follows "and" without opening a new document: a word with the article or with "its", and a particle.
DEFINITE_OPENINGS = ("ال", "لل", "بال")
DEFINITE_ENDINGS = ("ها",)
ARTICLES = ("le", "la", "les", "l", "du", "des", "de", "d", "au", "aux")
PARTICLES = (
    "من",
    "في",
    "على",
    "عن",
    "إلى",
    "مع",
    "عند",
    "ذلك",
    "par",
    "pour",
    "dans",
    "avec",
    "sur",
    "à",
    "en",
)

# "<number> <days> <at least> <after> …", the words in any of these orders.
DAYS = ("أيام", "يوم", "يوما", "jour", "jours")
WORKING = ("عمل", "ouvrable", "ouvrables", "ouvré", "ouvrés")
AT_LEAST = ("على الأقل", "كحد أدنى", "au moins", "au minimum", "minimum")
AFTER = ("بعد", "من تاريخ", "après", "à compter de")

YES = ("نعم", "تم", "منجز", "oui", "yes", "fait", "✓", "✔", "☑", "✅", "√")
NO = ("لا", "لم يتم", "غير منجز", "non", "no", "✗", "✘", "☒", "❌")

# The letters that number phases or tasks, as schools order them and as lists of the old order do.
ALPHABET = "أبتثجحخدذرزسشصضطظعغفقكلمنهوي"
ABJAD = "أبجدهوزحطيكلمنسعفصقرشتثخذضظغ"
ALEFS = "اإآ"

# Amounts of money: what they count in, and what multiplies them.
CURRENCIES = (
    *("دينار", "دنانير", "دينارا", "د.ت", "درهم", "دراهم", "درهما", "د.م"),
    *("dinar", "dinars", "dt", "tnd", "dirham", "dirhams", "dh", "dhs", "mad"),
)
FRACTIONS = ("مليم", "مليما", "سنتيم", "سنتيما", "millime", "millimes", "centime", "centimes")
MULTIPLES = (
    *("مليون", "ملايين", "مليونا", "مليار", "ملايير", "مليارات"),
    *("million", "millions", "milliard", "milliards"),
)
THOUSANDS = ("ألف", "آلاف", "ألفا", "mille")
OF = ("من", "de", "d'")

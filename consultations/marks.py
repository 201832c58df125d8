"""What a moderator should look at in a text: personal data, addresses, insults, calls to violence.

Marks decide nothing. Each is found by the shape of what is written, whatever the digits, accents and
separators; the kinds of numbers are those of Tunisia and Morocco: identity card of 8 digits in Tunisia,
of one or two letters and 5 or 6 digits in Morocco; bank numbers of 20 and 24 digits.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from consultations import marks_words
from consultations.rules_receiving import CROWDED

LABELS: dict[str, Promise] = {
    "phone": _("telephone number"),
    "identity": _("identity number"),
    "bank": _("bank number"),
    "email": _("e-mail address"),
    "name": _("name of a person"),
    "link": _("link or account"),
    "insult": _("offensive word"),
    "violence": _("call to violence or hatred"),
}
"""The kinds of marks with their words, personal data first."""

PERSONAL = frozenset({"phone", "identity", "bank", "email", "name"})
"""Marks of somebody's personal data: such a text is published with an explicit tick alone."""

_KEPT = LABELS | {CROWDED: _("far more came from its network than people write by hand")}


@dataclass(frozen=True, slots=True)
class Mark:
    """What was found from ``start`` to before ``end``, counted in characters of the text."""

    code: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a text; ``code`` is empty between the marks."""

    text: str
    code: str = ""

    @property
    def label(self) -> Promise | str:
        return LABELS.get(self.code, "")

    @property
    def is_figures(self) -> bool:
        """Whether it is read from left to right, whatever stands around it."""
        return self.code in ("phone", "identity", "bank", "email", "link")


def marks_of(*texts: str) -> list[str]:
    """The codes of what was found in the texts, each once, in the order of :data:`LABELS`."""
    found = {mark.code for text in texts for mark in find(text)}
    return [code for code in LABELS if code in found]


def personal(codes: Iterable[str]) -> list[str]:
    """Those of the codes that are of personal data."""
    return [code for code in codes if code in PERSONAL]


def words(codes: Iterable[str]) -> list[str]:
    """The words for codes that were kept; a code that nobody knows any more stays as it is."""
    return [str(_KEPT.get(code, code)) for code in codes]


def find(text: str) -> list[Mark]:
    """Every mark of a text, in its order, none over another: what is looked for first wins."""
    read = _Read(text)
    for search in _SEARCHES:
        for code, start, end in search(read):
            read.take(code, start, end)
    return sorted(read.marks, key=lambda mark: mark.start)


def pieces(text: str) -> list[Piece]:
    """The text cut at its marks, to be shown: put together again the pieces are the text."""
    found, last = [], 0
    for mark in find(text):
        found += [Piece(text[last : mark.start]), Piece(text[mark.start : mark.end], mark.code)]
        last = mark.end
    return [piece for piece in (*found, Piece(text[last:])) if piece.text]


# Reading


_LETTERS = str.maketrans("ىیېەةکڪگݣڭڨڤپچژ", "يييههكككككقفبجز")
_TATWEEL = "\u0640"
_TAKEN = "\0"


class _Read:
    """A text as it is searched: folded, every sign with its place in what was written."""

    def __init__(self, text: str) -> None:
        self.source = text
        self.places: list[int] = []
        signs = []
        for place, sign in enumerate(text):
            for plain in _plain(sign):
                signs.append(plain)
                self.places.append(place)
        self.folded = "".join(signs)
        self.marks: list[Mark] = []

    def take(self, code: str, start: int, end: int) -> None:
        """Mark a stretch of the folded text, unless it is taken already; an empty code only takes it."""
        if start >= end or _TAKEN in self.folded[start:end]:
            return
        if code:
            self.marks.append(Mark(code, self.places[start], self.places[end - 1] + 1))
        self.folded = self.folded[:start] + _TAKEN * (end - start) + self.folded[end:]

    def is_capital(self, start: int) -> bool:
        return self.source[self.places[start]].isupper()


def _plain(sign: str) -> str:
    if sign.isascii():
        return sign.lower()
    digit = unicodedata.decimal(sign, None)
    if digit is not None:
        return str(digit)
    if sign in "œŒæÆ":
        return {"œ": "oe", "æ": "ae"}[sign.lower()]
    spelt = unicodedata.normalize("NFKD", sign).casefold()
    kept = (part for part in spelt if part != _TATWEEL and unicodedata.category(part) not in ("Mn", "Cf"))
    return "".join(kept).translate(_LETTERS)


def _folded(words: Iterable[str]) -> frozenset[str]:
    return frozenset("".join(map(_plain, word)) for word in words)


Found = Iterator[tuple[str, int, int]]

# Addresses


_SPOKEN_AT = "at|arobase|arobas|ات|اروباز|اروباس"
_AT_WORDS = f"a|{_SPOKEN_AT}"
_AT = rf"[ ]?(?:@|[(\[{{] ?(?:{_AT_WORDS}) ?[)\]}}]|(?<= )(?:{_SPOKEN_AT})(?= ))[ ]?"
_DOT_WORDS = "dot|point|نقطه"
_DOT = rf"[ ]?(?:\.|[(\[{{] ?(?:{_DOT_WORDS}) ?[)\]}}]|(?<= )(?:{_DOT_WORDS})(?= ))[ ]?"
_PROVIDERS = "gmail|hotmail|yahoo|outlook|live|icloud|topnet|planet|gnet|menara|protonmail"
_EMAIL = re.compile(
    rf"(?<![\w.+-])[\w.+-]{{1,64}}{_AT}"
    rf"(?:[\w-]{{1,63}}(?:{_DOT}[a-z][\w-]{{1,30}}){{1,3}}|(?:{_PROVIDERS})(?!\w))"
)
_DOMAINS = "com|net|org|info|tn|ma|fr|me|ly|gl|io|co|app|shop|xyz|site|online|tv|gov|edu|club|store|link|biz"
_LINK = re.compile(
    r"(?:h(?:tt|xx)ps?:?//|www\.)[^\s<>\0]{2,300}"
    r"|(?<![\w.@-])(?:[a-z0-9][a-z0-9-]{0,62}(?:\.| ?[(\[] ?(?:dot|point) ?[)\]] ?)){1,4}"
    rf"(?:{_DOMAINS})(?![\w-])(?:/[^\s<>\0]{{0,200}})?"
    r"|(?<![\w@.])@[a-z0-9_.]{3,40}"
)


def _emails(read: _Read) -> Found:
    for match in _EMAIL.finditer(read.folded):
        yield "email", *match.span()


def _links(read: _Read) -> Found:
    for match in _LINK.finditer(read.folded):
        yield "link", *match.span()


# What looks like a number of somebody and is not: days, years, amounts, places on a map

_DAY, _MONTH, _YEAR = r"(?:0?[1-9]|[12]\d|3[01])", r"(?:0?[1-9]|1[0-2])", r"(?:19|20)\d\d"
_UNITS = "|".join(
    (
        r"دينار\w{0,3}|دنانير|د\.ت|د\.م|درهم\w{0,3}|دراهم|مليم\w{0,3}|مليون|ملايين|مليار|الف|الاف|سنتيم",
        r"متر\w{0,2}|م2|كم|كلم|هكتار\w{0,2}|ساكن\w{0,2}|نسمه|اسره|عائله|عايله|مواطن\w{0,2}|طن|كغ",
        r"dt|tnd|mad|dhs?|dirhams?|dinars?|millimes?|centimes?|euros?|eur|usd|dollars?|€|\$|%|m2|m3|m",
        r"km|ha|hectares?|tonnes?|kg|habitants?|hab|menages?|foyers?|familles?|mille|millions?|milliards?|metres?",
    )
)
_HARMLESS = re.compile(
    rf"(?<!\d){_DAY}(?P<a>[./\- ]){_MONTH}(?P=a){_YEAR}(?!\d)"
    rf"|(?<!\d){_YEAR}(?P<b>[./\-]){_MONTH}(?P=b){_DAY}(?!\d)"
    rf"|(?<!\d){_YEAR}(?: ?[-/–—] ?| ){_YEAR}(?!\d)"
    rf"|(?<![\d+])\d{{1,3}}(?:[ .,'’]?\d{{3}}){{0,4}}(?:[.,]\d{{1,3}})?\d{{0,9}} ?(?:{_UNITS})(?!\w)"
    r"|(?<!\d)-?\d{1,3}[.,]\d{4,8} ?[,; ] ?-?\d{1,3}[.,]\d{4,8}(?!\d)"
    r"|(?<![\d+])\d{1,3}(?:[ .,]000){2,3}(?!\d)"
)


def _harmless(read: _Read) -> Found:
    for match in _HARMLESS.finditer(read.folded):
        yield "", *match.span()


# Numbers


_IDENTITY_CUES = "|".join(
    (
        r"c\.?i\.?n\.?(?!\w)|cnie|cni(?!\w)|carte (?:d.?identite|nationale)|piece d.?identite|passeport",
        r"ب\.? ?ت\.? ?و|بطاق\w{1,3} (?:ال)?تعريف\w{0,4}|(?:ال)?بطاق\w{1,3} (?:ال)?وطنيه",
        r"رقم (?:ال)?بطاق\w{1,3}|جواز (?:ال)?سفر\w{0,3}|باسبور\w{0,3}|لاكارط|لاكارت|بطاقتي",
    )
)
_CUED_IDENTITY = re.compile(
    rf"(?<!\w)(?:[وبل]{{0,2}})(?:{_IDENTITY_CUES})[^\w\0]{{0,4}}(?:[^\W\d]{{1,12}}[^\w\0]{{1,4}}){{0,5}}?"
    r"(?P<number>(?:[a-z]{1,2}[ .\-]?)?\d(?:[ .\-]{0,2}\d){4,9})(?!\d)"
)
_CARD = re.compile(r"(?<![a-z0-9])(?P<letters>[a-z]{1,2})(?P<gap>[ .\-]?)(?P<digits>\d{5,6})(?!\d)(?![.,]\d)")
_NO_CARD = marks_words.NO_CARD_LETTERS
_IBAN = re.compile(r"(?<![a-z0-9])[a-z]{2}\d{2}(?:[ \-]?[a-z0-9]){11,30}(?![a-z0-9])")
_BANK_CUE = re.compile(
    r"(?<!\w)(?:rib|iban|ccp|compte(?: bancaire| postal| courant)?"
    r"|(?:ال)?حساب\w{0,3}(?: (?:ال)?(?:بنكي|بريدي|جاري))?)[^\w\0]{1,4}"
    r"(?:[^\W\d]{1,10}[^\w\0]{1,3}){0,3}?(?P<number>\d(?:[ .\-]{0,2}\d){9,27})(?!\d)"
)
_RUN = re.compile(r"\d(?:[ \t.\-_/*()–—+]{0,3}\d)*")
_OH = re.compile(r"(?<![a-z])o(?=[ .\-]?\d)|(?<=\d)o(?![a-z])")
_PHONE = re.compile(
    r"(?:00)?216[2-9]\d{7}|(?:00)?2120?[5-8]\d{8}|[2-9]\d{7}|0[1-9]\d{8}|[5-8]\d{8}|00[1-9]\d{9,12}"
)
_CIN = re.compile(r"[01]\d{7}")
_BANK_LENGTHS = (16, 20, 24)
_LONGEST = 15


def _cued_numbers(read: _Read) -> Found:
    for match in _BANK_CUE.finditer(read.folded):
        yield "bank", *match.span("number")
    for match in _CUED_IDENTITY.finditer(read.folded):
        yield "identity", *match.span("number")
    for match in _IBAN.finditer(read.folded):
        if sum(sign.isdigit() for sign in match[0]) >= 12:
            yield "bank", *match.span()


def _cards(read: _Read) -> Found:
    for match in _CARD.finditer(read.folded):
        is_apart = match["gap"] in (" ", ".")
        if match["letters"] in _NO_CARD and not (len(match["letters"]) == 1 and not match["gap"]):
            continue
        if not is_apart or read.is_capital(match.start()):
            yield "identity", *match.span()


def _numbers(read: _Read) -> Found:
    figures = _OH.sub("0", read.folded)
    for run in _RUN.finditer(figures):
        groups = [(m.start(), m.end(), m[0]) for m in re.finditer(r"\d+", run[0])]
        groups = [(start + run.start(), end + run.start(), digits) for start, end, digits in groups]
        has_plus = "+" in figures[max(0, run.start() - 2) : run.start()]
        yield from _in_run(groups, has_plus=has_plus)


Group = tuple[int, int, str]


def _in_run(groups: list[Group], *, has_plus: bool) -> Found:
    total = sum(len(digits) for _start, _end, digits in groups)
    if total in _BANK_LENGTHS and not all(_kind(digits) for *_place, digits in groups):
        yield "bank", groups[0][0], groups[-1][1]
        return
    if has_plus and 9 <= total <= _LONGEST:
        yield "phone", groups[0][0], groups[-1][1]
        return
    first = 0
    while first < len(groups):
        code, last = _longest(groups, first)
        if code:
            yield code, groups[first][0], groups[last][1]
        first = last + 1


def _longest(groups: list[Group], first: int) -> tuple[str, int]:
    """The kind of number that begins at a group, with its last group; the empty kind for none."""
    joined, found = "", ("", first)
    for last in range(first, len(groups)):
        joined += groups[last][2]
        if len(joined) > _LONGEST:
            break
        code = _kind(joined)
        if code:
            found = (code, last)
            if last == first:
                break
    return found


def _kind(digits: str) -> str:
    if _PHONE.fullmatch(digits):
        return "phone"
    return "identity" if _CIN.fullmatch(digits) else ""


_TOKEN = re.compile(r"[^\W_]+")
_NUMBER_WORDS = _folded(marks_words.NUMBER_WORDS)
_BETWEEN = re.compile(r"[\s\-,.،]{1,3}")
_JOINERS = frozenset({"et", "و"})
FEWEST_NUMBER_WORDS = 6


def _spelt_numbers(read: _Read) -> Found:
    """A telephone number in words: so many figures in a row, without hundreds and thousands."""
    start, end, count = 0, 0, 0
    for token in _TOKEN.finditer(read.folded):
        word = token[0]
        is_figure = word in _NUMBER_WORDS or word.removeprefix("و") in _NUMBER_WORDS
        if count and _BETWEEN.fullmatch(read.folded, end, token.start()) and (is_figure or word in _JOINERS):
            end, count = token.end(), count + is_figure
            continue
        if count >= FEWEST_NUMBER_WORDS:
            yield "phone", start, end
        start, end, count = token.start(), token.end(), int(is_figure)
    if count >= FEWEST_NUMBER_WORDS:
        yield "phone", start, end


# Names

_TITLES_AR, _SHORT_TITLES_AR = _folded(marks_words.TITLES_AR), _folded(marks_words.SHORT_TITLES_AR)
_SPOKEN_TITLES_AR = _folded(marks_words.SPOKEN_TITLES_AR)
_TITLES_FR, _CAPITAL_TITLES_FR = _folded(marks_words.TITLES_FR), _folded(marks_words.CAPITAL_TITLES_FR)
_SPOKEN_TITLES_FR = _folded(marks_words.SPOKEN_TITLES_FR)
_ROLES_AR, _ROLES_FR = _folded(marks_words.ROLES_AR), _folded(marks_words.ROLES_FR)
_ALSO_NAMES_AR = _folded(marks_words.ALSO_NAMES_AR)
_PLACES, _GIVEN = _folded(marks_words.PLACES), _folded(marks_words.GIVEN_NAMES)
_FAMOUS = _folded(marks_words.FAMOUS)
_SURE_NAMES = _folded(marks_words.SURE_NAMES_AR)
_OF_A_FAMILY = re.compile(r"ال\w{2,}ي")
_NO_NAME = _folded(marks_words.NO_NAME)
_ARTICLE = re.compile(r"^(?:[وف]?[بكل]?ال|[وف]?لل|[وف]|[بكل])")
_DEFINITE = re.compile(r"^(?:[وف]?[بك]?ال|[وف]?لل)")
_SELF = re.compile(
    r"(?<!\w)(?:اسمي(?: الكامل)?|انا اسمي|سميتي|اسمي و ?لقبي|الاسم(?: ?و ?اللقب| الكامل)?|الاسم الشخصي"
    r"|[وف]?اسمه|[وف]?اسمها|يدعي|تدعي|يسمونه|الامضاء|توقيع|ismi|smiti|esmi"
    r"|je m.?appelle|je me nomme|mon nom(?: complet)?(?: est)?|nom complet"
    r"|nom(?: et |, ?| ?& ?| ?/ ?)prenoms?"
    r"|prenomme|prenommee|signe(?= ?:)|signature)"
    r"[ ]?[:=]?[ ]?(?=[^\W\d_])"
)
_NAME_WORD = re.compile(r"[^\W\d_]+(?:['’\-][^\W\d_]+)*")
_AFTER_TITLE = re.compile(r"\.? {1,2}|\.")
_OF = frozenset({"du", "de", "la", "le", "el", "al", "des", "سيدي", "sidi", "مولاي", "moulay"})
_SON_OF = frozenset({"بن", "بنت", "ولد", "ben", "bent", "ould", "bin", "ibn"})


def _names(read: _Read) -> Found:
    tokens = list(_NAME_WORD.finditer(read.folded))
    starts = {token.start(): place for place, token in enumerate(tokens)}
    for match in _SELF.finditer(read.folded):
        place = starts.get(match.end(), len(tokens))
        after = tokens[place : place + 3]
        if after and after[0][0] not in _NO_NAME:
            yield "name", match.start(), _name_end(read, after)
    for place, token in enumerate(tokens[:-1]):
        after = tokens[place + 1 : place + 4]
        gap = read.folded[token.end() : after[0].start()]
        if not _AFTER_TITLE.fullmatch(gap) or _is_place(read, tokens, place):
            continue
        if _is_title(read, token, after, gap) or _is_whole_name(read, tokens, place):
            yield "name", token.start(), _name_end(read, after)


def _is_title(read: _Read, token: re.Match[str], after: list[re.Match[str]], gap: str) -> bool:
    """Whether ``token`` is a title and what comes after it is no office but a name."""
    word, name = token[0], after[0][0]
    if word[0] >= "\u0600":
        return _is_title_ar(read, token, after, gap)
    is_capital = read.is_capital(after[0].start())
    if word in _TITLES_FR:
        return name.split("'")[0] not in _ROLES_FR and (is_capital or len(name) > 2)
    if word in _SPOKEN_TITLES_FR and name in _GIVEN:
        return True
    is_written = word in _CAPITAL_TITLES_FR and read.is_capital(token.start()) and is_capital
    return is_written and name.split("'")[0] not in _ROLES_FR


def _is_title_ar(read: _Read, token: re.Match[str], after: list[re.Match[str]], gap: str) -> bool:
    word, title, name = token[0], bare(token[0]), after[0][0]
    if len(name) == 1 and word != "د":
        # The title and an initial: the family's name follows.
        return title in _TITLES_AR and read.folded[token.end() + 2 : token.end() + 3] == "."
    if not (_is_name_ar(name) or _is_also_name(read, after)):
        return False
    if word == "د" and "." in gap:
        return not read.folded[: token.start()].rstrip()[-1:].isdigit()
    if {word, bare_conjunction(word)} & _SHORT_TITLES_AR or (title in _TITLES_AR and _DEFINITE.match(word)):
        return True
    return title in _TITLES_AR | _SPOKEN_TITLES_AR and bare_conjunction(name) in _GIVEN


def _is_name_ar(name: str) -> bool:
    return len(name) > 1 and name[0] >= "\u0600" and bare(name) not in _ROLES_AR and name not in _ROLES_AR


def _is_also_name(read: _Read, after: list[re.Match[str]]) -> bool:
    """Whether the word for an office is somebody's name: a family's name follows, or whose child it is."""
    if after[0][0] not in _ALSO_NAMES_AR or len(after) < 2:
        return False
    family = after[1][0]
    is_family = family in _SON_OF or (bool(_OF_A_FAMILY.fullmatch(family)) and bare(family) not in _ROLES_AR)
    return is_family and read.folded[after[0].end() : after[1].start()] == " "


def _is_whole_name(read: _Read, tokens: list[re.Match[str]], place: int) -> bool:
    """A given name that says whose child it is, or that a family's name follows: “Ali ben Salah”."""
    given = bare_conjunction(tokens[place][0]).split("-")[0]
    following = tokens[place + 1 : place + 3]
    family = following[0][0]
    if given not in _GIVEN or family in _FAMOUS:
        return False
    if family in _SON_OF:
        return len(following) == 2 and following[1][0] not in _FAMOUS
    if given[0] >= "\u0600":
        return given in _SURE_NAMES and (family in _GIVEN or bool(_OF_A_FAMILY.fullmatch(family)))
    both = (tokens[place], following[0])
    return (len(family) > 2 or family in _OF) and all(read.is_capital(word.start()) for word in both)


def _is_place(read: _Read, tokens: list[re.Match[str]], place: int) -> bool:
    """Whether what bears the name is a street or a school, told by the word before."""
    end = tokens[place].start()
    for token in reversed(tokens[max(0, place - 2) : place]):
        if read.folded[token.end() : end].strip(" "):
            return False
        if token[0] in _PLACES or bare(token[0]) in _PLACES:
            return True
        if token[0] not in _OF and bare(token[0]) not in _TITLES_AR:
            return False
        end = token.start()
    return False


def _name_end(read: _Read, after: list[re.Match[str]]) -> int:
    """Where a name ends that begins with the first of these words: it goes on over “ben” and capitals."""
    end = after[0].end()
    for place, word in enumerate(after[1:], 1):
        gap = read.folded[end : word.start()]
        goes_on = (
            word[0] in _SON_OF
            or after[place - 1][0] in _SON_OF
            or read.is_capital(word.start())
            or (place == 1 and word[0][0] >= "\u0600" and bare(word[0]) not in _ROLES_AR)
        )
        if gap != " " or not goes_on:
            break
        end = word.end()
    return end


def bare(word: str) -> str:
    """An Arabic word without its article and what is written together with it."""
    return _ARTICLE.sub("", word) if len(word) > 3 else word


def bare_conjunction(word: str) -> str:
    return word[1:] if word[:1] in ("و", "ل", "ب") and word not in _GIVEN else word


# Words


_SUFFIXES = ("ين", "ون", "ات", "ها", "هم", "كم", "نا", "ه", "ي", "ك")
_STRETCHED = re.compile(r"(.)\1{2,}")


class _Vocabulary:
    """Words and phrases as they are compared."""

    def __init__(self, single: Iterable[str], phrases: Iterable[str]) -> None:
        self.single = _folded(single)
        parts = [tuple(_TOKEN.findall("".join(map(_plain, phrase)))) for phrase in phrases]
        parts += [tuple(_TOKEN.findall(word)) for word in self.single if "-" in word]
        self.phrases: dict[str, list[tuple[str, ...]]] = {}
        for phrase in parts:
            self.phrases.setdefault(phrase[0], []).append(phrase)

    def __contains__(self, word: str) -> bool:
        return any(form in self.single for form in _forms(word))

    def phrase_at(self, tokens: list[re.Match[str]], place: int) -> int:
        """How many words from a place on are a phrase of it."""
        first = tokens[place][0]
        for form in (first, first.removeprefix("و")):
            for phrase in self.phrases.get(form, ()):
                rest = tuple(token[0] for token in tokens[place + 1 : place + len(phrase)])
                if rest == phrase[1:]:
                    return len(phrase)
        return 0


def _forms(word: str) -> Iterator[str]:
    for base in {word, _STRETCHED.sub(r"\1", word)}:
        yield base
        if base[:1] >= "\u0600":
            stem = bare(base)
            yield stem
            for suffix in _SUFFIXES:
                if stem.endswith(suffix) and len(stem) - len(suffix) >= 3:
                    yield stem.removesuffix(suffix)


_VOCABULARIES = {
    "violence": _Vocabulary(marks_words.VIOLENCE, marks_words.VIOLENCE_PHRASES),
    "insult": _Vocabulary(marks_words.INSULTS, marks_words.INSULT_PHRASES),
}


def _words(read: _Read) -> Found:
    tokens = list(_TOKEN.finditer(read.folded))
    for place, token in enumerate(tokens):
        for code, vocabulary in _VOCABULARIES.items():
            count = vocabulary.phrase_at(tokens, place) or (token[0] in vocabulary)
            if count:
                yield code, token.start(), tokens[place + count - 1].end()
                break


_SEARCHES: tuple[Callable[[_Read], Found], ...] = (
    _emails,
    _links,
    _cued_numbers,
    _harmless,
    _cards,
    _numbers,
    _spelt_numbers,
    _names,
    _words,
)

"""Holds the committed catalogues against the strings that the source has now.

    check_translations.py COMMITTED FRESH

Both are folders like locale/; FRESH holds catalogues just read out of the source. Prints one line for
each string that is not right and exits with 1 when there is any.
"""

import gettext
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages import Catalog, Message
from babel.messages.pofile import read_po

LANGUAGES = ["ar", "fr"]
CATALOGUE = Path("LC_MESSAGES", "django.po")


def load(folder: Path, language: str) -> Catalog:
    path = folder / language / CATALOGUE
    if not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def entries(catalogue: Catalog) -> dict[tuple[str | None, str], Message]:
    """Live messages by context and singular; the header is none of them."""
    return {(message.context, singular(message)): message for message in catalogue if message.id}


def singular(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def forms(message: Message) -> list[str]:
    """The translations of a message: one, or one for each plural form of the language."""
    return list(message.string) if isinstance(message.string, (list, tuple)) else [message.string or ""]


def compiled(folder: Path, language: str) -> set[str]:
    """Every translated text of the compiled catalogue."""
    path = (folder / language / CATALOGUE).with_suffix(".mo")
    if not path.exists():
        return set()
    with path.open("rb") as file:
        translations = gettext.GNUTranslations(file)
    return set(vars(translations)["_catalog"].values())


def faults(committed: Path, fresh: Path, language: str) -> Iterator[tuple[str, str]]:
    """What is wrong with one language, as pairs of a fault and the English string."""
    source, kept = entries(load(fresh, language)), entries(load(committed, language))
    yield from (("new in the source", label(key)) for key in source.keys() - kept.keys())
    yield from (("gone from the source", label(key)) for key in kept.keys() - source.keys())
    in_use = compiled(committed, language)
    for key, message in kept.items():
        if message.fuzzy:
            yield "marked fuzzy", label(key)
        elif not all(forms(message)):
            yield "not translated", label(key)
        elif not in_use.issuperset(forms(message)):
            yield "not compiled", label(key)
        elif not placeholders_agree(message):
            yield "other placeholders", label(key)


def placeholders_agree(message: Message) -> bool:
    """A plural form may say the number in words; no translation may name what the code does not give."""
    given = named(message.id if isinstance(message.id, str) else " ".join(message.id))
    used = [named(form) for form in forms(message)]
    return all(names <= given if message.pluralizable else names == given for names in used)


def named(text: str) -> set[str]:
    return set(re.findall(r"%\((\w+)\)", text))


def label(key: tuple[str | None, str]) -> str:
    context, text = key
    return f"“{text}” in the context “{context}”" if context else f"“{text}”"


def main(committed: str, fresh: str) -> int:
    wrong = [
        f"{language}: {fault}: {text}"
        for language in LANGUAGES
        for fault, text in sorted(faults(Path(committed), Path(fresh), language))
    ]
    print("\n".join(wrong) or "Translations are complete.")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

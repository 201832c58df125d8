"""Words that a line end inside a cell cuts in two."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import pairwise

from portal.folding import fold, folded_words

_HYPHENATED = re.compile(r"[^\W\d_][-\u2010\u00ad]$")


def words_of(texts: Iterable[str]) -> Counter[str]:
    """Return how often each word stands in the texts, folded; lines count each for itself."""
    return Counter(word for text in texts for line in text.split("\n") for word in folded_words(line))


def find_halves(text: str, known: Counter[str]) -> Iterator[tuple[str, str]]:
    """Yield the last word of a line and the first of the next where they look like halves of one word.

    That is where a hyphen ends the line, or where together they are a word known from elsewhere while one of
    them stands nowhere else.
    """
    if "\n" not in text:
        return
    for line, after in pairwise(text.split("\n")):
        if not (line.split() and after.split()):
            continue
        first, second = line.split()[-1], after.split()[0]
        is_hyphenated = _HYPHENATED.search(first) is not None and second[:1].isalpha()
        is_rare = min(known[fold(first)], known[fold(second)]) <= 1
        if is_hyphenated or (is_rare and known[fold(first + second)]):
            yield first, second

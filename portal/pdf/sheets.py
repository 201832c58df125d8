"""The sheet of papers, of which each is given the parts that say something about it.

``pdf.css`` imports a file for each kind of paper. WeasyPrint tries every rule whose last word fits an
element, so the rules for other kinds of paper cost a calendar a twentieth of its time. A rule can fit
only where every class that it names occurs: a part none of whose rules can fit is left out.
"""

from __future__ import annotations

import re
from collections.abc import Set
from dataclasses import dataclass
from typing import Any

_CLASSES = re.compile(r"""\bclass\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE)
_NAMED = re.compile(r"\.([A-Za-z][\w-]*)")
_NOT = re.compile(r":not\([^)]*\)")


@dataclass(frozen=True, slots=True)
class Part:
    """One file of the sheet."""

    css: Any
    """As it was read for printing."""
    selectors: tuple[frozenset[str], ...]
    """The classes that each of its selectors names."""

    def concerns(self, classes: Set[str]) -> bool:
        """Whether one of its rules may fit in a page where these classes occur."""
        return any(named <= classes for named in self.selectors)


def classes_in(html: str) -> frozenset[str]:
    """Every class of a page."""
    return frozenset(" ".join("".join(found) for found in _CLASSES.findall(html)).split())


def imports_and_rest(sheet: str) -> tuple[list[str], str]:
    """The addresses that a sheet imports, in order, and the sheet without them."""
    import tinycss2

    rules = tinycss2.parse_stylesheet(sheet)
    imported = [rule for rule in rules if rule.type == "at-rule" and rule.lower_at_keyword == "import"]
    addresses = [token.value for each in imported for token in each.prelude if token.type == "string"]
    return addresses, tinycss2.serialize([rule for rule in rules if rule not in imported])


def selectors_of(sheet: str) -> tuple[frozenset[str], ...]:
    """The classes that each selector of a sheet names. Rules for pages are none: an element asks for them."""
    import tinycss2

    rules = tinycss2.parse_stylesheet(sheet, skip_comments=True, skip_whitespace=True)
    heads = [tinycss2.serialize(rule.prelude) for rule in rules if rule.type == "qualified-rule"]
    return tuple(frozenset(_NAMED.findall(one)) for head in heads for one in _NOT.sub("", head).split(","))

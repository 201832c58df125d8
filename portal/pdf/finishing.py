"""What WeasyPrint leaves out of an accessible file, added to its objects before they are written.

The objects are pydyf's: dictionaries of PDF names, and streams with their lines in ``stream``.
"""

import re
from functools import cache, cached_property
from typing import Any

from portal.pdf.reading import FIGURE_END, STANDS_FOR

_CHARACTER_MAP = b"/CIDInit /ProcSet findresource begin"
_STAND_IN = re.compile(f"<{ord(FIGURE_END):04x}>$".encode())
_MARK = f"<{ord(STANDS_FOR):04x}>".encode()
PRINT = 4  # the annotation flag of ISO 32000-1 table 165


def finish(_document: object, pdf: Any) -> None:
    """Complete a file; WeasyPrint calls this as its ``finisher``."""
    by_reference = {item.reference: item for item in pdf.objects}
    for item in pdf.objects:
        if isinstance(item, dict):
            if item.get("S") == "/TH":
                item["A"]["Scope"] = _scope(item, by_reference)
            elif item.get("Subtype") == "/Link":
                item["F"] = PRINT
            elif "Title" in item and "Parent" in item:  # a bookmark, which no font draws
                item["Title"].string = item["Title"].string.replace(FIGURE_END, STANDS_FOR)
        elif getattr(item, "stream", None) and item.stream[0] == _CHARACTER_MAP:
            item.stream = [_STAND_IN.sub(_MARK, line) for line in item.stream]
        item.__class__ = _made_once(type(item))  # type: ignore[arg-type]


@cache
def _made_once(kind: type[Any]) -> type[Any]:
    """The same kind of object, whose bytes are made once: pydyf asks for them twice.

    It writes every object, and then makes all of them anew for the file's identifier, packed streams too:
    a twentieth of the time that a paper takes.
    """
    return type(kind.__name__, (kind,), {"data": cached_property(lambda item: kind.data.fget(item))})


def _scope(cell: dict, by_reference: dict[bytes, dict]) -> str:
    """The cells that a header cell heads (ISO 14289-1 7.5): those below it in a head, else its row."""
    section = by_reference[by_reference[cell["P"]]["P"]]
    return "/Column" if section.get("S") == "/THead" else "/Row"

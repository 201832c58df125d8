"""The one way an import says no: where it stopped and what should have stood there."""

from django.utils.translation import gettext as _

from portal.folding import storable

LONGEST_QUOTE = 60


class ImportRefused(Exception):  # noqa: N818 - named after what happens to the file
    """A file that cannot be imported; nothing of it is saved.

    `line` counts lines of the file from 1. `column` counts the cells of that line from 1 or, where the file
    could not be cut into cells, its characters. `expected` is a translated phrase, `found` the source's own
    text.
    """

    def __init__(self, *, file: str, line: int, column: int, expected: str, found: str = "") -> None:
        super().__init__(file, line, column, expected, found)
        self.file = file
        self.line = line
        self.column = column
        self.expected = expected
        self.found = quote(found)

    @property
    def message(self) -> str:
        """What was expected and, where there is something to quote, what was found instead."""
        if self.found:
            return _("expected %(expected)s, found “%(found)s”") % {
                "expected": self.expected,
                "found": self.found,
            }
        return _("expected %(expected)s") % {"expected": self.expected}

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.message}"


def quote(text: str) -> str:
    """Return the text on one line and no longer than a message can bear."""
    line = " ".join(storable(text).split())
    return line if len(line) <= LONGEST_QUOTE else line[: LONGEST_QUOTE - 1] + "…"

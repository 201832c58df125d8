"""What a person decides about a file instead of the reader: columns, codes, dates, turned rows."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext as _

from portal.importing.dates import DigitOrder
from portal.importing.refusals import ImportRefused
from programs.importers.codes import CodeOrder, LetterOrder
from programs.importers.heads import Column

UNREAD = "-"
"""How a column that is not read is written among the names of columns."""

MOST_COLUMNS = 200


class Mirrored(StrEnum):
    """What becomes of rows that run backwards: each is turned round, or all are read as they stand."""

    TURN = "turn"
    LEAVE = "leave"


class EmptyDone(StrEnum):
    """What an empty cell of "done" says: neither yes nor no, or no."""

    NONE = "none"
    NO = "no"


@dataclass(frozen=True, slots=True)
class Choices:
    """What was chosen; `None` leaves a question to the reader.

    `columns` are those of the table from its first cell on, `None` among them for one that is not read.
    Choosing what the reader guessed anyway changes nothing.
    """

    columns: tuple[Column | None, ...] | None = None
    code_order: CodeOrder | None = None
    date_order: DigitOrder | None = None
    mirrored: Mirrored | None = None
    empty_done: EmptyDone | None = None
    letters: LetterOrder | None = None

    def as_texts(self) -> dict[str, str]:
        """Return what was chosen, by name, as a form or a command line gives it; see `choices_from`."""
        chosen = {name: value for name, value in asdict(self).items() if value is not None}
        return {
            name: columns_text(value) if name == "columns" else str(value) for name, value in chosen.items()
        }


NOTHING_CHOSEN = Choices()


class ChoiceRefused(ImportRefused):
    """A choice that the file does not bear; `choice` is its name among those of `Choices`."""

    def __init__(
        self, choice: str, *, file: str = "", line: int = 1, column: int = 1, expected: str, found: str = ""
    ) -> None:
        super().__init__(file=file, line=line, column=column, expected=expected, found=found)
        self.choice = choice


_OPTIONS: dict[str, type[StrEnum]] = {
    "code_order": CodeOrder,
    "date_order": DigitOrder,
    "mirrored": Mirrored,
    "empty_done": EmptyDone,
    "letters": LetterOrder,
}


def options(choice: str) -> tuple[str, ...]:
    """Return what can be chosen, by the name of the choice; for `columns`, what one column can be."""
    if choice == "columns":
        return (*(column.value for column in Column), UNREAD)
    return tuple(option.value for option in _OPTIONS[choice])


def choices_from(texts: Mapping[str, str], *, file: str = "") -> Choices:
    """Return the choices of a form or a command line; a name without a text is not chosen.

    `file` is only named in refusals. Raises `ChoiceRefused` for a text that is no option of its choice.
    """
    chosen: dict[str, Any] = {}
    for choice in (field.name for field in fields(Choices)):
        if text := texts.get(choice, "").strip():
            chosen[choice] = (
                columns_from(text, file=file) if choice == "columns" else _option(choice, text, file)
            )
    return Choices(**chosen)


def _option(choice: str, text: str, file: str) -> StrEnum:
    try:
        return _OPTIONS[choice](text)
    except ValueError:
        raise _no_option(choice, text, file) from None


def _no_option(choice: str, found: str, file: str) -> ChoiceRefused:
    expected = _("one of %(options)s") % {"options": ", ".join(options(choice))}
    return ChoiceRefused(choice, file=file, expected=expected, found=found)


def columns_text(columns: Iterable[Column | None]) -> str:
    """Return columns by their names, from the first cell of the table on."""
    return " | ".join(column.value if column else UNREAD for column in columns)


def columns_from(text: str, *, file: str = "") -> tuple[Column | None, ...]:
    """Return the columns that a text names, parted by `|`, `,` or spaces; the reverse of `columns_text`.

    `file` is only named in refusals. Raises `ChoiceRefused` for a name of no column.
    """
    names = text.replace("|", " ").replace(",", " ").split()
    unknown = next((name for name in names if name not in options("columns")), None)
    if unknown is not None or len(names) > MOST_COLUMNS:
        raise _no_option("columns", unknown or text, file)
    return tuple(None if name == UNREAD else Column(name) for name in names)

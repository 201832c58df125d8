"""What a reader tells about a file it accepted: what to look at, and what it decided by itself."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SourceWarning:
    """Something in the source that a person should look at; the import goes on.

    `line` and `column` count from 1, the column in cells as they stand in the file. `code` is stable,
    `message` is translated.
    """

    line: int
    column: int
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Guess:
    """What the source does not say and the reader decided: `value`, where `alternatives` exist, and why.

    `choice` names what can be chosen instead, "" where nothing can. It was decided for the lines from `line`
    to `last_line` (0: that one); `example` is the source's own text that it was decided on.
    """

    code: str
    line: int
    value: str
    alternatives: tuple[str, ...]
    reason: str
    choice: str = ""
    last_line: int = 0
    example: str = ""

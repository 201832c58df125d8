"""Which column is what, by the heads or by what the cells hold, and which way each row runs.

Any row may run backwards, as happens when right-to-left tables are copied; so every row is tried both ways.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence

from portal.folding import folded_words
from programs.importers.cells import Cell, Entry, Kind, Line
from programs.importers.codes import split_code
from programs.importers.heads import HEADS, Column

Layout = tuple[Column | None, ...]

OFFICIAL: Layout = (Column.PHASE, Column.TASK, Column.DOCUMENTS, Column.DATE, Column.DONE, Column.NOTES)
"""The columns of the official table in its order: what a table without heads is first taken for."""

LONGEST_HEAD = 80
MOST_LOST = 8
"""How many empty cells a row may have lost and still be tried in every place of the table."""

_CODED = (Column.CODE, Column.TASK)


# By heads


def _phrases() -> dict[str, list[tuple[tuple[str, ...], Column]]]:
    phrases = defaultdict(list)
    for column, heads in HEADS.items():
        for words in map(folded_words, heads):
            phrases[words[0]].append((words, column))
    return phrases


_PHRASES = _phrases()


def head_column(cell: str) -> tuple[int, Column] | None:
    """Return the column that a head names and in how many words; `None` for a text that is no head."""
    if not cell or len(cell) > LONGEST_HEAD:
        return None
    words = folded_words(cell)
    best: tuple[int, Column] | None = None
    for place, word in enumerate(words):
        for phrase, column in _PHRASES.get(word, ()):
            if words[place : place + len(phrase)] == phrase and (best is None or len(phrase) > best[0]):
                best = len(phrase), column
    return best


def read_heads(line: Line) -> Layout | None:
    """Return the layout that a row of heads gives, `None` for any other row.

    Where two heads name one column the one that says little else is it; the other stays unread.
    """
    if line.has(Kind.CODE) or line.has(Kind.DATE):
        return None
    named = [head_column(cell.text) for cell in line.cells]
    columns = {found[1] for found in named if found}
    if len(columns) < 2 or not columns & {Column.PHASE, *_CODED}:
        return None
    if 2 * sum(found is not None for found in named) < len(line.filled):
        return None
    return _without_doubles(line, [found[1] if found else None for found in named])


def _without_doubles(line: Line, columns: list[Column | None]) -> Layout:
    places: dict[Column, int] = {}
    for place, column in enumerate(columns):
        if column and (column not in places or _length(line, place) < _length(line, places[column])):
            places[column] = place
    return tuple(
        column if column and places[column] == place else None for place, column in enumerate(columns)
    )


def _length(line: Line, place: int) -> int:
    return len(folded_words(line.cells[place].text))


# Which way a row runs

_FITS: dict[tuple[Column | None, Kind], int] = {
    (Column.TASK, Kind.CODE): 4,
    (Column.CODE, Kind.CODE): 4,
    (Column.DATE, Kind.DATE): 3,
    (Column.DONE, Kind.ANSWER): 2,
    (Column.PHASE, Kind.LABEL): 2,
}
_MISFIT = {Kind.CODE: -1, Kind.DATE: -1}


def turn(line: Line, layout: Layout, *, was_mirrored: bool, may_turn: bool = True) -> Entry | None:
    """Return the row with its cells by column, whichever way it runs; `None` where it has too many cells.

    Where both ways fit alike it runs as the row before. Without `may_turn` it runs as it stands.
    """
    ways = [way for way in _ways(line, len(layout)) if may_turn or not way[0]]
    if not ways:
        return None
    mirrored, cells = max(ways, key=lambda way: (fit(way[1], layout), way[0] == was_mirrored))
    named = {column: cell for column, cell in zip(layout, cells, strict=True) if column}
    unread = tuple(cell for column, cell in zip(layout, cells, strict=True) if column is None and cell.text)
    return Entry(line.row, named, mirrored, unread)


def _ways(line: Line, width: int) -> Iterator[tuple[bool, list[Cell]]]:
    """Yield the row's cells both ways, as wide as the table: text files lose empty cells at either end."""
    cells = _narrowed(list(line.cells), width)
    missing = width - len(cells)
    empty = Cell("", Kind.EMPTY, len(line.cells) + 1)
    for before in range(missing + 1) if missing <= MOST_LOST else (0, missing):
        whole = [empty] * before + cells + [empty] * (missing - before)
        yield False, whole
        yield True, whole[::-1]


def _narrowed(cells: list[Cell], width: int) -> list[Cell]:
    while len(cells) > width and not cells[-1].text:
        cells = cells[:-1]
    return cells


def fit(cells: Sequence[Cell], layout: Layout) -> int:
    """Return how well cells look like what the layout says they are."""
    score = sum(
        _FITS.get((column, cell.kind), _MISFIT.get(cell.kind, 0))
        for column, cell in zip(layout, cells, strict=True)
    )
    filled = [column for column, cell in zip(layout, cells, strict=True) if cell.text]
    return score + (filled == [Column.PHASE])


def suits(layout: Layout, lines: Iterable[Line]) -> bool:
    """Return whether most rows with a code, read with this layout, have it and their date in place."""
    coded = [line for line in lines if line.has(Kind.CODE)]
    at_home = sum(_is_at_home(turn(line, layout, was_mirrored=False)) for line in coded)
    return 2 * at_home >= len(coded)


def _is_at_home(entry: Entry | None) -> bool:
    if entry is None:
        return False
    kinds = {column: cell.kind for column, cell in entry.cells.items()}
    strayed = Kind.DATE in kinds.values() and kinds.get(Column.DATE) is not Kind.DATE
    return any(kinds.get(column) is Kind.CODE for column in _CODED) and not strayed


# By what the cells hold


def completed(layout: Layout, lines: Sequence[Line]) -> Layout:
    """Return the layout of heads with columns they do not name found by what their cells hold."""
    columns = list(layout)
    for kind, column in ((Kind.CODE, Column.TASK), (Kind.DATE, Column.DATE), (Kind.ANSWER, Column.DONE)):
        if column in columns or (kind is Kind.CODE and Column.CODE in columns):
            continue
        counts = Counter(
            place
            for line in lines
            for place, cell in enumerate(line.cells[: len(columns)])
            if cell.kind is kind
        )
        free = [place for place, taken in enumerate(columns) if taken is None and counts[place]]
        if free:
            columns[max(free, key=lambda place: counts[place])] = column
    return tuple(columns)


def guess_layout(lines: Sequence[Line]) -> Layout | None:
    """Return the layout of rows without heads, as the first one runs; `None` where no row has a code.

    Columns are what most of their cells look like. Where nothing speaks against the official order, in either
    direction, that is it; else the fuller column of texts is the documents, the next one the notes.
    """
    coded = [line for line in lines if line.has(Kind.CODE)]
    if not coded:
        return None
    kinds = _kinds_by_column(coded)
    layout = _by_kind(kinds)
    if all(_is_bare_code(line) for line in coded):
        layout[layout.index(Column.TASK)] = Column.CODE
    official = OFFICIAL[: len(layout)]
    for order in (official, official[::-1]) if len(layout) <= len(OFFICIAL) else ():
        if all(column in (None, named) for column, named in zip(layout, order, strict=True)):
            return order
    return _with_texts(layout, kinds)


_BY_KIND = (
    (Column.TASK, Kind.CODE),
    (Column.DATE, Kind.DATE),
    (Column.DONE, Kind.ANSWER),
    (Column.PHASE, Kind.LABEL),
)


def _by_kind(kinds: Sequence[Counter[Kind]]) -> list[Column | None]:
    layout: list[Column | None] = [None] * len(kinds)
    for column, kind in _BY_KIND:
        free = [place for place, taken in enumerate(layout) if taken is None and kinds[place][kind]]
        if free:
            layout[max(free, key=lambda place: kinds[place][kind])] = column
    return layout


def _with_texts(layout: list[Column | None], kinds: Sequence[Counter[Kind]]) -> Layout:
    has_codes_apart = Column.CODE in layout
    task = layout.index(Column.CODE if has_codes_apart else Column.TASK)
    texts = [place for place, taken in enumerate(layout) if taken is None and kinds[place].total()]
    texts.sort(key=lambda place: (-kinds[place].total(), abs(place - task)))
    named = (Column.DOCUMENTS, Column.NOTES)
    found = dict(zip(texts, (Column.TASK, *named) if has_codes_apart else named, strict=False))
    return tuple(column or found.get(place) for place, column in enumerate(layout))


def _kinds_by_column(coded: Sequence[Line]) -> list[Counter[Kind]]:
    """Count what the filled cells of each column look like, with every row turned the way of the first."""
    width = max(len(line.cells) for line in coded)
    code = _place(coded[0], Kind.CODE)
    date = _place_of_date(coded, code, width)
    layout: Layout = tuple({code: Column.TASK, date: Column.DATE}.get(place) for place in range(width))
    kinds: list[Counter[Kind]] = [Counter() for _place_ in range(width)]
    for line in coded:
        best = max(_ways(line, width), key=lambda way: (fit(way[1], layout), not way[0]))
        for place, cell in enumerate(best[1]):
            if cell.text:
                kinds[place][cell.kind] += 1
    return kinds


def _is_bare_code(line: Line) -> bool:
    return all(
        not found[1] for cell in line.cells if cell.kind is Kind.CODE and (found := split_code(cell.text))
    )


def _place(line: Line, kind: Kind) -> int | None:
    return next((place for place, cell in enumerate(line.cells) if cell.kind is kind), None)


def _place_of_date(coded: Sequence[Line], code: int | None, width: int) -> int | None:
    """Return where dates stand in rows that have their code at `code`."""
    for line in coded:
        date = _place(line, Kind.DATE)
        if date is not None:
            return date if _place(line, Kind.CODE) == code else width - 1 - date
    return None

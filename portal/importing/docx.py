"""Word documents: the tables of the main text with the paragraphs before each, as they read when printed.

Of tracked changes the insertions count and the deletions do not; headers, footers, notes and hidden text are
left out. A right-to-left table keeps its cells in reading order in the file, so nothing is turned.
"""

from collections.abc import Mapping

from portal.importing.archive import Archive
from portal.importing.blocks import Document
from portal.importing.findings import SourceWarning
from portal.importing.macros import macros_finding
from portal.importing.rows import Meter, Table

# What stands in the file and not on the paper.
_UNSEEN = frozenset(
    {"w del", "w moveFrom", "w delText", "w instrText", "w rt", "mc Fallback"}
    | {f"w {part}PrChange" for part in ("r", "p", "tc", "tr", "tbl", "tblEx", "sect")}
)
_SIGNS = {"w tab": "\t", "w br": "\n", "w cr": "\n", "w noBreakHyphen": "-"}
_OFF = frozenset({"0", "false", "off"})
_TICKS = {"00FC": "✓", "00FE": "✓", "0052": "✓", "00FB": "✗", "00FD": "✗"}
_LIST_STYLES = ("ListBullet", "ListNumber")
_MOST_COLUMNS = 10_000


def read_document(archive: Archive, meter: Meter, *, with_bullets: bool = False) -> Document:
    """Return what the document's main text holds; `with_bullets` each item of a list begins with a bullet.

    Raises `ImportRefused` where it cannot be read.
    """
    document = Document(meter)
    archive.walk(archive.main, _Walker(document, with_bullets))
    return document


def read_docx(archive: Archive, meter: Meter) -> list[Table]:
    """Return the tables of a Word document in their order."""
    return read_document(archive, meter).tables(meter.file)


def findings(archive: Archive) -> tuple[SourceWarning, ...]:
    """Return what people should know of the file as a whole."""
    return (macros_finding(),) if archive.has_macros else ()


class _Walker:
    """Tells a `Document` what the XML of the main text says."""

    def __init__(self, document: Document, with_bullets: bool) -> None:
        self.document = document
        self.with_bullets = with_bullets
        self.has_bullet = False
        self.unseen = 0
        self.is_text = False
        self.is_run = False
        self.is_hidden_run = False
        self.is_row_properties = False
        self.is_dropped_row = False
        self.boxes: list[bool | None] = []
        """For every content control that is open whether it is a box and ticked; `None`: no box."""

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name in _UNSEEN or self.unseen:
            self.is_dropped_row |= name == "w del" and self.is_row_properties
            self.unseen += 1
        elif name == "w t":
            self.is_text = not self.is_hidden_run and not self._is_in_box()
        elif handle := _STARTS.get(name):
            handle(self, attributes)
        elif name in _SIGNS:
            self._sign(_SIGNS[name])

    def end(self, name: str) -> None:
        if self.unseen:
            self.unseen -= 1
        elif handle := _ENDS.get(name):
            handle(self)

    def data(self, text: str) -> None:
        if self.is_text and not self.unseen:
            self.document.text(text.replace("\n", " "))

    def _sign(self, sign: str) -> None:
        if not self.is_hidden_run and not self._is_in_box():
            self.document.text(sign)

    def _is_in_box(self) -> bool:
        return bool(self.boxes) and self.boxes[-1] is not None

    def _table(self, attributes: Mapping[str, str]) -> None:
        self.document.table_start()

    def _table_end(self) -> None:
        self.document.table_end()

    def _row(self, attributes: Mapping[str, str]) -> None:
        self.document.row_start()
        self.is_dropped_row = False

    def _row_properties(self, attributes: Mapping[str, str]) -> None:
        self.is_row_properties = True

    def _row_properties_end(self) -> None:
        self.is_row_properties = False

    def _row_end(self) -> None:
        if self.is_dropped_row:
            self.document.row_drop()
        self.is_dropped_row = False

    def _run(self, attributes: Mapping[str, str]) -> None:
        self.is_run, self.is_hidden_run = True, False

    def _text_end(self) -> None:
        self.is_text = False

    def _paragraph_end(self) -> None:
        self.document.paragraph_end()
        self.has_bullet = False

    def _style(self, attributes: Mapping[str, str]) -> None:
        self._bullet(attributes.get("val", "").startswith(_LIST_STYLES))

    def _numbering(self, attributes: Mapping[str, str]) -> None:
        self._bullet(attributes.get("val", "0") != "0")

    def _bullet(self, is_item: bool) -> None:
        if is_item and self.with_bullets and not self.has_bullet:
            self.document.text("• ")
            self.has_bullet = True

    def _run_end(self) -> None:
        self.is_run = self.is_hidden_run = False

    def _cell(self, attributes: Mapping[str, str]) -> None:
        self.document.cell_start()

    def _spread(self, attributes: Mapping[str, str]) -> None:
        self.document.widen(_count(attributes.get("val", "1")))

    def _merge(self, attributes: Mapping[str, str]) -> None:
        if attributes.get("val", "continue") == "continue":
            self.document.continue_above()

    def _columns_before(self, attributes: Mapping[str, str]) -> None:
        self.document.skip(_count(attributes.get("val", "0")))

    def _hide(self, attributes: Mapping[str, str]) -> None:
        self.is_hidden_run = self.is_run and attributes.get("val", "") not in _OFF

    def _control(self, attributes: Mapping[str, str]) -> None:
        self.boxes.append(None)

    def _control_end(self) -> None:
        if self.boxes and self.boxes.pop():
            self.document.text("✓")

    def _box(self, attributes: Mapping[str, str]) -> None:
        if self.boxes:
            self.boxes[-1] = False

    def _tick(self, attributes: Mapping[str, str]) -> None:
        if self.boxes:
            self.boxes[-1] = attributes.get("val", "") not in _OFF

    def _symbol(self, attributes: Mapping[str, str]) -> None:
        code = attributes.get("char", "").upper()
        self._sign(_TICKS.get(f"00{code[-2:]}", "") if "Wingdings" in attributes.get("font", "") else "")


_STARTS = {
    "w tbl": _Walker._table,
    "w tr": _Walker._row,
    "w trPr": _Walker._row_properties,
    "w r": _Walker._run,
    "w tc": _Walker._cell,
    "w gridSpan": _Walker._spread,
    "w vMerge": _Walker._merge,
    "w hMerge": _Walker._merge,
    "w gridBefore": _Walker._columns_before,
    "w vanish": _Walker._hide,
    "w sdt": _Walker._control,
    "w14 checkbox": _Walker._box,
    "w14 checked": _Walker._tick,
    "w sym": _Walker._symbol,
    "w pStyle": _Walker._style,
    "w numId": _Walker._numbering,
}
_ENDS = {
    "w t": _Walker._text_end,
    "w p": _Walker._paragraph_end,
    "w tbl": _Walker._table_end,
    "w tr": _Walker._row_end,
    "w trPr": _Walker._row_properties_end,
    "w r": _Walker._run_end,
    "w sdt": _Walker._control_end,
}


def _count(text: str) -> int:
    return min(int(text[:9]), _MOST_COLUMNS) if text.isascii() and text.isdecimal() else 1

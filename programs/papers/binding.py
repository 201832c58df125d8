"""Pages of ours and pages of evidence in one file, numbered through.

Our pages are set first, each divider on a page of its own; the evidence is put behind its divider. Since a
table of contents must name pages that come in later, the pages of the evidence are counted before anything
is set, and where the dividers stand is read back from what was set.

What is bound is no accessible document any more, since foreign pages have no structure: the claim of it is
taken out. The pages of ours keep theirs.
"""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import pikepdf

from portal.pdf.render import PdfError
from programs.papers.gathering import Piece
from programs.papers.made import Made
from programs.papers.sheets import Sheets, sheets_of, sheets_of_paper

_MOST_ATTEMPTS = 4


@dataclass(slots=True)
class Leaf:
    """A page of ours, and what follows it."""

    anchor: str
    """The ``id`` of the page in the HTML; the contents link to it."""
    piece: Piece | None = None
    made: Made | None = None
    """A paper of ours, printed when it is bound, where no file was handed in."""
    about: Any = None
    """Whatever the template says on it."""
    sheets: Sheets = field(default_factory=Sheets)
    own_pages: int = 1
    page: int = 0
    """Its number in the whole."""

    @property
    def has_file(self) -> bool:
        return bool(self.piece or self.made)

    @property
    def title(self) -> str:
        """Of the file that follows it."""
        if self.piece:
            return self.piece.name
        return self.made.title if self.made else ""

    @property
    def first(self) -> int:
        """The number of the first page that follows it."""
        return self.page + self.own_pages

    @property
    def last(self) -> int:
        return self.first + self.sheets.pages - 1


@dataclass(frozen=True, slots=True)
class Layout:
    """How many pages come before the first leaf, how many each leaf takes, and how many there are in all."""

    front: int
    lengths: tuple[int, ...]
    total: int


class UnsettledError(PdfError):
    """The page numbers did not come to rest: what they name moved each time that they were set."""


def read_sheets(leaves: Sequence[Leaf], folder: Path, say: Callable[[int, str], None]) -> None:
    """Make the pages of every file ready in ``folder``; ``say`` is told how many are, and which is next.

    Raises ``PdfError`` for a paper of ours that cannot be made; a file that cannot be read says so itself.
    """
    for number, leaf in enumerate([leaf for leaf in leaves if leaf.has_file]):
        say(number, leaf.title)
        leaf.sheets = _sheets(leaf, Path(folder, f"{number}.pdf"))


def _sheets(leaf: Leaf, target: Path) -> Sheets:
    if leaf.made:
        return sheets_of_paper(leaf.made.content(), target)
    if leaf.piece is None:
        return Sheets()
    return sheets_of(
        path=Path(leaf.piece.file.path),
        content_type=leaf.piece.content_type,
        sha256=leaf.piece.sha256,
        target=target,
    )


def bind(
    leaves: Sequence[Leaf], print_own: Callable[[int | None], bytes], folder: Path, target: Path
) -> Layout:
    """Put every leaf's sheets behind it and write the whole to ``target``.

    Args:
        leaves: with their sheets, as :func:`read_sheets` left them.
        print_own: sets our pages; is given the number of all pages, or ``None`` for a sketch in which every
            leaf is an empty element on the first page after the front.
    """
    own, layout = _set(leaves, print_own)
    follows: list[tuple[int, Path]] = []
    after = layout.front
    for leaf in leaves:
        after += leaf.own_pages
        if leaf.sheets.path:
            follows.append((after, leaf.sheets.path))
    _join(own, follows, folder, target)
    return layout


@contextmanager
def workshop() -> Iterator[Path]:
    """A folder for what is needed while a paper is made, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="musharaka-paper-") as folder:
        yield Path(folder)


@contextmanager
def lasting(suffix: str) -> Iterator[Path]:
    """A temporary file for a paper: whoever asked for it moves it away or removes it; a failure does."""
    with tempfile.NamedTemporaryFile(prefix="musharaka-paper-", suffix=suffix, delete=False) as file:
        path = Path(file.name)
    try:
        yield path
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def _set(leaves: Sequence[Leaf], print_own: Callable[[int | None], bytes]) -> tuple[bytes, Layout]:
    """Our pages with every number in its place."""
    sketch = print_own(None)
    front = min(_places(sketch, leaves), default=_count(sketch))
    layout = _number(leaves, front, [1] * len(leaves))
    for _attempt in range(_MOST_ATTEMPTS):
        own = print_own(layout.total)
        begins = [*_places(own, leaves), _count(own)]
        lengths = [end - begin for begin, end in pairwise(begins)]
        found = _number(leaves, begins[0], lengths)
        if found == layout:
            return own, layout
        layout = found
    raise UnsettledError("The pages of a bound paper move with their numbers.")


def _number(leaves: Sequence[Leaf], front: int, lengths: Sequence[int]) -> Layout:
    page = front + 1
    for leaf, length in zip(leaves, lengths, strict=True):
        leaf.own_pages, leaf.page = length, page
        page += length + leaf.sheets.pages
    return Layout(front, tuple(lengths), page - 1)


def _places(content: bytes, leaves: Sequence[Leaf]) -> list[int]:
    """On which page of ours each leaf begins, from 0, in their order."""
    if not leaves:
        return []
    with pikepdf.open(io.BytesIO(content)) as pdf:
        names: Any = pikepdf.NameTree(pdf.Root.Names.Dests)
        at = {page.obj.objgen: number for number, page in enumerate(pdf.pages)}
        return [at[names[leaf.anchor][0].objgen] for leaf in leaves]


def _count(content: bytes) -> int:
    with pikepdf.open(io.BytesIO(content)) as pdf:
        return len(pdf.pages)


def _join(own: bytes, follows: Sequence[tuple[int, Path]], folder: Path, target: Path) -> None:
    """Insert files after the given numbers of our pages; what names a page of ours goes on doing so.

    qpdf copies the pages from file to file: in Python's hands all of them would be in the memory at once.
    """
    ours = Path(folder, "own.pdf")
    total = _claim_nothing(own, ours)
    parts, begin = [], 1
    for after, path in follows:
        if begin <= after:
            parts += [".", f"{begin}-{after}"]
        parts += [str(path), "1-z"]
        begin = after + 1
    if begin <= total:
        parts += [".", f"{begin}-{total}"]
    options = ["--deterministic-id", "--object-streams=generate", "--decode-level=none"]
    pikepdf.Job(["qpdf", *options, str(ours), "--pages", *parts, "--", str(target)]).run()


def _claim_nothing(own: bytes, target: Path) -> int:
    """Write our pages without the claim that each has a structure: foreign ones have none (ISO 14289-1).

    Return how many there are.
    """
    with pikepdf.open(io.BytesIO(own)) as pdf:
        with pdf.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as metadata:
            for name in ("pdfuaid:part", "pdfuaid:rev", "pdfaid:part", "pdfaid:conformance"):
                if name in metadata:
                    del metadata[name]
        if "/MarkInfo" in pdf.Root:
            pdf.Root.MarkInfo.Marked = False
        pdf.save(target)
        return len(pdf.pages)

"""A long paper out of parts that were set one after the other: one file, with its tags and bookmarks.

Setting a page takes about three megabytes until the last one is written, so three hundred would take a
gigabyte. Parts of some dozens of pages take no more than the longest of them, and tell how far the paper is.
What is lost elsewhere when files are joined is carried over here, since each part has the shape that
``portal.pdf.render`` gives it: the tree of tags with what points into it (ISO 32000-1, 14.7), the outline,
and the named places that links lead to.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, cast

import pikepdf
from pikepdf import Array, Dictionary, Name, OutlineItem, Pdf, String

_FOOT = "/MusharakaFoot"


def joined(parts: Sequence[bytes], *, feet: bytes | None = None) -> bytes:
    """One tagged file of several; the metadata, the language and what is attached are the first one's.

    Args:
        parts: papers of the same kind and copy, in order.
        feet: a file of as many pages as the parts have together, drawn over them: "page 7 of 312" is
            known only when the last part was set.
    """
    with pikepdf.open(io.BytesIO(parts[0])) as whole:
        for part in parts[1:]:
            with pikepdf.open(io.BytesIO(part)) as more:
                _append(whole, more)
        if feet is not None:
            with pikepdf.open(io.BytesIO(feet)) as drawn:
                _draw_feet(whole, drawn)
        written = io.BytesIO()
        whole.save(written, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return written.getvalue()


def page_count(paper: bytes) -> int:
    """How many pages a paper has."""
    with pikepdf.open(io.BytesIO(paper)) as pdf:
        return len(pdf.pages)


@dataclass(frozen=True, slots=True)
class _Bookmark:
    title: str
    page: int
    place: tuple[Any, ...]
    """What follows the page in a destination: how it is fitted into the window."""
    below: tuple[_Bookmark, ...]


def _append(whole: Pdf, more: Pdf) -> None:
    start = len(whole.pages)
    index: dict[Any, int] = {page.objgen: number for number, page in enumerate(more.pages)}
    with more.open_outline() as outline:
        bookmarks = [_read(item, index) for item in outline.root]
    whole.add_pages_from(more)
    _append_tags(whole, more, start)
    with whole.open_outline() as outline:
        _hang(outline.root, bookmarks, whole, start)


def _pairs(flat: Iterable[Any]) -> list[tuple[Any, Any]]:
    items = list(flat)
    return list(zip(items[::2], items[1::2], strict=True))


def _append_tags(whole: Pdf, more: Pdf, start: int) -> None:
    """Hang the tags of a part below the document's, and renumber what its pages point at."""
    tree, coming = whole.Root.StructTreeRoot, more.Root.StructTreeRoot
    document, numbers = tree.K[0], tree.ParentTree.Nums
    offset = max(int(number) for number, _ in _pairs(numbers)) + 1
    for element in whole.copy_foreign(coming.K[0]).K:
        element.P = document
        document.K.append(element)
        _rename_heads(element, f"{start}-".encode())
    for number, elements in _pairs(coming.ParentTree.Nums):
        numbers.append(int(number) + offset)
        numbers.append(whole.copy_foreign(more.make_indirect(elements)))
    for page in list(whole.pages)[start:]:
        page.obj.StructParents = int(page.obj.StructParents) + offset
        for annotation in page.obj.get(Name.Annots, Array()):
            if Name.StructParent in annotation:
                annotation.StructParent = int(annotation.StructParent) + offset


def _rename_heads(top: Any, prefix: bytes) -> None:
    """Keep apart the names by which cells say what heads them: each part counts its own from the start."""
    waiting = [top]
    while waiting:
        element = waiting.pop()
        if Name.ID in element:
            element.ID = String(prefix + bytes(element.ID))
        attributes = element.get(Name.A, Dictionary())
        if Name.Headers in attributes:
            attributes.Headers = Array([String(prefix + bytes(name)) for name in attributes.Headers])
        below = element.get(Name.K, Array())
        waiting.extend(kid for kid in below if isinstance(kid, Dictionary) and Name.S in kid)


def _read(item: OutlineItem, index: dict[Any, int]) -> _Bookmark:
    at = tuple(cast("Array", item.destination))
    below = tuple(_read(child, index) for child in item.children)
    return _Bookmark(item.title, index[at[0].objgen], at[1:], below)


def _hang(items: list[OutlineItem], bookmarks: Sequence[_Bookmark], whole: Pdf, start: int) -> None:
    """Add the bookmarks of a part; a heading that it goes on below is the one that is there already."""
    if items and bookmarks and items[-1].title == bookmarks[0].title:
        _hang(items[-1].children, bookmarks[0].below, whole, start)
        bookmarks = bookmarks[1:]
    items.extend(_written(bookmark, whole, start) for bookmark in bookmarks)


def _written(bookmark: _Bookmark, whole: Pdf, start: int) -> OutlineItem:
    page = whole.pages[bookmark.page + start].obj
    item = OutlineItem(bookmark.title, Array([page, *bookmark.place]))
    item.is_closed = True
    item.children.extend(_written(child, whole, start) for child in bookmark.below)
    return item


def _draw_feet(whole: Pdf, feet: Pdf) -> None:
    """Draw each page of feet over the page of its number, as what belongs to no text (an artifact)."""
    for number, (page, foot) in enumerate(zip(whole.pages, feet.pages, strict=True)):
        # A name for each: the pages of a part share what they draw with.
        name = f"{_FOOT}{number}"
        page.add_resource(whole.copy_foreign(foot.as_form_xobject()), Name.XObject, Name(name))
        # What the page set for itself, its y axis turned over among it, ends before the foot is drawn.
        page.contents_add(b"q", prepend=True)
        page.contents_add(f"Q /Artifact BMC q {name} Do Q EMC".encode())

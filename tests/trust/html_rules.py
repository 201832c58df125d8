"""What is wrong with a page as HTML: what its parser had to repair, and what stands where it may not.

The parser is the one of the HTML standard, which tells where it repaired; the rules after it are those that a
parser lets pass (HTML standard 3.2.6, 4.4, 4.9, 4.10; WAI-ARIA 1.2).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from tinyhtml5.parser import HTMLParser

# A parser repairs these in a way that changes nothing.
_HARMLESS = {"expected-closing-tag-but-got-eof"}
_CHILDREN = {
    "ul": {"li", "script", "template"},
    "ol": {"li", "script", "template"},
    "dl": {"dt", "dd", "div", "script", "template"},
    "tr": {"td", "th", "script", "template"},
    "select": {"option", "optgroup", "hr", "script", "template"},
}
_PHRASING_ONLY = {
    "p",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "span",
    "label",
    "button",
    "summary",
    "b",
    "strong",
}
_FLOW = {
    *("address", "article", "aside", "blockquote", "dialog", "div", "dl", "fieldset", "figure", "footer"),
    *("form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "main", "nav", "ol", "p", "pre", "section"),
    *("table", "ul"),
}
_HEADING_IN = {"summary"}
"""Headings may stand in these, though they hold phrases otherwise."""
_INTERACTIVE = {"a", "button", "details", "iframe", "input", "label", "select", "textarea"}
_REFERRING = ("for", "aria-labelledby", "aria-describedby", "aria-controls", "aria-owns", "aria-errormessage")
_NEEDED = {"img": "alt", "html": "lang", "th": "scope", "iframe": "title"}


def faults_of(page: str) -> list[str]:
    """One line for each fault of a whole page; none for one that is as the standard wants it."""
    parser = HTMLParser(namespace_html_elements=False)
    root = parser.parse(page)
    found = [f"line {at[0]}: {what} {data}" for at, what, data in parser.errors if what not in _HARMLESS]
    found += [*_of_ids(root), *_of_nesting(root, ()), *_of_labels(root)]
    return found


def _of_ids(root: Element) -> Iterator[str]:
    ids = Counter(name for element in root.iter() if (name := element.get("id")) is not None)
    yield from (f"id {name!r} stands {count} times" for name, count in ids.items() if count > 1)
    yield from (f"an id {name!r}" for name in ids if not name or " " in name)
    for element in root.iter():
        for attribute in _REFERRING:
            for name in (element.get(attribute) or "").split():
                if name not in ids:
                    yield f"{attribute} of <{element.tag}> names {name!r}, which is not there"


def _of_nesting(element: Element, above: tuple[str, ...]) -> Iterator[str]:
    tag = str(element.tag)
    allowed = _CHILDREN.get(tag)
    for child in element:
        name = str(child.tag)
        if not isinstance(child.tag, str):  # a comment
            continue
        if allowed is not None and name not in allowed:
            yield f"<{name}> in <{tag}>"
        phrasing = next((one for one in (*above, tag) if one in _PHRASING_ONLY), "")
        is_heading = name[0] == "h" and name[1:].isdigit()
        if name in _FLOW and phrasing and not (phrasing in _HEADING_IN and is_heading):
            yield f"<{name}> in <{phrasing}>"
        if _is_interactive(child) and (outer := {"a", "button"} & {*above, tag}):
            yield f"<{name}> in <{outer.pop()}>"
        if name != "svg":
            yield from _of_nesting(child, (*above, tag))


def _is_interactive(element: Element) -> bool:
    return element.tag in _INTERACTIVE and element.get("type") != "hidden"


def _of_labels(root: Element) -> Iterator[str]:
    """Fields without a name of their own, and what is needed on some elements."""
    labelled = {element.get("for") for element in root.iter("label")}
    inside = {id(field) for label in root.iter("label") for field in label.iter()}
    for element in root.iter():
        needed = _NEEDED.get(str(element.tag))
        if needed and element.get(needed) is None:
            yield f"<{element.tag}> without {needed}"
        is_field = element.tag in {"select", "textarea"} or (
            element.tag == "input" and element.get("type") not in {"hidden", "submit", "button", "image"}
        )
        named = element.get("aria-label") or element.get("aria-labelledby")
        if is_field and not named and element.get("id") not in labelled and id(element) not in inside:
            yield f"<{element.tag} name={element.get('name')!r}> has no label"
    if len(list(root.iter("main"))) != 1:
        yield "not exactly one <main>"
    if sum(element.get("autofocus") is not None for element in root.iter()) > 1:
        yield "more than one autofocus"

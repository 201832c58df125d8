"""The forms of a page as a browser without scripts has them: where each goes, and what it would send."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

_NOT_SENT = {"submit", "button", "reset", "image", "file"}


@dataclass
class PageForm:
    """A form that posts. ``texts`` names its fields for longer texts, ``button`` its first one, if named."""

    action: str
    data: dict[str, list[str]] = field(default_factory=dict)
    texts: list[str] = field(default_factory=list)
    button: tuple[str, str] | None = None
    has_button: bool = False

    def filled(self, **values: str) -> dict[str, list[str]]:
        """What it sends once these fields were typed over and its button was pressed."""
        pressed = {self.button[0]: [self.button[1]]} if self.button else {}
        return self.data | pressed | {name: [value] for name, value in values.items()}


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[PageForm] = []
        self.open: PageForm | None = None
        self.text: str | None = None
        self.select: str | None = None
        self.chosen: list[str] = []

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        if tag == "form" and (found.get("method") or "").lower() == "post":
            self.open = PageForm(found.get("action") or "")
            self.forms.append(self.open)
        name = found.get("name")
        if tag == "button" and self.open and found.get("type") != "button" and not self.open.has_button:
            self.open.button, self.open.has_button = (name, found.get("value") or "") if name else None, True
        if self.open is None or (not name and tag != "option"):
            return
        if tag == "textarea":
            self.text = name
            self.open.data[name] = [""]
            self.open.texts.append(name)
        elif tag == "select":
            self.select, self.chosen = name, []
        elif tag == "option" and self.select:
            self.chosen += [found.get("value") or ""] if "selected" in found or not self.chosen else []
            if "selected" in found:
                self.chosen = [found.get("value") or ""]
        elif tag == "input":
            self._input(name, found)

    def _input(self, name, found):
        kind = found.get("type") or "text"
        if kind in _NOT_SENT or (kind in ("checkbox", "radio") and "checked" not in found):
            return
        value = found.get("value")
        self.open.data.setdefault(name, []).append(
            "on" if value is None and kind == "checkbox" else value or ""
        )

    def handle_endtag(self, tag):
        if tag == "form":
            self.open = None
        elif tag == "textarea" and self.text and self.open:
            self.open.data[self.text] = [self.open.data[self.text][0].removeprefix("\n")]
            self.text = None
        elif tag == "select" and self.select and self.open:
            self.open.data[self.select] = self.chosen
            self.select = None

    def handle_data(self, data):
        if self.text and self.open:
            self.open.data[self.text][0] += data


def forms_of(html: str | bytes, address: str) -> list[PageForm]:
    """Every form of the page at ``address`` that posts; one without an action goes to the page itself."""
    reader = _Reader()
    reader.feed(html.decode() if isinstance(html, bytes) else html)
    for form in reader.forms:
        form.action = form.action or address
    return reader.forms

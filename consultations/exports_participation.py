"""The contributions of a consultation as a table that anybody may take: what the page shows, nothing more."""

from __future__ import annotations

import datetime
from collections.abc import Iterable

import tablib
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from consultations.asked import Lists
from consultations.models import Consultation
from consultations.talk import Entry, disclosure_of, entry_address, listed, read_entries
from portal.exchange.formats import Csv, Xlsx

LONGEST_CELL = 32_000
"""A workbook's cell holds 32,767 characters; no form takes as many."""

Cell = str | datetime.date

NAMES = (
    *("reference", "published_on", "kind", "question", "part", "text", "solution", "effect"),
    *("name", "profile", "age", "note"),
    *("outcome", "answer", "service", "answered_on", "changed", "address"),
)
"""The columns as programs name them; for people they are headed in the language of the page."""


def contributions_csv(consultation: Consultation, lists: Lists, *, site: str) -> str:
    """As CSV in UTF-8 with its mark. ``site``: scheme and host, for full addresses."""
    return Csv().export_data(_dataset(consultation, lists, site))


def contributions_xlsx(consultation: Consultation, lists: Lists, *, site: str) -> bytes:
    """As a workbook of one sheet, texts cut at :data:`LONGEST_CELL` characters."""
    dataset = _dataset(consultation, lists, site)
    short = tablib.Dataset(headers=dataset.headers)
    for row in dataset:
        short.append([_cut(cell) for cell in row])
    return Xlsx().export_data(short)


def read_all(consultation: Consultation, lists: Lists) -> tuple[Entry, ...]:
    """Every contribution of the public list as the public reads it, in the order of their numbers."""
    rows = list(listed(consultation).for_talk_page())
    return read_entries(consultation, lists, rows, disclosure_of(consultation, lists))


def _dataset(consultation: Consultation, lists: Lists, site: str) -> tablib.Dataset:
    kwargs = {"slug": consultation.municipality.slug, "number": consultation.number}
    page = site + reverse("consultation", kwargs=kwargs)
    dataset = tablib.Dataset(headers=_headers())
    for row in rows_of(read_all(consultation, lists), page):
        dataset.append(list(row.values()))
    return dataset


def rows_of(entries: Iterable[Entry], page: str) -> list[dict[str, Cell]]:
    """The rows of the table by the names of its columns. ``page``: the consultation's, in full."""
    rows = ([*_words(entry), *_answer(entry), entry_address(page, entry.number)] for entry in entries)
    return [dict(zip(NAMES, row, strict=True)) for row in rows]


def _headers() -> list[str]:
    return [
        _("Reference"),
        _("Published on"),
        _("Kind"),
        _("Question"),
        _("Part of the subject"),
        _("Text"),
        _("Proposed solution"),
        _("Expected effect"),
        _("Name"),
        _("Profile"),
        _("Age bracket"),
        _("Note"),
        _("Outcome"),
        _("Official answer"),
        _("Answering service"),
        _("Answered on"),
        _("What changed"),
        _("Address"),
    ]


def _words(entry: Entry) -> Iterable[Cell]:
    yield entry.reference
    yield entry.published_on
    yield entry.kind
    yield str(entry.question or "")
    yield str(entry.part or "")
    yield from entry.texts
    yield entry.name
    yield entry.profile
    yield entry.age
    yield _note(entry)


def _note(entry: Entry) -> str:
    if entry.is_withdrawn:
        return _("Withdrawn by its author.")
    return _("A part was taken out.") if entry.is_redacted else ""


def _answer(entry: Entry) -> Iterable[Cell]:
    answer = entry.answer
    if answer is None:
        yield "" if entry.is_withdrawn else pgettext("contribution", "not answered yet")
        yield from ("", "", "", "")
        return
    yield answer.verdict_label
    yield answer.text.text
    yield answer.service.text
    yield answer.published_on
    yield str(answer.outcome.label) if answer.outcome else ""


def _cut(cell: Cell) -> Cell:
    if isinstance(cell, str) and len(cell) > LONGEST_CELL:
        return cell[:LONGEST_CELL] + "…"
    return cell

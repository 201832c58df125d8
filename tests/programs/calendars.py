"""Random calendars and the files that a clerk might write of them."""

import csv
import io
import random
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from portal.importing.month_names import MONTH_NAMES
from programs.importers.codes import CodeOrder
from programs.importers.heads import Column
from programs.importers.readings import CalendarReading, PhaseReading, TaskReading
from tests import calendar_files

OFFICE_FORMATS = {
    "xlsx": calendar_files.as_xlsx,
    "docx": calendar_files.as_docx,
    "html": calendar_files.as_html,
}
LETTERS = "ابتثجحخدذرزسشصضطظعغفقكلمنهي"
OFFICIAL = (Column.PHASE, Column.TASK, Column.DOCUMENTS, Column.DATE, Column.DONE, Column.NOTES)
HEADS = {
    "ar": ("المرحلة", "الأنشطة", "المؤيدات", "التاريخ", "تم الإنجاز (نعم/لا)", "ملاحظات"),
    "marked": (
        "\u200fالمراحـــل",
        "الأعمَال",
        "الوثائق\u00a0",
        "تاريخ\u202fالجلسة",
        "أُنجز\u200e",
        "الملاحظات",
    ),
    "fr": ("Étapes", "Activités", "Pièces justificatives", "Date", "Réalisé (oui/non)", "Observations"),
}
LABELS = (
    "{number}- {title}",
    "{number}. {title}",
    "{number}) {title}",
    "المرحلة {number}: {title}",
    "{title}",
)
DATES = ("%Y/%m/%d", "%d/%m/%Y", "%d-%m-%Y", "%Y-%m-%d", "named")
MONTHS = tuple(names[0] for names in MONTH_NAMES.values())
ANSWERS = {True: ("نعم", "oui", "✓"), False: ("لا", "non"), None: ("",)}
DOCUMENT_JOINTS = (" - ", "- ", " + ", " ؛ ", "; ", "\n", "\n- ")


@dataclass(frozen=True)
class Style:
    """How a calendar is written down."""

    format: str
    code_order: CodeOrder
    code_sign: str
    label: str
    heads: str | None
    columns: tuple[Column, ...]
    date: str
    mirrored: float
    label_on_every_row: bool
    arabic_digits: bool


def random_calendar(chance: random.Random, phases: int, tasks: int) -> CalendarReading:
    """Return a calendar of so many phases and at least so many tasks, one a phase at the least."""
    sizes = [1] * phases
    for _task in range(tasks - phases):
        sizes[chance.randrange(phases)] += 1
    day = date(2023, 1, 1) + timedelta(days=chance.randrange(300))
    read = []
    for number, size in enumerate(sizes, start=1):
        rows = tuple(_random_task(chance, number, task, day) for task in range(1, size + 1))
        title = f"{_words(chance, 3)} {chr(0x0627 + number)}"
        read.append(PhaseReading(number, title, "", rows))
    return CalendarReading(f"{_words(chance, 4)} 2023 .", 2023, tuple(read))


def _random_task(chance: random.Random, phase: int, number: int, day: date) -> TaskReading:
    return TaskReading(
        line=0,
        phase=phase,
        number=number,
        title=_words(chance, 6) + chance.choice(("", " (2020 و 2021)", " / 3 «أ»", '، "نص"')),
        documents=tuple(_words(chance, 3) for _item in range(chance.choice((0, 1, 1, 2, 3)))),
        session_date=day + timedelta(days=chance.randrange(60)) if chance.random() < 0.9 else None,
        done=chance.choice((None, None, True, False)),
        notes=_words(chance, 4) if chance.random() < 0.3 else "",
    )


def _words(chance: random.Random, most: int) -> str:
    lengths = chance.choices(range(2, 8), k=chance.randint(1, most))
    return " ".join("".join(chance.choices(LETTERS, k=length)) for length in lengths)


def told_apart(calendar: CalendarReading) -> CalendarReading:
    """Return the calendar as rows without heads in any order show it: dated, documents fuller than notes."""
    phases = [replace(phase, tasks=tuple(map(_told_apart, phase.tasks))) for phase in calendar.phases]
    return replace(calendar, phases=tuple(phases))


def _told_apart(task: TaskReading) -> TaskReading:
    return replace(
        task,
        session_date=task.session_date or date(2023, 6, 9),
        documents=task.documents or ("شيء",),
        notes=task.notes if task.number > 1 else "",
    )


def labelled(calendar: CalendarReading, style: Style) -> CalendarReading:
    """Return the calendar with the labels that the style prints."""
    phases = [
        replace(phase, label=style.label.format(number=phase.number, title=phase.title))
        for phase in calendar.phases
    ]
    return replace(calendar, phases=tuple(phases))


def write(calendar: CalendarReading, style: Style, chance: random.Random) -> bytes:
    """Return the file of a calendar, some of its rows running backwards."""
    rows = [[style_cell(HEADS[style.heads], column) for column in style.columns]] if style.heads else []
    for phase in calendar.phases:
        for task in phase.tasks:
            cells = [_cell(column, phase, task, style, chance) for column in style.columns]
            rows.append(cells[::-1] if chance.random() < style.mirrored else cells)
    title = chance.choice(("", "- ")) + calendar.title
    if style.format in OFFICE_FORMATS:
        return _office_file(title, rows, style, chance)
    return _file(title, rows, style.format, chance)


def style_cell(heads: tuple[str, ...], column: Column) -> str:
    return heads[OFFICIAL.index(column)]


def _office_file(title: str, rows: list[list[str]], style: Style, chance: random.Random) -> bytes:
    """Return a workbook, a Word document or a page: one table or two, phases in merged cells or not."""
    options: dict[str, Any] = {"titles": [title], "rtl": chance.random() < 0.8}
    if not style.mirrored and not style.label_on_every_row and chance.random() < 0.5:
        options["merged"] = style.columns.index(Column.PHASE)
    if style.format == "xlsx":
        options["real_dates"] = chance.random() < 0.5
    if style.format == "html":
        options["saved_page"] = chance.random() < 0.5
    is_cut = len(rows) > 3 and "merged" not in options and chance.random() < 0.3
    cut = chance.randrange(2, len(rows)) if is_cut else len(rows)
    return OFFICE_FORMATS[style.format]([block for block in (rows[:cut], rows[cut:]) if block], **options)


def _file(title: str, rows: list[list[str]], format: str, chance: random.Random) -> bytes:
    out = io.StringIO()
    end = chance.choice(("\n", "\r\n"))
    if format == "text":
        for row in rows:
            out.write(
                "\t".join(cell.replace("\n", " ؛ ") for cell in row) + end + end * (chance.random() < 0.05)
            )
    else:
        delimiter = {"tsv": "\t", "csv": ",", "csv;": ";"}[format]
        writer = csv.writer(out, delimiter=delimiter, lineterminator=end)
        writer.writerows(rows)
    encoding = chance.choice(("utf-8", "utf-8-sig", "utf-16"))
    heading = f'"{title}"' if "," in title or ";" in title else title
    return (chance.choice(("", end)) + heading + end + chance.choice(("", end)) + out.getvalue()).encode(
        encoding
    )


def _cell(column: Column, phase: PhaseReading, task: TaskReading, style: Style, chance: random.Random) -> str:
    if column is Column.PHASE:
        return phase.label if style.label_on_every_row or task is phase.tasks[0] else ""
    if column is Column.TASK:
        return f"{_code(task, style)} {task.title}"
    if column is Column.DOCUMENTS:
        return chance.choice(DOCUMENT_JOINTS).join(task.documents)
    if column is Column.DATE:
        return _date(task.session_date, style)
    return chance.choice(ANSWERS[task.done]) if column is Column.DONE else task.notes


def _code(task: TaskReading, style: Style) -> str:
    numbers = (
        (task.phase, task.number) if style.code_order is CodeOrder.PHASE_FIRST else (task.number, task.phase)
    )
    return _digits(style.code_sign.join(map(str, numbers)), style)


def _date(day: date | None, style: Style) -> str:
    if day is None:
        return ""
    text = (
        f"{day.day} {MONTHS[day.month - 1]} {day.year}" if style.date == "named" else day.strftime(style.date)
    )
    return _digits(text, style)


def _digits(text: str, style: Style) -> str:
    return text.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")) if style.arabic_digits else text

"""The programs of the fictional municipality: one approved, one running in every state, one draft."""

from __future__ import annotations

import datetime
import io
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from portal.editing.cells import Seen
from portal.files.uploads import check_upload
from portal.municipalities.models import Municipality
from programs.evidence import is_internal_by_default
from programs.models import Program, Task
from programs.services.cells import cell_value, save_program_cell, save_task_cell
from programs.services.drafting import draft_from_method
from programs.services.evidence import attach_evidence
from programs.services.statuses import Approval, approve, body_in_office, publish

# What the running program states: task → (done, documents handed in).
# What is not named here is not stated.
RUNNING: dict[str, tuple[bool, int]] = {
    "1.1": (True, 1),
    "1.2": (True, 2),
    "1.3": (True, 0),
    "1.4": (True, 2),
    "1.5": (True, 3),
    "2.1": (True, 2),
    "2.2": (True, 1),
    "2.3": (True, 3),
    "2.4": (False, 0),
    "2.6": (True, 1),
}
RESPONSIBLE = {"1": "محرر المثال", "2": "المصالح الفنية والمالية", "4": "ميسر الجلسة"}


def seed_programs(town: Municipality, approval: datetime.date) -> None:
    """Make the programs of the years around ``approval``, the day on which the running one is decided."""
    year = approval.year + 1
    _seed_past(town, year - 1, _same_day(approval, -1))
    _seed_running(town, year, approval)
    _draft(town, year + 1, _same_day(approval, 1))


def _same_day(date: datetime.date, years: int) -> datetime.date:
    return date.replace(year=date.year + years, day=min(date.day, 28))


def _draft(town: Municipality, year: int, approval: datetime.date) -> Program:
    program = draft_from_method(municipality=town, year=year, approval_date=approval, actor=None)
    titles = {
        "title_ar": f"رزنامة إعداد برنامج الاستثمار السنوي التشاركي لسنة {year} (خيالية)",
        "title_fr": f"Calendrier du programme annuel d’investissement participatif {year} (fictif)",
    }
    for field, title in titles.items():
        seen = Seen(program.version, getattr(program, field))
        save_program_cell(program=program, field=field, value=title, seen=seen, actor=None)
    for task in _tasks(program):
        if person := RESPONSIBLE.get(task.code[0]):
            _say(task, "responsible", person)
    return program


def _seed_past(town: Municipality, year: int, approval: datetime.date) -> None:
    """Approved, with the delay before its general session broken by a day, and the reason said."""
    program = _draft(town, year, approval)
    for task in _tasks(program):
        _say(task, "done", True)
        if task.code == "4.1":
            published = next(other for other in _tasks(program) if other.code == "2.6")
            day = (published.session_date or approval) + datetime.timedelta(days=6)
            _say(task, "session_date", day, reason="القاعة غير متاحة في الأسبوع الموالي (مثال خيالي).")
        _hand_in(task, task.expected_documents.count() if task.phase.number in (1, 5) else 0)
    publish(program=program, actor=None)
    body = body_in_office(program, approval)
    if body:
        decided = Approval(deciding_body=body, date=approval, deliberation=f"12/{approval.year}")
        approve(program=program, approval=decided, actor=None)


def _seed_running(town: Municipality, year: int, approval: datetime.date) -> None:
    """Done with and without evidence, late, not stated, next, to come, undated; one date moved in public."""
    program = _draft(town, year, approval)
    tasks = _tasks(program)
    for task in tasks:
        if task.code in RUNNING:
            done, files = RUNNING[task.code]
            _say(task, "done", done)
            _hand_in(task, files)
    _say(tasks[-4], "session_date", None)
    publish(program=program, actor=None)
    moved = next(task for task in tasks if task.code == "5.1")
    if moved.session_date:
        later = moved.session_date + datetime.timedelta(days=1)
        _say(moved, "session_date", later, reason="ورد عدد كبير من الملاحظات في اليوم الأخير (مثال خيالي).")


def _tasks(program: Program) -> list[Task]:
    tasks = Task.objects.filter(phase__program=program).select_related("phase__program__municipality")
    return list(tasks.order_by("phase__number", "number"))


def _say(task: Task, field: str, value: Any, reason: str = "") -> None:
    """Say something in a cell, as an editor would."""
    row = Task.objects.get(pk=task.pk)
    save_task_cell(
        program=task.phase.program,
        task_id=task.pk,
        field=field,
        value=value,
        seen=Seen(row.version, cell_value(row, field)),
        reason=reason,
        actor=None,
    )


def _hand_in(task: Task, count: int) -> None:
    for document in list(task.expected_documents.order_by("position"))[:count]:
        upload = SimpleUploadedFile(f"exemple-{task.code}-{document.position}.png", _picture(document.pk))
        attach_evidence(
            document=document,
            upload=check_upload(upload),
            is_public=not is_internal_by_default(document.title_ar, document.title_fr),
            actor=None,
        )


def _picture(shade: int) -> bytes:
    """A plain sheet that stands for a document: nothing on it can be taken for a real one."""
    out = io.BytesIO()
    Image.new("RGB", (420, 594), (200 + shade % 50, 230, 220)).save(out, "PNG")
    return out.getvalue()

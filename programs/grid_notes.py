"""What is said of a cell that was not saved: refused, changed by somebody else, or in want of a reason."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal import locales
from portal.bilingual import Localized, page_language
from portal.workdays.days import workdays_of
from programs.calendar import code_in
from programs.delays import BrokenRule, if_this_slips
from programs.models import Program, Task
from programs.services.cells import ReasonNeeded


@dataclass(frozen=True, slots=True)
class RuleSaid:
    """A delay that a date breaks, in words, and the nearest date that would keep it."""

    text: Localized
    sentence: str
    nearest: str
    is_estimate: bool


@dataclass(frozen=True, slots=True)
class Note:
    """Why a cell was not saved."""

    kind: str
    """Whose cell it is: task, phase or program."""
    pk: int
    field: str
    label: str
    """The cell in words."""
    refusals: tuple[str, ...] = ()
    is_clash: bool = False
    mine: str = ""
    theirs: str = ""
    theirs_text: str = ""
    version: int = 0
    who: str = ""
    at: datetime.datetime | None = None
    is_moved: bool = False
    rules: tuple[RuleSaid, ...] = ()
    asks_reason: bool = False
    reason: str = ""
    slips: tuple[str, ...] = ()
    """What else would come too late, in words."""

    @property
    def name(self) -> str:
        return f"{self.kind}-{self.pk}-{self.field}"


def say_rules(needed: ReasonNeeded, program: Program) -> tuple[RuleSaid, ...]:
    """Tell the broken delays of a program that came from ``for_calendar_page()``."""
    tasks = {task.pk: task for phase in program.phases.all() for task in phase.tasks.all()}
    codes = {
        task.pk: code_in(page_language(), phase.number, task.number)
        for phase in program.phases.all()
        for task in phase.tasks.all()
    }
    return tuple(_say(broken, tasks, codes, program.municipality.country) for broken in needed.broken)


def _say(broken: BrokenRule, tasks: Mapping[int, Task], codes: Mapping[int, str], country: str) -> RuleSaid:
    nearest = broken.earliest or broken.latest
    return RuleSaid(
        text=broken.rule.text,
        sentence=_sentence(broken, tasks, codes),
        nearest=locales.sheet_date(nearest) if nearest else "",
        is_estimate=broken.reckoning.rests_on_estimate,
    )


def _sentence(broken: BrokenRule, tasks: Mapping[int, Task], codes: Mapping[int, str]) -> str:
    days, wanted = broken.reckoning.days, broken.reckoning.min_days
    values = {
        "days": days,
        "first": codes.get(broken.rule.from_task_id, ""),
        "second": codes.get(broken.rule.to_task_id, ""),
        "wanted": wanted,
        "missing": broken.reckoning.missing,
    }
    if broken.rule.day_kind == "working":
        return (
            ngettext(
                "%(days)s working day from %(first)s to %(second)s, of %(wanted)s: %(missing)s missing.",
                "%(days)s working days from %(first)s to %(second)s, of %(wanted)s: %(missing)s missing.",
                days,
            )
            % values
        )
    return (
        ngettext(
            "%(days)s day from %(first)s to %(second)s, of %(wanted)s: %(missing)s missing.",
            "%(days)s days from %(first)s to %(second)s, of %(wanted)s: %(missing)s missing.",
            days,
        )
        % values
    )


def say_slips(program: Program, task: Task, date: datetime.date | None) -> tuple[str, ...]:
    """What else would have to move if the task did: told, never done."""
    country, language = program.municipality.country, page_language()
    rows = [(phase, row) for phase in program.phases.all() for row in phase.tasks.all()]
    codes = {row.pk: code_in(language, phase.number, row.number) for phase, row in rows}
    found = if_this_slips(
        rules=program.delay_rules.all(),
        dates={row.pk: row.session_date for _phase, row in rows},
        order=list(codes),
        task_id=task.pk,
        new_date=date,
        workdays=workdays_of(program.municipality),
    )
    return tuple(
        _("%(code)s, now on %(date)s, would have to move to %(needed)s.")
        % {
            "code": codes[slip.task_id],
            "date": locales.long_date(slip.date, country, language),
            "needed": locales.long_date(slip.needed, country, language),
        }
        for slip in found
    )

"""The delay rules that a calendar's own titles propose, each to be added or not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from portal.workdays.days import Workdays
from programs.calendar import code_in
from programs.importers.readings import CalendarReading, DelayReading, TaskReading
from programs.models import DayKind
from programs.rules import DelayReckoning, reckon_delay


@dataclass(frozen=True, slots=True)
class ProposedRule:
    """A rule as proposed: between which tasks, on whose words, and whether the calendar keeps it."""

    key: str
    from_code: str
    from_title: str
    to_code: str
    to_title: str
    min_days: int
    text: str
    line: int
    reckoning: DelayReckoning | None
    is_wanted: bool
    day_kind: str


def proposed_rules(
    reading: CalendarReading,
    posted: Mapping[str, str],
    shown: frozenset[str],
    language: str,
    workdays: Workdays,
) -> list[ProposedRule]:
    """Return the rules of a reading, as they were chosen where they were `shown` before."""
    tasks = {task.code: task for task in reading.tasks}
    return [
        _proposed(rule, tasks[rule.from_code], tasks[rule.to_code], posted, shown, language, workdays)
        for rule in reading.delay_rules
    ]


def key_of(rule: DelayReading) -> str:
    return f"{rule.from_code}-{rule.to_code}"


def _proposed(
    rule: DelayReading,
    first: TaskReading,
    last: TaskReading,
    posted: Mapping[str, str],
    shown: frozenset[str],
    language: str,
    workdays: Workdays,
) -> ProposedRule:
    key = key_of(rule)
    kind = DayKind.WORKING if rule.in_working_days else DayKind.CALENDAR
    chosen = posted.get(f"rule-kind-{key}", "")
    kind = DayKind(chosen) if chosen in DayKind.values else kind
    return ProposedRule(
        key=key,
        from_code=code_in(language, first.phase, first.number),
        from_title=first.title,
        to_code=code_in(language, last.phase, last.number),
        to_title=last.title,
        min_days=rule.min_days,
        text=rule.text,
        line=last.line,
        reckoning=reckon_delay(
            min_days=rule.min_days,
            day_kind=kind,
            first=first.session_date,
            second=last.session_date,
            workdays=workdays,
        ),
        is_wanted=f"rule-{key}" in posted if key in shown else True,
        day_kind=kind.value,
    )


def with_rules(reading: CalendarReading, rules: list[ProposedRule]) -> CalendarReading:
    """Return the reading with the rules that are wanted, in the kind of days that was chosen."""
    wanted = {rule.key: rule for rule in rules if rule.is_wanted}
    kept = tuple(
        replace(rule, in_working_days=wanted[key_of(rule)].day_kind == DayKind.WORKING)
        for rule in reading.delay_rules
        if key_of(rule) in wanted
    )
    return replace(reading, delay_rules=kept)

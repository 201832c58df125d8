"""What the delays between a calendar's tasks say of its dates, before anything is saved."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from portal.workdays.days import Workdays, shifted
from programs.models import DayKind, DelayRule
from programs.rules import DelayReckoning, reckon_delay

Dates = Mapping[int, datetime.date | None]
"""The session date of each task, by the task's key."""


@dataclass(frozen=True, slots=True)
class RuleReckoning:
    """A rule and what two dates make of it; ``None`` while a date is missing."""

    rule: DelayRule
    reckoning: DelayReckoning | None

    @property
    def is_broken(self) -> bool:
        return self.reckoning is not None and not self.reckoning.is_kept


@dataclass(frozen=True, slots=True)
class BrokenRule:
    """A rule that a new date would break, or leave broken."""

    rule: DelayRule
    reckoning: DelayReckoning
    """With the new date."""
    was_missing: int
    """Days missing before the move; 0 when the rule was kept, or could not be reckoned."""
    earliest: datetime.date | None
    """The first day that would keep the rule, when the moved task is the later of its two."""
    latest: datetime.date | None
    """The last day that would keep the rule, when the moved task is the earlier of its two."""

    @property
    def was_broken_before(self) -> bool:
        return self.was_missing > 0

    @property
    def is_worse(self) -> bool:
        """True when more days are missing than before: then a reason has to be given anew."""
        return self.reckoning.missing > self.was_missing


def reckon_rules(rules: Iterable[DelayRule], dates: Dates, workdays: Workdays) -> list[RuleReckoning]:
    """Apply every rule to the dates, in the order of the rules."""
    return [RuleReckoning(rule, _reckoned(rule, dates, workdays)) for rule in rules]


def broken_by_move(
    *,
    rules: Iterable[DelayRule],
    dates: Dates,
    task_id: int,
    new_date: datetime.date | None,
    workdays: Workdays,
) -> list[BrokenRule]:
    """The rules that do not hold once the task has its new date; none when the date is taken away.

    Args:
        rules: the program's rules; those that do not touch the task are passed over.
        dates: the dates as they are now, by the task's key.
        task_id: the key of the task that moves.
        new_date: its date after the move.
        workdays: the days that count at the municipality.
    """
    if new_date is None:
        return []
    after = {**dates, task_id: new_date}
    touching = [rule for rule in rules if task_id in (rule.from_task_id, rule.to_task_id)]
    return [
        _broken(rule, found, dates, after, task_id, workdays)
        for rule in touching
        if (found := _reckoned(rule, after, workdays)) is not None and not found.is_kept
    ]


def _broken(
    rule: DelayRule, found: DelayReckoning, before: Dates, after: Dates, task_id: int, workdays: Workdays
) -> BrokenRule:
    old = _reckoned(rule, before, workdays)
    first, second = after[rule.from_task_id], after[rule.to_task_id]
    is_later = rule.to_task_id == task_id
    return BrokenRule(
        rule=rule,
        reckoning=found,
        was_missing=old.missing if old else 0,
        earliest=earliest_after(rule, first, workdays) if is_later and first else None,
        latest=latest_before(rule, second, workdays) if not is_later and second else None,
    )


def earliest_after(rule: DelayRule, first: datetime.date, workdays: Workdays) -> datetime.date:
    """The first day on which the later task keeps the rule, the earlier being on ``first``."""
    if rule.day_kind == DayKind.WORKING:
        return workdays.later(first, rule.min_days)
    return shifted(first, rule.min_days)


def latest_before(rule: DelayRule, second: datetime.date, workdays: Workdays) -> datetime.date:
    """The last day on which the earlier task keeps the rule, the later being on ``second``."""
    if rule.day_kind == DayKind.WORKING:
        return workdays.earlier(second, rule.min_days)
    return shifted(second, -rule.min_days)


def _reckoned(rule: DelayRule, dates: Dates, workdays: Workdays) -> DelayReckoning | None:
    return reckon_delay(
        min_days=rule.min_days,
        day_kind=rule.day_kind,
        first=dates.get(rule.from_task_id),
        second=dates.get(rule.to_task_id),
        workdays=workdays,
    )


@dataclass(frozen=True, slots=True)
class Dependent:
    """A task that a move would leave on a date it cannot keep. It is told, never moved."""

    task_id: int
    date: datetime.date
    """As it is now."""
    needed: datetime.date
    """The nearest date that would do: not sooner after a move to later, not later after one to sooner."""
    because_of: int
    """The task that asks for it: the moved one, or another dependent."""
    rule: DelayRule | None
    """The rule between the two; ``None`` where only the order of the calendar asks."""

    @property
    def days(self) -> int:
        """By how many days it would have to move; negative to an earlier day."""
        return (self.needed - self.date).days


@dataclass(frozen=True, slots=True)
class _Demand:
    """What one task's date asks of another's."""

    task_id: int
    date: datetime.date
    rule: DelayRule | None


def if_this_slips(
    *,
    rules: Iterable[DelayRule],
    dates: Dates,
    order: Sequence[int],
    task_id: int,
    new_date: datetime.date | None,
    workdays: Workdays,
) -> list[Dependent]:
    """Every task that could not stay on its date if one task moved, and theirs in turn.

    A task depends on another by a rule, or by the order of the calendar where the dates follow it
    now and would no longer. Tasks without a date have nothing to lose and are passed over.

    Args:
        order: the tasks' keys as the calendar prints them; the answer follows it.
        new_date: the moved task's date after the move; nothing depends on a date taken away.
    """
    if new_date is None:
        return []
    known = list(rules)
    later = _pushed(known, dates, order, (task_id, new_date), workdays, forwards=True)
    sooner = _pushed(known, dates, order, (task_id, new_date), workdays, forwards=False)
    found = {**sooner, **later}
    return [found[key] for key in order if key in found]


def _pushed(
    rules: list[DelayRule],
    dates: Dates,
    order: Sequence[int],
    moved: tuple[int, datetime.date],
    workdays: Workdays,
    *,
    forwards: bool,
) -> dict[int, Dependent]:
    found: dict[int, Dependent] = {}
    # Rules that chase each other in a circle would never come to rest: a chain has no more links than tasks.
    waiting = [moved]
    for _link in order:
        waiting = _next_link(rules, dates, order, waiting, found, workdays, forwards=forwards)
        waiting = [(key, date) for key, date in waiting if key != moved[0]]
    found.pop(moved[0], None)
    return found


def _next_link(
    rules: list[DelayRule],
    dates: Dates,
    order: Sequence[int],
    movers: list[tuple[int, datetime.date]],
    found: dict[int, Dependent],
    workdays: Workdays,
    *,
    forwards: bool,
) -> list[tuple[int, datetime.date]]:
    """Note in ``found`` what the movers ask for, and return those who have to move further by it."""
    changed: dict[int, datetime.date] = {}
    for mover, mover_date in movers:
        by_rule = _asked_by_rules(rules, mover, mover_date, workdays, forwards=forwards)
        by_order = _asked_by_order(dates, order, mover, mover_date, forwards=forwards)
        for asked in [*by_rule, *by_order]:
            date = dates.get(asked.task_id)
            known = found.get(asked.task_id)
            at = known.needed if known else date
            if date is None or at is None or (at >= asked.date if forwards else at <= asked.date):
                continue
            found[asked.task_id] = Dependent(asked.task_id, date, asked.date, mover, asked.rule)
            changed[asked.task_id] = asked.date
    return list(changed.items())


def _asked_by_rules(
    rules: list[DelayRule], mover: int, date: datetime.date, workdays: Workdays, *, forwards: bool
) -> list[_Demand]:
    if forwards:
        own = [rule for rule in rules if rule.from_task_id == mover]
        return [_Demand(rule.to_task_id, earliest_after(rule, date, workdays), rule) for rule in own]
    own = [rule for rule in rules if rule.to_task_id == mover]
    return [_Demand(rule.from_task_id, latest_before(rule, date, workdays), rule) for rule in own]


def _asked_by_order(
    dates: Dates, order: Sequence[int], mover: int, date: datetime.date, *, forwards: bool
) -> list[_Demand]:
    """The tasks that follow (precede) the mover and are dated so now, but would not be any more."""
    if mover not in order:
        return []
    place, before = order.index(mover), dates.get(mover)
    others = order[place + 1 :] if forwards else order[:place]
    in_order = [
        key
        for key in others
        if (other := dates.get(key)) is not None
        and (before is None or (other >= before if forwards else other <= before))
    ]
    return [_Demand(key, date, None) for key in in_order]

"""What a calendar says that cannot all be true, told in plain words.

Each rule is a function over the rows of a calendar; nothing is asked of the database. A rule is told only
where a clerk would have to agree: an unusual date is no contradiction, and neither is an empty cell.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal import locales
from portal.bilingual import page_language
from programs.acts import PUBLICATIONS, SESSIONS_OF_THE_BODY, ActKind, ProofKind, act_of, proof_of
from programs.calendar import Calendar, DelayRow, TaskRow
from programs.models import ExpectedDocument, Status


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Two things that a calendar says and that cannot both be true."""

    code: str
    """The rule's name, with hyphens."""
    sentence: str
    """In the reader's language, for somebody who does not know the rule."""
    tasks: tuple[TaskRow, ...]
    """The tasks concerned, the one to look at first."""


@dataclass(frozen=True, slots=True)
class _Act:
    """A dated task that the method's order hangs on."""

    kind: ActKind
    row: TaskRow
    date: datetime.date


Rule = Callable[[Calendar], Iterator[Contradiction]]


def contradictions(calendar: Calendar) -> list[Contradiction]:
    """Everything that contradicts itself in a calendar, rule by rule, each in the calendar's order."""
    return [found for rule in RULES for found in rule(calendar)]


# --- the order of dates --------------------------------------------------------------------------------


def task_before_previous(calendar: Calendar) -> Iterator[Contradiction]:
    """Within a phase, a task is dated before the one printed above it."""
    for phase in calendar.phases:
        dated = [(row, row.session_date) for row in phase.tasks if row.session_date]
        for (above, above_date), (row, date) in pairwise(dated):
            if date < above_date:
                sentence = _(
                    "Task %(task)s is dated %(date)s, before task %(other)s above it (%(other_date)s)."
                )
                yield _told("task-before-previous", sentence, calendar, (row, date), (above, above_date))


def phase_out_of_order(calendar: Calendar) -> Iterator[Contradiction]:
    """A phase has a date before the phase above it has come to its last one."""
    spans = [[row for row in phase.tasks if row.session_date] for phase in calendar.phases]
    for above, phase in pairwise([rows for rows in spans if rows]):
        last, first = max(above, key=_date), min(phase, key=_date)
        if _date(first) < _date(last):
            sentence = _(
                "Phase %(phase)s begins with task %(task)s on %(date)s, before phase %(other_phase)s"
                " has ended: its task %(other)s is on %(other_date)s."
            )
            names = {"phase": first.phase_number, "other_phase": last.phase_number}
            pair = (first, _date(first)), (last, _date(last))
            yield _told("phase-out-of-order", sentence, calendar, *pair, **names)


def approval_not_last(calendar: Calendar) -> Iterator[Contradiction]:
    """A task printed above the approval is dated after it: what it prepares would be decided already."""
    for act in _acts(calendar, ActKind.APPROVAL):
        for row in calendar.rows[: calendar.rows.index(act.row)]:
            if row.session_date and row.session_date > act.date and _kind(row) not in PUBLICATIONS:
                sentence = _(
                    "Task %(task)s is dated %(date)s, after the approval that it prepares"
                    " (task %(other)s, %(other_date)s)."
                )
                pair = (row, row.session_date), (act.row, act.date)
                yield _told("approval-not-last", sentence, calendar, *pair)


def publication_after_approval(calendar: Calendar) -> Iterator[Contradiction]:
    """The diagnosis or the draft is made public after the program is approved."""
    for approval in _acts(calendar, ActKind.APPROVAL):
        for act in _acts(calendar, *PUBLICATIONS):
            if act.date > approval.date:
                sentence = _(
                    "Task %(task)s makes public on %(date)s what is approved before, on %(other_date)s"
                    " (task %(other)s)."
                )
                pair = (act.row, act.date), (approval.row, approval.date)
                yield _told("publication-after-approval", sentence, calendar, *pair)


def plenary_before_diagnosis(calendar: Calendar) -> Iterator[Contradiction]:
    """The plenary session discusses a diagnosis that is published only afterwards."""
    published = _acts(calendar, ActKind.DIAGNOSIS_PUBLISHED)
    for act in _acts(calendar, ActKind.PLENARY):
        for publication in published:
            if act.date < publication.date:
                sentence = _(
                    "The plenary session (task %(task)s) is on %(date)s, before the diagnosis is published"
                    " (task %(other)s, %(other_date)s)."
                )
                pair = (act.row, act.date), (publication.row, publication.date)
                yield _told("plenary-before-diagnosis", sentence, calendar, *pair)


def body_twice_a_day(calendar: Calendar) -> Iterator[Contradiction]:
    """The first list and the final program are decided on one day, with no time to consult in between."""
    sessions = _acts(calendar, *SESSIONS_OF_THE_BODY)
    for first in sessions:
        for second in sessions:
            if first.kind == ActKind.ALLOCATION and second.kind == ActKind.APPROVAL:
                if first.date != second.date:
                    continue
                sentence = _(
                    "The deciding body would draw up the first list (task %(other)s) and approve the program"
                    " (task %(task)s) on the same day, %(date)s."
                )
                pair = (second.row, second.date), (first.row, first.date)
                yield _told("body-twice-a-day", sentence, calendar, *pair)


def outside_the_years(calendar: Calendar) -> Iterator[Contradiction]:
    """A date neither in the year before the program's, when it is prepared, nor in its own."""
    year = calendar.program.year
    for row in calendar.rows:
        if row.session_date and row.session_date.year not in (year - 1, year):
            sentence = _(
                "Task %(task)s is dated %(date)s, but a program of %(year)s is prepared in %(before)s."
            )
            names = {"year": year, "before": year - 1}
            yield _told("outside-the-years", sentence, calendar, (row, row.session_date), **names)


def approved_too_late(calendar: Calendar) -> Iterator[Contradiction]:
    """The program is approved when the year that it is for has begun."""
    year = calendar.program.year
    for act in _acts(calendar, ActKind.APPROVAL):
        if act.date.year == year:
            sentence = _(
                "Task %(task)s approves the program of %(year)s on %(date)s, when that year has begun."
            )
            yield _told("approved-too-late", sentence, calendar, (act.row, act.date), year=year)


# --- what is said to be done ---------------------------------------------------------------------------


def done_in_the_future(calendar: Calendar) -> Iterator[Contradiction]:
    for row in calendar.rows:
        if row.task.done and row.session_date and row.session_date > calendar.today:
            sentence = _("Task %(task)s is said to be done, but its date is still to come: %(date)s.")
            yield _told("done-in-the-future", sentence, calendar, (row, row.session_date))


def done_without_date(calendar: Calendar) -> Iterator[Contradiction]:
    for row in calendar.rows:
        if row.task.done and row.session_date is None:
            yield _told(
                "done-without-date",
                _("Task %(task)s is said to be done, but has no date."),
                calendar,
                (row, None),
            )


def approved_without_publication(calendar: Calendar) -> Iterator[Contradiction]:
    """The approval is said to be done, and the publication of the draft not to be."""
    approvals = [row for row in calendar.rows if row.task.done and _kind(row) == ActKind.APPROVAL]
    for row in calendar.rows:
        if approvals and row.task.done is False and _kind(row) == ActKind.DRAFT_PUBLISHED:
            sentence = _(
                "The program is said to be approved (task %(other)s), and its draft not to be published"
                " (task %(task)s)."
            )
            yield _told("approved-without-publication", sentence, calendar, (row, None), (approvals[0], None))


def evidence_of_what_is_not_done(calendar: Calendar) -> Iterator[Contradiction]:
    """A task is said not to be done although its minutes were handed in."""
    for row in calendar.rows:
        if row.task.done is False and any(_uploads(row, ProofKind.MINUTES, calendar)):
            sentence = _("Task %(task)s is said not to be done, but its minutes are there.")
            yield _told("evidence-of-what-is-not-done", sentence, calendar, (row, None))


# --- evidence and dates --------------------------------------------------------------------------------


def minutes_before_session(calendar: Calendar) -> Iterator[Contradiction]:
    """Minutes, or the list of those present, were handed in before the session is held."""
    for row in calendar.rows:
        sooner = _sooner(row, ProofKind.MINUTES, calendar)
        if sooner and row.session_date:
            sentence = _(
                "The minutes of task %(task)s were handed in on %(day)s, before its session of %(date)s."
            )
            day = _in_words(calendar, sooner)
            yield _told("minutes-before-session", sentence, calendar, (row, row.session_date), day=day)


def proof_before_publication(calendar: Calendar) -> Iterator[Contradiction]:
    """The proof that something was made public is older than its publication."""
    for row in calendar.rows:
        sooner = _sooner(row, ProofKind.PROOF, calendar) if _kind(row) in PUBLICATIONS else None
        if sooner and row.session_date:
            sentence = _(
                "The proof of the publication of task %(task)s was handed in on %(day)s,"
                " before its date: %(date)s."
            )
            day = _in_words(calendar, sooner)
            yield _told("proof-before-publication", sentence, calendar, (row, row.session_date), day=day)


# --- rules and reasons ---------------------------------------------------------------------------------


def broken_without_reason(calendar: Calendar) -> Iterator[Contradiction]:
    for delay in calendar.delays:
        if not delay.reckoning.is_kept and not delay.rule.reason.strip():
            sentence = ngettext(
                "Task %(task)s (%(date)s) comes too soon after task %(other)s (%(other_date)s): the rule asks"
                " for %(days)s day, and no reason is given.",
                "Task %(task)s (%(date)s) comes too soon after task %(other)s (%(other_date)s): the rule asks"
                " for %(days)s days, and no reason is given.",
                delay.reckoning.min_days,
            )
            days = {"days": delay.reckoning.min_days}
            yield _told("broken-without-reason", sentence, calendar, *_ends(delay), **days)


def rule_backwards(calendar: Calendar) -> Iterator[Contradiction]:
    """A delay is asked for between a task and one that is printed above it."""
    places = {row.task.pk: place for place, row in enumerate(calendar.rows)}
    for rule in calendar.program.delay_rules.all():
        first, second = places.get(rule.from_task_id), places.get(rule.to_task_id)
        if first is not None and second is not None and second < first:
            sentence = _("A rule asks for days from task %(other)s to task %(task)s, which stands above it.")
            pair = (calendar.rows[second], None), (calendar.rows[first], None)
            yield _told("rule-backwards", sentence, calendar, *pair)


# --- the approval --------------------------------------------------------------------------------------


def approved_on_another_day(calendar: Calendar) -> Iterator[Contradiction]:
    """The approval is recorded for another day than the calendar gives its session."""
    approved_on = calendar.program.approved_on
    for act in _acts(calendar, ActKind.APPROVAL):
        if approved_on and act.date != approved_on:
            sentence = _(
                "The approval is recorded for %(day)s, but its session (task %(task)s) is dated %(date)s."
            )
            day = _in_words(calendar, approved_on)
            yield _told("approved-on-another-day", sentence, calendar, (act.row, act.date), day=day)


def approved_before_its_session(calendar: Calendar) -> Iterator[Contradiction]:
    """The program has the status of an approved one while the approval is to come, or said not to be done."""
    if calendar.program.status not in (Status.APPROVED, Status.CLOSED):
        return
    for act in _acts(calendar, ActKind.APPROVAL):
        if act.date > calendar.today or act.row.task.done is False:
            sentence = _(
                "The program is marked as approved, but its approval (task %(task)s, %(date)s)"
                " is still to come or said not to be done."
            )
            yield _told("approved-before-its-session", sentence, calendar, (act.row, act.date))


def moved_after_approval(calendar: Calendar) -> Iterator[Contradiction]:
    """A date of the preparation was changed when the program had been approved already."""
    approved_on, zone = calendar.program.approved_on, calendar.program.municipality.zone_info
    if approved_on is None:
        return
    for row in calendar.rows:
        days = [moved.move.moved_at.astimezone(zone).date() for moved in row.moves]
        if days and days[-1] > approved_on:
            sentence = _(
                "The date of task %(task)s was changed on %(day)s, after the approval of %(approved)s."
            )
            names = {"day": _in_words(calendar, days[-1]), "approved": _in_words(calendar, approved_on)}
            yield _told("moved-after-approval", sentence, calendar, (row, row.session_date), **names)


RULES: tuple[Rule, ...] = (
    task_before_previous,
    phase_out_of_order,
    approval_not_last,
    publication_after_approval,
    plenary_before_diagnosis,
    body_twice_a_day,
    outside_the_years,
    approved_too_late,
    done_in_the_future,
    done_without_date,
    approved_without_publication,
    evidence_of_what_is_not_done,
    minutes_before_session,
    proof_before_publication,
    broken_without_reason,
    rule_backwards,
    approved_on_another_day,
    approved_before_its_session,
    moved_after_approval,
)


# --- reading the rows ----------------------------------------------------------------------------------


def _date(row: TaskRow) -> datetime.date:
    return row.session_date or datetime.date.max


def _kind(row: TaskRow) -> ActKind | None:
    return act_of(row.task.title_ar, row.task.title_fr)


def _acts(calendar: Calendar, *kinds: ActKind) -> list[_Act]:
    found = [(kind, row) for row in calendar.rows if row.session_date and (kind := _kind(row)) in kinds]
    return [_Act(kind, row, _date(row)) for kind, row in found if kind]


def _uploads(row: TaskRow, kind: ProofKind, calendar: Calendar) -> Iterator[datetime.date]:
    """The days, where the municipality is, on which documents of a kind were handed in."""
    zone = calendar.program.municipality.zone_info
    for document in row.task.listed_documents:
        if _proves(document) == kind:
            yield from (file.uploaded_at.astimezone(zone).date() for file in document.listed_files)


def _sooner(row: TaskRow, kind: ProofKind, calendar: Calendar) -> datetime.date | None:
    """The first day before the task's own on which such a document was handed in."""
    days = [day for day in _uploads(row, kind, calendar) if row.session_date and day < row.session_date]
    return min(days, default=None)


def _proves(document: ExpectedDocument) -> ProofKind | None:
    return proof_of(document.title_ar, document.title_fr)


def _ends(delay: DelayRow) -> tuple[tuple[TaskRow, datetime.date | None], ...]:
    return (delay.to_row, delay.to_row.session_date), (delay.from_row, delay.from_row.session_date)


def _in_words(calendar: Calendar, date: datetime.date | None) -> str:
    return locales.long_date(date, calendar.country, page_language()) if date else ""


def _isolated(code: str) -> str:
    # Amid Arabic words the two figures of a code would change places.
    return f"\u2066{code}\u2069" if page_language() == "ar" else code


def _told(
    code: str,
    sentence: str,
    calendar: Calendar,
    *rows: tuple[TaskRow, datetime.date | None],
    **names: object,
) -> Contradiction:
    """A contradiction between one or two rows, named ``task`` and ``other`` in its sentence."""
    words = dict(names)
    for prefix, name, (row, date) in zip(("", "other_"), ("task", "other"), rows, strict=False):
        words |= {name: _isolated(row.code), f"{prefix}date": _in_words(calendar, date)}
    return Contradiction(code, sentence % words, tuple(row for row, _date in rows))

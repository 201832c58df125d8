"""Who was told that something is stored finds it again: whatever is killed, cut off, filled up or raced."""

from __future__ import annotations

import datetime
import random
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
import time_machine
from django.test import Client

from consultations import receipts
from consultations.models import Activity, Contribution
from consultations.services import contributions as services
from consultations.services.projects import save_activities
from consultations.views import contributing
from portal.audit.models import Entry
from portal.editing import rows as editing_rows
from portal.editing.cells import Clash, Seen
from portal.editing.rows import RowsRefused
from programs.models import Task
from programs.services import cells
from tests import factories
from tests.consultations.commitments import edit
from tests.consultations.contribution_posts import filled_in
from tests.consultations.factories import ActionPlanFactory, ActivityFactory, ProjectFactory
from tests.consultations.participation import ConsultationFactory
from tests.threads import at_once, in_thread, shared_database  # noqa: F401
from tests.trust.serving import (
    ROWS,
    People,
    compare,
    copied,
    environment,
    kill_one,
    open_consultation,
    serving,
)

pytestmark = pytest.mark.django_db(transaction=True)
BETWEEN_KILLS = 2
"""Receipts that people get between one kill and the next."""
AT_ONCE, EDITORS = 10, 6
MILLISECONDS = datetime.timedelta(milliseconds=1)
EDGES = [
    ("TN", datetime.datetime(2026, 11, 20, 22, 59, tzinfo=datetime.UTC)),
    # The last Sunday before Ramadan of 2027, when Morocco's clocks go back; a year's end; a leap day.
    ("MA", datetime.datetime(2027, 2, 7, 1, 59, 59, tzinfo=datetime.UTC)),
    ("TN", datetime.datetime(2026, 12, 31, 23, 0, tzinfo=datetime.UTC)),
    ("TN", datetime.datetime(2028, 2, 29, 22, 59, 59, tzinfo=datetime.UTC)),
]


def test_killed(trust, tmp_path):
    """One of the two serving processes is ended by signal 9 again and again while eight people press."""
    check = trust(23, "Killed under eight writers", target="0 lost, 0 doubled, integrity ok; 200 kills")
    kills, calm = trust.count(quick=10, full=200), trust.count(quick=30, full=200)
    everybody = range(calm + kills * BETWEEN_KILLS + 8)
    address, shown = open_consultation(len(everybody))
    with copied(tmp_path) as database, serving(environment(tmp_path, database)) as portal:
        people = People(portal.port, address, shown)
        with people.contributing(everybody[:calm]):
            pass
        undisturbed = set(people.tries.values()) == {1} and len(people.told) == calm
        killed = _kill_while(people, portal, everybody[calm:], kills)
        found, integrity, rows = _stored(people, database)
    check.catches("a server that tells before it stores", _early_is_seen(tmp_path, address, shown))
    check.catches("a row stored twice", compare(people.told, [*rows, rows[0]]).doubled > 0)
    is_held = found.is_sound and integrity == "ok" and undisturbed and killed == kills
    numbered = [number for number, _, _ in rows] == [n + 1 for n in everybody]
    check.holds(
        is_held and numbered and len(people.told) == len(everybody),
        f"{found.lost} lost, {found.doubled} doubled of {len(people.told)} receipts; {killed} kills,"
        f" integrity {integrity}",
    )


def _kill_while(people, portal, numbers, kills):
    killed, before = 0, len(people.told)
    pick = random.Random(2026).choice
    with people.contributing(numbers):
        while killed < kills:
            # Whoever is not told yet is anywhere in the middle of it.
            assert people.wait_for(before + killed * BETWEEN_KILLS)
            killed += kill_one(portal, pick)
    return killed


def _stored(people, database):
    rows = database.ask(ROWS)
    return compare(people.told, rows), database.integrity(), rows


def _early_is_seen(directory, address, shown):
    """Whether the same measuring sees what is lost of a server that tells before it stores."""
    with copied(directory) as database, serving(environment(directory, database), twin="early") as portal:
        people = People(portal.port, address, shown)
        with people.contributing(range(6)):
            assert people.wait_for(6)
            for child in portal.children:
                kill_one(portal, lambda _children, child=child: child)
        return _stored(people, database)[0].lost > 0


# --- sent twice ----------------------------------------------------------------------------------


def test_sent_twice(trust, shared_database, monkeypatch):  # noqa: F811
    """One form is sent ten times at the same moment: one contribution, and ten times the same receipt."""
    check = trust(27, "Sent twice", target="100 rows, 1,000 identical receipts, 0 of 5xx; 100 × 10 at once")
    rounds = trust.count(quick=10, full=100)
    address, shown = open_consultation(rounds + 1)
    # All of them come from one address, and there are more of them than a school sends.
    monkeypatch.setattr(contributing, "MOST", 10**9)
    monkeypatch.setattr(contributing, "WITHOUT_A_MARK", 10**9)
    shared_database()
    answers = [at_once(_press(address, token), range(AT_ONCE)) for token in shown[:rounds]]
    rows = in_thread(Contribution.objects.count)
    with monkeypatch.context() as broken:
        # A key that is another one each time: what was stored is not found again.
        broken.setattr(contributing.receipts, "code_for", lambda _key: receipts.new_code())
        twin = at_once(_press(address, shown[rounds]), range(AT_ONCE))
    check.catches("a form without a key of its own", not _is_one(twin))
    same = sum(AT_ONCE for answer in answers if _is_one(answer))
    failed = sum(status >= 500 for answer in answers for status, _ in answer)
    check.holds(
        rows == rounds and same == rounds * AT_ONCE and failed == 0,
        f"{rows} rows, {same} of {rounds * AT_ONCE} receipts identical, {failed} of 5xx",
    )


def _press(address, token):
    form = filled_in(token, text=f"نقرة مكررة {token[-6:]}")

    def press(_number):
        response = Client().post(address, form)
        return response.status_code, response.headers.get("Location")

    return press


def _is_one(answers):
    return {status for status, _ in answers} == {303} and len({place for _, place in answers}) == 1


# --- two people at one row -----------------------------------------------------------------------


@dataclass(frozen=True)
class Table:
    """Something that several people edit: how one of them looks at it, and writes what they typed."""

    look: Callable[[], Any]
    write: Callable[[str, Any, Any], Any]
    """Of the text, what was seen and who it is; returns what is stored then."""


def test_two_people_at_one_row(trust, shared_database, monkeypatch):  # noqa: F811
    """Six people write at once what each has typed over the same: one is first, and nobody's text is gone."""
    check = trust(
        28,
        "Six editors at a calendar, activities and a list of documents",
        target="exactly one winner each, 0 letters lost; 6 editors × 100 rounds × 3",
    )
    rounds = trust.count(quick=10, full=100)
    tables, people = _tables(), [factories.UserFactory() for _ in range(EDITORS)]
    shared_database()
    outcomes = {name: _race(table, people, rounds) for name, table in tables.items()}
    wrong = {name: sum(not _is_fair(outcome) for outcome in found) for name, found in outcomes.items()}
    with monkeypatch.context() as broken:
        for module in (cells, editing_rows):
            broken.setattr(module, "must_change", lambda **_given: True)
        twins = [_race(table, people, 2) for table in tables.values()]
    check.catches("the last one wins", not any(_is_fair(outcome) for twin in twins for outcome in twin))
    entries = in_thread(Entry.objects.count)
    tried = sum(map(len, outcomes.values()))
    check.holds(
        not any(wrong.values()) and tried == 3 * rounds and entries >= tried,
        f"{tried - sum(wrong.values())} of {tried} rounds of {EDITORS} with one winner and every text kept"
        f" ({', '.join(tables)})",
    )


def _tables():
    task = factories.TaskFactory(session_date=datetime.date(2021, 11, 2))
    factories.ExpectedDocumentFactory(task=task)
    activity = ActivityFactory(project=ProjectFactory(plan=ActionPlanFactory()))
    return {
        "calendar": _cells(task, "notes", lambda text: text),
        "documents": _cells(task, "documents_ar", lambda text: ["محضر", text]),
        "activities": Table(
            look=lambda: Activity.objects.select_related("project__plan__municipality").get(pk=activity.pk),
            write=_write_activity,
        ),
    }


def _cells(task, field, typed):
    def look():
        row = Task.objects.get(pk=task.pk)
        return Seen(row.version, cells.cell_value(row, field))

    def write(text, seen, actor):
        saved = cells.save_task_cell(
            program=task.phase.program,
            task_id=task.pk,
            field=field,
            value=typed(text),
            seen=seen,
            actor=actor,
        )
        return saved.value

    return Table(look, write)


def _write_activity(text, seen, actor):
    try:
        save_activities(project=seen.project, edits=[edit(seen, title_ar=text)], actor=actor)
    except RowsRefused as refused:
        [[clash]] = refused.clashes.values()
        raise clash from refused
    return text


def _race(table, people, rounds):
    """What became of each round: of each editor whether it was saved, their text, and the one that stands."""
    start, outcomes = threading.Barrier(EDITORS, timeout=60), [[None] * EDITORS for _ in range(rounds)]

    def edit_often(number):
        for turn in range(rounds):
            seen, typed = table.look(), f"{turn} {number} كلام"
            start.wait()
            try:
                stored = table.write(typed, seen, people[number])
                outcomes[turn][number] = (True, typed, stored, stored)
            except Clash as clash:
                outcomes[turn][number] = (False, typed, clash.mine, clash.theirs)
            start.wait()

    at_once(edit_often, range(EDITORS))
    return outcomes


def _is_fair(outcome):
    """One was first; the others hold their own text still, to the letter, and see the one that stands."""
    winners = [stored for is_saved, _typed, stored, _ in outcome if is_saved]
    return (
        len(winners) == 1
        and all(theirs == winners[0] for *_, theirs in outcome)
        and all(typed in mine for _, typed, mine, _ in outcome)
    )


# --- the edges of a period -----------------------------------------------------------------------


def test_edges(trust, monkeypatch):
    """What is committed before the closing counts and nothing else, whatever the clocks do on that day."""
    check = trust(
        30,
        "The edges of a period",
        target="accepted if and only if committed in time, 0 vanish; 1,000 posts in ± 2 s, clocks that jump",
    )
    posts, moments = trust.count(quick=100, full=1000), random.Random(2026)
    wrong, accepted = 0, 0
    for town, closes_at in EDGES:
        consultation = _closing(town, closes_at)
        found, taken = _around(consultation, posts // len(EDGES) + 1, moments, monkeypatch)
        wrong, accepted = wrong + found, accepted + taken
    stepped = [_stepped(_closing("TN", EDGES[0][1]), hours) for hours in (-1, 1)]
    with monkeypatch.context() as broken:
        broken.setattr(services, "is_in_time", lambda *_rows, **_given: True)
        twin, _ = _around(_closing("TN", EDGES[0][1]), 40, moments, monkeypatch)
    check.catches("a closing that nobody asks for", twin > 0)
    tried = (posts // len(EDGES) + 1) * len(EDGES)
    check.holds(
        wrong == 0 and all(stepped) and 0.2 < accepted / tried < 0.8 and tried >= posts,
        f"{wrong} of {tried} posts judged wrong or vanished, {accepted} accepted; {len(EDGES)} odd days,"
        f" clock stepped by an hour back and forth",
    )


def _closing(country, closes_at):
    town = factories.MunicipalityFactory(**{"tunisian" if country == "TN" else "moroccan": True})
    opens_at = closes_at - datetime.timedelta(days=3)
    return ConsultationFactory(open=True, municipality=town, opens_at=opens_at, closes_at=closes_at)


def _around(consultation, posts, moments, monkeypatch):
    """Posts that each take a while to be stored, begun and committed within two seconds of the closing."""
    wrong, accepted = 0, set()
    with time_machine.travel(consultation.closes_at, tick=False) as clock, monkeypatch.context() as slow:
        for _ in range(posts):
            ends = moments.randint(-2000, 2000) * MILLISECONDS
            clock.move_to(consultation.closes_at + ends - moments.randint(0, 300) * MILLISECONDS)
            slow.setattr(
                services.letters,
                "contribution_received",
                lambda *_given, ends=ends: clock.move_to(consultation.closes_at + ends),
            )
            number = _received(consultation)
            wrong += bool(number) != (ends < datetime.timedelta(0))
            accepted |= {number} - {None}
    stored = set(consultation.contributions.values_list("number", flat=True))
    return wrong + len(accepted ^ stored), len(accepted)


def _stepped(consultation, hours):
    """Whether half an hour before the closing, by a clock that then is set by an hour, all is as it says."""
    with time_machine.travel(consultation.closes_at - datetime.timedelta(minutes=30), tick=False) as clock:
        first = _received(consultation)
        clock.shift(hours * 3600)
        second = _received(consultation)
    stored = set(consultation.contributions.values_list("number", flat=True))
    return first is not None and bool(second) == (hours < 0) and stored == {first, second} - {None}


def _received(consultation):
    """The number of a contribution that was received; ``None`` where it was told that it is closed."""
    words = services.Words(kind="comment", text="رأي في وقته")
    given = {"code": receipts.new_code(), "language": "ar", "marks": []}
    try:
        received = services.receive(consultation=consultation, words=words, **given)
    except services.Closed:
        return None
    return received.contribution.number

"""Six people at one cell, a hundred times: one is first each time, and nobody loses what they typed."""

import datetime
import threading

from portal.audit.models import Entry
from portal.editing.cells import Clash, Seen
from programs.models import Task
from programs.services.cells import save_task_cell
from tests import factories
from tests.threads import at_once, in_thread, shared_database  # noqa: F401

EDITORS, ROUNDS = 6, 100


def test_exactly_one_of_six_editors_wins_each_of_a_hundred_rounds(shared_database):  # noqa: F811
    task = factories.TaskFactory(session_date=datetime.date(2021, 11, 2))
    program, people = task.phase.program, [factories.UserFactory() for _ in range(EDITORS)]
    shared_database()
    start = threading.Barrier(EDITORS, timeout=60)
    outcomes = [[None] * EDITORS for _ in range(ROUNDS)]

    def edit(number):
        seen = Seen(1, "")
        for turn in range(ROUNDS):
            start.wait()
            typed = f"{turn} {number} كلام"
            try:
                save_task_cell(
                    program=program,
                    task_id=task.pk,
                    field="notes",
                    value=typed,
                    seen=seen,
                    actor=people[number],
                )
                outcomes[turn][number] = ("saved", typed, typed)
            except Clash as clash:
                outcomes[turn][number] = ("clash", clash.mine, clash.theirs)
            start.wait()
            row = Task.objects.get(pk=task.pk)
            seen = Seen(row.version, row.notes)

    at_once(edit, range(EDITORS))
    for turn, outcome in enumerate(outcomes):
        winners = [typed for what, typed, _ in outcome if what == "saved"]
        assert len(winners) == 1
        # Whoever came later still holds their own text, and sees the one that stands.
        assert [mine for _, mine, _ in outcome] == [f"{turn} {n} كلام" for n in range(EDITORS)]
        assert {theirs for _, _, theirs in outcome} == set(winners)
    stored, written = in_thread(lambda: (Task.objects.get(pk=task.pk), Entry.objects.count()))
    assert (stored.version, written) == (ROUNDS + 1, ROUNDS)

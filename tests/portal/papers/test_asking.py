"""Asking for a long paper: one for everybody who wants the same, again where it failed, for a day."""

import datetime
import os

import pytest
import time_machine
from django.core.signing import BadSignature
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from portal.municipalities.models import Municipality
from portal.papers.asking import ask, asked, signed_order, take_up_what_was_left
from portal.papers.models import ALIVE, MOST_ATTEMPTS, Printing
from portal.papers.orders import draft_of
from portal.papers.printing import begin
from tests.portal.papers import made_up
from tests.threads import at_once, in_thread, shared_database  # noqa: F401

SECOND = datetime.timedelta(seconds=1)


def waiting() -> list[int]:
    return [task.args_kwargs["args"][0] for task in DBTaskResult.objects.ready()]


@pytest.mark.django_db
def test_a_paper_is_asked_for_with_what_the_worker_needs(ordered):
    order = ordered("steps")
    printing = ask(order, draft_of(order))
    assert waiting() == [printing.pk]
    assert printing.order == order.kept()
    assert (printing.title, printing.filename) == ("steps fr", "برنامج steps")
    assert printing.steps == list(made_up.STEPS)
    assert printing.back == "/fr/m/nefta/"
    assert not printing.is_finished


@pytest.mark.django_db
def test_who_asks_for_the_same_gets_the_same(ordered):
    order = ordered()
    first, second = ask(order, draft_of(order)), ask(order, draft_of(order))
    assert first.pk == second.pk
    assert waiting() == [first.pk]


@pytest.mark.django_db
def test_another_language_or_a_change_makes_another_paper(asked, nefta):
    papers = [asked(), asked(language="ar"), asked("steps")]
    nefta.revision += 1
    Municipality.objects.filter(pk=nefta.pk).update(revision=nefta.revision)
    papers.append(asked())
    assert len({paper.pk for paper in papers}) == 4


def test_two_people_at_once_make_one(ordered, shared_database):  # noqa: F811
    order = ordered()
    shared_database()
    papers = at_once(lambda _: ask(order, draft_of(order)).pk, range(6))
    assert len(set(papers)) == 1
    assert in_thread(waiting) == papers[:1]


@pytest.mark.django_db
def test_nothing_is_asked_for_where_the_task_cannot_be_kept(ordered, monkeypatch):
    def no_room(*_arguments, **_named):
        raise RuntimeError

    monkeypatch.setattr("django_tasks_db.backend.DatabaseBackend.enqueue", no_room)
    order = ordered()
    with pytest.raises(RuntimeError):
        ask(order, draft_of(order))
    assert not Printing.objects.exists()


# --- again ------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_what_failed_can_be_asked_for_again(finished, ordered):
    failed = finished("broken")
    assert failed.failure == "broken"
    order = ordered("broken")
    assert asked(order, draft_of(order)) is None
    ask(order, draft_of(order))
    again = Printing.objects.get()
    assert (again.failure, again.attempts, again.finished_at, again.started_at) == ("", 0, None, None)
    assert waiting() == [failed.pk]


@pytest.mark.django_db
def test_what_the_disk_lost_can_be_asked_for_again(finished, ordered, work_off):
    os.unlink(finished().file.path)  # noqa: PTH108
    order = ordered()
    assert asked(order, draft_of(order)) is None
    ask(order, draft_of(order))
    work_off()
    assert asked(order, draft_of(order)).file.read() == b"%PDF-1.7 made up"
    assert len(made_up.MADE) == 2


@pytest.mark.django_db
def test_what_is_made_is_not_made_again(finished, ordered):
    made = finished()
    order = ordered()
    assert asked(order, draft_of(order)) == made
    assert ask(order, draft_of(order)) == made
    assert waiting() == []


# --- the form ---------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_an_order_comes_back_out_of_its_form(ordered):
    order = ordered("steps", "staff-long", "ar")
    assert signed_order(order.signed()) == order


@pytest.mark.django_db
def test_an_order_is_good_for_a_day(ordered):
    with time_machine.travel(datetime.datetime(2026, 11, 22, tzinfo=datetime.UTC), tick=False) as clock:
        text = ordered().signed()
        clock.shift(datetime.timedelta(hours=24))
        assert signed_order(text)
        clock.shift(SECOND)
        with pytest.raises(BadSignature):
            signed_order(text)


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["", "x", "e30:1abc:zzz"])
def test_nobody_else_can_write_an_order(text):
    with pytest.raises(BadSignature):
        signed_order(text)


@pytest.mark.django_db
def test_an_order_of_a_municipality_that_is_gone(ordered, nefta):
    text = ordered().signed()
    nefta.delete()
    with pytest.raises(Municipality.DoesNotExist):
        signed_order(text)


# --- what was left ----------------------------------------------------------------------------------


@pytest.fixture
def clock():
    with time_machine.travel(datetime.datetime(2026, 11, 22, 12, tzinfo=datetime.UTC), tick=False) as clock:
        yield clock


@pytest.mark.django_db
def test_what_a_silent_worker_had_begun_is_taken_up_once(asked, clock):
    printing = asked()
    DBTaskResult.objects.get().claim("killed")
    begin(printing.pk)
    clock.shift(ALIVE)
    take_up_what_was_left()
    assert waiting() == []
    clock.shift(SECOND)
    take_up_what_was_left()
    take_up_what_was_left()
    assert waiting() == [printing.pk]


@pytest.mark.django_db
def test_what_nobody_was_told_of_is_taken_up(asked, clock):
    printing = asked()
    DBTaskResult.objects.all().delete()
    take_up_what_was_left()
    assert waiting() == [printing.pk]


@pytest.mark.django_db
def test_what_a_worker_is_just_told_of_is_left_to_it(asked, clock):
    printing = asked()
    DBTaskResult.objects.get().claim("about to begin")
    take_up_what_was_left()
    assert waiting() == []
    clock.shift(ALIVE + SECOND)
    take_up_what_was_left()
    assert waiting() == [printing.pk]


@pytest.mark.django_db
def test_what_was_left_comes_before_what_was_asked_for_since(asked, clock):
    first = asked()
    DBTaskResult.objects.all().delete()
    second = asked("steps")
    take_up_what_was_left()
    assert waiting() == [first.pk, second.pk]


@pytest.mark.django_db
def test_a_paper_that_brings_workers_down_is_given_up(asked, clock):
    printing = asked()
    for _attempt in range(MOST_ATTEMPTS):
        assert begin(printing.pk)
        clock.shift(ALIVE + SECOND)
    assert begin(printing.pk) is None
    DBTaskResult.objects.all().delete()
    take_up_what_was_left()
    printing.refresh_from_db()
    assert (printing.failure, printing.finished_at) == ("gave_up", timezone.now())
    assert waiting() == []


@pytest.mark.django_db
def test_what_is_made_is_not_left(finished, clock):
    finished()
    clock.shift(datetime.timedelta(days=1))
    take_up_what_was_left()
    assert waiting() == []

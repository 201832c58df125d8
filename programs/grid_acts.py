"""What can be done with the rows of the sheet, by the values of its buttons."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.accounts.models import User
from portal.bilingual import column
from portal.folding import one_line
from portal.municipalities.access import Act, allows
from programs.grid_posts import Posted
from programs.models import Phase, Program, Task
from programs.services import structure
from programs.services.undo import last_act, undo

MOST_DAYS = 3660


@dataclass(frozen=True, slots=True)
class Done:
    """What an act did, in a sentence, and where to go on."""

    message: str = ""
    anchor: str = ""
    query: str = ""
    is_warning: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """An act that was asked for, with the form that asked for it."""

    program: Program
    actor: User
    posted: Posted
    pk: int
    detail: str
    has_saved: bool = False
    """Whether something that was typed has been saved just before."""

    def text(self, name: str) -> str:
        return one_line(self.posted.texts.get(name, ""))


def anchor_of(task: Task) -> str:
    return f"task-{task.phase.number}-{task.number}"


def _anchor(pk: int) -> str:
    return anchor_of(Task.objects.select_related("phase").get(pk=pk))


def add_task(asked: Asked) -> Done:
    title = asked.text(f"new-task-{asked.pk}")
    try:
        task = structure.add_task(
            program=asked.program, phase_id=asked.pk, actor=asked.actor, **{column("title", title): title}
        )
    except ValidationError as refusal:
        raise ValidationError({f"new-task-{asked.pk}": refusal.messages}) from refusal
    return Done(_("The task is added."), _anchor(task.pk))


def add_phase(asked: Asked) -> Done:
    title = asked.text("new-phase")
    try:
        phase = structure.add_phase(
            program=asked.program, actor=asked.actor, **{column("title", title): title}
        )
    except ValidationError as refusal:
        raise ValidationError({"new-phase": refusal.messages}) from refusal
    return Done(_("The phase is added."), f"phase-{phase.pk}")


def save(asked: Asked) -> Done:
    """Everything that was typed was saved before; titles typed for new rows make them."""
    done = Done()
    for name in asked.posted.texts:
        key = name.removeprefix("new-task-")
        if key != name and key.isdecimal() and len(key) < 19 and asked.text(name):
            done = add_task(replace(asked, pk=int(key)))
    return add_phase(asked) if asked.text("new-phase") else done


def move_by(places: int) -> Callable[[Asked], Done]:
    def move(asked: Asked) -> Done:
        task = Task.objects.select_related("phase").get(pk=asked.pk, phase__program=asked.program)
        rows = list(task.phase.tasks.order_by("number").values_list("pk", flat=True))
        place = rows.index(task.pk) + 1 + places
        moved = structure.move_task(
            program=asked.program,
            task_id=task.pk,
            phase_id=task.phase_id,
            place=max(1, place),
            actor=asked.actor,
        )
        return Done(_("The task is moved."), anchor_of(moved))

    return move


def move_phase_by(places: int) -> Callable[[Asked], Done]:
    def move(asked: Asked) -> Done:
        rows = list(asked.program.phases.order_by("number").values_list("pk", flat=True))
        if asked.pk not in rows:
            raise Phase.DoesNotExist
        place = max(1, rows.index(asked.pk) + 1 + places)
        structure.move_phase(program=asked.program, phase_id=asked.pk, place=place, actor=asked.actor)
        return Done(_("The phase is moved."), f"phase-{asked.pk}")

    return move


def ask(page: str) -> Callable[[Asked], Done]:
    """Go to a page that asks for more before anything is done."""
    return lambda asked: Done(query=f"{page}={asked.pk}")


def moved(asked: Asked) -> Done:
    phase, place = asked.text("phase"), asked.text("place")
    task = structure.move_task(
        program=asked.program,
        task_id=asked.pk,
        phase_id=int(phase) if phase.isdecimal() and len(phase) < 19 else 0,
        place=int(place) if place.isdecimal() and len(place) < 5 else None,
        actor=asked.actor,
    )
    return Done(_("The task is moved."), _anchor(task.pk))


def may_remove(program: Program, actor: User) -> bool:
    """Rows of what the public reads are taken away by whoever may publish."""
    return not program.is_public or allows(actor, Act.PUBLISH, program.municipality_id)


def _may_publish(asked: Asked) -> bool:
    return allows(asked.actor, Act.PUBLISH, asked.program.municipality_id)


def removed(asked: Asked) -> Done:
    structure.remove_task(
        program=asked.program, task_id=asked.pk, actor=asked.actor, may_change_public=_may_publish(asked)
    )
    return Done(_("The task is removed."))


def removed_phase(asked: Asked) -> Done:
    structure.remove_phase(
        program=asked.program, phase_id=asked.pk, actor=asked.actor, may_change_public=_may_publish(asked)
    )
    return Done(_("The phase is removed."))


def renumber(asked: Asked) -> Done:
    count = structure.renumber(program=asked.program, actor=asked.actor)
    if not count:
        return Done(_("The numbers had no gaps."))
    return Done(ngettext("%(count)d number changed.", "%(count)d numbers changed.", count) % {"count": count})


def mark(asked: Asked) -> Done:
    """Say of the chosen tasks whether they are done: ``yes``, ``no`` or nothing."""
    done = {"yes": True, "no": False}.get(asked.detail)
    count = structure.mark_tasks(program=asked.program, task_ids=_chosen(asked), done=done, actor=asked.actor)
    return _counted(count)


def state_one(asked: Asked) -> Done:
    """The same of one task, by the buttons beside it."""
    structure.mark_tasks(
        program=asked.program, task_ids=[asked.pk], done=asked.detail == "yes", actor=asked.actor
    )
    return Done(_("Saved."), _anchor(asked.pk))


def shift(asked: Asked) -> Done:
    days = asked.text("shift-days").replace("−", "-").replace("+", "")
    if not days.removeprefix("-").isdecimal() or len(days) > 9 or not 0 < abs(int(days)) <= MOST_DAYS:
        refusal = _("Give a number of days, up to %(most)s; negative to move back.") % {"most": MOST_DAYS}
        raise ValidationError({"shift-days": [refusal]})
    count = structure.shift_tasks(
        program=asked.program,
        task_ids=_chosen(asked),
        days=int(days),
        reason=asked.posted.texts.get("shift-reason", ""),
        actor=asked.actor,
    )
    return _counted(count)


def _chosen(asked: Asked) -> frozenset[int]:
    if not asked.posted.chosen:
        raise ValidationError({"chosen": [_("Choose rows first: tick the boxes beside their numbers.")]})
    return asked.posted.chosen


def _counted(count: int) -> Done:
    if not count:
        return Done(_("Nothing to change."))
    return Done(ngettext("%(count)d task changed.", "%(count)d tasks changed.", count) % {"count": count})


def take_back(asked: Asked) -> Done:
    """Undo what the page said it would undo; nothing else, even if that is newer."""
    act = last_act(program=asked.program, actor=asked.actor)
    shown = asked.posted.texts.get("undo-shown", "")
    if act and shown != str(act[0].pk):
        if asked.has_saved:
            text = _("What you had typed is saved. Undo now takes that back: press it once more.")
        else:
            text = _("You changed something else since: look what undo takes back now.")
        return Done(text, is_warning=True)
    entries = undo(program=asked.program, actor=asked.actor, reason=asked.posted.texts.get("undo-reason", ""))
    return Done(_("Taken back."), _anchor(int(entries[0].object_id)))


ACTS: dict[str, Callable[[Asked], Done]] = {
    "save": save,
    "add-task": add_task,
    "add-phase": add_phase,
    "up": move_by(-1),
    "down": move_by(1),
    "phase-up": move_phase_by(-1),
    "phase-down": move_phase_by(1),
    "move": ask("move"),
    "moved": moved,
    "remove": ask("remove"),
    "removed": removed,
    "remove-phase": ask("remove-phase"),
    "removed-phase": removed_phase,
    "renumber": renumber,
    "mark": mark,
    "state": state_one,
    "shift": shift,
    "undo": take_back,
}

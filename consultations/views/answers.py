"""The desk's pages of official answers: what waits, one answer for one or several, and its steps."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from consultations.answer_queue import (
    MOST_TOGETHER,
    candidates,
    due_of,
    filters_of,
    read_queue,
    services_used,
)
from consultations.answers import row_of
from consultations.asked import Lists, lists_of
from consultations.forms_answers import AnswerForm, StepForm, answer_values
from consultations.models import UNSAID, Consultation, Contribution, OfficialAnswer
from consultations.periods import rules_of
from consultations.rules_answers import why_not_published, why_not_taken_back
from consultations.services.answers import (
    change_answer,
    propose_answer,
    publish_answer,
    remove_answer,
    return_answer,
    says,
    take_back_answer,
    write_answer,
)
from portal.audit.models import Entry
from portal.audit.reading import read_entries
from portal.editing.merging import merge
from portal.municipalities.access import Act, person, staff_page
from portal.municipalities.models import Municipality
from portal.municipalities.turns import take_turn
from portal.publications.models import Publication
from portal.subjects import Parts, outcomes_of, parts_of

FORM = ["GET", "HEAD", "POST"]
FIRST_QUOTES = 3
"""How many contributions of a group stand open on a page; the others unfold."""
Status = OfficialAnswer.Status


# What waits


@staff_page(Act.ANSWER)
@require_safe
def answers_page(request: HttpRequest, municipality: Municipality) -> HttpResponse:
    """The contributions that wait for an answer, the nearest deadline first, and what was prepared."""
    return _show_queue(request, municipality)


def _show_queue(
    request: HttpRequest, municipality: Municipality, problem: str = "", ticked: Iterable[int] = ()
) -> HttpResponse:
    filters = filters_of(request.GET)
    context = {
        "municipality": municipality,
        "desk_section": "answers",
        "queue": read_queue(municipality, filters, person(request), request.GET.get("page")),
        "needs_approval": rules_of(municipality).needs_approval,
        "problem": problem,
        "ticked": set(ticked),
    }
    return render(request, "consultations/desk/answers.html", context)


# A new answer


@staff_page(Act.ANSWER)
@require_http_methods(FORM)
def answer_new(request: HttpRequest, municipality: Municipality) -> HttpResponse:
    """Begin an answer for the contributions that were ticked: one, or a group."""
    keys = _keys(request.POST.getlist("c") if request.method == "POST" else request.GET.getlist("c"))
    group = _contributions(municipality, keys)
    problem = _why_no_group(group)
    if problem:
        return _show_queue(request, municipality, problem, keys)
    consultation = group[0].consultation
    outcomes = outcomes_of(municipality, consultation.subject_kind, consultation.subject_id)
    if request.method != "POST":
        started = _drafted(group)
        if started:
            return redirect(_address(started))
        form = AnswerForm(outcomes=outcomes, initial=_proposed_values(municipality))
        return _show_form(request, consultation, form, group)
    form = AnswerForm(request.POST, outcomes=outcomes)
    if form.is_valid():
        saved = _save(request, form, lambda: _write(request, form, consultation, group, None))
        saved = saved or _stored_already(municipality, keys, form)
        if saved:
            return redirect(_address(saved))
    return _show_form(request, consultation, form, group)


def _stored_already(
    municipality: Municipality, keys: Sequence[int], form: AnswerForm
) -> OfficialAnswer | None:
    """The answer that the same form stored a moment ago: a double click is one answer."""
    found = _drafted(_contributions(municipality, keys))
    return found if found and says(found, form.values) else None


def _keys(given: Sequence[str]) -> list[int]:
    """The keys of rows that an address or a form names. Raises ``Http404`` for what is none."""
    are_keys = all(text.isascii() and text.isdecimal() and len(text) < 16 for text in given)
    if len(given) > MOST_TOGETHER or not are_keys:
        raise Http404
    return [int(text) for text in dict.fromkeys(given)]


def _contributions(municipality: Municipality, keys: Sequence[int]) -> list[Contribution]:
    """The contributions of these keys, by number. Raises ``Http404`` where one is missing or foreign."""
    found = _group_rows(Contribution.objects.of(municipality).filter(pk__in=keys))
    if len(found) < len(set(keys)):
        raise Http404
    return found


def _group_rows(rows: Any) -> list[Contribution]:
    loaded = rows.select_related("consultation__municipality", "question", "zone", "answer")
    return list(loaded.order_by("consultation", "number"))


def _why_no_group(group: Sequence[Contribution]) -> str:
    """Why these cannot have one answer; empty where they can."""
    if not group:
        return _("Tick at least one contribution.")
    if len({row.consultation_id for row in group}) > 1:
        return _("One answer speaks of one consultation: tick contributions of the same.")
    hidden = [row for row in group if row.status != Contribution.Status.PUBLISHED]
    if hidden:
        text = _(
            "These are not published, so they have no public answer: %(names)s. Whoever wrote one that "
            "is not published was told the reason."
        )
        return text % {"names": ", ".join(row.reference for row in hidden)}
    taken = [row for row in group if row.answer_id]
    if taken and not _drafted(group):
        text = _("These have an answer, or the draft of one: %(names)s.")
        return text % {"names": ", ".join(row.reference for row in taken)}
    return ""


def _drafted(group: Sequence[Contribution]) -> OfficialAnswer | None:
    """The one answer that all of these belong to already, where there is one."""
    answers = {row.answer_id for row in group}
    return group[0].answer if len(answers) == 1 else None


def _proposed_values(municipality: Municipality) -> dict[str, Any]:
    """A municipality in which one service alone ever answered need not name it again."""
    found = services_used(municipality)
    names = ("service_ar", "service_fr")
    return {name: used[0] for name, used in zip(names, found, strict=True) if len(used) == 1}


# One answer


@staff_page(Act.ANSWER)
@require_http_methods(FORM)
def answer_page(request: HttpRequest, municipality: Municipality, pk: int) -> HttpResponse:
    """An answer: as a form while it is a draft, else as it reads, with its steps; ``?edit=1`` opens it."""
    if request.method == "POST" and _is_removed(municipality, pk):
        return _show_removed(request, municipality)
    answer = _answer(municipality, pk)
    consultation = answer.consultation
    group = _group_rows(answer.contributions)
    if request.method != "POST" and (answer.status != Status.DRAFT and "edit" not in request.GET):
        return _show_reading(request, answer, group)
    outcomes = outcomes_of(municipality, consultation.subject_kind, consultation.subject_id)
    if request.method != "POST":
        form = AnswerForm(outcomes=outcomes, answer=answer, asks_reason=answer.is_public)
        return _show_form(request, consultation, form, group, answer)
    form = AnswerForm(request.POST, outcomes=outcomes, answer=answer, asks_reason=answer.is_public)
    if form.is_valid():
        try:
            saved = _save(request, form, lambda: _rewrite(request, form, answer))
        except Http404:
            # Removed while this was read.
            return _show_removed(request, municipality)
        if saved:
            return redirect(_address(saved))
    return _show_form(request, consultation, form, group, answer)


def _is_removed(municipality: Municipality, pk: int) -> bool:
    """Whether an answer was a draft that somebody removed here."""
    removals = Entry.objects.filter(
        municipality=municipality,
        action="answer.removed",
        object_type=OfficialAnswer._meta.label_lower,
        object_id=str(pk),
    )
    return removals.exists()


def _show_removed(request: HttpRequest, municipality: Municipality) -> HttpResponse:
    """What was typed in a draft that is gone, as the form of a new one for the same contributions."""
    rows = _contributions(municipality, _keys(request.POST.getlist("c")))
    # What was withdrawn or taken down since has no answer any more.
    group = [row for row in rows if row.status == Contribution.Status.PUBLISHED] or rows
    if not group:
        raise Http404
    consultation = group[0].consultation
    outcomes = outcomes_of(municipality, consultation.subject_kind, consultation.subject_id)
    form = AnswerForm(request.POST, outcomes=outcomes)
    form.add_error(None, _("Somebody removed this draft."))
    return _show_form(request, consultation, form, group)


def _save(
    request: HttpRequest, form: AnswerForm, write: Callable[[], OfficialAnswer | None]
) -> OfficialAnswer | None:
    """What was saved, all or nothing; ``None`` where the form says why it was not."""
    try:
        with transaction.atomic():
            saved = write()
    except ValidationError as refusal:
        form.refuse(refusal)
        return None
    if saved:
        messages.success(request, _SAID[saved.status]())
    return saved


_SAID: dict[str, Callable[[], str]] = {
    Status.DRAFT: lambda: _("The draft is saved. Nobody but the staff sees it."),
    Status.PROPOSED: lambda: _("The answer is saved. It waits for a second person."),
    Status.PUBLISHED: lambda: _("The answer is public. Whoever left an address is told."),
}


def _write(
    request: HttpRequest,
    form: AnswerForm,
    consultation: Consultation,
    group: Sequence[Contribution],
    answer: OfficialAnswer | None,
) -> OfficialAnswer:
    """Save what was typed, and take the step of the button that was pressed."""
    actor, step = person(request), request.POST.get("step", "")
    saved = write_answer(
        consultation=consultation,
        contributions=_regrouped(request, consultation, group),
        values=form.values,
        actor=actor,
        answer=answer,
    )
    if step == "propose":
        return propose_answer(answer=saved, actor=actor)
    return publish_answer(answer=saved, actor=actor) if step == "publish" else saved


def _rewrite(request: HttpRequest, form: AnswerForm, answer: OfficialAnswer) -> OfficialAnswer | None:
    """Save what was typed over what others may have saved meanwhile; ``None`` where both differ."""
    municipality = answer.consultation.municipality
    take_turn(municipality)
    current = _answer(municipality, answer.pk)
    if not merge(form, answer_values(current), current.version, form.told):
        return None
    if current.is_public:
        return change_answer(answer=current, values=form.values, reason=form.reason, actor=person(request))
    return _write(request, form, current.consultation, _group_rows(current.contributions), current)


def _regrouped(
    request: HttpRequest, consultation: Consultation, group: Sequence[Contribution]
) -> list[Contribution]:
    """The group without what was ticked to be taken out, with what was ticked to come to it."""
    out, come = set(_keys(request.POST.getlist("out"))), _keys(request.POST.getlist("add"))
    added = Contribution.objects.filter(consultation=consultation, pk__in=come)
    rows = {row.pk: row for row in (*group, *added)}
    return [row for pk, row in rows.items() if pk not in out]


def _show_form(
    request: HttpRequest,
    consultation: Consultation,
    form: AnswerForm,
    group: Sequence[Contribution],
    answer: OfficialAnswer | None = None,
) -> HttpResponse:
    municipality = consultation.municipality
    used_ar, used_fr = services_used(municipality)
    needs_approval = rules_of(municipality).needs_approval
    context = _context(request, consultation, group, answer) | {
        "form": form,
        "needs_approval": needs_approval,
        "is_public": bool(answer and answer.is_public),
        "may_regroup": not (answer and answer.is_public),
        "out": set(request.POST.getlist("out")),
        "added": set(request.POST.getlist("add")),
        "candidates": [] if answer and answer.is_public else candidates(consultation, group),
        "services_ar": used_ar,
        "services_fr": used_fr,
        "note": _last_note(answer) if answer and answer.status == Status.DRAFT else None,
        "may_remove": answer is not None and not _was_public(answer),
    }
    return render(request, "consultations/desk/answer.html", context)


def _show_reading(
    request: HttpRequest,
    answer: OfficialAnswer,
    group: Sequence[Contribution],
    step_form: StepForm | None = None,
) -> HttpResponse:
    municipality = answer.consultation.municipality
    context = _context(request, answer.consultation, group, answer) | {
        "row": row_of(answer, municipality),
        "step_form": step_form or StepForm(answer=answer),
        "needs_approval": rules_of(municipality).needs_approval,
        "why_not": "" if answer.is_public else why_not_published(answer, person(request)),
        "may_change": answer.is_public and not why_not_published(answer, person(request), is_change=True),
        "may_take_back": answer.is_public and not why_not_taken_back(answer, person(request)),
    }
    return render(request, "consultations/desk/answer_reading.html", context)


def _context(
    request: HttpRequest,
    consultation: Consultation,
    group: Sequence[Contribution],
    answer: OfficialAnswer | None,
) -> dict[str, Any]:
    municipality = consultation.municipality
    parts = parts_of(municipality, consultation.subject_kind, consultation.subject_id)
    lists = lists_of(municipality)
    return {
        "municipality": municipality,
        "desk_section": "answers",
        "consultation": consultation,
        "answer": answer,
        "history": _history(answer) if answer else [],
        "quotes": [_quote(row, municipality, parts, lists) for row in group],
        "more": len(group) - FIRST_QUOTES,
    }


def _quote(
    contribution: Contribution, municipality: Municipality, parts: Parts, lists: Lists
) -> dict[str, Any]:
    """What a contribution says and until when it is answered; of its author what they chose to say."""
    due = due_of(contribution, municipality)
    days_left = (due - municipality.today()).days
    is_withdrawn = contribution.status == Contribution.Status.WITHDRAWN
    profile, age = (UNSAID, UNSAID) if is_withdrawn else (contribution.profile, contribution.age)
    return {
        "contribution": contribution,
        "received": contribution.received_at.astimezone(municipality.zone_info),
        "part": parts.label(contribution.part) if contribution.part else None,
        "profile": lists.profile(profile) if profile != UNSAID else "",
        "age": lists.age(age) if age != UNSAID else "",
        "is_withdrawn": is_withdrawn,
        "is_waiting": not is_withdrawn and not (contribution.answer and contribution.answer.is_public),
        "due": due,
        "days_left": days_left,
        "days_late": max(0, -days_left),
    }


# Steps


@staff_page(Act.ANSWER)
@require_http_methods(FORM)
def answer_step(request: HttpRequest, municipality: Municipality, pk: int) -> HttpResponse:
    """Publish a proposal, return it, take a public answer back, or remove a draft."""
    answer = _answer(municipality, pk)
    if request.method != "POST":
        return redirect(_address(answer))
    form = StepForm(request.POST, answer=answer)
    if form.is_valid():
        try:
            said = _take_step(request.POST.get("step", ""), answer, form, request)
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, said)
            is_gone = not OfficialAnswer.objects.filter(pk=pk).exists()
            return redirect("answers", slug=municipality.slug) if is_gone else redirect(_address(answer))
    current = _answer(municipality, pk)
    form.show_anew(current)
    return _show_reading(request, current, _group_rows(current.contributions), form)


def _take_step(step: str, answer: OfficialAnswer, form: StepForm, request: HttpRequest) -> str:
    """Take a step; what to say of it. Raises ``ValidationError``."""
    actor, data = person(request), form.cleaned_data
    if step == "publish":
        publish_answer(answer=answer, actor=actor, seen=data["version"])
        return _SAID[Status.PUBLISHED]()
    if step == "return":
        return_answer(answer=answer, note=data["note"], actor=actor)
        return _("The proposal went back to whoever wrote it.")
    if step == "take-back":
        take_back_answer(answer=answer, reason=data["reason"], actor=actor)
        return _("The answer is a draft again. Its contributions wait for an answer.")
    if step == "remove":
        remove_answer(answer=answer, actor=actor)
        return _("The draft is removed. Its contributions wait for an answer.")
    raise ValidationError(_("There is no such step."))


# What the pages share


def _answer(municipality: Municipality, pk: int) -> OfficialAnswer:
    answers = OfficialAnswer.objects.of_municipality(municipality).for_answer_page()
    return get_object_or_404(answers, pk=pk)


def _address(answer: OfficialAnswer) -> str:
    slug = answer.consultation.municipality.slug
    return reverse("answer", kwargs={"slug": slug, "pk": answer.pk})


def _entries(answer: OfficialAnswer) -> Any:
    return Entry.objects.filter(object_type=answer._meta.label_lower, object_id=str(answer.pk))


def _history(answer: OfficialAnswer) -> list[Any]:
    return read_entries(_entries(answer).select_related("actor", "municipality")[:20])


def _last_note(answer: OfficialAnswer) -> Entry | None:
    """Why the answer came back, where that was the last thing that happened to its status."""
    last = _entries(answer).exclude(action__in=("answer.edited",)).select_related("actor").first()
    return last if last and last.action == "answer.returned" else None


def _was_public(answer: OfficialAnswer) -> bool:
    return Publication.objects.of_object(answer).exists()

"""The desk's pages of consultations: the list, one with what waits, its form, its publication."""

from __future__ import annotations

import itertools
import json
import re
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Count, Q
from django.forms.utils import ErrorDict
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from consultations.asked import lists_of
from consultations.figures import read_figures
from consultations.forms_periods import (
    PeriodForm,
    PublishForm,
    QuestionForm,
    WithdrawForm,
    period_values,
    told,
)
from consultations.gauge import gauge_of
from consultations.models import Channel, Consultation, Question
from consultations.period_box import clock, period_box
from consultations.periods import desk_consultation, read_standing, standing_of
from consultations.rules_receiving import entries_close_at
from consultations.services.figures import release, why_not
from consultations.services.periods import (
    add_consultation,
    change_consultation,
    obstacles,
    publish_consultation,
    remove_consultation,
    save_questions,
    withdraw_consultation,
)
from portal.audit.models import Entry
from portal.editing.merging import ROW, is_same_row, merge
from portal.editing.pages import Editing
from portal.editing.rows import RowsRefused
from portal.editing.sheets import Sheet
from portal.municipalities.access import Act, allows, person, staff_page
from portal.municipalities.models import Municipality
from portal.municipalities.turns import take_turn
from portal.publications.models import Publication
from portal.subjects import kinds, read_subject

FORM = ["GET", "HEAD", "POST"]
CONSULTATIONS_A_PAGE = 30
QUESTIONS_AT_FIRST = 3


@staff_page(Act.SEE_DRAFTS)
@require_safe
def consultation_list(request: HttpRequest, municipality: Municipality) -> HttpResponse:
    """Every consultation, drafts too, the newest first, with how much waits in each."""
    now, today, labels = timezone.now(), municipality.today(), dict(kinds())
    rows = Consultation.objects.of(municipality).counted().annotate(unread_count=_UNREAD).order_by("-number")
    page = Paginator(rows, CONSULTATIONS_A_PAGE).get_page(request.GET.get("page"))
    listed = []
    for row in page:
        row.municipality = municipality
        standing = read_standing(row, now) if row.is_public else None
        period = period_box(row, standing, today=today) if standing else None
        listed.append((row, labels.get(row.subject_kind, ""), standing, period))
    context = _frame(request, municipality) | {"listed": listed, "page": page}
    return render(request, "consultations/desk/consultations.html", context)


_UNREAD = Count("contributions", filter=Q(contributions__status="pending"))


@staff_page(Act.SEE_DRAFTS)
@require_safe
def consultation_page(request: HttpRequest, municipality: Municipality, number: int) -> HttpResponse:
    """A consultation as it stands: what waits, and the ways to everything about it."""
    consultation = desk_consultation(municipality, number)
    context = _frame(request, municipality) | {
        "consultation": consultation,
        "subject": read_subject(municipality, consultation.subject_kind, consultation.subject_id),
        "subject_kind": dict(kinds()).get(consultation.subject_kind, ""),
        "questions": list(consultation.questions.all()),
        "channels": [label for value, label in Channel.choices if value in consultation.channels],
        "last": Publication.objects.of_object(consultation).newest(),
    }
    if consultation.opens_at and consultation.closes_at:
        context |= _standing_context(consultation)
    if consultation.is_public and context["may_publish"]:
        context["figures"] = read_figures(consultation, lists_of(municipality))
        context["figures_obstacle"] = why_not(consultation, timezone.now())
    return render(request, "consultations/desk/consultation.html", context)


def _standing_context(consultation: Consultation) -> dict[str, Any]:
    now, today = timezone.now(), consultation.municipality.today()
    standing = standing_of(consultation, now)
    return {
        "standing": standing,
        "period": period_box(consultation, standing, today=today, now=now),
        "gauge": gauge_of(consultation),
        "is_late": standing.due_on is not None and standing.due_on < today,
    }


# Writing


@staff_page(Act.EDIT)
@require_http_methods(FORM)
def consultation_new(request: HttpRequest, municipality: Municipality) -> HttpResponse:
    """Begin a consultation as a draft."""
    posted = request.POST if request.method == "POST" else None
    form, sheet = PeriodForm(posted, municipality=municipality), _questions(None, posted)
    if posted is None or "more" in posted:
        return _show_form(request, municipality, _unread(form, posted), sheet)
    is_valid = form.is_valid()
    if sheet.is_valid() and is_valid:
        try:
            consultation = _add(request, municipality, form, sheet)
        except ValidationError as refusal:
            form.refuse(refusal)
        except RowsRefused as refused:
            sheet.refuse(refused)
        else:
            messages.success(request, _("The consultation is saved as a draft: only the staff see it."))
            return redirect("staff-consultation", slug=municipality.slug, number=consultation.number)
    return _show_form(request, municipality, form, sheet, is_refused=True)


@transaction.atomic
def _add(request: HttpRequest, municipality: Municipality, form: PeriodForm, sheet: Sheet) -> Consultation:
    actor = person(request)
    consultation = add_consultation(municipality=municipality, values=form.values, actor=actor)
    edits = sheet.edits()
    for edit in edits:
        edit.row.consultation = consultation  # type: ignore[attr-defined]
    save_questions(consultation=consultation, edits=edits, actor=actor)
    return consultation


@staff_page(Act.EDIT)
@require_http_methods(FORM)
def consultation_edit(request: HttpRequest, municipality: Municipality, number: int) -> HttpResponse:
    """A consultation and its questions as one form."""
    posted = request.POST if request.method == "POST" else None
    if posted is not None and _is_removed(municipality, posted):
        return _show_removed(request, municipality, posted)
    consultation = desk_consultation(municipality, number)
    form = PeriodForm(posted, municipality=municipality, consultation=consultation)
    sheet = _questions(consultation, posted)
    if posted is None or "more" in posted:
        return _show_form(request, municipality, _unread(form, posted), sheet)
    is_valid = form.is_valid()
    try:
        is_saved = sheet.is_valid() and is_valid and _saved(request, form, sheet, consultation)
    except Http404:
        # Removed while this was read.
        return _show_removed(request, municipality, posted)
    if is_saved:
        messages.success(request, _("The consultation is saved."))
        return redirect("staff-consultation", slug=municipality.slug, number=number)
    return _show_form(request, municipality, form, sheet, is_refused=True)


def _is_removed(municipality: Municipality, posted: QueryDict) -> bool:
    """Whether what a form was shown of is a draft that somebody removed here."""
    removals = Entry.objects.filter(
        municipality=municipality,
        action="consultation.removed",
        object_type=Consultation._meta.label_lower,
        object_id=posted.get(ROW, "").replace("\0", ""),
    )
    return removals.exists()


def _show_removed(request: HttpRequest, municipality: Municipality, posted: QueryDict) -> HttpResponse:
    """What was typed in a draft that is gone, as the form of a new one."""
    data = _as_new_rows(posted)
    form, sheet = PeriodForm(data, municipality=municipality), _questions(None, data)
    form.add_error(None, _("Somebody removed this draft."))
    return _show_form(request, municipality, form, sheet, is_refused=True)


_NOTHING_SEEN = json.dumps({"version": 0, "cells": {}})


def _as_new_rows(posted: QueryDict) -> QueryDict:
    """What was posted, with the questions of a draft that is gone as new ones."""
    data, columns = posted.copy(), [name for name, _label in _questions(None, None).heads]
    rows = [name.removesuffix("-seen") for name in posted if re.fullmatch(r"question-\w+-seen", name)]
    kept = [row for row in rows if f"{row}-remove" not in posted]
    for name in [name for name in posted if name.startswith("question-")]:
        del data[name]
    for number, row in enumerate(kept):
        # Of a row that was stored nothing is there any more: all of it is new.
        is_new = row.startswith("question-new")
        data[f"question-new{number}-seen"] = posted.get(f"{row}-seen", "") if is_new else _NOTHING_SEEN
        for column in columns:
            data[f"question-new{number}-{column}"] = posted.get(f"{row}-{column}", "")
    data["question-rows"] = str(len(kept))
    return data


def _saved(request: HttpRequest, form: PeriodForm, sheet: Sheet, consultation: Consultation) -> bool:
    """Whether it was saved; else the form and the sheet say why not."""
    with transaction.atomic():
        take_turn(consultation.municipality)
        current = desk_consultation(consultation.municipality, consultation.number)
        if not is_same_row(form, current.pk) or not _merged(form, current):
            return False
        try:
            change_consultation(
                consultation=current,
                values=form.values,
                reason=form.reason_given,
                questions=sheet.edits(),
                actor=person(request),
            )
        except ValidationError as refusal:
            form.refuse(refusal)
        except RowsRefused as refused:
            sheet.refuse(refused)
        else:
            return True
    return False


def _merged(form: PeriodForm, current: Consultation) -> bool:
    """Whether what others changed meanwhile goes together with what was typed."""
    stored = {name: value for name, value in period_values(current).items() if name in form.fields}
    if not merge(form, stored, current.version, lambda name, value: told(form.fields, name, value)):
        return False
    form.read_moments()
    return not form.errors


def _questions(consultation: Consultation | None, posted: QueryDict | None) -> Sheet:
    rows = list(consultation.questions.all()) if consultation else []
    positions = itertools.count(max((row.position for row in rows), default=0) + 1)
    return Sheet(
        QuestionForm,
        rows,
        prefix="question",
        data=posted,
        blank=lambda: Question(consultation=consultation, position=next(positions)),
        blanks=1 if rows else QUESTIONS_AT_FIRST,
    )


def _unread(form: PeriodForm, posted: QueryDict | None) -> PeriodForm:
    """What is posted to be given more rows is not looked through yet."""
    if posted is not None:
        form._errors = ErrorDict()  # type: ignore[attr-defined]
    return form


def _show_form(
    request: HttpRequest,
    municipality: Municipality,
    form: PeriodForm,
    sheet: Sheet,
    *,
    is_refused: bool = False,
) -> HttpResponse:
    editing = Editing([sheet], is_refused=is_refused)
    consultation = form.consultation
    context = _frame(request, municipality) | {
        "form": form,
        "sheet": sheet,
        "editing": editing,
        "problems": [*form.problems, *editing.problems] if is_refused else [],
        "consultation": consultation,
    }
    if consultation and form.has_fixed_subject:
        context["subject"] = read_subject(municipality, consultation.subject_kind, consultation.subject_id)
    return render(request, "consultations/desk/consultation_form.html", context)


@staff_page(Act.EDIT)
@require_POST
def consultation_remove(request: HttpRequest, municipality: Municipality, number: int) -> HttpResponse:
    """Remove a draft that was never public."""
    consultation = desk_consultation(municipality, number)
    try:
        remove_consultation(consultation=consultation, actor=person(request))
    except ValidationError as refusal:
        # Raises ``Http404`` where somebody else removed it in the same instant.
        desk_consultation(municipality, number)
        messages.error(request, " ".join(refusal.messages))
        return redirect("staff-consultation", slug=municipality.slug, number=number)
    messages.success(request, _("The draft is removed."))
    return redirect("staff-consultations", slug=municipality.slug)


# In public


@staff_page(Act.PUBLISH)
@require_http_methods(FORM)
def consultation_publish(request: HttpRequest, municipality: Municipality, number: int) -> HttpResponse:
    """What publishing will do, or withdrawing; then do it."""
    consultation = desk_consultation(municipality, number)
    step = request.POST.get("step", "") if request.method == "POST" else ""
    publish = PublishForm(request.POST if step == "publish" else None, consultation=consultation)
    withdraw = WithdrawForm(request.POST if step == "withdraw" else None)
    if step == "publish" and publish.is_valid() and _is_published(request, publish, consultation):
        messages.success(request, _("It is public: it opens and closes by itself."))
        return redirect("staff-consultation", slug=municipality.slug, number=number)
    if step == "withdraw" and withdraw.is_valid() and _is_withdrawn(request, withdraw, consultation):
        messages.success(
            request, _("It is a draft again. The register keeps what was published, and why it ended.")
        )
        return redirect("staff-consultation", slug=municipality.slug, number=number)
    context = _publish_context(request, consultation) | {"publish": publish, "withdraw": withdraw}
    return render(request, "consultations/desk/consultation_publish.html", context)


@staff_page(Act.PUBLISH)
@require_POST
def consultation_figures(request: HttpRequest, municipality: Municipality, number: int) -> HttpResponse:
    """Release the figures of a consultation before the portal does it by itself."""
    consultation = desk_consultation(municipality, number)
    try:
        release(consultation=consultation, actor=person(request))
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, _("Figures of a consultation released"))
    return redirect("staff-consultation", slug=municipality.slug, number=number)


def _is_published(request: HttpRequest, form: PublishForm, consultation: Consultation) -> bool:
    """Publish exactly what was shown; else the form says why not."""
    with transaction.atomic():
        take_turn(consultation.municipality)
        current = desk_consultation(consultation.municipality, consultation.number)
        if form.cleaned_data["version"] != current.version:
            form.add_error(
                None, _("It changed since you opened this page. Look through it, then publish it.")
            )
            return False
        try:
            follows = form.cleaned_data["subject_follows"]
            publish_consultation(consultation=current, actor=person(request), subject_follows=follows)
        except ValidationError as refusal:
            form.refuse(refusal)
            return False
    return True


def _is_withdrawn(request: HttpRequest, form: WithdrawForm, consultation: Consultation) -> bool:
    try:
        withdraw_consultation(
            consultation=consultation, actor=person(request), reason=form.cleaned_data["reason"]
        )
    except ValidationError as refusal:
        form.refuse(refusal)
        return False
    return True


def _publish_context(request: HttpRequest, consultation: Consultation) -> dict[str, Any]:
    municipality = consultation.municipality
    subject = read_subject(municipality, consultation.subject_kind, consultation.subject_id)
    context = _frame(request, municipality) | {
        "consultation": consultation,
        "subject": subject,
        "questions": list(consultation.questions.all()),
        "channels": [label for value, label in Channel.choices if value in consultation.channels],
        "missing": obstacles(consultation, subject_follows=True),
        "received": consultation.contributions.count(),
        "last": Publication.objects.of_object(consultation).newest(),
    }
    if consultation.opens_at and consultation.closes_at:
        entries_until = entries_close_at(consultation)
        context |= {
            "period": period_box(
                consultation, standing_of(consultation, timezone.now()), today=municipality.today()
            ),
            "is_over": consultation.closes_at <= timezone.now(),
            "entries_on": entries_until.astimezone(municipality.zone_info).date(),
            "entries_at": clock(entries_until, consultation),
        }
    return context


def _frame(request: HttpRequest, municipality: Municipality) -> dict[str, Any]:
    def may(act: Act) -> bool:
        return allows(request.user, act, municipality.pk)

    return {
        "municipality": municipality,
        "desk_section": "consultations",
        "may_edit": may(Act.EDIT),
        "may_publish": may(Act.PUBLISH),
        "may_read": may(Act.SEE_CONTRIBUTIONS),
        "may_moderate": may(Act.MODERATE),
        "may_answer": may(Act.ANSWER),
        "may_manage": may(Act.MANAGE),
    }

"""The moderators' queue, the steps they take, and the public ledger of what was not published."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from consultations.forms_moderation import (
    BulkForm,
    HandOverForm,
    PublishForm,
    RedactForm,
    RefuseForm,
    StepForm,
)
from consultations.ledger import read_ledger
from consultations.models import Contribution
from consultations.queue import (
    Desk,
    Stamp,
    filters_of,
    members,
    read_contribution,
    read_queue,
)
from consultations.services.moderation import (
    hand_over,
    publish_contributions,
    redact,
    refuse_contributions,
    restore,
)
from portal.freshness import fresh_page
from portal.municipalities.access import Act, allows, person, staff_page
from portal.municipalities.models import Municipality
from portal.municipalities.turns import take_turn
from portal.navigation import Tab, tabs_of

FORM = ["GET", "HEAD", "POST"]
Status = Contribution.Status


# Reading


@staff_page(Act.SEE_CONTRIBUTIONS)
@require_safe
def queue_page(request: HttpRequest, municipality: Municipality) -> HttpResponse:
    """What waits for a moderator, the oldest first, with the first one open."""
    return _show(request, municipality)


@staff_page(Act.SEE_CONTRIBUTIONS)
@require_safe
def contribution_page(request: HttpRequest, municipality: Municipality, pk: int) -> HttpResponse:
    """One contribution beside the list it was chosen from."""
    return _show(request, municipality, _contribution(municipality, pk))


def _contribution(municipality: Municipality, pk: int) -> Contribution:
    rows = Contribution.objects.of(municipality)
    return get_object_or_404(rows.select_related("consultation", "question", "zone", "handed_to"), pk=pk)


def _show(
    request: HttpRequest,
    municipality: Municipality,
    row: Contribution | None = None,
    *,
    refused: StepForm | None = None,
) -> HttpResponse:
    """The page, with ``refused`` in the place of the form of its kind."""
    may_moderate = allows(request.user, Act.MODERATE, municipality.pk)
    desk = Desk(municipality)
    queue = read_queue(desk, filters_of(request.GET), person(request))
    if row is None and queue.items:
        row = _contribution(municipality, queue.items[0].contribution.pk)
    context: dict[str, Any] = {
        "municipality": municipality,
        "desk_section": "contributions",
        "queue": queue,
        "filters": queue.filters,
        "may_moderate": may_moderate,
        "refused": refused,
        "bulk": refused if isinstance(refused, BulkForm) else BulkForm(auto_id="bulk_%s"),
    }
    if row is not None and row.status != Status.WITHDRAWN:
        reading = read_contribution(desk, row, may_moderate=may_moderate)
        steps = _steps(municipality, row, reading.stamp, queue.after(row.pk))
        may_hand_over = may_moderate or row.handed_to_id == person(request).pk
        context |= {"reading": reading, "may_hand_over": may_hand_over} | _forms(steps, refused)
    context["contribution"] = row
    return render(request, "consultations/desk/moderation.html", context)


def _steps(
    municipality: Municipality, row: Contribution, stamp: Stamp, following: int | None
) -> list[StepForm]:
    initial = {"stamp": str(stamp), "next": following, "together": True}
    alone = initial | {"stamp": str(_alone(row))}
    return [
        PublishForm(initial=initial, auto_id="publish_%s"),
        RefuseForm(initial=initial, auto_id="refuse_%s"),
        RedactForm(contribution=row, initial=alone, auto_id="redact_%s"),
        HandOverForm(municipality=municipality, initial=alone, auto_id="hand_%s"),
    ]


def _alone(row: Contribution) -> Stamp:
    return Stamp(row.pk, row.pk, 1, row.version)


def _forms(steps: list[StepForm], refused: StepForm | None) -> dict[str, StepForm]:
    names = ("publish_form", "refuse_form", "redact_form", "hand_form")
    found = dict(zip(names, steps, strict=True))
    for name, form in found.items():
        if refused is not None and type(refused) is type(form):
            refused.show_anew(form.initial["stamp"])
            found[name] = refused
    return found


# Steps

Take = Callable[[list[Contribution]], str]
"""Takes a step with the contributions of a line and says what was done."""


def _step(
    request: HttpRequest, municipality: Municipality, row: Contribution, form: StepForm, take: Take
) -> HttpResponse:
    """Take a step with what the page showed, and go on to the next one; else the page says why not."""
    if form.is_valid():
        try:
            with transaction.atomic():
                take_turn(municipality)
                told = take(_meant(municipality, row, form))
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, told)
            return redirect(_onwards(request, municipality, form.goes_on))
    return _show(request, municipality, _contribution(municipality, row.pk), refused=form)


def _meant(municipality: Municipality, row: Contribution, form: StepForm) -> list[Contribution]:
    """The line that was shown, or of it the one contribution that was looked at.

    Raises ``ValidationError`` for a line in which it does not stand.
    """
    rows = members(municipality, [form.cleaned_data["stamp"]])
    meant = [found for found in rows if found.pk == row.pk]
    if not meant:
        raise ValidationError(_("Open the page anew: it is not known what it showed."))
    return rows if form.cleaned_data["together"] else meant


def _onwards(request: HttpRequest, municipality: Municipality, following: int | None) -> str:
    slug, query = {"slug": municipality.slug}, filters_of(request.GET).here
    if following and Contribution.objects.of(municipality).filter(pk=following).exists():
        return reverse("contribution", kwargs=slug | {"pk": following}) + query + "#one"
    return reverse("moderation", kwargs=slug) + query


def _back(request: HttpRequest, municipality: Municipality, pk: int) -> HttpResponse:
    """To the contribution, for who comes to the address of a step without taking it."""
    row = _contribution(municipality, pk)
    return redirect(reverse("contribution", kwargs={"slug": municipality.slug, "pk": row.pk}))


@staff_page(Act.MODERATE)
@require_http_methods(FORM)
def publish_page(request: HttpRequest, municipality: Municipality, pk: int) -> HttpResponse:
    """Publish a contribution with those that say the same; keep one published; publish one after all."""
    if request.method != "POST":
        return _back(request, municipality, pk)
    row = _contribution(municipality, pk)
    form = PublishForm(request.POST, auto_id="publish_%s")

    def take(rows: list[Contribution]) -> str:
        confirmed, actor = form.cleaned_data["confirmed_marks"], person(request)
        if [found.status for found in rows] == [Status.REFUSED]:
            restore(contribution=rows[0], confirmed_marks=confirmed, actor=actor)
        else:
            publish_contributions(contributions=rows, confirmed_marks=confirmed, actor=actor)
        return _told_published(len(rows))

    return _step(request, municipality, row, form, take)


@staff_page(Act.MODERATE)
@require_http_methods(FORM)
def refuse_page(request: HttpRequest, municipality: Municipality, pk: int) -> HttpResponse:
    """Do not publish a contribution with those that say the same, or take it down."""
    if request.method != "POST":
        return _back(request, municipality, pk)
    row = _contribution(municipality, pk)
    form = RefuseForm(request.POST, auto_id="refuse_%s")

    def take(rows: list[Contribution]) -> str:
        values = form.cleaned_data
        refuse_contributions(
            contributions=rows, reason=values["reason"], note=values["note"], actor=person(request)
        )
        return _told_refused(len(rows))

    return _step(request, municipality, row, form, take)


@staff_page(Act.MODERATE)
@require_http_methods(FORM)
def redact_page(request: HttpRequest, municipality: Municipality, pk: int) -> HttpResponse:
    """Take a part out of what is read, and publish the rest where that is asked for."""
    if request.method != "POST":
        return _back(request, municipality, pk)
    row = _contribution(municipality, pk)
    form = RedactForm(request.POST, contribution=row, auto_id="redact_%s")

    def take(rows: list[Contribution]) -> str:
        actor = person(request)
        changed = redact(
            contribution=rows[0],
            text=form.texts["text"],
            solution=form.texts["solution"],
            effect=form.texts["effect"],
            reason=form.cleaned_data["reason"],
            actor=actor,
        )
        if "publish" not in request.POST:
            return _("The part is taken out. The rest still waits for your decision.")
        publish_contributions(contributions=[changed], actor=actor)
        return _("The part is taken out, and the rest is published.")

    return _step(request, municipality, row, form, take)


@staff_page(Act.SEE_CONTRIBUTIONS)
@require_http_methods(FORM)
def hand_over_page(request: HttpRequest, municipality: Municipality, pk: int) -> HttpResponse:
    """Hand a contribution to another member."""
    if request.method != "POST":
        return _back(request, municipality, pk)
    row = _contribution(municipality, pk)
    form = HandOverForm(request.POST, municipality=municipality, auto_id="hand_%s")

    def take(rows: list[Contribution]) -> str:
        values = form.cleaned_data
        hand_over(contribution=rows[0], to=values["to"], note=values["note"], actor=person(request))
        return _("Handed over to %(name)s.") % {"name": f"\u2068{values['to']}\u2069"}

    return _step(request, municipality, row, form, take)


@staff_page(Act.MODERATE)
@require_http_methods(FORM)
def bulk_page(request: HttpRequest, municipality: Municipality) -> HttpResponse:
    """One step with all lines that were ticked, or with none of them."""
    here = reverse("moderation", kwargs={"slug": municipality.slug}) + filters_of(request.GET).here
    if request.method != "POST":
        return redirect(here)
    form = BulkForm(request.POST, auto_id="bulk_%s")
    if form.is_valid():
        try:
            told = _take_bulk(request, municipality, form)
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, told)
            return redirect(here)
    return _show(request, municipality, refused=form)


@transaction.atomic
def _take_bulk(request: HttpRequest, municipality: Municipality, form: BulkForm) -> str:
    take_turn(municipality)
    rows, values, actor = members(municipality, form.cleaned_data["pick"]), form.cleaned_data, person(request)
    if values["act"] == BulkForm.PUBLISH:
        confirmed = values["confirmed_marks"]
        publish_contributions(contributions=rows, confirmed_marks=confirmed, restores=True, actor=actor)
        return _told_published(len(rows))
    refuse_contributions(contributions=rows, reason=values["reason"], note=values["note"], actor=actor)
    return _told_refused(len(rows))


def _told_published(count: int) -> str:
    text = ngettext("%(count)d contribution is published.", "%(count)d contributions are published.", count)
    return text % {"count": count}


def _told_refused(count: int) -> str:
    text = ngettext(
        "%(count)d contribution is not published. Its author is told.",
        "%(count)d contributions are not published. Their authors are told.",
        count,
    )
    return text % {"count": count}


# The public ledger


@fresh_page
def ledger_page(request: HttpRequest, municipality: Municipality) -> HttpResponse:
    """By month and reason, how many contributions were not published, restored, or had a part taken out."""
    address = reverse("moderation-ledger", kwargs={"slug": municipality.slug})
    ledger = read_ledger(municipality, request.GET.get("year", ""))
    context = {
        "municipality": municipality,
        "tabs": tabs_of(
            municipality,
            Tab(reverse("consultations", kwargs={"slug": municipality.slug}), _("Consultations")),
            Tab(address, _("Moderation"), is_current=True),
        ),
        "ledger": ledger,
    }
    return render(request, "consultations/ledger.html", context)

"""The desk's pages of a program's projects: cards, resources, needs, provisional calendar, progress."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from portal.editing.merging import is_same_row, merge
from portal.editing.pages import sheet_page
from portal.editing.rows import RowEdit
from portal.editing.sheets import Sheet
from portal.municipalities.access import Act, allows, person, staff_page
from portal.municipalities.models import Municipality
from portal.municipalities.turns import take_turn
from portal.navigation import Tab
from programs.cards import version_rows
from programs.forms_projects import (
    CardForm,
    DropForm,
    EnvelopeForm,
    LinkForm,
    NeedForm,
    ProgressForm,
    ScheduleStepForm,
    StepForm,
    card_values,
    envelope_values,
    need_values,
    told,
)
from programs.models import CardStage, Category, Envelope, Need, Program, ProjectCard, ScheduleStep, Status
from programs.needs import needs_for
from programs.rules_cards import steps_from
from programs.schedule import read_schedule
from programs.services.cards import (
    add_card,
    change_card,
    check_open,
    is_shown,
    remove_card,
    take_step,
)
from programs.services.money import save_envelope
from programs.services.needs import add_need, change_need, drop_need, link_need, take_up_need
from programs.services.schedule import record_progress, save_steps
from programs.views.lookup import desk_program
from programs.views.projects import filters_of

FORM = ["GET", "HEAD", "POST"]


# Cards


@staff_page(Act.SEE_DRAFTS)
@require_safe
def cards_page(request: HttpRequest, municipality: Municipality, year: int) -> HttpResponse:
    """Every card of a program, proposals too."""
    program = desk_program(municipality, year)
    cards = list(ProjectCard.objects.of(program).for_list_page())
    filters = filters_of(request.GET)
    context = _context(request, program, "staff-cards") | {
        "cards": filters.keep(cards),
        "all_count": len(cards),
        "filters": filters,
        "zones": list(municipality.zones.order_by("number")),
        "categories": Category.choices,
        "stages": CardStage.choices,
    }
    return render(request, "programs/desk/cards.html", context)


@staff_page(Act.EDIT)
@require_http_methods(FORM)
def card_new(request: HttpRequest, municipality: Municipality, year: int) -> HttpResponse:
    """Begin a project as a proposal."""
    program = desk_program(municipality, year)
    if request.method != "POST":
        return _show_card(request, program, CardForm(program=program))
    form = CardForm(request.POST, program=program)
    if "show-in" in request.POST:
        return _show_card(request, program, CardForm(form.in_unit(request.POST["show-in"]), program=program))
    if form.is_valid():
        try:
            card = add_card(program=program, values=form.values, actor=person(request))
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("The card is saved. It is a proposal: only the staff see it."))
            return redirect(_card_address(card))
    return _show_card(request, program, form)


@staff_page(Act.EDIT)
@require_http_methods(FORM)
def card_page(request: HttpRequest, municipality: Municipality, year: int, number: int) -> HttpResponse:
    """A card as a form, the steps it can take, and its versions."""
    program = desk_program(municipality, year)
    card = _card(program, number)
    make = partial(CardForm, program=program, card=card, asks_reason=is_shown(card))
    if request.method != "POST":
        return _show_card(request, program, make(), card)
    form = make(request.POST)
    if "show-in" in request.POST:
        return _show_card(request, program, make(form.in_unit(request.POST["show-in"])), card)
    if form.is_valid() and _save_card(request, form, card):
        return redirect(_card_address(card))
    return _show_card(request, program, form, card)


def _save_card(request: HttpRequest, form: CardForm, card: ProjectCard) -> bool:
    """Whether it was saved; else the form says why not."""
    with transaction.atomic():
        take_turn(card.program.municipality)
        current = _card(card.program, card.number)
        if not is_same_row(form, current.pk) or not _merged(form, card_values(current), current.version):
            return False
        try:
            change_card(card=current, values=form.values, reason=form.reason, actor=person(request))
        except ValidationError as refusal:
            form.refuse(refusal)
            return False
    messages.success(request, _("The card is saved."))
    return True


@staff_page(Act.EDIT)
def card_step(request: HttpRequest, municipality: Municipality, year: int, number: int) -> HttpResponse:
    """Take a card to another stage, or remove a proposal."""
    program = desk_program(municipality, year)
    card = _card(program, number)
    if request.method != "POST":
        return redirect(_card_address(card))
    form = StepForm(request.POST, card=card)
    code = request.POST.get("step", "")
    if form.is_valid() and is_same_row(form, card.pk):
        try:
            if code == "remove":
                remove_card(card=card, actor=person(request))
                messages.success(request, _("The proposal is removed."))
                return redirect("staff-cards", slug=municipality.slug, year=year)
            take_step(card=card, code=code, reason=form.cleaned_data["reason"], actor=person(request))
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            card.refresh_from_db()
            said = _("The card is at another stage now: %(stage)s.")
            messages.success(request, said % {"stage": card.get_stage_display()})
            return redirect(_card_address(card))
    card_form = CardForm(program=program, card=card, asks_reason=is_shown(card))
    return _show_card(request, program, card_form, card, step_form=form)


def _show_card(
    request: HttpRequest,
    program: Program,
    form: CardForm,
    card: ProjectCard | None = None,
    *,
    step_form: StepForm | None = None,
) -> HttpResponse:
    context = _context(request, program, "staff-cards") | {"form": form, "card": card}
    if card:
        steps = steps_from(card.stage, program.status)
        versions = list(card.versions.order_by("number"))
        context |= {
            "steps": steps,
            "step_form": step_form or StepForm(card=card),
            "step_needs_reason": any(step.needs_reason for step in steps),
            "versions": version_rows(versions, program.municipality),
            "may_remove": not versions,
            "needs": list(card.needs.order_by("asked_in", "number")),
        }
    return render(request, "programs/desk/card.html", context)


# The provisional calendar and the progress of a card


@staff_page(Act.EDIT)
@require_http_methods(FORM)
def card_schedule(request: HttpRequest, municipality: Municipality, year: int, number: int) -> HttpResponse:
    """The steps of a project as a table, and the records of its progress."""
    program = desk_program(municipality, year)
    card = _card(program, number)
    return _schedule(request, program, card, ProgressForm(today=municipality.today()))


@staff_page(Act.EDIT)
def card_progress(request: HttpRequest, municipality: Municipality, year: int, number: int) -> HttpResponse:
    """Record how far a project is."""
    program = desk_program(municipality, year)
    card = _card(program, number)
    address = reverse("staff-card-schedule", kwargs=_where(program) | {"number": number})
    if request.method != "POST":
        return redirect(address)
    form = ProgressForm(request.POST, today=municipality.today())
    if form.is_valid():
        try:
            record_progress(card=card, actor=person(request), **form.cleaned_data)
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("The progress is recorded."))
            return redirect(address)
    request.method = "GET"
    return _schedule(request, program, card, form)


def _schedule(
    request: HttpRequest, program: Program, card: ProjectCard, progress: ProgressForm
) -> HttpResponse:
    steps = list(card.steps.order_by("position", "pk"))
    last = max((step.position for step in steps), default=0)

    def make(data: QueryDict | None, unit: str) -> list[Sheet]:
        positions = iter(range(last + 1, last + 100))
        return [
            Sheet(
                ScheduleStepForm,
                steps,
                prefix="step",
                data=data,
                blank=lambda: ScheduleStep(card=card, position=next(positions)),
                blanks=3 if not steps else 1,
                prepare=lambda form: form.offer(program),
            )
        ]

    def save(edits: list[RowEdit]) -> int:
        return save_steps(card=card, edits=edits, actor=person(request))

    context = _context(request, program, "staff-schedule") | {
        "card": card,
        "progress": progress,
        "updates": list(card.updates.select_related("made_by").order_by("-on", "-pk")),
    }
    address = reverse("staff-card-schedule", kwargs=_where(program) | {"number": card.number})
    if request.method == "POST" and program.status == Status.CLOSED:
        messages.error(request, _refusal_of_closed(program))
        return redirect(address)
    return sheet_page(
        request,
        make=make,
        save=save,
        template="programs/desk/card_schedule.html",
        context=context,
        address=address,
    )


def _refusal_of_closed(program: Program) -> str:
    try:
        check_open(program)
    except ValidationError as refusal:
        return refusal.messages[0]
    return ""


@staff_page(Act.SEE_DRAFTS)
@require_safe
def schedule_page(request: HttpRequest, municipality: Municipality, year: int) -> HttpResponse:
    """The projects that have, or could have, a place in the provisional calendar."""
    program = desk_program(municipality, year)
    today = municipality.today()
    cards = ProjectCard.objects.of(program).kept().for_schedule_page()
    context = _context(request, program, "staff-schedule") | {
        "schedule": read_schedule(cards, municipality, today),
        "today": today,
    }
    return render(request, "programs/desk/schedule.html", context)


# Resources


@staff_page(Act.EDIT)
@require_http_methods(FORM)
def money_page(request: HttpRequest, municipality: Municipality, year: int) -> HttpResponse:
    """The resources and their two breakdowns as one form, saved whole or not at all."""
    program = desk_program(municipality, year)
    zones = list(municipality.zones.order_by("number"))
    envelope = _envelope(program)
    if request.method != "POST":
        return _show_money(request, program, EnvelopeForm(program=program, zones=zones, envelope=envelope))
    form = EnvelopeForm(request.POST, program=program, zones=zones, envelope=envelope)
    if "show-in" in request.POST:
        data = form.in_unit(request.POST["show-in"])
        form = EnvelopeForm(data, program=program, zones=zones, envelope=envelope)
        return _show_money(request, program, form)
    if "reckon" in request.POST:
        return _show_money(request, program, form, is_reckoned=True)
    if form.is_valid() and _save_money(request, form, program):
        return redirect("staff-money", slug=municipality.slug, year=year)
    return _show_money(request, program, form)


def _save_money(request: HttpRequest, form: EnvelopeForm, program: Program) -> bool:
    """Whether it was saved; else the form says why not."""
    with transaction.atomic():
        take_turn(program.municipality)
        current = _envelope(program)
        if current and not _merged(form, envelope_values(current, form.zones), current.version):
            return False
        try:
            save_envelope(program=program, values=form.values, actor=person(request))
        except ValidationError as refusal:
            form.refuse(refusal)
            return False
    messages.success(request, _("The resources and both breakdowns are saved."))
    return True


def _envelope(program: Program) -> Envelope | None:
    envelope = Envelope.objects.filter(program=program).first()
    if envelope:
        envelope.program = program
    return envelope


def _show_money(
    request: HttpRequest, program: Program, form: EnvelopeForm, *, is_reckoned: bool = False
) -> HttpResponse:
    context = _context(request, program, "staff-money") | {
        "form": form,
        "is_refused": form.is_bound and not is_reckoned and bool(form.errors),
        "is_reckoned": is_reckoned,
    }
    return render(request, "programs/desk/money.html", context)


# Needs


@staff_page(Act.SEE_DRAFTS)
@require_safe
def needs_page(request: HttpRequest, municipality: Municipality, year: int) -> HttpResponse:
    """The needs that come back in a program's list, and those asked since."""
    program = desk_program(municipality, year)
    newer = Need.objects.of(municipality).filter(asked_in__gte=year).for_list_page()
    context = _context(request, program, "staff-needs") | {
        "needs": needs_for(program, public=False),
        "newer": list(newer),
    }
    return render(request, "programs/desk/needs.html", context)


@staff_page(Act.EDIT)
@require_http_methods(FORM)
def need_new(request: HttpRequest, municipality: Municipality, year: int) -> HttpResponse:
    """Write down what residents asked for."""
    program = desk_program(municipality, year)
    form = NeedForm(request.POST if request.method == "POST" else None, municipality=municipality)
    if request.method == "POST" and form.is_valid():
        try:
            add_need(municipality=municipality, values=form.values, actor=person(request))
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("The need is saved."))
            return redirect("staff-needs", slug=municipality.slug, year=year)
    return _show_need(request, program, form)


@staff_page(Act.EDIT)
@require_http_methods(FORM)
def need_page(request: HttpRequest, municipality: Municipality, year: int, number: int) -> HttpResponse:
    """A need as a form, the project that answers it, or why it is not pursued."""
    program = desk_program(municipality, year)
    need = _need(municipality, number)
    form = NeedForm(request.POST if request.method == "POST" else None, municipality=municipality, need=need)
    if request.method == "POST" and form.is_valid() and _save_need(request, form, need):
        return redirect("staff-needs", slug=municipality.slug, year=year)
    return _show_need(request, program, form, need)


def _save_need(request: HttpRequest, form: NeedForm, need: Need) -> bool:
    """Whether it was saved; else the form says why not."""
    with transaction.atomic():
        take_turn(need.municipality)
        current = _need(need.municipality, need.number)
        if not _merged(form, need_values(current), current.version):
            return False
        try:
            change_need(need=current, values=form.values, actor=person(request))
        except ValidationError as refusal:
            form.refuse(refusal)
            return False
    messages.success(request, _("The need is saved."))
    return True


@staff_page(Act.EDIT)
def need_link(request: HttpRequest, municipality: Municipality, year: int, number: int) -> HttpResponse:
    """Say which project of the program answers a need, or that none does."""
    program = desk_program(municipality, year)
    need = _need(municipality, number)
    if request.method != "POST":
        return redirect(_need_address(program, need))
    form = LinkForm(request.POST, program=program, need=need)
    if form.is_valid():
        try:
            link_need(need=need, card=form.cleaned_data["card"], actor=person(request))
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("Saved."))
            return redirect("staff-needs", slug=municipality.slug, year=year)
    return _show_need(request, program, NeedForm(municipality=municipality, need=need), need, link=form)


@staff_page(Act.EDIT)
def need_drop(request: HttpRequest, municipality: Municipality, year: int, number: int) -> HttpResponse:
    """Say why a need is no longer pursued, or take that back."""
    program = desk_program(municipality, year)
    need = _need(municipality, number)
    if request.method != "POST":
        return redirect(_need_address(program, need))
    form = DropForm(request.POST)
    if form.is_valid():
        try:
            if "take-up" in request.POST:
                take_up_need(need=need, actor=person(request))
            else:
                reason = form.cleaned_data["dropped_because"]
                drop_need(need=need, reason=reason, actor=person(request))
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("Saved."))
            return redirect("staff-needs", slug=municipality.slug, year=year)
    return _show_need(request, program, NeedForm(municipality=municipality, need=need), need, drop=form)


def _show_need(
    request: HttpRequest,
    program: Program,
    form: NeedForm,
    need: Need | None = None,
    *,
    link: LinkForm | None = None,
    drop: DropForm | None = None,
) -> HttpResponse:
    context = _context(request, program, "staff-needs") | {"form": form, "need": need}
    if need:
        context |= {
            "link": link or LinkForm(program=program, need=need),
            "drop": drop or DropForm(),
        }
    return render(request, "programs/desk/need.html", context)


# What the pages share


def project_pages(program: Program, current: str, *, may_edit: bool) -> list[Tab]:
    """The desk's pages of a program's projects."""
    pages = {"staff-needs": _("Needs"), "staff-cards": _("Projects"), "staff-schedule": _("Execution")}
    if may_edit:
        pages = {"staff-money": _("Resources"), **pages}
    return [
        Tab(reverse(name, kwargs=_where(program)), label, name == current) for name, label in pages.items()
    ]


def _context(request: HttpRequest, program: Program, current: str) -> dict[str, Any]:
    may_edit = allows(request.user, Act.EDIT, program.municipality_id)
    return {
        "municipality": program.municipality,
        "program": program,
        "pages": project_pages(program, current, may_edit=may_edit),
        "may_edit": may_edit,
        "is_closed": program.status == Status.CLOSED,
        "desk_section": "projects",
    }


def _merged(form: Any, stored: Mapping[str, Any], version: int) -> bool:
    return merge(form, stored, version, lambda name, value: told(form.fields, name, value))


def _card(program: Program, number: int) -> ProjectCard:
    card = ProjectCard.objects.of(program).select_related("zone").filter(number=number).first()
    if card is None:
        raise Http404
    card.program = program
    return card


def _need(municipality: Municipality, number: int) -> Need:
    needs = Need.objects.of(municipality).select_related("zone", "card__program")
    need = get_object_or_404(needs, number=number)
    need.municipality = municipality
    return need


def _where(program: Program) -> dict[str, Any]:
    return {"slug": program.municipality.slug, "year": program.year}


def _card_address(card: ProjectCard) -> str:
    return reverse("staff-card", kwargs=_where(card.program) | {"number": card.number})


def _need_address(program: Program, need: Need) -> str:
    return reverse("staff-need", kwargs=_where(program) | {"number": need.number})

"""What belongs to no single domain: home, a municipality, the desk's door, error pages."""

from __future__ import annotations

import datetime
from collections import defaultdict
from dataclasses import dataclass

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language_from_request, override
from django.views.decorators.cache import never_cache

from consultations.models import ActionPlan, Consultation
from consultations.views.periods import Listed, listing
from portal.files.quota import room_of
from portal.folding import clean
from portal.freshness import fresh_listing, fresh_page
from portal.municipalities.access import Act, allows, person, staff_page
from portal.municipalities.models import Municipality
from portal.municipalities.unsent import of_own_page
from portal.navigation import tabs_of
from programs.agenda import read_agenda, running_calendars
from programs.calendar import read_calendar
from programs.desk import calendar_address, program_acts
from programs.models import Program, Task
from programs.views.public import program_heading

MUNICIPALITIES_A_PAGE = 24
NEXT_DATES = 5
OPEN_CONSULTATIONS = 4
SEARCH_LENGTH = 200


def language_choice(request: HttpRequest) -> HttpResponse:
    """``/``: to the home page; Arabic, unless the reader's browser asks for French or English."""
    with override(get_language_from_request(request)):
        response = redirect("home")
    response["Vary"] = "Accept-Language"
    return response


@fresh_listing
def home(request: HttpRequest, today: datetime.date) -> HttpResponse:
    """Search, the municipalities, and the next dates everywhere."""
    words = clean(request.GET.get("q", "").replace("\0", "")[:SEARCH_LENGTH])
    found = Municipality.objects.matching(words).for_home_page()
    page = Paginator(found, MUNICIPALITIES_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "words": words,
        "page": page,
        "entries": _entries(list(page.object_list)),
        "next_tasks": Task.objects.next_dates(today)[:NEXT_DATES],
        "consultations": _open_consultations(today),
        "section": "municipalities",
    }
    return render(request, "home.html", context)


def _open_consultations(today: datetime.date) -> list[Listed]:
    """Those that close soonest anywhere; what is left of them is told to the day."""
    now = timezone.now()
    rows = Consultation.objects.open_at(now).counted().select_related("municipality")
    soonest = rows.order_by("municipality__is_fictional", "closes_at", "pk")[:OPEN_CONSULTATIONS]
    return [listing(row, row.municipality, today=today, now=now) for row in soonest]


@dataclass(frozen=True, slots=True)
class Entry:
    """A municipality in the list of all, with what it has made public."""

    municipality: Municipality
    programs: list[Program]
    plans: list[ActionPlan]


def _entries(municipalities: list[Municipality]) -> list[Entry]:
    """The programs and plans of all of them are read in two queries."""
    programs: dict[int, list[Program]] = defaultdict(list)
    for program in Program.objects.published().filter(municipality__in=municipalities).for_home_page():
        programs[program.municipality_id].append(program)
    plans: dict[int, list[ActionPlan]] = defaultdict(list)
    for plan in ActionPlan.objects.published().filter(municipality__in=municipalities).order_by("slug"):
        plans[plan.municipality_id].append(plan)
    return [Entry(town, programs[town.pk], plans[town.pk]) for town in municipalities]


@fresh_page
def municipality(request: HttpRequest, municipality: Municipality) -> HttpResponse:
    """What one municipality has made public."""
    today = municipality.today()
    programs = list(Program.objects.of(municipality).published().order_by("-year"))
    current = Program.objects.of(municipality).published().for_calendar_page().order_by("-year").first()
    if current:
        current.municipality = municipality
    context = {
        "municipality": municipality,
        "tabs": tabs_of(municipality),
        "programs": programs,
        "current": read_calendar(current, today) if current else None,
        "heading": program_heading(current) if current else "",
        "next_tasks": Task.objects.next_dates(today).of(municipality)[:NEXT_DATES],
        "plans": ActionPlan.objects.of(municipality).published().for_municipality_page(),
        "consultations": _current_consultations(municipality, today),
        "zones": municipality.zones.count(),
    }
    return render(request, "municipality.html", context)


def _current_consultations(municipality: Municipality, today: datetime.date) -> list[Listed]:
    """Those that are open or to come, the one that opened first on top."""
    now = timezone.now()
    rows = Consultation.objects.of(municipality).published().filter(closes_at__gt=now).counted()
    return [listing(row, municipality, today=today, now=now) for row in rows.order_by("opens_at", "number")]


@never_cache
def desk_door(request: HttpRequest) -> HttpResponse:
    """To the desk of one's municipality, or the choice between several."""
    if not request.user.is_authenticated:
        return redirect(f"{reverse('sign-in')}?next={request.path}")
    own = Municipality.objects.of_member(request.user).order_by("slug")
    if len(own) == 1:
        return redirect("staff-desk", slug=own[0].slug)
    return render(request, "municipalities/desks.html", {"municipalities": own})


@staff_page(Act.SEE_DESK)
def staff_desk(request: HttpRequest, municipality: Municipality) -> HttpResponse:
    """What is before this person today, and the municipality's programs and plans, drafts too."""
    today = municipality.today()
    responsible = request.GET.get("responsible", "").replace("\0", "")[:SEARCH_LENGTH]
    only_own = "own" in request.GET and not responsible

    def may(act: Act) -> bool:
        return allows(request.user, act, municipality.pk)

    agenda = read_agenda(
        running_calendars(municipality, today),
        today=today,
        person=person(request),
        address=lambda program: calendar_address(municipality, program.year, may),
        only_own=only_own,
        responsible=responsible,
    )
    programs = Program.objects.of(municipality).select_related("municipality").order_by("-year")
    context = {
        "municipality": municipality,
        "today": today,
        "agenda": agenda,
        "only_own": only_own,
        "responsible": responsible,
        "programs": [
            (program, agenda.standings.get(program.pk), program_acts(program, may)) for program in programs
        ],
        "plans": ActionPlan.objects.of(municipality).order_by("slug"),
        "may_edit": may(Act.EDIT),
        "may_publish": may(Act.PUBLISH),
        "room": room_of(municipality) if may(Act.EDIT) else None,
    }
    return render(request, "municipalities/desk.html", context)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "404.html", status=404)


def forbidden(request: HttpRequest, exception: Exception | None = None, reason: str = "") -> HttpResponse:
    kept = of_own_page(request) if reason else None
    if kept is not None:
        return kept
    return render(request, "403.html", {"is_csrf": bool(reason)}, status=403)

"""What belongs to no single domain: home, a municipality, the desk's door, health, error pages."""

from __future__ import annotations

import datetime

from django.core.paginator import Paginator
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language_from_request, override
from django.views.decorators.cache import never_cache

from consultations.models import ActionPlan
from portal.freshness import answer, fresh_page, validator
from portal.municipalities.access import Act, municipality_ids, staff_page
from portal.municipalities.models import Municipality
from portal.navigation import tabs_of
from programs.calendar import read_calendar
from programs.models import Program, Task
from programs.views.public import program_heading

MUNICIPALITIES_A_PAGE = 24
NEXT_DATES = 5


def language_choice(request: HttpRequest) -> HttpResponse:
    """``/``: to the home page in the reader's language, Arabic unless the browser asks for French or English."""
    with override(get_language_from_request(request)):
        response = redirect("home")
    response["Vary"] = "Accept-Language"
    return response


def home(request: HttpRequest) -> HttpResponse:
    """Search, the next dates everywhere, and the municipalities."""
    etag = validator(Municipality.objects.total_revision(), _newest_date(), request.get_full_path())
    return answer(request, etag, lambda: _render_home(request))


def _newest_date() -> datetime.date:
    """The later of the dates in the countries served: they differ for an hour around midnight."""
    return timezone.localdate(timezone=datetime.timezone(datetime.timedelta(hours=1)))


def _render_home(request: HttpRequest) -> HttpResponse:
    words = request.GET.get("q", "")[:200].strip()
    found = Municipality.objects.matching(words).for_home_page()
    page = Paginator(found, MUNICIPALITIES_A_PAGE).get_page(request.GET.get("page"))
    municipalities = list(page.object_list)
    _attach_public_content(municipalities)
    context = {
        "words": words,
        "page": page,
        "municipalities": municipalities,
        "next_tasks": Task.objects.next_dates(_newest_date())[:NEXT_DATES],
        "section": "municipalities",
    }
    return render(request, "home.html", context)


def _attach_public_content(municipalities: list[Municipality]) -> None:
    """Give each municipality its public programs and plans, in two queries for all of them."""
    programs = Program.objects.published().filter(municipality__in=municipalities).order_by("-year")
    plans = ActionPlan.objects.published().filter(municipality__in=municipalities).order_by("slug")
    for municipality in municipalities:
        municipality.public_programs = [p for p in programs if p.municipality_id == municipality.pk]
        municipality.public_plans = [p for p in plans if p.municipality_id == municipality.pk]


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
        "next_tasks": Task.objects.next_dates(today).filter(phase__program__municipality=municipality)[:NEXT_DATES],
        "plans": ActionPlan.objects.of(municipality).published().for_municipality_page(),
        "zones": municipality.zones.count(),
    }
    return render(request, "municipality.html", context)


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
    """The municipality's programs and plans, drafts too, with what this person may do."""
    context = {
        "municipality": municipality,
        "programs": Program.objects.of(municipality).order_by("-year"),
        "plans": ActionPlan.objects.of(municipality).order_by("slug"),
        "may_edit": request.user.is_superuser or municipality.pk in municipality_ids(request.user, Act.EDIT),
    }
    return render(request, "municipalities/desk.html", context)


@never_cache
def health(request: HttpRequest) -> JsonResponse:
    """Whether the process answers and the database does too; says nothing else."""
    try:
        connection.ensure_connection()
    except Exception:  # Whatever the driver raises, the answer is the same.
        return JsonResponse({"status": "database unavailable"}, status=503)
    return JsonResponse({"status": "ok"})


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "404.html", status=404)


def forbidden(request: HttpRequest, exception: Exception | None = None, reason: str = "") -> HttpResponse:
    return render(request, "403.html", {"is_csrf": bool(reason)}, status=403)

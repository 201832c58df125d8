"""The pages of consultations that anybody may read."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from consultations.asked import lists_of
from consultations.feeds import period_feed
from consultations.figures import read_figures
from consultations.gauge import gauge_of
from consultations.models import Channel, Consultation
from consultations.period_box import PeriodBox, period_box
from consultations.periods import Standing, consultation_of, read_standing, rules_of, standing_of
from consultations.rules_contributions import State
from consultations.talk import read_talk
from portal.bilingual import Localized
from portal.freshness import answer, fresh_page, validator
from portal.meetings.models import Meeting
from portal.meetings.rules import lines_of
from portal.municipalities.models import Municipality
from portal.navigation import Tab, tabs_of
from portal.subjects import read_subject

PAST_A_PAGE = 20


@dataclass(frozen=True, slots=True)
class Listed:
    """A consultation in a list."""

    consultation: Consultation
    standing: Standing
    period: PeriodBox


@fresh_page
def consultation_list(request: HttpRequest, municipality: Municipality) -> HttpResponse:
    """What is open, what comes, and what was, of one municipality."""
    now, today = timezone.now(), municipality.today()
    public = Consultation.objects.of(municipality).published()
    past = Paginator(public.filter(closes_at__lte=now).order_by("-closes_at", "-number"), PAST_A_PAGE)
    page = past.get_page(request.GET.get("page"))
    current = public.filter(closes_at__gt=now).counted().order_by("opens_at", "number")
    listed = [listing(row, municipality, today=today, now=now) for row in current]
    over = public.filter(pk__in=[row.pk for row in page]).counted().order_by("-closes_at", "-number")
    context = _frame(municipality) | {
        "open": sorted(_in(State.OPEN, listed), key=lambda found: found.consultation.moments[1]),
        "before": _in(State.BEFORE, listed),
        "past": [listing(row, municipality, today=today, now=now) for row in over],
        "page": page,
    }
    return render(request, "consultations/period_list.html", context)


def listing(
    row: Consultation, municipality: Municipality, *, today: datetime.date, now: datetime.datetime
) -> Listed:
    """A consultation read by ``counted()`` as a list tells it, to the day."""
    row.municipality = municipality
    standing = read_standing(row, now)
    return Listed(row, standing, period_box(row, standing, today=today))


def _in(state: State, listed: list[Listed]) -> list[Listed]:
    return [found for found in listed if found.standing.state == state]


def _fresh_to_the_hour(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """As ``fresh_page``, for a page that counts the hours of the last day: they are in its validator too."""

    @require_safe
    @wraps(view)
    def inner(request: HttpRequest, slug: str, number: int) -> HttpResponse:
        municipality, now = Municipality.objects.public_or_404(slug), timezone.now()
        public = Consultation.objects.of(municipality).published().filter(number=number)
        found = public.only("opens_at", "closes_at").first()
        if found is None:
            raise Http404
        # Whole hours away: another number as often as the page would say another one.
        hours = [(moment - now) // datetime.timedelta(hours=1) for moment in found.moments]
        near = [hour for hour in hours if 0 <= hour < 24]
        parts = (municipality.revision, municipality.today(), municipality.moments, near)
        etag = validator(*parts, request.get_full_path())
        return answer(request, etag, lambda: view(request, municipality, number, now))

    return inner


@_fresh_to_the_hour
def consultation_page(
    request: HttpRequest, municipality: Municipality, number: int, now: datetime.datetime
) -> HttpResponse:
    """A consultation: when, about what, which questions, what people said and what was answered."""
    consultation = consultation_of(municipality, number)
    standing, lists, today = standing_of(consultation, now), lists_of(municipality), municipality.today()
    context = _frame(municipality) | {
        "consultation": consultation,
        "standing": standing,
        "is_late": standing.due_on is not None and standing.due_on < today,
        "period": period_box(consultation, standing, today=today, now=now),
        "subject": read_subject(municipality, consultation.subject_kind, consultation.subject_id),
        "questions": list(consultation.questions.all()),
        "on_portal": Channel.WEB in consultation.channels,
        "on_paper": Channel.PAPER in consultation.channels,
        "channels": [label for value, label in Channel.choices if value in consultation.channels],
        "own_rules": _own_rules(municipality),
        "meeting": _next_meeting(municipality),
        "gauge": gauge_of(consultation),
        "talk": read_talk(consultation, lists, request.GET.get("page")),
        "figures": read_figures(consultation, lists),
    }
    return render(request, "consultations/period.html", context)


def _own_rules(municipality: Municipality) -> tuple[Localized, list[str]]:
    rules = rules_of(municipality).rules
    return rules, lines_of(rules.text)


def _next_meeting(municipality: Municipality) -> Meeting | None:
    """Where one can speak, too: the next public meeting."""
    today = municipality.today()
    meetings = Meeting.objects.published().of(municipality).upcoming(today).filter(is_cancelled=False)
    return meetings.filter(date__gte=today).first()


@fresh_page
def consultation_ics(request: HttpRequest, municipality: Municipality, number: int) -> HttpResponse:
    """The opening and the closing as a file that a phone's calendar reads."""
    public = Consultation.objects.of(municipality).published()
    consultation = get_object_or_404(public, number=number)
    consultation.municipality = municipality
    address = reverse("consultation", kwargs={"slug": municipality.slug, "number": number})
    feed = period_feed(consultation, address=request.build_absolute_uri(address))
    response = HttpResponse(feed, content_type="text/calendar; charset=utf-8")
    name = f"{municipality.slug}-consultation-{number}.ics"
    response["Content-Disposition"] = f'inline; filename="{name}"'
    return response


def _frame(municipality: Municipality) -> dict:
    address = reverse("consultations", kwargs={"slug": municipality.slug})
    return {
        "municipality": municipality,
        "tabs": tabs_of(municipality, Tab(address, _("Consultations"), is_current=True)),
        "section": "municipalities",
    }

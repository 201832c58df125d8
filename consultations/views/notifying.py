"""Asking to be told of a consultation by e-mail, without an account."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from consultations.csrf import is_forged, keeps_what_was_typed
from consultations.letters import CONSULTATION
from consultations.models import Consultation
from consultations.periods import consultation_of
from consultations.views.contributing import frame
from portal.bilingual import page_language
from portal.limits.counting import count
from portal.municipalities.models import Municipality
from portal.notifications.subscriptions import subscribe

SCOPE = "notify-me"
MOST_AN_HOUR = 40
"""From one network: a school or a café is one, a machine that writes to strangers is stopped."""


class NotifyForm(forms.Form):
    """An address. The other field is not seen by people: what machines fill in is not stored."""

    email = forms.EmailField(
        label=_("Your e-mail address"),
        max_length=254,
        help_text=_("For these letters alone. It is never published, and each letter says how to stop."),
        error_messages={
            "required": _("Write the address at which you want to be told."),
            "invalid": _("This is no e-mail address. It looks like name@example.org."),
        },
        widget=forms.EmailInput(attrs={"class": "form-control", "dir": "ltr", "autocomplete": "email"}),
    )
    homepage = forms.CharField(
        label=_("Leave this field empty"),
        required=False,
        widget=forms.TextInput(attrs={"tabindex": "-1", "autocomplete": "off"}),
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@keeps_what_was_typed
def notify_me(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Ask for an address; the answer says the same whether it was known or not."""
    municipality = Municipality.objects.public_or_404(slug)
    consultation = consultation_of(municipality, number)
    form = NotifyForm(request.POST) if request.method == "POST" else NotifyForm()
    if is_forged(request):
        return _unsure(request, consultation, form)
    if not form.is_bound or not form.is_valid():
        return _page(request, consultation, form)
    if count(request, SCOPE) > MOST_AN_HOUR:
        return _too_many(request, consultation, form)
    if not form.cleaned_data["homepage"]:
        subscribe(
            municipality=municipality,
            topic=CONSULTATION,
            topic_id=consultation.pk,
            email=form.cleaned_data["email"],
            language=page_language(),
        )
    return redirect(f"{reverse('notify-me', kwargs={'slug': slug, 'number': number})}?asked=1")


def _unsure(request: HttpRequest, consultation: Consultation, form: NotifyForm) -> HttpResponse:
    said = _("We could not tell whether it came from this form. Nothing is lost: send it again.")
    form.add_error(None, said)
    return _page(request, consultation, form, status=422)


def _too_many(request: HttpRequest, consultation: Consultation, form: NotifyForm) -> HttpResponse:
    form.add_error(
        None,
        _("Too many addresses were left from your network lately. Nothing is lost: try again in an hour."),
    )
    response = _page(request, consultation, form, status=429)
    response["Retry-After"] = "3600"
    return response


def _page(
    request: HttpRequest, consultation: Consultation, form: NotifyForm, status: int = 200
) -> HttpResponse:
    context = frame(consultation) | {
        "form": form,
        "was_asked": not form.is_bound and "asked" in request.GET,
    }
    return render(request, "consultations/notify.html", context, status=status)

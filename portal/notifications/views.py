"""The two addresses in letters, to begin and to stop: a GET asks, a POST does it, without an account."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from portal.notifications.subscriptions import confirm, end, find
from portal.notifications.topics import about


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def confirm_page(request: HttpRequest, token: str) -> HttpResponse:
    """Say what would be told, and begin with it on POST."""
    if request.method == "POST":
        confirm(token)
        return redirect("subscription-confirm", token=token)
    subscription = find(token)
    if subscription is None:
        return render(request, "notifications/unknown.html", status=404)
    context = {"subscription": subscription, "about": about(subscription)}
    return render(request, "notifications/confirm.html", context)


# Exempt: mail programs post here themselves (RFC 8058), without any page of ours before it. The token
# in the address is the right to do it, and all that can be done is to stop letters.
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def end_page(request: HttpRequest, token: str) -> HttpResponse:
    """Ask whether to stop, and stop on POST. A token that nobody has is answered as one that was used."""
    if request.method == "POST":
        end(token)
        return render(request, "notifications/ended.html")
    subscription = find(token)
    context = {"about": about(subscription) if subscription else None}
    return render(request, "notifications/end.html", context)

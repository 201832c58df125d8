"""Admin pages of what is published, withdrawn or moved on: never by editing a field, always by an act."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from portal.administration.scoped import ScopedAdmin
from portal.municipalities.access import Act, person

Text = str | Promise


@dataclass(frozen=True, slots=True)
class Transition:
    """A step that a row can take.

    ``apply(row, person)`` takes it, journals it, and raises ``ValidationError`` where the row
    cannot; ``is_possible(row)`` says so beforehand. ``consequence`` is told before it happens.
    """

    code: str
    label: Text
    consequence: Text
    done: Text
    apply: Callable[[Any, Any], None]
    is_possible: Callable[[Any], bool]


class PublishingAdmin(ScopedAdmin):
    """Rows with a status that only an act of :data:`Act.PUBLISH` changes.

    A row that is public cannot be deleted, which would be withdrawing it without the right; and whoever
    deletes one of its parts needs the right to publish.
    """

    transitions: tuple[Transition, ...] = ()
    change_form_template = "admin/publishing_change_form.html"
    confirmation_template = "admin/transition_confirmation.html"

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and not (obj and obj.is_public)

    def act_to_delete(self, obj: Any) -> Act:
        return Act.PUBLISH if obj and obj.is_public else super().act_to_delete(obj)

    def desk_address(self, obj: Any) -> str:
        """The page of the desk for the steps that ask for more than a yes; "" where there is none."""
        return ""

    def get_urls(self) -> list[URLPattern]:
        view = require_http_methods(["GET", "HEAD", "POST"])(self.transition_view)
        name = f"{self.opts.app_label}_{self.opts.model_name}_transition"
        own = path("<path:object_id>/transition/<slug:code>/", self.admin_site.admin_view(view), name=name)
        return [own, *super().get_urls()]

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        actions: dict[str, Any] = super().get_actions(request)
        if self.may(request, Act.PUBLISH):
            for transition in self.transitions:
                actions[transition.code] = (_bulk_action(transition), transition.code, transition.label)
        return actions

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Any = None,
    ) -> HttpResponse:
        may_publish = obj is not None and self.may(request, Act.PUBLISH, obj)
        context["steps"] = [step for step in self.transitions if may_publish and step.is_possible(obj)]
        context["desk_address"] = self.desk_address(obj) if may_publish else ""
        return super().render_change_form(request, context, add, change, form_url, obj)

    def transition_view(self, request: HttpRequest, object_id: str, code: str) -> HttpResponse:
        """Ask, and on POST take the step."""
        obj = self.get_object(request, unquote(object_id))
        if not self.may(request, Act.PUBLISH, obj):
            raise PermissionDenied
        transition = next((step for step in self.transitions if step.code == code), None)
        if transition is None:
            raise Http404
        if request.method != "POST":
            return self.confirmation(request, transition, [obj])
        self.take(request, transition, [obj])
        return redirect(reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[obj.pk]))

    def confirmation(self, request: HttpRequest, transition: Transition, rows: Iterable[Any]) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": transition.label,
            "transition": transition,
            "rows": list(rows),
            "opts": self.opts,
            "checkbox": ACTION_CHECKBOX_NAME,
            "is_bulk": request.method == "POST",
        }
        return TemplateResponse(request, self.confirmation_template, context)

    def take(self, request: HttpRequest, transition: Transition, rows: Iterable[Any]) -> None:
        """Take the step with each row and tell what became of it."""
        for row in rows:
            level, text = self._outcome(request, transition, row)
            messages.add_message(request, level, f"{row}: {text}")

    def _outcome(self, request: HttpRequest, transition: Transition, row: models.Model) -> tuple[int, str]:
        if not self.may(request, Act.PUBLISH, row):
            return messages.ERROR, _("your role in this municipality does not allow it.")
        try:
            transition.apply(row, person(request))
        except ValidationError as refusal:
            return messages.ERROR, " ".join(refusal.messages)
        return messages.SUCCESS, str(transition.done)


def _bulk_action(transition: Transition) -> Callable[..., HttpResponse | None]:
    def action(
        model_admin: PublishingAdmin, request: HttpRequest, queryset: models.QuerySet
    ) -> HttpResponse | None:
        if "confirmed" not in request.POST:
            return model_admin.confirmation(request, transition, queryset)
        model_admin.take(request, transition, queryset)
        return None

    return action

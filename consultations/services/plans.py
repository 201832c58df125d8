"""Changes of a plan that touch more than one row, or that must be journalled."""

from __future__ import annotations

from django.db import transaction

from consultations.models import ActionPlan, PlanStatus
from portal.accounts.models import User
from portal.audit.log import record


@transaction.atomic
def _change_status(*, plan: ActionPlan, status: PlanStatus, action: str, actor: User | None) -> None:
    current = ActionPlan.objects.select_for_update().get(pk=plan.pk)
    if current.status == status:
        return
    plan.status = status
    plan.save(update_fields=["status", "updated_at"])
    record(
        actor=actor,
        action=action,
        obj=plan,
        municipality=plan.municipality,
        changes={"status": (current.status, status.value)},
    )


def publish(*, plan: ActionPlan, actor: User | None) -> None:
    """Make a plan public and journal it. Nothing happens when it is."""
    _change_status(plan=plan, status=PlanStatus.PUBLISHED, action="plan.published", actor=actor)


def withdraw(*, plan: ActionPlan, actor: User | None) -> None:
    """Make a plan a draft again: its public addresses answer 404."""
    _change_status(plan=plan, status=PlanStatus.DRAFT, action="plan.withdrawn", actor=actor)

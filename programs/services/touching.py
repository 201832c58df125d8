"""When a program's calendar last changed, which its feeds tell."""

from __future__ import annotations

from django.utils import timezone

from programs.models import Program


def touch(program: Program) -> None:
    """Say that something of the calendar changed now; its own row is no other version for that."""
    Program.objects.filter(pk=program.pk).update(updated_at=timezone.now())

"""The two real documents, and beside them one fictional municipality that shows every state."""

from __future__ import annotations

import datetime
import json
import os
import secrets
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import transaction

from portal.accounts.models import User
from portal.management.country import seed_country
from portal.management.demo_diagnosis import seed_diagnosis
from portal.management.demo_dispatches import seed_dispatches
from portal.management.demo_meetings import seed_meetings
from portal.management.demo_participation import demo_receipt, seed_participation
from portal.management.demo_plans import seed_plan
from portal.management.demo_programs import seed_programs
from portal.management.demo_projects import seed_projects
from portal.municipalities.models import DecidingBody, Membership, Municipality, Role, Zone
from programs.models import Program

SOURCES = Path(settings.PROJECT_DIR, "demo", "sources")
REAL_TOWNS = [
    {
        "slug": "nefta",
        "name_ar": "نفطة",
        "name_fr": "Nefta",
        "country": "TN",
        "territory_ar": "ولاية توزر",
        "territory_fr": "Gouvernorat de Tozeur",
    },
    {
        "slug": "kenitra",
        "name_ar": "القنيطرة",
        "name_fr": "Kénitra",
        "country": "MA",
        "territory_ar": "إقليم القنيطرة",
        "territory_fr": "Province de Kénitra",
    },
]
ACCOUNTS = [
    ("editor@nefta.example", "nefta", Role.EDITOR),
    ("editor@kenitra.example", "kenitra", Role.EDITOR),
    ("editor@exemple.example", "exemple", Role.EDITOR),
    ("publisher@exemple.example", "exemple", Role.PUBLISHER),
    ("moderator@exemple.example", "exemple", Role.MODERATOR),
    ("answerer@exemple.example", "exemple", Role.ANSWERER),
    ("council@exemple.example", "exemple", Role.COUNCIL_READER),
    ("auditor@exemple.example", "exemple", Role.AUDITOR),
    ("manager@exemple.example", "exemple", Role.MUNICIPAL_ADMIN),
]
PLATFORM_ADMINISTRATOR = "admin@musharaka.example"

# The model has a session twenty days before the approval: on the first day it is today's.
DAYS_TO_APPROVAL = 20


class Command(BaseCommand):
    help = (
        "Fills an empty portal with the two real documents and a fictional municipality. Skips what exists."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--scale", choices=["town", "country"], default="town")

    def handle(self, *args: Any, **options: Any) -> None:
        for town in REAL_TOWNS:
            seed_real_town(town)
        seed_fictional_town()
        seed_accounts()
        if options["scale"] == "country":
            self.stdout.write(seed_country())
        self._print_sign_ins()

    def _print_sign_ins(self) -> None:
        path = password_path()
        password = path.read_text() if path.exists() else f"unknown, {path} is gone: manage.py changepassword"
        self.stdout.write(f"Demo sign-ins (password of all: {password})")
        self.stdout.write(f"  {PLATFORM_ADMINISTRATOR:28} platform administrator")
        for email, town, role in ACCOUNTS:
            self.stdout.write(f"  {email:28} {role.value} of {town}")
        self.stdout.write(f"A receipt to follow at /ar/follow/ : {demo_receipt()}")


@transaction.atomic
def seed_real_town(town: dict[str, str]) -> None:
    """A municipality with its one document, as its document says and nothing more."""
    if Municipality.objects.filter(slug=town["slug"]).exists():
        return
    Municipality.objects.create(**town)
    if town["slug"] == "nefta":
        _import("import_calendar", SOURCES / "nefta-2022-calendar.txt", town["slug"], "--year", "2022")
    else:
        _import("import_plan", SOURCES / "kenitra-open-government-project.txt", town["slug"])


def _import(command: str, document: Path, slug: str, *options: str) -> None:
    with Path(os.devnull).open("w") as nowhere:
        call_command(command, str(document), "--municipality", slug, *options, "--publish", stdout=nowhere)


@transaction.atomic
def seed_fictional_town() -> None:
    """The municipality whose name says that it does not exist: three programs, a plan and consultations."""
    data = json.loads(Path(settings.PROJECT_DIR, "demo", "exemple.json").read_text(encoding="utf-8"))
    if Municipality.objects.filter(slug=data["municipality"]["slug"]).exists():
        return
    town = Municipality.objects.create(**data["municipality"], is_fictional=True)
    for body in data["deciding_bodies"]:
        DecidingBody.objects.create(municipality=town, **body)
    for number, zone in enumerate(data["zones"], start=1):
        Zone.objects.create(municipality=town, number=number, **zone)
    today = town.today()
    approval = today + datetime.timedelta(days=DAYS_TO_APPROVAL)
    seed_programs(town, approval)
    past, running, draft = Program.objects.filter(municipality=town).order_by("year")
    seed_meetings(past, running, today)
    for program in (past, running):
        seed_diagnosis(program)
    for program in (past, running, draft):
        seed_projects(program, today)
    plan = seed_plan(town, data["plan"], today)
    seed_participation(town, plan, running, today)
    seed_dispatches(town, running)


def seed_accounts() -> None:
    """One person for each role, all with the password of this installation's demo."""
    wanted = {PLATFORM_ADMINISTRATOR, *(email for email, _, _ in ACCOUNTS)}
    if User.objects.filter(email__in=wanted).count() == len(wanted):
        return
    password = demo_password()
    if not User.objects.filter(email=PLATFORM_ADMINISTRATOR).exists():
        User.objects.create_superuser(PLATFORM_ADMINISTRATOR, password)
    for email, slug, role in ACCOUNTS:
        if User.objects.filter(email=email).exists():
            continue
        user = User.objects.create_user(email, password)
        Membership.objects.create(user=user, municipality=Municipality.objects.get(slug=slug), role=role)


def password_path() -> Path:
    return Path(settings.DATA_DIR, "demo-password")


def demo_password() -> str:
    """A password of this installation alone, kept readable by its owner: no account has a known one."""
    path = password_path()
    if not path.exists():
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(12))
    return path.read_text()

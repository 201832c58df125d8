"""A believable country for benchmarks: every commune of two countries, with programs and plans."""

from __future__ import annotations

import datetime

from django.db import transaction
from django.utils import timezone

from consultations.models import Consultation, Contribution, OfficialAnswer, Verdict
from portal.municipalities.models import Municipality
from programs.method import built_in_method
from programs.models import ExpectedDocument, Phase, Program, Status, Task

TUNISIAN, MOROCCAN = 350, 1503
YEARS = 5
CONTRIBUTIONS = 500
"""In one consultation of one commune: ten times what any town of the sources saw."""


@transaction.atomic
def seed_country() -> str:
    """350 Tunisian communes with five programs each, 1,503 Moroccan ones. Skips what exists.

    Returns a sentence for the console.
    """
    if Municipality.objects.filter(slug="commune-tn-1").exists():
        return "The country is there already."
    towns = [_town("TN", n) for n in range(1, TUNISIAN + 1)] + [
        _town("MA", n) for n in range(1, MOROCCAN + 1)
    ]
    Municipality.objects.bulk_create(towns, batch_size=500)
    tunisian = [town for town in towns if town.country == "TN"]
    year = datetime.datetime.now(tz=datetime.UTC).year
    programs = [_program(town, year + 1 - back) for town in tunisian for back in range(YEARS)]
    Program.objects.bulk_create(programs, batch_size=500)
    _fill(programs)
    _consult(programs[0])
    return f"{len(towns)} fictional communes and {len(programs)} programs."


def _town(country: str, number: int) -> Municipality:
    name = f"Commune {country} {number}"
    town = Municipality(
        slug=f"commune-{country.lower()}-{number}",
        name_ar=f"الخيالية {number}",
        name_fr=f"{name} (fictive)",
        country=country,
        currency="TND" if country == "TN" else "MAD",
        time_zone="Africa/Tunis" if country == "TN" else "Africa/Casablanca",
        is_fictional=True,
    )
    town.search_text = town.searchable()
    return town


def _program(town: Municipality, year: int) -> Program:
    return Program(
        municipality=town,
        year=year,
        title_ar=f"رزنامة برنامج الاستثمار لسنة {year}",
        title_fr=f"Calendrier du programme {year}",
        status=Status.PUBLISHED,
    )


def _fill(programs: list[Program]) -> None:
    method = built_in_method()
    phases = [
        Phase(program=program, number=model.number, title_ar=model.title_ar, title_fr=model.title_fr)
        for program in programs
        for model in method.phases
    ]
    Phase.objects.bulk_create(phases, batch_size=1000)
    models = {model.number: model for model in method.phases}
    tasks = []
    for phase in phases:
        approval = datetime.date(phase.program.year - 1, 11, 30)
        for model in models[phase.number].tasks:
            date = approval - datetime.timedelta(days=model.days_before_approval)
            tasks.append(
                Task(
                    phase=phase,
                    number=model.number,
                    title_ar=model.title_ar,
                    title_fr=model.title_fr,
                    session_date=date,
                )
            )
    Task.objects.bulk_create(tasks, batch_size=1000)
    documents = []
    for task in tasks:
        model_task = models[task.phase.number].tasks[task.number - 1]
        for position, document in enumerate(model_task.documents, start=1):
            documents.append(
                ExpectedDocument(
                    task=task, position=position, title_ar=document.title_ar, title_fr=document.title_fr
                )
            )
    ExpectedDocument.objects.bulk_create(documents, batch_size=1000)


def _consult(program: Program) -> None:
    """A long consultation with an answer to every other contribution."""
    now = timezone.now()
    consultation = Consultation.objects.create(
        municipality=program.municipality,
        number=1,
        subject_kind="program",
        subject_id=program.pk,
        title_ar="تشاور خيالي",
        title_fr="Consultation fictive",
        opens_at=now - datetime.timedelta(days=20),
        closes_at=now + datetime.timedelta(days=3650),
        status=Consultation.Status.PUBLISHED,
        last_number=CONTRIBUTIONS,
    )
    answers = OfficialAnswer.objects.bulk_create(
        OfficialAnswer(
            consultation=consultation,
            verdict=Verdict.values[n % len(Verdict.values)],
            text_ar="إجابة خيالية تذكر ما تقرر ومن ينفذه ومتى.",
            service_ar="كتابة المجلس",
            status=OfficialAnswer.Status.PUBLISHED,
            published_at=now - datetime.timedelta(days=n % 7),
        )
        for n in range(CONTRIBUTIONS // 2)
    )
    Contribution.objects.bulk_create(
        Contribution(
            consultation=consultation,
            number=n,
            kind=Contribution.Kind.COMMENT,
            text=f"مقترح خيالي رقم {n}: إنارة النهج وتعبيده قبل الشتاء.",
            profile="citizen" if n % 3 else "association",
            age=("16-25", "26-35", "36-50")[n % 3],
            status=Contribution.Status.PUBLISHED,
            received_at=now - datetime.timedelta(days=10),
            published_on=(now - datetime.timedelta(days=9)).date(),
            moderated_at=now,
            answer=answers[n // 2 - 1] if n % 2 == 0 else None,
            receipt_hash=f"{n:064x}",
        )
        for n in range(1, CONTRIBUTIONS + 1)
    )

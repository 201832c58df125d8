"""What the pages of subjects invite to."""

from __future__ import annotations

import datetime

import pytest
import time_machine

from consultations.invitations import of_subject
from tests.consultations.factories import ActionPlanFactory
from tests.consultations.participation import (
    ConsultationFactory,
    ContributionFactory,
    OfficialAnswerFactory,
)
from tests.factories import PhaseFactory, ProgramFactory, TaskFactory, ZoneFactory

NOW = datetime.datetime(2026, 11, 9, 10, 0, tzinfo=datetime.UTC)
DAY = datetime.timedelta(days=1)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def program(nefta):
    program = ProgramFactory(municipality=nefta, published=True, year=2027)
    TaskFactory(phase=PhaseFactory(program=program))
    return program


def about(kind, pk, municipality, first, last, **kwargs):
    return ConsultationFactory(
        municipality=municipality,
        subject_kind=kind,
        subject_id=pk,
        status="published",
        opens_at=NOW + first * DAY,
        closes_at=NOW + last * DAY,
        **kwargs,
    )


def test_what_runs_comes_first_then_what_comes_then_what_was(nefta, django_assert_num_queries):
    plan = ActionPlanFactory(municipality=nefta, published=True)
    for title, first, last in (
        ("سابقة قديمة", -30, -20),
        ("قادمة", 3, 9),
        ("مفتوحة لمدة أطول", -3, 9),
        ("سابقة", -9, -3),
        ("مفتوحة", -1, 2),
        ("قادمة قريبا", 1, 5),
    ):
        about("plan", plan.pk, nefta, first, last, title_ar=title)
    about("project", plan.pk, nefta, -1, 2)
    ConsultationFactory(municipality=nefta, plan=plan, number=90)
    with django_assert_num_queries(1):
        found = of_subject(nefta, "plan", plan.pk)
    assert [str(invitation.title) for invitation in found] == [
        "مفتوحة",
        "مفتوحة لمدة أطول",
        "قادمة قريبا",
        "قادمة",
        "سابقة",
        "سابقة قديمة",
    ]


def test_it_tells_what_can_be_read_and_what_was_answered(nefta):
    plan = ActionPlanFactory(municipality=nefta, published=True)
    consultation = about("plan", plan.pk, nefta, -9, -3, number=5)
    first, _second = (ContributionFactory(consultation=consultation, published=True) for _ in range(2))
    ContributionFactory(consultation=consultation)
    OfficialAnswerFactory(consultation=consultation, published=True, contributions=[first])
    (invitation,) = of_subject(nefta, "plan", plan.pk)
    assert (invitation.published, invitation.answered, invitation.state) == (2, 1, "closed")
    assert invitation.address.endswith("/m/nefta/consultations/5/")
    assert invitation.closes_at.utcoffset() == datetime.timedelta(hours=1)


def test_drafts_and_other_towns_invite_nobody(nefta, kenitra):
    plan = ActionPlanFactory(municipality=nefta, published=True)
    ConsultationFactory(plan=plan, number=1, opens_at=NOW, closes_at=NOW + DAY)
    about("plan", plan.pk, kenitra, -1, 1)
    assert of_subject(nefta, "plan", plan.pk) == []


def test_a_page_about_every_subject_of_a_kind_asks_once(nefta, django_assert_num_queries):
    for zone in ZoneFactory.create_batch(3, municipality=nefta):
        about("zone", zone.pk, nefta, -1, 2)
    with django_assert_num_queries(1):
        assert len(of_subject(nefta, "zone", None)) == 3


@pytest.mark.parametrize("kind", ["program", "diagnosis", "zone"])
def test_the_pages_of_a_program_and_of_the_zones_show_the_box(client, nefta, program, kind):
    pk = ZoneFactory(municipality=nefta).pk if kind == "zone" else program.pk
    open_one = about(kind, pk, nefta, -1, 2, title_ar="صندوق المقترحات")
    paths = {"program": "programs/2027/", "diagnosis": "programs/2027/diagnosis/", "zone": "zones/"}
    page = client.get(f"/en/m/nefta/{paths[kind]}").content.decode()
    assert "صندوق المقترحات" in page
    assert f'href="/en/m/nefta/consultations/{open_one.number}/"' in page
    assert 'until Wednesday 11 November 2026 at <bdi dir="ltr">11:00</bdi>' in page


@pytest.mark.parametrize("path", ["programs/2027/", "programs/2027/diagnosis/", "zones/"])
def test_without_a_consultation_there_is_no_box(client, nefta, program, path):
    assert "m-consult" not in client.get(f"/en/m/nefta/{path}").content.decode()


def test_what_closes_at_midnight_closes_the_day_before(client, nefta, program):
    consultation = about("program", program.pk, nefta, -9, 2)
    consultation.closes_at = datetime.datetime(2026, 11, 11, tzinfo=nefta.zone_info)
    consultation.save()
    address = "/en/m/nefta/programs/2027/"
    assert (
        'until Tuesday 10 November 2026 at <bdi dir="ltr">24:00</bdi>' in client.get(address).content.decode()
    )
    with time_machine.travel(consultation.closes_at, tick=False):
        assert "consultation closed on 10 November 2026" in client.get(address).content.decode()


def test_a_closed_one_is_a_line_with_what_was_answered(client, nefta, program):
    closed = about("program", program.pk, nefta, -9, -3, title_ar="استشارة سابقة")
    contribution = ContributionFactory(consultation=closed, published=True)
    OfficialAnswerFactory(consultation=closed, published=True, contributions=[contribution])
    page = client.get("/en/m/nefta/programs/2027/").content.decode()
    assert "m-consult" not in page
    assert "consultation closed on 6 November 2026" in page

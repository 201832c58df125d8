"""The pages of consultations whose addresses hold a key, a code or a token, and their refused forms."""

from __future__ import annotations

import pytest
from django.utils import timezone

from consultations.models import Contribution, Indicator, OfficialAnswer, Project, Stage
from consultations.receipts import code_for
from consultations.services.answers import publish_answer, write_answer
from consultations.services.moderation import refuse_contributions
from portal.management.demo_participation import RECEIPT
from portal.meetings.models import Meeting
from portal.notifications.models import Subscription
from tests.journeys.conftest import EACH_LANGUAGE_AND_WIDTH, Reader, sign_in
from tests.journeys.test_every_page import look

pytestmark = pytest.mark.django_db(transaction=True)


def looked_at(reader: Reader, paths: list[str], language: str, width: int) -> list[str]:
    return [fault for path in paths for fault in look(reader, path, language, width)]


@EACH_LANGUAGE_AND_WIDTH
def test_follow_pages(demo, reader, language, width):
    code = code_for(RECEIPT)
    pages = ["", "received/", "withdraw/", "erase/"]
    states = [f"follow/{code}/{page}" for page in pages]
    assert looked_at(reader, states, language, width) == []
    found = Contribution.objects.get(consultation__number=2, number=3)
    refuse_contributions(contributions=[found], reason="off_subject", note="عن مشروع آخر", actor=None)
    assert looked_at(reader, states[:1], language, width) == []
    reader.page.goto(f"{reader.address}/{language}/follow/{code}/erase/")
    with reader.page.expect_navigation():
        reader.page.click("main form [type=submit]")
    assert looked_at(reader, states[:1], language, width) == []


@EACH_LANGUAGE_AND_WIDTH
def test_refused_forms(demo, reader, language, width):
    for path, kept in (
        ("m/exemple/consultations/2/contribute/", "[name=text]"),
        ("m/exemple/consultations/4/notify/", "[name=email]"),
        ("follow/", "[name=code]"),
    ):
        reader.page.set_viewport_size({"width": width, "height": 900})
        reader.open(f"/{language}/{path}")
        reader.page.fill(f"main {kept}", "م")
        with reader.page.expect_navigation():
            reader.page.click("main form [type=submit].btn-primary")
        assert reader.page.locator(".m-errors").count() == 1, path
        assert reader.page.input_value(f"main {kept}") == "م"
        assert (path, reader.barriers(), reader.overflow()) == (path, [], 0)


@EACH_LANGUAGE_AND_WIDTH
def test_letters_are_confirmed_and_stopped(demo, reader, language, width):
    town = OfficialAnswer.objects.first().consultation.municipality
    topic = OfficialAnswer.objects.first().consultation_id
    waiting = Subscription.objects.create(
        municipality=town, topic="consultation", topic_id=topic, email="a@b.example"
    )
    sure = Subscription.objects.create(
        municipality=town,
        topic="consultation",
        topic_id=topic,
        email="c@d.example",
        confirmed_at=timezone.now(),
    )
    pages = [
        f"subscriptions/{waiting.token}/confirm/",
        f"subscriptions/{sure.token}/confirm/",
        f"subscriptions/{sure.token}/stop/",
    ]
    assert looked_at(reader, pages, language, width) == []


@EACH_LANGUAGE_AND_WIDTH
def test_desk_pages_of_one_thing(demo, reader, language, width):
    sign_in(reader, "manager@exemple.example")
    desk, project = "m/exemple/staff/", Project.objects.get(plan__municipality__slug="exemple", number=3)
    contributions = [
        Contribution.objects.filter(consultation__municipality__slug="exemple", status=status).last()
        for status in ("pending", "published", "refused")
    ]
    waiting = Contribution.objects.filter(status="published", answer=None).first()
    draft = write_answer(
        consultation=waiting.consultation,
        contributions=[waiting],
        values={"verdict": "accepted", "text_ar": "يُنجز قبل الصيف.", "service_ar": "مصلحة الأشغال"},
        actor=None,
    )
    public = OfficialAnswer.objects.exclude(pk=draft.pk).first()
    stage = Stage.objects.filter(plan=project.plan).first()
    stage.meetings.add(*Meeting.objects.filter(municipality__slug="exemple")[:2])
    activity = project.activities.first()
    indicator = Indicator.objects.filter(project=project).first()
    pages = [
        f"{desk}plans/openness/stages/{stage.pk}/",
        f"{desk}plans/openness/projects/3/activities/{activity.pk}/",
        f"{desk}plans/openness/projects/3/indicators/{indicator.pk}/",
        *(f"{desk}contributions/{one.pk}/" for one in contributions),
        f"{desk}answers/new/?c={contributions[1].pk}",
        f"{desk}answers/{draft.pk}/",
        f"{desk}answers/{public.pk}/",
        f"{desk}answers/{public.pk}/?edit=1",
    ]
    assert looked_at(reader, pages, language, width) == []
    publish_answer(answer=draft, actor=None)
    assert looked_at(reader, [f"{desk}answers/{draft.pk}/"], language, width) == []
    assert reader.complaints == []

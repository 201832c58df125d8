"""From a draft to an answer: the commune asks, a citizen without scripts says, the commune answers."""

from __future__ import annotations

import datetime

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from playwright.sync_api import expect

from consultations import tokens
from consultations.models import ActionPlan, Consultation, Contribution, OfficialAnswer, Project
from portal.locales import sheet_date
from portal.publications.models import Publication
from tests import factories
from tests.consultations.factories import ActionPlanFactory, ProjectFactory
from tests.journeys.conftest import Reader

pytestmark = pytest.mark.django_db(transaction=True)

WORDS = "نقترح أن يُنشر مع كل محضر ملخص في نصف صفحة."
TITLE = {"ar": "ما رأيكم في المشروع؟", "fr": "Que pensez-vous du projet ?"}


@pytest.fixture
def project(transactional_db) -> Project:
    """The draft of a plan with one project, which nobody outside has read."""
    town = factories.MunicipalityFactory(slug="wadi", country="MA")
    plan = ActionPlanFactory(municipality=town, title_fr="Programme d’ouverture")
    return ProjectFactory(plan=plan, number=1, solution_ar="• صفحة واحدة لكل المحاضر")


@pytest.fixture
def clerk(project, browser, live_server):
    person = factories.MembershipFactory(municipality=project.plan.municipality, role="municipal_admin").user
    client = Client()
    client.force_login(person)
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="ar")
    context.set_default_timeout(15_000)
    context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
    )
    yield Reader(context.new_page(), live_server.url)
    context.close()


@pytest.fixture
def citizen(browser, live_server, monkeypatch):
    """A phone without scripts. A person takes longer than a browser that is driven."""
    monkeypatch.setattr(tokens, "SHORTEST", datetime.timedelta(0))
    context = browser.new_context(
        viewport={"width": 360, "height": 800}, locale="ar", java_script_enabled=False
    )
    context.set_default_timeout(15_000)
    yield Reader(context.new_page(), live_server.url)
    context.close()


def send(reader: Reader, button: str) -> None:
    """Press a button that sends its form; what comes back refuses nothing."""
    with reader.page.expect_navigation():
        reader.page.click(f"main {button}")
    assert reader.page.locator(".m-errors, .m-note--err").all_inner_texts() == []


def publish_draft(clerk: Reader, project: Project, desk: str) -> None:
    clerk.open(f"{desk}plans/openness/publish/")
    assert clerk.barriers() == []
    send(clerk, "button[name=act][value=publish]")
    assert ActionPlan.objects.get(pk=project.plan_id).is_public
    assert project.versions.count() == 1


def consult(clerk: Reader, project: Project, desk: str, language: str) -> Consultation:
    """About the project, from yesterday to the day after tomorrow."""
    page, today = clerk.page, project.plan.municipality.today()
    clerk.open(f"{desk}consultations/new/")
    page.fill("[name=title_ar]", TITLE["ar"])
    page.fill("[name=title_fr]", TITLE["fr"])
    page.select_option("[name=subject]", f"project:{project.pk}")
    for moment, days in (("opens", -1), ("closes", 2)):
        page.fill(f"[name={moment}_on]", sheet_date(today + datetime.timedelta(days=days)))
        page.fill(f"[name={moment}_at]", "08:00")
    assert clerk.barriers() == []
    send(clerk, ".m-form .btn-primary")
    consultation = Consultation.objects.get()
    clerk.open(f"{desk}consultations/{consultation.number}/publish/")
    send(clerk, "form:has([value=publish]) .btn-primary")
    consultation.refresh_from_db()
    assert consultation.is_public
    return consultation


def contribute(citizen: Reader, place: str) -> str:
    """From the subject to the receipt. First without the age: refused, and nothing is lost."""
    page = citizen.page
    citizen.open(f"{place}plans/openness/projects/1/")
    assert page.context.cookies() == []
    page.click("main a[href*='/consultations/']")
    page.click("main a[href$='/contribute/']")
    page.select_option("[name=profile]", "citizen")
    page.fill("[name=text]", WORDS)
    with page.expect_navigation():
        page.click("main [type=submit].btn-primary")
    assert page.locator(".m-errors a").count() == 1
    assert page.input_value("[name=text]") == WORDS
    assert Contribution.objects.count() == 0
    page.select_option("[name=age]", "unsaid")
    send(citizen, "[type=submit].btn-primary")
    assert Contribution.objects.get().status == Contribution.Status.PENDING
    expect(page.locator(".m-qr svg")).to_be_visible()
    return page.locator(".m-code").inner_text()


def moderate(clerk: Reader, desk: str) -> Contribution:
    found = Contribution.objects.get()
    clerk.open(f"{desk}contributions/{found.pk}/")
    expect(clerk.page.locator("main")).to_contain_text(WORDS)
    assert clerk.barriers() == []
    send(clerk, "#publish button.btn-primary")
    found.refresh_from_db()
    assert found.status == Contribution.Status.PUBLISHED
    return found


def revise(clerk: Reader, project: Project, desk: str) -> None:
    """What the citizen asked for enters the project, with its reason: version 2."""
    clerk.open(f"{desk}plans/openness/projects/1/")
    clerk.page.fill("[name=solution_ar]", "- صفحة واحدة لكل المحاضر، مع ملخص")
    clerk.page.fill(".m-form [name=reason]", "تعاليق المتساكنين")
    assert clerk.barriers() == []
    send(clerk, ".m-form .btn-primary")
    assert project.versions.count() == 2


def answer(clerk: Reader, found: Contribution, desk: str) -> None:
    page = clerk.page
    clerk.open(f"{desk}answers/new/?c={found.pk}")
    page.check("[name=verdict][value=accepted]")
    page.fill("[name=text_ar]", "أُضيف ملخص لا يتجاوز نصف صفحة إلى كل محضر.")
    page.fill("[name=text_fr]", "Un résumé d’une demi-page accompagne chaque procès-verbal.")
    page.fill("[name=service_ar]", "كتابة المجلس")
    cited = page.locator("[name=outcome] option[value$=':2'], [name=outcome] option[value$='version-2']")
    page.select_option("[name=outcome]", cited.first.get_attribute("value"))
    assert clerk.barriers() == []
    send(clerk, "button[name=step][value=publish]")
    assert OfficialAnswer.objects.get().is_public


def read_by_receipt(citizen: Reader, code: str, language: str) -> None:
    citizen.open(f"/{language}/follow/")
    citizen.page.fill("main [name=code]", code.lower())
    send(citizen, "[type=submit]")
    told = {"ar": "أُخذ به", "fr": "Retenu"}[language]
    expect(citizen.page.locator("h1")).to_contain_text(told)
    expect(citizen.page.locator(".m-quote, blockquote").first).to_contain_text(WORDS)
    with citizen.page.expect_navigation():
        citizen.page.click(".m-answer a")
    expect(citizen.page.locator("main")).to_contain_text("ملخص")


@pytest.mark.parametrize("language", ["ar", "fr"])
def test_from_a_draft_to_an_answer(project, clerk, citizen, language):
    desk, place = f"/{language}/m/wadi/staff/", f"/{language}/m/wadi/"
    publish_draft(clerk, project, desk)
    consultation = consult(clerk, project, desk, language)
    code = contribute(citizen, place)
    found = moderate(clerk, desk)
    revise(clerk, project, desk)
    answer(clerk, found, desk)
    read_by_receipt(citizen, code, language)
    with time_machine.travel(consultation.closes_at, tick=False):
        citizen.open(f"{place}consultations/{consultation.number}/")
        expect(citizen.page.locator(".m-consult--answered")).to_have_count(1)
        assert citizen.page.locator("a[href$='/contribute/']").count() == 0
        citizen.open(f"{place}consultations/{consultation.number}/said/")
        expect(citizen.page.locator(".m-said")).to_contain_text(WORDS)
    assert citizen.overflow() == 0
    acts = list(Publication.objects.order_by("number").values_list("object_type", flat=True))
    assert {"consultations.actionplan", "consultations.consultation", "consultations.officialanswer"} <= set(
        acts
    )
    assert clerk.complaints == []


def test_one_second_late(project, clerk, citizen):
    """The form that was open when the period ended keeps what was written, for copying."""
    publish_draft(clerk, project, "/ar/m/wadi/staff/")
    consultation = consult(clerk, project, "/ar/m/wadi/staff/", "ar")
    citizen.open(f"/ar/m/wadi/consultations/{consultation.number}/contribute/")
    citizen.page.select_option("[name=profile]", "citizen")
    citizen.page.select_option("[name=age]", "26-35")
    citizen.page.fill("[name=text]", WORDS)
    late = consultation.closes_at + datetime.timedelta(seconds=1)
    assert late > timezone.now()
    with time_machine.travel(late), citizen.page.expect_navigation():
        citizen.page.click("main [type=submit].btn-primary")
    assert WORDS in citizen.page.locator("main textarea[readonly]").input_value()
    assert Contribution.objects.count() == 0

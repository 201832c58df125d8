"""The project sheet on paper: what it says, in which copies, and to whom. Its order: test_public_pages."""

import datetime
from decimal import Decimal

import pytest
from django.http import Http404
from django.urls import reverse

from consultations.models import ActionPlan, Measurement, Project
from consultations.services.plans import publish
from portal.papers.orders import Copy
from portal.pdf.press import render_pdf
from tests.consultations import factories
from tests.consultations.printed import attached, drafted, only_page, opened, plain, print_once, printed
from tests.factories import MunicipalityFactory
from tests.papers import pdfium_text

pytestmark = pytest.mark.django_db
KIND = "project-sheet"
DAY = datetime.date(2026, 10, 1)


@pytest.fixture(autouse=True)
def _printer(monkeypatch):
    monkeypatch.setattr("portal.papers.pages.render_pdf", print_once)


@pytest.fixture
def laid_out(_printer, monkeypatch):
    monkeypatch.setattr("portal.papers.pages.render_pdf", only_page)
    return lambda municipality, **how: plain(printed(KIND, municipality, **how))


@pytest.fixture
def project(kenitra):
    plan = factories.ActionPlanFactory(municipality=kenitra)
    project = factories.ProjectFactory(plan=plan, number=1, title_fr="", amount=Decimal("1250.5"))
    factories.ActivityFactory(project=project, title_ar="إعداد الأنموذج", percent=40)
    indicator = factories.IndicatorFactory(
        project=project, title_ar="آجال النشر", unit_ar="يوم", baseline=Decimal(40), target=Decimal(5)
    )
    for months, value in ((0, 30), (1, 22)):
        day = DAY + datetime.timedelta(30 * months)
        Measurement.objects.create(indicator=indicator, measured_on=day, value=value, note="عدّ يدوي")
    publish(plan=plan, actor=None)
    return project


def test_each_indicator_has_every_measurement(project, laid_out):
    page = laid_out(project.plan.municipality, plan="openness", number=1)
    for words in ("40", "22", "31 octobre 2026", "30", "1er octobre 2026", "عدّ يدوي", "51"):
        assert words in page


def test_a_measure_that_nobody_took_is_said(project, laid_out):
    Measurement.objects.all().delete()
    assert "not measured yet" in laid_out(project.plan.municipality, language="en", plan="openness", number=1)


def test_it_names_the_version_in_the_register(project, laid_out):
    page = laid_out(project.plan.municipality, language="en", plan="openness", number=1)
    assert "Version 1 , entry 1 of the register" in page


def test_a_plan_that_was_published_without_the_register_names_none(project, laid_out, nefta):
    plan = factories.ActionPlanFactory(municipality=nefta, published=True)
    factories.ProjectFactory(plan=plan, number=1)
    assert "of the register" not in laid_out(nefta, language="en", plan="openness", number=1)


def test_the_archive_copy_carries_what_the_project_promises(project):
    content = printed(KIND, project.plan.municipality, copy=Copy.ARCHIVE, plan="openness", number=1)
    data = attached(content)
    assert data["format"] == "musharaka-project-1"
    assert (data["number"], data["title_ar"], data["amount"]) == (1, project.title_ar, "1250.500")
    assert [row["percent"] for row in data["activities_progress"]] == [40]
    assert [row["value"] for row in data["measurements"][0]["measured"]] == ["30.000", "22.000"]
    pdf = opened(content)
    with pdf.open_metadata() as metadata:
        assert metadata.pdfa_status == "3A"


def test_the_reading_copy_carries_nothing(project):
    content = printed(KIND, project.plan.municipality, plan="openness", number=1)
    assert not opened(content).attachments


def test_large_type_is_on_larger_paper(project):
    content = printed(KIND, project.plan.municipality, is_large=True, plan="openness", number=1)
    pdf = opened(content)
    assert float(pdf.pages[0].MediaBox[2]) > 800
    assert "250,50" in pdfium_text(content)


def test_the_address_serves_each_copy(client, project, monkeypatch):
    asked = []

    def note(*, archive, is_large, **page):
        asked.append((archive, is_large))
        return render_pdf(html="<html lang='fr'><title>x</title>", archive=archive, is_large=is_large)

    monkeypatch.setattr("portal.papers.pages.render_pdf", note)
    address = reverse(KIND, kwargs={"slug": "kenitra", "plan": "openness", "number": 1})
    for query in ("", "?copy=archive", "?type=large"):
        assert client.get(address + query)["Content-Type"] == "application/pdf"
    assert asked == [(False, False), (True, False), (False, True)]


def test_a_second_print_asks_for_no_content(client, project, django_assert_num_queries):
    address = reverse(KIND, kwargs={"slug": "kenitra", "plan": "openness", "number": 1})
    client.get(address)
    with django_assert_num_queries(1):
        assert client.get(address).content.startswith(b"%PDF")


def test_pages_are_estimated_from_the_texts(project):
    town = project.plan.municipality
    assert drafted(KIND, town, plan="openness", number=1).pages == 1
    Project.objects.update(problem_ar="كلمة " * 12_000)
    assert drafted(KIND, town, plan="openness", number=1).pages > 10


@pytest.mark.parametrize("where", [{"plan": "other", "number": 1}, {"plan": "openness", "number": 2}])
def test_what_is_not_there_has_no_sheet(project, where):
    with pytest.raises(Http404):
        drafted(KIND, project.plan.municipality, **where)


def test_another_towns_project_and_a_draft_have_no_sheet(project):
    with pytest.raises(Http404):
        drafted(KIND, MunicipalityFactory(), plan="openness", number=1)
    ActionPlan.objects.update(status="draft")
    with pytest.raises(Http404):
        drafted(KIND, project.plan.municipality, plan="openness", number=1)

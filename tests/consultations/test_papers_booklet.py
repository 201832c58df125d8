"""The booklet of a plan, and the page that lists its papers."""

import datetime
import re
from decimal import Decimal

import pytest
from django.http import Http404
from django.urls import reverse

from consultations.models import ActionPlan, Project
from consultations.services.plans import publish
from portal.papers.orders import Copy
from tests.consultations import factories
from tests.consultations.crowds import answer_all
from tests.consultations.crowds import publish as publish_words
from tests.consultations.participation import ConsultationFactory
from tests.consultations.plan_rows import CommitteeMemberFactory, StageFileFactory
from tests.consultations.printed import attached, bookmarks, drafted, only_page, opened, plain, print_once
from tests.consultations.printed import printed as make
from tests.factories import MunicipalityFactory
from tests.papers import letters, not_in_order, poppler_text

pytestmark = pytest.mark.django_db
KIND = "plan-booklet"
LONG = "تيسير النفاذ إلى المعلومة وتبسيط الإجراءات الإدارية لفائدة المتساكنين والجمعيات " * 4
AXES = ("الشفافية المحلية", "المشاركة المواطنة")
CITIZEN = ("citizen", "36-50")


@pytest.fixture(autouse=True)
def _printer(monkeypatch):
    monkeypatch.setattr("portal.papers.pages.render_pdf", print_once)


@pytest.fixture
def laid_out(_printer, monkeypatch):
    """The words of the booklet as it would be set."""
    monkeypatch.setattr("portal.papers.pages.render_pdf", only_page)
    return lambda plan, **how: plain(make(KIND, plan.municipality, **{"plan": plan.slug, **how}))


def printed(plan, **how):
    return make(KIND, plan.municipality, plan=plan.slug, **how)


@pytest.fixture
def plan(nefta):
    """A plan with two axes, an idle one, and a project outside both."""
    plan = factories.ActionPlanFactory(
        municipality=nefta,
        title_fr="Programme d’ouverture",
        summary_ar="ملخص البرنامج",
        focal_point_ar="كتابة المجلس",
    )
    first = factories.StageFactory(plan=plan, title_ar="الإعداد المشترك", state="done")
    factories.StageFactory(plan=plan, title_ar="لائحة المحاور", level=2)
    StageFileFactory(stage=first, caption_ar="مداولة المصادقة")
    StageFileFactory(stage=first, caption_ar="وثيقة داخلية", is_public=False)
    CommitteeMemberFactory(plan=plan, name="فلانة الأولى", is_named=True, quality_ar="عضوة المجلس")
    CommitteeMemberFactory(plan=plan, name="فلان السري", quality_ar="رئيس جمعية", group="civil_society")
    axes = [factories.AxisFactory(plan=plan, number=n, title_ar=title) for n, title in enumerate(AXES, 1)]
    long = factories.ProjectFactory(plan=plan, axis=axes[0], number=1, title_ar=LONG.strip())
    factories.ActivityFactory(
        project=long,
        title_ar="صياغة",
        percent=100,
        starts_on=datetime.date(2026, 1, 1),
        ends_on=datetime.date(2026, 3, 31),
    )
    factories.IndicatorFactory(project=long, title_ar="عدد النسخ", baseline=Decimal(0), target=Decimal("2.5"))
    other = {"title_ar": "سجل الرخص", "title_fr": "Registre des permis", "amount": Decimal("18000.125")}
    factories.ProjectFactory(plan=plan, number=2, **other)
    publish(plan=plan, actor=None)
    return plan


@pytest.mark.parametrize("language", ["ar", "fr"])
def test_it_is_read_back_in_the_order_of_its_contents(plan, language, tmp_path):
    town = plan.municipality
    text = poppler_text(printed(plan, language=language), tmp_path)
    second = "سجل الرخص" if language == "ar" else "Registre des permis"
    cover = ["برنامج" if language == "ar" else "Programme d’ouverture"]
    contents = [AXES[0], LONG, AXES[1], second]
    body = ["ملخص البرنامج", "الإعداد المشترك", "فلانة الأولى", "مداولة المصادقة"]
    chapters = [AXES[0], LONG, "صياغة", AXES[1], second]
    assert not_in_order([town.name_ar if language == "ar" else town.name_fr, *cover], text) == []
    assert not_in_order([*contents, *body, *chapters, "عدد النسخ", "musharaka.example"], text) == []
    assert not_in_order(["000,125"], text) == []


def test_chapters_are_bookmarks_and_contents_name_their_pages(plan, tmp_path):
    content = printed(plan, language="fr")
    titles = bookmarks(content)
    assert (1, "Programme d’ouverture") in titles
    assert (3, "Registre des permis") in titles
    pages = [letters(page) for page in poppler_text(content, tmp_path).split("\f") if page.strip()]
    assert len(pages) == len(opened(content).pages)
    chapter = next(number for number, page in enumerate(pages, 1) if number > 3 and "Registre" in page)
    entry = "2.Registredespermis"
    assert f"{chapter}{entry}" in pages[1] or f"{entry}{chapter}" in pages[1]


def test_only_what_is_public_is_told(plan, laid_out):
    page = laid_out(plan)
    assert "رئيس جمعية" in page
    assert "فلان السري" not in page
    assert "وثيقة داخلية" not in page


def test_what_nobody_stated_is_said(plan, laid_out):
    page = laid_out(plan, language="en")
    assert "Current stage not stated" in page
    assert "No project in this axis yet." in page
    assert "not measured yet" in page
    assert "No consultation about this plan or its projects has been opened on this portal." in page


def test_a_plan_without_projects_says_so(nefta, laid_out):
    page = laid_out(factories.ActionPlanFactory(municipality=nefta, published=True), language="en")
    assert "The plan has no project yet" in page
    assert "Calendar of the projects" not in page


def test_the_projects_are_drawn_on_one_axis(plan, monkeypatch):
    monkeypatch.setattr("portal.papers.pages.render_pdf", only_page)
    page = printed(plan, language="ar").decode()
    chart = page[page.index('id="plan-') :]
    chart = chart[chart.index("-chart") :]
    assert chart.count("<svg") == 1 + 2, "the code of the address, and a row for each project"
    assert chart.count("<rect") == 2, "what is planned and done of the one that has dates"
    assert "<text" not in page


def test_consultations_are_counted_without_anybody(plan, laid_out):
    about_plan = ConsultationFactory(closed=True, plan=plan, number=1, title_fr="Sur le programme")
    project = plan.projects.get(number=2)
    ConsultationFactory(
        open=True, municipality=plan.municipality, number=2, subject_kind="project", subject_id=project.pk
    )
    ConsultationFactory(plan=plan, number=3, title_fr="Pas encore publique")
    ConsultationFactory(open=True, number=4, title_fr="Ailleurs")
    rows = publish_words(about_plan, *[CITIZEN] * 7, text="Des mots de quelqu’un")
    answer_all(about_plan, rows[:3])
    page = laid_out(plan, language="fr")
    assert re.search(r"Sur le programme .{10,60} 7 7 3 ", page)
    assert "projet 2" in page
    for hidden in ("Pas encore publique", "Ailleurs", "Des mots", "36–50"):
        assert hidden not in page


def test_the_archive_copy_carries_the_plan_as_the_register_keeps_it(plan):
    data = attached(printed(plan, copy=Copy.ARCHIVE))
    assert data["format"] == "musharaka-plan-1"
    assert [project["number"] for project in data["projects"]] == [1, 2]
    assert [row["number"] for row in data["progress"]] == [1, 2]
    assert "فلان السري" not in str(data)


@pytest.mark.parametrize("count", [2, 30])
def test_the_queries_do_not_grow(nefta, laid_out, count, django_assert_num_queries):
    plan = factories.ActionPlanFactory(municipality=nefta, published=True)
    axis = factories.AxisFactory(plan=plan)
    for number in range(1, count + 1):
        project = factories.ProjectFactory(plan=plan, axis=axis, number=number)
        factories.ActivityFactory(project=project)
        factories.IndicatorFactory(project=project)
    with django_assert_num_queries(23):
        laid_out(plan)


def test_a_long_one_is_for_the_worker(client, plan):
    rows = (Project(plan=plan, number=n, title_ar=f"مشروع {n}") for n in range(3, 13))
    Project.objects.bulk_create(rows)
    assert drafted(KIND, plan.municipality, plan="openness").pages > 10
    response = client.get(reverse(KIND, kwargs={"slug": "nefta", "plan": "openness"}))
    assert response["Content-Type"].startswith("text/html")


@pytest.mark.parametrize("status", ["draft", "published"])
def test_another_towns_plan_and_a_draft_have_none(plan, status):
    ActionPlan.objects.update(status=status)
    town = plan.municipality if status == "draft" else MunicipalityFactory()
    with pytest.raises(Http404):
        drafted(KIND, town, plan="openness")


# --- the page of papers ------------------------------------------------------------------------------


@pytest.fixture
def papers(plan):
    return reverse("plan-papers", kwargs={"slug": "nefta", "plan": "openness"})


def test_the_page_lists_every_paper(client, plan, papers):
    ConsultationFactory(closed=True, plan=plan, number=1)
    ConsultationFactory(plan=plan, number=2)
    page = client.get(papers).content.decode()
    where = {"slug": "nefta", "plan": "openness"}
    assert reverse(KIND, kwargs=where) in page
    for number in (1, 2):
        assert reverse("project-sheet", kwargs={**where, "number": number}) in page
    assert reverse("consultation-report", kwargs={"slug": "nefta", "number": 1}) in page
    assert reverse("consultation-report", kwargs={"slug": "nefta", "number": 2}) not in page


def test_the_plan_leads_to_it_and_a_preview_does_not(client, plan, papers, publisher):
    assert (
        papers in client.get(reverse("plan", kwargs={"slug": "nefta", "plan": "openness"})).content.decode()
    )
    ActionPlan.objects.update(status="draft")
    client.force_login(publisher)
    preview = client.get(reverse("plan-preview", kwargs={"slug": "nefta", "plan": "openness"}))
    assert papers not in preview.content.decode()


@pytest.mark.parametrize("count", [2, 30])
def test_the_pages_queries_do_not_grow(client, plan, papers, count, django_assert_num_queries):
    Project.objects.bulk_create(Project(plan=plan, number=n, title_ar=f"م {n}") for n in range(3, count + 3))
    for number in range(1, count + 1):
        ConsultationFactory(closed=True, plan=plan, number=number)
    with django_assert_num_queries(11):
        page = client.get(papers).content.decode()
    assert page.count("report.pdf?copy=archive") == count


def test_nothing_changed_is_answered_without_rendering(client, papers, django_assert_num_queries):
    etag = client.get(papers)["ETag"]
    with django_assert_num_queries(1):
        assert client.get(papers, headers={"If-None-Match": etag}).status_code == 304


def test_a_draft_has_no_papers(client, papers):
    ActionPlan.objects.update(status="draft")
    assert client.get(papers).status_code == 404

"""The report of a consultation: who may be told what, what changed, and how long it is.

That it has all by question, its queries and whom it refuses: test_exports_participation.
"""

import datetime

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from consultations.models import Consultation, Contribution, Verdict
from consultations.papers import threads
from consultations.services.plans import publish as publish_plan
from consultations.services.projects import keep_version
from consultations.subjects.plans import version_of
from portal.papers.orders import Copy
from tests.consultations.commitments import public_project
from tests.consultations.crowds import answer_all, publish
from tests.consultations.factories import ActionPlanFactory, ProjectFactory
from tests.consultations.participation import ConsultationFactory, OfficialAnswerFactory, QuestionFactory
from tests.consultations.printed import attached, bookmarks, drafted, only_page, plain, print_once
from tests.consultations.printed import printed as make
from tests.factories import ZoneFactory
from tests.papers import not_in_order, poppler_text

pytestmark = pytest.mark.django_db
KIND = "consultation-report"
CITIZEN, STUDENT = ("citizen", "36-50"), ("student", "16-25")
DAY = datetime.timedelta(days=1)


@pytest.fixture(autouse=True)
def _printer(monkeypatch):
    monkeypatch.setattr("portal.papers.pages.render_pdf", print_once)


@pytest.fixture
def laid_out(_printer, monkeypatch):
    monkeypatch.setattr("portal.papers.pages.render_pdf", only_page)
    return lambda consultation, **how: plain(printed(consultation, **{"language": "en", **how}))


def printed(consultation, **how):
    return make(KIND, consultation.municipality, number=consultation.number, **how)


@pytest.fixture
def plan(nefta):
    return ActionPlanFactory(municipality=nefta, title_fr="Programme d’ouverture")


@pytest.fixture
def consultation(plan):
    publish_plan(plan=plan, actor=None)
    return ConsultationFactory(closed=True, plan=plan, number=1, title_fr="Votre avis sur le programme")


@pytest.fixture
def answered(consultation):
    """Two who say the like and have one answer, one who has none, and one who withdrew."""
    question = QuestionFactory(consultation=consultation, text_ar="هل تكفي خمسة أيام؟")
    rows = publish(consultation, *[CITIZEN] * 2, text="نريد ملخصا قصيرا", question=question)
    OfficialAnswerFactory(
        published=True,
        consultation=consultation,
        contributions=rows,
        text_ar="يضاف ملخص",
        did_ar="ملخص في كل محضر",
    )
    publish(consultation, STUDENT, text="Un texte sans question", days_ago=40)
    [gone] = publish(consultation, CITIZEN, text="canari-retrait")
    Contribution.objects.filter(pk=gone.pk).update(status="withdrawn", answer=rows[0].answer)
    return consultation


# --- contributions and answers -----------------------------------------------------------------------


def test_one_answer_stands_once_below_all_that_it_answers(answered, laid_out):
    page = laid_out(answered)
    assert page.count("يضاف ملخص") == 1
    assert page.index("C-1") < page.index("C-2") < page.index("يضاف ملخص") < page.index("C-3")
    assert "Official answer to C-1 , C-2 : Accepted" in page
    assert "What we did: ملخص في كل محضر" in page
    assert "Accepted 2 " in page, "in figures too: what was withdrawn counts nowhere"


def test_an_answer_to_many_counts_them(consultation, laid_out):
    rows = publish(consultation, *[CITIZEN] * 25)
    OfficialAnswerFactory(published=True, consultation=consultation, contributions=rows)
    page = laid_out(consultation)
    assert "Official answer to these 25 contributions" in page


def test_what_waits_is_listed_with_its_day(answered, laid_out):
    page = laid_out(answered)
    waiting = page[page.index("Without an answer so far") :]
    assert "C-3" in waiting
    assert "Overdue" in waiting
    for reference in ("C-1", "C-2", "C-4"):
        assert reference not in waiting


def test_when_all_is_answered_it_says_so(consultation, laid_out):
    answer_all(consultation, publish(consultation, CITIZEN))
    assert "Every contribution that was published has its answer." in laid_out(consultation)


def test_without_contributions_it_says_so(consultation, laid_out):
    page = laid_out(consultation)
    assert "No contribution was published." in page
    assert "There is nothing to answer." in page


def test_profile_and_age_stand_where_the_public_page_shows_them_and_the_zone_nowhere(
    consultation, laid_out, client
):
    zone = ZoneFactory(municipality=consultation.municipality, name_fr="Zone reconnaissable")
    publish(consultation, *[CITIZEN] * 12, *[("student", "o65")] * 12, text="Un mot", zone=zone)
    publish(consultation, *[("journalist", "16-25"), ("private", "51-65")] * 3, text="Un autre", zone=zone)
    page = laid_out(consultation, language="fr")
    address = reverse("consultation", kwargs={"slug": "nefta", "number": 1})
    public = client.get(f"/fr/{address.split('/', 2)[2]}").content.decode()
    assert "Citoyen(ne) · 36–50 ans" in page
    for label in ("Journaliste", "16–25 ans", "Zone reconnaissable"):
        assert label not in page
        assert label not in public
    assert page.count("Citoyen(ne)") == public.count("Citoyen(ne)")


# --- what changed ------------------------------------------------------------------------------------


@pytest.fixture
def changed(plan, consultation):
    """A project that became another one after the consultation, because of a contribution."""
    with time_machine.travel(timezone.now() - 60 * DAY, tick=False):
        project = public_project(plan, solution_fr="• Une page pour les PV")
    project.solution_fr = "• Une page pour les PV, avec un résumé"
    project.step = "adopted"
    project.save()
    keep_version(project=project, actor=None, reason="Après la consultation")
    rows = publish(consultation, CITIZEN)
    outcome = version_of(plan, project, 2).kept()
    OfficialAnswerFactory(published=True, consultation=consultation, contributions=rows, outcome=outcome)
    return project


def test_it_compares_the_draft_that_people_read_with_what_it_is(changed, consultation, laid_out):
    page = laid_out(consultation)
    told = page[page.index("What changed between the draft and the final version") :]
    assert "Project 1 : Publier les PV" in told
    assert "Draft: version 1" in told
    assert "Now: version 2" in told
    assert "After the contributions: C-1" in told
    assert "Why version 2 was made: Après la consultation" in told
    before, after = "Une page pour les PV", "Une page pour les PV , avec un résumé"
    assert f"Proposed solution (French) {before} {after} " in told
    assert "What the answers name as changed" in told


def test_a_project_that_came_later_is_told_apart(changed, plan, consultation, laid_out):
    keep_version(project=ProjectFactory(plan=plan, number=2, title_fr="Un nouveau"), actor=None)
    page = laid_out(consultation)
    assert "Project 2 : Un nouveau It was added after the consultation had opened." in page


def test_without_a_version_as_old_as_it_the_first_is_the_draft(changed, consultation, laid_out):
    Consultation.objects.update(opens_at=timezone.now() - 90 * DAY)
    assert "Draft: version 1" in laid_out(consultation)


def test_a_mere_step_is_no_change(plan, consultation, laid_out):
    with time_machine.travel(timezone.now() - 60 * DAY, tick=False):
        project = public_project(plan)
    project.step = "adopted"
    project.save()
    keep_version(project=project, actor=None)
    assert project.versions.count() == 2
    assert "No project tells anything else than when the consultation opened." in laid_out(consultation)


def test_nothing_is_told_of_a_plan_that_is_no_more_public(changed, plan, consultation, laid_out):
    type(plan).objects.filter(pk=plan.pk).update(status="draft")
    page = laid_out(consultation)
    assert "Après la consultation" not in page
    assert "Une page" not in page


def test_of_another_subject_it_tells_what_the_answers_name(consultation, laid_out):
    Consultation.objects.update(subject_kind="program", subject_id=1)
    label = {"key": "k", "label_ar": "المشروع 4", "label_fr": "Carte 4", "route": "home", "kwargs": {}}
    for rows in (publish(consultation, *[CITIZEN] * 2), publish(consultation, CITIZEN)):
        OfficialAnswerFactory(published=True, consultation=consultation, contributions=rows, outcome=label)
    page = laid_out(consultation)
    assert "Carte 4 C-1 , C-2 , C-3" in page
    assert "No project tells anything else" not in page


# --- as a paper --------------------------------------------------------------------------------------


def test_its_archive_copy_carries_the_rows_of_the_public_table(answered):
    data = attached(printed(answered, copy=Copy.ARCHIVE))
    assert data["format"] == "musharaka-contributions-1"
    assert [row["reference"] for row in data["contributions"]] == ["C-1", "C-2", "C-3", "C-4"]
    assert data["contributions"][0]["answer"] == "يضاف ملخص"
    assert data["contributions"][0]["address"].startswith("https://musharaka.example/fr/m/nefta/")
    for hidden in ("canari", "zone", "receipt", "16-25"):
        assert hidden not in str(data)


def test_sections_are_bookmarks(changed, consultation, tmp_path):
    content = printed(consultation, language="fr")
    titles = [title for depth, title in bookmarks(content) if depth == 2]
    assert "Contributions et réponses officielles" in titles
    text = poppler_text(content, tmp_path)
    assert not_in_order(["Votre avis sur le programme", "C-1", "avec un résumé"], text) == []


def test_three_hundred_that_wait_are_for_the_worker_and_all_listed(consultation, tmp_path):
    """A table of 300 rows, whose head is repeated on each of its pages."""
    publish(consultation, *[CITIZEN] * 300, text="كلمة")
    assert 10 < drafted(KIND, consultation.municipality, number=1).pages < 60
    text = poppler_text(printed(consultation, language="en"), tmp_path)
    waiting = text[text.rindex("Without an answer so far") :]
    assert waiting.count("An answer is due by") == waiting.count("Published on") > 4
    assert not_in_order([f"C-{number}" for number in range(1, 301)], waiting) == []


@pytest.fixture
def many(consultation):
    """Two questions; ninety have one answer, forty have none."""
    first, second = (
        QuestionFactory(consultation=consultation, position=place, text_ar=text)
        for place, text in enumerate(("السؤال الأول", "السؤال الثاني"), 1)
    )
    rows = publish(consultation, *[CITIZEN] * 90, text="كلمة", question=first)
    OfficialAnswerFactory(published=True, consultation=consultation, contributions=rows, text_ar="جواب واحد")
    publish(consultation, *[CITIZEN] * 40, text="رأي", question=second)
    return consultation


def test_a_long_one_is_set_in_parts_and_says_the_same(many, monkeypatch, tmp_path):
    how = {"language": "ar", "copy": Copy.ARCHIVE}
    whole = printed(many, **how)
    told = []
    monkeypatch.setattr(threads, "PART", 3.0)
    monkeypatch.setattr(threads, "ROWS_WAITING", 30)
    cut = printed(many, **how, advance=lambda *step: told.append(step[:2]))
    assert len(told) > 4
    assert told[-1] == (told[-1][1] - 1, told[-1][1])
    text = poppler_text(cut, tmp_path)
    assert [text.count(words) for words in ("السؤال الأول", "السؤال الثاني", "جواب واحد")] == [1, 1, 1]
    assert text.count("C-") == poppler_text(whole, tmp_path).count("C-")
    assert not_in_order([f"C-{number}" for number in range(1, 131)], text) == []
    assert bookmarks(cut) == bookmarks(whole)
    assert attached(cut) == attached(whole)


def test_a_long_one_offers_to_have_it_made(client, consultation):
    publish(consultation, *[CITIZEN] * 300, text="كلمة")
    response = client.get(reverse(KIND, kwargs={"slug": "nefta", "number": 1}))
    assert response.status_code == 200
    assert response["Content-Type"].startswith("text/html")
    assert response["Cache-Control"] == "private, no-store"


def test_the_file_is_another_once_a_moment_has_passed(consultation):
    before = drafted(KIND, consultation.municipality, number=1).version
    Consultation.objects.update(closes_at=timezone.now() + DAY)
    assert drafted(KIND, consultation.municipality, number=1).version != before


@pytest.mark.parametrize("verdict", list(Verdict))
def test_every_outcome_has_words(consultation, laid_out, verdict):
    rows = publish(consultation, CITIZEN)
    OfficialAnswerFactory(published=True, consultation=consultation, contributions=rows, verdict=verdict)
    with override("en"):
        words = f"Official answer: {verdict.label}"
    assert words in laid_out(consultation)

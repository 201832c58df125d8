"""The public page of a project that is followed, its versions, its evidence and its paper."""

import datetime
import html
from decimal import Decimal

import pytest
import time_machine
from django.utils.translation import override

from consultations.models import Activity, Measurement
from consultations.services.plans import withdraw
from consultations.services.projects import change_project, grade, state_activity, take_step
from consultations.subjects.plans import version_of
from tests.consultations import factories
from tests.consultations.commitments import PDF, day, proof, public_project
from tests.consultations.participation import (
    ConsultationFactory,
    ContributionFactory,
    OfficialAnswerFactory,
)
from tests.factories import MembershipFactory
from tests.papers import pdfium_text

NOW = datetime.datetime(2026, 11, 22, 12, tzinfo=datetime.UTC)
PAGE = "/en/m/kenitra/plans/openness/projects/1/"
VERSIONS = f"{PAGE}versions/"


@pytest.fixture(autouse=True)
def _on_a_fixed_day():
    with time_machine.travel(NOW, tick=False), override("en"):
        yield


@pytest.fixture
def plan(kenitra):
    return factories.ActionPlanFactory(municipality=kenitra, published=True)


@pytest.fixture
def project(plan):
    return public_project(plan, solution_fr="• Une page pour les PV\n• Un modèle")


def read(client, path=PAGE):
    response = client.get(path)
    assert response.status_code == 200, path
    return html.unescape(response.content.decode())


def change(project, reason="Contribution C-12", **values):
    return change_project(project=project, values=values, actor=None, reason=reason)


def state(project, percent, on="2026-11-20", **more):
    return state_activity(
        activity=project.activities.get(), percent=percent, stated_on=day(on), actor=None, **more
    )


# --- the page ----------------------------------------------------------------------------------------


def test_a_first_draft_tells_nothing_of_versions_and_completion(client, project):
    page = read(client)
    assert "versions/" not in page
    assert "suggests" not in page
    assert "No consultation about this project" in page


def test_bodies_and_partners_are_named(client, project):
    change(project, responsible_ar="كتابة المجلس", partners_fr="Association A\nUniversité")
    page = read(client)
    assert "كتابة المجلس" in page
    assert "<li>Université</li>" in page


def test_an_indicator_shows_where_it_stood_stands_and_is_to_be(client, project):
    indicator = project.indicators.get()
    for on, value in [("2026-09-01", 30), ("2026-11-01", 22)]:
        Measurement.objects.create(
            indicator=indicator, measured_on=day(on), value=Decimal(value), note="<b>قيس</b>"
        )
    page = read(client)
    for text in ("يوم", '<bdi dir="ltr">40</bdi>', '<bdi dir="ltr">22</bdi>', "1 November 2026", "51%"):
        assert text in page
    assert page.index('<b><bdi dir="ltr">22</bdi></b>') < page.index('<b><bdi dir="ltr">30</bdi></b>')
    assert "&lt;b&gt;قيس" in client.get(PAGE).content.decode()


def test_what_was_stated_is_told_with_its_proof(client, project):
    update = state(project, 60, note="Deux ateliers\n<script>", uploads=[proof("تقرير.pdf")])
    page = client.get(PAGE).content.decode()
    assert "Deux ateliers<br>&lt;script&gt;" in page
    assert f"{PAGE}evidence/{update.files.get().pk}/" in page
    assert "تقرير.pdf" in page
    assert "Updated on 20 November 2026." in page


def test_completion_is_stated_and_suggested(client, project):
    state(project, 60, uploads=[proof()])
    page = read(client)
    assert "not graded by the municipality" in page
    assert "What is shown here suggests: Substantial." in page
    grade(project=project, completion="substantial", actor=None)
    page = read(client)
    assert "<b>Substantial</b>" in page
    assert "suggests the same" in page


def test_internal_evidence_proves_nothing_in_public(client, project):
    state(project, 60, uploads=[proof()], is_public=False)
    page = read(client)
    assert "evidence/" not in page
    assert "suggests: No evidence available." in page


@pytest.mark.parametrize(
    ("at", "late"), [("2026-11-30T22:59:59", 0), ("2026-11-30T23:00:00", 1), ("2026-12-01T12:00:00", 1)]
)
def test_an_activity_is_marked_from_the_towns_midnight_on(client, project, at, late):
    Activity.objects.update(starts_on=day("2026-10-01"), ends_on=day("2026-11-30"))
    moment = datetime.datetime.fromisoformat(at).replace(tzinfo=datetime.UTC)
    with time_machine.travel(moment, tick=False):
        assert read(client).count("m-status--late") == late


# --- versions ----------------------------------------------------------------------------------------


def test_what_the_newest_version_added_is_marked(client, project):
    change(project, solution_fr="• Une page pour les PV avec résumé\n• Un modèle")
    page = read(client)
    assert "<li>Une page pour les PV <ins>avec résumé</ins></li>" in page
    assert "<li>Un modèle</li>" in page
    assert "what version" in page
    assert f"{VERSIONS}1..2/" in page


@pytest.fixture
def outcome(project, plan):
    """What an answer points at as changed: the second version."""
    return version_of(plan, project, 2).kept()


def test_the_contributions_behind_a_version_are_named(client, project, plan, outcome):
    consultation = ConsultationFactory(plan=plan, open=True)
    said = ContributionFactory(consultation=consultation, published=True)
    unread = ContributionFactory(consultation=consultation)
    OfficialAnswerFactory(
        consultation=consultation, outcome=outcome, contributions=[said, unread], published=True
    )
    change(project, solution_fr="• Une page pour les PV avec résumé\n• Un modèle")
    page = read(client)
    assert "after the residents’ contributions" in page
    assert said.reference in page
    assert unread.reference not in page


@pytest.mark.parametrize(
    ("is_published", "other"),
    [(False, {}), (True, {"key": "project:1:3"}), (True, {"kwargs": {"plan": "other"}})],
)
def test_an_answer_that_is_a_draft_or_about_something_else_names_nobody(
    client, project, plan, outcome, is_published, other
):
    consultation = ConsultationFactory(plan=plan, open=True)
    said = ContributionFactory(consultation=consultation, published=True)
    OfficialAnswerFactory(
        consultation=consultation, outcome=outcome | other, contributions=[said], published=is_published
    )
    change(project, solution_fr="• Une page pour les PV avec résumé\n• Un modèle")
    page = read(client)
    assert "Marked: what version" in page
    assert said.reference not in page


def test_what_a_change_brought_stays_marked_once_it_is_adopted(client, project, plan):
    change(project, solution_fr="• Une page pour les PV avec résumé\n• Un modèle")
    said = ContributionFactory(consultation=ConsultationFactory(plan=plan, open=True), published=True)
    OfficialAnswerFactory(
        consultation=said.consultation,
        outcome=version_of(plan, project, 2).kept(),
        contributions=[said],
        published=True,
    )
    take_step(project=project, code="adopt", actor=None, reason="Délibération 12")
    page = read(client)
    assert "<ins>avec résumé</ins>" in page
    assert 'Marked: what version <bdi dir="ltr">2</bdi> added after the residents’ contributions' in page
    assert said.reference in page
    assert f"{VERSIONS}1..2/" in page
    assert f"{VERSIONS}2..3/" not in page


def test_an_adoption_that_changes_no_word_offers_no_comparison(client, project):
    take_step(project=project, code="adopt", actor=None, reason="Délibération 12")
    page = read(client)
    assert "Compare with" not in page
    assert "version <bdi" in page


def test_every_version_is_listed_with_its_reason(client, project):
    change(project, title_fr="Autre", reason="Ligne 1\nLigne 2")
    take_step(project=project, code="adopt", actor=None, reason="Délibération 12")
    page = read(client, VERSIONS)
    for text in ("Version", "Adopted", "Délibération 12", "Ligne 1<br>Ligne 2", "22 November 2026"):
        assert text in page
    assert page.index("2..3/") < page.index("1..2/")
    assert "version <bdi" in read(client)


def test_a_difference_is_told_in_words(client, project):
    change(project, solution_fr="• Une page pour les PV avec résumé\n• Un modèle", participation=True)
    page = read(client, f"{VERSIONS}1..2/")
    for text in ("Une page pour les PV <ins>avec résumé</ins>", "<del>not stated</del>", "<ins>Yes</ins>"):
        assert text in page
    assert "Contribution C-12" in page


def test_versions_that_say_the_same_say_so(client, project):
    take_step(project=project, code="adopt", actor=None, reason="Délibération 12")
    assert "only the step changed" in read(client, f"{VERSIONS}1..2/")


@pytest.mark.parametrize("pair", ["2..1", "1..1", "1..9", "0..1"])
def test_a_version_that_is_not_there(client, project, pair):
    change(project, title_fr="Autre")
    assert client.get(f"{VERSIONS}{pair}/").status_code == 404


def test_hostile_reasons_and_texts_stay_text(client, project):
    hostile = "<script>x()</script>\u202e"
    change(project, hostile, title_fr=hostile, solution_fr=f"• {hostile}", responsible_fr=hostile)
    for path in (PAGE, VERSIONS, f"{VERSIONS}1..2/"):
        page = client.get(path).content.decode()
        assert "<script>x" not in page
        assert "&lt;script&gt;x()" in page


def test_a_project_without_versions_has_an_empty_list(client, plan):
    factories.ProjectFactory(plan=plan, number=1)
    assert "No version was kept yet" in read(client, VERSIONS)


# --- to whom -----------------------------------------------------------------------------------------


def test_a_file_of_evidence_is_fetched(client, project):
    file = state(project, 60, uploads=[proof("تقرير.pdf")]).files.get()
    response = client.get(f"{PAGE}evidence/{file.pk}/")
    assert b"".join(response.streaming_content) == PDF
    assert "attachment" in response["Content-Disposition"]


def test_what_is_internal_or_elsewhere_does_not_exist(client, project, plan):
    file = state(project, 60, uploads=[proof()], is_public=False).files.get()
    assert client.get(f"{PAGE}evidence/{file.pk}/").status_code == 404
    file.is_public = True
    file.save()
    for path in (
        f"/en/m/nefta/plans/openness/projects/1/evidence/{file.pk}/",
        f"/en/m/kenitra/plans/openness/projects/2/evidence/{file.pk}/",
        f"/en/m/kenitra/plans/other/projects/1/evidence/{file.pk}/",
    ):
        assert client.get(path).status_code == 404


def test_of_a_draft_nothing_is_public(client, project, plan):
    change(project, title_fr="Autre")
    file = state(project, 60, uploads=[proof()]).files.get()
    withdraw(plan=plan, actor=None)
    for path in (PAGE, VERSIONS, f"{VERSIONS}1..2/", f"{PAGE}evidence/{file.pk}/"):
        assert client.get(path).status_code == 404


def test_in_a_preview_evidence_is_fetched_at_the_desk(client, project, plan):
    file = state(project, 60, uploads=[proof()]).files.get()
    withdraw(plan=plan, actor=None)
    client.force_login(MembershipFactory(municipality=plan.municipality, role="council_reader").user)
    path = f"/en/m/kenitra/staff/plans/openness/projects/1/evidence/{file.pk}/"
    assert path in read(client, "/en/m/kenitra/staff/plans/openness/projects/1/preview/")
    assert client.get(path).status_code == 200


# --- at what cost ------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [2, 40])
def test_the_queries_do_not_depend_on_how_much_was_said(client, plan, count, django_assert_num_queries):
    project = public_project(plan, solution_fr="• Une page")
    for n in range(count):
        change(project, solution_fr=f"• Une page {n}")
        indicator = factories.IndicatorFactory(project=project)
        Measurement.objects.create(indicator=indicator, measured_on=day("2026-01-01"), value=n)
        activity = factories.ActivityFactory(project=project)
        state_activity(
            activity=activity,
            percent=n,
            stated_on=day("2026-01-01"),
            uploads=[proof(more=str(n).encode())],
            actor=None,
        )
    with django_assert_num_queries(11):
        read(client)
    with django_assert_num_queries(3):
        read(client, VERSIONS)
    with django_assert_num_queries(3):
        read(client, f"{VERSIONS}1..{count}/")


@pytest.mark.parametrize("path", [PAGE, VERSIONS, f"{VERSIONS}1..2/", f"{PAGE}sheet.pdf"])
def test_nothing_changed_is_answered_without_rendering(client, project, path, django_assert_num_queries):
    change(project, title_fr="Autre")
    etag = client.get(path)["ETag"]
    with django_assert_num_queries(1):
        assert client.get(path, headers={"If-None-Match": etag}).status_code == 304
    state(project, 10)
    assert client.get(path, headers={"If-None-Match": etag}).status_code == 200


# --- the paper ---------------------------------------------------------------------------------------


def test_the_paper_has_the_new_facts(client, project):
    change(project, responsible_fr="Secretariat", partners_fr="Association")
    state(project, 60, uploads=[proof()])
    text = pdfium_text(client.get(f"{PAGE}sheet.pdf").content)
    for word in ("Secretariat", "Association", "Substantial", "Baseline", "version 2"):
        assert word in text


# --- consultations -----------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["before", "open", "closed"])
def test_the_page_invites_to_the_consultation_about_it(client, project, plan, state):
    ConsultationFactory(
        municipality=plan.municipality,
        subject_kind="project",
        subject_id=project.pk,
        title_fr="Que pensez-vous ?",
        **{state: True},
    )
    page = read(client)
    assert "Que pensez-vous ?" in page
    assert 'href="#consultation-h"' in page
    assert "No consultation about this project" not in page


def test_a_consultation_about_the_whole_plan_is_not_one_about_the_project(client, project, plan):
    ConsultationFactory(plan=plan, open=True)
    assert "No consultation about this project" in read(client)

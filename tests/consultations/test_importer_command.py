"""``manage.py import_plan``: its output, its refusals and what they leave behind."""

import io
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from consultations.models import ActionPlan, PlanStatus, Project
from portal.audit.models import Entry

ROOT = Path(__file__).parents[2]
SHEET = ROOT / "demo" / "sources" / "kenitra-open-government-project.txt"
CALENDAR = ROOT / "demo" / "sources" / "nefta-2022-calendar.txt"
EXPECTED = Path(__file__).parent / "expected" / "kenitra.json"


def run(file: Path | str, *options: str, municipality: str = "kenitra") -> tuple[str, str, int]:
    """Run the command; return standard output, standard error and the exit code."""
    out, error = io.StringIO(), io.StringIO()
    try:
        call_command(
            "import_plan", str(file), "--municipality", municipality, *options, stdout=out, stderr=error
        )
    except SystemExit as stop:
        return out.getvalue(), error.getvalue(), int(stop.code or 0)
    return out.getvalue(), error.getvalue(), 0


def test_json_is_all_that_is_printed(kenitra):
    out, error, code = run(SHEET, "--json")

    report = json.loads(out)
    for warning in report["warnings"]:
        assert warning.pop("message")
    assert report == json.loads(EXPECTED.read_text())
    assert (error, code) == ("", 0)


def test_the_report_of_a_second_import_is_of_the_whole_file(kenitra):
    first, _error, _code = run(SHEET, "--json")

    second, _error, _code = run(SHEET, "--json")

    assert second == first


def test_an_import_is_a_draft_of_the_usual_plan(kenitra):
    run(SHEET)

    plan = ActionPlan.objects.get()
    assert (plan.slug, plan.status, plan.origin_name) == ("openness", PlanStatus.DRAFT, SHEET.name)
    assert len(plan.origin_sha256) == 64


def test_a_plan_may_be_named_and_published(kenitra):
    run(SHEET, "--plan", "openness-2024", "--publish")

    plan = ActionPlan.objects.get()
    assert (plan.slug, plan.status) == ("openness-2024", PlanStatus.PUBLISHED)


def test_a_dry_run_reads_everything_and_writes_nothing(kenitra):
    revision = kenitra.revision

    out, _error, code = run(SHEET, "--dry-run", "--json", "--publish")

    kenitra.refresh_from_db()
    assert json.loads(out)["projects"][0]["number"] == 1
    assert (code, ActionPlan.objects.count(), Entry.objects.count()) == (0, 0, 0)
    assert kenitra.revision == revision


def test_the_summary_tells_changes_conflicts_and_warnings(kenitra):
    run(SHEET)
    Project.objects.update(funding_source_ar="هبة")

    out, _error, _code = run(SHEET, "--dry-run")

    assert "project-1 funding_source_ar" in out
    assert f"{SHEET}:57:5: " in out


@pytest.fixture
def nothing_saved(kenitra):
    """Kénitra, and after the test the proof that nothing was written."""
    yield
    assert ActionPlan.objects.count() == 0
    assert Entry.objects.count() == 0


refusal = pytest.mark.usefixtures("nothing_saved")


@refusal
def test_a_file_that_is_no_sheet():
    out, error, code = run(CALENDAR, "--json", "--publish")

    assert (out, code) == ("", 2)
    assert error.startswith(f"{CALENDAR}:1:1: ")


@refusal
def test_an_impossible_value_deep_in_the_file(tmp_path):
    file = tmp_path / "sheet.txt"
    file.write_text(SHEET.read_text().replace("Décembre 2024", "Décembre 2023"))

    out, error, code = run(file, "--publish")

    assert (out, code) == ("", 2)
    assert error.startswith(f"{file}:48:")


@refusal
def test_a_text_that_its_column_cannot_hold(tmp_path):
    file = tmp_path / "sheet.txt"
    file.write_text(SHEET.read_text().replace("الميزانية", "الميزانية " * 100))

    _out, error, code = run(file)

    assert error.startswith(f"{file}:35:1: ")
    assert code == 2


@refusal
def test_a_municipality_that_does_not_exist():
    _out, error, code = run(SHEET, municipality="atlantis")

    assert error.startswith(f"{SHEET}:1:1: ")
    assert "atlantis" in error
    assert code == 2


@refusal
def test_a_file_that_does_not_exist(tmp_path):
    _out, error, code = run(tmp_path / "none.txt")

    assert error.startswith(f"{tmp_path / 'none.txt'}:1:1: ")
    assert code == 2


@pytest.mark.parametrize("slug", ["خطة", "a b", "a" * 61, ""])
@refusal
def test_a_plan_name_that_is_no_address(slug):
    _out, error, code = run(SHEET, f"--plan={slug}")

    assert error.startswith(f"{SHEET}:1:1: ")
    assert code == 2


@refusal
def test_no_municipality():
    with pytest.raises(CommandError):
        call_command("import_plan", str(SHEET))

"""The house's rules on who may import whom, and on names that say nothing."""

import ast
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
APPS = ("portal", "programs", "consultations")
COMPOSITION = {"portal/urls.py", "portal/views.py", "portal/management/commands/seed_demo.py"}
# What the demo and the believable country are made of; called by seed_demo alone.
COMPOSITION_PARTS = {
    "portal/management/country.py",
    "portal/management/demo_diagnosis.py",
    "portal/management/demo_dispatches.py",
    "portal/management/demo_meetings.py",
    "portal/management/demo_participation.py",
    "portal/management/demo_plans.py",
    "portal/management/demo_programs.py",
    "portal/management/demo_projects.py",
}
EMPTY_NAMES = {"core", "common", "utils", "util", "helpers", "base", "mixins", "misc"}


def _modules():
    for app in APPS:
        for path in sorted(Path(PROJECT, app).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path


def _imported(path: Path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def _crossings(path: Path) -> list[str]:
    name = str(path.relative_to(PROJECT))
    app = name.split("/")[0]
    forbidden = {
        "portal": {"programs", "consultations"},
        "programs": {"consultations"},
        "consultations": {"programs"},
    }
    if name in COMPOSITION | COMPOSITION_PARTS:
        return []
    return [
        f"{name} imports {module}" for module in _imported(path) if module.split(".")[0] in forbidden[app]
    ]


def test_imports_go_one_way():
    assert [crossing for path in _modules() for crossing in _crossings(path)] == []


def test_the_rule_catches_a_crossing(tmp_path):
    source = PROJECT / "programs" / "models" / "calendar.py"
    assert "portal.municipalities.models" in set(_imported(source))
    wrong = tmp_path / "wrong.py"
    wrong.write_text("from consultations.models import Project\n")
    assert list(_imported(wrong)) == ["consultations.models"]


def test_only_the_pdf_room_imports_weasyprint():
    users = [
        str(p.relative_to(PROJECT))
        for p in _modules()
        if any(m.split(".")[0] == "weasyprint" for m in _imported(p))
    ]
    assert users == ["portal/pdf/render.py"]


def test_no_signals():
    users = [str(p.relative_to(PROJECT)) for p in _modules() if any("signals" in m for m in _imported(p))]
    assert users == []


@pytest.mark.parametrize("app", APPS)
def test_no_room_without_a_purpose_in_its_name(app):
    names = {path.stem for path in Path(PROJECT, app).rglob("*")}
    assert not names & EMPTY_NAMES


def test_functions_stay_short():
    """No function is longer than 60 lines: beyond that nobody sees it whole."""
    long = []
    for path in _modules():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno
                if lines > 60:
                    long.append(f"{path.relative_to(PROJECT)}:{node.lineno} {node.name} ({lines})")
    assert long == []

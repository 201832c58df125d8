"""What the code must not do, found in its syntax; what was looked at and may stay is named here.

The same rules stand in .ci/semgrep.yml, for whoever has that program.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
APPS = ("portal", "programs", "consultations")
SQL, TEXT, DOOR, NAME = "SQL", "unescaped text", "a door without its token", "a name from outside"
REVIEWED = {
    # Words of ours alone, names of our own tables, and parameters for what comes from outside.
    SQL: {
        "portal/audit/append_only.py": 2,
        "portal/backups/contents.py": 5,
        "portal/backups/restoring.py": 1,
        "portal/backups/snapshot.py": 5,
        "portal/health.py": 3,
        "portal/municipalities/querysets.py": 2,
        "portal/publications/register.py": 1,
        "programs/sum_triggers.py": 2,
    },
    # Attributes of ours, a picture that a library drew, and sentences of ours with escaped words in them.
    TEXT: {"portal/pdf/qr.py": 1, "programs/grid.py": 8, "programs/pack.py": 1},
    # One that runs the check by itself, and one that mail programs post to (RFC 8058).
    DOOR: {"consultations/csrf.py": 2, "portal/notifications/views.py": 2},
}
"""What was looked at and may stay: rule → file → how often."""
# By a secret that only its owner has, by the key of an order, by the person who asks, or of no municipality.
REVIEWED_ROWS = {
    "consultations/views/answers.py": {"Entry", "OfficialAnswer"},
    "consultations/views/contributing.py": {"Contribution"},
    "consultations/views/following.py": {"Contribution"},
    "portal/accounts/views.py": {"User"},
    "portal/papers/views.py": {"Printing", "Worker"},
    "portal/publications/views.py": {"Publication"},
}
_SCOPED = re.compile(
    r"municipality|\.(?:of|of_object|of_member|published|matching|open_at|next_dates|total_revision|public_or_404)\("
    # A row that was itself looked up in the municipality.
    r"|\b(?:plan|program|project|consultation|stage|meeting|card|plan_stages|\w+__(?:plan\w*|program|project|stage))="
)
_FORBIDDEN_NAMES = {
    "mark_safe": TEXT,
    "SafeString": TEXT,
    "SafeData": TEXT,
    "csrf_exempt": DOOR,
    "RawSQL": SQL,
    "pickle": "bytes that run",
    "marshal": "bytes that run",
    "shelve": "bytes that run",
    "eval": "words that run",
    "exec": "words that run",
}
_FROM_OUTSIDE = re.compile(r"\brequest\.(GET|POST|COOKIES|FILES|META|headers|body)\b")
# A literal of the template itself may be called safe.
_TEMPLATE = re.compile(
    r"(?<!['\"])\|\s*safe(seq)?\b|{%\s*autoescape off|\son[a-z]+\s*=\s*[\"']|javascript:", re.IGNORECASE
)
SEEDED = {
    "raw SQL": "rows = Program.objects.raw('SELECT 1')",
    "a statement by a cursor": "cursor.execute(f'SELECT {name}')",
    "SQL within a query": "rows = rows.annotate(x=RawSQL('1', []))",
    "extra": "rows = rows.extra(where=['1=1'])",
    "text marked safe": "page = mark_safe(text)",
    "a template of its own making": "page = format_html(f'<b>{text}</b>')",
    "a door without its token": "@csrf_exempt\ndef page(request): ...",
    "fields named by a reader": "rows = Program.objects.published().filter(**request.GET.dict())",
    "an order named by a reader": "rows = rows.order_by(request.GET['o'])",
    "a row of anybody": "program = get_object_or_404(Program, pk=pk)",
    "rows of anybody": "program = Program.objects.get(pk=pk)",
    "a shell": "subprocess.run(line, shell=True)",
    "bytes that run": "import pickle",
}
"""For each rule a line that breaks it."""
SEEDED_TEMPLATES = {
    "a filter that trusts": "{{ text|safe }}",
    "escaping switched off": "{% autoescape off %}",
    "a script in an attribute": '<a onclick="x()">',
    "a script in an address": '<a href="javascript:x">',
}
"""The same for templates."""


def sources() -> list[Path]:
    """The files of the portal: its modules without migrations, and its templates."""
    modules = [path for app in APPS for path in (ROOT / app).rglob("*.py") if "migrations" not in path.parts]
    return sorted(modules + list((ROOT / "templates").rglob("*.html")))


def breaches() -> list[str]:
    """Every breach outside the reviewed lists, as ``file:line rule``."""
    return [
        each for path in sources() for each in breaches_of(path.relative_to(ROOT), path.read_text("utf-8"))
    ]


def breaches_of(path: Path, source: str) -> list[str]:
    """The breaches of one file."""
    if path.suffix == ".html":
        lines = enumerate(source.splitlines(), start=1)
        return [
            f"{path}:{number} unescaped text or a script" for number, line in lines if _TEMPLATE.search(line)
        ]
    found = list(_of_module(path, source))
    for rule, reviewed in REVIEWED.items():
        if sum(kind == rule for _line, kind in found) <= reviewed.get(path.as_posix(), 0):
            found = [(line, kind) for line, kind in found if kind != rule]
    return [f"{path}:{line} {kind}" for line, kind in found]


def _of_module(path: Path, source: str) -> Iterator[tuple[int, str]]:
    tree = ast.parse(source)
    annotations = {id(part) for node in ast.walk(tree) for kept in _notes(node) for part in ast.walk(kept)}
    is_view = path.name == "views.py" or "views" in path.parts
    for node in ast.walk(tree):
        if id(node) in annotations:
            continue
        yield from _of_name(node)
        if isinstance(node, ast.Call):
            yield from _of_call(node, source)
            if is_view:
                yield from _of_rows(path, node, source)


def _notes(node: ast.AST) -> Iterator[ast.expr]:
    """The annotations of a function or name: a type that is only named builds nothing."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.returns:
        yield node.returns
    if isinstance(node, ast.arg | ast.AnnAssign) and node.annotation:
        yield node.annotation


def _of_name(node: ast.AST) -> Iterator[tuple[int, str]]:
    if isinstance(node, ast.Name) and node.id in _FORBIDDEN_NAMES:
        yield node.lineno, _FORBIDDEN_NAMES[node.id]
    elif isinstance(node, ast.Attribute) and node.attr in ("mark_safe", "csrf_exempt", "RawSQL"):
        yield node.lineno, _FORBIDDEN_NAMES[node.attr]
    elif isinstance(node, ast.Import | ast.ImportFrom):
        named = {alias.name for alias in node.names} | {getattr(node, "module", "") or ""}
        for name in named & {"pickle", "marshal", "shelve", "mark_safe", "csrf_exempt", "RawSQL"}:
            yield node.lineno, _FORBIDDEN_NAMES[name]


def _of_call(call: ast.Call, source: str) -> Iterator[tuple[int, str]]:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if name in ("raw", "extra", "execute", "executemany", "executescript") and isinstance(
        call.func, ast.Attribute
    ):
        yield call.lineno, SQL
    if name in ("format_html", "format_html_join") and not all(_is_fixed(each) for each in call.args[:1]):
        yield call.lineno, TEXT
    said = [ast.get_source_segment(source, each.value) or "" for each in call.keywords if each.arg is None]
    if any(_FROM_OUTSIDE.search(each) for each in said):
        yield call.lineno, NAME
    if name in ("order_by", "values", "values_list", "only", "defer", "annotate", "alias"):
        given = [ast.get_source_segment(source, each) or "" for each in call.args]
        if any(_FROM_OUTSIDE.search(each) for each in given):
            yield call.lineno, NAME
    if name == "system" or any(each.arg == "shell" and not _is_false(each.value) for each in call.keywords):
        yield call.lineno, "a shell"


def _is_fixed(node: ast.expr) -> bool:
    """A text of the code itself, as it stands or translated."""
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("_", "gettext", "ngettext"):
        return all(isinstance(each, ast.Constant) for each in node.args[:2])
    return isinstance(node, ast.Constant)


def _is_false(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and not node.value


def _of_rows(path: Path, call: ast.Call, source: str) -> Iterator[tuple[int, str]]:
    """Rows that a view looks up without saying of which municipality."""
    said = ast.get_source_segment(source, call) or ""
    model = re.match(r"get_(?:object|list)_or_404\(\s*([A-Z]\w+)\s*[,)]", said)
    if not model:
        is_end = isinstance(call.func, ast.Attribute) and call.func.attr in (
            "get",
            "filter",
            "all",
            "first",
            "exclude",
        )
        model = re.match(r"([A-Z]\w+)\.objects\b", said) if is_end else None
    if model and not _SCOPED.search(said) and model.group(1) not in REVIEWED_ROWS.get(path.as_posix(), set()):
        yield call.lineno, f"rows of any municipality: {model.group(1)}"

"""Conventions of the templates: strict CSP, one way to write a figure, every one used."""

import re
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted(Path(PROJECT, "templates").rglob("*.html"))
PAGES = [path for path in TEMPLATES if "pdf" not in path.parts]
INLINE = re.compile(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=", re.IGNORECASE)
DJANGO_OWN = {"400.html", "403.html", "404.html", "500.html"}


def _name(path: Path) -> str:
    return str(path.relative_to(PROJECT / "templates"))


@pytest.mark.parametrize("path", PAGES, ids=_name)
def test_nothing_inline(path):
    assert not INLINE.search(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", TEMPLATES, ids=_name)
def test_comments_say_what_a_template_takes_without_leaking(path):
    assert "<!--" not in path.read_text(encoding="utf-8").replace("<!--[if", "")


def test_every_template_is_used():
    sources = [
        p.read_text(encoding="utf-8")
        for app in ("portal", "programs", "consultations")
        for p in Path(PROJECT, app).rglob("*.py")
    ]
    sources += [path.read_text(encoding="utf-8") for path in TEMPLATES]
    everything = "\n".join(sources)
    unused = [
        _name(path)
        for path in TEMPLATES
        if _name(path) not in DJANGO_OWN
        and not _name(path).startswith(("admin/", "import_export/", "bootstrap5/"))
        and f'"{_name(path)}"' not in everything
    ]
    assert unused == []


def test_inline_is_found_when_it_is_there():
    assert INLINE.search('<p style="color:red">')
    assert INLINE.search("<button onclick='x()'>")
    assert INLINE.search("<script>x</script>")
    assert not INLINE.search('<script src="/static/x.js"></script>')

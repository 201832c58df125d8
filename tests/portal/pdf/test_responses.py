"""A paper's name in any script, and its copy in the store."""

import pytest
from django.utils.translation import override

from portal.pdf.responses import cached_pdf, file_answer, pdf_response, safe_filename


def test_name_in_the_readers_language():
    response = pdf_response(
        content=b"%PDF-", filename="برنامج 2022 - بلدية نفطة", ascii_filename="nefta-program-2022"
    )
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == (
        "inline; filename=\"nefta-program-2022.pdf\"; filename*=UTF-8''"
        "%D8%A8%D8%B1%D9%86%D8%A7%D9%85%D8%AC-2022-"
        "%D8%A8%D9%84%D8%AF%D9%8A%D8%A9-%D9%86%D9%81%D8%B7%D8%A9.pdf"
    )
    assert response["Content-Length"] == "5"
    assert response["X-Content-Type-Options"] == "nosniff"


def test_what_a_browser_cannot_show_is_offered_for_saving():
    response = file_answer(
        content=b"", content_type="application/zip", filename="x", ascii_filename="Kénitra"
    )
    assert response["Content-Disposition"].startswith('attachment; filename="Knitra.zip"; ')


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("بلدية نفطة: رزنامة 2022.pdf", "بلدية-نفطة-رزنامة-2022.pdf"),
        ("a/../b\\c", "a-..-b-c.pdf"),
        ('"; filename="x.exe', "filename=-x.exe.pdf"),
        ("line\r\nSet-Cookie: x", "line-Set-Cookie-x.pdf"),
        ("\u202egnp.exe", "gnp.exe.pdf"),
        ("..", "document.pdf"),
        ("", "document.pdf"),
        ("م" * 300, "م" * 120 + ".pdf"),
    ],
)
def test_name_is_made_safe(name, safe):
    assert safe_filename(name) == safe


def test_paper_is_rendered_once_for_each_version_and_language():
    made = []

    def render() -> bytes:
        made.append(1)
        return b"%d" % len(made)

    def ask(kind: str = "calendar", object_id: int = 1, version: str = "7") -> bytes:
        return cached_pdf(kind=kind, object_id=object_id, version=version, render=render)

    with override("ar"):
        assert [ask(), ask()] == [b"1", b"1"]
        assert [ask(version="8"), ask(object_id=2), ask(kind="sheet")] == [b"2", b"3", b"4"]
    with override("fr"):
        assert ask() == b"5"


def test_new_code_makes_new_papers(monkeypatch):
    asked = {"kind": "calendar", "object_id": 1, "version": "7"}
    assert cached_pdf(**asked, render=lambda: b"old") == b"old"
    monkeypatch.setattr("portal.pdf.responses.code_version", lambda: "next release")
    assert cached_pdf(**asked, render=lambda: b"new") == b"new"


def test_without_a_store_of_its_own_the_default_one_serves(settings):
    memory = "django.core.cache.backends.locmem.LocMemCache"
    settings.CACHES = {"default": {"BACKEND": memory, "LOCATION": "without a store"}}
    asked = {"kind": "calendar", "object_id": 1, "version": "7"}
    assert cached_pdf(**asked, render=lambda: b"first") == b"first"
    assert cached_pdf(**asked, render=lambda: b"second") == b"first"


def test_failure_is_not_kept():
    def fail() -> bytes:
        raise ZeroDivisionError

    asked = {"kind": "calendar", "object_id": 2, "version": "7"}
    with pytest.raises(ZeroDivisionError):
        cached_pdf(**asked, render=fail)
    assert cached_pdf(**asked, render=lambda: b"made") == b"made"

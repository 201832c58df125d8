"""manage.py import_plan with a document of several sheets."""

import io

import docx
import pytest
from django.core.management import call_command

from consultations.models import Project

pytestmark = pytest.mark.django_db

SHEET = ["عنوان المشروع", "{}", "الإشكالية", "محور", "مشكل", "الحل المقترح", "حل", "المؤشرات", "عدد"]


@pytest.fixture
def file(tmp_path):
    document = docx.Document()
    for title in ("رقمنة سجل", "ميزانية مفتوحة"):
        for line in SHEET:
            document.add_paragraph(line.format(title))
    out = io.BytesIO()
    document.save(out)
    path = tmp_path / "sheets.docx"
    path.write_bytes(out.getvalue())
    return str(path)


def run(file, *options):
    said, errors, code = io.StringIO(), io.StringIO(), 0
    try:
        call_command("import_plan", file, "--municipality", "kenitra", *options, stdout=said, stderr=errors)
    except SystemExit as ended:
        code = ended.code
    return errors.getvalue(), code


def test_the_sheet_that_was_chosen_is_imported(kenitra, file):
    assert run(file, "--sheet", "2") == ("", 0)
    assert [project.title_ar for project in Project.objects.all()] == ["ميزانية مفتوحة"]


def test_without_a_choice_the_sheets_are_named_and_nothing_is_saved(kenitra, file):
    errors, code = run(file)

    assert code == 2
    assert "one sheet, or its number chosen among these: 1: رقمنة سجل; 2: ميزانية مفتوحة" in errors
    assert not Project.objects.exists()

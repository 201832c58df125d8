"""manage.py import_calendar with files of every format, several calendars in one, and choices."""

import io
import json
from pathlib import Path

import pytest
from django.core.management import call_command

from programs.models import Program, Task
from tests import calendar_files as files

pytestmark = pytest.mark.django_db

SOURCE = Path(__file__).parents[2] / "demo/sources/nefta-2022-calendar.txt"
EXPECTED = json.loads((Path(__file__).parent / "expected/nefta-2022.json").read_text(encoding="utf-8"))
LINES = SOURCE.read_text(encoding="utf-8").split("\n")
HALVES = [[line.split("\t") for line in LINES[4:17]], [line.split("\t") for line in LINES[18:25]]]
MAKERS = {"xlsx": files.as_xlsx, "docx": files.as_docx, "html": files.as_html, "csv": files.as_text}
OTHER = [[cell.replace("2021/", "2022/") for cell in row] for row in HALVES[0]]
TWO = files.as_docx([HALVES[0], OTHER], titles=["رزنامة 2022"], between=["رزنامة 2023"])


@pytest.fixture
def file(tmp_path):
    def write(data: bytes) -> str:
        path = tmp_path / "calendar"
        path.write_bytes(data)
        return str(path)

    return write


def call(path: str, *options: str) -> tuple[str, str, int]:
    said, errors, code = io.StringIO(), io.StringIO(), 0
    where = ("--municipality", "nefta", "--year", "2022")
    try:
        call_command("import_calendar", path, *where, *options, stdout=said, stderr=errors)
    except SystemExit as ended:
        code = ended.code
    return said.getvalue(), errors.getvalue(), code


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
def test_the_calendar_of_nefta_in_every_format(nefta, file, make):
    said, errors, code = call(file(make(HALVES, titles=[LINES[2]])), "--json")

    assert (errors, code) == ("", 0)
    for part in ("program", "phases", "delay_rules"):
        assert json.loads(said)[part] == EXPECTED[part]
    assert Task.objects.count() == 19


def test_what_json_prints_can_be_imported(nefta, file):
    printed = call(str(SOURCE), "--json", "--dry-run")[0]
    assert Program.objects.count() == 0

    said, errors, code = call(file(printed.encode()), "--json")

    assert (errors, code) == ("", 0)
    assert json.loads(said)["phases"] == EXPECTED["phases"]
    assert call(str(SOURCE))[0].splitlines()[-1].startswith("changes: 0, conflicts: 0")


def test_of_several_calendars_one_is_chosen_by_its_number(nefta, file):
    path = file(TWO)
    said, errors, code = call(path)

    assert (said, code) == ("", 2)
    assert "one calendar, or its number chosen among these: 1: رزنامة 2022 (table 1, 12 tasks); 2: " in errors
    assert Program.objects.count() == 0
    assert call(path, "--table", "2")[1:] == ("", 0)
    assert str(Task.objects.order_by("pk").first().session_date) == "2022-10-13"


def test_a_calendar_that_is_not_there(nefta, file):
    assert call(file(TWO), "--table", "3")[2] == 2
    assert call(str(SOURCE), "--table", "2")[2] == 2


def test_a_choice_is_followed_and_the_summary_tells_how_to_choose(nefta):
    said = call(str(SOURCE))[0]
    assert f"{SOURCE}:19-25: guess: mirrored_rows: turn." in said
    assert "Else: --choose empty_done=no." in said
    assert not Task.objects.filter(done=False).exists()

    assert call(str(SOURCE), "--choose", "empty_done=no")[1:] == ("", 0)
    assert Task.objects.filter(done=False).count() == 19


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        ("sideways", "expected a choice as NAME=VALUE, one of columns, code_order"),
        ("colour=red", "expected a choice as NAME=VALUE, one of columns, code_order"),
        ("code_order=up", "expected one of phase-task, task-phase, found “up”"),
        ("columns=phase,task", "expected 6 columns, as many as the table has"),
        ("mirrored=leave", ":19:"),
    ],
)
def test_a_choice_that_cannot_be_followed_is_refused(nefta, choice, expected):
    said, errors, code = call(str(SOURCE), "--choose", choice)

    assert (said, code) == ("", 2)
    assert expected in errors
    assert errors.startswith(str(SOURCE))
    assert Program.objects.count() == 0


def test_a_table_of_attendance_is_refused(nefta, file):
    table = [["الاسم واللقب", "الصفة", "الإمضاء"], ["فلان", "عضو", ""]]
    said, errors, code = call(file(files.as_xlsx([table])))

    assert (said, code) == ("", 2)
    assert "this is taken for a table of attendance" in errors

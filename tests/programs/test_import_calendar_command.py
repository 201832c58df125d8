"""manage.py import_calendar: what it writes, what it leaves alone, what it refuses."""

import io
import json
from datetime import date
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from portal.audit.models import Entry
from portal.municipalities.models import Municipality
from programs import imports
from programs.models import DelayRule, ExpectedDocument, Phase, Program, Status, SupportingDocument, Task
from tests import factories

pytestmark = pytest.mark.django_db

SOURCE = Path(__file__).parents[2] / "demo/sources/nefta-2022-calendar.txt"
TEXT = SOURCE.read_text(encoding="utf-8")
EXPECTED = Path(__file__).parent / "expected/nefta-2022.json"


@pytest.fixture
def file(tmp_path):
    """A file of the test's own; returns its path with the text that is given."""

    def write(text: str | bytes) -> Path:
        path = tmp_path / "calendar.txt"
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    return write


def call(path, options, where):
    """Run the command; return what it says on standard output and standard error, and its exit code."""
    streams = {"stdout": io.StringIO(), "stderr": io.StringIO()}
    arguments = {"municipality": "nefta", "year": 2022, **where, **streams}
    code = 0
    try:
        call_command("import_calendar", str(path), *options, **arguments)
    except SystemExit as ended:
        code = ended.code
    return streams["stdout"].getvalue(), streams["stderr"].getvalue(), code


def run(path=SOURCE, *options, **where):
    said, errors, code = call(path, options, where)
    assert (errors, code) == ("", 0)
    return said


def refused(path=SOURCE, *options, **where):
    said, errors, code = call(path, options, where)
    assert (said, code) == ("", 2)
    return errors


def task(code: str) -> Task:
    phase, number = code.split(".")
    return Task.objects.get(phase__number=phase, number=number)


def documents(code: str) -> list[str]:
    return list(task(code).expected_documents.values_list("title_ar", flat=True))


def everything():
    """Every row that an import may write, as it is stored."""
    models = (Program, Phase, Task, ExpectedDocument, SupportingDocument, DelayRule, Entry, Municipality)
    return [list(model.objects.order_by("pk").values()) for model in models]


def changed(*pairs: tuple[str, str]) -> str:
    text = TEXT
    for old, new in pairs:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


# The first import


def test_a_calendar_becomes_a_draft(nefta):
    run()
    program = Program.objects.get()

    assert (program.municipality, program.year, program.status) == (nefta, 2022, Status.DRAFT)
    assert program.title_ar.endswith("ببداية نفطة 2022 .")
    assert program.title_fr == ""
    assert program.phases.count() == 5
    assert Task.objects.count() == 19
    assert ExpectedDocument.objects.count() == 32
    assert set(Task.objects.values_list("done", flat=True)) == {None}


def test_the_rows_are_what_the_calendar_says(nefta):
    run()
    phase = Phase.objects.get(number=3)

    assert (phase.title_ar, phase.label) == ("البطاقات الأولية للمشاريع", "1- البطاقات الأولية للمشاريع")
    assert task("2.6").session_date == date(2021, 11, 2)
    assert task("3.1").title_ar == "إعداد البطاقات الأولية للمشاريع المقترحة طبقاً لنماذج الدليل الفني"
    assert documents("1.5") == ["وثيقة الخطة", "صور اللافتات و الملصقات", "نسخ مستخرجة من الانترنت"]
    assert documents("2.7") == []


def test_the_stated_delay_becomes_a_rule(nefta):
    run()
    rule = DelayRule.objects.get()

    assert (rule.from_task, rule.to_task, rule.min_days) == (task("2.6"), task("4.1"), 7)
    assert (rule.day_kind, rule.text_ar) == ("calendar", "07 أيام على الأقل بعد نشر التشخيص الفني و المالي")


def test_the_origin_is_told_and_journalled_once(nefta):
    run()
    program = Program.objects.get()
    entry = Entry.objects.get()

    assert program.origin_name == "nefta-2022-calendar.txt"
    assert program.origin_sha256.startswith("cac8611fd825")
    assert (entry.action, entry.municipality, entry.object_id) == ("program.imported", nefta, str(program.pk))
    assert entry.changes["tasks"] == [0, 19]
    nefta.refresh_from_db()
    assert nefta.revision == 2


def test_a_french_calendar_goes_into_the_french_columns(nefta, file):
    run(file("Programme 2022\nPhase;Activité;Documents;Date\n1- Début;1.1 Réunion;PV;2/3/2022\n"))

    assert (Program.objects.get().title_fr, Program.objects.get().title_ar) == ("Programme 2022", "")
    assert (Phase.objects.get().title_fr, task("1.1").title_fr) == ("Début", "Réunion")
    assert ExpectedDocument.objects.get().title_fr == "PV"


def test_a_draft_is_not_public_and_a_published_program_is(nefta, client):
    address = "/ar/m/nefta/programs/2022/"

    run()
    assert client.get(address).status_code == 404
    run(SOURCE, "--publish")
    assert client.get(address).status_code == 200
    assert Program.objects.get().status == Status.PUBLISHED


def test_publishing_happens_with_the_import_or_neither_does(nefta, monkeypatch):
    def fail(**_arguments):
        raise RuntimeError("publishing failed")

    monkeypatch.setattr(imports, "publish_program", fail)
    before = everything()

    with pytest.raises(RuntimeError):
        run(SOURCE, "--publish")
    assert everything() == before


@pytest.mark.parametrize("status", [Status.APPROVED, Status.CLOSED])
def test_publishing_a_program_that_is_further_leaves_it_there(nefta, status):
    run()
    Program.objects.update(status=status)
    run(SOURCE, "--publish")

    assert Program.objects.get().status == status


# What is printed


def test_json_prints_the_reading_and_nothing_else(nefta):
    assert json.loads(run(SOURCE, "--json")) == json.loads(EXPECTED.read_text(encoding="utf-8"))


def test_json_is_of_the_whole_file_whatever_is_stored(nefta):
    run()
    Task.objects.update(title_ar="غير ذلك")
    said, errors, code = call(SOURCE, ["--json"], {})

    assert json.loads(said) == json.loads(EXPECTED.read_text(encoding="utf-8"))
    assert (errors.count("conflict: "), code) == (19, 0)


def test_json_keeps_arabic_readable(nefta):
    assert "الأعمال التحضيرية" in run(SOURCE, "--json", "--dry-run")


def test_a_dry_run_writes_nothing(nefta):
    before = everything()
    said = run(SOURCE, "--dry-run", "--publish")

    assert everything() == before
    assert said.endswith("nothing was written: this was a dry run\n")


def test_the_summary_tells_counts_guesses_and_warnings(nefta):
    said = run()

    assert "phases: 5, tasks: 19, documents: 32" in said
    assert "delay: 2.6 → 4.1" in said
    assert f"{SOURCE}:7: guess: code_order: task-phase" in said
    assert f"{SOURCE}:19:6: warning: phase_number:" in said
    assert "new program (Draft)" in said


def test_another_year_is_a_warning(nefta):
    said = run(year=2023)

    assert Program.objects.get().year == 2023
    assert f"{SOURCE}:3:1: warning: year_differs" in said


# Importing again


def test_an_unchanged_file_changes_nothing(nefta):
    run()
    before = everything()
    said = run()

    assert everything() == before
    assert "changes: 0, conflicts: 0" in said


def test_only_differences_are_applied(nefta, file):
    run()
    before = {row["id"]: row for row in Task.objects.values()}
    said = run(file(changed(("2021/11/24", "2021/11/23"), ("نسخة من التقرير", "نسخة من التقرير - صور"))))
    after = {row["id"]: row for row in Task.objects.values()}

    assert [pk for pk in after if after[pk] != before[pk]] == [task("5.1").pk]
    assert task("5.1").session_date == date(2021, 11, 23)
    assert documents("5.1") == ["نسخة من التقرير", "صور"]
    assert "changes: 2, conflicts: 0" in said
    assert "change: 5.1 session_date: 2021-11-24 → 2021-11-23" in said


def test_the_journal_tells_what_a_later_file_changed(nefta, file):
    run()
    run(file(changed(("2021/11/24", "2021/11/23"))))
    entry = Entry.objects.first()

    assert entry.action == "program.imported"
    assert entry.changes["5.1 session_date"] == ["2021-11-24", "2021-11-23"]
    assert entry.changes["origin_name"] == ["nefta-2022-calendar.txt", "calendar.txt"]


def test_new_rows_are_added(nefta, file):
    more = "\t\t2021/12/01\tتقرير\t1-6 متابعة\t6- المتابعة\n"
    run()
    run(file(TEXT.rstrip("\n") + "\n" + more))

    assert Phase.objects.get(number=6).title_ar == "المتابعة"
    assert task("6.1").session_date == date(2021, 12, 1)
    assert documents("6.1") == ["تقرير"]


def test_an_empty_cell_never_overwrites(nefta, file):
    run()
    Task.objects.filter(pk=task("1.1").pk).update(notes="ملاحظة", done=True)
    run(file(changed(("2021/10/13", ""), ("مقرر إداري في الغرض", ""))))

    assert task("1.1").session_date == date(2021, 10, 13)
    assert documents("1.1") == ["مقرر إداري في الغرض"]
    assert (task("1.1").notes, task("1.1").done) == ("ملاحظة", True)


def test_what_staff_changed_is_kept_and_told(nefta, file):
    run()
    Task.objects.filter(pk=task("1.1").pk).update(session_date=date(2021, 10, 14))
    said = run(file(changed(("2021/10/13", "2021/10/15"))))

    assert task("1.1").session_date == date(2021, 10, 14)
    assert "changes: 0, conflicts: 1" in said
    assert "conflict: 1.1 session_date: kept 2021-10-14, the file says 2021-10-15" in said


def test_what_staff_changed_is_told_of_an_unchanged_file_too_and_nothing_is_written(nefta):
    run()
    Task.objects.filter(pk=task("1.1").pk).update(title_ar="تكوين الخلية")
    before = everything()
    said = run()

    assert everything() == before
    assert "changes: 0, conflicts: 1" in said


def test_what_staff_and_file_changed_alike_is_no_conflict(nefta, file):
    run()
    Task.objects.filter(pk=task("1.1").pk).update(session_date=date(2021, 10, 15))

    assert "changes: 0, conflicts: 0" in run(file(changed(("2021/10/13", "2021/10/15"))))


def test_what_staff_stated_first_is_kept(nefta, file):
    run()
    Task.objects.filter(pk=task("1.1").pk).update(done=True)
    said = run(file(changed(("2021/10/13\t", "2021/10/13\tلا"))))

    assert task("1.1").done is True
    assert "conflict: 1.1 done: kept True, the file says False" in said


def test_rows_that_a_file_no_longer_names_are_kept_and_told(nefta, file):
    run()
    lines = TEXT.split("\n")
    said = run(file("\n".join(lines[:18] + lines[19:24])))

    assert (Phase.objects.count(), Task.objects.count()) == (5, 19)
    assert "not in the file, kept: 3. البطاقات الأولية للمشاريع" in said
    assert "not in the file, kept: 5.5 إجراء دورة للمجلس البلدي" in said


def test_rows_that_staff_removed_stay_removed(nefta):
    run()
    task("1.3").delete()
    Phase.objects.get(number=3).delete()
    said = run()

    assert (Phase.objects.count(), Task.objects.count()) == (4, 17)
    assert "conflicts: 3" in said


def test_a_program_that_staff_began_is_met(nefta):
    program = factories.ProgramFactory(municipality=nefta, year=2022, title_ar="عنوان الأعوان", title_fr="")
    said = run()

    assert Program.objects.get() == program
    assert Program.objects.get().title_ar == "عنوان الأعوان"
    assert "conflict: 2022 title_ar: kept عنوان الأعوان" in said
    assert Task.objects.filter(phase__program=program, imported__isnull=False).count() >= 19


# Documents and evidence


@pytest.fixture
def evidence(nefta):
    """A file that fulfils the first document of task 1.4."""
    run()
    document = task("1.4").expected_documents.first()
    return factories.SupportingDocumentFactory(expected_document=document)


DOCUMENTS_OF_1_4 = "محضر جلسة لجنة الأشغال و الخلية - خريطة تقسيم المناطق"


def test_documents_change_around_those_with_evidence(evidence, file):
    run(file(changed((DOCUMENTS_OF_1_4, "صور - محضر جلسة لجنة الأشغال و الخلية - خريطة المناطق"))))

    assert documents("1.4") == ["صور", "محضر جلسة لجنة الأشغال و الخلية", "خريطة المناطق"]
    assert evidence.expected_document == task("1.4").expected_documents.get(position=2)


def test_a_document_with_evidence_is_kept_and_told(evidence, file):
    said = run(file(changed((DOCUMENTS_OF_1_4, "محضر آخر - خريطة تقسيم المناطق"))))

    assert documents("1.4") == ["محضر جلسة لجنة الأشغال و الخلية", "خريطة تقسيم المناطق"]
    assert SupportingDocument.objects.get() == evidence
    assert "conflict: 1.4 documents: kept محضر جلسة لجنة الأشغال و الخلية, the file says محضر آخر" in said


def test_a_document_with_evidence_that_the_file_dropped_is_kept(evidence, file):
    run(file(changed((DOCUMENTS_OF_1_4, "خريطة تقسيم المناطق"))))

    assert documents("1.4") == ["محضر جلسة لجنة الأشغال و الخلية", "خريطة تقسيم المناطق"]


def test_documents_that_staff_changed_are_kept_and_told(nefta, file):
    run()
    ExpectedDocument.objects.create(task=task("1.1"), position=2, title_ar="صور")
    said = run(file(changed(("مقرر إداري في الغرض", "قرار - محضر"))))

    assert documents("1.1") == ["مقرر إداري في الغرض", "صور"]
    assert "conflict: 1.1 documents: kept مقرر إداري في الغرض | صور, the file says قرار | محضر" in said


# Delay rules


def test_a_rule_that_staff_changed_is_kept_and_told(nefta):
    run()
    DelayRule.objects.update(min_days=10)
    said = run()

    assert DelayRule.objects.get().min_days == 10
    assert "conflict: 2.6 → 4.1 min_days: kept 10, the file says 7" in said


def test_a_rule_follows_the_file(nefta, file):
    run()
    run(file(changed(("07 أيام على الأقل", "15 يوما على الأقل"))))

    assert DelayRule.objects.get().min_days == 15


def test_a_rule_that_staff_removed_stays_removed(nefta):
    run()
    DelayRule.objects.all().delete()
    said = run()

    assert DelayRule.objects.count() == 0
    assert "conflict: 2.6 → 4.1" in said


# Refusals


def test_an_unknown_municipality(nefta):
    said = refused(municipality="atlantis")

    assert said == f"{SOURCE}:1:1: expected the short name of a municipality that exists, found “atlantis”\n"


@pytest.mark.parametrize("path", ["/nowhere/calendar.txt", "/"])
def test_a_file_that_cannot_be_read(nefta, path):
    assert refused(path).startswith(f"{path}:1:1: expected a file that can be read, found “")


def test_a_year_that_no_program_has(nefta):
    assert "expected a year from 1990 to 2100, found “20222”" in refused(year=20222)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", ":1:1: expected a table; the file is empty"),
        ("كلام\n", ":1:1: expected a calendar: "),
        (b"\x00\x01", ":1:1: expected readable text"),
        (TEXT.replace("2021/10/21", "2021/02/31"), ":8:4: expected a day that exists, found “2021/02/31”"),
        (TEXT.replace("3-1 إعلام", "2-1 إعلام"), ":8:2: expected a code that no other task has"),
        (TEXT.replace("2021/11/30", "2021/11/31"), ":25:3: expected a day that exists, found “2021/11/31”"),
    ],
)
@pytest.mark.parametrize("option", ["--publish", "--json"])
def test_bad_input_is_refused_and_nothing_is_saved(nefta, file, text, said, option):
    before = everything()

    assert refused(file(text), option).startswith(str(file(text)) + said)
    assert everything() == before


def test_bad_input_leaves_the_program_that_is_there(nefta, file):
    run()
    before = everything()
    refused(file(changed(("2021/10/13", "2021/10/15"), ("2021/11/30", "2021/11/31"))))

    assert everything() == before


@pytest.mark.parametrize("missing", ["file", "municipality", "year"])
def test_nothing_may_be_left_out(missing):
    words = {"file": [str(SOURCE)], "municipality": ["--municipality=nefta"], "year": ["--year=2022"]}
    del words[missing]

    with pytest.raises(CommandError, match=missing if missing != "file" else "FILE"):
        call_command("import_calendar", *(word for value in words.values() for word in value))


# Cost


def test_a_long_calendar_asks_the_database_no_more(nefta, file, django_assert_max_num_queries):
    rows = "".join(f"\t1.{number} عمل\tمحضر - صور\t2022/01/01\n" for number in range(1, 301))
    path = file(f"2022\nالمرحلة\tالعمل\tالوثائق\tالتاريخ\n1- أ\t\t\t\n{rows}")

    with django_assert_max_num_queries(30):
        run(path)
    with django_assert_max_num_queries(15):
        run(path)
    assert ExpectedDocument.objects.count() == 600


def test_json_leaves_the_conflicts_to_standard_error(nefta, file):
    """The report is of the file alone; that a value was kept against it must not go unsaid."""
    run()
    Task.objects.filter(pk=task("1.1").pk).update(session_date="2021-10-14")
    said, errors, code = call(file(changed(("2021/10/13", "2021/10/15"))), ["--json"], {})
    assert "conflict: 1.1 session_date: kept 2021-10-14, the file says 2021-10-15" in errors
    assert (json.loads(said)["program"]["year"], code) == (2022, 0)

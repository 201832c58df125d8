"""Programs and tasks out of the admin as a table and back: what changes, what stays, what is refused."""

import datetime
import io
import json

import openpyxl
import pytest
import tablib
import time_machine
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from portal.audit.models import Entry
from portal.editing.cells import Clash, Seen, must_change
from portal.exchange.formats import Csv
from portal.exchange.storage import WaitingFile
from portal.municipalities.models import Municipality
from programs.models import Program, Status, Task
from programs.resources import ProgramResource, TaskResource
from tests import factories

KEYS = ["municipality", "year", "phase", "task"]


@pytest.fixture
def program(nefta):
    return factories.ProgramFactory(municipality=nefta, year=2022)


@pytest.fixture
def tasks(program):
    phase = factories.PhaseFactory(program=program, number=1)
    return [factories.TaskFactory(phase=phase, number=number) for number in (1, 2, 3)]


@pytest.fixture
def foreign(kenitra):
    return factories.TaskFactory(
        phase__program__municipality=kenitra, phase__program__year=2022, phase__number=1, number=1
    )


def rows(*lines, headers=(*KEYS, "done")):
    return tablib.Dataset(*lines, headers=headers)


def bring(user, dataset, resource=TaskResource, dry_run=False):
    return resource(user=user).import_data(
        dataset, dry_run=dry_run, rollback_on_validation_errors=True, file_name="tasks.csv"
    )


def wrong(result):
    """Row number → column → messages; what is wrong with a row as a whole has no column."""
    return {row.number: ValidationError(row.error).update_error_dict({}) for row in result.invalid_rows}


# --- going out --------------------------------------------------------------------------------------


def test_own_rows_go_out(editor, tasks, foreign):
    Task.objects.filter(number=2).update(done=False, session_date=None, notes="=1+1")
    data = TaskResource(user=editor).export()
    assert data.headers == [*KEYS, "title_ar", "title_fr", "session_date", "done", "notes", "responsible"]
    assert data.dict[0] == {
        "municipality": "nefta",
        "year": "2022",
        "phase": "1",
        "task": "1",
        "title_ar": "عمل رقم 1",
        "title_fr": "",
        "session_date": "2021-11-02",
        "done": "",
        "notes": "",
        "responsible": "",
    }
    assert [(row["session_date"], row["done"]) for row in data.dict] == [
        ("2021-11-02", ""),
        ("", "no"),
        ("2021-11-02", ""),
    ]


def test_without_a_person_nothing_goes_out(tasks):
    assert len(TaskResource().export()) == 0
    assert len(ProgramResource(user=factories.UserFactory()).export()) == 0


def test_a_table_costs_the_same_for_3_and_60(editor, tasks, django_assert_num_queries):
    with django_assert_num_queries(2):
        assert len(TaskResource(user=editor).export()) == 3
    factories.TaskFactory.create_batch(57, phase=tasks[0].phase)
    editor = type(editor).objects.get()
    with django_assert_num_queries(2):
        assert len(TaskResource(user=editor).export()) == 60


# --- coming in --------------------------------------------------------------------------------------


def test_only_what_a_file_changes_is_changed(editor, tasks):
    headers = [*KEYS, "session_date", "done", "notes"]
    data = rows(
        ["nefta", "2022", "1", "1", "13/10/2021", "نعم", ""],
        ["nefta", 2022, 1, 2, None, "no", "تأجلت"],
        ["nefta", 2022, 1, 3, "", "", ""],
        headers=headers,
    )
    Task.objects.filter(number=3).update(done=True, notes="kept")
    result = bring(editor, data)
    assert not result.has_errors()
    assert [row.import_type for row in result.rows] == ["update", "update", "skip"]
    assert list(Task.objects.order_by("number").values_list("session_date", "done", "notes")) == [
        (datetime.date(2021, 10, 13), True, ""),
        (datetime.date(2021, 11, 2), False, "تأجلت"),
        (datetime.date(2021, 11, 2), True, "kept"),
    ]


def test_each_row_is_journalled_once_and_the_file_too(editor, tasks, nefta):
    bring(editor, rows(["nefta", 2022, 1, 1, "yes"], ["nefta", 2022, 1, 2, "no"], ["nefta", 2022, 1, 3, ""]))
    changed = Entry.objects.filter(action="row.changed").order_by("pk")
    assert [(entry.object_id, entry.changes) for entry in changed] == [
        (str(tasks[0].pk), {"done": [None, True]}),
        (str(tasks[1].pk), {"done": [None, False]}),
    ]
    whole = Entry.objects.get(action="rows.imported")
    assert (whole.actor, whole.municipality) == (editor, nefta)
    assert whole.changes == {"file": [None, "tasks.csv"], "added": [None, 0], "changed": [None, 2]}
    assert Municipality.objects.get(pk=nefta.pk).revision == 4


def test_the_program_of_a_changed_task_has_changed(editor, tasks):
    later = timezone.now() + datetime.timedelta(days=1)
    with time_machine.travel(later, tick=False):
        bring(editor, rows(["nefta", 2022, 1, 1, "yes"]))
    assert Program.objects.get().updated_at == later


def test_whoever_had_the_row_before_them_meets_what_came_in(editor, tasks):
    """An import counts the rows' versions up like any other save: nobody overwrites it unseen."""
    before = Task.objects.get(number=1).version
    bring(editor, rows(["nefta", 2022, 1, 1, "yes"], ["nefta", 2022, 1, 2, ""]))
    assert list(Task.objects.order_by("number").values_list("version", flat=True)) == [before + 1, 1, 1]
    with pytest.raises(Clash):
        must_change(
            field="done",
            current=True,
            version=Task.objects.get(number=1).version,
            mine=False,
            seen=Seen(before, None),
        )


def test_a_new_task_is_added_to_a_phase_that_is_there(editor, tasks):
    result = bring(editor, rows(["nefta", 2022, 1, 4, "جلسة"], headers=[*KEYS, "title_ar"]))
    assert [row.import_type for row in result.rows] == ["new"]
    assert Task.objects.get(number=4).title_ar == "جلسة"
    assert Entry.objects.filter(action="row.added").count() == 1


@pytest.mark.parametrize("resource", [TaskResource, ProgramResource])
def test_ones_own_table_brings_nothing_new(editor, tasks, resource):
    """Also what a spreadsheet must not run, line ends and odd spaces."""
    Task.objects.update(notes="=1+1\r\n\u200f-2 ", responsible="'x", title_fr=" +1")
    file_format = Csv()
    data = file_format.create_dataset(file_format.export_data(resource(user=editor).export()))
    result = bring(editor, data, resource)
    assert {row.import_type for row in result.rows} == {"skip"}
    assert not Entry.objects.exists()


def test_a_second_time_adds_nothing(editor, tasks):
    data = rows(["nefta", 2022, 1, 4, "جلسة"], ["nefta", 2022, 1, 1, "x"], headers=[*KEYS, "title_ar"])
    bring(editor, data)
    again = bring(editor, data)
    assert [row.import_type for row in again.rows] == ["skip", "skip"]
    assert Task.objects.count() == 4


def test_a_preview_writes_nothing(editor, tasks):
    result = bring(editor, rows(["nefta", 2022, 1, 1, "yes"]), dry_run=True)
    assert result.rows[0].import_type == "update"
    assert not Task.objects.filter(done=True).exists()
    assert not Entry.objects.exists()


def test_a_program_comes_in_as_a_draft_whatever_the_file_says(editor, nefta, program):
    data = tablib.Dataset(
        ["nefta", 2022, "", "published"],
        ["nefta", 2023, "Programme 2023", "published"],
        headers=["municipality", "year", "title_fr", "status"],
    )
    result = bring(editor, data, ProgramResource)
    assert [row.import_type for row in result.rows] == ["skip", "new"]
    assert set(Program.objects.values_list("status", flat=True)) == {Status.DRAFT}


def test_a_status_stays_when_the_title_comes_in(editor, program):
    Program.objects.update(status=Status.APPROVED)
    data = tablib.Dataset(
        ["nefta", 2022, "Titre", "draft"], headers=["municipality", "year", "title_fr", "status"]
    )
    bring(editor, data, ProgramResource)
    assert Program.objects.values_list("title_fr", "status").get() == ("Titre", Status.APPROVED)


def test_the_platform_administrator_brings_rows_of_all(tasks, foreign):
    boss = factories.UserFactory(is_superuser=True)
    result = bring(boss, rows(["nefta", 2022, 1, 1, "yes"], ["kenitra", 2022, 1, 1, "yes"]))
    assert [row.import_type for row in result.rows] == ["update", "update"]
    assert Entry.objects.filter(action="rows.imported").count() == 2


# --- refused ----------------------------------------------------------------------------------------


def test_one_wrong_row_and_nothing_comes_in(editor, tasks):
    result = bring(editor, rows(["nefta", 2022, 1, 1, "yes"], ["nefta", 2022, 1, 2, "maybe"]))
    assert list(wrong(result)) == [2]
    assert not Task.objects.filter(done=True).exists()
    assert not Entry.objects.exists()


def test_a_foreign_municipality_is_refused_like_an_unknown_one(editor, tasks, foreign):
    result = bring(editor, rows(["kenitra", 2022, 1, 1, "yes"], ["nowhere", 2022, 1, 1, "yes"]))
    ours = [str(wrong(result)[number]["municipality"][0].message) for number in (1, 2)]
    assert ours[0].replace("kenitra", "nowhere") == ours[1]
    foreign.refresh_from_db()
    assert foreign.done is None


def test_a_reader_brings_nothing(nefta, tasks):
    reader = factories.MembershipFactory(municipality=nefta, role="council_reader").user
    assert list(wrong(bring(reader, rows(["nefta", 2022, 1, 1, "yes"]))))


@pytest.mark.parametrize(
    ("cells", "columns"),
    [
        ({"done": "maybe"}, {"done"}),
        ({"session_date": "31/02/2021"}, {"session_date"}),
        ({"year": ""}, {"year"}),
        ({"year": "x", "task": "1.5"}, {"year", "task"}),
        ({"year": "2021"}, {"year"}),
        ({"phase": "9"}, {"phase"}),
        ({"municipality": ""}, {"municipality"}),
        ({"task": "4"}, {"title_ar"}),
        ({"task": "0", "title_ar": "x"}, {"number"}),
        ({"title_ar": "x" * 1001}, {"title_ar"}),
        ({"responsible": "x" * 201, "notes": "x" * 4001}, {"responsible", "notes"}),
    ],
)
def test_a_wrong_cell_is_named(editor, tasks, cells, columns):
    row = {"municipality": "nefta", "year": 2022, "phase": 1, "task": 1} | cells
    result = bring(editor, tablib.Dataset(list(row.values()), headers=list(row)))
    assert {number: set(errors) for number, errors in wrong(result).items()} == {1: columns}


@pytest.mark.parametrize(("language", "word"), [("en", "yes or no"), ("fr", "oui ou non")])
def test_errors_are_in_the_persons_language(editor, tasks, language, word):
    with override(language):
        errors = wrong(bring(editor, rows(["nefta", 2022, 1, 1, "maybe"])))[1]["done"]
        assert word in str(errors[0].message)


def test_a_row_that_stands_twice_is_refused(editor, tasks):
    result = bring(editor, rows(["nefta", 2022, 1, 1, "yes"], ["nefta", "2022", "01", "١", "no"]))
    assert {number: list(errors) for number, errors in wrong(result).items()} == {2: [NON_FIELD_ERRORS]}


@pytest.mark.parametrize(
    ("headers", "named"),
    [([*KEYS, "doen"], "doen"), (["municipality", "year", "phase", "done", "notes"], "task")],
)
def test_unknown_and_missing_columns_are_refused_once(editor, tasks, headers, named):
    result = bring(editor, rows(*[["nefta", 2022, 1, 1, 1]] * 3, headers=headers))
    assert len(result.base_errors) == 1
    assert named in str(result.base_errors[0].error).split(".")[0]
    assert not result.row_errors()


# --- the pages --------------------------------------------------------------------------------------


@pytest.fixture
def as_editor(client, editor):
    client.force_login(editor)
    return client


def page(name):
    return reverse(f"admin:programs_{name}")


def send(client, content, number="0", name="tasks.csv", model="task"):
    data = {"import_file": SimpleUploadedFile(name, content), "format": number, "resource": "0"}
    return client.post(page(f"{model}_import"), data)


def confirm(client, response, **changes):
    form = response.context["confirm_form"]
    return client.post(
        page("task_process_import"), {name: form.initial[name] for name in form.fields} | changes
    )


FILE = b"municipality,year,phase,task,done\nnefta,2022,1,1,oui\n"


def test_a_file_is_previewed_then_imported(as_editor, tasks):
    preview = send(as_editor, FILE)
    html = preview.content.decode()
    assert "<ins>yes</ins>" in html
    assert "style=" not in html
    assert not Task.objects.filter(done=True).exists()
    assert confirm(as_editor, preview)["Location"] == page("task_changelist")
    assert Task.objects.get(done=True) == tasks[0]


def test_a_file_is_imported_once(as_editor, tasks):
    preview = send(as_editor, FILE)
    confirm(as_editor, preview)
    Task.objects.update(done=False)
    assert confirm(as_editor, preview)["Location"] == page("task_import")
    assert not Task.objects.filter(done=True).exists()


def test_what_went_wrong_since_the_preview_stops_the_import(as_editor, tasks):
    preview = send(as_editor, FILE + b"nefta,2022,1,2,oui\n")
    tasks[1].delete()
    response = confirm(as_editor, preview)
    assert response["Location"] == page("task_import")
    assert not Task.objects.filter(done=True).exists()
    assert not Entry.objects.exists()


def test_wrong_rows_are_told_on_the_page(as_editor, tasks):
    response = send(as_editor, FILE.replace(b"oui", b"peut-etre").replace(b"nefta", b"kenitra", 0))
    html = response.content.decode()
    assert "confirm_form" not in response.context
    assert "<code>done</code>" in html
    assert "Traceback" not in html


@pytest.mark.parametrize("content", [b"", b"\x00\x01\x02", b"a,b\n1,2,3,4\n", b"doen\n1\n"])
def test_a_file_that_is_no_table_is_told_on_the_page(as_editor, tasks, content):
    for number in ("0", "1", "2"):
        response = send(as_editor, content, number)
        assert response.status_code == 200
        assert "confirm_form" not in response.context
        assert "Traceback" not in response.content.decode()


def test_a_file_too_large_is_refused(as_editor, tasks, settings):
    settings.UPLOAD_MAX_BYTES = 10
    assert send(as_editor, FILE).context["form"].errors["import_file"]


@pytest.mark.parametrize(
    "changes",
    [
        {"import_file_name": "../../portal.sqlite3"},
        {"import_file_name": "x"},
        {"format": "9"},
        {"format": "x"},
        {"format": "²"},
    ],
)
def test_what_the_confirmation_names_is_not_believed(as_editor, tasks, changes):
    response = confirm(as_editor, send(as_editor, FILE), **changes)
    assert response.status_code == 200
    assert not Task.objects.filter(done=True).exists()


def test_a_file_that_nobody_confirms_is_forgotten(as_editor, tasks):
    send(as_editor, FILE)
    storage = WaitingFile(name="x")._storage
    assert len(storage.listdir("imports")[1]) == 1
    with time_machine.travel(timezone.now() + datetime.timedelta(days=2)):
        WaitingFile().save(ContentFile(b"new").read())
    assert len(storage.listdir("imports")[1]) == 1


def export(client, number, model="task", **query):
    data = {"format": number, "resource": "0"}
    response = client.post(page(f"{model}_export"), data, query_params=query)
    assert "attachment" in response["Content-Disposition"]
    return response.content


def test_the_export_page_has_nothing_inline(as_editor, tasks):
    html = as_editor.get(page("task_export")).content.decode()
    assert "session_date" in html
    assert "onchange" not in html
    assert "style=" not in html


def test_a_csv_goes_out(as_editor, tasks, foreign):
    Task.objects.filter(number=1).update(notes="=HYPERLINK(1)")
    text = export(as_editor, "0").decode("utf-8-sig")
    assert text.count("nefta") == 3
    assert "kenitra" not in text
    assert "'=HYPERLINK(1)" in text


def test_a_workbook_goes_out_with_its_types(as_editor, tasks):
    Task.objects.filter(number=1).update(done=True, notes="=1+1")
    sheet = openpyxl.load_workbook(io.BytesIO(export(as_editor, "1"))).active
    first = dict(zip([cell.value for cell in sheet[1]], sheet[2], strict=True))
    assert (first["year"].value, first["done"].value) == (2022, True)
    assert first["session_date"].value == datetime.datetime(2021, 11, 2)  # noqa: DTZ001
    assert (first["notes"].value, first["notes"].data_type) == ("'=1+1", "s")


def test_json_goes_out_with_its_types(as_editor, tasks):
    first = json.loads(export(as_editor, "2"))[0]
    assert (first["year"], first["done"], first["session_date"]) == (2022, None, "2021-11-02")


def test_a_list_that_was_filtered_goes_out_filtered(as_editor, tasks):
    Task.objects.filter(number=2).update(done=True)
    assert export(as_editor, "0", done__exact="1").decode().count("nefta") == 1


def test_only_three_formats_are_offered(as_editor, tasks):
    form = as_editor.get(page("task_import")).context["form"]
    assert [label for _value, label in form.fields["format"].choices] == ["---", "csv", "xlsx", "json"]


@pytest.mark.parametrize("number", ["1", "2"])
def test_what_went_out_in_other_formats_comes_back(as_editor, tasks, number):
    Task.objects.filter(number=1).update(done=True, notes="=1+1")
    content = export(as_editor, number)
    Task.objects.update(done=None, notes="", session_date=None)
    confirm(as_editor, send(as_editor, content, number))
    first = Task.objects.get(number=1)
    assert (first.done, first.notes, first.session_date) == (True, "=1+1", datetime.date(2021, 11, 2))


# --- what the public has seen --------------------------------------------------------------------------


DATED = (*KEYS, "session_date", "notes")


@pytest.mark.parametrize("date", ["2021-11-09", "2022-01-01"])
def test_a_public_date_is_not_moved_by_a_file(editor, tasks, date):
    Program.objects.update(status=Status.PUBLISHED)
    with override("en"):
        result = bring(editor, rows(["nefta", 2022, 1, 2, date, "x"], headers=DATED))
    told = "The program is public: move this date on the desk, where the reason is given."
    assert [refusal.messages for refusal in wrong(result)[1]["session_date"]] == [[told]]
    assert set(Task.objects.values_list("session_date", "notes")) == {(datetime.date(2021, 11, 2), "")}
    assert not Entry.objects.exists()


def test_the_same_date_and_other_cells_pass(editor, tasks):
    Program.objects.update(status=Status.PUBLISHED)
    result = bring(editor, rows(["nefta", 2022, 1, 2, "2021-11-02", "x"], headers=DATED))
    assert not result.has_validation_errors()
    assert Task.objects.get(number=2).notes == "x"


def test_the_dates_of_a_draft_move(editor, tasks):
    bring(editor, rows(["nefta", 2022, 1, 2, "2021-11-09", ""], headers=DATED))
    assert Task.objects.get(number=2).session_date == datetime.date(2021, 11, 9)

"""Calendars of other makes: French, without phases, with columns and lines that nobody asked for."""

import pytest
from django.utils import translation

from portal.importing.tables import read_table
from programs.importers.calendar import read_calendar
from programs.importers.cells import line_of
from programs.importers.columns import head_column, read_heads
from programs.importers.heads import Column

HEADS = {
    "المراحل": Column.PHASE,
    "المرحلـــة": Column.PHASE,
    "الأعمال و الأنشطة المطلوب القيام بها": Column.TASK,
    "الانشطة": Column.TASK,
    "الوثائق و المؤيدات": Column.DOCUMENTS,
    "تاريخ عقد الجلسة": Column.DATE,
    "تاريخ الإنجاز": Column.DATE,
    "تم إنجاز المرحلة (نعم/لا)": Column.DONE,
    "ملاحظات": Column.NOTES,
    "ملاحظات حول الوثائق": Column.NOTES,
    "رقم العمل": Column.CODE,
    "الجهة المسؤولة": Column.RESPONSIBLE,
    "ÉTAPES": Column.PHASE,
    "Étape réalisée (oui/non)": Column.DONE,
    "Activités": Column.TASK,
    "Pièces justificatives": Column.DOCUMENTS,
    "Date de réalisation": Column.DATE,
    "N°": Column.CODE,
    "Observations": Column.NOTES,
    "Responsable": Column.RESPONSIBLE,
}


@pytest.mark.parametrize("head", HEADS)
def test_heads(head):
    assert head_column(head)[1] is HEADS[head]


@pytest.mark.parametrize("text", ["", "الكلفة التقديرية", "Montant", "المرحلة " * 20])
def test_what_is_no_head(text):
    assert head_column(text) is None


def layout(text):
    return read_heads(line_of(read_table("heads", text.encode()).rows[0]))


def test_of_two_heads_for_one_column_the_plainer_one_counts():
    assert layout("Tâches\tDate de fin prévue\tDate") == (Column.TASK, None, Column.DATE)


def test_a_row_with_a_code_or_a_date_is_no_row_of_heads():
    assert layout("المرحلة\t1-1 العمل\tالتاريخ") is None
    assert layout("المرحلة\tالعمل\t2021/10/13") is None
    assert layout("تاريخ\tملاحظات") is None


FRENCH = """Commune de Sfax
Programme annuel d'investissement participatif 2024
Étapes;N°;Activités;Responsable;Pièces justificatives;Date prévue;Réalisée (oui/non);Observations
Phase 1 : Préparation;1.1;Création de la cellule;Le maire;Décision;3 janvier 2024;oui;
;1.2;Réunion avec la société civile;;PV, photos;1er février 2024;Non;reportée
Phase 2 : Publication;2.1;Publication des diagnostics;;Copie du site - photos;15/02/2024;;
;2.2;Séance 7 jours au moins après la publication;;PV + liste de présence;24-02-2024;en cours;
"""
TABLE = "المرحلة\tالعمل\tالوثائق\tالتاريخ\tالإنجاز\tملاحظات\n"


def read(text):
    with translation.override("en"):
        return read_calendar(read_table("calendar.csv", text.encode()))


def codes(calendar):
    return [(warning.code, warning.line, warning.column) for warning in calendar.warnings]


def phases(calendar):
    return [(phase.number, phase.title, len(phase.tasks)) for phase in calendar.phases]


def test_a_french_calendar():
    calendar = read(FRENCH)
    tasks = {task.code: task for task in calendar.tasks}

    assert (calendar.title, calendar.year) == ("Programme annuel d'investissement participatif 2024", 2024)
    assert phases(calendar) == [(1, "Préparation", 2), (2, "Publication", 2)]
    assert calendar.phases[0].label == "Phase 1 : Préparation"
    assert tasks["1.1"].title == "Création de la cellule"
    assert tasks["1.1"].responsible == "Le maire"
    assert tasks["1.2"].notes == "reportée"
    assert codes(calendar) == [("done_not_read", 7, 7)]


def test_the_cells_of_a_french_calendar():
    tasks = read(FRENCH).tasks

    assert [task.documents for task in tasks] == [
        ("Décision",),
        ("PV", "photos"),
        ("Copie du site", "photos"),
        ("PV", "liste de présence"),
    ]
    assert [str(task.session_date) for task in tasks] == [
        "2024-01-03",
        "2024-02-01",
        "2024-02-15",
        "2024-02-24",
    ]
    assert [task.done for task in tasks] == [True, False, None, None]


def test_a_delay_in_french():
    (rule,) = read(FRENCH).delay_rules

    assert rule.as_json() == {"from": "2.1", "to": "2.2", "min_days": 7}


def test_without_a_column_of_phases_they_come_from_the_codes():
    calendar = read("2023\nالعمل\tالتاريخ\n1.1 أ\t\n1.2 ب\t\n2.1 ج\t\n")

    assert phases(calendar) == [(1, "", 2), (2, "", 1)]
    assert codes(calendar) == [("phase_without_label", 3, 1)]


def test_a_column_that_nothing_reads_is_told_once():
    calendar = read("2023\nالمرحلة\tالعمل\tالكلفة\n1- أ\t1.1 أ\t500\n\t1.2 ب\t600\n")

    assert codes(calendar) == [("column_not_read", 3, 3)]


def test_lines_that_nothing_reads_are_told():
    calendar = read(f"2023\n{TABLE}1- أ\t1.1 أ\t\t2023/01/01\t\t\nحرر بنفطة\n\t\t\tالإمضاء\t\t\n")

    assert codes(calendar) == [("line_not_read", 4, 1), ("line_not_read", 5, 1)]


def test_a_row_of_documents_alone_continues_the_task_above():
    first, second = "1- أ\t1.1 أ\tمحضر\t2023/01/01\t\tأولا\n", "\t\tصور\t\t\tثانيا\n"
    calendar = read(f"2023\n{TABLE}{first}{second}\t1.2 ب\t\t\t\t\n")

    assert calendar.tasks[0].documents == ("محضر", "صور")
    assert calendar.tasks[0].notes == "أولا\nثانيا"


def test_a_phase_without_tasks_is_kept_by_its_number():
    calendar = read("2023\nالمرحلة\tالعمل\tالتاريخ\n1- أ\t1.1 عمل\t2023/01/01\n2- ب\t\t\n")

    assert phases(calendar) == [(1, "أ", 1), (2, "ب", 0)]


def test_a_phase_called_twice_keeps_its_first_name():
    calendar = read("2023\nالمرحلة\tالعمل\tالتاريخ\n1- أ\t1.1 عمل\t\n1- ب\t1.2 عمل\t\n\t1.3 عمل\t\n")

    assert phases(calendar) == [(1, "أ", 3)]
    assert codes(calendar) == [("phase_label", 4, 1)]


def test_a_task_under_the_label_of_another_phase_is_told():
    calendar = read("2023\nالمرحلة\tالعمل\tالتاريخ\n1- أ\t1.1 عمل\t\n\t1.2 عمل\t\n\t2.1 عمل\t\n")

    assert phases(calendar) == [(1, "أ", 2), (2, "", 1)]
    assert codes(calendar) == [("phase_without_label", 5, 2)]


def test_a_delay_after_nothing_known_is_told():
    stated = "1.2 جلسة 7 أيام على الأقل بعد المداولة"
    calendar = read(f"2023\n{TABLE}1- أ\t1.1 أ\t\t\t\t\n\t{stated}\t\t\t\t\n")

    assert calendar.delay_rules == ()
    assert codes(calendar) == [("delay_unresolved", 4, 2)]


def test_a_calendar_without_a_title():
    calendar = read(f"{TABLE}1- أ\t1.1 أ\t\t2023/01/01\t\t\n")

    assert (calendar.title, calendar.year) == ("", None)
    assert codes(calendar) == [("title_missing", 1, 1)]


YES, NO = ("نعم", "نعــم", "oui", "OUI", "✓"), ("لا", "non", "Non", "✗")


@pytest.mark.parametrize(("text", "done"), [*((y, True) for y in YES), *((n, False) for n in NO), ("", None)])
def test_answers(text, done):
    assert read(f"2023\n{TABLE}1- أ\t1.1 أ\t\t\t{text}\t\n").tasks[0].done is done

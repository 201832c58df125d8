import pytest

from programs.importers.codes import Code, CodeOrder, find_order, group_by_label, split_code, split_label

FIRST, LAST = CodeOrder.PHASE_FIRST, CodeOrder.TASK_FIRST

CODES = {
    "2-1 لقاء عمل": (2, 1, "لقاء عمل"),
    "1.2 Réunion": (1, 2, "Réunion"),
    "1.2. Réunion": (1, 2, "Réunion"),
    "1.2 - Réunion": (1, 2, "Réunion"),
    "1.2) Réunion": (1, 2, "Réunion"),
    "1 - 2 Réunion": (1, 2, "Réunion"),
    "٢-١ لقاء": (2, 1, "لقاء"),
    "2–1 لقاء": (2, 1, "لقاء"),
    "2/1 لقاء": (2, 1, "لقاء"),
    "01-02 لقاء": (1, 2, "لقاء"),
    "12-3لقاء": (12, 3, "لقاء"),
    "2-1 3 لقاءات": (2, 1, "3 لقاءات"),
    "2-1": (2, 1, ""),
}
NO_CODES = [
    "",
    "لقاء 2-1",
    "13/10/2021",
    "2021/10/13",
    "13-10-2021 لقاء",
    "1.2.3 لقاء",
    "2 لقاء",
    "2020-2021 نتائج",
    "2-",
]

LABELS = {
    "1- الأعمال": (1, "الأعمال"),
    "1. الأعمال": (1, "الأعمال"),
    "٣ - الأعمال": (3, "الأعمال"),
    "المرحلة 2: الأعمال": (2, "الأعمال"),
    "Phase 2 - Préparation": (2, "Préparation"),
    "PHASE 2": (2, "PHASE 2"),
    "4": (4, "4"),
    "الأعمال": (None, "الأعمال"),
    "الأعمال 2021": (None, "الأعمال 2021"),
    "2021 السنة": (None, "2021 السنة"),
    "2 صور": (None, "2 صور"),
    "": (None, ""),
}


@pytest.mark.parametrize("text", CODES)
def test_codes(text):
    first, second, title = CODES[text]

    assert split_code(text) == (Code(first, second), title)


@pytest.mark.parametrize("text", NO_CODES)
def test_what_is_no_code(text):
    assert split_code(text) is None


@pytest.mark.parametrize("label", LABELS)
def test_labels(label):
    assert split_label(label) == LABELS[label]


def order_of(*rows):
    return find_order(group_by_label((label, Code(*code)) for label, code in rows))


ORDERS = {
    "one phase, task first": (LAST, ("1- أ", (1, 1)), ("", (2, 1)), ("", (3, 1))),
    "one phase, phase first": (FIRST, ("1- أ", (1, 1)), ("", (1, 2)), ("", (1, 3))),
    "one task a phase, task first": (LAST, ("1- أ", (1, 1)), ("2- ب", (1, 2)), ("3- ج", (1, 3))),
    "one task a phase, phase first": (FIRST, ("1- أ", (1, 1)), ("2- ب", (2, 1)), ("3- ج", (3, 1))),
    "no labels, task first": (LAST, ("", (1, 1)), ("", (2, 1)), ("", (1, 2)), ("", (2, 2))),
    "no labels, phase first": (FIRST, ("", (1, 1)), ("", (1, 2)), ("", (2, 1)), ("", (2, 2))),
    "labels without numbers": (LAST, ("أ", (1, 1)), ("", (2, 1)), ("ب", (1, 2))),
    "one label wrong": (
        LAST,
        ("1- أ", (1, 1)),
        ("", (2, 1)),
        ("1- ب", (1, 2)),
        ("3- ج", (1, 3)),
        ("", (2, 3)),
    ),
    "labels repeated": (FIRST, ("1- أ", (1, 1)), ("1- أ", (1, 2)), ("2- ب", (2, 1)), ("2- ب", (2, 2))),
    "a phase without its label": (FIRST, ("1- أ", (1, 1)), ("", (2, 1)), ("", (2, 2)), ("", (2, 3))),
    "nothing to tell": (FIRST, ("أ", (1, 1))),
}


@pytest.mark.parametrize("case", ORDERS)
def test_the_order_that_agrees_with_the_phases(case):
    order, *rows = ORDERS[case]

    assert order_of(*rows) is order

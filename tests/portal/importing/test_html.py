import pytest

from portal.importing.tables import read_lines, read_tables
from tests.calendar_files import as_html

BLOCK = [
    ["المرحلة", "العمل", "التاريخ"],
    ["1- الإعداد", "1-1 تكوين خلية", "2023/06/09"],
    ["", "2-1 جلسة أولى\nفي القصر", ""],
    ["2- الجلسات", "1-2 جلسة", "2023/07/01"],
]
ROWS = [tuple(line) for line in BLOCK]


def read(page):
    return read_tables("calendar.html", page if isinstance(page, bytes) else page.encode())


def cells(page):
    (table,) = read(page)
    return [line.cells for line in table.rows]


def test_cells_come_in_order():
    assert cells(as_html([BLOCK])) == ROWS


def test_text_before_each_table():
    tables = read(as_html([BLOCK, BLOCK], titles=["رزنامة 2023"]))

    assert [table.name for table in tables] == ["table 1", "table 2"]
    assert [line.cells for line in tables[0].rows] == [("رزنامة 2023",), *ROWS]
    assert [line.cells for line in tables[1].rows] == ROWS


def test_a_saved_page_with_the_table_somewhere_in_it():
    assert cells(as_html([BLOCK], titles=["رزنامة 2023"], saved_page=True)) == [("رزنامة 2023",), *ROWS]


def test_a_cell_that_covers_rows_is_filled_in_the_first():
    assert cells(as_html([BLOCK], merged=0)) == ROWS


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "windows-1256", "iso-8859-6"])
def test_arabic_in_every_encoding(encoding):
    assert cells(as_html([BLOCK], encoding=encoding)) == ROWS


def test_a_declared_encoding_that_is_not_kept_to():
    page = as_html([BLOCK]).replace(b'charset="utf-8"', b'charset="utf-7"')

    assert cells(page) == ROWS


def test_spans_of_both_kinds():
    page = """<table><tr><td rowspan=2 colspan=2>أ<td>ب<tr><td>ج<tr><td>د<td>ه<td>و
      <tr><td rowspan=0>ز<td colspan=0>ح<td colspan=x>ط<tr><td>ي</table>"""

    assert cells(page) == [
        ("أ", "", "ب"),
        ("", "", "ج"),
        ("د", "ه", "و"),
        ("ز", "ح", "ط"),
        ("", "ي", ""),
    ]


def test_a_row_that_one_cell_fills_is_a_line_of_its_own():
    page = "<table><tr><td colspan=6>المرحلة 1</td></tr><tr><td>1-1 عمل</td><td>2023/06/09</td></tr></table>"

    assert cells(page) == [("المرحلة 1",), ("1-1 عمل", "2023/06/09")]


def test_breaks_lists_and_paragraphs_are_lines():
    page = """<table><tr><td>أ<br>ب<p>ج</p>
      د <b>ه</b></td><td><ul><li>محضر</li><li>صور
      شمسية</li></ul></td></tr></table>"""

    assert cells(page) == [("أ\nب\nج\nد ه", "محضر\nصور شمسية")]


def test_entities_are_the_signs_they_stand_for():
    page = "<table><tr><td>&eacute;&nbsp;&amp;&#1575;</td><td>&lt;b&gt;&unknown;</td></tr></table>"

    assert cells(page) == [("é &ا", "<b>&unknown;")]


def test_what_is_hidden_is_not_read():
    page = """<p>أ</p><script>"<table>"</script><style>td {}</style><!-- <p>x</p> --><p hidden>x</p>
      <div style="display: none"><div>x</div><p>x</p></div><nav>x</nav><del>x</del>
      <table><tr><td>ب<span style="visibility:hidden">x</span></td><td>ج</td></tr></table>"""

    assert cells(page) == [("أ",), ("ب", "ج")]


def test_a_caption_stands_before_its_table():
    page = "<table><caption>رزنامة 2023</caption><tr><th>أ</th><th>ب</th></tr></table>"

    assert cells(page) == [("رزنامة 2023",), ("أ", "ب")]


def test_layout_tables_inside_each_other_are_looked_through():
    inner = "<table><tr><td>أ</td><td>ب</td></tr><tr><td>ج</td><td>د</td></tr></table>"
    page = (
        f"<table><tr><td>شعار</td><td>x</td></tr><tr><td colspan=2><table><tr><td>{inner}</td></tr></table>"
    )

    assert cells(page) == [("شعار",), ("x",), ("أ", "ب"), ("ج", "د")]


def test_a_small_table_in_a_cell_gives_its_lines():
    inner = "<table><tr><td>محضر</td></tr><tr><td>صور</td></tr></table>"
    page = f"<table><tr><td>1-1 عمل</td><td>{inner}</td></tr><tr><td>2-1 عمل</td><td>x</td></tr></table>"

    assert cells(page) == [("1-1 عمل", "محضر\nصور"), ("2-1 عمل", "x")]


def test_boxes_that_are_ticked():
    page = "<table><tr><td>أ</td><td><input type=checkbox checked></td><td><input type=checkbox></td></tr>"

    assert cells(page) == [("أ", "✓", "")]


def test_a_table_cut_out_of_a_page():
    assert cells("رزنامة <b>2023</b>\n<TABLE border=1><TR><TD>أ<TD>ب<TR><TD>ج<TD>د") == [
        ("رزنامة 2023",),
        ("أ", "ب"),
        ("ج", "د"),
    ]


def test_text_with_angle_brackets_is_text():
    assert cells("أ < ب\tج > د\nه\tو\n") == [("أ < ب", "ج > د"), ("ه", "و")]


def test_lines_of_a_page_used_as_a_form():
    page = "<h1>المشروع</h1><table><tr><td>الكلفة</td><td>510<br>مليون</td></tr></table><p>آخر</p>"

    assert read_lines("f", page.encode()) == ["المشروع", "الكلفة", "510", "مليون", "آخر"]

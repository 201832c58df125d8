import pytest

from portal.importing.tables import read_lines, read_tables
from tests.calendar_files import as_docx
from tests.portal.importing.office_files import cell, paragraph, row, table, word

BLOCK = [
    ["المرحلة", "العمل", "التاريخ"],
    ["1- الإعداد", "1-1 تكوين خلية", "2023/06/09"],
    ["", "2-1 جلسة أولى\nفي القصر", ""],
    ["2- الجلسات", "1-2 جلسة", "2023/07/01"],
]


def read(data):
    return read_tables("calendar.docx", data)


def cells(data):
    (found,) = read(data)
    return [line.cells for line in found.rows]


@pytest.mark.parametrize("rtl", [True, False])
def test_cells_come_in_reading_order_whichever_way_the_table_runs(rtl):
    assert cells(as_docx([BLOCK], rtl=rtl)) == [tuple(line) for line in BLOCK]


def test_every_table_has_the_text_before_it():
    tables = read(as_docx([BLOCK, BLOCK], titles=["بلدية", "رزنامة 2023"], between=["ملحق"]))

    assert [(one.name, one.file) for one in tables] == [
        ("table 1", "calendar.docx"),
        ("table 2", "calendar.docx"),
    ]
    assert [line.cells for line in tables[0].rows][:3] == [("بلدية",), ("رزنامة 2023",), tuple(BLOCK[0])]
    assert [line.cells for line in tables[1].rows][:2] == [("ملحق",), tuple(BLOCK[0])]
    lines = [line.line for one in tables for line in one.rows]
    assert lines == list(range(1, len(lines) + 1))


def test_text_after_the_last_table_is_told():
    (found,) = read(as_docx([BLOCK], after=["الإمضاء", "رئيس البلدية"]))

    (finding,) = found.findings
    assert (finding.code, len(found.rows)) == ("text_after_table", len(BLOCK))
    assert finding.message == "2 lines of text after the table are not read; the first is “الإمضاء”."


def test_a_cell_merged_downwards_is_filled_in_its_first_row():
    assert [line[0] for line in cells(as_docx([BLOCK], merged=0))] == [
        "المرحلة",
        "1- الإعداد",
        "",
        "2- الجلسات",
    ]


def test_what_a_merged_cell_hides_is_not_read():
    hidden = table(
        row(cell("أ", '<w:vMerge w:val="restart"/>'), "1-1 عمل"), row(cell("خفي", "<w:vMerge/>"), "2-1 عمل")
    )

    assert cells(word(hidden)) == [("أ", "1-1 عمل"), ("", "2-1 عمل")]


def test_cells_merged_sideways_keep_the_columns_after_them():
    merged = table(row(cell("أ", '<w:gridSpan w:val="2"/>'), "ب"), row("1", "2", "3"))

    assert cells(word(merged)) == [("أ", "", "ب"), ("1", "2", "3")]


def test_a_row_that_one_cell_fills_is_a_line_of_its_own():
    merged = table(row(cell("المرحلة 1", '<w:gridSpan w:val="2"/>')), row("1-1 عمل", "2023/06/09"))

    assert cells(word(merged)) == [("المرحلة 1",), ("1-1 عمل", "2023/06/09")]


def test_a_row_that_begins_further_in():
    shifted = table(row("1", "2"), row("ب", properties='<w:gridBefore w:val="1"/>'))

    assert cells(word(shifted)) == [("1", "2"), ("", "ب")]


def test_a_table_inside_a_cell_gives_its_lines():
    inner = table(row("محضر", "أصل"), row("صور", "نسخ"))
    outer = table(row("1-1 عمل", cell(paragraph("المؤيدات") + inner)), row("2-1 عمل", "صور"))

    assert cells(word(outer)) == [("1-1 عمل", "المؤيدات\nمحضر أصل\nصور نسخ"), ("2-1 عمل", "صور")]


def test_a_table_that_only_arranges_the_page_is_looked_through():
    inner = table(row("المرحلة", "العمل"), row("1", "1-1 عمل"))
    page = table(row("شعار", cell(paragraph("رزنامة 2023") + inner)))

    assert cells(word(page)) == [("شعار",), ("رزنامة 2023",), ("المرحلة", "العمل"), ("1", "1-1 عمل")]


def test_text_in_a_frame_is_text():
    assert cells(word(table(row("رزنامة 2023")) + table(row("أ", "ب")))) == [("رزنامة 2023",), ("أ", "ب")]


def test_paragraphs_and_breaks_are_lines():
    content = paragraph("أ</w:t><w:br/><w:t>ب</w:t><w:tab/><w:t>ج") + paragraph(" ") + paragraph("د")

    assert cells(word(table(row(cell(content), "x")))) == [("أ\nب ج\nد", "x")]


def test_of_tracked_changes_insertions_count_and_deletions_do_not():
    content = (
        "<w:p><w:del><w:r><w:delText>قديم</w:delText></w:r></w:del>"
        "<w:ins><w:r><w:t>جديد</w:t></w:r></w:ins>"
        "<w:moveFrom><w:r><w:t>منقول</w:t></w:r></w:moveFrom></w:p>"
    )
    change = '<w:tcPrChange><w:tcPr><w:gridSpan w:val="9"/></w:tcPr></w:tcPrChange>'
    changed = table(row(cell(content, change), "x"), row("محذوف", "y", properties="<w:del/>"))

    assert cells(word(changed)) == [("جديد", "x")]


def test_hidden_text_fields_and_fallbacks_are_not_read():
    content = (
        "<w:p><w:pPr><w:rPr><w:vanish/></w:rPr></w:pPr><w:r><w:t>ظاهر</w:t></w:r>"
        "<w:r><w:rPr><w:vanish/></w:rPr><w:t>خفي</w:t></w:r>"
        '<w:r><w:rPr><w:vanish w:val="0"/></w:rPr><w:t> أيضا</w:t></w:r>'
        "<w:r><w:instrText>PAGE</w:instrText></w:r>"
        "<w:r><mc:Fallback><w:t>بديل</w:t></mc:Fallback></w:r></w:p>"
    )

    assert cells(word(table(row(cell(content), "x")))) == [("ظاهر أيضا", "x")]


@pytest.mark.parametrize(("ticked", "text"), [("1", "✓"), ("0", "")])
def test_boxes_that_are_ticked(ticked, text):
    box = (
        f'<w:p><w:sdt><w:sdtPr><w14:checkbox><w14:checked w14:val="{ticked}"/></w14:checkbox></w:sdtPr>'
        "<w:sdtContent><w:r><w:t>☒</w:t></w:r></w:sdtContent></w:sdt></w:p>"
    )

    assert cells(word(table(row("1-1 عمل", cell(box)), row("x", "y"))))[0] == ("1-1 عمل", text)


def test_a_tick_from_a_font_of_signs():
    sign = '<w:p><w:r><w:sym w:font="Wingdings" w:char="F0FC"/></w:r></w:p>'

    assert cells(word(table(row("1-1 عمل", cell(sign))))) == [("1-1 عمل", "✓")]


def test_a_document_without_tables_is_read_as_text():
    body = paragraph("رزنامة") + paragraph("1-1 عمل;2023/06/09") + paragraph("2-1 عمل;2023/06/10")

    assert cells(word(body)) == [("رزنامة",), ("1-1 عمل", "2023/06/09"), ("2-1 عمل", "2023/06/10")]


def test_a_document_set_in_columns_with_tabs():
    tabbed = "<w:p><w:r><w:t>{}</w:t><w:tab/><w:t>{}</w:t></w:r></w:p>"
    body = paragraph("رزنامة") + tabbed.format("1-1 عمل, أول", "2023/06/09") + tabbed.format("2-1 عمل", "نعم")

    assert cells(word(body)) == [("رزنامة",), ("1-1 عمل, أول", "2023/06/09"), ("2-1 عمل", "نعم")]
    assert read_lines("f", word(body))[2] == "2-1 عمل نعم"


def test_macros_are_left_alone_and_told():
    kind = "application/vnd.ms-word.document.macroEnabled.main+xml"
    (found,) = read(word(table(row("أ", "ب")), content_type=kind, **{"word/vbaProject.bin": b"\0"}))

    assert [finding.code for finding in found.findings] == ["macros"]
    assert (
        found.findings[0].message == "The file holds macros. Only its text was read; the macros were not run."
    )


def test_lines_of_a_document_used_as_a_form():
    body = (
        paragraph("المشروع")
        + table(row("الكلفة", cell(paragraph("510") + paragraph("مليون"))))
        + paragraph("آخر")
    )

    assert read_lines("f", word(body)) == ["المشروع", "الكلفة", "510", "مليون", "آخر"]

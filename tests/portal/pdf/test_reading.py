"""Figures keep their punctuation when a paper is read back."""

from xml.etree.ElementTree import fromstring, tostring

import pytest

from portal.pdf.reading import FIGURE_END, mark_document, mark_figures
from portal.pdf.render import render_pdf
from tests.papers import letters, poppler_text


def shown(text: str) -> str:
    return text.replace(FIGURE_END, "|")


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("ميزانية 2020-و 2021", "ميزانية 2020|-و 2021|"),
        ("1. لائحة", "1|. لائحة"),
        ("نفطة 2022 .", "نفطة 2022| ."),
        ("السنة (2022)", "السنة (2022|)"),
        ("07 أيام", "07| أيام"),
    ],
)
def test_figures_before_arabic_are_ended(text, marked):
    assert shown(mark_figures(text)) == marked


@pytest.mark.parametrize(
    "text",
    [
        "في 2021/10",  # not inside a figure: only its end
        "Octobre 2024 – Décembre",
        "النسخة v2 - beta",
        "37% من الأعمال",  # the sign belongs to the figure
        "بلا أرقام",
    ],
)
def test_others_are_left_alone(text):
    assert FIGURE_END not in mark_figures(text).removesuffix(FIGURE_END)


def test_only_right_to_left_text_is_marked():
    body = (
        '<html dir="ltr"><head><title>1. عنوان</title></head><body><p>1. نص</p>'
        '<p dir="rtl">1. نص<b dir="ltr">2. نص</b> 3. نص</p></body></html>'
    )
    root = fromstring(body)
    mark_document(root)
    assert shown(tostring(root, encoding="unicode")) == (
        '<html dir="ltr"><head><title>1. عنوان</title></head><body><p>1. نص</p>'
        '<p dir="rtl">1|. نص<b dir="ltr">2. نص</b> 3|. نص</p></body></html>'
    )


def test_isolated_figure_is_ended_after_its_element():
    root = fromstring(
        '<html dir="rtl"><body><p><bdi dir="ltr">13</bdi> – <bdi dir="ltr">26</bdi></p></body></html>'
    )
    mark_document(root)
    assert '<bdi dir="ltr">13</bdi>| – <bdi dir="ltr">26</bdi></p>' in shown(
        tostring(root, encoding="unicode")
    )


@pytest.mark.parametrize(
    "text", ["نتائج ميزانية 2020-و 2021 و تقديرات سنة 2022", "1. لائحة المحاور", "السنة (2022): عمل"]
)
def test_reader_finds_them_where_they_were_written(text, tmp_path):
    content = render_pdf(html=f'<html lang="ar" dir="rtl"><title>ن</title><body><p>{text}</p></body></html>')
    assert letters(poppler_text(content, tmp_path)) == letters(text)
    assert FIGURE_END not in poppler_text(content, tmp_path)

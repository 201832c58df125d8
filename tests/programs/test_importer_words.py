"""The importer knows calendars, not these two: no word of the documents stands in its code.

Exempt are the tables: heads of columns, names of months, and the grammar of the two languages.
"""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
TABLES = {"heads.py", "grammar.py", "month_names.py"}
FRENCH_STOP = {"la", "de", "des", "est", "date", "complete"}
WORD = re.compile(r"[^\W\d_]{2,}")


def words_of_the_documents():
    text = " ".join(path.read_text(encoding="utf-8") for path in (ROOT / "demo/sources").glob("*.txt"))
    return {word.casefold() for word in WORD.findall(text)}


def modules():
    folders = (ROOT / "portal/importing", ROOT / "programs/importers")
    return [path for folder in folders for path in sorted(folder.glob("*.py")) if path.name not in TABLES]


def literals(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]


def words_in(path):
    return {word.casefold() for literal in literals(path) for word in WORD.findall(literal)}


def test_no_word_of_the_two_documents_stands_in_the_importer():
    known = words_of_the_documents() - FRENCH_STOP

    assert len(known) > 300
    assert {path.name: words_in(path) & known for path in modules() if words_in(path) & known} == {}


def test_there_is_no_arabic_at_all_outside_the_tables():
    arabic = re.compile("[\u0620-\u064a]{2,}")

    assert [path.name for path in modules() if any(map(arabic.search, literals(path)))] == []

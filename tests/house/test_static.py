"""The files that every page fetches: whose they are, what they weigh, and that none is missing."""

import gzip
import hashlib
import json
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles.storage import ManifestStaticFilesStorage
from django.core.files import File
from fontTools.ttLib import TTFont

STATIC = Path(__file__).resolve().parents[2] / "static"
VENDOR = STATIC / "vendor"
THEME = STATIC / "musharaka" / "theme.css"
PAPER = STATIC / "musharaka" / "pdf.css"
SHEETS = sorted(STATIC.rglob("*.css"))
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
URL = re.compile(r"""url\(\s*["']?([^"')]+)["']?\s*\)""")
FACE = re.compile(r"@font-face\s*{(.*?)}", re.DOTALL)
KILOBYTE = 1024

ARABIC_PAGE = [
    "sans-arab-400",
    "sans-arab-600",
    "naskh-arab-700",
    "sans-latn-400",
    "sans-figs-600",
    "naskh-figs-700",
]
# A French page whose content exists in Arabic only, as Nefta's: every face there is.
MIXED_PAGE = [*ARABIC_PAGE, "sans-latn-600", "naskh-latn-700"]


def name(path: Path) -> str:
    return str(path.relative_to(STATIC))


def rules(sheet: Path) -> str:
    return COMMENT.sub("", sheet.read_text(encoding="utf-8"))


def vendored() -> dict[str, str]:
    packages = json.loads((VENDOR / "VENDOR.json").read_text(encoding="utf-8"))["packages"]
    return {path: digest for package in packages for path, digest in package["files"].items()}


def weight(fonts: list[str]) -> int:
    """Bytes of a first view without its HTML, compressed as the least able browser asks for it."""
    fetched = [VENDOR / "bootstrap" / "bootstrap.rtl.min.css", THEME]
    fetched += [STATIC / "musharaka" / "img" / file for file in ("icons.svg", "mark.svg", "zellige.svg")]
    faces = sum((VENDOR / "fonts" / f"{font}.woff2").stat().st_size for font in fonts)
    return faces + sum(len(gzip.compress(path.read_bytes(), 9)) for path in fetched)


def test_every_vendored_file_is_declared():
    present = {str(p.relative_to(VENDOR)) for p in VENDOR.rglob("*") if p.is_file()} - {"VENDOR.json"}
    assert present == set(vendored())


@pytest.mark.parametrize("path", vendored())
def test_vendored_file_is_the_declared_one(path):
    assert hashlib.sha256((VENDOR / path).read_bytes()).hexdigest() == vendored()[path]


def test_every_package_has_its_licence_beside_it():
    for package in json.loads((VENDOR / "VENDOR.json").read_text(encoding="utf-8"))["packages"]:
        assert package["licence"] in ("0BSD", "MIT", "OFL-1.1")
        assert package["version"]
        assert any(file.endswith(".txt") for file in package["files"]), package["name"]


@pytest.mark.parametrize("sheet", [THEME, PAPER], ids=name)
def test_sheet_knows_no_left_and_no_right(sheet):
    assert re.findall(r"(?i)\b(?:left|right)\b", rules(sheet)) == []


def test_theme_insists_on_nothing():
    assert "!important" not in rules(THEME)


@pytest.mark.parametrize("sheet", SHEETS, ids=name)
def test_no_source_map_is_promised(sheet):
    assert "sourceMappingURL" not in sheet.read_text(encoding="utf-8")


@pytest.mark.parametrize("sheet", SHEETS, ids=name)
def test_every_address_in_a_sheet_is_a_file(sheet):
    addresses = [url for url in URL.findall(rules(sheet)) if not url.startswith(("data:", "#"))]
    assert [url for url in addresses if not (sheet.parent / url).is_file()] == []


@pytest.mark.parametrize("sheet", [THEME, PAPER], ids=name)
def test_own_sheet_draws_nothing_that_the_policy_forbids(sheet):
    assert "data:" not in rules(sheet)


@pytest.mark.parametrize("face", FACE.findall(rules(THEME)), ids=lambda face: Path(URL.findall(face)[0]).stem)
def test_face_has_every_letter_it_announces(face):
    font = TTFont(THEME.parent / URL.findall(face)[0])
    announced = re.search(r"unicode-range:\s*([^;]+)", face).group(1).replace("U+", "").split(",")
    ends = [(span.strip().split("-") * 2)[:2] for span in announced]
    codes = {code for first, last in ends for code in range(int(first, 16), int(last, 16) + 1)}
    unassigned_or_invisible = {0x0640, 0x200C, 0x200D, 0x200E, 0x200F} | set(range(0x063B, 0x0640))
    assert codes - set(font.getBestCmap()) - unassigned_or_invisible == set()


@pytest.mark.parametrize("sheet", [THEME, PAPER], ids=name)
def test_face_has_the_weight_it_announces(sheet):
    for face in FACE.findall(rules(sheet)):
        font = TTFont(sheet.parent / URL.findall(face)[0])
        assert font["OS/2"].usWeightClass == int(re.search(r"font-weight:\s*(\d+)", face).group(1))
        assert font["name"].getDebugName(1).startswith("Musharaka ")


def test_first_view_leaves_room_for_the_page():
    """120 KB in all, of which 15 KB at most are HTML."""
    assert sum((VENDOR / "fonts" / f"{font}.woff2").stat().st_size for font in ARABIC_PAGE) < 50 * KILOBYTE
    assert weight(ARABIC_PAGE) < 98 * KILOBYTE
    assert weight(MIXED_PAGE) < 115 * KILOBYTE


def test_names_with_a_hash_can_be_given(tmp_path):
    """What collectstatic does in production: it fails on any address in a sheet that is no file."""
    storage = ManifestStaticFilesStorage(location=tmp_path, base_url="/static/")
    paths = {name(path): (storage, name(path)) for path in STATIC.rglob("*") if path.is_file()}
    for path in paths:
        with (STATIC / path).open("rb") as source:
            storage.save(path, File(source))
    outcomes = list(storage.post_process(paths))
    assert [outcome for outcome in outcomes if isinstance(outcome[2], Exception)] == []
    assert storage.stored_name("musharaka/theme.css") != "musharaka/theme.css"

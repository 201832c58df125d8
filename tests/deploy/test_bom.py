"""The bill of materials: complete, told apart by hashes, and the one that is shipped."""

import json
import re
from pathlib import Path

import pytest
from django.conf import settings

from script import bom

PROJECT = Path(settings.PROJECT_DIR)
LOCK = (PROJECT / "requirements.lock").read_text()


@pytest.fixture(scope="module")
def bill():
    return bom.bill(PROJECT)


def test_every_locked_package_is_in_it(bill):
    locked = re.findall(r"^([a-z0-9._-]+)(?:\[.*?\])?==(\S+)", LOCK, re.MULTILINE)
    listed = {(part["name"], part["version"]) for part in bill["components"]}
    assert len(locked) > 30
    assert set(locked) <= listed


def test_every_vendored_file_is_in_it(bill):
    files = {file["name"] for part in bill["components"] for file in part.get("components", [])}
    place = PROJECT / "static" / "vendor"
    present = {str(path.relative_to(place)) for path in place.rglob("*") if path.is_file()}
    assert files == present - {"VENDOR.json"}


def test_each_part_has_a_hash_and_a_licence(bill):
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.5")
    for part in bill["components"]:
        hashes = part.get("hashes") or [file["hashes"][0] for file in part["components"]]
        assert all(re.fullmatch(r"[0-9a-f]{64}", value["content"]) for value in hashes), part["name"]
        assert hashes
        assert part["licenses"]
        assert part["purl"].startswith("pkg:")


def test_licences_are_known_but_of_what_is_not_installed_here(bill):
    unknown = [part["name"] for part in bill["components"] if bom.UNKNOWN in str(part["licenses"])]
    assert len(unknown) <= 2


def test_the_one_that_is_shipped_is_that_of_the_lock_file(bill):
    shipped = json.loads((PROJECT / "bom.json").read_text(encoding="utf-8"))
    assert shipped == bill, "script/bom writes it anew"


def test_a_difference_is_told(tmp_path, monkeypatch, capsys):
    target = tmp_path / "bom.json"
    target.write_text("{}")
    monkeypatch.setattr("sys.argv", ["bom", "--check", str(target)])
    assert bom.main() == 1
    assert "not up to date" in capsys.readouterr().err
    monkeypatch.setattr("sys.argv", ["bom", str(target)])
    assert bom.main() == 0
    monkeypatch.setattr("sys.argv", ["bom", "--check", str(target)])
    assert bom.main() == 0

"""What script/bootstrap installs is exactly what was locked, from anywhere."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
LOCK_FILES = ["requirements.lock", "requirements-dev.lock", "requirements-uv.lock"]


def blocks(name: str) -> list[str]:
    """The pinned packages of a lock file, each with its hashes on one line."""
    return (ROOT / name).read_text().replace("\\\n", " ").splitlines()


def pins(name: str) -> dict[str, set[str]]:
    """Versions by package: several where they differ between platforms."""
    found: dict[str, set[str]] = {}
    for block in blocks(name):
        package, version = re.match(r"([a-z0-9-]+)==([^ ;]+)", block).groups()
        found.setdefault(package, set()).add(version)
    return found


@pytest.mark.parametrize("name", LOCK_FILES)
def test_every_package_is_pinned_and_hashed(name):
    assert blocks(name)
    assert [block for block in blocks(name) if "==" not in block or "--hash=sha256:" not in block] == []


@pytest.mark.parametrize("name", LOCK_FILES)
def test_no_lock_file_names_a_host(name):
    assert "://" not in (ROOT / name).read_text()


def test_development_only_adds_to_what_runs():
    development = pins("requirements-dev.lock")
    assert {package: development.get(package) for package in pins("requirements.lock")} == pins(
        "requirements.lock"
    )


def asked_for() -> dict[str, list[str]]:
    """The requirements of pyproject.toml, by the lock file that answers them."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    return {
        "requirements.lock": project["project"]["dependencies"],
        "requirements-dev.lock": project["dependency-groups"]["dev"],
    }


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_what_the_project_asks_for_is_locked(name):
    locked = pins(name)
    for requirement in map(Requirement, asked_for()[name]):
        versions = locked.get(requirement.name.lower(), set())
        assert versions, f"{requirement.name} is not in {name}: run script/lock"
        assert {version for version in versions if version not in requirement.specifier} == set()

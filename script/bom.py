"""The bill of materials, in the form that CycloneDX 1.5 describes.

    python -m script.bom [--check] [FILE]

Every package that the portal runs with, and every file of others that it serves, each with its version,
its hashes and its licence. It is made of requirements.lock, of what is installed in .venv and of
static/vendor/VENDOR.json alone, so that it is the same wherever it is made.
"""

from __future__ import annotations

import importlib.metadata
import json
import re
import sys
import tomllib
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[1]
PINNED = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)(?:\[[^]]*\])?==(?P<version>[^\s;\\]+)")
HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
UNKNOWN = "LicenseRef-unknown"


def main() -> int:
    arguments = [argument for argument in sys.argv[1:] if argument != "--check"]
    target = Path(arguments[0]) if arguments else PROJECT / "bom.json"
    text = json.dumps(bill(PROJECT), ensure_ascii=False, indent=1) + "\n"
    if "--check" not in sys.argv:
        target.write_text(text, encoding="utf-8")
        return 0
    if target.exists() and target.read_text(encoding="utf-8") == text:
        return 0
    print(f"{target.name} is not up to date: script/bom writes it anew.", file=sys.stderr)
    return 1


def bill(project: Path) -> dict[str, Any]:
    """The bill of materials of a checkout whose lock file is installed."""
    about = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    locked = (project / "requirements.lock").read_text(encoding="utf-8")
    vendored = json.loads((project / "static" / "vendor" / "VENDOR.json").read_text(encoding="utf-8"))
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": about["name"],
                "name": about["name"],
                "version": about["version"],
                "licenses": [{"expression": about["license"]["text"]}],
            }
        },
        "components": [*packages(locked), *files(vendored["packages"])],
    }


def packages(locked: str) -> list[dict[str, Any]]:
    """Each package of a lock file, with the hash of every archive of it that may be installed."""
    found = []
    for entry in locked.replace("\\\n", " ").splitlines():
        pinned = PINNED.match(entry)
        if pinned:
            name, version = pinned["name"].lower(), pinned["version"]
            address = f"pkg:pypi/{name}@{version}"
            found.append(
                {
                    "type": "library",
                    "bom-ref": address,
                    "name": name,
                    "version": version,
                    "purl": address,
                    "licenses": [licence(name)],
                    "hashes": [{"alg": "SHA-256", "content": hash} for hash in sorted(HASH.findall(entry))],
                }
            )
    return sorted(found, key=lambda package: package["name"])


def licence(name: str) -> dict[str, Any]:
    """What the package says of itself; one that is not installed on this kind of machine says nothing."""
    try:
        about = importlib.metadata.metadata(name)
    except importlib.metadata.PackageNotFoundError:
        return {"license": {"name": UNKNOWN}}
    if "License-Expression" in about:
        return {"expression": about["License-Expression"]}
    classifiers = about.get_all("Classifier") or []
    named = [value.rpartition(" :: ")[2] for value in classifiers if "License ::" in value]
    short = about["License"].strip().partition("\n")[0] if "License" in about else ""
    return {"license": {"name": " / ".join(sorted(set(named))) or short or UNKNOWN}}


def files(vendored: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What the portal serves of others: style sheets, a script, fonts."""
    return [
        {
            "type": "library",
            "bom-ref": f"pkg:npm/{package['name'].replace('@', '%40')}@{package['version']}",
            "name": package["name"],
            "version": package["version"],
            "purl": f"pkg:npm/{package['name'].replace('@', '%40')}@{package['version']}",
            "licenses": [{"expression": package["licence"]}],
            "description": package["changes"],
            "components": [
                {"type": "file", "name": name, "hashes": [{"alg": "SHA-256", "content": digest}]}
                for name, digest in sorted(package["files"].items())
            ],
        }
        for package in vendored
    ]


if __name__ == "__main__":
    sys.exit(main())

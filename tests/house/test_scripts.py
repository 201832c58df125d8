"""The commands a person types are there, can be run, and are POSIX shell."""

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRIPTS = [path for path in sorted((ROOT / "script").iterdir()) if path.is_file() and not path.suffix]


def test_the_commands_of_the_readme_exist():
    assert {"bootstrap", "lint", "lock", "server", "test", "translations", "with-postgres"} <= {
        path.name for path in SCRIPTS
    }


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_a_script_can_be_run(script):
    assert os.access(script, os.X_OK)
    assert script.read_text().startswith("#!/bin/sh\n")
    subprocess.run(["sh", "-n", script], check=True)

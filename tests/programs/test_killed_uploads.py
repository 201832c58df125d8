"""A portal that is killed in the middle of an upload keeps the whole file with its row, or neither."""

import json
import os
import subprocess
import sys
from pathlib import Path

from django.conf import settings

PROJECT = Path(settings.PROJECT_DIR)


def test_fifty_uploads_are_killed_at_any_moment(tmp_path):
    """On a database of its own, as a test's own cannot be seen from another process."""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "DEBUG": "1",
        "DATA_DIR": str(tmp_path),
        "DATABASE_URL": f"sqlite:///{tmp_path / 'killed.sqlite3'}",
        "PYTHONPATH": str(PROJECT),
    }
    script = PROJECT / "tests" / "programs" / "killed_uploads.py"
    done = subprocess.run(
        [sys.executable, str(script), "2027"],
        env=environment,
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["killed"] == 50
    assert found["last"] > 0, "an upload after all that goes through"
    assert (found["broken"], found["halves"]) == ([], [])
    assert (found["without a row"], found["without a file"]) == ([], [])
    # Three were not killed and left two rows each; of the fifty some had theirs already, and some had
    # stored a file for which no row came.
    assert 6 < found["rows"] < 6 + 2 * 50
    assert found["files"] > found["rows"]

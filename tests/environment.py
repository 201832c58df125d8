"""The environment a test run needs; what is set from outside wins, except for the place of data.

Loaded by pytest before Django's settings (see pyproject.toml), which are then those of production
over plain http. Uploads and cached files go to a directory of the run's own, removed at its end:
no test touches what people entered.
"""

import os
import tempfile
from pathlib import Path

_data = tempfile.TemporaryDirectory(prefix="musharaka-tests-")

os.environ["DATA_DIR"] = _data.name
Path(_data.name, "static").mkdir()
os.environ.setdefault("SECRET_KEY", "only-for-tests")
os.environ.setdefault("ALLOWED_HOSTS", "testserver,localhost,127.0.0.1")
os.environ.setdefault("INSECURE_HTTP", "1")

"""The settings of a worker in a process of its own, on the database and the files of a test."""

import json
import os

from portal.settings import *  # noqa: F403

DATABASES = {"default": json.loads(os.environ["WORKER_DATABASE"])}
PAPERS = json.loads(os.environ["WORKER_PAPERS"])
MEDIA_ROOT = os.environ["WORKER_FILES"]

"""How gunicorn serves the portal: python -m gunicorn portal.wsgi --config deploy/gunicorn.conf.py

Threads, since one slow reader must not hold up the others; more of them than requests are worked on at once
(portal/gate.py), so that there is always one left to say that there is no room.
"""

import os

from gunicorn.config import Config
from gunicorn.glogging import Logger

from portal.logs import JsonLines, WithoutSecrets

REQUESTS_AT_ONCE = int(os.environ.get("REQUESTS_AT_ONCE", "6"))
REQUESTS_WAITING = int(os.environ.get("REQUESTS_WAITING", "12"))
FREE_THREADS = 6

# systemd hands its own socket over where there is one, and this is not asked for.
bind = os.environ.get("BIND", "127.0.0.1:8000")
worker_class = "gthread"
workers = int(os.environ.get("WEB_PROCESSES", "2"))
threads = REQUESTS_AT_ONCE + REQUESTS_WAITING + FREE_THREADS
# The processes share what they have in common. A signal to reload goes on with the code that is in memory, so
# new code wants a restart.
preload_app = True
# In memory: a slow disk must not look like a process that hangs.
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: PTH112, S108
control_socket_disable = True

backlog = 1024
worker_connections = 1000
keepalive = 5
timeout = 60
graceful_timeout = 30
# What a library forgets to give back stays small.
max_requests = 20_000
max_requests_jitter = 2_000

limit_request_line = 8190
limit_request_fields = 60
limit_request_field_size = 8190


class Lines(Logger):
    """The server's own news, written as the portal writes its own; it tells of no request by itself."""

    def setup(self, cfg: Config) -> None:
        super().setup(cfg)
        for handler in self.error_log.handlers:
            handler.setFormatter(JsonLines())
            handler.addFilter(WithoutSecrets())


logger_class = Lines
accesslog = None
loglevel = os.environ.get("SERVER_LOG_LEVEL", "info")

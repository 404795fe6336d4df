"""gunicorn's settings, the same for bin/run, Procfile and Docker: `gunicorn -c python:csproject.serving`.

WEB_CONCURRENCY is the number of processes and WEB_THREADS the threads in each; HOST and PORT say where it listens.
"""

import os
from pathlib import Path

from gunicorn.glogging import Logger

from csproject.keys import without_keys

wsgi_app = "csproject.wsgi:application"
_host = os.environ.get("HOST") or "127.0.0.1"
bind = f"[{_host}]:{os.environ.get('PORT') or 8000}" if ":" in _host else f"{_host}:{os.environ.get('PORT') or 8000}"
worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY") or 2)
threads = int(os.environ.get("WEB_THREADS") or 4)
timeout = 60
# A list that is filtered by very many teams has a long address; gunicorn's own 4,094 would refuse it without a page.
limit_request_line = 8190
graceful_timeout = 8
# The heartbeat file must not wait for a busy disk.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108
control_socket_disable = True
logger_class = "csproject.serving.PlainLogger"
accesslog = "-"
# The path only: neither query strings nor the address of the page before, which may hold what somebody searched for.
access_log_format = '%(h)s %(t)s "%(m)s %(U)s %(H)s" %(s)s %(b)s %(M)sms'


class PlainLogger(Logger):
    """An access log without keys, in which no path can begin a line of its own."""

    def atoms(self, resp, req, environ, request_time):
        """gunicorn's values for the log line, the path made safe to keep."""
        values = super().atoms(resp, req, environ, request_time)
        path = without_keys(environ.get("PATH_INFO") or "")
        values["U"] = path.encode("unicode_escape").decode("ascii")
        return values

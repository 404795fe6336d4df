"""bin/bench: what must stay fast, measured on a PostgreSQL and a Redis of its own.

Arguments name the cases (benchmarks/cases.py), none means all of them. It prints ratios: a machine's speed says
nothing about the product, but a page that costs twice as much with a hundred times the rows does.
"""

import shutil
import sys
import tempfile
from pathlib import Path

from csproject.embedded import Trouble, services_for, start, stop
from csproject.managing import leave_on_signal
from csproject.testing import MANAGE, PYTHON, environment_for, run


def main(*arguments: str) -> int:
    """Starts the services, makes the tables, runs the cases; gives the exit code. Raises Trouble."""
    leave_on_signal()
    folder = Path(tempfile.mkdtemp(prefix="cs-bench-", dir="/tmp"))
    services = []
    try:
        folder.chmod(0o711)
        environment = environment_for(folder) | {"DJANGO_SETTINGS_MODULE": "csproject.settings", "LOG_LEVEL": "ERROR"}
        services = services_for(environment, folder, folder, durable=False)
        start(services, environment)
        for command in (["migrate", "-v0"], ["createcachetable"], ["collectstatic", "--no-input", "-v0"]):
            code, _ = run([*MANAGE, *command], environment)
            if code:
                return code
        code, _ = run([*PYTHON, "-m", "benchmarks", *arguments], environment)
        return code
    finally:
        stop(services)
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    try:
        sys.exit(main(*sys.argv[1:]))
    except Trouble as trouble:
        sys.exit(str(trouble))
    except KeyboardInterrupt:
        sys.exit(130)

"""A process of its own for what somebody else made: it knows neither settings nor database nor secrets.

Imported by the child too, so nothing of the project is imported here.
"""

import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Timer
from typing import IO

MB = 1024 * 1024


@contextmanager
def started(module: str, *arguments: str, seconds: float, stdin: IO[bytes] | None = None) -> Iterator[subprocess.Popen]:
    """`python -m module arguments`, which is killed after so many seconds, and in any case when the block is left.

    Its standard output is a pipe; its standard input the file `stdin`, or nothing.
    """
    with subprocess.Popen(  # noqa: S603  (our own module, no shell)
        [sys.executable, "-m", module, *arguments],
        cwd=Path(__file__).resolve().parent.parent,
        env={name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ},
        stdin=stdin or subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as child:
        timer = Timer(seconds, child.kill)
        timer.start()
        try:
            yield child
        finally:
            timer.cancel()
            child.kill()


def lower_limits(*, memory: int, cpu_seconds: int) -> None:
    """What the child itself calls first: so much memory and time of the processor from now on, and no dump of it."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # what is read is about children
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds + 1))

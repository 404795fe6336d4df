"""bin/manage: manage.py with the services that it needs. `python -m csproject.managing ARGUMENT…`"""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from types import FrameType

from csproject.embedded import ROOT, Trouble, Var, services_for, start, stop, tied


@contextlib.contextmanager
def forwarding(process: subprocess.Popen) -> Iterator[None]:
    """While this process waits for a child at the same terminal: Ctrl-C is the child's, other signals go on to it."""

    def forward(number: int, _frame: FrameType | None) -> None:
        process.send_signal(number)

    before = {number: signal.signal(number, forward) for number in (signal.SIGTERM, signal.SIGHUP)}
    before[signal.SIGINT] = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def leave_on_signal() -> None:
    """Makes SIGTERM and SIGHUP end this process in good order, so that its `finally` clauses run."""

    def leave(number: int, _frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, leave)


def manage(*arguments: str) -> int:
    """Runs manage.py with the services it needs and gives its exit code. Raises Trouble.

    Services named in the environment are used; else those another command runs in VAR_DIR; else they are started
    for this command only.
    """
    command = [sys.executable, str(ROOT / "manage.py"), *arguments]
    environment = dict(os.environ)
    if not environment.get("DATABASE_URL"):  # a database of our own is a demonstration or a developer's
        environment.setdefault("DEBUG", "1")
    wanted = {"DATABASE_URL", "REDIS_URL"} - {name for name, value in environment.items() if value}
    if not wanted and environment.get("SECRET_KEY"):
        os.execve(sys.executable, command, environment)  # noqa: S606
    var = Var.of_environment()
    if not environment.get("SECRET_KEY") and environment.get("DEBUG", "").lower() in {"1", "true", "yes", "on"}:
        environment["SECRET_KEY"] = var.secret_key()
    environment.setdefault("STATIC_ROOT", str(var.path / "static"))
    if not wanted:
        os.execve(sys.executable, command, environment)  # noqa: S606
    if not var.own():
        urls = var.join()
        if urls:
            environment.update({name: urls[name] for name in wanted if name in urls})
            os.execve(sys.executable, command, environment)  # noqa: S606
    services = services_for(environment, var.path, var.logs)
    leave_on_signal()
    try:
        var.publish(start(services, environment))
        process = subprocess.Popen(command, env=environment, preexec_fn=tied())  # noqa: S603
        with forwarding(process):
            code = process.wait()
        var.leave()
        return code if code >= 0 else 128 - code
    finally:
        stop(services)


if __name__ == "__main__":
    try:
        sys.exit(manage(*sys.argv[1:]))
    except Trouble as trouble:
        sys.exit(str(trouble))
    except KeyboardInterrupt:
        sys.exit(130)

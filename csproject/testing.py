"""bin/test: every check and every test, against a PostgreSQL and a Redis that live only as long as it runs.

Arguments go to pytest. DATABASE_URL and REDIS_URL name other services to use. The exit code is 1 when anything failed.
"""

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg2

from csproject.embedded import ROOT, Postgres, Service, Trouble, say, services_for, start, stop, tied
from csproject.managing import leave_on_signal

# A caller's own settings must not change what the tests see.
FORGOTTEN = (
    *("ALLOWED_HOSTS", "BEHIND_PROXY", "CASE_NUMBER_NAME", "CSRF_TRUSTED_ORIGINS", "DATABASE_REPLICA_URL", "DEBUG"),
    *("DEFAULT_FROM_EMAIL", "DJANGO_SETTINGS_MODULE", "EMAIL_URL", "LOG_LEVEL", "ORGANISATION_NAME", "SECRET_KEY"),
    *("ROUND_SECONDS", "SERVICE_NAME", "SITE_URL", "STATIC_ROOT", "TEST_TEMPLATE"),
)
TEST_KEY = "tests-only-0f9d2c41b7e85a6347c1d8e2f60b9a75d3c4e1f8"
# A database in which every migration has run, for each process of the tests to copy (see tests/conftest.py).
TEMPLATE = "migrated"
PYTHON = [sys.executable]
MANAGE = [sys.executable, "manage.py"]
# Without the database; all of them run while the migrations do:
CHECKS = {
    "Python style": [*PYTHON, "-m", "ruff", "check", "."],
    "Python format": [*PYTHON, "-m", "ruff", "format", "--check", "."],
    "Who imports whom": [str(Path(sys.executable).with_name("lint-imports"))],
    "Templates": [*PYTHON, "-m", "djlint", "templates", "--lint", "--quiet"],
}
# With it:
PROJECT_CHECKS = {
    "Migrations are complete": [*MANAGE, "makemigrations", "--check", "--dry-run"],
    "Settings for production": [*MANAGE, "check", "--deploy", "--fail-level", "WARNING"],
    "Static files": [*MANAGE, "collectstatic", "--no-input"],
}


def environment_for(folder: Path) -> dict[str, str]:
    """The environment of the checks: the caller's without its settings, and a production's where one is needed."""
    environment = {name: value for name, value in os.environ.items() if name not in FORGOTTEN}
    return environment | {
        "SECRET_KEY": TEST_KEY,
        "ALLOWED_HOSTS": "example.org",
        "STATIC_ROOT": str(folder / "static"),
        "TMPDIR": str(folder),
    }


def run(command: list[str], environment: dict[str, str], **streams: int) -> tuple[int, str]:
    """Runs a command to its end; gives its exit code and what it said, if that was captured.

    Ctrl-C reaches it too, being at the same terminal; it is given time to tidy up.
    """
    process = subprocess.Popen(  # noqa: S603
        command, cwd=ROOT, env=environment, text=True, preexec_fn=tied(), **streams
    )
    try:
        output, _ = process.communicate()
    except BaseException:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(10)
        process.kill()
        raise
    return process.returncode, output or ""


def check(name: str, command: list[str], environment: dict[str, str]) -> bool:
    """Runs one check and prints one line; its output only when it failed. Gives whether it passed."""
    begin = time.monotonic()
    code, output = run(command, environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    print(f"{'failed' if code else 'ok':<8}{name} ({time.monotonic() - begin:.1f} s)", flush=True)
    if code:
        print(output.rstrip(), flush=True)
    return code == 0


@contextlib.contextmanager
def migrating(services: list[Service], environment: dict[str, str], log: Path) -> Iterator[Callable[[], bool]]:
    """Meanwhile every migration runs in a database of our own server; gives what waits for the end of it.

    Running them takes ten seconds and more, and each process of the tests would have to. Of somebody else's server
    nothing is assumed: there it is always done.
    """
    server = next((service for service in services if isinstance(service, Postgres)), None)
    if server is None:
        yield lambda: True
        return
    with contextlib.closing(psycopg2.connect(server.url("postgres"))) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE {TEMPLATE}")
    begin = time.monotonic()
    with log.open("w+") as output:
        process = subprocess.Popen(  # noqa: S603
            [*MANAGE, "migrate", "--no-input", "-v0"], cwd=ROOT, preexec_fn=tied(), stdin=subprocess.DEVNULL,
            env=environment | {"DATABASE_URL": server.url(TEMPLATE)}, stdout=output, stderr=subprocess.STDOUT,
        )  # fmt: skip

        def end() -> bool:
            code = process.wait()
            print(f"{'failed' if code else 'ok':<8}Migrations run ({time.monotonic() - begin:.1f} s)", flush=True)
            if code:
                print(log.read_text().rstrip(), flush=True)
            else:
                environment["TEST_TEMPLATE"] = TEMPLATE
            return code == 0

        try:
            yield end
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait()


def pytest(arguments: list[str], environment: dict[str, str]) -> bool:
    """Runs the tests, one process more than there are cores unless told otherwise: journeys mostly wait.

    Gives whether they passed. Who is done early takes over from the others, as some tests are a hundred times longer.
    """
    alone = {"--pdb", "--trace", "no:xdist"} & set(arguments)
    parallel = [] if alone else ["-n", str((os.cpu_count() or 1) + 1), "--dist", "worksteal"]
    code, _ = run([*PYTHON, "-m", "pytest", *parallel, *arguments], environment)
    return code == 0


def main(*arguments: str) -> int:
    """Runs everything, also after a failure; gives the exit code. Raises Trouble."""
    leave_on_signal()
    # Not where TMPDIR says: as root, PostgreSQL's own user must be able to enter; and sockets need a short path.
    folder = Path(tempfile.mkdtemp(prefix="cs-test-", dir="/tmp"))
    services = []
    try:
        folder.chmod(0o711)
        environment = environment_for(folder)
        services = services_for(environment, folder, folder, durable=False)
        start(services, environment)
        with migrating(services, environment, folder / "migrate.log") as migrated:
            passed = {name: check(name, command, environment) for name, command in (CHECKS | PROJECT_CHECKS).items()}
            passed["Migrations run"] = migrated()
        del environment["ALLOWED_HOSTS"]
        passed["Tests"] = pytest(list(arguments), environment)
        failed = [name for name, fine in passed.items() if not fine]
        if failed:
            say(f"Failed: {', '.join(failed)}")
        return 1 if failed else 0
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

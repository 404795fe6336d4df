"""The embedded PostgreSQL and Redis, and what keeps them: started for real, in processes of their own."""

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest

from csproject import embedded, supervisor
from csproject.embedded import ROOT, Trouble

pytestmark = pytest.mark.services
PATIENCE = 60


@pytest.fixture
def folder() -> Iterator[Path]:
    """A new folder with a short path, which the user that root lends to PostgreSQL can enter."""
    with tempfile.TemporaryDirectory(prefix="cs-ops-", dir="/tmp") as name:
        path = Path(name)
        path.chmod(0o711)
        yield path


def environment(folder: Path, **more: str) -> dict[str, str]:
    """That of a person who never set anything."""
    known = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "PYTHONPATH", "LANG"}}
    return known | {"VAR_DIR": str(folder / "var"), "PYTHONPATH": str(ROOT)} | more


def manage(folder: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    """bin/manage, set up already."""
    command = [sys.executable, "-m", "csproject.managing", *arguments]
    return subprocess.run(
        command, env=environment(folder, **more), capture_output=True, text=True, timeout=PATIENCE, check=False
    )


def processes_of(folder: Path) -> list[str]:
    """The command lines that mention the folder, of processes that still run."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = entry.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if str(folder) in line:
            found.append(line)
    return found


def wait_until_gone(folder: Path) -> None:
    """Fails unless every process of the folder ends soon."""
    deadline = time.monotonic() + 20
    while processes_of(folder):
        assert time.monotonic() < deadline, processes_of(folder)
        time.sleep(0.1)


HOLD = """
import sys, time
from pathlib import Path
from csproject.embedded import services_for, start, stop
home = Path(sys.argv[1])
environment = {}
services = services_for(environment, home, home, durable=False)
try:
    start(services, environment)
    print(environment["DATABASE_URL"], environment["REDIS_URL"], flush=True)
    sys.stdin.read()
finally:
    stop(services)
"""


@pytest.fixture
def held(folder: Path) -> Iterator[tuple[subprocess.Popen, str, str]]:
    """A process that runs both services in `folder` until its input ends, and their two URLs."""
    command = [sys.executable, "-c", HOLD, str(folder)]
    with subprocess.Popen(
        command, env=environment(folder), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        database, broker = holder.stdout.readline().split()
        yield holder, database, broker
        holder.stdin.close()
        holder.wait(PATIENCE)


def test_services_start_in_private_folders_and_end_with_their_command(folder, held):
    holder, database, broker = held
    connection = psycopg2.connect(database)
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, current_setting('listen_addresses'), current_setting('server_encoding')")
        assert cursor.fetchone() == ("cs", "", "UTF8")
    connection.close()
    assert broker.startswith("redis+socket://")
    for private in (folder / "postgres", folder / "redis", folder / "postgres" / "data"):
        assert stat.S_IMODE(private.stat().st_mode) == 0o700
    holder.stdin.close()
    assert holder.wait(PATIENCE) == 0
    wait_until_gone(folder)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_another_user_of_the_machine_does_not_get_in(folder, held):
    _, database, _ = held
    (folder / "postgres").chmod(0o711)  # even with the folders open, PostgreSQL asks the kernel who is calling
    (folder / "postgres" / "socket").chmod(0o711)
    (folder / "postgres" / "socket" / ".s.PGSQL.5432").chmod(0o777)
    stranger = "import os, sys; os.setuid(12345); import psycopg2; psycopg2.connect(sys.argv[1])"
    command = [sys.executable, "-c", f"import psycopg2; {stranger}", database]
    said = subprocess.run(command, env=environment(folder), capture_output=True, text=True, check=False)
    assert said.returncode == 1
    assert "OperationalError" in said.stderr


def test_services_end_when_their_command_is_killed_outright(folder, held):
    holder, _, _ = held
    holder.kill()
    wait_until_gone(folder)


def test_manage_passes_input_output_and_exit_code_through(folder):
    code = "import sys; print(sys.stdin.read().upper()); sys.exit(7)"
    said = subprocess.run(
        [sys.executable, "-m", "csproject.managing", "shell", "--no-imports", "-c", code],
        env=environment(folder), input="through", capture_output=True, text=True, timeout=PATIENCE, check=False,
    )  # fmt: skip
    assert (said.returncode, said.stdout.strip()) == (7, "THROUGH"), said.stderr
    wait_until_gone(folder)


def test_a_second_manage_uses_the_services_of_the_first(folder):
    count = "from django.db import connection as c; k = c.cursor(); k.execute('SELECT 1'); print('asked')"
    inner = f"import subprocess, sys; sys.exit(subprocess.call([sys.executable, '-m', 'csproject.managing', \
'shell', '--no-imports', '-c', {count!r}], env={environment(folder)!r}))"
    said = manage(folder, "shell", "--no-imports", "-c", inner)
    assert (said.returncode, said.stdout.strip()) == (0, "asked"), said.stderr


def test_named_services_are_used_and_nothing_is_started(folder):
    named = {"DATABASE_URL": "postgres://nobody@localhost/none", "REDIS_URL": "redis://localhost:1", "SECRET_KEY": "x"}
    code = "from django.conf import settings; print(settings.DEMO)"
    said = manage(folder, "shell", "--no-imports", "-c", code, **named)
    assert (said.returncode, said.stdout.strip()) == (0, "False"), said.stderr
    assert not (folder / "var").exists()


def test_the_key_is_made_once_and_is_its_owners_alone(folder):
    var = embedded.Var(folder / "var")
    assert len(var.secret_key()) > 50
    assert var.secret_key() == embedded.Var(folder / "var").secret_key()
    assert stat.S_IMODE((folder / "var" / "secret-key").stat().st_mode) == 0o600


def test_one_command_at_a_time_owns_a_folder(folder):
    first, second = embedded.Var(folder / "var"), embedded.Var(folder / "var")
    assert first.own()
    first.publish({"REDIS_URL": "redis://here"})
    assert not second.own()
    assert second.join() == {"REDIS_URL": "redis://here"}
    os.close(first.lock)
    assert second.own()
    os.close(second.lock)
    assert not second.note.exists()


@pytest.mark.parametrize("name", ["a-file", "a-file/below"])
def test_an_unusable_folder_is_one_plain_line(folder, name):
    (folder / "a-file").touch()
    with pytest.raises(Trouble, match=r"^The folder .* cannot be used: .*VAR_DIR names another\.$"):
        embedded.Var(folder / name)


def test_data_of_another_version_are_left_alone(folder):
    data = folder / "postgres" / "data"
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("9\n")
    postgres = embedded.Postgres(folder / "postgres", folder / "postgres.log")
    with pytest.raises(Trouble, match="is of PostgreSQL version 9; this is 18"):
        postgres.initialise()


def test_a_long_path_gets_a_short_socket_folder(folder):
    short = embedded.socket_folder(folder / ("x" * 100), "redis.sock")
    assert len(str(short / "redis.sock")) <= embedded.LONGEST_SOCKET
    assert stat.S_IMODE(short.stat().st_mode) == 0o700
    short.rmdir()
    assert embedded.socket_folder(folder / "near", "redis.sock") == folder / "near"


def run(folder: Path, **more: str) -> subprocess.CompletedProcess[str]:
    """bin/run, set up already, where it is expected to end by itself."""
    command = [sys.executable, "-m", "csproject.supervisor"]
    return subprocess.run(
        command, env=environment(folder, **more), capture_output=True, text=True, timeout=PATIENCE, check=False
    )


def test_a_taken_port_is_one_plain_line_and_starts_nothing(folder):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        said = run(folder, PORT=port)
    assert said.returncode == 1
    assert said.stderr.strip() == f"Port {port} is in use. Choose another: PORT=8001 bin/run"
    assert not (folder / "var").exists()


def test_a_database_that_does_not_start_is_one_plain_line_and_leaves_nothing_running(folder):
    assert manage(folder, "--version").returncode == 0
    (folder / "var/postgres/data/global/pg_control").unlink()
    said = run(folder, PORT="0")
    assert said.returncode == 1
    assert len(said.stderr.strip().splitlines()) == 1
    assert said.stderr.startswith("PostgreSQL did not start: ")
    wait_until_gone(folder)


@pytest.mark.parametrize("port", ["http", "-1", "65536"])
def test_a_port_that_is_none_is_refused(port):
    with pytest.raises(Trouble, match="must be a number"):
        supervisor.listen("127.0.0.1", port)


class Sleeper(embedded.Service):
    """A program that does nothing."""

    name = "The sleeper"
    launches = 0

    def command(self) -> list[str]:
        self.launches += 1
        return ["sleep", "600"]

    def spawn(self, command: list[str], pass_fds: tuple[int, ...] = ()) -> subprocess.Popen:
        """Without what happens between fork and exec, of which Python warns in a test runner with threads."""
        return subprocess.Popen(command, start_new_session=True)


def test_a_program_that_dies_is_started_again_later_each_time(folder, capsys):
    sleeper = Sleeper(folder / "sleeper.log")
    sleeper.launch()
    watcher = object.__new__(supervisor.Supervisor)
    watcher.services, watcher.programs, watcher.deaths, watcher.due = [sleeper], [], {}, {}
    watcher.launched = {sleeper: 1000.0}
    pauses = []
    for _ in range(7):
        sleeper.process.kill()
        sleeper.process.wait()
        watcher.mourn(sleeper, 1010.0)
        pauses.append(watcher.due[sleeper] - 1010.0)
    assert pauses == [1, 2, 4, 8, 16, 30, 30]
    watcher.mourn(sleeper, 1000.0 + supervisor.SETTLED + 1)  # it had lived long enough
    assert watcher.due[sleeper] - 1000.0 - supervisor.SETTLED - 1 == 1
    assert capsys.readouterr().out.startswith("The sleeper was killed by signal 9; starting it again in 1 s.")


def test_the_whole_service_recovers_from_kills_and_ends_on_a_signal(folder):
    """bin/run: first start with demonstration data, a killed web server, Redis and database, then SIGTERM."""
    command = [sys.executable, "-m", "csproject.supervisor"]
    output = folder / "output"
    with output.open("w") as out:
        process = subprocess.Popen(command, env=environment(folder, PORT="0"), stdout=out, stderr=out)
    try:
        address = wait_for_address(process, output)

        def ready() -> bool:
            try:
                with urllib.request.urlopen(address + "readyz", timeout=5) as answer:  # noqa: S310
                    return answer.status == 200
            except OSError:
                return False

        assert ready()
        for name in ("gunicorn", "redis-server", "bin/postgres"):
            killed = child_of(process.pid, name)
            os.kill(killed, signal.SIGKILL)
            deadline = time.monotonic() + PATIENCE
            # Another process in its place, and it answers: what the killed one left may answer for a moment too.
            while child_of(process.pid, name) in (0, killed) or not ready():
                assert time.monotonic() < deadline, output.read_text()
                time.sleep(0.2)
        assert output.read_text().count("was killed by signal 9; starting it again in 1 s") == 3
        notes = json.loads((folder / "var" / "services.json").read_text())
        assert set(notes) == {"DATABASE_URL", "REDIS_URL"}
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0
    finally:
        process.kill()
        process.wait()
    wait_until_gone(folder)


def wait_for_address(process: subprocess.Popen, output: Path) -> str:
    """The address that bin/run prints when it is ready."""
    deadline = time.monotonic() + 2 * PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        for line in output.read_text().splitlines():
            if "is running at " in line:
                return line.split("is running at ")[1]
        time.sleep(0.1)
    raise AssertionError(output.read_text())


def child_of(parent: int, name: str) -> int:
    """The process id of the living child whose command line has `name`; 0 without one."""
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            state = (entry / "stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if int(state[1]) == parent and state[0] != "Z" and name in line:
            return int(entry.name)
    return 0

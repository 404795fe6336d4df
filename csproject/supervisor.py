"""bin/run: the whole service on one machine, from the database to the web server, until Ctrl-C.

Starts PostgreSQL and Redis unless DATABASE_URL and REDIS_URL name others, brings the database up to date, loads the
demonstration's data on the first run, then runs gunicorn, a Celery worker and Celery's beat. A program that dies is
started again. What they say goes to VAR_DIR/log. The environment: HOST, PORT, VAR_DIR, and all of settings.py.
"""

import contextlib
import errno
import hashlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from types import FrameType

from csproject.embedded import ROOT, Service, Trouble, Var, say, services_for, start, tied

DEMO_PASSPHRASE = "contextual-demo-1"  # noqa: S105 - of fictional people, in a demonstration only
DEMO_PEOPLE = {
    "referrer": "practitioner of a partner agency",
    "cs": "CS practitioner",
    "cs2": "CS practitioner",
    "manager": "manager",
    "lead": "system-change lead",
    "admin": "administrator",
    "auditor": "auditor",
}
SETTLED = 60.0  # seconds a program must live for its earlier deaths to be forgotten
LONGEST_PAUSE = 30.0
LARGEST_LOG = 10 * 1024 * 1024


def tell(line: str = "") -> None:
    """Prints a line to stdout; a closed terminal is no reason to stop."""
    with contextlib.suppress(OSError):
        print(line, flush=True)


def enabled(value: str | None) -> bool:
    """Whether a switch of the environment is on, in the words of settings.py."""
    return (value or "").strip().lower() in {"1", "true", "yes", "on"}


class Program(Service):
    """A Python program of the product: the web server, the worker, the beat."""

    def __init__(self, name: str, log: Path, module: str, *arguments: str, environment: dict[str, str]) -> None:
        """Runs `python -m module arguments` in the project's folder, with `environment`."""
        super().__init__(log)
        self.name = name
        self.arguments = [module, *arguments]
        self._environment = environment

    def command(self) -> list[str]:
        """Python, and the module."""
        return [sys.executable, "-m", *self.arguments]

    def environment(self) -> dict[str, str]:
        """That of the product."""
        return self._environment


class Worker(Program):
    """A Celery worker. Left alone it drops what it does: nobody would end it later, and a lease brings a job back."""

    orphaned = signal.SIGKILL


class Web(Program):
    """gunicorn, on a socket that this process opened: it stays ours while gunicorn is started again."""

    def __init__(self, log: Path, listener: socket.socket, environment: dict[str, str]) -> None:
        """`listener` is the listening socket."""
        super().__init__("The web server", log, "gunicorn", environment=environment)
        self.listener = listener

    def launch(self) -> None:
        """Starts gunicorn. Raises Trouble."""
        self.log_begins = self.log.stat().st_size if self.log.exists() else 0
        handle = self.listener.fileno()
        options = ["--config", "python:csproject.serving", "--bind", f"fd://{handle}"]
        self.process = self.spawn([*self.command(), *options], pass_fds=(handle,))

    def ready(self) -> bool:
        """Whether it answers at all."""
        if not self.running():
            return False
        host, port = self.listener.getsockname()[:2]
        connection = http.client.HTTPConnection(reachable(host), port, timeout=2)
        with contextlib.suppress(OSError, http.client.HTTPException):
            connection.request("GET", "/livez")
            return bool(connection.getresponse().status)
        connection.close()
        return False


def reachable(host: str) -> str:
    """The address to reach a listener at that listens everywhere."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104


def listen(host: str, port: str) -> socket.socket:
    """The listening socket; raises Trouble where the port is taken or the address is not ours."""
    if not port.isdecimal() or int(port) > 65535:
        raise Trouble(f"PORT is {port!r}: it must be a number up to 65535.")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, int(port)), family=family, backlog=512)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise Trouble(f"Port {port} is in use. Choose another: PORT=8001 bin/run") from None
        reason = str(error.strerror).split(" (")[0]
        raise Trouble(f"Cannot listen on {host} port {port}: {reason}.") from None


def static_digest() -> str:
    """The hash of everything that decides what collectstatic collects."""
    total = hashlib.sha256()
    sources = [ROOT / "package-lock.json", ROOT / "csproject/settings.py", ROOT / "core/staticfiles.py",
               ROOT / "requirements.txt"]  # fmt: skip
    for folder in ("static", "build"):
        sources += sorted(path for path in (ROOT / folder).rglob("*") if path.is_file())
    for path in sources:
        if path.exists():
            total.update(f"{path.relative_to(ROOT)} {path.stat().st_size}\n".encode())
            total.update(path.read_bytes())
    return total.hexdigest()


class Supervisor:
    """Everything that bin/run runs."""

    def __init__(self, environment: dict[str, str]) -> None:
        """Takes the port and the data folder, before anything is started. Raises Trouble."""
        self.environment = environment
        host, port = environment.get("HOST") or "127.0.0.1", environment.get("PORT") or "8000"
        self.listener = listen(host, port)
        self.var = Var.of_environment()
        if not self.var.own():
            raise Trouble(f"Another bin/run or bin/manage uses {self.var.path}. End it, or set VAR_DIR.")
        environment.setdefault("DEBUG", "1")
        if enabled(environment["DEBUG"]) and not environment.get("SECRET_KEY"):
            environment["SECRET_KEY"] = self.var.secret_key()
        environment.setdefault("STATIC_ROOT", str(self.var.path / "static"))
        environment["PYTHONUNBUFFERED"] = "1"
        self.services: list[Service] = []
        self.programs: list[Program] = []
        self.deaths: dict[Service, int] = {}
        self.due: dict[Service, float] = {}  # when a dead program is started again
        self.launched: dict[Service, float] = {}
        self.job: subprocess.Popen | None = None

    def start(self) -> None:
        """Starts everything and waits until the web server answers. Raises Trouble."""
        for log in self.var.logs.glob("*.log"):
            if log.stat().st_size > LARGEST_LOG:
                log.replace(log.with_suffix(".log.1"))
        self.services += services_for(self.environment, self.var.path, self.var.logs)
        if self.services:
            tell("Starting " + " and ".join(service.name for service in self.services) + "...")
        urls = start(self.services, self.environment)
        self.prepare()
        self.var.publish(urls)
        logs = self.var.logs
        celery = ("celery", "--app", "csproject")
        quiet = ("--without-gossip", "--without-mingle", "--loglevel", "INFO")
        schedule = self.var.path / "beat-schedule"
        self.programs += [
            Web(logs / "web.log", self.listener, self.environment),
            Worker("The worker", logs / "worker.log", *celery, "worker", "--concurrency", "2", *quiet,
                    environment=self.environment),
            Program("The beat", logs / "beat.log", *celery, "beat", "--schedule", str(schedule), "--pidfile", "",
                    environment=self.environment),
        ]  # fmt: skip
        for program in self.programs:
            program.launch()
        self.programs[0].wait_ready()

    def prepare(self) -> None:
        """Brings the database and the static files up to date; demonstration data on the first run. Raises Trouble."""
        tell("Bringing the database up to date...")
        self.manage("migrate", "--no-input")
        self.manage("createcachetable")
        self.once("static-stamp", static_digest(), "collectstatic", "--no-input", "--clear")
        if enabled(self.environment["DEBUG"]):
            database = hashlib.sha256(self.environment["DATABASE_URL"].encode()).hexdigest()
            if not (self.var.path / "demo-stamp").exists():
                tell("Loading fictional data for the demonstration...")
            self.once("demo-stamp", database, "load_demo")

    def once(self, stamp_name: str, value: str, *command: str) -> None:
        """Runs a management command unless it ran before for the same `value`. Raises Trouble."""
        stamp = self.var.path / stamp_name
        if stamp.exists() and stamp.read_text() == value:
            return
        self.manage(*command)
        stamp.write_text(value)

    def manage(self, *arguments: str) -> None:
        """Runs a management command; raises Trouble with the line that says why it failed."""
        step = Program(f"manage.py {arguments[0]}", self.var.logs / "setup.log", "", environment=self.environment)
        step.log_begins = step.log.stat().st_size if step.log.exists() else 0
        with step.log.open("ab") as log:
            self.job = subprocess.Popen(  # noqa: S603
                [sys.executable, str(ROOT / "manage.py"), *arguments],
                cwd=ROOT, env=self.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True, preexec_fn=tied(),
            )  # fmt: skip
        if self.job.wait():
            raise Trouble(f"{step.name} failed: {step.complaint()}. Its log: {step.log}")

    def watch(self) -> None:
        """Starts again whatever dies, for ever; after a second death in a row a little later each time."""
        for service in self.all():
            self.launched[service] = time.monotonic()
        while True:
            now = time.monotonic()
            for service in self.all():
                if service in self.due:
                    if now >= self.due[service]:
                        del self.due[service]
                        self.launched[service] = now
                        with contextlib.suppress(Trouble):  # still not running: the next round says so and waits longer
                            service.launch()
                elif not service.running():
                    self.mourn(service, now)
            time.sleep(0.2)

    def mourn(self, service: Service, now: float) -> None:
        """Says that a program died, clears up after it, and sets the time to start it again."""
        service.sweep()
        if now - self.launched[service] > SETTLED:
            self.deaths[service] = 0
        self.deaths[service] = self.deaths.get(service, 0) + 1
        pause = min(2.0 ** (self.deaths[service] - 1), LONGEST_PAUSE)
        self.due[service] = now + pause
        code = service.process.returncode
        how = f"was killed by signal {-code}" if code < 0 else f"ended with code {code}"
        tell(f"{service.name} {how}; starting it again in {pause:.0f} s. Its log: {service.log}")

    def all(self) -> Iterable[Service]:
        """Everything that is kept running."""
        return [*self.services, *self.programs]

    def stop(self) -> None:
        """Ends everything: the programs together, then the services they need."""
        self.var.note.unlink(missing_ok=True)
        self.listener.close()  # from here on the port is free again, once gunicorn has ended
        if self.job and self.job.poll() is None:
            self.job.kill()
            self.job.wait()
        for group in (self.programs, self.services):
            for service in group:
                service.end()
            for service in group:
                service.stop()


def announce(supervisor: Supervisor) -> None:
    """Prints the address, and who may sign in to a demonstration."""
    host, port = supervisor.listener.getsockname()[:2]
    host = reachable(host)
    tell(f"\nCS Casework is running at http://{f'[{host}]' if ':' in host else host}:{port}/")
    if enabled(supervisor.environment["DEBUG"]):
        tell(f"A demonstration with fictional data. Sign in with the passphrase {DEMO_PASSPHRASE} as:")
        for name, what in DEMO_PEOPLE.items():
            tell(f"  {name + '@demo.example':<24}{what}")
    tell(f"Logs: {supervisor.var.logs}. Ctrl-C stops it.")


class Stop(BaseException):
    """A signal asked this process to end."""


def raise_stop(_number: int, _frame: FrameType | None) -> None:
    """A signal's handler: leaves whatever is under way."""
    raise Stop


def on_signals(handler: Callable[[int, FrameType | None], None]) -> None:
    """Sets the handler of the signals that end a program; but under nohup, the end of the terminal changes nothing."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, handler)


def main() -> int:
    """Runs the service until a signal ends it; gives the exit code."""
    os.umask(0o077)
    os.chdir(ROOT)
    on_signals(raise_stop)
    supervisor = None
    try:
        supervisor = Supervisor(dict(os.environ))
        supervisor.start()
        announce(supervisor)
        supervisor.watch()
    except Stop:
        tell("Stopping...")
    except Trouble as trouble:
        say(str(trouble))
        return 1
    except OSError as error:
        say(f"Stopped: {error}")
        return 1
    finally:
        on_signals(lambda *_: None)  # nothing interrupts the tidying up
        if supervisor:
            supervisor.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())

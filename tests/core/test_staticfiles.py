"""Static files: only allowed npm files, and hashed names that keep our ES modules together."""

from pathlib import Path

import pytest
from django.contrib.staticfiles.finders import FileSystemFinder
from django.core.files.storage import FileSystemStorage

from core.staticfiles import NpmFinder, SiteStaticStorage


@pytest.fixture
def npm(tmp_path: Path, settings) -> Path:
    root = tmp_path / "node_modules"
    (root / "toy" / "dist").mkdir(parents=True)
    (root / "toy" / "dist" / "toy.min.js").write_text(
        'export const a = 1;\nimport"./x.js";\n//# sourceMappingURL=t.map\n'
    )
    (root / "toy" / "secret.txt").write_text("no")
    settings.NPM_ROOT = root
    settings.NPM_FILES = {"vendor/toy.js": "toy/dist/toy.min.js"}
    return root


def test_an_allowed_file_is_found(npm):
    assert NpmFinder().find("vendor/toy.js") == str(npm / "toy/dist/toy.min.js")
    assert NpmFinder().find("vendor/toy.js", find_all=True) == [str(npm / "toy/dist/toy.min.js")]


@pytest.mark.parametrize(
    "path", ["toy/secret.txt", "vendor/secret.txt", "../toy/secret.txt", "toy/dist/toy.min.js", ""]
)
def test_nothing_else_is_found(npm, path):
    assert NpmFinder().find(path) == []
    assert NpmFinder().find(path, find_all=True) == []


def test_the_list_opens_the_file_under_its_static_name(npm):
    ((name, storage),) = NpmFinder().list([])
    assert name == "vendor/toy.js"
    with storage.open(name) as content:
        assert content.read().startswith(b"export const a")
    assert list(NpmFinder().list(["vendor/*"])) == []


def test_a_missing_file_is_a_check_error(npm, settings):
    assert NpmFinder().check() == []
    settings.NPM_FILES = {"vendor/gone.js": "toy/gone.js"}
    (error,) = NpmFinder().check()
    assert error.id == "core.E001"
    assert "toy/gone.js" in error.msg
    assert NpmFinder().find("vendor/gone.js") == []


def test_hashed_names_follow_our_imports_only(npm, tmp_path, settings):
    source = tmp_path / "static"
    (source / "js").mkdir(parents=True)
    (source / "js" / "init.js").write_text('import { a } from "../vendor/toy.js";\nimport { b } from "./b.js";\n')
    (source / "js" / "b.js").write_text("export const b = 2;\n")
    settings.STATIC_URL = "static/"
    settings.STATICFILES_DIRS = [source]
    target = SiteStaticStorage(location=tmp_path / "out", base_url="/static/")
    paths: dict[str, tuple[FileSystemStorage, str]] = {}
    for finder in (FileSystemFinder(), NpmFinder()):
        for name, storage in finder.list([]):
            with storage.open(name) as content:
                target.save(name, content)
            paths[name] = (storage, name)
    outcomes = list(target.post_process(paths))
    assert not [outcome for outcome in outcomes if isinstance(outcome[2], Exception)]
    hashed = target.hashed_files
    written = (tmp_path / "out" / hashed["js/init.js"]).read_text()
    assert Path(hashed["vendor/toy.js"]).name in written
    assert Path(hashed["js/b.js"]).name in written
    assert (tmp_path / "out" / hashed["vendor/toy.js"]).read_text() == (npm / "toy/dist/toy.min.js").read_text()

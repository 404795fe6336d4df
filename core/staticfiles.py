"""Static files: an allow list of npm files, and hashed names that understand our own ES modules.

Only the files that settings.NPM_FILES names are served: whole npm packages hold thousands that no page needs.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.contrib.staticfiles.utils import matches_patterns
from django.core import checks
from django.core.files.storage import FileSystemStorage
from whitenoise.storage import CompressedManifestStaticFilesStorage


class OneFile(FileSystemStorage):
    """A read-only storage that holds a single file, `source`, under the name `name`."""

    prefix = None  # collectstatic reads it from every storage that a finder lists

    def __init__(self, source: Path, name: str) -> None:
        super().__init__(location=source.parent)
        self.source = source
        self.name = name

    def path(self, name: str) -> str:
        """The path on disk of `name`; anything but the one file is looked for beside it, as usual."""
        return str(self.source) if name == self.name else super().path(name)


class NpmFinder(BaseFinder):
    """Finds the files of settings.NPM_FILES = {path under static/: path under settings.NPM_ROOT}."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.root = Path(settings.NPM_ROOT)
        self.files: dict[str, str] = settings.NPM_FILES

    def check(self, **kwargs: Any) -> list[checks.CheckMessage]:
        """A system-check error for each file of the allow list that is not there."""
        return [
            checks.Error(
                f"The front-end file {source} is missing from {self.root}.",
                hint="Run npm ci in the project's folder.",
                id="core.E001",
            )
            for source in self.files.values()
            if not (self.root / source).is_file()
        ]

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> str | list[str]:
        """The file behind the static `path`: a path, or [] if unknown; a list of them with `find_all`."""
        if kwargs:
            find_all = self._check_deprecated_find_param(find_all=find_all, **kwargs)
        source = self.files.get(path)
        if source is None or not (self.root / source).is_file():
            return []
        found = str(self.root / source)
        return [found] if find_all else found

    def list(self, ignore_patterns: list[str] | None) -> Iterator[tuple[str, FileSystemStorage]]:
        """Each static path with a storage that can open it."""
        for name, source in self.files.items():
            if not matches_patterns(name, ignore_patterns or []):
                yield name, OneFile(self.root / source, name)


def patterns_for(base: type[CompressedManifestStaticFilesStorage]) -> tuple:
    """Which references inside files are followed: `base`'s less the source maps, plus imports in our own js/ folder.

    Source maps are not served, so that following them would fail. Minified packages contain text that looks like an
    import; each import of ours ends with a semicolon, which Django's pattern needs.
    """
    found = []
    for glob, patterns in base.patterns:
        kept = tuple(pattern for pattern in patterns if "sourceMappingURL" not in str(pattern))
        if kept:
            found.append((glob, kept))
    found.append(("js/*.js", base._js_module_import_aggregation_patterns[1]))
    return tuple(found)


class SiteStaticStorage(CompressedManifestStaticFilesStorage):
    """Hashed and compressed static files, without source maps and with the ES modules of our own."""

    patterns = patterns_for(CompressedManifestStaticFilesStorage)

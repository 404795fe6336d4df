"""Finds the browser of the browser tests."""

import os
import shutil
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Where `playwright install chromium` puts one, below its folder of browsers.
PLAYWRIGHT = ("chromium-*/chrome-linux*/chrome", "chromium_headless_shell-*/chrome*linux*/*headless*shell",
              "chromium-*/chrome-mac*/*.app/Contents/MacOS/*")  # fmt: skip


def find_chromium() -> str | None:
    """The path of a Chromium: what CHROMIUM names, else one on the PATH, else Playwright's newest; None without any."""
    if named := os.environ.get("CHROMIUM"):
        return shutil.which(named)
    for name in NAMES:
        if found := shutil.which(name):
            return found
    browsers = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / ".cache/ms-playwright")
    for pattern in PLAYWRIGHT:
        found = [path for path in browsers.glob(pattern) if os.access(path, os.X_OK)]
        if found:
            return str(max(found, key=lambda path: path.stat().st_mtime))
    return None

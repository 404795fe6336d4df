"""A real Chromium against the real service: what every journey needs.

A page that reports anything wrong fails its test: an error on the console (a refused script or style among them), an
exception, an answer of 400 or more. What a test means to provoke, it names: `browse(user, expects={409})`.
"""

import os
import threading
import time
from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from django.contrib.staticfiles.handlers import StaticFilesHandlerMixin
from django.core.signals import request_finished, request_started
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Response, expect, sync_playwright

from core import jobs
from tests.chromium import find_chromium

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 320, "height": 640}
OFFLINE = "offline"  # for `expects`: requests that never arrive
PATIENCE = 15_000  # milliseconds, for a slow machine; nothing waits for so long when all is well


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test of this folder needs a browser. They come first: they wait for a page while other processes reckon."""
    for item in items:
        if "/journeys/" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)
    items.sort(key=lambda item: item.get_closest_marker("browser") is None)


@pytest.fixture(scope="session", autouse=True)
def keep_static_files() -> Iterator[None]:
    """A browser keeps scripts and styles from page to page, as it does with the hashed names of a real server."""
    get_response = StaticFilesHandlerMixin.get_response

    def kept(self, request):
        response = get_response(self, request)
        if response.status_code == 200:
            response["Cache-Control"] = "public, max-age=3600"
        return response

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(StaticFilesHandlerMixin, "get_response", kept)
        yield


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser a worker; its contexts are as separate as two computers."""
    path = find_chromium()
    if path is None:
        pytest.skip("no Chromium: install one, or name it in CHROMIUM")
    if not (settings.BASE_DIR / "build/css/site.css").is_file():
        pytest.fail("build/css/site.css is missing: bin/run or bin/test builds it")
    # Playwright runs an event loop in this thread, at which Django refuses to use the database. Nothing here is async.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    expect.set_options(timeout=PATIENCE)
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
            yield browser
            browser.close()
    finally:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


class Watch:
    """What went wrong in the pages of one browser context."""

    def __init__(self, context: BrowserContext, expected: set[int | str]):
        self.expected = expected
        self.problems: list[str] = []
        context.on("console", self._console)
        context.on("weberror", lambda error: self.problems.append(f"exception: {error.error}"))
        context.on("response", self._response)
        context.on("requestfailed", lambda request: self._failed(request.url, request.failure or ""))

    def _console(self, message: ConsoleMessage) -> None:
        # Chromium also says on the console what the two handlers below see with more detail.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            self.problems.append(f"console: {message.text}")

    def _response(self, response: Response) -> None:
        if response.status >= 400 and response.status not in self.expected:
            self.problems.append(f"{response.status}: {response.request.method} {response.url}")

    def _failed(self, url: str, reason: str) -> None:
        # A download, and what a page still loads when one leaves it, end as "aborted".
        if OFFLINE not in self.expected and reason != "net::ERR_ABORTED":
            self.problems.append(f"{reason}: {url}")


class Traffic:
    """The requests that the server is working on.

    A page that is closed sends what is not yet saved, and nobody waits for the answer. The tables are emptied after a
    test: that must not happen while such a request is still at work on them.
    """

    QUIET, AT_MOST = 0.1, 10  # seconds

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.open = 0
        self.last = time.monotonic()

    def began(self, **kwargs) -> None:
        with self.lock:
            self.open, self.last = self.open + 1, time.monotonic()

    def ended(self, **kwargs) -> None:
        with self.lock:
            self.open, self.last = self.open - 1, time.monotonic()

    def wait(self) -> None:
        """Until nothing has been asked for a moment."""
        begin = self.last = time.monotonic()
        while (self.open > 0 or time.monotonic() - self.last < self.QUIET) and time.monotonic() - begin < self.AT_MOST:
            time.sleep(0.02)


@pytest.fixture
def traffic(live_server) -> Iterator[Traffic]:
    """What the server is working on; the test ends when that is done."""
    counted = Traffic()
    request_started.connect(counted.began)
    request_finished.connect(counted.ended)
    yield counted
    counted.wait()
    request_started.disconnect(counted.began)
    request_finished.disconnect(counted.ended)


@pytest.fixture
def browse(chromium, live_server, traffic, signed_in, monkeypatch) -> Iterator[Callable[..., Page]]:
    """browse(user): a page of a fresh browser in which `user` is signed in; without a user nobody is.

    `expects` holds the statuses that this test provokes. Other arguments go to Playwright's `new_context`.
    """
    monkeypatch.setattr(jobs, "ring", lambda job_id: True)  # no broker: a test runs the job itself
    contexts: list[tuple[BrowserContext, Watch]] = []

    def open_browser(user=None, *, expects: set[int | str] = frozenset(), **options) -> Page:
        context = chromium.new_context(
            **{"base_url": live_server.url, "locale": "en-GB", "viewport": DESKTOP, "timezone_id": "Europe/London"}
            | options
        )
        context.set_default_timeout(PATIENCE)
        contexts.append((context, Watch(context, set(expects))))
        if user is not None:
            cookie = signed_in(user).cookies[settings.SESSION_COOKIE_NAME]
            context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
        return context.new_page()

    yield open_browser
    problems = []
    for context, watch in contexts:
        context.close()
        problems += watch.problems
    assert not problems, "\n".join(problems)

"""How a page is looked at: which one, what is done there first, what comes of it."""

from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace

from playwright.sync_api import Page

World = SimpleNamespace


@dataclass(frozen=True)
class Look:
    """A page in one state: its route, its path (formatted with the world), what is done there, what comes of it."""

    route: str
    path: str
    state: str = ""
    act: Callable[[Page, World], None] | None = None
    status: int = 200
    error: bool = False

    def __str__(self) -> str:
        return f"{self.route} ({self.state})" if self.state else self.route


def pressing(words: str) -> Callable[[Page, World], None]:
    """Press a button and wait for the page that comes."""

    def act(page: Page, world: World) -> None:
        with page.expect_navigation():
            page.get_by_role("main").get_by_role("button", name=words).click()

    return act


def choosing(*labels: str, then: str) -> Callable[[Page, World], None]:
    """Tick these, then press a button."""

    def act(page: Page, world: World) -> None:
        for label in labels:
            page.get_by_label(label, exact=True).check()
        pressing(then)(page, world)

    return act

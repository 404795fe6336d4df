"""Makes the pictures of the README from a running demo: python docs/screenshots.py http://127.0.0.1:8000

Needs requirements-dev.txt, a Chromium, and the demo data (manage.py load_demo). Writes docs/images/*.png.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from playwright.sync_api import Browser, Page, sync_playwright  # noqa: E402  (the project is found first)

from tests.chromium import find_chromium  # noqa: E402

PASSPHRASE = "contextual-demo-1"  # noqa: S105  (of the demo, as load_demo makes it)
IMAGES = ROOT / "docs/images"
SIZE = {"width": 1280, "height": 960}


def signed_in(browser: Browser, base: str, who: str) -> Page:
    """A page at "Your work" of the person of the demo with this e-mail name."""
    page = browser.new_context(base_url=base, viewport=SIZE, locale="en-GB").new_page()
    page.goto("/accounts/login/")
    page.get_by_label("E-mail address").fill(f"{who}@demo.example")
    page.get_by_label("Passphrase", exact=True).fill(PASSPHRASE)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name="Your work").wait_for()
    return page


def consultation(browser: Browser, base: str) -> None:
    """A consultation that has been written up, at the narrative sections."""
    page = signed_in(browser, base, "cs")
    page.goto("/referrals/?state=held")
    page.get_by_role("row").nth(1).get_by_role("link").first.click()
    page.get_by_role("button", name="Write up the consultation").click()
    page.goto(f"{page.url}#section-peer-groups")
    page.get_by_label("Peer Groups").wait_for()
    page.screenshot(path=IMAGES / "consultation.png")


def tracker(browser: Browser, base: str) -> None:
    """The tracker as a manager sees it, narrowed to what has an outcome."""
    page = signed_in(browser, base, "manager")
    page.goto("/tracker/?state=held&state=signposted")
    page.get_by_role("heading", name="Tracker").wait_for()
    page.screenshot(path=IMAGES / "tracker.png")


def main(base: str) -> None:
    """Make both pictures from the demo at `base`."""
    path = find_chromium()
    if path is None:
        sys.exit("no Chromium: install one, or name it in CHROMIUM")
    IMAGES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        consultation(browser, base)
        tracker(browser, base)
        browser.close()


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])

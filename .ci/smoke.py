"""Uses a running CS Casework as a person would: signs in, exports the tracker, opens the workbook, makes a PDF.

smoke.py ADDRESS: exits with 1 and says what went wrong. Run with the project's Python, which has openpyxl.
"""

import io
import json
import sys
import time
import urllib.error
import urllib.request
from html.parser import HTMLParser
from http.cookiejar import CookieJar
from urllib.parse import urlencode, urljoin

import openpyxl

READY = "/readyz"
SIGN_IN = "/accounts/login/"
TRACKER = "/tracker/"
EXPORT = "/tracker/export/"
FORMS = "/referrals/forms/"
BLANK_FORM = "/referrals/forms/appendix-c/make/"
FINISHED, FAILED = "done", {"failed", "cancelled"}
PERSON, PASSPHRASE = "manager@demo.example", "contextual-demo-1"
PATIENCE = 120


class Form(HTMLParser):
    """The fields of the POST form of a page whose action is as asked; `fields` is {name: (type, value)}."""

    def __init__(self, page: str, action: str) -> None:
        super().__init__()
        self.action = action
        self.inside = False
        self.fields: dict[str, tuple[str, str]] = {}
        self.feed(page)
        if not self.fields:
            sys.exit(f"The page has no form that posts to {action}.")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Notes the fields inside the form."""
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.inside = given.get("method", "").lower() == "post" and given.get("action", "") in ("", self.action)
        elif tag == "input" and self.inside and given.get("name"):
            self.fields[given["name"]] = (given.get("type", "text"), given.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        """Notes where the form ends."""
        if tag == "form":
            self.inside = False


class Person:
    """A browser of sorts: keeps cookies, follows redirects."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))

    def ask(self, path: str, fields: dict[str, str] | None = None, accept: str = "text/html") -> tuple[str, bytes]:
        """Gets `path`, or posts `fields` to it; gives the final address and the body. Exits on an error."""
        url = urljoin(self.address, path)
        headers = {"Accept": accept, "Referer": url}
        data = urlencode(fields).encode() if fields is not None else None
        try:
            with self.opener.open(urllib.request.Request(url, data, headers), timeout=30) as answer:  # noqa: S310
                return answer.url, answer.read()
        except urllib.error.HTTPError as error:
            sys.exit(f"{path} answered {error.code}.")
        except OSError as error:
            sys.exit(f"{path} did not answer: {error}")


def wait_until_ready(address: str) -> None:
    """Waits for /readyz to answer 200; exits when it takes too long."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(urljoin(address, READY), timeout=5) as answer:  # noqa: S310
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.5)
    sys.exit(f"{address} was not ready within {PATIENCE} seconds.")


def sign_in(person: Person) -> None:
    """Fills in the real form, with its token."""
    _, page = person.ask(SIGN_IN)
    fields = Form(page.decode(), SIGN_IN).fields
    values = {name: value for name, (kind, value) in fields.items() if kind == "hidden"}
    values |= {name: PERSON for name, (kind, _) in fields.items() if kind in ("email", "text")}
    values |= {name: PASSPHRASE for name, (kind, _) in fields.items() if kind == "password"}
    where, _ = person.ask(SIGN_IN, values)
    if SIGN_IN in where:
        sys.exit(f"{PERSON} could not sign in.")


def made(person: Person, page: str, button: str, values: dict[str, str] | None = None) -> bytes:
    """Presses a page's own button that starts a job, waits for the job, and gives its file."""
    _, shown = person.ask(page)
    found = {name: value for name, (_, value) in Form(shown.decode(), button).fields.items()}
    job, _ = person.ask(button, found | (values or {}))
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        _, answer = person.ask(job, accept="application/json")
        status = json.loads(answer)["status"]
        if status == FINISHED:
            return person.ask(urljoin(job, "download/"))[1]
        if status in FAILED:
            sys.exit(f"{button} ended as {status}.")
        time.sleep(0.5)
    sys.exit(f"{button} was not finished within {PATIENCE} seconds.")


def main(address: str) -> None:
    """The whole walk."""
    wait_until_ready(address)
    person = Person(address)
    sign_in(person)
    person.ask(TRACKER)
    content = made(person, EXPORT, EXPORT, {"names": "with", "format": "xlsx"})
    if not content.startswith(b"PK"):
        sys.exit("The export is not an Excel workbook.")
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    if sheet.max_row < 2:
        sys.exit("The exported workbook holds no rows.")
    if not made(person, FORMS, BLANK_FORM, {"form": "pdf"}).startswith(b"%PDF"):
        sys.exit("The blank form is not a PDF.")
    print(f"Signed in, opened the tracker, exported {sheet.max_row - 1} rows to Excel, and made a blank form as a PDF.")


if __name__ == "__main__":
    main(sys.argv[1])

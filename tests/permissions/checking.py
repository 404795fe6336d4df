"""Asking every question of the matrix about one route, and saying what is wrong with the answers."""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.db import connection, transaction
from django.http import HttpResponse
from django.urls import get_resolver, reverse
from django.urls.resolvers import URLPattern, URLResolver

from . import requests
from .table import Cell, cells_of
from .world import IDENTITIES, World

# What an answer may write although it was refused: the audit log; sessions; the counters of tries; nothing else.
MAY_WRITE = {"core_auditevent", "django_session", "core_cache"}
_WRITES = re.compile(r'^\s*(?:INSERT INTO|UPDATE|DELETE FROM|TRUNCATE(?: TABLE)?)\s+"?(\w+)"?', re.IGNORECASE)
_UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_TOKENS = r'(?:csrfmiddlewaretoken" value|csrf-token" content)="[^"]*"|X-CSRFToken": "[^"]*"'
_VARIES = re.compile(f"{_TOKENS}|{_UUID}")
_VARYING_HEADERS = {"Set-Cookie", "Content-Length", "Expires"}


def all_routes() -> dict[str, URLPattern]:
    """Every named route of the URL resolver, by its full name."""
    found: dict[str, URLPattern] = {}

    def walk(patterns, prefix: str) -> None:
        for pattern in patterns:
            if isinstance(pattern, URLResolver):
                walk(pattern.url_patterns, f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix)
            else:
                found[f"{prefix}{pattern.name}"] = pattern

    walk(get_resolver().url_patterns, "")
    return found


@contextmanager
def writes_noted() -> Iterator[set[str]]:
    """The names of tables of which rows are inserted, changed or deleted meanwhile; what it gives fills up."""
    written: set[str] = set()

    def note(execute, sql, params, many, context):
        result = execute(sql, params, many, context)
        if (match := _WRITES.match(sql)) and context["cursor"].rowcount:
            written.add(match[1])
        return result

    with connection.execute_wrapper(note):
        yield written


def ask(world: World, cell: Cell, identity: str, url: str = "") -> tuple[HttpResponse, set[str]]:
    """The answer to one request, and the tables that it wrote; what it did is undone.

    `url` is the address, where the caller has it already.
    """
    url = url or reverse(cell.route, args=requests.arguments(world, cell))
    data = requests.data(world, cell) if cell.method != "GET" else {}
    headers = {"accept": "application/json"} if cell.method == "JSON" else {}
    browser = world.browser(identity)
    send = browser.get if cell.method == "GET" else browser.post
    with transaction.atomic(), writes_noted() as written:
        response = send(url, data, headers=headers)
        transaction.set_rollback(True)
    return response, written


def answer_of(response) -> str:
    """The answer in the table's words."""
    location = response.headers.get("Location", "")
    if response.status_code == 302 and location.startswith(reverse("account_login")):
        return "in"
    return str(response.status_code)


def leaks(world: World, identity: str, response) -> list[str]:
    """Which words that this identity may not see stand in an answer, its headers included."""
    text = f"{response.headers}{response.cookies}{response.content.decode(errors='replace')}"
    return [word for word in world.forbidden(identity) if word in text]


def plain(response) -> str:
    """An answer without what differs each time: to tell whether two look alike."""
    headers = {
        name: value
        for name, value in response.headers.items()
        if name not in ("Set-Cookie", "Content-Length", "Expires")
    }
    return _VARIES.sub("", f"{response.status_code}{sorted(headers.items())}{response.content.decode()}")


def complaints(world: World, route: str, identities: Iterable[str] = IDENTITIES) -> list[str]:
    """Everything that is wrong with the answers of one route."""
    found = []
    lines = cells_of(route)
    # All rows first, so that every answer is searched for the words of all of them.
    urls = [reverse(cell.route, args=requests.arguments(world, cell)) for cell in lines]
    for identity in identities:
        missing_alike: dict[str, set[str]] = {}
        for cell, url in zip(lines, urls, strict=True):
            what = f"{route} {cell.method} {cell.row} {cell.state} as {identity}"
            response, written = ask(world, cell, identity, url)
            got, wanted = answer_of(response), cell.answers[identity]
            if got != wanted:
                found.append(f"{what}: {got} instead of {wanted}")
            if shown := leaks(world, identity, response):
                found.append(f"{what}: shows {shown}")
            if (cell.method == "GET" or wanted not in ("200", "302")) and (changed := written - MAY_WRITE):
                found.append(f"{what}: {got}, and yet it wrote to {sorted(changed)}")
            if got == "404":
                missing_alike.setdefault(cell.method, set()).add(plain(response))
        for method, bodies in missing_alike.items():
            if len(bodies) > 1:
                found.append(f"{route} {method} as {identity}: foreign and missing rows answer differently")
    return found


def check(world: World, route: str, identities: Iterable[str] = IDENTITIES) -> None:
    """Raises AssertionError with every complaint about one route."""
    wrong = complaints(world, route, identities)
    assert not wrong, "\n" + "\n".join(wrong)

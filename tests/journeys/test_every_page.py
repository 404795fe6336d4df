"""Accessibility, structure and width of every page, in normal and in error states."""

from collections import defaultdict
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.template.loader import render_to_string
from django.urls import URLPattern, get_resolver

from accounts.permissions import Role
from tests.journeys.checks import bring_axe, problems_of
from tests.journeys.pages import BY_ROLE, NO_PAGE, SAME_PAGE, WRONG, a_world


def _route_names(patterns, prefix: str = "") -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            yield prefix + pattern.name
        else:
            space = f"{pattern.namespace}:" if pattern.namespace else ""
            yield from _route_names(pattern.url_patterns, prefix + space)


def test_the_list_of_pages_is_complete():
    """A new route has its page looked at, or says that it has none."""
    looked_at = {look.route for looks in BY_ROLE.values() for look in looks}
    assert set(_route_names(get_resolver().url_patterns)) == (looked_at - WRONG) | NO_PAGE


@pytest.mark.parametrize("role", BY_ROLE, ids=lambda role: role or "visitor")
def test_pages(browse, role: Role | None):
    world = a_world(role)
    page = browse(world.me, expects={401, 403, 404, 409, 410})
    bring_axe(page)
    problems: dict[str, list[str]] = {}
    titles = defaultdict(set)
    answers: list[int] = []
    page.on("response", lambda one: answers.append(one.status) if one.request.is_navigation_request() else None)
    for look in BY_ROLE[role]:
        page.goto(look.path.format(**vars(world)))
        if look.act:
            look.act(page, world)
        found = problems_of(page, error=look.error)
        if answers[-1] != look.status:
            found.append(f"answered {answers[-1]}")
        if look.status == 200:
            titles[page.title().removeprefix("Error: ")].add(SAME_PAGE.get(look.route, look.route))
        if found:
            problems[str(look)] = found
    problems |= {title: sorted(routes) for title, routes in titles.items() if len(routes) > 1}
    assert not problems, "\n".join(f"{look}: {found}" for look, found in problems.items())


@pytest.mark.parametrize("name", sorted(path.stem for path in (settings.BASE_DIR / "templates").glob("[45]??.html")))
def test_pages_of_what_went_wrong(browse, live_server, name):
    page = browse(expects={int(name)})
    body = render_to_string(f"{name}.html", {"service_name": "CS Casework", "organisation_name": "Anytown"})
    page.route("**/wrong/", lambda route: route.fulfill(status=int(name), body=body, content_type="text/html"))
    page.goto("/wrong/")
    assert not problems_of(page)

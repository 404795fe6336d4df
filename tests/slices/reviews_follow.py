"""Following up the actions of system reviews, and links for people outside the council.

A link in each state (open, ended by its day, revoked) opens a round of its own, whose words anybody with it may read;
who leads its actions, and whom the link was made for, nobody reads who does not read reviews.
"""

from datetime import timedelta
from uuid import uuid4

from django.urls import reverse
from django.utils import timezone

from accounts.permissions import Role
from reviews.models import PartnerLink, Review
from reviews.services import partner_links
from tests.factories import a_person
from tests.journeys.looks import Look, pressing
from tests.permissions.world import NOWHERE, World
from tests.review_factories import a_review, a_review_action, a_statement, an_overall
from tests.slices.contexts import date_parts

TABLE = """
# route                              method row      state      anon make coll outs cs   mgr  lead adm  aud  left demo
reviews:actions                      GET   -        -          in   200  200  200  200  200  200  403  403  in   403
reviews:give-lead                    GET   -        -          in   403  403  403  403  403  302  403  403  in   403
reviews:give-lead                    POST  -        -          in   403  403  403  403  403  409  403  403  in   403
reviews:counted                      JSON  ours     open       401  403  403  403  403  403  200  403  403  401  403
reviews:counted                      JSON  nowhere  -          401  403  403  403  403  403  404  403  403  401  403
reviews:lead-review                  GET   ours     open       in   403  403  403  403  403  200  403  403  in   403
reviews:lead-review                  POST  ours     open       in   403  403  403  403  403  302  403  403  in   403
reviews:lead-review                  GET   nowhere  -          in   403  403  403  403  403  404  403  403  in   403
reviews:lead-review                  POST  nowhere  -          in   403  403  403  403  403  404  403  403  in   403
reviews:links                        GET   ours     open       in   403  403  403  403  200  200  403  403  in   403
reviews:links                        GET   nowhere  -          in   403  403  403  403  404  404  403  403  in   403
reviews:make-link                    GET   ours     open       in   403  403  403  403  403  200  403  403  in   403
reviews:make-link                    POST  ours     open       in   403  403  403  403  403  200  403  403  in   403
reviews:make-link                    GET   nowhere  -          in   403  403  403  403  403  404  403  403  in   403
reviews:make-link                    POST  nowhere  -          in   403  403  403  403  403  404  403  403  in   403
reviews:end-link                     GET   ours     open       in   403  403  403  403  403  200  403  403  in   403
reviews:end-link                     POST  ours     open       in   403  403  403  403  403  302  403  403  in   403
reviews:end-link                     POST  ours     revoked    in   403  403  403  403  403  302  403  403  in   403
reviews:end-link                     GET   nowhere  -          in   403  403  403  403  403  404  403  403  in   403
reviews:end-link                     POST  nowhere  -          in   403  403  403  403  403  404  403  403  in   403
reviews:shared                       GET   ours     open       200  200  200  200  200  200  200  200  200  200  200
reviews:shared                       GET   ours     ended      410  410  410  410  410  410  410  410  410  410  410
reviews:shared                       GET   ours     revoked    410  410  410  410  410  410  410  410  410  410  410
reviews:shared                       GET   nowhere  -          404  404  404  404  404  404  404  404  404  404  404
"""
WITHOUT_RECORD = {"reviews:actions", "reviews:give-lead"}
OF_ROUND = {"reviews:links", "reviews:make-link", "reviews:counted", "reviews:lead-review"}


def a_link(review=None, *, by=None, days: int = 30, **values) -> tuple[PartnerLink, str]:
    """A link that opens for so many days from today, and its token; with fewer than none it ended."""
    by = by or a_person(Role.LEAD)
    at = timezone.now() - timedelta(days=60 if days < 0 else 0)
    given = {"label": "The partnership", "shows_leads": False, "because": "They are staff.", "once": uuid4()} | values
    ends = timezone.localdate() + timedelta(days=days)
    return partner_links.make(review or a_review(by=by), expires_on=ends, **given, by=by, at=at)


def link_of(world: World, state: str) -> tuple[PartnerLink, str]:
    """The link in `state` with its token."""
    made = world.__dict__.setdefault("follow_links", {})
    if state not in made:
        by = world.__dict__.setdefault("review_keeper", a_person(Role.LEAD))
        review = a_review(by=by, area="What partners read")
        a_review_action(a_statement(review, by=by), by=by, owner_name=f"lead-behind-link-{state}")
        link, token = a_link(review, by=by, days=-1 if state == "ended" else 30, label=f"label-of-link-{state}")
        if state == "revoked":
            partner_links.revoke(link, by=by)
        made[state] = link, token
    return made[state]


def arguments(world: World, cell) -> list | None:
    if cell.route in WITHOUT_RECORD:
        return []
    if cell.route in OF_ROUND:
        return [NOWHERE if cell.row == "nowhere" else link_of(world, "open")[0].review_id]
    if cell.route == "reviews:end-link":
        return [NOWHERE if cell.row == "nowhere" else link_of(world, cell.state)[0].pk]
    if cell.route == "reviews:shared":
        return ["A" * 43 + "." + "B" * 43 if cell.row == "nowhere" else link_of(world, cell.state)[1]]
    return None


def fill(world: World) -> None:
    for state in ("open", "ended", "revoked"):
        link_of(world, state)


def forbidden(world: World, identity: str) -> list[str]:
    if identity in ("manager", "lead"):
        return []
    return [
        f"{word}-{state}" for state in ("open", "ended", "revoked") for word in ("label-of-link", "lead-behind-link")
    ]


FORMS = {
    "reviews:give-lead": lambda world, cell: {"who": "elsewhere", "owner_name": "Lorna Reid"},
    "reviews:make-link": lambda world, cell: {
        "label": "The police", "once": str(uuid4()),
        **date_parts("expires_on", timezone.localdate() + timedelta(days=7)),
    },
    "reviews:end-link": lambda world, cell: {},
    "reviews:counted": lambda world, cell: {"text": "in three months"},
    "reviews:lead-review": lambda world, cell: {"lead": world.people["lead"].pk, "version": "1"},
}  # fmt: skip

_open: dict[str, str] = {}


def _many_actions(by, number):
    keeper = a_person(Role.LEAD)
    for each in range(number):
        statement = a_statement(a_review(by=keeper), by=keeper)
        a_review_action(statement, owner=a_person(Role.PRACTITIONER), by=keeper)
        a_review_action(statement, owner_name=f"Lorna {each}" if each % 2 else "", by=keeper)


def _many_links(by, number):
    keeper = a_person(Role.LEAD)
    if _gone("links"):
        _open["links"] = str(a_review(by=keeper).pk)
    for _ in range(number):
        maker = a_person(Role.LEAD)
        link, _ = a_link(_round("links"), by=maker)
        partner_links.note_opening(link)


def _much_to_share(by, number):
    keeper = a_person(Role.LEAD)
    if _gone("shared"):
        review = a_review(by=keeper)
        _open["shared"] = str(review.pk)
        _open["token"] = a_link(review, by=keeper, shows_leads=True)[1]
    for _ in range(number):
        statement = a_statement(_round("shared"), by=keeper)
        a_review_action(statement, owner=a_person(Role.PRACTITIONER), by=keeper, points_to=["2:response"])


def _round(name):
    return Review.objects.get(pk=_open[name])


def _gone(name) -> bool:
    return name not in _open or not Review.objects.filter(pk=_open[name]).exists()


LISTS = {
    "actions of system reviews": (_many_actions, lambda browser: browser.get(reverse("reviews:actions"))),
    "actions of system reviews filtered": (
        _many_actions,
        lambda browser: browser.get(reverse("reviews:actions"), {"nobody": "on", "sort": "lead", "status": "open"}),
    ),
    "links of a system review": (
        _many_links,
        lambda browser: browser.get(reverse("reviews:links", args=[_open["links"]])),
    ),
    "making a link to a system review": (
        _much_to_share,
        lambda browser: browser.get(reverse("reviews:make-link", args=[_open["shared"]])),
    ),
    "a system review by its link": (
        _much_to_share,
        lambda browser: browser.get(reverse("reviews:shared", args=[_open["token"]])),
    ),
}


def prepare(world, role: Role) -> None:
    """Actions with leads and without, and links in each state."""
    by = world.somebody
    world.follow_review = review = a_review(by=by, area="The north")
    statement = a_statement(review, by=by)
    a_review_action(statement, by=by, owner=world.me, timescale="in two months' time")
    world.follow_unowned = a_review_action(
        statement, by=by, owner_name="", due=timezone.localdate() - timedelta(days=3)
    )
    an_overall(review, by=by)
    world.follow_link, world.follow_token = a_link(review, by=by, shows_leads=True)
    world.follow_ended = a_link(review, by=by, days=-1)[1]


_ALL = [Look("reviews:actions", "/reviews/actions/"), Look("reviews:actions", "/reviews/actions/?q=nowhere", "nothing")]
_LEAD = [
    Look("reviews:give-lead", "/reviews/actions/lead/?action={follow_unowned.pk}"),
    Look(
        "reviews:give-lead", "/reviews/actions/lead/?action={follow_unowned.pk}", "wrong", pressing("Save who leads"),
        error=True,
    ),
    Look("reviews:lead-review", "/reviews/{follow_review.pk}/lead/"),
    Look("reviews:links", "/reviews/{follow_review.pk}/links/"),
    Look("reviews:make-link", "/reviews/{follow_review.pk}/links/add/"),
    Look("reviews:make-link", "/reviews/{follow_review.pk}/links/add/", "wrong", pressing("Make the link"), error=True),
    Look("reviews:end-link", "/reviews/links/{follow_link.pk}/end/"),
    Look("reviews:shared", "/reviews/shared/{follow_token}/"),
    Look("reviews:shared", "/reviews/shared/{follow_ended}/", "ended", status=410),
    Look("reviews:shared", "/reviews/shared/nothing/", "no such link", status=404),
]  # fmt: skip
LOOKS = {Role.PRACTITIONER: _ALL, Role.MANAGER: _ALL, Role.LEAD: [*_ALL, *_LEAD]}
NO_PAGE = {"reviews:counted"}

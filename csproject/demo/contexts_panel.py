"""Fictional panels: one whose minutes are agreed, one that was held last week, and the next one."""

from datetime import datetime, time, timedelta

from django.utils import timezone

from accounts.models import User
from consultations.choices import ReferralState
from consultations.models import Referral
from contexts.models import Context, Panel
from contexts.services import panel, panel_actions, panel_people
from core.models import ListItem
from core.models.lists import ListName

# Who is invited to each: agency, the account here or the name, whether they came.
PEOPLE = [
    ("Contextual Safeguarding", "manager", "came"), ("Police", "Sgt Imran Dale", "came"),
    ("Riverbank Youth Trust", "youth", "came"), ("Health", "Beatriz Nunes", "apologies"),
]  # fmt: skip
# Context, codes of its categories, why, what was said, what was decided.
ABOUT = [
    (
        "Penrose boys", ["CCE", "GANGS"],
        "Two of the group were seen with an older man who gives them trainers and telephones.",
        "The police know the man from another estate. The boxing club has the boys’ trust. Nobody had spoken to the "
        "older brothers yet.",
        "The group stays with the panel. The police look at the man, and the club offers two more evenings.",
    ),
    (
        "Marlow Road Academy", ["HSB"],
        "Images were shared in two year groups, and each was dealt with by itself.",
        "The school has the figures of its survey. Health offers a worker for six weeks.",
        "The school and health begin together after half-term; the panel hears of it then.",
    ),
]  # fmt: skip


def load(contexts: dict[str, Context], people: dict[str, User], now: datetime) -> None:
    """Three panels; of the second one item is carried over to the third."""
    cs = people["cs"]
    codes = {item.code: item for item in ListItem.objects.of(ListName.PANEL_CATEGORY)}
    first, second, third = (_planned(cs, now, days) for days in (-35, -7, 21))
    for name, categories, why, said, decided in ABOUT:
        item = panel.put(
            first, contexts[name],
            {"reason": why, "presented_by": "Amina Rahman", "categories": [codes[code] for code in categories]},
            by=cs, at=first.made_at,
        )  # fmt: skip
        _write(item, cs, discussion=said, decision=decided)
    boys = first.items.get(context=contexts["Penrose boys"])
    due = timezone.localdate(now) + timedelta(days=10)
    panel_actions.add(
        boys, {"what": "Speak to the older brothers at the boxing club", "owner": people["youth"], "due": due}, by=cs
    )
    panel_actions.add(
        boys,
        {"what": "Look at who else the man meets", "owner_name": "Sgt Imran Dale", "owner_agency": "Police"},
        by=cs,
    )
    for found in (first, second, third):
        _invited(found, people, by=cs)
    panel.hold(first, attendance_note="A youth worker joined for the last item.", by=cs)
    _write(boys, cs, outcome="The club opens on Tuesdays and Thursdays; five of the boys come.")
    panel.agree(first, by=people["manager"])
    referral = Referral.objects.filter(state=ReferralState.HELD, restricted_at=None).order_by("reference").first()
    child = {
        "reason": "Missing from home twice this month",
        "presented_by": "Rowan Ellis",
        "categories": [codes["CSE"]],
    }
    item = panel.put(second, referral, child, by=cs)
    panel.put(second, contexts["Penrose boys"], {"reason": ABOUT[0][2], "presented_by": "Amina Rahman"}, by=cs)
    _write(item, cs, decision="A return interview within two days, each time, by somebody whom she chose.")
    panel.hold(second, by=cs)
    panel.carry_over(second.items.get(context=contexts["Penrose boys"]), by=cs)
    child = {"reason": "A further look at what the return interviews found", "presented_by": "Rowan Ellis"}
    panel.put(third, referral, child, by=cs)


def _invited(found: Panel, people: dict[str, User], *, by: User) -> None:
    """Who is invited; of a panel that lies behind, who came."""
    for agency, who, came in PEOPLE:
        values = {"agency": agency, "person": people.get(who), "name": "" if who in people else who}
        made = panel_people.invite(found, values, by=by)
        if found.on < timezone.localdate():
            panel_people.mark(found, {made.pk: ("", came)}, by=by)


def _planned(by: User, now: datetime, days: int) -> Panel:
    on = timezone.localdate(now + timedelta(days=days))
    given = {"on": on, "starts_at": time(10, 0), "place": "Town hall, room 2", "chair": "Frances Whitlock"}
    return panel.plan(given, by=by, at=now + timedelta(days=min(days, 0) - 14))


def _write(item, by: User, **words: str) -> None:
    for name, body in words.items():
        panel.save_text(item, name, body=body, base_version=0, by=by)

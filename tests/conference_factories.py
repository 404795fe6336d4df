"""Makers of conferences and their packs, through the services."""

from datetime import date, timedelta

from django.utils import timezone

from accounts.permissions import Role
from contexts.choices import ContextState
from contexts.models import Conference, ConferencePack, Context
from contexts.services import conference as services
from contexts.services import conference_people, packs
from tests.context_factories import a_context
from tests.factories import a_person, a_team


def arranging(**values) -> dict:
    """What somebody says of a conference: what `services.arrange` takes. Chaired from elsewhere unless `chair`."""
    given = {
        "kind": "initial",
        "on": timezone.localdate() + timedelta(days=14),
        "starts_at": None,
        "place": "Town hall",
        "purpose": "To agree what changes in this context.",
        "chair": None,
        "chair_name": "",
        "chair_agency": "",
    } | values
    if given["chair"] is None and not given["chair_name"]:
        given |= {"chair_name": "Ines Albrecht", "chair_agency": "A neighbouring authority"}
    return given


def a_conference(context: Context | None = None, *, by=None, held_on: date | None = None, **values) -> Conference:
    """A conference of a context (a planned one unless given); with `held_on` it is recorded as held."""
    by = by or a_person(Role.CS_PRACTITIONER, team=a_team())
    context = context or a_context(ContextState.PLANNED)
    made = services.arrange(context, arranging(**values), by=by)
    if held_on:
        made = services.hold(made, held_on=held_on, review_on=held_on + timedelta(days=90), by=by)
    return made


def invited(conference: Conference, person=None, *, by=None, **values):
    """Somebody who is invited: a person here, else somebody elsewhere."""
    by = by or a_person(Role.CS_PRACTITIONER)
    given = {"agency": "Health", "person": person, "name": "" if person else "Rosa Lind", "email": ""} | values
    return conference_people.invite(conference, given, by=by)


def written(pack: ConferencePack, key: str, body: str, *, by) -> None:
    """Write `body` into a part of a draft."""
    part = pack.parts.select_related("text").get(key=key)
    part.pack = pack
    packs.save_part(part, body=body, base_version=part.text.version, by=by)


def a_pack(conference: Conference, *, by=None, issued: bool = True, **parts: str) -> ConferencePack:
    """A pack with these parts written; issued, with the words that look like names confirmed."""
    by = by or a_person(Role.CS_PRACTITIONER)
    pack = packs.begin(conference, by=by)
    for key, body in parts.items():
        written(pack, key, body, by=by)
    if not issued:
        return pack
    look = packs.look_through(pack, by)
    return packs.issue(pack, digest=look.digest, because="Places and ordinary words.", by=by)

"""What is asked of each route: the arguments of its URL, and a complete, valid form."""

from collections.abc import Callable

from django.utils import timezone

from accounts.models import Agency
from accounts.permissions import Role

from .table import Cell
from .world import NOWHERE, World


def date_parts(name: str, day=None) -> dict[str, str]:
    """A day (today unless given) as the three boxes of the date field `name`."""
    day = day or timezone.localdate()
    return {f"{name}_day": str(day.day), f"{name}_month": str(day.month), f"{name}_year": str(day.year)}


def arguments(world: World, cell: Cell) -> list:
    """The arguments of the route's URL, making the record that they name."""
    route, row, state = cell.route, cell.row, cell.state
    if route == "account_reset_password_from_key":
        return ["1", "abc-def"]
    if route == "accounts:change-person":
        return [world.bystander.pk if row == "ours" else 999_999_999]
    if row == "nowhere":
        return _rest(route, NOWHERE)
    if route in ("tracker:export-job", "tracker:download", "tracker:cancel-export"):
        return [world.job("ours" if row == "-" else row, state).pk]
    if route in ("consultations:change-action", "consultations:close-action"):
        return [world.record(row, state)["action"].pk]
    if row in ("-", "maker"):
        return []
    return _rest(route, world.record(row, state)["referral"].pk)


def _rest(route: str, pk) -> list:
    return [pk, *{"consultations:step": ["young-person"], "consultations:save-section": ["home"]}.get(route, [])]


def _first_step(world: World, cell: Cell) -> dict:
    return {"case_number": "1234567", "name": "A Name", "version": "1"}


def _screening(world: World, cell: Cell) -> dict:
    return {"decision": "signpost", "signposted_to": "Early Help", "reason": "Fits better"}


def _section(world: World, cell: Cell) -> dict:
    if cell.method == "JSON":
        return {"body": "new words", "version": "1", "client": "page-1", "seq": "1"}
    return {"text-home": "new words", "version-home": "1"}


def _action(world: World, cell: Cell) -> dict:
    return {
        "space": "home", "what": "Do it", "who": "elsewhere", "owner_name": "PC Stone", "version": "1",
    }  # fmt: skip


def _entry(world: World, cell: Cell) -> dict:
    return {"primary_concern": "home", "version": "1" if cell.state == "held" else "0"}


def _person(world: World, cell: Cell) -> dict:
    return {"name": "New Name", "email": "new.name@example.org", "roles": [Role.PRACTITIONER], "is_active": "on"}


def _keep(world: World, cell: Cell) -> dict:
    return {"draft_key": world.draft_token("maker"), "client": "page-1", "name": "half a na"}


FORMS: dict[str, Callable[[World, Cell], dict]] = {
    "search": lambda world, cell: {"q": "of"},
    "core:keep-draft": _keep,
    "core:discard-draft": _keep,
    "accounts:add-person": _person,
    "accounts:change-person": _person,
    "consultations:new": _first_step,
    "consultations:step": _first_step,
    "consultations:screen": _screening,
    "consultations:save-section": _section,
    "consultations:save-all": _section,
    "consultations:hold": lambda world, cell: date_parts("held_on"),
    "consultations:add-action": _action,
    "consultations:change-action": _action,
    "consultations:close-action": lambda world, cell: {"status": "done", "outcome": "It helped"},
    "tracker:data-entry": _entry,
    "tracker:export": lambda world, cell: {"filters": "state=held"},
    "account_login": lambda world, cell: {"login": "nobody@example.org", "password": "wrong wrong wrong"},
    "account_reset_password": lambda world, cell: {"email": "nobody@example.org"},
}


def data(world: World, cell: Cell) -> dict:
    """A complete form for this route; nothing for one that takes none."""
    return FORMS[cell.route](world, cell) if cell.route in FORMS else {}


def an_agency() -> Agency:
    """Any agency that a form may choose."""
    return Agency.objects.first() or Agency.objects.create(name="Children's social care")

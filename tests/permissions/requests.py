"""What is asked of each route: the arguments of its URL, and a complete, valid form."""

from collections.abc import Callable
from datetime import timedelta
from functools import cache

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts.models import Agency
from accounts.permissions import Role
from consultations.services import framework, papers, presence
from core.models import FormSection
from core.models.lists import FormName
from tests import slices
from tests.imports import HEADINGS, a_workbook
from tracker import likeness
from tracker.models import TrackerEntry
from tracker.services import other_texts, tagging, theme_merges

from .table import Cell
from .world import NOWHERE, World

OF_ACTIONS = {
    f"consultations:{name}" for name in ("action", "change-action", "action-progress", "close-action", "reopen-action")
}

OF_EXPORTS = {f"tracker:{name}" for name in ("export-job", "download", "cancel-export", "delete-export")}
OF_THEMES = {f"tracker:{name}" for name in ("theme", "change-theme", "move-theme", "switch-theme", "merge-theme")}
OF_THEME_GROUPS = {f"tracker:{name}-theme-group" for name in ("change", "move", "remove")}
OF_TAGGINGS = {f"tracker:{name}" for name in ("tagging", "tag-themes", "tag-preview", "undo-tagging")}

# Of the training register: route → which of its records the address names.
OF_TRAINING = {
    **dict.fromkeys(
        (f"tracker:training-{name}" for name in ("course", "change-course", "delete-course", "mark", "paste")), "course"
    ),
    "tracker:training-person": "booked",
    "tracker:training-remove": "booked",
    "tracker:training-put-back": "removed",
    "tracker:training-team": "team",
    "tracker:training-change-champion": "champion",
    "tracker:training-delete-champion": "champion",
}
OF_TRAINING_JOBS = {f"tracker:training-{name}" for name in ("export-job", "download", "cancel-export")}

OF_PAPERS = {f"consultations:{name}" for name in ("paper", "download-paper", "cancel-paper")}

OF_REPORTS = {"tracker:report", "tracker:change-report", "tracker:make-report"}
OF_REPORT_FILES = {"tracker:report-file", "tracker:download-report", "tracker:cancel-report"}


def date_parts(name: str, day=None) -> dict[str, str]:
    """A day (today unless given) as the three boxes of the date field `name`."""
    day = day or timezone.localdate()
    return {f"{name}_day": str(day.day), f"{name}_month": str(day.month), f"{name}_year": str(day.year)}


def arguments(world: World, cell: Cell) -> list:
    """The arguments of the route's URL, making the record that they name."""
    route, row, state = cell.route, cell.row, cell.state
    for module in slices.modules():
        if (found := module.arguments(world, cell)) is not None:
            return found
    if route == "account_reset_password_from_key":
        return ["zzzzz", "abc-def"]  # nobody's: of somebody's, django-allauth writes down the address when it looks
    if route == "accounts:change-person":
        return [world.bystander.pk if row == "ours" else 999_999_999]
    if route == "open-notice" and row == "ours":
        return [world.notice.pk]
    if route in OF_THEMES:
        return [world.theme.pk if row == "ours" else 999_999_999]
    if route in OF_THEME_GROUPS:
        return [world.group.pk if row == "ours" else 999_999_999]
    if route == "tracker:other-text":
        return [_text_code(world, cell)]
    if route == "tracker:tag":
        return []
    if route == "tracker:training-team" and row == "nowhere":
        return [999_999_999]
    if row == "nowhere":
        return _rest(route, NOWHERE)
    if route in OF_TAGGINGS:
        return [world.tagging(row, state).pk]
    if route == "tracker:import-forget":
        return [world.profile.pk]
    if route == "tracker:import" or (route.startswith("tracker:import-") and row != "-"):
        return [world.tracker_import(row, state).pk]
    if route in ("consultations:blank-form", "consultations:make-form"):
        return ["appendix-c"]
    if route in OF_PAPERS:
        return [world.paper(row, state).pk]
    if route in OF_EXPORTS:
        return [world.job("ours" if row == "-" else row, state).pk]
    if route in OF_TRAINING:
        return [world.training[OF_TRAINING[route]].pk]
    if route in OF_TRAINING_JOBS:
        return [world.training_job(row, state).pk]
    if route in OF_REPORTS:
        return [world.report(row).pk]
    if route in OF_REPORT_FILES:
        return [world.report_file(row, state).pk]
    if route in ("tracker:change-view", "tracker:save-over-view", "tracker:delete-view"):
        return [world.view(row).pk]
    if route in OF_ACTIONS:
        return [world.record(row, state)["action"].pk]
    if row in ("-", "maker"):
        return []
    if route == "consultations:end-access":
        return [world.record(row, state)["grant"].pk]
    if route in PAIRS:
        return [person.pk for person in world.record(row, state)["people"]]
    if route == "consultations:undo-merge":
        return [world.record(row, state)["merge"].pk]
    if route in ("consultations:young-person", "consultations:young-person-chronology"):
        return [world.record(row, state)["referral"].young_person_id]
    if route in OF_QUESTIONS:
        return [world.record(row, state)["take_away"].pk]
    if route in ("consultations:save-cell", "consultations:rename-place", "consultations:remove-place"):
        return _rest(route, world.record(row, state)["referral"].pk, world.record(row, state)["place"].pk)
    if route == "consultations:remove-participant":
        referral = world.record(row, state)["referral"]
        return _rest(route, referral.pk, referral.consultation.participants.first().pk)
    if route == "consultations:cell-versions":
        return _cell(world.record(row, state)["referral"])
    return _rest(route, world.record(row, state)["referral"].pk)


def _rest(route: str, pk, part=NOWHERE) -> list:
    if route in PAIRS:
        return [pk, pk]
    rest = {
        "consultations:step": ["young-person"],
        "consultations:save-section": ["home"],
        "consultations:versions": ["home"],
        "consultations:put-back": ["home", 1],
        "consultations:add-place": ["schools"],
        "consultations:rename-place": [part],
        "consultations:remove-place": [part],
        "consultations:save-cell": [part, "situation"],
        "consultations:remove-participant": [part],
        "consultations:mark-space": ["home"],
        "consultations:print": ["consultation"],
        "consultations:make-paper": ["consultation"],
        "consultations:cell-versions": [pk, "home"],
    }
    return [pk, *rest.get(route, [])]


def _cell(referral) -> list:
    """A cell of Appendix A in which something was written."""
    place = referral.consultation.framework_places.first()
    point = FormSection.objects.of(FormName.FRAMEWORK_POINTS).first()
    framework.save_cell(place, point, body="Words", base_version=0, by=referral.screened_by)
    return [referral.pk, place.pk, point.key]


def _text_code(world: World, cell: Cell) -> str:
    """What stands in an address for the text of Other of this record."""
    if cell.row == "nowhere":
        return "0" * 20
    return other_texts.code_of(likeness.key_of(world.record(cell.row, cell.state)["words"]["other"]))


def _other_text(world: World, cell: Cell) -> dict:
    return {"texts": [_text_code(world, cell)], "become": "new", "name": "A new name"}


def _tag(world: World, cell: Cell) -> dict:
    """The ticked rows of the list."""
    pk = NOWHERE if cell.row == "nowhere" else world.record(cell.row, cell.state)["referral"].pk
    return {"referral": [str(pk)], "filters": "state=held"}


def _apply(world: World, cell: Cell) -> dict:
    if cell.row == "nowhere":
        return {}
    return {"mark": tagging.plan(world.tagging(cell.row, cell.state), world.people["cs"]).mark}


def _merge_themes(world: World, cell: Cell) -> dict:
    mark = theme_merges.plan(world.theme, world.other_theme, world.other_manager).mark
    return {"into": world.other_theme.pk, "mark": mark}


def _redaction(world: World, cell: Cell) -> dict:
    """What is left out of a copy of the record as it stands."""
    if cell.row in ("nowhere", "draft"):
        return {"make": "1"}
    digest = papers.whole_record(world.record(cell.row, cell.state)["referral"].consultation).digest()
    return {"digest": digest, "more": "Somebody Else", "make": "1"}


def _people(world: World, cell: Cell) -> dict:
    """A form about access: to somebody who is not of the matrix, for a day."""
    day = timezone.localdate() + timedelta(days=7)
    record = world.record(cell.row, cell.state) if cell.row in ("restricted", "granted") else None
    seen = record["referral"].restriction_review_on.isoformat() if record else ""
    given = {"reason": "The new reason", "person": world.other_manager.pk, "seen": seen}
    return given | date_parts("until", day) | date_parts("review_on", day)


def _first_step(world: World, cell: Cell) -> dict:
    return {"case_number": "1234567", "name": "A Name", "version": "1"}


def _screening(world: World, cell: Cell) -> dict:
    return {"decision": "signpost", "signposted_to": "Early Help", "reason": "Fits better"}


def _section(world: World, cell: Cell) -> dict:
    if cell.method == "JSON":
        return {"body": "new words", "version": "1", "client": "page-1", "seq": "1"}
    return {"text-home": "new words", "version-home": "1"}


def _presence(world: World, cell: Cell) -> dict:
    pk = NOWHERE if cell.row == "nowhere" else world.record(cell.row, cell.state)["referral"].pk
    return {"token": presence.token(pk), "client": "page-1", "section": "home", "version-home": "0"}


def _action(world: World, cell: Cell) -> dict:
    return {
        "space": "home", "what": "Do it", "who": "elsewhere", "owner_name": "PC Stone", "version": "1",
    }  # fmt: skip


def _entry(world: World, cell: Cell) -> dict:
    """With the version that the entry has by now: other routes change it, in whatever order they are asked."""
    version = 0
    if cell.state == "held" and cell.row != "nowhere":
        version = TrackerEntry.objects.get(referral=world.record(cell.row, cell.state)["referral"]).version
    return {"primary_concern": "home", "version": str(version)}


def _feedback(world: World, cell: Cell) -> dict:
    """Of a held record the feedback was recorded for the referrer already: it is changed."""
    sent = {"version": "1", "used": "partly", "useful": "3", "young_person": "Other words"}
    if cell.row not in ("nowhere", "draft"):
        sent[f"happened-{world.record(cell.row, cell.state)['action'].pk}"] = "done"
    return sent


def _settings(world: World, cell: Cell) -> dict:
    return {
        "version": "1", "feedback_after_weeks": "8", "feedback_chase_after_weeks": "3", "remind_days_before": "0",
        "restriction_review_days": "30",
        "pattern_referrals": "3",
        "pattern_days": "120",
    }  # fmt: skip


def _person(world: World, cell: Cell) -> dict:
    return {"name": "New Name", "email": "new.name@example.org", "roles": [Role.PRACTITIONER], "is_active": "on"}


def _keep(world: World, cell: Cell) -> dict:
    return {"draft_key": world.draft_token("maker"), "client": "page-1", "name": "half a na"}


def _course(world: World, cell: Cell) -> dict:
    return {"title": "A course", "kind": "Introduction", "version": "1", **date_parts("held_on")}


def _champion(world: World, cell: Cell) -> dict:
    return {"who": "Somebody New", "team": world.training["team"].pk, "version": "1", **date_parts("since")}


def _report(world: World, cell: Cell) -> dict:
    """The year before this one, of which there is every month to choose."""
    year = timezone.localdate().year - 1
    return {"first": f"{year}-01", "last": f"{year}-12", "title": "The new title", "version": "1"}


def _upload(world: World, cell: Cell) -> dict:
    return {"file": SimpleUploadedFile("tracker.xlsx", a_workbook(HEADINGS))}


def _of_import(world: World, cell: Cell, **values) -> dict:
    """A form about an import, as its page stands now."""
    version = "1" if cell.row == "nowhere" else str(world.tracker_import(cell.row, cell.state).version)
    return {"version": version} | values


def _columns(world: World, cell: Cell) -> dict:
    targets = ["received_on", "case_number", "referrer_team", "agency", "primary_concern", "", "outcome_detail", ""]
    return _of_import(world, cell, **{f"column-{place}": target for place, target in enumerate(targets)})


PAIRS = {f"consultations:{name}" for name in ("duplicate", "merge", "separate")}
OF_QUESTIONS = {"consultations:take-away", "consultations:change-take-away"}
FORMS: dict[str, Callable[[World, Cell], dict]] = {
    "search": lambda world, cell: {"q": "of"},
    "core:keep-draft": _keep,
    "core:discard-draft": _keep,
    "accounts:add-person": _person,
    "accounts:change-person": _person,
    "consultations:new": _first_step,
    "consultations:step": _first_step,
    "consultations:screen": _screening,
    "consultations:answer": lambda world, cell: {"body": "The new answer"},
    "consultations:withdraw": lambda world, cell: {"reason": "The new reason"},
    "consultations:reopen": lambda world, cell: {"reason": "The new reason"},
    "consultations:allocate": lambda world, cell: {"to": world.people["cs"].pk, "was": ""},
    "consultations:reschedule": lambda world, cell: {"place": "Another room", **date_parts("planned_for")},
    "consultations:save-section": _section,
    "consultations:save-all": _section,
    "consultations:presence": _presence,
    "consultations:put-back": lambda world, cell: {"base_version": "1"},
    "consultations:redact": _redaction,
    "consultations:hold": lambda world, cell: date_parts("held_on"),
    "consultations:add-action": _action,
    "consultations:change-action": _action,
    "consultations:close-action": lambda world, cell: {"status": "done", "outcome": "It helped"},
    "consultations:participants": lambda world, cell: {"who": "elsewhere", "name": "PC Stone", "agency": "Police"},
    "consultations:add-place": lambda world, cell: {"name": "Eastfields College"},
    "consultations:rename-place": lambda world, cell: {"name": "Eastfields College"},
    "consultations:save-cell": lambda world, cell: {"body": "new words", "version": "0", "client": "p", "seq": "1"},
    "consultations:add-take-away": _action,
    "consultations:change-take-away": _action,
    "consultations:take-away": lambda world, cell: {"status": "done", "outcome": "Found out"},
    "consultations:mark-space": lambda world, cell: {"harm": "some", "strength": "", "version": "0"},
    "consultations:action-progress": lambda world, cell: {"body": "Half of it is done"},
    "consultations:reopen-action": lambda world, cell: {"reason": "It is not enough"},
    "consultations:restrict": lambda world, cell: {"reason": "The new reason"},
    "consultations:grant-access": _people,
    "consultations:keep-restriction": _people,
    "consultations:lift-restriction": _people,
    "consultations:end-access": _people,
    "consultations:merge": _people,
    "consultations:separate": _people,
    "consultations:undo-merge": _people,
    "consultations:feedback": _feedback,
    "accounts:settings": _settings,
    "tracker:data-entry": _entry,
    "tracker:export": lambda world, cell: {"filters": "state=held", "names": "with", "format": "xlsx"},
    "tracker:add-theme": lambda world, cell: {"name": "A new name", "group": "none"},
    "tracker:change-theme": lambda world, cell: {"name": "A new name", "group": "none", "version": "1"},
    "tracker:change-theme-group": lambda world, cell: {"name": "A new name", "version": "1"},
    "tracker:move-theme": lambda world, cell: {"to": "up"},
    "tracker:move-theme-group": lambda world, cell: {"to": "up"},
    "tracker:switch-theme": lambda world, cell: {"to": "off", "version": "1"},
    "tracker:merge-theme": _merge_themes,
    "tracker:other-text": _other_text,
    "tracker:tag": _tag,
    "tracker:tag-themes": lambda world, cell: {"adds": [str(world.other_theme.pk)]},
    "tracker:tag-preview": _apply,
    "tracker:training-add-course": _course,
    "tracker:training-change-course": _course,
    "tracker:training-course": lambda world, cell: {"who": "Somebody New", "status": "attended"},
    "tracker:training-paste": lambda world, cell: {"people": "Somebody New, Trained team", "status": "attended"},
    "tracker:training-add-champion": _champion,
    "tracker:training-change-champion": _champion,
    "tracker:new-report": _report,
    "tracker:change-report": _report,
    "tracker:make-report": lambda world, cell: {"form": "docx"},
    "tracker:import-upload": _upload,
    "tracker:import-sheet": lambda world, cell: _of_import(world, cell, sheet="0", **{"row-0": "1"}),
    "tracker:import-columns": _columns,
    "tracker:import-words": lambda world, cell: _of_import(world, cell, **{"word-primary_concern-0": "home"}),
    "tracker:import-preview": lambda world, cell: _of_import(world, cell, remember_as="A name"),
    "tracker:save-view": lambda world, cell: {"name": "Held this year", "who": "all"},
    "tracker:change-view": lambda world, cell: {"name": "Held this year", "who": "me"},
    "account_login": lambda world, cell: {"login": "nobody@example.org", "password": "wrong wrong wrong"},
    "account_reset_password": lambda world, cell: {"email": "nobody@example.org"},
}


@cache
def _forms() -> dict[str, Callable[[World, Cell], dict]]:
    return FORMS | slices.merged("FORMS")


def data(world: World, cell: Cell) -> dict:
    """A complete form for this route; nothing for one that takes none."""
    forms = _forms()
    return forms[cell.route](world, cell) if cell.route in forms else {}


def an_agency() -> Agency:
    """Any agency that a form may choose."""
    return Agency.objects.first() or Agency.objects.create(name="Children's social care")

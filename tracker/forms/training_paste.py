"""A list of names that is pasted for a course: read, matched with accounts and teams, and asked about where unclear."""

import re
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.db.models.functions import Lower

from accounts.models import Agency, Team, User
from core.forms import GovukForm, RadioSelect

from ..choices import AttendanceStatus
from ..services.training import Who
from .training import NAME_LENGTH, one_line

MOST_LINES = 300
MOST_CHARACTERS = 60_000
MOST_UNKNOWN = 30
# What stands before a name in a list, and the addresses that mail programs write behind it. They are never kept.
_LEAD = re.compile(r"^(?:[-*•·–]\s*|\d{1,3}[.)]\s+)")
_ADDRESS = re.compile(r"<[^<>]*@[^<>]*>")
_BETWEEN = re.compile(r"[,;\t]")
NO_TEAM = "none"


@dataclass(frozen=True)
class Line:
    """One line: its number, and the name, team and agency as they were typed."""

    number: int
    name: str
    team: str = ""
    agency: str = ""


@dataclass
class Match:
    """A line with what it was found to mean. `accounts` are those it may be; `asked` what has to be asked about it."""

    line: Line
    accounts: list[User] = field(default_factory=list)
    team: Team | None = None
    agency: Agency | None = None
    asks_account: bool = False
    asks_team: bool = False


def read_lines(text: str) -> list[Line]:
    """The lines of a pasted list that hold a name: "Name", "Name, Team" or "Name, Team, Agency"; tabs do as well."""
    found = []
    for number, raw in enumerate(text.splitlines(), start=1):
        # A mail program writes several people into one line, between semicolons.
        pieces = raw.split(";") if _ADDRESS.search(raw) else [raw]
        for piece in pieces:
            parts = [one_line(part) for part in _BETWEEN.split(_ADDRESS.sub(" ", piece))]
            parts = [part for part in parts if "@" not in part]
            name = _LEAD.sub("", parts[0]).strip() if parts else ""
            if name:
                rest = [part for part in parts[1:] if part]
                found.append(Line(number, name, *rest[:2]))
    return found


class PasteForm(GovukForm):
    """The list as it is pasted."""

    people = forms.CharField(
        label="Names",
        max_length=MOST_CHARACTERS,
        widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "false"}),
        help_text="One person a line: the name, then a comma and the team, for example “Samuel Brandt, Marlow Road "
        "Academy”. Two columns copied from Excel do as well. You see what comes of it before anything is saved.",
        error_messages={"required": "Enter the names, one a line"},
    )
    team = forms.ModelChoiceField(
        Team.objects.none(),
        label="Team of those whose line names none",
        required=False,
        empty_label="Their own team, or none",
    )
    status = forms.ChoiceField(
        label="Did they attend?",
        choices=AttendanceStatus.choices,
        widget=RadioSelect(inline=True, small=True),
        error_messages={"required": "Select whether they attended"},
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["team"].queryset = Team.objects.filter(active=True).select_related("agency")
        self.fields["team"].label_from_instance = lambda team: f"{team.name}, {team.agency.name}"

    def clean_people(self) -> str:
        lines = read_lines(self.cleaned_data["people"])
        if not lines:
            raise forms.ValidationError("Enter the names, one a line")
        if len(lines) > MOST_LINES:
            raise forms.ValidationError(f"There must be {MOST_LINES} names or fewer at once")
        long = [line.number for line in lines if len(line.name) > NAME_LENGTH]
        if long:
            raise forms.ValidationError(f"The name in line {long[0]} must be {NAME_LENGTH} characters or fewer")
        return self.cleaned_data["people"]


class PreviewForm(GovukForm):
    """What has to be asked about a pasted list before it is added; it carries the list along."""

    people = forms.CharField(widget=forms.HiddenInput, required=False)
    team = forms.CharField(widget=forms.HiddenInput, required=False)
    status = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, given: dict[str, Any], **kwargs):
        super().__init__(*args, **kwargs)
        self.initial |= {name: given[name] for name in ("people", "status")}
        self.initial["team"] = given["team"].pk if given["team"] else ""
        teams, agencies = list(Team.objects.select_related("agency")), list(Agency.objects.all())
        self.teams, self.agencies = ({str(one.pk): one for one in rows} for rows in (teams, agencies))
        self.matches = _matched(read_lines(given["people"]), given["team"], teams, agencies)
        self.unknown = list(dict.fromkeys(match.line.team.lower() for match in self.matches if match.asks_team))
        for number, words in enumerate(self.unknown):
            shown = next(match.line.team for match in self.matches if match.line.team.lower() == words)
            self.fields[f"team-{number}"] = _asking_team(shown, teams, agencies)
        for number, match in enumerate(self.matches):
            if match.asks_account:
                self.fields[f"who-{number}"] = _asking_who(match)

    @property
    def asks(self) -> bool:
        """Whether anything has to be answered."""
        return any(not field.is_hidden for field in self)

    def people_now(self) -> list[Who]:
        """Everybody on the list, with what has been answered so far."""
        answers = getattr(self, "cleaned_data", {})
        return [self._who(number, match, answers) for number, match in enumerate(self.matches)]

    def _who(self, number: int, match: Match, answers: dict[str, Any]) -> Who:
        team, agency, person = match.team, match.agency, None
        if match.asks_team:
            chosen = answers.get(f"team-{self.unknown.index(match.line.team.lower())}") or NO_TEAM
            kind, _, pk = chosen.partition(":")
            team = self.teams.get(pk) if kind == "team" else None
            agency = self.agencies.get(pk) if kind == "agency" else None
        if match.asks_account:
            pk = answers.get(f"who-{number}")
            person = next((user for user in match.accounts if str(user.pk) == pk), None)
        elif match.accounts:
            person = match.accounts[0]
        return Who(person=person, name="" if person else match.line.name, team=team, agency=agency)


def _matched(lines: list[Line], default: Team | None, teams: list[Team], agencies: list[Agency]) -> list[Match]:
    """Each line with its accounts, team and agency; one query, however many lines."""
    wanted = {line.name.lower() for line in lines}
    users: dict[str, list[User]] = {}
    found = User.objects.annotate(lower_name=Lower("name")).filter(lower_name__in=wanted)
    for user in found.select_related("team__agency"):
        users.setdefault(user.name.lower(), []).append(user)
    teams_by_name: dict[str, list[Team]] = {}
    for team in teams:
        teams_by_name.setdefault(team.name.lower(), []).append(team)
    by_name = {agency.name.lower(): agency for agency in agencies}
    return [_match(line, default, users, teams_by_name, by_name) for line in lines]


def _match(line: Line, default: Team | None, users: dict, teams: dict, agencies: dict) -> Match:
    accounts = users.get(line.name.lower(), [])
    match = Match(line, accounts)
    if line.team:
        named = teams.get(line.team.lower(), [])
        if line.agency and len(named) > 1:
            named = [team for team in named if team.agency.name.lower() == line.agency.lower()]
        match.team = named[0] if len(named) == 1 else None
        match.agency = agencies.get(line.team.lower()) if not named else None
        match.asks_team = match.team is None and match.agency is None
    elif len(accounts) != 1:  # an account holder brings their own team
        match.team = default
    if match.team:
        same = [user for user in accounts if user.team_id == match.team.pk]
        match.asks_account = bool(accounts) and len(same) != 1
        match.accounts = same if len(same) == 1 else accounts
    else:
        match.asks_account = len(accounts) > 1 or bool(accounts and line.team)
    return match


def _asking_team(words: str, teams: list[Team], agencies: list[Agency]) -> forms.ChoiceField:
    """Which team is meant by words that are the name of none, or of several."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for team in teams:
        if team.active and team.agency.active:
            groups.setdefault(team.agency.name, []).append((f"team:{team.pk}", team.name))
    none_of = [(f"agency:{one.pk}", f"{one.name}, in none of its teams") for one in agencies if one.active]
    return forms.ChoiceField(
        label=f"Which team is “{words[:80]}”?",
        choices=[
            ("", "Choose a team"),
            *sorted(groups.items()),
            ("No team", [*none_of, (NO_TEAM, "Leave the team out")]),
        ],
        error_messages={"required": f"Choose which team “{words[:80]}” is"},
    )


def _asking_who(match: Match) -> forms.ChoiceField:
    """Whose account is meant, or nobody's."""
    choices = [(str(user.pk), _described(user)) for user in match.accounts]
    return forms.ChoiceField(
        label=f"Who is “{match.line.name}” in line {match.line.number}?",
        choices=[*choices, (NO_TEAM, "Somebody else of this name, without an account")],
        widget=RadioSelect(small=True),
        error_messages={"required": f"Select who “{match.line.name}” in line {match.line.number} is"},
    )


def _described(user: User) -> str:
    left = "" if user.is_active else ", has left"
    return f"{user.name}, who has an account: {user.team or 'no team'}{left}"

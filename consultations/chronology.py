"""Everything that happened to a referral, or to all referrals of a young person that somebody may see, in one list.

It is read from what is kept anyway: the audit log for acts, the versions of texts for words. Nothing is written for it.
A page costs the same number of queries whatever is in it (ADR 13).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db.models import BigIntegerField, CharField, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.fields.json import KT
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils import timezone

from accounts.permissions import Permission, can
from core.differences import ADDED, REMOVED, Budget, Piece, changed_words, differences, short
from core.models import AuditEvent, Job, SetAsideText, TextVersion

from .act_names import Names
from .act_words import ACTS, DETAILS, Act, Kind, act_for
from .models import (
    AccessGrant,
    ConsultationAction,
    ConsultationNote,
    Feedback,
    FrameworkCell,
    Referral,
    TakeAway,
)
from .papers import documents
from .services import papers

PAGE_SIZE = 25
# Who did what a scheduled job did.
NOBODY = "The system"
# The tables that lines come from.
EVENT, VERSION, SET_ASIDE, MERGED = "event", "version", "set aside", "merged"
# Acts that one person does many times in a row, box by box: those of one minute read as one entry.
_GATHERED = {"consultation.marked", "consultation.participant-came"}
# How much of one long text a line shows; the page of its versions has the rest.
MOST_WORDS = 40
_UNSENT = [code for code, act in ACTS.items() if act.unsent]
_NARROW = [code for code, act in ACTS.items() if act.narrow]
_TOLD_OTHERWISE = ["viewed", *(code for code, act in ACTS.items() if not act.shown)]


@dataclass(frozen=True)
class Chosen:
    """What a chronology is narrowed to: kinds (all if empty), one person, a period of days; and its order."""

    kinds: tuple[str, ...] = ()
    person: int | None = None
    first: date | None = None
    last: date | None = None
    oldest_first: bool = False


@dataclass(frozen=True)
class TextPlace:
    """Where a text stands: its heading, whose it is, the page of its versions, and when its form was begun."""

    title: str
    referral_id: UUID
    url: str
    begun_at: datetime


@dataclass
class Line:
    """One thing that happened: what, by whom, when (`since` where it took a while), and what of it is to be read."""

    title: str
    by: str
    at: datetime
    referral: Referral
    since: datetime | None = None
    facts: list[tuple[str, str]] = field(default_factory=list)
    changes: list[tuple[str, list[Piece]]] = field(default_factory=list)
    short_changes: list[tuple[str, list[Piece]]] = field(default_factory=list)
    note: str = ""
    url: str = ""
    gathers: bool = False
    parts: list["Line"] = field(default_factory=list)

    @property
    def together(self) -> list["Line"]:
        """This line and those that were gathered under it."""
        return [self, *self.parts]

    def goes_with(self, other: "Line") -> bool:
        """Whether both are of a kind that is done box by box, by one person on one record in one minute."""
        return (
            (self.gathers and other.gathers)
            and (self.title, self.by, self.referral.pk) == (other.title, other.by, other.referral.pk)
            and self.at.replace(second=0, microsecond=0) == other.at.replace(second=0, microsecond=0)
        )


class Chronology:
    """What happened to `referrals`, as far as `user` may know of it. The referrals are those that `user` may see."""

    def __init__(self, referrals: Iterable[Referral], user):
        self.referrals = {referral.pk: referral for referral in referrals}
        self.user = user
        self.sees_access = can(user, Permission.REFERRAL_SEE_ALL)
        self.subjects: dict[tuple[str, str], UUID] = {}
        self.about: dict[tuple[str, str], str] = {}
        self._find_subjects()
        self.places = text_places(self.referrals)

    def _find_subjects(self) -> None:
        """Which records belong to which referral: the audit log names each by its kind and id."""
        for pk in self.referrals:
            self.subjects["consultations.referral", str(pk)] = pk
        for model in (ConsultationAction, TakeAway):
            rows = model.objects.filter(consultation__referral__in=self.referrals)
            for row in rows.only("what", "consultation__referral").select_related("consultation"):
                key = (model._meta.label_lower, str(row.pk))
                self.subjects[key] = row.consultation.referral_id
                self.about[key] = row.what
        for job in jobs_of(self.referrals):
            key = (job._meta.label_lower, str(job.pk))
            self.subjects[key] = UUID(job.params["referral"])
            self.about[key] = documents.TITLES.get(job.params.get("paper"), "")
        given = Feedback.objects.filter(referral__in=self.referrals).values_list("pk", "referral")
        self.subjects |= {("consultations.feedback", str(pk)): referral for pk, referral in given}

    # ---------------------------------------------------------------- which rows
    def rows(self, chosen: Chosen) -> QuerySet:
        """(at, number, what, key) of everything there is, in order: a query to be cut into pages and counted."""
        parts = [
            keys_of(within(self._events(chosen), chosen, "at", "actor_id"), EVENT, "at", F("pk")),
        ]
        if not chosen.kinds or Kind.WORDS in chosen.kinds:
            parts += [
                keys_of(within(self._versions(), chosen, "at", "by"), VERSION, "at", F("pk")),
                keys_of(within(self._set_aside(), chosen, "at", "by"), SET_ASIDE, "at", Value(0)),
                keys_of(
                    within(self._set_aside().exclude(resolved_at=None), chosen, "resolved_at", "resolved_by"),
                    MERGED, "resolved_at", Value(1),
                ),
            ]  # fmt: skip
        found = parts[0].union(*parts[1:], all=True) if parts[1:] else parts[0]
        order = ("moment", "number") if chosen.oldest_first else ("-moment", "-number")
        return found.order_by(*order)

    def people(self) -> list[tuple[int, str]]:
        """Everybody who did something here that this reader may know of, by name."""
        found = dict(self._events(Chosen()).order_by().values_list("actor_id", "actor_name").distinct())
        found |= dict(self._versions().order_by().values_list("by", "by__name").distinct())
        found |= dict(self._set_aside().order_by().values_list("by", "by__name").distinct())
        found.pop(None, None)
        return sorted(found.items(), key=lambda pair: pair[1].casefold())

    def _events(self, chosen: Chosen) -> QuerySet[AuditEvent]:
        by_type: dict[str, list[str]] = {}
        for subject_type, subject_id in self.subjects:
            by_type.setdefault(subject_type, []).append(subject_id)
        mine = Q(pk__in=[])
        for subject_type, ids in by_type.items():
            mine |= Q(subject_type=subject_type, subject_id__in=ids)
        found = AuditEvent.objects.filter(mine).exclude(act__in=_TOLD_OTHERWISE)
        found = found.exclude(Q(act__in=_UNSENT) & ~Q(actor_id=self.user.pk))
        if not self.sees_access:
            found = found.exclude(act__in=_NARROW)
        if chosen.kinds:
            found = found.filter(act__in=[code for code, act in ACTS.items() if act.kind in chosen.kinds])
        return found

    def _versions(self) -> QuerySet[TextVersion]:
        """All but what the form began with: that was nobody's writing, but taken over from the referral."""
        begun = {place.begun_at for place in self.places.values()}
        return TextVersion.objects.filter(text__in=self.places).exclude(version=1, at__in=begun)

    def _set_aside(self) -> QuerySet[SetAsideText]:
        return SetAsideText.objects.filter(text__in=self.places)

    # ---------------------------------------------------------------- what they say
    def lines(self, rows: Iterable[dict]) -> list[Line]:
        """The lines for some of `rows`; every text and name is looked up once for all of them."""
        rows = list(rows)
        keys: dict[str, set[str]] = {what: set() for what in (EVENT, VERSION, SET_ASIDE, MERGED)}
        for row in rows:
            keys[row["what"]].add(row["key"])
        budget = Budget()
        made = self._event_lines(keys[EVENT], budget) if keys[EVENT] else {}
        versions, asides = [], []
        if keys[VERSION]:
            versions = list(with_text_before(TextVersion.objects.filter(pk__in=keys[VERSION])).select_related("by"))
        if ids := keys[SET_ASIDE] | keys[MERGED]:
            found = SetAsideText.objects.filter(pk__in=ids)
            asides = list(with_base(found).select_related("by", "resolved_by"))
        places = self.places
        made |= {(VERSION, str(row.pk)): self._written(row, places[row.text_id], budget) for row in versions}
        for row in asides:
            place = places[row.text_id]
            if str(row.pk) in keys[SET_ASIDE]:
                made[SET_ASIDE, str(row.pk)] = self._laid_aside(row, place, budget)
            if row.resolved_at:
                title = f"{place.title}: the text written at the same time was merged or taken away"
                made[MERGED, str(row.pk)] = self._line(title, row.resolved_by.name, row.resolved_at, place)
        return _gathered(made[row["what"], row["key"]] for row in rows)

    def _line(self, title: str, by: str, at: datetime, place: TextPlace, **more) -> Line:
        return Line(title, by, at, self.referrals[place.referral_id], url=place.url, **more)

    def _written(self, row: TextVersion, place: TextPlace, budget: Budget) -> Line:
        pieces = differences(row.body_before or "", row.body, budget)
        since = row.begun_at if row.at - row.begun_at >= timedelta(minutes=1) else None
        title = f"{place.title}: {'changed' if row.body_before else 'written'}"
        line = self._line(title, row.by.name, row.at, place, since=since, note=how_much(pieces))
        line.changes = [("", short(pieces, most=MOST_WORDS))]
        line.url = f"{place.url}?version={row.version}#whole"
        return line

    def _laid_aside(self, row: SetAsideText, place: TextPlace, budget: Budget) -> Line:
        pieces = differences(row.body_before or "", row.body, budget)
        line = self._line(f"{place.title}: written at the same time as somebody else", row.by.name, row.at, place)
        line.changes = [("", short(pieces, most=MOST_WORDS))]
        line.note = "Both texts were kept." if row.resolved_at else "Both texts are kept; they wait to be merged."
        return line

    def _event_lines(self, ids: set[str], budget: Budget) -> dict[tuple[str, str], Line]:
        events = list(AuditEvent.objects.filter(pk__in=ids))
        names = Names(events, self.about)
        granted = self._granted()
        return {
            (EVENT, str(event.pk)): self._event_line(event, names, granted=granted, budget=budget) for event in events
        }

    def _event_line(self, event: AuditEvent, names: Names, *, granted: set[UUID], budget: Budget) -> Line:
        key = event.subject_type, event.subject_id
        act, referral = act_for(event.act), self.referrals[self.subjects[key]]
        line = Line(act.words, event.actor_name or NOBODY, event.at, referral, gathers=event.act in _GATHERED)
        if about := self.about.get(key):
            line.facts.append(("About", about if len(about) <= 200 else f"{about[:199]}…"))
        for name in act.shows:
            if name == "reason" and not self._may_read_why(act, referral, granted):
                continue
            label, how = DETAILS[name]
            value = names.message(event) if how == "message" else names.word(how, event.detail.get(name))
            if value:
                line.facts.append((label, value))
        if act.changes:
            self._add_changes(line, event, act, names, budget)
        return line

    @staticmethod
    def _add_changes(line: Line, event: AuditEvent, act: Act, names: Names, budget: Budget) -> None:
        """What changed, by its label. What was not there before is a fact; two fields of one label read as one."""
        found: dict[str, tuple[str, list[str], list[str]]] = {}
        for name, value in event.detail.get("changed", event.detail).items():
            label, how = names.field(name)
            if label and name not in act.shows and isinstance(value, list) and len(value) == 2:
                _, before, after = found.setdefault(label, (how, [], []))
                before.append(names.word(how, value[0]))
                after.append(names.word(how, value[1]))
        for label, (how, *sides) in found.items():
            before, after = (", ".join(filter(None, side)) for side in sides)
            if before == after:
                continue
            if not before and len(after.split()) <= MOST_WORDS:
                line.facts.append((label, after))
            elif how == "text":
                line.changes.append((label, short(differences(before, after, budget), most=MOST_WORDS)))
            else:
                pieces = [Piece(REMOVED, f"{before} "), Piece(ADDED, after)]
                line.short_changes.append((label, [piece for piece in pieces if piece.text.strip()]))

    def _may_read_why(self, act: Act, referral: Referral, granted: set[UUID]) -> bool:
        if act.why_for is None or can(self.user, act.why_for):
            return True
        return act.narrow and referral.pk in granted

    def _granted(self) -> set[UUID]:
        """The restricted referrals to which the reader has access by a grant."""
        mine = AccessGrant.objects.current().filter(user=self.user, referral__in=self.referrals)
        return set(mine.values_list("referral", flat=True))


def _gathered(lines: Iterable[Line]) -> list[Line]:
    """`lines` in their order, neighbours that go together as one; no fact of any is left out."""
    found: list[Line] = []
    for line in lines:
        if found and found[-1].goes_with(line):
            found[-1].parts.append(line)
        else:
            found.append(line)
    return found


def jobs_of(referrals: Iterable[UUID]) -> QuerySet[Job]:
    """The jobs that made papers of these referrals."""
    ids = [str(pk) for pk in referrals]
    rows = Job.objects.filter(kind=papers.KIND).alias(about=KT("params__referral")).filter(about__in=ids)
    return rows.only("params")


def how_much(pieces: list[Piece]) -> str:
    """How many words were added and removed, in words."""
    added, removed = changed_words(pieces)
    parts = [f"{number:,} {'word' if number == 1 else 'words'} {kind}" for number, kind in
             [(added, "added"), (removed, "removed")] if number]  # fmt: skip
    return ", ".join(parts) or "Only spaces or line breaks changed"


def with_text_before(versions: QuerySet[TextVersion]) -> QuerySet[TextVersion]:
    """Each with `body_before`: what stood there before it, None for the first."""
    earlier = TextVersion.objects.filter(text=OuterRef("text"), version__lt=OuterRef("version")).order_by("-version")
    return versions.annotate(body_before=Subquery(earlier.values("body")[:1]))


def with_base(asides: QuerySet[SetAsideText]) -> QuerySet[SetAsideText]:
    """Each with `body_before`: the text that it was written on.

    Where the version of that number was gathered into a later one since, the nearest before it stands for it.
    """
    base = TextVersion.objects.filter(text=OuterRef("text"), version__lte=OuterRef("base_version"))
    return asides.annotate(body_before=Subquery(base.order_by("-version").values("body")[:1]))


def text_places(referrals: Iterable[UUID]) -> dict[UUID, TextPlace]:
    """The texts of these referrals by their ids, and where each stands; in two queries."""
    found, ids = {}, list(referrals)
    notes = ConsultationNote.objects.filter(consultation__referral__in=ids).select_related("section", "consultation")
    for note in notes:
        referral, begun_at = note.consultation.referral_id, note.consultation.created_at
        url = reverse("consultations:versions", args=[referral, note.section.key])
        found[note.text_id] = TextPlace(f"“{note.section.title}”", referral, url, begun_at)
    cells = FrameworkCell.objects.filter(place__consultation__referral__in=ids)
    for cell in cells.select_related("place__consultation", "place__factor", "point"):
        consultation = cell.place.consultation
        found[cell.text_id] = TextPlace(
            cell_title(cell), consultation.referral_id, cell_url(cell), consultation.created_at
        )
    return found


def cell_title(cell: FrameworkCell) -> str:
    """What a cell of Appendix A is called: its point and its column."""
    column = f"{cell.place.factor.title}: {cell.place.name}" if cell.place.name else cell.place.factor.title
    return f"Framework, “{cell.point.title}” – {column}"


def cell_url(cell: FrameworkCell) -> str:
    """The page of a cell's versions."""
    args = [cell.place.consultation.referral_id, cell.place_id, cell.point.key]
    return reverse("consultations:cell-versions", args=args)


def keys_of(rows: QuerySet, what: str, moment: str, number) -> QuerySet:
    """(moment, number, what, key) of `rows`, so that rows of several tables can stand in one list."""
    return (
        rows.order_by()
        .annotate(
            moment=F(moment),
            number=Cast(number, BigIntegerField()),
            what=Value(what, CharField()),
            key=Cast("pk", CharField()),
        )
        .values("moment", "number", "what", "key")
    )


def within(rows: QuerySet, chosen: Chosen, moment: str, person: str) -> QuerySet:
    """`rows` by the chosen person in the chosen period, whose days are London's."""
    if chosen.person:
        rows = rows.filter(**{person: chosen.person})
    if chosen.first:
        rows = rows.filter(**{f"{moment}__gte": timezone.make_aware(datetime.combine(chosen.first, time.min))})
    if chosen.last:
        end = datetime.combine(chosen.last + timedelta(days=1), time.min)
        rows = rows.filter(**{f"{moment}__lt": timezone.make_aware(end)})
    return rows

"""Importing a filled-in results tool: the file is read, its columns matched, and what is sound put into a round.

Nothing of a review is written before the last step, and that is one transaction.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.permissions import Permission
from core import audit, drafts, notices, texts
from core.models.actions import ActionStatus
from core.workflow import ActRefused, EditConflict
from tracker import reading
from tracker.cells import CellEncoder, storable
from tracker.reading import NotATracker
from tracker.services.imports_files import on_disk

from ..choices import Domain, Level, Rating, Stage
from ..importing import Block, Found, FoundAction, FoundStatement, Sheet, blocks_of, is_own, read, read_own
from ..importing.words import TARGETS
from ..models import Review, ReviewAction, ReviewImport, Statement
from ..timescales import counted_from
from . import ratings, rounds, steps

SENT_TWICE = timedelta(seconds=60)
# What a results tool may hold; the largest that are known have some hundred rows.
MOST_SHEETS, MOST_ROWS, MOST_CHARACTERS, MOST_STATEMENTS = 12, 5_000, 5_000_000, 400
SAMPLE_FULL = 30  # rows that a first look gives at most: a sheet with fewer is read already
REASON = "As in the results tool that was imported."


@dataclass(frozen=True)
class Choice:
    """What was said of a statement: left out, or where it goes, as far as the file did not say it."""

    out: bool = False
    level: str = ""
    stage: str = ""
    rating: str = ""
    domain: str = ""


def upload(pieces: Iterable[bytes], *, file_name: str, by, at: datetime | None = None) -> ReviewImport:
    """Read a file and keep its cells. The same file sent twice is one. Raises NotATracker for a file that is none."""
    at = at or timezone.now()
    try:
        with on_disk(pieces) as (path, _):
            sheets = _read(path)
    except NotATracker as problem:
        raise NotATracker(str(problem).replace("referral tracker", "results tool")) from None
    own = is_own(sheets)
    blocks = [] if own else [block.as_data() for block in blocks_of(sheets)]
    kept = [{"name": sheet.name, "rows": [[number, cells] for number, cells in sheet.rows]} for sheet in sheets]
    digest = hashlib.sha256(json.dumps(_content(kept, own), cls=CellEncoder, sort_keys=True).encode()).hexdigest()
    with transaction.atomic():
        User.objects.select_for_update(of=("self",)).get(pk=by.pk)  # two at once: the second waits for the first
        twice = ReviewImport.objects.visible_to(by).waiting().filter(digest=digest, created_at__gt=at - SENT_TWICE)
        if made := twice.first():
            return made
        made = ReviewImport.objects.create(
            made_by=by, created_at=at, touched_at=at, file_name=storable(file_name)[-255:], digest=digest, own=own,
            sheets=kept, blocks=blocks,
        )  # fmt: skip
        audit.record("review-import.uploaded", by=by, subject=made, detail={"sheets": len(kept)}, at=at)
    return made


def _read(path) -> list[Sheet]:
    looks = [look for look in reading.look(path) if look.sample]
    if not looks:
        raise NotATracker("This file has no rows: every sheet of it is empty.")
    found, characters = [], 0
    for look in looks[:MOST_SHEETS]:
        whole = look.sample if len(look.sample) < SAMPLE_FULL else reading.rows(path, sheet=look.name)
        rows = []
        for number, cells in whole:
            if cells is None:
                break
            if not cells:
                continue
            rows.append((number, storable(list(cells))))
            characters += sum(len(cell) for cell in cells if isinstance(cell, str))
            if len(rows) > MOST_ROWS or characters > MOST_CHARACTERS:
                raise NotATracker("This file holds more than a results tool does: divide it into several.")
        found.append(Sheet(storable(look.name), rows))
    return found


def _content(kept: list[dict], own: bool) -> list[dict]:
    """What makes two files the same tool: of an export all but when it was made."""
    return [sheet for sheet in kept if not own or sheet["name"] in ("Statements", "Actions", "Overall ratings")]


def sheets_of(of: ReviewImport) -> list[Sheet]:
    """The sheets of a file that waits."""
    return [Sheet(sheet["name"], [(number, cells) for number, cells in sheet["rows"]]) for sheet in of.sheets]


def blocks_in(of: ReviewImport) -> list[Block]:
    """How its columns are read."""
    return [Block(**block) for block in of.blocks]


def found_in(of: ReviewImport) -> Found:
    """What a file holds, as its columns are read now."""
    sheets = sheets_of(of)
    return read_own(sheets) if of.own else read(sheets, blocks_in(of))


def match(of: ReviewImport, targets: list[list[str]], *, version: int, by, at: datetime | None = None) -> ReviewImport:
    """Say what the columns are, block by block. Raises EditConflict where that was said anew in another tab."""
    at = at or timezone.now()
    with transaction.atomic():
        current = _locked(of, version)
        blocks = blocks_in(current)
        for block, said in zip(blocks, targets, strict=True):
            block.targets = [target if target in TARGETS else "" for target in said]
        current.blocks = [block.as_data() for block in blocks]
        current.version += 1
        current.touched_at = at
        current.save()
        drafts.drop_all(draft_key(current, ""), by)
    return current


def carry_out(
    of: ReviewImport,
    choices: dict[int, Choice],
    *,
    into: Review | None,
    values: dict[str, Any] | None,
    version: int,
    by,
    at: datetime | None = None,
) -> tuple[Review, bool]:
    """Put what is sound into a new round (`values` as for beginning one) or into the empty round `into`.

    `choices` by the place of a statement in the file. Gives the round, and whether this call filled it: the same
    tool twice adds nothing. Raises EditConflict where the columns were said anew, ActRefused where the round is
    closed or holds statements, or where nothing can be imported.
    """
    at = at or timezone.now()
    with transaction.atomic():
        User.objects.select_for_update(of=("self",)).get(pk=by.pk)  # the same file in two tabs: one after the other
        current = ReviewImport.objects.select_for_update(of=("self",)).select_related("review").get(pk=of.pk)
        if current.imported_at:
            return current.review, False
        if current.version != version:
            raise EditConflict("The columns were matched anew after you opened this page.", current)
        found = found_in(current)
        taken = _chosen(found, choices)
        if not taken:
            raise ActRefused("No statement of this file can be imported as it is. Choose where they go.")
        if len(taken) > MOST_STATEMENTS:
            raise ActRefused(f"This file has more than {MOST_STATEMENTS} statements: divide it into several.")
        if there := _imported_before(current, into, values):
            _done(current, there, by=by, at=at)
            return there, False
        review = steps.locked(into) if into else _begin(values, by=by, at=at)
        if review.statements.exists() or review.overall_ratings.exists():
            raise ActRefused("This round holds something already. Import into an empty round, or begin a new one.")
        number = _write(review, found, taken, by=by, at=at)
        for one in found.ratings:
            ratings.rate(
                review, one.part, rating=one.rating, reason=one.reason.strip() or REASON, seen=None, by=by, at=at
            )
        steps.record(
            "review.imported", review, review, by=by, at=at, statements=len(taken), actions=number,
            ratings=len(found.ratings),
        )  # fmt: skip
        _done(current, review, by=by, at=at)
    return review, True


def empty_rounds(user):
    """The open rounds into which a tool may be imported: they hold nothing yet."""
    rows = Review.objects.visible_to(user).filter(state="open", follows=None)
    return rows.filter(statements=None, overall_ratings=None)


def discard(of: ReviewImport, *, by, at: datetime | None = None) -> None:
    """Delete a file that was not imported. Raises ActRefused where it was."""
    at = at or timezone.now()
    with transaction.atomic():
        current = ReviewImport.objects.select_for_update(of=("self",)).filter(pk=of.pk).first()
        if current is None:
            return
        if current.imported_at:
            raise ActRefused("This file was imported already.")
        audit.record("review-import.discarded", by=by, subject=current, at=at)
        drafts.drop_all(draft_key(current, ""), by)
        current.delete()


def drop_expired(at: datetime | None = None) -> int:
    """Delete the files that nobody has touched for a week; how many they were."""
    gone = list(ReviewImport.objects.expired(at or timezone.now()).select_related("made_by"))
    for of in gone:
        with transaction.atomic():
            drafts.drop_all(draft_key(of, ""), of.made_by)
            ReviewImport.objects.waiting().filter(pk=of.pk).delete()
    return len(gone)


def draft_key(of: ReviewImport, form: str) -> str:
    """The key under which what is typed into a form about this file is kept."""
    return f"review-import:{of.pk}:{form}"


def _locked(of: ReviewImport, version: int) -> ReviewImport:
    current = ReviewImport.objects.select_for_update(of=("self",)).get(pk=of.pk)
    if current.imported_at:
        raise ActRefused("This file was imported already.")
    if current.version != version:
        raise EditConflict("The columns were matched anew in another tab or window.", current)
    return current


def _chosen(found: Found, choices: dict[int, Choice]) -> list[FoundStatement]:
    """The statements that are taken in, with what was chosen for those that could not be read."""
    taken = []
    for place, one in enumerate(found.statements):
        choice = choices.get(place, Choice())
        if choice.out:
            continue
        if not one.part and choice.level in Level.values and choice.stage in Stage.values:
            one.level, one.stage = choice.level, choice.stage
        if not one.rating and choice.rating in Rating.values:
            one.rating = choice.rating
        if not one.domain and choice.domain in Domain.values:
            one.domain = choice.domain
        if one.sound:
            taken.append(one)
    return taken


def _imported_before(of: ReviewImport, into: Review | None, values: dict[str, Any] | None) -> Review | None:
    """The round into which the same tool went before: this one, or one of the same area and day."""
    same = ReviewImport.objects.filter(digest=of.digest, imported_at__isnull=False).select_related("review")
    if into:
        found = same.filter(review=into).first()
    else:
        found = same.filter(review__area=values["area"], review__on=values["on"]).first()
    return found.review if found else None


def _done(of: ReviewImport, review: Review, *, by, at: datetime) -> None:
    of.review, of.imported_at, of.touched_at = review, at, at
    of.sheets, of.blocks, of.file_name = [], [], ""
    of.save()
    drafts.drop_all(draft_key(of, ""), by)


def _begin(values: dict[str, Any], *, by, at: datetime) -> Review:
    """A new round; what the same person has typed into the form for beginning one stays there."""
    rounds.refuse_who_has_left(values["lead"])
    made = Review.objects.create(**values, made_by=by, made_at=at)
    steps.record("review.begun", made, made, by=by, at=at)
    return made


def _write(review: Review, found: Found, taken: list[FoundStatement], *, by, at: datetime) -> int:
    """The statements and actions of the round; how many actions. Leads here are told once each."""
    people = _people(taken)
    orders: dict[tuple[str, str], int] = {}
    statements, actions = [], []
    for one in taken:
        key = (one.level, one.stage)
        orders[key] = orders.get(key, 0) + 1
        made = Statement(
            review=review, level=one.level, stage=one.stage, domain=one.domain, rating=one.rating,
            words=texts.begin(one.words, by=by, at=at), order=orders[key], made_by=by, made_at=at,
        )  # fmt: skip
        statements.append(made)
        for number, action in enumerate((each for each in one.actions if not each.problems), start=1):
            owner = people.get(action.email)
            actions.append(_action(made, action, owner, found, number, by=by, at=at))
    Statement.objects.bulk_create(statements)
    ReviewAction.objects.bulk_create(actions)
    given: dict[User, int] = {}
    for action in actions:
        if action.owner and action.is_open and action.owner_id != by.pk:
            given[action.owner] = given.get(action.owner, 0) + 1
    for person, number in given.items():
        words = f"{number} action{' of' if number == 1 else 's of'} {steps.label(review)}"
        words += f" {'is' if number == 1 else 'are'} yours to do."
        key = f"review:{review.pk}:imported"
        notices.tell([person], words, key=key, url=reverse("reviews:actions"), at=at)
    return len(actions)


def _action(statement: Statement, found: FoundAction, owner, of: Found, number: int, *, by, at) -> ReviewAction:
    on = statement.review.on
    due, counted = found.due, found.counted and bool(found.timescale)
    if counted and (due is None or (of.on and of.on != on)):
        due = counted_from(found.timescale, on)  # from the day of this review
    ended = found.status != ActionStatus.OPEN
    return ReviewAction(
        statement=statement, what=found.what, owner=owner,
        owner_name="" if owner else found.lead or found.email, owner_agency="" if owner else found.agency,
        timescale=found.timescale, due=due, due_counted=counted and due is not None, points_to=found.points_to,
        order=number, status=found.status, outcome=found.outcome if ended else "",
        closed_at=_ended_at(found.ended_on, at) if ended else None, closed_by=by if ended else None,
        created_by=by, created_at=at,
    )  # fmt: skip


def _ended_at(day: date | None, at: datetime) -> datetime:
    """Midday of the day on which an action ended, in London; never later than now."""
    if day is None:
        return at
    return min(at, timezone.make_aware(datetime.combine(day, time(12))))


def _people(taken: list[FoundStatement]) -> dict[str, User]:
    """The people here who may lead an action, by the e-mails that the file gives."""
    emails = {action.email for one in taken for action in one.actions if action.email}
    holding = User.objects.holding(Permission.REVIEW_ACTION_UPDATE_OWN)
    return {person.email: person for person in holding.filter(email__in=emails)}


def known_emails(found: Found) -> set[str]:
    """Those of the file's e-mails by which somebody here becomes a lead."""
    return set(_people(found.statements))

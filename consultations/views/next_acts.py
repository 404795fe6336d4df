"""What may be done next with a referral: the buttons of its page, in the order of what is most likely now."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils import timezone

from ..choices import ReferralAct as Act
from ..choices import ReferralState as State
from ..models import Referral

# So many stand out as buttons; what follows are quiet links beside them, and so are those that are seldom meant.
BUTTONS = 2
QUIET = {"consultations:reschedule", "consultations:reopen", "consultations:withdraw"}


def next_acts(referral: Referral, acts: set[str]) -> list[dict[str, str]]:
    """The acts among `acts` that have a page, as {"label", "url", "kind"}; kind is "", "secondary" or "link".

    Allocation is not among them: its line on the page has its own button.
    """
    buttons = list(_in_order(referral, acts))
    loud = [name for _, name in buttons if name not in QUIET][:BUTTONS]
    kinds = dict(zip(loud, ["", "secondary"], strict=False))
    return [
        {"label": label, "url": reverse(name, args=[referral.pk]), "kind": kinds.get(name, "link")}
        for label, name in buttons
    ]


def _in_order(referral: Referral, acts: set[str]) -> Iterator[tuple[str, str]]:
    completed = getattr(getattr(referral, "entry", None), "completed_at", None)
    may_screen = Act.ACCEPT in acts
    if Act.ANSWER in acts and not may_screen:
        yield "Answer the question", "consultations:answer"
    if may_screen:
        yield "Screen this referral", "consultations:screen"
    if Act.ENTER_DATA in acts and not completed:
        yield "Complete the data entry form", "tracker:data-entry"
    yield from _meeting(referral, acts)
    if Act.RESCHEDULE in acts:
        yield "Change the date, time or place", "consultations:reschedule"
    if Act.ENTER_DATA in acts and completed:
        yield "Change the data entry form", "tracker:data-entry"
    if Act.ANSWER in acts and may_screen:
        yield "Write down the referrer’s answer", "consultations:answer"
    if Act.REOPEN in acts:
        yield "Reopen the referral", "consultations:reopen"
    if Act.WITHDRAW in acts:
        yield "Withdraw the referral", "consultations:withdraw"


def _meeting(referral: Referral, acts: set[str]) -> Iterator[tuple[str, str]]:
    """What is about the meeting: writing it up first for who may write, preparing it first for who may only prepare."""
    consultation = getattr(referral, "consultation", None)
    if consultation is None or not consultation.recorded_here:
        return
    read = "Write up the consultation" if Act.WRITE in acts else "Read the consultation"
    found = {
        "write": (read, "consultations:consultation"),
        "prepare": ("Prepare with the framework", "consultations:prepare") if Act.PREPARE in acts else None,
        "hold": ("Mark the consultation as held", "consultations:hold") if Act.HOLD in acts else None,
    }
    comes = referral.state == State.PLANNED and consultation.planned_for > timezone.localdate()
    if not comes:
        order = ["write", "hold", "prepare"]
    elif Act.WRITE in acts:
        order = ["write", "prepare", "hold"]
    else:
        order = ["prepare", "write", "hold"]
    yield from (found[name] for name in order if found[name])

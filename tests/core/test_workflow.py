"""The table of transitions: what is possible, and the words where it is not."""

import pytest

from consultations.choices import ReferralAct, ReferralState
from consultations.workflow import REFERRAL
from core.workflow import ActRefused, Transition, Workflow

OPEN_SHUT = Workflow(
    [
        Transition("shut", "Shut it", frozenset({"open"}), "shut", "door.shut", (("shut", "It is shut already."),)),
        Transition("open", "Open it", frozenset({"shut"}), "open", "door.open"),
        Transition("knock", "Knock", frozenset({"shut", "open"}), None, "door.knock"),
    ]
)


def test_a_possible_act_gives_its_transition():
    assert OPEN_SHUT.check("shut", "open").target == "shut"
    assert [transition.act for transition in OPEN_SHUT.possible("shut")] == ["open", "knock"]
    assert OPEN_SHUT["knock"].target is None


@pytest.mark.parametrize(
    ("act", "state", "words"),
    [("shut", "shut", "It is shut already."), ("open", "open", "“Open it” is not possible now.")],
)
def test_an_impossible_act_is_refused_with_its_reason(act, state, words):
    with pytest.raises(ActRefused) as refusal:
        OPEN_SHUT.check(act, state)
    assert refusal.value.reason == words


def test_an_act_stands_once():
    with pytest.raises(ValueError, match="twice"):
        Workflow([OPEN_SHUT["shut"], OPEN_SHUT["shut"]])


@pytest.mark.parametrize("act", ReferralAct.values)
def test_every_act_of_a_referral_is_refused_in_plain_words_wherever_it_is_not_possible(act):
    transition = REFERRAL[act]
    assert transition.sources
    for state in set(ReferralState.values) - transition.sources:
        words = transition.refusal(state)
        assert words.endswith(".")
        assert "not possible now" not in words  # each has words of its own


def test_every_state_can_be_reached_and_every_act_is_in_the_table():
    assert {transition.act for transition in REFERRAL} == set(ReferralAct.values)
    reached = {transition.target for transition in REFERRAL} - {None}
    assert reached | {ReferralState.DRAFT} == set(ReferralState.values)

"""A context from its referral to its end, by people of different agencies and rights: each kind of context there is."""

import pytest
from playwright.sync_api import expect

from accounts.permissions import Role
from contexts.choices import ContextState
from contexts.kinds import kind_of, kinds
from contexts.models import ConferencePack, PlanGoal
from tests.context_factories import a_context, a_linked_person, a_tie
from tests.factories import a_person, a_referral, a_team
from tests.journeys import context_steps, steps
from tests.journeys.checks import STRUCTURE
from tests.journeys.conftest import DESKTOP, PHONE
from tests.safety_factories import a_map

ANALYSIS = "Nobody is there between half past three and five."
HIDDEN = "Dilan Okonjo"  # linked too, and referred by others: the lead may not read the name


class People:
    """Whoever has a part in the journey of a context, each of another agency."""

    def __init__(self):
        self.referrer = a_person(Role.PRACTITIONER, team=a_team("Marlow Road Academy", "Education"), name="Petra Voss")
        self.cs = a_person(Role.CS_PRACTITIONER, team=a_team(), name="Amina Rahman")
        self.lead = a_person(Role.PRACTITIONER, team=a_team("Detached team", "Youth work"), name="Joe Hale")
        self.chair = a_person(Role.PRACTITIONER, team=a_team("Public health", "Health"), name="Ines Albrecht")
        self.manager = a_person(Role.MANAGER, team=a_team(), name="Ruth Lowe")

    def link(self, found):
        """Two young people are linked: one whom the lead referred, and one whom the lead may not see."""
        for name, by in ((context_steps.NEVER_NAMED, self.lead), (HIDDEN, self.cs)):
            young_person = a_referral("screening", by=by, name=name).young_person
            a_linked_person(found, young_person, by=self.cs)


@pytest.fixture
def people(db):
    return People()


@pytest.mark.parametrize("kind", [kind.key for kind in kinds()])
def test_from_the_referral_of_a_context_to_its_end(browse, people, kind):
    referrer = browse(people.referrer)
    found = context_steps.refer(referrer, kind=kind, name="The old works")
    cs = browse(people.cs)
    context_steps.screen(cs, found, people.lead)
    people.link(found)

    lead = browse(people.lead)
    context_steps.open_context(lead, found)
    context_steps.tab(lead, "Assessment")
    steps.press(lead, "Begin the assessment")
    first = f"{kind_of(kind).sections[0].key}-strengths"
    for key, words in ((first, "The caretaker waits until they have gone."), ("analysis", ANALYSIS)):
        steps.write(lead, key, words)
        lead.keyboard.press("Tab")
        steps.saved(lead, key)
    context_steps.add_method_and_light(lead, found)
    expect(steps.field(lead, "analysis")).to_have_value(ANALYSIS)
    context_steps.finish_assessing(lead)
    context_steps.agree_the_plan(lead)
    assert HIDDEN not in lead.content()

    # The conference is the CS practitioner's; its chair reads it and nothing else of the context.
    context_steps.open_context(cs, found)
    context_steps.arrange(cs, people.chair)
    cs.get_by_role("button", name="Begin the pack").click()
    steps.write(cs, "questions", f"Who is there when {context_steps.NEVER_NAMED} comes?")
    cs.keyboard.press("Tab")
    steps.saved(cs, "questions")
    cs.get_by_role("button", name="Look through the pack").click()
    context_steps.issue(cs)
    pack = ConferencePack.objects.get()
    chair = browse(people.chair, expects={404})
    chair.goto(f"/contexts/{found.pk}/conferences/{pack.conference_id}/")
    chair.get_by_role("link", name="Pack 1, issued").click()
    expect(chair.get_by_text("Who is there when a young person comes?")).to_be_visible()
    for name in (context_steps.NEVER_NAMED, HIDDEN):
        assert name not in chair.content()
    assert chair.goto(f"/contexts/{found.pk}/plan/").status == 404
    context_steps.hold(cs)

    # At the review the lead says what it is now; a CS practitioner closes.
    context_steps.open_context(lead, found)
    context_steps.tab(lead, "Plan")
    context_steps.enter_a_value(lead, "61")
    goal = PlanGoal.objects.get()
    assert [int(one.value) for one in goal.readings.order_by("at")] == [34, 61]
    context_steps.open_context(cs, found)
    context_steps.close(cs)
    found.refresh_from_db()
    assert (found.state, found.outcome) == (ContextState.CLOSED, "safer")

    # Whoever referred it reads what came of it, and not the casework; a manager reads all.
    context_steps.open_context(referrer, found)
    expect(referrer.get_by_text("Twice as many have somebody whom they tell.").first).to_be_visible()
    expect(referrer.get_by_role("navigation", name="This context")).to_have_count(0)
    for words in (ANALYSIS, goal.words, context_steps.NEVER_NAMED):
        expect(referrer.get_by_text(words)).to_have_count(0)
    manager = browse(people.manager)
    context_steps.open_context(manager, found)
    context_steps.tab(manager, "Assessment")
    expect(manager.get_by_text(ANALYSIS)).to_be_visible()
    context_steps.tab(manager, "Plan")
    expect(manager.get_by_text("A youth worker is there every Friday.").first).to_be_visible()
    context_steps.tab(manager, "Conferences")
    manager.get_by_role("link", name="Initial conference on").click()
    expect(manager.get_by_role("link", name="Pack 1, issued")).to_be_visible()


def test_the_same_without_scripts(browse, people):
    referrer = browse(people.referrer, java_script_enabled=False)
    found = context_steps.refer(referrer, kind="school", name="The old works")
    cs = browse(people.cs, java_script_enabled=False)
    context_steps.screen(cs, found, people.lead)
    people.link(found)

    lead = browse(people.lead, java_script_enabled=False)
    context_steps.open_context(lead, found)
    context_steps.tab(lead, "Assessment")
    steps.press(lead, "Begin the assessment")
    first = f"{kind_of('school').sections[0].key}-strengths"
    steps.write(lead, first, "The caretaker waits until they have gone.")
    steps.write(lead, "analysis", ANALYSIS)
    steps.section(lead, first).get_by_role("button", name="Save section").click()
    expect(steps.field(lead, "analysis")).to_have_value(ANALYSIS)  # one button saves what stands in the others too
    context_steps.add_method_and_light(lead, found)
    context_steps.finish_assessing(lead)
    context_steps.agree_the_plan(lead)

    context_steps.open_context(cs, found)
    context_steps.arrange(cs, people.chair)
    cs.get_by_role("button", name="Begin the pack").click()
    steps.write(cs, "questions", f"Who is there when {context_steps.NEVER_NAMED} comes?")
    steps.press(cs, "Save and look through the pack")
    context_steps.issue(cs)
    context_steps.hold(cs)
    context_steps.open_context(lead, found)
    context_steps.tab(lead, "Plan")
    context_steps.enter_a_value(lead, "61")
    context_steps.open_context(cs, found)
    context_steps.close(cs)
    context_steps.open_context(referrer, found)
    expect(referrer.get_by_text("Twice as many have somebody whom they tell.").first).to_be_visible()


# The room that the drawing takes of its frame, as far as it stands inside: 1 where it fills the frame one way.
PEER_MAP_FILLS = """() => {
  const graph = document.querySelector(".app-peer-map__live")._cyreg.cy;
  const box = graph.elements().renderedBoundingBox();
  const inside = box.x1 >= 0 && box.y1 >= 0 && box.x2 <= graph.width() && box.y2 <= graph.height();
  return inside ? Math.max(box.w / graph.width(), box.h / graph.height()) : 0;
}"""
SAFETY_MAP_FILLS = """() => {
  const [frame, picture] = [".app-safety__leaflet", ".leaflet-image-layer"].map((one) =>
    document.querySelector(one).getBoundingClientRect());
  const inside = picture.left >= frame.left && picture.right <= frame.right && picture.top >= frame.top;
  return inside ? Math.max(picture.width / frame.width, picture.height / frame.height) : 0;
}"""
# The page forbids what Playwright's own waiting needs.
UNTIL = """async () => {
  const fills = FILLS;
  const until = performance.now() + 5000;
  while (fills() <= 0.7 && performance.now() < until) await new Promise(requestAnimationFrame);
  return fills();
}"""


def test_the_maps_fill_their_frames_when_a_telephone_is_turned(browse):
    cs = a_person(Role.CS_PRACTITIONER, team=a_team())
    found = a_context("assessing", cs=cs, lead=cs, kind="peer-group")
    first, *others = [a_linked_person(found, by=cs) for _ in range(5)]
    for other in others:
        a_tie(first, other, by=cs)
    page = browse(cs, viewport=PHONE)
    for path, fills in [
        (f"/contexts/{found.pk}/peer-map/", PEER_MAP_FILLS),
        (f"/contexts/{found.pk}/safety-map/{a_map(found, by=cs).pk}/", SAFETY_MAP_FILLS),
    ]:
        page.set_viewport_size(PHONE)
        page.goto(path)
        for size in (DESKTOP, PHONE):
            page.set_viewport_size(size)
            assert page.evaluate(UNTIL.replace("FILLS", fills)) > 0.7
        assert page.evaluate(STRUCTURE) == []

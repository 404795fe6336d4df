"""The results tool's own worked example of a system review, word for word (it fills the domain Target only).

Where the extraction lost a colour, the reading that goes with the words and the printed overall rating is taken: level 1
planning is red and amber, level 1 response red and amber with Amber/Red (see ADR 34).
"""

from typing import NamedTuple

from .choices import Overall, Part, Rating


class ExampleAction(NamedTuple):
    what: str
    lead: str = ""
    timescale: str = ""
    points_to: tuple[Part, ...] = ()


class ExampleStatement(NamedTuple):
    part: Part
    rating: Rating
    words: str
    actions: tuple[ExampleAction, ...]


STATEMENTS = [
    ExampleStatement(
        Part.L1_REFERRAL, Rating.RED,
        "Partner agencies aren't all aware of what type of contextual information would be helpful and so aren't including it when referring young people for support",
        (
            ExampleAction("Incorporate new referral form into partnership safeguarding training", "Malik", ""),
        ),
    ),
    ExampleStatement(
        Part.L1_REFERRAL, Rating.AMBER,
        "Some of our practitioners are recording peer, school and location information in different parts of our paperwork when processing referrals – there is no consistent place where this information is recorded.",
        (
            ExampleAction("We need to amend referral paperwork to identify specific points for recording contextual information", "Lorna", ""),
            ExampleAction("Ongoing work is required with our case management system providers", "Rebecca", ""),
        ),
    ),
    ExampleStatement(
        Part.L1_ASSESSMENT, Rating.AMBER,
        "We are unaware of the extent to which context weighting is featuring in wider assessments of need – for example in youth justice assessments. Training has been delivered but sampling required to ensure a joined up approach.",
        (
            ExampleAction("Dip-sample youth justice assessments", "Sarah", ""),
        ),
    ),
    ExampleStatement(
        Part.L1_ASSESSMENT, Rating.GREEN,
        "Recent dip-sampling of child and family assessments has illustrated the consistent use of context weighting - parenting capacity is being reviewed in light of the context weighting work. The training is this area seems to have been effective.",
        (
            ExampleAction("Repeat dip-sampling in three months' time", "Josie", "in three months' time"),
            ExampleAction("Ensure context-weighting work is included in induction training for new recruits", "Mike", ""),
        ),
    ),
    ExampleStatement(
        Part.L1_PLANNING, Rating.RED,
        "Some individual practitioners have introduced context weighting conversations into child in need review meetings and the looked-after children review process but this is currently inconsistent.",
        (
            ExampleAction("Arrange a meeting with those involved in child in need and looked-after children review processes to identify options for achieving consistent use of context weighting where relevant.", "", ""),
        ),
    ),
    ExampleStatement(
        Part.L1_PLANNING, Rating.AMBER,
        "Context weighting activities have been introduced into child protection conferences and strategy discussions. CP chairs are aware of the approach and check is it is used in EFH cases.",
        (
            ExampleAction("Review process in three months' time with chairs", "Sarah", "in three months' time"),
            ExampleAction("Review feedback from young people and parents on the change to the process to see if any further adaptations are required", "LaTisha", ""),
        ),
    ),
    ExampleStatement(
        Part.L1_RESPONSE, Rating.RED,
        "Social workers remain unclear about what wider partners may offer in response to wider contextual issues. The under-development of Level 2 work is impacting our ability to address contextual factors identified in the assessment and planning process.",
        (
            ExampleAction("See actions in Level 2 assessment and response.", "", "", (Part.L2_ASSESSMENT, Part.L2_RESPONSE)),
            ExampleAction("A partnership meeting is also required to agree key responses that can be offered into locations", "Jason", ""),
        ),
    ),
    ExampleStatement(
        Part.L1_RESPONSE, Rating.AMBER,
        "Work is underway to engage young people in heat-mapping and other activities to reflect on the impact of context on their lives. 2 x parent support groups have been set up following context weighting work.",
        (
            ExampleAction("We need to identify opportunities to increase the consistency of heat mapping work with young people", "Sarah", ""),
            ExampleAction("Case studies of the parent support group may help us introduce this response more readily", "LaTisha", ""),
        ),
    ),
    ExampleStatement(
        Part.L2_REFERRAL, Rating.RED,
        "There is no formal route to refer/identify contexts into our system. A number of panels where locations and groups are discussed are based in community safety or policing rather than social care.",
        (
            ExampleAction("Map all panels where groups/locations/ schools are discussed", "Jason", ""),
        ),
    ),
    ExampleStatement(
        Part.L2_REFERRAL, Rating.AMBER,
        "Contexts are identified in a range of meetings (Locations Panel community safety, Risk Management meeting Youth Justice, Exploitation Panel, Children's Services) but actions to refer them through a pathway for coordinated action is missing.",
        (
            ExampleAction("Work with identified panels to agree a form to complete to log group/location/school in regards to EFH and safeguarding. Agree a process to pilot this approach", "Jason", ""),
        ),
    ),
    ExampleStatement(
        Part.L2_ASSESSMENT, Rating.RED,
        "No school assessments have been trialled to date",
        (
            ExampleAction("Liaise with the safeguarding in education team to identify an opportunity to pilot a schools assessment", "Marion", ""),
        ),
    ),
    ExampleStatement(
        Part.L2_ASSESSMENT, Rating.AMBER,
        "Peer and location assessments have been piloted by the exploitation team. A decision is yet to be made about the threshold for undertaking these assessments in the future and where they will sit in the service.",
        (
            ExampleAction("Take results of the peer and location assessments to the exploitation strategic group for further consideration of how best to resource embed this activity in the service", "Nneka", ""),
        ),
    ),
    ExampleStatement(
        Part.L2_PLANNING, Rating.RED,
        "Location assessments, piloted by the exploitation team, have not involved the wider partnership. A process to review plans attached to these assessments has not been trialled. Welfare-based assessments of those groups do not inform complex strategy discussions.",
        (
            ExampleAction("Agree the structure through which context assessments, and associated plans, can be monitored and introduce this as a pilot for either a peer or location assessment", "Jason", ""),
        ),
    ),
    ExampleStatement(
        Part.L2_RESPONSE, Rating.RED,
        "Most support and intervention responses at present target young people and families. Context-focused interventions sit in community safety. Detached youth work was decommissioned and is a gap for our proposed delivery model.",
        (
            ExampleAction("Map out available group/location/school interventions and instigate a conversation with commissioning leaders", "Jason", ""),
            ExampleAction("Draw upon heat-mapping work completed by young people to evidence the types of location-based responses that may be required", "LaTisha", ""),
        ),
    ),
]  # fmt: skip

# The printed overall ratings; none survived for level 1 response.
OVERALL = {
    Part.L1_REFERRAL: Overall.AMBER_RED,
    Part.L1_ASSESSMENT: Overall.GREEN_AMBER,
    Part.L1_PLANNING: Overall.AMBER_RED,
    Part.L2_REFERRAL: Overall.AMBER_RED,
    Part.L2_ASSESSMENT: Overall.GREEN_AMBER,
    Part.L2_PLANNING: Overall.RED,
    Part.L2_RESPONSE: Overall.RED,
}

"""Online spaces: an app, a group chat, a game, a forum (practice.md §2, and ADR 11 for Online as a space)."""

from ..choices import Method
from .registry import Kind, Section, register

register(
    Kind(
        "online",
        "Online space",
        "an online space",
        "An app, a group chat, a game, a forum.",
        place_label="Which app or site",
        sections=(
            Section(
                "use",
                "Who uses it, and for what",
                (
                    "Which young people are there, how do they get in, and which adults are there too?",
                    "What do they get from it: friendship, news, money, standing, a place of their own?",
                    "How does it join up with where they meet in person?",
                ),
            ),
            Section(
                "norms",
                "What is normal there",
                (
                    "What is shared, asked for and laughed at? What happens to somebody who objects?",
                    "Are fights announced or filmed, images passed on, people recruited?",
                    "Who holds the group together, and who is put out of it?",
                ),
            ),
            Section(
                "guardianship",
                "Guardianship",
                (
                    "Who can see what goes on: administrators, moderators, older peers, parents?",
                    "Do young people know how to report and to block, and does anything come of it?",
                    "Whom do they tell in person?",
                ),
            ),
            Section(
                "design",
                "How the space is built",
                (
                    "What in its design helps harm: vanishing messages, open invitations, location, payments?",
                    "Which settings or rules of the provider could make it safer?",
                ),
            ),
            Section(
                "policy",
                "Policy and partners",
                (
                    "Who can act: provider, school, police, parents? Who has been asked?",
                    "What do schools’ rules on phones and images do in practice?",
                ),
            ),
        ),
        methods=(Method.INTERVIEWS, Method.FOCUS_GROUP, Method.SURVEY, Method.RECORDS, Method.POLICY),
        template="contexts/kinds/online.html",
        mapped=frozenset({"people"}),
    )
)

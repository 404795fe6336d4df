"""Peer groups: how the group works, who looks out for it, and what surrounds it (practice.md §2)."""

from ..choices import Method
from .registry import Kind, Section, register

register(
    Kind(
        "peer-group",
        "Peer group",
        "a peer group",
        "Young people who spend time together, online or in person.",
        place_label="Where they meet",
        sections=(
            Section(
                "functioning",
                "How the group works",
                (
                    "What brings the young people together, and since when?",
                    "Who leads, who follows, who stands at the edge, and does that change with place or time?",
                    "What does the group expect of its members? What happens to somebody who does not go along?",
                    "What do they do together that is good for them? Which friendships would you protect?",
                    "How are power, age, gender and money spread among them?",
                ),
            ),
            Section(
                "harm",
                "Harm within the group and to others",
                (
                    "Who comes to harm, who causes it, and who is both at once?",
                    "Who outside the group, older or younger, gains from it or is hurt by it?",
                    "Where and when does it happen? What came before it the last time?",
                ),
            ),
            Section(
                "guardianship",
                "Guardianship",
                (
                    "Which adults do the young people trust, and can those adults step in?",
                    "Which of the young people look out for the others, and what helps them to?",
                    "Where are they when no adult is near? Who could be?",
                ),
            ),
            Section(
                "environment",
                "The places around the group",
                (
                    "Where do they meet, in which order through a day or a week, and what draws them there?",
                    "Which of these places are safe for them, which are not, and what makes the difference?",
                    "What happens between them online?",
                ),
            ),
            Section(
                "families",
                "Families",
                (
                    "Do the parents and carers know each other, and what worries them?",
                    "What happens at home that pushes towards the group or pulls away from it?",
                    "What could families do together that none can do alone?",
                ),
            ),
            Section(
                "services",
                "Schools and services",
                (
                    "Which schools and services know several of them? Do these see a group, or single children?",
                    "What has been tried with one of them that moved the problem to another?",
                    "How does each young person’s own plan fit what the group needs?",
                ),
            ),
        ),
        methods=(Method.FOCUS_GROUP, Method.INTERVIEWS, Method.OBSERVATION, Method.RECORDS, Method.SAFETY_MAPPING),
        template="contexts/kinds/peer_group.html",
    )
)

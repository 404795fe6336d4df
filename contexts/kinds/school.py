"""Schools: structures, prevention, identification and response, as traffic lights (practice.md §2)."""

from ..choices import Method
from .registry import Area, Kind, Section, register

register(
    Kind(
        "school",
        "School",
        "a school",
        "A school, college, alternative provision, or a place within one.",
        place_label="Address",
        sections=(
            Section(
                "students",
                "What students say",
                (
                    "Where and when do students feel safe and unsafe, in school and on the way?",
                    "What do they say happens when somebody tells an adult?",
                    "Which students did nobody ask, and who could ask them?",
                ),
            ),
            Section(
                "staff-and-parents",
                "What staff and parents say",
                (
                    "What do staff notice, and what do they let pass because nothing follows from it?",
                    "Do lunchtime, site and transport staff know what to look for, and whom to tell?",
                    "What do parents hear at home that the school does not?",
                ),
            ),
            Section(
                "peers",
                "Peer relationships and culture",
                (
                    "What passes for normal: names, touching, images, fights that are filmed?",
                    "Who holds status among students, and what earns it?",
                    "Who stands up for others, and what does it cost them?",
                ),
            ),
            Section(
                "environment",
                "The building and the way to school",
                (
                    "Which parts of the site come up again and again, and at what time of day?",
                    "Who supervises there, and what can they see?",
                    "What happens at the gate, at the bus stop, on the bus?",
                ),
            ),
            Section(
                "records",
                "What records and policies show",
                (
                    "What do the behaviour log, exclusions, absence and moves show over time, and for whom?",
                    "Do policies name harm between students, and do they say what is done for everybody concerned?",
                    "Which incidents are written down as behaviour that are safeguarding?",
                ),
            ),
        ),
        methods=(
            Method.SURVEY,
            Method.FOCUS_GROUP,
            Method.OBSERVATION,
            Method.INTERVIEWS,
            Method.RECORDS,
            Method.POLICY,
            Method.SAFETY_MAPPING,
        ),
        areas=(
            Area(
                "structures",
                "Structures and systems",
                "Leadership, roles, policies, recording, and how the school works with partners.",
                red="Harm between students has no owner. Policies do not mention it; records cannot be put together.",
                amber="Somebody leads on it and policies name it, but they are not known or not used everywhere.",
                green="Leaders own it, policies are used by all staff, and records show patterns that are acted on.",
            ),
            Area(
                "prevention",
                "Prevention",
                "Curriculum, culture, staff training, supervision, and what students do for each other.",
                red="It is taught once or not at all. Harmful behaviour is taken as normal by students or staff.",
                amber="Lessons and training take place, but do not reach everybody or do not change what is normal.",
                green="Students and staff share clear expectations, and students help to keep each other safe.",
            ),
            Area(
                "identification",
                "Identification",
                "How harm comes to light: who notices, who is told, what is written down.",
                red="Students do not tell. Signs are dealt with as single incidents of bad behaviour.",
                amber="Some students tell some adults. Some groups or places are still not seen.",
                green="Students know whom to tell and do. Staff see patterns in peers and places early.",
            ),
            Area(
                "response",
                "Response and intervention",
                "What the school does for those who are harmed, those who harm, their peers and the place.",
                red="Sanction or removal is the only response. Nothing changes in the place or the group.",
                amber="Individuals get support, but the peer group and the place are seldom part of it.",
                green="Everybody concerned is supported, the place and the group are changed, and it is checked later.",
            ),
        ),
        template="contexts/kinds/school.html",
    )
)

"""Neighbourhoods and places: young people's strengths and needs, guardianship, resources (practice.md §2)."""

from ..choices import Method
from .registry import Kind, Section, register

register(
    Kind(
        "neighbourhood",
        "Neighbourhood or place",
        "a place",
        "A park, a street, an estate, a shop, a station, a route.",
        sections=(
            Section(
                "young-people",
                "Young people’s strengths and needs together",
                (
                    "Who spends time here, in which groups, at what time of day and of year?",
                    "What do young people like about the place, and what do they give to it?",
                    "What do they need together that work with each one does not provide?",
                    "Where do they feel safe here, where not, and what do they do about it?",
                ),
            ),
            Section(
                "guardianship",
                "Guardianship",
                (
                    "Which adults are here anyway: shopkeepers, wardens, drivers, neighbours?",
                    "Do they see young people as theirs to look out for? Would they know what to do?",
                    "Where could young people go in trouble: is there a shop or a centre with safe eyes?",
                ),
            ),
            Section(
                "resources",
                "Resources",
                (
                    "What is there for young people to do, when is it open, and who does not go?",
                    "Which services come here: youth work, policing, housing, health?",
                    "What has gone that was here before?",
                ),
            ),
            Section(
                "environment",
                "Physical environment",
                (
                    "Lighting, sight lines, exits, empty buildings, transport: what helps harm, what hinders it?",
                    "How does the place change between morning, after school and night?",
                    "What do crime, transport and council records show about it?",
                ),
            ),
            Section(
                "policy",
                "Policy and decisions",
                (
                    "Which decisions shape the place: planning, licensing, dispersal, school moves, housing?",
                    "Do enforcement and safeguarding pull in one direction here?",
                    "Who can change what, and who has not been asked?",
                ),
            ),
        ),
        methods=(
            Method.OBSERVATION,
            Method.SURVEY,
            Method.SAFETY_MAPPING,
            Method.INTERVIEWS,
            Method.FOCUS_GROUP,
            Method.RECORDS,
            Method.POLICY,
        ),
        template="contexts/kinds/neighbourhood.html",
    )
)

"""Neighbourhoods and places: young people's strengths and needs, guardianship, resources (practice.md §2)."""

from .registry import Kind, register

register(
    Kind(
        "neighbourhood",
        "Neighbourhood or place",
        "a place",
        "A park, a street, an estate, a shop, a station, a route.",
        order=3,
    )
)

"""Schools: structures, prevention, identification and response, as traffic lights (practice.md §2)."""

from .registry import Kind, register

register(
    Kind(
        "school",
        "School",
        "a school",
        "A school, college, alternative provision, or a place within one.",
        place_label="Address",
        order=2,
    )
)

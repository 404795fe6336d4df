"""Online spaces: an app, a group chat, a game, a forum (practice.md §2, and ADR 11 for Online as a space)."""

from .registry import Kind, register

register(
    Kind(
        "online",
        "Online space",
        "an online space",
        "An app, a group chat, a game, a forum.",
        place_label="Which app or site",
        order=4,
    )
)

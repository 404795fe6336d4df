"""Peer groups: how the group works, who looks out for it, and what surrounds it (practice.md §2)."""

from .registry import Kind, register

register(
    Kind(
        "peer-group",
        "Peer group",
        "a peer group",
        "Young people who spend time together, online or in person.",
        place_label="Where they meet",
        order=1,
    )
)

"""The kinds of context, one module each. A further kind is a module that calls `register`, and one template."""

from . import neighbourhood, online, peer_group, school  # noqa: F401  (each registers its kind)
from .registry import Area, Kind, Section, choices, forget, kind_of, kinds, register

__all__ = ["Area", "Kind", "Section", "choices", "forget", "kind_of", "kinds", "register"]

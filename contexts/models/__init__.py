"""The records of contexts: the context itself, its referrals, and the people in it. Each slice has its own file."""

from .contexts import (
    Context,
    ContextDecision,
    ContextMember,
    ContextMessage,
    ContextName,
    ContextReferral,
    context_key,
)
from .people import LinkedPerson, PeerTie
from .provenance import Provenance, ProvenanceQuerySet

__all__ = [
    "Context",
    "ContextDecision",
    "ContextMember",
    "ContextMessage",
    "ContextName",
    "ContextReferral",
    "LinkedPerson",
    "PeerTie",
    "Provenance",
    "ProvenanceQuerySet",
    "context_key",
]

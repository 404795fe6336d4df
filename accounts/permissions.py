"""Who may do what: the one table. Default is no.

A row's visibility is a matter of `QuerySet.visible_to(user)`; which act a record's state allows, of its workflow.
"""

from enum import StrEnum


class Permission(StrEnum):
    """An act or a page. The value is stored nowhere but in audit details."""

    REFERRAL_MAKE = "referral.make"
    REFERRAL_SEE = "referral.see"
    REFERRAL_SEE_ALL = "referral.see-all"
    REFERRAL_SCREEN = "referral.screen"
    CONSULTATION_WRITE = "consultation.write"
    ACTION_UPDATE_OWN = "action.update-own"
    DATA_ENTRY_COMPLETE = "data-entry.complete"
    TRACKER_SEE = "tracker.see"
    TRACKER_EXPORT = "tracker.export"
    PEOPLE_MANAGE = "people.manage"
    AUDIT_SEE = "audit.see"


class Role(StrEnum):
    """The roles of product.md by their stable strings; a person may hold several."""

    PRACTITIONER = "practitioner"
    CS_PRACTITIONER = "cs_practitioner"
    MANAGER = "manager"
    LEAD = "lead"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"

    @property
    def label(self) -> str:
        return _ROLE_WORDS[self][0]

    @property
    def description(self) -> str:
        return _ROLE_WORDS[self][1]

    @classmethod
    def choices(cls) -> list[tuple[str, str]]:
        """(value, label) pairs for model and form fields."""
        return [(role.value, role.label) for role in cls]


_ROLE_WORDS: dict[Role, tuple[str, str]] = {
    Role.PRACTITIONER: ("Practitioner", "Refers cases, sees their own and their team's referrals, does actions."),
    Role.CS_PRACTITIONER: (
        "CS practitioner",
        "Screens referrals, runs and records consultations, completes data entry.",
    ),
    Role.MANAGER: ("Manager", "Sees every referral and the tracker, and exports it."),
    Role.LEAD: ("System-change lead", "Keeps system reviews. Sees no referral and no child's name."),
    Role.ADMINISTRATOR: ("Administrator", "Looks after people, teams and roles. No casework."),
    Role.AUDITOR: ("Auditor", "Reads the audit log. No casework."),
}

ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.PRACTITIONER: frozenset(
        {Permission.REFERRAL_MAKE, Permission.REFERRAL_SEE, Permission.ACTION_UPDATE_OWN},
    ),
    Role.CS_PRACTITIONER: frozenset(
        {
            Permission.REFERRAL_MAKE,
            Permission.REFERRAL_SEE,
            Permission.REFERRAL_SEE_ALL,
            Permission.REFERRAL_SCREEN,
            Permission.CONSULTATION_WRITE,
            Permission.ACTION_UPDATE_OWN,
            Permission.DATA_ENTRY_COMPLETE,
            Permission.TRACKER_SEE,
        }
    ),
    Role.MANAGER: frozenset(
        {
            Permission.REFERRAL_SEE,
            Permission.REFERRAL_SEE_ALL,
            Permission.ACTION_UPDATE_OWN,
            Permission.TRACKER_SEE,
            Permission.TRACKER_EXPORT,
        }
    ),
    Role.LEAD: frozenset(),
    Role.ADMINISTRATOR: frozenset({Permission.PEOPLE_MANAGE}),
    Role.AUDITOR: frozenset({Permission.AUDIT_SEE}),
}


def permissions_of(user) -> frozenset[Permission]:
    """Everything that `user` may do: the union over their roles; nothing for who is not signed in or not active."""
    if not (user.is_authenticated and user.is_active):
        return frozenset()
    return frozenset().union(*(ROLE_PERMISSIONS[role] for role in user.roles))


def can(user, permission: Permission, obj=None) -> bool:
    """Whether `user` holds `permission`, and, where `obj` is given, may see that very row."""
    if permission not in permissions_of(user):
        return False
    return obj is None or type(obj).objects.visible_to(user).filter(pk=obj.pk).exists()

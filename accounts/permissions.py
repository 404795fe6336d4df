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
    REFERRAL_ANSWER = "referral.answer"
    REFERRAL_WITHDRAW = "referral.withdraw"
    REFERRAL_ALLOCATE = "referral.allocate"
    REFERRAL_RESTRICT = "referral.restrict"
    REFERRAL_VIEWS_SEE = "referral.views-see"
    FRAMEWORK_WRITE = "framework.write"
    CONSULTATION_WRITE = "consultation.write"
    CONSULTATION_REDACT = "consultation.redact"
    ACTION_UPDATE_OWN = "action.update-own"
    FEEDBACK_GIVE = "feedback.give"
    YOUNG_PEOPLE_MERGE = "young-people.merge"
    DATA_ENTRY_COMPLETE = "data-entry.complete"
    CONTEXT_REFER = "context.refer"
    CONTEXT_SEE = "context.see"
    CONTEXT_SEE_ALL = "context.see-all"
    CONTEXT_SCREEN = "context.screen"
    CONTEXT_ALLOCATE = "context.allocate"
    CONTEXT_WORK = "context.work"
    CONTEXT_VIEWS_SEE = "context.views-see"
    CONTEXT_MERGE = "context.merge"
    CONFERENCE_SEE = "conference.see"
    CONFERENCE_HOLD = "conference.hold"
    PANEL_HOLD = "panel.hold"
    PATTERNS_DECIDE = "patterns.decide"
    TRACKER_SEE = "tracker.see"
    TRACKER_EXPORT = "tracker.export"
    TRACKER_IMPORT = "tracker.import"
    DASHBOARD_SEE = "dashboard.see"
    REPORT_MAKE = "report.make"
    THEMES_TAG = "themes.tag"
    THEMES_MANAGE = "themes.manage"
    TRAINING_SEE = "training.see"
    TRAINING_MANAGE = "training.manage"
    REVIEW_SEE = "review.see"
    REVIEW_WRITE = "review.write"
    REVIEW_ACTION_UPDATE_OWN = "review-action.update-own"
    PEOPLE_MANAGE = "people.manage"
    SETTINGS_MANAGE = "settings.manage"
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
    Role.PRACTITIONER: (
        "Practitioner",
        "Refers cases and contexts, sees their own and their team's referrals, does actions.",
    ),
    Role.CS_PRACTITIONER: (
        "CS practitioner",
        "Screens referrals, runs and records consultations, completes data entry, works on contexts.",
    ),
    Role.MANAGER: (
        "Manager",
        "Sees every referral, the tracker and system reviews; exports, imports and reports; keeps themes and training.",
    ),
    Role.LEAD: (
        "System-change lead",
        "Keeps system reviews and training, sees the dashboard in large numbers. Sees no referral and no child's name.",
    ),
    Role.ADMINISTRATOR: ("Administrator", "Looks after people, teams and roles. No casework."),
    Role.AUDITOR: ("Auditor", "Reads the audit log. No casework."),
}

ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.PRACTITIONER: frozenset(
        {
            Permission.REFERRAL_MAKE,
            Permission.REFERRAL_SEE,
            Permission.REFERRAL_ANSWER,
            Permission.REFERRAL_WITHDRAW,
            Permission.FRAMEWORK_WRITE,
            Permission.ACTION_UPDATE_OWN,
            Permission.FEEDBACK_GIVE,
            Permission.CONTEXT_REFER,
            Permission.CONTEXT_SEE,
            Permission.CONTEXT_WORK,
            Permission.CONFERENCE_SEE,
            Permission.REVIEW_ACTION_UPDATE_OWN,
        },
    ),
    Role.CS_PRACTITIONER: frozenset(
        {
            Permission.REFERRAL_MAKE,
            Permission.REFERRAL_SEE,
            Permission.REFERRAL_SEE_ALL,
            Permission.REFERRAL_SCREEN,
            Permission.REFERRAL_ANSWER,
            Permission.REFERRAL_WITHDRAW,
            Permission.REFERRAL_ALLOCATE,
            Permission.REFERRAL_VIEWS_SEE,
            Permission.FRAMEWORK_WRITE,
            Permission.CONSULTATION_WRITE,
            Permission.CONSULTATION_REDACT,
            Permission.ACTION_UPDATE_OWN,
            Permission.FEEDBACK_GIVE,
            Permission.DATA_ENTRY_COMPLETE,
            Permission.CONTEXT_REFER,
            Permission.CONTEXT_SEE,
            Permission.CONTEXT_SEE_ALL,
            Permission.CONTEXT_SCREEN,
            Permission.CONTEXT_ALLOCATE,
            Permission.CONTEXT_VIEWS_SEE,
            Permission.CONTEXT_WORK,
            Permission.CONFERENCE_SEE,
            Permission.CONFERENCE_HOLD,
            Permission.PANEL_HOLD,
            Permission.PATTERNS_DECIDE,
            Permission.TRACKER_SEE,
            Permission.DASHBOARD_SEE,
            Permission.THEMES_TAG,
            Permission.TRAINING_SEE,
            Permission.REVIEW_ACTION_UPDATE_OWN,
        }
    ),
    Role.MANAGER: frozenset(
        {
            Permission.REFERRAL_SEE,
            Permission.REFERRAL_SEE_ALL,
            Permission.REFERRAL_ALLOCATE,
            Permission.REFERRAL_RESTRICT,
            Permission.REFERRAL_VIEWS_SEE,
            Permission.CONSULTATION_REDACT,
            Permission.ACTION_UPDATE_OWN,
            Permission.YOUNG_PEOPLE_MERGE,
            Permission.CONTEXT_SEE,
            Permission.CONTEXT_SEE_ALL,
            Permission.CONTEXT_ALLOCATE,
            Permission.CONTEXT_VIEWS_SEE,
            Permission.CONTEXT_MERGE,
            Permission.CONFERENCE_SEE,
            Permission.CONFERENCE_HOLD,
            Permission.PANEL_HOLD,
            Permission.PATTERNS_DECIDE,
            Permission.TRACKER_SEE,
            Permission.TRACKER_EXPORT,
            Permission.TRACKER_IMPORT,
            Permission.DASHBOARD_SEE,
            Permission.REPORT_MAKE,
            Permission.THEMES_TAG,
            Permission.THEMES_MANAGE,
            Permission.TRAINING_SEE,
            Permission.TRAINING_MANAGE,
            Permission.REVIEW_SEE,
            Permission.REVIEW_ACTION_UPDATE_OWN,
        }
    ),
    Role.LEAD: frozenset(
        {
            Permission.DASHBOARD_SEE,
            Permission.TRAINING_SEE,
            Permission.TRAINING_MANAGE,
            Permission.REVIEW_SEE,
            Permission.REVIEW_WRITE,
            Permission.REVIEW_ACTION_UPDATE_OWN,
        }
    ),
    Role.ADMINISTRATOR: frozenset(
        {Permission.PEOPLE_MANAGE, Permission.SETTINGS_MANAGE, Permission.THEMES_MANAGE},
    ),
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

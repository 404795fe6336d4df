"""Changes to people, each with its audit event in the same transaction."""

from collections.abc import Iterable
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from core import audit
from core.workflow import ActRefused

from .models import RoleGrant, Team, User
from .permissions import Role


def add_person(
    *,
    name: str,
    email: str,
    team: Team | None,
    roles: Iterable[str],
    by,
    is_active: bool = True,
    at: datetime | None = None,
) -> User:
    """A new person without a passphrase: they set it on the sign-in page, by e-mail.

    Raises ActRefused where the e-mail address is taken.
    """
    at = at or timezone.now()
    with transaction.atomic():
        try:
            with transaction.atomic():
                person = User.objects.create_user(email, name=name, team=team, is_active=is_active)
        except IntegrityError:  # the same form sent twice at once, or two administrators
            raise ActRefused("There is already a person with this e-mail address.") from None
        _set_roles(person, roles, by=by, at=at)
        detail = {"team": team.name if team else "", "roles": sorted(roles), "active": is_active}
        audit.record("person.added", by=by, subject=person, detail=detail, at=at)
    return person


def change_person(
    person: User,
    *,
    name: str,
    email: str,
    team: Team | None,
    roles: Iterable[str],
    is_active: bool,
    by,
    at: datetime | None = None,
) -> User:
    """Change what is known of a person and what they may do; it counts from their next request.

    Raises ActRefused where an administrator would lock themselves out.
    """
    at = at or timezone.now()
    roles = set(roles)
    with transaction.atomic():
        person = User.objects.select_for_update(of=("self",)).get(pk=person.pk)
        held = {grant.role for grant in person.role_grants.all()}
        if person.pk == by.pk and (not is_active or (Role.ADMINISTRATOR in held and Role.ADMINISTRATOR not in roles)):
            raise ActRefused("You cannot take your own access away. Ask another administrator to do it.")
        fields = ["name", "email", "team", "is_active"]
        before = {**audit.state_of(person, fields), "roles": sorted(held)}
        person.name, person.email, person.team, person.is_active = name, email, team, is_active
        person.save()
        _set_roles(person, roles, by=by, at=at)
        after = {**audit.state_of(person, fields), "roles": sorted(roles)}
        audit.record("person.changed", by=by, subject=person, detail=audit.changes(before, after), at=at)
    return person


def _set_roles(person: User, roles: Iterable[str], *, by, at: datetime) -> None:
    wanted = {Role(role) for role in roles}
    person.role_grants.exclude(role__in=wanted).delete()
    held = set(person.role_grants.values_list("role", flat=True))
    RoleGrant.objects.bulk_create(
        RoleGrant(user=person, role=role, given_by=by, given_at=at) for role in wanted if role not in held
    )

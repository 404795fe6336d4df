"""People, their teams and agencies, and the roles that they hold."""

from functools import cached_property

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models.functions import Lower

from .permissions import ROLE_PERMISSIONS, Permission, Role


class Agency(models.Model):
    """An organisation of the partnership, such as children's social care or the police."""

    name = models.CharField(max_length=150)
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["name"]
        verbose_name_plural = "agencies"
        constraints = [
            models.UniqueConstraint(
                Lower("name"), name="agency_name_once", violation_error_message="It is there already."
            )
        ]

    def __str__(self) -> str:
        return self.name


class Team(models.Model):
    """A team within an agency; who belongs to it sees its referrals."""

    name = models.CharField(max_length=150)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="teams")
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                Lower("name"), "agency", name="team_name_once_an_agency", violation_error_message="It is there already."
            )
        ]

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager):
    def with_roles(self) -> models.QuerySet:
        """People with the roles that they hold, in the same query."""
        held = RoleGrant.objects.filter(user=models.OuterRef("pk")).order_by("role").values("role")
        return self.annotate(role_names=ArraySubquery(held))

    def holding(self, permission: Permission) -> models.QuerySet:
        """The people who may sign in and hold `permission` by one of their roles."""
        roles = [role for role, held in ROLE_PERMISSIONS.items() if permission in held]
        return self.filter(is_active=True, pk__in=RoleGrant.objects.filter(role__in=roles).values("user"))

    def create_user(self, email: str, *, name: str, password: str | None = None, **fields) -> "User":
        """A new person with a normalised e-mail address; without a password they cannot sign in yet."""
        user = self.model(email=self.normalize_email(email).lower(), name=name, **fields)
        user.set_password(password)
        user.save()
        return user

    def get_by_natural_key(self, email: str) -> "User":
        return self.get(email__iexact=email)


class User(AbstractBaseUser):
    """A person who signs in with their e-mail address. Leaving is deactivation; rows keep pointing to them."""

    email = models.EmailField(
        unique=True, error_messages={"unique": "There is already a person with this e-mail address."}
    )
    name = models.CharField(max_length=200)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, blank=True, related_name="people")
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField(auto_now_add=True)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        ordering = ["name", "email"]
        constraints = [
            models.CheckConstraint(condition=models.Q(email=Lower("email")), name="user_email_lower_case"),
        ]

    def __str__(self) -> str:
        return self.name

    @cached_property
    def roles(self) -> frozenset[Role]:
        """The roles held now; read once a request, so that a change counts from the next one."""
        names = self.__dict__.get("role_names")
        if names is None:
            names = [grant.role for grant in self.role_grants.all()]
        return frozenset(map(Role, names))


class RoleGrant(models.Model):
    """One role that a person holds, by whom it was given and when."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="role_grants")
    role = models.CharField(max_length=20, choices=Role.choices())
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    given_at = models.DateTimeField()

    class Meta:
        ordering = ["user", "role"]
        constraints = [models.UniqueConstraint(fields=["user", "role"], name="role_once_a_person")]

    def __str__(self) -> str:
        return self.role

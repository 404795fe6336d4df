"""Notices: something waits for somebody. In the product for a person with an account, by e-mail for everybody."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q


class NoticeQuerySet(models.QuerySet):
    def visible_to(self, user) -> "NoticeQuerySet":
        """A notice is seen by the one whom it is for, by nobody else."""
        return self.filter(user=user)

    def unread(self) -> "NoticeQuerySet":
        """Those that have not been opened."""
        return self.filter(read_at=None)


class Notice(models.Model):
    """One notice to one person, without personal data in it. `core.notices` is the only writer.

    `key` names what it is about, so that a job that runs twice tells nobody twice. The e-mail is a second copy: the
    row is there before it, and `mailed_at` after it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True, related_name="notices"
    )
    email = models.EmailField(blank=True, help_text="Of somebody without an account; they get the e-mail alone.")
    key = models.CharField(max_length=150)
    words = models.CharField(max_length=300)
    url = models.CharField(max_length=200, blank=True)
    calendar = models.TextField(blank=True, help_text="A calendar file that goes with the e-mail.")
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)
    mailed_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(
        null=True, blank=True, help_text="The e-mail is not tried before: a worker has it, or it has just failed."
    )

    objects = NoticeQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(user__isnull=False, email="") | (Q(user=None) & ~Q(email="")), name="notice_to_somebody"
            ),
            models.UniqueConstraint(fields=["user", "key"], condition=Q(user__isnull=False), name="notice_once_a_user"),
            models.UniqueConstraint(fields=["email", "key"], condition=Q(user=None), name="notice_once_an_address"),
        ]
        indexes = [
            models.Index(fields=["user", "-created_at"], name="notice_of_user"),
            models.Index(fields=["created_at"], condition=Q(mailed_at=None), name="notice_to_mail"),
        ]

    def __str__(self) -> str:
        return f"notice {self.pk}"

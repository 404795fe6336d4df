"""bin/manage import_tracker FILE: take in an existing Excel referral tracker."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from accounts.models import User
from accounts.permissions import Role
from tracker.importing.values import shown
from tracker.reading import LIMITS, NotATracker
from tracker.services.imports_at_once import import_tracker


class Command(BaseCommand):
    help = "Imports a referral tracker (.xlsx) by its headings. Running it twice adds nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--by", help="e-mail address of the person who imports; default: the first manager")

    def handle(self, *args, file: Path, by: str | None, **options) -> None:
        try:
            outcome = import_tracker(file, by=self.person(by))
        except NotATracker as problem:
            raise CommandError(str(problem)) from None
        except DatabaseError as error:  # its own words hold what stands in the rows, so they are not repeated
            raise CommandError(f"The database refused it ({type(error).__name__}): nothing was imported.") from None
        self.stdout.write(
            f"{outcome.read} rows read: {outcome.added} added, {outcome.repeated} there already, "
            f"{len(outcome.rejected)} rejected, {len(outcome.left_out)} left out."
        )
        for title, names in [
            ("New agencies", outcome.new_agencies),
            ("New teams", outcome.new_teams),
            ("Columns not used", outcome.unused),
        ]:
            if names:
                self.stdout.write(f"{title}: {', '.join(shown(name) for name in names)}.")
        if outcome.stopped_at:
            self.stdout.write(
                f"Reading stopped at row {outcome.stopped_at}, below {LIMITS.empty_rows:,} empty ones: "
                "what may stand further down was not read."
            )
        for number, why in sorted(outcome.rejected + outcome.left_out):
            self.stdout.write(f"  row {number}: {why}")

    def person(self, email: str | None) -> User:
        """The person in whose name rows are added; CommandError where there is none."""
        if email:
            found = User.objects.filter(email=email.lower(), is_active=True).first()
            if found is None:
                raise CommandError(f"Nobody who is active has the e-mail address {email}.")
            return found
        found = User.objects.filter(is_active=True, role_grants__role=Role.MANAGER).order_by("pk").first()
        if found is None:
            raise CommandError("Nobody holds the role of manager yet: make one, or name a person with --by EMAIL.")
        return found

"""bin/manage add_person: the first administrator of a new installation, or anybody else from the command line."""

from getpass import getpass

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email
from django.db import transaction

from accounts.models import User
from accounts.permissions import Role
from accounts.services import add_person


class Command(BaseCommand):
    help = "Adds a person with roles and asks for their passphrase (empty: they set it by e-mail on the sign-in page)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("name")
        parser.add_argument("--role", action="append", choices=[role.value for role in Role], default=[])

    def handle(self, *args, email: str, name: str, role: list[str], **options) -> None:
        try:
            validate_email(email)
        except ValidationError:
            raise CommandError(f"{email} is no e-mail address.") from None
        if User.objects.filter(email=email.lower()).exists():
            raise CommandError(f"There is already a person with the e-mail address {email}.")
        passphrase = getpass("Passphrase, at least 12 characters (empty: set it by e-mail): ")
        with transaction.atomic():
            person = add_person(name=name, email=email, team=None, roles=role, by=None)
            if passphrase:
                try:
                    validate_password(passphrase, person)
                except ValidationError as problem:
                    raise CommandError(" ".join(problem.messages)) from None
                person.set_password(passphrase)
                person.save()
        self.stdout.write(f"Added {name} ({', '.join(role) or 'no role yet'}).")

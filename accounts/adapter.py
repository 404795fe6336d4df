"""How django-allauth behaves here: nobody signs themselves up."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class InviteOnlyAdapter(DefaultAccountAdapter):
    """Accounts are made by an administrator. Single sign-on, when it comes, links to those accounts only."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": "The e-mail address or the passphrase is not right.",
        "too_many_login_attempts": "Too many failed tries to sign in. Wait five minutes, then try again.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

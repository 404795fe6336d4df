"""How django-allauth behaves here: nobody signs themselves up."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class InviteOnlyAdapter(DefaultAccountAdapter):
    """Accounts are made by an administrator. Single sign-on, when it comes, links to those accounts only."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

"""People, teams and agencies; roles and what each may do; sign-in."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        from . import sign_in

        sign_in.connect()

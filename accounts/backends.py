"""How a session finds its person: with the roles, which every request asks for."""

from allauth.account.auth_backends import AuthenticationBackend

from .models import User


class Backend(AuthenticationBackend):
    """Sign-in as allauth does it; the person of a session and their roles come in one query."""

    def get_user(self, user_id: int) -> User | None:
        """The person, None where there is none or they have left."""
        user = User.objects.with_roles().filter(pk=user_id).first()
        return user if user is not None and self.user_can_authenticate(user) else None

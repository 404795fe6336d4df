"""Sign-ins, sign-outs, failed tries and new passphrases in the audit log, from the signals of Django and allauth."""

from allauth.account import signals as allauth
from django.contrib.auth import signals

from core import audit


def connect() -> None:
    """Listen to the signals of signing in; called once when the app is ready."""
    signals.user_logged_in.connect(_signed_in, dispatch_uid="audit-signed-in")
    signals.user_logged_out.connect(_signed_out, dispatch_uid="audit-signed-out")
    signals.user_login_failed.connect(_failed, dispatch_uid="audit-sign-in-failed")
    for signal in (allauth.password_changed, allauth.password_set, allauth.password_reset):
        signal.connect(_new_passphrase, dispatch_uid="audit-new-passphrase")


def _signed_in(sender, request, user, **kwargs) -> None:
    audit.record("signed-in", by=user)


def _signed_out(sender, request, user, **kwargs) -> None:
    if user is not None:
        audit.record("signed-out", by=user)


def _failed(sender, credentials, request=None, **kwargs) -> None:
    tried = str(credentials.get("email") or credentials.get("username") or "")[:254]
    audit.record("sign-in-failed", by=None, detail={"email": tried})


def _new_passphrase(sender, request, user, **kwargs) -> None:
    audit.record("passphrase.changed", by=user, subject=user)

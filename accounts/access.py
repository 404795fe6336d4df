"""How a view says what it needs. A view without one of these marks fails the conventions test."""

from collections.abc import Callable
from functools import wraps

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from .permissions import Permission, permissions_of

View = Callable[..., HttpResponse]


def requires(*permissions: Permission) -> Callable[[View], View]:
    """Only for a person who holds one of `permissions`; anybody else who is signed in gets 403."""

    def decorator(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args, **kwargs) -> HttpResponse:
            if not permissions_of(request.user) & set(permissions):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        guarded.permissions = frozenset(permissions)
        return guarded

    return decorator


def for_everyone_signed_in(view: View) -> View:
    """Mark a view that any signed-in person may open: it shows them nothing but what is theirs."""
    view.permissions = frozenset()
    return view

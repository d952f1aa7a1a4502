"""An authentication backend for users whom the guard signed in; it accepts no password."""

from typing import Any

from asgiref.sync import sync_to_async
from django.contrib.auth.backends import ModelBackend
from django.core.exceptions import PermissionDenied

from authcore.domain.errors import RejectedError
from authcore.domain.model.session import User
from authcore_guard.django_users.user_records import UserRecords
from authcore_guard.django_users.user_rules import user_rules


class CognitoBackend(ModelBackend):
    """Knows the Django users of pool users.  Permissions are Django's own, by user and group."""

    def record_of(self, user: User) -> Any:
        """Return the Django user of *user*; see ``UserRecords.record_of``."""
        return UserRecords(user_rules()).record_of(user)

    def authenticate(  # type: ignore[override] # Django calls backends by the names of credentials
        self,
        request: Any,  # noqa: ARG002 - Django passes it
        authcore_user: User | None = None,
        **_: Any,
    ) -> Any:
        """
        Return the Django user of *authcore_user*, from ``current_user``; None without one.

        Raises:
            PermissionDenied: The user is refused; no other backend may admit the user.
        """
        if authcore_user is None:
            return None
        try:
            return self.record_of(authcore_user)
        except RejectedError:
            raise PermissionDenied from None

    async def aauthenticate(  # type: ignore[override]
        self, request: Any, authcore_user: User | None = None, **_: Any
    ) -> Any:
        """See ``authenticate``."""
        return await sync_to_async(self.authenticate)(request, authcore_user)

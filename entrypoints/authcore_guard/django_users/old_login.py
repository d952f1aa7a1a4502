"""
Django's own login as the old login: its sessions count while both logins are honoured.

::

    AUTHCORE_LEGACY_SESSIONS = "authcore_guard.django_users.old_login.legacy_sessions"
    AUTHCORE_LEGACY_KEY = "pk"
    AUTHENTICATION_BACKENDS = [
        "authcore_guard.django_users.backend.CognitoBackend",
        "django.contrib.auth.backends.ModelBackend",         # for the page of the old login
    ]
"""

from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user
from django.db import close_old_connections
from django.http import HttpRequest

from authcore.adapters.legacy.callable_sessions import CallableLegacySessions
from authcore.adapters.legacy.session_cookie import LegacyCookie
from authcore.domain.model.accounts import LegacyAccount
from authcore.ports.legacy_sessions import LegacySessions
from authcore_guard.django_users.models import PoolUser


def legacy_sessions() -> LegacySessions:
    """Resolve the sessions of Django's own login, by its session cookie."""
    domain = settings.SESSION_COOKIE_DOMAIN or ""
    return CallableLegacySessions(
        cookie=LegacyCookie(settings.SESSION_COOKIE_NAME, domain), look_up=look_up
    )


class _SessionCopy(dict[str, Any]):
    """
    A session that only reads.

    Django's ``get_user`` moves a session to another key where a former ``SECRET_KEY`` signed it,
    and deletes one whose password changed.  The browser would learn the other key from no response.
    """

    def cycle_key(self) -> None:
        """See: Django "How to use sessions"."""

    def flush(self) -> None:
        """See: Django "How to use sessions"."""
        self.clear()


def look_up(session_key: str) -> LegacyAccount | None:
    """
    Return the account of an open session of Django, or None; an inactive user has none.

    The guard may call it in a thread of its own, so that connections are closed as after a request.
    """
    close_old_connections()
    try:
        request: Any = HttpRequest()
        stored = import_module(settings.SESSION_ENGINE).SessionStore(session_key)
        request.session = _SessionCopy(stored.items())
        record = get_user(request)
        return _account(record) if record.is_authenticated else None
    finally:
        close_old_connections()


def _account(user: Any) -> LegacyAccount:
    """The account of *user*, of any user model."""
    full_name: str = user.get_full_name() if hasattr(user, "get_full_name") else ""
    linked = PoolUser.objects.filter(user=user).order_by("-stated_at", "-pk").first()
    return LegacyAccount(
        legacy_uid=str(user.pk),
        username=user.get_username(),
        email=getattr(user, user.get_email_field_name(), None) or None,
        email_verified=False,
        display_name=full_name or None,
        cognito_id=linked.subject if linked else None,  # of the pool in use
    )

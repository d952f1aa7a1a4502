"""Settings of every entrypoint that checks sessions, and the checks across groups."""

from typing import ClassVar

import attrs

from authcore.adapters.cookies.domain import is_shared_with_strangers
from authcore.settings.cognito import CognitoSettings
from authcore.settings.cookie import CookieSettings
from authcore.settings.guard import ROLES_ARE_GIVEN, AccessSettings
from authcore.settings.legacy import (
    LEGACY_SESSIONS_ASKED,
    LegacyCallSettings,
    LegacySessionsSettings,
)
from authcore.settings.reader import Check
from authcore.settings.session import REVOKED_IN_A_TABLE, RevocationSettings
from authcore.settings.store import STORED_IN_A_TABLE, StoreSettings
from authcore.settings.user import UserSettings


def _check_domain(domain: str) -> str | None:
    """Check against the public suffix list, where it is installed."""
    if not is_shared_with_strangers(domain):
        return None
    return (
        "AUTHCORE_COOKIE_DOMAIN is wrong: other sites share the domain: it is, or holds, a "
        "public suffix"
    )


def _in_another_process(kept_in: str) -> str | None:
    if kept_in != "process":
        return None
    return (
        "AUTHCORE_REVOCATIONS_KEPT_IN is wrong: the list of one process of the auth service cannot "
        "be read here"
    )


KEPT_ELSEWHERE = Check(("revocations.kept_in",), _in_another_process)
"""A check for entrypoints without sign-out, and for those that run in several processes."""


@attrs.frozen
class SessionSettings:
    """
    The groups of every entrypoint that checks sessions.

    Attributes:
        cognito: The pool.
        cookie: The session cookies.
        store: The table of stored sessions.
        revocations: Sessions that end early.
        legacy_sessions: The old login.
        legacy: The API that resolves its sessions.
        user: What applications learn of users.
        guard: Which users are admitted.
    """

    CHECKS: ClassVar[tuple[Check, ...]] = (
        Check(("cookie.domain",), _check_domain),
        STORED_IN_A_TABLE,
        REVOKED_IN_A_TABLE,
        LEGACY_SESSIONS_ASKED,
        ROLES_ARE_GIVEN,
    )

    cognito: CognitoSettings
    cookie: CookieSettings
    store: StoreSettings
    revocations: RevocationSettings
    legacy_sessions: LegacySessionsSettings
    legacy: LegacyCallSettings
    user: UserSettings
    guard: AccessSettings

"""What doors that check sessions must know, and what can be seen to be wrong with it."""

from collections.abc import Mapping
from typing import ClassVar

import attrs

from authcore.adapters.cookies.domain import is_shared_with_strangers
from authcore.settings import (
    AppClientSettings,
    CognitoSettings,
    CookieSettings,
    GuardSettings,
    LegacyCallSettings,
    LegacySessionsSettings,
    RefreshSettings,
    RevocationSettings,
    StoreSettings,
    load,
)
from authcore.settings.groups import covering
from authcore.settings.reader import Check
from authcore.settings.session_groups import LEGACY_SESSIONS_ASKED, REVOKED_IN_A_TABLE
from authcore.settings.store_groups import STORED_IN_A_TABLE


def _shared_domain(domain: str) -> str | None:
    """As far as this installation can tell."""
    if not is_shared_with_strangers(domain):
        return None
    return (
        "AUTHCORE_COOKIE_DOMAIN is wrong: the domain is shared with strangers: it is, or holds, a "
        "public suffix"
    )


def _in_another_process(kept_in: str) -> str | None:
    if kept_in != "process":
        return None
    return (
        "AUTHCORE_REVOCATIONS_KEPT_IN is wrong: what one process of the auth service remembers is "
        "not known here"
    )


def _secretless(refresh: str, secret: str | None) -> str | None:
    if secret is not None or refresh != "direct":
        return None
    return "AUTHCORE_SIGN_IN_CLIENT_SECRET is missing: AUTHCORE_GUARD_REFRESH=direct shows it"


def _homeless(refresh: str, by: str, domain: str | None, token_url: str | None) -> str | None:
    if domain or token_url or (refresh, by) != ("direct", "token_endpoint"):
        return None
    return "AUTHCORE_SIGN_IN_DOMAIN_URL is missing: AUTHCORE_GUARD_REFRESH=direct asks there"


KEPT_ELSEWHERE = Check(("revocations.kept_in",), _in_another_process)
"""For doors at which nobody signs out, and for those that run in several processes."""


@attrs.frozen
class SessionSettings:
    """
    The groups of every door that checks sessions.

    Attributes:
        cognito: Which pool.
        cookie: What browsers carry.
        store: Where sessions are, if not in cookies.
        revocations: Which of them ended early.
        legacy_sessions: The old login.
        legacy: Who knows about it.
    """

    CHECKS: ClassVar[tuple[Check, ...]] = (
        Check(("cookie.domain",), _shared_domain),
        STORED_IN_A_TABLE,
        REVOKED_IN_A_TABLE,
        LEGACY_SESSIONS_ASKED,
    )

    cognito: CognitoSettings
    cookie: CookieSettings
    store: StoreSettings
    revocations: RevocationSettings
    legacy_sessions: LegacySessionsSettings
    legacy: LegacyCallSettings


@attrs.frozen
class GuardDoorSettings(SessionSettings):
    """
    The groups of a guarded application.

    It sees the session only where the cookies go, and so does the auth service.

    Attributes:
        guard: Which application, and who goes on with its sessions.
        sign_in: For one that does it itself.
        refresh: How it does.
    """

    CHECKS: ClassVar[tuple[Check, ...]] = (
        *SessionSettings.CHECKS,
        covering("guard.signin_url"),
        covering("guard.app_url"),
        KEPT_ELSEWHERE,
        Check(("guard.refresh", "sign_in.client_secret"), _secretless),
        Check(
            ("guard.refresh", "refresh.by", "sign_in.domain_url", "sign_in.token_url"), _homeless
        ),
    )

    guard: GuardSettings
    sign_in: AppClientSettings
    refresh: RefreshSettings


def guard_settings(environment: Mapping[str, str]) -> GuardDoorSettings:
    """
    Read and check the settings of a guarded application.

    Args:
        environment: Variables by name.

    Raises:
        ConfigurationError: Names every missing and every wrong variable, and those that do not
            fit together.
    """
    return load(GuardDoorSettings, environment)

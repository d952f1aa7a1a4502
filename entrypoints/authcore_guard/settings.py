"""What doors that check sessions must know, and what can be seen to be wrong with it."""

from collections.abc import Mapping
from typing import ClassVar

import attrs

from authcore.settings import (
    AppClientSettings,
    GuardSettings,
    RefreshSettings,
    load,
)
from authcore.settings.cookie import covering
from authcore.settings.reader import Check
from authcore.wiring.session_settings import (
    KEPT_ELSEWHERE,
    SessionSettings,
)


def _secretless(refresh: str, secret: str | None) -> str | None:
    if secret is not None or refresh != "direct":
        return None
    return "AUTHCORE_SIGN_IN_CLIENT_SECRET is missing: AUTHCORE_GUARD_REFRESH=direct shows it"


def _homeless(refresh: str, by: str, domain: str | None, token_url: str | None) -> str | None:
    if domain or token_url or (refresh, by) != ("direct", "token_endpoint"):
        return None
    return "AUTHCORE_SIGN_IN_DOMAIN_URL is missing: AUTHCORE_GUARD_REFRESH=direct asks there"


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

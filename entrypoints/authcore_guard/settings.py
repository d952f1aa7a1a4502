"""The settings of a guarded application, and the checks across groups."""

from typing import ClassVar

import attrs

from authcore.settings.cookie import covering
from authcore.settings.guard import GuardSettings
from authcore.settings.pages import PageSettings
from authcore.settings.reader import Check
from authcore.settings.session import RefreshSettings
from authcore.settings.sign_in import AppClientSettings
from authcore.wiring.session_settings import KEPT_ELSEWHERE, SessionSettings


def _lacks_secret(refresh: str, secret: object) -> str | None:
    if secret is not None or refresh != "direct":
        return None
    return "AUTHCORE_SIGN_IN_CLIENT_SECRET is missing: AUTHCORE_GUARD_REFRESH=direct needs it"


def _lacks_domain(refresh: str, by: str, domain: str | None, token_url: str | None) -> str | None:
    if domain or token_url or (refresh, by) != ("direct", "token_endpoint"):
        return None
    return "AUTHCORE_SIGN_IN_DOMAIN_URL is missing: AUTHCORE_GUARD_REFRESH=direct calls it"


@attrs.frozen
class GuardEntrypointSettings(SessionSettings):
    """
    The groups of a guarded application.

    Browsers send the session cookies only to hosts below the cookie domain.

    Attributes:
        guard: The application, and which process refreshes its sessions.
        sign_in: The app client, for a guard that refreshes sessions itself.
        refresh: How it refreshes them.
        pages: Brand, texts and languages of its pages.
    """

    CHECKS: ClassVar[tuple[Check, ...]] = (
        *SessionSettings.CHECKS,
        covering("guard.signin_url"),
        covering("guard.app_url"),
        KEPT_ELSEWHERE,
        Check(("guard.refresh", "sign_in.client_secret"), _lacks_secret),
        Check(
            ("guard.refresh", "refresh.by", "sign_in.domain_url", "sign_in.token_url"),
            _lacks_domain,
        ),
    )

    guard: GuardSettings
    sign_in: AppClientSettings
    refresh: RefreshSettings
    pages: PageSettings

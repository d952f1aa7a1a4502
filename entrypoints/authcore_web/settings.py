"""The settings of the auth service, and the checks across their groups."""

from typing import ClassVar

import attrs

from authcore.settings.audit import AuditSettings
from authcore.settings.connect import ConnectSettings
from authcore.settings.cookie import covering
from authcore.settings.log import LogSettings
from authcore.settings.metrics import MetricsSettings
from authcore.settings.old_login import OldLoginSettings
from authcore.settings.pages import AuthPageSettings
from authcore.settings.password import PasswordSettings
from authcore.settings.reader import Check
from authcore.settings.session import RefreshSettings
from authcore.settings.sign_in import SignInSettings, SignOutSettings
from authcore.settings.sync import SyncSettings
from authcore.settings.verify import VerifySettings, WebAccessSettings
from authcore.settings.webhook import WebhookSettings
from authcore.wiring.session_settings import KEPT_ELSEWHERE, SessionSettings


def _check_attempt_keys(cookie_format: str, keys: object) -> str | None:
    if keys or cookie_format != "plain":
        return None
    return "AUTHCORE_COOKIE_KEYS is missing: pending sign-ins are sealed in every format"


def _counted_by_one_process(sign_in: str, table: str | None) -> str | None:
    if sign_in == "off" or table is not None:
        return None
    return (
        "AUTHCORE_STORE_TABLE is missing: AUTHCORE_PASSWORD_SIGN_IN counts attempts there, "
        "because a function runs in several processes"
    )


def _old_login_counted_by_one_process(keys: object, table: str | None) -> str | None:
    if keys is None or table is not None:
        return None
    return (
        "AUTHCORE_STORE_TABLE is missing: attempts of AUTHCORE_OLD_LOGIN_CALLER_KEYS are counted "
        "there, because a function runs in several processes"
    )


def _check_webhooks_read(keys: object, url: object, api_key: object) -> str | None:
    if keys is None or (url and api_key):
        return None
    missing = "AUTHCORE_LEGACY_API_KEY" if url else "AUTHCORE_LEGACY_URL"
    return f"{missing} is missing: changed accounts are read there, as AUTHCORE_WEBHOOK_KEYS asks"


@attrs.frozen
class WebSettings(SessionSettings):
    """
    The groups of the auth service.

    Attributes:
        sign_in: The app client and the redirects of sign-ins.
        sign_out: The targets of sign-outs.
        connect: Whether users connect refused external sign-ins with their account.
        password: Whether users sign in on this service's own page, and how often they may try.
        refresh: How sessions are refreshed.
        verify: API keys of the programs that may verify tokens.
        old_login: What the legacy system may ask about passwords.
        web: Origins whose pages may read the session.
        sync: How pool users follow legacy accounts.
        webhook: Keys of the legacy system's webhooks.
        pages: Brand, texts and languages of the pages.
        log: Form of log lines; of a process that serves nothing else.
        audit: Form of its audit lines.
    """

    CHECKS: ClassVar[tuple[Check, ...]] = (
        *SessionSettings.CHECKS,
        Check(("cookie.format", "cookie.keys"), _check_attempt_keys),
        covering("sign_in.callback_url"),
        Check(("webhook.keys", "legacy.url", "legacy.api_key"), _check_webhooks_read),
    )

    sign_in: SignInSettings
    sign_out: SignOutSettings
    connect: ConnectSettings
    password: PasswordSettings
    refresh: RefreshSettings
    verify: VerifySettings
    old_login: OldLoginSettings
    web: WebAccessSettings
    sync: SyncSettings
    webhook: WebhookSettings
    pages: AuthPageSettings
    log: LogSettings
    audit: AuditSettings


@attrs.frozen
class WebFunctionSettings(WebSettings):
    """The groups of the auth service on Lambda, where several processes share the sessions."""

    CHECKS: ClassVar[tuple[Check, ...]] = (
        *WebSettings.CHECKS,
        KEPT_ELSEWHERE,
        Check(("password.sign_in", "store.table"), _counted_by_one_process),
        Check(("old_login.caller_keys", "store.table"), _old_login_counted_by_one_process),
    )

    metrics: MetricsSettings

"""Build what receives the legacy system's webhooks, and applies them."""

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from authcore.adapters.legacy.profile_message import read_profile_message
from authcore.domain.services.accounts.profile_webhooks import ProfileWebhooks
from authcore.ports.audit import AuditLog, DecisionCounter
from authcore.ports.coordination import CreateIntents
from authcore.ports.system import Clock
from authcore.settings.cognito import CognitoSettings
from authcore.settings.legacy import LegacyCallSettings
from authcore.settings.store import StoreSettings
from authcore.settings.sync import SyncSettings
from authcore.settings.webhook import WebhookSettings
from authcore.wiring.secrets import current_secret


if TYPE_CHECKING:
    from authcore.wiring.profile_sync import SyncParts

ProfileSyncCall: TypeAlias = Callable[[str], object]
"""Brings the pool user of a legacy id up to date."""


def webhook_sync(
    webhook: WebhookSettings,
    sync: SyncSettings,
    *,
    cognito: CognitoSettings,
    legacy: LegacyCallSettings,
    store: StoreSettings,
    clock: Clock,
    audit: AuditLog,
) -> "SyncParts | None":
    """
    Build what applies webhooks; None where no key is configured.

    Raises:
        ConfigurationError: The key of the legacy HTTP API cannot be read.
    """
    if webhook.keys is None or legacy.url is None or legacy.api_key is None:
        return None
    from authcore.wiring.profile_sync import profile_sync  # noqa: PLC0415 - it imports botocore

    key: Callable[[], str] = current_secret(legacy.api_key, clock=clock, audit=audit)
    return profile_sync(
        sync, cognito=cognito, legacy_url=legacy.url, legacy_key=key, store=store, audit=audit
    )


def sync_call(parts: "SyncParts | None") -> ProfileSyncCall | None:
    """Give what applies one message; None where there is none."""
    return None if parts is None else parts.sync.sync


def profile_webhooks(
    webhook: WebhookSettings,
    sync: ProfileSyncCall | None,
    intents: Callable[[], CreateIntents],
    *,
    clock: Clock,
    audit: AuditLog,
    counter: DecisionCounter,
) -> ProfileWebhooks | None:
    """
    Build the service; None where no key is configured.

    Raises:
        ConfigurationError: The keys cannot be read.
    """
    if webhook.keys is None or sync is None:
        return None
    keys: Callable[[], tuple[bytes, ...]] = current_secret(webhook.keys, clock=clock, audit=audit)
    return ProfileWebhooks(
        keys=keys,
        read_message=read_profile_message,
        sync=sync,
        intents=intents(),
        clock=clock,
        audit=audit,
        counter=counter,
    )

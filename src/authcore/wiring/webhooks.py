"""Build what receives the legacy system's webhooks."""

from collections.abc import Callable
from typing import TypeAlias

from authcore.adapters.legacy.change_message import legacy_uid_in
from authcore.domain.services.accounts.profile_webhooks import ProfileWebhooks
from authcore.ports.audit import AuditLog
from authcore.ports.coordination import CreateIntents
from authcore.ports.system import Clock
from authcore.settings.webhook import WebhookSettings
from authcore.wiring.secrets import current_secret


ProfileSyncCall: TypeAlias = Callable[[str], object]
"""Brings the pool user of a legacy id up to date."""


def profile_webhooks(
    webhook: WebhookSettings,
    sync: Callable[[], ProfileSyncCall | None],
    intents: Callable[[], CreateIntents],
    *,
    clock: Clock,
    audit: AuditLog,
) -> ProfileWebhooks | None:
    """
    Build the service; None where no key is configured: then nothing else is built.

    Raises:
        ConfigurationError: The keys cannot be read.
    """
    if webhook.keys is None or (apply := sync()) is None:
        return None
    keys: Callable[[], tuple[bytes, ...]] = current_secret(webhook.keys, clock=clock, audit=audit)
    return ProfileWebhooks(
        keys=keys,
        legacy_uid_in=legacy_uid_in,
        sync=apply,
        intents=intents(),
        clock=clock,
        audit=audit,
    )

"""Build what ``authcore sync`` works with."""

from collections.abc import Mapping
from typing import Final

import attrs

from authcore.adapters.audit.log import LoggingAuditLog
from authcore.adapters.system import SystemClock
from authcore.domain.services.accounts.profile_survey import ProfileSurvey
from authcore.domain.services.accounts.rate_limit import RateLimiter
from authcore.domain.services.accounts.retrying import OnRetry, Retrier
from authcore.settings import load
from authcore.settings.cognito import CognitoSettings
from authcore.settings.legacy import LegacySettings
from authcore.settings.store import StoreSettings
from authcore.settings.sync import SyncSettings
from authcore.wiring.legacy_key import legacy_key
from authcore.wiring.profile_sync import profile_sync
from authcore_cli.stoppable_pause import StoppablePause
from authcore_cli.sync_run import SyncTools


CALLS_PER_SECOND: Final = 30
"""
Pages and users that are begun a second: less than Cognito's quotas of listing (30) and reading
(120), and more than the users who can be written.
"""


@attrs.frozen(kw_only=True)
class SyncCommandSettings:
    """Settings groups of the commands."""

    cognito: CognitoSettings
    legacy: LegacySettings
    store: StoreSettings
    sync: SyncSettings


def sync_tools(environment: Mapping[str, str], rate: int | None, on_retry: OnRetry) -> SyncTools:
    """
    Build the tools as the ``AUTHCORE_*`` variables say.

    Args:
        environment: Variables by name.

        rate: Writes a second at most; None for that of the settings.

        on_retry: Called before each wait.

    Raises:
        ConfigurationError: Names every missing and every wrong variable.
    """
    settings = load(SyncCommandSettings, environment)
    sync = settings.sync if rate is None else attrs.evolve(settings.sync, writes_per_second=rate)
    pause = StoppablePause()
    parts = profile_sync(
        sync,
        cognito=settings.cognito,
        legacy_url=settings.legacy.url,
        legacy_key=legacy_key(settings.legacy),
        store=settings.store,
        audit=LoggingAuditLog(),
        pause=pause,
    )
    clock = SystemClock()
    limiter = RateLimiter(CALLS_PER_SECOND, clock=clock, pause=pause)
    retrier = Retrier(rate_limiter=limiter, pause=pause, on_retry=on_retry)
    return SyncTools(
        survey=ProfileSurvey(
            users=parts.users, accounts=parts.sync.accounts, policy=sync.policy, retrier=retrier
        ),
        sync=parts.sync,
        retrier=retrier,
        clock=clock,
        place=f"{settings.cognito.user_pool_id} {settings.legacy.url} {_name_owned(sync)}",
        close=parts.close,
        stop=pause.stop,
    )


def _name_owned(sync: SyncSettings) -> str:
    """Name what the legacy system owns: a run with other settings begins at the first user."""
    return f"{','.join(sorted(sync.fields))} {sync.on_lock} {sync.on_deletion}"

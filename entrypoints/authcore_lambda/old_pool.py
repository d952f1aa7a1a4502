"""The old pool, until the deadline of an event; loaded only where users come from one."""

from collections.abc import Callable
from datetime import timedelta

from authcore.domain.errors import LegacyUnavailableError, ProviderUnavailableError
from authcore.domain.services.accounts.old_pool_audit import OldPoolAudit
from authcore.ports.audit import AuditLog
from authcore.ports.legacy_accounts import LegacyAccounts
from authcore.ports.user_directory import UserDirectory
from authcore.settings.old_pool import OldPoolSettings
from authcore.wiring.old_pool import old_pool_accounts, old_pool_directory
from authcore_lambda.deadlines.adapters import TimedOldAccounts, TimedUserDirectory
from authcore_lambda.deadlines.deadline import BoundedCaller, Deadline


def accounts_in(
    settings: OldPoolSettings, *, within: timedelta, signs_in: bool = True
) -> Callable[[Deadline], LegacyAccounts]:
    """
    Open the users of the old pool as accounts.

    Args:
        settings: Which pool; there is one.

        within: Time limit of one call.

        signs_in: False for a function that only looks users up.  True by default.

    Raises:
        ConfigurationError: The app client's secret cannot be read.
    """
    accounts = old_pool_accounts(settings, within=within, signs_in=signs_in)
    bounded = BoundedCaller("the old pool", LegacyUnavailableError)
    return lambda time: TimedOldAccounts(accounts, time, bounded)


def directory_of(
    settings: OldPoolSettings, *, within: timedelta
) -> Callable[[Deadline], UserDirectory]:
    """Open the users of the old pool, to mark those who have moved; see ``accounts_in``."""
    directory = old_pool_directory(settings, within=within)
    bounded = BoundedCaller("the old pool", ProviderUnavailableError)
    return lambda time: TimedUserDirectory(directory, time, bounded)


def name_old_pool(audit: AuditLog, settings: OldPoolSettings) -> AuditLog:
    """Let each line of *audit* name the old pool, where there is one."""
    return OldPoolAudit(audit, settings.user_pool_id) if settings.user_pool_id else audit

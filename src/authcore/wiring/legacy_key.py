"""Build the key of the legacy HTTP API, for functions and commands without a container."""

from collections.abc import Callable

from authcore.adapters.audit.log import LoggingAuditLog
from authcore.adapters.system import SystemClock
from authcore.settings.legacy import LegacySettings
from authcore.wiring.secrets import current_secret


def legacy_key(legacy: LegacySettings) -> Callable[[], str]:
    """
    Build what gives the key of now.

    Raises:
        ConfigurationError: It cannot be read.
    """
    return current_secret(legacy.api_key, clock=SystemClock(), audit=LoggingAuditLog())

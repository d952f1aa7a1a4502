"""Build what checks and sets passwords for the old login."""

from collections.abc import Callable, Sequence

import attrs

from authcore.domain.services.accounts.password_change import PasswordChange
from authcore.domain.services.accounts.password_verification import PasswordVerification
from authcore.ports.audit import AuditLog
from authcore.ports.system import Clock
from authcore.settings.old_login import OldLoginSettings
from authcore.settings.url_parsers import CallerKey
from authcore.wiring.secrets import current_secret


@attrs.frozen
class OldLogin:
    """
    What the old login may ask.

    Attributes:
        verification: Checks passwords.
        change: Sets them.
        close: Closes the connections.  Default: there are none.
    """

    verification: PasswordVerification
    change: PasswordChange
    close: Callable[[], None] = lambda: None


def old_login_keys(
    old_login: OldLoginSettings, *, clock: Clock, audit: AuditLog
) -> Callable[[], Sequence[CallerKey]]:
    """
    Build what gives the keys of now; none where none are configured.

    Raises:
        ConfigurationError: They cannot be read.
    """
    none: tuple[CallerKey, ...] = ()
    given = none if old_login.caller_keys is None else old_login.caller_keys
    return current_secret(given, clock=clock, audit=audit)

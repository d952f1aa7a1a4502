"""Build what checks and sets passwords for the old login."""

# ruff: noqa: PLC0415 - only where the old login asks does importing botocore pay

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

import attrs

from authcore.domain.model.pools import region_of
from authcore.domain.services.accounts.linked_users import LinkedUsers
from authcore.domain.services.accounts.old_login_limits import OldLoginLimits
from authcore.domain.services.accounts.password_change import PasswordChange
from authcore.domain.services.accounts.password_verification import PasswordVerification
from authcore.domain.services.token_validation import TokenValidator
from authcore.ports.audit import AuditLog
from authcore.ports.client_secrets import ClientSecrets
from authcore.ports.password_authentication import PasswordAuthenticator
from authcore.ports.system import Clock, Entropy
from authcore.ports.token_endpoint import TokenRevoker
from authcore.ports.user_directory import UserAdministration, UserSessions
from authcore.settings.cognito import CognitoSettings
from authcore.settings.old_login import OldLoginSettings, limits_of
from authcore.settings.store import StoreSettings
from authcore.settings.url_parsers import CallerKey
from authcore.wiring.secrets import current_secret
from authcore.wiring.table import attempt_limiter_of


if TYPE_CHECKING:
    from authcore.adapters.coordination.dynamodb.table import DynamoDbClient

MAX_CONNECTIONS: Final = 32
"""Of the admin API: as many passwords as the auth service checks at once."""


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


@attrs.frozen(kw_only=True)
class _Pool:
    """The pool as the old login's passwords need it."""

    administration: UserAdministration
    sessions: UserSessions
    authenticator: PasswordAuthenticator
    close: Callable[[], None]


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


def old_login_limits(
    old_login: OldLoginSettings,
    store: StoreSettings,
    client: Callable[[], "DynamoDbClient"],
    clock: Clock,
    entropy: Entropy,
) -> OldLoginLimits | None:
    """Build the limits: in the configured table, or in this process; None where all is off."""
    if old_login.caller_keys is None:
        return None
    users, callers = (
        attempt_limiter_of(limit, store, client, clock, entropy) for limit in limits_of(old_login)
    )
    return OldLoginLimits(users=users, callers=callers)


def old_login_of(
    old_login: OldLoginSettings,
    cognito: CognitoSettings,
    limits: OldLoginLimits | None,
    *,
    validator: TokenValidator,
    revoker: TokenRevoker,
    secrets: ClientSecrets,
    clock: Clock,
    entropy: Entropy,
    audit: AuditLog,
) -> OldLogin | None:
    """
    Build the services; None where no key is configured: then no client is built.

    Args:
        old_login: Time limits.

        cognito: The pool and the app client at which users sign in.

        limits: On attempts; None where no key is configured.

        validator: For that app client.

        revoker: For that app client.

        secrets: Of that app client.

        clock: Tells the time.

        entropy: For the client of the pool's API.

        audit: Records every decision.
    """
    if limits is None:
        return None
    pool = _pool_of(old_login, cognito, secrets, clock, entropy)
    users = LinkedUsers(pool.administration)
    return OldLogin(
        verification=PasswordVerification(
            users=users,
            authenticator=pool.authenticator,
            validator=validator,
            revoker=revoker,
            limits=limits,
            audit=audit,
        ),
        change=PasswordChange(
            users=users,
            administration=pool.administration,
            sessions=pool.sessions,
            limits=limits,
            audit=audit,
        ),
        close=pool.close,
    )


def _pool_of(
    old_login: OldLoginSettings,
    cognito: CognitoSettings,
    secrets: ClientSecrets,
    clock: Clock,
    entropy: Entropy,
) -> _Pool:
    from authcore.adapters.cognito.client import cognito_client, unsigned_cognito_client
    from authcore.adapters.cognito.password_authenticator import CognitoPasswordAuthenticator
    from authcore.adapters.cognito.user_administration import CognitoUserAdministration
    from authcore.adapters.cognito.user_sessions import CognitoUserSessions

    pool_id = cognito.user_pool_id
    region = region_of(pool_id)  # a replica refuses writes
    url, within = cognito.endpoint_url, old_login.timeout
    admin = cognito_client(
        region=region, endpoint_url=url, within=within, max_connections=MAX_CONNECTIONS
    )
    unsigned = unsigned_cognito_client(region=region, endpoint_url=url, within=within)

    def close() -> None:
        admin.close()
        unsigned.close()

    return _Pool(
        administration=CognitoUserAdministration(client=admin, user_pool_id=pool_id),
        sessions=CognitoUserSessions(client=admin, user_pool_id=pool_id),
        authenticator=CognitoPasswordAuthenticator(
            client=unsigned,
            admin=admin,
            user_pool_id=pool_id,
            client_id=cognito.client_id,
            client_secret=secrets,
            clock=clock,
            entropy=entropy,
        ),
        close=close,
    )

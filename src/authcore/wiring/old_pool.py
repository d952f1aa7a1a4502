"""Build what asks the old pool, for functions whose users come from another pool."""

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from authcore.adapters.audit.log import LoggingAuditLog
from authcore.adapters.cognito.client import cognito_client
from authcore.adapters.cognito.old_pool import OldPoolAccounts
from authcore.adapters.cognito.user_directory import CognitoUserDirectory
from authcore.adapters.system import SystemClock
from authcore.domain.errors import ConfigurationError
from authcore.domain.model.pools import region_of
from authcore.ports.client_secrets import ClientSecrets
from authcore.settings.old_pool import OldPoolSettings
from authcore.wiring.secrets import client_secrets_of


if TYPE_CHECKING:
    from types_boto3_cognito_idp import CognitoIdentityProviderClient

MAX_CONNECTIONS: Final = 4
"""A function answers one event at a time."""


def old_pool_accounts(
    settings: OldPoolSettings, *, within: timedelta, signs_in: bool = True
) -> OldPoolAccounts:
    """
    Build the accounts of the old pool.

    Args:
        settings: Which pool.

        within: Time limit of one call.

        signs_in: False for a function that only looks users up: no secret is read.  True by
            default.

    Raises:
        ConfigurationError: There is no old pool, or its app client's secret cannot be read.
    """
    user_pool_id, client_id = _ids(settings)
    return OldPoolAccounts(
        client=_client(settings, user_pool_id, within),
        user_pool_id=user_pool_id,
        client_id=client_id,
        client_secret=_secrets(settings, user_pool_id, client_id) if signs_in else None,
        kind=settings.kind,
        drops_second_factors=settings.mfa == "drop",
    )


def old_pool_directory(settings: OldPoolSettings, *, within: timedelta) -> CognitoUserDirectory:
    """
    Build the directory of the old pool, to mark users who have moved; see ``old_pool_accounts``.

    Raises:
        ConfigurationError: There is no old pool.
    """
    user_pool_id, _ = _ids(settings)
    client = _client(settings, user_pool_id, within)
    return CognitoUserDirectory(client=client, user_pool_id=user_pool_id)


def _ids(settings: OldPoolSettings) -> tuple[str, str]:
    if settings.user_pool_id is None or settings.client_id is None:
        raise ConfigurationError(["AUTHCORE_OLD_POOL_USER_POOL_ID is missing"])
    return settings.user_pool_id, settings.client_id


def _client(
    settings: OldPoolSettings, user_pool_id: str, within: timedelta
) -> "CognitoIdentityProviderClient":
    return cognito_client(
        region=region_of(user_pool_id),
        endpoint_url=settings.endpoint_url,
        within=within,
        max_connections=MAX_CONNECTIONS,
    )


def _secrets(settings: OldPoolSettings, user_pool_id: str, client_id: str) -> ClientSecrets | None:
    if settings.client_secret is None:
        return None
    return client_secrets_of(
        settings.client_secret,
        user_pool_id=user_pool_id,
        client_id=client_id,
        clock=SystemClock(),
        audit=LoggingAuditLog(),
    )

"""Build the sign-in by password for an application; name every wrong argument at once."""

from datetime import timedelta
from typing import Final, get_args

import attrs

from authcore.adapters.cognito.client import cognito_client, unsigned_cognito_client
from authcore.adapters.cognito.password_authenticator import CognitoPasswordAuthenticator
from authcore.adapters.system import SystemClock, SystemEntropy
from authcore.domain.errors import ConfigurationError
from authcore.domain.model.challenges import PasswordFlow
from authcore.domain.model.pools import (
    USER_POOL_ID_SENTENCE,
    is_user_pool_id,
    pool_of,
    region_of,
)
from authcore.domain.model.urls import ServiceUrl, service_url
from authcore.domain.services.sign_in.password_sign_in import PasswordSignIn
from authcore.domain.services.token_validation import TokenValidator
from authcore.ports.client_secrets import ClientSecrets
from authcore.wiring.tokens import missing_methods


LONGEST_TIMEOUT: Final = timedelta(seconds=30)

_FLOWS: Final = get_args(PasswordFlow)


def embedded_password_sign_in(
    *,
    validator: TokenValidator,
    user_pool_id: str,
    client_id: str,
    client_secret: str | ClientSecrets | None,
    flow: PasswordFlow,
    migrating: PasswordFlow | None,
    endpoint_url: str | None,
    timeout: timedelta,
) -> PasswordSignIn:
    """
    Build the service; the arguments are those of ``authcore.password_sign_in``.

    Raises:
        ConfigurationError: Names every problem at once.
    """
    problems = [
        *_pool_problems(user_pool_id),
        *_validator_problems(validator, user_pool_id, client_id),
        *_secret_problems(client_secret),
        *_flow_problems(flow, migrating),
        *_url_problems(endpoint_url),
        *_timeout_problems(timeout),
    ]
    if problems:
        raise ConfigurationError(problems)
    return PasswordSignIn(
        authenticator=password_authenticator(
            user_pool_id=user_pool_id,
            client_id=client_id,
            client_secret=client_secret,
            endpoint_url=None if endpoint_url is None else service_url(endpoint_url),
            timeout=timeout,
            with_admin="ADMIN_USER_PASSWORD_AUTH" in (flow, migrating),
        ),
        validator=attrs.evolve(validator, client_ids=(client_id,)),
        flow=flow,
        migrating=migrating,
    )


def password_authenticator(
    *,
    user_pool_id: str,
    client_id: str,
    client_secret: str | ClientSecrets | None,
    endpoint_url: ServiceUrl | None,
    timeout: timedelta,
    with_admin: bool,
) -> CognitoPasswordAuthenticator:
    """
    Build the adapter, in the pool's primary region: a replica refuses what writes.

    Args:
        user_pool_id: Id of the pool.

        client_id: Of the app client.

        client_secret: Of the app client; None for a public client.

        endpoint_url: Of the pool's API; None for Amazon's.

        timeout: Of one call.

        with_admin: Whether to build a client with the credentials that botocore finds, which only
            ADMIN_USER_PASSWORD_AUTH needs.
    """
    region = region_of(user_pool_id)
    return CognitoPasswordAuthenticator(
        client=unsigned_cognito_client(region=region, endpoint_url=endpoint_url, within=timeout),
        admin=cognito_client(region=region, endpoint_url=endpoint_url, within=timeout)
        if with_admin
        else None,
        user_pool_id=user_pool_id,
        client_id=client_id,
        client_secret=client_secret,
        clock=SystemClock(),
        entropy=SystemEntropy(),
    )


def _pool_problems(user_pool_id: object) -> list[str]:
    is_pool = isinstance(user_pool_id, str) and is_user_pool_id(user_pool_id)
    return [] if is_pool else [f"user_pool_id {USER_POOL_ID_SENTENCE}"]


def _validator_problems(validator: object, user_pool_id: object, client_id: object) -> list[str]:
    if not isinstance(validator, TokenValidator):
        return ["validator must be a result of token_validator"]
    if client_id not in validator.client_ids:
        return ["client_id must be one that validator accepts"]
    pools = {pool_of(issuer) for issuer in validator.issuers}
    if len(validator.issuers) > 1 and pools != {user_pool_id}:
        return ["user_pool_id must be that of validator"]
    return []


def _secret_problems(client_secret: object) -> list[str]:
    if isinstance(client_secret, str):
        return [] if client_secret else ["client_secret must not be empty; None is a public client"]
    return missing_methods("client_secret", client_secret, "active", "report", "read_again")


def _flow_problems(flow: object, migrating: object) -> list[str]:
    """Name what is no flow; how the two fit together is PasswordSignIn's to say."""
    given = {"flow": flow, "migrating": migrating} if migrating is not None else {"flow": flow}
    return [
        f"{name} must be one of {', '.join(_FLOWS)}"
        for name, value in given.items()
        if value not in _FLOWS
    ]


def _url_problems(endpoint_url: object) -> list[str]:
    if endpoint_url is None:
        return []
    try:
        service_url(endpoint_url if isinstance(endpoint_url, str) else "")
    except ValueError as error:
        return [f"endpoint_url {error}"]
    return []


def _timeout_problems(timeout: object) -> list[str]:
    if isinstance(timeout, timedelta) and timedelta(0) < timeout <= LONGEST_TIMEOUT:
        return []
    limit = LONGEST_TIMEOUT.total_seconds()
    return [f"timeout must be a timedelta of more than 0 and at most {limit:.0f} seconds"]

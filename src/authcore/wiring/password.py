"""Build the sign-in by password."""

# ruff: noqa: PLC0415 - only a process with this sign-in pays for importing botocore

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final, get_args

from authcore.domain.model.challenges import PasswordFlow
from authcore.domain.services.sign_in.password_sign_in import PasswordSignIn
from authcore.domain.services.sign_in.sign_in_limits import SignInLimits
from authcore.domain.services.token_validation import TokenValidator
from authcore.ports.client_secrets import ClientSecrets
from authcore.ports.password_authentication import PasswordAuthenticator
from authcore.ports.system import Clock, Entropy
from authcore.settings.cognito import CognitoSettings
from authcore.settings.password import PasswordSettings, limits_of
from authcore.settings.sign_in import SignInSettings
from authcore.settings.store import StoreSettings
from authcore.wiring.table import attempt_limiter_of


if TYPE_CHECKING:
    from authcore.adapters.coordination.dynamodb.table import DynamoDbClient


_FLOWS: Final[Mapping[str, PasswordFlow]] = {flow: flow for flow in get_args(PasswordFlow)}


def password_authenticator_of(
    cognito: CognitoSettings,
    sign_in: SignInSettings,
    secrets: ClientSecrets,
    clock: Clock,
    entropy: Entropy,
) -> PasswordAuthenticator:
    """
    Build the client of the pool's API for users' own sign-ins.

    Only the primary region is called: a challenge continues in the region in which it began.
    """
    from authcore.adapters.cognito.client import unsigned_cognito_client
    from authcore.adapters.cognito.password_authenticator import CognitoPasswordAuthenticator

    return CognitoPasswordAuthenticator(
        client=unsigned_cognito_client(
            region=cognito.region, endpoint_url=cognito.endpoint_url, within=sign_in.timeout
        ),
        user_pool_id=cognito.user_pool_id,
        client_id=cognito.client_id,
        client_secret=secrets,
        clock=clock,
        entropy=entropy,
    )


def password_sign_in_of(
    password: PasswordSettings, authenticator: PasswordAuthenticator, validator: TokenValidator
) -> PasswordSignIn:
    """Build the service that signs users in."""
    return PasswordSignIn(
        authenticator=authenticator,
        validator=validator,
        flow=_FLOWS[password.flow],
        migrating="USER_PASSWORD_AUTH" if password.migrating == "on" else None,
    )


def sign_in_limits_of(
    password: PasswordSettings,
    store: StoreSettings,
    client: Callable[[], "DynamoDbClient"],
    clock: Clock,
    entropy: Entropy,
) -> SignInLimits:
    """Build the limits of users and addresses: in the configured table, or in this process."""
    users, addresses = (
        attempt_limiter_of(limit, store, client, clock, entropy) for limit in limits_of(password)
    )
    return SignInLimits(users=users, addresses=addresses)

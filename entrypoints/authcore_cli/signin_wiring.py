"""Build what ``authcore signin`` works with."""

from collections.abc import Mapping

import attrs

import authcore
from authcore.adapters.audit.log import LoggingAuditLog
from authcore.adapters.system import SystemClock
from authcore.domain.model.challenges import PasswordFlow
from authcore.domain.services.sign_in.password_sign_in import PasswordSignIn
from authcore.ports.client_secrets import ClientSecrets
from authcore.settings import load
from authcore.settings.cognito import CognitoSettings
from authcore.settings.sign_in import AppClientSettings
from authcore.wiring.program_tokens import jwks_urls_of
from authcore.wiring.secrets import client_secrets_of
from authcore_cli.aws_clients import CALL_LIMIT


@attrs.frozen(kw_only=True)
class SignInCommandSettings:
    """Settings groups of the command."""

    cognito: CognitoSettings
    sign_in: AppClientSettings


def password_sign_in(
    environment: Mapping[str, str], flow: PasswordFlow, migrating: PasswordFlow | None
) -> PasswordSignIn:
    """
    Build the service from the same ``AUTHCORE_*`` variables as the auth service.

    Raises:
        ConfigurationError: Names every missing and every wrong variable.
    """
    settings = load(SignInCommandSettings, environment)
    cognito = settings.cognito
    return authcore.password_sign_in(
        validator=authcore.token_validator(
            user_pool_id=cognito.user_pool_id,
            client_id=cognito.client_id,
            issuer=cognito.issuer or None,
            jwks_url=jwks_urls_of(cognito),
            leeway=cognito.leeway,
        ),
        user_pool_id=cognito.user_pool_id,
        client_id=cognito.client_id,
        client_secret=_secrets(settings),
        flow=flow,
        migrating=migrating,
        endpoint_url=cognito.endpoint_url,
        timeout=CALL_LIMIT,
    )


def _secrets(settings: SignInCommandSettings) -> ClientSecrets | None:
    """Give the app client's secrets; None where none is set, for a public client."""
    given = settings.sign_in.client_secret
    if given is None:
        return None
    return client_secrets_of(
        given,
        user_pool_id=settings.cognito.user_pool_id,
        client_id=settings.cognito.client_id,
        clock=SystemClock(),
        audit=LoggingAuditLog(),
    )

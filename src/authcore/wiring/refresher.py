"""Build the client that refreshes sessions at Cognito, and the service around it."""

# ruff: noqa: PLC0415 - only a refresh over the pool's API pays for importing botocore

from collections.abc import Callable

from authcore.adapters.cognito.token_endpoint import CognitoTokenRefresher, CognitoTokenRevoker
from authcore.adapters.http import HttpClient
from authcore.domain.model.urls import ServiceUrl
from authcore.domain.services.sessions.ended_meanwhile import SuccessorRevocation
from authcore.domain.services.sessions.refresh_coordinator import LONGEST_TRADE, RefreshCoordinator
from authcore.domain.services.sessions.session_refresher import SessionRefresher
from authcore.domain.services.token_validation import TokenValidator
from authcore.ports.audit import AuditLog
from authcore.ports.client_secrets import ClientSecrets
from authcore.ports.coordination import Lease
from authcore.ports.session_stores import RefreshResultCache
from authcore.ports.system import Clock, Pause
from authcore.ports.token_endpoint import TokenRefresher, TokenRevoker
from authcore.settings.cognito import CognitoSettings
from authcore.settings.session import RefreshSettings
from authcore.settings.sign_in import AppClientSettings, SignInSettings


def domain_for_servers(client: SignInSettings | AppClientSettings) -> str:
    """Give the base URL for server calls to the pool's domain; empty where none is configured."""
    return client.token_url or client.domain_url or ""


def cognito_refresher(
    *,
    client: SignInSettings | AppClientSettings,
    refresh: RefreshSettings,
    cognito: CognitoSettings,
    http: HttpClient,
    secrets: ClientSecrets,
) -> TokenRefresher:
    """Build the configured refresher that calls Cognito with the client's *secrets*."""
    if refresh.by == "token_endpoint":
        return CognitoTokenRefresher(
            http=http,
            token_url=ServiceUrl(f"{domain_for_servers(client)}/oauth2/token"),
            client_id=cognito.client_id,
            client_secret=secrets,
            within=LONGEST_TRADE,
        )
    from authcore.adapters.cognito.client import unsigned_cognito_client
    from authcore.adapters.cognito.token_refreshers import (
        CognitoApiTokenRefresher,
        CognitoAuthFlowTokenRefresher,
    )

    api = unsigned_cognito_client(
        region=cognito.region,
        endpoint_url=cognito.endpoint_url,
        within=min(client.timeout, LONGEST_TRADE),
    )
    refreshers = {
        "get_tokens": CognitoApiTokenRefresher,
        "auth_flow": CognitoAuthFlowTokenRefresher,
    }
    return refreshers[refresh.by](client=api, client_id=cognito.client_id, client_secret=secrets)


def cognito_revoker(
    *, client: AppClientSettings, cognito: CognitoSettings, http: HttpClient, secrets: ClientSecrets
) -> TokenRevoker | None:
    """Build the client that revokes refresh tokens; None where no domain is configured for it."""
    domain = domain_for_servers(client)
    if not domain:
        return None
    return CognitoTokenRevoker(
        http=http,
        revoke_url=ServiceUrl(f"{domain}/oauth2/revoke"),
        client_id=cognito.client_id,
        client_secret=secrets,
    )


def session_refresher_of(
    refresher: TokenRefresher | None,
    *,
    validator: TokenValidator,
    recent: Callable[[], RefreshResultCache],
    lease: Callable[[], Lease | None],
    pause: Pause,
    clock: Clock,
    audit: AuditLog,
    revoker: TokenRevoker | None,
) -> SessionRefresher | None:
    """Build the service; None without a *refresher*: then *recent* and *lease* are not built."""
    if refresher is None:
        return None
    return SessionRefresher(
        refresher=refresher,
        validator=validator,
        coordinator=RefreshCoordinator(
            recent=recent(),
            lease=lease(),
            pause=pause,
            clock=clock,
            successors=SuccessorRevocation(revoker=revoker, audit=audit),
            audit=audit,
        ),
        clock=clock,
        audit=audit,
    )

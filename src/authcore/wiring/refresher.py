"""Build the client that refreshes sessions at Cognito, and the service around it."""

# ruff: noqa: PLC0415 - only a refresh over the pool's API pays for importing botocore

from collections.abc import Callable

from authcore.adapters.cognito.token_endpoint import (
    MAX_ANSWER_BYTES,
    CognitoTokenRefresher,
    CognitoTokenRevoker,
)
from authcore.adapters.http import HttpClient, RegionalHttpClient
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


def domain_http(client: SignInSettings | AppClientSettings, clock: Clock) -> HttpClient:
    """Build the HTTP client for server calls to the pool's domain, in one region or in two."""
    if client.fallback_token_url is None:
        return HttpClient(
            within=client.timeout, max_bytes=MAX_ANSWER_BYTES, partner="token_endpoint"
        )
    return RegionalHttpClient(
        within=client.timeout,
        max_bytes=MAX_ANSWER_BYTES,
        base_urls=(ServiceUrl(domain_for_servers(client)), client.fallback_token_url),
        clock=clock,
        partner="token_endpoint",
    )


def cognito_refresher(
    *,
    client: SignInSettings | AppClientSettings,
    refresh: RefreshSettings,
    cognito: CognitoSettings,
    http: HttpClient,
    secrets: ClientSecrets,
    clock: Clock,
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
    return api_refresher(
        client=client, refresh=refresh, cognito=cognito, secrets=secrets, clock=clock
    )


def api_refresher(
    *,
    client: SignInSettings | AppClientSettings,
    refresh: RefreshSettings,
    cognito: CognitoSettings,
    secrets: ClientSecrets,
    clock: Clock,
) -> TokenRefresher:
    """Build the refresher that calls the pool's API, in one region or in two."""
    from authcore.adapters.cognito.client import unsigned_cognito_client
    from authcore.adapters.cognito.regional_refresher import RegionalTokenRefresher
    from authcore.adapters.cognito.token_refreshers import (
        CognitoApiTokenRefresher,
        CognitoAuthFlowTokenRefresher,
    )

    refreshers = {
        "get_tokens": CognitoApiTokenRefresher,
        "auth_flow": CognitoAuthFlowTokenRefresher,
    }
    regions = [(cognito.region, cognito.endpoint_url)]
    if cognito.fallback_region or cognito.fallback_endpoint_url:
        second = cognito.fallback_region or cognito.region
        regions.append((second, cognito.fallback_endpoint_url))
    built = [
        refreshers[refresh.by](
            client=unsigned_cognito_client(
                region=region,
                endpoint_url=endpoint_url,
                within=min(client.timeout, LONGEST_TRADE) / len(regions),
            ),
            client_id=cognito.client_id,
            client_secret=secrets,
        )
        for region, endpoint_url in regions
    ]
    if len(built) == 1:
        return built[0]
    return RegionalTokenRefresher((built[0], built[1]), clock, rotates=refresh.by != "auth_flow")


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
    successors: SuccessorRevocation | None,
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
            successors=successors,
            audit=audit,
        ),
        clock=clock,
        audit=audit,
    )

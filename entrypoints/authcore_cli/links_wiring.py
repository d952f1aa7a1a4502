"""Who is who in ``authcore links``."""

import logging
from collections.abc import Mapping
from datetime import timedelta
from typing import Final

import attrs
from dependency_injector import containers, providers

from authcore.adapters.audit.log import LoggingAuditLog
from authcore.adapters.cognito.client import cognito_client
from authcore.adapters.cognito.directory_listing import CognitoDirectoryListing
from authcore.adapters.cognito.user_directory import CognitoUserDirectory
from authcore.adapters.http import HttpClient
from authcore.adapters.legacy.http_links import HttpLegacyLinks
from authcore.adapters.legacy.http_listing import HttpLegacyListing
from authcore.adapters.legacy.listing_contract import MAX_PAGE_BYTES
from authcore.adapters.system import SystemClock, SystemPause
from authcore.domain.services.accounts.link_audit import LinkAudit, LinkRepair
from authcore.domain.services.accounts.rate_limit import RateLimiter
from authcore.domain.services.accounts.retrying import OnRetry, Retrier
from authcore.ports.system import Clock, Pause
from authcore.settings import CognitoSettings, LegacySettings, load
from authcore_cli.links_run import LinkTools


WITHIN: Final = timedelta(seconds=10)
"""Of one call; nobody's sign-in waits for it."""


@attrs.frozen(kw_only=True)
class LinksSettings:
    """Every group the commands read."""

    cognito: CognitoSettings
    legacy: LegacySettings


class LinksContainer(containers.DeclarativeContainer):
    """Talks to one pool and to one legacy system, at one pace."""

    cognito: providers.Dependency[CognitoSettings] = providers.Dependency(
        instance_of=CognitoSettings
    )
    legacy: providers.Dependency[LegacySettings] = providers.Dependency(instance_of=LegacySettings)
    rate: providers.Dependency[int] = providers.Dependency(instance_of=int)
    on_retry: providers.Dependency[OnRetry] = providers.Dependency()

    clock: providers.Provider[Clock] = providers.ThreadSafeSingleton(SystemClock)
    pause: providers.Provider[Pause] = providers.ThreadSafeSingleton(SystemPause)
    audit_log = providers.ThreadSafeSingleton(
        LoggingAuditLog, providers.ThreadSafeSingleton(logging.getLogger, "authcore.audit")
    )
    client = providers.ThreadSafeSingleton(
        cognito_client,
        region=cognito.provided.region,
        endpoint_url=cognito.provided.endpoint_url,
        within=WITHIN,
    )
    http = providers.ThreadSafeSingleton(HttpClient, within=WITHIN, max_bytes=MAX_PAGE_BYTES)
    retrier = providers.ThreadSafeSingleton(
        Retrier,
        rate_limiter=providers.ThreadSafeSingleton(RateLimiter, rate, clock=clock, pause=pause),
        pause=pause,
        on_retry=on_retry,
    )
    audit = providers.ThreadSafeSingleton(
        LinkAudit,
        directory=providers.ThreadSafeSingleton(
            CognitoDirectoryListing, client=client, user_pool_id=cognito.provided.user_pool_id
        ),
        legacy=providers.ThreadSafeSingleton(
            HttpLegacyListing,
            http=http,
            base_url=legacy.provided.url,
            api_key=legacy.provided.api_key,
        ),
        retrier=retrier,
    )
    repair = providers.ThreadSafeSingleton(
        LinkRepair,
        directory=providers.ThreadSafeSingleton(
            CognitoUserDirectory, client=client, user_pool_id=cognito.provided.user_pool_id
        ),
        links=providers.ThreadSafeSingleton(
            HttpLegacyLinks,
            http=http,
            base_url=legacy.provided.url,
            api_key=legacy.provided.api_key,
        ),
        audit=audit_log,
        retrier=retrier,
    )


def link_tools(environment: Mapping[str, str], rate: int, on_retry: OnRetry) -> LinkTools:
    """
    Wire the commands as the ``AUTHCORE_*`` variables say.

    Args:
        environment: Variables by name.

        rate: Calls a second.

        on_retry: Hears of each wait.

    Raises:
        ConfigurationError: Names every missing and every wrong variable.
    """
    settings = load(LinksSettings, environment)
    container = LinksContainer(
        cognito=settings.cognito,
        legacy=settings.legacy,
        rate=rate,
        on_retry=providers.Object(on_retry),
    )
    container.check_dependencies()
    client, http = container.client(), container.http()

    def close() -> None:
        client.close()
        http.close()

    return LinkTools(
        audit=container.audit(),
        repair=container.repair(),
        clock=container.clock(),
        place=f"{settings.cognito.user_pool_id} {settings.legacy.url}",
        close=close,
    )

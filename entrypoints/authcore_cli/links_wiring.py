"""Build what ``authcore links audit`` and ``authcore links repair`` work with."""

from collections.abc import Mapping

import attrs

from authcore.adapters.audit.log import LoggingAuditLog
from authcore.adapters.cognito.directory_listing import CognitoDirectoryListing
from authcore.adapters.cognito.user_directory import CognitoUserDirectory
from authcore.adapters.http import HttpClient
from authcore.adapters.legacy.http_links import HttpLegacyLinks
from authcore.adapters.legacy.http_listing import HttpLegacyListing
from authcore.adapters.legacy.listing_contract import MAX_PAGE_BYTES
from authcore.adapters.system import SystemClock, SystemEntropy, SystemPause
from authcore.domain.model.link_proofs import LinkProofs
from authcore.domain.services.accounts.link_audit import LinkAudit, LinkRepair
from authcore.domain.services.accounts.rate_limit import RateLimiter
from authcore.domain.services.accounts.retrying import OnRetry, Retrier
from authcore.settings import load
from authcore.settings.cognito import CognitoSettings
from authcore.settings.legacy import LegacySettings
from authcore.settings.link_proof import LinkProofSettings
from authcore.wiring.legacy_key import legacy_key
from authcore_cli.aws_clients import CALL_LIMIT, pool_client
from authcore_cli.links_run import LinkTools


@attrs.frozen(kw_only=True)
class LinksSettings:
    """Settings groups of both commands."""

    cognito: CognitoSettings
    legacy: LegacySettings
    link_proof: LinkProofSettings


def link_tools(environment: Mapping[str, str], rate: int, on_retry: OnRetry) -> LinkTools:
    """
    Build the tools as the ``AUTHCORE_*`` variables say; both services share one rate limit.

    Args:
        environment: Variables by name.

        rate: Calls a second.

        on_retry: Called before each wait.

    Raises:
        ConfigurationError: Names every missing and every wrong variable.
    """
    settings = load(LinksSettings, environment)
    legacy, pool_id = settings.legacy, settings.cognito.user_pool_id
    api_key = legacy_key(legacy)
    proofs = LinkProofs(settings.link_proof.keys, pool_id)
    clock, pause = SystemClock(), SystemPause()
    client = pool_client(settings.cognito)
    http = HttpClient(within=CALL_LIMIT, max_bytes=MAX_PAGE_BYTES, partner="legacy")
    retrier = Retrier(
        rate_limiter=RateLimiter(rate, clock=clock, pause=pause), pause=pause, on_retry=on_retry
    )

    def close() -> None:
        client.close()
        http.close()

    return LinkTools(
        audit=LinkAudit(
            directory=CognitoDirectoryListing(client=client, user_pool_id=pool_id),
            legacy=HttpLegacyListing(http=http, base_url=legacy.url, api_key=api_key),
            proofs=proofs,
            retrier=retrier,
        ),
        repair=LinkRepair(
            directory=CognitoUserDirectory(client=client, user_pool_id=pool_id),
            links=HttpLegacyLinks(http=http, base_url=legacy.url, api_key=api_key),
            proofs=proofs,
            audit=LoggingAuditLog(),
            retrier=retrier,
        ),
        clock=clock,
        entropy=SystemEntropy(),
        place=f"{pool_id} {legacy.url}",
        close=close,
    )

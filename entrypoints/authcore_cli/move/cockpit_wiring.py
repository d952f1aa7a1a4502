"""Build what ``authcore move status`` and ``authcore move report`` work with."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import attrs

from authcore.adapters.audit.history_files import FileAuditHistory
from authcore.adapters.cognito.directory_listing import CognitoDirectoryListing
from authcore.adapters.cognito.provisioned_limits import CognitoProvisionedLimits
from authcore.adapters.http import HttpClient
from authcore.adapters.legacy.http_listing import HttpLegacyListing
from authcore.adapters.legacy.listing_contract import MAX_PAGE_BYTES
from authcore.adapters.runs.census_file import SqliteCensus
from authcore.adapters.runs.census_history import JsonLinesCensusHistory
from authcore.adapters.runs.directory import FOR_THE_OWNER
from authcore.adapters.system import SystemEntropy, SystemPause
from authcore.domain.errors import ConfigurationError, ProviderUnavailableError
from authcore.domain.model.link_proofs import LinkProofs
from authcore.domain.services.accounts.rate_limit import RateLimiter
from authcore.domain.services.accounts.retrying import OnRetry, Retrier
from authcore.domain.services.moves.census import CensusTaker
from authcore.ports.system import Clock
from authcore.ports.user_directory import ProvisionedLimits
from authcore.settings import load
from authcore.settings.cognito import CognitoSettings
from authcore.settings.legacy import LegacySettings
from authcore.settings.link_proof import LinkProofSettings
from authcore.settings.move import MoveSettings
from authcore.settings.price import PriceSettings
from authcore.wiring.legacy_key import legacy_key
from authcore_cli.aws_clients import CALL_LIMIT, pool_client
from authcore_cli.move.cockpit import CockpitSources


HISTORY: Final = "census.jsonl"
WORK: Final = "census.work"
"""Files in the folder of runs: counts of all censuses, and the one that is being taken."""


USUAL_QUOTA: Final = 30
"""Pages of ListUsers a second where it cannot be read.  See: Amazon Cognito "Quotas" (UserList)."""


@attrs.frozen(kw_only=True)
class ReportSettings:
    """Settings groups of the report, which asks neither system."""

    cognito: CognitoSettings
    move: MoveSettings
    price: PriceSettings


@attrs.frozen(kw_only=True)
class StatusSettings(ReportSettings):
    """Settings groups of a census, too."""

    legacy: LegacySettings
    link_proof: LinkProofSettings


@attrs.frozen
class CensusTools:
    """
    What a census is taken with.

    Attributes:
        taker: Reads both systems.
        close: Closes the connections.
    """

    taker: CensusTaker
    close: Callable[[], None]


def cockpit_sources(environment: Mapping[str, str], clock: Clock) -> CockpitSources:
    """
    Open what was counted before.

    Args:
        environment: Variables by name.

        clock: Tells what is today.

    Raises:
        ConfigurationError: Names every missing and every wrong variable.
    """
    settings = load(ReportSettings, environment)
    pool_id = settings.cognito.user_pool_id
    return CockpitSources(
        history=JsonLinesCensusHistory(settings.move.runs / HISTORY, pool_id=pool_id),
        open_audit=FileAuditHistory,
        prices=settings.price.prices,
        clock=clock,
        pool_id=pool_id,
    )


def census_tools(
    environment: Mapping[str, str], rate: int | None, on_retry: OnRetry, clock: Clock
) -> CensusTools:
    """
    Build what a census is taken with, as the ``AUTHCORE_*`` variables say.

    Args:
        environment: Variables by name.

        rate: Pages a second of each system; None for two thirds of Cognito's quota of listing.

        on_retry: Called before each wait.

        clock: Dates the census.

    Raises:
        ConfigurationError: Names every missing and every wrong variable; or the folder of runs
            cannot be made.
    """
    settings = load(StatusSettings, environment)
    pool_id, legacy = settings.cognito.user_pool_id, settings.legacy
    api_key = legacy_key(legacy)
    folder = _folder(settings.move.runs)
    client = pool_client(settings.cognito)
    http = HttpClient(within=CALL_LIMIT, max_bytes=MAX_PAGE_BYTES, partner="legacy")
    pause = SystemPause()

    pages = rate or _usual_rate(CognitoProvisionedLimits(client=client))

    def retrier() -> Retrier:
        limiter = RateLimiter(pages, clock=clock, pause=pause, burst=2)
        return Retrier(rate_limiter=limiter, pause=pause, on_retry=on_retry)

    def close() -> None:
        client.close()
        http.close()

    taker = CensusTaker(
        directory=CognitoDirectoryListing(client=client, user_pool_id=pool_id),
        legacy=HttpLegacyListing(http=http, base_url=legacy.url, api_key=api_key),
        proofs=LinkProofs(settings.link_proof.keys, pool_id),
        users_retrier=retrier(),
        accounts_retrier=retrier(),
        store=SqliteCensus(folder / WORK, place=f"{pool_id} {legacy.url}", entropy=SystemEntropy()),
        clock=clock,
    )
    return CensusTools(taker, close)


def _usual_rate(limits: ProvisionedLimits) -> int:
    """Leave a third of the quota to sign-ups and triggers, which list users, too."""
    try:
        quota = limits.per_second("UserList")
    except ProviderUnavailableError:
        quota = USUAL_QUOTA
    return max(quota * 2 // 3, 1)


def _folder(path: Path) -> Path:
    try:
        path.mkdir(FOR_THE_OWNER, parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigurationError(
            [f"the folder of runs {path} cannot be made: {error.strerror}"]
        ) from None
    return path

"""Build what ``authcore move plan`` works with."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, ClassVar, Final

import attrs

from authcore.adapters.cognito.client import cognito_client
from authcore.adapters.cognito.user_import import CognitoUserImport
from authcore.adapters.inspection.pool import CognitoPoolInspection
from authcore.adapters.system import SystemClock
from authcore.domain.model.link_proofs import LinkProofs
from authcore.domain.model.pool_settings import PoolSettings
from authcore.domain.services.accounts.rate_limit import RateLimiter
from authcore.domain.services.accounts.retrying import OnRetry, Retrier
from authcore.domain.services.moves.fingerprints import fingerprint
from authcore.domain.services.moves.import_rows import ImportRows
from authcore.domain.services.moves.planning import Planning
from authcore.domain.services.moves.pool_naming import PoolNaming
from authcore.domain.services.moves.pool_schema import PoolSchema
from authcore.settings import load
from authcore.settings.cognito import CognitoSettings
from authcore.settings.link_proof import LinkVoucherSettings
from authcore.settings.migration import MigrationSettings
from authcore.settings.move import MoveSettings
from authcore.settings.reader import Check
from authcore.settings.source import SourceKind
from authcore.wiring.moves import runs_directory
from authcore.wiring.sources import SourceGroups, SourceTools, open_source
from authcore_cli.move.plan_rules import SOURCE, deciding_groups
from authcore_cli.move.plan_tools import PlanTools
from authcore_cli.stoppable_pause import StoppablePause


CALL_LIMIT: Final = timedelta(seconds=10)
"""Of one call to Cognito; no user waits for it."""

READS_PER_SECOND: Final = 10
"""Calls about the pool; Amazon's quota of such calls is 15 a second."""


def _moves_into_itself(kind: SourceKind, old: str | None, new: str) -> str | None:
    if kind != "pool" or old != new:
        return None
    return "AUTHCORE_OLD_POOL_USER_POOL_ID names the pool that users move to"


@attrs.frozen(kw_only=True)
class PlanSettings(SourceGroups):
    """Settings groups of the command."""

    CHECKS: ClassVar = (
        *SourceGroups.CHECKS,
        Check(("source.kind", "old_pool.user_pool_id", "cognito.user_pool_id"), _moves_into_itself),
    )

    cognito: CognitoSettings
    migration: MigrationSettings
    link_proof: LinkVoucherSettings
    move: MoveSettings


def plan_tools(environment: Mapping[str, str], on_retry: OnRetry) -> PlanTools:
    """
    Build the tools as the ``AUTHCORE_*`` variables say, and read the pool's settings.

    Args:
        environment: Variables by name.

        on_retry: Called before each wait.

    Raises:
        ConfigurationError: Names every missing and every wrong variable, or says what does not fit
            the pool.

        ProviderUnavailableError: Seven attempts to read the pool's settings got no usable answer.
    """
    settings = load(PlanSettings, environment)
    clock, pause = SystemClock(), StoppablePause()
    client = cognito_client(
        region=settings.cognito.region,
        endpoint_url=settings.cognito.endpoint_url,
        within=CALL_LIMIT,
    )
    limiter = RateLimiter(READS_PER_SECOND, clock=clock, pause=pause)
    retrier = Retrier(rate_limiter=limiter, pause=pause, on_retry=on_retry)
    try:
        pool = retrier.call(_inspection(client, settings).pool)
        rows = _import_rows(client, settings, pool, retrier)
        planning = _planning(settings, pool, rows)
    finally:
        client.close()
    source = open_source(settings, SourceTools(clock=clock, pause=pause, on_retry=on_retry))
    return PlanTools(
        runs=runs_directory(settings.move),
        source=source.users,
        source_name=source.name,
        planning=planning,
        rows=rows,
        pool_id=settings.cognito.user_pool_id,
        target=settings.move.target,
        fingerprint=fingerprint(
            {
                **deciding_groups(settings, pool, rows.header if rows else ()),
                SOURCE: [source.fingerprint],
            }
        ),
        close=source.close,
    )


def _inspection(client: Any, settings: PlanSettings) -> CognitoPoolInspection:
    """Read the pool alone, which needs no firewall."""
    return CognitoPoolInspection(
        client=client, firewall=None, user_pool_id=settings.cognito.user_pool_id
    )


def _import_rows(
    client: Any, settings: PlanSettings, pool: PoolSettings, retrier: Retrier
) -> ImportRows | None:
    if settings.move.target != "import":
        return None
    imports = CognitoUserImport(client=client, user_pool_id=settings.cognito.user_pool_id)
    header = retrier.call(imports.header)
    return ImportRows.of(header, pool, hash_column=settings.move.hash_column)


def _planning(settings: PlanSettings, pool: PoolSettings, rows: ImportRows | None) -> Planning:
    migration, keys = settings.migration, settings.link_proof.keys
    return Planning(
        naming=PoolNaming.of(
            pool,
            said_kind=migration.pool,
            said_case_sensitive=migration.case_sensitive == "on",
        ),
        schema=PoolSchema(pool.attributes),
        mapping=migration.attributes,
        proofs=LinkProofs(keys, settings.cognito.user_pool_id) if keys else None,
        row_rule=rows,
        keeps_hashes=settings.move.hash_column is not None,
        reaches_by_phone=settings.move.target == "import",
    )

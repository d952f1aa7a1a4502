"""Build what the commands work with that change a pool."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial
from typing import Final

from authcore.adapters.audit.log import LoggingAuditLog
from authcore.adapters.cognito.user_creation import CognitoUserCreation
from authcore.adapters.cognito.user_import import CognitoUserImport
from authcore.adapters.coordination.file_lock import FileLock
from authcore.adapters.http import HttpClient
from authcore.adapters.inspection.pool import CognitoPoolInspection
from authcore.adapters.legacy.http_accounts import HttpLegacyAccounts
from authcore.adapters.legacy.http_links import HttpLegacyLinks, HttpLegacyUnlinking
from authcore.adapters.legacy.link_contract import MAX_LINK_ANSWER_BYTES
from authcore.adapters.system import SystemClock, SystemEntropy
from authcore.domain.model.pool_settings import PoolSettings
from authcore.domain.model.urls import ServiceUrl
from authcore.domain.services.accounts.retrying import OnRetry
from authcore.domain.services.moves.execution import RunExecution
from authcore.domain.services.moves.fingerprints import fingerprint
from authcore.domain.services.moves.import_execution import ImportExecution
from authcore.domain.services.moves.import_outcomes import ImportOutcomes
from authcore.domain.services.moves.linking import RunLinking
from authcore.domain.services.moves.opening import RunOpening
from authcore.domain.services.moves.pool_naming import PoolNaming
from authcore.domain.services.moves.pool_turn import PoolTurns
from authcore.domain.services.moves.survey import PoolSurvey, claims_by
from authcore.domain.services.moves.undo import RunUndo
from authcore.domain.services.moves.user_removal import UserRemoval
from authcore.ports.coordination import RenewableLease
from authcore.settings import load
from authcore.settings.legacy import LegacyCallSettings
from authcore.wiring.moves import runs_directory
from authcore.wiring.secrets import current_secret
from authcore_cli.aws_clients import CALL_LIMIT, pool_client
from authcore_cli.move.plan_rules import deciding_groups
from authcore_cli.move.run_parts import RunCommandSettings, RunParts
from authcore_cli.move.run_tools import RunTools
from authcore_cli.stoppable_pause import StoppablePause


UPLOAD_LIMIT: Final = timedelta(minutes=10)
"""For a file of 100 MB, at 1.4 Mbit/s."""

MAX_UPLOAD_ANSWER: Final = 65_536
CALLS_PER_SECOND: Final = 5
"""Calls about the pool and its import jobs; Amazon's quota of such calls is 15 a second."""


def run_tools(environment: Mapping[str, str], run_id: str, on_retry: OnRetry) -> RunTools:
    """
    Build the tools as the ``AUTHCORE_*`` variables say, and read how the pool names users.

    Args:
        environment: Variables by name.

        run_id: Of the run, which is opened for writing.

        on_retry: Called before each wait.

    Raises:
        ConfigurationError: Names every missing and every wrong variable, or there is no such run.

        LeaseHeldError: Another process works on the run.

        ProviderUnavailableError: Seven attempts to read the pool's settings got no usable answer.
    """
    settings = load(RunCommandSettings, environment)
    store = runs_directory(settings.move).writer(run_id)
    try:
        parts = RunParts(
            settings=settings,
            store=store,
            client=pool_client(settings.cognito),
            pause=StoppablePause(),
            clock=SystemClock(),
            on_retry=on_retry,
        )
        return _tools(parts)
    except BaseException:
        store.close()
        raise


def _tools(parts: RunParts) -> RunTools:
    settings = parts.settings
    uploads = HttpClient(within=UPLOAD_LIMIT, max_bytes=MAX_UPLOAD_ANSWER)
    legacy_http = HttpClient(within=CALL_LIMIT, max_bytes=MAX_LINK_ANSWER_BYTES, partner="legacy")
    imports = _imports(parts, uploads)
    pool = _read_pool(parts)
    api = _legacy_api(settings.legacy)

    def close() -> None:
        parts.pause.stop()
        parts.client.close()
        uploads.close()
        legacy_http.close()
        parts.store.close()

    return RunTools(
        store=parts.store,
        pool_id=parts.pool_id,
        read_fingerprint=partial(_read_fingerprint, parts, imports, pool),
        turns=_turns(parts),
        survey=_survey(parts, pool),
        execution=RunExecution(
            store=parts.store,
            creation=CognitoUserCreation(client=parts.client, user_pool_id=parts.pool_id),
            own=parts.own(),
            retrier=parts.retrier(parts.quota("UserCreation")),
            audit=LoggingAuditLog(),
            workers=parts.workers,
        ),
        imports=imports,
        reading=ImportOutcomes(
            store=parts.store,
            listing=parts.listing,
            own=parts.imported(),
            imported=imports.imported,
            retrier=parts.retrier(parts.quota("UserList")),
            pause=parts.pause,
        ),
        linking=_linking(parts, legacy_http, *api) if api else None,
        opening=RunOpening(
            store=parts.store,
            administration=parts.administration,
            entropy=SystemEntropy(),
            retrier=parts.retrier(parts.quota("UserUpdate")),
            audit=LoggingAuditLog(),
            workers=parts.workers,
        ),
        undo=_undo(parts, legacy_http, api),
        close=close,
    )


def _legacy_api(legacy: LegacyCallSettings) -> tuple[ServiceUrl, Callable[[], str]] | None:
    """Return URL and key of the legacy API; None where it is not set."""
    if legacy.url is None or legacy.api_key is None:
        return None
    return legacy.url, current_secret(legacy.api_key, clock=SystemClock(), audit=LoggingAuditLog())


def _turns(parts: RunParts) -> PoolTurns:
    lock = FileLock(parts.settings.move.runs)
    return PoolTurns(lock=lock, lease=_lease(parts), clock=parts.clock)


def _lease(parts: RunParts) -> RenewableLease | None:
    """Build the lease in the table; None where no table is set."""
    store = parts.settings.store
    if store.table is None:
        return None
    from authcore.adapters.coordination.dynamodb.leases import DynamoDbLease  # noqa: PLC0415
    from authcore.wiring.table import table_client  # noqa: PLC0415 - only with a table

    return DynamoDbLease(
        client=table_client(store, parts.settings.cognito),
        table=store.table,
        clock=parts.clock,
        entropy=SystemEntropy(),
    )


def _read_pool(parts: RunParts) -> PoolSettings:
    inspection = CognitoPoolInspection(
        client=parts.client, firewall=None, user_pool_id=parts.pool_id
    )
    return parts.retrier(CALLS_PER_SECOND).call(inspection.pool)


def _read_fingerprint(parts: RunParts, imports: ImportExecution, pool: PoolSettings) -> str:
    is_import = parts.settings.move.target == "import"
    header = imports.retrier.call(imports.imports.header) if is_import else ()
    return fingerprint(deciding_groups(parts.settings, pool, header))


def _survey(parts: RunParts, pool: PoolSettings) -> PoolSurvey:
    migration = parts.settings.migration
    naming = PoolNaming.of(
        pool,
        said_kind=migration.pool,
        said_case_sensitive=migration.case_sensitive == "on",
    )
    return PoolSurvey(
        store=parts.store,
        listing=parts.listing,
        claims_of=claims_by(naming),
        own=parts.imported() if parts.store.run().target == "import" else parts.own(),
        retrier=parts.retrier(parts.quota("UserList")),
        clock=parts.clock,
    )


def _imports(parts: RunParts, uploads: HttpClient) -> ImportExecution:
    move = parts.settings.move
    return ImportExecution(
        store=parts.store,
        imports=CognitoUserImport(
            client=parts.client,
            user_pool_id=parts.pool_id,
            logs_role_arn=move.import_role_arn,
            http=uploads,
        ),
        folder=runs_directory(move).files_of(parts.store.run().run_id),
        hashing=move.hashing,
        retrier=parts.retrier(CALLS_PER_SECOND),
        clock=parts.clock,
        pause=parts.pause,
    )


def _linking(
    parts: RunParts, http: HttpClient, url: ServiceUrl, key: Callable[[], str]
) -> RunLinking:
    return RunLinking(
        store=parts.store,
        directory=parts.directory,
        accounts=HttpLegacyAccounts(http=http, base_url=url, api_key=key),
        links=HttpLegacyLinks(http=http, base_url=url, api_key=key),
        system=url,
        proofs=parts.proofs,
        retrier=parts.retrier(parts.quota("UserUpdate")),
        audit=LoggingAuditLog(),
        workers=parts.workers,
    )


def _undo(
    parts: RunParts, http: HttpClient, api: tuple[ServiceUrl, Callable[[], str]] | None
) -> RunUndo:
    """Build the undo; each user takes two updates, to disable and to delete, paced each."""
    return RunUndo(
        store=parts.store,
        removal=UserRemoval(
            directory=parts.directory,
            administration=parts.administration,
            retrier=parts.retrier(parts.quota("UserUpdate")),
        ),
        unlinking=HttpLegacyUnlinking(http=http, base_url=api[0], api_key=api[1]) if api else None,
        system=api[0] if api else "",
        audit=LoggingAuditLog(),
        workers=parts.workers,
    )

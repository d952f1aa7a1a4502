"""Build what the commands work with that change a pool."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import attrs

from authcore.adapters.audit.log import LoggingAuditLog
from authcore.adapters.cognito.directory_listing import CognitoDirectoryListing
from authcore.adapters.cognito.provisioned_limits import CognitoProvisionedLimits
from authcore.adapters.cognito.user_administration import CognitoUserAdministration
from authcore.adapters.cognito.user_creation import CognitoUserCreation
from authcore.adapters.cognito.user_directory import CognitoUserDirectory
from authcore.adapters.cognito.user_import import CognitoUserImport
from authcore.adapters.coordination.file_lock import FileLock
from authcore.adapters.http import HttpClient
from authcore.adapters.inspection.pool import CognitoPoolInspection
from authcore.adapters.legacy.http_accounts import HttpLegacyAccounts
from authcore.adapters.legacy.http_links import HttpLegacyLinks, HttpLegacyUnlinking
from authcore.adapters.legacy.link_contract import MAX_LINK_ANSWER_BYTES
from authcore.adapters.system import SystemClock, SystemEntropy
from authcore.domain.model.link_proofs import LinkProofs
from authcore.domain.model.urls import ServiceUrl
from authcore.domain.services.accounts.rate_limit import RateLimiter
from authcore.domain.services.accounts.retrying import OnRetry, Retrier
from authcore.domain.services.accounts.write_quota import WriteQuota
from authcore.domain.services.moves.batches import Workers
from authcore.domain.services.moves.execution import RunExecution
from authcore.domain.services.moves.import_execution import ImportExecution
from authcore.domain.services.moves.import_outcomes import ImportOutcomes
from authcore.domain.services.moves.linking import RunLinking
from authcore.domain.services.moves.opening import RunOpening
from authcore.domain.services.moves.own_users import UNUSED, OwnUsers
from authcore.domain.services.moves.pool_naming import PoolNaming
from authcore.domain.services.moves.pool_turn import PoolTurns
from authcore.domain.services.moves.survey import PoolSurvey, claims_by
from authcore.domain.services.moves.undo import RunUndo
from authcore.domain.services.moves.user_removal import UserRemoval
from authcore.ports.coordination import RenewableLease
from authcore.ports.move_runs import RunStore
from authcore.ports.user_directory import RateCategory
from authcore.settings import load
from authcore.settings.cognito import CognitoSettings
from authcore.settings.legacy import LegacyCallSettings
from authcore.settings.link_proof import LinkProofSettings
from authcore.settings.migration import MigrationSettings
from authcore.settings.move import MoveSettings
from authcore.settings.store import StoreSettings
from authcore.wiring.moves import runs_directory
from authcore.wiring.secrets import current_secret
from authcore_cli.aws_clients import CALL_LIMIT, pool_client
from authcore_cli.move.run_tools import RunTools
from authcore_cli.stoppable_pause import StoppablePause


if TYPE_CHECKING:
    from types_boto3_cognito_idp import CognitoIdentityProviderClient

UPLOAD_LIMIT: Final = timedelta(minutes=10)
"""For a file of 100 MB, at 1.4 Mbit/s."""

MAX_UPLOAD_ANSWER: Final = 65_536
CALLS_PER_SECOND: Final = 5
"""Calls about the pool and its import jobs; Amazon's quota of such calls is 15 a second."""


@attrs.frozen(kw_only=True)
class RunCommandSettings:
    """Settings groups of the commands."""

    cognito: CognitoSettings
    migration: MigrationSettings
    link_proof: LinkProofSettings
    legacy: LegacyCallSettings
    move: MoveSettings
    store: StoreSettings


@attrs.frozen(kw_only=True, eq=False, repr=False)
class _Parts:
    """What all services of a run share."""

    settings: RunCommandSettings
    store: RunStore
    client: "CognitoIdentityProviderClient"
    pause: StoppablePause
    clock: SystemClock
    on_retry: OnRetry

    @property
    def pool_id(self) -> str:
        return self.settings.cognito.user_pool_id

    @property
    def proofs(self) -> LinkProofs:
        return LinkProofs(self.settings.link_proof.keys, self.pool_id)

    @property
    def directory(self) -> CognitoUserDirectory:
        return CognitoUserDirectory(client=self.client, user_pool_id=self.pool_id)

    @property
    def listing(self) -> CognitoDirectoryListing:
        return CognitoDirectoryListing(client=self.client, user_pool_id=self.pool_id)

    @property
    def administration(self) -> CognitoUserAdministration:
        return CognitoUserAdministration(client=self.client, user_pool_id=self.pool_id)

    @property
    def workers(self) -> Workers:
        return Workers(stop=self.pause.stop)

    def retrier(self, rate: int | Callable[[], int]) -> Retrier:
        limiter = RateLimiter(rate, clock=self.clock, pause=self.pause)
        return Retrier(rate_limiter=limiter, pause=self.pause, on_retry=self.on_retry)

    def quota(self, category: RateCategory) -> Callable[[], int]:
        """Return the rate at which requests of *category* may be begun."""
        limits = CognitoProvisionedLimits(client=self.client)
        leave = self.settings.move.leave_percent
        quota = WriteQuota(limits, clock=self.clock, category=category, leave=leave)
        return quota.per_second

    def own(self) -> OwnUsers:
        run_id = self.store.run().run_id
        return OwnUsers(directory=self.directory, proofs=self.proofs, run_id=run_id)

    def imported(self) -> OwnUsers:
        """Build what knows imported users, who may have set passwords since."""
        return attrs.evolve(self.own(), statuses=UNUSED | {"CONFIRMED"})


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
        parts = _Parts(
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


def _tools(parts: _Parts) -> RunTools:
    settings = parts.settings
    uploads = HttpClient(within=UPLOAD_LIMIT, max_bytes=MAX_UPLOAD_ANSWER)
    legacy_http = HttpClient(within=CALL_LIMIT, max_bytes=MAX_LINK_ANSWER_BYTES, partner="legacy")
    imports = _imports(parts, uploads)
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
        turns=_turns(parts),
        survey=_survey(parts),
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


def _turns(parts: _Parts) -> PoolTurns:
    lock = FileLock(parts.settings.move.runs)
    return PoolTurns(lock=lock, lease=_lease(parts), clock=parts.clock)


def _lease(parts: _Parts) -> RenewableLease | None:
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


def _survey(parts: _Parts) -> PoolSurvey:
    migration = parts.settings.migration
    inspection = CognitoPoolInspection(
        client=parts.client, firewall=None, user_pool_id=parts.pool_id
    )
    naming = PoolNaming.of(
        parts.retrier(CALLS_PER_SECOND).call(inspection.pool),
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


def _imports(parts: _Parts, uploads: HttpClient) -> ImportExecution:
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
    parts: _Parts, http: HttpClient, url: ServiceUrl, key: Callable[[], str]
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
    parts: _Parts, http: HttpClient, api: tuple[ServiceUrl, Callable[[], str]] | None
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

"""Build what all services of a run share."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import attrs

from authcore.adapters.cognito.directory_listing import CognitoDirectoryListing
from authcore.adapters.cognito.provisioned_limits import CognitoProvisionedLimits
from authcore.adapters.cognito.user_administration import CognitoUserAdministration
from authcore.adapters.cognito.user_directory import CognitoUserDirectory
from authcore.adapters.system import SystemClock
from authcore.domain.model.link_proofs import LinkProofs
from authcore.domain.services.accounts.rate_limit import RateLimiter
from authcore.domain.services.accounts.retrying import OnRetry, Retrier
from authcore.domain.services.accounts.write_quota import WriteQuota
from authcore.domain.services.moves.batches import Workers
from authcore.domain.services.moves.own_users import UNUSED, OwnUsers
from authcore.ports.move_runs import RunStore
from authcore.ports.user_directory import RateCategory
from authcore.settings.cognito import CognitoSettings
from authcore.settings.legacy import LegacyCallSettings
from authcore.settings.link_proof import LinkProofSettings
from authcore.settings.migration import MigrationSettings
from authcore.settings.move import MoveSettings
from authcore.settings.store import StoreSettings
from authcore_cli.stoppable_pause import StoppablePause


if TYPE_CHECKING:
    from types_boto3_cognito_idp import CognitoIdentityProviderClient


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
class RunParts:
    """What all services of a run share."""

    settings: RunCommandSettings
    store: RunStore
    client: "CognitoIdentityProviderClient"
    pause: StoppablePause
    clock: SystemClock
    on_retry: OnRetry

    @property
    def pool_id(self) -> str:
        """Id of the pool."""
        return self.settings.cognito.user_pool_id

    @property
    def proofs(self) -> LinkProofs:
        """Proofs of the pool."""
        return LinkProofs(self.settings.link_proof.keys, self.pool_id)

    @property
    def directory(self) -> CognitoUserDirectory:
        """Look users up."""
        return CognitoUserDirectory(client=self.client, user_pool_id=self.pool_id)

    @property
    def listing(self) -> CognitoDirectoryListing:
        """List users."""
        return CognitoDirectoryListing(client=self.client, user_pool_id=self.pool_id)

    @property
    def administration(self) -> CognitoUserAdministration:
        """Disable users, and set passwords."""
        return CognitoUserAdministration(client=self.client, user_pool_id=self.pool_id)

    @property
    def workers(self) -> Workers:
        """Threads whose waits end with the command."""
        return Workers(stop=self.pause.stop)

    def retrier(self, rate: int | Callable[[], int]) -> Retrier:
        """Build what repeats calls, at most *rate* a second."""
        limiter = RateLimiter(rate, clock=self.clock, pause=self.pause)
        return Retrier(rate_limiter=limiter, pause=self.pause, on_retry=self.on_retry)

    def quota(self, category: RateCategory) -> Callable[[], int]:
        """Return the rate at which requests of *category* may be begun."""
        limits = CognitoProvisionedLimits(client=self.client)
        leave = self.settings.move.leave_percent
        quota = WriteQuota(limits, clock=self.clock, category=category, leave=leave)
        return quota.per_second

    def own(self) -> OwnUsers:
        """Build what knows users of the run."""
        run_id = self.store.run().run_id
        return OwnUsers(directory=self.directory, proofs=self.proofs, run_id=run_id)

    def imported(self) -> OwnUsers:
        """Build what knows imported users, who may have set passwords since."""
        return attrs.evolve(self.own(), statuses=UNUSED | {"CONFIRMED"})

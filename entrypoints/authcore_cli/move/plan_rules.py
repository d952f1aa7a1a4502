"""What decides a plan beside the source, so that a run is continued and executed as it began."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, Protocol

from authcore.domain.model.pool_settings import PoolSettings
from authcore.settings.cognito import CognitoSettings
from authcore.settings.link_proof import LinkProofSettings, LinkVoucherSettings
from authcore.settings.migration import MigrationSettings
from authcore.settings.move import MoveSettings


SOURCE: Final = "AUTHCORE_SOURCE_*"
"""Group of a run's fingerprint that only planning reads."""


class DecidingSettings(Protocol):
    """Settings groups that decide a plan."""

    @property
    def cognito(self) -> CognitoSettings:
        """The pool."""

    @property
    def migration(self) -> MigrationSettings:
        """How accounts become users."""

    @property
    def link_proof(self) -> LinkVoucherSettings | LinkProofSettings:
        """Keys of vouchers."""

    @property
    def move(self) -> MoveSettings:
        """How users get into the pool."""


def deciding_groups(
    settings: DecidingSettings, pool: PoolSettings, header: Sequence[str]
) -> Mapping[str, Iterable[object]]:
    """
    Return what decides a plan beside the source, by the names that an operator knows.

    Args:
        settings: Of the command.

        pool: As Cognito describes it.

        header: Of import files; empty for a target without files.
    """
    move, keys = settings.move, settings.link_proof.keys
    return {
        "AUTHCORE_COGNITO_USER_POOL_ID": [settings.cognito.user_pool_id],
        "AUTHCORE_MIGRATION_ATTRIBUTES": sorted(settings.migration.attributes.items()),
        "AUTHCORE_LINK_PROOF_KEYS": [keys[0].hex() if keys else ""],
        "AUTHCORE_MOVE_*": [move.target, move.hash_column, move.hashing],
        "pool-settings": [*_rules_of(pool), *header],
    }


def _rules_of(pool: PoolSettings) -> Iterator[object]:
    """Yield what a plan depends on, in an order of its own: Cognito may answer in another."""
    yield from (pool.is_case_sensitive, sorted(pool.sign_in_names), sorted(pool.aliases))
    yield from (sorted(pool.auto_verified), pool.mfa)
    yield from sorted((name, str(each)) for name, each in pool.attributes.items())

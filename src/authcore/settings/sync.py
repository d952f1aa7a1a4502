"""``AUTHCORE_SYNC_*``: how pool users follow legacy accounts."""

from datetime import timedelta
from typing import Final, cast, get_args

import attrs

from authcore.domain.model.profiles import DeletionRule, LockRule, ProfileField, ProfilePolicy
from authcore.settings.parsers import integer, one_of, seconds, words
from authcore.settings.reader import Check, setting


NO_FIELDS: Final = "none"
FIELDS: Final[tuple[ProfileField, ...]] = get_args(ProfileField)


def profile_fields(text: str) -> tuple[ProfileField, ...]:
    """Parse names of fields, each once; or ``none``."""
    named = words(text)
    if named == (NO_FIELDS,):
        return ()
    if not {*named} <= {*FIELDS} or len({*named}) < len(named):
        raise ValueError(f"must list some of {', '.join(FIELDS)}, each once, or be {NO_FIELDS}")
    return tuple(cast("ProfileField", name) for name in named)


def _is_untold(dialect: str, fields: tuple[ProfileField, ...]) -> str | None:
    if dialect == "off" or len(fields) == len(FIELDS):
        return None
    return (
        "AUTHCORE_SYNC_FIELDS is wrong: AUTHCORE_LEGACY_INSECURE_GET_DIALECT has no call for "
        "changes in the pool, so every field must be the legacy system's"
    )


FIELDS_ARE_TOLD: Final = Check(("legacy.insecure_get_dialect", "sync.fields"), _is_untold)
"""A check for every class that has both groups and tells the legacy system what users changed."""


@attrs.frozen(kw_only=True, eq=False)
class FieldSettings:
    """Which fields have which owner, for entrypoints that need no more."""

    fields: tuple[ProfileField, ...] = setting(
        profile_fields,
        "list of email and name, or none",
        "fields that the legacy system owns: the pool follows them; the pool owns the others",
        default=FIELDS,
    )


@attrs.frozen(kw_only=True, eq=False)
class SyncSettings(FieldSettings):
    """Which fields have which owner, and how fast the pool is written to."""

    on_lock: str = setting(
        one_of(*get_args(LockRule)),
        "disable, follow or keep",
        "what a lock in the legacy system does to the pool user; follow also enables users, those "
        "whom an administrator disabled in the pool included",
        default="disable",
    )
    on_deletion: str = setting(
        one_of(*get_args(DeletionRule)),
        "disable, delete or keep",
        "what the deletion of a legacy account does to the pool user",
        default="disable",
    )
    writes_per_second: int | None = setting(
        integer(1, 1000),
        "whole number, 1-1000",
        "writes a second of this process at most; default: Cognito's limit, 25 where it cannot be "
        "read",
        default=None,
    )
    timeout: timedelta = setting(
        seconds(1, 10),
        "seconds, 1-10",
        "total time of one call to the pool or the legacy system",
        default=timedelta(seconds=4),
    )

    @property
    def policy(self) -> ProfilePolicy:
        """As the domain's policy."""
        return ProfilePolicy(
            fields=frozenset(self.fields),
            on_lock=cast("LockRule", self.on_lock),
            on_deletion=cast("DeletionRule", self.on_deletion),
        )

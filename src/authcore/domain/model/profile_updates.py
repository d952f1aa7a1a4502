"""What a user changed in the pool, for the fields that the pool owns."""

from collections.abc import Collection
from typing import Final, get_args

import attrs

from authcore.domain.model.linking import PoolAccount
from authcore.domain.model.profiles import ProfileField


FIELDS: Final[frozenset[ProfileField]] = frozenset(get_args(ProfileField))


@attrs.frozen(kw_only=True)
class ProfileUpdate:
    """
    What the legacy account should hold from now on.

    Attributes:
        email: An address that the pool verified; None leaves the account's.
        name: Display name; None leaves the account's.
    """

    email: str | None = attrs.field(repr=False)
    name: str | None = attrs.field(repr=False)


def fields_of_pool(legacy_owned: Collection[ProfileField]) -> frozenset[ProfileField]:
    """Name the fields of the pool: each field has one owner."""
    return FIELDS - frozenset(legacy_owned)


def update_of(
    user: PoolAccount, owned: Collection[ProfileField], *, trusts_email: bool
) -> ProfileUpdate | None:
    """
    Return what *user* tells the legacy account; None where that is nothing.

    An address is told only once the pool verified it, and never taken away: a legacy system may
    mail a password reset to it.

    Args:
        user: As the pool holds them.

        owned: Fields of the pool.

        trusts_email: Whether the mark that the address is verified may be believed.
    """
    is_proven = user.email_verified and trusts_email
    email = user.email if "email" in owned and is_proven else None
    name = user.name if "name" in owned else None
    return ProfileUpdate(email=email, name=name) if email or name else None

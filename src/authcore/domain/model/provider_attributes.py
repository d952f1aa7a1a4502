"""What a provider says about a user, less what another system owns."""

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Final

from authcore.domain.model.profiles import ProfileField


CLAIMS: Final[Mapping[str, str]] = MappingProxyType(
    {"email": "email", "email_verified": "email_verified", "name": "name"}
)
"""The claim of a provider that the pool maps to each attribute, unless the team says otherwise."""

_ATTRIBUTES: Final[Mapping[ProfileField, tuple[str, ...]]] = {
    "email": ("email", "email_verified"),
    "name": ("name",),
}


def keep_owned(
    given: Mapping[str, object],
    held: Mapping[str, str],
    *,
    owned: Collection[ProfileField],
    claims: Mapping[str, str] = CLAIMS,
) -> Mapping[str, object]:
    """
    Put the values that the pool holds in the place of the provider's, where *owned* says so.

    A claim whose attribute the pool does not hold is left out.  An address never comes without the
    pool's own word on whether it is verified: the provider's is about the provider's address.

    Args:
        given: Everything that the provider says, by claim.

        held: The user's attributes in the pool, by name.

        owned: Fields that the provider must not change.

        claims: The claim of each attribute.

    Returns:
        *given*, with what is owned replaced; equal to it where nothing is.
    """
    kept = dict(given)
    for field in owned:
        names = _ATTRIBUTES[field]
        if any(claims[name] in given for name in names):
            for name in names:
                _replace(kept, claims[name], held.get(name, ""))
    return kept


def _replace(kept: dict[str, object], claim: str, value: str) -> None:
    if value:
        kept[claim] = value
    else:
        kept.pop(claim, None)

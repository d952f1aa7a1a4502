"""``AUTHCORE_FEDERATION_*``: what the inbound federation trigger reads in providers' answers."""

from collections.abc import Mapping

import attrs

from authcore.domain.model.provider_attributes import CLAIMS
from authcore.settings.parsers import pairs
from authcore.settings.reader import setting


def provider_claims(text: str) -> Mapping[str, str]:
    """Parse ``attribute=claim`` pairs; attributes that are not named keep their usual claim."""
    found = pairs(text)
    if not found.keys() <= CLAIMS.keys():
        raise ValueError(f"must be pairs whose left names are of {', '.join(CLAIMS)}")
    claims = {**CLAIMS, **found}
    if len({*claims.values()}) < len(claims):
        raise ValueError("must give each attribute a claim of its own")
    return claims


@attrs.frozen(kw_only=True, eq=False)
class FederationSettings:
    """How the pool's attribute mapping names claims."""

    claims: Mapping[str, str] = setting(
        provider_claims,
        "list of attribute=claim pairs",
        "the provider's claim that the pool maps to email, email_verified and name",
        default=dict(CLAIMS),
    )

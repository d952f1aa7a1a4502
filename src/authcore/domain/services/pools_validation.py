"""Check tokens of several pools, each by the validator of its own pool."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

import attrs

from authcore.domain.errors import ClaimRejectedError, ConfigurationError
from authcore.domain.model.tokens import AccessClaims, IdentityClaims
from authcore.domain.services.token_validation import TokenValidator
from authcore.ports.system import Clock


_TWICE: Final = "validators must be of different pools: two of them accept the same issuer"


@attrs.frozen(kw_only=True, eq=False, repr=False)
class PoolsValidator:
    """
    Accept a token of one of several pools when everything about it is right for that pool.

    The issuer that a token claims selects a validator among the configured ones, and does nothing
    else: that validator checks the signature with the keys of its own pool, and then the issuer.

    Has the methods of TokenValidator; see there.

    Attributes:
        validators: Of different pools.
        read_issuer: Reads ``iss`` of a token, unverified; raises MalformedTokenError.
        cached_only: The same checks with the keys in memory; None where a pool has no such check.

    Raises:
        ConfigurationError: No validator, or two that accept the same issuer.
    """

    validators: Sequence[TokenValidator]
    read_issuer: Callable[[str], object]
    cached_only: "PoolsValidator | None" = attrs.field(init=False, default=None)
    _by_issuer: Mapping[object, TokenValidator] = attrs.field(init=False, factory=dict)

    def __attrs_post_init__(self) -> None:
        pairs = [(issuer, each) for each in self.validators for issuer in each.issuers]
        by_issuer = dict(pairs)
        if not pairs:
            raise ConfigurationError(["validators must not be empty"])
        if len(by_issuer) < len(pairs):
            raise ConfigurationError([_TWICE])
        object.__setattr__(self, "_by_issuer", by_issuer)
        cached = [each.cached_only for each in self.validators]
        in_memory = [each for each in cached if each is not None]
        if len(in_memory) == len(cached):
            cached_only = PoolsValidator(validators=in_memory, read_issuer=self.read_issuer)
            object.__setattr__(self, "cached_only", cached_only)

    @property
    def clock(self) -> Clock:
        """Of the first validator."""
        return self.validators[0].clock

    def require_keys(self) -> None:
        """See TokenValidator; for every pool."""
        for each in self.validators:
            each.require_keys()

    def verify_access_token(self, unverified_token: str) -> AccessClaims:
        """See TokenValidator."""
        return self._of(unverified_token).verify_access_token(unverified_token)

    def verify_access_token_ignoring_expiry(self, unverified_token: str) -> AccessClaims:
        """See TokenValidator."""
        return self._of(unverified_token).verify_access_token_ignoring_expiry(unverified_token)

    def verify_id_token(
        self, unverified_token: str, *, nonce: str | None = None, access_token: str | None = None
    ) -> IdentityClaims:
        """See TokenValidator."""
        return self._of(unverified_token).verify_id_token(
            unverified_token, nonce=nonce, access_token=access_token
        )

    def verify_id_token_ignoring_expiry(self, unverified_token: str) -> IdentityClaims:
        """See TokenValidator."""
        return self._of(unverified_token).verify_id_token_ignoring_expiry(unverified_token)

    def _of(self, unverified_token: str) -> TokenValidator:
        issuer = self.read_issuer(unverified_token)
        found = self._by_issuer.get(issuer) if isinstance(issuer, str) else None
        if found is None:
            raise ClaimRejectedError("iss")
        return found


AnyValidator = TokenValidator | PoolsValidator
"""What checks tokens: of one pool, or of several."""

"""Check Cognito's access and ID tokens."""

from collections.abc import Collection
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Final

import attrs

from authcore.domain.errors import (
    ClaimRejectedError,
    ConfigurationError,
    TokenExpiredError,
    TokenNotYetValidError,
)
from authcore.domain.model.claim_rules import (
    check_at_hash,
    is_one_of,
    is_same_secret,
    seconds_of,
    sole_audience,
)
from authcore.domain.model.tokens import AccessClaims, IdentityClaims, SignedClaims, read_actor
from authcore.domain.model.validator_settings import configuration_problems, frozen_texts
from authcore.ports.signatures import SignatureVerifier
from authcore.ports.system import Clock


MAX_SUBJECT_LENGTH: Final = 255
"""Characters.  See: OpenID Connect Core §2."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class TokenValidator:
    """
    Accept a token only when everything about it is right.

    The order of the checks is no promise, with two exceptions: the signature is checked first, and
    expiry last, so that TokenExpiredError means "was valid once".

    Attributes:
        signatures: Holds the issuer's keys.  May wait for a fetch.
        clock: Tells the time.
        issuers: Acceptable ``iss``, character by character: all of one pool.
        client_ids: App clients whose tokens are acceptable.
        leeway: How far this clock and the issuer's may differ; 0 (the default) to 60 seconds.
        required_groups: The user must be in every one of them; none by default.
        required_scopes: The access token must carry every one of them; none by default.  ID tokens
            have no scopes.
        audience: APIs that this application is.  An access token that is bound to an API (``aud``)
            is refused unless that is one of these; none by default, so that every bound token is
            refused.  Cognito issues tokens without ``aud`` unless one is requested.
        cached_signatures: The same keys as far as they are in memory; never waits.
        cached_only: The same checks over *cached_signatures*; None where there are none.

    Raises:
        ConfigurationError: An empty list, a str where a list belongs, or too much leeway.
    """

    signatures: SignatureVerifier
    clock: Clock
    issuers: Collection[str] = attrs.field(converter=frozen_texts)
    client_ids: Collection[str] = attrs.field(converter=frozen_texts)
    leeway: timedelta = timedelta(0)
    required_groups: Collection[str] = attrs.field(default=(), converter=frozen_texts)
    required_scopes: Collection[str] = attrs.field(default=(), converter=frozen_texts)
    audience: Collection[str] = attrs.field(default=(), converter=frozen_texts)
    cached_signatures: SignatureVerifier | None = None
    cached_only: "TokenValidator | None" = attrs.field(init=False, default=None)

    def __attrs_post_init__(self) -> None:
        problems = configuration_problems(
            needed={"issuers": self.issuers, "client_ids": self.client_ids},
            optional={
                "required_groups": self.required_groups,
                "required_scopes": self.required_scopes,
                "audience": self.audience,
            },
            leeway=self.leeway,
        )
        if problems:
            raise ConfigurationError(problems)
        if self.cached_signatures is not None:
            cached_only = attrs.evolve(
                self, signatures=self.cached_signatures, cached_signatures=None
            )
            object.__setattr__(self, "cached_only", cached_only)

    def require_keys(self) -> None:
        """
        Return once tokens can be checked; at once where the issuer's keys are in memory.

        Raises:
            KeySourceUnavailableError: The keys cannot be fetched.  Retryable.
        """
        self.signatures.require_keys()

    def is_for(self, access: AccessClaims) -> bool:
        """Whether *access*, of any pool, is of this pool and of one of these app clients."""
        return access.issuer in self.issuers and access.client_id in self.client_ids

    def verify_access_token(self, unverified_token: str) -> AccessClaims:
        """
        Check an access token.

        Raises:
            TokenRejectedError: The token is not valid; the subclass says why.

            KeySourceUnavailableError: The issuer's keys cannot be fetched.  Retryable.

        See: Amazon Cognito "Verifying JSON web tokens", RFC 8725 §3.
        """
        claims = self._access_claims(unverified_token)
        self._check_times(claims)
        return AccessClaims(claims)

    def verify_access_token_ignoring_expiry(self, unverified_token: str) -> AccessClaims:
        """
        Check an access token that may have expired, to refresh or end its session.

        It must be valid in every other respect.  It never grants access.

        Raises:
            TokenRejectedError: The token never was valid; the subclass says why.

            KeySourceUnavailableError: The issuer's keys cannot be fetched.  Retryable.
        """
        return AccessClaims(self._once_valid(self._access_claims(unverified_token)))

    def _access_claims(self, unverified_token: str) -> SignedClaims:
        claims = self.signatures.verify(unverified_token)
        self._check_origin(claims, "access")
        if not is_one_of(claims.get("client_id"), self.client_ids):
            raise ClaimRejectedError("client_id")
        if "aud" in claims and not self._is_for_us(claims["aud"]):
            raise ClaimRejectedError("aud")
        if self.required_scopes:
            self._check_scopes(claims)
        return claims

    def verify_id_token(
        self, unverified_token: str, *, nonce: str | None = None, access_token: str | None = None
    ) -> IdentityClaims:
        """
        Check an ID token.

        Args:
            unverified_token: Compact JWT.

            nonce: The ``nonce`` of the authorization request; None (the default) skips the check.

            access_token: The access token of the same response; ``at_hash`` must match it, if
                present.  None (the default) skips the check.

        Raises:
            TokenRejectedError: The token is not valid; the subclass says why.

            KeySourceUnavailableError: The issuer's keys cannot be fetched.  Retryable.

        See: OpenID Connect Core §3.1.3.7, §3.1.3.6.
        """
        claims = self._identity_claims(unverified_token)
        if nonce is not None and not is_same_secret(claims.get("nonce"), nonce):
            raise ClaimRejectedError("nonce")
        if access_token is not None and "at_hash" in claims:
            check_at_hash(claims["at_hash"], access_token)
        self._check_times(claims)
        return IdentityClaims(claims)

    def verify_id_token_ignoring_expiry(self, unverified_token: str) -> IdentityClaims:
        """
        Check an ID token that may have expired, to learn whose session ends.

        It must be valid in every other respect.  It never grants access.

        Raises:
            TokenRejectedError: The token never was valid; the subclass says why.

            KeySourceUnavailableError: The issuer's keys cannot be fetched.  Retryable.
        """
        return IdentityClaims(self._once_valid(self._identity_claims(unverified_token)))

    def _identity_claims(self, unverified_token: str) -> SignedClaims:
        claims = self.signatures.verify(unverified_token)
        self._check_origin(claims, "id")
        if not is_one_of(sole_audience(claims.get("aud")), self.client_ids):
            raise ClaimRejectedError("aud")
        if "azp" in claims and not is_one_of(claims["azp"], self.client_ids):
            raise ClaimRejectedError("azp")
        return claims

    def _check_origin(self, claims: SignedClaims, use: str) -> None:
        if not is_one_of(claims.get("iss"), self.issuers):
            raise ClaimRejectedError("iss")
        if claims.get("token_use") != use:
            raise ClaimRejectedError("token_use")
        subject = claims.get("sub")
        if not isinstance(subject, str) or not 0 < len(subject) <= MAX_SUBJECT_LENGTH:
            raise ClaimRejectedError("sub")
        if "act" in claims and read_actor(claims["act"]) is None:
            raise ClaimRejectedError("act")
        if self.required_groups:
            self._check_groups(claims)

    def _is_for_us(self, bound_to: object) -> bool:
        """Whether one of the APIs that a token is bound to is ours.  See: RFC 7519 §4.1.3."""
        values = bound_to if isinstance(bound_to, list) else [bound_to]
        are_texts = all(isinstance(value, str) for value in values)
        return are_texts and any(value in self.audience for value in values)

    def _check_groups(self, claims: SignedClaims) -> None:
        groups = claims.get("cognito:groups")
        if not isinstance(groups, list) or not all(name in groups for name in self.required_groups):
            raise ClaimRejectedError("cognito:groups")

    def _check_scopes(self, claims: SignedClaims) -> None:
        scope = claims.get("scope")
        if not isinstance(scope, str) or not set(scope.split(" ")).issuperset(self.required_scopes):
            raise ClaimRejectedError("scope")

    def _once_valid(self, claims: SignedClaims) -> SignedClaims:
        """Return *claims* whose times are right, but for an expiry."""
        with suppress(TokenExpiredError):
            self._check_times(claims)
        return claims

    def _check_times(self, claims: SignedClaims) -> None:
        now, leeway = self.clock.now().timestamp(), self.leeway.total_seconds()
        latest_begin = now + leeway
        expires = seconds_of(claims, "exp")
        if seconds_of(claims, "iat") > latest_begin:
            raise TokenNotYetValidError("the token is not valid yet")
        if "nbf" in claims and seconds_of(claims, "nbf") > latest_begin:
            raise TokenNotYetValidError("the token is not valid yet")
        if now >= expires + leeway:
            raise TokenExpiredError(datetime.fromtimestamp(expires, UTC))

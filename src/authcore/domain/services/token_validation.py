"""What a token must say before anybody acts on it."""

import base64
import hashlib
import hmac
from collections.abc import Collection, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Final

from authcore.domain.errors import (
    ClaimRejectedError,
    ConfigurationError,
    MalformedTokenError,
    TokenExpiredError,
    TokenNotYetValidError,
)
from authcore.domain.model.tokens import (
    MAX_TOKEN_LENGTH,
    AccessClaims,
    IdentityClaims,
    SignedClaims,
    is_numeric_date,
)
from authcore.ports.signatures import SignatureVerifier
from authcore.ports.system import Clock


MAX_LEEWAY: Final = timedelta(seconds=60)
"""How far our clock and the issuer's may be trusted to differ."""

MAX_SUBJECT_LENGTH: Final = 255
"""Characters.  See: OpenID Connect Core §2."""


class TokenValidator:
    """
    Says yes to a token only when everything about it is right.

    Which check comes first is no promise, but for two: the signature comes before all, and expiry
    last, so that TokenExpiredError means "was good once".
    """

    def __init__(
        self,
        *,
        signatures: SignatureVerifier,
        clock: Clock,
        issuers: Collection[str],
        client_ids: Collection[str],
        leeway: timedelta = timedelta(0),
        required_groups: Collection[str] = (),
        required_scopes: Collection[str] = (),
    ) -> None:
        """
        Settle what is acceptable.

        Args:
            signatures: Knows the issuer's keys.

            clock: Tells the time.

            issuers: Acceptable ``iss``, character by character.

            client_ids: App clients whose tokens are acceptable.

            leeway: How far clocks may differ; 0 to 60 seconds.

            required_groups: The user must be in every one of them.

            required_scopes: The access token must carry every one of them.  ID tokens have none.

        Raises:
            ConfigurationError: An empty list, a str where a list belongs, or too much leeway.
        """
        problems = configuration_problems(
            needed={"issuers": issuers, "client_ids": client_ids},
            optional={"required_groups": required_groups, "required_scopes": required_scopes},
            leeway=leeway,
        )
        if problems:
            raise ConfigurationError(problems)
        self._signatures = signatures
        self._clock = clock
        self._issuers = frozenset(issuers)
        self._client_ids = frozenset(client_ids)
        self._leeway = leeway.total_seconds()
        self._required_groups = frozenset(required_groups)
        self._required_scopes = frozenset(required_scopes)

    def require_keys(self) -> None:
        """
        Return once tokens can be checked; at once where the issuer's keys are in memory.

        Raises:
            KeySourceUnavailableError: They cannot be had.  Retryable.
        """
        self._signatures.require_keys()

    def verify_access_token(self, unverified_token: str) -> AccessClaims:
        """
        Check an access token.

        Raises:
            TokenRejectedError: The token is not good; the subclass says why.

            KeySourceUnavailableError: The issuer's keys cannot be had.  Retryable.

        See: Amazon Cognito "Verifying JSON web tokens", RFC 8725 §3.
        """
        claims = self._access_claims(unverified_token)
        self._check_times(claims)
        return AccessClaims(claims)

    def verify_access_token_ignoring_expiry(self, unverified_token: str) -> AccessClaims:
        """
        Check an access token that may have expired, for refreshing or ending its session.

        It must be good in every other respect.  It opens nothing.

        Raises:
            TokenRejectedError: The token never was good; the subclass says why.

            KeySourceUnavailableError: The issuer's keys cannot be had.  Retryable.
        """
        claims = self._access_claims(unverified_token)
        with suppress(TokenExpiredError):
            self._check_times(claims)
        return AccessClaims(claims)

    def _access_claims(self, unverified_token: str) -> SignedClaims:
        claims = self._signatures.verify(unverified_token)
        self._check_origin(claims, "access")
        if not _is_one_of(claims.get("client_id"), self._client_ids):
            raise ClaimRejectedError("client_id")
        if "aud" in claims and not _is_text_or_texts(claims["aud"]):
            raise ClaimRejectedError("aud")
        if self._required_scopes:
            self._check_scopes(claims)
        return claims

    def verify_id_token(
        self, unverified_token: str, *, nonce: str | None = None, access_token: str | None = None
    ) -> IdentityClaims:
        """
        Check an ID token.

        Args:
            unverified_token: Compact JWT.

            nonce: What the token must repeat, where one was sent.

            access_token: The access token that came along; ``at_hash`` must fit it, if present.

        Raises:
            TokenRejectedError: The token is not good; the subclass says why.

            KeySourceUnavailableError: The issuer's keys cannot be had.  Retryable.

        See: OpenID Connect Core §3.1.3.7, §3.1.3.6.
        """
        claims = self._signatures.verify(unverified_token)
        self._check_origin(claims, "id")
        if not _is_one_of(_sole(claims.get("aud")), self._client_ids):
            raise ClaimRejectedError("aud")
        if "azp" in claims and not _is_one_of(claims["azp"], self._client_ids):
            raise ClaimRejectedError("azp")
        if nonce is not None and not _same_secret(claims.get("nonce"), nonce):
            raise ClaimRejectedError("nonce")
        if access_token is not None and "at_hash" in claims:
            _check_at_hash(claims["at_hash"], access_token)
        self._check_times(claims)
        return IdentityClaims(claims)

    def _check_origin(self, claims: SignedClaims, use: str) -> None:
        if not _is_one_of(claims.get("iss"), self._issuers):
            raise ClaimRejectedError("iss")
        if claims.get("token_use") != use:
            raise ClaimRejectedError("token_use")
        subject = claims.get("sub")
        if not isinstance(subject, str) or not 0 < len(subject) <= MAX_SUBJECT_LENGTH:
            raise ClaimRejectedError("sub")
        if self._required_groups:
            self._check_groups(claims)

    def _check_groups(self, claims: SignedClaims) -> None:
        groups = claims.get("cognito:groups")
        if not isinstance(groups, list) or not all(
            name in groups for name in self._required_groups
        ):
            raise ClaimRejectedError("cognito:groups")

    def _check_scopes(self, claims: SignedClaims) -> None:
        scope = claims.get("scope")
        if not isinstance(scope, str) or not self._required_scopes.issubset(scope.split(" ")):
            raise ClaimRejectedError("scope")

    def _check_times(self, claims: SignedClaims) -> None:
        now = self._clock.now().timestamp()
        latest_begin = now + self._leeway
        expires = _seconds(claims, "exp")
        if _seconds(claims, "iat") > latest_begin:
            raise TokenNotYetValidError("the token is not valid yet")
        if "nbf" in claims and _seconds(claims, "nbf") > latest_begin:
            raise TokenNotYetValidError("the token is not valid yet")
        if now >= expires + self._leeway:
            raise TokenExpiredError(datetime.fromtimestamp(expires, UTC))


def configuration_problems(
    *,
    needed: Mapping[str, Collection[str]],
    optional: Mapping[str, Collection[str]],
    leeway: timedelta,
) -> list[str]:
    """What is wrong with a validator's settings, one sentence each; none if it will work."""
    problems = [
        f"{name} {problem}"
        for name, texts in {**needed, **optional}.items()
        if (problem := _texts_problem(texts, needed=name in needed))
    ]
    if not _is_leeway(leeway):
        problems.append(
            f"leeway must be a timedelta of 0 to {MAX_LEEWAY.total_seconds():.0f} seconds"
        )
    return problems


def _texts_problem(texts: object, *, needed: bool) -> str | None:
    if not isinstance(texts, Collection) or isinstance(texts, str | bytes | bytearray):
        return "must be a collection of texts"
    if not all(isinstance(text, str) and text for text in texts):
        return "must hold texts only, none of them empty"
    return "must not be empty" if needed and not texts else None


def _is_leeway(leeway: object) -> bool:
    return isinstance(leeway, timedelta) and timedelta(0) <= leeway <= MAX_LEEWAY


def _is_one_of(value: object, texts: frozenset[str]) -> bool:
    return isinstance(value, str) and value in texts


def _is_text_or_texts(value: object) -> bool:
    values = value if isinstance(value, list) else [value]
    return all(isinstance(entry, str) for entry in values)


def _sole(audience: object) -> object:
    """The one audience of a list of one; anything else as it is."""
    return audience[0] if isinstance(audience, list) and len(audience) == 1 else audience


def _seconds(claims: SignedClaims, name: str) -> float:
    value = claims.get(name)
    if is_numeric_date(value):
        return value
    raise ClaimRejectedError(name)


def _octets(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _same_secret(claimed: object, expected: str) -> bool:
    return (
        isinstance(claimed, str)
        and claimed != ""
        and hmac.compare_digest(_octets(claimed), _octets(expected))
    )


def _check_at_hash(claimed: object, access_token: object) -> None:
    """RS256 goes with SHA-256, of which the left half counts."""
    if not isinstance(access_token, str) or len(access_token) > MAX_TOKEN_LENGTH:
        raise MalformedTokenError("not an access token of acceptable length")
    left_half = hashlib.sha256(_octets(access_token)).digest()[:16]
    if not _same_secret(claimed, base64.urlsafe_b64encode(left_half).rstrip(b"=").decode()):
        raise ClaimRejectedError("at_hash")
